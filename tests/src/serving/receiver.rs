//! Somebody who is told: a listener that takes notices, and answers as a test wants.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

/// What came in.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The path that was asked for.
    pub path: String,
    /// Its `Idempotency-Key`.
    pub key: String,
    /// The document.
    pub body: Value,
}

/// A listener on this machine, until the test ends.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    told: Vec<Told>,
    /// What is answered next; 204 where nothing is left.
    answers: VecDeque<u16>,
}

impl Receiver {
    /// Listens on a free port.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("a bound port has an address");
        let inner = Arc::<Mutex<Inner>>::default();
        let shared = Arc::clone(&inner);
        // It ends with the process of the test.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || while take(&stream, &shared).is_some() {});
            }
        });
        Self { address, inner }
    }

    /// The URL under which it is told, with a path that is a secret.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/{}", self.address, Self::SECRET)
    }

    /// The part of its URL that must not be seen anywhere.
    pub const SECRET: &'static str = "hooks/5ecretPathOfTheReceiver";

    /// Answers the next ones with these statuses.
    pub fn answer(&self, statuses: &[u16]) {
        lock(&self.inner).answers.extend(statuses);
    }

    /// All that came in so far, in order.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        lock(&self.inner).told.clone()
    }

    /// The lines of all notices so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let text = |told: &Told| told.body["text"].as_str().unwrap_or_default().to_owned();
        let texts: Vec<String> = self.told().iter().map(text).collect();
        texts.iter().flat_map(|text| text.lines()).map(str::to_owned).collect()
    }
}

/// One request of a connection; none at its end.
fn take(stream: &TcpStream, inner: &Mutex<Inner>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        let count = reader.read_line(&mut line).ok()?;
        (count > 0).then(|| line.trim_end().to_owned())
    };
    let path = line()?.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut key, mut length) = (String::new(), 0);
    while let Some(header) = line().filter(|line| !line.is_empty()) {
        let (name, value) = header.split_once(':').unwrap_or_default();
        match name.to_lowercase().as_str() {
            "idempotency-key" => key = value.trim().to_owned(),
            "content-length" => length = value.trim().parse().unwrap_or(0),
            _ => {}
        }
    }
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).ok()?;
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    let status = {
        let mut inner = lock(inner);
        inner.told.push(Told { path, key, body });
        inner.answers.pop_front().unwrap_or(204)
    };
    let answer = format!("HTTP/1.1 {status} -\r\nContent-Length: 0\r\n\r\n");
    let mut stream = stream;
    stream.write_all(answer.as_bytes()).ok()
}

fn lock(inner: &Mutex<Inner>) -> std::sync::MutexGuard<'_, Inner> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}
