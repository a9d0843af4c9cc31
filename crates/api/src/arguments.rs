//! What a guest gives to an operation: the same from scripts, plugins, the command line and typed requests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The options of a call by their plain names: `filter`, `sort`, `fields`, `include`, `page_size`, `cursor`,
/// `additional_fields`, and the operation's own parameters. Ordered, so that the same options always read the same.
pub type Options = BTreeMap<String, Value>;

/// The arguments of one operation as the guest wrote them: path ids in order, then the body if there is one, then options.
/// Not yet checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Arguments {
    /// The ids of the path, in order, not encoded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// The body: shorthand, or a document with a top-level `data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The options.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: Options,
}

impl Arguments {
    /// Arguments of path ids alone.
    pub fn ids<I: Into<String>>(ids: impl IntoIterator<Item = I>) -> Self {
        Self { ids: ids.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// With a body.
    #[must_use]
    pub fn with_body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// With an option.
    #[must_use]
    pub fn with_option(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.options.insert(name.to_owned(), value.into());
        self
    }

    /// The same arguments always give the same text: keys are sorted and nothing is spaced. This is what replay compares.
    #[must_use]
    pub fn canonical(&self) -> String {
        // Values of strings, numbers, lists and maps with text keys always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}
