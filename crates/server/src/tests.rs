//! Client and server over a socket, with an owner that does as it is told.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pianoroll_model::RunId;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Notify;

use crate::*;

/// An owner whose run tells three things, asks, and waits until it is cancelled.
#[derive(Default)]
struct Fake {
    cancelled: Notify,
    finished: AtomicBool,
    closing: bool,
}

fn id(text: &str) -> RunId {
    text.parse().unwrap()
}

fn ready<T: Send + 'static>(value: Result<T, Refusal>) -> Answering<'static, T> {
    Box::pin(std::future::ready(value))
}

impl Owner for Fake {
    fn info(&self) -> Answering<'_, OwnerInfo> {
        ready(Ok(OwnerInfo { pid: 7, version: "0".to_owned(), protocol: PROTOCOL, serving: false }))
    }

    fn find(&self, word: String) -> Answering<'_, RunId> {
        ready(Ok(id(&format!("{word}-found"))))
    }

    fn run(&self, order: RunOrder, audience: Arc<dyn Audience>) -> Answering<'_, Ended> {
        if self.closing {
            return ready(Err(Refusal::closing()));
        }
        Box::pin(async move {
            let run = order.run().clone();
            audience.hear(Event::Started { run: run.clone(), attempt: 1 });
            audience.hear(Event::Note { text: "two\nlines, é".to_owned() });
            let asked = Arc::clone(&audience);
            let reply = tokio::task::spawn_blocking(move || asked.ask("Go on?", &|| false));
            let reply = reply.await.unwrap();
            self.cancelled.notified().await;
            self.finished.store(true, Ordering::SeqCst);
            let report = json!({ "reply": reply });
            let (text, connection) = ("done\n".to_owned(), None);
            Ok(Ended { run, connection, exit: 3, report, text, error: None })
        })
    }

    fn cancel(&self, _: RunId) -> Answering<'_, CancelReply> {
        self.cancelled.notify_one();
        ready(Ok(CancelReply::Requested))
    }

    fn set_state(&self, value: SetState) -> Answering<'_, ()> {
        let refusal = Refusal::new(RefusalKind::Refused, value.key).hint("a hint");
        ready(Err(refusal))
    }

    fn schedule(&self, order: ScheduleOrder) -> Answering<'_, ScheduleReply> {
        let ScheduleOrder::Pause { schedules, .. } = order else {
            return ready(Err(Refusal::new(RefusalKind::Refused, "only pauses")));
        };
        ready(Ok(ScheduleReply { count: schedules.len() as u64, serving: true }))
    }

    fn deploy(&self, order: DeployOrder) -> Answering<'_, DeployReply> {
        let serial = order.compared_with.unwrap_or_default() + 1;
        ready(Ok(DeployReply { serial, serving: false }))
    }

    fn erase(&self, _: String) -> Answering<'_, EraseReply> {
        ready(Ok(EraseReply { records: 2, open: vec![id("a")] }))
    }
}

/// Hears, and answers with yes.
#[derive(Default)]
struct Listener {
    heard: Mutex<Vec<Event>>,
    asked: Notify,
}

impl Audience for Listener {
    fn hear(&self, event: Event) {
        self.heard.lock().unwrap().push(event);
    }

    fn ask(&self, question: &str, _: &(dyn Fn() -> bool + Sync)) -> Reply {
        self.heard.lock().unwrap().push(Event::Ask { question: question.to_owned() });
        self.asked.notify_one();
        Reply::Yes
    }
}

fn served(folder: &Path, fake: Fake) -> (Arc<Fake>, Serving, Client) {
    let fake = Arc::new(fake);
    let serving = Socket::bind(folder).unwrap().serve(fake.clone());
    (fake, serving, Client::new(folder))
}

fn order() -> RunOrder {
    RunOrder::Retry { run: id("one") }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_heard_asked_cancelled_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (_, serving, client) = served(folder.path(), Fake::default());
    let listener = Arc::new(Listener::default());
    let run = tokio::spawn({
        let (client, listener) = (client.clone(), listener.clone());
        async move { client.run(order(), listener).await }
    });
    listener.asked.notified().await;
    assert_eq!(client.cancel(id("one")).await, Ok(CancelReply::Requested));
    let ended = run.await.unwrap().unwrap();
    assert_eq!((ended.exit, &*ended.text), (3, "done\n"));
    assert_eq!(ended.report, json!({ "reply": "yes" }));
    let heard = listener.heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 3, "{heard:?}");
    assert_eq!(heard[1], Event::Note { text: "two\nlines, é".to_owned() });
    serving.close().await;
    let refusal = client.info().await.unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Nobody);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_when_its_client_goes_away() {
    let folder = tempfile::tempdir().unwrap();
    let (fake, _serving, client) = served(folder.path(), Fake::default());
    let listener = Arc::new(Listener::default());
    let run = tokio::spawn({
        let (client, listener) = (client.clone(), listener.clone());
        async move { client.run(order(), listener).await }
    });
    listener.asked.notified().await;
    run.abort();
    let _ = run.await;
    client.cancel(id("one")).await.unwrap();
    for _ in 0..500 {
        if fake.finished.load(Ordering::SeqCst) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the run ended with its client");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_without_a_client_has_nobody_to_answer() {
    let questions = Arc::default();
    let (listening, lines) = crate::stream::listening(id("one"), questions);
    drop(lines);
    let reply = tokio::task::spawn_blocking(move || listening.ask("Go on?", &|| false));
    assert_eq!(reply.await.unwrap(), Reply::Nobody);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_and_answers_come_through_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (_, _serving, client) = served(folder.path(), Fake { closing: true, ..Fake::default() });
    assert_eq!(client.info().await.unwrap().pid, 7);
    assert_eq!(client.find("abc".to_owned()).await, Ok(id("abc-found")));
    let refusal = client.find("../x".to_owned()).await.unwrap_err();
    assert_eq!((refusal.exit, refusal.kind), (2, RefusalKind::Refused));
    let erased = client.erase("someone".to_owned()).await.unwrap();
    assert_eq!(erased, EraseReply { records: 2, open: vec![id("a")] });
    let scope =
        pianoroll_journal::StateScope { automation: String::new(), connection: String::new() };
    let value = SetState { scope, key: "k".to_owned(), value: None };
    let refusal = client.set_state(value).await.unwrap_err();
    assert_eq!((&*refusal.message, &*refusal.hints), ("k", &["a hint".to_owned()][..]));
    let refusal = client.run(order(), Arc::new(Listener::default())).await.unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Closing);
}

/// What the server answers to a request that is written by hand.
async fn raw(folder: &Path, request: &str) -> String {
    let mut stream = tokio::net::UnixStream::connect(Socket::path_of(folder)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn other_versions_and_endless_bodies_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_, _serving, _) = served(folder.path(), Fake::default());
    let answer =
        raw(folder.path(), "GET /v2/owner HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(answer.contains("speaks version 1"), "{answer}");
    let endless = "POST /v1/runs HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 99999999999\r\n\r\n";
    assert!(raw(folder.path(), endless).await.starts_with("HTTP/1.1 413"));
    let broken =
        "POST /v1/runs HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
    let answer = raw(folder.path(), broken).await;
    assert!(answer.contains("cannot be read: missing field"), "{answer}");
}

#[tokio::test]
async fn a_socket_that_was_left_behind_is_replaced_and_closed_to_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    // A socket whose listener is gone, as after a kill.
    drop(std::os::unix::net::UnixListener::bind(Socket::path_of(folder.path())).unwrap());
    let (_, serving, client) = served(folder.path(), Fake::default());
    assert_eq!(client.info().await.unwrap().pid, 7);
    let mode = std::fs::metadata(Socket::path_of(folder.path())).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    serving.close().await;
    assert!(!Socket::path_of(folder.path()).exists());
}

#[test]
fn a_long_path_has_its_socket_elsewhere() {
    let short = Path::new("/project/.pianoroll");
    assert_eq!(Socket::path_of(short), short.join("control.sock"));
    let long = Path::new("/").join("x".repeat(120));
    let path = Socket::path_of(&long);
    assert!(!path.starts_with(&long) && path != Socket::path_of(&long.join("y")), "{path:?}");
}
