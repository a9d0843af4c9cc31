//! Manifests that hold, and those that do not.

use expect_test::{Expect, expect};
use pianoroll_host::ParamKind;

use super::*;

/// The manifest of the guides.
pub(crate) const TEXT: &str = r#"[plugin]
name = "win-back"
version = "1.0.0"
description = "Keeps a list of customers who ordered once."

[permissions]
"profiles:read" = "to find them"
"lists:read" = "to find the list"
"lists:write" = "to keep it in step"

[params.days]
type = "int"
default = 90
doc = "How long without an order"
[params.list]
type = "string"
[connections.target]
doc = "Where the copy goes"
"#;

/// A manifest of a text that holds.
pub(crate) fn manifest(text: &str) -> Manifest {
    Manifest::from_toml(text, Path::new("plugin.toml")).unwrap()
}

/// A manifest with a name, a version and what it asks for.
pub(crate) fn asking(name: &str, version: &str, words: &[&str]) -> Manifest {
    let asks: Vec<String> =
        words.iter().map(|word| format!("\"{word}\" = \"for {word}\"\n")).collect();
    manifest(&format!(
        "[plugin]\nname = \"{name}\"\nversion = \"{version}\"\ndescription = \"d\"\n[permissions]\n{}",
        asks.concat()
    ))
}

fn refused(text: &str, expected: Expect) {
    let error = Manifest::from_toml(text, Path::new("plugin.toml")).unwrap_err();
    expected.assert_eq(&error.to_string());
}

fn refused_json(text: &str, expected: Expect) {
    expected.assert_eq(&Manifest::from_json(text.as_bytes()).unwrap_err().to_string());
}

#[test]
fn a_manifest_is_read_from_a_package_as_it_was_written() {
    let manifest = manifest(TEXT);
    assert_eq!(manifest.file_name(), "win-back-1.0.0.wasm");
    assert_eq!(manifest.params[0].kind, ParamKind::Int);
    assert_eq!(manifest.params[0].default, Some(Value::from(90)));
    let json = manifest.to_json();
    expect![[r#"{"manifest":1,"name":"win-back","version":"1.0.0","description":"Keeps a list of customers who ordered once.","permissions":[{"permission":"lists:read","reason":"to find the list"},{"permission":"lists:write","reason":"to keep it in step"},{"permission":"profiles:read","reason":"to find them"}],"params":[{"name":"days","type":"int","optional":false,"default":90,"doc":"How long without an order"},{"name":"list","type":"string","optional":false,"default":null,"doc":""}],"connections":[{"name":"target","doc":"Where the copy goes"}]}"#]].assert_eq(&String::from_utf8_lossy(&json));
    assert_eq!(Manifest::from_json(&json).unwrap(), manifest);
}

#[test]
fn every_type_of_parameter_has_a_default() {
    let defaults = [
        ("string", "\"x\""),
        ("int", "1_000"),
        ("int", "0x10"),
        ("float", "0.5"),
        ("bool", "true"),
        ("date", "2026-01-31"),
        ("datetime", "2026-01-31T09:00:00Z"),
        ("duration", "\"36h\""),
        ("list", "[\"a\", \"b\"]"),
    ];
    let params = defaults.iter().enumerate().map(|(index, (kind, default))| {
        format!("[params.p{index}]\ntype = \"{kind}\"\ndefault = {default}\n")
    });
    let text = format!(
        "[plugin]\nname = \"a\"\nversion = \"0.1.0-rc.1\"\ndescription = \"d\"\n{}",
        params.collect::<String>()
    );
    let manifest = manifest(&text);
    let values: Vec<String> =
        manifest.params.iter().map(|param| param.default.clone().unwrap().to_string()).collect();
    expect![[r#""x" 1000 16 0.5 true "2026-01-31" "2026-01-31T09:00:00Z" "1d 12h" ["a","b"]"#]]
        .assert_eq(&values.join(" "));
    assert_eq!(Manifest::from_json(&manifest.to_json()).unwrap(), manifest);
    assert_eq!(manifest.bind(&BTreeMap::new()).unwrap().len(), defaults.len());
}

#[test]
fn every_mistake_of_a_file_is_told_at_once() {
    refused(
        r#"[plugin]
name = "Win Back"
version = "1.0"
descripton = "x"

[permissions]
"profile:read" = "to find them"
"write" = "everything"
"lists:read" = ""
"lists:write" = 3
"campaigns:read" = "a \u001b[2J"

[params.Days]
type = "int"
[params.days]
type = "itn"
[params.list]
default = "x"
[params.since]
type = "date"
default = "yesterday"
doc = "x\ny"
[params.tags]
type = "list"
default = ["a,b"]
[connections."a b"]
[connection.target]
"#,
        expect![[r#"
            plugin.toml:1:2: `[plugin]` has no `description`
              |
            1 | [plugin]
              |  ^^^^^^

            plugin.toml:2:8: `Win Back` cannot be the name of a plugin
              |
            2 | name = "Win Back"
              |        ^^^^^^^^^^
              = names have small letters, digits and `-`, begin with a letter, and have at most 64 characters

            plugin.toml:3:11: `1.0` is not a version such as `1.0.0`
              |
            3 | version = "1.0"
              |           ^^^^^

            plugin.toml:4:1: unknown key `descripton` in `[plugin]`
              |
            4 | descripton = "x"
              | ^^^^^^^^^^
              = did you mean `description`?

            plugin.toml:7:1: there is no resource `profile`
              |
            7 | "profile:read" = "to find them"
              | ^^^^^^^^^^^^^^
              = did you mean `profiles:read`?

            plugin.toml:8:1: `write` is not a permission of plugins
              |
            8 | "write" = "everything"
              | ^^^^^^^
              = a plugin names each resource, such as `profiles:write`: `write` would be all of them

            plugin.toml:9:16: `lists:read` has no reason
              |
            9 | "lists:read" = ""
              |                ^^
              = whoever installs the plugin reads it before they grant anything

            plugin.toml:10:17: `lists:write` must be a text in quotes, not a number
               |
            10 | "lists:write" = 3
               |                 ^

            plugin.toml:11:20: the reason holds line ends, or characters that do not show as what they are
               |
            11 | "campaigns:read" = "a \u001b[2J"
               |                    ^^^^^^^^^^^^^
               = write one line of plain text

            plugin.toml:13:9: `Days` cannot be the name of a parameter
               |
            13 | [params.Days]
               |         ^^^^
               = names have small letters, digits and `_`, and begin with a letter

            plugin.toml:16:8: `itn` is not a type of parameters
               |
            16 | type = "itn"
               |        ^^^^^
               = did you mean `int`?

            plugin.toml:17:9: `[params.list]` has no `type`
               |
            17 | [params.list]
               |         ^^^^

            plugin.toml:21:11: the default of `since` is not a day such as `2026-01-31`
               |
            21 | default = "yesterday"
               |           ^^^^^^^^^^^

            plugin.toml:22:7: the documentation holds line ends, or characters that do not show as what they are
               |
            22 | doc = "x\ny"
               |       ^^^^^^
               = write one line of plain text

            plugin.toml:25:11: a text of this list holds a comma
               |
            25 | default = ["a,b"]
               |           ^^^^^^^
               = commas separate the texts of such a parameter

            plugin.toml:26:14: `a b` cannot be the name of a connection
               |
            26 | [connections."a b"]
               |              ^^^^^
               = names have small letters, digits, `_` and `-`, and begin with a letter

            plugin.toml:27:2: unknown section `connection`
               |
            27 | [connection.target]
               |  ^^^^^^^^^^
               = did you mean `connections`?"#]],
    );
    refused(
        "",
        expect![[r#"
        plugin.toml:1:1: there is no `[plugin]`
          = write `[plugin]` with `name`, `version` and `description`"#]],
    );
    refused(
        "plugin = 3\n[params]\ndays = 90\n",
        expect![[r#"
        plugin.toml:1:10: `plugin` must be a table, not a number
          |
        1 | plugin = 3
          |          ^
          = write `[plugin]`

        plugin.toml:3:8: `params.days` must be a table, not a number
          |
        3 | days = 90
          |        ^^
          = write `[params.days]`"#]],
    );
    refused(
        "[plugin]\nname = \nversion\n",
        expect![[r#"
        plugin.toml:2:8: string values must be quoted, expected literal string
          |
        2 | name =
          |        ^

        plugin.toml:3:8: key with no value, expected `=`
          |
        3 | version
          |        ^"#]],
    );
    refused(
        "[plugin]\nname = \"a\"\nname = \"b\"\n",
        expect![[r#"
        plugin.toml:3:1: duplicate key
          |
        3 | name = "b"
          | ^^^^"#]],
    );
}

#[test]
fn versions_are_parts_of_file_names() {
    for (given, wanted) in [
        ("1.0.0", true),
        ("1.0.0-rc.1", true),
        ("1.0.0-RC.1", false),
        ("1.0.0+1", false),
        ("v1.0.0", false),
        ("1.0.0-../../x", false),
        ("", false),
    ] {
        assert_eq!(version(given).is_ok(), wanted, "{given}");
    }
    let long = format!("1.0.0-{}", "a".repeat(64));
    assert!(version(&long).is_err());
    for name in ["", "A", "1a", "a.b", "a/b", "..", "a_b", &"a".repeat(65)] {
        assert!(!GrantedPlugin::may_be_named(name), "{name}");
    }
    assert!(GrantedPlugin::may_be_named("a1-b") && GrantedPlugin::may_be_named(&"a".repeat(64)));
}

#[test]
fn json_of_another_form_is_refused() {
    let good = String::from_utf8(manifest(TEXT).to_json()).unwrap();
    refused_json("", expect!["manifest: EOF while parsing a value at line 1 column 0"]);
    refused_json("{}", expect!["manifest: missing field `manifest` at line 1 column 2"]);
    refused_json(
        "[1]",
        expect![
            "manifest: invalid length 1, expected struct Section with 7 elements at line 1 column 3"
        ],
    );
    refused_json(
        &good.replacen("\"manifest\":1", "\"manifest\":2", 1),
        expect![[r#"
        manifest: it is of the form 2, and 1 is known
          = install a newer pianoroll"#]],
    );
    refused_json(
        &good.replacen("\"manifest\":1", "\"manifest\":0", 1),
        expect!["manifest: there is no form 0"],
    );
    refused_json(
        &good.replacen("\"name\"", "\"title\\u001b\":1,\"name\"", 1),
        expect![
            "manifest: unknown field `title�`, expected one of `manifest`, `name`, `version`, `description`, `permissions`, `params`, `connecti…"
        ],
    );
    refused_json(
        &good.replacen("\"name\"", "\"name\":\"a\",\"name\"", 1),
        expect!["manifest: duplicate field `name` at line 1 column 31"],
    );
    refused_json(
        &good.replacen("\"default\":90", "\"default\":\"90\"", 1),
        expect!["manifest: the default of `days` is not a whole number such as `90`"],
    );
    refused_json(
        &good.replacen("to find them", "a\\u202eb", 1),
        expect![[r#"
        manifest: the reason holds line ends, or characters that do not show as what they are
          = write one line of plain text"#]],
    );
    refused_json(
        &good.replacen("lists:read", "lists:write", 1),
        expect!["manifest: `lists:write` is asked for twice"],
    );
    refused_json(
        &good.replacen("lists:read", "li\\u001bsts:read", 1),
        expect![[r#"
        manifest: there is no resource `li�sts`
          = did you mean `lists:read`?"#]],
    );
    refused_json(
        &format!("{good} x"),
        expect!["manifest: trailing characters at line 1 column 537"],
    );
    refused_json(
        &format!("{good}{}", " ".repeat(MOST_BYTES)),
        expect!["manifest: it has more than 65536 bytes"],
    );
    assert!(Manifest::from_json(b"\xff\xfe{").is_err());
}

#[test]
fn counts_are_bounded() {
    let head = "[plugin]\nname = \"a\"\nversion = \"1.0.0\"\ndescription = \"d\"\n";
    let params: String =
        (0..65).map(|index| format!("[params.p{index}]\ntype = \"int\"\n")).collect();
    refused(
        &format!("{head}{params}"),
        expect![[r#"
        plugin.toml:133:9: a plugin has at most 64 parameters
            |
        133 | [params.p64]
            |         ^^^"#]],
    );
    let connections: String = (0..17).map(|index| format!("[connections.c{index}]\n")).collect();
    refused(
        &format!("{head}{connections}"),
        expect![[r#"
        plugin.toml:21:14: a plugin has at most 16 connections beside its own
           |
        21 | [connections.c16]
           |              ^^^"#]],
    );
    refused(
        &head.replace("\"d\"", &format!("\"{}\"", "d".repeat(401))),
        expect![[r#"
        plugin.toml:4:15: the description has more than 400 characters
          |
        4 | description = "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
          |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}
