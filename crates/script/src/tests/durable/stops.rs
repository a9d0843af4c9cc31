//! The first attempt stops anywhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use pianoroll_host::HostErrorKind;

use super::super::files::Folder;
use super::super::support::runtime;
use super::Durable;

const ALICE: &str = "01GDDKASAP8TKDDA2GRZDSVP4H";

/// Everything whose answer may differ from one attempt to the next.
fn programs() -> Vec<(&'static str, String)> {
    let update = format!("profiles::update(\"{ALICE}\", #{{ properties: #{{ n: n }} }})");
    vec![
        (
            "calls",
            format!(
                "for n in 0..3 {{ print(`n ${{n}}`); {update}; }} profiles::get(\"{ALICE}\").attributes.properties.n"
            ),
        ),
        (
            "each",
            format!(
                "let n = []; for p in profiles::each(#{{ page_size: 7 }}) {{ n.push(p.id); if n.len() == 10 {{ break; }} }} problem(`${{n.len()}}`); {update}; n[9]"
            ),
        ),
        (
            "parallel",
            format!(
                "let drawn = parallel(0..5, 3, |n| {{ log::info(`item ${{n}}`); {update}; [random(1000), profiles::get(\"{ALICE}\").id] }}, #{{ on_error: \"collect\" }});
                 let lost = parallel(0..3, 2, |n| profiles::get(`none${{n}}`), #{{ on_error: \"collect\" }});
                 [drawn.results, lost.failed.map(|one| one.error.status), random(1000)]"
            ),
        ),
        (
            "checkpoints",
            format!(
                "let kept = checkpoint(\"kept\", || {{
                    let ids = rows(); for p in profiles::each(#{{ fields: [\"email\"], page_size: 50 }}) {{ ids.push(p.id); }}
                    log::info(\"read\");
                    #{{ ids: ids, at: clock().in_zone(\"account\"), draw: random(1000), one: profiles::get(\"{ALICE}\", #{{ fields: [\"email\"] }}), nan: 0.0 / 0.0, span: days(2), letter: 'x' }}
                }});
                let told = try_it(); fn try_it() {{ try {{ checkpoint(\"thrown\", || profiles::get(\"none\")); }} catch (e) {{ return e.status; }} }}
                let wrong = (); try {{ checkpoint(\"wrong\", || [1][7]); }} catch (e) {{ wrong = e; }}
                let unasked = (); try {{ kept.one.attributes.first_name; }} catch (e) {{ unasked = e.code; }}
                for n in 0..2 {{ {update}; }}
                [kept.ids.len(), kept.at.zone, kept.draw, kept.nan != kept.nan, kept.span > days(1), type_of(kept.letter), told, wrong.message, unasked, random(1000)]"
            ),
        ),
        (
            "time and state",
            format!(
                "let n = state::get(\"n\", 1); state::set(\"n\", n + 1);
                let first = clock(); wait(minutes(10)); wait(seconds(5)); wait(seconds(-1));
                {update};
                state::set(\"gone\", true); state::remove(\"gone\");
                [n, state::get(\"n\"), state::get(\"gone\"), clock() - first >= minutes(10), (clock() - now()).minutes]"
            ),
        ),
        (
            "jobs and files",
            format!(
                "let emails = []; for row in files::read_csv(\"people.csv\") {{ emails.push(#{{ email: row.email }}); }}
                let there = [files::exists(\"people.csv\"), files::exists(\"nothing.csv\")];
                let job = wait_for(profiles::bulk_import(emails)[0]);
                let n = 9; {update};
                files::json(\"out.json\", emails.len());
                [emails.len(), there, job.attributes.status, files::read_json(\"more.json\").a]"
            ),
        ),
    ]
}

async fn durable() -> (Durable, Folder) {
    let folder = Folder::with(&[
        ("people.csv", b"email\nann@example.com\nbob@example.com\n"),
        ("more.json", br#"{"a":[1,2.5]}"#),
    ]);
    let mut durable = Durable::new().await;
    durable.world.files = Arc::new(folder.clone());
    (durable, folder)
}

/// What is left of a run when it is over.
async fn left(
    durable: &Durable,
    folder: &Folder,
) -> (Vec<String>, Vec<(String, serde_json::Value)>, BTreeMap<String, Vec<u8>>) {
    (durable.notes().await, durable.states().await, folder.files().clone())
}

#[test]
fn after_any_number_of_calls_the_next_attempt_goes_on() {
    runtime().block_on(async {
        for (name, source) in programs() {
            let (undisturbed, folder) = durable().await;
            let whole = undisturbed.to_its_end(&source).await;
            assert!(whole.result.is_ok(), "{name}: {}", whole.text());
            let (effects, rest) = (undisturbed.effects(), left(&undisturbed, &folder).await);
            for most in 0.. {
                let (mut durable, folder) = durable().await;
                durable.limit_calls(Some(most));
                let stopped = durable.to_its_end(&source).await;
                if stopped.result.is_ok() {
                    assert!(most > 1, "{name}: {most} calls were counted");
                    break;
                }
                durable.limit_calls(None);
                let went_on = durable.to_its_end(&source).await;
                assert_eq!(went_on.text(), whole.text(), "{name}, stopped after {most} calls");
                assert_eq!(durable.effects(), effects, "{name}, stopped after {most} calls");
                assert_eq!(
                    left(&durable, &folder).await,
                    rest,
                    "{name}, stopped after {most} calls"
                );
            }
        }
    });
}

#[test]
fn after_a_crash_at_any_commit_the_next_attempt_goes_on() {
    runtime().block_on(async {
        for (name, source) in programs() {
            let (undisturbed, folder) = durable().await;
            let whole = undisturbed.to_its_end(&source).await;
            let effects = undisturbed.distinct_effects();
            let rest = left(&undisturbed, &folder).await;
            for (commits, made) in (0..).flat_map(|commits| [(commits, false), (commits, true)]) {
                let (durable, folder) = durable().await;
                durable.crash_after(commits, made);
                let crashed = durable.to_its_end(&source).await;
                durable.revive();
                if crashed.result.is_ok() {
                    assert!(commits > 2, "{name}: {commits} commits were made");
                    break;
                }
                let went_on = durable.to_its_end(&source).await;
                let when = format!("{name}, crashed at commit {commits}, made: {made}");
                let error = went_on.result.as_ref().err().and_then(|error| error.host());
                if error.is_some_and(|error| error.kind() == HostErrorKind::UnknownOutcome) {
                    // An import that may have begun is not begun again, but waits for a word.
                    assert_eq!(name, "jobs and files", "{when}: {}", went_on.text());
                    continue;
                }
                assert_eq!(went_on.text(), whole.text(), "{when}");
                // What was sent and not answered for is sent again where that is harmless.
                assert_eq!(durable.distinct_effects(), effects, "{when}");
                assert_eq!(left(&durable, &folder).await, rest, "{when}");
            }
        }
    });
}

#[test]
fn a_program_that_has_changed_is_told_with_both_sides() {
    runtime().block_on(async {
        let (mut durable, _) = durable().await;
        durable.limit_calls(Some(1));
        durable.attempt("lists::create(#{ name: \"a\" }); profiles::count()").await;
        durable.limit_calls(None);
        let diverged =
            durable.attempt("try { lists::create(#{ name: \"b\" }); } catch { 1 }").await;
        expect_test::expect![[r#"
            test.rhai:1:14: at call 1, the program does not do what it did in an earlier attempt, so nobody knows what is left to do
              then: lists.create {"body":{"name":"a"}}
              now:  lists.create {"body":{"name":"b"}}
              |
            1 | try { lists::create(#{ name: "b" }); } catch { 1 }
              |              ^^^^^^"#]].assert_eq(&diverged.text());
        let ended = durable.attempt("1").await;
        expect_test::expect![[r#"
            at call 1, the program does not do what it did in an earlier attempt, so nobody knows what is left to do
              then: lists.create {"body":{"name":"a"}}
              now:  the end of the program"#]].assert_eq(&ended.text());
    });
}

#[test]
fn what_failed_beside_the_first_item_is_done_again() {
    runtime().block_on(async {
        let (durable, _) = durable().await;
        let source = "parallel(0..300, 8, |n| profiles::get(`none${n}`))";
        let failed = durable.attempt(source).await;
        // The first of them, and as the host's error, however many there were.
        let error = failed.result.as_ref().unwrap_err();
        assert_eq!(error.host().and_then(|error| error.position().branch), Some((1, 0)));
        let again = durable.attempt(source).await;
        assert_eq!((again.text(), again.repeated), (failed.text(), 0));
    });
}
