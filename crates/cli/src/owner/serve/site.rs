//! What the process shows to the network, and the sign of life that it sends.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use pianoroll_gateway::{Outbound, SecretUrl};
use pianoroll_journal::{RunFilter, WaitingReason};
use pianoroll_model::Status;
use pianoroll_runtime::retention;
use pianoroll_server::{Answering, Delivered, Health, Hook, HookEvent, HookRefusal, Refusal, Site};
use serde_json::json;

use super::Server;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};

/// How long the clock may not have been looked at while all is well.
const ALIVE: SignedDuration = SignedDuration::from_secs(30);

/// How often a sign of life is sent, and figures that need the journal are read.
const BEAT: Duration = Duration::from_secs(60);

impl Site for Server {
    fn health(&self) -> Health {
        let (at, well) = *self.ticked.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.current();
        let since = self.owner.clock.now().duration_since(at);
        let causes: u64 = self.night.count().iter().map(|(_, causes, _)| causes).sum();
        let stopping = self.is_stopping();
        let report = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "deployment": current.serial,
            "runs_under_way": self.owner.table.count(),
            "troubles": causes,
            "looked_at_the_clock": at,
            "journal": if well { "written" } else { "cannot be written" },
            "stopping": stopping,
        });
        Health { ok: well && since < ALIVE && !stopping, report }
    }

    fn metrics(&self) -> String {
        let current = self.current();
        for (source, statistics) in self.owner.clients.statistics() {
            let mut named = current.project.credentials.iter();
            let name = named.find(|(_, settings)| settings.source == source);
            let name = name.map_or_else(|| source.to_string(), |(name, _)| name.clone());
            self.metrics.requests(&name, statistics.requests);
            self.metrics.throttled(&name, statistics.throttled);
        }
        self.metrics.runs_under_way(self.owner.table.count() as u64);
        self.metrics.encode()
    }

    fn hook(&self, name: &str) -> Result<Option<Arc<Hook>>, Refusal> {
        self.hook_of(name)
    }

    fn deliver<'a>(&'a self, hook: &'a str, events: Vec<HookEvent>) -> Answering<'a, Delivered> {
        Box::pin(self.delivered(hook, events))
    }

    fn refused(&self, hook: &str, refusal: HookRefusal) {
        self.metrics.hook_delivery(hook, refusal.as_str());
    }
}

/// Sends a sign of life once a minute, as long as all is well, and reads figures.
pub(super) fn beat(server: Arc<Server>) -> Result<impl Future<Output = ()> + Send, Failure> {
    let outbound = Outbound::new(Arc::clone(&server.owner.clock)).or_exit(Exit::Failed)?;
    Ok(async move {
        // Whoever asks before the first beat is told as well.
        count(&server).await;
        loop {
            server.owner.clock.sleep(BEAT).await;
            count(&server).await;
            sweep(&server).await;
            if server.health().ok
                && let Err(why) = ping(&server, &outbound).await
            {
                tracing::warn!("the sign of life was not sent: {why}");
            }
        }
    })
}

async fn ping(server: &Server, outbound: &Outbound) -> Result<(), String> {
    let current = server.current();
    let Some(source) = &current.project.serve.heartbeat else { return Ok(()) };
    let secret = source.read_secret().map_err(|error| error.to_string())?;
    let url = SecretUrl::new(secret.expose()).map_err(|error| error.to_string())?;
    outbound.ping(&url).await.map_err(|error| error.to_string())
}

/// Once a day: deletes what is older than it is to be kept.
async fn sweep(server: &Server) {
    let (owner, current) = (&server.owner, server.current());
    let retention = &current.project.retention;
    let swept =
        retention::sweep_daily(&owner.folder, owner.backend(), retention, owner.clock.now()).await;
    if let Err(error) = swept {
        tracing::warn!("nothing old was deleted: {error}");
    }
}

async fn count(server: &Server) {
    let (all, paused) = server.scheduler.count().await;
    server.metrics.schedules(all as u64, paused as u64);
    let filter = RunFilter { status: vec![Status::Waiting], ..RunFilter::default() };
    // What cannot be read shows elsewhere.
    let Ok(waiting) = server.owner.backend().runs(&filter).await else { return };
    let reasons = [
        WaitingReason::Time,
        WaitingReason::Retry,
        WaitingReason::UnknownOutcome,
        WaitingReason::Restored,
        WaitingReason::Stopped,
        WaitingReason::Credential,
        WaitingReason::Connection,
        WaitingReason::Gateway,
    ];
    let of = |reason: WaitingReason| {
        waiting.iter().filter(|run| run.waiting.is_some_and(|it| it.reason == reason)).count()
    };
    let counts = reasons.map(|reason| (reason.as_str(), of(reason) as u64));
    server.metrics.runs_waiting(&counts);
}
