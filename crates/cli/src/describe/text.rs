//! Operations for people: aligned, in the words of the spec, with lines to copy.

use std::fmt::Write as _;

use pianoroll_api::operation::{
    Attribute, Body, BodyId, Condition, Example, Mode, Operation, Page, Shape,
};
use pianoroll_api::{Arguments, RESOURCES};
use pianoroll_model::Effect;

use crate::style::{self, DIM, HEADING, NAME, Styled};
use crate::words;

// Writing into a string cannot fail, so the results of `writeln!` are dropped throughout.

/// The operations by module, one a line.
pub(crate) fn list(operations: &[&Operation]) -> String {
    let mut text = String::new();
    let width = operations.iter().map(|row| row.id.len()).max().unwrap_or_default();
    let tiers = operations.iter().map(|row| row.tier.id.len()).max().unwrap_or_default();
    let mut module = "";
    for row in operations {
        if row.module != module {
            let gap = if module.is_empty() { "" } else { "\n" };
            module = row.module;
            let _ = writeln!(
                text,
                "{gap}{}  {}",
                Styled(HEADING, module),
                Styled(DIM, module_doc(module))
            );
        }
        let _ = writeln!(
            text,
            "  {:width$}  {:6}  {:tiers$}  {:6} {}{}",
            Styled(NAME, row.id),
            Styled(style::effect(row.effect), row.effect),
            row.tier.id,
            row.route.method,
            row.route.path,
            Styled(DIM, if row.documented_only.is_some() { "  (documented only)" } else { "" }),
        );
    }
    let count = operations.len();
    let noun = if count == 1 { "operation" } else { "operations" };
    let _ = writeln!(
        text,
        "\n{}",
        Styled(DIM, format!("{count} {noun}; `pianoroll operations show ID` tells all about one"))
    );
    text
}

fn module_doc(module: &str) -> &'static str {
    let main = RESOURCES.iter().find(|resource| resource.module == module && resource.main);
    main.map_or("", |resource| resource.doc)
}

/// Everything about one operation.
pub(crate) fn operation(operation: &Operation) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}  {}", Styled(HEADING, operation.id), operation.title);
    let _ = writeln!(text, "{}\n", operation.doc);
    for (name, value) in facts(operation) {
        let _ = writeln!(text, "{:11}  {value}", Styled(DIM, name));
    }
    let _ = writeln!(text, "\n{}\n  {}", Styled(HEADING, "Usage"), words::usage(operation, None));
    options(operation, &mut text);
    if let Some(body) = &operation.body {
        describe_body("Body", body, &mut text);
    }
    for variant in operation.variants {
        let _ = writeln!(text, "\n{}", Styled(HEADING, format!("From revision {}", variant.since)));
        if !variant.doc.is_empty() {
            let _ = writeln!(text, "  {}", variant.doc);
        }
        if variant.route != operation.route {
            let _ = writeln!(text, "  {} {}", variant.route.method, variant.route.path);
        }
        if let Some(body) = &variant.body {
            describe_body(&format!("Body from {}", variant.since), body, &mut text);
        }
    }
    if !operation.examples.is_empty() {
        let _ = writeln!(text, "\n{}", Styled(HEADING, "Examples"));
        for example in operation.examples {
            show_example(operation, example, &mut text);
        }
    }
    text
}

fn facts(operation: &Operation) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("route", format!("{} {}", operation.route.method, operation.route.path)),
        ("effect", effects(operation)),
        ("permission", operation.permission(operation.effect).to_string()),
        ("limits", limits(operation)),
        ("lost answer", operation.retry.to_string()),
    ];
    match operation.documented {
        None => facts.push((
            "documented",
            "no: an official operation beside the documented ones".to_owned(),
        )),
        Some(route) if route != operation.route => {
            facts.push(("documented", format!("{} {}", route.method, route.path)));
        }
        Some(_) => {}
    }
    facts.extend(operation.documented_only.map(|why| ("caution", why.to_owned())));
    facts.extend(operation.since.map(|since| ("since", since.to_string())));
    if !operation.scopes.is_empty() {
        facts.push(("scopes", operation.scopes.join(", ")));
    }
    let statuses: Vec<String> = operation.ok.iter().map(u16::to_string).collect();
    facts
        .push(("answer", format!("{} ({})", super::answer(operation.answer), statuses.join(", "))));
    let modes: Vec<&str> =
        Mode::ALL.into_iter().filter(|mode| mode.has(operation)).map(Mode::as_str).collect();
    facts.push(("simulator", modes.join(", ")));
    facts.push(("source", operation.source.to_owned()));
    facts
}

fn effects(operation: &Operation) -> String {
    let mut text = operation.effect.to_string();
    for when in operation.effect_when {
        let condition = match when.condition {
            Condition::Present => format!("`{}` is given", when.attribute),
            Condition::Equals(value) => format!("`{}` is `{value}`", when.attribute),
        };
        let _ = write!(text, "; {} when {condition}", when.effect);
    }
    text
}

fn limits(operation: &Operation) -> String {
    let mut text = match (operation.tier.burst, operation.tier.steady) {
        (Some(burst), Some(steady)) => {
            format!("{burst} a second, {steady} a minute (tier {})", operation.tier.id)
        }
        _ => "the key's quota alone".to_owned(),
    };
    if let Some(daily) = operation.daily {
        let _ = write!(text, ", {daily} a day");
    }
    text
}

fn options(operation: &Operation, text: &mut String) {
    let query = &operation.query;
    let mut rows: Vec<(String, String)> = Vec::new();
    for field in query.filter {
        let required = if query.filter_required.contains(&field.name) { " (needed)" } else { "" };
        rows.push((format!("filter {}", field.name), field.operators.join(", ") + required));
    }
    let mut list = |name: &str, values: &[&str]| {
        if !values.is_empty() {
            rows.push((name.to_owned(), values.join(", ")));
        }
    };
    list("sort", query.sort);
    list("fields of", query.fields);
    list("include", &query.include.iter().map(|to| to.name).collect::<Vec<_>>());
    for (kind, names) in query.additional_fields {
        list(&format!("additional_fields of {kind}"), names);
    }
    match query.page {
        Page::None => {}
        Page::Fixed(size) => rows.push(("page".to_owned(), format!("{size} rows, by cursor"))),
        Page::Sized { size, max, .. } => {
            rows.push(("page_size".to_owned(), format!("1 to {max}, {size} by default")));
        }
    }
    rows.extend(query.parameters.iter().map(attribute));
    table("Options", &rows, text);
}

fn describe_body(title: &str, body: &Body, text: &mut String) {
    let form = match body.shape {
        Shape::Attributes | Shape::Aggregate => format!("a map of attributes of one {}", body.kind),
        Shape::Plain => "a map, sent as it stands".to_owned(),
        Shape::Identifiers { max } => format!("a list of {} ids, {max} a call", body.kind),
        Shape::Items { item, max, .. } => format!("a list of maps, one a {item}, {max} a call"),
        Shape::Groups { item, by, max, .. } => {
            format!("a list of maps, one a {item}, grouped by `{by}`, {max} a call")
        }
    };
    let mut rows = Vec::new();
    if let BodyId::Key(key) = body.id {
        rows.push((key.to_owned(), "id, needed".to_owned()));
    }
    for to in body.relationships {
        let many = if to.many { "list of ids" } else { "id" };
        let needed = if to.required { ", needed" } else { "" };
        rows.push((to.key.to_owned(), format!("{many} of {}{needed}", to.kind)));
    }
    for row in body.attributes {
        let (name, mut described) = attribute(row);
        if body.required.contains(&row.name) {
            described.push_str(" (needed)");
        }
        rows.push((name, described));
    }
    for path in
        body.required.iter().filter(|path| body.attributes.iter().all(|row| row.name != **path))
    {
        rows.push(((*path).to_owned(), "needed".to_owned()));
    }
    table(&format!("{title}: {form}"), &rows, text);
}

fn attribute(attribute: &Attribute) -> (String, String) {
    let kind = super::kind(attribute.kind);
    let gap = if attribute.doc.is_empty() { "" } else { "  " };
    (attribute.name.to_owned(), format!("{kind}{gap}{}", attribute.doc))
}

fn table(title: &str, rows: &[(String, String)], text: &mut String) {
    if rows.is_empty() && !title.starts_with("Body") {
        return;
    }
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let _ = writeln!(text, "\n{}", Styled(HEADING, title));
    for (name, value) in rows {
        let _ = writeln!(text, "  {:width$}  {value}", Styled(NAME, name));
    }
}

fn show_example(operation: &Operation, example: &Example, text: &mut String) {
    let arguments = super::arguments(example);
    let only = if example.modes.is_empty() {
        "refused by the simulator: its data already holds what this makes"
    } else if Mode::ALL
        .into_iter()
        .any(|mode| mode.has(operation) && !example.modes.contains(&mode))
    {
        &*format!(
            "simulator modes: {}",
            example.modes.iter().map(|mode| mode.as_str()).collect::<Vec<_>>().join(", ")
        )
    } else {
        ""
    };
    if !only.is_empty() {
        let _ = writeln!(text, "  {}", Styled(DIM, format!("# {only}")));
    }
    let _ = writeln!(text, "  {}", command_line(operation, example, &arguments));
}

/// The line that makes a call, its body piped in.
pub(crate) fn words_of(operation: &Operation, arguments: &Arguments) -> String {
    let mut line = String::new();
    if let Some(body) = &arguments.body {
        let _ = write!(line, "echo {} | ", words::quoted(&body.to_string()));
    }
    let _ = write!(line, "pianoroll call {}", operation.id);
    for word in words::show(arguments) {
        let _ = write!(line, " {word}");
    }
    if arguments.body.is_some() {
        line.push_str(" --body -");
    }
    line
}

/// The line that calls an example on the simulator.
fn command_line(operation: &Operation, example: &Example, arguments: &Arguments) -> String {
    let mut line = words_of(operation, arguments);
    let effect = operation.effect_of(arguments.body.as_ref());
    if effect > Effect::Write {
        let _ = write!(line, " --allow {}", operation.permission(effect));
    }
    line.push_str(" --simulate");
    if let Some(mode) = example.modes.first().filter(|_| !example.modes.contains(&Mode::Documented))
    {
        let _ = write!(line, " --mode {mode}");
    }
    line
}
