//! A resource file.

use crate::source::At;
use crate::text::operation::{self, OperationText};
use crate::text::reader::{self, Context, Node, Table};

/// One file: a module.
pub(crate) struct FileText {
    /// The file's stem, at the start of the file.
    pub(crate) module: At<String>,
    /// The main type first.
    pub(crate) types: Vec<TypeText>,
    pub(crate) operations: Vec<OperationText>,
}

/// `[resource]` or `[types.x]`.
pub(crate) struct TypeText {
    pub(crate) kind: Option<At<String>>,
    pub(crate) doc: Option<At<String>>,
    pub(crate) name: Option<At<String>>,
    pub(crate) attributes: Vec<AttributeText>,
    pub(crate) relationships: Vec<(At<String>, At<String>)>,
}

/// An attribute, or a parameter.
pub(crate) struct AttributeText {
    pub(crate) name: At<String>,
    pub(crate) kind: Option<At<String>>,
    pub(crate) doc: Option<At<String>>,
    pub(crate) additional: bool,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
}

pub(super) fn read(context: Context<'_>, stem: &str, text: &str) -> FileText {
    let file = reader::file(context, text).table();
    let module = At { value: stem.to_owned(), place: file.place.clone() };
    let mut types = Vec::new();
    file.need("resource");
    if let Some(table) = file.table("resource") {
        let kind = table.need_text("type");
        types.push(TypeText { name: table.text("name"), ..read_type(&table, kind) });
        table.finish();
    }
    for (kind, node) in file.table("types").map(Table::entries).unwrap_or_default() {
        let mut table = node.table();
        table.place = kind.place.clone();
        types.push(read_type(&table, Some(kind)));
        table.finish();
    }
    let entries = file.table("operations").map(Table::entries).unwrap_or_default();
    let operations = entries.into_iter().map(|(name, node)| operation::read(name, node)).collect();
    file.finish();
    FileText { module, types, operations }
}

fn read_type(table: &Table<'_>, kind: Option<At<String>>) -> TypeText {
    let relationships = table.table("relationships").map(Table::entries).unwrap_or_default();
    TypeText {
        kind,
        doc: table.need_text("doc"),
        name: None,
        attributes: table.table("attributes").map(attributes).unwrap_or_default(),
        relationships: relationships
            .into_iter()
            .filter_map(|(name, node)| Some((name, node.text()?)))
            .collect(),
    }
}

pub(super) fn attributes(table: Table<'_>) -> Vec<AttributeText> {
    table.entries().into_iter().map(|(name, node)| attribute(name, node)).collect()
}

fn attribute(name: At<String>, node: Node<'_>) -> AttributeText {
    if !node.is_table() {
        let kind = node.text();
        let (additional, read_only, write_only) = (false, false, false);
        return AttributeText { name, kind, doc: None, additional, read_only, write_only };
    }
    let mut table = node.table();
    table.place = name.place.clone();
    let attribute = AttributeText {
        name,
        kind: table.need_text("type"),
        doc: table.text("doc"),
        additional: table.flag("additional"),
        read_only: table.flag("read_only"),
        write_only: table.flag("write_only"),
    };
    table.finish();
    attribute
}
