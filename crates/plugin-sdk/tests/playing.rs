//! Everything that the SDK offers, played on the mock.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use pianoroll_plugin_sdk::log::Level;
use pianoroll_plugin_sdk::{
    Call, Error, ErrorKind, Value, calls, checkpoint, clock, files, json, last_run, lists, log,
    mock, notify, notify_with, params, profiles, progress, random, state, wait,
};

fn page(ids: &[&str], next: Option<&str>) -> Value {
    let data: Vec<Value> = ids.iter().map(|id| json!({ "type": "profile", "id": id })).collect();
    match next {
        Some(cursor) => {
            json!({ "data": data, "links": { "next": format!("https://x/?page[cursor]={cursor}&a=b") } })
        }
        None => json!({ "data": data, "links": { "next": null } }),
    }
}

/// The message of a panic.
fn panic_of(run: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

#[test]
fn pages_are_read_as_they_are_needed() {
    let host = || {
        mock::Host::new().on("lists.list_profiles", |call| {
            match call.options.get("cursor").and_then(Value::as_str) {
                None => Ok(page(&["P1", "P2"], Some("two"))),
                Some("two") => Ok(page(&[], Some("three"))),
                Some(_) => Err(Error::api(500, "internal", "broken")),
            }
        })
    };
    let options = || lists::ListProfilesOptions::new().page_size(2);
    let played = host().run(|| Ok(lists::each_profile("L1", options()).take(2).count()));
    assert_eq!((played.result, played.calls.len()), (Ok(json!(2)), 1));
    let played = host().run(|| {
        let all = lists::each_profile("L1", options());
        Ok(all
            .map(|it| it.map_or_else(|error| error.to_string(), |it| it.id().to_owned()))
            .collect::<Vec<_>>())
    });
    assert_eq!(played.result, Ok(json!(["P1", "P2", "broken"])));
    assert!(played.calls.iter().all(|call| call.options.get("page_size") == Some(&json!(2))));
    // By another connection, through the call as a value.
    let played = host().run(|| {
        let call = lists::call::list_profiles("L1").on("target");
        call.each().take(2).map(|it| Ok(it?.id().to_owned())).collect::<Result<Vec<_>, Error>>()
    });
    assert_eq!(played.result, Ok(json!(["P1", "P2"])));
    assert_eq!(played.calls[0].connection.as_deref(), Some("target"));
}

#[test]
fn an_unexpected_call_says_what_to_write() {
    let message = panic_of(|| {
        mock::Host::new().run(|| profiles::update("P1", json!({ "title": "Dr" })).map(|_| ()));
    });
    assert_eq!(
        message,
        r#"the plugin called `profiles.update` (ids ["P1"], body {"title":"Dr"}, options {}), which nothing answers; write `.on("profiles.update", |call| …)`"#
    );
    // The stage is free again.
    assert_eq!(mock::Host::new().run(|| Ok(1)).result, Ok(json!(1)));
    let message = panic_of(|| {
        let _ = clock::now();
    });
    assert!(message.starts_with("there is no host"), "{message}");
}

#[test]
fn an_error_comes_back_as_it_was_and_where_it_was() {
    let host = mock::Host::new().on("profiles.get", |_| {
        Error::api(404, "not_found", "no such profile")
            .with_details(&json!({ "title": "Not found" }))
    });
    let played = host.run(|| {
        log::warn!("reading {}", "P1");
        profiles::get("P1").map(|profile| profile.document)
    });
    let error = played.result.unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), error.code()),
        (ErrorKind::Api, Some(404), "not_found")
    );
    assert_eq!((error.operation(), error.position()), ("profiles.get", "1"));
    assert_eq!(error.details()["title"], "Not found");
    assert_eq!(played.logs, [(Level::Warn, "reading P1".to_owned())]);
}

#[test]
fn what_is_no_json_is_told_before_anything_is_called() {
    let played = mock::Host::new().on("profiles.update", |_| page(&[], None)).run(|| {
        let bad = std::collections::HashMap::from([((1, 2), 3)]);
        let body = profiles::update("P1", bad).unwrap_err();
        assert!(body.message().starts_with("the body of profiles.update is no JSON"), "{body}");
        let options = profiles::list(json!([1])).unwrap_err();
        assert_eq!(options.message(), "the options of profiles.list are a JSON object, not [1]");
        assert_eq!(options.kind(), ErrorKind::Arguments);
        // In its place among the results of the others.
        let good = |id: &str| profiles::call::update(id, json!({}));
        let done = calls::batch([good("P1"), Call::new("x").options(json!(1)), good("P2")], 2);
        Ok(done.iter().map(Result::is_ok).collect::<Vec<_>>())
    });
    assert_eq!(played.result, Ok(json!([true, false, true])));
    assert_eq!(played.calls.len(), 2);
}

#[test]
fn a_recorded_checkpoint_is_not_done_again() {
    let run = || {
        let found = checkpoint("find", || {
            profiles::each(()).map(|it| Ok(it?.id().to_owned())).collect::<Result<Vec<_>, Error>>()
        })?;
        let failed = checkpoint("fail", || Err::<u8, Error>(Error::new("no"))).unwrap_err();
        Ok((found, failed.to_string()))
    };
    let first = mock::Host::new().on("profiles.list", |_| page(&["P1"], None)).run(run);
    assert_eq!(first.result, Ok(json!([["P1"], "no"])));
    let values: Vec<bool> = first.checkpoints.iter().map(|(_, value)| value.is_ok()).collect();
    assert_eq!(values, [true, false]);
    let again = mock::Host::new().recorded("find", ["P1"]).run(run);
    assert_eq!((again.result, again.calls.len()), (first.result, 0));
    let message = panic_of(|| drop(mock::Host::new().run(|| checkpoint("a", || notify("x")))));
    assert!(message.contains("no place in the checkpoint `a`"), "{message}");
    let twice = || checkpoint("a", || checkpoint("b", || Ok(1)));
    let message = panic_of(|| drop(mock::Host::new().run(twice)));
    assert!(message.contains("they do not nest"), "{message}");
}

#[test]
fn files_are_read_and_written() {
    let host = mock::Host::new().file("in.csv", "id\r\nP1\nP2").file("bad", [0xff]);
    let played = host.run(|| {
        let lines: Result<Vec<String>, Error> = files::lines("in.csv")?.collect();
        assert_eq!(lines?, ["id", "P1", "P2"]);
        assert_eq!(files::read_text("in.csv")?, "id\r\nP1\nP2");
        assert!(files::read_text("bad").unwrap_err().message().starts_with("bad is no text"));
        assert_eq!(files::read("gone").unwrap_err().kind(), ErrorKind::File);
        files::write("out/small.txt", "small")?;
        let mut large = files::create("out/large.txt")?;
        for _ in 0..3000 {
            writeln!(large, "{:0>60}", 1)?;
        }
        large.write_all(&[b'x'; 200_000])?;
        large.close()?;
        let mut dropped = files::create("out/dropped.txt")?;
        dropped.write_all(b"never seen")?;
        Ok((files::exists("in.csv")?, files::exists("out/small.txt")?, files::exists("gone")?))
    });
    assert_eq!(played.result, Ok(json!([true, true, false])));
    assert_eq!(played.text("out/small.txt"), Some("small"));
    assert_eq!(played.written["out/large.txt"].len(), 3000 * 61 + 200_000);
    assert!(!played.written.contains_key("out/dropped.txt"));
}

#[test]
fn the_rest_is_seen_by_the_test() {
    #[derive(serde::Deserialize)]
    struct Params {
        days: i64,
    }
    let host = mock::Host::new()
        .param("days", 2)
        .now(clock::parse("2024-03-01T00:00:00Z").unwrap())
        .last_run(json!({ "run": "r1", "started": "a", "finished": "b", "problems": 3 }))
        .on(
            "request",
            |call| json!({ "asked": call.ids, "query": Value::from(call.options.clone()) }),
        );
    let played = host.run(|| {
        let days = params::<Params>()?.days;
        assert_eq!(clock::text(clock::days_ago(days)), "2024-02-28T00:00:00Z");
        assert_eq!(last_run()?.map(|it| it.problems), Some(3));
        wait::pause(Duration::from_secs(90))?;
        assert_eq!(clock::now() - clock::started(), 90_000);
        progress::report(1, Some(2));
        progress::problem("odd", json!({ "id": "P1" }));
        notify("nearly gone")?;
        notify_with("shrunk", json!({ "now": 3 }))?;
        state::set("seen", [1, 2])?;
        state::remove("seen")?;
        assert_eq!(state::get::<Vec<u8>>("seen")?, None);
        Ok(calls::request("GET", "/api/x", json!({ "a": 1 }), None)?.document)
    });
    assert_eq!(played.result, Ok(json!({ "asked": ["GET", "/api/x"], "query": { "a": 1 } })));
    assert_eq!(played.progress, [(1, Some(2))]);
    assert_eq!(played.problems, [("odd".to_owned(), json!({ "id": "P1" }))]);
    let told =
        [("nearly gone".to_owned(), Value::Null), ("shrunk".to_owned(), json!({ "now": 3 }))];
    assert_eq!(played.notifications, told);
    assert!(played.state.is_empty());
    let wrong = mock::Host::new().run(|| params::<Params>().map(|it| it.days));
    let message = "the parameters are not what the plugin reads: missing field `days`";
    assert_eq!(wrong.result.unwrap_err().message(), message);
}

#[test]
fn chance_is_the_same_for_the_same_seed() {
    let draw = |seed| {
        let played = mock::Host::new().seed(seed).run(|| {
            let mut list: Vec<u32> = (0..20).collect();
            random::shuffle(&mut list);
            for _ in 0..1000 {
                assert!((0.0..1.0).contains(&random::float()));
                assert!((-3..4).contains(&random::range(-3..4)));
                assert!((i64::MIN..i64::MAX).contains(&random::range(i64::MIN..i64::MAX)));
            }
            assert_eq!(random::choose::<u8>(&[]), None);
            let mut sorted = list.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..20).collect::<Vec<_>>());
            Ok((list, random::choose(&[1, 2, 3]).copied(), random::chance(0.5), random::next()))
        });
        played.result.unwrap()
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
}
