//! What may be a secret is never shown, whatever is wrong with the file.

use expect_test::{Expect, expect};

use super::super::*;

fn mistakes(text: &str, expected: Expect) {
    let error = Project::parse(text, Path::new("pianoroll.toml")).unwrap_err();
    let shown = format!("{error}\n{error:?}");
    assert!(!shown.contains("tok3n"), "{shown}");
    expected.assert_eq(&format!("{error}\n"));
}

#[test]
fn a_secret_in_the_wrong_place_is_refused_and_not_shown() {
    mistakes(
        "[notify.oncall]\nwebhook = \"https://hooks.example.com/tok3n\"\n",
        expect![[r#"
        pianoroll.toml:2:11: a URL does not stand in this file
          |
        2 | webhook = "*******************************"
          |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = say where it is: webhook = { file = "secrets/oncall" }, or webhook = { env = "ONCALL_URL" }
    "#]],
    );
    mistakes(
        "[notify.oncall]\nwebhook = { env = \"https://hooks.example.com/tok3n\" }\n",
        expect![[r#"
            pianoroll.toml:2:19: `env` takes the name of an environment variable, in capital letters
              |
            2 | webhook = { env = "*******************************" }
              |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              = such as env = "ONCALL_URL"
        "#]],
    );
    mistakes(
        "[notify.oncall]\nwebhook = { file = \"https://hooks.example.com/tok3n\" }\n",
        expect![[r#"
            pianoroll.toml:2:20: `file` takes the path of a file that holds it
              |
            2 | webhook = { file = "*******************************" }
              |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              = such as file = "secrets/oncall"
        "#]],
    );
    mistakes(
        "[notify.oncall]\nurl = \"https://hooks.example.com/tok3n\"\n",
        expect![[r#"
        pianoroll.toml:1:9: `[notify.oncall]` has no `webhook`
          |
        1 | [notify.oncall]
          |         ^^^^^^
          = say where the URL is: webhook = { file = "secrets/oncall" }

        pianoroll.toml:2:1: unknown key `url` in `[notify.oncall]`
          |
        2 | url = "*******************************"
          | ^^^
          = known here: webhook, on
    "#]],
    );
    mistakes(
        "[notify.oncall]\nwebhook = https://hooks.example.com/?a=tok3n\n",
        expect![[r#"
        pianoroll.toml:2:39: unexpected key or value, expected newline, `#`
          |
        2 | webhook = **********************************
          |                                       ^
    "#]],
    );
    mistakes(
        "[serve]\nheartbeat = \"https://hc.example.com/tok3n\"\n",
        expect![[r#"
        pianoroll.toml:2:13: a URL does not stand in this file
          |
        2 | heartbeat = "****************************"
          |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = say where it is: heartbeat = { file = "secrets/heartbeat" }, or heartbeat = { env = "HEARTBEAT_URL" }
    "#]],
    );
    mistakes(
        "[serve]\nheartbeet = \"https://hc.example.com/tok3n\"\n",
        expect![[r#"
        pianoroll.toml:2:1: unknown key `heartbeet` in `[serve]`
          |
        2 | heartbeet = "****************************"
          | ^^^^^^^^^
          = did you mean `heartbeat`?
    "#]],
    );
    mistakes(
        "[automations.a]\nprogram = \"a\"\nwebhook = { secret = \"tok3n\" }\n",
        expect![[r#"
        pianoroll.toml:3:1: a webhook needs its connections named, and the project has none
          |
        3 | webhook = { secret = "*****" }
          | ^^^^^^^
          = `pianoroll connections import NAME ID` adds one

        pianoroll.toml:3:22: a secret does not stand in this file
          |
        3 | webhook = { secret = "*****" }
          |                      ^^^^^^^
          = say where it is: secret = { file = "secrets/hook" }, or secret = { env = "HOOK_SECRET" }
    "#]],
    );
    mistakes(
        "[automations.a]\nprogram = \"a\"\nwebhok = { secret = \"tok3n\" }\n",
        expect![[r#"
        pianoroll.toml:3:1: unknown key `webhok` in `[automations.a]`
          |
        3 | webhok = { secret = "*****" }
          | ^^^^^^
          = did you mean `webhook`?
    "#]],
    );
    mistakes(
        "[automations.a]\nprogram = \"a\"\nwebhook = \"tok3n\"\n",
        expect![[r#"
        pianoroll.toml:3:1: a webhook needs its connections named, and the project has none
          |
        3 | webhook = "*****"
          | ^^^^^^^
          = `pianoroll connections import NAME ID` adds one

        pianoroll.toml:3:11: `webhook` must be a table, not a text
          |
        3 | webhook = "*****"
          |           ^^^^^^^
          = write webhook = { secret = { file = "secrets/hook" } }
    "#]],
    );
    mistakes(
        "[automations]\na = { program = \"a\", webhook = { secret = \"tok3n\" }, schedule = 3 }\n",
        expect![[r#"
            pianoroll.toml:2:22: a webhook needs its connections named, and the project has none
              |
            2 | a = { program = "a", webhook = { secret = "*****" }, schedule = * }
              |                      ^^^^^^^
              = `pianoroll connections import NAME ID` adds one

            pianoroll.toml:2:43: a secret does not stand in this file
              |
            2 | a = { program = "a", webhook = { secret = "*****" }, schedule = * }
              |                                           ^^^^^^^
              = say where it is: secret = { file = "secrets/hook" }, or secret = { env = "HOOK_SECRET" }

            pianoroll.toml:2:54: a schedule needs its connections named, and the project has none
              |
            2 | a = { program = "a", webhook = { secret = "*****" }, schedule = * }
              |                                                      ^^^^^^^^
              = `pianoroll connections import NAME ID` adds one

            pianoroll.toml:2:65: `schedule` must be an expression in quotes, or a table
              |
            2 | a = { program = "a", webhook = { secret = "*****" }, schedule = * }
              |                                                                 ^
              = write schedule = "0 6 * * 1", or schedule = { cron = "0 6 * * 1", timezone = "Europe/London" }
        "#]],
    );
    mistakes(
        "[automations.a.webhook.secret]\nvalue = \"tok3n\"\n",
        expect![[r#"
        pianoroll.toml:1:14: `[automations.a]` has no `program`
          |
        1 | [automations.a.webhook.secret]
          |              ^
          = name a script of the project, or a plugin: program = "scripts/retag.rhai", program = "plugin:win-back"

        pianoroll.toml:1:16: a webhook needs its connections named, and the project has none
          |
        1 | [automations.a.webhook.secret]
          |                ^^^^^^^
          = `pianoroll connections import NAME ID` adds one

        pianoroll.toml:1:24: `[automations.a.webhook.secret]` has neither `env` nor `file`
          |
        1 | [automations.a.webhook.secret]
          |                        ^^^^^^
          = say where the secret is: env = "HOOK_SECRET", or file = "secrets/hook"

        pianoroll.toml:2:1: unknown key `value` in `[automations.a.webhook.secret]`
          |
        2 | value = "*****"
          | ^^^^^
          = known here: env, file
    "#]],
    );
    mistakes(
        "[notify.oncall]\nwebhook = \"\"\"\nhttps://a/tok3n\nfile = \"tok3n\" x\n",
        expect![[r#"
            pianoroll.toml:5:1: invalid multi-line basic string, expected `"`
        "#]],
    );
    mistakes(
        "[credentials.a]\ntok3n==\n",
        expect![[r#"
        pianoroll.toml:2:7: extra `=`, expected nothing
          |
        2 | *******
          |       ^
    "#]],
    );
    mistakes(
        "notify.oncall.url = \"tok3n\"\n",
        expect![[r#"
        pianoroll.toml:1:8: `[notify.oncall]` has no `webhook`
          |
        1 | notify.oncall.url = "*****"
          |        ^^^^^^
          = say where the URL is: webhook = { file = "secrets/oncall" }

        pianoroll.toml:1:15: unknown key `url` in `[notify.oncall]`
          |
        1 | notify.oncall.url = "*****"
          |               ^^^
          = known here: webhook, on
    "#]],
    );
    mistakes(
        "notify = { oncall = { url = \"tok3n\" } }\n",
        expect![[r#"
            pianoroll.toml:1:12: `[notify.oncall]` has no `webhook`
              |
            1 | notify = { oncall = { url = "*****" } }
              |            ^^^^^^
              = say where the URL is: webhook = { file = "secrets/oncall" }

            pianoroll.toml:1:23: unknown key `url` in `[notify.oncall]`
              |
            1 | notify = { oncall = { url = "*****" } }
              |                       ^^^
              = known here: webhook, on
        "#]],
    );
}
