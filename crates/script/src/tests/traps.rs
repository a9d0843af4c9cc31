//! What Rhai allows and cannot work, and what works and is hardly meant.

use expect_test::{Expect, expect};

use crate::{NoLibrary, Script};

fn check(source: &str, expected: Expect) {
    let checked = Script::check(source, "x.rhai", &NoLibrary);
    let shown = checked.diagnostics.iter().map(|diagnostic| diagnostic.render("x.rhai", source));
    expected.assert_eq(&shown.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn methods_that_answer_nothing() {
    check(
        r#"let name = " a ";
let tidy = name.trim();
print(`${name.trim()}`);
print(name.trim().len());
let list = [2, 1];
let sorted = list.sort();
name.trim();
list.push(1);
[1].map(|x| list.push(x));
fn push(x) { x }
print(name.push(1));
"#,
        expect![[r#"
            x.rhai:2:17: error: `trim` changes what stands before it, and answers nothing
              |
            2 | let tidy = name.trim();
              |                 ^^^^
              = write `trimmed`, which answers the changed text

            x.rhai:3:15: error: `trim` changes what stands before it, and answers nothing
              |
            3 | print(`${name.trim()}`);
              |               ^^^^
              = write `trimmed`, which answers the changed text

            x.rhai:4:12: error: `trim` changes what stands before it, and answers nothing
              |
            4 | print(name.trim().len());
              |            ^^^^
              = write `trimmed`, which answers the changed text

            x.rhai:6:19: error: `sort` changes what stands before it, and answers nothing
              |
            6 | let sorted = list.sort();
              |                   ^^^^
              = put `sort` on a line of its own, and use the variable on the next"#]],
    );
}

#[test]
fn a_page_is_no_list() {
    check(
        r#"for p in profiles::list() { print(p.id); }
let page = lists::list(#{ fields: ["name"] });
for l in page { print(l.id); }
for l in page.data { print(l.id); }
for a in accounts::list() { print(a.id); }
"#,
        expect![[r#"
            x.rhai:1:10: error: `profiles::list` answers one page, which is a map and no list
              |
            1 | for p in profiles::list() { print(p.id); }
              |          ^^^^^^^^^^^^^^
              = `profiles::each(…)` gives all of them, page after page; `.data` behind this holds those of one page

            x.rhai:3:10: error: `lists::list` answers one page, which is a map and no list
              |
            3 | for l in page { print(l.id); }
              |          ^^^^
              = `lists::each(…)` gives all of them, page after page; `.data` behind this holds those of one page

            x.rhai:5:10: error: `accounts::list` answers one page, which is a map and no list
              |
            5 | for a in accounts::list() { print(a.id); }
              |          ^^^^^^^^^^^^^^
              = `.data` behind it holds the resources"#]],
    );
}

#[test]
fn blocks_that_do_what_they_must_not() {
    check(
        r#"let found = checkpoint("find", || {
    [1].map(|x| lists::delete("id"));
    profiles::update("id", #{ locale: "en" });
    lists::get("id")
});
parallel([1], 2, |x| parallel([1], 2, |y| x + y));
parallel([1], 2, |x| x).map(|y| parallel([1], 2, |z| y + z));
"#,
        expect![[r#"
            x.rhai:2:17: error: `lists::delete` deletes, and a `checkpoint` only reads
              |
            2 |     [1].map(|x| lists::delete("id"));
              |                 ^^^^^^^^^^^^^
              = answer what is to be changed from the block, and change it behind the checkpoint

            x.rhai:3:5: error: `profiles::update` writes, and a `checkpoint` only reads
              |
            3 |     profiles::update("id", #{ locale: "en" });
              |     ^^^^^^^^^^^^^^^^
              = answer what is to be changed from the block, and change it behind the checkpoint

            x.rhai:6:22: error: a `parallel` cannot stand in another
              |
            6 | parallel([1], 2, |x| parallel([1], 2, |y| x + y));
              |                      ^^^^^^^^
              = collect what the inner one needs, and call it behind the outer one"#]],
    );
}

#[test]
fn loops_that_one_call_would_serve() {
    check(
        r#"let list = lists::find("x");
for p in profiles::each() { lists::add_profiles(list.id, [p.id]); }
for l in lists::each() { lists::add_profiles(l.id, ["p"]); }
for i in 0..100 { coupon_codes::create(#{ coupon: "A", unique_code: `${i}` }); }
for i in 0..3 { coupon_codes::create(#{ coupon: "A", unique_code: `${i}` }); }
for name in ["a", "b"] { profiles::create(#{ email: name }); }
parallel(rows(), 10, |row| events::create(row));
parallel(rows(), 10, |id| profiles::update(id, #{ locale: "en" }));
fn make(name) { profiles::create(#{ email: name }); }
"#,
        expect![[r#"
            x.rhai:2:29: warning: `lists::add_profiles` is called for one item at a time, and takes 1000 in a call
              |
            2 | for p in profiles::each() { lists::add_profiles(list.id, [p.id]); }
              |                             ^^^^^^^^^^^^^^^^^^^
              = collect the items in the loop, and give them all to one call behind it: a longer list becomes several calls by itself

            x.rhai:4:19: warning: `coupon_codes::create` is called for each item; `coupon_codes::bulk_create` takes 1000 in a call
              |
            4 | for i in 0..100 { coupon_codes::create(#{ coupon: "A", unique_code: `${i}` }); }
              |                   ^^^^^^^^^^^^^^^^^^^^
              = collect the items in the loop, and give them all to one call behind it: a longer list becomes several calls by itself

            x.rhai:7:28: warning: `events::create` is called for each item; `events::bulk_create` takes 1000 in a call
              |
            7 | parallel(rows(), 10, |row| events::create(row));
              |                            ^^^^^^^^^^^^^^
              = collect the items in the loop, and give them all to one call behind it: a longer list becomes several calls by itself"#]],
    );
}

#[test]
fn parameters_that_nobody_reads() {
    check(
        "//! param days: int = 90   How long.\n//! param list: string\nfn f() { params::days }\nf();\n",
        expect![[r#"
            x.rhai:2:11: warning: the parameter `list` is declared and never used
              |
            2 | //! param list: string
              |           ^^^^
              = read it as `params::list`, or take the line out"#]],
    );
}

#[test]
fn what_a_resource_does_not_have() {
    check(
        r#"for p in profiles::each(#{ fields: ["email"] }) {
    print(p.email);
    print(p.attributes.created);
    print(p.attributes.email + p.id);
}
let l = lists::get("id");
print(l.name);
print(l.attributes.name);
let q = profiles::get("id");
q = #{ email: 1 };
print(q.email);
[1].map(|l| l.name);
"#,
        expect![[r#"
            x.rhai:2:13: error: a profile has no `email` of its own
              |
            2 |     print(p.email);
              |             ^^^^^
              = write `p.attributes.email`

            x.rhai:3:24: error: `created` of the profile was not asked for
              |
            3 |     print(p.attributes.created);
              |                        ^^^^^^^
              = add "created" to `fields`"#]],
    );
}

/// Names and texts of the example scripts.
fn scripts() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = entries.map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, path)
    });
    let scripts: Vec<_> = named
        .filter(|(name, _)| name.ends_with(".rhai") && !name.ends_with(".test.rhai"))
        .map(|(name, path)| (name, std::fs::read_to_string(path).unwrap()))
        .collect();
    assert!(!scripts.is_empty());
    scripts
}

#[test]
fn the_scripts_of_the_house_are_clean() {
    for (name, source) in scripts() {
        let checked = Script::check(&source, &name, &NoLibrary);
        assert!(checked.diagnostics.is_empty(), "{name}: {:#?}", checked.diagnostics);
    }
}

#[test]
fn no_text_is_more_than_the_check_can_take() {
    // A generator with a seed, so that a failure can be repeated.
    let mut state = 7_u64;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    let odd = [
        "{", "}", "(", "\"", "`", "${", "#{", "|", "::", ";", "é", "\u{202e}", "\0", "'", "é::é",
        "=", ".",
    ];
    for (name, source) in scripts() {
        for _ in 0..60 {
            let mut text: Vec<char> = source.chars().collect();
            for _ in 0..=next(4) {
                let start = next(text.len());
                let end = (start + next(40)).min(text.len());
                match next(3) {
                    0 => drop(text.drain(start..end)),
                    1 => {
                        let copied = text[start..end].to_vec();
                        let place = next(text.len());
                        text.splice(place..place, copied);
                    }
                    _ => drop(text.splice(start..start, odd[next(odd.len())].chars())),
                }
            }
            let text: String = text.into_iter().collect();
            let checked = Script::check(&text, &name, &NoLibrary);
            for found in &checked.diagnostics {
                assert_ne!(found.code, "defect", "{name} became:\n{text}");
                assert!(found.render(&name, &text).contains(&found.message));
            }
        }
    }
}

#[test]
fn many_mistakes_are_told_up_to_a_bound() {
    let source = "nowhere(1);\nlists::get(\"a\");\n".repeat(20_000);
    let checked = Script::check(&source, "x.rhai", &NoLibrary);
    assert_eq!(checked.diagnostics.len(), 100);
}
