//! What a call costs beyond its exchange: the client against a bare reqwest loop, side by side, over the same server.
//!
//! `cargo bench -p pianoroll-gateway --bench overhead`

use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use pianoroll_api::{Arguments, find};
use pianoroll_gateway::{
    Call, Config, Connection, Credential, Endpoints, Gateway, Quota, SystemClock,
};
use pianoroll_model::{Clock, Revision};
use tokio::net::TcpListener;

const ROUNDS: u32 = 20;
const CALLS: u32 = 250;

#[tokio::main]
async fn main() {
    for bytes in [1 << 10, 64 << 10] {
        compare(bytes).await;
    }
}

/// A document of about so many bytes.
fn document(bytes: usize) -> Bytes {
    let rows = bytes / 100;
    let row = serde_json::json!({"type": "profile", "id": "01GDDKASAP8TKDDA2GRZDSVP4H", "attributes": {"email": "alice@example.com"}});
    Bytes::from(serde_json::json!({ "data": vec![row; rows] }).to_string())
}

async fn serve(body: Bytes) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            let body = body.clone();
            let answer = service_fn(move |_: Request<Incoming>| {
                let body = body.clone();
                async { Ok::<_, std::convert::Infallible>(Response::new(Full::new(body))) }
            });
            let server = hyper::server::conn::http1::Builder::new();
            tokio::spawn(server.serve_connection(TokioIo::new(stream), answer));
        }
    });
    address
}

#[expect(clippy::print_stdout, reason = "a bench prints")]
async fn compare(bytes: usize) {
    let address = serve(document(bytes)).await;
    let base = format!("http://{address}");
    let clock = Arc::new(SystemClock::new());
    let endpoints = Endpoints::new(&base, &base).expect("a base");
    let config = Config { endpoints, quota: Quota::Off, ..Config::default() };
    let credential = Credential::new("any-key-will-do".to_owned()).expect("a key");
    let gateway = Gateway::new(config, credential, clock.clone()).expect("good settings");
    let id = "21fd90f9-5935-43cd-b6c8-bde9d915ca80".parse().expect("an id");
    let connection = Connection::new(Some(id), Revision::constant(2024, 10, 15));
    let operation = find("profiles.list").expect("an operation");
    let arguments = Arguments::default().with_option("page_size", 100);
    let client = reqwest::Client::builder().no_proxy().tcp_nodelay(true).tls_certs_only([]);
    let client = client.build().expect("a client");
    let url = format!("{base}/klaviyo/api/profiles?page%5Bsize%5D=100");
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    // By turns, so that both see the same machine.
    for _ in 0..ROUNDS {
        let began = clock.monotonic();
        for _ in 0..CALLS {
            let response = client.get(&url).header("authorization", "Bearer any-key-will-do");
            let response = response.send().await.expect("an answer");
            response.bytes().await.expect("a body");
        }
        bare.push(clock.monotonic() - began);
        let began = clock.monotonic();
        for _ in 0..CALLS {
            let call = Call::new(operation, &arguments);
            gateway.call(&connection, call).await.expect("an answer");
        }
        ours.push(clock.monotonic() - began);
    }
    let (bare, ours) = (median(bare) / CALLS, median(ours) / CALLS);
    println!(
        "{bytes} bytes: bare {bare:?}, ours {ours:?}, ratio {:.3}, {:?} more",
        ours.as_secs_f64() / bare.as_secs_f64(),
        ours.saturating_sub(bare),
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
