//! The way back.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use pianoroll_api::operation::resource_of_type;
use rhai::{Array, Dynamic, ImmutableString, Map};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::document::Key;
use crate::record::{Asked, Attributes, Record};
use crate::rows::Rows;
use crate::time::{Span, Time, zone_named};

/// Reads a value that [`write`](super::write()) has written.
///
/// # Errors
/// It is none of those.
pub(crate) fn read(text: &[u8]) -> Result<Dynamic, serde_json::Error> {
    let reader = Reader::default();
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = Any(&reader).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

#[derive(Default)]
struct Reader {
    /// What the resource before was asked for.
    asked: RefCell<Option<Arc<Asked>>>,
}

/// Any value.
#[derive(Clone, Copy)]
struct Any<'r>(&'r Reader);

impl<'de> DeserializeSeed<'de> for Any<'_> {
    type Value = Dynamic;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Dynamic, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_> {
    type Value = Dynamic;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a checkpoint")
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

    fn visit_u64<E: Error>(self, value: u64) -> Result<Dynamic, E> {
        i64::try_from(value).map(Dynamic::from).map_err(E::custom)
    }

    fn visit_str<E>(self, value: &str) -> Result<Dynamic, E> {
        Ok(ImmutableString::from(value).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Dynamic, A::Error> {
        let mut array = Array::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Dynamic::from_array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Dynamic, A::Error> {
        let Some(Key(first)) = entries.next_key()? else {
            return Ok(Dynamic::from_map(Map::new()));
        };
        let Some(tag) = first.strip_prefix('$') else {
            let mut map = Map::new();
            map.insert(first.clone(), entries.next_value_seed(self)?);
            rest_of_map(self, &mut map, entries)?;
            return Ok(Dynamic::from_map(map));
        };
        let value = self.tagged(tag, &mut entries)?;
        match entries.next_key::<Key>()? {
            None => Ok(value),
            Some(Key(more)) => {
                Err(A::Error::custom(format_args!("`{more}` stands beside `{first}`")))
            }
        }
    }
}

impl Any<'_> {
    fn tagged<'de, A: MapAccess<'de>>(
        self,
        tag: &str,
        entries: &mut A,
    ) -> Result<Dynamic, A::Error> {
        let custom = |what: &str| A::Error::custom(format_args!("{what} cannot be read"));
        Ok(match tag {
            "float" => {
                let text = entries.next_value::<String>()?;
                text.parse::<f64>().map_err(A::Error::custom)?.into()
            }
            "char" => entries.next_value::<char>()?.into(),
            "map" => Dynamic::from_map(entries.next_value_seed(Plain(self))?),
            "rows" => Dynamic::from(entries.next_value_seed(All(self))?),
            "time" => {
                let (at, zone) = entries.next_value::<(Timestamp, Option<String>)>()?;
                let zone = zone.map(|name| zone_named(&name)).transpose();
                Dynamic::from(match zone.map_err(A::Error::custom)? {
                    Some(zone) => Time::utc(at).in_zone(zone),
                    None => Time::utc(at),
                })
            }
            "duration" => {
                let (seconds, nanoseconds) = entries.next_value::<(i64, i32)>()?;
                if nanoseconds.unsigned_abs() >= 1_000_000_000 {
                    return Err(custom("a duration"));
                }
                Dynamic::from(Span(SignedDuration::new(seconds, nanoseconds)))
            }
            "resource" => match entries.next_value_seed(Parts { any: self, id: true })? {
                (Some(id), attributes, rest) => {
                    Dynamic::from(Record::new(attributes.kind().clone(), id, attributes, rest))
                }
                (None, ..) => return Err(custom("a resource")),
            },
            "attributes" => {
                Dynamic::from(entries.next_value_seed(Parts { any: self, id: false })?.1)
            }
            _ => return Err(custom(&format!("a value of the kind `{tag}`"))),
        })
    }
}

fn rest_of_map<'de, A: MapAccess<'de>>(
    any: Any<'_>,
    map: &mut Map,
    mut entries: A,
) -> Result<(), A::Error> {
    while let Some(Key(name)) = entries.next_key()? {
        map.insert(name, entries.next_value_seed(any)?);
    }
    Ok(())
}

/// A map, whatever its names are.
struct Plain<'r>(Any<'r>);

impl<'de> DeserializeSeed<'de> for Plain<'_> {
    type Value = Map;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Map, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Plain<'_> {
    type Value = Map;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Map, A::Error> {
        let mut map = Map::new();
        rest_of_map(self.0, &mut map, entries)?;
        Ok(map)
    }
}

/// Rows.
struct All<'r>(Any<'r>);

impl<'de> DeserializeSeed<'de> for All<'_> {
    type Value = Rows;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Rows, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for All<'_> {
    type Value = Rows;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Rows, A::Error> {
        let mut rows = Rows::default();
        while let Some(row) = items.next_element_seed(self.0)? {
            rows.push(row);
        }
        Ok(rows)
    }
}

/// The parts of a resource, or of attributes by themselves: these have no id, and no rest.
struct Parts<'r> {
    any: Any<'r>,
    id: bool,
}

impl<'de> DeserializeSeed<'de> for Parts<'_> {
    type Value = (Option<ImmutableString>, Attributes, Map);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Parts<'_> {
    type Value = (Option<ImmutableString>, Attributes, Map);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the parts of a resource")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let missing = || A::Error::custom("a part of a resource is missing");
        let id = match self.id {
            true => Some(parts.next_element::<String>()?.ok_or_else(missing)?.into()),
            false => None,
        };
        let asked = parts.next_element::<Option<Asked>>()?.ok_or_else(missing)?;
        let mut before = self.any.0.asked.borrow_mut();
        if let Some(asked) = asked {
            *before = Some(Arc::new(asked));
        }
        let asked = Arc::clone(before.as_ref().ok_or_else(missing)?);
        // What stands inside may be a resource too.
        drop(before);
        let kind = ImmutableString::from(parts.next_element::<String>()?.ok_or_else(missing)?);
        let is_known = parts.next_element::<bool>()?.ok_or_else(missing)?;
        let resource = if is_known { resource_of_type(&kind) } else { None };
        let map = parts.next_element_seed(Plain(self.any))?.ok_or_else(missing)?;
        let rest = match self.id {
            true => parts.next_element_seed(Plain(self.any))?.ok_or_else(missing)?,
            false => Map::new(),
        };
        Ok((id, Attributes::new(resource, kind, asked, map), rest))
    }
}
