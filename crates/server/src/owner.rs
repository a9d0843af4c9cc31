//! What can be asked of the process that owns a state folder.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use pianoroll_model::RunId;

use crate::events::{Ended, Event, Reply};
use crate::orders::{
    CancelReply, DeployOrder, DeployReply, EraseReply, OwnerInfo, RunOrder, ScheduleOrder,
    ScheduleReply, SetState,
};
use crate::refusal::Refusal;

/// What an owner is waited for.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send + 'a>>;

/// The process that owns a state folder, or the way to it.
pub trait Owner: Send + Sync + 'static {
    /// Who it is.
    fn info(&self) -> Answering<'_, OwnerInfo>;

    /// The run that a word means: its id, the unique beginning of one, or `last`.
    fn find(&self, word: String) -> Answering<'_, RunId>;

    /// Starts a run, or goes on with one, and waits for its end. What it tells on the way goes to the audience.
    fn run(&self, order: RunOrder, audience: Arc<dyn Audience>) -> Answering<'_, Ended>;

    /// Stops a run at its next call, or closes one that is not under way.
    fn cancel(&self, run: RunId) -> Answering<'_, CancelReply>;

    /// Sets a state value, or takes it away.
    fn set_state(&self, value: SetState) -> Answering<'_, ()>;

    /// Pauses schedules, lets them go on, or fills in what they have missed.
    fn schedule(&self, order: ScheduleOrder) -> Answering<'_, ScheduleReply>;

    /// Runs another snapshot of a project from now on.
    fn deploy(&self, order: DeployOrder) -> Answering<'_, DeployReply>;

    /// Takes a text out of everything that finished runs have kept.
    fn erase(&self, text: String) -> Answering<'_, EraseReply>;
}

/// Who hears of a run while it goes on. Called from many threads at once; a call of the run waits for it.
pub trait Audience: Send + Sync + 'static {
    /// Something happened.
    fn hear(&self, event: Event);

    /// Asks a person, and blocks until there is an answer or `given_up` says that none is wanted any more.
    fn ask(&self, question: &str, given_up: &(dyn Fn() -> bool + Sync)) -> Reply;
}
