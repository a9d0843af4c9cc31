//! The key leaves in one header, and comes back nowhere.

use pianoroll_api::Arguments;
use pianoroll_gateway::{Config, Credential, Endpoints, Gateway, Quota};
use serde_json::json;
use std::sync::Arc;

use crate::support::{
    Act, KEY, QuickClock, Server, body, bytes, call, client, config, gateway, refusal, reply,
};

#[tokio::test]
async fn a_server_that_repeats_the_key_is_not_repeated() {
    let escaped = KEY.replace('_', "\\u005f");
    let bodies = [
        refusal(400, KEY, &format!("bad {KEY}"), json!({"key": KEY})),
        refusal(400, "x", "y", json!({"key": "escaped"})).replace("escaped", &escaped),
        format!(r#"{{"message":"Invalid key {KEY}"}}"#),
        format!(r#"{{"message":"Invalid key {escaped}"}}"#),
        format!(r#"{{"detail":[{{"loc":["header","{KEY}"],"msg":"{KEY}"}}]}}"#),
        format!("<html><title>{KEY}</title>"),
        format!("no shape at all {KEY}"),
    ];
    let clock = QuickClock::default();
    let place = format!("https://x.example/{KEY}?k={KEY}");
    for status in [200, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503] {
        for text in &bodies {
            let headers = [("x-request-id", KEY), ("location", place.as_str())];
            let server = Server::start([reply(status, &headers, text)]).await;
            let gateway = gateway(&server, &clock);
            let result = call(&gateway, "profiles.get", Arguments::ids(["01"])).await;
            let shown = match &result {
                Ok(answer) => format!("{answer:?} {:?}", answer.body),
                Err(error) => {
                    let failure = error.clone().into_failure();
                    format!("{error} {error:?} {failure:?} {:?}", error.reason.meta)
                }
            };
            assert!(!shown.contains(KEY), "{status} {text}: {shown}");
            assert!(!format!("{gateway:?} {:?}", gateway.statistics()).contains(KEY));
        }
    }
}

#[tokio::test]
async fn no_failure_of_the_way_shows_the_key() {
    let clock = QuickClock::default();
    let breaks = [
        Act::Drop,
        Act::Break(format!("HTTP/1.1 {KEY}\r\n\r\n").into_bytes()),
        Act::Break(format!("{KEY}\r\n\r\n").into_bytes()),
        Act::Break(bytes(200, &[(KEY, KEY)], b"{")[..40].to_vec()),
    ];
    for act in breaks {
        let server = Server::start([act]).await;
        let result =
            call(&gateway(&server, &clock), "lists.create", body(json!({"name": KEY}))).await;
        let error = result.unwrap_err();
        assert!(!format!("{error} {error:?}").contains(KEY), "{error:?}");
    }
    // As an id, an option, and a base URL.
    let server = Server::start([reply(404, &[], "")]).await;
    let gateway = gateway(&server, &clock);
    for arguments in
        [Arguments::ids([format!("{KEY}/")]), Arguments::ids(["x"]).with_option(KEY, 1)]
    {
        let error = call(&gateway, "profiles.get", arguments).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains(KEY), "{error:?}");
    }
    let endpoints =
        Endpoints { gateway: format!("https://u:{KEY}@x"), control: "https://x".to_owned() };
    let credential = Credential::new(KEY.to_owned()).unwrap();
    let wrong =
        Gateway::new(config(endpoints), credential.clone(), Arc::new(clock.clone())).unwrap_err();
    assert!(!format!("{wrong} {wrong:?} {credential:?}").contains(KEY));
    let gone =
        client(config(Endpoints::new("http://127.0.0.1:9", "http://127.0.0.1:9").unwrap()), &clock);
    let error = call(&gone, "profiles.get", Arguments::ids(["01"])).await.unwrap_err();
    assert!(!format!("{error} {error:?} {gone:?}").contains(KEY));
}

#[test]
fn the_quota_cannot_be_off_for_maton() {
    let credential = || Credential::new(KEY.to_owned()).unwrap();
    let clock = Arc::new(QuickClock::default());
    let config = |quota| Config { quota, ..Config::default() };
    let refused = Gateway::new(config(Quota::Off), credential(), clock.clone()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the quota cannot be off for Maton's own hosts: every request past the limit would be refused"
    );
    assert!(Gateway::new(config(Quota::PerSecond(10)), credential(), clock).is_ok());
}
