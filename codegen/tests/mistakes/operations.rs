//! Operations: what they must state, their keys, probes, routes and revisions.

use expect_test::expect;

use crate::in_operations;

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
               = by consequence: "read", "write", "delete" or "send"

            spec/shop/profiles.toml:11:13: a DELETE must state its `retry`
               |
            11 | [operations.delete]
               |             ^^^^^^
               = what a lost answer allows: "safe", "idempotent", "keyed", "conflicts" or "once"

            spec/shop/profiles.toml:21:10: `wirte` is not an effect
               |
            21 | effect = "wirte"
               |          ^^^^^^^
               = did you mean `write`?

            spec/shop/profiles.toml:22:30: `emial` is not an attribute of the body
               |
            22 | effect_when = [{ attribute = "emial", equals = "x", effect = "send" }, { attribute = "email", effect = "send" }, { attribute = "email", present = true, effect = "read" }]
               |                              ^^^^^^^
               = did you mean `email`?

            spec/shop/profiles.toml:22:72: expected one condition
               |
            22 | effect_when = [{ attribute = "emial", equals = "x", effect = "send" }, { attribute = "email", effect = "send" }, { attribute = "email", present = true, effect = "read" }]
               |                                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               = write `equals = "…"` or `present = true`

            spec/shop/profiles.toml:22:162: nothing is milder than a read
               |
            22 | effect_when = [{ attribute = "emial", equals = "x", effect = "send" }, { attribute = "email", effect = "send" }, { attribute = "email", present = true, effect = "read" }]
               |                                                                                                                                                                  ^^^^^^
               = a condition can only raise it

            spec/shop/profiles.toml:23:9: `always` is not a class of retry
               |
            23 | retry = "always"
               |         ^^^^^^^^
               = allowed: `safe`, `idempotent`, `keyed`, `conflicts`, `once`

            spec/shop/profiles.toml:25:1: a PATCH says what becomes `data.id`
               |
            25 | body = { kind = "attributes", type = "profile" }
               | ^^^^
               = write `id = "path"`, or the key of the map that holds it
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
               = `key = "…"` names the attribute that carries it

            spec/shop/profiles.toml:26:7: `unique` is not an attribute of the body
               |
            26 | key = "unique"
               |       ^^^^^^^^
               = allowed: `email`

            spec/shop/profiles.toml:37:9: `profiles.get` takes 1 id, not 0
               |
            37 | probe = "profiles.get"
               |         ^^^^^^^^^^^^^^

            spec/shop/profiles.toml:48:9: `profiles.gte` is not an operation
               |
            48 | probe = "profiles.gte"
               |         ^^^^^^^^^^^^^^
               = did you mean `profiles.get`?

            spec/shop/profiles.toml:48:9: a probe, but the retry is idempotent
               |
            48 | probe = "profiles.gte"
               |         ^^^^^^^^^^^^^^
               = only `once` needs one

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
               = name them alike

            spec/shop/profiles.toml:34:14: `GET /api/profiles/{profile_id}` is taken by profiles.get of shop
               |
            34 | documented = "GET /api/profiles/{profile_id}"
               |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            spec/shop/profiles.toml:41:9: `FETCH` is not a method
               |
            41 | http = "FETCH /api/a"
               |         ^^^^^
               = allowed: `GET`, `POST`, `PATCH`, `PUT`, `DELETE`

            spec/shop/profiles.toml:47:13: `api/b` is not a path
               |
            47 | http = "GET api/b"
               |             ^^^^^
               = such as `GET /api/profiles/{profile_id}`

            spec/shop/profiles.toml:53:20: `Id` cannot name an id
               |
            53 | http = "GET /api/c/{Id}"
               |                    ^^^^
               = such as `GET /api/profiles/{profile_id}`

            spec/shop/profiles.toml:59:18: `d?x=1` is not a segment of a path
               |
            59 | http = "GET /api/d?x=1"
               |                  ^^^^^
               = such as `GET /api/profiles/{profile_id}`

            spec/shop/profiles.toml:65:8: expected a method and a path
               |
            65 | http = "/api/e"
               |        ^^^^^^^^
               = such as `GET /api/profiles/{profile_id}`

            spec/shop/profiles.toml:68:10: `profils` is not a type of shop
               |
            68 | answer = "profils"
               |          ^^^^^^^^^
               = did you mean `profile`?

            spec/shop/profiles.toml:71:24: the id `x` is there twice
               |
            71 | http = "GET /api/f/{x}/{x}"
               |                        ^^^
               = such as `GET /api/profiles/{profile_id}`
        "#]],
    );
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
               = write `{ size = 20, max = 100 }` or `{ fixed = 10 }`

            spec/shop/profiles.toml:23:1: unknown key `tier`
               |
            23 | tier = "M"
               | ^^^^
               = allowed: `http`, `doc`, `body`, `page`, `ok`

            spec/shop/profiles.toml:24:20: `2025-01-16` is not among the revisions of app.toml
               |
            24 | [operations.get.at."2025-01-16"]
               |                    ^^^^^^^^^^^^
               = did you mean `2025-01-15`?
        "#]],
    );
}
