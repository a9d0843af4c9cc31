//! State values by hand: what a person may set, and the setting itself, for whoever owns the journal.

use jiff::Timestamp;
use pianoroll_journal::{Backend, JournalError, StateScope};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many bytes of JSON a value may have.
pub const VALUE_BYTES: usize = 256 * 1024;

/// How many characters a key may have.
pub const KEY_CHARACTERS: usize = 200;

/// A change of one value. It can travel to the process that owns the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StateChange {
    /// Whose value it is.
    pub scope: StateScope,
    /// Its name.
    pub key: String,
    /// The new value; none takes it away.
    pub value: Option<Value>,
}

/// Why a value cannot be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateValueError {
    /// The key is empty.
    #[error("the key is empty")]
    EmptyKey,
    /// The key is too long.
    #[error("the key has {0} characters, and {KEY_CHARACTERS} are allowed")]
    LongKey(usize),
    /// The key holds a control character.
    #[error("the key holds a control character")]
    ControlInKey,
    /// The value is too long.
    #[error("the value has {0} bytes of JSON, and {VALUE_BYTES} are allowed")]
    LongValue(usize),
}

impl StateChange {
    /// Whether it keeps the bounds of keys and values.
    ///
    /// # Errors
    /// The first bound that it does not keep.
    pub fn check(&self) -> Result<(), StateValueError> {
        check_key(&self.key)?;
        let bytes = self.value.as_ref().map_or(0, |value| value.to_string().len());
        if bytes > VALUE_BYTES {
            return Err(StateValueError::LongValue(bytes));
        }
        Ok(())
    }
}

fn check_key(key: &str) -> Result<(), StateValueError> {
    let characters = key.chars().count();
    if characters == 0 {
        return Err(StateValueError::EmptyKey);
    }
    if characters > KEY_CHARACTERS {
        return Err(StateValueError::LongKey(characters));
    }
    if key.chars().any(char::is_control) {
        return Err(StateValueError::ControlInKey);
    }
    Ok(())
}

/// Makes a change, durably; answers whether there was a value before.
///
/// # Errors
/// The journal cannot be read or written.
pub async fn apply(
    backend: &dyn Backend,
    change: &StateChange,
    now: Timestamp,
) -> Result<bool, JournalError> {
    let before = backend.state(&change.scope, &change.key).await?;
    if before.is_some() || change.value.is_some() {
        backend.set_state(&change.scope, &change.key, change.value.clone(), now).await?;
    }
    Ok(before.is_some())
}

#[cfg(test)]
mod tests {
    use pianoroll_journal::Memory;
    use serde_json::json;

    use super::*;

    fn change(key: &str, value: Option<Value>) -> StateChange {
        let scope = StateScope { automation: "retag".into(), connection: "acme".into() };
        StateChange { scope, key: key.into(), value }
    }

    #[test]
    fn keys_and_values_are_bounded() {
        assert_eq!(change("last seen/é", Some(json!({"a": 1}))).check(), Ok(()));
        assert_eq!(change("", None).check(), Err(StateValueError::EmptyKey));
        assert_eq!(change(&"é".repeat(200), None).check(), Ok(()));
        assert_eq!(change(&"k".repeat(201), None).check(), Err(StateValueError::LongKey(201)));
        assert_eq!(change("a\nb", None).check(), Err(StateValueError::ControlInKey));
        let text = |letters: usize| Some(json!("x".repeat(letters)));
        assert_eq!(change("k", text(VALUE_BYTES - 2)).check(), Ok(()));
        let long = Err(StateValueError::LongValue(VALUE_BYTES + 1));
        assert_eq!(change("k", text(VALUE_BYTES - 1)).check(), long);
    }

    #[tokio::test]
    async fn a_change_tells_whether_something_was_there() {
        let (backend, now) = (Memory::new(), Timestamp::UNIX_EPOCH);
        assert!(!apply(&backend, &change("k", None), now).await.unwrap());
        assert!(!apply(&backend, &change("k", Some(json!(1))), now).await.unwrap());
        assert!(apply(&backend, &change("k", Some(json!(2))), now).await.unwrap());
        assert!(apply(&backend, &change("k", None), now).await.unwrap());
        assert!(backend.states(None).await.unwrap().is_empty());
    }
}
