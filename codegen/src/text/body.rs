//! A body.

use crate::source::{At, Place};
use crate::text::reader::{Node, Table};
use crate::text::resource::{self, AttributeText};

/// `body`.
pub(crate) struct BodyText {
    pub(crate) place: Place,
    pub(crate) kind: Option<At<String>>,
    pub(crate) r#type: Option<At<String>>,
    /// Nothing where those of the type are meant.
    pub(crate) attributes: Option<Vec<AttributeText>>,
    pub(crate) required: Vec<At<String>>,
    pub(crate) closed: Option<At<bool>>,
    pub(crate) id: Option<At<String>>,
    pub(crate) relationships: Vec<RelationshipText>,
    pub(crate) nested: Vec<(At<String>, At<String>)>,
    pub(crate) meta: Vec<At<String>>,
    pub(crate) container: Option<At<String>>,
    pub(crate) item: Option<At<String>>,
    pub(crate) outer: Option<At<String>>,
    pub(crate) by: Option<At<String>>,
    pub(crate) list: Option<At<String>>,
    pub(crate) max: Option<At<u32>>,
}

/// One of `relationships`: a word, or a table.
pub(crate) struct RelationshipText {
    pub(crate) key: At<String>,
    /// `one` or `many`.
    pub(crate) word: Option<At<String>>,
    pub(crate) name: Option<At<String>>,
    pub(crate) r#type: Option<At<String>>,
    pub(crate) many: bool,
    pub(crate) max: Option<At<u32>>,
    pub(crate) required: bool,
}

pub(super) fn read(table: Table<'_>) -> BodyText {
    let relationships = table.table("relationships").map(Table::entries).unwrap_or_default();
    let nested = table.table("nested").map(Table::entries).unwrap_or_default();
    let body = BodyText {
        kind: table.need_text("kind"),
        r#type: table.text("type"),
        attributes: table.table("attributes").map(resource::attributes),
        required: table.texts("required"),
        closed: table.bool("closed"),
        id: table.text("id"),
        relationships: relationships.into_iter().map(relationship).collect(),
        nested: nested.into_iter().filter_map(|(key, node)| Some((key, node.text()?))).collect(),
        meta: table.texts("meta"),
        container: table.text("container"),
        item: table.text("item"),
        outer: table.text("outer"),
        by: table.text("by"),
        list: table.text("list"),
        max: table.number("max"),
        place: table.place.clone(),
    };
    table.finish();
    body
}

fn relationship((key, node): (At<String>, Node<'_>)) -> RelationshipText {
    if !node.is_table() {
        let word = node.text();
        let (many, required) = (false, false);
        return RelationshipText { key, word, name: None, r#type: None, many, max: None, required };
    }
    let table = node.table();
    let relationship = RelationshipText {
        key,
        word: None,
        name: table.text("name"),
        r#type: table.text("type"),
        many: table.flag("many"),
        max: table.number("max"),
        required: table.flag("required"),
    };
    table.finish();
    relationship
}
