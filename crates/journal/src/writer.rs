//! One task that writes: what comes in while the disk is busy shares the next commit.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use pianoroll_model::RunId;
use tokio::sync::{mpsc, oneshot};

use crate::backend::{Backend, Write};
use crate::error::{JournalError, JournalErrorKind};
use crate::rules;

/// How many writes may wait for the disk before those who bring more wait too.
const QUEUE: usize = 1024;

/// How many writes, and how many bytes of them, share a commit at most.
const MOST_WRITES: usize = 512;
const MOST_BYTES: usize = 4 << 20;

/// How long what nobody waits for is kept for a commit that it could ride in. Lost by a crash, it is read or said again.
const PATIENCE: Duration = Duration::from_millis(100);

/// How soon a write is wanted on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Haste {
    /// With the next commit that somebody else needs.
    Rides,
    /// At once, and nobody waits for it.
    Soon,
}

struct Order {
    write: Write,
    haste: Haste,
    done: Option<oneshot::Sender<Result<(), JournalError>>>,
}

/// The way to the writing task. Cheap to clone; the task ends with the last one.
#[derive(Clone)]
pub(crate) struct Writer {
    orders: mpsc::Sender<Order>,
}

impl Writer {
    /// Starts the task. Within a tokio runtime.
    pub(crate) fn start(backend: Arc<dyn Backend>) -> Self {
        let (orders, incoming) = mpsc::channel(QUEUE);
        tokio::spawn(work(backend, incoming));
        Self { orders }
    }

    /// Writes, and waits until it is durable. What was handed over before is durable then, too.
    pub(crate) async fn durably(&self, write: Write) -> Result<(), JournalError> {
        let (done, answer) = oneshot::channel();
        self.order(Order { write, haste: Haste::Soon, done: Some(done) }).await?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Hands a write over. A failure shows at the next one that waits.
    pub(crate) async fn hand_over(&self, write: Write, haste: Haste) -> Result<(), JournalError> {
        self.order(Order { write, haste, done: None }).await
    }

    async fn order(&self, order: Order) -> Result<(), JournalError> {
        self.orders.send(order).await.map_err(|_| gone())
    }
}

fn gone() -> JournalError {
    JournalError::new(JournalErrorKind::Storage, "is closed")
}

/// Claims whose writes have failed. A hole in a run's entries would be worse than its end, so nothing more of such a claim is
/// written; the run's next attempt has another one.
type Broken = HashMap<RunId, (u64, JournalError)>;

async fn work(backend: Arc<dyn Backend>, mut incoming: mpsc::Receiver<Order>) {
    let mut broken = Broken::new();
    while let Some(first) = incoming.recv().await {
        let mut orders = vec![first];
        gather(&mut incoming, &mut orders).await;
        orders.retain_mut(|order| {
            let claim = order.write.claim();
            let failed = broken.get(&claim.run).filter(|(epoch, _)| *epoch == claim.epoch);
            let Some((_, error)) = failed else { return true };
            answer(order.done.take(), Err(error.clone()));
            false
        });
        let (writes, waiting): (Vec<Write>, Vec<_>) =
            orders.into_iter().map(|order| (order.write, order.done)).unzip();
        let claims: Vec<_> = writes.iter().map(|write| write.claim().clone()).collect();
        if writes.is_empty() {
            continue;
        }
        let written = backend.commit(writes).await;
        for (claim, done) in claims.into_iter().zip(waiting) {
            let result = match &written {
                Ok(fenced) if fenced.contains(&claim) => Err(rules::fenced()),
                Ok(_) => Ok(()),
                Err(error) => Err(error.clone()),
            };
            if let Err(error) = &result {
                // An older attempt's failure tells nothing of a newer one.
                if broken.get(&claim.run).is_none_or(|(epoch, _)| *epoch <= claim.epoch) {
                    broken.insert(claim.run, (claim.epoch, error.clone()));
                }
            }
            answer(done, result);
        }
    }
}

/// Takes what is there already; where nobody waits for any of it, some more.
async fn gather(incoming: &mut mpsc::Receiver<Order>, orders: &mut Vec<Order>) {
    let mut bytes: usize = orders.iter().map(size).sum();
    let mut soon = orders.iter().any(|order| order.haste == Haste::Soon);
    let mut patience = None;
    while orders.len() < MOST_WRITES && bytes < MOST_BYTES {
        let next = match incoming.try_recv() {
            Ok(order) => Some(order),
            Err(_) if soon => None,
            Err(_) => {
                let until = *patience.get_or_insert_with(|| tokio::time::Instant::now() + PATIENCE);
                tokio::time::timeout_at(until, incoming.recv()).await.unwrap_or_default()
            }
        };
        let Some(order) = next else { return };
        bytes += size(&order);
        soon |= order.haste == Haste::Soon;
        orders.push(order);
    }
}

fn size(order: &Order) -> usize {
    match &order.write {
        Write::Record { intent, answer, .. } => intent.arguments.len() + answer.body.len(),
        Write::Answer { answer, .. } => answer.body.len(),
        Write::Intent { intent, .. } => intent.arguments.len(),
        Write::Note { note, .. } => note.text.len(),
        Write::Void { .. } | Write::State { .. } => 0,
    }
}

fn answer(
    done: Option<oneshot::Sender<Result<(), JournalError>>>,
    result: Result<(), JournalError>,
) {
    if let Some(done) = done {
        // Nobody listens any more where a call was dropped.
        let _ = done.send(result);
    }
}
