//! Facts as sentences: the same words in rustdoc, definitions, OpenAPI and the reference.

use crate::checked::{
    App, Attribute, Body, BodyId, Condition, EffectWhen, Example, Operation, Page, Query, Shape,
};

/// `` `a`, `b` or `c` ``
pub(super) fn words(words: &[impl AsRef<str>]) -> String {
    joined(words, "or")
}

/// `` `a`, `b` and `c` ``
pub(super) fn all(words: &[impl AsRef<str>]) -> String {
    joined(words, "and")
}

fn joined(words: &[impl AsRef<str>], last: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.split_last() {
        Some((end, start)) if !start.is_empty() => format!("{} {last} {end}", start.join(", ")),
        Some((end, _)) => end.clone(),
        None => String::new(),
    }
}

/// One line: route, effect, retry, tier, scopes.
pub(super) fn facts(app: &App, operation: &Operation) -> String {
    let mut facts = vec![
        format!("`{}`", operation.route),
        format!("effect {}", effect(operation)),
        format!("retry {}", operation.retry),
        format!("tier {}", tier(app, operation)),
    ];
    if !operation.scopes.is_empty() {
        facts.push(format!("scopes {}", all(&operation.scopes)));
    }
    format!("{}.", facts.join(" · "))
}

/// The effect, and where it is more.
pub(super) fn effect(operation: &Operation) -> String {
    let conditions =
        operation.effect_when.iter().map(|when| format!("{} {}", when.effect, condition(when)));
    std::iter::once(operation.effect.to_string()).chain(conditions).collect::<Vec<_>>().join(", ")
}

/// What in the body raises the effect.
pub(super) fn condition(when: &EffectWhen) -> String {
    match &when.condition {
        Condition::Present => format!("with `{}`", when.attribute),
        Condition::Equals(text) => format!("with `{}` = `{text}`", when.attribute),
    }
}

/// The tier with its windows.
pub(super) fn tier(app: &App, operation: &Operation) -> String {
    let Some((_, tier)) = app.tier(&operation.tier) else { return operation.tier.clone() };
    let mut windows = Vec::new();
    windows.extend(tier.burst.map(|burst| format!("{burst}/s")));
    windows.extend(tier.steady.map(|steady| format!("{steady}/min")));
    windows.extend(operation.daily.map(|daily| format!("{daily}/day")));
    if windows.is_empty() {
        return format!("{} (the credential's quota only)", tier.name);
    }
    format!("{} ({})", tier.name, windows.join(", "))
}

/// Type and meaning of an attribute.
pub(super) fn attribute(attribute: &Attribute) -> String {
    let mut text = format!("`{}`", attribute.kind);
    let mut notes = Vec::new();
    if attribute.additional {
        notes.push("only with `additional_fields`");
    }
    if attribute.write_only {
        notes.push("never answered");
    }
    if !notes.is_empty() {
        text = format!("{text} ({})", notes.join(", "));
    }
    if attribute.doc.is_empty() { format!("{text}.") } else { format!("{text}: {}", attribute.doc) }
}

/// The fields of a filter with their operators.
pub(super) fn filter(query: &Query) -> String {
    let field = |field: &crate::checked::FilterField| {
        format!("`{}` ({})", field.name, field.operators.join(", "))
    };
    let fields = query.filter.iter().map(field).collect::<Vec<_>>().join(", ");
    if query.filter_required.is_empty() {
        return format!("{fields}.");
    }
    format!("{fields}; required on {}.", words(&query.filter_required))
}

/// Paging.
pub(super) fn page(page: Page) -> Option<String> {
    match page {
        Page::None => None,
        Page::Fixed(size) => Some(format!("always {size} rows a page")),
        Page::Sized { size, max, undocumented } => {
            let note =
                if undocumented { ", though the official document has no such option" } else { "" };
            Some(format!("{size} rows a page, at most {max}{note}"))
        }
    }
}

/// The keys that a guest's map or list may hold, those that must be there first said so.
pub(super) fn body_keys(body: &Body) -> String {
    match &body.shape {
        Shape::Identifiers { max } => {
            format!(
                "a list of ids of `{}`, {max} a call; longer ones become several calls.",
                body.kind
            )
        }
        shape => {
            let keys = body_rows(body).into_iter().map(|(key, _, required, _)| {
                if required { format!("`{key}` (required)") } else { format!("`{key}`") }
            });
            let keys = keys.collect::<Vec<_>>().join(", ");
            let keys = if keys.is_empty() { "nothing".to_owned() } else { keys };
            match shape.max() {
                Some(max) => format!(
                    "a list of maps of {keys}; {max} a call, longer ones become several calls."
                ),
                None => format!("a map of {keys}."),
            }
        }
    }
}

/// What a map may hold: key, type, whether it must be there, meaning.
pub(super) fn body_rows(body: &Body) -> Vec<(String, String, bool, String)> {
    let mut rows = Vec::new();
    if let BodyId::Key(key) = &body.id {
        let doc = format!("An id; becomes that of the `{}`.", body.kind);
        rows.push((key.clone(), "string".to_owned(), true, doc));
    }
    for relationship in &body.relationships {
        let (kind, what) = match (relationship.many, relationship.max) {
            (false, _) | (true, Some(1)) => ("string", "The id of a"),
            (true, _) => ("list<string>", "Ids of"),
        };
        let doc = format!(
            "{what} `{}`; becomes the relationship `{}`.",
            relationship.kind, relationship.name
        );
        rows.push((relationship.key.clone(), kind.to_owned(), relationship.required, doc));
    }
    for attribute in &body.attributes {
        let required = body.required.contains(&attribute.name);
        rows.push((
            attribute.name.clone(),
            attribute.kind.to_string(),
            required,
            attribute.doc.clone(),
        ));
    }
    for key in &body.meta {
        rows.push((key.clone(), "any".to_owned(), false, "Moves to `data.meta`.".to_owned()));
    }
    rows
}

/// The options that an operation takes, and what each may be.
pub(super) fn options(operation: &Operation) -> Vec<(String, String)> {
    let query = &operation.query;
    let names = |option: &str| match option {
        "filter" => filter(query),
        "sort" => {
            let coupled = match query.sort_coupled.as_slice() {
                [] => String::new(),
                fields => format!(
                    "; filtered on {} with `greater-than`, only by that field ascending, with `less-than` only descending",
                    words(fields)
                ),
            };
            format!("{}; `-` before it for descending{coupled}.", words(&query.sort))
        }
        "fields" => {
            format!(
                "names of attributes, or a map of type to names; types: {}.",
                all(&query.fields)
            )
        }
        "additional_fields" => {
            let of =
                |(kind, names): &(String, Vec<String>)| format!("{} of `{kind}`", words(names));
            format!("{}.", query.additional_fields.iter().map(of).collect::<Vec<_>>().join("; "))
        }
        "include" => {
            let names: Vec<&str> = query.include.iter().map(|it| it.name.as_str()).collect();
            format!("{}.", all(&names))
        }
        "page_size" => match query.page {
            Page::Sized { max, .. } => format!("1 to {max}."),
            Page::None | Page::Fixed(_) => String::new(),
        },
        "cursor" => "`next` of an earlier page.".to_owned(),
        parameter => {
            let found = query.parameters.iter().find(|it| it.name == parameter);
            found.map(attribute).unwrap_or_default()
        }
    };
    operation.options().into_iter().map(|option| (option.to_owned(), names(option))).collect()
}

/// The example to show where there is room for one: the last that holds in most modes.
pub(super) fn example(operation: &Operation) -> Option<&Example> {
    operation.examples.iter().max_by_key(|example| example.modes.len())
}
