//! What the API can do wrong, as a script sees it; and what stops a run from outside.

use std::time::Duration;

use expect_test::{Expect, expect};
use pianoroll_host::{GuestErrorKind, HostErrorKind};
use pianoroll_simulator::{Rule, Settings, When};

use super::support::{Ended, World, runtime, settings};
use crate::{MemoryLimit, Script};

fn with_fault(rule: Rule, source: &str) -> (Ended, Vec<String>) {
    runtime().block_on(async {
        let world = World::simulated(settings()).await;
        world.simulator().set_faults(vec![rule]);
        (world.run(source).await, world.requests())
    })
}

const CATCH: &str = "try { lists::get(\"Y6nRLr\"); \"went well\" } catch (e) { return [e.kind, e.status, e.code, e.retryable, e.operation]; }";

fn check(rule: Rule, expected: Expect) {
    expected.assert_eq(&with_fault(rule, CATCH).0.text());
}

fn status(status: u16) -> Rule {
    Rule { status: Some(status), ..Rule::default() }
}

#[test]
fn every_error_status_is_a_map_that_can_be_caught() {
    check(status(400), expect![[r#"["api",400,"invalid",false,"lists.get"]"#]]);
    check(status(401), expect![[r#"["api",401,"not_authenticated",false,"lists.get"]"#]]);
    check(status(403), expect![[r#"["api",403,"permission_denied",false,"lists.get"]"#]]);
    check(status(404), expect![[r#"["api",404,"not_found",false,"lists.get"]"#]]);
    check(status(409), expect![[r#"["api",409,"conflict",false,"lists.get"]"#]]);
    check(status(410), expect![[r#"["api",410,"gone",false,"lists.get"]"#]]);
    check(status(429), expect![[r#"["api",429,"throttled",true,"lists.get"]"#]]);
    check(status(500), expect![[r#"["api",500,"error",true,"lists.get"]"#]]);
    check(status(503), expect![[r#"["api",503,"service_unavailable",true,"lists.get"]"#]]);
    check(
        Rule { html: true, ..Rule::default() },
        expect![[r#"["api",403,"unreadable",true,"lists.get"]"#]],
    );
    check(
        Rule { truncate: Some(20), ..Rule::default() },
        expect![[r#"["api",200,"unreadable",true,"lists.get"]"#]],
    );
    check(
        Rule { drop: true, ..Rule::default() },
        expect![[r#"["api",null,"dropped",true,"lists.get"]"#]],
    );
    // One failure of a read is nothing: it is sent again.
    check(Rule { drop: true, times: Some(1), ..Rule::default() }, expect![[r#""went well""#]]);
}

#[test]
fn an_unknown_outcome_ends_the_run_whatever_the_script_catches() {
    let rule = Rule {
        method: Some("POST".to_owned()),
        path: Some("/klaviyo/api/lists".to_owned()),
        when: When::After,
        drop: true,
        ..Rule::default()
    };
    let (ended, requests) = with_fault(
        rule,
        "try {\n    lists::create(#{ name: \"Once\" });\n} catch (e) { }\nlists::update(\"Y6nRLr\", #{ name: \"never\" });",
    );
    let error = ended.result.unwrap_err();
    let host = error.host().unwrap();
    assert_eq!(host.kind(), HostErrorKind::UnknownOutcome);
    assert_eq!(error.place.unwrap().line, 2);
    // Neither sent again nor followed by anything.
    assert_eq!(requests.iter().filter(|request| request.starts_with("POST")).count(), 1);
    assert!(!requests.iter().any(|request| request.starts_with("PATCH")));
}

#[test]
fn an_error_of_a_page_is_thrown_where_the_page_is_needed() {
    let rule = Rule {
        path: Some("/klaviyo/api/profiles*".to_owned()),
        status: Some(404),
        skip: 2,
        ..Rule::default()
    };
    let source = "let n = 0;\ntry {\n    for p in profiles::each(#{ page_size: 50 }) { n += 1; }\n} catch (e) { return [n, e.status]; }";
    assert_eq!(with_fault(rule.clone(), source).0.text(), "[100,404]");
    let uncaught =
        with_fault(rule, "for p in profiles::each(#{ page_size: 50 }) {\n    p.id;\n}").0;
    expect![[r#"
        test.rhai:1:20: profiles.list: 404 not_found: Injected by the simulator. (at /data/)
          |
        1 | for p in profiles::each(#{ page_size: 50 }) {
          |                    ^^^^"#]]
    .assert_eq(&uncaught.text());
}

#[test]
fn cancelling_ends_a_script_that_waits_for_the_api() {
    runtime().block_on(async {
        let slow = Settings { latency: Duration::from_secs(600), ..settings() };
        let world = World::simulated(slow).await;
        let cancel = world.cancel.clone();
        let script = Script::compile("try { lists::list(); } catch (e) { } loop { }", "x").unwrap();
        let stop = async {
            // Once the request is on its way; that it never is answered is what the latency is for.
            while world.requests().is_empty() {
                tokio::task::yield_now().await;
            }
            cancel.cancel();
        };
        let (ended, ()) = tokio::join!(world.run_script(&script, &[]), stop);
        assert!(ended.result.unwrap_err().is_cancelled());
    });
}

#[test]
fn positions_of_items_do_not_depend_on_timing() {
    runtime().block_on(async {
        let jittery = Settings {
            latency: Duration::from_millis(4),
            jitter: Duration::from_millis(4),
            ..settings()
        };
        let world = World::simulated(jittery).await;
        let source = "
            let ids = []; for p in profiles::each(#{ page_size: 40 }) { ids.push(p.id); if ids.len() == 40 { break; } }
            parallel(ids, 8, |id| { profiles::get(id); profiles::update(id, #{ title: id }); });
            ids";
        let ended = world.run(source).await;
        let ids = ended.result.unwrap();
        let ids = ids.as_array().unwrap();
        assert_eq!(ended.ledger.entries.len(), 40);
        for entry in &ended.ledger.entries {
            let (parallel, item) = entry.position.branch.unwrap();
            // The `each` is host call 1, the `parallel` 2; in an item the read is 1, the update 2.
            assert_eq!((parallel, entry.position.sequence), (2, 2));
            assert_eq!(Some(&*entry.target), ids[item as usize].as_str());
        }
    });
}

#[test]
fn a_run_that_takes_too_much_memory_is_ended() {
    runtime().block_on(async {
        use pianoroll_host::Guest;
        let limit = MemoryLimit { most: 64 * 1024 * 1024, used: || 100 * 1024 * 1024 };
        let script = Script::compile("loop { try { loop { } } catch (e) { } }", "x.rhai").unwrap();
        let world = World::offline();
        let guest = script.guest().with_memory_limit(limit);
        let error = guest.run(world.host().trunk()).await.unwrap_err();
        assert!(matches!(error.kind, GuestErrorKind::Limit));
        assert_eq!(error.message, "the run uses more than 64 MiB of memory");
    });
}
