//! An operation.

use serde_json::Value;

use crate::source::{At, Place};
use crate::text::body::{self, BodyText};
use crate::text::reader::{Node, Table};
use crate::text::resource::{self, AttributeText};

/// `[operations.x]`. What must be there and is not has been reported.
pub(crate) struct OperationText {
    pub(crate) name: At<String>,
    pub(crate) http: Option<At<String>>,
    pub(crate) doc: Option<At<String>>,
    pub(crate) title: Option<At<String>>,
    pub(crate) documented: Option<At<DocumentedText>>,
    pub(crate) documented_only: Option<At<String>>,
    pub(crate) since: Option<At<String>>,
    pub(crate) effect: Option<At<String>>,
    pub(crate) effect_when: Vec<EffectWhenText>,
    pub(crate) retry: Option<At<String>>,
    pub(crate) key: Option<At<String>>,
    pub(crate) probe: Option<At<String>>,
    pub(crate) tier: Option<At<String>>,
    pub(crate) daily: Option<At<u32>>,
    pub(crate) scopes: Vec<At<String>>,
    pub(crate) filter: Vec<FilterText>,
    pub(crate) filter_required: Vec<At<String>>,
    pub(crate) sort: Vec<At<String>>,
    pub(crate) sort_coupled: Vec<At<String>>,
    pub(crate) include: Vec<At<String>>,
    /// Nothing where the default holds.
    pub(crate) fields: Option<Vec<At<String>>>,
    pub(crate) additional_fields: Vec<(At<String>, Vec<At<String>>)>,
    pub(crate) page: Option<PageText>,
    pub(crate) query: Vec<AttributeText>,
    pub(crate) body: Option<BodyText>,
    pub(crate) answer: Option<At<String>>,
    pub(crate) ok: Vec<At<u32>>,
    pub(crate) examples: Vec<ExampleText>,
    pub(crate) at: Vec<VariantText>,
}

/// `documented`.
pub(crate) enum DocumentedText {
    Flag(bool),
    Route(String),
}

/// One entry of `effect_when`.
pub(crate) struct EffectWhenText {
    pub(crate) place: Place,
    pub(crate) attribute: Option<At<String>>,
    pub(crate) equals: Option<At<String>>,
    pub(crate) present: Option<At<bool>>,
    pub(crate) effect: Option<At<String>>,
}

/// A field of `filter` and its operators.
pub(crate) struct FilterText {
    pub(crate) field: At<String>,
    pub(crate) operators: At<String>,
}

/// `page`.
pub(crate) struct PageText {
    pub(crate) place: Place,
    pub(crate) size: Option<At<u32>>,
    pub(crate) max: Option<At<u32>>,
    pub(crate) fixed: Option<At<u32>>,
    pub(crate) undocumented: bool,
}

/// One of `examples`.
pub(crate) struct ExampleText {
    pub(crate) place: Place,
    pub(crate) args: Vec<At<String>>,
    pub(crate) options: Vec<(At<String>, At<Value>)>,
    pub(crate) body: Option<At<Value>>,
    pub(crate) answer: Option<At<String>>,
    pub(crate) modes: Option<Vec<At<String>>>,
}

/// `[operations.x.at."2025-01-15"]`
pub(crate) struct VariantText {
    pub(crate) revision: At<String>,
    pub(crate) http: Option<At<String>>,
    pub(crate) doc: Option<At<String>>,
    pub(crate) body: Option<BodyText>,
    pub(crate) page: Option<PageText>,
    pub(crate) ok: Vec<At<u32>>,
}

pub(super) fn read(name: At<String>, node: Node<'_>) -> OperationText {
    let mut table = node.table();
    table.place = name.place.clone();
    let operation = OperationText {
        http: table.need_text("http"),
        doc: table.need_text("doc"),
        title: table.text("title"),
        documented: table.get("documented").and_then(documented),
        documented_only: table.text("documented_only"),
        since: table.text("since"),
        effect: table.text("effect"),
        effect_when: list(&table, "effect_when").into_iter().map(effect_when).collect(),
        retry: table.text("retry"),
        key: table.text("key"),
        probe: table.text("probe"),
        tier: table.need_text("tier"),
        daily: table.number("daily"),
        scopes: table.texts("scopes"),
        filter: filter(&table),
        filter_required: table.texts("filter_required"),
        sort: table.texts("sort"),
        sort_coupled: table.texts("sort_coupled"),
        include: table.texts("include"),
        fields: table.get("fields").map(Node::texts),
        additional_fields: additional_fields(&table),
        page: table.table("page").map(page),
        query: table.table("query").map(resource::attributes).unwrap_or_default(),
        body: table.table("body").map(body::read),
        answer: table.need_text("answer"),
        ok: table.need("ok").map(statuses).unwrap_or_default(),
        examples: list(&table, "examples").into_iter().map(example).collect(),
        at: variants(&table),
        name,
    };
    table.finish();
    operation
}

fn list<'c>(table: &Table<'c>, name: &'static str) -> Vec<Node<'c>> {
    table.get(name).map(Node::list).unwrap_or_default()
}

fn documented(node: Node<'_>) -> Option<At<DocumentedText>> {
    let place = node.place.clone();
    let value = if node.is_bool() {
        DocumentedText::Flag(node.bool()?.value)
    } else {
        DocumentedText::Route(node.text()?.value)
    };
    Some(At { value, place })
}

fn effect_when(node: Node<'_>) -> EffectWhenText {
    let table = node.table();
    let when = EffectWhenText {
        attribute: table.need_text("attribute"),
        equals: table.text("equals"),
        present: table.bool("present"),
        effect: table.need_text("effect"),
        place: table.place.clone(),
    };
    table.finish();
    when
}

fn filter(table: &Table<'_>) -> Vec<FilterText> {
    let entries = table.table("filter").map(Table::entries).unwrap_or_default();
    let field =
        |(field, node): (At<String>, Node<'_>)| Some(FilterText { field, operators: node.text()? });
    entries.into_iter().filter_map(field).collect()
}

fn additional_fields(table: &Table<'_>) -> Vec<(At<String>, Vec<At<String>>)> {
    let entries = table.table("additional_fields").map(Table::entries).unwrap_or_default();
    entries.into_iter().map(|(kind, node)| (kind, node.texts())).collect()
}

fn page(table: Table<'_>) -> PageText {
    let page = PageText {
        size: table.number("size"),
        max: table.number("max"),
        fixed: table.number("fixed"),
        undocumented: table.flag("undocumented"),
        place: table.place.clone(),
    };
    table.finish();
    page
}

fn statuses(node: Node<'_>) -> Vec<At<u32>> {
    if node.is_list() {
        return node.list().into_iter().filter_map(Node::number).collect();
    }
    node.number().into_iter().collect()
}

fn example(node: Node<'_>) -> ExampleText {
    let table = node.table();
    let options = table.table("options").map(Table::entries).unwrap_or_default();
    let example = ExampleText {
        args: table.texts("args"),
        options: options.into_iter().map(|(name, node)| (name, node.json())).collect(),
        body: table.get("body").map(|node| node.json()),
        answer: table.text("answer"),
        modes: table.get("modes").map(Node::texts),
        place: table.place.clone(),
    };
    table.finish();
    example
}

fn variants(table: &Table<'_>) -> Vec<VariantText> {
    let entries = table.table("at").map(Table::entries).unwrap_or_default();
    let variant = |(revision, node): (At<String>, Node<'_>)| {
        let mut table = node.table();
        table.place = revision.place.clone();
        let variant = VariantText {
            revision,
            http: table.text("http"),
            doc: table.text("doc"),
            body: table.table("body").map(body::read),
            page: table.table("page").map(page),
            ok: table.get("ok").map(statuses).unwrap_or_default(),
        };
        table.finish();
        variant
    };
    entries.into_iter().map(variant).collect()
}
