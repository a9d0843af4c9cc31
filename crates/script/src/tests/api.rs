//! Scripts against the simulator.

use expect_test::{Expect, expect};
use pianoroll_simulator::{Mode, Settings};

use super::support::{World, run_simulated, runtime, settings};

fn check(source: &str, expected: Expect) {
    expected.assert_eq(&run_simulated(source).text());
}

#[test]
fn operations_answer_resources_lists_and_nothing() {
    check(
        "let p = profiles::get(\"01GDDKASAP8TKDDA2GRZDSVP4H\"); [p.id, p.type, p.attributes.email, p.attributes[\"first_name\"]]",
        expect![[r#"["01GDDKASAP8TKDDA2GRZDSVP4H","profile","alice@example.com","Alice"]"#]],
    );
    check(
        "let page = profiles::list(#{ page_size: 2, fields: [\"email\"] }); [page.data.len(), page.next != (), page.included, page.data[0].attributes.keys()]",
        expect![[r#"[2,true,[],["email"]]"#]],
    );
    check(
        "let l = lists::create(#{ name: \"New\" }); [l.attributes.name, lists::delete(l.id), lists::update(\"Y6nRLr\", #{ name: \"Renamed\" }).attributes.name]",
        expect![[r#"["New",null,"Renamed"]"#]],
    );
    check("lists::add_profiles(\"Y6nRLr\", [\"01GDDKASAP8TKDDA2GRZDSVP4H\"])", expect!["null"]);
    check("type_of(connections::list())", expect![[r#""map""#]]);
    check("accounts::list().data.len()", expect!["1"]);
    check("lists::get(\"Y6nRLr\", #{ include: [\"tags\"] }).included.len()", expect!["1"]);
}

#[test]
fn attributes_that_were_not_asked_for_are_not_silently_absent() {
    check(
        "for p in profiles::each(#{ fields: [\"em\" + \"ail\"] }) {\n    p.attributes.last_event_date;\n}",
        expect![[r#"
        test.rhai:2:17: `last_event_date` of the profile was not asked for: add "last_event_date" to `fields`
          |
        2 |     p.attributes.last_event_date;
          |                 ^"#]],
    );
    check(
        "profiles::list().data[0].attributes.subscriptions",
        expect![[r#"
        test.rhai:1:36: `subscriptions` of the profile was not asked for: add `additional_fields: ["subscriptions"]`
          |
        1 | profiles::list().data[0].attributes.subscriptions
          |                                    ^"#]],
    );
    check(
        "profiles::list().data[0].attributes.emial",
        expect![[r#"
        test.rhai:1:36: a profile has no attribute `emial`: did you mean `email`?
          |
        1 | profiles::list().data[0].attributes.emial
          |                                    ^"#]],
    );
    check(
        "profiles::list().data[0].email",
        expect![[r#"
        test.rhai:1:25: a profile has no `email`: did you mean `.attributes.email`?
          |
        1 | profiles::list().data[0].email
          |                         ^"#]],
    );
    check(
        "let p = profiles::list().data[0]; p.attributes.email = \"x\";",
        expect![[r#"
        test.rhai:1:47: `email` cannot be set: attributes of an answer can only be read; change a copy made by `to_map()`, or update it at the API
          |
        1 | let p = profiles::list().data[0]; p.attributes.email = "x";
          |                                               ^"#]],
    );
    check(
        "let p = profiles::list(#{ fields: [\"email\"] }).data[0]; let m = p.attributes.to_map(); m.email = \"x\"; [m, \"email\" in p.attributes, \"x\" in p.attributes, p.attributes.get(\"x\"), p == p, p.attributes == p.attributes]",
        expect![[r#"[{"email":"x"},true,false,null,true,true]"#]],
    );
}

#[test]
fn iterators_fetch_every_page_once() {
    runtime().block_on(async {
        let world = World::simulated(settings()).await;
        let ended = world.run("let ids = rows(); for p in profiles::each(#{ page_size: 50, fields: [\"email\"] }) { ids.push(p.id); } [ids.len(), ids.to_array().unique().len()]").await;
        let count = ended.text();
        let requests = world.requests();
        let pages = requests.iter().filter(|request| request.contains("/api/profiles")).count();
        assert_eq!((count, pages), ("[500,500]".to_owned(), 10));
    });
}

#[test]
fn a_loop_that_is_left_fetches_no_further() {
    runtime().block_on(async {
        let world = World::simulated(settings()).await;
        world.run("for p in profiles::each(#{ page_size: 50 }) { break; }").await.result.unwrap();
        assert_eq!(world.requests().len(), 1);
        // The page after is asked for when half of this one is used.
        world.simulator().reset();
        world.run("let n = 0; for p in profiles::each(#{ page_size: 50 }) { n += 1; if n == 24 { break; } }").await.result.unwrap();
        assert_eq!(world.requests().len(), 1);
    });
}

#[test]
fn iterators_of_members_and_their_errors() {
    check(
        "let n = 0; for p in lists::each_profile(lists::find(\"Inactive\").id, #{ page_size: 100 }) { n += 1; } n == lists::each_profile(lists::find(\"Inactive\").id).to_array().len()",
        expect!["true"],
    );
    check(
        "for p in lists::each_profile(\"NOPE\") {\n    p.id;\n}",
        expect![[r#"
        test.rhai:1:17: lists.list_profiles: 404 not_found: A list with id NOPE does not exist. (at /data/)
          |
        1 | for p in lists::each_profile("NOPE") {
          |                 ^^^^^^^^^^^^"#]],
    );
    check(
        "let each = lists::each(); for l in each { l; } for l in each { l; }",
        expect![[r#"
        test.rhai:1:57: this iterator was used before: make another one
          |
        1 | let each = lists::each(); for l in each { l; } for l in each { l; }
          |                                                         ^^^^"#]],
    );
    check(
        "let each = lists::each(); parallel([1], 1, |x| { for l in each { } })",
        expect![[r#"
            test.rhai:1:27: an iterator that was made outside cannot be used in a `parallel`: what it yields has one order
              |
            1 | let each = lists::each(); parallel([1], 1, |x| { for l in each { } })
              |                           ^^^^^^^^"#]],
    );
    check(
        "parallel(lists::each(), 4, |l| l.attributes.name).len() == lists::each().to_array().len()",
        expect!["true"],
    );
    check(
        "profiles::each(#{ page_size: 500 + 500 })",
        expect![[r#"
        test.rhai:1:11: profiles.list: page_size: must be a whole number from 1 to 100, found `1000`
          |
        1 | profiles::each(#{ page_size: 500 + 500 })
          |           ^^^^"#]],
    );
}

#[test]
fn find_throws_on_none_or_two() {
    check(
        "[lists::find(\"Inactive\").attributes.name, lists::find(\"Y6nRLr\").attributes.name]",
        expect![[r#"["Inactive","Newsletter Subscribers"]"#]],
    );
    check(
        "lists::find(\"No Such List\")",
        expect![[r#"
        test.rhai:1:8: there is no list with the id or name "No Such List"
          |
        1 | lists::find("No Such List")
          |        ^^^^"#]],
    );
    check(
        "lists::find(\"Nothing\")",
        expect![[r#"
        test.rhai:1:8: there is no list with the id or name "Nothing"
          |
        1 | lists::find("Nothing")
          |        ^^^^"#]],
    );
    check(
        "lists::create(#{ name: \"Inactive\" }); try { lists::find(\"Inactive\") } catch (e) { return e.code; }",
        expect![[r#""ambiguous""#]],
    );
    check(
        "lists::find(5)",
        expect![[r#"
        test.rhai:1:8: `find` takes an id or a name as a string, not the int 5
          |
        1 | lists::find(5)
          |        ^^^^"#]],
    );
    check("metrics::find(\"Placed Order\").id", expect![[r#""TxVpCr""#]]);
    check("profiles::find(\"alice@example.com\").id", expect![[r#""01GDDKASAP8TKDDA2GRZDSVP4H""#]]);
    check("flows::find(\"Welcome Series\").id", expect![[r#""VJvBNr""#]]);
    check(
        "campaigns::find(\"01GDDKASAP8TKDDA2GRZDSVP4J\").attributes.name",
        expect![[r#""Autumn Sale 2024""#]],
    );
    check(
        "campaigns::find(\"Autumn Sale 2024\")",
        expect![[r#"
        test.rhai:1:12: there is no campaign with the id "Autumn Sale 2024"; to find one by its name say where, since campaigns.list must be filtered on messages.channel: `campaigns::find(…, #{ filter: filter::equals("messages.channel", …) })`
          |
        1 | campaigns::find("Autumn Sale 2024")
          |            ^^^^"#]],
    );
    check(
        "campaigns::find(\"Autumn Sale 2024\", #{ filter: filter::equals(\"messages.channel\", \"email\") }).id",
        expect![[r#""01GDDKASAP8TKDDA2GRZDSVP4J""#]],
    );
    check("tags::find(\"abc123\").id", expect![[r#""abc123""#]]);
}

#[test]
fn sync_makes_a_list_hold_exactly_these() {
    runtime().block_on(async {
        let world = World::simulated(Settings { profiles: 5_000, ..settings() }).await;
        let ended = world.run("
            let list = lists::create(#{ name: \"Synced\" }).id;
            let all = []; for p in profiles::each(#{ page_size: 100, fields: [\"email\"] }) { all.push(p.id); }
            let wanted = all.extract(0..2500);
            let first = lists::sync_profiles(list, wanted);
            let second = lists::sync_profiles(list, rows(all.extract(1500..2600) + [all[1500]]));
            let third = lists::sync_profiles(list, all.extract(1500..2600));
            [first, second, third, lists::each_profile(list, #{ page_size: 100 }).to_array().len()]").await;
        expect![[r#"[{"added":2500,"kept":0,"removed":0},{"added":100,"kept":1000,"removed":1500},{"added":0,"kept":1100,"removed":0},1100]"#]].assert_eq(&ended.text());
        let requests = world.requests();
        let count = |method: &str| {
            requests.iter().filter(|request| request.starts_with(method) && request.ends_with("relationships/profiles")).count()
        };
        // 2,500 in three calls and 100 in one; 1,500 in two.
        assert_eq!((count("POST"), count("DELETE")), (4, 2));
    });
    check(
        "lists::sync_profiles(\"Y6nRLr\", [5])",
        expect![[r#"
        test.rhai:1:8: the ids to sync are strings, not the int 5
          |
        1 | lists::sync_profiles("Y6nRLr", [5])
          |        ^^^^^^^^^^^^^"#]],
    );
    check(
        "lists::sync_profiles(\"Y6nRLr\", profiles::list().data)",
        expect![[r#"
        test.rhai:1:8: the ids to sync are strings, not a resource: map it to `.id`
          |
        1 | lists::sync_profiles("Y6nRLr", profiles::list().data)
          |        ^^^^^^^^^^^^^"#]],
    );
    check(
        "fn both() { lists::sync_profiles(\"Y6nRLr\", []) } checkpoint(\"x\", || both())",
        expect![[r#"
            test.rhai:1:20: lists.add_profiles has an effect, and a `checkpoint` block may only read: move it behind the block
              |
            1 | fn both() { lists::sync_profiles("Y6nRLr", []) } checkpoint("x", || both())
              |                    ^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn errors_of_the_api_are_maps_with_the_place_of_the_call() {
    check(
        "try { profiles::get(\"NOPE\") } catch (e) { return [e.status, e.code, e.operation, e.retryable]; }",
        expect![[r#"[404,"not_found","profiles.get",false]"#]],
    );
    check(
        "let x = 1;\nfn read(id) {\n    profiles::get(id)\n}\nread(\"NOPE\");",
        expect![[r#"
        test.rhai:3:15: profiles.get: 404 not_found: A profile with id NOPE does not exist. (at /data/)
          |
        3 |     profiles::get(id)
          |               ^^^
          in `read`, called at test.rhai:5:1"#]],
    );
    check(
        "try { profiles::get(\"NOPE\") } catch (e) { throw e; }",
        expect![[r#"
        test.rhai:1:43: profiles.get: 404 not_found: A profile with id NOPE does not exist. (at /data/)
          |
        1 | try { profiles::get("NOPE") } catch (e) { throw e; }
          |                                           ^^^^^"#]],
    );
    check(
        "let b = #{}; b.emial = \"x\"; profiles::update(\"01GDDKASAP8TKDDA2GRZDSVP4H\", b);",
        expect![[r#"
            test.rhai:1:39: profiles.update: body.emial: no such attribute; did you mean `email`? (allowed: email, phone_number, external_id, anonymous_id, first_name, last_name, organization, locale, title, image, location, properties, patch_properties)
              |
            1 | let b = #{}; b.emial = "x"; profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", b);
              |                                       ^^^^^^"#]],
    );
    check(
        "profiles::list(#{ filter: filter::equals(\"first\" + \"_name\", \"x\") })",
        expect![[r#"
            test.rhai:1:11: profiles.list: filter: cannot filter on `first_name` (allowed: id, email, phone_number, external_id, _kx, created, updated, subscriptions.email.marketing.list_suppressions.reason, subscriptions.email.marketing.list_suppressions.timestamp, subscriptions.email.marketing.list_suppressions.list_id, subscriptions.email.marketing.suppression.reason, subscriptions.email.marketing.suppression.timestamp)
              |
            1 | profiles::list(#{ filter: filter::equals("first" + "_name", "x") })
              |           ^^^^"#]],
    );
    check(
        "let none = (); none = (); profiles::get(none)",
        expect![[r#"
            test.rhai:1:37: profiles.get takes the profile_id as a string, not ()
              |
            1 | let none = (); none = (); profiles::get(none)
              |                                     ^^^"#]],
    );
    check(
        "profiles::get(profiles::list().data[0])",
        expect![[r#"
        test.rhai:1:11: profiles.get takes the profile_id as a string, not a resource: write `.id` behind it
          |
        1 | profiles::get(profiles::list().data[0])
          |           ^^^"#]],
    );
    check(
        "profiles::update(\"x\", #{ properties: #{ a: |x| x } })",
        expect![[r#"
        test.rhai:1:11: the body of profiles.update: a function cannot be sent, but stands at `properties.a`
          |
        1 | profiles::update("x", #{ properties: #{ a: |x| x } })
          |           ^^^^^^"#]],
    );
    check(
        "let n = 5; n += 0; profiles::list(n)",
        expect![[r#"
            test.rhai:1:30: the options of profiles.list are a map such as `#{ page_size: 100 }`, not the int 5
              |
            1 | let n = 5; n += 0; profiles::list(n)
              |                              ^^^^"#]],
    );
    check(
        "lists::delete(\"Y6nRLr\"); lists::delete(\"Y6nRLr\")",
        expect![[r#"
        test.rhai:1:33: lists.delete: 404 not_found: A list with id Y6nRLr does not exist. (at /data/)
          |
        1 | lists::delete("Y6nRLr"); lists::delete("Y6nRLr")
          |                                 ^^^^^^"#]],
    );
}

#[test]
fn requests_reach_operations_and_unknown_paths() {
    check(
        "request(\"GET\", \"/api/profiles/01GDDKASAP8TKDDA2GRZDSVP4H\").attributes.email",
        expect![[r#""alice@example.com""#]],
    );
    check(
        "request(\"GET\", \"/api/nowhere\")",
        expect![[r#"
        test.rhai:1:1: GET /api/nowhere: needs the permission `request`, which is not granted; grant it with `--allow request`
          |
        1 | request("GET", "/api/nowhere")
          | ^^^^^^^"#]],
    );
    check(
        "checkpoint(\"x\", || request(\"POST\", \"/api/lists\", #{}, #{}))",
        expect![[r#"
        test.rhai:1:20: POST /api/lists has an effect, and a `checkpoint` block may only read: move it behind the block
          |
        1 | checkpoint("x", || request("POST", "/api/lists", #{}, #{}))
          |                    ^^^^^^^"#]],
    );
}

#[test]
fn every_mode_has_the_same_surface() {
    for mode in Mode::ALL {
        let ended = runtime().block_on(async {
            let world = World::simulated(Settings { mode, ..settings() }).await;
            world.run("let p = profiles::list(#{ page_size: 1 }).data[0]; let n = 0; for l in lists::each() { n += 1; } [p.type, n > 0]").await
        });
        assert_eq!(ended.text(), r#"["profile",true]"#, "{mode}");
    }
}

#[test]
fn methods_on_what_an_answer_holds_only_read() {
    check(
        "let p = profiles::get(\"01GDDKASAP8TKDDA2GRZDSVP4H\"); [p.attributes.properties.len() >= 0, p.relationships.keys().len() >= 0, p.included.len(), p.attributes.email.len(), p.attributes.keys().contains(\"email\")]",
        expect!["[true,true,0,17,true]"],
    );
    check(
        "let p = profiles::get(\"01GDDKASAP8TKDDA2GRZDSVP4H\"); p.attributes.properties.clear();",
        expect![[r#"
        test.rhai:1:66: `properties` cannot be set: attributes of an answer can only be read; change a copy made by `to_map()`, or update it at the API
          |
        1 | let p = profiles::get("01GDDKASAP8TKDDA2GRZDSVP4H"); p.attributes.properties.clear();
          |                                                                  ^"#]],
    );
    check(
        "let p = profiles::get(\"01GDDKASAP8TKDDA2GRZDSVP4H\"); let q = p.attributes.properties; q.x = 1; q.x",
        expect!["1"],
    );
}

#[test]
fn iterators_are_no_arrays() {
    check(
        "lists::each().map(|l| l.id)",
        expect![[r#"
        test.rhai:1:15: there is no function `map` for (iterator, function)
          |
        1 | lists::each().map(|l| l.id)
          |               ^^^
          = an iterator is for `for`; `.to_array()` makes an array of all its resources"#]],
    );
    check("lists::each().to_array().map(|l| l.id).contains(\"Y6nRLr\")", expect!["true"]);
}

#[test]
fn a_list_as_the_body_answers_a_list() {
    check(
        "let jobs = profiles::bulk_import([#{ email: \"a@example.com\" }, #{ email: \"b@example.com\" }]); [type_of(jobs), jobs.len(), jobs[0].type]",
        expect![[r#"["array",1,"profile-bulk-import-job"]"#]],
    );
    check("profiles::bulk_import([])", expect!["[]"]);
    check("lists::add_profiles(\"Y6nRLr\", rows())", expect!["null"]);
}
