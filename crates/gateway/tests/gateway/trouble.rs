//! What a failed call says about all others, and the probe that asks whether it is still so.

use expect_test::{Expect, expect};
use pianoroll_api::Arguments;
use pianoroll_gateway::{
    Answer, CallError, Cancel, Connection, Endpoints, Failure, Gateway, Trouble,
};
use pianoroll_model::Revision;
use serde_json::json;

use crate::support::{
    Act, KEY, QuickClock, Server, body, call, client, config, connection, gateway, refusal, reply,
};

const DEAD: &str = r#"{"message":"Internal Server Error"}"#;

fn trouble(result: Result<Answer, CallError>) -> Option<Trouble> {
    result.unwrap_err().trouble()
}

/// What one answer, however often it comes, says after a read.
async fn said(act: Act) -> Option<Trouble> {
    let server = Server::start([act]).await;
    let gateway = gateway(&server, &QuickClock::default());
    trouble(call(&gateway, "profiles.get", Arguments::ids(["01"])).await)
}

fn of_api(status: u16) -> Act {
    reply(status, &[], &refusal(status, "x", "No connection.", json!({})))
}

#[tokio::test]
async fn a_refused_key_is_trouble_of_the_credential() {
    for body in [r#"{"error":{"message":"Invalid API key"}}"#, r#"{"detail":"No"}"#, ""] {
        assert_eq!(said(reply(401, &[], body)).await, Some(Trouble::Credential), "{body}");
    }
}

#[tokio::test]
async fn what_the_gateway_says_of_a_connection_is_trouble_of_the_connection() {
    for act in [
        of_api(401),
        reply(500, &[], DEAD),
        reply(500, &[], ""),
        reply(400, &[], r#"{"message":"No active klaviyo connection found. Create one first."}"#),
        reply(400, &[], r#"{"error":{"message":"Missing Klaviyo Connection"}}"#),
        reply(412, &[], r#"{"message":"Precondition failed"}"#),
    ] {
        assert_eq!(said(act.clone()).await, Some(Trouble::Connection), "{act:?}");
    }
}

#[tokio::test]
async fn anything_else_is_the_calls_own_or_not_known() {
    let page = "<html><title>No connection</title>";
    for act in [
        of_api(400),
        of_api(403),
        of_api(404),
        of_api(412),
        of_api(500),
        of_api(503),
        reply(400, &[], r#"{"message":"Bad request"}"#),
        reply(400, &[], "no connection"),
        reply(400, &[], page),
        reply(401, &[], page),
        reply(404, &[], r#"{"detail":"Not Found"}"#),
        reply(429, &[("retry-after", "1")], r#"{"message":"Too many requests"}"#),
        reply(502, &[], DEAD),
        reply(301, &[("location", "https://x.example/")], ""),
        reply(200, &[], "{"),
        Act::Drop,
    ] {
        assert_eq!(said(act.clone()).await, None, "{act:?}");
    }
}

#[tokio::test]
async fn a_gateway_that_cannot_be_reached_is_trouble_of_the_gateway() {
    let nowhere = Endpoints::new("http://127.0.0.1:9", "http://127.0.0.1:9").unwrap();
    let gone = client(config(nowhere), &QuickClock::default());
    let error = call(&gone, "lists.create", body(json!({"name": "x"}))).await.unwrap_err();
    assert_eq!(error.trouble(), Some(Trouble::Gateway));
    // A journal that holds the failure says nothing about the day on which it is replayed.
    let written = serde_json::to_string(&error.clone().into_failure()).unwrap();
    let read: Failure = serde_json::from_str(&written).unwrap();
    assert_eq!(read, Failure { trouble: None, ..error.into_failure() });
}

#[tokio::test]
async fn the_control_plane_has_no_connections_to_lose() {
    for (act, expected) in [
        (reply(500, &[], DEAD), None),
        (reply(400, &[], r#"{"message":"No such connection"}"#), None),
        (reply(401, &[], r#"{"message":"Invalid key"}"#), Some(Trouble::Credential)),
    ] {
        let server = Server::start([act]).await;
        let gateway = gateway(&server, &QuickClock::default());
        let found = gateway.connections("klaviyo", None).await.unwrap_err().trouble();
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn a_probe_after_a_lost_send_tells_more_than_the_send() {
    let send = async |acts: Vec<Act>| {
        let server = Server::start(acts).await;
        let gateway = gateway(&server, &QuickClock::default());
        let error = call(&gateway, "campaigns.send", body(json!({"campaign_id": "01"}))).await;
        let error = error.unwrap_err();
        assert!(error.is_unknown_outcome(), "{error}");
        error.trouble()
    };
    let dead = || reply(500, &[], DEAD);
    let no_such = || reply(200, &[], r#"{"data":null}"#);
    assert_eq!(send(vec![dead(), no_such()]).await, None);
    assert_eq!(send(vec![dead()]).await, Some(Trouble::Connection));
    assert_eq!(send(vec![dead(), of_api(404)]).await, Some(Trouble::Connection));
    let refused = || reply(401, &[], r#"{"message":"Invalid key"}"#);
    assert_eq!(send(vec![Act::Drop, refused()]).await, Some(Trouble::Credential));
}

async fn probe(gateway: &Gateway, connection: &Connection) -> String {
    match gateway.probe(connection, &Cancel::new()).await {
        Ok(()) => "it works".to_owned(),
        Err(error) => format!("{:?}: {error}", error.trouble()),
    }
}

#[tokio::test]
async fn a_probe_is_one_read_whatever_it_meets() {
    let check = async |act: Act, expected: Expect| {
        let server = Server::start([act]).await;
        let gateway = gateway(&server, &QuickClock::default());
        expected.assert_eq(&probe(&gateway, &connection()).await);
        let seen = server.seen();
        let [request] = seen.as_slice() else { panic!("{seen:?}") };
        let operation = pianoroll_api::find("accounts.list").unwrap();
        let route = format!("GET {}{}", operation.app.prefix, operation.route.path);
        assert_eq!(request.line(), route);
        assert_eq!(request.header("authorization"), Some(&*format!("Bearer {KEY}")));
        let id = connection().id.unwrap();
        assert_eq!(request.header("maton-connection"), Some(id.as_str()));
        assert_eq!((gateway.statistics().calls, gateway.statistics().requests), (1, 1));
    };
    check(reply(200, &[], r#"{"data":[{"type":"account","id":"AbC123"}]}"#), expect!["it works"])
        .await;
    check(
        reply(401, &[], r#"{"message":"Invalid key"}"#),
        expect!["Some(Credential): accounts.list: 401: Invalid key; the gateway refuses the key"],
    )
    .await;
    check(
        reply(500, &[], DEAD),
        expect![
            "Some(Connection): accounts.list: 500: Internal Server Error; the API itself said nothing: the connection's authorisation may have expired; authorise it anew if this stays"
        ],
    )
    .await;
    check(reply(502, &[], ""), expect!["None: accounts.list: 502"]).await;
    check(
        reply(429, &[("retry-after", "1")], r#"{"message":"Too many requests"}"#),
        expect!["None: accounts.list: 429: Too many requests"],
    )
    .await;
}

#[tokio::test]
async fn a_probe_ends_with_the_wish_to_stop_and_asks_for_no_connection_but_the_named_one() {
    let server = Server::start([Act::Hold(Box::new(Act::Drop))]).await;
    let gateway = gateway(&server, &QuickClock::default());
    let nameless = Connection::new(None, Revision::constant(2024, 10, 15));
    assert!(probe(&gateway, &nameless).await.starts_with("None: accounts.list: arguments"));
    assert!(server.seen().is_empty());
    let (cancel, stop) = (Cancel::new(), async |cancel: &Cancel| {
        server.arrival().await;
        cancel.cancel();
    });
    let connection = connection();
    let (result, ()) = tokio::join!(gateway.probe(&connection, &cancel), stop(&cancel));
    assert_eq!(result.unwrap_err().kind, pianoroll_gateway::ErrorKind::Cancelled);
}
