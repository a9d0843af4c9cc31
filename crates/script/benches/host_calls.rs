//! What a script costs beyond the API. Prints ratios; run by hand with `cargo bench -p pianoroll-script`.
//!
//! Targets (design section 13): a host call at most 25 µs beyond its exchange; a 64 KB page at most 1.5 × the parse to a
//! `serde_json::Value`; 100,000 pushes linear.

#![expect(clippy::print_stdout, reason = "the numbers are the output")]
#![expect(clippy::disallowed_methods, reason = "a bench measures real time")]
#![expect(clippy::unwrap_used, reason = "a bench has nobody to report to")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pianoroll_gateway::{Config, Connection, Credential, Endpoints, Gateway, Quota, SystemClock};
use pianoroll_host::{Guest, Host, HostSettings};
use pianoroll_model::{Clock, ConnectionId, Effect, PermissionSet, Revision};
use pianoroll_script::{Script, read_page};
use pianoroll_simulator::{Settings, Simulator};
use serde_json::{Value, json};

const CALLS: u32 = 2_000;
const PROFILE: &str = "01GDDKASAP8TKDDA2GRZDSVP4H";
const CONNECTION: &str = "21fd90f9-5935-43cd-b6c8-bde9d915ca80";

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        calls().await;
        pushes().await;
    });
    pages();
}

struct World {
    simulator: Simulator,
    gateway: Gateway,
    clock: Arc<dyn Clock>,
}

impl World {
    async fn new() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let settings = Settings { limits: false, ..Settings::default() };
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let simulator = Simulator::start(settings, listen, Arc::clone(&clock)).await.unwrap();
        let url = simulator.gateway_url();
        let endpoints = Endpoints { gateway: url.clone(), control: url };
        let config = Config { endpoints, quota: Quota::Off, ..Config::default() };
        let credential = Credential::new("bench".to_owned()).unwrap();
        let gateway = Gateway::new(config, credential, Arc::clone(&clock)).unwrap();
        Self { simulator, gateway, clock }
    }

    /// The time that a script takes, compilation apart.
    async fn time(&self, source: &str) -> Duration {
        let script = Script::compile(source, "bench.rhai").unwrap();
        let id: ConnectionId = CONNECTION.parse().unwrap();
        let connection = Connection::new(Some(id), Revision::constant(2024, 10, 15));
        let run = "bench".parse().unwrap();
        let mut settings =
            HostSettings::new(self.gateway.clone(), connection, Arc::clone(&self.clock), run, 7);
        settings.grants = PermissionSet::none().with_effect(Effect::Read);
        let trunk = Host::new(settings).trunk();
        let start = Instant::now();
        script.guest().run(trunk).await.unwrap();
        start.elapsed()
    }
}

/// A host call from a script against the same exchange by a bare client.
async fn calls() {
    let world = World::new().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/klaviyo/api/profiles/{PROFILE}", world.simulator.gateway_url());
    let exchange = || async {
        let request = client.get(&url).bearer_auth("bench").header("revision", "2024-10-15");
        let answer = request.header("Maton-Connection", CONNECTION).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap().len()
    };
    let script = format!("for i in 0..{CALLS} {{ profiles::get(\"{PROFILE}\"); }}");
    // Both once before, so that neither pays for the connection; then in turns, since the machine is shared.
    exchange().await;
    world.time(&script).await;
    let (mut bare, mut scripted) = (Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        let start = Instant::now();
        for _ in 0..CALLS {
            exchange().await;
        }
        bare = bare.min(start.elapsed());
        scripted = scripted.min(world.time(&script).await);
    }
    let (bare, scripted) = (bare / CALLS, scripted / CALLS);
    let beyond = scripted.saturating_sub(bare);
    println!(
        "host call: {scripted:.1?}, bare exchange {bare:.1?}: {:.2} times, {beyond:.1?} beyond it",
        scripted.as_secs_f64() / bare.as_secs_f64()
    );
    world.simulator.stop().await;
}

/// Pushes, and how their cost grows.
async fn pushes() {
    let world = World::new().await;
    for list in ["[]", "rows()"] {
        let mut each = Vec::new();
        for count in [10_000_u32, 100_000] {
            let source =
                format!("let list = {list}; for i in 0..{count} {{ list.push(`id${{i}}`); }}");
            let mut best = Duration::MAX;
            for _ in 0..3 {
                best = best.min(world.time(&source).await);
            }
            each.push(best / count);
        }
        println!(
            "push to {list}: {:.2?} at 10,000, {:.2?} at 100,000: {:.2} times (1 is linear)",
            each[0],
            each[1],
            each[1].as_secs_f64() / each[0].as_secs_f64()
        );
    }
    world.simulator.stop().await;
}

/// A page of 64 KB against the parse to a value.
fn pages() {
    let profile = |number: usize| {
        json!({
            "type": "profile",
            "id": format!("01GDDKASAP8TKDDA2GRZD{number:05}"),
            "attributes": {
                "email": format!("person{number}@example.com"), "phone_number": null, "external_id": null,
                "first_name": "Alexandra", "last_name": "Example", "organization": null, "title": null,
                "created": "2024-01-15T10:30:00+00:00", "updated": "2024-03-15T10:30:00+00:00",
                "last_event_date": "2024-03-15T10:30:00+00:00",
                "location": { "city": "Boston", "country": "United States", "zip": "02110" },
                "properties": { "lifecycle": "active", "orders": number, "score": 0.5 },
            },
            "links": { "self": format!("https://a.klaviyo.com/api/profiles/01GDDKASAP8TKDDA2GRZD{number:05}/") },
        })
    };
    let page =
        json!({ "data": (0..100).map(profile).collect::<Vec<_>>(), "links": { "next": null } });
    let bytes = serde_json::to_vec(&page).unwrap();
    let best = |read: &dyn Fn() -> usize| {
        let rounds = (0..200).map(|_| {
            let start = Instant::now();
            assert_eq!(read(), 100);
            start.elapsed()
        });
        rounds.min().unwrap()
    };
    let to_value = best(&|| {
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        value["data"].as_array().unwrap().len()
    });
    let to_resources = best(&|| read_page(&bytes));
    println!(
        "page of {} KB: {to_resources:.1?}, to a Value {to_value:.1?}: {:.2} times (at most 1.5)",
        bytes.len() / 1024,
        to_resources.as_secs_f64() / to_value.as_secs_f64()
    );
}
