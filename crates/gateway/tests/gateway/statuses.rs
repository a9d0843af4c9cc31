//! Every status of failure: what kind it is, what is known, how often it is tried, how it reads.

use expect_test::{Expect, expect};
use pianoroll_api::Arguments;
use pianoroll_gateway::{Config, ErrorKind, Quota, Retries};
use pianoroll_model::Certainty;
use serde_json::json;

use crate::support::{
    Act, QuickClock, Server, body, bytes, call, client, config, gateway, profile, refusal, reply,
};

async fn check(act: Act, expected: Expect) {
    let server = Server::start([act]).await;
    let clock = QuickClock::default();
    let gateway = gateway(&server, &clock);
    let error = call(&gateway, "profiles.get", Arguments::ids(["01"])).await.unwrap_err();
    assert_eq!(error.effort.requests as usize, server.seen().len());
    assert!(!error.is_unknown_outcome(), "a read is never in doubt");
    expected.assert_eq(&format!(
        "{error}\n{:?} {:?} {:?}, {} requests, {} throttled",
        error.kind,
        error.certainty,
        error.persistence(),
        error.effort.requests,
        error.effort.throttled,
    ));
}

fn api(status: u16) -> Act {
    reply(status, &[], &refusal(status, "invalid", "No.", json!({})))
}

#[tokio::test]
async fn refusals_are_told_in_full_and_not_repeated() {
    check(
        api(400),
        expect![[r#"
        profiles.get: 400 invalid: No. (at /data/attributes)
        Invalid NotDone Terminal, 1 requests, 0 throttled"#]],
    )
    .await;
    check(api(401), expect![[r#"
        profiles.get: 401 invalid: No. (at /data/attributes); the API refuses the connection; authorise it anew
        Unauthorized NotDone Terminal, 1 requests, 0 throttled"#]]).await;
    check(
        reply(401, &[], r#"{"error":{"message":"Invalid API key"}}"#),
        expect![[r#"
        profiles.get: 401: Invalid API key; the gateway refuses the key
        Unauthorized NotDone Terminal, 1 requests, 0 throttled"#]],
    )
    .await;
    check(
        api(403),
        expect![[r#"
        profiles.get: 403 invalid: No. (at /data/attributes)
        Forbidden NotDone Terminal, 1 requests, 0 throttled"#]],
    )
    .await;
    check(
        api(404),
        expect![[r#"
        profiles.get: 404 invalid: No. (at /data/attributes)
        NotFound NotDone Terminal, 1 requests, 0 throttled"#]],
    )
    .await;
    check(
        reply(404, &[], r#"{"detail":"Not Found"}"#),
        expect![[r#"
        profiles.get: 404: Not Found
        NotFound NotDone Terminal, 1 requests, 0 throttled"#]],
    )
    .await;
    check(
        api(405),
        expect![[r#"
        profiles.get: 405 invalid: No. (at /data/attributes)
        Invalid NotDone Terminal, 1 requests, 0 throttled"#]],
    )
    .await;
    check(
        api(409),
        expect![[r#"
        profiles.get: 409 invalid: No. (at /data/attributes)
        Conflict NotDone Terminal, 1 requests, 0 throttled"#]],
    )
    .await;
    check(
        api(410),
        expect![[r#"
        profiles.get: 410 invalid: No. (at /data/attributes)
        Gone NotDone Terminal, 1 requests, 0 throttled"#]],
    )
    .await;
    check(
        reply(412, &[], r#"{"message":"No connection for klaviyo"}"#),
        expect![[r#"
        profiles.get: 412: No connection for klaviyo
        Invalid NotDone Terminal, 1 requests, 0 throttled"#]],
    )
    .await;
    check(
        reply(415, &[], ""),
        expect![[r#"
        profiles.get: 415
        Invalid NotDone Terminal, 1 requests, 0 throttled"#]],
    )
    .await;
}

#[tokio::test]
async fn a_refusal_that_breaks_off_is_still_one() {
    let whole = bytes(400, &[], refusal(400, "invalid", "No.", json!({})).as_bytes());
    let half = whole[..whole.len() - 40].to_vec();
    let server = Server::start([Act::Break(half)]).await;
    let gateway = gateway(&server, &QuickClock::default());
    let error = call(&gateway, "lists.create", body(json!({"name": "x"}))).await.unwrap_err();
    assert_eq!((error.kind, error.certainty), (ErrorKind::Invalid, Certainty::NotDone));
    assert!(error.detail().unwrap().contains(r#""detail":"No.""#), "{error}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn outages_are_tried_again() {
    check(
        api(500),
        expect![[r#"
        profiles.get: 500 invalid: No. (at /data/attributes)
        Upstream Unknown Transient, 5 requests, 0 throttled"#]],
    )
    .await;
    check(reply(500, &[], r#"{"message":"Internal Server Error"}"#), expect![[r#"
        profiles.get: 500: Internal Server Error; the API itself said nothing: the connection's authorisation may have expired; authorise it anew if this stays
        Gateway Unknown Transient, 2 requests, 0 throttled"#]]).await;
    check(reply(500, &[], ""), expect![[r#"
        profiles.get: 500; the API itself said nothing: the connection's authorisation may have expired; authorise it anew if this stays
        Gateway Unknown Transient, 2 requests, 0 throttled"#]]).await;
    check(
        reply(502, &[("content-type", "text/html")], "<html><title>502 Bad Gateway</title></html>"),
        expect![[r#"
        profiles.get: 502: a web page came instead of an answer: "502 Bad Gateway"
        Upstream Unknown Transient, 5 requests, 0 throttled"#]],
    )
    .await;
    check(
        api(503),
        expect![[r#"
        profiles.get: 503 invalid: No. (at /data/attributes)
        Upstream Unknown Transient, 5 requests, 0 throttled"#]],
    )
    .await;
    check(
        reply(503, &[("retry-after", "7")], ""),
        expect![[r#"
        profiles.get: 503
        Upstream NotDone Transient, 5 requests, 0 throttled"#]],
    )
    .await;
    check(
        reply(504, &[], ""),
        expect![[r#"
        profiles.get: 504
        Upstream Unknown Transient, 5 requests, 0 throttled"#]],
    )
    .await;
    check(
        reply(524, &[], "error code: 524"),
        expect![[r#"
        profiles.get: 524: error code: 524
        Upstream Unknown Transient, 5 requests, 0 throttled"#]],
    )
    .await;
    check(
        reply(
            403,
            &[("content-type", "text/html"), ("cf-mitigated", "challenge")],
            "<!DOCTYPE html><title>Just a moment...</title>",
        ),
        expect![[r#"
        profiles.get: 403: a web page came instead of an answer: "Just a moment..."
        Unreadable NotDone Transient, 5 requests, 0 throttled"#]],
    )
    .await;
}

#[tokio::test]
async fn every_reason_is_told() {
    let two = json!({"errors": [
        {"code": "invalid", "detail": "'profiless' is not an allowed include parameter.", "source": {"parameter": "include"}},
        {"status": "400", "title": "Invalid input."},
    ]});
    check(reply(400, &[], &two.to_string()), expect![[r#"
        profiles.get: 400 invalid: 'profiless' is not an allowed include parameter. (parameter include); also: Invalid input.
        Invalid NotDone Terminal, 1 requests, 0 throttled"#]]).await;
}

#[tokio::test]
async fn a_429_is_waited_for_as_long_as_it_says() {
    let throttled = |headers: &[(&str, &str)]| {
        reply(429, headers, &refusal(429, "throttled", "Slow down.", json!({})))
    };
    let server = Server::start([
        throttled(&[("retry-after", "1")]),
        throttled(&[("retry-after", "57")]),
        // One that does not say is given ever longer.
        throttled(&[]),
        reply(200, &[], &profile("01", "a@b.c")),
    ])
    .await;
    let clock = QuickClock::default();
    let answer =
        call(&gateway(&server, &clock), "profiles.get", Arguments::ids(["01"])).await.unwrap();
    let seconds: Vec<u64> = clock.slept().iter().map(std::time::Duration::as_secs).collect();
    assert_eq!(seconds, [1, 57, 4]);
    assert_eq!(
        (answer.attempts.requests, answer.attempts.retries, answer.attempts.throttled),
        (4, 3, 3)
    );
    assert_eq!(answer.attempts.waited.as_secs(), 62);
}

#[tokio::test]
async fn a_429_that_never_ends_ends_the_call() {
    let server =
        Server::start([reply(429, &[("retry-after", "2")], r#"{"message":"Too many requests"}"#)])
            .await;
    let clock = QuickClock::default();
    let gateway = gateway(&server, &clock);
    let error = call(&gateway, "profiles.get", Arguments::ids(["01"])).await.unwrap_err();
    expect![[r#"profiles.get: 429: Too many requests"#]].assert_eq(&error.to_string());
    assert_eq!(error.retry_after.map(|wait| wait.as_secs()), Some(2));
    assert_eq!(error.effort.throttled, 7);
    assert_eq!(gateway.statistics().throttled, 7);
    assert_eq!(gateway.statistics().calls, 1);
}

#[tokio::test]
async fn a_429_blocks_whom_it_concerns() {
    for (body, blocked) in [
        (refusal(429, "throttled", "Slow down.", json!({})), 0),
        (r#"{"message":"Rate limit exceeded"}"#.to_owned(), 40),
    ] {
        let server = Server::start([
            reply(429, &[("retry-after", "40")], &body),
            reply(200, &[], &profile("01", "a@b.c")),
        ])
        .await;
        let clock = QuickClock::default();
        let retries = Retries { throttles: 0, ..Retries::default() };
        let quota = Quota::PerSecond(10);
        let gateway = client(Config { retries, quota, ..config(server.endpoints()) }, &clock);
        call(&gateway, "profiles.get", Arguments::ids(["01"])).await.unwrap_err();
        // Another endpoint of the same account.
        let answer = call(&gateway, "lists.get", Arguments::ids(["01"])).await.unwrap();
        assert_eq!(answer.attempts.waited.as_secs(), blocked, "{body}");
        // The same endpoint has to wait either way.
        let answer = call(&gateway, "profiles.get", Arguments::ids(["01"])).await.unwrap();
        assert_eq!(answer.attempts.waited.as_secs(), 40 - blocked, "{body}");
    }
}

#[tokio::test]
async fn what_the_api_has_left_is_kept_to() {
    let left = |remaining: &str, reset: &str| {
        let headers = [
            ("ratelimit-limit", "700"),
            ("ratelimit-remaining", remaining),
            ("ratelimit-reset", reset),
        ];
        reply(200, &headers, &profile("01", "a@b.c"))
    };
    let server = Server::start([left("1", "45"), left("0", "44"), left("699", "60")]).await;
    let clock = QuickClock::default();
    let quota = Quota::PerSecond(10);
    let gateway = client(Config { quota, ..config(server.endpoints()) }, &clock);
    let mut waited = Vec::new();
    for _ in 0..4 {
        let answer = call(&gateway, "profiles.get", Arguments::ids(["01"])).await.unwrap();
        waited.push(answer.attempts.waited.as_secs());
    }
    // Somebody else uses the endpoint too: after the last one, its window is waited out.
    assert_eq!(waited, [0, 0, 45, 0]);
    assert_eq!(gateway.statistics().throttled, 0);
}
