//! What is written, by language; and that what lies in this repository is what would be written.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect;

use super::*;
use crate::needs::WIT;

/// Asks for little: one resource, to be read.
const LITTLE: &str = "
[plugin]
name = \"little\"
version = \"1.0.0\"
description = \"Reads accounts.\"
[permissions]
\"accounts:read\" = \"to see which one it is\"
[params.from]
type = \"date\"
[params.count]
type = \"int\"
doc = \"How many\"
";

/// Asks for nothing.
const NOTHING: &str = "
[plugin]
name = \"nothing\"
version = \"1.0.0\"
description = \"Only logs.\"
";

/// Asks for everything.
fn everything() -> String {
    let modules: BTreeSet<&str> =
        pianoroll_api::OPERATIONS.iter().map(|operation| operation.module).collect();
    let asks =
        modules.iter().map(|module| format!("\"{module}:read\" = \"x\"\n")).collect::<String>();
    format!(
        "[plugin]\nname = \"all\"\nversion = \"1.0.0\"\ndescription = \"x\"\n[permissions]\n{asks}\"request\" = \"x\"\n\"files:write\" = \"x\"\n\"notify\" = \"x\"\n"
    )
}

fn manifest(text: &str) -> Manifest {
    Manifest::from_toml(text, Path::new("plugin.toml")).unwrap()
}

fn text<'f>(files: &'f [ScaffoldFile], path: &str) -> &'f str {
    &files.iter().find(|file| file.path == path).unwrap().text
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn every_language_has_its_files() {
    let paths = |language| {
        let files = new_plugin(Start::Example("first"), language).unwrap();
        let paths = files.into_iter().map(|file| file.path);
        paths.filter(|path| !path.starts_with("sdk/src/")).collect::<Vec<_>>().join("\n")
    };
    expect![[r#"
        .gitignore
        Cargo.toml
        README.md
        plugin.toml
        sdk/Cargo.toml
        sdk/README.md
        sdk/wit/klaviyo.wit
        src/lib.rs"#]]
    .assert_eq(&paths(Language::Rust));
    expect![[r#"
        .gitignore
        README.md
        jsconfig.json
        package.json
        pianoroll/entry.js
        pianoroll/index.d.ts
        pianoroll/index.js
        pianoroll/layer.js
        pianoroll/prelude.js
        plugin.toml
        src/main.js
        wit/klaviyo.wit"#]]
    .assert_eq(&paths(Language::JavaScript));
    expect![[r#"
        .gitignore
        README.md
        main.py
        pianoroll/__init__.py
        pianoroll/entry.py
        pianoroll/filters.py
        pianoroll/layer.py
        pianoroll/lists.py
        pianoroll/log.py
        pianoroll/prelude.py
        pianoroll/profiles.py
        pianoroll/types.py
        plugin.toml
        requirements.txt
        wit/klaviyo.wit"#]]
    .assert_eq(&paths(Language::Python));
}

#[test]
fn refreshed_files_are_a_part_of_the_new_ones_and_the_authors_are_not_among_them() {
    for language in Language::ALL {
        let all = new_plugin(Start::Example("first"), language).unwrap();
        let again = refresh(&manifest(text(&all, "plugin.toml")), language);
        assert!(again.iter().all(|file| all.contains(file)), "{language}");
        let own = all.iter().filter(|file| !again.contains(file)).map(|file| file.path.as_str());
        let own = own.collect::<Vec<_>>();
        assert!(own.contains(&"plugin.toml") && own.contains(&"README.md"), "{own:?}");
        assert_eq!(Language::of_files(own), Some(language));
        let sorted: BTreeSet<&str> = all.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(sorted.len(), all.len());
    }
}

/// The example's code calls what the example asks for; another manifest may ask for none of that.
#[test]
fn a_manifest_of_ones_own_starts_with_code_that_needs_nothing_of_it() {
    for (language, path) in [
        (Language::Rust, "src/lib.rs"),
        (Language::JavaScript, "src/main.js"),
        (Language::Python, "main.py"),
    ] {
        let own = manifest(LITTLE);
        let files = new_plugin(Start::Manifest(LITTLE, &own), language).unwrap();
        assert_eq!(text(&files, "plugin.toml"), LITTLE);
        assert!(!text(&files, path).contains("lists"), "{language}");
        let readme = text(&files, "README.md");
        assert!(readme.contains("plugin install little-1.0.0.wasm`"), "{readme}");
        assert!(readme.contains("plugin test little.wasm    #"), "{readme}");
        let example = new_plugin(Start::Example("first"), language).unwrap();
        assert!(text(&example, path).contains("lists"), "{language}");
        let readme = text(&example, "README.md");
        assert!(readme.contains("plugin test first.wasm --param list=Press    #"), "{readme}");
    }
}

#[test]
fn the_package_is_cut_down_to_what_is_asked_for() {
    let imports = |toml: &str| {
        let files = refresh(&manifest(toml), Language::JavaScript);
        let lines = text(&files, "wit/klaviyo.wit").lines();
        let imports = lines.filter_map(|line| line.strip_prefix("    import ")?.strip_suffix(';'));
        imports.collect::<Vec<_>>().join(" ")
    };
    expect!["types checkpoints log clock random state params progress wait"]
        .assert_eq(&imports(NOTHING));
    expect!["types calls checkpoints log clock random state params progress wait accounts"]
        .assert_eq(&imports(LITTLE));
    let all = everything();
    let files = refresh(&manifest(&all), Language::Python);
    assert_eq!(text(&files, "wit/klaviyo.wit"), WIT);
}

#[test]
fn the_operator_can_be_told_where_that_is_asked_for() {
    let tells =
        format!("{NOTHING}[permissions]\n\"notify\" = \"to say when the list has shrunk\"\n");
    for (toml, expected) in [(NOTHING, false), (LITTLE, false), (&tells, true)] {
        let files = refresh(&manifest(toml), Language::JavaScript);
        let has = |path: &str, part: &str| text(&files, path).contains(part);
        assert_eq!(has("wit/klaviyo.wit", "    import notify;\n"), expected);
        assert_eq!(
            has("pianoroll/index.js", "export const notify = notifies(host_notify);"),
            expected
        );
        assert_eq!(has("pianoroll/index.js", "import { notifies } from \"./layer.js\";"), expected);
        assert_eq!(has("pianoroll/index.d.ts", "export function notify(text: string"), expected);
        let files = refresh(&manifest(toml), Language::Python);
        let package = text(&files, "pianoroll/__init__.py");
        assert_eq!(package.matches("notify").count(), if expected { 2 } else { 0 });
    }
}

#[test]
fn a_cut_package_is_a_package() {
    for toml in [NOTHING, LITTLE, &everything()] {
        let files = refresh(&manifest(toml), Language::JavaScript);
        let mut resolve = wit_parser::Resolve::default();
        let package = resolve.push_str("klaviyo.wit", text(&files, "wit/klaviyo.wit")).unwrap();
        let world = resolve.select_world(&[package], Some("automation")).unwrap();
        assert_eq!(resolve.worlds[world].exports.len(), 1);
    }
}

#[test]
fn a_layer_of_javascript() {
    let files = refresh(&manifest(LITTLE), Language::JavaScript);
    expect![[r#"
        // Written by `pianoroll plugin new`; `--refresh` writes it anew.
        //
        // What a plugin imports: the operations that plugin.toml asks for, and the rest of what the host offers.

        import * as calls from "pianoroll:klaviyo/calls@0.1.0";
        import * as host_accounts from "pianoroll:klaviyo/accounts@0.1.0";
        import { resource, several } from "./layer.js";

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
        } from "./layer.js";

        // [function, [operation, ids of the path, whether a body follows, shape of the answer, name in WIT], function over all rows]
        const table = {
          accounts: [
            ["list", ["accounts.list", 0, false, "many", "list"], null],
          ],
        };

        export const accounts = resource(table.accounts, host_accounts, calls);

        const rows = Object.fromEntries(Object.values(table).flat().map(([, row]) => [row[0], row]));
        export const { call, settle, batch, on } = several(rows, calls);
    "#]].assert_eq(text(&files, "pianoroll/index.js"));
    let types = text(&files, "pianoroll/index.d.ts");
    let (_, own) = types.split_once("/** The parameters of plugin.toml").unwrap();
    expect![[r#"
        , with the values of this run. */
        export function params(): {
          /** How many */
          count: number;
          from: string;
        };

        /** The Klaviyo account behind the connection. */
        export type Account = Resource<{
          test_account?: boolean | null;
          /** `default_sender_name`, `default_sender_email`, `website_url`, `organization_name`, `street_address`. */
          contact_information?: Record<string, any> | null;
          industry?: string | null;
          /** IANA name; schedules with the zone `account` follow it. */
          timezone?: string | null;
          /** ISO 4217 code. */
          preferred_currency?: string | null;
          /** The account's public id, the same as the resource's. */
          public_api_key?: string | null;
          /** IETF BCP 47 language tag, such as `en-US`. */
          locale?: string | null;
        }>;

        export const accounts: {
          /**
           * Reads the account behind the connection, as a list of exactly one.
           * `GET /api/accounts`, needs `accounts:read`.
           */
          list(options?: { fields?: string[] | Record<string, string[]> }): Page<Account>;
        };

        /** The functions by the names of their operations. */
        export interface Operations {
          "accounts.list": (typeof accounts)["list"];
        }

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
        export function on<Value>(connection: string, block: () => Value): Value;
    "#]].assert_eq(own);
}

#[test]
fn a_layer_of_python() {
    let files = refresh(&manifest(LITTLE), Language::Python);
    expect![[r##"
        # Written by `pianoroll plugin new`; `--refresh` writes it anew.
        """The operations of `accounts`."""

        from __future__ import annotations

        from collections.abc import Mapping, Sequence

        from wit_world.imports import accounts as _wit

        from pianoroll.layer import NO_BODY, Page, invoke
        from pianoroll.types import Account


        def list(
            *,
            fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
        ) -> Page[Account]:
            """Reads the account behind the connection, as a list of exactly one.

            `GET /api/accounts`, needs `accounts:read`.
            - `fields`: Names of attributes, or a map of type to names; types: account.
            """
            return invoke(_wit.list, "accounts.list", (), NO_BODY, {"fields": fields}, "many")
    "##]]
    .assert_eq(text(&files, "pianoroll/accounts.py"));
    let package = text(&files, "pianoroll/__init__.py");
    let (_, own) = package.split_once("class Params").unwrap();
    expect![[r#"
        (TypedDict):
            """The parameters of plugin.toml."""

            count: int
            """How many"""


        def params() -> Params:
            """The parameters, with the values of this run."""
            return all_params()  # type: ignore[return-value]


        __all__ = [
            "Failure",
            "HostError",
            "Page",
            "Params",
            "accounts",
            "batch",
            "call",
            "checkpoint",
            "draw",
            "filters",
            "last_run",
            "log",
            "on",
            "params",
            "pause",
            "problem",
            "progress",
            "rfc3339",
            "settle",
            "started",
            "state",
            "types",
        ]

        OPERATIONS.update({
            "accounts.list": (0, False, "many"),
        })
    "#]]
    .assert_eq(own);
}

#[test]
fn mistakes_are_told() {
    expect!["`Win Back` cannot be the name of a plugin: small letters, digits and `-`, a letter first, 64 at most"]
        .assert_eq(&new_plugin(Start::Example("Win Back"), Language::Rust).unwrap_err().to_string());
    expect!["plugins are written in rust, js or python, not in `go`"]
        .assert_eq(&"go".parse::<Language>().unwrap_err().to_string());
}

/// No file of the SDK may be missing in what is copied.
#[test]
fn the_whole_sdk_is_copied() {
    let folder = root().join("crates/plugin-sdk");
    let mut there = BTreeSet::new();
    collect(&folder, &folder, &mut there);
    there.retain(|path| !path.starts_with("target/") && !path.starts_with("tests/"));
    let copied = refresh(&manifest(NOTHING), Language::Rust);
    let copied: BTreeSet<String> =
        copied.iter().map(|file| file.path.trim_start_matches("sdk/").to_owned()).collect();
    assert_eq!(copied, there, "the list is in scaffold/rust/sdk.rs");
    let wit = fs::read_to_string(folder.join("wit/klaviyo.wit")).unwrap();
    assert_eq!(wit, WIT);
}

/// The layers in `plugins/` are those that a scaffold has. With UPDATE_EXPECT=1 they are written.
#[test]
fn the_plugins_of_this_repository_have_the_layers_of_now() {
    for (name, language) in
        [("win-back-js", Language::JavaScript), ("win-back-python", Language::Python)]
    {
        let folder = root().join("plugins").join(name);
        let text = fs::read_to_string(folder.join("plugin.toml")).unwrap();
        let wanted = refresh(&manifest(&text), language);
        let mut there = BTreeSet::new();
        for part in ["pianoroll", "wit"] {
            collect(&folder, &folder.join(part), &mut there);
        }
        there.retain(|path| !path.contains("__pycache__"));
        let update = std::env::var_os("UPDATE_EXPECT").is_some();
        for file in &wanted {
            let path = folder.join(&file.path);
            if update {
                fs::write(&path, &file.text).unwrap();
            }
            let found = fs::read_to_string(&path).unwrap_or_default();
            assert!(found == file.text, "{} is of another time: UPDATE_EXPECT=1", path.display());
            there.remove(&file.path);
        }
        assert!(there.is_empty(), "{name}: nobody writes {there:?} any more");
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.insert(name);
        }
    }
}
