//! Lists page by page.

use std::collections::HashSet;

use crate::{Host, HostErrorKind};
use expect_test::expect;
use pianoroll_api::Arguments;
use pianoroll_simulator::Rule;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::stage::{Stage, gateway, ids, settings};

#[tokio::test]
async fn every_row_comes_once_and_each_page_is_a_call() {
    let stage = Stage::new(250).await;
    let host = stage.host("read");
    let trunk = host.trunk();
    let arguments = Arguments::default().with_option("page_size", 40);
    let mut pages = trunk.pages("profiles.list", arguments).unwrap();
    // Nothing is fetched before it is asked for.
    assert!(stage.sent().is_empty());
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        seen.extend(ids(&page.json()));
    }
    assert!(pages.next().await.unwrap().is_none());
    let different: HashSet<&String> = seen.iter().collect();
    assert_eq!((seen.len(), different.len()), (250, 250));
    assert_eq!((host.summary().calls, host.summary().requests), (7, 7));
    // The pages took one sequence together.
    assert_eq!(trunk.next_sequence(), 2);
}

#[tokio::test]
async fn pages_go_on_from_a_given_cursor() {
    let stage = Stage::new(50).await;
    let trunk = stage.host("read").trunk();
    let first = Arguments::default().with_option("page_size", 40);
    let reply = trunk.call("profiles.list", first).await.unwrap();
    let cursor = reply.answers[0].next_cursor().unwrap();
    let rest = Arguments::default().with_option("page_size", 40).with_option("cursor", cursor);
    let mut pages = trunk.pages("profiles.list", rest).unwrap();
    assert_eq!(ids(&pages.next().await.unwrap().unwrap().json()).len(), 10);
    assert!(pages.next().await.unwrap().is_none());
}

#[tokio::test]
async fn arguments_and_permission_are_looked_at_before_the_first_page() {
    let stage = Stage::new(20).await;
    let trunk = stage.host("lists:read").trunk();
    let kind = |operation: &str, arguments: Arguments| {
        trunk.pages(operation, arguments).err().map(|error| error.kind())
    };
    let wrong = Arguments::default().with_option("page_size", 1000);
    assert_eq!(kind("profiles.list", wrong), Some(HostErrorKind::Arguments));
    assert_eq!(kind("profiles.list", Arguments::default()), Some(HostErrorKind::Permission));
    assert_eq!(kind("lists.list", Arguments::default()), None);
    assert!(stage.sent().is_empty());
}

#[tokio::test]
async fn a_list_in_one_answer_is_one_page() {
    let stage = Stage::new(20).await;
    let trunk = stage.host("read").trunk();
    let mut pages = trunk.pages("accounts.list", Arguments::default()).unwrap();
    assert!(pages.next().await.unwrap().is_some());
    assert!(pages.next().await.unwrap().is_none());
    assert_eq!(stage.sent().len(), 1);
}

#[tokio::test]
async fn a_page_that_failed_ends_the_list() {
    let stage = Stage::new(50).await;
    let host = stage.host("read");
    stage.spoil("GET", "*", Rule { status: Some(403), skip: 1, ..Rule::default() });
    let mut pages = host.trunk().pages("profiles.list", Arguments::default()).unwrap();
    assert!(pages.next().await.unwrap().is_some());
    let error = pages.next().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.position().to_string()),
        (HostErrorKind::Api, "1.2".to_owned())
    );
    assert!(pages.next().await.unwrap().is_none());
    assert_eq!(host.summary().calls, 2);
}

#[tokio::test]
async fn a_filter_may_be_written_with_space_in_it() {
    let stage = Stage::new(50).await;
    let trunk = stage.host("read").trunk();
    let filter = "equals(email, 'alice@example.com')";
    let arguments = Arguments::default().with_option("filter", filter);
    let reply = trunk.call("profiles.list", arguments).await.unwrap();
    assert_eq!(ids(&reply.json()), ["01GDDKASAP8TKDDA2GRZDSVP4H"]);
}

/// A gateway whose pages are empty and name this link, by their number from 0.
async fn paging(link: fn(u64) -> String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for page in 0.. {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            let mut head = [0; 8192];
            let _ = stream.read(&mut head).await;
            let body = json!({ "data": [], "links": { "next": link(page) } }).to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.api+json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    base
}

async fn mistake_of(link: fn(u64) -> String) -> String {
    let host = Host::new(settings(gateway(&paging(link).await), "read"));
    let mut pages = host.trunk().pages("profiles.list", Arguments::default()).unwrap();
    let error = loop {
        match pages.next().await {
            Ok(page) => assert!(page.is_some(), "the list came to a quiet end"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), HostErrorKind::Paging);
    assert!(error.is_catchable());
    assert!(pages.next().await.unwrap().is_none());
    error.to_string()
}

#[tokio::test]
async fn cursors_that_go_round_are_an_error_and_no_endless_loop() {
    let link = |page| format!("https://a.klaviyo.com/api/profiles?page[cursor]=c{}", page % 2);
    expect![
        "profiles.list: page 4 names a cursor that was there before, so the pages would never end"
    ]
    .assert_eq(&mistake_of(link).await);
}

#[tokio::test]
async fn empty_pages_without_end_are_an_error() {
    let link = |page| format!("https://a.klaviyo.com/api/profiles?page[cursor]=c{page}");
    expect![
        "profiles.list: page 1000 is the last of 1000 without a row, and still names another one"
    ]
    .assert_eq(&mistake_of(link).await);
}

#[tokio::test]
async fn a_link_without_a_cursor_is_no_last_page() {
    let link = |_| "https://a.klaviyo.com/api/profiles?page[number]=2".to_owned();
    expect![
        "profiles.list: page 1 has a link to the next page without a cursor, so the rest of the list is missing"
    ]
    .assert_eq(&mistake_of(link).await);
}
