//! The WIT package: what every operation is in it, and that plugins built against released ones still run.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use pianoroll_codegen::surface::{self, Origin};
use wit_parser::{Function, Interface, Resolve, Type, TypeDefKind, WorldId, WorldItem};

const PACKAGE: &str = "crates/plugin/wit/klaviyo.wit";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn current() -> String {
    std::fs::read_to_string(root().join(PACKAGE)).unwrap()
}

/// The same package under another version, so that two of them stand in one place.
fn push(resolve: &mut Resolve, text: &str, version: &str) -> WorldId {
    let text = text.replacen("@0.1.0;", &format!("@{version};"), 1);
    let package =
        resolve.push_source("package.wit", &text).unwrap_or_else(|error| panic!("{error:#}"));
    resolve.select_world(&[package], Some("automation")).unwrap()
}

/// Why a plugin that was built against `released` would not run on `package`.
fn objection(released: &str, package: &str) -> Option<String> {
    let mut resolve = Resolve::default();
    let before = push(&mut resolve, released, "0.1.0");
    let after = push(&mut resolve, package, "0.1.1");
    wit_component::semver_check(resolve, before, after).err().map(|error| format!("{error:#}"))
}

#[test]
fn every_operation_has_its_function() {
    let text = current();
    let mut resolve = Resolve::default();
    let world = push(&mut resolve, &text, "0.1.0");
    let interface = |name: &str| -> &Interface {
        let (_, interface) = resolve
            .interfaces
            .iter()
            .find(|(_, it)| it.name.as_deref() == Some(name))
            .unwrap_or_else(|| panic!("there is no interface {name}"));
        interface
    };
    let imports = &resolve.worlds[world].imports;
    let imported = imports.values().filter(|item| matches!(item, WorldItem::Interface { .. }));
    assert_eq!(imported.count(), resolve.interfaces.len(), "the world imports all there is");

    let spec = pianoroll_codegen::read(&root().join("spec")).unwrap_or_else(|it| panic!("{it}"));
    let mut operations = 0;
    for module in surface::surface(&spec) {
        let mut inside = std::collections::BTreeSet::new();
        for function in &module.functions {
            let Origin::Operation(id) = &function.origin else { continue };
            let name = kebab(id.split_once('.').unwrap().1);
            let interface = interface(&kebab(id.split_once('.').unwrap().0));
            let found = &interface.functions.get(&name).unwrap_or_else(|| panic!("{id} has none"));
            let without = |it: &&surface::Parameter| it.name != "options";
            let mut expected: Vec<(String, &str)> = function
                .parameters
                .iter()
                .filter(without)
                .map(|it| match it.name.as_str() {
                    "body" => ("body".to_owned(), "json"),
                    id => (kebab(id), "string"),
                })
                .collect();
            expected.push(("options".to_owned(), "options"));
            assert_eq!(parameters(&resolve, found), expected, "{id}");
            assert_eq!(result(&resolve, found), "result<response, error>", "{id}");
            assert!(found.docs.contents.is_some(), "{id} tells nothing");
            operations += usize::from(inside.insert(name));
        }
        let own = interface(&kebab(&module.name));
        assert_eq!(own.functions.len(), inside.len(), "{} has no other functions", module.name);
    }
    assert!(operations > 80, "{operations}");
}

/// Names of the real spec are plain words.
fn kebab(name: &str) -> String {
    name.replace('_', "-")
}

fn parameters<'r>(resolve: &'r Resolve, function: &Function) -> Vec<(String, &'r str)> {
    let parameters = function.params.iter();
    parameters.map(|it| (it.name.clone(), type_name(resolve, it.ty))).collect()
}

fn type_name(resolve: &Resolve, of: Type) -> &str {
    match of {
        Type::String => "string",
        Type::Id(id) => resolve.types[id].name.as_deref().unwrap_or("a type without a name"),
        _ => "another type",
    }
}

fn result(resolve: &Resolve, function: &Function) -> String {
    let Some(Type::Id(id)) = function.result else { return "none".to_owned() };
    let TypeDefKind::Result(result) = &resolve.types[id].kind else { return "other".to_owned() };
    let name = |of: Option<Type>| of.map_or("_", |of| type_name(resolve, of));
    format!("result<{}, {}>", name(result.ok), name(result.err))
}

#[test]
fn plugins_built_against_released_packages_still_run() {
    let folder = root().join("codegen/tests/released");
    let current = current();
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "wit") {
            continue;
        }
        files += 1;
        let released = std::fs::read_to_string(&path).unwrap();
        if let Some(objection) = objection(&released, &current) {
            panic!("{} is not compatible with {PACKAGE}: {objection}", path.display());
        }
    }
    assert!(files > 0);
}

#[test]
fn what_breaks_plugins_is_told_from_what_adds_to_the_package() {
    let text = current();
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "the package has no {from}");
        objection(&text, &text.replacen(from, to, 1))
    };
    let next = "next: func() -> u64;";
    // What adds.
    assert_eq!(changed(next, "next: func() -> u64;\n    float: func() -> f64;"), None);
    let interface =
        "interface later { tell: func(text: string); }\nworld automation {\n    import later;";
    assert_eq!(changed("world automation {", interface), None);
    // What breaks.
    for (what, from, to) in [
        ("a function is gone", next, ""),
        ("an interface is gone", "    import wait;\n", ""),
        ("a parameter is gone", "read: func(file: u32, most: u32)", "read: func(file: u32)"),
        ("a parameter has another type", "most: u32", "most: u64"),
        ("a parameter has another name", "most: u32", "length: u32"),
        ("a parameter came", "get: func(key: string)", "get: func(key: string, more: bool)"),
        ("a result has another type", next, "next: func() -> u32;"),
        (
            "a field came",
            "        retryable: bool,\n",
            "        retryable: bool,\n        more: bool,\n",
        ),
        ("a field is gone", "        retryable: bool,\n", ""),
        ("a field has another type", "        done: u64,\n", "        done: u32,\n"),
        ("a case came", "        paging,\n", "        paging,\n        more,\n"),
        ("what is exported takes more", "export run: func()", "export run: func(more: bool)"),
    ] {
        assert!(changed(from, to).is_some(), "{what}, and nothing was said");
    }
}

/// A plugin's module as its linker leaves it: one host function is called, and the whole world is described.
const MODULE: &str = r#"(module
    (import "pianoroll:klaviyo/profiles@0.1.0" "get" (func (param i32 i32 i32 i32 i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "run") (result i32) unreachable))"#;

#[test]
fn a_component_imports_what_it_calls_and_nothing_else() {
    let mut resolve = Resolve::default();
    let world = push(&mut resolve, &current(), "0.1.0");
    let mut module = wat::parse_str(MODULE).unwrap();
    let encoding = wit_component::StringEncoding::UTF8;
    wit_component::embed_component_metadata(&mut module, &resolve, world, encoding).unwrap();
    let encoder = wit_component::ComponentEncoder::default().validate(true);
    let component = encoder.module(&module).unwrap().encode().unwrap();

    let decoded = wit_component::decode(&component).unwrap();
    let world = decoded.resolve().select_world(&[decoded.package()], None).unwrap();
    let imports = decoded.resolve().worlds[world].imports.keys();
    let imports = imports.map(|key| decoded.resolve().name_world_key(key));
    let interfaces: Vec<String> = imports.filter(|name| name.contains('/')).collect();
    let package = "pianoroll:klaviyo";
    assert_eq!(interfaces, [format!("{package}/types@0.1.0"), format!("{package}/profiles@0.1.0")]);
    let profiles =
        decoded.resolve().interfaces.iter().find(|(_, it)| it.name.as_deref() == Some("profiles"));
    let functions: Vec<&String> = profiles.unwrap().1.functions.keys().collect();
    assert_eq!(functions, ["get"]);
}
