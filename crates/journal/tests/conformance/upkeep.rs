//! What takes records away, and what copies them.

use pianoroll_journal::*;
use pianoroll_model::{Effect, Outcome};
use serde_json::json;

use super::given::*;

pub(crate) async fn sweeping_deletes_old_runs(backend: Shared) {
    for (run, end) in [("r1", 10), ("r2", 20), ("r3", 30)] {
        let claim = claimed(&*backend, run).await;
        let replaced = Intent { replaced: Some("{}".into()), ..intent(1, Effect::Write) };
        let write =
            Write::Record { claim: claim.clone(), number: 1, intent: replaced, answer: done() };
        wrote(&*backend, vec![write, Write::Note { claim: claim.clone(), note: note(1, "x") }])
            .await;
        backend.end(&claim, finish(Outcome::Completed, end)).await.unwrap();
    }
    let mut other = new_run("r4", Trigger::Schedule { schedule: "s".into(), due: at(0) });
    let lone = Program::new("script", "log(4)");
    other.program.clone_from(&lone.digest);
    backend.create(other.clone(), lone.clone()).await.unwrap();
    let claim = backend.claim(&id("r4"), at(1)).await.unwrap();
    backend.end(&claim, finish(Outcome::Completed, 5)).await.unwrap();
    created(&*backend, "open").await;

    assert_eq!(backend.sweep(at(20), at(30), at(0)).await.unwrap(), 2);
    let left: Vec<_> = backend
        .runs(&RunFilter::default())
        .await
        .unwrap()
        .iter()
        .map(|run| run.new.id.to_string())
        .collect();
    assert_eq!(left, ["open", "r3", "r2"]);
    assert_eq!(backend.program(&lone.digest).await.unwrap(), None);
    assert_eq!(backend.program(&program().digest).await.unwrap(), Some(program()));
    assert_eq!(backend.notes(&id("r1")).await.unwrap(), []);
    let kept = |entries: Vec<Entry>| entries[0].intent.replaced.is_some();
    assert!(!kept(all(&*backend, &id("r2")).await));
    assert!(kept(all(&*backend, &id("r3")).await));
    assert_eq!(backend.positions(&id("r2")).await.unwrap().len(), 1);
    // What made a run that is gone makes none again.
    assert_eq!(backend.create(other, lone).await.unwrap(), Some(id("r4")));
}

pub(crate) async fn erasing_takes_a_text_out_of_finished_runs(backend: Shared) {
    const WHO: &str = "01HERASEME";
    let body = json!({ "id": WHO, "more": "y".repeat(300) });
    for (run, end) in [("done", true), ("open", false)] {
        let mut new = new_run(run, Trigger::Manual);
        new.params = json!({ "profile": WHO });
        backend.create(new, program()).await.unwrap();
        let claim = backend.claim(&id(run), at(1)).await.unwrap();
        let escaped = r#"{"id":"\u00301HERASEME"}"#;
        let asked = Intent {
            target: WHO.into(),
            arguments: body.to_string().into(),
            replaced: Some(escaped.into()),
            ..intent(1, Effect::Write)
        };
        let state = Write::State {
            claim: claim.clone(),
            scope: scope(),
            key: format!("k-{run}"),
            value: Some(body.clone()),
            at: at(2),
        };
        wrote(
            &*backend,
            vec![
                Write::Record {
                    claim: claim.clone(),
                    number: 1,
                    intent: asked,
                    answer: answer(EntryState::Done, &body),
                },
                record(&claim, 2, Effect::Write),
                Write::Note { claim: claim.clone(), note: note(1, &format!("saw {WHO}")) },
                Write::Note { claim: claim.clone(), note: note(2, "saw nobody") },
                state,
            ],
        )
        .await;
        if end {
            backend.end(&claim, finish(Outcome::Completed, 5)).await.unwrap();
        }
    }
    backend.set_state(&scope(), WHO, Some(json!(1)), at(1)).await.unwrap();
    assert_eq!(kind(backend.erase("").await), JournalErrorKind::State);
    // One run, one entry, one note, and three state values.
    assert_eq!(backend.erase(WHO).await.unwrap(), (6, vec![id("open")]));
    let run = backend.run(&id("done")).await.unwrap().unwrap();
    assert_eq!(run.new.params, json!({ "erased": true }));
    let entries = all(&*backend, &id("done")).await;
    let erased: &[u8] = br#"{"erased":true}"#;
    assert_eq!(
        (&*entries[0].intent.arguments, entries[0].intent.target.as_str()),
        (erased, "(erased)")
    );
    assert_eq!(entries[0].intent.replaced.as_deref(), Some(erased));
    assert_eq!(entries[0].answer.as_ref().unwrap().body, erased);
    assert_eq!(entries[1].intent, intent(2, Effect::Write));
    let notes: Vec<_> =
        backend.notes(&id("done")).await.unwrap().into_iter().map(|note| note.text).collect();
    assert_eq!(notes, ["(erased)", "saw nobody"]);
    assert_eq!(
        backend.state(&scope(), "k-done").await.unwrap().unwrap().value,
        json!({ "erased": true })
    );
    assert_eq!(backend.state(&scope(), WHO).await.unwrap(), None);
    assert_eq!(all(&*backend, &id("open")).await[0].intent.target, WHO);
    assert_eq!(backend.erase(WHO).await.unwrap(), (0, vec![id("open")]));
}

pub(crate) async fn a_run_is_exported(backend: Shared) {
    let claim = claimed(&*backend, "r1").await;
    wrote(
        &*backend,
        vec![
            record(&claim, 1, Effect::Write),
            intend(&claim, 2),
            Write::Note { claim: claim.clone(), note: note(1, "hello") },
        ],
    )
    .await;
    let document = export(&*backend, &claim.run).await.unwrap();
    assert_eq!(document["run"]["id"], "r1");
    assert_eq!(document["program"]["content"], "log(1)");
    assert_eq!(document["attempts"][0]["number"], 1);
    assert_eq!(document["entries"][0]["answer"]["body"]["data"]["id"], "01H1");
    assert_eq!(document["entries"][0]["arguments"][1]["first_name"], "Ada");
    assert_eq!(document["entries"][1]["state"], "sent");
    assert_eq!(document["notes"][0]["text"], "hello");
    assert_eq!(kind(export(&*backend, &id("none")).await), JournalErrorKind::NotFound);
}
