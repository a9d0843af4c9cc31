use expect_test::{Expect, expect};
use pianoroll_api::{OPERATIONS, operation};

use super::*;
use crate::describe;

fn check(line: &str, expected: Expect) {
    let mut words = line.split_whitespace().map(str::to_owned);
    let id = words.next().unwrap();
    let words: Vec<String> = words.collect();
    let shown = match parse(operation::find(&id).unwrap(), None, &words) {
        Ok(arguments) => arguments.canonical(),
        Err(failure) => format!("{}\n{}", failure.error, failure.hints.join("\n")),
    };
    expected.assert_eq(&shown);
}

#[test]
fn words_become_arguments_by_the_table() {
    check("profiles.list", expect!["{}"]);
    check(
        "profiles.list fields=email,first_name page_size=10 sort=-created",
        expect![[
            r#"{"options":{"fields":["email","first_name"],"page_size":10,"sort":"-created"}}"#
        ]],
    );
    check(
        "profiles.get 01GDDKASAP8TKDDA2GRZDSVP4H fields=email fields.list=name include=lists",
        expect![[
            r#"{"ids":["01GDDKASAP8TKDDA2GRZDSVP4H"],"options":{"fields":{"list":["name"],"profile":["email"]},"include":["lists"]}}"#
        ]],
    );
    check(
        "profiles.get 01G fields.list=name fields=email",
        expect![[r#"{"ids":["01G"],"options":{"fields":{"list":["name"],"profile":["email"]}}}"#]],
    );
    check(
        "profiles.list filter=equals(email,\"a=b@c.d\")",
        expect![[r#"{"options":{"filter":"equals(email,\"a=b@c.d\")"}}"#]],
    );
    check(
        "profiles.list additional_fields=subscriptions",
        expect![[r#"{"options":{"additional_fields":["subscriptions"]}}"#]],
    );
    check(
        "catalog_items.get $custom:::$default:::PROD-001",
        expect![[r#"{"ids":["$custom:::$default:::PROD-001"]}"#]],
    );
    check(
        "profiles.get_bulk_import_job aW1wb3J0LWpvYi0x==",
        expect![[r#"{"ids":["aW1wb3J0LWpvYi0x=="]}"#]],
    );
    check(
        "connections.list app=klaviyo status=ACTIVE",
        expect![[r#"{"options":{"app":"klaviyo","status":"ACTIVE"}}"#]],
    );
}

#[test]
fn mistakes_are_told_with_the_way_out() {
    check(
        "profiles.get",
        expect![[r#"
        `profiles.get` needs its profile_id: no id given
        pianoroll call profiles.get PROFILE_ID [fields=…] [include=…] [additional_fields=…]"#]],
    );
    check(
        "profiles.get fields=email",
        expect![[r#"
        `profiles.get` needs its profile_id: `fields=email` is an option
        pianoroll call profiles.get PROFILE_ID [fields=…] [include=…] [additional_fields=…]"#]],
    );
    check(
        "profiles.list 01G",
        expect![[r#"
        `01G` is one word too many: `profiles.list` takes no id, and options are written name=value
        pianoroll call profiles.list [filter=…] [sort=…] [fields=…] [additional_fields=…] [page_size=…] [cursor=…]"#]],
    );
    check(
        "profiles.get 01G 01H",
        expect![[r#"
        `01H` is one word too many: `profiles.get` takes 1 id, and options are written name=value
        pianoroll call profiles.get PROFILE_ID [fields=…] [include=…] [additional_fields=…]"#]],
    );
    check(
        "profiles.list page_size=ten",
        expect![[r#"
        `page_size` of `profiles.list` must be a whole number, not `ten`
    "#]],
    );
    check(
        "profiles.list field=email",
        expect![[r#"
        `profiles.list` has no option `field`
        did you mean `fields`?"#]],
    );
    check(
        "lists.list page_size=10",
        expect![[r#"
        `lists.list` has no option `page_size`
        allowed here: filter, sort, fields, include, cursor"#]],
    );
    check(
        "profiles.list sort=email sort=created",
        expect![[r#"
        `sort` of `profiles.list` is given twice
        lists are written with commas: fields=email,created"#]],
    );
    check(
        "profiles.list sort.profile=email",
        expect![[r#"
        `sort` is not chosen by type: write `sort=…`
    "#]],
    );
    check(
        "connections.list status=ACTIV",
        expect![[r#"
        `status` of `connections.list` must be one of ACTIVE, PENDING, FAILED, not `ACTIV`
        did you mean `ACTIVE`?"#]],
    );
}

/// What is shown as an example can be typed, and means the same.
#[test]
fn the_words_of_every_example_mean_the_example() {
    assert!(!OPERATIONS.is_empty());
    for operation in OPERATIONS {
        for example in operation.examples {
            let mut wanted = describe::arguments(example);
            wanted.body = None;
            // Quoting is the shell's; `words` takes what it leaves.
            let words: Vec<String> = show(&wanted).iter().map(|word| unquoted(word)).collect();
            let found = parse(operation, None, &words);
            let found = found.unwrap_or_else(|failure| panic!("{}: {failure:?}", operation.id));
            assert_eq!(found, wanted, "{}", operation.id);
        }
    }
}

fn unquoted(word: &str) -> String {
    match word.strip_prefix('\'').and_then(|word| word.strip_suffix('\'')) {
        Some(inner) => inner.replace(r"'\''", "'"),
        None => word.to_owned(),
    }
}

#[test]
fn words_are_quoted_for_a_shell() {
    assert_eq!(quoted("fields=email,first_name"), "fields=email,first_name");
    assert_eq!(quoted("$custom:::a"), "'$custom:::a'");
    assert_eq!(quoted("it's"), r"'it'\''s'");
    assert_eq!(quoted(""), "''");
}
