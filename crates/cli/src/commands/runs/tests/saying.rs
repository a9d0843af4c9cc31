use expect_test::expect;
use pianoroll_journal::{Backend as _, Memory, NoteKind};
use serde_json::{Value, json};

use super::check;
use super::filled::{begin, create, id, say};
use crate::commands::runs::logs;

#[tokio::test]
async fn lines_have_their_time_level_and_place() {
    let memory = Memory::new();
    create(&memory, 1, "retag", "acme").await;
    let claim = begin(&memory, 1).await;
    say(&memory, &claim, 1, (NoteKind::Log, "debug", "looked"), Value::Null).await;
    say(&memory, &claim, 2, (NoteKind::Log, "info", "two\nlines"), Value::Null).await;
    say(&memory, &claim, 3, (NoteKind::Problem, "warn", "3 not marked"), json!(["a", "b"])).await;
    say(&memory, &claim, 4, (NoteKind::Log, "error", "\u{1b}[2Jgone"), Value::Null).await;
    let told = (NoteKind::Notify, "info", "the list has shrunk");
    say(&memory, &claim, 5, told, json!({"now": 3})).await;
    let notes = memory.notes(&id(1)).await.unwrap();
    check(
        &logs::lines(&notes, "debug", false),
        expect![[r#"
        2025-11-24 16:01:01  debug    scripts/retag.rhai:3:5  looked
        2025-11-24 16:01:02  info     scripts/retag.rhai:3:5  two
            lines
        2025-11-24 16:01:03  problem  scripts/retag.rhai:3:5  3 not marked  ["a","b"]
        2025-11-24 16:01:04  error    scripts/retag.rhai:3:5  \u{1b}[2Jgone
        2025-11-24 16:01:05  notify   scripts/retag.rhai:3:5  the list has shrunk  {"now":3}
    "#]],
    );
    check(
        &logs::lines(&notes, "error", false),
        expect![[r#"
        2025-11-24 16:01:03  problem  scripts/retag.rhai:3:5  3 not marked  ["a","b"]
        2025-11-24 16:01:04  error    scripts/retag.rhai:3:5  \u{1b}[2Jgone
        2025-11-24 16:01:05  notify   scripts/retag.rhai:3:5  the list has shrunk  {"now":3}
    "#]],
    );
    check(
        &logs::lines(&notes, "error", true),
        expect![[r#"
        {"at":"2025-11-24T16:01:03Z","attempt":1,"branch":null,"details":["a","b"],"kind":"problem","level":"warn","place":"scripts/retag.rhai:3:5","text":"3 not marked"}
        {"at":"2025-11-24T16:01:04Z","attempt":1,"branch":null,"details":null,"kind":"log","level":"error","place":"scripts/retag.rhai:3:5","text":"\u001b[2Jgone"}
        {"at":"2025-11-24T16:01:05Z","attempt":1,"branch":null,"details":{"now":3},"kind":"notify","level":"info","place":"scripts/retag.rhai:3:5","text":"the list has shrunk"}
    "#]],
    );
}
