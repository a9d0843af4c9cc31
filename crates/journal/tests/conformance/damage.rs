//! Damaged files: each damage is found and named, or it does no harm.

use std::fs;
use std::path::Path;

use pianoroll_journal::*;
use pianoroll_model::{Effect, Outcome};
use serde_json::Value;

use super::given::*;

/// Everything that a journal tells.
async fn content(journal: &Sqlite) -> Result<Vec<Value>, JournalError> {
    let mut content = Vec::new();
    for run in journal.runs(&RunFilter::default()).await? {
        let id = run.new.id;
        // Asked for by its id, as one is that goes on.
        journal
            .run(&id)
            .await?
            .ok_or_else(|| JournalError::new(JournalErrorKind::NotFound, "has lost a run"))?;
        journal.positions(&id).await?;
        content.push(export(journal, &id).await?);
    }
    for state in journal.states(None).await? {
        content.push(serde_json::to_value(state).unwrap());
    }
    Ok(content)
}

/// Runs of all kinds, in a folder that is as a crash leaves it where `crash` is set.
async fn filled(folder: &Path, crash: &Path) -> Vec<Value> {
    let journal = Sqlite::open(folder).await.unwrap();
    for (run, outcome) in
        [("r1", Some(Outcome::Completed)), ("r2", None), ("r3", Some(Outcome::Failed))]
    {
        let claim = claimed(&journal, run).await;
        let mut writes: Vec<_> = (1..=12)
            .map(|number| {
                record(&claim, number, if number % 2 == 0 { Effect::Read } else { Effect::Write })
            })
            .collect();
        writes.push(Write::Note { claim: claim.clone(), note: note(1, "hello") });
        writes.push(Write::State {
            claim: claim.clone(),
            scope: scope(),
            key: run.into(),
            value: Some(Value::from(7)),
            at: at(4),
        });
        wrote(&journal, writes).await;
        wrote(&journal, vec![intend(&claim, 13)]).await;
        if let Some(outcome) = outcome {
            journal.end(&claim, finish(outcome, 9)).await.unwrap();
        }
    }
    let told = content(&journal).await.unwrap();
    for name in ["journal.db", "journal.db-wal", "journal.mark"] {
        fs::copy(folder.join(name), crash.join(name)).unwrap();
    }
    journal.shut().await.unwrap();
    told
}

/// Opens a copy of a folder with one of its files changed; answers whether the damage was found.
async fn is_found(folder: &Path, name: &str, bytes: &[u8], whole: &[Value], what: &str) -> bool {
    let copy = tempfile::tempdir().unwrap();
    for file in ["journal.db", "journal.db-wal", "journal.mark"] {
        if folder.join(file).exists() {
            fs::copy(folder.join(file), copy.path().join(file)).unwrap();
        }
    }
    fs::write(copy.path().join(name), bytes).unwrap();
    let told = match Sqlite::open(copy.path()).await {
        Ok(journal) => content(&journal).await,
        Err(error) => Err(error),
    };
    match told {
        Ok(told) => {
            // Not `assert_eq!`: both are long, and one place differs.
            let differs = told.iter().zip(whole).find(|(told, whole)| told != whole);
            assert!(told.len() == whole.len() && differs.is_none(), "{what}: {differs:?}");
            false
        }
        Err(error) => {
            let known = matches!(error.kind, JournalErrorKind::Corrupt | JournalErrorKind::Version);
            assert!(known, "{what}: {:?} {error}", error.kind);
            true
        }
    }
}

#[tokio::test]
async fn flipped_bits_are_found_or_do_no_harm() {
    let (folder, crash) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let whole = filled(folder.path(), crash.path()).await;
    // Every so many bits, another way each time: all pages are met, and all parts of them over the runs of a long check.
    let often =
        std::env::var("PIANOROLL_FLIPS").ok().and_then(|text| text.parse().ok()).unwrap_or(120);
    for (place, name) in
        [(&folder, "journal.db"), (&crash, "journal.db-wal"), (&folder, "journal.mark")]
    {
        let bytes = fs::read(place.path().join(name)).unwrap();
        let bits = bytes.len() * 8;
        let mut found = 0;
        for flip in 0..often.min(bits) {
            let bit = (flip * bits / often.min(bits) + flip * 37) % bits;
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let what = format!("bit {bit} of {name}");
            found += usize::from(is_found(place.path(), name, &damaged, &whole, &what).await);
        }
        // Of a mark there are two: where one is damaged, the other tells, and nothing is refused.
        assert_eq!(found > 0, name != "journal.mark", "{name}");
    }
}

#[tokio::test]
async fn truncated_files_are_found() {
    let (folder, crash) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let whole = filled(folder.path(), crash.path()).await;
    for (place, name) in [(&folder, "journal.db"), (&crash, "journal.db-wal")] {
        let bytes = fs::read(place.path().join(name)).unwrap();
        for length in [0, 10, 100, 4096, 5000, bytes.len() / 2, bytes.len() - 4096, bytes.len() - 1]
        {
            let what = format!("{name} of {length} bytes");
            assert!(is_found(place.path(), name, &bytes[..length], &whole, &what).await, "{what}");
        }
    }
}

#[tokio::test]
async fn another_file_is_no_journal() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("journal.db"), "this is a text, and no database at all").unwrap();
    let error = Sqlite::open(folder.path()).await.map(|_| ()).unwrap_err();
    assert_eq!(error.kind, JournalErrorKind::Corrupt);
    assert!(error.message.contains("journal.db"), "{error}");
}
