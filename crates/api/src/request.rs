//! Operations with types.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::arguments::{Arguments, Options};
use crate::operation::Operation;

/// One operation with typed arguments and a typed answer. [`crate::requests`] holds one for each row of the table.
pub trait TypedRequest {
    /// What a success answers with: a [`Document`], or `()`.
    type Answer: DeserializeOwned;

    /// The operation.
    fn operation(&self) -> &'static Operation;

    /// The arguments, as any other guest would give them.
    fn arguments(self) -> Arguments;
}

/// A JSON:API document whose primary data is `D`.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
pub struct Document<D> {
    /// The primary data.
    pub data: D,
    /// Resources that were included.
    #[serde(default)]
    pub included: Vec<serde_json::Value>,
    /// Links of the page.
    #[serde(default)]
    pub links: Links,
}

/// A resource with typed attributes.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
pub struct Typed<A> {
    /// The JSON:API type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id; empty where the API gives none, as for a report.
    #[serde(default)]
    pub id: String,
    /// The attributes; those that were not asked for are `None`.
    #[serde(
        default = "empty_attributes",
        bound(deserialize = "A: serde::Deserialize<'de> + Default")
    )]
    pub attributes: A,
    /// The relationships, untyped.
    #[serde(default)]
    pub relationships: serde_json::Value,
}

fn empty_attributes<A: Default>() -> A {
    A::default()
}

/// Names an option by type: `fields` of `profile` are these. What a typed request's builder is made of; not for others.
#[doc(hidden)]
pub fn choose(
    options: &mut Options,
    option: &str,
    kind: &str,
    names: impl IntoIterator<Item = impl Into<String>>,
) {
    let by_type = options.entry(option.to_owned()).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(by_type) = by_type {
        by_type.insert(kind.to_owned(), Value::from(texts(names)));
    }
}

/// Texts of any kind as owned ones. As above.
#[doc(hidden)]
pub fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    texts.into_iter().map(Into::into).collect()
}

/// The links of a page. They point past the gateway and are never followed.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
pub struct Links {
    /// The next page, where there is one.
    #[serde(default)]
    pub next: Option<String>,
}

impl Links {
    /// The cursor of the next page, percent-decoded.
    #[must_use]
    pub fn next_cursor(&self) -> Option<String> {
        cursor_of(self.next.as_deref()?)
    }
}

/// The `page[cursor]` of a link, percent-decoded. Links are taken apart and never followed: they lead past the gateway.
#[must_use]
pub fn cursor_of(link: &str) -> Option<String> {
    let (_, query) = link.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        (decode(name) == "page[cursor]").then(|| decode(value)).filter(|cursor| !cursor.is_empty())
    })
}

// A plus stays a plus: cursors are base64, and a space in one would be refused as invalid.
fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_cut_out_of_any_spelling_of_the_link() {
        let check = |link: &str, cursor: Option<&str>| {
            assert_eq!(cursor_of(link).as_deref(), cursor, "{link}")
        };
        check("https://a.klaviyo.com/api/profiles?page[cursor]=bmV4dA==", Some("bmV4dA=="));
        check(
            "https://a.klaviyo.com/api/profiles?page%5Bsize%5D=2&page%5Bcursor%5D=bmV4dA%3D%3D",
            Some("bmV4dA=="),
        );
        check("https://a.klaviyo.com/api/profiles?page[cursor]=a%2Bb%2", Some("a+b%2"));
        check("https://a.klaviyo.com/api/profiles?page[cursor]=", None);
        check("https://a.klaviyo.com/api/profiles", None);
    }
}
