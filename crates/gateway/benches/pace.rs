//! How near the client works to the quota: time against requests ÷ quota, and the share of requests that are refused.
//!
//! `cargo bench -p pianoroll-gateway --features bench --bench pace` runs 3,000 calls against every way of counting in
//! virtual time. `… -- real 3000` makes that many calls to the simulator, in real time: five minutes.

use std::sync::Arc;
use std::time::Duration;

use pianoroll_api::{Arguments, find};
use pianoroll_gateway::simulation::{Counting, Jitter, run};
use pianoroll_gateway::{
    Call, Config, Connection, Credential, Endpoints, Gateway, Quota, SystemClock,
};
use pianoroll_model::{Clock, Revision};
use pianoroll_simulator::{Settings, Simulator, Windows};

const CALLS: u32 = 3_000;
const WIDTH: usize = 16;
const JITTER: Duration = Duration::from_millis(40);

fn main() {
    let words: Vec<String> = std::env::args().collect();
    match words.iter().position(|word| word == "real") {
        None => in_virtual_time(),
        Some(place) => {
            let calls = words.get(place + 1).and_then(|word| word.parse().ok()).unwrap_or(CALLS);
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
            let runtime = runtime.expect("a runtime can be made");
            for windows in [Windows::Fixed, Windows::Sliding] {
                runtime.block_on(in_real_time(calls, windows));
            }
        }
    }
}

#[expect(clippy::print_stdout, reason = "a bench prints")]
fn in_virtual_time() {
    println!(
        "{CALLS} calls, {WIDTH} at a time, 250 ms; worst of 10 seeds (goal: 1.05, 1 %, none repeated)"
    );
    let offsets = [3, 253, 503, 753].map(|millis| Counting::Fixed(Duration::from_millis(millis)));
    for counting in offsets.into_iter().chain([Counting::Sliding]) {
        for jitter in
            [Jitter::None, Jitter::Out(JITTER), Jitter::Back(JITTER), Jitter::Both(JITTER)]
        {
            let outcomes = (0..10).map(|seed| run(CALLS, WIDTH, counting, jitter, seed));
            let outcomes: Vec<_> = outcomes.collect();
            let worst = |of: fn(&pianoroll_gateway::simulation::Outcome) -> f64| {
                outcomes.iter().map(of).fold(0.0, f64::max)
            };
            let repeated: u32 = outcomes.iter().map(|outcome| outcome.repeated).sum();
            println!(
                "{counting:?} {jitter:?}: ratio {:.4}, refused {:.3} %, repeated {repeated}",
                worst(|outcome| outcome.ratio),
                worst(|outcome| outcome.refused) * 100.0,
            );
        }
    }
}

#[expect(clippy::print_stdout, reason = "a bench prints")]
async fn in_real_time(calls: u32, windows: Windows) {
    let clock = Arc::new(SystemClock::new());
    let latency = Duration::from_millis(250);
    let settings = Settings { windows, latency, jitter: JITTER, ..Settings::default() };
    let listen = "127.0.0.1:0".parse().expect("an address");
    let simulator = Simulator::start(settings, listen, clock.clone()).await.expect("it starts");
    let endpoints = Endpoints::new(&simulator.gateway_url(), &simulator.control_url());
    let endpoints = endpoints.expect("its addresses are good");
    let quota = Quota::PerSecond(10);
    let config = Config { endpoints, quota, ..Config::default() };
    let credential = Credential::new("any-key-will-do".to_owned()).expect("a key");
    let gateway = Gateway::new(config, credential, clock.clone()).expect("good settings");
    let id = "21fd90f9-5935-43cd-b6c8-bde9d915ca80".parse().expect("an id");
    let connection = Arc::new(Connection::new(Some(id), Revision::constant(2024, 10, 15)));
    let operation = find("profiles.update").expect("an operation");
    let began = clock.monotonic();
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..WIDTH {
        let (gateway, connection) = (gateway.clone(), Arc::clone(&connection));
        workers.spawn(async move {
            for number in (0..calls).filter(|number| *number as usize % WIDTH == worker) {
                let body = serde_json::json!({"properties": {"number": number}});
                let arguments = Arguments::ids(["01GDDKASAP8TKDDA2GRZDSVP4H"]).with_body(body);
                let call = Call::new(operation, &arguments);
                gateway.call(&connection, call).await.expect("every call succeeds in the end");
            }
        });
    }
    workers.join_all().await;
    let took = clock.monotonic() - began;
    let throttled = gateway.statistics().throttled as f64;
    println!(
        "{windows:?}, {calls} calls to the simulator: ratio {:.4}, refused {:.3} %",
        took.as_secs_f64() / (f64::from(calls) / 10.0),
        throttled / (f64::from(calls) + throttled) * 100.0,
    );
}
