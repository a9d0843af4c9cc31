//! Where in the arguments something stands: written out only when there is something to say about it.

use std::fmt;

use super::value::clipped;

/// A place such as `body[3].location`. Made on the way down for each value, so it costs nothing until it is shown.
#[derive(Clone, Copy)]
pub(super) enum Place<'p> {
    /// The beginning: `body`, or the name of an option.
    Root(&'p str),
    /// An attribute of a map.
    Key(&'p Place<'p>, &'p str),
    /// An item of a list, from 0.
    Item(&'p Place<'p>, usize),
}

impl<'p> Place<'p> {
    pub(super) fn key(&'p self, key: &'p str) -> Place<'p> {
        Place::Key(self, key)
    }

    pub(super) fn item(&'p self, index: usize) -> Place<'p> {
        Place::Item(self, index)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root(name) => f.write_str(&clipped(name)),
            Place::Key(parent, key) => write!(f, "{parent}.{}", clipped(key)),
            Place::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}
