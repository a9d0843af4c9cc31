//! A wish to stop ends waits and reads at once, and lets effects come to their end.

use std::time::Duration;

use pianoroll_api::{Arguments, operation};
use pianoroll_gateway::{Answer, Call, CallError, Cancel, Config, ErrorKind, Gateway, Quota};
use pianoroll_model::Certainty;
use serde_json::json;

use crate::support::{
    Act, QuickClock, Server, body, client, config, connection, gateway, profile, reply,
};

async fn call(
    gateway: &Gateway,
    id: &str,
    arguments: Arguments,
    cancel: &Cancel,
) -> Result<Answer, CallError> {
    let operation = operation::find(id).unwrap();
    gateway.call(&connection(), Call::new(operation, &arguments).with_cancel(cancel)).await
}

#[tokio::test]
async fn a_pause_ends_at_once() {
    for act in [reply(429, &[("retry-after", "60")], ""), reply(502, &[], "")] {
        let server = Server::start([act]).await;
        let clock = QuickClock::default();
        clock.stick();
        let gateway = gateway(&server, &clock);
        let cancel = Cancel::new();
        let (result, ()) =
            tokio::join!(call(&gateway, "profiles.get", Arguments::ids(["01"]), &cancel), async {
                while clock.slept().is_empty() {
                    tokio::task::yield_now().await;
                }
                cancel.cancel();
            });
        let error = result.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Cancelled);
        assert_eq!(error.effort.requests, 1);
    }
}

#[tokio::test]
async fn a_wait_for_the_quota_ends_at_once() {
    let server = Server::start([reply(200, &[], &profile("01", "a@b.c"))]).await;
    let clock = QuickClock::default();
    clock.stick();
    let quota = Quota::PerSecond(1);
    let gateway = client(Config { quota, ..config(server.endpoints()) }, &clock);
    let cancel = Cancel::new();
    let get = || call(&gateway, "profiles.get", Arguments::ids(["01"]), &cancel);
    get().await.unwrap();
    let (result, ()) = tokio::join!(get(), async {
        while clock.slept().is_empty() {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    });
    let error = result.unwrap_err();
    assert_eq!((error.kind, error.certainty), (ErrorKind::Cancelled, Certainty::NotDone));
    assert_eq!(error.effort.requests, 0);
    assert!(
        clock.slept().iter().all(|wait| *wait <= Duration::from_millis(1002)),
        "{:?}",
        clock.slept()
    );
}

#[tokio::test]
async fn a_read_ends_at_once_and_an_effect_is_seen_to_its_end() {
    let held = || Act::Hold(Box::new(reply(200, &[], &profile("01", "a@b.c"))));
    let server = Server::start([held()]).await;
    let clock = QuickClock::default();
    let gateway = gateway(&server, &clock);
    let cancel = Cancel::new();
    let (result, ()) =
        tokio::join!(call(&gateway, "profiles.get", Arguments::ids(["01"]), &cancel), async {
            server.arrival().await;
            cancel.cancel();
        });
    assert_eq!(result.unwrap_err().kind, ErrorKind::Cancelled);

    let cancel = Cancel::new();
    let server = Server::start([held()]).await;
    let gateway = crate::support::gateway(&server, &clock);
    let (result, ()) =
        tokio::join!(call(&gateway, "lists.create", body(json!({"name": "x"})), &cancel), async {
            server.arrival().await;
            cancel.cancel();
            server.go_on();
        });
    assert_eq!(result.unwrap().status, 200);
}

#[tokio::test]
async fn nothing_is_sent_after_the_signal() {
    let server = Server::start([reply(200, &[], &profile("01", "a@b.c"))]).await;
    let clock = QuickClock::default();
    let cancel = Cancel::new();
    cancel.cancel();
    let gateway = gateway(&server, &clock);
    let error = call(&gateway, "profiles.get", Arguments::ids(["01"]), &cancel).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert!(server.seen().is_empty());
    // An effect whose answer is lost while somebody wishes to stop is neither repeated nor probed.
    let server = Server::start([Act::Hold(Box::new(Act::Drop))]).await;
    let gateway = crate::support::gateway(&server, &clock);
    let cancel = Cancel::new();
    let (result, ()) = tokio::join!(
        call(&gateway, "campaigns.send", body(json!({"campaign_id": "01"})), &cancel),
        async {
            server.arrival().await;
            cancel.cancel();
            server.go_on();
        }
    );
    assert!(result.unwrap_err().is_unknown_outcome());
    assert_eq!(server.seen().len(), 1);
}
