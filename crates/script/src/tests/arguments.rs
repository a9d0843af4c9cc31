//! Arguments that are written out and cannot be right, and those that may be.

use expect_test::{Expect, expect};

use crate::{NoLibrary, Script};

fn check(source: &str, expected: Expect) {
    let checked = Script::check(source, "x.rhai", &NoLibrary);
    let shown = checked.diagnostics.iter().map(|diagnostic| diagnostic.render("x.rhai", source));
    expected.assert_eq(&shown.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn options_that_an_operation_does_not_allow() {
    check(
        r#"profiles::list(#{ page_size: 500, fields: ["email", "emial"], sort: "name" });
profiles::list(#{ filter: "equals(emial,\"a@b.example\")" });
profiles::list(#{ filter: filter::greater_than("created", "2024-01-01") });
for c in campaigns::each() { print(c.id); }
"#,
        expect![[r#"
            x.rhai:1:30: error: `profiles::list`: page_size: must be a whole number from 1 to 100, found `500`
              |
            1 | profiles::list(#{ page_size: 500, fields: ["email", "emial"], sort: "name" });
              |                              ^^^

            x.rhai:1:53: error: `profiles::list`: fields: `emial` is not an attribute of profile
              |
            1 | profiles::list(#{ page_size: 500, fields: ["email", "emial"], sort: "name" });
              |                                                     ^^^^^^^
              = did you mean `email`?

            x.rhai:1:69: error: `profiles::list`: sort: cannot sort by `name`
              |
            1 | profiles::list(#{ page_size: 500, fields: ["email", "emial"], sort: "name" });
              |                                                                     ^^^^^^
              = allowed: created, email, id, subscriptions.email.marketing.list_suppressions.timestamp, subscriptions.email.marketing.suppression.timestamp and updated

            x.rhai:2:27: error: `profiles::list`: filter: cannot filter on `emial`
              |
            2 | profiles::list(#{ filter: "equals(emial,\"a@b.example\")" });
              |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              = did you mean `email`?

            x.rhai:3:35: error: `profiles::list`: filter: `created` is compared with a date or a time without quotes, such as 2024-01-31T09:00:00Z; found `"2024-01-01"`
              |
            3 | profiles::list(#{ filter: filter::greater_than("created", "2024-01-01") });
              |                                   ^^^^^^^^^^^^

            x.rhai:4:10: error: `campaigns::each`: filter: must hold equals(messages.channel,…)
              |
            4 | for c in campaigns::each() { print(c.id); }
              |          ^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn options_in_a_variable_and_filters_that_are_known_in_part() {
    check(
        r#"let wanted = #{ filter: filter::equals("nam", params()), fields: ["id"] };
lists::list(wanted);
let email = "x";
email += "y";
profiles::list(#{ filter: `equals(mail,"${email}")` });
profiles::list(#{ filter: `and(${email},${email})` });
profiles::list(#{ filter: email, page_size: email.len() });
fn params() { 1 }
"#,
        expect![[r#"
            x.rhai:1:33: error: `lists::list`: filter: cannot filter on `nam`
              |
            1 | let wanted = #{ filter: filter::equals("nam", params()), fields: ["id"] };
              |                                 ^^^^^^
              = did you mean `name`?

            x.rhai:1:67: error: `lists::list`: fields: `id` is not an attribute of list
              |
            1 | let wanted = #{ filter: filter::equals("nam", params()), fields: ["id"] };
              |                                                                   ^^^^
              = allowed: name, created, updated, opt_in_process and profile_count

            x.rhai:5:27: error: `profiles::list`: filter: cannot filter on `mail`
              |
            5 | profiles::list(#{ filter: `equals(mail,"${email}")` });
              |                           ^^^^^^^^^^^^^^^^^^^^^^^^^
              = did you mean `email`?"#]],
    );
}

#[test]
fn bodies_that_cannot_be_right() {
    check(
        r#"lists::create(#{ nam: "x" });
lists::create(#{});
let body = #{ name: 5 };
lists::create(body);
profiles::update("id", #{ emial: "a@b.example", location: #{ city: "Ghent" } });
lists::add_profiles("id", [1, "b"]);
fn make(name) { lists::create(#{ name: name }); }
make("x");
"#,
        expect![[r#"
            x.rhai:1:15: error: `lists::create`: body.name: missing: the attribute has to be given
              |
            1 | lists::create(#{ nam: "x" });
              |               ^

            x.rhai:1:18: error: `lists::create`: body.nam: no such attribute
              |
            1 | lists::create(#{ nam: "x" });
              |                  ^^^
              = did you mean `name`?

            x.rhai:2:15: error: `lists::create`: body.name: missing: the attribute has to be given
              |
            2 | lists::create(#{});
              |               ^

            x.rhai:3:21: error: `lists::create`: body.name: must be text, found `5`
              |
            3 | let body = #{ name: 5 };
              |                     ^

            x.rhai:5:27: error: `profiles::update`: body.emial: no such attribute
              |
            5 | profiles::update("id", #{ emial: "a@b.example", location: #{ city: "Ghent" } });
              |                           ^^^^^
              = did you mean `email`?

            x.rhai:6:28: error: `lists::add_profiles`: body[0]: must be an id, found `1`
              |
            6 | lists::add_profiles("id", [1, "b"]);
              |                            ^"#]],
    );
}

#[test]
fn ids_are_texts() {
    check(
        r#"profiles::get(12345);
lists::get(["a"]);
lists::get("a/../b");
profiles::get("x", "email");
"#,
        expect![[r#"
            x.rhai:1:15: error: `profiles::get` takes the profile_id as a text, not a number: write it in quotes, "12345"
              |
            1 | profiles::get(12345);
              |               ^^^^^

            x.rhai:2:12: error: `lists::get` takes the list_id as a text, not an array
              |
            2 | lists::get(["a"]);
              |            ^

            x.rhai:3:12: error: `lists::get`: list_id: holds `/`, so it would leave its place in the path
              |
            3 | lists::get("a/../b");
              |            ^^^^^^^^

            x.rhai:4:20: error: the options of `profiles::get` are a map such as `#{ page_size: 100 }`, not a text
              |
            4 | profiles::get("x", "email");
              |                    ^^^^^^^"#]],
    );
}
