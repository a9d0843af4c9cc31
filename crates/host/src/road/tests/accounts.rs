//! Calls to the other accounts of a run.

use crate::{Account, Host, HostErrorKind};
use expect_test::expect;
use pianoroll_api::Arguments;
use pianoroll_gateway::Connection;
use pianoroll_model::{Position, Revision};
use serde_json::json;

use super::stage::{Stage, ids};

const OTHER: &str = "6b6a4a4e-0d5c-4d1f-9c43-5d8b9c1a2f30";

fn create(name: &str) -> Arguments {
    Arguments::default().with_body(json!({ "name": name }))
}

async fn two_accounts() -> (Stage, std::sync::Arc<Host>) {
    let stage = Stage::with_connections(0, &[OTHER]).await;
    let mut settings = stage.settings("read write");
    let revision = Revision::constant(2024, 10, 15);
    let connection = Connection::new(Some(OTHER.parse().unwrap()), revision);
    let account = Account { gateway: settings.gateway.clone(), connection };
    settings.others.insert("target".to_owned(), account);
    let host = Host::new(settings);
    (stage, host)
}

#[tokio::test]
async fn a_call_on_another_account_goes_there_and_the_positions_go_on() {
    let (stage, host) = two_accounts().await;
    let trunk = host.trunk();
    let target = trunk.on("target").unwrap();
    assert_eq!((trunk.account(), target.account()), (None, Some("target")));
    trunk.call("lists.create", create("here")).await.unwrap();
    target.call("lists.create", create("there")).await.unwrap();
    target.fork(2, 0).call("lists.create", create("there too")).await.unwrap();
    trunk.call("lists.create", create("here again")).await.unwrap();
    let told: Vec<String> = host
        .ledger()
        .entries
        .iter()
        .map(|entry| format!("{} {}", entry.position, entry.account.as_deref().unwrap_or("-")))
        .collect();
    expect![[r#"
        [
            "1 -",
            "2 target",
            "2/0:1 target",
            "3 -",
        ]
    "#]]
    .assert_debug_eq(&told);
    let mut pages = target.pages("lists.list", Arguments::default()).unwrap();
    let there = pages.next().await.unwrap().unwrap().json();
    let names = there["data"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|row| row["attributes"]["name"].clone()).collect();
    assert!(names.contains(&json!("there")) && names.contains(&json!("there too")), "{names:?}");
    assert!(!names.contains(&json!("here")), "{names:?}");
    assert!(!ids(&there).is_empty());
    let requests = stage.simulator.requests();
    let to_other = requests.iter().filter(|sent| sent.headers["maton-connection"] == OTHER);
    assert_eq!((requests.len(), to_other.count()), (5, 3));
}

#[tokio::test]
async fn an_account_that_the_run_was_not_given_is_told_with_those_it_has() {
    let (stage, host) = two_accounts().await;
    let error = host.trunk().on("targte").err().unwrap();
    assert_eq!(error.kind(), HostErrorKind::Account);
    assert!(error.is_catchable());
    assert_eq!(error.position(), Position::new(None, 0));
    expect!["this run knows no account `targte`: did you mean `target`?"]
        .assert_eq(&error.to_string());
    let error = Host::new(stage.settings("read")).trunk().on("target").err().unwrap();
    expect!["this run knows no account `target`: it has only its own"]
        .assert_eq(&error.to_string());
}
