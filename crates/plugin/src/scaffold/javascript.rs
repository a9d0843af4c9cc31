//! JavaScript: run by QuickJS, which `componentize-qjs` puts into the component.

mod types;

use super::asks::Asks;
use super::facts;
use super::names::camel;
use super::{Own, ScaffoldFile, wit};

/// What the author owns.
pub(super) fn own(own: &Own<'_>) -> Vec<ScaffoldFile> {
    let code = own.code(include_str!("javascript/main.js"), include_str!("javascript/start.js"));
    vec![
        ScaffoldFile::new("README.md", own.named(include_str!("javascript/README.md"))),
        ScaffoldFile::new("package.json", own.named(include_str!("javascript/package.json.in"))),
        ScaffoldFile::new("src/main.js", code),
        ScaffoldFile::new("jsconfig.json", include_str!("javascript/jsconfig.json.in")),
        ScaffoldFile::new(".gitignore", "/node_modules\n/*.wasm\n"),
    ]
}

/// What is pianoroll's.
pub(super) fn generated(asks: &Asks) -> Vec<ScaffoldFile> {
    let mut files = vec![
        ScaffoldFile::new("wit/klaviyo.wit", wit::cut(asks)),
        ScaffoldFile::new("pianoroll/entry.js", include_str!("javascript/entry.js")),
        ScaffoldFile::new("pianoroll/layer.js", include_str!("javascript/layer.js")),
        ScaffoldFile::new("pianoroll/prelude.js", include_str!("javascript/prelude.js")),
        ScaffoldFile::new("pianoroll/index.js", index(asks)),
        ScaffoldFile::new("pianoroll/index.d.ts", types::declarations(asks)),
    ];
    if asks.files {
        files.push(ScaffoldFile::new("pianoroll/files.js", include_str!("javascript/files.js")));
    }
    files
}

const HEAD: &str = "// Written by `pianoroll plugin new`; `--refresh` writes it anew.\n";

/// What is imported from the layer and given on, whatever is asked for.
const ALWAYS: &str = "\
export {
  Failure,
  HostError,
  checkpoint,
  filter,
  lastRun,
  log,
  params,
  pause,
  problem,
  progress,
  started,
  state,
} from \"./layer.js\";
";

/// The modules as objects, from a table of their operations.
fn index(asks: &Asks) -> String {
    let mut text = format!(
        "{HEAD}//\n// What a plugin imports: the operations that plugin.toml asks for, and the rest of what the host offers.\n\n"
    );
    if asks.calls() {
        text.push_str("import * as calls from \"pianoroll:klaviyo/calls@0.1.0\";\n");
    }
    if asks.notify {
        text.push_str("import * as host_notify from \"pianoroll:klaviyo/notify@0.1.0\";\n");
    }
    for module in &asks.modules {
        let (import, interface) = (import_name(module), interface(asks, module));
        text.push_str(&format!(
            "import * as {import} from \"pianoroll:klaviyo/{interface}@0.1.0\";\n"
        ));
    }
    let mut used = Vec::new();
    if asks.notify {
        used.push("notifies");
    }
    if asks.request {
        used.push("requests");
    }
    if !asks.modules.is_empty() {
        used.extend(["resource", "several"]);
    }
    if !used.is_empty() {
        text.push_str(&format!("import {{ {} }} from \"./layer.js\";\n", used.join(", ")));
    }
    text.push('\n');
    text.push_str(ALWAYS);
    if asks.files {
        text.push_str("export * as files from \"./files.js\";\n");
    }
    if !asks.modules.is_empty() {
        text.push_str(
            "\n// [function, [operation, ids of the path, whether a body follows, shape of the answer, name in WIT], function over all rows]\nconst table = {\n",
        );
        for module in &asks.modules {
            text.push_str(&format!("  {}: [\n", camel(module)));
            for operation in asks.of_module(module) {
                let ids = operation.route.ids().count();
                let each = operation.each_name().map(|name| format!("\"{}\"", camel(&name)));
                let each = each.unwrap_or_else(|| "null".to_owned());
                text.push_str(&format!(
                    "    [\"{}\", [\"{}\", {ids}, {}, \"{}\", \"{}\"], {each}],\n",
                    camel(operation.name),
                    operation.id,
                    operation.body.is_some(),
                    facts::shape(operation),
                    camel(operation.wit.function),
                ));
            }
            text.push_str("  ],\n");
        }
        text.push_str("};\n\n");
        for module in &asks.modules {
            let name = camel(module);
            text.push_str(&format!(
                "export const {name} = resource(table.{name}, {}, calls);\n",
                import_name(module)
            ));
        }
        text.push_str(
            "\nconst rows = Object.fromEntries(Object.values(table).flat().map(([, row]) => [row[0], row]));\nexport const { call, settle, batch, on } = several(rows, calls);\n",
        );
    }
    if asks.notify {
        text.push_str("\nexport const notify = notifies(host_notify);\n");
    }
    if asks.request {
        text.push_str("\nexport const request = requests(calls);\n");
    }
    text
}

fn import_name(module: &str) -> String {
    format!("host_{module}")
}

fn interface(asks: &Asks, module: &str) -> &'static str {
    asks.of_module(module).next().map_or("", |operation| operation.wit.interface)
}
