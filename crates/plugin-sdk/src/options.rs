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

pub mod filter {
    //! The option `filter`, with every value quoted as it must be.
    //!
    //! ```
    //! use pianoroll_plugin_sdk::{filter, profiles};
    //!
    //! let filter = filter::and([
    //!     filter::any("email", ["a@b.c", "d@e.f"]),
    //!     filter::of("greater-than", "created", filter::time(1_704_067_200_000)),
    //! ]);
    //! assert_eq!(filter, r#"any(email,["a@b.c","d@e.f"]),greater-than(created,2024-01-01T00:00:00Z)"#);
    //! let options = profiles::ListOptions::new().filter(filter);
    //! # let _ = options;
    //! ```

    use crate::clock;

    /// A value of a filter: text is quoted, numbers, times and booleans are not.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Literal(String);

    /// A time, in milliseconds since 1970.
    #[must_use]
    pub fn time(milliseconds: i64) -> Literal {
        Literal(clock::text(milliseconds))
    }

    /// `null`, as `equals` takes it.
    #[must_use]
    pub fn null() -> Literal {
        Literal("null".to_owned())
    }

    /// `equals(field,value)`
    #[must_use]
    pub fn equals(field: &str, value: impl Into<Literal>) -> String {
        of("equals", field, value)
    }

    /// Any operator with one value: `greater-than`, `less-or-equal`, `contains`, `starts-with`, …
    #[must_use]
    pub fn of(operator: &str, field: &str, value: impl Into<Literal>) -> String {
        format!("{operator}({field},{})", value.into().0)
    }

    /// `any(field,[values])`; the API refuses it without values.
    #[must_use]
    pub fn any(field: &str, values: impl IntoIterator<Item = impl Into<Literal>>) -> String {
        of_all("any", field, values)
    }

    /// Any operator with several values: `contains-any`, `contains-all`.
    #[must_use]
    pub fn of_all(
        operator: &str,
        field: &str,
        values: impl IntoIterator<Item = impl Into<Literal>>,
    ) -> String {
        let values: Vec<String> = values.into_iter().map(|value| value.into().0).collect();
        format!("{operator}({field},[{}])", values.join(","))
    }

    /// All of them must hold.
    #[must_use]
    pub fn and(filters: impl IntoIterator<Item = String>) -> String {
        filters.into_iter().collect::<Vec<_>>().join(",")
    }

    impl From<&str> for Literal {
        fn from(text: &str) -> Self {
            Self(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
        }
    }

    impl From<&String> for Literal {
        fn from(text: &String) -> Self {
            text.as_str().into()
        }
    }

    impl From<String> for Literal {
        fn from(text: String) -> Self {
            text.as_str().into()
        }
    }

    macro_rules! bare {
        ($($kind:ty),*) => {
            $(impl From<$kind> for Literal {
                fn from(value: $kind) -> Self {
                    Self(value.to_string())
                }
            })*
        };
    }

    bare!(bool, i32, i64, u32, u64, f64);
}
