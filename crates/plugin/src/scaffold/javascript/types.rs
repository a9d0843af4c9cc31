//! `index.d.ts`: what an editor knows of the layer.

use pianoroll_api::operation::{Answer, Attribute, Kind, Operation, Resource};
use pianoroll_host::ParamSpec;

use crate::scaffold::asks::Asks;
use crate::scaffold::facts::{self, KeyFact, KeyKind, OptionKind};
use crate::scaffold::names::{camel, pascal};

/// The whole file.
pub(super) fn declarations(asks: &Asks) -> String {
    let mut text = String::from(include_str!("core.d.ts"));
    text.push_str(&params(&asks.params));
    if asks.files {
        text.push_str(FILES);
    }
    if asks.notify {
        text.push_str(NOTIFY);
    }
    for resource in asks.resources() {
        text.push_str(&attributes(resource));
    }
    for module in &asks.modules {
        text.push_str(&format!("\nexport const {}: {{\n", camel(module)));
        for operation in asks.of_module(module) {
            text.push_str(&function(operation));
        }
        text.push_str("};\n");
    }
    if !asks.modules.is_empty() {
        text.push_str(&several(asks));
    }
    if asks.request {
        text.push_str(REQUEST);
    }
    text
}

const FILES: &str = "
/** Files of the project's folder, by relative paths with `/`. */
export namespace files {
  /** All bytes of a file, a piece at a time. */
  function chunks(path: string): Generator<Uint8Array, void>;
  /** The text of a file in UTF-8. */
  function readText(path: string): string;
  /** The lines of a text file, without their ends. */
  function lines(path: string): string[];
  /** Begins a file; it appears whole when the run has completed. */
  function create(path: string): { write(text: string | Uint8Array): void; close(): void };
  /** Writes a whole file. */
  function writeText(path: string, text: string): void;
  /** Whether there is such a file. */
  function exists(path: string): boolean;
}
";

const NOTIFY: &str = "
/** Tells the operator something, wherever they are: at most 100 times in a run, and never within a checkpoint. */
export function notify(text: string, details?: Record<string, unknown> | null): void;
";

const REQUEST: &str = "
/** Calls a native path below `/klaviyo`; one that is no operation needs the permission `request`. */
export function request(
  method: string,
  path: string,
  more?: { query?: Record<string, unknown>; body?: unknown },
): unknown;
";

fn params(params: &[ParamSpec]) -> String {
    let mut text = "\n/** The parameters of plugin.toml, with the values of this run. */\nexport function params(): {\n".to_owned();
    for param in params {
        let kind = match param.kind.as_str() {
            "int" | "float" => "number",
            "bool" => "boolean",
            "list" => "unknown[]",
            _ => "string",
        };
        let null = if param.optional { " | null" } else { "" };
        text.push_str(&doc("  ", std::slice::from_ref(&param.doc)));
        text.push_str(&format!("  {}: {kind}{null};\n", param.name));
    }
    text + "};\n"
}

fn attributes(resource: &Resource) -> String {
    let name = pascal(resource.kind);
    let mut text =
        format!("\n{}export type {name} = Resource<{{\n", doc("", &[resource.doc.to_owned()]));
    for attribute in resource.attributes.iter().filter(|attribute| !attribute.write_only) {
        text.push_str(&answered(attribute));
    }
    text + "}>;\n"
}

fn answered(attribute: &Attribute) -> String {
    let mut notes = attribute.doc.to_owned();
    if attribute.additional {
        notes.push_str(" Only with `additional_fields`.");
    }
    let null = if attribute.nullable { " | null" } else { "" };
    let optional = if attribute.additional || attribute.nullable { "?" } else { "" };
    let kind = kind(&attribute.kind, Side::Answered);
    format!("{}  {}{optional}: {kind}{null};\n", doc("  ", &[notes]), quoted(attribute.name))
}

#[derive(Clone, Copy)]
enum Side {
    Answered,
    Sent,
}

fn kind(of: &Kind, side: Side) -> String {
    match (of, side) {
        (Kind::String, _) => "string".to_owned(),
        (Kind::Int | Kind::Float, _) => "number".to_owned(),
        (Kind::Bool, _) => "boolean".to_owned(),
        (Kind::Datetime, Side::Answered) => "string".to_owned(),
        (Kind::Datetime, Side::Sent) => "string | Date".to_owned(),
        (Kind::Map, _) => "Record<string, any>".to_owned(),
        (Kind::Any, _) => "any".to_owned(),
        (Kind::Enum(words), Side::Sent) => literals(words),
        // The API adds values without a new revision.
        (Kind::Enum(words), Side::Answered) => format!("{} | (string & {{}})", literals(words)),
        (Kind::List(item), _) => format!("Array<{}>", kind(item, side)),
    }
}

fn literals(words: &[impl AsRef<str>]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.as_ref())).collect();
    quoted.join(" | ")
}

fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    if name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

fn function(operation: &Operation) -> String {
    let parameters = parameters(operation);
    let mut text = doc("  ", &facts::lines(operation));
    text.push_str(&format!("  {}({parameters}): {};\n", camel(operation.name), answer(operation)));
    if let Some(name) = operation.each_name() {
        let all = format!(
            "Every row of all pages of `{}`, which are fetched as they are needed.",
            camel(operation.name)
        );
        text.push_str(&doc("  ", &[all]));
        let row = row(operation);
        text.push_str(&format!("  {}({parameters}): Generator<{row}, void>;\n", camel(&name)));
    }
    text
}

fn parameters(operation: &Operation) -> String {
    let mut parameters: Vec<String> =
        operation.route.ids().map(|id| format!("{}: string", camel(id))).collect();
    if operation.body.is_some() {
        parameters.push(format!("body: {}", body(operation)));
    }
    let options = facts::options(operation);
    if !options.is_empty() {
        let options = options
            .iter()
            .map(|option| format!("{}?: {}", quoted(option.name), option_kind(&option.kind)));
        parameters.push(format!("options?: {{ {} }}", options.collect::<Vec<_>>().join("; ")));
    }
    parameters.join(", ")
}

fn option_kind(of: &OptionKind) -> String {
    match of {
        OptionKind::Text => "string".to_owned(),
        OptionKind::Number => "number".to_owned(),
        OptionKind::OneOf(words) => literals(words),
        OptionKind::SomeOf(words) => format!("Array<{}>", literals(words)),
        OptionKind::Fields => "string[] | Record<string, string[]>".to_owned(),
        OptionKind::Kind(of) => kind(of, Side::Sent),
    }
}

fn body(operation: &Operation) -> String {
    let Some(body) = &operation.body else { return "null".to_owned() };
    let Some(keys) = facts::keys(body) else { return "string[]".to_owned() };
    let mut fields: Vec<String> = keys.iter().map(key).collect();
    if !body.closed {
        fields.push("[more: string]: any".to_owned());
    }
    let map = format!("{{ {} }}", fields.join("; "));
    if facts::is_list(operation) { format!("Array<{map}>") } else { map }
}

fn key(key: &KeyFact) -> String {
    let kind = match &key.kind {
        KeyKind::Id => "string".to_owned(),
        KeyKind::Ids => "string[]".to_owned(),
        KeyKind::Any => "any".to_owned(),
        KeyKind::Kind(of) => kind(of, Side::Sent),
    };
    let null = if key.nullable { " | null" } else { "" };
    let inside = key.name.contains('.');
    let optional = if key.required && !inside { "" } else { "?" };
    format!("{}{optional}: {kind}{null}", quoted(key.name))
}

fn row(operation: &Operation) -> String {
    operation.answer.kind().map_or_else(|| "any".to_owned(), pascal)
}

fn answer(operation: &Operation) -> String {
    let single = match operation.answer {
        Answer::One(_) => row(operation),
        Answer::Many(_) => format!("Page<{}>", row(operation)),
        Answer::Map => "Record<string, any>".to_owned(),
        Answer::None => return "null".to_owned(),
    };
    if facts::is_list(operation) { format!("Array<{single}>") } else { single }
}

fn several(asks: &Asks) -> String {
    let mut text =
        "\n/** The functions by the names of their operations. */\nexport interface Operations {\n"
            .to_owned();
    for operation in asks.operations() {
        let function =
            format!("(typeof {})[\"{}\"]", camel(operation.module), camel(operation.name));
        text.push_str(&format!("  \"{}\": {function};\n", operation.id));
    }
    text.push_str("}\n");
    text.push_str(
        "
/** A call that `batch` or `settle` makes. */
export interface Call<Value> {
  readonly operation: string;
  readonly value?: Value;
}
/** A call for `batch` or `settle`: the operation, then what its function takes. */
export function call<Name extends keyof Operations>(
  operation: Name,
  ...given: Parameters<Operations[Name]>
): Call<ReturnType<Operations[Name]>>;
/** Makes calls side by side, up to `width` (1 to 16) at once. Throws the first error, in their order, once all were made. */
export function batch<Value>(calls: Call<Value>[], width?: number): Value[];
/** As `batch`, with what became of each call. */
export function settle<Value>(
  calls: Call<Value>[],
  width?: number,
): Array<{ value: Value; error: null } | { value: null; error: HostError }>;
/** A block whose calls go to another account, one of the `connections` in plugin.toml. */
",
    );
    let connections =
        if asks.connections.is_empty() { "string".to_owned() } else { literals(&asks.connections) };
    text + &format!(
        "export function on<Value>(connection: {connections}, block: () => Value): Value;\n"
    )
}

/// A comment, where there is something to say.
fn doc(indent: &str, lines: &[String]) -> String {
    let lines: Vec<&str> =
        lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    match lines.as_slice() {
        [] => String::new(),
        [one] => format!("{indent}/** {} */\n", one.replace("*/", "* /")),
        several => {
            let inner =
                several.iter().map(|line| format!("{indent} * {}\n", line.replace("*/", "* /")));
            format!("{indent}/**\n{}{indent} */\n", inner.collect::<String>())
        }
    }
}
