//! Typical mistakes of people who are new to Rhai, and what each of them gets to see: from the check where it can be found
//! before the run, else from the run on the simulator. The texts are in `mistakes/texts.md`, to be read as a whole.

use expect_test::expect_file;

use super::support::{self, World};
use crate::{NoLibrary, Script};

/// What somebody got wrong, and a script that does.
const MISTAKES: &[(&str, &str)] = &[
    // Names.
    ("a function's name is mistyped", "prnt(\"hello\");"),
    ("a module's name is mistyped", "for p in profile::each() { print(p.id); }"),
    ("an operation's name is mistyped", "profiles::updat(\"id\", #{ locale: \"en\" });"),
    ("an option is mistyped", "for p in profiles::each(#{ field: [\"email\"] }) { print(p.id); }"),
    ("an attribute of a body is mistyped", "profiles::update(\"id\", #{ firstname: \"Ann\" });"),
    ("a parameter is not declared", "//! param list: string\nprint(params::lists);"),
    ("`params::` is left out", "//! param days: int = 90\nprint(days);"),
    ("a variable is mistyped", "let total = 1;\nprint(totl);"),
    ("a variable is not declared", "total = 1;"),
    (
        "a function uses a variable from outside",
        "let limit = 5;\nfn over(n) { n > limit }\nprint(over(6));",
    ),
    ("a reserved word is a variable", "let new = lists::create(#{ name: \"x\" });"),
    ("a reserved word is a key", "let rule = #{ type: \"profile\", match: \"all\" };"),
    ("a reserved word is a property", "let period = #{ \"until\": now() };\nprint(period.until);"),
    (
        "a reserved word of the future is a property",
        "for p in profiles::each() { print(p.attributes.properties.match); }",
    ),
    // Types.
    ("a number is given for an id", "profiles::get(12345);"),
    (
        "a resource is given for an id",
        "let list = lists::find(\"Inactive\");\nlists::update(list, #{ name: \"Idle\" });",
    ),
    (
        "a text is given for a number",
        "for p in profiles::each(#{ page_size: \"100\" }) { print(p.id); }",
    ),
    ("a map is given for an array", "lists::add_profiles(\"Y6nRLr\", #{ id: \"x\" });"),
    (
        "one id is given for an array",
        "lists::add_profiles(\"Y6nRLr\", \"01GDDKASAP8TKDDA2GRZDSVP4H\");",
    ),
    // Comparisons.
    ("a missing date is compared", "let seen = ();\nif seen < now() { print(\"old\"); }"),
    ("a date as text is compared", "if \"2024-01-31\" < now() { print(\"old\"); }"),
    ("a number in a text is compared", "let age = \"9\";\nif age < 90 { print(\"young\"); }"),
    ("a time equals a text", "if now() == \"2024-01-31\" { print(\"today\"); }"),
    ("a number of days is subtracted", "let limit = now() - 90;"),
    ("`=` stands for `==`", "let n = 1;\nif n = 1 { print(\"one\"); }"),
    ("`===` stands for `==`", "let n = 1;\nif n === 1 { print(\"one\"); }"),
    // Attributes.
    ("`.attributes` is left out", "for p in profiles::each() { print(p.email); }"),
    (
        "an attribute was not asked for",
        "for p in profiles::each(#{ fields: [\"email\"] }) { print(p.attributes.created); }",
    ),
    (
        "an additional attribute was not asked for",
        "for p in profiles::each() { print(p.attributes.subscriptions); }",
    ),
    ("a field is mistyped", "for p in profiles::each(#{ fields: [\"e-mail\"] }) { print(p.id); }"),
    (
        "an attribute is set on an answer",
        "let list = lists::find(\"Inactive\");\nlist.attributes.name = \"Idle\";",
    ),
    ("a key of a map is missing", "let p = #{ city: () };\nprint(p.city.name);"),
    // Closures.
    ("a parallel counts in a variable", "let n = 0;\nparallel([1, 2], 2, |x| { n += x; });"),
    ("a closure is called like a function", "let double = |x| x * 2;\nprint(double(2));"),
    ("a closure takes too many values", "print([1, 2].map(|x, y, z| x + y + z));"),
    ("a block is no closure", "checkpoint(\"find\", { lists::find(\"Inactive\") });"),
    (
        "an effect stands in a checkpoint",
        "checkpoint(\"mark\", || profiles::update(\"id\", #{ locale: \"en\" }));",
    ),
    // Traps of Rhai.
    ("`trim` is used for its value", "let name = \" Ann \".trim();"),
    ("`push` is used for its value", "let all = [1].push(2);"),
    ("a page is looped over", "for p in profiles::list() { print(p.id); }"),
    ("an iterator is counted", "print(profiles::each().len());"),
    ("an element past the end", "let ids = [\"a\"];\nprint(ids[1]);"),
    ("the first of nothing", "let ids = [];\nprint(ids[0].len());"),
    ("a text is multiplied", "let n = \"3\" * 2;"),
    ("a number grows past its end", "print(9223372036854775807 + 1);"),
    ("a number is divided by nothing", "let sent = 0;\nprint(100 / sent);"),
    ("a text is cut with brackets past its end", "print(\"abc\"[5]);"),
    (
        "a line break is escaped in backticks",
        "let name = \"Ann\";\nprint(`Hello ${name}\\nwelcome`);",
    ),
    ("a quote is escaped in backticks", "print(`say \\\"hello\\\"`);"),
    // Syntax.
    ("a semicolon is missing", "let a = 1\nlet b = 2;"),
    ("a brace is missing", "for i in 0..3 {\n    print(i);\n"),
    ("a quote is missing", "print(\"hello);"),
    ("single quotes stand around a text", "print('hello');"),
    ("a condition stands in brackets without braces", "if (1 < 2) print(\"yes\");"),
    ("a map is written without `#`", "let m = { name: \"x\" };"),
    ("a comma is missing", "let m = #{ a: 1 b: 2 };"),
    // Other languages.
    ("`null`", "let x = null;"),
    ("`None`", "let x = None;"),
    ("`True`", "let x = True;"),
    ("`and`", "if 1 < 2 and 2 < 3 { print(\"yes\"); }"),
    ("`not`", "if not true { print(\"no\"); }"),
    ("`elif`", "if 1 > 2 { print(1); } elif 2 > 1 { print(2); }"),
    ("`def`", "def double(x) { x * 2 }"),
    ("`function`", "function double(x) { return x * 2; }"),
    ("`var`", "var n = 1;"),
    ("`i++`", "let i = 0;\ni++;"),
    ("`x => …`", "print([1].map(x => x + 1));"),
    ("`cond ? a : b`", "let x = if true { 1 } else { 2 };\nlet y = x > 1 ? \"a\" : \"b\";"),
    ("`for (i = 0; …)`", "for (let i = 0; i < 3; i++) { print(i); }"),
    ("`for x of xs`", "for x of [1, 2] { print(x); }"),
    ("`for x in xs:`", "for x in [1, 2]:\n    print(x)"),
    ("`len(x)` of another language", "print(length([1]));"),
    ("`x.length`", "let ids = [1];\nprint(ids.length);"),
    ("`f\"…\"`", "let n = 1;\nprint(f\"{n}\");"),
    ("`#` begins a comment", "# a comment\nprint(1);"),
    ("`print` with two values", "print(\"n is\", 1);"),
    ("`console.log`", "console.log(\"hello\");"),
    ("`async` and `await`", "let p = await profiles::get(\"id\");"),
    ("`lists.find`", "let list = lists.find(\"Inactive\");"),
];

#[test]
fn every_typical_mistake_has_a_text_that_helps() {
    let runtime = support::runtime();
    let world = runtime.block_on(World::simulated(support::settings()));
    let mut page = String::from("# Typical mistakes, and what is said about each\n");
    for (what, source) in MISTAKES {
        let checked = Script::check(source, "x.rhai", &NoLibrary);
        let said = if !checked.diagnostics.is_empty() {
            let shown = checked.diagnostics.iter().map(|found| found.render("x.rhai", source));
            shown.collect::<Vec<_>>().join("\n\n")
        } else {
            match runtime.block_on(world.run_script(&compiled(source), &[])).result {
                Ok(result) => format!("NOTHING IS SAID: {result}"),
                Err(error) => format!("(in the run) {}", error.rendered),
            }
        };
        page += &format!("\n## {what}\n\n```rhai\n{source}\n```\n```text\n{said}\n```\n");
    }
    expect_file!["mistakes/texts.md"].assert_eq(&page);
}

fn compiled(source: &str) -> Script {
    Script::compile(source, "x.rhai").unwrap()
}
