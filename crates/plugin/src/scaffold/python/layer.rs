//! The package `pianoroll`: a module a resource, with typed functions.

use std::collections::BTreeSet;

use pianoroll_api::operation::{Answer, Attribute, Kind, Operation, Resource};
use pianoroll_host::ParamSpec;

use crate::scaffold::asks::Asks;
use crate::scaffold::facts::{self, KeyFact, KeyKind, OptionKind};
use crate::scaffold::names::{pascal, python};

const HEAD: &str = "# Written by `pianoroll plugin new`; `--refresh` writes it anew.\n";

/// What the package gives on from the layer, whatever is asked for.
const ALWAYS: [&str; 12] = [
    "Failure",
    "HostError",
    "Page",
    "checkpoint",
    "last_run",
    "pause",
    "problem",
    "progress",
    "started",
    "state",
    "rfc3339",
    "draw",
];

/// `__init__.py`
pub(super) fn package(asks: &Asks) -> String {
    let mut text = format!(
        "{HEAD}\"\"\"What a plugin imports: the operations that plugin.toml asks for, and the rest of what the host offers.\"\"\"\n\nfrom __future__ import annotations\n\n"
    );
    let params = params(&asks.params);
    text.push_str(&import("typing", &["Any", "TypedDict"], &params));
    text.push('\n');
    let mut modules = BTreeSet::from(["filters".to_owned(), "log".to_owned()]);
    if asks.files {
        modules.insert("files".to_owned());
    }
    let mut names: Vec<&str> = ALWAYS.into_iter().filter(|name| *name != "draw").collect();
    names.push("all_params");
    if !asks.modules.is_empty() {
        names.extend(["OPERATIONS", "batch", "call", "on", "settle"]);
        modules.insert("types".to_owned());
        modules.extend(asks.modules.iter().map(|module| python(module)));
    }
    if asks.notify {
        names.push("notify");
    }
    if asks.request {
        names.push("request");
    }
    names.sort_unstable();
    let listed: String = names.iter().map(|name| format!("    {name},\n")).collect();
    text.push_str("from pianoroll.prelude import draw\n");
    text.push_str(&format!("from pianoroll.layer import (\n{listed})\n"));
    let modules = modules.into_iter().collect::<Vec<_>>();
    text.push_str(&format!("from pianoroll import {}\n\n\n", modules.join(", ")));
    text.push_str(&params);
    let mut all: Vec<&str> =
        names.into_iter().filter(|name| !matches!(*name, "OPERATIONS" | "all_params")).collect();
    all.extend(["Params", "draw", "params"]);
    all.extend(modules.iter().map(String::as_str));
    all.sort_unstable();
    let all: String = all.iter().map(|name| format!("    \"{name}\",\n")).collect();
    text.push_str(&format!("\n\n__all__ = [\n{all}]\n"));
    if !asks.modules.is_empty() {
        text.push_str("\nOPERATIONS.update({\n");
        for operation in asks.operations() {
            let has_body = if operation.body.is_some() { "True" } else { "False" };
            text.push_str(&format!(
                "    \"{}\": ({}, {has_body}, \"{}\"),\n",
                operation.id,
                operation.route.ids().count(),
                facts::shape(operation)
            ));
        }
        text.push_str("})\n");
    }
    text
}

fn params(params: &[ParamSpec]) -> String {
    let mut text =
        "class Params(TypedDict):\n    \"\"\"The parameters of plugin.toml.\"\"\"\n".to_owned();
    // One that is called as a keyword is there all the same: `params()["from"]`.
    for param in params.iter().filter(|param| is_name(&param.name)) {
        let kind = match param.kind.as_str() {
            "int" => "int",
            "float" => "float",
            "bool" => "bool",
            "list" => "list[Any]",
            _ => "str",
        };
        let none = if param.optional { " | None" } else { "" };
        text.push_str(&format!("\n    {}: {kind}{none}\n", param.name));
        text.push_str(&doc("    ", std::slice::from_ref(&param.doc)));
    }
    text + "\n\ndef params() -> Params:\n    \"\"\"The parameters, with the values of this run.\"\"\"\n    return all_params()  # type: ignore[return-value]\n"
}

/// `types.py`
pub(super) fn types(asks: &Asks) -> String {
    let mut text = format!(
        "{HEAD}\"\"\"What the API answers.\"\"\"\n\nfrom __future__ import annotations\n\nfrom typing import Any, NotRequired, TypedDict\n"
    );
    for resource in asks.resources() {
        text.push_str(&attributes(resource));
    }
    text
}

fn attributes(resource: &Resource) -> String {
    let name = pascal(resource.kind);
    let rows: Vec<&Attribute> = resource.attributes.iter().filter(|it| !it.write_only).collect();
    let (named, other): (Vec<&Attribute>, Vec<&Attribute>) =
        rows.into_iter().partition(|attribute| is_name(attribute.name));
    let mut text = format!(
        "\n\nclass {name}Attributes(TypedDict, total=False):\n    \"\"\"Of a `{}`.\"\"\"\n",
        resource.kind
    );
    for attribute in named {
        let none = if attribute.nullable { " | None" } else { "" };
        text.push_str(&format!("\n    {}: {}{none}\n", attribute.name, kind(&attribute.kind)));
        let mut notes = attribute.doc.to_owned();
        if attribute.additional {
            notes.push_str(" Only with `additional_fields`.");
        }
        text.push_str(&doc("    ", &[notes]));
    }
    if !other.is_empty() {
        let names =
            other.iter().map(|attribute| format!("`{}`", attribute.name)).collect::<Vec<_>>();
        text.push_str(&format!(
            "\n    # And {}, which no attribute of a class can be called.\n",
            names.join(", ")
        ));
    }
    text.push_str(&format!(
        "\n\nclass {name}(TypedDict):\n{}\n    type: str\n    id: str\n    attributes: {name}Attributes\n    relationships: NotRequired[dict[str, Any]]\n    links: NotRequired[dict[str, str]]\n    meta: NotRequired[dict[str, Any]]\n",
        doc("    ", &[if resource.doc.is_empty() { format!("A `{}`.", resource.kind) } else { resource.doc.to_owned() }])
    ));
    text
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(plain)
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && python(name) == name
}

fn kind(of: &Kind) -> String {
    match of {
        // Enums too: the API adds values without a new revision.
        Kind::String | Kind::Datetime | Kind::Enum(_) => "str".to_owned(),
        Kind::Int => "int".to_owned(),
        Kind::Float => "float".to_owned(),
        Kind::Bool => "bool".to_owned(),
        Kind::Map => "dict[str, Any]".to_owned(),
        Kind::Any => "Any".to_owned(),
        Kind::List(item) => format!("list[{}]", kind(item)),
    }
}

/// What a function takes, where any sequence and any mapping will do. `list` is a function of these modules.
fn taken(of: &Kind) -> String {
    match of {
        Kind::Datetime => "str | datetime".to_owned(),
        Kind::Enum(words) => literals(words),
        Kind::Map => "Mapping[str, Any]".to_owned(),
        Kind::List(item) => format!("Sequence[{}]", taken(item)),
        other => kind(other),
    }
}

fn literals(words: &[impl AsRef<str>]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.as_ref())).collect();
    format!("Literal[{}]", quoted.join(", "))
}

/// The module of a resource.
pub(super) fn module(asks: &Asks, module: &str) -> String {
    let operations: Vec<&Operation> = asks.of_module(module).collect();
    let interface = operations.first().map_or("", |operation| operation.wit.interface);
    let name = python(interface);
    let kinds: BTreeSet<String> =
        operations.iter().filter_map(|operation| operation.answer.kind()).map(pascal).collect();
    let mut functions = String::new();
    for operation in operations {
        functions.push_str(&body(operation));
        functions.push_str(&function(operation));
        if let Some(name) = operation.each_name() {
            functions.push_str(&each(&name, operation));
        }
    }
    let mut text = format!(
        "{HEAD}\"\"\"The operations of `{module}`.\"\"\"\n\nfrom __future__ import annotations\n\n"
    );
    text.push_str(&import("collections.abc", &["Iterator", "Mapping", "Sequence"], &functions));
    text.push_str(&import("datetime", &["datetime"], &functions));
    text.push_str(&import("typing", &["Any", "Literal", "TypedDict"], &functions));
    text.push_str(&format!("\nfrom wit_world.imports import {name} as _wit\n\n"));
    text.push_str(&import("pianoroll.layer", &["NO_BODY", "Page", "invoke", "pages"], &functions));
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    text.push_str(&import("pianoroll.types", &kinds, &functions));
    text + &functions
}

/// The import of those names that a text uses.
fn import(from: &str, names: &[&str], text: &str) -> String {
    let is_used = |name: &&&str| {
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_');
        text.match_indices(**name).any(|(at, found)| {
            edge(text[..at].chars().next_back()) && edge(text[at + found.len()..].chars().next())
        })
    };
    let used: Vec<&str> = names.iter().filter(is_used).copied().collect();
    if used.is_empty() {
        String::new()
    } else {
        format!("from {from} import {}\n", used.join(", "))
    }
}

/// The type of a body that is a map.
fn body(operation: &Operation) -> String {
    let Some(keys) = operation.body.as_ref().and_then(facts::keys) else { return String::new() };
    let rows = keys.iter().filter(|key| is_name(key.name)).map(key_row).collect::<String>();
    let rows = if rows.is_empty() { "    pass\n".to_owned() } else { rows };
    format!(
        "\n\nclass {}(TypedDict, total=False):\n    \"\"\"What `{}` takes.\"\"\"\n{rows}",
        body_name(operation),
        python(operation.name)
    )
}

fn body_name(operation: &Operation) -> String {
    format!("{}Body", pascal(operation.name))
}

fn key_row(key: &KeyFact) -> String {
    let kind = match &key.kind {
        KeyKind::Id => "str".to_owned(),
        KeyKind::Ids => "Sequence[str]".to_owned(),
        KeyKind::Any => "Any".to_owned(),
        KeyKind::Kind(of) => taken(of),
    };
    let none = if key.nullable { " | None" } else { "" };
    let must = if key.required { " Must be there." } else { "" };
    format!("\n    {}: {kind}{none}\n{}", key.name, doc("    ", &[format!("{}{must}", key.doc)]))
}

/// The parameters of a function, and how they are given on.
struct Parameters {
    declared: Vec<String>,
    ids: Vec<String>,
    options: Vec<(&'static str, String)>,
}

fn parameters(operation: &Operation) -> Parameters {
    let ids: Vec<String> = operation.route.ids().map(python).collect();
    let mut declared: Vec<String> = ids.iter().map(|id| format!("{id}: str")).collect();
    if let Some(body) = &operation.body {
        let kind = match facts::keys(body) {
            None => "Sequence[str]".to_owned(),
            Some(_) if facts::is_list(operation) => {
                format!("Sequence[{}] | Sequence[Mapping[str, Any]]", body_name(operation))
            }
            Some(_) => format!("{} | Mapping[str, Any]", body_name(operation)),
        };
        declared.push(format!("body: {kind}"));
    }
    let options = facts::options(operation);
    if !options.is_empty() {
        declared.push("*".to_owned());
    }
    let mut named = Vec::new();
    for option in options {
        let kind = match &option.kind {
            OptionKind::Text => "str".to_owned(),
            OptionKind::Number => "int".to_owned(),
            OptionKind::OneOf(words) => literals(words),
            OptionKind::SomeOf(words) => format!("Sequence[{}]", literals(words)),
            OptionKind::Fields => "Sequence[str] | Mapping[str, Sequence[str]]".to_owned(),
            OptionKind::Kind(of) => taken(of),
        };
        let name = python(option.name);
        declared.push(format!("{name}: {kind} | None = None"));
        named.push((option.name, name));
    }
    Parameters { declared, ids, options: named }
}

fn function(operation: &Operation) -> String {
    let Parameters { declared, ids, options } = parameters(operation);
    let mut text = header(&python(operation.name), &declared, &answer(operation));
    let mut lines = facts::lines(operation);
    lines.extend(
        facts::options(operation)
            .into_iter()
            .filter(|option| !option.doc.is_empty())
            .map(|option| format!("- `{}`: {}.", option.name, option.doc.trim_end_matches('.'))),
    );
    text.push_str(&doc("    ", &lines));
    let ids = ids.iter().map(|id| format!("{id}, ")).collect::<String>();
    let options =
        options.iter().map(|(key, name)| format!("\"{key}\": {name}")).collect::<Vec<_>>();
    let body = if operation.body.is_some() { "body" } else { "NO_BODY" };
    text.push_str(&format!(
        "    return invoke(_wit.{}, \"{}\", ({}), {body}, {{{}}}, \"{}\")\n",
        python(operation.wit.function),
        operation.id,
        ids.trim_end(),
        options.join(", "),
        facts::shape(operation),
    ));
    text
}

fn each(name: &str, operation: &Operation) -> String {
    let Parameters { declared, ids, options } = parameters(operation);
    let row = operation.answer.kind().map_or_else(|| "Any".to_owned(), pascal);
    let mut text = header(name, &declared, &format!("Iterator[{row}]"));
    let list = python(operation.name);
    text.push_str(&doc(
        "    ",
        &[format!("Every row of all pages of `{list}`, which are fetched as they are needed.")],
    ));
    let mut given: Vec<String> = ids;
    if operation.body.is_some() {
        given.push("body".to_owned());
    }
    given.extend(options.iter().map(|(_, name)| {
        if name == "cursor" { "cursor=at".to_owned() } else { format!("{name}={name}") }
    }));
    text.push_str(&format!(
        "    return pages(\"{}\", lambda at: {list}({}), cursor)\n",
        operation.id,
        given.join(", ")
    ));
    text
}

fn header(name: &str, declared: &[String], answer: &str) -> String {
    if declared.is_empty() {
        return format!("\n\ndef {name}() -> {answer}:\n");
    }
    let declared: String = declared.iter().map(|one| format!("    {one},\n")).collect();
    format!("\n\ndef {name}(\n{declared}) -> {answer}:\n")
}

fn answer(operation: &Operation) -> String {
    let row = || operation.answer.kind().map_or_else(|| "Any".to_owned(), pascal);
    let single = match operation.answer {
        Answer::One(_) => row(),
        Answer::Many(_) => format!("Page[{}]", row()),
        Answer::Map => "Mapping[str, Any]".to_owned(),
        Answer::None => return "None".to_owned(),
    };
    if facts::is_list(operation) { format!("Sequence[{single}]") } else { single }
}

/// A docstring, where there is something to say.
fn doc(indent: &str, lines: &[String]) -> String {
    let lines: Vec<String> = lines
        .iter()
        .map(|line| line.trim().replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\""))
        .filter(|line| !line.is_empty())
        .collect();
    match lines.as_slice() {
        [] => String::new(),
        [one] if !one.ends_with('"') => format!("{indent}\"\"\"{one}\"\"\"\n"),
        several => {
            let (first, rest) =
                several.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
            let rest: String = rest.iter().map(|line| format!("{indent}{line}\n")).collect();
            let gap = if rest.is_empty() { "" } else { "\n" };
            format!("{indent}\"\"\"{first}\n{gap}{rest}{indent}\"\"\"\n")
        }
    }
}
