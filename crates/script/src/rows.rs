//! `rows()`: any number of values in little memory.

use std::sync::Arc;

use rhai::Dynamic;

/// A list that only grows, for a million ids and more. It is a value, as arrays are; copies share their memory until one
/// of them is pushed to.
///
/// Texts lie one behind the other in segments, with 12 bytes beside each; other values as they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows(Arc<Store>);

#[derive(Clone, Debug, Default)]
struct Store {
    // One word an entry: a place of a text, or of another value.
    entries: Vec<Entry>,
    // Segments never move, so that growing copies nothing and wastes at most one segment.
    segments: Vec<Vec<u8>>,
    others: Vec<Dynamic>,
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    Text { segment: u32, offset: u32 },
    Other(u32),
}

/// One of them, where it lies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row<'r> {
    Text(&'r str),
    Other(&'r Dynamic),
}

/// Bytes of a segment; a longer text gets one of its own.
const SEGMENT: usize = 256 * 1024;

/// How many rows there may be: indexes are 32 bits wide.
pub(crate) const MAX_ROWS: usize = u32::MAX as usize;

/// Bytes before each text that hold its length.
const PREFIX: usize = 4;

impl Rows {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Adds one at the end. Texts beyond 4 GiB are cut at no place: they are refused by whoever makes them.
    pub(crate) fn push(&mut self, value: Dynamic) {
        let store = Arc::make_mut(&mut self.0);
        let entry = match value.as_immutable_string_ref() {
            Ok(text) => store.text(text.as_bytes()),
            Err(_) => None,
        };
        let entry = entry.unwrap_or_else(|| {
            store.others.push(value.flatten_clone());
            Entry::Other(u32::try_from(store.others.len() - 1).unwrap_or(u32::MAX))
        });
        store.entries.push(entry);
    }

    /// The one at an index.
    pub(crate) fn get(&self, index: usize) -> Option<Dynamic> {
        self.0.entries.get(index).map(|entry| self.0.value(*entry))
    }

    /// All, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Dynamic> + '_ {
        self.0.entries.iter().map(|entry| self.0.value(*entry))
    }

    /// All, in order, as they lie there.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.0.entries.iter().map(|entry| match entry {
            Entry::Other(index) => {
                Row::Other(self.0.others.get(*index as usize).unwrap_or(&Dynamic::UNIT))
            }
            text => {
                let text = std::str::from_utf8(self.0.bytes(*text).unwrap_or_default());
                // Only whole texts were written.
                Row::Text(text.unwrap_or_default())
            }
        })
    }

    /// The same texts, with others in the place of all that are none.
    pub(crate) fn with_others(&self, others: Vec<Dynamic>) -> Self {
        Self(Arc::new(Store { others, ..Store::clone(&self.0) }))
    }

    /// The texts among them, in order.
    pub(crate) fn contains_text(&self, text: &str) -> bool {
        self.0.entries.iter().any(|entry| self.0.bytes(*entry) == Some(text.as_bytes()))
    }

    /// Bytes that it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.0.entries.capacity() * size_of::<Entry>()
            + self.0.segments.iter().map(Vec::capacity).sum::<usize>()
            + self.0.others.capacity() * size_of::<Dynamic>()
    }
}

impl Store {
    fn text(&mut self, text: &[u8]) -> Option<Entry> {
        let needed = text.len() + PREFIX;
        let length = u32::try_from(text.len()).ok()?;
        let fits = |segment: &Vec<u8>| segment.capacity() - segment.len() >= needed;
        if !self.segments.last().is_some_and(fits) {
            self.segments.push(Vec::with_capacity(needed.max(SEGMENT)));
        }
        let index = u32::try_from(self.segments.len() - 1).ok()?;
        let segment = self.segments.last_mut()?;
        let offset = u32::try_from(segment.len()).ok()?;
        segment.extend_from_slice(&length.to_le_bytes());
        segment.extend_from_slice(text);
        Some(Entry::Text { segment: index, offset })
    }

    fn bytes(&self, entry: Entry) -> Option<&[u8]> {
        let Entry::Text { segment, offset } = entry else { return None };
        let from = self.segments.get(segment as usize)?.get(offset as usize..)?;
        let (length, rest) = from.split_first_chunk::<PREFIX>()?;
        rest.get(..u32::from_le_bytes(*length) as usize)
    }

    fn value(&self, entry: Entry) -> Dynamic {
        match entry {
            Entry::Other(index) => self.others.get(index as usize).cloned().unwrap_or_default(),
            // Only whole texts were written, so nothing is lost here.
            text => String::from_utf8_lossy(self.bytes(text).unwrap_or_default()).as_ref().into(),
        }
    }
}

impl IntoIterator for Rows {
    type Item = Dynamic;
    type IntoIter = IntoRows;

    fn into_iter(self) -> IntoRows {
        IntoRows { rows: self, next: 0 }
    }
}

/// The values of [`Rows`], in order.
#[derive(Clone, Debug)]
pub(crate) struct IntoRows {
    rows: Rows,
    next: usize,
}

impl Iterator for IntoRows {
    type Item = Dynamic;

    fn next(&mut self) -> Option<Dynamic> {
        let value = self.rows.get(self.next)?;
        self.next += 1;
        Some(value)
    }
}

impl Extend<Dynamic> for Rows {
    fn extend<I: IntoIterator<Item = Dynamic>>(&mut self, values: I) {
        for value in values {
            self.push(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_hold_what_was_pushed_in_order() {
        let mut rows = Rows::default();
        let long = "x".repeat(SEGMENT + 1);
        for value in
            [Dynamic::from("a"), 7.into(), Dynamic::from(""), long.clone().into(), ().into()]
        {
            rows.push(value);
        }
        let mut copy = rows.clone();
        copy.push("ü".into());
        assert_eq!((rows.len(), copy.len()), (5, 6));
        assert_eq!(copy.get(5).unwrap().into_string().unwrap(), "ü");
        assert_eq!(rows.get(1).unwrap().as_int().unwrap(), 7);
        assert_eq!(rows.get(2).unwrap().into_string().unwrap(), "");
        assert_eq!(rows.get(3).unwrap().into_string().unwrap(), long);
        assert!(rows.get(4).unwrap().is_unit() && rows.get(5).is_none());
        assert!(copy.contains_text("ü") && !rows.contains_text("ü"));
        assert_eq!(rows.into_iter().count(), 5);
    }

    #[test]
    fn an_id_costs_less_than_a_hundred_bytes() {
        let mut rows = Rows::default();
        for number in 0..100_000 {
            rows.push(format!("01GDDKASAP8TKDDA2GRZD{number:05}").into());
        }
        let bytes = rows.bytes() / rows.len();
        assert!(bytes <= 100, "{bytes} bytes an id");
    }
}
