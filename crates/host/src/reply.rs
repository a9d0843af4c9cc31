//! What a host call brings back.

use pianoroll_api::Operation;
use pianoroll_gateway::Answer;
use serde_json::Value;

/// What a host call brings back: an answer for each call that it became, in order.
#[derive(Debug)]
pub struct Reply {
    /// The operation; nothing for a native path that is none.
    pub operation: Option<&'static Operation>,
    /// One answer a call: usually one, several for a long list, none for an empty one.
    pub answers: Vec<Answer>,
}

impl Reply {
    /// The first answer as a value; null where there is none or it is empty.
    #[must_use]
    pub fn json(&self) -> Value {
        self.answers.first().map_or(Value::Null, Answer::json)
    }
}
