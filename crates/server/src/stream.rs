//! What a run tells, on its way to a client: lines that never hold the run up.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use pianoroll_model::RunId;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use crate::events::{Event, Line, Reply};
use crate::owner::Audience;

/// How many bytes may wait for a client that does not read. What comes then is counted and left out: the run does not wait.
const MOST_WAITING: usize = 32 << 20;

/// How often a client is told how far a run is: as often as a terminal is drawn.
const OFTEN: Duration = Duration::from_millis(100);

/// The questions that stand, by run.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    // Taken when a question is asked or answered.
    open: Mutex<HashMap<RunId, SyncSender<Reply>>>,
}

impl Questions {
    /// Answers the question of a run; false where none stands.
    pub(crate) fn answer(&self, run: &RunId, reply: Reply) -> bool {
        let asked = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(run);
        asked.is_some_and(|asked| asked.try_send(reply).is_ok())
    }

    fn put(&self, run: RunId, asked: SyncSender<Reply>) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(run, asked);
    }

    fn take_back(&self, run: &RunId) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(run);
    }
}

/// A client that hears of a run.
pub(crate) struct Listening {
    run: RunId,
    lines: UnboundedSender<Bytes>,
    waiting: Arc<AtomicUsize>,
    left_out: AtomicU64,
    /// When something was told last that the next of its kind makes old.
    passing: Mutex<Option<Instant>>,
    questions: Arc<Questions>,
}

/// What the client is sent.
pub(crate) struct Lines {
    lines: UnboundedReceiver<Bytes>,
    waiting: Arc<AtomicUsize>,
}

pub(crate) fn listening(run: RunId, questions: Arc<Questions>) -> (Listening, Lines) {
    let (sender, receiver) = unbounded_channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    let left_out = AtomicU64::new(0);
    let (passing, waiting_here) = (Mutex::default(), waiting.clone());
    let listening =
        Listening { run, lines: sender, waiting: waiting_here, left_out, passing, questions };
    (listening, Lines { lines: receiver, waiting })
}

impl Listening {
    /// The last line. It is never left out.
    pub(crate) fn finish(&self, line: &Line) {
        let left_out = self.left_out.load(Ordering::Relaxed);
        if left_out > 0 {
            let text =
                format!("{left_out} lines were left out: they came faster than they were read");
            self.send(&Line::Told(Event::Note { text }));
        }
        self.send(line);
    }

    fn is_due(&self) -> bool {
        let mut last = self.passing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let due = last.is_none_or(|last| now.duration_since(last) >= OFTEN);
        if due {
            *last = Some(now);
        }
        due
    }

    fn send(&self, line: &Line) {
        // Texts, numbers and JSON always serialise.
        let Ok(mut text) = serde_json::to_vec(line) else { return };
        text.push(b'\n');
        self.waiting.fetch_add(text.len(), Ordering::Relaxed);
        // Nobody listens any more where the client went away; the run goes on.
        let _ = self.lines.send(text.into());
    }
}

impl Audience for Listening {
    fn hear(&self, event: Event) {
        if self.lines.is_closed() || (is_passing(&event) && !self.is_due()) {
            return;
        }
        if self.waiting.load(Ordering::Relaxed) > MOST_WAITING {
            self.left_out.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.send(&Line::Told(event));
    }

    fn ask(&self, question: &str, given_up: &(dyn Fn() -> bool + Sync)) -> Reply {
        let (asked, answer) = sync_channel(1);
        self.questions.put(self.run.clone(), asked);
        self.send(&Line::Told(Event::Ask { question: question.to_owned() }));
        let reply = loop {
            match answer.recv_timeout(Duration::from_millis(50)) {
                Ok(reply) => break reply,
                Err(RecvTimeoutError::Disconnected) => break Reply::Nobody,
                Err(RecvTimeoutError::Timeout) if given_up() => break Reply::GivenUp,
                Err(RecvTimeoutError::Timeout) if self.lines.is_closed() => break Reply::Nobody,
                Err(RecvTimeoutError::Timeout) => {}
            }
        };
        self.questions.take_back(&self.run);
        reply
    }
}

impl Lines {
    pub(crate) fn into_body(self) -> Body {
        Body::from_stream(stream::unfold(self, |mut lines| async move {
            let line = lines.lines.recv().await?;
            lines.waiting.fetch_sub(line.len(), Ordering::Relaxed);
            Some((Ok::<_, std::convert::Infallible>(line), lines))
        }))
    }
}

/// Whether the next event of its kind makes it old.
const fn is_passing(event: &Event) -> bool {
    matches!(event, Event::Call { .. } | Event::Progress { .. } | Event::Effect { line: None, .. })
}
