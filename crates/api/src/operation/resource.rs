//! Nouns of the API, and the types of their attributes.

use crate::operation::App;

/// A noun of the API.
#[derive(Debug)]
pub struct Resource {
    /// The app.
    pub app: &'static App,
    /// The module that owns it: `profiles`. Several types may share one.
    pub module: &'static str,
    /// The JSON:API type: `profile`.
    pub kind: &'static str,
    /// Whether it is the module's main type.
    pub main: bool,
    /// What it is.
    pub doc: &'static str,
    /// The attribute that `find(id_or_name)` matches exactly.
    pub name: Option<&'static str>,
    /// Its attributes, in the spec's order.
    pub attributes: &'static [Attribute],
    /// Its relationships: name and type.
    pub relationships: &'static [Relationship],
}

impl Resource {
    /// An attribute by name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

/// One attribute of a resource or of a body.
#[derive(Debug)]
pub struct Attribute {
    /// As the API writes it.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether it may be null or absent.
    pub nullable: bool,
    /// Only answered when `additional_fields` asks for it.
    pub additional: bool,
    /// Answered, never accepted.
    pub read_only: bool,
    /// Accepted, never answered.
    pub write_only: bool,
    /// What it holds.
    pub doc: &'static str,
}

/// The type of an attribute or a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Text.
    String,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// True or false.
    Bool,
    /// RFC 3339 text.
    Datetime,
    /// A JSON object.
    Map,
    /// Any JSON value.
    Any,
    /// One of these texts. Answers may hold others: the API adds values without a new revision.
    Enum(&'static [&'static str]),
    /// A list.
    List(&'static Kind),
}

/// A relationship of a resource.
#[derive(Debug)]
pub struct Relationship {
    /// As `include` names it: `flow-triggers`.
    pub name: &'static str,
    /// The type at its other end: `flow`.
    pub kind: &'static str,
}
