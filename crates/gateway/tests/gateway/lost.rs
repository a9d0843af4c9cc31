//! Answers that were lost: what may be sent again, and how the outcome is settled.

use expect_test::expect;
use pianoroll_api::Arguments;
use pianoroll_gateway::{Config, Endpoints, ErrorKind, RawRequest, Settlement};
use pianoroll_model::Certainty;
use serde_json::json;

use crate::support::{
    Act, QuickClock, Server, body, bytes, call, client, config, connection, gateway, profile,
    refusal, reply,
};

const EVENT: &str = r#"{"profile":{"email":"a@b.c"},"metric":{"name":"Viewed"},"properties":{}}"#;

/// All the ways to lose an answer.
fn losses() -> Vec<Act> {
    let whole = bytes(200, &[], profile("01", "a@b.c").as_bytes());
    vec![
        Act::Drop,
        Act::Break(b"HTTP/1.1 200".to_vec()),
        Act::Break(whole[..whole.len() - 5].to_vec()),
        reply(200, &[], r#"{"data":{"type":"pro"#),
        reply(200, &[], "<html><title>Sign in</title></html>"),
        reply(500, &[], &refusal(500, "error", "Oops.", json!({}))),
        reply(500, &[], r#"{"message":"Internal"}"#),
        reply(502, &[], ""),
        reply(504, &[], "<html></html>"),
    ]
}

#[tokio::test]
async fn what_cannot_double_is_sent_again() {
    let calls: [(&str, Arguments); 4] = [
        ("profiles.get", Arguments::ids(["01"])),
        ("profiles.update", Arguments::ids(["01"]).with_body(json!({"title": "Dr"}))),
        ("profiles.create", body(json!({"email": "a@b.c"}))),
        ("events.create", body(serde_json::from_str(EVENT).unwrap())),
    ];
    for (id, arguments) in calls {
        for loss in losses() {
            // An operation that answers nothing cannot tell half a document from none, but still a page from JSON.
            let server =
                Server::start([loss.clone(), reply(200, &[], &profile("01", "a@b.c"))]).await;
            let clock = QuickClock::default();
            let answer = call(&gateway(&server, &clock), id, arguments.clone()).await;
            let answer = answer.unwrap_or_else(|error| panic!("{id} after {loss:?}: {error}"));
            assert_eq!(answer.attempts.requests, 2, "{id} after {loss:?}");
            assert_eq!(answer.attempts.retries, 1);
            assert_eq!(answer.settlement, Settlement::Answered);
            let seen = server.seen();
            // The same request, key and all.
            assert_eq!((&seen[0].body, seen[0].line()), (&seen[1].body, seen[1].line()));
            assert_eq!(clock.slept().len(), 1);
            assert!(clock.slept()[0].as_millis() <= 500);
        }
    }
}

#[tokio::test]
async fn an_event_is_sent_again_with_its_key_and_without_one_not_at_all() {
    let server = Server::start([Act::Drop, reply(202, &[], "")]).await;
    let clock = QuickClock::default();
    let event = body(serde_json::from_str(EVENT).unwrap());
    call(&gateway(&server, &clock), "events.create", event.clone()).await.unwrap();
    assert!(server.seen()[1].body.contains(r#""unique_id":"run-1""#));

    let server = Server::start([Act::Drop, reply(202, &[], "")]).await;
    let operation = pianoroll_api::find("events.create").unwrap();
    let gateway = gateway(&server, &clock);
    let call = pianoroll_gateway::Call::new(operation, &event);
    let error = gateway.call(&connection(), call).await.unwrap_err();
    assert!(error.is_unknown_outcome());
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_refused_duplicate_means_that_the_first_one_arrived() {
    let event = || body(serde_json::from_str(EVENT).unwrap());
    let duplicate =
        refusal(400, "duplicate", "An event with this unique_id already exists.", json!({}));
    let server = Server::start([Act::Drop, reply(400, &[], &duplicate)]).await;
    let clock = QuickClock::default();
    let answer = call(&gateway(&server, &clock), "events.create", event()).await.unwrap();
    assert_eq!((answer.status, answer.settlement), (202, Settlement::AlreadyRecorded));
    // Any other refusal is one, and whether the first arrived stays open.
    let server =
        Server::start([Act::Drop, reply(400, &[], &refusal(400, "invalid", "No.", json!({})))])
            .await;
    let error = call(&gateway(&server, &clock), "events.create", event()).await.unwrap_err();
    assert_eq!((error.kind, error.certainty), (ErrorKind::Invalid, Certainty::Unknown));
    // Without a lost answer before it, a duplicate is a refusal.
    let server = Server::start([reply(400, &[], &duplicate)]).await;
    let error = call(&gateway(&server, &clock), "events.create", event()).await.unwrap_err();
    assert_eq!((error.kind, error.certainty), (ErrorKind::Invalid, Certainty::NotDone));
}

#[tokio::test]
async fn a_repeated_delete_that_finds_nothing_is_done() {
    let gone = || reply(404, &[], &refusal(404, "not_found", "No such campaign.", json!({})));
    let server = Server::start([Act::Drop, gone()]).await;
    let clock = QuickClock::default();
    let answer =
        call(&gateway(&server, &clock), "campaigns.delete", Arguments::ids(["01"])).await.unwrap();
    assert_eq!((answer.status, answer.settlement), (204, Settlement::AlreadyGone));
    assert!(answer.body.is_empty());
    let server = Server::start([gone()]).await;
    let error = call(&gateway(&server, &clock), "campaigns.delete", Arguments::ids(["01"]))
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.certainty), (ErrorKind::NotFound, Certainty::NotDone));
    // Taking profiles off a list that is not there is no delete of that list.
    let server = Server::start([Act::Drop, gone()]).await;
    let arguments = Arguments::ids(["Y"]).with_body(json!(["01"]));
    let error =
        call(&gateway(&server, &clock), "lists.remove_profiles", arguments).await.unwrap_err();
    assert_eq!((error.kind, error.certainty), (ErrorKind::NotFound, Certainty::Unknown));
}

#[tokio::test]
async fn a_conflict_of_a_repetition_is_looked_at() {
    let duplicate = refusal(
        409,
        "duplicate_profile",
        "A profile already exists with one of these identifiers.",
        json!({"duplicate_profile_id": "01"}),
    );
    let wanted = || body(json!({"email": "a@b.c"}));
    let server = Server::start([
        Act::Drop,
        reply(409, &[], &duplicate),
        reply(200, &[], &profile("01", "a@b.c")),
    ])
    .await;
    let clock = QuickClock::default();
    let gateway_of = |server: &Server| gateway(server, &clock);
    let answer = call(&gateway_of(&server), "profiles.create", wanted()).await.unwrap();
    assert_eq!(answer.settlement, Settlement::AlreadyExists);
    assert_eq!(answer.json()["data"]["id"], "01");
    assert_eq!(answer.attempts.requests, 3);
    assert_eq!(server.lines()[2], "GET /klaviyo/api/profiles/01");

    // Another one stands in the way: a conflict like any other, but in doubt.
    let server = Server::start([
        Act::Drop,
        reply(409, &[], &duplicate),
        reply(200, &[], &profile("01", "other@b.c")),
    ])
    .await;
    let error = call(&gateway_of(&server), "profiles.create", wanted()).await.unwrap_err();
    expect!["profiles.create: 409 duplicate_profile: A profile already exists with one of these identifiers. (at /data/attributes); an earlier answer to this call was lost: it exists, perhaps made by that very request"].assert_eq(&error.to_string());
    assert_eq!((error.kind, error.certainty), (ErrorKind::Conflict, Certainty::Unknown));

    // A conflict at once is just that.
    let server = Server::start([reply(409, &[], &duplicate)]).await;
    let error = call(&gateway_of(&server), "profiles.create", wanted()).await.unwrap_err();
    assert_eq!((error.kind, error.certainty), (ErrorKind::Conflict, Certainty::NotDone));
    assert_eq!(error.reason.meta, Some(json!({"duplicate_profile_id": "01"})));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn what_must_not_double_is_sent_once() {
    for loss in losses() {
        let server = Server::start([loss.clone(), reply(201, &[], r#"{"data":{}}"#)]).await;
        let clock = QuickClock::default();
        let error =
            call(&gateway(&server, &clock), "lists.create", body(json!({"name": "x"}))).await;
        let error = error.expect_err("it must not be sent again");
        assert!(error.is_unknown_outcome(), "{loss:?} {error}");
        assert!(error.to_string().contains("it is not known whether it was done"), "{error}");
        assert_eq!(error.certainty, Certainty::Unknown);
        assert_eq!(server.seen().len(), 1, "{loss:?}");
    }
}

#[tokio::test]
async fn a_timeout_is_an_answer_lost() {
    let server =
        Server::start([Act::Hold(Box::new(Act::Drop)), reply(200, &[], &profile("01", "a@b.c"))])
            .await;
    let clock = QuickClock::default();
    let gateway = gateway(&server, &clock);
    let create = call(&gateway, "lists.create", body(json!({"name": "x"})));
    let (result, ()) = tokio::join!(create, async {
        server.arrival().await;
        clock.time_out();
    });
    let error = result.unwrap_err();
    expect!["lists.create: timeout: no answer within 31s; it is not known whether it was done"]
        .assert_eq(&error.to_string());
    assert!(error.is_unknown_outcome());
    assert_eq!(error.kind, ErrorKind::Timeout);
}

#[tokio::test]
async fn what_is_certainly_not_done_is_sent_again_even_once() {
    let server = Server::start([
        reply(503, &[("retry-after", "9")], ""),
        reply(429, &[("retry-after", "3")], r#"{"message":"slow"}"#),
        reply(201, &[], r#"{"data":{"type":"list","id":"Y"}}"#),
    ])
    .await;
    let clock = QuickClock::default();
    let answer =
        call(&gateway(&server, &clock), "lists.create", body(json!({"name": "x"}))).await.unwrap();
    assert_eq!(answer.status, 201);
    let seconds: Vec<u64> = clock.slept().iter().map(std::time::Duration::as_secs).collect();
    assert_eq!(seconds, [9, 3]);
}

#[tokio::test]
async fn without_a_connection_nothing_was_done() {
    // A port that was free a moment ago.
    let address = Server::start([Act::Drop]).await.address;
    tokio::task::yield_now().await;
    // A name that no resolver asks the network for: its label is longer than names allow.
    let unknown = format!("http://{}.invalid", "x".repeat(64));
    for base in [format!("http://{address}"), unknown] {
        let clock = QuickClock::default();
        let gateway = client(config(Endpoints::new(&base, &base).unwrap()), &clock);
        let error = call(&gateway, "lists.create", body(json!({"name": "x"}))).await.unwrap_err();
        assert_eq!(
            (error.kind, error.certainty),
            (ErrorKind::Connect, Certainty::NotDone),
            "{error}"
        );
        assert!(!error.is_unknown_outcome());
        assert_eq!(error.effort.requests, 5);
        // Pauses may be any length up to one that doubles.
        for (pause, most) in clock.slept().iter().zip([500, 1000, 2000, 4000]) {
            assert!(pause.as_millis() <= most, "{:?}", clock.slept());
        }
        assert_eq!(clock.slept().len(), 4);
    }
}

#[tokio::test]
async fn the_probe_settles_what_it_shows() {
    let job = |status: &str| {
        json!({"data": {"type": "campaign-send-job", "id": "01", "attributes": {"status": status}}})
            .to_string()
    };
    let send = || body(json!({"campaign_id": "01"}));
    let clock = QuickClock::default();
    let server = Server::start([Act::Drop, reply(200, &[], &job("queued"))]).await;
    let answer = call(&gateway(&server, &clock), "campaigns.send", send()).await.unwrap();
    assert_eq!(answer.settlement, Settlement::Probed);
    assert_eq!(answer.attempts.requests, 2);
    assert_eq!(
        server.lines(),
        ["POST /klaviyo/api/campaign-send-jobs", "GET /klaviyo/api/campaign-send-jobs/01"]
    );

    // A job that was cancelled is an older one; that there is none (yet) proves nothing.
    for (probe, note) in [
        (reply(200, &[], &job("cancelled")), "campaigns.get_send_job shows nothing of it"),
        (
            reply(404, &[], &refusal(404, "not_found", "No job.", json!({}))),
            "the probe did not tell: campaigns.get_send_job: 404 not_found: No job. (at /data/attributes)",
        ),
    ] {
        let server = Server::start([Act::Drop, probe]).await;
        let error = call(&gateway(&server, &clock), "campaigns.send", send()).await.unwrap_err();
        assert!(error.is_unknown_outcome());
        assert_eq!(error.note.as_deref(), Some(note));
        let posts = server.lines().iter().filter(|line| line.starts_with("POST")).count();
        assert_eq!(posts, 1, "never a second campaign by guess");
    }
}

#[tokio::test]
async fn a_raw_request_is_repeated_only_when_it_reads() {
    let app = pianoroll_api::app("klaviyo").unwrap();
    let clock = QuickClock::default();
    let query = [("page[size]".to_owned(), "5".to_owned())];
    let raw = |method| RawRequest {
        app,
        method,
        path: "/api/images",
        query: &query,
        body: None,
        cancel: None,
        departure: None,
        lost: false,
    };
    let server = Server::start([Act::Drop, reply(200, &[], r#"{"data":[]}"#)]).await;
    let answer = gateway(&server, &clock)
        .raw(&connection(), raw(pianoroll_api::operation::Method::Get))
        .await
        .unwrap();
    assert_eq!(answer.attempts.requests, 2);
    assert_eq!(server.lines()[1], "GET /klaviyo/api/images?page%5Bsize%5D=5");
    let server = Server::start([Act::Drop, reply(200, &[], r#"{"data":[]}"#)]).await;
    let error = gateway(&server, &clock)
        .raw(&connection(), raw(pianoroll_api::operation::Method::Post))
        .await
        .unwrap_err();
    assert!(error.is_unknown_outcome());
    assert_eq!(server.seen().len(), 1);
    assert!(error.to_string().starts_with("POST /api/images: dropped"), "{error}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_sent() {
    let server = Server::start([reply(201, &[], r#"{"data":{}}"#)]).await;
    let clock = QuickClock::default();
    let config = Config { max_request_bytes: 1000, ..config(server.endpoints()) };
    let large = body(json!({"email": "x".repeat(1000)}));
    let error = call(&client(config, &clock), "profiles.create", large).await.unwrap_err();
    expect!["profiles.create: too large: the body has 1053 bytes; at most 1000 are taken"]
        .assert_eq(&error.to_string());
    assert_eq!((error.certainty, error.effort.requests), (Certainty::NotDone, 0));
    assert!(server.seen().is_empty());
}
