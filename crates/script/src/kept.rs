//! Values as a checkpoint keeps them: JSON that is read back as the very same value, of the same type.
//!
//! What JSON has is written as it is. Everything else is an object whose first member says by its name, which begins with `$`, what
//! it is: `{"$duration":[90,0]}`. A map whose own first name begins so is wrapped: `{"$map":{"$a":1}}`. Texts go straight from
//! their bytes and into them: a million ids are never a tree of values.

mod read;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rhai::{Array, Dynamic, FnPtr, Map};
use serde::Serialize;

use crate::record::{Asked, Attributes, Record};
use crate::rows::{Row, Rows};
use crate::time::{Span, Time};
use crate::value::{Unsendable, type_name, within};

pub(crate) use read::read;

/// The most bytes of a value: copies of a text share it in a script, and not in JSON.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// How deep the JSON may nest. It is read with a limit of 128.
const MOST_DEPTH: usize = 120;

/// Writes a value, and answers it as [`read`] reads it: resources are copies of their own, and all else is what it was.
///
/// # Errors
/// Functions, iterators and the like cannot be kept, nor can what is too large or too deep.
pub(crate) fn write(value: &Dynamic) -> Result<(Dynamic, String), Unsendable> {
    let mut keeper = Keeper { text: Some(Vec::new()), size: 0, asked: None };
    let value = keeper.value(value, 0)?;
    // Whatever was written is JSON, and that is UTF-8.
    let text = String::from_utf8(keeper.text.unwrap_or_default()).unwrap_or_default();
    Ok((value, text))
}

/// As [`write()`], where nobody needs the text.
///
/// # Errors
/// The same.
pub(crate) fn copy(value: &Dynamic) -> Result<Dynamic, Unsendable> {
    Keeper { text: None, size: 0, asked: None }.value(value, 0)
}

struct Keeper {
    text: Option<Vec<u8>>,
    size: usize,
    /// What the resource before was asked for: those of a list are mostly alike, so that it is written once.
    asked: Option<Arc<Asked>>,
}

impl Keeper {
    fn value(&mut self, value: &Dynamic, depth: usize) -> Result<Dynamic, Unsendable> {
        if value.is_shared() {
            return self.value(&value.flatten_clone(), depth);
        }
        self.bounded(depth)?;
        if let Ok(text) = value.as_immutable_string_ref() {
            self.json(text.as_str());
            return Ok(text.clone().into());
        }
        if let Ok(items) = value.as_array_ref() {
            return self.array(&items, depth).map(Dynamic::from_array);
        }
        if let Ok(map) = value.as_map_ref() {
            let is_tag = map.keys().next().is_some_and(|name| name.starts_with('$'));
            self.put(if is_tag { "{\"$map\":" } else { "" });
            let map = self.map(&map, depth + 1)?;
            self.put(if is_tag { "}" } else { "" });
            return Ok(Dynamic::from_map(map));
        }
        if let Some(rows) = value.read_lock::<Rows>() {
            return self.rows(&rows, depth).map(Dynamic::from);
        }
        if let Some(record) = value.read_lock::<Record>() {
            return self.record(&record, depth).map(Dynamic::from);
        }
        if let Some(attributes) = value.read_lock::<Attributes>() {
            self.put("{\"$attributes\":[");
            let copy = self.attributes(&attributes, depth)?;
            self.put("]}");
            return Ok(Dynamic::from(copy));
        }
        self.scalar(value)?;
        Ok(value.clone())
    }

    fn bounded(&self, depth: usize) -> Result<(), Unsendable> {
        if self.size <= MOST_BYTES && depth <= MOST_DEPTH {
            return Ok(());
        }
        let most = MOST_BYTES >> 20;
        let what = format!("a value of more than {most} MiB, or {MOST_DEPTH} levels deep,");
        Err(Unsendable { path: String::new(), what })
    }

    fn scalar(&mut self, value: &Dynamic) -> Result<(), Unsendable> {
        if value.is_unit() {
            self.put("null");
        } else if let Ok(value) = value.as_bool() {
            self.json(&value);
        } else if let Ok(value) = value.as_int() {
            self.json(&value);
        } else if let Ok(value) = value.as_float() {
            // As a text, which is the shortest that is read as the same number; infinities and NaN have one too.
            self.tagged("$float", &format!("{value:?}"));
        } else if let Ok(value) = value.as_char() {
            self.tagged("$char", &value);
        } else if let Some(time) = value.read_lock::<Time>() {
            self.tagged("$time", &(time.at(), time.zone()));
        } else if let Some(span) = value.read_lock::<Span>() {
            self.tagged("$duration", &(span.0.as_secs(), span.0.subsec_nanos()));
        } else {
            let what = match value.is::<FnPtr>() {
                true => "a function".to_owned(),
                false if type_name(value) == "another value" => {
                    format!("a value of type {}", value.type_name())
                }
                false => type_name(value).to_owned(),
            };
            return Err(Unsendable { path: String::new(), what });
        }
        Ok(())
    }

    fn array(&mut self, items: &[Dynamic], depth: usize) -> Result<Array, Unsendable> {
        let mut copy = Array::with_capacity(items.len());
        self.put("[");
        for (index, item) in items.iter().enumerate() {
            self.put(if index > 0 { "," } else { "" });
            let item = self.value(item, depth + 1);
            copy.push(item.map_err(|error| within(&format!("[{index}]"), error))?);
        }
        self.put("]");
        Ok(copy)
    }

    fn map(&mut self, map: &Map, depth: usize) -> Result<Map, Unsendable> {
        let mut copy = Map::new();
        self.put("{");
        for (index, (name, value)) in map.iter().enumerate() {
            self.put(if index > 0 { "," } else { "" });
            self.json(name.as_str());
            self.put(":");
            let value = self.value(value, depth + 1).map_err(|error| within(name, error))?;
            copy.insert(name.clone(), value);
        }
        self.put("}");
        Ok(copy)
    }

    /// Rows of texts and the like are shared with the copy; those with resources are not.
    fn rows(&mut self, rows: &Rows, depth: usize) -> Result<Rows, Unsendable> {
        let mut copies = Array::new();
        self.put("{\"$rows\":[");
        for (index, row) in rows.rows().enumerate() {
            self.put(if index > 0 { "," } else { "" });
            match row {
                Row::Text(text) => self.json(text),
                Row::Other(value) => {
                    let value = self.value(value, depth + 2);
                    copies.push(value.map_err(|error| within(&format!("[{index}]"), error))?);
                }
            }
            self.bounded(depth)?;
        }
        self.put("]}");
        Ok(if copies.is_empty() { rows.clone() } else { rows.with_others(copies) })
    }

    fn record(&mut self, record: &Record, depth: usize) -> Result<Record, Unsendable> {
        self.put("{\"$resource\":[");
        self.json(record.id().as_str());
        self.put(",");
        let attributes = self.attributes(record.attributes(), depth)?;
        self.put(",");
        let rest = self.map(record.rest(), depth + 3)?;
        self.put("]}");
        Ok(Record::new(attributes.kind().clone(), record.id().clone(), attributes, rest))
    }

    /// What was asked for, the type, whether the spec knows it, and the values.
    fn attributes(
        &mut self,
        attributes: &Attributes,
        depth: usize,
    ) -> Result<Attributes, Unsendable> {
        let asked = attributes.asked();
        let is_same = self.asked.as_ref().is_some_and(|before| **before == **asked);
        if !is_same {
            self.asked = Some(Arc::clone(asked));
        }
        self.json(&(!is_same).then_some(&**asked));
        self.put(",");
        self.json(attributes.kind().as_str());
        self.put(if attributes.resource().is_some() { ",true," } else { ",false," });
        let map = self.map(attributes.map(), depth + 3)?;
        let (kind, asked) = (attributes.kind().clone(), Arc::clone(asked));
        Ok(Attributes::new(attributes.resource(), kind, asked, map))
    }

    fn tagged(&mut self, tag: &str, value: &impl Serialize) {
        self.put("{\"");
        self.put(tag);
        self.put("\":");
        self.json(value);
        self.put("}");
    }

    fn put(&mut self, text: &str) {
        self.size += text.len();
        if let Some(written) = &mut self.text {
            written.extend_from_slice(text.as_bytes());
        }
    }

    fn json(&mut self, value: &(impl Serialize + ?Sized)) {
        let Some(written) = &mut self.text else { return };
        let before = written.len();
        // A vector takes everything, and these are texts, numbers and lists of them.
        let _ = serde_json::to_writer(&mut *written, value);
        self.size += written.len() - before;
    }
}
