//! A client that knows no more of HTTP than these tests need, so that they see every byte.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use flate2::read::GzDecoder;
use pianoroll_model::ManualClock;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Mode, Settings, Simulator};

/// A simulator on a clock of its own.
pub(super) struct Stage {
    pub(super) simulator: Simulator,
    pub(super) clock: ManualClock,
}

/// A request; the default is a right one without a body.
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) headers: Vec<(&'a str, String)>,
    pub(super) body: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    /// Unpacked.
    pub(super) body: Vec<u8>,
}

impl Stage {
    /// Started at noon of a day on which revision 2024-10-15 was new; in mode `today`, two years later.
    pub(super) async fn start(settings: Settings) -> Self {
        let noon = match settings.mode {
            Mode::Today => "2026-11-21T12:00:00Z",
            Mode::Documented | Mode::Strict => "2024-11-21T12:00:00Z",
        };
        let clock = ManualClock::new(noon.parse().unwrap());
        let listen = "127.0.0.1:0".parse().unwrap();
        let simulator = Simulator::start(settings, listen, Arc::new(clock.clone())).await.unwrap();
        Self { simulator, clock }
    }

    /// With few profiles and the given settings.
    pub(super) async fn of(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings { profiles: 20, ..Settings::default() };
        change(&mut settings);
        Self::start(settings).await
    }

    pub(super) fn advance(&self, millis: u64) {
        self.clock.advance(Duration::from_millis(millis));
    }

    /// The answer; nothing when the connection ended without one.
    pub(super) async fn send(&self, asked: Asked<'_>) -> Option<Answered> {
        let mut stream = TcpStream::connect(self.simulator.address()).await.unwrap();
        stream.write_all(&asked.bytes(true)).await.unwrap();
        let mut received = Vec::new();
        // A reset is as good an end as any other.
        let _ = stream.read_to_end(&mut received).await;
        Answered::parse(&received)
    }

    pub(super) async fn get(&self, path: &str) -> Answered {
        self.send(Asked::new("GET", path)).await.unwrap()
    }

    pub(super) async fn post(&self, path: &str, body: &str) -> Answered {
        self.send(Asked::new("POST", path).with_body(body)).await.unwrap()
    }

    /// Sends while the clock runs on from wait to wait.
    pub(super) async fn send_in_time(&self, asked: Asked<'_>) -> Option<Answered> {
        let mut sending = std::pin::pin!(self.send(asked));
        loop {
            tokio::select! {
                biased;
                answered = sending.as_mut() => return answered,
                () = tokio::task::yield_now() => {}
            }
            if let Some(wait) = self.clock.next_wake() {
                self.clock.advance(wait);
            }
        }
    }
}

impl<'a> Asked<'a> {
    pub(super) fn new(method: &'a str, path: &'a str) -> Self {
        let headers = vec![
            ("authorization", "Bearer test-key".to_owned()),
            ("revision", "2024-10-15".to_owned()),
        ];
        Self { method, path, headers, body: Vec::new() }
    }

    pub(super) fn with(mut self, name: &'a str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    pub(super) fn with_body(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self.with("content-type", "application/json")
    }

    pub(super) fn bytes(&self, last: bool) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: simulator\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.body.is_empty() {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        if last {
            head.push_str("connection: close\r\n");
        }
        head.push_str("\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}

impl Answered {
    pub(super) fn parse(received: &[u8]) -> Option<Self> {
        let end = received.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&received[..end]).unwrap();
        let (status_line, fields) = head.split_once("\r\n").unwrap_or((head, ""));
        let headers: BTreeMap<_, _> = fields
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut body = received[end + 4..].to_vec();
        if headers.get("content-encoding").is_some_and(|coding| coding == "gzip") {
            let packed = std::mem::take(&mut body);
            GzDecoder::new(&*packed).read_to_end(&mut body).unwrap();
        }
        Some(Self { status: status_line.split(' ').nth(1)?.parse().ok()?, headers, body })
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Status and what an error says, in whichever shape: `400 /data/: Invalid cursor provided.`
    pub(super) fn told(&self) -> String {
        let json = self.json();
        let error = &json["errors"][0];
        let text = if error.is_object() {
            assert_eq!(self.header("content-type"), Some("application/vnd.api+json"));
            assert_eq!(error["status"], self.status);
            let source =
                error["source"]["pointer"].as_str().or(error["source"]["parameter"].as_str());
            format!(
                "{} at {}: {}",
                error["code"].as_str().unwrap(),
                source.unwrap(),
                error["detail"].as_str().unwrap()
            )
        } else {
            assert_eq!(self.header("content-type"), Some("application/json"));
            json.to_string()
        };
        format!("{} {text}", self.status)
    }
}
