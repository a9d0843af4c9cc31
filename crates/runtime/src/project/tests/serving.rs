//! `[notify.NAME]`, `[serve]` and `webhook = { … }`.

use expect_test::{Expect, expect};

use super::super::*;

/// One connection, and an automation with an event in its program; the text given begins in line 5.
fn with_automation(text: &str) -> String {
    format!("[connections.acme]\nid = \"a\"\n[automations.retag]\nprogram = \"a\"\n{text}\n")
}

fn project(text: &str) -> Project {
    match Project::parse(text, Path::new("folder/pianoroll.toml")) {
        Ok(project) => project,
        Err(error) => panic!("{error}"),
    }
}

fn mistakes(text: &str, expected: Expect) {
    let error = Project::parse(text, Path::new("pianoroll.toml")).unwrap_err();
    expected.assert_eq(&format!("{error}\n"));
}

#[test]
fn whom_to_tell_is_read() {
    let project = project(
        "[notify.oncall]\nwebhook = { file = \"secrets/oncall\" }\n[notify.night]\nwebhook = { env = \"NIGHT_URL\" }\non = [\"said\", \"missed\", \"paused\"]\n",
    );
    let oncall = &project.notify["oncall"];
    assert_eq!(oncall.webhook, Source::File("folder/secrets/oncall".into()));
    assert_eq!(oncall.at, (1, 9));
    assert_eq!(oncall.on, Notice::DEFAULT.into());
    let night = &project.notify["night"];
    assert_eq!(night.webhook, Source::Env("NIGHT_URL".to_owned()));
    assert_eq!(night.on, [Notice::Missed, Notice::Paused, Notice::Said].into());
}

#[test]
fn every_mistake_of_notify_is_told() {
    mistakes(
        "[notify.oncall]\non = [\"failed\", \"failure\", \"approval\", \"failed\", 3, \"everything\"]\n[notify.\"a b\"]\nwebhook = { env = \"A\", file = \"b\" }\nurl = 3\n[notify.c]\nwebhook = { }\non = []\n[notify.d]\nwebhook = { env = 3 }\non = \"failed\"\n[notify.e]\nwebhook = 3\n[notify]\nf = 1\n",
        expect![[r#"
            pianoroll.toml:1:9: `[notify.oncall]` has no `webhook`
              |
            1 | [notify.oncall]
              |         ^^^^^^
              = say where the URL is: webhook = { file = "secrets/oncall" }

            pianoroll.toml:2:17: nobody can be told about `failure`
              |
            2 | on = ["failed", "failure", "approval", "failed", 3, "everything"]
              |                 ^^^^^^^^^
              = known here: failed, problems, unknown, recovered, missed, paused, said

            pianoroll.toml:2:28: nobody can be told about `approval`
              |
            2 | on = ["failed", "failure", "approval", "failed", 3, "everything"]
              |                            ^^^^^^^^^^
              = there is nothing to approve until plans exist

            pianoroll.toml:2:40: `failed` is there twice
              |
            2 | on = ["failed", "failure", "approval", "failed", 3, "everything"]
              |                                        ^^^^^^^^

            pianoroll.toml:2:50: `on` must be a list of texts, not a number
              |
            2 | on = ["failed", "failure", "approval", "failed", 3, "everything"]
              |                                                  ^

            pianoroll.toml:2:53: nobody can be told about `everything`
              |
            2 | on = ["failed", "failure", "approval", "failed", 3, "everything"]
              |                                                     ^^^^^^^^^^^^
              = known here: failed, problems, unknown, recovered, missed, paused, said

            pianoroll.toml:3:9: `a b` cannot be a name
              |
            3 | [notify."a b"]
              |         ^^^^^
              = use letters, digits, `-`, `_` and `.`

            pianoroll.toml:4:31: `[notify.a b.webhook]` has both `env` and `file`
              |
            4 | webhook = { env = "A", file = "b" }
              |                               ^^^
              = a URL is in one place: keep one of them

            pianoroll.toml:5:1: unknown key `url` in `[notify.a b]`
              |
            5 | url = *
              | ^^^
              = known here: webhook, on

            pianoroll.toml:7:1: `[notify.c.webhook]` has neither `env` nor `file`
              |
            7 | webhook = { }
              | ^^^^^^^
              = say where the URL is: env = "ONCALL_URL", or file = "secrets/oncall"

            pianoroll.toml:8:6: `on` names nothing
              |
            8 | on = []
              |      ^^
              = leave `on` out to be told about failures and recoveries

            pianoroll.toml:10:19: `env` must be a text in quotes, not a number
               |
            10 | webhook = { env = * }
               |                   ^

            pianoroll.toml:11:6: `on` must be a list of texts, not a text
               |
            11 | on = "failed"
               |      ^^^^^^^^

            pianoroll.toml:13:11: `notify.e.webhook` must be a table, not a number
               |
            13 | webhook = *
               |           ^
               = write `[notify.e.webhook]`

            pianoroll.toml:15:5: `notify.f` must be a table, not a number
               |
            15 | f = *
               |     ^
               = write `[notify.f]`
        "#]],
    );
}

#[test]
fn how_serve_runs_is_read() {
    let serve = project(
        "[serve]\nruns = 1_000\ngrace = \"2m\"\nlisten = \"[::]:80\"\nheartbeat = { env = \"HEARTBEAT_URL\" }\n",
    )
    .serve;
    expect![[r#"
        ServeSettings {
            runs: 1000,
            grace: 120s,
            listen: Some(
                [::]:80,
            ),
            heartbeat: Some(
                Env(
                    "HEARTBEAT_URL",
                ),
            ),
        }
    "#]]
    .assert_debug_eq(&serve);
    assert_eq!(project("[serve]\n").serve, ServeSettings::default());
    expect!["ServeSettings { runs: 64, grace: 30s, listen: None, heartbeat: None }"]
        .assert_eq(&format!("{:?}", project("").serve));
}

#[test]
fn every_mistake_of_serve_is_told() {
    mistakes(
        "[serve]\nruns = 0\ngrace = \"2d\"\nlisten = \"localhost:7717\"\nheartbeat = { }\nport = 1\n",
        expect![[r#"
            pianoroll.toml:2:8: `runs` must be from 1 to 1000, not 0
              |
            2 | runs = 0
              |        ^

            pianoroll.toml:3:9: `grace` is at most 1d
              |
            3 | grace = "2d"
              |         ^^^^

            pianoroll.toml:4:10: `localhost:7717` is no address with a port
              |
            4 | listen = "localhost:7717"
              |          ^^^^^^^^^^^^^^^^
              = write numbers: "127.0.0.1:7717" for this machine alone, "0.0.0.0:7717" for all

            pianoroll.toml:5:1: `[serve.heartbeat]` has neither `env` nor `file`
              |
            5 | heartbeat = { }
              | ^^^^^^^^^
              = say where the URL is: env = "HEARTBEAT_URL", or file = "secrets/heartbeat"

            pianoroll.toml:6:1: unknown key `port` in `[serve]`
              |
            6 | port = *
              | ^^^^
              = known here: runs, grace, listen, heartbeat
        "#]],
    );
    mistakes(
        "[serve]\nruns = 1001\ngrace = 30\nlisten = \"127.0.0.1:0\"\nheartbeat = { env = \"A\", fil = \"b\" }\n",
        expect![[r#"
            pianoroll.toml:2:8: `runs` must be from 1 to 1000, not 1001
              |
            2 | runs = 1001
              |        ^^^^

            pianoroll.toml:3:9: `grace` must be a text in quotes, not a number
              |
            3 | grace = 30
              |         ^^

            pianoroll.toml:4:10: port 0 is another one each time
              |
            4 | listen = "127.0.0.1:0"
              |          ^^^^^^^^^^^^^
              = name a port, so that others find it: "127.0.0.1:7717"

            pianoroll.toml:5:26: unknown key `fil` in `[serve.heartbeat]`
              |
            5 | heartbeat = { env = "A", fil = "*" }
              |                          ^^^
              = did you mean `file`?
        "#]],
    );
    mistakes(
        "[serve]\nlisten = \"everywhere\"\nruns = -1\n",
        expect![[r#"
            pianoroll.toml:2:10: `everywhere` is no address with a port
              |
            2 | listen = "everywhere"
              |          ^^^^^^^^^^^^
              = write numbers: "127.0.0.1:7717" for this machine alone, "0.0.0.0:7717" for all

            pianoroll.toml:3:8: `runs` must be a whole number from 1, not `-1`
              |
            3 | runs = -1
              |        ^^
        "#]],
    );
}

#[test]
fn a_webhook_is_read() {
    let project = project(&with_automation(
        "webhook = { secret = { file = \"secrets/hook\" }, id = \"01HX\", param = \"signal\" }\n[automations.other]\nprogram = \"b\"\n[automations.other.webhook.secret]\nenv = \"HOOK_SECRET\"",
    ));
    expect![[r#"
        Some(
            WebhookSettings {
                at: (
                    5,
                    1,
                ),
                secret: File(
                    "folder/secrets/hook",
                ),
                id: Some(
                    "01HX",
                ),
                param: "signal",
            },
        )
    "#]]
    .assert_debug_eq(&project.automations["retag"].webhook);
    let other = project.automations["other"].webhook.clone().unwrap();
    assert_eq!(other.secret, Source::Env("HOOK_SECRET".to_owned()));
    assert_eq!((other.id, other.param.as_str()), (None, "event"));
}

#[test]
fn every_mistake_of_a_webhook_is_told() {
    mistakes(
        &with_automation("webhook = { sceret = 3, id = \"\", param = \"The Event\" }"),
        expect![[r#"
            pianoroll.toml:5:1: `[automations.retag.webhook]` has no `secret`
              |
            5 | webhook = { sceret = *, id = "", param = "The Event" }
              | ^^^^^^^
              = say where it is, so that nobody else starts runs: secret = { file = "secrets/hook" }

            pianoroll.toml:5:13: unknown key `sceret` in `[automations.retag.webhook]`
              |
            5 | webhook = { sceret = *, id = "", param = "The Event" }
              |             ^^^^^^
              = did you mean `secret`?

            pianoroll.toml:5:30: `id` is empty
              |
            5 | webhook = { sceret = *, id = "", param = "The Event" }
              |                              ^^
              = leave `id` out to take deliveries of any webhook with the secret

            pianoroll.toml:5:42: `The Event` cannot be the name of a parameter
              |
            5 | webhook = { sceret = *, id = "", param = "The Event" }
              |                                          ^^^^^^^^^^^
              = names have small letters, digits and `_`, and begin with a letter
        "#]],
    );
    mistakes(
        &with_automation("params = { event = 3 }\nwebhook = { secret = { env = \"A\" } }"),
        expect![[r#"
            pianoroll.toml:6:1: the event is the parameter `event`, which `params` sets as well
              |
            6 | webhook = { secret = { env = "A" } }
              | ^^^^^^^
              = take it out of `params`, or name another one: param = "…"
        "#]],
    );
    mistakes(
        &with_automation(
            "params = { signal = 3 }\nwebhook = { secret = { env = \"A\" }, param = \"signal\", id = 3 }",
        ),
        expect![[r#"
            pianoroll.toml:6:45: the event is the parameter `signal`, which `params` sets as well
              |
            6 | webhook = { secret = { env = "A" }, param = "signal", id = 3 }
              |                                             ^^^^^^^^
              = take it out of `params`, or name another one: param = "…"

            pianoroll.toml:6:60: `id` must be a text in quotes, not a number
              |
            6 | webhook = { secret = { env = "A" }, param = "signal", id = 3 }
              |                                                            ^
        "#]],
    );
    mistakes(
        &with_automation("webhook = true"),
        expect![[r#"
        pianoroll.toml:5:11: `automations.retag.webhook` must be a table, not true or false
          |
        5 | webhook = ****
          |           ^^^^
          = write `[automations.retag.webhook]`
    "#]],
    );
}

#[test]
fn programs_see_no_file_that_holds_a_secret() {
    let project = project(&with_automation(
        "webhook = { secret = { file = \"s/hook\" } }\n[credentials.a]\nfile = \"s/key\"\n[credentials.b]\nenv = \"B\"\n[notify.oncall]\nwebhook = { file = \"s/oncall\" }\n[serve]\nheartbeat = { file = \"/run/heartbeat\" }",
    ));
    let files = project.secret_files();
    let files: Vec<_> = files.iter().map(|file| file.to_str().unwrap()).collect();
    assert_eq!(files, ["folder/s/key", "folder/s/hook", "folder/s/oncall", "/run/heartbeat"]);
}
