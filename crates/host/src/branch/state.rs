//! Values that programs keep from run to run.

use bytes::Bytes;
use pianoroll_journal::{Answer, EntryKind};
use pianoroll_model::Effect;
use serde_json::Value;

use super::Branch;
use crate::error::{Cause, HostError};
use crate::host::lock;
use crate::replay::{Asked, Recalled};

impl Branch {
    /// A value that a run of the same automation and connection has set; null where none has.
    ///
    /// # Errors
    /// The journal cannot be read or written, or holds something else here.
    pub async fn state(&self, key: &str) -> Result<Value, HostError> {
        let position = self.next_position();
        let Some(attempt) = self.host.attempt() else {
            return Ok(lock(&self.host.state).get(key).cloned().unwrap_or_default());
        };
        let asked = Asked { arguments: Bytes::new(), ..self.value_asked(key) };
        if let Recalled::Answered(_, answer) = self.recall(&asked, position).await? {
            return Ok(serde_json::from_slice(&answer.body).unwrap_or_default());
        }
        let found = attempt.state(key).await;
        let found = found.map_err(|error| self.host.stopped(Cause::Journal(error), position))?;
        let text = found.unwrap_or_default().to_string();
        // Read as a replay reads it: a fraction may differ in its last digit from what was written.
        let value = serde_json::from_str(&text).unwrap_or_default();
        self.record(&asked, Answer::value(text), position).await?;
        Ok(value)
    }

    /// Sets such a value; null takes it away. It is set at once, whatever becomes of the run. In a dry run, and where nothing
    /// records the run, it is forgotten with the run.
    ///
    /// # Errors
    /// The journal cannot be read or written, or holds something else here.
    pub async fn set_state(&self, key: &str, value: Value) -> Result<(), HostError> {
        let position = self.next_position();
        let Some(attempt) = self.host.attempt() else {
            let mut state = lock(&self.host.state);
            match value {
                Value::Null => state.remove(key),
                value => state.insert(key.to_owned(), value),
            };
            return Ok(());
        };
        let asked = Asked { arguments: value.to_string().into(), ..self.value_asked(key) };
        if let Recalled::Answered(..) = self.recall(&asked, position).await? {
            return Ok(());
        }
        let intent = asked.intent(&self.host, position, Effect::Read);
        let at = intent.at;
        let value = Some(value).filter(|value| !value.is_null());
        let set = attempt.set_state(intent, value, at).await;
        set.map_err(|error| self.host.stopped(Cause::Journal(error), position))
    }

    fn value_asked<'a>(&self, key: &'a str) -> Asked<'a> {
        Asked { kind: EntryKind::State, name: key, account: None, arguments: Bytes::new() }
    }
}
