//! Files: apps, resources, names, and files that are broken or missing.

use expect_test::expect;
use pianoroll_codegen::{Tree, check};

use crate::{APP, RESOURCE, mistakes};

#[test]
fn names_that_the_package_of_plugins_keeps_are_told() {
    let resource = |operations: &str| {
        let head = "[resource]\ntype = \"profile\"\ndoc = \"A person.\"\n";
        format!("{head}{operations}")
    };
    let checkpoints = resource("");
    let automation = resource("").replace("profile", "automation");
    let line_items = resource(
        r#"[operations.error]
http = "GET /api/a/{x_1}/{x1}/{body}/{body_id}"
doc = "A."
tier = "M"
answer = "none"
ok = 200
examples = [{ args = ["1", "2", "3", "4"] }]
[operations.get]
http = "GET /api/b"
doc = "B."
tier = "M"
query = { day = "int?" }
answer = "none"
ok = 200
examples = [{}]
[operations.get_with]
http = "GET /api/c"
doc = "C."
tier = "M"
answer = "none"
ok = 200
examples = [{}]
"#,
    )
    .replace("profile", "line");
    let lineitems = resource("").replace("profile", "item");
    let mock = resource("").replace("profile", "mock");
    let files = [
        ("shop/app.toml", APP),
        ("shop/checkpoints.toml", checkpoints.as_str()),
        ("shop/automation.toml", automation.as_str()),
        ("shop/mock.toml", mock.as_str()),
        ("shop/line_2.toml", line_items.as_str()),
        ("shop/line2.toml", lineitems.as_str()),
    ];
    expect![[r#"
        spec/shop/automation.toml:1:1: `automation` is `automation` in WIT, which is there for all plugins
          |
        1 | [resource]
          | ^
          = name the file otherwise

        spec/shop/checkpoints.toml:1:1: `checkpoints` is `checkpoints` in WIT, which is there for all plugins
          |
        1 | [resource]
          | ^
          = name the file otherwise

        spec/shop/line_2.toml:1:1: the modules `line2` and `line_2` are both `line2` in WIT
          |
        1 | [resource]
          | ^
          = rename one of them

        spec/shop/line_2.toml:4:13: `error` is `error` in WIT, which is a type of every interface
          |
        4 | [operations.error]
          |             ^^^^^
          = rename the operation

        spec/shop/line_2.toml:5:27: the ids `x_1` and `x1` are both `x1` in WIT
          |
        5 | http = "GET /api/a/{x_1}/{x1}/{body}/{body_id}"
          |                           ^^
          = rename one of them

        spec/shop/line_2.toml:5:39: the ids `body` and `body_id` are both `body-id` in WIT
          |
        5 | http = "GET /api/a/{x_1}/{x1}/{body}/{body_id}"
          |                                       ^^^^^^^
          = rename one of them

        spec/shop/line_2.toml:19:13: `get_with` is what plugins in Rust call a function made of get
           |
        19 | [operations.get_with]
           |             ^^^^^^^^
           = rename the operation

        spec/shop/mock.toml:1:1: `mock` is a module of the plugin SDK itself
          |
        1 | [resource]
          | ^
          = name the file otherwise
    "#]].assert_eq(&mistakes(&files));
}

#[test]
fn types_and_names_are_told_apart() {
    let profiles = format!(
        "{RESOURCE}{}",
        r#"
[resource.attributes.Email]
type = "string?"
[resource.attributes.extra]
type = "list<enum(a,,b)>"
[resource.attributes.both]
type = "enum(a,a)"
read_only = true
write_only = true
[types.profile]
doc = "Again."
[types.Profile]
doc = "The same to Rust."
[types.Profile.relationships]
owner = "owner"
[types.Profile.attributes]
"$" = "string"
Key = "string"
key = "string"
[operations.list_2]
http = "GET /api/a"
doc = "A."
tier = "M"
answer = "none"
ok = 200
examples = [{}]
[operations.list2]
http = "GET /api/b"
doc = "B."
tier = "M"
answer = "none"
ok = 200
examples = [{}]
[operations.Get]
http = "GET /api/c"
doc = "C."
query = { a-b = "int?", a_b = "int?", "[]" = "int?" }
tier = "M"
answer = "none"
ok = 200
examples = [{}]
"#
    );
    let log = r#"[resource]
type = "log"
doc = "Lines."
name = "titel"
[resource.attributes]
title = "string"
[operations.list]
http = "GET /api/logs"
doc = "Lists."
tier = "M"
page = { fixed = 3 }
answer = "log[]"
ok = 200
examples = [{}]
[operations.each]
http = "GET /api/each"
doc = "Clashes with the iterator of list."
tier = "M"
answer = "none"
ok = 200
examples = [{}]
"#;
    let files =
        [("shop/app.toml", APP), ("shop/profiles.toml", profiles.as_str()), ("shop/log.toml", log)];
    expect![[r#"
        spec/shop/log.toml:1:1: `log` is a module of the script language itself
          |
        1 | [resource]
          | ^
          = name the file otherwise

        spec/shop/log.toml:4:8: `titel` is not an attribute of this resource
          |
        4 | name = "titel"
          |        ^^^^^^^
          = did you mean `title`?

        spec/shop/log.toml:15:13: `each` is what plugins in Rust call a function made of list
           |
        15 | [operations.each]
           |             ^^^^
           = rename the operation

        spec/shop/log.toml:15:13: `each` is what scripts call a function made of log.list
           |
        15 | [operations.each]
           |             ^^^^
           = rename the operation

        spec/shop/profiles.toml:12:22: the attributes `email` and `Email` are both `email` in Rust
           |
        12 | [resource.attributes.Email]
           |                      ^^^^^
           = rename one of them

        spec/shop/profiles.toml:15:21: a value of the enum is empty or has spaces around it
           |
        15 | type = "list<enum(a,,b)>"
           |                     ^
           = write `enum(a,b)`

        spec/shop/profiles.toml:16:22: `both` is neither read nor written
           |
        16 | [resource.attributes.both]
           |                      ^^^^
           = `read_only` and `write_only` exclude each other

        spec/shop/profiles.toml:17:16: `a` is there twice
           |
        17 | type = "enum(a,a)"
           |                ^

        spec/shop/profiles.toml:20:8: the type `profile` is declared twice
           |
        20 | [types.profile]
           |        ^^^^^^^

        spec/shop/profiles.toml:22:8: the types `profile` and `Profile` are both `Profile` in Rust
           |
        22 | [types.Profile]
           |        ^^^^^^^
           = rename one of them

        spec/shop/profiles.toml:25:9: `owner` is not a type of shop
           |
        25 | owner = "owner"
           |         ^^^^^^^
           = allowed: `log`, `profile`, `Profile`

        spec/shop/profiles.toml:27:1: no Rust name can be made of the attribute `$`
           |
        27 | "$" = "string"
           | ^^^
           = it needs a letter or a digit

        spec/shop/profiles.toml:29:1: the attributes `Key` and `key` are both `key` in Rust
           |
        29 | key = "string"
           | ^^^
           = rename one of them

        spec/shop/profiles.toml:37:13: the operations `list_2` and `list2` are both `List2` in Rust
           |
        37 | [operations.list2]
           |             ^^^^^
           = rename one of them

        spec/shop/profiles.toml:37:13: the operations `list_2` and `list2` are both `list2` in WIT
           |
        37 | [operations.list2]
           |             ^^^^^
           = rename one of them

        spec/shop/profiles.toml:44:13: `Get` cannot name an operation
           |
        44 | [operations.Get]
           |             ^^^
           = lower-case words and digits joined by `_`, a letter first

        spec/shop/profiles.toml:47:25: the parameters `a-b` and `a_b` are both `a_b` in Rust
           |
        47 | query = { a-b = "int?", a_b = "int?", "[]" = "int?" }
           |                         ^^^
           = rename one of them

        spec/shop/profiles.toml:47:39: no Rust name can be made of the parameter `[]`
           |
        47 | query = { a-b = "int?", a_b = "int?", "[]" = "int?" }
           |                                       ^^^^
           = it needs a letter or a digit
    "#]]
    .assert_eq(&mistakes(&files));
}

#[test]
fn apps_are_described_well_and_missing_parts_are_named() {
    let app = r#"[app]
doc = 3
host = "gate"
prefix = "shop/"
revision_header = "revision"
revisions = ["2025-01-15", "2024-10-15", "yesterday"]
retired_after_years = 0
json_api = "yes"
colour = "red"
[tiers]
M = { burst = -1, study = 150 }
[budgets]
few = { option = "fields", value = "x", burst = 1 }
"#;
    let broken =
        "[resource]\ntype = \"list\ndoc = \"Never closed.\"\n[operations.x]\nunknown = 1\n";
    let files = [
        ("shop/app.toml", app),
        ("shop/broken.toml", broken),
        ("shop/empty.toml", ""),
        (
            "Shop/lost.toml",
            "[resource]\ntype = \"lost\"\ndoc = \"In a folder without app.toml.\"\n",
        ),
    ];
    expect![[r#"
        spec/Shop/app.toml:1:1: the folder `Shop` cannot name an app
          = lower-case words and digits joined by `_`, a letter first

        spec/Shop/lost.toml:1:1: the folder has no `Shop/app.toml`
          |
        1 | [resource]
          | ^

        spec/shop/app.toml:1:2: `name` is missing
          |
        1 | [app]
          |  ^^^

        spec/shop/app.toml:2:7: expected a string, found integer
          |
        2 | doc = 3
          |       ^

        spec/shop/app.toml:3:8: `gate` is not a host
          |
        3 | host = "gate"
          |        ^^^^^^
          = allowed: `gateway`, `control`

        spec/shop/app.toml:4:10: `shop/` is not a prefix of paths
          |
        4 | prefix = "shop/"
          |          ^^^^^^^
          = it begins with `/` and does not end with one, or is empty

        spec/shop/app.toml:6:28: revisions stand oldest first, each once
          |
        6 | revisions = ["2025-01-15", "2024-10-15", "yesterday"]
          |                            ^^^^^^^^^^^^

        spec/shop/app.toml:6:42: `yesterday` is not a revision; write a date such as 2024-10-15
          |
        6 | revisions = ["2025-01-15", "2024-10-15", "yesterday"]
          |                                          ^^^^^^^^^^^

        spec/shop/app.toml:7:23: must be a whole number from 1 to 4294967295
          |
        7 | retired_after_years = 0
          |                       ^

        spec/shop/app.toml:8:12: expected true or false, found string
          |
        8 | json_api = "yes"
          |            ^^^^^

        spec/shop/app.toml:9:1: unknown key `colour`
          |
        9 | colour = "red"
          | ^^^^^^
          = allowed: `name`, `doc`, `host`, `prefix`, `revision_header`, `revisions`, `retired_after_years`, `json_api`

        spec/shop/app.toml:11:15: must be a whole number from 1 to 4294967295
           |
        11 | M = { burst = -1, study = 150 }
           |               ^^

        spec/shop/app.toml:11:19: unknown key `study`
           |
        11 | M = { burst = -1, study = 150 }
           |                   ^^^^^
           = did you mean `steady`?

        spec/shop/app.toml:13:7: `steady` is missing
           |
        13 | few = { option = "fields", value = "x", burst = 1 }
           |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

        spec/shop/app.toml:13:18: `fields` is not an option that a budget can watch
           |
        13 | few = { option = "fields", value = "x", burst = 1 }
           |                  ^^^^^^^^
           = allowed: `include`, `additional_fields`

        spec/shop/broken.toml:2:13: invalid basic string, expected `"`
          |
        2 | type = "list
          |             ^

        spec/shop/empty.toml:1:1: `resource` is missing
    "#]].assert_eq(&mistakes(&files));
}

#[test]
fn apps_may_not_take_each_others_names_and_routes() {
    let app = APP.replace("Shop", "Store");
    let operation = r#"[operations.get]
http = "GET /api/profiles/{profile_id}"
doc = "Reads one."
tier = "M"
answer = "profile"
ok = 200
examples = [{ args = ["1"] }]
"#;
    let file = format!("{RESOURCE}{operation}");
    let files = [
        ("shop/app.toml", APP),
        ("shop/profiles.toml", file.as_str()),
        ("store/app.toml", app.as_str()),
        ("store/profiles.toml", file.as_str()),
    ];
    expect![[r#"
        spec/store/profiles.toml:1:1: shop has a module `profiles` already
          |
        1 | [resource]
          | ^
          = name the file otherwise

        spec/store/profiles.toml:12:8: `GET /api/profiles/{profile_id}` is taken by profiles.get of shop
           |
        12 | http = "GET /api/profiles/{profile_id}"
           |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#]].assert_eq(&mistakes(&files));
}

#[test]
fn a_build_shows_one_line_a_mistake() {
    let file = format!("{RESOURCE}[operations.get]\nhttp = \"GET /api/x\"\n");
    let tree = Tree::of([("shop/app.toml", APP), ("shop/profiles.toml", file.as_str())]);
    let mistakes = check(&tree).unwrap_err();
    let lines: Vec<&str> = mistakes.lines().collect();
    expect![[r#"
        spec/shop/profiles.toml:11:13: `answer` is missing
        spec/shop/profiles.toml:11:13: `doc` is missing
        spec/shop/profiles.toml:11:13: `ok` is missing
        spec/shop/profiles.toml:11:13: `tier` is missing"#]]
    .assert_eq(&lines.join("\n"));
}
