//! Taking a text out of what is kept.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::entry::{Entry, Note};
use crate::error::JournalError;
use crate::rules;
use crate::run::{AttemptRecord, RunRecord, StateValue};
use crate::timetable::NoticeRecord;

/// What stands where a line was taken out.
const LINE: &str = "(erased)";
/// What stands where a JSON value was taken out.
const BODY: &[u8] = br#"{"erased":true}"#;

/// A text that is looked for.
#[derive(Clone)]
pub(crate) struct Wanted(String);

impl Wanted {
    pub(crate) fn new(text: &str) -> Result<Self, JournalError> {
        if text.is_empty() {
            return Err(rules::state("cannot erase an empty text: everything holds it"));
        }
        Ok(Self(text.to_owned()))
    }

    fn in_text(&self, text: &str) -> bool {
        text.contains(&self.0)
    }

    fn in_value(&self, value: &Value) -> bool {
        match value {
            Value::Null | Value::Bool(_) => false,
            Value::Number(number) => self.in_text(&number.to_string()),
            Value::String(text) => self.in_text(text),
            Value::Array(items) => items.iter().any(|item| self.in_value(item)),
            Value::Object(fields) => {
                fields.iter().any(|(name, value)| self.in_text(name) || self.in_value(value))
            }
        }
    }

    fn in_bytes(&self, bytes: &[u8]) -> bool {
        let wanted = self.0.as_bytes();
        if bytes.windows(wanted.len()).any(|window| window == wanted) {
            return true;
        }
        // JSON may write a letter as an escape.
        bytes.contains(&b'\\')
            && serde_json::from_slice(bytes).is_ok_and(|value| self.in_value(&value))
    }

    /// Takes the text out of an entry; answers whether it was there.
    pub(crate) fn entry(&self, entry: &mut Entry) -> bool {
        let intent = &mut entry.intent;
        let mut found = self.line(&mut intent.name);
        found |= self.line(&mut intent.target);
        found |= self.bytes(&mut intent.arguments);
        if let Some(replaced) = &mut intent.replaced {
            found |= self.bytes(replaced);
        }
        if let Some(answer) = &mut entry.answer {
            found |= self.bytes(&mut answer.body);
        }
        found
    }

    pub(crate) fn note(&self, note: &mut Note) -> bool {
        self.line(&mut note.text) | self.value(&mut note.details)
    }

    pub(crate) fn record(&self, record: &mut RunRecord) -> bool {
        self.value(&mut record.new.params)
            | self.value(&mut record.result)
            | self.value(&mut record.error)
            | self.value(&mut record.summary)
    }

    pub(crate) fn notice(&self, notice: &mut NoticeRecord) -> bool {
        self.value(&mut notice.content)
    }

    pub(crate) fn attempt(&self, attempt: &mut AttemptRecord) -> bool {
        self.value(&mut attempt.error)
    }

    /// A state value keeps its place, so that a program which looks for what it has done fails rather than does it again.
    pub(crate) fn state(&self, state: &mut StateValue) -> bool {
        self.value(&mut state.value)
    }

    /// Whether a state value's name holds it: there is nothing to put in its place.
    pub(crate) fn in_key(&self, state: &StateValue) -> bool {
        self.in_text(&state.key)
    }

    fn line(&self, line: &mut String) -> bool {
        let found = self.in_text(line);
        if found {
            LINE.clone_into(line);
        }
        found
    }

    fn bytes(&self, bytes: &mut Bytes) -> bool {
        let found = self.in_bytes(bytes);
        if found {
            *bytes = Bytes::from_static(BODY);
        }
        found
    }

    fn value(&self, value: &mut Value) -> bool {
        let found = self.in_value(value);
        if found {
            *value = json!({ "erased": true });
        }
        found
    }
}
