//! What leaves: headers, bodies, and over how many connections.

use expect_test::expect;
use pianoroll_api::Arguments;
use pianoroll_gateway::Endpoints;
use serde_json::json;

use crate::support::{
    KEY, QuickClock, Server, body, call, client, config, gateway, profile, reply,
};

#[tokio::test]
async fn requests_carry_the_key_the_connection_and_the_revision() {
    let server = Server::start([reply(200, &[], &profile("01", "a@b.c"))]).await;
    let clock = QuickClock::default();
    let gateway = gateway(&server, &clock);
    call(&gateway, "profiles.create", body(json!({"email": "a@b.c"}))).await.unwrap();
    let remove = Arguments::ids(["Y6nRLr"]).with_body(json!(["01"]));
    call(&gateway, "lists.remove_profiles", remove).await.unwrap();
    call(&gateway, "connections.list", Arguments::default()).await.unwrap();
    let seen = server.seen();
    let mut heads: Vec<String> = seen
        .iter()
        .map(|seen| {
            let mut lines: Vec<&str> = seen.head.trim().lines().skip(1).collect();
            lines.sort_unstable();
            format!("{}\n{}\n", seen.line(), lines.join("\n"))
        })
        .collect();
    for head in &mut heads {
        *head = head.replace(KEY, "KEY").replace(&server.address.to_string(), "ADDRESS");
    }
    expect![[r#"
        POST /klaviyo/api/profiles
        accept-encoding: gzip
        accept: application/vnd.api+json
        authorization: Bearer KEY
        content-length: 58
        content-type: application/vnd.api+json
        host: ADDRESS
        maton-connection: 21fd90f9-5935-43cd-b6c8-bde9d915ca80
        revision: 2024-10-15
        user-agent: pianoroll/0.1.0

        DELETE /klaviyo/api/lists/Y6nRLr/relationships/profiles
        accept-encoding: gzip
        accept: application/vnd.api+json
        authorization: Bearer KEY
        content-length: 39
        content-type: application/vnd.api+json
        host: ADDRESS
        maton-connection: 21fd90f9-5935-43cd-b6c8-bde9d915ca80
        revision: 2024-10-15
        user-agent: pianoroll/0.1.0

        GET /connections
        accept-encoding: gzip
        accept: application/json
        authorization: Bearer KEY
        host: ADDRESS
        user-agent: pianoroll/0.1.0
    "#]]
    .assert_eq(&heads.join("\n"));
    assert_eq!(seen[1].body, r#"{"data":[{"id":"01","type":"profile"}]}"#);
    assert!(seen.iter().all(|seen| seen.connection == 0), "connections are reused");
}

/// Names the server that [`talks_to_the_server_itself`] is to call, in a process of its own.
const SERVER: &str = "PIANOROLL_TEST_SERVER";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_proxy_of_the_environment_is_used() {
    let proxy = Server::start([reply(200, &[], &profile("01", "a@b.c"))]).await;
    let server = Server::start([reply(200, &[], &profile("01", "a@b.c"))]).await;
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "headers::talks_to_the_server_itself", "--ignored"]);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"] {
        child.env(name, format!("http://{}", proxy.address));
    }
    child.env(SERVER, server.address.to_string()).env_remove("NO_PROXY").env_remove("no_proxy");
    let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((server.seen().len(), proxy.seen().len()), (1, 0));
}

#[tokio::test]
#[ignore = "run by no_proxy_of_the_environment_is_used, in an environment of its own"]
async fn talks_to_the_server_itself() {
    let base = format!("http://{}", std::env::var(SERVER).unwrap());
    let endpoints = Endpoints::new(&base, &base).unwrap();
    let gateway = client(config(endpoints), &QuickClock::default());
    call(&gateway, "profiles.get", Arguments::ids(["01"])).await.unwrap();
}
