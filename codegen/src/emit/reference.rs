//! The operation reference: a page to read, from top to bottom or by search.

use std::fmt::Write as _;

use crate::checked::{Answer, App, Body, Module, Operation, Relationship, Spec, Type, Variant};
use crate::emit::prose;
use crate::{sample, surface};

pub(super) fn emit(spec: &Spec) -> String {
    let mut page = String::from(HEAD);
    for app in &spec.apps {
        // Writing to a string does not fail.
        let _ = writeln!(page, "- {}: {}", app.name, contents(app));
    }
    for app in &spec.apps {
        let _ = write!(page, "\n# {}\n\n{}\n", app.name, app.doc);
        page.push_str(&tiers(app));
        for module in &app.modules {
            page.push_str(&section(spec, app, module));
        }
    }
    page
}

const HEAD: &str = "\
<!-- Generated from spec/ by `cargo xtask generate`; edit the spec. -->

# Operations

Every operation that scripts, plugins and `pianoroll call` can use. Arguments are the same everywhere: the ids of the path in
order, then the body if there is one, then options by name. A body with a top-level `data` is sent as it stands; any other is
the shorthand described here, which is wrapped.

- **Effect** is what a call does to the world: read, write, delete or send. It decides the permission, `module:effect`.
- **Retry** is what a lost answer allows: *safe* and *idempotent* calls are sent again, *keyed* ones with the same key,
  *conflicts* ones too, since a 409 then means that the first one arrived; *once* is never sent again by guess.
- **Tier** is how many requests the API takes a second and a minute, for each endpoint and connection.

";

fn contents(app: &App) -> String {
    let link = |module: &Module| format!("[{}](#{})", module.name, anchor(&module.name));
    app.modules.iter().map(link).collect::<Vec<_>>().join(", ")
}

fn anchor(heading: &str) -> String {
    heading
        .to_ascii_lowercase()
        .chars()
        .filter(|it| it.is_ascii_alphanumeric() || "-_".contains(*it))
        .collect()
}

fn tiers(app: &App) -> String {
    let limited: Vec<_> =
        app.tiers.iter().filter(|tier| tier.burst.is_some() || tier.steady.is_some()).collect();
    if limited.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n| tier | a second | a minute |\n|---|---|---|\n");
    let count = |count: Option<u32>| count.map_or_else(|| "–".to_owned(), |it| it.to_string());
    for tier in limited {
        let _ =
            writeln!(text, "| {} | {} | {} |", tier.name, count(tier.burst), count(tier.steady));
    }
    if !app.budgets.is_empty() {
        text.push_str("\nSome options are charged on top, across all endpoints:\n\n| option | value | a second | a minute |\n|---|---|---|---|\n");
        for budget in &app.budgets {
            let _ = writeln!(
                text,
                "| `{}` | `{}` | {} | {} |",
                budget.option, budget.value, budget.burst, budget.steady
            );
        }
    }
    text
}

fn section(spec: &Spec, app: &App, module: &Module) -> String {
    let mut text = format!("\n## {}\n\n{}\n", module.name, module.doc());
    text.push_str(&made_functions(spec, module));
    for operation in &module.operations {
        text.push_str(&operation_section(app, module, operation));
    }
    for kind in &module.types {
        text.push_str(&type_section(kind));
    }
    text
}

/// What scripts have beyond the operations.
fn made_functions(spec: &Spec, module: &Module) -> String {
    let surface = surface::surface(spec);
    let here = surface.iter().find(|it| it.name == crate::name::rhai(&module.name));
    let made = here.into_iter().flat_map(|module| &module.functions);
    let mut text = String::new();
    for function in made {
        let parameters: Vec<&str> = function.parameters.iter().map(|it| it.name.as_str()).collect();
        let signature = format!("`{}::{}({})`", module.name, function.name, parameters.join(", "));
        match &function.origin {
            surface::Origin::Operation(_) => continue,
            // Shown once, with all that it takes.
            surface::Origin::Each(id) => {
                let longest = module.operations.iter().find(|it| it.id == *id);
                let options = longest.is_some_and(|it| !it.options().is_empty());
                if options && parameters.last() != Some(&"options") {
                    continue;
                }
                let _ = writeln!(text, "- {signature}: every resource of all pages of `{id}`.");
            }
            surface::Origin::Count(id) => {
                let longest = module.operations.iter().find(|it| it.id == *id);
                let options = longest.is_some_and(|it| !it.options().is_empty());
                if options && parameters.last() != Some(&"options") {
                    continue;
                }
                let _ =
                    writeln!(text, "- {signature}: how many resources all pages of `{id}` hold.");
            }
            surface::Origin::Find { .. }
            | surface::Origin::FindOrCreate { .. }
            | surface::Origin::Sync { .. } => {
                let _ = writeln!(text, "- {signature}: {}", function.doc);
            }
        }
    }
    if text.is_empty() { text } else { format!("\nScripts also have\n\n{text}") }
}

fn operation_section(app: &App, module: &Module, operation: &Operation) -> String {
    let mut text = format!("\n### {}\n\n{}\n\n", operation.id, operation.doc);
    if let Some(why) = &operation.documented_only {
        let _ = writeln!(text, "> Documented only: {why}.\n");
    }
    if let Some(since) = operation.since {
        let _ = writeln!(text, "> In the official API from revision {since} on.\n");
    }
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "- {name}: {value}");
    };
    row("request", format!("`{}`", operation.route));
    match &operation.documented {
        Some(documented) if *documented != operation.route => {
            row("documented at", format!("`{documented}`"));
        }
        None => row("documented", "no, but part of the official API".to_owned()),
        Some(_) => {}
    }
    row("effect", prose::effect(operation));
    row("permission", format!("`{}:{}`", module.name, operation.effect));
    row("retry", retry(operation));
    row("tier", prose::tier(app, operation));
    if !operation.scopes.is_empty() {
        row("scopes", prose::all(&operation.scopes));
    }
    row("answer", answer(&operation.answer, &operation.ok));
    if let Some(page) = prose::page(operation.query.page) {
        row("pages", page);
    }
    if let Some(body) = &operation.body {
        text.push_str(&body_section(body));
    }
    let options = prose::options(operation);
    if !options.is_empty() {
        text.push_str("\n| option | |\n|---|---|\n");
        for (name, meaning) in options {
            let _ = writeln!(text, "| `{name}` | {} |", cell(&meaning));
        }
    }
    for variant in &operation.variants {
        text.push_str(&variant_section(operation, variant));
    }
    text.push_str(&examples(module, operation));
    text
}

/// What a variant has that the operation has not.
fn variant_section(operation: &Operation, variant: &Variant) -> String {
    let mut text = format!("\nFrom revision {} on", variant.since);
    if variant.doc == operation.doc {
        text.push_str(", this differs:\n");
    } else {
        let _ = writeln!(text, ": {}", variant.doc);
    }
    let mut row = |name: &str, value: String| {
        let _ = write!(text, "\n- {name}: {value}\n");
    };
    if variant.route != operation.route {
        row("request", format!("`{}`", variant.route));
    }
    if variant.ok != operation.ok {
        row("answer", answer(&operation.answer, &variant.ok));
    }
    if let Some(page) = prose::page(variant.page).filter(|_| variant.page != operation.query.page) {
        row("pages", page);
    }
    let shown = |body: &Option<Body>| body.as_ref().map(body_section);
    if shown(&variant.body) != shown(&operation.body) {
        text.push_str(&shown(&variant.body).unwrap_or_default());
    }
    text
}

fn retry(operation: &Operation) -> String {
    let mut text = operation.retry.to_string();
    if let Some(key) = &operation.key {
        let _ = write!(text, ", by `{key}`");
    }
    if let Some(probe) = &operation.probe {
        let _ = write!(text, "; a lost answer is settled by `{probe}`");
    }
    text
}

fn answer(answer: &Answer, ok: &[u16]) -> String {
    let statuses: Vec<String> = ok.iter().map(ToString::to_string).collect();
    let what = match answer {
        Answer::None => "nothing".to_owned(),
        Answer::Map => "a JSON object".to_owned(),
        Answer::One(kind) => format!("one `{kind}`"),
        Answer::Many(kind) => format!("many `{kind}`"),
    };
    format!("{what} ({})", statuses.join(", "))
}

fn body_section(body: &Body) -> String {
    let mut text = String::new();
    let rows = prose::body_rows(body);
    if rows.is_empty() {
        let _ = write!(text, "\nBody: {}\n", prose::body_keys(body));
        return text;
    }
    let gives = match body.shape.max() {
        Some(max) => format!("a list of maps, {max} a call; longer ones become several calls"),
        None => "a map".to_owned(),
    };
    let _ = write!(text, "\nBody: {gives}.\n\n| key | type | | |\n|---|---|---|---|\n");
    for (key, kind, required, doc) in rows {
        let required = if required { "required" } else { "" };
        let _ = writeln!(text, "| `{key}` | {kind} | {required} | {} |", cell(&doc));
    }
    let inside: Vec<&String> = body.required.iter().filter(|path| path.contains('.')).collect();
    if !inside.is_empty() {
        let _ = write!(text, "\nRequired within: {}.\n", prose::all(&inside));
    }
    text
}

fn examples(module: &Module, operation: &Operation) -> String {
    let mut text = String::new();
    for example in &operation.examples {
        let modes: Vec<&str> = example.modes.iter().map(|mode| mode.as_str()).collect();
        let note = match modes.len() {
            3 => String::new(),
            0 => " (as documented; refused)".to_owned(),
            _ => format!(" ({})", modes.join(", ")),
        };
        let rhai = sample::rhai(module, operation, example);
        let command = sample::command(operation, example);
        let _ = write!(text, "\nExample{note}:\n\n```rhai\n{rhai}\n```\n```sh\n{command}\n```\n");
    }
    text
}

fn type_section(kind: &Type) -> String {
    let mut text = format!("\n### Type `{}`\n\n{}\n", kind.kind, kind.doc);
    if !kind.attributes.is_empty() {
        text.push_str("\n| attribute | type | |\n|---|---|---|\n");
    }
    for attribute in &kind.attributes {
        let mut notes = Vec::new();
        notes.extend(attribute.additional.then_some("only with `additional_fields`"));
        notes.extend(attribute.read_only.then_some("read only"));
        notes.extend(attribute.write_only.then_some("never answered"));
        let notes = notes.join(", ");
        let doc = match (notes.is_empty(), attribute.doc.is_empty()) {
            (true, _) => attribute.doc.clone(),
            (false, true) => format!("({notes})"),
            (false, false) => format!("{} ({notes})", attribute.doc),
        };
        let _ = writeln!(text, "| `{}` | {} | {} |", attribute.name, attribute.kind, cell(&doc));
    }
    if !kind.relationships.is_empty() {
        let link = |it: &Relationship| format!("`{}` ({})", it.name, it.kind);
        let links = kind.relationships.iter().map(link).collect::<Vec<_>>().join(", ");
        let _ = write!(text, "\nRelationships: {links}.\n");
    }
    text
}

/// Text within a table.
fn cell(text: &str) -> String {
    text.replace('|', r"\|")
}
