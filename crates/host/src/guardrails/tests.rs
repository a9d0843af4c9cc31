use expect_test::{Expect, expect};
use pianoroll_api::Arguments;
use serde_json::json;

use super::*;

fn patterns(words: &[&str]) -> Scope<OperationPattern> {
    let source = format!("--only {}", words.join(","));
    Scope::new(words.iter().map(|word| OperationPattern::new(word).unwrap()), source)
}

fn ids(words: &[&str], source: &str) -> Scope<String> {
    Scope::new(words.iter().map(|word| (*word).to_owned()), source)
}

fn check(guardrails: &Guardrails, operation: &str, arguments: &Arguments, expected: Expect) {
    let row = pianoroll_api::operation::find(operation);
    let effect = row.map(|row| row.effect_of(arguments.body.as_ref()));
    let is_effect = effect.is_none_or(|effect| !effect.is_read());
    let reach = || row.map_or_else(Reach::default, |row| Reach::of(row, arguments, None));
    let shown = match guardrails.within(operation, is_effect, reach) {
        Ok(()) => "allowed".to_owned(),
        Err((refusal, source)) => {
            let operation = operation.to_owned();
            GuardrailError { operation, target: "".into(), items: 0, refusal, source }.to_string()
        }
    };
    expected.assert_eq(&shown);
}

#[test]
fn only_is_about_effects_and_never_is_about_everything() {
    let none = Arguments::default();
    let only = Guardrails { only: vec![patterns(&["lists.*"])], ..Guardrails::default() };
    check(&only, "lists.delete", &none, expect!["allowed"]);
    check(
        &only,
        "profiles.update",
        &none,
        expect![
            "profiles.update: not called, the run was stopped: `--only lists.*` names the only operations that may change anything"
        ],
    );
    check(&only, "profiles.list", &none, expect!["allowed"]);
    check(
        &only,
        REQUEST,
        &none,
        expect![
            "request: not called, the run was stopped: `--only lists.*` names the only operations that may change anything"
        ],
    );
    let both = Guardrails {
        only: vec![patterns(&["lists.*", "request"]), patterns(&["*.update"])],
        ..Guardrails::default()
    };
    check(&both, "lists.update", &none, expect!["allowed"]);
    check(
        &both,
        "lists.delete",
        &none,
        expect![
            "lists.delete: not called, the run was stopped: `--only *.update` names the only operations that may change anything"
        ],
    );
    let never = Guardrails { never: vec![patterns(&["profiles.*"])], ..Guardrails::default() };
    check(
        &never,
        "profiles.list",
        &none,
        expect![
            "profiles.list: not called, the run was stopped: `--only profiles.*` rules this operation out"
        ],
    );
    check(
        &never,
        "profiles.merge",
        &none,
        expect![
            "profiles.merge: not called, the run was stopped: `--only profiles.*` rules this operation out"
        ],
    );
    check(&never, "lists.delete", &none, expect!["allowed"]);
    check(&never, REQUEST, &none, expect!["allowed"]);
    // Nothing named is nothing allowed.
    let nothing = Guardrails { only: vec![patterns(&[])], ..Guardrails::default() };
    check(
        &nothing,
        "lists.create",
        &none,
        expect![
            "lists.create: not called, the run was stopped: `--only ` names the only operations that may change anything"
        ],
    );
}

#[test]
fn effects_keep_to_the_lists_and_campaigns_that_are_named() {
    let guardrails = Guardrails {
        lists: vec![ids(&["A", "B"], "--lists A,B"), ids(&["B"], "limits.lists")],
        campaigns: vec![ids(&["C"], "limits.campaigns")],
        ..Guardrails::default()
    };
    let with = |ids: &[&str], body| Arguments::ids(ids.iter().copied()).with_body(body);
    check(&guardrails, "lists.add_profiles", &with(&["B"], json!(["p"])), expect!["allowed"]);
    check(
        &guardrails,
        "lists.add_profiles",
        &with(&["A"], json!(["p"])),
        expect![
            "lists.add_profiles: not called, the run was stopped: the list `A` is not among those that `limits.lists` allows"
        ],
    );
    check(
        &guardrails,
        "lists.add_profiles",
        &with(&["X"], json!(["p"])),
        expect![
            "lists.add_profiles: not called, the run was stopped: the list `X` is not among those that `--lists A,B` allows"
        ],
    );
    check(&guardrails, "lists.get", &Arguments::ids(["X"]), expect!["allowed"]);
    check(&guardrails, "lists.create", &with(&[], json!({ "name": "new" })), expect!["allowed"]);
    check(
        &guardrails,
        "campaigns.send",
        &with(&[], json!({ "campaign_id": "C" })),
        expect!["allowed"],
    );
    check(
        &guardrails,
        "campaigns.send",
        &with(&[], json!({ "campaign_id": "D" })),
        expect![
            "campaigns.send: not called, the run was stopped: the campaign `D` is not among those that `limits.campaigns` allows"
        ],
    );
    // Effects on anything else are not about lists or campaigns; of an unknown path nobody knows.
    check(&guardrails, "profiles.update", &with(&["p"], json!({})), expect!["allowed"]);
    check(
        &guardrails,
        REQUEST,
        &Arguments::default(),
        expect![
            "request: not called, the run was stopped: no operation has this path, so nobody can tell whether it keeps within `--lists A,B`"
        ],
    );
    let records = BTreeMap::from([("profiles", Limit::new(5, "limits.records.profiles"))]);
    let bounded = Guardrails { records, ..Guardrails::default() };
    check(
        &bounded,
        REQUEST,
        &Arguments::default(),
        expect![
            "request: not called, the run was stopped: no operation has this path, so nobody can tell whether it keeps within `limits.records.profiles`"
        ],
    );
    check(&bounded, "profiles.update", &with(&["p"], json!({})), expect!["allowed"]);
}

fn limits(words: &[(&str, u64)]) -> Guardrails {
    let mut guardrails = Guardrails::default();
    for (word, most) in words {
        let limit = Limit::new(*most, format!("--limit {word}={most}"));
        match *word {
            "writes" => guardrails.writes = Some(limit),
            "seconds" => guardrails.seconds = Some(limit),
            _ => drop(guardrails.records.insert("profiles", limit)),
        }
    }
    guardrails
}

#[test]
fn a_guardrail_by_hand_may_only_tighten() {
    let project = Guardrails {
        lists: vec![ids(&["A"], "pianoroll.toml:9:1 (limits.lists)")],
        ..limits(&[("writes", 20), ("records", 10)])
    };
    let tightened = project.clone().tightened(limits(&[("writes", 5), ("seconds", 60)])).unwrap();
    assert_eq!((tightened.writes.unwrap().most, tightened.seconds.unwrap().most), (5, 60));
    assert_eq!(tightened.records["profiles"].most, 10);
    let by = Guardrails {
        lists: vec![ids(&["A", "B"], "--lists A,B")],
        only: vec![patterns(&["lists.*"])],
        ..limits(&[("writes", 21), ("records", 11)])
    };
    let loosened = project.tightened(by).unwrap_err();
    let lines: Vec<String> = loosened.iter().map(Loosened::to_string).collect();
    expect![[r#"
        `--limit writes=21` would loosen `--limit writes=20`, which allows 20
        `--limit records=11` would loosen `--limit records=10`, which allows 10
        `--lists A,B` names `B`, which `pianoroll.toml:9:1 (limits.lists)` does not allow"#]]
    .assert_eq(&lines.join("\n"));
}
