//! What the API behind the gateway checks and answers.

use std::io::Write;

use expect_test::{Expect, expect};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::client::{Asked, Stage};
use crate::arrival::MAX_BODY;
use crate::{Mode, Windows};

const PROFILES: &str = "/klaviyo/api/profiles";

async fn check(stage: &Stage, asked: Asked<'_>, expected: Expect) {
    // Far enough on that no window is in the way.
    stage.advance(60_000);
    expected.assert_eq(&stage.send(asked).await.unwrap().told());
}

#[tokio::test]
async fn the_revision_must_be_one() {
    let stage = Stage::of(|_| {}).await;
    let with = |revision: &str| Asked::new("GET", PROFILES).with("revision", revision);
    check(
        &stage,
        Asked::new("GET", PROFILES).without("revision"),
        expect!["400 invalid at revision: The revision header is required."],
    )
    .await;
    check(
        &stage,
        with("latest"),
        expect!["400 invalid at revision: 'latest' is not a valid revision."],
    )
    .await;
    check(
        &stage,
        with("2025-01-15"),
        expect!["400 invalid at revision: unable to specify a future revision date"],
    )
    .await;
    check(
        &stage,
        with("2023-02-22"),
        expect![
            "400 invalid at revision: before the earliest available, use a date after 2024-10-15"
        ],
    )
    .await;
    stage.advance(60_000);
    assert_eq!(stage.send(with("2024-11-01")).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_retired_revision_falls_forward_unless_the_client_opts_out() {
    let stage = Stage::of(|settings| settings.mode = Mode::Today).await;
    assert_eq!(stage.get(PROFILES).await.status, 200);
    let out = |asked: Asked<'static>| asked.with("x-klaviyo-revision-fall-forward-opt-out", "1");
    check(
        &stage,
        out(Asked::new("GET", PROFILES)),
        expect!["410 gone at /data/: Revision 2024-10-15 has been retired."],
    )
    .await;
    let younger = out(Asked::new("GET", PROFILES).with("revision", "2025-01-15"));
    assert_eq!(stage.send(younger).await.unwrap().status, 200);
}

#[tokio::test]
async fn what_the_mode_does_not_have_is_not_found() {
    let documented = Stage::of(|_| {}).await;
    let strict = Stage::of(|settings| settings.mode = Mode::Strict).await;
    let no_revision = expect!["404 not_found at /data/: No valid revisions found for method"];
    for path in ["/klaviyo/api/flows", "/klaviyo/api/tag-campaign-relationships"] {
        let body = r#"{"data":{}}"#;
        no_revision.assert_eq(&strict.post(path, body).await.told());
        // There, the same request comes as far as its body.
        assert_ne!(documented.post(path, body).await.status, 404);
    }
    check(
        &strict,
        Asked::new("GET", "/klaviyo/api/profile"),
        expect!["404 not_found at /data/: The path /klaviyo/api/profile does not exist."],
    )
    .await;
    check(
        &strict,
        Asked::new("PUT", PROFILES),
        expect![[r#"405 method_not_allowed at /data/: Method "PUT" not allowed."#]],
    )
    .await;
}

#[tokio::test]
async fn a_body_must_be_json_said_to_be_json_and_not_too_large() {
    let stage = Stage::of(|_| {}).await;
    let post = |body: &str| Asked::new("POST", PROFILES).with_body(body);
    check(
        &stage,
        post("{}").with("content-type", "text/plain"),
        expect![[r#"415 unsupported_media_type at /data/: Unsupported media type "text/plain" in request."#]],
    )
    .await;
    check(
        &stage,
        post("{}").with("content-encoding", "br"),
        expect![[
            r#"415 unsupported_media_type at /data/: Unsupported content encoding "br" in request."#
        ]],
    )
    .await;
    check(
        &stage,
        post("{\"data\":"),
        expect!["400 parse_error at /data/: JSON parse error - EOF while parsing a value at line 1 column 8"],
    )
    .await;
    check(&stage, post(""), expect!["400 invalid at /data: A request body is required."]).await;
    check(
        &stage,
        post(&format!("\"{}\"", "x".repeat(MAX_BODY))),
        expect!["413 payload_too_large at /data/: The request body must not exceed 5 MB."],
    )
    .await;
    // Compressed, the same body is small on the wire and as large as before to the API.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&vec![b' '; MAX_BODY + 1]).unwrap();
    let mut packed = post("{}").with("content-encoding", "gzip");
    packed.body = encoder.finish().unwrap();
    check(
        &stage,
        packed,
        expect!["413 payload_too_large at /data/: The request body must not exceed 5 MB."],
    )
    .await;
    // Nothing of all this has come as far as the account.
    assert!(stage.simulator.requests().iter().all(|request| !request.applied));
}

#[tokio::test]
async fn a_query_is_checked_and_named() {
    let stage = Stage::of(|_| {}).await;
    check(
        &stage,
        Asked::new("GET", "/klaviyo/api/lists?page%5Bsize%5D=50"),
        expect![
            "400 invalid at page_size: 'page_size' is not a valid field for the resource 'list'."
        ],
    )
    .await;
    check(
        &stage,
        Asked::new("GET", "/klaviyo/api/profiles/x?include=profiless"),
        expect!["400 invalid at include: 'profiless' is not an allowed include parameter for this resource."],
    )
    .await;
}

#[tokio::test]
async fn an_endpoint_has_a_window_of_a_second_and_one_of_a_minute() {
    for windows in [Windows::Fixed, Windows::Sliding] {
        // Webhooks: 1 a second, 15 a minute.
        let stage = Stage::of(|settings| settings.windows = windows).await;
        let first = stage.get("/klaviyo/api/webhooks").await;
        let shown = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]
            .map(|name| first.header(name));
        assert_eq!(shown, [Some("15"), Some("14"), Some("60")], "{windows}");
        let refused = stage.get("/klaviyo/api/webhooks").await;
        expect!["429 throttled at /data/: Request was throttled. Expected available in 1 second."]
            .assert_eq(&refused.told());
        assert_eq!(refused.header("retry-after"), Some("1"));
        assert_eq!(refused.header("ratelimit-limit"), None);
        for _ in 1..15 {
            stage.advance(1000);
            assert_eq!(stage.get("/klaviyo/api/webhooks").await.status, 200, "{windows}");
        }
        stage.advance(1000);
        let refused = stage.get("/klaviyo/api/webhooks").await;
        expect![
            "429 throttled at /data/: Request was throttled. Expected available in 45 seconds."
        ]
        .assert_eq(&refused.told());
        assert_eq!(refused.header("retry-after"), Some("45"));
        // Other endpoints are not touched by it.
        assert_eq!(stage.get("/klaviyo/api/webhook-topics").await.status, 200);
        stage.advance(44_999);
        assert_eq!(stage.get("/klaviyo/api/webhooks").await.status, 429, "{windows}");
        stage.advance(1);
        assert_eq!(stage.get("/klaviyo/api/webhooks").await.status, 200, "{windows}");
    }
}

#[tokio::test]
async fn some_options_have_a_budget_across_endpoints() {
    let stage = Stage::of(|_| {}).await;
    let path = |option: &str| format!("/klaviyo/api/{option}");
    let list = path("lists/Y6nRLr?additional-fields%5Blist%5D=profile_count");
    let segment = path("segments/XyZ123?additional-fields%5Bsegment%5D=profile_count");
    assert_eq!(stage.get(&list).await.status, 200);
    assert_eq!(stage.get(&segment).await.status, 429);
    assert_eq!(stage.get(&path("segments/XyZ123")).await.status, 200);
    stage.advance(1000);
    assert_eq!(stage.get(&segment).await.status, 200);
}

#[tokio::test]
async fn some_operations_have_a_limit_a_day() {
    // A client of many keys: the gateway's quota is not what is tested here.
    let stage = Stage::of(|_| {}).await;
    let body = r#"{"data":{"type":"list","attributes":{"name":"x"}}}"#;
    for number in 0..150 {
        stage.advance(1000);
        assert_eq!(stage.post("/klaviyo/api/lists", body).await.status, 201, "{number}");
    }
    stage.advance(60_000);
    let refused = stage.post("/klaviyo/api/lists", body).await;
    expect!["429 throttled at /data/: Request was throttled. Expected available in 42990 seconds."]
        .assert_eq(&refused.told());
    stage.advance(42_990_000);
    assert_eq!(stage.post("/klaviyo/api/lists", body).await.status, 201);
}
