use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::super::{GuardrailError, Limit};
use super::*;

fn load(weight: Weight) -> Load {
    Load { weight, records: None }
}

fn profiles(count: u64) -> Load {
    Load { weight: Weight::of(Effect::Write), records: Some(("profiles", count)) }
}

fn take(spent: &Spent, guardrails: &Guardrails, load: Load) -> Result<(), GuardrailError> {
    let taken = spent.take(guardrails, load, || Duration::from_secs(60));
    taken.map_err(|(refusal, source)| GuardrailError {
        operation: "profiles.update".to_owned(),
        target: "01GDDK".into(),
        items: 0,
        refusal,
        source,
    })
}

fn check(guardrails: &Guardrails, load: Load, times: u64, expected: Expect) {
    let spent = Spent::default();
    for _ in 0..times {
        take(&spent, guardrails, load).unwrap();
    }
    let before = spent.lock().clone();
    expected.assert_eq(&take(&spent, guardrails, load).unwrap_err().to_string());
    // What was refused is not counted.
    assert_eq!(*spent.lock(), before);
    assert_eq!(spent.calls(), times);
}

fn limit(source: &str, most: u64) -> Option<Limit> {
    Some(Limit::new(most, source))
}

#[test]
fn a_limit_names_who_set_it() {
    let writes = Guardrails { writes: limit("--limit writes=3", 3), ..Guardrails::default() };
    check(
        &writes,
        load(Weight::of(Effect::Write)),
        3,
        expect![
            "profiles.update of 01GDDK: not called, the run was stopped: it has made the 3 writes that `--limit writes=3` allows"
        ],
    );
    let calls = Guardrails { calls: limit("--limit calls=2", 2), ..Guardrails::default() };
    check(
        &calls,
        load(Weight::of(Effect::Read)),
        2,
        expect![
            "profiles.update of 01GDDK: not called, the run was stopped: it has made the 2 calls that `--limit calls=2` allows"
        ],
    );
    let sends = Guardrails { sends: limit("limits.sends", 0), ..Guardrails::default() };
    check(
        &sends,
        load(Weight::of(Effect::Delete).and(Effect::Send)),
        0,
        expect![
            "profiles.update of 01GDDK: not called, the run was stopped: `limits.sends` allows no sends"
        ],
    );
    let deletes = Guardrails { deletes: limit("limits.deletes", 1), ..Guardrails::default() };
    check(
        &deletes,
        load(Weight::of(Effect::Delete)),
        1,
        expect![
            "profiles.update of 01GDDK: not called, the run was stopped: it has made the 1 delete that `limits.deletes` allows"
        ],
    );
    let records = BTreeMap::from([("profiles", Limit::new(1500, "limits.records.profiles"))]);
    let records = Guardrails { records, ..Guardrails::default() };
    check(
        &records,
        profiles(1000),
        1,
        expect![
            "profiles.update of 01GDDK: not called, the run was stopped: it touches 1000 of `profiles`, 1000 were touched before, and `limits.records.profiles` allows 1500 in all"
        ],
    );
}

#[test]
fn a_limit_on_time_is_told_in_minutes_where_it_is_some() {
    let read = load(Weight::of(Effect::Read));
    let seconds =
        |most| Guardrails { seconds: limit("limits.minutes", most), ..Guardrails::default() };
    check(
        &seconds(60),
        read,
        0,
        expect![
            "profiles.update of 01GDDK: not called, the run was stopped: it has run longer than the 1 minute that `limits.minutes` allows"
        ],
    );
    check(
        &seconds(45),
        read,
        0,
        expect![
            "profiles.update of 01GDDK: not called, the run was stopped: it has run longer than the 45 seconds that `limits.minutes` allows"
        ],
    );
    check(
        &seconds(1),
        read,
        0,
        expect![
            "profiles.update of 01GDDK: not called, the run was stopped: it has run longer than the 1 second that `limits.minutes` allows"
        ],
    );
    check(
        &seconds(0),
        read,
        0,
        expect![
            "profiles.update of 01GDDK: not called, the run was stopped: it has run longer than the 0 seconds that `limits.minutes` allows"
        ],
    );
    take(&Spent::default(), &seconds(61), read).unwrap();
}

#[test]
fn a_limit_on_one_effect_leaves_the_others_alone() {
    let spent = Spent::default();
    let guardrails = Guardrails { writes: limit("x", 0), ..Guardrails::default() };
    take(&spent, &guardrails, load(Weight::of(Effect::Read))).unwrap();
    take(&spent, &guardrails, load(Weight::of(Effect::Send))).unwrap();
    assert!(take(&spent, &guardrails, load(Weight::of(Effect::Write))).is_err());
    assert_eq!(spent.effects(), EffectCounts { read: 1, write: 0, delete: 0, send: 1 });
}

#[test]
fn calls_side_by_side_never_pass_the_limit() {
    let spent = Spent::default();
    let guardrails = Guardrails { writes: limit("x", 1000), ..Guardrails::default() };
    let worker = || {
        let write = load(Weight::of(Effect::Write));
        (0..400).filter(|_| take(&spent, &guardrails, write).is_ok()).count()
    };
    let taken: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(taken, 1000);
    assert_eq!(spent.effects().write, 1000);
}

/// A call of a generated run: its effect, whether it is an unknown request, its records, and whether it is turned back.
fn calls() -> impl Strategy<Value = Vec<(Load, bool)>> {
    let effect = prop_oneof![
        Just(Weight::of(Effect::Read)),
        Just(Weight::of(Effect::Write)),
        Just(Weight::of(Effect::Delete)),
        Just(Weight::of(Effect::Send)),
        Just(Weight::of(Effect::Delete).and(Effect::Send)),
    ];
    let records = proptest::option::of((prop_oneof![Just("profiles"), Just("lists")], 0_u64..9));
    let load = (effect, records).prop_map(|(weight, records)| Load { weight, records });
    proptest::collection::vec((load, any::<bool>()), 0..60)
}

fn guardrails() -> impl Strategy<Value = Guardrails> {
    let number = || proptest::option::of(0_u64..12);
    (number(), number(), number(), number(), number()).prop_map(|numbers| {
        let limit = |most: Option<u64>| most.map(|most| Limit::new(most, "x"));
        let (calls, writes, deletes, sends, profiles) = numbers;
        Guardrails {
            calls: limit(calls),
            writes: limit(writes),
            deletes: limit(deletes),
            sends: limit(sends),
            records: limit(profiles).map(|limit| ("profiles", limit)).into_iter().collect(),
            ..Guardrails::default()
        }
    })
}

proptest! {
    #[test]
    fn no_limit_is_ever_passed_and_what_is_given_back_is_gone(
        guardrails in guardrails(), calls in calls(), threads in 1_usize..4,
    ) {
        let spent = Spent::default();
        let work = |part: &[(Load, bool)]| {
            let mut kept = Vec::new();
            for (load, back) in part {
                if take(&spent, &guardrails, *load).is_err() { continue; }
                let counts = spent.lock().clone();
                let within = |limit: &Option<Limit>, count: u64| limit.as_ref().is_none_or(|limit| count <= limit.most);
                assert!(within(&guardrails.calls, counts.calls));
                assert!(within(&guardrails.writes, counts.effects[1]));
                assert!(within(&guardrails.deletes, counts.effects[2]));
                assert!(within(&guardrails.sends, counts.effects[3]));
                let touched = counts.records.get("profiles").copied().unwrap_or_default();
                assert!(within(&guardrails.records.get("profiles").cloned(), touched));
                if *back { spent.give_back(*load) } else { kept.push(*load) }
            }
            kept
        };
        let size = calls.len().div_ceil(threads).max(1);
        let kept: Vec<Load> = std::thread::scope(|scope| {
            let parts: Vec<_> = calls.chunks(size).map(|part| scope.spawn(move || work(part))).collect();
            parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
        });
        let mut expected = Counts::default();
        for load in kept {
            expected.calls += 1;
            for (count, counted) in expected.effects.iter_mut().zip(load.weight.effects) { *count += u64::from(counted); }
            if let Some((resource, more)) = load.records { *expected.records.entry(resource).or_default() += more; }
        }
        let mut counts = spent.lock().clone();
        counts.records.retain(|_, count| *count > 0);
        expected.records.retain(|_, count| *count > 0);
        prop_assert_eq!(counts, expected);
    }
}
