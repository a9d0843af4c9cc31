//! Who is told: tried again with the same key, grouped, not lost by a crash, and never a secret in a log.

use std::time::Duration;

use jiff::SignedDuration;
use pianoroll_journal::{Fate, Keep, NoticeState};
use pianoroll_simulator::Settings;
use pianoroll_tests::serving::{Past, Receiver, Serving, Station};
use pianoroll_tests::unlimited;

use crate::{automation, completed, connections};

/// So many connections whose runs fail, and who is told of them.
async fn failing(count: usize) -> (Station, Receiver) {
    let (table, ids) = connections(count);
    let station = Station::new(Settings { connections: ids, ..unlimited() }).await;
    let receiver = Receiver::start();
    let past = Past::hours(1, Station::now());
    station.write("x.rhai", "throw \"no stock\";");
    station.write("oncall", &receiver.url());
    let rest = format!(
        "connections = \"label:retail\"\nschedule = \"{}\"\nnotify = [\"oncall\"]",
        past.cron
    );
    let notify = "[notify.oncall]\nwebhook = { file = \"oncall\" }\n\n";
    station.project(&(table + notify + &automation("x", "x.rhai", &rest)));
    station.deploy_before(&past).await;
    (station, receiver)
}

async fn told(serving: &mut Serving, receiver: &Receiver, messages: usize) {
    let what = format!("{messages} messages");
    serving.until_seen(&what, async |_| receiver.told().len() >= messages).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_together_is_told_together_and_once() {
    let (station, receiver) = failing(5).await;
    let mut serving = station.serve(&[]);
    told(&mut serving, &receiver, 1).await;
    serving
        .until_seen("notices that were sent", async |_| {
            let notices = station.notices().await;
            notices.len() == 5 && notices.iter().all(|it| it.state == NoticeState::Sent)
        })
        .await;
    assert_eq!(receiver.told().len(), 1, "{:?}", receiver.told());
    let lines = receiver.lines();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("x on shop0") && line.contains("no stock")));
    let body = &receiver.told()[0].body;
    assert_eq!(body["source"], "pianoroll");
    assert_eq!(body["notices"][4]["kind"], "failed", "{body}");
    // The next process looks through the same runs, and tells nobody again.
    let _ = serving.stop().await;
    let mut serving = station.serve(&[]);
    serving.until("keeps 5 schedules").await;
    let said = serving.stop().await.stderr;
    assert_eq!(station.notices().await.len(), 5);
    assert_eq!(receiver.told().len(), 1);
    assert!(!said.contains(Receiver::SECRET), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_taken_is_sent_again_with_the_same_key() {
    let (station, receiver) = failing(1).await;
    receiver.answer(&[500]);
    let mut serving = station.serve(&[]);
    told(&mut serving, &receiver, 1).await;
    let refused = "a notice that was refused";
    serving
        .until_seen(refused, async |_| station.notices().await.iter().any(|it| it.tries == 1))
        .await;
    let said = serving.stop().await.stderr;
    assert!(said.contains("a notice was not sent: 127.0.0.1 answered 500"), "{said}");
    assert!(!said.contains(Receiver::SECRET), "{said}");
    let notice = station.notices().await.remove(0);
    assert_eq!(notice.state, NoticeState::Waiting);
    assert!(!notice.error.as_deref().unwrap_or_default().contains("hooks"), "{notice:?}");
    let pause = notice.next.duration_since(Station::now());
    assert!(pause > SignedDuration::ZERO && pause <= SignedDuration::from_secs(60), "{pause:?}");
    // The minute passes in the journal.
    let due = pianoroll_journal::NoticeRecord { next: Station::now(), ..notice };
    station.keep(vec![Keep::NoticeAfter(due)]).await;
    let mut serving = station.serve(&[]);
    told(&mut serving, &receiver, 2).await;
    let [first, second] = <[_; 2]>::try_from(receiver.told()).unwrap();
    assert_eq!((&first.key, &first.body), (&second.key, &second.body));
    assert!(first.key.starts_with("pianoroll-"), "{first:?}");
    let _ = serving.stop().await;
}

/// Killed once the run has ended: wherever its notice was at that moment, it is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_the_end_of_a_run_and_its_notice_loses_nothing() {
    let (station, receiver) = failing(1).await;
    let mut serving = station.serve(&[]);
    serving
        .until_seen("a run that has ended", async |_| {
            station.runs().await.iter().any(|run| run.outcome.is_some())
        })
        .await;
    // A notice waits some seconds for others: it is not on its way yet.
    let _ = serving.kill().await;
    assert!(receiver.told().is_empty());
    let mut serving = station.serve(&[]);
    told(&mut serving, &receiver, 1).await;
    assert!(receiver.lines()[0].contains("x on shop01 has failed"), "{:?}", receiver.lines());
    assert_eq!(station.notices().await.len(), 1);
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_hangs_holds_up_no_run() {
    let (station, _) = failing(2).await;
    // It takes connections, and never answers.
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    station.write("oncall", &format!("http://{}/never", silent.local_addr().unwrap()));
    let mut serving = station.serve(&[]);
    serving
        .until_seen("a notice on its way", async |_| {
            station.notices().await.len() == 2
                && station.runs().await.iter().all(|run| run.outcome.is_some())
        })
        .await;
    let (stream, _) = silent.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let _ = serving.stop().await;
    assert!(station.notices().await.iter().all(|notice| notice.state == NoticeState::Waiting));
}

/// Three due times; after the second failure in a row the third one comes to nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_whose_runs_fail_is_paused_and_that_is_told() {
    let (table, ids) = connections(1);
    let station = Station::new(Settings { connections: ids, ..unlimited() }).await;
    let receiver = Receiver::start();
    let past = Past::hours(3, Station::now());
    station.write("x.rhai", "throw \"no stock\";");
    station.write("oncall", &receiver.url());
    let schedule = format!(
        "schedule = {{ cron = \"{}\", catch_up = \"all\", overlap = \"queue\" }}",
        past.cron
    );
    let rest = format!("{schedule}\npause_after = 2\nnotify = [\"oncall\"]");
    let notify = "[notify.oncall]\nwebhook = { file = \"oncall\" }\non = [\"paused\"]\n\n";
    station.project(&(table + notify + &automation("x", "x.rhai", &rest)));
    station.deploy_before(&past).await;
    let mut serving = station.serve(&[]);
    told(&mut serving, &receiver, 1).await;
    let lines = receiver.lines();
    assert!(lines[0].contains("the schedule x/shop01 is paused"), "{lines:?}");
    let fates: Vec<Fate> = station.occurrences().await.iter().map(|it| it.fate).collect();
    assert_eq!(fates, [Fate::Fired, Fate::Fired, Fate::Paused]);
    let listed = station.say(&["schedule", "list"]).expect_code(0).stdout;
    assert!(listed.contains("2 runs in a row have failed"), "{listed}");
    let _ = serving.stop().await;
}

/// A send whose answer is lost: people are told, and a person's word lets it, and what waits behind it, go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_told_and_holds_up_the_next_one_until_a_person_has_spoken() {
    let (table, ids) = connections(1);
    let station = Station::new(Settings { connections: ids, ..unlimited() }).await;
    let receiver = Receiver::start();
    let past = Past::hours(2, Station::now());
    station.write(
        "x.rhai",
        "templates::create(#{ name: \"Night\", editor_type: \"CODE\", html: \"<p>x</p>\" });",
    );
    station.write("oncall", &receiver.url());
    let schedule = format!(
        "schedule = {{ cron = \"{}\", catch_up = \"all\", overlap = \"queue\" }}",
        past.cron
    );
    let x = automation("x", "x.rhai", &format!("{schedule}\nnotify = [\"oncall\"]"));
    let x = x.replace("profiles:write", "templates:write");
    let notify = "[notify.oncall]\nwebhook = { file = \"oncall\" }\n\n";
    station.project(&(table + notify + &x));
    station.deploy_before(&past).await;
    station.faults(serde_json::json!([
        { "method": "POST", "path": "*templates", "when": "after", "drop": true, "times": 1 },
    ]));
    let mut serving = station.serve(&[]);
    told(&mut serving, &receiver, 1).await;
    let run = station.runs().await.remove(0).new.id.to_string();
    let lines = receiver.lines();
    assert!(lines[0].contains("waits for a word") && lines[0].contains(&run), "{lines:?}");
    assert_eq!((station.runs().await.len(), station.applied("POST", "templates")), (1, 1));
    // It is there: nobody sends it again, and the next one begins.
    let answer = "{\"data\":{\"type\":\"template\",\"id\":\"x\"}}";
    let words = ["runs", "resolve", &run, "--done", "--answer", answer];
    let _ = station.say(&words).expect_code(0);
    completed(&station, &mut serving, 2).await;
    assert_eq!(station.applied("POST", "templates"), 2);
    let _ = serving.stop().await;
}
