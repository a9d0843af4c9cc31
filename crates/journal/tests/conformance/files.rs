//! What SQLite promises of its files: who owns them, who may read them, and what becomes of copies.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use pianoroll_journal::*;
use pianoroll_model::{Effect, Outcome, Status};
use serde_json::json;

use super::given::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A journal with one open run of three entries.
async fn with_a_run(folder: &Path) -> Sqlite {
    let journal = Sqlite::open(folder).await.unwrap();
    let claim = claimed(&journal, "r1").await;
    wrote(
        &journal,
        vec![record(&claim, 1, Effect::Read), record(&claim, 2, Effect::Write), intend(&claim, 3)],
    )
    .await;
    journal
}

async fn open_error(folder: &Path) -> JournalError {
    Sqlite::open(folder).await.map(|_| ()).unwrap_err()
}

#[tokio::test]
async fn only_the_owner_of_the_files_may_read_them() {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("a/state");
    let journal = with_a_run(&folder).await;
    assert_eq!(mode(&folder), 0o700);
    for name in ["journal.db", "journal.db-wal", "journal.db-shm", "journal.mark", "owner.lock"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    assert_eq!(fs::read_to_string(folder.join(".gitignore")).unwrap(), "*\n");
    let copy = above.path().join("copy.db");
    journal.backup(&copy).await.unwrap();
    assert_eq!(mode(&copy), 0o600);
}

#[tokio::test]
async fn a_folder_has_one_owner() {
    let folder = tempfile::tempdir().unwrap();
    let journal = with_a_run(folder.path()).await;
    let error = open_error(folder.path()).await;
    assert_eq!(error.kind, JournalErrorKind::Owned);
    let told = format!("the journal is owned by process {} since 2", std::process::id());
    assert!(error.to_string().starts_with(&told), "{error}");
    journal.shut().await.unwrap();
    assert_eq!(kind(journal.run(&id("r1")).await), JournalErrorKind::Storage);
    assert_eq!(kind(journal.claim(&id("r1"), at(9)).await), JournalErrorKind::Storage);
    let next = Sqlite::open(folder.path()).await.unwrap();
    // The run was interrupted, and that shows.
    let run = next.run(&id("r1")).await.unwrap().unwrap();
    assert!(run.status == Status::Running && run.epoch < next.owner_epoch());
    let unknown = answer(EntryState::Done, &json!(1));
    next.resolve(&id("r1"), 3, unknown).await.unwrap();
}

#[tokio::test]
async fn a_reader_sees_what_the_owner_writes() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = Sqlite::read_only(folder.path()).await.map(|_| ());
    assert_eq!(kind(nothing), JournalErrorKind::NotFound);
    let journal = with_a_run(folder.path()).await;
    let reader = Sqlite::read_only(folder.path()).await.unwrap();
    assert_eq!(all(&reader, &id("r1")).await.len(), 3);
    created(&journal, "r2").await;
    assert_eq!(reader.runs(&RunFilter::default()).await.unwrap().len(), 2);
    assert_eq!(reader.owner_epoch(), journal.owner_epoch());
    assert_eq!(kind(reader.commit(Vec::new()).await), JournalErrorKind::State);
    assert_eq!(kind(reader.claim(&id("r2"), at(1)).await), JournalErrorKind::State);
    let copy = folder.path().join("copy.db");
    reader.backup(&copy).await.unwrap();
    assert_eq!(kind(reader.backup(&copy).await), JournalErrorKind::State);
    journal.shut().await.unwrap();
    // Without an owner, too.
    drop(reader);
    let reader = Sqlite::read_only(folder.path()).await.unwrap();
    assert_eq!(reader.positions(&id("r1")).await.unwrap().len(), 3);
    reader.shut().await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_told_and_overcome() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::default();
    options.max_pages = Some(60);
    let journal = Sqlite::open_with(folder.path(), options).await.unwrap();
    let claim = claimed(&journal, "r1").await;
    let mut written = 0;
    let error = loop {
        let write = Write::Record {
            claim: claim.clone(),
            number: written + 1,
            intent: intent(written + 1, Effect::Read),
            // What does not compress.
            answer: answer(
                EntryState::Done,
                &json!(
                    (0..900_u64)
                        .map(|n| (n + written) * 2_654_435_761 % 1_000_003)
                        .collect::<Vec<_>>()
                ),
            ),
        };
        match journal.commit(vec![write]).await {
            Ok(_) => written += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind, written > 3), (JournalErrorKind::Full, true));
    assert_eq!(all(&journal, &claim.run).await.len() as u64, written);
    // Half of a large commit is none.
    let many = (1..=400).map(|more| record(&claim, written + more, Effect::Read)).collect();
    assert_eq!(kind(journal.commit(many).await), JournalErrorKind::Full);
    assert_eq!(journal.positions(&claim.run).await.unwrap().len() as u64, written);
    journal.shut().await.unwrap();
    let journal = Sqlite::open(folder.path()).await.unwrap();
    let claim = journal.claim(&claim.run, at(9)).await.unwrap();
    assert_eq!(journal.positions(&claim.run).await.unwrap().len() as u64, written);
    wrote(&journal, vec![record(&claim, written + 1, Effect::Read)]).await;
}

#[tokio::test]
async fn an_older_journal_in_its_place_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let journal = with_a_run(folder.path()).await;
    let old = folder.path().join("old.db");
    journal.backup(&old).await.unwrap();
    created(&journal, "r2").await;
    journal.shut().await.unwrap();
    fs::copy(&old, folder.path().join("journal.db")).unwrap();
    let error = open_error(folder.path()).await;
    assert_eq!(error.kind, JournalErrorKind::Version);
    assert!(error.message.contains("pianoroll restore"), "{error}");
    let read = Sqlite::read_only(folder.path()).await.map(|_| ());
    assert_eq!(kind(read), JournalErrorKind::Version);
    // Nor is a new one made where there was one.
    fs::remove_file(folder.path().join("journal.db")).unwrap();
    assert_eq!(open_error(folder.path()).await.kind, JournalErrorKind::Version);
}

#[tokio::test]
async fn a_restore_parks_what_was_open() {
    let folder = tempfile::tempdir().unwrap();
    let journal = with_a_run(folder.path()).await;
    let finished = claimed(&journal, "r0").await;
    journal.end(&finished, finish(Outcome::Completed, 4)).await.unwrap();
    let copy = folder.path().join("copy.db");
    journal.backup(&copy).await.unwrap();
    created(&journal, "after").await;
    let owned = Sqlite::restore(folder.path(), &copy, at(50)).await;
    assert_eq!(kind(owned), JournalErrorKind::Owned);
    // As a crash leaves it: the log is not moved into the database.
    let crashed = tempfile::tempdir().unwrap();
    for name in ["journal.db", "journal.db-wal", "journal.mark"] {
        fs::copy(folder.path().join(name), crashed.path().join(name)).unwrap();
    }
    journal.shut().await.unwrap();

    for folder in [folder.path(), crashed.path()] {
        let restored = Sqlite::restore(folder, &copy, at(50)).await.unwrap();
        assert_eq!((restored.parked, restored.as_of), (vec![id("r1")], at(4)));
        let replaced = restored.replaced.unwrap();
        assert!(
            replaced.file_name().unwrap().to_str().unwrap().starts_with("journal.db.replaced-")
        );
        assert!(replaced.exists());
        let journal = Sqlite::open(folder).await.unwrap();
        assert_eq!(journal.restored().await.unwrap(), Some(Paused { as_of: at(4), at: at(50) }));
        assert_eq!(journal.run(&id("after")).await.unwrap(), None);
        let run = journal.run(&id("r1")).await.unwrap().unwrap();
        assert_eq!(run.waiting, Some(Waiting { reason: WaitingReason::Restored, until: None }));
        assert_eq!(all(&journal, &id("r1")).await.len(), 3);
        assert_eq!(kind(journal.claim(&id("r1"), at(51)).await), JournalErrorKind::State);
        journal.release(&id("r1"), at(51)).await.unwrap();
        let claim = journal.claim(&id("r1"), at(52)).await.unwrap();
        wrote(&journal, vec![intend(&claim, 4)]).await;
        journal.keep(vec![Keep::RestoreSeen]).await.unwrap();
        assert_eq!(journal.restored().await.unwrap(), None);
        journal.shut().await.unwrap();
        // The same backup once more is no older journal, but a restore.
        let again = Sqlite::restore(folder, &copy, at(60)).await.unwrap();
        assert_eq!(again.parked, [id("r1")]);
        Sqlite::open(folder).await.unwrap().shut().await.unwrap();
    }
}

#[tokio::test]
async fn a_damaged_backup_is_not_put_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let journal = with_a_run(folder.path()).await;
    let copy = folder.path().join("copy.db");
    journal.backup(&copy).await.unwrap();
    journal.shut().await.unwrap();
    let whole = fs::read(&copy).unwrap();
    let place = whole.windows(8).position(|window| window == b"profiles").unwrap();
    let mut damaged = whole.clone();
    damaged[place] ^= 1;
    for bytes in
        [damaged, whole[..whole.len() - 4096].to_vec(), b"no database".to_vec(), Vec::new()]
    {
        fs::write(&copy, bytes).unwrap();
        assert_eq!(
            kind(Sqlite::restore(folder.path(), &copy, at(50)).await),
            JournalErrorKind::Corrupt
        );
    }
    let journal = Sqlite::open(folder.path()).await.unwrap();
    assert_eq!(all(&journal, &id("r1")).await.len(), 3);
    assert!(!folder.path().join("journal.db.new").exists());
}

#[tokio::test]
async fn a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    with_a_run(folder.path()).await.shut().await.unwrap();
    let database = folder.path().join("journal.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&database);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'x', 1, x'00', 1)";
    sqlx::query(newer).execute(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    let error = open_error(folder.path()).await;
    assert_eq!(error.kind, JournalErrorKind::Version);
    assert!(error.message.contains("newer pianoroll"), "{error}");
}

#[tokio::test]
async fn what_is_erased_is_gone_from_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Sqlite::open(folder.path()).await.unwrap();
    let claim = claimed(&journal, "r1").await;
    let body = json!({ "id": "01HERASEME" });
    let asked = Intent { target: "01HERASEME".into(), ..intent(1, Effect::Write) };
    let write = Write::Record {
        claim: claim.clone(),
        number: 1,
        intent: asked,
        answer: answer(EntryState::Done, &body),
    };
    wrote(&journal, vec![write, record(&claim, 2, Effect::Write)]).await;
    journal.end(&claim, finish(Outcome::Completed, 5)).await.unwrap();
    let holds = |text: &str| {
        let files = fs::read_dir(folder.path()).unwrap();
        files
            .map(|file| fs::read(file.unwrap().path()).unwrap())
            .any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
    };
    assert!(holds("01HERASEME"));
    assert_eq!(journal.erase("01HERASEME").await.unwrap(), (1, Vec::new()));
    assert!(!holds("01HERASEME"));
    assert!(holds("profiles.update"));
}

#[tokio::test]
async fn a_journal_of_the_first_version_is_brought_to_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    Sqlite::open(&state).await.unwrap().shut().await.unwrap();
    for name in ["journal.db-wal", "journal.db-shm", "journal.mark"] {
        let _ = fs::remove_file(state.join(name));
    }
    let first = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/version_1.db");
    fs::copy(first, state.join("journal.db")).unwrap();
    // One who only reads finds nothing of what was not there yet.
    let reader = Sqlite::read_only(&state).await.unwrap();
    assert_eq!(reader.schedules().await.unwrap(), []);
    assert_eq!(reader.deployment().await.unwrap(), None);
    assert_eq!(reader.occurrences(&OccurrenceFilter::default()).await.unwrap(), []);
    assert_eq!(reader.notices(None, 0).await.unwrap(), []);
    let journal = Sqlite::open(&state).await.unwrap();
    let runs = journal.runs(&RunFilter::default()).await.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].result, json!(3));
    assert_eq!(journal.notes(&runs[0].new.id).await.unwrap().len(), 1);
    assert_eq!(journal.states(None).await.unwrap().len(), 1);
    assert_eq!(journal.schedules().await.unwrap(), []);
    assert_eq!(journal.occurrences(&OccurrenceFilter::default()).await.unwrap(), []);
    journal.shut().await.unwrap();
    Sqlite::open(&state).await.unwrap().shut().await.unwrap();
}
