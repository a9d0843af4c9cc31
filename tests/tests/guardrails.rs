//! Guardrails and permissions of whole runs: what is refused is never sent, as the simulator's log proves.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use expect_test::{Expect, expect};
use pianoroll_model::Effect;
use pianoroll_simulator::Simulator;
use pianoroll_tests::{Finished, at, pianoroll, run, simulator, unlimited};

/// What reached the simulator and changes something.
fn effects(simulator: &Simulator) -> Vec<String> {
    let requests = simulator.requests().into_iter();
    let effects = requests.filter(|request| request.effect != Some(Effect::Read));
    effects.map(|request| format!("{} {}", request.method, request.path)).collect()
}

/// Runs a program against a simulator.
fn script(simulator: &Simulator, program: &str, words: &[&str]) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("program.rhai");
    std::fs::write(&file, program).unwrap();
    let mut command = pianoroll(["run", "program.rhai"]);
    command.args(at(simulator)).args(words).current_dir(folder.path());
    Finished::new(&command.output().unwrap())
}

/// What stopped a run: the message, without the place and the source line.
fn stopped(simulator: &Simulator, program: &str, words: &[&str], expected: Expect) {
    let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
    let finished = script(simulator, program, &words).expect_code(4);
    let report = finished.json();
    assert_eq!(report["outcome"], "failed", "{report}");
    expected.assert_eq(&format!(
        "{}\n{}",
        report["error"]["message"].as_str().unwrap(),
        report["error"]["meta"]
    ));
}

const TWO_WRITES: &str = r#"
    let ids = [];
    for p in profiles::each(#{ page_size: 3 }) { ids.push(p.id); if ids.len() == 3 { break; } }
    // Neither `try` nor `parallel` gets past a guardrail.
    for id in ids {
        try { profiles::update(id, #{ title: "Dr" }); } catch (e) { log::info("caught"); }
    }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_stops_the_run_before_it_is_passed() {
    let simulator = simulator(unlimited()).await;
    stopped(
        &simulator,
        TWO_WRITES,
        &["--limit", "writes=2"],
        expect![[r#"
        profiles.update of 01GDDT52CBVVZ32YE0XTZFFTYH: not called, the run was stopped: it has made the 2 writes that `--limit writes=2` allows
        {"guardrail":"writes","items":0,"source":"--limit writes=2","target":"01GDDT52CBVVZ32YE0XTZFFTYH"}"#]],
    );
    assert_eq!(effects(&simulator).len(), 2);
    simulator.reset();
    stopped(
        &simulator,
        TWO_WRITES,
        &["--limit", "records.profiles=1"],
        expect![[r#"
        profiles.update of 01GDDKASAP8TKDDA2GRZDSVP4I: not called, the run was stopped: it touches 1 of `profiles`, 1 were touched before, and `--limit records.profiles=1` allows 1 in all
        {"guardrail":"records.profiles","items":0,"source":"--limit records.profiles=1","target":"01GDDKASAP8TKDDA2GRZDSVP4I"}"#]],
    );
    assert_eq!(effects(&simulator).len(), 1);
    simulator.reset();
    stopped(
        &simulator,
        TWO_WRITES,
        &["--limit", "seconds=0"],
        expect![[r#"
        profiles.list: not called, the run was stopped: it has run longer than the 0 seconds that `--limit seconds=0` allows
        {"guardrail":"minutes","items":0,"source":"--limit seconds=0","target":""}"#]],
    );
    let api = |path: &str| path.starts_with("/klaviyo/");
    assert!(!simulator.requests().iter().any(|request| api(&request.path)));
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_list_count_each() {
    let simulator = simulator(unlimited()).await;
    let program = r#"
        let ids = rows();
        for p in profiles::each(#{ page_size: 100 }) { ids.push(p.id); }
        let list = lists::create(#{ name: "All" });
        lists::add_profiles(list.id, ids);
    "#;
    stopped(
        &simulator,
        program,
        &["--limit", "records.profiles=499"],
        expect![[r#"
        lists.add_profiles of KXXIXB with 500 items: not called, the run was stopped: it touches 500 of `profiles`, 0 were touched before, and `--limit records.profiles=499` allows 499 in all
        {"guardrail":"records.profiles","items":500,"source":"--limit records.profiles=499","target":"KXXIXB"}"#]],
    );
    assert_eq!(effects(&simulator), ["POST /klaviyo/api/lists"]);
    simulator.reset();
    let _ = script(&simulator, program, &["--limit", "records.profiles=500,records.lists=1"])
        .expect_code(0);
    assert_eq!(effects(&simulator).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_side_by_side_never_pass_a_limit() {
    let simulator = simulator(unlimited()).await;
    let program = r#"
        let ids = [];
        for p in profiles::each(#{ page_size: 100 }) { ids.push(p.id); if ids.len() == 100 { break; } }
        parallel(ids, 16, |id| profiles::update(id, #{ title: "Dr" }), #{ on_error: "collect" });
    "#;
    let finished = script(&simulator, program, &["--limit", "writes=37", "--json"]).expect_code(4);
    assert_eq!(finished.json()["effects"]["write"], 37);
    assert_eq!(effects(&simulator).len(), 37);
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_bound_what_effects_are_about() {
    let simulator = simulator(unlimited()).await;
    let delete = r#"lists::get("Y6nRLr"); lists::delete("Y6nRLr");"#;
    stopped(
        &simulator,
        delete,
        &["--allow", "delete", "--only", "profiles.*,lists.add_profiles"],
        expect![[r#"
            lists.delete of Y6nRLr: not called, the run was stopped: `--only profiles.*,lists.add_profiles` names the only operations that may change anything
            {"guardrail":"only","items":0,"source":"--only profiles.*,lists.add_profiles","target":"Y6nRLr"}"#]],
    );
    stopped(
        &simulator,
        delete,
        &["--allow", "delete", "--never", "*.delete"],
        expect![[r#"
        lists.delete of Y6nRLr: not called, the run was stopped: `--never *.delete` rules this operation out
        {"guardrail":"never","items":0,"source":"--never *.delete","target":"Y6nRLr"}"#]],
    );
    stopped(
        &simulator,
        delete,
        &["--never", "lists.get"],
        expect![[r#"
        lists.get of Y6nRLr: not called, the run was stopped: `--never lists.get` rules this operation out
        {"guardrail":"never","items":0,"source":"--never lists.get","target":"Y6nRLr"}"#]],
    );
    stopped(
        &simulator,
        delete,
        &["--allow", "delete", "--lists", "VIP001"],
        expect![[r#"
        lists.delete of Y6nRLr: not called, the run was stopped: the list `Y6nRLr` is not among those that `--lists VIP001` allows
        {"guardrail":"lists","items":0,"source":"--lists VIP001","target":"Y6nRLr"}"#]],
    );
    let send = r#"campaigns::send(#{ campaign_id: "01GDDKASAP8TKDDA2GRZDSVP4I" });"#;
    stopped(
        &simulator,
        send,
        &["--allow", "send", "--campaigns", "other"],
        expect![[r#"
        campaigns.send of 01GDDKASAP8TKDDA2GRZDSVP4I: not called, the run was stopped: the campaign `01GDDKASAP8TKDDA2GRZDSVP4I` is not among those that `--campaigns other` allows
        {"guardrail":"campaigns","items":0,"source":"--campaigns other","target":"01GDDKASAP8TKDDA2GRZDSVP4I"}"#]],
    );
    let campaign = r#"campaigns::create(#{ name: "x", audiences: #{ included: ["Y6nRLr"] }, "campaign-messages": #{ data: [#{ type: "campaign-message", attributes: #{ channel: "email" } }] } });"#;
    stopped(
        &simulator,
        campaign,
        &["--lists", "VIP001"],
        expect![[r#"
        campaigns.create: not called, the run was stopped: the list `Y6nRLr` is not among those that `--lists VIP001` allows
        {"guardrail":"lists","items":0,"source":"--lists VIP001","target":""}"#]],
    );
    let raw = r#"request("POST", "/api/forms", #{}, #{ data: #{ type: "form" } });"#;
    stopped(
        &simulator,
        raw,
        &["--allow", "request", "--lists", "VIP001"],
        expect![[r#"
        POST /api/forms: not called, the run was stopped: no operation has this path, so nobody can tell whether it keeps within `--lists VIP001`
        {"guardrail":"request","items":0,"source":"--lists VIP001","target":""}"#]],
    );
    let tag = r#"tags::tag_lists("t", ["VIP001", "Y6nRLr"]);"#;
    stopped(
        &simulator,
        tag,
        &["--lists", "VIP001"],
        expect![[r#"
        tags.tag_lists of t with 2 items: not called, the run was stopped: the list `Y6nRLr` is not among those that `--lists VIP001` allows
        {"guardrail":"lists","items":2,"source":"--lists VIP001","target":"t"}"#]],
    );
    assert_eq!(effects(&simulator), [""; 0]);
    let _ = script(
        &simulator,
        delete,
        &["--allow", "delete", "--lists", "Y6nRLr", "--only", "lists.*"],
    )
    .expect_code(0);
    assert_eq!(effects(&simulator), ["DELETE /klaviyo/api/lists/Y6nRLr"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_control_plane_needs_its_permission_by_name() {
    let simulator = simulator(unlimited()).await;
    let call = |words: &[&str]| {
        let mut command =
            pianoroll(["call", "connections.delete", "21fd90f9-5935-43cd-b6c8-bde9d915ca80"]);
        command.args(at(&simulator)).args(words);
        Finished::new(&command.output().unwrap())
    };
    let denied = call(&["--allow", "delete,send"]).expect_code(4);
    expect![[r#"
        error: connections.delete: needs the permission `connections:delete`, which is not granted; grant it with `--allow connections:delete`
    "#]].assert_eq(&denied.stderr);
    assert_eq!(effects(&simulator), [""; 0]);
    let _ = call(&["--allow", "connections:delete"]).expect_code(0);
    assert_eq!(effects(&simulator).len(), 1);
}

#[test]
fn words_that_guard_nothing_are_refused_before_anything_runs() {
    let check = |words: &[&str], expected: Expect| {
        let all = ["run", "scripts/retag_inactive_profiles.rhai", "--simulate"];
        let finished = run(all.iter().chain(words)).expect_code(2);
        expected.assert_eq(&finished.stderr);
    };
    check(
        &["--limit", "profiles=3"],
        expect![[r#"
            error: --limit: `profiles` cannot be limited
              hint: did you mean `records.profiles`?
        "#]],
    );
    check(
        &["--limit", "records.profile=3"],
        expect![[r#"
        error: --limit: there is no resource `profile`
          hint: did you mean `profiles`?
    "#]],
    );
    check(
        &["--only", "list.*"],
        expect![[r#"
        error: --only: no operation matches `list.*`
          hint: did you mean `lists.*`?
    "#]],
    );
    check(
        &["--only", "lists.get"],
        expect![[r#"
        error: --only: `lists.get` only reads
          hint: reads are always free here; name what may change something
    "#]],
    );
    check(
        &["--never", "profiles.merg"],
        expect![[r#"
        error: --never: there is no operation `profiles.merg`
          hint: did you mean `profiles.merge`?
    "#]],
    );
    check(
        &["--lists", ""],
        expect![[r#"
        error: --lists: `` is no id: it is empty
          hint: write ids as the API has them, such as `Y6nRLr`
    "#]],
    );
    check(
        &["--allow", "profile:write"],
        expect![[r#"
        error: --allow: there is no resource `profile`
          hint: did you mean `profiles`?
    "#]],
    );
    check(
        &["--with", "target"],
        expect![[r#"
            error: the argument '--simulate' cannot be used with '--with <NAME=CONNECTION>'

            Usage: pianoroll run --simulate <FILE|AUTOMATION|plugin:NAME>

            For more information, try '--help'.
        "#]],
    );
}
