//! A scripted server, and a clock that passes waits at once.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use pianoroll_api::{Arguments, operation};
use pianoroll_gateway::{
    Answer, Call, CallError, Config, Connection, Credential, Endpoints, Gateway, Quota,
};
use pianoroll_model::{Clock, Revision, Sleep};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// The key of all tests; nothing may ever show it.
pub(crate) const KEY: &str = "mtn_secret_0123456789abcdef";

/// What the server does with the next request, once it has read it.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Sends these bytes and keeps the connection.
    Send(Vec<u8>),
    /// Sends these bytes, of an answer that would be longer, and closes the connection.
    Break(Vec<u8>),
    /// Closes the connection without a word.
    Drop,
    /// Waits until [`Server::go_on`], then acts.
    Hold(Box<Act>),
}

/// An answer with a body of JSON.
pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Act {
    Act::Send(bytes(status, headers, body.as_bytes()))
}

/// The bytes of an answer.
pub(crate) fn bytes(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} X\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let length = body.len();
    let length =
        if status == 204 { String::new() } else { format!("content-length: {length}\r\n") };
    text.push_str(&format!("{length}\r\n"));
    [text.as_bytes(), body].concat()
}

/// A document of one profile.
pub(crate) fn profile(id: &str, email: &str) -> String {
    json!({"data": {"type": "profile", "id": id, "attributes": {"email": email}}}).to_string()
}

/// The API's refusal.
pub(crate) fn refusal(status: u16, code: &str, detail: &str, meta: Value) -> String {
    json!({"errors": [{
        "id": "e1", "status": status, "code": code, "title": "Title.", "detail": detail,
        "source": {"pointer": "/data/attributes"}, "meta": meta,
    }]})
    .to_string()
}

/// A request as the server read it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Request line and headers.
    pub(crate) head: String,
    pub(crate) body: String,
    /// Which of the server's connections it came by, from 0.
    pub(crate) connection: usize,
}

impl Seen {
    /// `GET /klaviyo/api/profiles`
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// A server that follows a script; past its end the last act is repeated.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    acts: Mutex<VecDeque<Act>>,
    seen: Mutex<Vec<Seen>>,
    arrived: Notify,
    go_on: Notify,
}

impl Server {
    pub(crate) async fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state =
            Arc::new(State { acts: Mutex::new(acts.into_iter().collect()), ..State::default() });
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            let mut connection = 0;
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, connection, Arc::clone(&shared)));
                connection += 1;
            }
        });
        Self { address, state, accepting }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().iter().map(|seen| seen.line().to_owned()).collect()
    }

    /// Completes when the next request has been read.
    pub(crate) async fn arrival(&self) {
        self.state.arrived.notified().await;
    }

    /// Lets a held request go on.
    pub(crate) fn go_on(&self) {
        self.state.go_on.notify_one();
    }

    pub(crate) fn endpoints(&self) -> Endpoints {
        let base = format!("http://{}", self.address);
        Endpoints::new(&base, &base).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(mut stream: TcpStream, connection: usize, state: Arc<State>) {
    let mut read = Vec::new();
    while let Some((head, body)) = request(&mut stream, &mut read).await {
        state.seen.lock().unwrap().push(Seen { head, body, connection });
        state.arrived.notify_one();
        let mut act = {
            let mut acts = state.acts.lock().unwrap();
            let act = acts.pop_front().expect("the script is not empty");
            if acts.is_empty() {
                acts.push_back(act.clone());
            }
            act
        };
        if let Act::Hold(then) = act {
            state.go_on.notified().await;
            act = *then;
        }
        match act {
            Act::Send(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Act::Break(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Act::Drop | Act::Hold(_) => return,
        }
    }
}

async fn request(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<(String, String)> {
    let end = loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(read).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let length: usize = length.unwrap_or(0);
    while read.len() < end + length {
        if stream.read_buf(read).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&read[end..end + length]).into_owned();
    read.drain(..end + length);
    Some((head, body))
}

/// A clock on which every wait is over at once and moves the time, but for the request timeout, which never ends unless a
/// test says so.
#[derive(Clone, Debug, Default)]
pub(crate) struct QuickClock {
    state: Arc<QuickState>,
}

#[derive(Debug, Default)]
struct QuickState {
    elapsed: Mutex<Duration>,
    slept: Mutex<Vec<Duration>>,
    time_out: Notify,
    /// Whether other waits end.
    stuck: std::sync::atomic::AtomicBool,
}

/// What a request may take, in all tests.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(31);

impl QuickClock {
    /// All waits so far, request timeouts not among them.
    pub(crate) fn slept(&self) -> Vec<Duration> {
        self.state.slept.lock().unwrap().clone()
    }

    /// Lets the request that is under way time out.
    pub(crate) fn time_out(&self) {
        self.state.time_out.notify_one();
    }

    /// From now on no wait ends.
    pub(crate) fn stick(&self) {
        self.state.stuck.store(true, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for QuickClock {
    fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        start + *self.state.elapsed.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        *self.state.elapsed.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let state = Arc::clone(&self.state);
        Box::pin(async move {
            if duration == REQUEST_TIMEOUT {
                state.time_out.notified().await;
                return;
            }
            state.slept.lock().unwrap().push(duration);
            if state.stuck.load(std::sync::atomic::Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            *state.elapsed.lock().unwrap() += duration;
        })
    }
}

/// Settings for tests: no quota, and a request timeout that the clock knows.
pub(crate) fn config(endpoints: Endpoints) -> Config {
    let quota = Quota::Off;
    Config { endpoints, quota, request_timeout: REQUEST_TIMEOUT, ..Config::default() }
}

pub(crate) fn gateway(server: &Server, clock: &QuickClock) -> Gateway {
    client(config(server.endpoints()), clock)
}

pub(crate) fn client(config: Config, clock: &QuickClock) -> Gateway {
    let credential = Credential::new(KEY.to_owned()).unwrap();
    Gateway::new(config, credential, Arc::new(clock.clone())).unwrap()
}

pub(crate) fn connection() -> Connection {
    let id = "21fd90f9-5935-43cd-b6c8-bde9d915ca80".parse().unwrap();
    Connection::new(Some(id), Revision::constant(2024, 10, 15))
}

/// One call of an operation by its id.
pub(crate) async fn call(
    gateway: &Gateway,
    id: &str,
    arguments: Arguments,
) -> Result<Answer, CallError> {
    let operation = operation::find(id).unwrap();
    gateway.call(&connection(), Call::new(operation, &arguments).with_key("run-1")).await
}

pub(crate) fn body(body: Value) -> Arguments {
    Arguments::default().with_body(body)
}
