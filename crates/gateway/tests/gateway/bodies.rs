//! Bodies of answers: compressed, too large, none, and none that should be.

use std::io::Write;

use expect_test::{Expect, expect};
use pianoroll_api::Arguments;
use pianoroll_gateway::{Config, Retries};
use serde_json::json;

use crate::support::{
    Act, QuickClock, Server, body, bytes, call, client, config, gateway, profile, reply,
};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn compressed_answers_are_read() {
    let packed = gzip(profile("01", "a@b.c").as_bytes());
    let server =
        Server::start([Act::Send(bytes(200, &[("content-encoding", "gzip")], &packed))]).await;
    let clock = QuickClock::default();
    let answer =
        call(&gateway(&server, &clock), "profiles.get", Arguments::ids(["01"])).await.unwrap();
    assert_eq!(answer.json()["data"]["attributes"]["email"], "a@b.c");
    assert_eq!(server.seen()[0].header("accept-encoding"), Some("gzip"));
}

#[tokio::test]
async fn an_answer_past_the_limit_is_cut_off_compressed_or_not() {
    let large = json!({"data": "x".repeat(100_000)}).to_string();
    // 64 MiB of spaces in 64 KiB.
    let bomb = gzip(&vec![b' '; 64 << 20]);
    assert!(bomb.len() < 100_000);
    for act in
        [reply(200, &[], &large), Act::Send(bytes(200, &[("content-encoding", "gzip")], &bomb))]
    {
        let server = Server::start([act]).await;
        let clock = QuickClock::default();
        let config = Config { max_response_bytes: 50_000, ..config(server.endpoints()) };
        let gateway = client(config, &clock);
        let error = call(&gateway, "profiles.get", Arguments::ids(["01"])).await.unwrap_err();
        expect!["profiles.get: 200: the answer is larger than 50000 bytes"]
            .assert_eq(&error.to_string());
        // It would be as large again.
        assert_eq!(server.seen().len(), 1);
        let error = call(&gateway, "lists.create", body(json!({"name": "x"}))).await.unwrap_err();
        assert!(error.is_unknown_outcome());
    }
}

#[tokio::test]
async fn the_limit_itself_is_not_past_it() {
    let exact = profile("01", "a@b.c");
    let server = Server::start([reply(200, &[], &exact)]).await;
    let clock = QuickClock::default();
    let config = Config { max_response_bytes: exact.len(), ..config(server.endpoints()) };
    call(&client(config, &clock), "profiles.get", Arguments::ids(["01"])).await.unwrap();
}

#[tokio::test]
async fn what_is_no_answer_says_why() {
    let check = async |id: &str, act: Act, expected: Expect| {
        let server = Server::start([act]).await;
        let retries = Retries { attempts: 1, ..Retries::default() };
        let clock = QuickClock::default();
        let gateway = client(Config { retries, ..config(server.endpoints()) }, &clock);
        let result = call(&gateway, id, Arguments::ids(["01"])).await;
        expected.assert_eq(&match result {
            Ok(answer) => format!("{} {:?}", answer.status, answer.body),
            Err(error) => format!("{error} [{:?}]", error.kind),
        });
    };
    check("profiles.get", reply(200, &[], r#"{"data":{"id"#), expect!["profiles.get: 200: the answer ends in the middle of its JSON, after 12 bytes [Unreadable]"]).await;
    check("profiles.get", reply(200, &[], "hello"), expect!["profiles.get: 200: the answer is not JSON: expected value at line 1 column 1 [Unreadable]"]).await;
    check(
        "profiles.get",
        reply(200, &[], "<html><title>Hotel</title>"),
        expect![[
            r#"profiles.get: 200: a web page came instead of an answer: "Hotel" [Unreadable]"#
        ]],
    )
    .await;
    check(
        "profiles.get",
        Act::Send(bytes(200, &[], b"\"\xff\"")),
        expect!["profiles.get: 200: the answer is not UTF-8 [Unreadable]"],
    )
    .await;
    check(
        "profiles.get",
        reply(200, &[], ""),
        expect!["profiles.get: 200: the answer is empty where a document was due [Unreadable]"],
    )
    .await;
    check("profiles.get", reply(302, &[("location", "https://elsewhere.example/x?session=1")], ""), expect!["profiles.get: 302: the answer redirects to https://elsewhere.example/x; redirects are not followed, since they would take the key along; check the base URL [Unreadable]"]).await;
    check("campaigns.delete", reply(204, &[], ""), expect![[r#"204 b"""#]]).await;
    check("campaigns.delete", reply(200, &[], "  \n"), expect![[r#"200 b"""#]]).await;
    check(
        "campaigns.delete",
        reply(200, &[], "<html>"),
        expect!["campaigns.delete: 200: a web page came instead of an answer [Unreadable]"],
    )
    .await;
    check(
        "profiles.get",
        Act::Send(bytes(200, &[("content-encoding", "gzip")], b"not gzip")),
        expect!["profiles.get: 200: Invalid gzip header [Unreadable]"],
    )
    .await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::start([reply(200, &[], &profile("01", "a@b.c"))]).await;
    for status in [301, 302, 303, 307, 308] {
        let place = format!("http://{}/klaviyo/api/profiles/01", elsewhere.address);
        let server = Server::start([reply(status, &[("location", &place)], "")]).await;
        let clock = QuickClock::default();
        call(&gateway(&server, &clock), "profiles.get", Arguments::ids(["01"])).await.unwrap_err();
        assert_eq!(server.seen().len(), 1);
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn cursors_are_cut_out_and_links_never_followed() {
    let page = json!({"data": [], "links": {"next": "https://a.klaviyo.com/api/profiles?page%5Bcursor%5D=bmV4dA%3D%3D"}});
    let server = Server::start([
        reply(200, &[], &page.to_string()),
        reply(200, &[], r#"{"data":[],"links":{"next":null}}"#),
    ])
    .await;
    let clock = QuickClock::default();
    let gateway = gateway(&server, &clock);
    let answer = call(&gateway, "profiles.list", Arguments::default()).await.unwrap();
    assert_eq!(answer.next_cursor().as_deref(), Some("bmV4dA=="));
    let next = Arguments::default().with_option("cursor", "bmV4dA==");
    let last = call(&gateway, "profiles.list", next).await.unwrap();
    assert_eq!(last.next_cursor(), None);
    assert_eq!(server.lines()[1], "GET /klaviyo/api/profiles?page%5Bcursor%5D=bmV4dA%3D%3D");
}
