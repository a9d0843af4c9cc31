//! Answers, straight from their bytes into the values of scripts.
//!
//! A tree of `serde_json::Value` in between would cost the parse once more (benches/host_calls.rs).

use std::fmt;
use std::sync::Arc;

use pianoroll_api::request::Links;
use pianoroll_api::{Resource, operation};
use rhai::{Array, Dynamic, Identifier, ImmutableString, Map};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::record::{Asked, Attributes, Record};

/// A JSON:API document.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// The primary data, in order; one resource is a list of one.
    pub(crate) data: Vec<Record>,
    /// Resources beside the primary ones.
    pub(crate) included: Vec<Record>,
    /// The cursor of the next page, where there is one.
    pub(crate) next: Option<String>,
}

/// Parses a JSON:API document whose resources were asked for as `asked` says.
///
/// # Errors
/// What is not such a document.
pub(crate) fn parse(bytes: &[u8], asked: &Arc<Asked>) -> Result<Document, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let document = DocumentSeed(asked).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(document)
}

/// Parses any JSON.
///
/// # Errors
/// What is no JSON.
pub(crate) fn parse_any(bytes: &[u8]) -> Result<Dynamic, serde_json::Error> {
    serde_json::from_slice::<Any>(bytes).map(|any| any.0)
}

/// Reads a page of resources as scripts get it, and answers how many there are; 0 where it cannot be read. For the bench.
#[must_use]
pub fn read_page(bytes: &[u8]) -> usize {
    parse(bytes, &Arc::default()).map_or(0, |document| document.data.len())
}

/// Any JSON as a script's value.
struct Any(Dynamic);

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor).map(Any)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Dynamic;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Dynamic, E> {
        Ok(Dynamic::UNIT)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Dynamic, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Dynamic, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Dynamic, E> {
        Ok(i64::try_from(value).map_or_else(|_| Dynamic::from(value as f64), Dynamic::from))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Dynamic, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Dynamic, E> {
        Ok(ImmutableString::from(value).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Dynamic, A::Error> {
        let mut array = Array::new();
        while let Some(Any(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Dynamic::from_array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Dynamic, A::Error> {
        read_map(entries).map(Dynamic::from_map)
    }
}

fn read_map<'de, A: MapAccess<'de>>(mut entries: A) -> Result<Map, A::Error> {
    let mut map = Map::new();
    while let Some(Key(key)) = entries.next_key()? {
        let Any(value) = entries.next_value()?;
        map.insert(key, value);
    }
    Ok(map)
}

/// A member's name; short ones are held in place, without an allocation.
pub(crate) struct Key(pub(crate) Identifier);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Key, E> {
                Ok(Key(name.into()))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// A map, or nothing where it is null.
struct Members(Map);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_unit<E>(self) -> Result<Members, E> {
                Ok(Members(Map::new()))
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Members, A::Error> {
                read_map(entries).map(Members)
            }
        }
        deserializer.deserialize_any(MembersVisitor)
    }
}

struct DocumentSeed<'a>(&'a Arc<Asked>);

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_> {
    type Value = Document;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Document, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_> {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON:API document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Document, A::Error> {
        let mut document = None;
        let mut included = Vec::new();
        let mut links = None::<Links>;
        while let Some(Key(name)) = members.next_key()? {
            match name.as_str() {
                "links" => links = members.next_value()?,
                "data" => document = Some(members.next_value_seed(ResourcesSeed(self.0))?),
                "included" => included = members.next_value_seed(ResourcesSeed(self.0))?,
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        let data = document.ok_or_else(|| A::Error::missing_field("data"))?;
        let next = links.and_then(|links| links.next_cursor());
        Ok(Document { data, included, next })
    }
}

/// A resource, a list of them, or null.
struct ResourcesSeed<'a>(&'a Arc<Asked>);

impl<'de> DeserializeSeed<'de> for ResourcesSeed<'_> {
    type Value = Vec<Record>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Record>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ResourcesSeed<'_> {
    type Value = Vec<Record>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource, a list of resources or null")
    }

    fn visit_unit<E>(self) -> Result<Vec<Record>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<Record>, A::Error> {
        let mut records = Vec::with_capacity(items.size_hint().unwrap_or(0).min(1024));
        let mut known = None;
        while let Some(record) = items.next_element_seed(RecordSeed(self.0, &mut known))? {
            records.push(record);
        }
        Ok(records)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Vec<Record>, A::Error> {
        Ok(vec![RecordSeed(self.0, &mut None).visit_map(members)?])
    }
}

/// The type of the resource before: those of a page are mostly alike, so that it is looked up once.
type Known = Option<(ImmutableString, Option<&'static Resource>)>;

struct RecordSeed<'a>(&'a Arc<Asked>, &'a mut Known);

impl<'de> DeserializeSeed<'de> for RecordSeed<'_> {
    type Value = Record;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Record, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RecordSeed<'_> {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Record, A::Error> {
        let Self(asked, known) = self;
        let mut kind = None::<Identifier>;
        let mut id = None::<Identifier>;
        let mut attributes = Map::new();
        let mut rest = Map::new();
        while let Some(Key(name)) = members.next_key()? {
            match name.as_str() {
                "type" => kind = Some(members.next_value::<Key>()?.0),
                "id" => id = Some(members.next_value::<Key>()?.0),
                "attributes" => attributes = members.next_value::<Members>()?.0,
                _ => {
                    let Any(value) = members.next_value()?;
                    rest.insert(name, value);
                }
            }
        }
        let kind = kind.ok_or_else(|| A::Error::missing_field("type"))?;
        // Jobs of some routes have no id.
        let id = ImmutableString::from(id.unwrap_or_default());
        let (kind, resource) = match known {
            Some((same, resource)) if *same == kind.as_str() => (same.clone(), *resource),
            _ => {
                let resource = operation::resource_of_type(&kind);
                let kind = ImmutableString::from(kind);
                *known = Some((kind.clone(), resource));
                (kind, resource)
            }
        };
        let attributes = Attributes::new(resource, kind.clone(), Arc::clone(asked), attributes);
        Ok(Record::new(kind, id, attributes, rest))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let parsed = parse(text.as_bytes(), &Arc::default());
        expected.assert_eq(&match parsed {
            Ok(document) => {
                let text = |records: &[Record]| {
                    let texts = records.iter().map(|record| record.to_json().unwrap().to_string());
                    texts.collect::<Vec<_>>().join("\n")
                };
                format!("{}\n+ {}", text(&document.data), text(&document.included))
            }
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn documents_become_resources() {
        check(
            r#"{"data":[{"type":"profile","id":"1","attributes":{"email":null,"n":1.5,"a":[true]}},{"type":"list","id":"2"}],
                "included":[{"type":"tag","id":"3","relationships":{"x":{"data":[]}}}],"links":{"next":null}}"#,
            expect![[r#"
                {"attributes":{"a":[true],"email":null,"n":1.5},"id":"1","type":"profile"}
                {"attributes":{},"id":"2","type":"list"}
                + {"attributes":{},"id":"3","relationships":{"x":{"data":[]}},"type":"tag"}"#]],
        );
        check(
            r#"{"data":null}"#,
            expect![[r#"

            + "#]],
        );
        check(
            r#"{"data":{"type":"event","id":"é\n","attributes":null}}"#,
            expect![[r#"
                {"attributes":{},"id":"é\n","type":"event"}
                + "#]],
        );
    }

    #[test]
    fn what_is_no_document_is_refused() {
        check(
            "[]",
            expect!["invalid type: sequence, expected a JSON:API document at line 1 column 0"],
        );
        check("{}", expect!["missing field `data` at line 1 column 2"]);
        check(r#"{"data":[{"id":"1"}]}"#, expect!["missing field `type` at line 1 column 19"]);
        check(
            r#"{"data":[{"type":"x""#,
            expect!["EOF while parsing an object at line 1 column 20"],
        );
    }
}
