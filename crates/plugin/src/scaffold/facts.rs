//! What the layers of all languages say of an operation.

use pianoroll_api::operation::{Answer, Body, Operation, Page, Shape};

/// The shape of what its function gives, as the layers know it: `one`, `many`, `map` or `none`, with `s` behind it where a list
/// of any length may become several calls.
pub(super) fn shape(operation: &Operation) -> String {
    let single = match operation.answer {
        Answer::One(_) => "one",
        Answer::Many(_) => "many",
        Answer::Map => "map",
        Answer::None => "none",
    };
    if is_list(operation) { format!("{single}s") } else { single.to_owned() }
}

/// Whether its body is a list of any length.
pub(super) fn is_list(operation: &Operation) -> bool {
    operation.body.as_ref().is_some_and(|body| body.shape.max().is_some())
}

fn pages(operation: &Operation) -> Vec<Page> {
    let variants = operation.variants.iter().map(|variant| variant.page);
    std::iter::once(operation.query.page).chain(variants).collect()
}

/// An option: its name, and what it may be.
pub(super) struct OptionFact {
    pub(super) name: &'static str,
    pub(super) kind: OptionKind,
    pub(super) doc: String,
}

/// What an option may be.
pub(super) enum OptionKind {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// One of these texts.
    OneOf(Vec<String>),
    /// A list of these texts.
    SomeOf(Vec<String>),
    /// Names of attributes, or a map of type to such names.
    Fields,
    /// A value of an attribute's kind.
    Kind(pianoroll_api::operation::Kind),
}

/// The options of an operation.
pub(super) fn options(operation: &Operation) -> Vec<OptionFact> {
    let query = &operation.query;
    let mut options = Vec::new();
    let mut add = |name, kind, doc: String| options.push(OptionFact { name, kind, doc });
    if !query.filter.is_empty() {
        let fields = query
            .filter
            .iter()
            .map(|field| format!("`{}` ({})", field.name, field.operators.join(", ")));
        let mut doc = fields.collect::<Vec<_>>().join(", ");
        if !query.filter_required.is_empty() {
            doc = format!("{doc}; required on `{}`", query.filter_required.join("` or `"));
        }
        add("filter", OptionKind::Text, doc);
    }
    if !query.sort.is_empty() {
        let both = query.sort.iter().flat_map(|name| [(*name).to_owned(), format!("-{name}")]);
        add("sort", OptionKind::OneOf(both.collect()), "With `-` descending".to_owned());
    }
    if !query.fields.is_empty() {
        let doc = format!(
            "Names of attributes, or a map of type to names; types: {}",
            query.fields.join(", ")
        );
        add("fields", OptionKind::Fields, doc);
    }
    if !query.include.is_empty() {
        let names = query.include.iter().map(|it| it.name.to_owned()).collect();
        add("include", OptionKind::SomeOf(names), "Related resources, as `included`".to_owned());
    }
    if !query.additional_fields.is_empty() {
        let names = query.additional_fields.iter().flat_map(|(_, names)| names.iter());
        let names = names.map(|name| (*name).to_owned()).collect();
        add(
            "additional_fields",
            OptionKind::SomeOf(names),
            "Answered only when asked for".to_owned(),
        );
    }
    let sized = pages(operation).into_iter().find_map(|page| match page {
        Page::Sized { size, max, .. } => Some((size, max)),
        Page::None | Page::Fixed(_) => None,
    });
    if let Some((size, max)) = sized {
        add("page_size", OptionKind::Number, format!("1 to {max}; {size} where it is left out"));
    }
    if pages(operation).into_iter().any(|page| page != Page::None) {
        add("cursor", OptionKind::Text, "`next` of an earlier page".to_owned());
    }
    for parameter in query.parameters {
        add(parameter.name, OptionKind::Kind(parameter.kind), parameter.doc.to_owned());
    }
    options
}

/// Sentences about an operation.
pub(super) fn lines(operation: &Operation) -> Vec<String> {
    let mut lines = vec![operation.doc.to_owned()];
    if let Some(why) = operation.documented_only {
        lines.push(format!("Documented only: {why}."));
    }
    let permission = operation.permission(operation.effect);
    lines.push(format!(
        "`{} {}`, needs `{permission}`.",
        operation.route.method, operation.route.path
    ));
    if let Some(max) = operation.body.as_ref().and_then(|body| body.shape.max()) {
        lines.push(format!("The list may be of any length: each {max} become a call."));
    }
    lines
}

/// A key that a body may hold.
pub(super) struct KeyFact {
    pub(super) name: &'static str,
    pub(super) kind: KeyKind,
    pub(super) required: bool,
    pub(super) nullable: bool,
    pub(super) doc: String,
}

/// What the value of a key is.
pub(super) enum KeyKind {
    Id,
    Ids,
    Any,
    Kind(pianoroll_api::operation::Kind),
}

/// The keys of a body, or of each of its items; none for a list of ids.
pub(super) fn keys(body: &Body) -> Option<Vec<KeyFact>> {
    use pianoroll_api::operation::BodyId;
    if matches!(body.shape, Shape::Identifiers { .. }) {
        return None;
    }
    let mut keys = Vec::new();
    let mut add = |key: KeyFact| {
        // A relationship may go by the name of an attribute.
        if !keys.iter().any(|known: &KeyFact| known.name == key.name) {
            keys.push(key);
        }
    };
    if let BodyId::Key(name) = body.id {
        let doc = format!("Becomes the id of the `{}`", body.kind);
        add(KeyFact { name, kind: KeyKind::Id, required: true, nullable: false, doc });
    }
    for relationship in body.relationships {
        let many = relationship.many && relationship.max != Some(1);
        add(KeyFact {
            name: relationship.key,
            kind: if many { KeyKind::Ids } else { KeyKind::Id },
            required: relationship.required,
            nullable: false,
            doc: format!("`{}`", relationship.kind),
        });
    }
    for attribute in body.attributes {
        add(KeyFact {
            name: attribute.name,
            kind: KeyKind::Kind(attribute.kind),
            required: body.required.contains(&attribute.name),
            nullable: attribute.nullable,
            doc: attribute.doc.to_owned(),
        });
    }
    for name in body.meta {
        add(KeyFact {
            name,
            kind: KeyKind::Any,
            required: false,
            nullable: true,
            doc: String::new(),
        });
    }
    Some(keys)
}
