//! The texts of mistakes: place, line, caret, hint, all of them at once.

use expect_test::{Expect, expect};
use pianoroll_codegen::{Tree, check};

const APP: &str = r#"[app]
name = "Shop"
doc = "A shop."
host = "gateway"
prefix = "/shop"
revision_header = "revision"
revisions = ["2024-10-15", "2025-01-15"]
json_api = true
[tiers]
M = { burst = 10, steady = 150 }
"#;

/// A resource with every kind of attribute that the tests need, and no operation.
const RESOURCE: &str = r#"[resource]
type = "profile"
doc = "A person."
name = "email"
[resource.attributes]
email = "string?"
created = { type = "datetime?", read_only = true }
score = { type = "float?", additional = true, read_only = true }
[resource.relationships]
friends = "profile"
"#;

fn mistakes(files: &[(&str, &str)]) -> String {
    match check(&Tree::of(files.iter().copied())) {
        Ok(_) => "none".to_owned(),
        Err(mistakes) => mistakes.to_string(),
    }
}

/// The mistakes of a file that follows the resource.
fn in_operations(operations: &str, expected: Expect) {
    let file = format!("{RESOURCE}{operations}");
    expected.assert_eq(&mistakes(&[("shop/app.toml", APP), ("shop/profiles.toml", &file)]));
}

#[test]
fn a_spec_without_mistakes_has_none() {
    in_operations(
        r#"[operations.get]
http = "GET /api/profiles/{profile_id}"
doc = "Reads one."
tier = "M"
answer = "profile"
ok = 200
examples = [{ args = ["1"] }]
"#,
        expect!["none"],
    );
}

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
               = hint: did you mean `M`?

            spec/shop/profiles.toml:15:1: unknown key `teir`
               |
            15 | teir = "M"
               | ^^^^
               = hint: did you mean `tier`?

            spec/shop/profiles.toml:16:28: `lesser-than` is not an operator of filters
               |
            16 | filter = { emial = "equals lesser-than", created = "" }
               |                            ^^^^^^^^^^^
               = hint: did you mean `less-than`?

            spec/shop/profiles.toml:16:52: `created` has no operators
               |
            16 | filter = { emial = "equals lesser-than", created = "" }
               |                                                    ^^
               = hint: such as "equals any"

            spec/shop/profiles.toml:17:20: `email` is not a field of `filter`
               |
            17 | filter_required = ["email"]
               |                    ^^^^^^^
               = hint: did you mean `emial`?

            spec/shop/profiles.toml:18:20: only ascending names stand here
               |
            18 | sort = ["created", "-email", "created"]
               |                    ^^^^^^^^
               = hint: write it without `-`; every name may be sorted both ways

            spec/shop/profiles.toml:18:30: `created` is there twice
               |
            18 | sort = ["created", "-email", "created"]
               |                              ^^^^^^^^^

            spec/shop/profiles.toml:19:17: `updated` is not a field of `filter`
               |
            19 | sort_coupled = ["updated"]
               |                 ^^^^^^^^^
               = hint: allowed: `emial`, `created`

            spec/shop/profiles.toml:19:17: `updated` is not a name of `sort`
               |
            19 | sort_coupled = ["updated"]
               |                 ^^^^^^^^^
               = hint: allowed: `created`, `-email`

            spec/shop/profiles.toml:20:12: `freinds` is not a relationship of profile
               |
            20 | include = ["freinds"]
               |            ^^^^^^^^^
               = hint: did you mean `friends`?

            spec/shop/profiles.toml:21:11: `profil` is not a type of shop
               |
            21 | fields = ["profil"]
               |           ^^^^^^^^
               = hint: did you mean `profile`?

            spec/shop/profiles.toml:22:34: `email` is not an additional attribute of profile
               |
            22 | additional_fields = { profile = ["email"] }
               |                                  ^^^^^^^
               = hint: allowed: `score`

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
               = hint: did you mean `string`?

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
               = hint: leave `args` out

            spec/shop/profiles.toml:28:41: `feilds` is not an option of profiles.list
               |
            28 | examples = [{ args = ["1"], options = { feilds = ["email"] }, body = {} }]
               |                                         ^^^^^^
               = hint: allowed: `filter`, `sort`, `additional_fields`, `cursor`

            spec/shop/profiles.toml:28:70: profiles.list sends no body
               |
            28 | examples = [{ args = ["1"], options = { feilds = ["email"] }, body = {} }]
               |                                                                      ^^
        "#]],
    );
}

#[test]
fn methods_other_than_get_state_what_they_do() {
    in_operations(
        r#"[operations.delete]
http = "DELETE /api/profiles/{profile_id}"
doc = "Deletes."
tier = "M"
answer = "none"
ok = 204
examples = [{ args = ["1"] }]
[operations.update]
http = "PATCH /api/profiles/{profile_id}"
doc = "Changes."
effect = "wirte"
effect_when = [{ attribute = "emial", equals = "x", effect = "send" }, { attribute = "email", effect = "send" }, { attribute = "email", present = true, effect = "read" }]
retry = "always"
tier = "M"
body = { kind = "attributes", type = "profile" }
answer = "profile"
ok = 200
examples = [{ args = ["1"], body = { email = "a" } }]
"#,
        expect![[r#"
            spec/shop/profiles.toml:11:13: a DELETE must state its `effect`
               |
            11 | [operations.delete]
               |             ^^^^^^
               = hint: by consequence: "read", "write", "delete" or "send"

            spec/shop/profiles.toml:11:13: a DELETE must state its `retry`
               |
            11 | [operations.delete]
               |             ^^^^^^
               = hint: what a lost answer allows: "safe", "idempotent", "keyed", "conflicts" or "once"

            spec/shop/profiles.toml:21:10: `wirte` is not an effect
               |
            21 | effect = "wirte"
               |          ^^^^^^^
               = hint: did you mean `write`?

            spec/shop/profiles.toml:22:30: `emial` is not an attribute of the body
               |
            22 | effect_when = [{ attribute = "emial", equals = "x", effect = "send" }, { attribute = "email", effect = "send" }, { attribute = "email", present = true, effect = "read" }]
               |                              ^^^^^^^
               = hint: did you mean `email`?

            spec/shop/profiles.toml:22:72: expected one condition
               |
            22 | effect_when = [{ attribute = "emial", equals = "x", effect = "send" }, { attribute = "email", effect = "send" }, { attribute = "email", present = true, effect = "read" }]
               |                                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               = hint: write `equals = "…"` or `present = true`

            spec/shop/profiles.toml:22:162: nothing is milder than a read
               |
            22 | effect_when = [{ attribute = "emial", equals = "x", effect = "send" }, { attribute = "email", effect = "send" }, { attribute = "email", present = true, effect = "read" }]
               |                                                                                                                                                                  ^^^^^^
               = hint: a condition can only raise it

            spec/shop/profiles.toml:23:9: `always` is not a class of retry
               |
            23 | retry = "always"
               |         ^^^^^^^^
               = hint: allowed: `safe`, `idempotent`, `keyed`, `conflicts`, `once`

            spec/shop/profiles.toml:25:1: a PATCH says what becomes `data.id`
               |
            25 | body = { kind = "attributes", type = "profile" }
               | ^^^^
               = hint: write `id = "path"`, or the key of the map that holds it
        "#]],
    );
}

#[test]
fn keys_and_probes_must_be_able_to_do_their_part() {
    in_operations(
        r#"[operations.create]
http = "POST /api/profiles"
doc = "Creates."
effect = "write"
retry = "keyed"
tier = "M"
body = { kind = "attributes", type = "profile" }
answer = "profile"
ok = 201
examples = [{ body = { email = "a" } }]
[operations.record]
http = "POST /api/records"
doc = "Records."
effect = "write"
retry = "keyed"
key = "unique"
tier = "M"
body = { kind = "attributes", type = "profile" }
answer = "none"
ok = 202
examples = [{ body = { email = "a" } }]
[operations.send]
http = "POST /api/sends"
doc = "Sends."
effect = "send"
retry = "once"
probe = "profiles.get"
tier = "M"
body = { kind = "attributes", type = "send", attributes = {} }
answer = "none"
ok = 202
examples = [{ body = {} }]
[operations.resend]
http = "POST /api/resends"
doc = "Sends again."
effect = "send"
retry = "idempotent"
probe = "profiles.gte"
tier = "M"
answer = "none"
ok = 202
examples = [{}]
[operations.cancel]
http = "POST /api/cancels/{profile_id}"
doc = "Cancels."
effect = "write"
retry = "once"
probe = "profiles.send"
tier = "M"
answer = "none"
ok = 202
examples = [{ args = ["1"] }]
[operations.get]
http = "GET /api/profiles/{profile_id}"
doc = "Reads one."
tier = "M"
answer = "profile"
ok = 200
examples = [{ args = ["1"] }]
"#,
        expect![[r#"
            spec/shop/profiles.toml:15:9: `keyed` needs a `key`
               |
            15 | retry = "keyed"
               |         ^^^^^^^
               = hint: `key = "…"` names the attribute that carries it

            spec/shop/profiles.toml:26:7: `unique` is not an attribute of the body
               |
            26 | key = "unique"
               |       ^^^^^^^^
               = hint: allowed: `email`

            spec/shop/profiles.toml:37:9: `profiles.get` takes 1 id, not 0
               |
            37 | probe = "profiles.get"
               |         ^^^^^^^^^^^^^^

            spec/shop/profiles.toml:48:9: `profiles.gte` is not an operation
               |
            48 | probe = "profiles.gte"
               |         ^^^^^^^^^^^^^^
               = hint: did you mean `profiles.get`?

            spec/shop/profiles.toml:48:9: a probe, but the retry is idempotent
               |
            48 | probe = "profiles.gte"
               |         ^^^^^^^^^^^^^^
               = hint: only `once` needs one

            spec/shop/profiles.toml:58:9: `profiles.send` is not a safe read
               |
            58 | probe = "profiles.send"
               |         ^^^^^^^^^^^^^^^
        "#]],
    );
}

#[test]
fn routes_are_spelt_well_and_lead_to_one_operation() {
    in_operations(
        r#"[operations.get]
http = "GET /api/profiles/{profile_id}"
doc = "Reads one."
tier = "M"
answer = "profile"
ok = 200
examples = [{ args = ["1"] }]
[operations.read]
http = "GET /api/profiles/{profile_id}"
doc = "Reads one."
tier = "M"
answer = "profile"
ok = 200
examples = [{ args = ["1"] }]
[operations.find_one]
http = "GET /api/profiles/{id}/friends"
doc = "Reads one."
tier = "M"
answer = "profile"
ok = 200
examples = [{ args = ["1"] }]
[operations.friends]
http = "GET /api/profiles/{profile_id}/friends"
documented = "GET /api/profiles/{profile_id}"
doc = "Reads one."
tier = "M"
answer = "profile"
ok = 200
examples = [{ args = ["1"] }]
[operations.a]
http = "FETCH /api/a"
doc = "Wrong method."
tier = "M"
answer = "none"
ok = 200
[operations.b]
http = "GET api/b"
doc = "No slash."
tier = "M"
answer = "none"
ok = 200
[operations.c]
http = "GET /api/c/{Id}"
doc = "A bad id."
tier = "M"
answer = "none"
ok = 200
[operations.d]
http = "GET /api/d?x=1"
doc = "A query."
tier = "M"
answer = "none"
ok = 200
[operations.e]
http = "/api/e"
doc = "No method."
tier = "M"
answer = "profils"
ok = 200
[operations.f]
http = "GET /api/f/{x}/{x}"
doc = "Twice."
tier = "M"
answer = "none"
ok = 200
"#,
        expect![[r#"
            spec/shop/profiles.toml:19:8: `GET /api/profiles/{profile_id}` is taken by profiles.get of shop
               |
            19 | http = "GET /api/profiles/{profile_id}"
               |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            spec/shop/profiles.toml:33:8: `GET /api/profiles/{profile_id}/friends` is taken by profiles.find_one of shop
               |
            33 | http = "GET /api/profiles/{profile_id}/friends"
               |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            spec/shop/profiles.toml:33:8: the ids of this path have other names in `/api/profiles/{id}/friends`
               |
            33 | http = "GET /api/profiles/{profile_id}/friends"
               |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               = hint: name them alike

            spec/shop/profiles.toml:34:14: `GET /api/profiles/{profile_id}` is taken by profiles.get of shop
               |
            34 | documented = "GET /api/profiles/{profile_id}"
               |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            spec/shop/profiles.toml:41:9: `FETCH` is not a method
               |
            41 | http = "FETCH /api/a"
               |         ^^^^^
               = hint: allowed: `GET`, `POST`, `PATCH`, `PUT`, `DELETE`

            spec/shop/profiles.toml:47:13: `api/b` is not a path
               |
            47 | http = "GET api/b"
               |             ^^^^^
               = hint: such as `GET /api/profiles/{profile_id}`

            spec/shop/profiles.toml:53:20: `Id` cannot name an id
               |
            53 | http = "GET /api/c/{Id}"
               |                    ^^^^
               = hint: such as `GET /api/profiles/{profile_id}`

            spec/shop/profiles.toml:59:18: `d?x=1` is not a segment of a path
               |
            59 | http = "GET /api/d?x=1"
               |                  ^^^^^
               = hint: such as `GET /api/profiles/{profile_id}`

            spec/shop/profiles.toml:65:8: expected a method and a path
               |
            65 | http = "/api/e"
               |        ^^^^^^^^
               = hint: such as `GET /api/profiles/{profile_id}`

            spec/shop/profiles.toml:68:10: `profils` is not a type of shop
               |
            68 | answer = "profils"
               |          ^^^^^^^^^
               = hint: did you mean `profile`?

            spec/shop/profiles.toml:71:24: the id `x` is there twice
               |
            71 | http = "GET /api/f/{x}/{x}"
               |                        ^^^
               = hint: such as `GET /api/profiles/{profile_id}`
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
               = hint: did you mean `attributes`?

            spec/shop/profiles.toml:28:1: a PATCH says what becomes `data.id`
               |
            28 | body = { kind = "attributes", type = "profile", required = ["emial.address"], relationships = { firends = "many", friends = "some", email = { name = "friends", max = 2 } }, nested = { person = "profile" }, meta = ["email"] }
               | ^^^^
               = hint: write `id = "path"`, or the key of the map that holds it

            spec/shop/profiles.toml:28:61: `emial` is not an attribute of the body
               |
            28 | body = { kind = "attributes", type = "profile", required = ["emial.address"], relationships = { firends = "many", friends = "some", email = { name = "friends", max = 2 } }, nested = { person = "profile" }, meta = ["email"] }
               |                                                             ^^^^^^^^^^^^^^^
               = hint: did you mean `email`?

            spec/shop/profiles.toml:28:97: `firends` is not a relationship of the body's type
               |
            28 | body = { kind = "attributes", type = "profile", required = ["emial.address"], relationships = { firends = "many", friends = "some", email = { name = "friends", max = 2 } }, nested = { person = "profile" }, meta = ["email"] }
               |                                                                                                 ^^^^^^^
               = hint: did you mean `friends`?

            spec/shop/profiles.toml:28:125: `some` is not `one` or `many`
               |
            28 | body = { kind = "attributes", type = "profile", required = ["emial.address"], relationships = { firends = "many", friends = "some", email = { name = "friends", max = 2 } }, nested = { person = "profile" }, meta = ["email"] }
               |                                                                                                                             ^^^^^^
               = hint: allowed: `one`, `many`

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
               = hint: allowed: `email`

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
               = hint: say which the body takes: `attributes = { … }`

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
           = hint: add one, with `modes = ["documented"]` where others have theirs

        spec/shop/profiles.toml:11:13: `profiles.get` has no example for the mode today
           |
        11 | [operations.get]
           |             ^^^
           = hint: add one, with `modes = ["today"]` where others have theirs

        spec/shop/profiles.toml:18:3: 2 ids, but the path has 1
           |
        18 |   { args = ["1", "2"], modes = ["strikt"] },
           |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           = hint: `args` are profile_id

        spec/shop/profiles.toml:18:33: `strikt` is not a mode
           |
        18 |   { args = ["1", "2"], modes = ["strikt"] },
           |                                 ^^^^^^^^
           = hint: did you mean `strict`?

        spec/shop/profiles.toml:19:28: there is no `spec/shop/examples/profiles.gte.json`
           |
        19 |   { args = ["1"], answer = "examples/profiles.gte.json", modes = ["strict"] },
           |                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           = hint: did you mean `examples/profiles.get.json`?

        spec/shop/profiles.toml:20:28: `spec/shop/examples/broken.json` is not JSON: trailing comma at line 2 column 14
           |
        20 |   { args = ["1"], answer = "examples/broken.json", modes = [] },
           |                            ^^^^^^^^^^^^^^^^^^^^^^

        spec/shop/profiles.toml:22:13: `profiles.new` has no example for the mode today
           |
        22 | [operations.new]
           |             ^^^
           = hint: add one, with `modes = ["today"]` where others have theirs

        spec/shop/profiles.toml:30:24: the mode strict does not have profiles.new
           |
        30 | examples = [{ modes = ["strict"] }]
           |                        ^^^^^^^^

        spec/shop/profiles.toml:34:9: `2023-01-15` is not among the revisions of app.toml
           |
        34 | since = "2023-01-15"
           |         ^^^^^^^^^^^^
           = hint: did you mean `2025-01-15`?

        spec/shop/profiles.toml:36:19: neither documented nor official
           |
        36 | documented_only = "so what"
           |                   ^^^^^^^^^
    "#]].assert_eq(&mistakes(&files));
}

#[test]
fn variants_differ_where_they_may() {
    in_operations(
        r#"[operations.get]
http = "GET /api/profiles/{profile_id}"
doc = "Reads one."
tier = "M"
answer = "profile"
ok = 200
examples = [{ args = ["1"] }]
[operations.get.at."2024-10-15"]
doc = "The first."
[operations.get.at."2025-01-15"]
http = "GET /api/people/{person_id}"
page = { fixed = 10 }
tier = "M"
[operations.get.at."2025-01-16"]
ok = 200
"#,
        expect![[r#"
            spec/shop/profiles.toml:18:20: the operation itself is what the first revision has
               |
            18 | [operations.get.at."2024-10-15"]
               |                    ^^^^^^^^^^^^

            spec/shop/profiles.toml:21:8: the path has other ids than the operation
               |
            21 | http = "GET /api/people/{person_id}"
               |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            spec/shop/profiles.toml:22:1: only an answer of many has pages
               |
            22 | page = { fixed = 10 }
               | ^^^^
               = hint: write `{ size = 20, max = 100 }` or `{ fixed = 10 }`

            spec/shop/profiles.toml:23:1: unknown key `tier`
               |
            23 | tier = "M"
               | ^^^^
               = hint: allowed: `http`, `doc`, `body`, `page`, `ok`

            spec/shop/profiles.toml:24:20: `2025-01-16` is not among the revisions of app.toml
               |
            24 | [operations.get.at."2025-01-16"]
               |                    ^^^^^^^^^^^^
               = hint: did you mean `2025-01-15`?
        "#]],
    );
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
          = hint: name the file otherwise

        spec/shop/log.toml:4:8: `titel` is not an attribute of this resource
          |
        4 | name = "titel"
          |        ^^^^^^^
          = hint: did you mean `title`?

        spec/shop/log.toml:15:13: `each` is what scripts call a function made of log.list
           |
        15 | [operations.each]
           |             ^^^^
           = hint: rename the operation

        spec/shop/profiles.toml:12:22: the attributes `email` and `Email` are both `email` in Rust
           |
        12 | [resource.attributes.Email]
           |                      ^^^^^
           = hint: rename one of them

        spec/shop/profiles.toml:15:21: a value of the enum is empty or has spaces around it
           |
        15 | type = "list<enum(a,,b)>"
           |                     ^
           = hint: write `enum(a,b)`

        spec/shop/profiles.toml:16:22: `both` is neither read nor written
           |
        16 | [resource.attributes.both]
           |                      ^^^^
           = hint: `read_only` and `write_only` exclude each other

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
           = hint: rename one of them

        spec/shop/profiles.toml:25:9: `owner` is not a type of shop
           |
        25 | owner = "owner"
           |         ^^^^^^^
           = hint: allowed: `log`, `profile`, `Profile`

        spec/shop/profiles.toml:27:1: no Rust name can be made of the attribute `$`
           |
        27 | "$" = "string"
           | ^^^
           = hint: it needs a letter or a digit

        spec/shop/profiles.toml:29:1: the attributes `Key` and `key` are both `key` in Rust
           |
        29 | key = "string"
           | ^^^
           = hint: rename one of them

        spec/shop/profiles.toml:37:13: the operations `list_2` and `list2` are both `List2` in Rust
           |
        37 | [operations.list2]
           |             ^^^^^
           = hint: rename one of them

        spec/shop/profiles.toml:37:13: the operations `list_2` and `list2` are both `list2` in WIT
           |
        37 | [operations.list2]
           |             ^^^^^
           = hint: rename one of them

        spec/shop/profiles.toml:44:13: `Get` cannot name an operation
           |
        44 | [operations.Get]
           |             ^^^
           = hint: lower-case words and digits joined by `_`, a letter first
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
          |
        1 | 
          | ^
          = hint: lower-case words and digits joined by `_`, a letter first

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
          = hint: allowed: `gateway`, `control`

        spec/shop/app.toml:4:10: `shop/` is not a prefix of paths
          |
        4 | prefix = "shop/"
          |          ^^^^^^^
          = hint: it begins with `/` and does not end with one, or is empty

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
          = hint: allowed: `name`, `doc`, `host`, `prefix`, `revision_header`, `revisions`, `retired_after_years`, `json_api`

        spec/shop/app.toml:11:15: must be a whole number from 1 to 4294967295
           |
        11 | M = { burst = -1, study = 150 }
           |               ^^

        spec/shop/app.toml:11:19: unknown key `study`
           |
        11 | M = { burst = -1, study = 150 }
           |                   ^^^^^
           = hint: did you mean `steady`?

        spec/shop/app.toml:13:7: `steady` is missing
           |
        13 | few = { option = "fields", value = "x", burst = 1 }
           |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

        spec/shop/app.toml:13:18: `fields` is not an option that a budget can watch
           |
        13 | few = { option = "fields", value = "x", burst = 1 }
           |                  ^^^^^^^^
           = hint: allowed: `include`, `additional_fields`

        spec/shop/broken.toml:2:13: invalid basic string, expected `"`
          |
        2 | type = "list
          |             ^

        spec/shop/empty.toml:1:1: `resource` is missing
          |
        1 | 
          | ^
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
          = hint: name the file otherwise

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
