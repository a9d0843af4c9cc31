//! The cheapest question there is: whether calls would get through.

use pianoroll_api::{Arguments, operation};
use pianoroll_model::Certainty;

use super::{Call, Tally, target};
use crate::answer::{Answer, Effort, Settlement};
use crate::cancel::Cancel;
use crate::connection::Connection;
use crate::error::{CallError, ErrorKind, Failure};
use crate::gateway::Gateway;

/// Reads the one account behind a connection: every connection may, and the answer is one row.
const OPERATION: &str = "accounts.list";

impl Gateway {
    /// Asks whether the key and a connection work: one read, sent once at its turn, and repeated in no case. Its endpoint takes
    /// 15 a minute of each connection.
    ///
    /// # Errors
    /// Everything that is no success. Only an error with a [`trouble`](CallError::trouble) says that they do not work; any
    /// other (a 429, a 502, an answer that did not come in time) says nothing about them.
    pub async fn probe(&self, connection: &Connection, cancel: &Cancel) -> Result<(), CallError> {
        self.counted(self.probe_uncounted(connection, cancel).await).map(|_| ())
    }

    async fn probe_uncounted(
        &self,
        connection: &Connection,
        cancel: &Cancel,
    ) -> Result<Answer, CallError> {
        let Some(operation) = operation::find(OPERATION) else {
            let failure = Failure::new(OPERATION, ErrorKind::Arguments, Certainty::NotDone);
            return Err(failure.detail("the spec has no such operation").into());
        };
        let arguments = Arguments::default();
        let target = target(connection, Call::new(operation, &arguments).with_cancel(cancel))?;
        let mut effort = Effort::default();
        match self.once(&target, &mut effort, &mut Tally::default()).await {
            Ok(done) => Ok(done.answer(Settlement::Answered, effort)),
            Err(failure) => Err(Failure { effort, ..failure }.into()),
        }
    }
}
