//! Events that start runs: one each, whoever repeats them; and everything that is refused.

use jiff::SignedDuration;
use pianoroll_simulator::Settings;
use pianoroll_tests::serving::{Answered, Serving, Station, ask};
use pianoroll_tests::unlimited;
use serde_json::{Value, json};

use crate::{automation, completed, connections};

const SECRET: &str = "5ecretOfTheHookOfTheTests";

/// Takes the event out of its parameter.
const PROGRAM: &str = "//! param event: string\n\
    let event = params::event.parse_json();\n\
    profiles::update(\"01GDDKASAP8TKDDA2GRZDSVP4H\", #{ first_name: event.external_id });\n";

async fn place() -> (Station, Serving) {
    let (table, ids) = connections(1);
    let station = Station::new(Settings { connections: ids, ..unlimited() }).await;
    station.write("x.rhai", PROGRAM);
    station.write("hook", SECRET);
    let x = automation("x", "x.rhai", "webhook = { secret = { file = \"hook\" } }");
    station.project(&(table + &x));
    let _ = station.deploy();
    let serving = station.serve(&["--listen", "127.0.0.1:0", "--log-level", "debug"]);
    (station, serving)
}

fn body(ids: &[&str]) -> Vec<u8> {
    let item = |id: &&str| json!({ "topic": "event:klaviyo.opened_email", "external_id": id, "payload": { "data": {} } });
    let data: Vec<Value> = ids.iter().map(item).collect();
    let meta = json!({ "klaviyo_webhook_id": "01HX", "timestamp": "2026-01-01T00:00:00+00:00" });
    json!({ "data": data, "meta": meta }).to_string().into_bytes()
}

/// The moment some minutes ago, as the API writes it.
fn moment(minutes: i64) -> String {
    let at = Station::now() - SignedDuration::from_mins(minutes);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn sign(secret: &str, body: &[u8], timestamp: &str) -> String {
    pianoroll_server::HookSecret::new(secret).unwrap().sign(body, timestamp)
}

/// Delivers to `/hooks/x` with that signature.
async fn deliver(serving: &mut Serving, body: &[u8], timestamp: &str, signature: &str) -> Answered {
    let address = serving.address().await;
    let headers = [
        ("Klaviyo-Webhook-Id", "01HX"),
        ("Klaviyo-Signature", signature),
        ("Klaviyo-Timestamp", timestamp),
        ("Content-Type", "application/json"),
    ];
    ask(address, "POST /hooks/x", &headers, body)
}

async fn signed(serving: &mut Serving, ids: &[&str]) -> Value {
    let (body, at) = (body(ids), moment(0));
    let answered = deliver(serving, &body, &at, &sign(SECRET, &body, &at)).await;
    assert_eq!(answered.status, 200, "{answered:?}\n{}", serving.said());
    serde_json::from_str(&answered.body).unwrap()
}

fn names(station: &Station) -> Vec<String> {
    let requests = station.simulator.requests();
    let name = |body: &Value| body["data"]["attributes"]["first_name"].as_str().map(str::to_owned);
    let patches = requests.iter().filter(|request| request.method == "PATCH");
    let mut names: Vec<String> = patches.filter_map(|request| name(&request.body)).collect();
    names.sort_unstable();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_makes_one_run_however_often_it_comes() {
    let (station, mut serving) = place().await;
    assert_eq!(
        signed(&mut serving, &["a", "b", "a"]).await,
        json!({ "accepted": 2, "repeated": 1 })
    );
    completed(&station, &mut serving, 2).await;
    assert_eq!(signed(&mut serving, &["b", "c"]).await, json!({ "accepted": 1, "repeated": 1 }));
    completed(&station, &mut serving, 3).await;
    assert_eq!(names(&station), ["a", "b", "c"]);
    // Also for the next process, and after one that had no time to end.
    for kills in [false, true] {
        let _ = if kills { serving.kill().await } else { serving.stop().await };
        serving = station.serve(&["--listen", "127.0.0.1:0"]);
        let again = signed(&mut serving, &["a", "b", "c"]).await;
        assert_eq!(again, json!({ "accepted": 0, "repeated": 3 }));
    }
    assert_eq!(station.runs().await.len(), 3);
    assert_eq!(names(&station), ["a", "b", "c"]);
    let listed = station.say(&["runs", "list", "--json"]).expect_code(0).json();
    assert_eq!(listed[0]["connection"], "shop01", "{listed}");
    let said = serving.stop().await.stderr;
    assert!(!said.contains(SECRET), "{said}");
}

/// What was taken is in the journal before it is answered: a process that is killed right then loses none.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_was_taken_survives_a_crash() {
    let (station, mut serving) = place().await;
    let ids: Vec<String> = (0..50).map(|number| format!("e{number:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(signed(&mut serving, &ids).await, json!({ "accepted": 50, "repeated": 0 }));
    let _ = serving.kill().await;
    let mut serving = station.serve(&[]);
    completed(&station, &mut serving, 50).await;
    // A write that was under way at the crash may be made again: it is one that can be.
    let mut names = names(&station);
    names.dedup();
    assert_eq!(names, ids);
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_old_or_too_large_is_refused() {
    let (station, mut serving) = place().await;
    let (event, now) = (body(&["a"]), moment(0));
    let right = sign(SECRET, &event, &now);
    let wrong = sign("another", &event, &now);
    assert_eq!(deliver(&mut serving, &event, &now, &wrong).await.status, 401);
    // Right for another body, and for another time.
    assert_eq!(deliver(&mut serving, &body(&["b"]), &now, &right).await.status, 401);
    assert_eq!(deliver(&mut serving, &event, &moment(1), &right).await.status, 401);
    for minutes in [10, -10] {
        let at = moment(minutes);
        let answered = deliver(&mut serving, &event, &at, &sign(SECRET, &event, &at)).await;
        assert!((400..500).contains(&answered.status), "{minutes}: {answered:?}");
    }
    let large = vec![b' '; 9 << 20];
    let answered = deliver(&mut serving, &large, &now, &sign(SECRET, &large, &now)).await;
    // One who is refused while it sends may see nothing but the end of the connection.
    assert!(matches!(answered.status, 413 | 0), "{}", answered.status);
    let no_json = b"{".as_slice();
    let answered = deliver(&mut serving, no_json, &now, &sign(SECRET, no_json, &now)).await;
    assert_eq!(answered.status, 400, "{answered:?}");
    let address = serving.address().await;
    assert_eq!(ask(address, "POST /hooks/y", &[], b"{}").status, 404);
    assert_eq!(ask(address, "GET /hooks/x", &[], b"").status, 405);
    assert!(station.runs().await.is_empty());
    let said = serving.stop().await.stderr;
    assert!(said.contains("a delivery was refused"), "{said}");
    for secret in [SECRET, &*right, &*wrong] {
        assert!(!said.contains(secret), "{said}");
    }
}

/// The secret is read for each delivery: whoever changes it need not restart.
#[tokio::test(flavor = "multi_thread")]
async fn another_secret_holds_from_the_next_delivery_on() {
    let (station, mut serving) = place().await;
    assert_eq!(signed(&mut serving, &["a"]).await["accepted"], 1);
    station.write("hook", "another");
    let (event, now) = (body(&["b"]), moment(0));
    assert_eq!(deliver(&mut serving, &event, &now, &sign(SECRET, &event, &now)).await.status, 401);
    let answered = deliver(&mut serving, &event, &now, &sign("another", &event, &now)).await;
    assert_eq!(answered.status, 200, "{answered:?}");
    completed(&station, &mut serving, 2).await;
    let _ = serving.stop().await;
}
