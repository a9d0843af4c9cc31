mod automations;
mod plugins;
mod schedules;
mod schema;
mod secrets;
mod serving;

use expect_test::{Expect, expect};

use super::*;

fn check(text: &str, expected: Expect) {
    let shown = match Project::parse(text, Path::new("pianoroll.toml")) {
        Ok(project) => format!("{project:#?}\n"),
        Err(error) => format!("{error}\n"),
    };
    expected.assert_eq(&shown);
}

#[test]
fn a_whole_project_is_read() {
    check(
        r#"
[project]
name = "acme"

[gateway]
url = "http://127.0.0.1:4010/"
revision = "2024-10-15"
quota = "off"

[credentials.agency]
file = "secrets/maton"
quota = 5

[connections.acme]
credential = "agency"
id = "21fd90f9-5935-43cd-b6c8-bde9d915ca80"
account = "AbC123"
served = "2025-01-15"
live = false
labels = ["retail"]
documented_routes = true
"#,
        expect![[r#"
            Project {
                file: Some(
                    "pianoroll.toml",
                ),
                name: Some(
                    "acme",
                ),
                gateway: GatewaySettings {
                    url: Some(
                        "http://127.0.0.1:4010",
                    ),
                    control: None,
                    revision: Some(
                        Revision(
                            2024-10-15,
                        ),
                    ),
                    quota: Some(
                        Off,
                    ),
                },
                credentials: {
                    "agency": CredentialSettings {
                        source: File(
                            "secrets/maton",
                        ),
                        quota: Some(
                            PerSecond(
                                5,
                            ),
                        ),
                    },
                },
                connections: {
                    "acme": ConnectionSettings {
                        id: ConnectionId(
                            "21fd90f9-5935-43cd-b6c8-bde9d915ca80",
                        ),
                        credential: Some(
                            "agency",
                        ),
                        account: Some(
                            AccountId(
                                "AbC123",
                            ),
                        ),
                        revision: None,
                        served: Some(
                            Revision(
                                2025-01-15,
                            ),
                        ),
                        live: Some(
                            false,
                        ),
                        labels: [
                            "retail",
                        ],
                        documented_routes: true,
                    },
                },
                automations: {},
                plugins: {},
                retention: Retention {
                    keep: 7776000s,
                    revert: 2592000s,
                    retry: 604800s,
                },
                notify: {},
                serve: ServeSettings {
                    runs: 64,
                    grace: 30s,
                    listen: None,
                    heartbeat: None,
                },
            }
        "#]],
    );
}

#[test]
fn an_empty_project_has_the_defaults() {
    let project = Project::parse("", Path::new("pianoroll.toml")).unwrap();
    assert_eq!(project, Project { file: Some("pianoroll.toml".into()), ..Project::default() });
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    check(
        r#"
[gatway]
url = "https://gateway.maton.ai"

[gateway]
url = "https://gateway.maton.ai/klaviyo"
revison = "2024-10-15"
revision = "2024-13-15"
quota = "fast"
control = 3

[credentials.agency]
[credentials.both]
env = "A"
file = "b"

[connections.acme]
credential = "agencys"
labels = ["a", 1]
live = "yes"
[connections."a b"]
id = "x y"
[notify.oncall]
on = ["failed"]
"#,
        expect![[r#"
            pianoroll.toml:2:2: unknown section `gatway`
              |
            2 | [gatway]
              |  ^^^^^^
              = did you mean `gateway`?

            pianoroll.toml:6:7: `https://gateway.maton.ai/klaviyo` is not a base URL: it ends in the app `klaviyo`, which pianoroll adds itself; write `https://gateway.maton.ai`
              |
            6 | url = "https://gateway.maton.ai/klaviyo"
              |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            pianoroll.toml:7:1: unknown key `revison` in `[gateway]`
              |
            7 | revison = "2024-10-15"
              | ^^^^^^^
              = did you mean `revision`?

            pianoroll.toml:8:12: `2024-13-15` is not a revision; write a date such as 2024-10-15
              |
            8 | revision = "2024-13-15"
              |            ^^^^^^^^^^^^

            pianoroll.toml:9:9: `fast` is not a quota; write requests per second from 1 to 10000, or `off`
              |
            9 | quota = "fast"
              |         ^^^^^^

            pianoroll.toml:10:11: `control` must be a text in quotes, not a number
               |
            10 | control = 3
               |           ^

            pianoroll.toml:12:14: `[credentials.agency]` has neither `env` nor `file`
               |
            12 | [credentials.agency]
               |              ^^^^^^
               = say where the key is: env = "MATON_API_KEY", or file = "/run/secrets/maton"

            pianoroll.toml:15:8: `[credentials.both]` has both `env` and `file`
               |
            15 | file = "b"
               |        ^^^
               = a key is in one place: keep one of them

            pianoroll.toml:17:14: `[connections.acme]` has no `id`
               |
            17 | [connections.acme]
               |              ^^^^
               = list the ids with `pianoroll connections list`

            pianoroll.toml:18:14: there is no `[credentials.agencys]`
               |
            18 | credential = "agencys"
               |              ^^^^^^^^^
               = did you mean `agency`?

            pianoroll.toml:19:16: `labels` must be a list of texts, not a number
               |
            19 | labels = ["a", 1]
               |                ^

            pianoroll.toml:20:8: `live` must be true or false, not a text
               |
            20 | live = "yes"
               |        ^^^^^

            pianoroll.toml:21:14: `a b` cannot be a name
               |
            21 | [connections."a b"]
               |              ^^^^^
               = use letters, digits, `-`, `_` and `.`

            pianoroll.toml:22:6: `x y` is not a connection id: it must have 1 to 128 letters, digits, `-` or `_`
               |
            22 | id = "x y"
               |      ^^^^^

            pianoroll.toml:23:9: `[notify.oncall]` has no `webhook`
               |
            23 | [notify.oncall]
               |         ^^^^^^
               = say where the URL is: webhook = { file = "secrets/oncall" }
        "#]],
    );
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_place() {
    check(
        "[gateway\nurl = 1\n",
        expect![[r#"
        pianoroll.toml:1:9: unclosed table, expected `]`
          |
        1 | [gateway
          |         ^
    "#]],
    );
    check(
        "connections = 3\n",
        expect![[r#"
        pianoroll.toml:1:15: `connections` must be a table, not a number
          |
        1 | connections = 3
          |               ^
          = write `[connections]`
    "#]],
    );
    check(
        "[gateway]\nquota = 0\n",
        expect![[r#"
        pianoroll.toml:2:9: `0` is not a quota; write requests per second from 1 to 10000, or `off`
          |
        2 | quota = 0
          |         ^
    "#]],
    );
    check(
        "a = 1\na = 2\n",
        expect![[r#"
        pianoroll.toml:2:1: duplicate key
          |
        2 | a = 2
          | ^
    "#]],
    );
}

#[test]
fn the_nearest_file_above_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("scripts/deep");
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(folder.path().join(FILE_NAME), "[project]\nname = \"outer\"\n").unwrap();
    assert_eq!(Project::find(&deep).unwrap().name.as_deref(), Some("outer"));
    std::fs::write(deep.join(FILE_NAME), "[project]\nname = \"inner\"\n").unwrap();
    let project = Project::find(&deep).unwrap();
    assert_eq!(project.name.as_deref(), Some("inner"));
    assert_eq!(project.root(), Some(deep.as_path()));
}

#[test]
fn a_key_in_place_of_a_variable_is_refused_and_not_shown() {
    check(
        "[credentials.a]\nenv = \"mk_live_1\"\n",
        expect![[r#"
        pianoroll.toml:2:7: `env` takes the name of an environment variable, in capital letters
          |
        2 | env = "*********"
          |       ^^^^^^^^^^^
          = such as env = "MATON_API_KEY"
    "#]],
    );
}

#[test]
fn how_long_the_journal_keeps_is_read() {
    let kept = |text: &str| {
        let project = Project::parse(text, Path::new("pianoroll.toml")).unwrap();
        (project.retention.keep.as_hours() / 24, project.retention.revert.as_hours() / 24)
    };
    assert_eq!(kept(""), (90, 30));
    assert_eq!(kept("[state]\nkeep = \"1w\"\n"), (7, 7));
    assert_eq!(kept("[state]\nkeep = \"400d\"\nrevert = \"60d\"\n"), (400, 60));
    check(
        "[state]\nkeep = \"3 months\"\nrevert = 30\nkept = \"1d\"\n",
        expect![[r#"
            pianoroll.toml:2:8: `3 months` has months or years, which are not equally long; say days
              |
            2 | keep = "3 months"
              |        ^^^^^^^^^^

            pianoroll.toml:3:10: `revert` must be a text in quotes, not a number
              |
            3 | revert = 30
              |          ^^

            pianoroll.toml:4:1: unknown key `kept` in `[state]`
              |
            4 | kept = "1d"
              | ^^^^
              = known here: keep, retry, revert
        "#]],
    );
    check(
        "[state]\nkeep = \"10d\"\nrevert = \"11d\"\n",
        expect![[r#"
        pianoroll.toml:3:10: `revert` is longer than `keep`, and goes with the run
          |
        3 | revert = "11d"
          |          ^^^^^
          = make `keep` longer, or `revert` shorter
    "#]],
    );
}
