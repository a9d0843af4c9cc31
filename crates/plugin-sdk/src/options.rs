//! The options of a call, by their plain names.

use serde_json::{Map, Value};

/// Options of any operation: `json!({ "page_size": 100 })`, a builder such as `profiles::ListOptions`, or `()` for none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    values: Map<String, Value>,
    /// What was given in place of options.
    pub(crate) mistake: Option<Value>,
}

impl Options {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With another one.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// The value of one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Sets one.
    pub fn insert(&mut self, name: String, value: Value) {
        self.values.insert(name, value);
    }
}

impl From<()> for Options {
    fn from((): ()) -> Self {
        Self::default()
    }
}

impl From<Map<String, Value>> for Options {
    fn from(values: Map<String, Value>) -> Self {
        Self { values, mistake: None }
    }
}

/// `null` is none; what is no object is refused when the call is made.
impl From<Value> for Options {
    fn from(value: Value) -> Self {
        match value {
            Value::Object(values) => values.into(),
            Value::Null => Self::default(),
            other => Self { values: Map::new(), mistake: Some(other) },
        }
    }
}

impl From<Options> for Value {
    fn from(options: Options) -> Self {
        Value::Object(options.values)
    }
}

/// Attributes of one type, beside those chosen of others.
pub(crate) fn choose(
    options: &mut Options,
    option: &str,
    kind: &str,
    names: impl IntoIterator<Item = impl Into<String>>,
) {
    let by_type =
        options.values.entry(option.to_owned()).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(by_type) = by_type {
        by_type.insert(kind.to_owned(), Value::from(texts(names)));
    }
}

pub(crate) fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    texts.into_iter().map(Into::into).collect()
}
