//! `[plugins.NAME]`, and automations that run plugins.

use expect_test::{Expect, expect};

use super::super::*;

fn project(text: &str) -> Project {
    match Project::parse(text, Path::new("pianoroll.toml")) {
        Ok(project) => project,
        Err(error) => panic!("{error}"),
    }
}

fn mistakes(text: &str, expected: Expect) {
    let error = Project::parse(text, Path::new("pianoroll.toml")).unwrap_err();
    expected.assert_eq(&format!("{error}\n"));
}

#[test]
fn automations_run_plugins() {
    let project = project(
        r#"[automations.newest]
program = "plugin:win-back"
permissions = ["profiles:read", "files:write", "notify"]
[automations.pinned]
program = "plugin:win-back@1.0.0"
permissions = []
[automations.whole]
program = "plugin:win-back"
"#,
    );
    let told = |name: &str| {
        let AutomationSettings { program, permissions, .. } = &project.automations[name];
        let words: Vec<&str> = permissions.words.iter().map(|word| &*word.value).collect();
        format!("{} {words:?} {}", program.value, permissions.written)
    };
    assert_eq!(
        told("newest"),
        r#"plugin:win-back ["profiles:read", "files:write", "notify"] true"#
    );
    assert_eq!(told("pinned"), "plugin:win-back@1.0.0 [] true");
    assert_eq!(told("whole"), "plugin:win-back [] false");
}

#[test]
fn limits_of_plugins_are_read() {
    let project = project(
        "[plugins.win-back]\nlimits = { memory_mib = 512, cpu_seconds = 300, wall_seconds = 86_400, transfer_mib = 16, log_kib = 1024, host_calls = 10_000_000 }\n[plugins.other]\n",
    );
    expect![[r#"
        {
            "other": PluginSettings {
                at: (
                    3,
                    10,
                ),
                limits: PluginLimits {
                    memory_mib: None,
                    cpu_seconds: None,
                    wall_seconds: None,
                    transfer_mib: None,
                    log_kib: None,
                    host_calls: None,
                    tables: None,
                    instances: None,
                },
            },
            "win-back": PluginSettings {
                at: (
                    1,
                    10,
                ),
                limits: PluginLimits {
                    memory_mib: Some(
                        512,
                    ),
                    cpu_seconds: Some(
                        300,
                    ),
                    wall_seconds: Some(
                        86400,
                    ),
                    transfer_mib: Some(
                        16,
                    ),
                    log_kib: Some(
                        1024,
                    ),
                    host_calls: Some(
                        10000000,
                    ),
                    tables: None,
                    instances: None,
                },
            },
        }
    "#]]
    .assert_debug_eq(&project.plugins);
}

#[test]
fn mistakes_of_plugins_are_told_with_their_places() {
    mistakes(
        r#"[plugins.Win_Back]
limit = {}
[plugins.a]
limits = { memory = 5, cpu_seconds = 0, memory_mib = 5_000, log_kib = "all", host_calls = -1 }
[plugins]
b = 5
"#,
        expect![[r#"
            pianoroll.toml:1:10: `Win_Back` cannot be the name of a plugin
              |
            1 | [plugins.Win_Back]
              |          ^^^^^^^^
              = names have small letters, digits and `-`, and begin with a letter; without a version

            pianoroll.toml:2:1: unknown key `limit` in `[plugins.Win_Back]`
              |
            2 | limit = {}
              | ^^^^^
              = did you mean `limits`?

            pianoroll.toml:4:12: unknown key `memory` in `[plugins.a.limits]`
              |
            4 | limits = { memory = 5, cpu_seconds = 0, memory_mib = 5_000, log_kib = "all", host_calls = -1 }
              |            ^^^^^^
              = known here: memory_mib, cpu_seconds, wall_seconds, transfer_mib, log_kib, host_calls, tables, instances

            pianoroll.toml:4:38: `cpu_seconds` must be from 1 to 86400, not 0
              |
            4 | limits = { memory = 5, cpu_seconds = 0, memory_mib = 5_000, log_kib = "all", host_calls = -1 }
              |                                      ^

            pianoroll.toml:4:54: `memory_mib` must be from 1 to 4096, not 5000
              |
            4 | limits = { memory = 5, cpu_seconds = 0, memory_mib = 5_000, log_kib = "all", host_calls = -1 }
              |                                                      ^^^^^

            pianoroll.toml:4:71: `log_kib` must be a whole number from 1, not a text
              |
            4 | limits = { memory = 5, cpu_seconds = 0, memory_mib = 5_000, log_kib = "all", host_calls = -1 }
              |                                                                       ^^^^^

            pianoroll.toml:4:91: `host_calls` must be a whole number from 1, not `-1`
              |
            4 | limits = { memory = 5, cpu_seconds = 0, memory_mib = 5_000, log_kib = "all", host_calls = -1 }
              |                                                                                           ^^

            pianoroll.toml:6:5: `plugins.b` must be a table, not a number
              |
            6 | b = 5
              |     ^
              = write `[plugins.b]`
        "#]],
    );
    mistakes(
        r#"[automations.a]
program = "plugin:Win"
[automations.b]
program = "plugin:win-back@1"
[automations.c]
program = "plugins/win-back-1.0.0.wasm"
[automations.d]
program = "scripts/a.rhai"
permissions = ["files:read", "notify"]
[automations.e]
program = "plugin:win-back"
permissions = ["files:reed", "file:read"]
"#,
        expect![[r#"
            pianoroll.toml:2:11: `Win` cannot be the name of a plugin: names have small letters, digits and `-`, begin with a letter, and are no longer than 64 characters
              |
            2 | program = "plugin:Win"
              |           ^^^^^^^^^^^^
              = write "plugin:win-back", or "plugin:win-back@1.0.0"

            pianoroll.toml:4:11: `1` is no version such as `1.0.0`
              |
            4 | program = "plugin:win-back@1"
              |           ^^^^^^^^^^^^^^^^^^^
              = write "plugin:win-back", or "plugin:win-back@1.0.0"

            pianoroll.toml:6:11: `plugins/win-back-1.0.0.wasm` is a component, and no script
              |
            6 | program = "plugins/win-back-1.0.0.wasm"
              |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              = `pianoroll plugin install FILE` makes a plugin of it: program = "plugin:NAME"

            pianoroll.toml:9:16: `files:read` is a permission of plugins
              |
            9 | permissions = ["files:read", "notify"]
              |                ^^^^^^^^^^^^
              = scripts use the files of the project's folder without one: leave it out

            pianoroll.toml:9:30: `notify` is a permission of plugins
              |
            9 | permissions = ["files:read", "notify"]
              |                              ^^^^^^^^
              = scripts tell their operator without one: leave it out

            pianoroll.toml:12:16: `files:reed` is no permission
               |
            12 | permissions = ["files:reed", "file:read"]
               |                ^^^^^^^^^^^^
               = of files, there are `files:read` and `files:write`

            pianoroll.toml:12:30: there is no resource `file`
               |
            12 | permissions = ["files:reed", "file:read"]
               |                              ^^^^^^^^^^^
        "#]],
    );
}
