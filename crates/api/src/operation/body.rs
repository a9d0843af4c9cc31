//! What an operation sends and answers.

use crate::operation::Attribute;

/// What an operation sends.
#[derive(Debug)]
pub struct Body {
    /// What the guest gives, and how it is wrapped.
    pub shape: Shape,
    /// The type of the wrapped document; empty for [`Shape::Plain`].
    pub kind: &'static str,
    /// The attributes it takes. For lists of maps: those of one item.
    pub attributes: &'static [Attribute],
    /// Attributes that must be there; `audiences.included` and `messages.data[].attributes.definition` reach inside.
    pub required: &'static [&'static str],
    /// Whether other attributes are refused.
    pub closed: bool,
    /// What becomes `data.id`.
    pub id: BodyId,
    /// Keys that move to `relationships`.
    pub relationships: &'static [BodyRelationship],
    /// Attributes that, given as a plain map, become `{data:{type, id?, attributes}}`: name and type.
    pub nested: &'static [(&'static str, &'static str)],
    /// Keys that move to `data.meta`.
    pub meta: &'static [&'static str],
}

/// What the guest gives as a body, and how it is wrapped (the table in `spec/README.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A map: `{data:{type, id?, attributes, relationships?}}`.
    Attributes,
    /// A list of ids: `{data:[{type, id}…]}`.
    Identifiers {
        /// The most in one call.
        max: u32,
    },
    /// A map that asks a question; wrapped like attributes.
    Aggregate,
    /// A list of maps under `attributes.<container>.data`.
    Items {
        /// The attribute that holds the list.
        container: &'static str,
        /// The type of an item.
        item: &'static str,
        /// The most in one call.
        max: u32,
    },
    /// A list of maps, grouped by one of their attributes.
    Groups {
        /// The attribute that holds the groups.
        container: &'static str,
        /// The type of a group.
        outer: &'static str,
        /// The attribute that groups.
        by: &'static str,
        /// The attribute of a group that holds its items.
        list: &'static str,
        /// The type of an item.
        item: &'static str,
        /// The most items in one call.
        max: u32,
    },
    /// A map that is sent as it stands.
    Plain,
}

impl Shape {
    /// The most items in one call, where the guest gives a list.
    #[must_use]
    pub const fn max(self) -> Option<u32> {
        match self {
            Shape::Identifiers { max } | Shape::Items { max, .. } | Shape::Groups { max, .. } => {
                Some(max)
            }
            Shape::Attributes | Shape::Aggregate | Shape::Plain => None,
        }
    }
}

/// What becomes `data.id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyId {
    /// Nothing.
    None,
    /// The last id of the path.
    Path,
    /// This key of the map. It must be there.
    Key(&'static str),
}

/// A key of a body map that moves to `relationships`.
#[derive(Debug)]
pub struct BodyRelationship {
    /// The guest's key: `source`.
    pub key: &'static str,
    /// The relationship: `profiles`.
    pub name: &'static str,
    /// The type at its other end: `profile`.
    pub kind: &'static str,
    /// Whether the API takes a list.
    pub many: bool,
    /// The most ids it takes.
    pub max: Option<u32>,
    /// Whether it must be there.
    pub required: bool,
}

/// What an operation answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing.
    None,
    /// One resource of this type.
    One(&'static str),
    /// Many resources of this type.
    Many(&'static str),
    /// Any JSON object.
    Map,
}

impl Answer {
    /// The type that it answers with.
    #[must_use]
    pub const fn kind(self) -> Option<&'static str> {
        match self {
            Answer::One(kind) | Answer::Many(kind) => Some(kind),
            Answer::None | Answer::Map => None,
        }
    }
}
