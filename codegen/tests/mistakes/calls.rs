//! What a call may hold: the query, the body, and examples of both.

use expect_test::expect;

use crate::{APP, RESOURCE, in_operations, mistakes};

#[test]
fn many_in_one_file_are_told_at_once() {
    in_operations(
        r#"[operations.list]
http = "GET /api/profiles"
doc = "Lists profiles."
tier = "L"
teir = "M"
filter = { emial = "equals lesser-than", created = "" }
filter_required = ["email"]
sort = ["created", "-email", "created"]
sort_coupled = ["updated"]
include = ["freinds"]
fields = ["profil"]
additional_fields = { profile = ["email"] }
page = { size = 200, max = 100 }
query = { cursor = "string", app = "strng?" }
answer = "profile[]"
ok = 404
scopes = "profiles:read"
examples = [{ args = ["1"], options = { feilds = ["email"] }, body = {} }]
"#,
        expect![[r#"
            spec/shop/profiles.toml:14:8: `L` is not a tier of app.toml
               |
            14 | tier = "L"
               |        ^^^
               = did you mean `M`?

            spec/shop/profiles.toml:15:1: unknown key `teir`
               |
            15 | teir = "M"
               | ^^^^
               = did you mean `tier`?

            spec/shop/profiles.toml:16:28: `lesser-than` is not an operator of filters
               |
            16 | filter = { emial = "equals lesser-than", created = "" }
               |                            ^^^^^^^^^^^
               = did you mean `less-than`?

            spec/shop/profiles.toml:16:52: `created` has no operators
               |
            16 | filter = { emial = "equals lesser-than", created = "" }
               |                                                    ^^
               = such as "equals any"

            spec/shop/profiles.toml:17:20: `email` is not a field of `filter`
               |
            17 | filter_required = ["email"]
               |                    ^^^^^^^
               = did you mean `emial`?

            spec/shop/profiles.toml:18:20: only ascending names stand here
               |
            18 | sort = ["created", "-email", "created"]
               |                    ^^^^^^^^
               = write it without `-`; every name may be sorted both ways

            spec/shop/profiles.toml:18:30: `created` is there twice
               |
            18 | sort = ["created", "-email", "created"]
               |                              ^^^^^^^^^

            spec/shop/profiles.toml:19:17: `updated` is not a field of `filter`
               |
            19 | sort_coupled = ["updated"]
               |                 ^^^^^^^^^
               = allowed: `emial`, `created`

            spec/shop/profiles.toml:19:17: `updated` is not a name of `sort`
               |
            19 | sort_coupled = ["updated"]
               |                 ^^^^^^^^^
               = allowed: `created`, `-email`

            spec/shop/profiles.toml:20:12: `freinds` is not a relationship of profile
               |
            20 | include = ["freinds"]
               |            ^^^^^^^^^
               = did you mean `friends`?

            spec/shop/profiles.toml:21:11: `profil` is not a type of shop
               |
            21 | fields = ["profil"]
               |           ^^^^^^^^
               = did you mean `profile`?

            spec/shop/profiles.toml:22:34: `email` is not an additional attribute of profile
               |
            22 | additional_fields = { profile = ["email"] }
               |                                  ^^^^^^^
               = allowed: `score`

            spec/shop/profiles.toml:23:17: 200 is more than the largest, 100
               |
            23 | page = { size = 200, max = 100 }
               |                 ^^^

            spec/shop/profiles.toml:24:11: `cursor` is an option with a field of its own
               |
            24 | query = { cursor = "string", app = "strng?" }
               |           ^^^^^^

            spec/shop/profiles.toml:24:37: `strng` is not a type of value
               |
            24 | query = { cursor = "string", app = "strng?" }
               |                                     ^^^^^
               = did you mean `string`?

            spec/shop/profiles.toml:26:6: 404 is not a status of success
               |
            26 | ok = 404
               |      ^^^

            spec/shop/profiles.toml:27:10: expected a list, found string
               |
            27 | scopes = "profiles:read"
               |          ^^^^^^^^^^^^^^^

            spec/shop/profiles.toml:28:13: 1 id, but the path has 0
               |
            28 | examples = [{ args = ["1"], options = { feilds = ["email"] }, body = {} }]
               |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               = leave `args` out

            spec/shop/profiles.toml:28:41: `feilds` is not an option of profiles.list
               |
            28 | examples = [{ args = ["1"], options = { feilds = ["email"] }, body = {} }]
               |                                         ^^^^^^
               = allowed: `filter`, `sort`, `additional_fields`, `cursor`

            spec/shop/profiles.toml:28:70: profiles.list sends no body
               |
            28 | examples = [{ args = ["1"], options = { feilds = ["email"] }, body = {} }]
               |                                                                      ^^
        "#]],
    );
}

#[test]
fn one_mistake_has_no_echo() {
    in_operations(
        r#"[operations.list]
http = "GET /api/profiles"
doc = "Lists profiles."
tier = "M"
include = ["friends"]
page = { fixed = 10 }
answer = "profils[]"
ok = 200
examples = [{ options = { include = ["friends"] } }]
"#,
        expect![[r#"
            spec/shop/profiles.toml:17:10: `profils` is not a type of shop
               |
            17 | answer = "profils[]"
               |          ^^^^^^^^^^^
               = did you mean `profile`?
        "#]],
    );
}

#[test]
fn bodies_fit_their_kind_and_their_type() {
    in_operations(
        r#"[operations.a]
http = "POST /api/a"
doc = "A."
effect = "write"
retry = "once"
tier = "M"
answer = "none"
ok = 204
body = { kind = "atributes", type = "profile" }
[operations.b]
http = "PATCH /api/b/{id}"
doc = "No id, a required key that is none, a relationship that is none."
effect = "write"
retry = "once"
tier = "M"
answer = "none"
ok = 204
body = { kind = "attributes", type = "profile", required = ["emial.address"], relationships = { firends = "many", friends = "some", email = { name = "friends", max = 2 } }, nested = { person = "profile" }, meta = ["email"] }
examples = [{ args = ["1"], body = [1] }]
[operations.c]
http = "POST /api/c"
doc = "Identifiers of nothing, without a maximum."
effect = "write"
retry = "once"
tier = "M"
answer = "none"
ok = 204
body = { kind = "identifiers", type = "person", container = "x" }
[operations.d]
http = "POST /api/d"
doc = "Items without their parts; an id that is not in the path."
effect = "write"
retry = "once"
tier = "M"
answer = "none"
ok = 204
body = { kind = "items", type = "job" }
[operations.e]
http = "POST /api/e"
doc = "A type that is no type."
effect = "write"
retry = "once"
tier = "M"
answer = "none"
ok = 204
body = { kind = "attributes", type = "merge", id = "path" }
examples = [{}]
[operations.f]
http = "GET /api/f"
doc = "A GET with a body."
tier = "M"
answer = "none"
ok = 204
body = { kind = "plain" }
"#,
        expect![[r#"
            spec/shop/profiles.toml:19:17: `atributes` is not a kind of body
               |
            19 | body = { kind = "atributes", type = "profile" }
               |                 ^^^^^^^^^^^
               = did you mean `attributes`?

            spec/shop/profiles.toml:28:1: a PATCH says what becomes `data.id`
               |
            28 | body = { kind = "attributes", type = "profile", required = ["emial.address"], relationships = { firends = "many", friends = "some", email = { name = "friends", max = 2 } }, nested = { person = "profile" }, meta = ["email"] }
               | ^^^^
               = write `id = "path"`, or the key of the map that holds it

            spec/shop/profiles.toml:28:61: `emial` is not an attribute of the body
               |
            28 | body = { kind = "attributes", type = "profile", required = ["emial.address"], relationships = { firends = "many", friends = "some", email = { name = "friends", max = 2 } }, nested = { person = "profile" }, meta = ["email"] }
               |                                                             ^^^^^^^^^^^^^^^
               = did you mean `email`?

            spec/shop/profiles.toml:28:97: `firends` is not a relationship of the body's type
               |
            28 | body = { kind = "attributes", type = "profile", required = ["emial.address"], relationships = { firends = "many", friends = "some", email = { name = "friends", max = 2 } }, nested = { person = "profile" }, meta = ["email"] }
               |                                                                                                 ^^^^^^^
               = did you mean `friends`?

            spec/shop/profiles.toml:28:125: `some` is not `one` or `many`
               |
            28 | body = { kind = "attributes", type = "profile", required = ["emial.address"], relationships = { firends = "many", friends = "some", email = { name = "friends", max = 2 } }, nested = { person = "profile" }, meta = ["email"] }
               |                                                                                                                             ^^^^^^
               = allowed: `one`, `many`

            spec/shop/profiles.toml:28:133: `email` is also an attribute
               |
            28 | body = { kind = "attributes", type = "profile", required = ["emial.address"], relationships = { firends = "many", friends = "some", email = { name = "friends", max = 2 } }, nested = { person = "profile" }, meta = ["email"] }
               |                                                                                                                                     ^^^^^

            spec/shop/profiles.toml:28:167: only a relationship to many has a `max`
               |
            28 | body = { kind = "attributes", type = "profile", required = ["emial.address"], relationships = { firends = "many", friends = "some", email = { name = "friends", max = 2 } }, nested = { person = "profile" }, meta = ["email"] }
               |                                                                                                                                                                       ^

            spec/shop/profiles.toml:28:185: `person` is not an attribute of the body
               |
            28 | body = { kind = "attributes", type = "profile", required = ["emial.address"], relationships = { firends = "many", friends = "some", email = { name = "friends", max = 2 } }, nested = { person = "profile" }, meta = ["email"] }
               |                                                                                                                                                                                         ^^^^^^
               = allowed: `email`

            spec/shop/profiles.toml:28:215: `email` is also an attribute
               |
            28 | body = { kind = "attributes", type = "profile", required = ["emial.address"], relationships = { firends = "many", friends = "some", email = { name = "friends", max = 2 } }, nested = { person = "profile" }, meta = ["email"] }
               |                                                                                                                                                                                                                       ^^^^^^^

            spec/shop/profiles.toml:29:36: the body of profiles.b is a map, or a map with `data`
               |
            29 | examples = [{ args = ["1"], body = [1] }]
               |                                    ^^^

            spec/shop/profiles.toml:38:1: `max` is missing
               |
            38 | body = { kind = "identifiers", type = "person", container = "x" }
               | ^^^^

            spec/shop/profiles.toml:38:61: a body of `identifiers` has no `container`
               |
            38 | body = { kind = "identifiers", type = "person", container = "x" }
               |                                                             ^^^

            spec/shop/profiles.toml:47:1: `container` is missing
               |
            47 | body = { kind = "items", type = "job" }
               | ^^^^

            spec/shop/profiles.toml:47:1: `item` is missing
               |
            47 | body = { kind = "items", type = "job" }
               | ^^^^

            spec/shop/profiles.toml:47:1: `max` is missing
               |
            47 | body = { kind = "items", type = "job" }
               | ^^^^

            spec/shop/profiles.toml:56:38: `merge` is not a type with attributes
               |
            56 | body = { kind = "attributes", type = "merge", id = "path" }
               |                                      ^^^^^^^
               = say which the body takes: `attributes = { … }`

            spec/shop/profiles.toml:56:52: the path has no id
               |
            56 | body = { kind = "attributes", type = "merge", id = "path" }
               |                                                    ^^^^^^

            spec/shop/profiles.toml:57:13: profiles.e sends a body
               |
            57 | examples = [{}]
               |             ^^

            spec/shop/profiles.toml:64:1: a GET sends no body
               |
            64 | body = { kind = "plain" }
               | ^^^^

            spec/shop/profiles.toml:64:17: `plain` does not fit an app with json_api = true
               |
            64 | body = { kind = "plain" }
               |                 ^^^^^^^
        "#]],
    );
}

#[test]
fn examples_fit_their_operation() {
    let file = format!(
        "{RESOURCE}{}",
        r#"[operations.get]
http = "GET /api/profiles/{profile_id}"
doc = "Reads one."
tier = "M"
answer = "profile"
ok = 200
examples = [
  { args = ["1", "2"], modes = ["strikt"] },
  { args = ["1"], answer = "examples/profiles.gte.json", modes = ["strict"] },
  { args = ["1"], answer = "examples/broken.json", modes = [] },
]
[operations.new]
http = "GET /api/new"
doc = "Later."
since = "2025-01-15"
documented = false
tier = "M"
answer = "profile"
ok = 200
examples = [{ modes = ["strict"] }]
[operations.old]
http = "GET /api/old"
doc = "No revision."
since = "2023-01-15"
documented = false
documented_only = "so what"
tier = "M"
answer = "profile"
ok = 200
"#
    );
    let files = [
        ("shop/app.toml", APP),
        ("shop/profiles.toml", file.as_str()),
        ("shop/examples/profiles.get.json", "{}"),
        ("shop/examples/broken.json", "{\n  \"data\": [1,]\n}"),
    ];
    expect![[r#"
        spec/shop/profiles.toml:11:13: `profiles.get` has no example for the mode documented
           |
        11 | [operations.get]
           |             ^^^
           = add one, with `modes = ["documented"]` where others have theirs

        spec/shop/profiles.toml:11:13: `profiles.get` has no example for the mode today
           |
        11 | [operations.get]
           |             ^^^
           = add one, with `modes = ["today"]` where others have theirs

        spec/shop/profiles.toml:18:3: 2 ids, but the path has 1
           |
        18 |   { args = ["1", "2"], modes = ["strikt"] },
           |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           = `args` are profile_id

        spec/shop/profiles.toml:18:33: `strikt` is not a mode
           |
        18 |   { args = ["1", "2"], modes = ["strikt"] },
           |                                 ^^^^^^^^
           = did you mean `strict`?

        spec/shop/profiles.toml:19:28: there is no `spec/shop/examples/profiles.gte.json`
           |
        19 |   { args = ["1"], answer = "examples/profiles.gte.json", modes = ["strict"] },
           |                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           = did you mean `examples/profiles.get.json`?

        spec/shop/profiles.toml:20:28: `spec/shop/examples/broken.json` is not JSON: trailing comma at line 2 column 14
           |
        20 |   { args = ["1"], answer = "examples/broken.json", modes = [] },
           |                            ^^^^^^^^^^^^^^^^^^^^^^

        spec/shop/profiles.toml:22:13: `profiles.new` has no example for the mode today
           |
        22 | [operations.new]
           |             ^^^
           = add one, with `modes = ["today"]` where others have theirs

        spec/shop/profiles.toml:30:24: the mode strict does not have profiles.new
           |
        30 | examples = [{ modes = ["strict"] }]
           |                        ^^^^^^^^

        spec/shop/profiles.toml:34:9: `2023-01-15` is not among the revisions of app.toml
           |
        34 | since = "2023-01-15"
           |         ^^^^^^^^^^^^
           = did you mean `2025-01-15`?

        spec/shop/profiles.toml:36:19: neither documented nor official
           |
        36 | documented_only = "so what"
           |                   ^^^^^^^^^
    "#]].assert_eq(&mistakes(&files));
}
