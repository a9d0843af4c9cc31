//! The listener over TCP, with requests written by hand and a site that does as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pianoroll_model::ManualClock;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::*;
use crate::HookSecret;
use crate::hooks::MOST_BYTES;
use crate::refusal::{Refusal, RefusalKind};

const DATE: &str = "Thu, 04 Jan 2024 18:05:25 GMT";

/// What the site does with events.
#[derive(Clone, Copy, Default, PartialEq)]
enum Does {
    #[default]
    Takes,
    /// Takes them when it is let.
    Waits,
    Closes,
    Fails,
    Panics,
    IsNotReady,
}

#[derive(Default)]
struct Fake {
    does: Does,
    ill: bool,
    begun: Notify,
    go_on: Notify,
    taken: Mutex<Vec<HookEvent>>,
    refused: Mutex<Vec<(String, &'static str)>>,
}

fn secret() -> HookSecret {
    HookSecret::new("whsec_example").unwrap()
}

impl Site for Fake {
    fn health(&self) -> Health {
        Health { ok: !self.ill, report: json!({ "schedules": 3 }) }
    }

    fn metrics(&self) -> String {
        "pianoroll_schedules 3\n".to_owned()
    }

    fn hook(&self, name: &str) -> Result<Option<Arc<Hook>>, Refusal> {
        if self.does == Does::IsNotReady {
            return Err(Refusal::new(RefusalKind::Refused, "no secret in /x"));
        }
        let hook = || Arc::new(Hook { secret: secret(), webhook_id: None });
        Ok((name == "klaviyo").then(hook))
    }

    fn deliver<'a>(&'a self, hook: &'a str, events: Vec<HookEvent>) -> Answering<'a, Delivered> {
        assert_eq!(hook, "klaviyo");
        Box::pin(async move {
            match self.does {
                Does::Closes => return Err(Refusal::closing()),
                Does::Fails => return Err(Refusal::new(RefusalKind::Refused, "disk full at /x")),
                Does::Panics => panic!("the site is broken"),
                Does::Waits => {
                    self.begun.notify_one();
                    self.go_on.notified().await;
                }
                Does::Takes | Does::IsNotReady => {}
            }
            let count = events.len() as u64;
            self.taken.lock().unwrap().extend(events);
            Ok(Delivered { accepted: count - 1, repeated: 1 })
        })
    }

    fn refused(&self, hook: &str, refusal: HookRefusal) {
        self.refused.lock().unwrap().push((hook.to_owned(), refusal.as_str()));
    }
}

struct Stage {
    site: Arc<Fake>,
    clock: ManualClock,
    address: SocketAddr,
    serving: HttpServing,
}

fn stage(site: Fake) -> Stage {
    let clock = ManualClock::new("2024-01-04T18:05:30Z".parse().unwrap());
    let listener = HttpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let (site, address) = (Arc::new(site), listener.address());
    let serving = listener.serve(site.clone(), Arc::new(clock.clone()));
    Stage { site, clock, address, serving }
}

impl Stage {
    /// Status and everything that was answered.
    async fn ask(&self, request: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        read(stream).await
    }

    async fn get(&self, path: &str) -> (u16, String) {
        self.ask(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await
    }

    fn taken(&self) -> usize {
        self.site.taken.lock().unwrap().len()
    }
}

async fn read(mut stream: TcpStream) -> (u16, String) {
    let mut answer = Vec::new();
    // A server that has answered need not read what comes then.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    let status = answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer)
}

fn body(events: usize) -> Vec<u8> {
    let event = |number| json!({ "topic": "t", "external_id": format!("{number}"), "payload": {} });
    let data: Vec<Value> = (0..events).map(event).collect();
    json!({ "data": data, "meta": { "klaviyo_webhook_id": "01HK" } }).to_string().into_bytes()
}

fn delivery(hook: &str, body: &[u8]) -> Vec<u8> {
    let (length, signature) = (body.len(), secret().sign(body, DATE));
    let mut request = format!(
        "POST /hooks/{hook} HTTP/1.1\r\nhost: x\r\nKlaviyo-Webhook-Id: 01HK\r\nKlaviyo-Signature: {signature}\r\n\
         Klaviyo-Timestamp: {DATE}\r\ncontent-length: {length}\r\n\r\n"
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn health_metrics_and_nothing_else() {
    let stage = stage(Fake::default());
    let (status, answer) = stage.get("/health").await;
    assert_eq!(status, 200, "{answer}");
    assert!(answer.ends_with(r#"{"ok":true,"report":{"schedules":3}}"#), "{answer}");
    let (status, answer) = stage.get("/metrics").await;
    assert!(status == 200 && answer.ends_with("\r\n\r\npianoroll_schedules 3\n"), "{answer}");
    assert!(answer.contains("content-type: text/plain; version=0.0.4"), "{answer}");
    for path in ["/", "/health/", "/hooks", "/hooks/", "/hooks/a/b", "/v1/owner", "/..", "//"] {
        let (status, answer) = stage.get(path).await;
        assert!(status == 404 && answer.ends_with(r#"{"error":"nothing is here"}"#), "{answer}");
    }
    for request in ["GET /hooks/klaviyo", "GET /hooks/other", "POST /health", "DELETE /metrics"] {
        let (status, answer) =
            stage.ask(format!("{request} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await;
        assert!(status == 405 && answer.contains("allow: "), "{request}: {answer}");
        assert!(answer.contains("application/json"), "{answer}");
    }
    stage.serving.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ill_says_so() {
    let stage = stage(Fake { ill: true, ..Fake::default() });
    let (status, answer) = stage.get("/health").await;
    assert!(status == 503 && answer.contains(r#""ok":false"#), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_events_are_delivered() {
    let stage = stage(Fake::default());
    let (status, answer) = stage.ask(&delivery("klaviyo", &body(1000))).await;
    assert!(status == 200 && answer.ends_with(r#"{"accepted":999,"repeated":1}"#), "{answer}");
    assert_eq!(stage.taken(), 1000);
    // Nothing is in it, and nobody is asked.
    let (status, answer) = stage.ask(&delivery("klaviyo", &body(0))).await;
    assert!(status == 200 && answer.ends_with(r#"{"accepted":0,"repeated":0}"#), "{answer}");
    let (status, _) = stage.ask(&delivery("klaviyo", &body(1001))).await;
    assert_eq!((status, stage.taken()), (400, 1000));
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_within_a_delivery_are_counted_with_the_others() {
    let stage = stage(Fake::default());
    let event = json!({ "topic": "t", "external_id": "a", "payload": {} });
    let meta = json!({ "klaviyo_webhook_id": "01HK" });
    let body = json!({ "data": [event, event, event], "meta": meta }).to_string();
    let (_, answer) = stage.ask(&delivery("klaviyo", body.as_bytes())).await;
    assert!(answer.ends_with(r#"{"accepted":0,"repeated":3}"#), "{answer}");
    assert_eq!(stage.taken(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_reaches_nobody() {
    let stage = stage(Fake::default());
    let whole = String::from_utf8(delivery("klaviyo", &body(1))).unwrap();
    let (unknown, _) = stage.ask(&delivery("other", &body(1))).await;
    let (changed, answer) = stage.ask(whole.replace("\"t\"", "\"u\"").as_bytes()).await;
    assert!(answer.ends_with(r#"{"error":"the signature is wrong"}"#), "{answer}");
    let (unsigned, answer) = stage.ask(whole.replace("Klaviyo-Signature", "X").as_bytes()).await;
    assert!(answer.contains("klaviyo-signature is missing"), "{answer}");
    stage.clock.advance(Duration::from_secs(301));
    let (old, answer) = stage.ask(whole.as_bytes()).await;
    assert!(answer.contains("too old"), "{answer}");
    assert_eq!((unknown, changed, unsigned, old), (404, 401, 400, 401));
    let refused = stage.site.refused.lock().unwrap().clone();
    let of_hook = |word| ("klaviyo".to_owned(), word);
    assert_eq!(refused, ["signature", "header", "too_old"].map(of_hook));
    assert_eq!(stage.taken(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_not_read() {
    let stage = stage(Fake::default());
    let head = |length: &str| {
        format!(
            "POST /hooks/klaviyo HTTP/1.1\r\nhost: x\r\nKlaviyo-Webhook-Id: 01HK\r\nKlaviyo-Signature: {}\r\n\
             Klaviyo-Timestamp: {DATE}\r\n{length}\r\n\r\n",
            "0".repeat(64),
        )
    };
    let announced = head(&format!("content-length: {}", MOST_BYTES + 1));
    assert_eq!(stage.ask(announced.as_bytes()).await.0, 413);
    // Without a length, until it is too much.
    let mut stream = TcpStream::connect(stage.address).await.unwrap();
    stream.write_all(head("transfer-encoding: chunked").as_bytes()).await.unwrap();
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 20, "x".repeat(1 << 20));
    for _ in 0..8 {
        stream.write_all(chunk.as_bytes()).await.unwrap();
    }
    stream.write_all(b"1\r\n").await.unwrap();
    stream.write_all(b"x").await.unwrap();
    assert_eq!(read(stream).await.0, 413);
    // The largest that is taken is read to its end, and its signature is wrong.
    let mut largest = head(&format!("content-length: {MOST_BYTES}")).into_bytes();
    largest.resize(largest.len() + MOST_BYTES, b'x');
    assert_eq!(stage.ask(&largest).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_takes_nothing_is_answered_for_without_details() {
    for (does, expected) in
        [(Does::Closes, 503), (Does::Fails, 500), (Does::Panics, 500), (Does::IsNotReady, 503)]
    {
        let stage = stage(Fake { does, ..Fake::default() });
        let (status, answer) = stage.ask(&delivery("klaviyo", &body(1))).await;
        assert_eq!(status, expected, "{answer}");
        assert!(!answer.contains("disk full"), "{answer}");
        assert_eq!(answer.contains("retry-after: "), expected == 503, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_finished_when_its_client_is_gone_and_the_end_waits_for_it() {
    let stage = stage(Fake { does: Does::Waits, ..Fake::default() });
    let mut stream = TcpStream::connect(stage.address).await.unwrap();
    stream.write_all(&delivery("klaviyo", &body(3))).await.unwrap();
    stage.site.begun.notified().await;
    drop(stream);
    let closing = tokio::spawn(stage.serving.close());
    // Once nobody is let in any more, the end is under way.
    while TcpStream::connect(stage.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!closing.is_finished());
    stage.site.go_on.notify_one();
    closing.await.unwrap();
    assert_eq!(stage.site.taken.lock().unwrap().len(), 3);
}

/// Advances the clock as soon as somebody sleeps for so long.
async fn pass(clock: &ManualClock, sleep: Duration) {
    while clock.next_wake() != Some(sleep) {
        tokio::task::yield_now().await;
    }
    clock.advance(sleep);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_does_not_wait_for_ever() {
    let stage = stage(Fake { does: Does::Waits, ..Fake::default() });
    let mut stream = TcpStream::connect(stage.address).await.unwrap();
    stream.write_all(&delivery("klaviyo", &body(1))).await.unwrap();
    stage.site.begun.notified().await;
    let closing = tokio::spawn(stage.serving.close());
    pass(&stage.clock, Duration::from_secs(10)).await;
    closing.await.unwrap();
    assert_eq!(read(stream).await.0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_delivery_is_answered_in_time_and_goes_on() {
    let stage = stage(Fake { does: Does::Waits, ..Fake::default() });
    let mut stream = TcpStream::connect(stage.address).await.unwrap();
    stream.write_all(&delivery("klaviyo", &body(1))).await.unwrap();
    stage.site.begun.notified().await;
    pass(&stage.clock, paths::WHOLE).await;
    let (status, answer) = read(stream).await;
    assert!(status == 503 && answer.contains("longer than 30 seconds"), "{answer}");
    stage.site.go_on.notify_one();
    stage.serving.close().await;
    assert_eq!(stage.site.taken.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_sender_is_given_up() {
    let stage = stage(Fake::default());
    let mut stream = TcpStream::connect(stage.address).await.unwrap();
    let whole = delivery("klaviyo", &body(1));
    stream.write_all(&whole[..whole.len() - 1]).await.unwrap();
    pass(&stage.clock, paths::WHOLE).await;
    assert_eq!(read(stream).await.0, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_says_nothing_is_sent_away() {
    let stage = stage(Fake::default());
    let stream = TcpStream::connect(stage.address).await.unwrap();
    pass(&stage.clock, connections::WHOLE).await;
    assert_eq!(read(stream).await, (0, String::new()));
}

// Hyper keeps this time itself, by tokio's clock.
#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_end_is_not_waited_for() {
    let stage = stage(Fake::default());
    let begun = tokio::time::Instant::now();
    let (status, answer) = stage.ask(b"GET /health HTTP/1.1\r\nhost: x\r\n").await;
    assert!(matches!(status, 0 | 408), "{answer}");
    assert!(begun.elapsed() >= connections::HEAD && begun.elapsed() < connections::HEAD * 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_does_not_wait_for_those_who_have_asked_nothing() {
    let stage = stage(Fake::default());
    let silent = TcpStream::connect(stage.address).await.unwrap();
    assert_eq!(stage.get("/health").await.0, 200);
    // The clock stands still: a wait would never end.
    stage.serving.close().await;
    assert_eq!(read(silent).await, (0, String::new()));
}

// With tokio's clock paused, a wait ends at once where nothing else is left to do.
#[tokio::test(start_paused = true)]
async fn only_so_many_connections_are_open_at_once() {
    let stage = stage(Fake::default());
    let mut silent = Vec::new();
    for _ in 0..256 {
        silent.push(TcpStream::connect(stage.address).await.unwrap());
    }
    let mut late = TcpStream::connect(stage.address).await.unwrap();
    late.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut byte = [0];
    let early = tokio::time::timeout(Duration::from_millis(50), late.read(&mut byte)).await;
    assert!(early.is_err(), "a place was free");
    drop(silent.pop());
    assert_eq!(late.read(&mut byte).await.unwrap(), 1);
}

#[tokio::test]
async fn an_address_that_cannot_be_had_is_named() {
    let listener = HttpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let error = HttpListener::bind(listener.address()).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot listen on {}", listener.address()));
    assert!(error.hint().unwrap().contains("name another port"), "{error:?}");
    let error = HttpListener::bind("192.0.2.1:0".parse().unwrap()).unwrap_err();
    assert!(error.hint().unwrap().contains("no address 192.0.2.1"), "{error:?}");
    let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    let error = HttpError { address: "127.0.0.1:80".parse().unwrap(), source: denied };
    assert!(error.hint().unwrap().contains("port 80 is kept"), "{error:?}");
}
