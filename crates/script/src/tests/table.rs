//! `count` and `find_or_create`.

use expect_test::expect;
use pianoroll_simulator::{Rule, Settings, When};

use super::support::{World, run_simulated, runtime, settings};

#[test]
fn a_count_reads_the_largest_pages_of_the_smallest_resources() {
    runtime().block_on(async {
        let world = World::simulated(Settings { profiles: 230, ..settings() }).await;
        let ended = world.run("profiles::count()").await;
        assert_eq!(ended.text(), "230");
        expect![[r#"
            GET /klaviyo/api/profiles?fields%5Bprofile%5D=email&page%5Bsize%5D=100
            GET /klaviyo/api/profiles?page%5Bcursor%5D=bmV4dDo6aWQ6OjAxR0REVDgxS0ROSEhBUTRSRlgyMkRLWUhEOjpJTE9reFY%3D&fields%5Bprofile%5D=email&page%5Bsize%5D=100
            GET /klaviyo/api/profiles?page%5Bcursor%5D=bmV4dDo6aWQ6OjAxR0REVEIzNFlZR05TUTRZOVBNUksyRjVXOjpJTE9reFY%3D&fields%5Bprofile%5D=email&page%5Bsize%5D=100"#]].assert_eq(&world.requests().join("\n"));
        let ended = world
            .run("[profiles::count(#{ filter: filter::equals(\"email\", \"alice@example.com\") }), lists::count_profiles(\"Y6nRLr\") > 0, tags::count() == tags::each().to_array().len()]")
            .await;
        assert_eq!(ended.text(), "[1,true,true]");
    });
}

#[test]
fn a_count_of_a_list_that_needs_a_filter_says_so() {
    expect![[r#"
        test.rhai:1:41: campaigns.list: filter: must hold equals(messages.channel,…)
          |
        1 | let free = #{}; free += #{}; campaigns::count(free)
          |                                         ^^^^^"#]]
    .assert_eq(&run_simulated("let free = #{}; free += #{}; campaigns::count(free)").text());
    assert_eq!(
        run_simulated(
            "campaigns::count(#{ filter: filter::equals(\"messages.channel\", \"email\") }) > 0"
        )
        .text(),
        "true"
    );
}

#[test]
fn what_is_there_is_found_and_what_is_not_is_made() {
    runtime().block_on(async {
        let world = World::simulated(settings()).await;
        let ended = world
            .run("let made = lists::find_or_create(\"Brand new\"); let found = lists::find_or_create(#{ name: \"Brand new\" }); [made.id == found.id, found.attributes.name]")
            .await;
        assert_eq!(ended.text(), r#"[true,"Brand new"]"#);
        assert_eq!(ended.summary.effects.write, 1);
        let ended = world
            .run("profiles::find_or_create(#{ email: \"new@example.com\", first_name: \"New\" }).attributes.first_name")
            .await;
        assert_eq!(ended.text(), "\"New\"");
    });
}

#[test]
fn who_was_faster_is_found() {
    runtime().block_on(async {
        let world = World::simulated(settings()).await;
        // The effect is made, and the answer says that there was one before.
        let rule = Rule {
            method: Some("POST".into()),
            path: Some("/klaviyo/api/lists".into()),
            when: When::After,
            status: Some(409),
            ..Rule::default()
        };
        world.simulator().set_faults(vec![rule]);
        let ended = world.run("lists::find_or_create(\"Race\").attributes.name").await;
        assert_eq!(ended.text(), "\"Race\"");
        let rule = Rule {
            method: Some("POST".into()),
            path: Some("/klaviyo/api/lists".into()),
            when: When::Before,
            status: Some(409),
            ..Rule::default()
        };
        world.simulator().set_faults(vec![rule]);
        let ended = world.run("lists::find_or_create(\"No race\")").await;
        assert!(ended.text().contains("409"), "{}", ended.text());
    });
}

#[test]
fn what_is_not_meant_is_told() {
    expect![[r#""ambiguous""#]].assert_eq(&run_simulated("lists::create(#{ name: \"Twice\" }); lists::create(#{ name: \"Twice\" }); let told = (); try { lists::find_or_create(\"Twice\"); } catch (e) { told = e.code; } told").text());
    expect![[r#"
        test.rhai:1:8: `find_or_create` takes a name as a string, or a map of attributes with the name, not the int 7
          |
        1 | lists::find_or_create(7)
          |        ^^^^^^^^^^^^^^"#]].assert_eq(&run_simulated("lists::find_or_create(7)").text());
    expect![[r#"
        test.rhai:1:8: the map that `find_or_create` takes has a `name`, which is a string
          |
        1 | lists::find_or_create(#{ nmae: "x" })
          |        ^^^^^^^^^^^^^^"#]]
    .assert_eq(&run_simulated("lists::find_or_create(#{ nmae: \"x\" })").text());
    expect![[r#"
        test.rhai:1:20: lists::find_or_create has an effect, and a `checkpoint` block may only read: move it behind the block
          |
        1 | fn made() { lists::find_or_create("x").id } checkpoint("x", || made())
          |                    ^^^^^^^^^^^^^^"#]]
        .assert_eq(&run_simulated("fn made() { lists::find_or_create(\"x\").id } checkpoint(\"x\", || made())").text());
    let error =
        crate::Script::compile("campaigns::find_or_create(\"x\")", "test.rhai").unwrap_err();
    assert!(
        error.to_string().contains("there is no function `campaigns::find_or_create`"),
        "{error}"
    );
}
