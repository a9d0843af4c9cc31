use expect_test::expect;
use pianoroll_journal::{Answer, EntryKind, EntryState, Intent, Memory, NoteKind, WaitingReason};
use pianoroll_model::{Effect, Outcome};
use serde_json::json;

use super::filled::{
    answer, begin, call, create, finish, id, park, record, say, send, summary, thing,
};
use super::{check, recorded};
use crate::commands::runs::show;

async fn shown(memory: Memory, owned: bool, most: usize) -> String {
    show::shown_text(id(1).as_str(), most, &recorded(memory, owned)).await.unwrap()
}

#[tokio::test]
async fn a_run_that_failed_shows_where() {
    let memory = Memory::new();
    create(&memory, 1, "retag", "acme").await;
    let claim = begin(&memory, 1).await;
    let done = answer(EntryState::Done, Some(200), 0);
    let list = call("lists.get", Effect::Read, "Y6nRLr", None, 1);
    record(&memory, &claim, 1, list, done.clone()).await;
    record(&memory, &claim, 2, thing(EntryKind::Checkpoint, "find", 2), Answer::value("[]")).await;
    let create = call("profiles.create", Effect::Write, "", None, 3);
    record(&memory, &claim, 3, create, answer(EntryState::Failed, Some(409), 1)).await;
    let wait =
        Intent { arguments: r#"{"seconds":7200.0}"#.into(), ..thing(EntryKind::Wait, "", 4) };
    record(&memory, &claim, 4, wait, Answer::value("2026-01-01T00:00:00Z")).await;
    let set = Intent { arguments: "7".into(), ..thing(EntryKind::State, "seen", 5) };
    record(&memory, &claim, 5, set, Answer::value("")).await;
    let file = Intent { arguments: r#""read""#.into(), ..thing(EntryKind::File, "in.csv", 6) };
    record(&memory, &claim, 6, file, Answer::value("{}")).await;
    let problem = (NoteKind::Problem, "warn", "one is strange");
    say(&memory, &claim, 1, problem, json!({"id": "01"})).await;
    let told = (NoteKind::Notify, "info", "the list has shrunk");
    say(&memory, &claim, 2, told, json!({"now": 3})).await;
    finish(&memory, &claim, Outcome::Failed, summary(2, 1)).await;
    check(
        &shown(memory, false, 50).await,
        expect![[r#"
            retag  failed with 1 problem in 5.0 s  run 0193a5b1-1111-7222-8333-000000000001
              why       started by hand
              program   07a18ae26896
              params    days=30  list=Y6nRLr
              on        connection acme
              started   2025-11-24 16:01:00 UTC
              ended     2025-11-24 16:01:05 UTC
              calls     2 (1 read, 1 write)
              requests  4, 2 retries, 1.2 s waited for quota, 1 answered 429

            calls
              position  operation        target  effect  state   status   took
              1         lists.get        Y6nRLr  read    done       200  84 ms
              3         profiles.create          write   failed     409  84 ms  1 retry

            checkpoints
              position  name
              2         find

            waits
              position  name
              4         2 h 0 min, until 2026-01-01 00:00:00 UTC

            files
              position  name
              6         in.csv  read

            state
              position  name
              5         seen  set

            problems: 1
              one is strange  {"id":"01"}

            notifications: 1
              the list has shrunk  {"now":3}

            error: 409: a profile with this email is there already
              --> scripts/retag.rhai:7:5
               |
             7 |     profiles::create(p);
               |     ^

            next
              `pianoroll runs retry 0193a5b1` makes another attempt: effects that happened are not sent again
              `pianoroll runs rerun 0193a5b1` starts a new run with the same program and parameters
        "#]],
    );
}

#[tokio::test]
async fn many_calls_are_folded_and_the_odd_ones_stay() {
    let memory = Memory::new();
    create(&memory, 1, "retag", "acme").await;
    let claim = begin(&memory, 1).await;
    let done = answer(EntryState::Done, Some(200), 0);
    let first = call("lists.get", Effect::Read, "Y6nRLr", None, 1);
    record(&memory, &claim, 1, first, done.clone()).await;
    for item in 0..1500_u64 {
        let target = format!("01P{item:04}");
        let intent = call("profiles.update", Effect::Write, &target, Some((2, item)), 1);
        let answer = match item {
            700 => answer(EntryState::Failed, Some(404), 0),
            701..=730 => answer(EntryState::Done, Some(200), 2),
            _ => done.clone(),
        };
        record(&memory, &claim, item + 2, intent, answer).await;
    }
    let intent = call("profiles.update", Effect::Write, "01P1500", Some((2, 1500)), 1);
    send(&memory, &claim, 1502, intent).await;
    check(
        &shown(memory, false, 50).await,
        expect![[r#"
            retag  interrupted  run 0193a5b1-1111-7222-8333-000000000001
              why       started by hand
              program   07a18ae26896
              params    days=30  list=Y6nRLr
              on        connection acme
              started   2025-11-24 16:01:00 UTC
              calls     1,502 (1 read, 1,501 writes)
              requests  1,561, 60 retries, 0 ms waited for quota

            calls, folded: 1,502 (--calls all lists each)
              count  positions         operation        effect  state        took  retries  targets
                  1  1                 lists.get        read    done        84 ms           Y6nRLr
              1,499  2/0:1 … 2/1499:1  profiles.update  write   done    2 min 5 s       60  01P0000 … 01P1499
                  1  2/700:1           profiles.update  write   failed      84 ms           01P0700
                  1  2/1500:1          profiles.update  write   sent                        01P1500

            without a known end: 1
              position  operation        target   effect  state
              2/1500:1  profiles.update  01P1500  write   sent

            failed, void or made again: 31
              position  operation        target   effect  state   status   took
              2/700:1   profiles.update  01P0700  write   failed     404  84 ms
              2/701:1   profiles.update  01P0701  write   done       200  84 ms  2 retries
              2/702:1   profiles.update  01P0702  write   done       200  84 ms  2 retries
              2/703:1   profiles.update  01P0703  write   done       200  84 ms  2 retries
              2/704:1   profiles.update  01P0704  write   done       200  84 ms  2 retries
              2/705:1   profiles.update  01P0705  write   done       200  84 ms  2 retries
              2/706:1   profiles.update  01P0706  write   done       200  84 ms  2 retries
              2/707:1   profiles.update  01P0707  write   done       200  84 ms  2 retries
              2/708:1   profiles.update  01P0708  write   done       200  84 ms  2 retries
              2/709:1   profiles.update  01P0709  write   done       200  84 ms  2 retries
              2/710:1   profiles.update  01P0710  write   done       200  84 ms  2 retries
              2/711:1   profiles.update  01P0711  write   done       200  84 ms  2 retries
              2/712:1   profiles.update  01P0712  write   done       200  84 ms  2 retries
              2/713:1   profiles.update  01P0713  write   done       200  84 ms  2 retries
              2/714:1   profiles.update  01P0714  write   done       200  84 ms  2 retries
              2/715:1   profiles.update  01P0715  write   done       200  84 ms  2 retries
              2/716:1   profiles.update  01P0716  write   done       200  84 ms  2 retries
              2/717:1   profiles.update  01P0717  write   done       200  84 ms  2 retries
              2/718:1   profiles.update  01P0718  write   done       200  84 ms  2 retries
              2/719:1   profiles.update  01P0719  write   done       200  84 ms  2 retries
              and 11 more

            next
              `pianoroll runs retry 0193a5b1` goes on where it stopped: what is recorded is answered from the journal and not sent again
              `pianoroll runs cancel 0193a5b1` gives it up
        "#]],
    );
}

#[tokio::test]
async fn an_unknown_outcome_tells_what_to_look_at() {
    let memory = Memory::new();
    create(&memory, 1, "newsletter", "acme").await;
    let claim = begin(&memory, 1).await;
    let intent = call("campaigns.send", Effect::Send, "01CAMPAIGN", None, 1);
    send(&memory, &claim, 1, intent.clone()).await;
    record_unknown(&memory, &claim).await;
    park(&memory, &claim, WaitingReason::UnknownOutcome, 0).await;
    check(
        &shown(memory, false, 50).await,
        expect![[r#"
            newsletter  waiting for a word: unknown outcome  run 0193a5b1-1111-7222-8333-000000000001
              why       started by hand
              program   ba9cf0bbeb21
              params    days=30  list=Y6nRLr
              on        connection acme
              started   2025-11-24 16:01:00 UTC
              calls     1 (1 send)
              requests  1, 0 retries, 0 ms waited for quota

            calls
              position  operation       target      effect  state     took
              1         campaigns.send  01CAMPAIGN  send    unknown  84 ms

            next
              did campaigns.send at 1 happen? `pianoroll call campaigns.get_send_job 01CAMPAIGN`; do not send it again before you know
              `pianoroll runs resolve 0193a5b1 --done`: it happened: the run goes on behind it
              `pianoroll runs resolve 0193a5b1 --retry`: it did not happen: it is sent again
              `pianoroll runs resolve 0193a5b1 --fail`: the run is given up
        "#]],
    );
}

async fn record_unknown(memory: &Memory, claim: &pianoroll_journal::Claim) {
    use pianoroll_journal::{Backend as _, Write};
    let answer = answer(EntryState::Unknown, None, 0);
    let write = Write::Answer { claim: claim.clone(), number: 1, answer };
    memory.commit(vec![write]).await.unwrap();
}

#[tokio::test]
async fn attempts_are_told_where_there_were_several() {
    let memory = Memory::new();
    create(&memory, 1, "retag", "acme").await;
    begin(&memory, 1).await;
    let claim = begin(&memory, 1).await;
    park(&memory, &claim, WaitingReason::Retry, 2).await;
    check(
        &shown(memory, false, 50).await,
        expect![[r#"
        retag  waiting for its next attempt, 2025-11-24 18:00:00 UTC  run 0193a5b1-1111-7222-8333-000000000001
          why       started by hand
          program   07a18ae26896
          params    days=30  list=Y6nRLr
          on        connection acme
          started   2025-11-24 16:01:00 UTC
          calls     0
          requests  0, 0 retries, 0 ms waited for quota

        attempts
             end          started (UTC)          took
          1  interrupted  2025-11-24 16:01:00
          2  waited       2025-11-24 16:01:00  10.0 s

        next
          it waits for its next attempt, 2025-11-24 18:00:00 UTC
          `pianoroll runs retry 0193a5b1` does not wait for that
          `pianoroll runs cancel 0193a5b1` gives it up
    "#]],
    );
}

#[tokio::test]
async fn an_interrupted_run_tells_how_it_goes_on() {
    let memory = Memory::new();
    create(&memory, 1, "retag", "acme").await;
    begin(&memory, 1).await;
    check(
        &shown(memory, false, 50).await,
        expect![[r#"
        retag  interrupted  run 0193a5b1-1111-7222-8333-000000000001
          why       started by hand
          program   07a18ae26896
          params    days=30  list=Y6nRLr
          on        connection acme
          started   2025-11-24 16:01:00 UTC
          calls     0
          requests  0, 0 retries, 0 ms waited for quota

        next
          `pianoroll runs retry 0193a5b1` goes on where it stopped: what is recorded is answered from the journal and not sent again
          `pianoroll runs cancel 0193a5b1` gives it up
    "#]],
    );
}
