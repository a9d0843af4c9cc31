//! What the simulated account holds, and what each operation does to it.

use jiff::Timestamp;

use crate::exchange::{Exchange, Refusal, Reply};

/// The whole account: a data set computed from a seed, and what has changed since.
#[derive(Debug)]
pub(crate) struct State {}

impl State {
    /// The account as it stands at `start`. The same seed gives the same data, shifted to `start`.
    pub(crate) fn new(profiles: u64, seed: u64, start: Timestamp) -> Self {
        let _ = (profiles, seed, start);
        Self {}
    }

    /// Does what the operation says and answers as the API does. A refusal has changed nothing.
    pub(crate) fn answer(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        Err(Refusal::not_found(exchange.operation.module, "?"))
    }
}
