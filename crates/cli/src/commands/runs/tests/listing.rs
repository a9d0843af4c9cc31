use expect_test::expect;
use pianoroll_journal::{Memory, WaitingReason};
use pianoroll_model::Outcome;

use super::filled::{begin, create, finish, id, park, summary};
use super::{check, folder, recorded, told};
use crate::commands::runs::{find, list};

async fn journal() -> Memory {
    let memory = Memory::new();
    for (number, name, connection) in [
        (1, "retag", "acme"),
        (2, "scripts/quiet_profiles.rhai", ""),
        (3, "retag", "other"),
        (4, "retag", "acme"),
        (5, "welcome", "acme"),
        (6, "retag", "acme"),
    ] {
        create(&memory, number, name, connection).await;
    }
    finish(&memory, &begin(&memory, 1).await, Outcome::Completed, summary(1204, 0)).await;
    finish(&memory, &begin(&memory, 2).await, Outcome::Completed, summary(12, 3)).await;
    finish(&memory, &begin(&memory, 3).await, Outcome::Failed, summary(4, 0)).await;
    begin(&memory, 4).await;
    park(&memory, &begin(&memory, 5).await, WaitingReason::Time, 48).await;
    memory
}

async fn listed(owned: bool, words: &[&str]) -> String {
    list::listed_text(words, &recorded(journal().await, owned)).await.unwrap()
}

#[tokio::test]
async fn the_newest_run_stands_first() {
    check(
        &listed(true, &[]).await,
        expect![[r#"
            run       name                         on             status     started (UTC)              took  calls  problems  waits for
            0193a5b6  retag                        acme           pending    2025-11-24 16:06:00                  0
            0193a5b5  welcome                      acme           waiting    2025-11-24 16:05:00                  0            2025-11-26 16:00:00 UTC
            0193a5b4  retag                        acme           running    2025-11-24 16:04:00  56 min 0 s      0
            0193a5b3  retag                        other          failed     2025-11-24 16:03:00       5.0 s      4
            0193a5b2  scripts/quiet_profiles.rhai  the simulator  completed  2025-11-24 16:02:00       5.0 s     12         3
            0193a5b1  retag                        acme           completed  2025-11-24 16:01:00       5.0 s  1,204
        "#]],
    );
}

#[tokio::test]
async fn a_run_without_a_process_was_interrupted() {
    check(
        &listed(false, &["--status", "interrupted"]).await,
        expect![[r#"
        run       name   on    status       started (UTC)        calls
        0193a5b4  retag  acme  interrupted  2025-11-24 16:04:00      0
    "#]],
    );
    check(
        &listed(false, &["--status", "running"]).await,
        expect![[r#"
        no such runs in /state
    "#]],
    );
    check(
        &listed(true, &["--status", "running"]).await,
        expect![[r#"
        run       name   on    status   started (UTC)              took  calls
        0193a5b4  retag  acme  running  2025-11-24 16:04:00  56 min 0 s      0
    "#]],
    );
}

#[tokio::test]
async fn a_page_tells_how_to_get_the_next() {
    check(
        &listed(true, &["--automation", "retag", "--limit", "2"]).await,
        expect![[r#"
        run       name   on    status   started (UTC)              took  calls
        0193a5b6  retag  acme  pending  2025-11-24 16:06:00                  0
        0193a5b4  retag  acme  running  2025-11-24 16:04:00  56 min 0 s      0
        older ones: pianoroll runs list --automation retag --limit 2 --before 0193a5b4"#]],
    );
    check(
        &listed(true, &["--limit", "2", "--before", "0193a5b3", "--outcome", "completed"]).await,
        expect![[r#"
            run       name                         on             status     started (UTC)         took  calls  problems
            0193a5b2  scripts/quiet_profiles.rhai  the simulator  completed  2025-11-24 16:02:00  5.0 s     12         3
            0193a5b1  retag                        acme           completed  2025-11-24 16:01:00  5.0 s  1,204
        "#]],
    );
    check(
        &listed(true, &["--json", "--limit", "1", "--before", "0193a5b3"]).await,
        expect![[r#"
            [{"attempt":1,"automation":"scripts/quiet_profiles.rhai","calls":12,"cancel_requested":false,"changed":"2025-11-24T16:02:05Z","connection":"","effects":{"delete":0,"read":1,"send":0,"write":11},"elapsed_seconds":5.0,"error":null,"interrupted":false,"name":"scripts/quiet_profiles.rhai","outcome":"completed","problem_count":3,"program":"941abefae0971bd1bb9b3b3025f26c9bc6626c4fde1c4cda696fcef1e86f16ad","run":"0193a5b2-1111-7222-8333-000000000002","started":"2025-11-24T16:02:00Z","status":"finished","target":"the simulator","trigger":{"kind":"manual"},"waiting":null}]
            older ones: pianoroll runs list --limit 1 --before 0193a5b2"#]],
    );
}

#[tokio::test]
async fn a_run_is_found_by_its_beginning() {
    let memory = journal().await;
    let found = async |word: &str| find::run(&memory, &folder(), word).await;
    assert_eq!(found("last").await.unwrap().new.id, id(6));
    assert_eq!(found("0193A5B2").await.unwrap().new.id, id(2));
    assert_eq!(found(id(3).as_str()).await.unwrap().new.id, id(3));
    check(
        &told(&found("0193").await.unwrap_err()),
        expect![[r#"
        several runs begin with `0193`
          hint: 0193a5b6-1111-7222-8333-000000000006  2025-11-24 16:06:00 UTC  retag
        0193a5b5-1111-7222-8333-000000000005  2025-11-24 16:05:00 UTC  welcome
        0193a5b4-1111-7222-8333-000000000004  2025-11-24 16:04:00 UTC  retag
        0193a5b3-1111-7222-8333-000000000003  2025-11-24 16:03:00 UTC  retag
        0193a5b2-1111-7222-8333-000000000002  2025-11-24 16:02:00 UTC  scripts/quiet_profiles.rhai
        and more
    "#]],
    );
    check(
        &told(&found("0193a5b9").await.unwrap_err()),
        expect![[r#"
        there is no run `0193a5b9` in /state
          hint: `pianoroll runs list` lists them
    "#]],
    );
    check(
        &told(&found("lost").await.unwrap_err()),
        expect![[r#"
        there is no run `lost` in /state
          hint: did you mean `last`?
    "#]],
    );
    check(
        &told(&found("retag").await.unwrap_err()),
        expect![[r#"
        there is no run `retag` in /state
          hint: `retag` is what was run; its newest run is 0193a5b6-1111-7222-8333-000000000006: `pianoroll runs list --automation retag` lists them
    "#]],
    );
    check(
        &told(&found("../x").await.unwrap_err()),
        expect![[r#"
        there is no run `../x` in /state
          hint: `pianoroll runs list` lists them
    "#]],
    );
    let nothing = find::run(&Memory::new(), &folder(), "last").await;
    check(
        &told(&nothing.unwrap_err()),
        expect![[r#"
        no runs yet in /state
    "#]],
    );
}
