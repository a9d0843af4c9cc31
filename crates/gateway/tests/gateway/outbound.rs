//! Notifications and heartbeats: sent once, to where they were meant to go, and no secret of a URL comes back.

use std::sync::Arc;
use std::time::Duration;

use expect_test::{Expect, expect};
use pianoroll_gateway::{Outbound, OutboundError, SecretUrl};
use pianoroll_model::ManualClock;
use serde_json::json;

use crate::support::{Act, Server, bytes, reply};

const SECRET: &str = "T0pS3cret";

fn clock() -> ManualClock {
    ManualClock::new("2026-11-21T10:00:00Z".parse().unwrap())
}

fn outbound(clock: &ManualClock) -> Outbound {
    Outbound::new(Arc::new(clock.clone())).unwrap()
}

fn url(server: &Server) -> SecretUrl {
    SecretUrl::new(&format!("http://{}/services/{SECRET}?token={SECRET}", server.address)).unwrap()
}

async fn post(server: &Server, clock: &ManualClock) -> Result<(), OutboundError> {
    outbound(clock).post(&url(server), &json!({"text": "a run failed"}), "run-1/failed").await
}

#[tokio::test]
async fn a_notification_is_posted_with_its_key_and_nothing_of_the_gateway() {
    let server = Server::start([reply(200, &[], "ok"), reply(204, &[], "")]).await;
    post(&server, &clock()).await.unwrap();
    outbound(&clock()).ping(&url(&server)).await.unwrap();
    let target = format!("/services/{SECRET}?token={SECRET}");
    assert_eq!(server.lines(), [format!("POST {target}"), format!("GET {target}")]);
    let seen = server.seen();
    let [post, ping] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(post.body, r#"{"text":"a run failed"}"#);
    assert_eq!(post.header("content-type"), Some("application/json"));
    assert_eq!(post.header("idempotency-key"), Some("run-1/failed"));
    assert_eq!(ping.header("idempotency-key"), None);
    for request in [post, ping] {
        assert!(request.header("user-agent").unwrap().starts_with("pianoroll/"));
        for name in ["authorization", "maton-connection", "referer", "cookie"] {
            assert_eq!(request.header(name), None, "{name}");
        }
    }
}

#[tokio::test]
async fn every_failure_says_whether_to_try_again_and_nothing_of_the_url() {
    let check = async |act: Act, expected: Expect| {
        let server = Server::start([act]).await;
        let error = post(&server, &clock()).await.unwrap_err();
        let shown = format!("{error} {error:?} {:?}", url(&server));
        assert!(!shown.contains(SECRET) && !shown.contains("services"), "{shown}");
        assert_eq!(server.seen().len(), 1, "it is sent once");
        let fate = if error.is_transient() { "transient" } else { "terminal" };
        expected.assert_eq(&format!("{error}; {fate} {:?}", error.retry_after()));
    };
    let echo = format!("/services/{SECRET}");
    check(reply(500, &[], &echo), expect!["127.0.0.1 answered 500; transient None"]).await;
    check(reply(408, &[], ""), expect!["127.0.0.1 answered 408; transient None"]).await;
    check(reply(425, &[], ""), expect!["127.0.0.1 answered 425; transient None"]).await;
    check(
        reply(429, &[("retry-after", "30")], &echo),
        expect!["127.0.0.1 answered 429; transient Some(30s)"],
    )
    .await;
    check(
        reply(503, &[("retry-after", "Sat, 21 Nov 2026 10:00:05 GMT")], &echo),
        expect!["127.0.0.1 answered 503; transient Some(5s)"],
    )
    .await;
    check(reply(400, &[], "invalid_payload"), expect!["127.0.0.1 answered 400; terminal None"])
        .await;
    check(
        reply(404, &[], "no_service"),
        expect![
            "127.0.0.1 answered 404; the URL may be mistyped, or no longer valid; terminal None"
        ],
    )
    .await;
}

#[tokio::test]
async fn a_connection_that_is_lost_may_have_brought_it_there_and_is_tried_again() {
    for act in [Act::Drop, Act::Break(format!("/services/{SECRET}\r\n\r\n").into_bytes())] {
        let server = Server::start([act]).await;
        let error = post(&server, &clock()).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.starts_with("the connection to 127.0.0.1 was lost: "), "{shown}");
        assert!(!shown.contains(SECRET) && !shown.contains("services"), "{shown}");
        assert!(error.is_transient() && error.status().is_none());
        assert_eq!(server.seen().len(), 1, "it is sent once");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::start([reply(200, &[], "ok")]).await;
    let place = format!("http://{}/{SECRET}", elsewhere.address);
    for status in [301, 302, 307, 308] {
        let server = Server::start([reply(status, &[("location", &place)], "")]).await;
        let error = post(&server, &clock()).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(SECRET) && shown.contains("not followed"), "{shown}");
        assert_eq!((error.status(), error.is_transient()), (Some(status), false));
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_listener_that_never_answers_is_given_up() {
    let server = Server::start([Act::Hold(Box::new(Act::Drop))]).await;
    let clock = clock();
    let (result, ()) = tokio::join!(post(&server, &clock), async {
        server.arrival().await;
        clock.advance(Duration::from_secs(10));
    });
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), "127.0.0.1 did not answer in time");
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_status_settles_it_whatever_becomes_of_the_body() {
    // One that breaks off, one that never comes, and one that is longer than anybody reads.
    let half = bytes(200, &[], b"ok and more")[..40].to_vec();
    let whole = bytes(200, &[], &vec![b'x'; 100_000]);
    for (act, waits) in
        [(Act::Break(half.clone()), false), (Act::Send(half), true), (Act::Send(whole), false)]
    {
        let server = Server::start([act]).await;
        let clock = clock();
        let (result, ()) = tokio::join!(post(&server, &clock), async {
            server.arrival().await;
            if waits {
                while clock.next_wake().is_none() {
                    tokio::task::yield_now().await;
                }
                for _ in 0..1000 {
                    tokio::task::yield_now().await;
                }
                clock.advance(Duration::from_secs(10));
            }
        });
        result.unwrap();
    }
}

#[tokio::test]
async fn what_cannot_be_reached_or_sent_says_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = SecretUrl::new(&format!("http://{address}/{SECRET}")).unwrap();
    let gone = outbound(&clock()).ping(&url).await.unwrap_err();
    assert!(matches!(gone, OutboundError::Unreachable { .. }), "{gone:?}");
    assert!(gone.is_transient() && !format!("{gone} {gone:?}").contains(SECRET), "{gone}");
    let refused = outbound(&clock()).post(&url, &json!({}), "two\nlines").await.unwrap_err();
    assert_eq!(refused, OutboundError::Key);
    assert!(!refused.is_transient());
}
