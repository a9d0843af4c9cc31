//! `[automations.NAME]`

use expect_test::{Expect, expect};

use super::super::*;

/// Two connections, and the table of an automation.
fn project(automation: &str) -> String {
    format!(
        "[connections.acme]\nid = \"a\"\nlabels = [\"retail\"]\n[connections.beta]\nid = \"b\"\nlabels = [\"retail\", \"eu\"]\n[automations.retag]\n{automation}"
    )
}

fn mistakes(automation: &str, expected: Expect) {
    let error = Project::parse(&project(automation), Path::new("pianoroll.toml")).unwrap_err();
    expected.assert_eq(&format!("{error}\n"));
}

fn settings(automation: &str) -> AutomationSettings {
    match Project::parse(&project(automation), Path::new("pianoroll.toml")) {
        Ok(project) => project.automations["retag"].clone(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_whole_automation_is_read() {
    let settings = settings(
        r#"program = "scripts/retag.rhai"
connections = "label:retail"
with = { target = "beta" }
params = { days = 1_000, list = "Y6nRLr", share = 0.5, force = true, since = 2026-01-31, at = 2026-01-31T09:00:00Z, tags = ["a", "b"] }
permissions = ["profiles:read", "profiles:write"]

[automations.retag.limits]
writes = 20_000
minutes = 30
records = { profiles = 500 }
only = ["profiles.*"]
never = ["profiles.merge"]
lists = ["Y6nRLr"]
campaigns = []
"#,
    );
    expect![[r#"
        AutomationSettings {
            at: (
                7,
                14,
            ),
            program: Placed {
                value: Script(
                    "scripts/retag.rhai",
                ),
                line: 8,
                column: 11,
            },
            connections: [
                "acme",
                "beta",
            ],
            with: {
                "target": Placed {
                    value: "beta",
                    line: 10,
                    column: 10,
                },
            },
            params: {
                "at": Placed {
                    value: "2026-01-31T09:00:00Z",
                    line: 11,
                    column: 90,
                },
                "days": Placed {
                    value: "1000",
                    line: 11,
                    column: 12,
                },
                "force": Placed {
                    value: "true",
                    line: 11,
                    column: 56,
                },
                "list": Placed {
                    value: "Y6nRLr",
                    line: 11,
                    column: 26,
                },
                "share": Placed {
                    value: "0.5",
                    line: 11,
                    column: 43,
                },
                "since": Placed {
                    value: "2026-01-31",
                    line: 11,
                    column: 70,
                },
                "tags": Placed {
                    value: "a,b",
                    line: 11,
                    column: 117,
                },
            },
            permissions: Permissions {
                granted: PermissionSet {
                    effects: {},
                    permissions: {
                        Operation {
                            resource: "profiles",
                            effect: Read,
                        },
                        Operation {
                            resource: "profiles",
                            effect: Write,
                        },
                    },
                },
                written: true,
                words: [
                    Placed {
                        value: "profiles:read",
                        line: 12,
                        column: 16,
                    },
                    Placed {
                        value: "profiles:write",
                        line: 12,
                        column: 33,
                    },
                ],
                line: 12,
                column: 15,
            },
            limits: Guardrails {
                calls: None,
                writes: Some(
                    Limit {
                        most: 20000,
                        source: "pianoroll.toml:15:10 (limits.writes)",
                    },
                ),
                deletes: None,
                sends: None,
                seconds: Some(
                    Limit {
                        most: 1800,
                        source: "pianoroll.toml:16:11 (limits.minutes)",
                    },
                ),
                records: {
                    "profiles": Limit {
                        most: 500,
                        source: "pianoroll.toml:17:24 (limits.records.profiles)",
                    },
                },
                only: [
                    Scope {
                        members: [
                            OperationPattern(
                                "profiles.*",
                            ),
                        ],
                        source: "pianoroll.toml:18:8 (limits.only)",
                    },
                ],
                never: [
                    Scope {
                        members: [
                            OperationPattern(
                                "profiles.merge",
                            ),
                        ],
                        source: "pianoroll.toml:19:9 (limits.never)",
                    },
                ],
                lists: [
                    Scope {
                        members: [
                            "Y6nRLr",
                        ],
                        source: "pianoroll.toml:20:9 (limits.lists)",
                    },
                ],
                campaigns: [
                    Scope {
                        members: [],
                        source: "pianoroll.toml:21:13 (limits.campaigns)",
                    },
                ],
            },
            limits_at: {
                "campaigns": (
                    21,
                    1,
                ),
                "lists": (
                    20,
                    1,
                ),
                "minutes": (
                    16,
                    1,
                ),
                "never": (
                    19,
                    1,
                ),
                "only": (
                    18,
                    1,
                ),
                "records": (
                    17,
                    1,
                ),
                "writes": (
                    15,
                    1,
                ),
            },
            attempts: 1,
            schedule: None,
            webhook: None,
            notify: [],
            timeout: None,
            pause_after: None,
        }
    "#]]
    .assert_debug_eq(&settings);
}

#[test]
fn without_permissions_nothing_is_granted() {
    let settings = settings("program = \"a.rhai\"\n");
    assert_eq!(settings.permissions.granted, pianoroll_model::PermissionSet::none());
    assert_eq!(settings.permissions.line, 7);
    assert!(settings.connections.is_empty());
    assert_eq!(settings.limits, pianoroll_host::Guardrails::default());
}

#[test]
fn all_mistakes_of_an_automation_are_told_at_once() {
    mistakes(
        r#"connections = ["acme", "betta", "acme", "label:eu"]
with = { target = "gamma", "a b" = "acme", other = 3 }
params = { days = { a = 1 }, tags = ["a,b"], deep = [["x"]] }
permissions = ["profiles:reed", "profile:read", "wirte", 3]
paused = true
limits = { writes = -1, write = 3, minutes = 1.5, records = { profile = 5, metrics = 2, lists = "x" }, only = ["list.*", "metrics.*"], never = ["profiles.merg"], lists = ["a/b", ""], campaigns = "C" }
"#,
        expect![[r#"
            pianoroll.toml:7:14: `[automations.retag]` has no `program`
              |
            7 | [automations.retag]
              |              ^^^^^
              = name a script of the project, or a plugin: program = "scripts/retag.rhai", program = "plugin:win-back"

            pianoroll.toml:8:24: there is no `[connections.betta]`
              |
            8 | connections = ["acme", "betta", "acme", "label:eu"]
              |                        ^^^^^^^
              = did you mean `beta`?

            pianoroll.toml:8:33: `acme` is there twice
              |
            8 | connections = ["acme", "betta", "acme", "label:eu"]
              |                                 ^^^^^^
              = an automation runs once on each connection

            pianoroll.toml:8:41: a label stands alone, not in a list
              |
            8 | connections = ["acme", "betta", "acme", "label:eu"]
              |                                         ^^^^^^^^^^
              = write connections = "label:eu"

            pianoroll.toml:9:19: there is no `[connections.gamma]`
              |
            9 | with = { target = "gamma", "a b" = "acme", other = 3 }
              |                   ^^^^^^^
              = known here: acme, beta

            pianoroll.toml:9:28: `a b` cannot be a name
              |
            9 | with = { target = "gamma", "a b" = "acme", other = 3 }
              |                            ^^^^^
              = use letters, digits, `-`, `_` and `.`

            pianoroll.toml:9:52: `other` must be a text in quotes, not a number
              |
            9 | with = { target = "gamma", "a b" = "acme", other = 3 }
              |                                                    ^

            pianoroll.toml:10:19: `days` must be a text, a number, true or false, a date or a list, not a table
               |
            10 | params = { days = { a = 1 }, tags = ["a,b"], deep = [["x"]] }
               |                   ^^^^^^^^^

            pianoroll.toml:10:38: a text in the list `tags` holds a comma
               |
            10 | params = { days = { a = 1 }, tags = ["a,b"], deep = [["x"]] }
               |                                      ^^^^^
               = commas separate the texts of such a parameter

            pianoroll.toml:10:54: `deep` must be a list of texts and numbers, not a list
               |
            10 | params = { days = { a = 1 }, tags = ["a,b"], deep = [["x"]] }
               |                                                      ^^^^^

            pianoroll.toml:11:16: `reed` is not an effect; the effects are read, write, delete and send
               |
            11 | permissions = ["profiles:reed", "profile:read", "wirte", 3]
               |                ^^^^^^^^^^^^^^^

            pianoroll.toml:11:33: there is no resource `profile`
               |
            11 | permissions = ["profiles:reed", "profile:read", "wirte", 3]
               |                                 ^^^^^^^^^^^^^^
               = did you mean `profiles`?

            pianoroll.toml:11:49: `wirte` is not an effect, a `resource:effect` or `request`
               |
            11 | permissions = ["profiles:reed", "profile:read", "wirte", 3]
               |                                                 ^^^^^^^
               = did you mean `write`?

            pianoroll.toml:11:58: `permissions` must be a list of texts, not a number
               |
            11 | permissions = ["profiles:reed", "profile:read", "wirte", 3]
               |                                                          ^

            pianoroll.toml:12:1: unknown key `paused` in `[automations.retag]`
               |
            12 | paused = true
               | ^^^^^^
               = known here: program, connections, with, params, permissions, limits, attempts, schedule, timeout, pause_after, notify, webhook

            pianoroll.toml:13:21: `writes` must be a whole number from 0, not `-1`
               |
            13 | limits = { writes = -1, write = 3, minutes = 1.5, records = { profile = 5, metrics = 2, lists = "x" }, only = ["list.*", "metrics.*"], never = ["profiles.merg"], lists = ["a/b", ""], campaigns = "C" }
               |                     ^^

            pianoroll.toml:13:25: unknown key `write` in `[automations.retag.limits]`
               |
            13 | limits = { writes = -1, write = 3, minutes = 1.5, records = { profile = 5, metrics = 2, lists = "x" }, only = ["list.*", "metrics.*"], never = ["profiles.merg"], lists = ["a/b", ""], campaigns = "C" }
               |                         ^^^^^
               = did you mean `writes`?

            pianoroll.toml:13:46: `minutes` must be a whole number from 0, not `1.5`
               |
            13 | limits = { writes = -1, write = 3, minutes = 1.5, records = { profile = 5, metrics = 2, lists = "x" }, only = ["list.*", "metrics.*"], never = ["profiles.merg"], lists = ["a/b", ""], campaigns = "C" }
               |                                              ^^^

            pianoroll.toml:13:63: there is no resource `profile`
               |
            13 | limits = { writes = -1, write = 3, minutes = 1.5, records = { profile = 5, metrics = 2, lists = "x" }, only = ["list.*", "metrics.*"], never = ["profiles.merg"], lists = ["a/b", ""], campaigns = "C" }
               |                                                               ^^^^^^^
               = did you mean `profiles`?

            pianoroll.toml:13:76: no operation changes `metrics`
               |
            13 | limits = { writes = -1, write = 3, minutes = 1.5, records = { profile = 5, metrics = 2, lists = "x" }, only = ["list.*", "metrics.*"], never = ["profiles.merg"], lists = ["a/b", ""], campaigns = "C" }
               |                                                                            ^^^^^^^
               = these can be counted: campaigns, catalog_items, connections, coupon_codes, coupons, events, flows, lists, profiles, segments, tags, templates, webhooks

            pianoroll.toml:13:97: `lists` must be a whole number from 0, not a text
               |
            13 | limits = { writes = -1, write = 3, minutes = 1.5, records = { profile = 5, metrics = 2, lists = "x" }, only = ["list.*", "metrics.*"], never = ["profiles.merg"], lists = ["a/b", ""], campaigns = "C" }
               |                                                                                                 ^^^

            pianoroll.toml:13:112: no operation matches `list.*`
               |
            13 | limits = { writes = -1, write = 3, minutes = 1.5, records = { profile = 5, metrics = 2, lists = "x" }, only = ["list.*", "metrics.*"], never = ["profiles.merg"], lists = ["a/b", ""], campaigns = "C" }
               |                                                                                                                ^^^^^^^^
               = did you mean `lists.*`?

            pianoroll.toml:13:122: `metrics.*` only reads
               |
            13 | limits = { writes = -1, write = 3, minutes = 1.5, records = { profile = 5, metrics = 2, lists = "x" }, only = ["list.*", "metrics.*"], never = ["profiles.merg"], lists = ["a/b", ""], campaigns = "C" }
               |                                                                                                                          ^^^^^^^^^^^
               = reads are always free here; name what may change something

            pianoroll.toml:13:145: there is no operation `profiles.merg`
               |
            13 | limits = { writes = -1, write = 3, minutes = 1.5, records = { profile = 5, metrics = 2, lists = "x" }, only = ["list.*", "metrics.*"], never = ["profiles.merg"], lists = ["a/b", ""], campaigns = "C" }
               |                                                                                                                                                 ^^^^^^^^^^^^^^^
               = did you mean `profiles.merge`?

            pianoroll.toml:13:172: `a/b` is no id: it holds `/`, so it would leave its place in the path
               |
            13 | limits = { writes = -1, write = 3, minutes = 1.5, records = { profile = 5, metrics = 2, lists = "x" }, only = ["list.*", "metrics.*"], never = ["profiles.merg"], lists = ["a/b", ""], campaigns = "C" }
               |                                                                                                                                                                            ^^^^^
               = write ids as the API has them, such as `Y6nRLr`

            pianoroll.toml:13:179: `` is no id: it is empty
               |
            13 | limits = { writes = -1, write = 3, minutes = 1.5, records = { profile = 5, metrics = 2, lists = "x" }, only = ["list.*", "metrics.*"], never = ["profiles.merg"], lists = ["a/b", ""], campaigns = "C" }
               |                                                                                                                                                                                   ^^
               = write ids as the API has them, such as `Y6nRLr`

            pianoroll.toml:13:196: `campaigns` must be a list of texts, not a text
               |
            13 | limits = { writes = -1, write = 3, minutes = 1.5, records = { profile = 5, metrics = 2, lists = "x" }, only = ["list.*", "metrics.*"], never = ["profiles.merg"], lists = ["a/b", ""], campaigns = "C" }
               |                                                                                                                                                                                                    ^^^
        "#]],
    );
    mistakes(
        "program = \"../other.rhai\"\n",
        expect![[r#"
        pianoroll.toml:8:11: `../other.rhai` is not a file of the project
          |
        8 | program = "../other.rhai"
          |           ^^^^^^^^^^^^^^^
          = write its path from the folder of pianoroll.toml, without `..`: "scripts/retag.rhai"
    "#]],
    );
    mistakes(
        "program = \"/etc/passwd\"\n",
        expect![[r#"
        pianoroll.toml:8:11: `/etc/passwd` is not a file of the project
          |
        8 | program = "/etc/passwd"
          |           ^^^^^^^^^^^^^
          = write its path from the folder of pianoroll.toml, without `..`: "scripts/retag.rhai"
    "#]],
    );
    mistakes(
        "program = \"\"\n",
        expect![[r#"
        pianoroll.toml:8:11: `` is not a file of the project
          |
        8 | program = ""
          |           ^^
          = write its path from the folder of pianoroll.toml, without `..`: "scripts/retag.rhai"
    "#]],
    );
    mistakes(
        "program = 3\nconnections = \"acme\"\n",
        expect![[r#"
        pianoroll.toml:8:11: `program` must be a text in quotes, not a number
          |
        8 | program = 3
          |           ^

        pianoroll.toml:9:15: `connections` is a list of names, or one label
          |
        9 | connections = "acme"
          |               ^^^^^^
          = write connections = ["acme"], or connections = "label:acme"
    "#]],
    );
    mistakes(
        "program = \"a\"\nconnections = \"label:retial\"\n",
        expect![[r#"
        pianoroll.toml:9:15: no connection has the label `retial`
          |
        9 | connections = "label:retial"
          |               ^^^^^^^^^^^^^^
          = did you mean `label:retail`?
    "#]],
    );
    mistakes(
        "program = \"a\"\nconnections = []\n",
        expect![[r#"
        pianoroll.toml:9:15: `connections` names none
          |
        9 | connections = []
          |               ^^
          = leave `connections` out to run on the only one
    "#]],
    );
    mistakes(
        "program = \"a\"\nconnections = 3\n",
        expect![[r#"
        pianoroll.toml:9:15: `connections` must be a list of texts, not a number
          |
        9 | connections = 3
          |               ^
    "#]],
    );
}

#[test]
fn keys_of_later_versions_are_refused_with_a_word_on_them() {
    mistakes(
        "program = \"a\"\nschedule = { cron = \"0 6 * * 1\" }\ncatch_up = \"all\"\nprogam = \"b\"\nlimits = { reached_by_flows = 0 }\n[notify.oncall]\non = []\n",
        expect![[r#"
            pianoroll.toml:9:1: a schedule needs its connections named: there are 2
              |
            9 | schedule = { cron = "0 6 * * 1" }
              | ^^^^^^^^
              = such as connections = ["acme"]; known here: acme, beta

            pianoroll.toml:10:1: unknown key `catch_up` in `[automations.retag]`
               |
            10 | catch_up = "all"
               | ^^^^^^^^
               = it belongs in the schedule: schedule = { cron = "0 6 * * 1", catch_up = "…" }

            pianoroll.toml:11:1: unknown key `progam` in `[automations.retag]`
               |
            11 | progam = "b"
               | ^^^^^^
               = did you mean `program`?

            pianoroll.toml:12:12: unknown key `reached_by_flows` in `[automations.retag.limits]`
               |
            12 | limits = { reached_by_flows = 0 }
               |            ^^^^^^^^^^^^^^^^
               = this version does not count people reached by flows; bound `sends`, or rule out `flows.update_status` with `never`

            pianoroll.toml:13:9: `[notify.oncall]` has no `webhook`
               |
            13 | [notify.oncall]
               |         ^^^^^^
               = say where the URL is: webhook = { file = "secrets/oncall" }

            pianoroll.toml:14:6: `on` names nothing
               |
            14 | on = []
               |      ^^
               = leave `on` out to be told about failures and recoveries
        "#]],
    );
}

#[test]
fn an_automation_on_a_connection_with_mistakes_is_no_mistake_of_its_own() {
    let text =
        "[connections.acme]\nid = 3\n[automations.a]\nprogram = \"a\"\nconnections = [\"acme\"]\n";
    let error = Project::parse(text, Path::new("pianoroll.toml")).unwrap_err();
    let ProjectError::Mistakes { mistakes, .. } = error else { panic!("{error}") };
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
}

#[test]
fn a_connection_is_live_by_one_rule() {
    let text = "[connections.plain]\nid = \"a\"\n[connections.live]\nid = \"b\"\nlive = true\n[connections.test]\nid = \"c\"\nlive = false\n";
    let project = Project::parse(text, Path::new("pianoroll.toml")).unwrap();
    let live = |name: &str, here: bool| project.connections[name].is_live(here);
    assert_eq!(["plain", "live", "test"].map(|name| live(name, false)), [true, true, false]);
    assert_eq!(["plain", "live", "test"].map(|name| live(name, true)), [false, true, false]);
}
