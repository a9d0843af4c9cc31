//! Random programs, random faults and random ends of the process: whatever happens, the run that is taken up again comes to the
//! same account as one that nobody disturbed, and nothing that must not happen twice does.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use pianoroll_api::operation::Method;
use pianoroll_api::{Arguments, operation};
use pianoroll_journal::{
    Answer, AttemptEnd, End, EntryState, Journal, Memory, NoteKind, Waiting, WaitingReason,
};
use pianoroll_model::{Outcome, Retry, RunId, Status};
use pianoroll_simulator::{Rule, When};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::replay::{completed, new_run};
use super::stage::Stage;
use crate::{Branch, Checkpoint, Host, HostError, HostErrorKind, HostSettings};

const ALICE: &str = "01GDDKASAP8TKDDA2GRZDSVP4H";
const LIST: &str = "Y6nRLr";

/// One thing that a program does. All its effects can be told apart by their arguments.
#[derive(Clone, Debug)]
enum Act {
    Read,
    Rename { name: u8 },
    CreateProfile,
    CreateList,
    CreateTag,
    Event,
    Add,
    Remove,
    DeleteLast,
    Merge,
    Count,
    Draw,
    Clock,
    Pages,
    Checkpoint,
    Missing,
    Notify,
    Beside(Vec<Act>),
}

fn simple() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => Just(Act::Read),
        2 => (0..4_u8).prop_map(|name| Act::Rename { name }),
        3 => Just(Act::CreateProfile),
        2 => Just(Act::CreateList),
        1 => Just(Act::CreateTag),
        3 => Just(Act::Event),
        1 => Just(Act::Missing),
        2 => Just(Act::Notify),
        1 => Just(Act::Clock),
        1 => Just(Act::Draw),
        1 => Just(Act::Pages),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => simple(),
        1 => Just(Act::Add),
        1 => Just(Act::Remove),
        1 => Just(Act::DeleteLast),
        1 => Just(Act::Merge),
        1 => Just(Act::Count),
        1 => Just(Act::Checkpoint),
        2 => proptest::collection::vec(simple(), 1..5).prop_map(Act::Beside),
    ]
}

/// How an attempt is disturbed.
#[derive(Clone, Debug)]
struct Trouble {
    /// The process ends at this commit, and whether that commit is still made.
    crash: Option<(u64, bool)>,
    /// The n-th effect of the attempt is spoiled.
    fault: Option<(u64, Fault)>,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    DropBefore,
    DropAfter,
    Status(u16),
    StatusAfter(u16),
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let fault = prop_oneof![
        Just(Fault::DropBefore),
        Just(Fault::DropAfter),
        Just(Fault::Status(500)),
        Just(Fault::StatusAfter(500)),
        Just(Fault::StatusAfter(502)),
        Just(Fault::Status(403)),
    ];
    let crash = proptest::option::weighted(0.7, (0..24_u64, any::<bool>()));
    (crash, proptest::option::weighted(0.6, (0..8_u64, fault)))
        .prop_map(|(crash, fault)| Trouble { crash, fault })
}

/// What a program knows while it runs.
#[derive(Default)]
struct Known {
    profiles: Vec<String>,
    lists: Vec<String>,
}

async fn made(branch: &Branch, operation: &str, body: Value) -> Result<String, HostError> {
    let reply = branch.call(operation, Arguments::default().with_body(body)).await?;
    // What an operator said to be done, or a duplicate, tells no id.
    Ok(reply.json()["data"]["id"].as_str().unwrap_or_default().to_owned())
}

/// An effect or read whose place in the program is `unique`.
async fn act_once(
    branch: &Branch,
    act: &Act,
    unique: &str,
) -> Result<Option<(bool, String)>, HostError> {
    match act {
        Act::Read => drop(branch.call("profiles.get", Arguments::ids([ALICE])).await?),
        Act::Rename { name } => {
            let body = json!({ "properties": { unique: name } });
            branch.call("profiles.update", Arguments::ids([ALICE]).with_body(body)).await?;
        }
        Act::CreateProfile => {
            let body = json!({ "email": format!("new-{unique}@example.com") });
            return Ok(Some((true, made(branch, "profiles.create", body).await?)));
        }
        Act::CreateList => {
            let body = json!({ "name": format!("list {unique}") });
            return Ok(Some((false, made(branch, "lists.create", body).await?)));
        }
        Act::CreateTag => {
            made(branch, "tags.create", json!({ "name": format!("tag {unique}") })).await?;
        }
        Act::Event => {
            let body = json!({
                "metric": { "data": { "type": "metric", "attributes": { "name": "Played" } } },
                "profile": { "data": { "type": "profile", "attributes": { "email": "alice@example.com" } } },
                "properties": { "unique": unique },
            });
            made(branch, "events.create", body).await?;
        }
        Act::Draw => {
            let drawn = branch.random();
            let body = json!({ "properties": { format!("d{unique}"): drawn.to_string() } });
            branch.call("profiles.update", Arguments::ids([ALICE]).with_body(body)).await?;
        }
        Act::Clock => {
            // No two readings are alike, so the program does what only a recorded one lets it do again.
            let even = branch.clock().await?.as_nanosecond() % 2 == 0;
            let operation = if even { "lists.list" } else { "tags.list" };
            branch.call(operation, Arguments::default()).await?;
        }
        Act::Pages => {
            let list = Arguments::default().with_option("page_size", 20);
            let mut pages = branch.pages("profiles.list", list)?;
            let mut rows = 0;
            while let Some(page) = pages.next().await? {
                rows += page.page().rows;
            }
            let body = json!({ "properties": { format!("p{unique}"): rows > 0 } });
            branch.call("profiles.update", Arguments::ids([ALICE]).with_body(body)).await?;
        }
        Act::Missing => {
            let error = branch.call("profiles.get", Arguments::ids(["NOBODY"])).await;
            match error {
                Err(error) if error.call_error().and_then(|error| error.status) == Some(404) => {}
                Err(error) => return Err(error),
                Ok(_) => panic!("there is nobody"),
            }
        }
        Act::Notify => branch.notify(unique, Value::Null, None).await?,
        _ => unreachable!("it is not simple"),
    }
    Ok(None)
}

async fn play(host: &Arc<Host>, acts: &[Act]) -> Result<(), HostError> {
    let trunk = host.trunk();
    let mut known = Known::default();
    for (index, act) in acts.iter().enumerate() {
        let unique = index.to_string();
        match act {
            Act::Add | Act::Remove => {
                let (Some(list), Some(profile)) = (known.lists.first(), known.profiles.last())
                else {
                    continue;
                };
                let operation = match act {
                    Act::Add => "lists.add_profiles",
                    _ => "lists.remove_profiles",
                };
                trunk.call(operation, Arguments::ids([list]).with_body(json!([profile]))).await?;
            }
            Act::DeleteLast => {
                if let Some(list) = known.lists.pop() {
                    trunk.call("lists.delete", Arguments::ids([list])).await?;
                }
            }
            Act::Merge => {
                if known.profiles.len() > 1 {
                    let source = known.profiles.remove(0);
                    let body = json!({ "destination": known.profiles[0], "source": source });
                    trunk.call("profiles.merge", Arguments::default().with_body(body)).await?;
                }
            }
            Act::Count => {
                let count = trunk.state("count").await?.as_u64().unwrap_or_default();
                trunk.set_state("count", json!(count + 1)).await?;
            }
            Act::Checkpoint => {
                let rows = match trunk.begin_checkpoint(&unique).await? {
                    Checkpoint::Recorded(value) => value.unwrap_or_default(),
                    Checkpoint::Open(open) => {
                        let list = Arguments::ids([LIST]);
                        let reply = match trunk.call("lists.list_profiles", list).await {
                            Ok(reply) => reply,
                            Err(error) => {
                                trunk.leave_checkpoint(open);
                                return Err(error);
                            }
                        };
                        let rows = reply.answers[0].page().rows.to_string();
                        trunk.end_checkpoint(open, Ok(&rows)).await?;
                        rows.into()
                    }
                };
                let rows: u64 = serde_json::from_slice(&rows).unwrap_or_default();
                let body = json!({ "properties": { format!("c{unique}"): rows } });
                trunk.call("profiles.update", Arguments::ids([ALICE]).with_body(body)).await?;
            }
            Act::Beside(acts) => {
                let parallel = trunk.next_sequence();
                let items = acts.iter().enumerate().map(|(item, act)| {
                    let branch = trunk.fork(parallel, item as u64);
                    let unique = format!("{unique}-{item}");
                    async move { act_once(&branch, act, &unique).await }
                });
                let ended = futures(items).await;
                let failed: Vec<HostError> =
                    ended.iter().filter_map(|ended| ended.clone().err()).collect();
                if let Some(first) = failed.first().cloned() {
                    trunk.uncaught(parallel, failed);
                    return Err(first);
                }
                ended.into_iter().flatten().flatten().for_each(|made| known.add(made));
            }
            act => {
                if let Some(made) = act_once(&trunk, act, &unique).await? {
                    known.add(made);
                }
            }
        }
    }
    Ok(())
}

impl Known {
    fn add(&mut self, (is_profile, id): (bool, String)) {
        // An id that is not known cannot be used, in no attempt.
        if id.is_empty() {
            return;
        }
        if is_profile { &mut self.profiles } else { &mut self.lists }.push(id);
    }
}

/// All of them side by side, with their results in order.
async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut all: Vec<_> = all.map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(|context| {
        let mut open = false;
        for (one, done) in &mut all {
            if done.is_none() {
                match one.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *done = Some(value),
                    std::task::Poll::Pending => open = true,
                }
            }
        }
        if open { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    all.into_iter().filter_map(|(_, done)| done).collect()
}

/// An operator who knows the truth: the simulator's log. Answers whether it happened.
async fn resolve(stage: &Stage, journal: &Journal, run: &RunId) {
    let entries = journal.backend().entries(run, 1, 1000, 16 << 20).await.unwrap();
    for entry in entries.into_iter().filter(|entry| entry.state() == EntryState::Unknown) {
        let arguments: Arguments = serde_json::from_slice(&entry.intent.arguments).unwrap();
        let body = arguments.body.unwrap_or_default();
        let name = body["name"].as_str().map(str::to_owned);
        let source = body["source"].as_str().map(str::to_owned);
        let requests = stage.simulator.requests();
        let is_it = |request: &&pianoroll_simulator::LoggedRequest| {
            let attributes = &request.body["data"]["attributes"]["name"];
            let merged = &request.body["data"]["relationships"]["profiles"]["data"][0]["id"];
            request.operation == Some(entry.intent.name.as_str())
                && (name.as_deref().is_some_and(|name| attributes == name)
                    || source.as_deref().is_some_and(|source| merged == source))
        };
        let happened = requests.iter().filter(is_it).any(|request| request.applied);
        let answer = match happened {
            false => Answer { state: EntryState::Void, ..Answer::value(Vec::new()) },
            true => {
                let settlement = "resolved".into();
                Answer { settlement, ..Answer::value(found(stage, name.as_deref()).await) }
            }
        };
        journal.backend().resolve(run, entry.number, answer).await.unwrap();
    }
}

/// The list or tag of a name, as an operator would look it up.
async fn found(stage: &Stage, name: Option<&str>) -> Vec<u8> {
    let Some(name) = name else { return Vec::new() };
    let trunk = stage.host("read").trunk();
    for operation in ["lists.list", "tags.list"] {
        let mut pages = trunk.pages(operation, Arguments::default()).unwrap();
        while let Some(page) = pages.next().await.unwrap() {
            let document = page.json();
            let rows = document["data"].as_array().unwrap();
            if let Some(row) = rows.iter().find(|row| row["attributes"]["name"] == name) {
                return serde_json::to_vec(&json!({ "data": row })).unwrap();
            }
        }
    }
    panic!("{name} was made, and is not there")
}

/// What the account has come to, without ids and times.
async fn account(stage: &Stage) -> BTreeMap<String, Value> {
    let trunk = stage.host("read").trunk();
    let mut state = BTreeMap::new();
    let alice = trunk.call("profiles.get", Arguments::ids([ALICE])).await.unwrap().json();
    state.insert("alice".to_owned(), alice["data"]["attributes"]["properties"].clone());
    let rows = |operation: &'static str, arguments: Arguments| {
        let trunk = trunk.clone();
        async move {
            let mut rows = Vec::new();
            let mut pages = trunk.pages(operation, arguments).unwrap();
            while let Some(page) = pages.next().await.unwrap() {
                rows.extend(page.json()["data"].as_array().unwrap().iter().cloned());
            }
            rows
        }
    };
    let texts = |rows: &[Value], path: &str| {
        let texts = rows.iter().map(|row| row.pointer(path).cloned().unwrap_or_default());
        let mut texts: Vec<String> = texts.map(|text| text.to_string()).collect();
        texts.sort();
        json!(texts)
    };
    let profiles = rows("profiles.list", Arguments::default().with_option("page_size", 100)).await;
    state.insert("profiles".to_owned(), texts(&profiles, "/attributes/email"));
    let lists = rows("lists.list", Arguments::default()).await;
    state.insert("lists".to_owned(), texts(&lists, "/attributes/name"));
    for list in &lists {
        let id = list["id"].as_str().unwrap();
        let members = rows("lists.list_profiles", Arguments::ids([id])).await;
        let name = list["attributes"]["name"].to_string();
        state.insert(format!("members of {name}"), texts(&members, "/attributes/email"));
    }
    let tags = rows("tags.list", Arguments::default()).await;
    state.insert("tags".to_owned(), texts(&tags, "/attributes/name"));
    let events = rows("events.list", Arguments::default().with_option("page_size", 200)).await;
    state.insert("events".to_owned(), texts(&events, "/attributes/event_properties/unique"));
    state
}

fn spoiled(trouble: &Trouble) -> Vec<Rule> {
    let Some((skip, fault)) = trouble.fault else { return Vec::new() };
    let rule = match fault {
        Fault::DropBefore => Rule { drop: true, ..Rule::default() },
        Fault::DropAfter => Rule { drop: true, when: When::After, ..Rule::default() },
        Fault::Status(status) => Rule { status: Some(status), ..Rule::default() },
        Fault::StatusAfter(status) => {
            Rule { status: Some(status), when: When::After, ..Rule::default() }
        }
    };
    // One of the requests is spoiled, and its repetition too, so that some errors reach the program.
    ["POST", "PATCH", "DELETE"]
        .map(|method| Rule { method: Some(method.into()), skip, times: Some(2), ..rule.clone() })
        .to_vec()
}

/// Answers what the journal says that the operator was told, in whatever order.
async fn disturbed(stage: &Stage, acts: &[Act], troubles: &[Trouble]) -> Vec<String> {
    let memory = Arc::new(Memory::new());
    let (run, program) = new_run("run-1");
    let id = run.id.clone();
    let mut troubles = troubles.iter();
    Journal::new(memory.clone()).backend().create(run, program).await.unwrap();
    for attempt in 0.. {
        assert!(attempt < 40, "the run does not come to its end");
        let trouble = troubles.next();
        stage.simulator.set_faults(trouble.map(spoiled).unwrap_or_default());
        // Another process.
        let journal = Journal::new(memory.clone());
        let record = journal.backend().run(&id).await.unwrap().unwrap();
        if record.outcome == Some(Outcome::Completed) {
            return told(&journal, &id).await;
        }
        let begun = journal.begin(&id, Timestamp::UNIX_EPOCH).await.unwrap();
        if let Some((commits, made)) = trouble.and_then(|trouble| trouble.crash) {
            memory.crash_after(commits, made);
        }
        let settings = stage.settings("read write delete send");
        let host = Host::new(HostSettings { journal: Some(begun.clone()), ..settings });
        let ended = match play(&host, acts).await {
            Ok(()) => host.check_replayed().await,
            Err(error) => Err(error),
        };
        stage.simulator.set_faults(Vec::new());
        let end = match &ended {
            Ok(()) => completed(),
            Err(error) if error.kind() == HostErrorKind::UnknownOutcome => End {
                end: AttemptEnd::Failed,
                status: Status::Waiting,
                waiting: Some(Waiting { reason: WaitingReason::UnknownOutcome, until: None }),
                outcome: None,
                ..completed()
            },
            Err(error) => {
                assert!(
                    matches!(error.kind(), HostErrorKind::Journal | HostErrorKind::Api),
                    "{error}"
                );
                End { end: AttemptEnd::Failed, outcome: Some(Outcome::Failed), ..completed() }
            }
        };
        let written = match &ended {
            Err(error) => match host.void_failed(error).await {
                Ok(()) => begun.end(end).await,
                Err(error) => Err(error),
            },
            Ok(()) => begun.end(end).await,
        };
        memory.revive();
        match (&ended, written) {
            (Ok(()), Ok(())) => return told(&journal, &id).await,
            (Err(error), Ok(())) if error.kind() == HostErrorKind::UnknownOutcome => {
                resolve(stage, &journal, &id).await;
            }
            _ => {}
        }
    }
    unreachable!("attempts have no end")
}

async fn told(journal: &Journal, run: &RunId) -> Vec<String> {
    let notes = journal.backend().notes(run).await.unwrap().into_iter();
    let told = notes.filter(|note| note.kind == NoteKind::Notify);
    let mut told: Vec<String> =
        told.map(|note| format!("{} {}", note.text, note.details)).collect();
    told.sort();
    told
}

/// What was heard of notifications, in whatever order.
fn heard(stage: &Stage) -> Vec<String> {
    let mut heard = std::mem::take(&mut *stage.heard.notifications.lock().unwrap());
    heard.sort();
    heard
}

/// Nothing that may not happen twice has: every body of an operation of class `once` was applied at most once, and events too.
fn nothing_twice(stage: &Stage) -> Result<(), TestCaseError> {
    let mut applied: BTreeMap<(String, String), u32> = BTreeMap::new();
    for request in stage.simulator.requests() {
        let Some(operation) = request.operation.and_then(operation::find) else { continue };
        if request.applied
            && operation.route.method != Method::Get
            && operation.retry == Retry::Once
        {
            *applied.entry((operation.id.to_owned(), request.body.to_string())).or_default() += 1;
        }
    }
    let twice: Vec<_> = applied.iter().filter(|(_, count)| **count > 1).collect();
    prop_assert!(twice.is_empty(), "{twice:#?}");
    Ok(())
}

#[test]
fn a_run_that_is_taken_up_again_comes_to_the_same_end() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (one, two) = runtime.block_on(async { (Stage::new(30).await, Stage::new(30).await) });
    let cases =
        std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1000);
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let program = proptest::collection::vec(act(), 1..14);
    let troubles = proptest::collection::vec(trouble(), 1..4);
    let result = TestRunner::new(config).run(&(program, troubles), |(acts, troubles)| {
        one.simulator.reset();
        two.simulator.reset();
        runtime.block_on(async {
            play(&one.host("read write delete send"), &acts).await.unwrap();
            let told = disturbed(&two, &acts, &troubles).await;
            prop_assert_eq!(&told, &heard(&one), "each is told once");
            // A process may end between the record and whoever hears of it, and never the other way.
            let heard = heard(&two);
            prop_assert!(heard.windows(2).all(|pair| pair[0] != pair[1]), "{:?}", heard);
            prop_assert!(heard.iter().all(|heard| told.contains(heard)), "{:?}", heard);
            prop_assert_eq!(account(&two).await, account(&one).await);
            nothing_twice(&two)
        })
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
