//! What the scheduler keeps.

use pianoroll_journal::*;
use serde_json::json;

use super::given::*;

fn schedule(name: &str, watermark: i64) -> ScheduleRecord {
    ScheduleRecord {
        name: name.into(),
        automation: "retag".into(),
        connection: "acme".into(),
        definition: json!({ "cron": "0 6 * * 1" }),
        watermark: at(watermark),
        rewound: None,
        paused: None,
        failures: 0,
    }
}

fn occurrence(due: i64, fate: Fate) -> Occurrence {
    Occurrence {
        schedule: "retag/acme".into(),
        due: at(due),
        fate,
        reason: "why".into(),
        starts: at(due + 7),
        decided: at(due + 1),
        run: None,
    }
}

fn notice(key: &str) -> NoticeRecord {
    NoticeRecord {
        id: 0,
        recipient: "oncall".into(),
        key: key.into(),
        kind: "failed".into(),
        content: json!({ "run": "r1" }),
        at: at(1),
        state: NoticeState::Waiting,
        tries: 0,
        next: at(1),
        error: None,
    }
}

async fn fates(backend: &dyn Backend) -> Vec<(i64, Fate)> {
    let all = backend.occurrences(&OccurrenceFilter::default()).await.unwrap();
    all.iter().map(|found| (found.due.duration_since(at(0)).as_secs(), found.fate)).collect()
}

pub(crate) async fn schedules_are_what_they_were_put_as(backend: Shared) {
    assert_eq!(backend.schedules().await.unwrap(), []);
    let (acme, bolt) = (schedule("retag/acme", 1), schedule("retag/bolt", 2));
    let keeps = [bolt.clone(), acme.clone()].map(Keep::Schedule);
    backend.keep(keeps.to_vec()).await.unwrap();
    assert_eq!(backend.schedules().await.unwrap(), [acme, bolt.clone()]);
    let paused = Some(Pause { since: at(5), note: "holidays".into() });
    let acme = ScheduleRecord { paused, failures: 3, ..schedule("retag/acme", 9) };
    let keeps = vec![Keep::Schedule(acme.clone()), Keep::Remove("retag/bolt".into())];
    backend.keep(keeps).await.unwrap();
    assert_eq!(backend.schedules().await.unwrap(), [acme]);
}

pub(crate) async fn an_occurrence_that_has_fired_stays_so(backend: Shared) {
    let waiting = [10, 20, 30].map(|due| Keep::Occurrence(occurrence(due, Fate::Waiting)));
    backend.keep(waiting.to_vec()).await.unwrap();
    let due = Trigger::Schedule { schedule: "retag/acme".into(), due: at(20) };
    assert_eq!(backend.create(new_run("r1", due.clone()), program()).await.unwrap(), None);
    assert_eq!(backend.create(new_run("r2", due), program()).await.unwrap(), Some(id("r1")));
    let later = [20, 30].map(|due| Keep::Occurrence(occurrence(due, Fate::Missed)));
    backend.keep(later.to_vec()).await.unwrap();
    let expected = [(30, Fate::Missed), (20, Fate::Fired), (10, Fate::Waiting)];
    assert_eq!(fates(&*backend).await, expected);
    let filter = OccurrenceFilter { fates: vec![Fate::Fired], ..OccurrenceFilter::default() };
    let fired = backend.occurrences(&filter).await.unwrap();
    let run = Some(id("r1"));
    let expected = Occurrence { run, decided: at(0), ..occurrence(20, Fate::Fired) };
    assert_eq!(fired, [expected]);
}

pub(crate) async fn occurrences_are_found_by_what_is_asked(backend: Shared) {
    let mut other = occurrence(20, Fate::Skipped);
    other.schedule = "retag/bolt".into();
    let mut keeps: Vec<_> =
        [10, 20, 30].map(|due| Keep::Occurrence(occurrence(due, Fate::Missed))).to_vec();
    keeps.push(Keep::Occurrence(other));
    backend.keep(keeps).await.unwrap();
    let found = async |filter: OccurrenceFilter| -> Vec<String> {
        let found = backend.occurrences(&filter).await.unwrap();
        let name = |found: &Occurrence| {
            format!("{} {}", found.schedule, found.due.duration_since(at(0)).as_secs())
        };
        found.iter().map(name).collect()
    };
    let all = OccurrenceFilter { limit: 3, ..OccurrenceFilter::default() };
    assert_eq!(found(all).await, ["retag/acme 30", "retag/acme 20", "retag/bolt 20"]);
    let between =
        OccurrenceFilter { from: Some(at(10)), until: Some(at(20)), ..OccurrenceFilter::default() };
    assert_eq!(found(between).await, ["retag/acme 10"]);
    let one = OccurrenceFilter {
        schedule: Some("retag/bolt".into()),
        fates: vec![Fate::Skipped, Fate::Paused],
        ..OccurrenceFilter::default()
    };
    assert_eq!(found(one).await, ["retag/bolt 20"]);
}

pub(crate) async fn what_was_only_missed_comes_again(backend: Shared) {
    let fates_of =
        [(10, Fate::Missed), (20, Fate::Skipped), (30, Fate::Missed), (40, Fate::Paused)];
    let keeps = fates_of.map(|(due, fate)| Keep::Occurrence(occurrence(due, fate)));
    backend.keep(keeps.to_vec()).await.unwrap();
    let unmiss = |schedule: &str| vec![Keep::Unmiss { schedule: schedule.into(), after: at(15) }];
    backend.keep(unmiss("retag/bolt")).await.unwrap();
    assert_eq!(fates(&*backend).await.len(), 4);
    backend.keep(unmiss("retag/acme")).await.unwrap();
    let expected = [(40, Fate::Paused), (20, Fate::Skipped), (10, Fate::Missed)];
    assert_eq!(fates(&*backend).await, expected);
}

pub(crate) async fn what_is_deployed_keeps_its_programs(backend: Shared) {
    assert_eq!(backend.deployment().await.unwrap(), None);
    let second = Program::new("script", "log(2)");
    let deployment = |serial: u64, program: &Program| Deployment {
        serial,
        at: at(1),
        programs: vec![program.digest.clone()],
        content: json!({ "automations": {} }),
    };
    let first = deployment(1, &program());
    backend.keep(vec![Keep::Deployment(first.clone(), vec![program()])]).await.unwrap();
    assert_eq!(backend.deployment().await.unwrap(), Some(first));
    backend.sweep(at(100), at(100), at(100)).await.unwrap();
    assert_eq!(backend.program(&program().digest).await.unwrap(), Some(program()));
    let next = deployment(2, &second);
    backend.keep(vec![Keep::Deployment(next.clone(), vec![second.clone()])]).await.unwrap();
    backend.sweep(at(100), at(100), at(100)).await.unwrap();
    assert_eq!(backend.deployment().await.unwrap(), Some(next));
    assert_eq!(backend.program(&program().digest).await.unwrap(), None);
    assert_eq!(backend.program(&second.digest).await.unwrap(), Some(second));
}

pub(crate) async fn a_notice_is_told_once(backend: Shared) {
    let keeps = ["a", "b", "a"].map(|key| Keep::Notice(notice(key)));
    backend.keep(keeps.to_vec()).await.unwrap();
    let waiting = backend.notices(Some(NoticeState::Waiting), 0).await.unwrap();
    let keys: Vec<_> = waiting.iter().map(|notice| notice.key.as_str()).collect();
    assert_eq!(keys, ["a", "b"]);
    let error = Some("answered 500".to_owned());
    let sent = NoticeRecord { state: NoticeState::Sent, tries: 2, ..waiting[0].clone() };
    let later = NoticeRecord { tries: 1, next: at(90), error, ..waiting[1].clone() };
    let keeps = [&sent, &later].map(|notice| Keep::NoticeAfter(notice.clone()));
    backend.keep(keeps.to_vec()).await.unwrap();
    assert_eq!(backend.notices(None, 0).await.unwrap(), [sent.clone(), later.clone()]);
    assert_eq!(backend.notices(None, 1).await.unwrap(), [sent]);
    assert_eq!(backend.notices(Some(NoticeState::Waiting), 0).await.unwrap(), [later]);
    // What was told is not told again, also when it is told of once more.
    backend.keep(vec![Keep::Notice(notice("a"))]).await.unwrap();
    assert_eq!(backend.notices(Some(NoticeState::Waiting), 0).await.unwrap().len(), 1);
}

pub(crate) async fn erasing_takes_a_text_out_of_notices(backend: Shared) {
    let named = NoticeRecord { content: json!({ "text": "01HERASEME failed" }), ..notice("a") };
    backend.keep(vec![Keep::Notice(named), Keep::Notice(notice("b"))]).await.unwrap();
    assert_eq!(backend.erase("01HERASEME").await.unwrap(), (1, vec![]));
    let all = backend.notices(None, 0).await.unwrap();
    assert!(all.iter().all(|notice| !notice.content.to_string().contains("ERASEME")), "{all:?}");
    assert_eq!(all[1].content, notice("b").content);
}

pub(crate) async fn a_sweep_takes_what_is_decided_and_old(backend: Shared) {
    let mut keeps: Vec<_> = [(10, Fate::Missed), (20, Fate::Waiting), (300, Fate::Missed)]
        .map(|(due, fate)| Keep::Occurrence(occurrence(due, fate)))
        .to_vec();
    let old = NoticeRecord { state: NoticeState::GivenUp, ..notice("old") };
    keeps.extend([Keep::Notice(notice("waits")), Keep::Notice(old)]);
    backend.keep(keeps).await.unwrap();
    backend.sweep(at(100), at(100), at(100)).await.unwrap();
    assert_eq!(fates(&*backend).await, [(300, Fate::Missed), (20, Fate::Waiting)]);
    let left = backend.notices(None, 0).await.unwrap();
    assert_eq!(left.iter().map(|notice| notice.key.as_str()).collect::<Vec<_>>(), ["waits"]);
}
