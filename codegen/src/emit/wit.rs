//! The WIT package that plugins are built against: what all of them speak in, written by hand, then an interface a resource,
//! then the world.
//!
//! Every interface is a block that begins at the first column with its doc comment, and an empty line stands between two: so a
//! package with fewer of them can be cut out by text.

use crate::checked::{Answer, Module, Operation, Shape, Spec};
use crate::emit::prose;
use crate::name;

/// The interfaces that are there whatever the spec says.
const CORE: &str = include_str!("wit/core.wit");

/// The world of a plugin.
const WORLD: &str = "automation";

/// What every interface of a resource uses of `types`, so that none of its functions may be called the same.
pub(crate) const USED: [&str; 4] = ["json", "options", "response", "error"];

/// Names that no interface of a resource may have: those of the core, and the world, which stands beside them.
pub(crate) fn reserved() -> impl Iterator<Item = &'static str> {
    core().chain([WORLD])
}

fn core() -> impl Iterator<Item = &'static str> {
    CORE.lines().filter_map(|line| line.strip_prefix("interface ")?.strip_suffix(" {"))
}

/// The package.
pub(super) fn emit(spec: &Spec) -> String {
    let mut modules: Vec<&Module> = spec.modules().map(|(_, module)| module).collect();
    modules.sort_by(|a, b| a.name.cmp(&b.name));
    let mut text = format!("// Generated from spec/ by pianoroll-codegen.\n{CORE}");
    for module in &modules {
        text.push('\n');
        text.push_str(&interface(module));
    }
    text.push_str(
        "\n/// A plugin: it is run, and asks for what it needs. It imports what it calls, and nothing but these interfaces is there.\n",
    );
    text.push_str(&format!("world {WORLD} {{\n"));
    let interfaces = modules.iter().map(|module| name::kebab(&module.name));
    for interface in core().map(str::to_owned).chain(interfaces) {
        text.push_str(&format!("    import {};\n", name::wit(&interface)));
    }
    text.push_str(
        "
    use types.{json, error};

    /// One run. Answers its result, a JSON text, or why it failed: an error that a host call brought, as it came, or one of
    /// its own (`other`, with a code and a message).
    export run: func() -> result<json, error>;
}
",
    );
    text
}

fn interface(module: &Module) -> String {
    let mut text = comment("", &[module.doc().to_owned()]);
    let name = name::kebab(&module.name);
    text.push_str(&format!("interface {} {{\n", name::wit(&name)));
    text.push_str(&format!("    use types.{{{}}};\n", USED.join(", ")));
    for operation in &module.operations {
        text.push('\n');
        text.push_str(&comment("    ", &docs(module, operation)));
        text.push_str(&function(operation));
    }
    text.push_str("}\n");
    text
}

/// The ids of the path, then the body where there is one, then the options.
fn function(operation: &Operation) -> String {
    let ids = operation.route.ids().into_iter();
    let mut parameters: Vec<String> =
        ids.map(|id| format!("{}: string", name::wit(&parameter(id)))).collect();
    if operation.body.is_some() {
        parameters.push("body: json".to_owned());
    }
    parameters.push("options: options".to_owned());
    let name = name::kebab(&operation.name);
    format!(
        "    {}: func({}) -> result<response, error>;\n",
        name::wit(&name),
        parameters.join(", ")
    )
}

/// The name of an id, clear of the two parameters beside it.
pub(crate) fn parameter(id: &str) -> String {
    let kebab = name::kebab(id);
    if kebab == "body" || kebab == "options" { format!("{kebab}-id") } else { kebab }
}

fn docs(module: &Module, operation: &Operation) -> Vec<String> {
    let mut docs = vec![operation.doc.clone()];
    if let Some(why) = &operation.documented_only {
        docs.push(format!("Documented only: {why}."));
    }
    docs.extend([String::new(), needs(module, operation)]);
    if let Some(body) = &operation.body {
        docs.push(format!("`body`: {}", prose::body_keys(body)));
    }
    let options = prose::options(operation);
    if options.is_empty() {
        docs.push("`options`: none.".to_owned());
    } else {
        docs.push("`options`:".to_owned());
        docs.extend(options.into_iter().map(|(name, meaning)| format!("- `{name}`: {meaning}")));
    }
    docs.extend([String::new(), answers(operation)]);
    docs
}

/// The permission, and where the body asks for another one.
pub(super) fn needs(module: &Module, operation: &Operation) -> String {
    let permission = |effect| pianoroll_model::Permission::operation(&module.name, effect);
    let mut text = format!("Needs `{}`", permission(operation.effect));
    for when in &operation.effect_when {
        let condition = prose::condition(when);
        text.push_str(&format!(", `{}` {condition}", permission(when.effect)));
    }
    text.push('.');
    text
}

fn answers(operation: &Operation) -> String {
    let each = match operation.body.as_ref().map(|body| &body.shape) {
        Some(Shape::Identifiers { .. } | Shape::Items { .. } | Shape::Groups { .. }) => {
            "Answers an array, for each call that the list became: "
        }
        _ => "Answers ",
    };
    match &operation.answer {
        Answer::None => format!("{each}`null`."),
        Answer::One(kind) => format!("{each}a document with a `{kind}`."),
        Answer::Many(kind) => format!("{each}a document with a list of `{kind}`."),
        Answer::Map => format!("{each}a JSON object."),
    }
}

fn comment(indent: &str, docs: &[String]) -> String {
    let lines =
        docs.iter().flat_map(|doc| if doc.is_empty() { vec![""] } else { doc.lines().collect() });
    lines.map(|line| format!("{}\n", format!("{indent}/// {line}").trim_end())).collect()
}
