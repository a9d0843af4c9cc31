//! Does what no plugin may do. The parameter `attack` says what; what comes back tells a test how it was met.

use std::hint::black_box;
use std::time::Duration;

use pianoroll_plugin_sdk::{
    Call, Error, Value, automation, calls, checkpoint, files, json, lists, log, params, profiles,
    progress, state, wait,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Params {
    attack: String,
    amount: u64,
}

automation!(run);

fn run() -> Result<Value, Error> {
    let Params { attack, amount } = params()?;
    let up_to = |most: u64| if amount == 0 { most } else { amount };
    match attack.as_str() {
        // Nothing; what all others are compared with.
        "none" => Ok(json!("nothing")),
        // Computes for ever.
        "loop" => loop {
            black_box(0);
        },
        // Takes memory, a MiB at a time, and touches it.
        "memory" => {
            let mut taken = Vec::new();
            for number in 0..up_to(u64::MAX) {
                taken.push(vec![1_u8; 1 << 20]);
                if number % 64 == 0 {
                    log::info!("{number} MiB");
                }
            }
            Ok(json!(taken.len()))
        }
        // Calls itself until the stack is used up.
        "recursion" => Ok(json!(deeper(0))),
        // Hands a long string to the host: 1 GiB, or so many MiB.
        "string" => {
            let text = "x".repeat((up_to(1024) as usize) << 20);
            log::info!("{text}");
            Ok(json!(text.len()))
        }
        // Keeps a long string in the state.
        "state" => {
            let text = "x".repeat((up_to(64) as usize) << 20);
            state::set("hostile", text)?;
            Ok(json!("kept"))
        }
        // Answers a long string.
        "result" => Ok(json!("x".repeat((up_to(256) as usize) << 20))),
        // Hands JSON to the host that is nested deeper than a parser's stack.
        "nested" => {
            let depth = up_to(1_000_000) as usize;
            let mut body = Value::Null;
            for _ in 0..depth {
                body = Value::Array(vec![body]);
            }
            let answer = told(lists::create(&body).map(drop));
            // Dropping it would use up the stack of the guest.
            std::mem::forget(body);
            answer
        }
        // Writes lines of the log.
        "log" => {
            for number in 0..up_to(u64::MAX) {
                log::info!("line {number} of a flood that nobody will ever read to its end");
            }
            Ok(json!("written"))
        }
        // Reports problems.
        "problems" => {
            for number in 0..up_to(u64::MAX) {
                progress::problem("a problem", number);
            }
            Ok(json!("reported"))
        }
        // Asks the host for the time and so on, which costs the host and not the guest.
        "calls" => {
            for number in 0..up_to(u64::MAX) {
                progress::report(number, None);
            }
            Ok(json!("called"))
        }
        // Makes as many calls at once.
        "batch" => {
            let many = (0..up_to(1_000_000)).map(|_| lists::call::list());
            Ok(json!(calls::batch(many, 255).len()))
        }
        // Panics.
        "panic" => panic!("the plugin gave up on purpose"),
        // Waits for ever, an hour at a time.
        "wait" => loop {
            wait::pause(Duration::from_secs(3600))?;
        },
        // An operation that the manifest asks for, and that tests do not grant.
        "ungranted" => told(profiles::update("P1", json!({ "first_name": "Eve" })).map(drop)),
        // An operation that the manifest does not even ask for.
        "unasked" => told(Call::new("segments.list").make().map(drop)),
        // A connection that the manifest does not have.
        "connection" => told(Call::new("lists.list").on("elsewhere").make().map(drop)),
        // Ids that would lead out of the path of a profile.
        "path" => {
            let ids = ["../lists", "..", "a/../../lists", "%2e%2e/lists", "P1?filter=", "P1#", ""];
            let tried = ids.map(|id| (id, code(profiles::get(id).map(drop))));
            Ok(json!(tried.map(|(id, code)| json!([id, code]))))
        }
        // Native paths that lead out of the app, and out of the gateway.
        "request" => {
            let paths = [
                "/api/../../slack/api/chat.postMessage",
                "/../slack/api/chat.postMessage",
                "//elsewhere.example/api/lists",
                "https://elsewhere.example/api/lists",
                "/api/%2e%2e/%2e%2e/slack",
                "/api/lists\r\nHost: elsewhere.example",
            ];
            let tried =
                paths.map(|path| (path, code(calls::request("GET", path, (), None).map(drop))));
            Ok(json!(tried.map(|(path, code)| json!([path, code]))))
        }
        // An effect inside a block of reads.
        "checkpoint" => told(
            checkpoint("scan", || Ok(lists::create(json!({ "name": "Mine" }))?.id().to_owned()))
                .map(drop),
        ),
        // An effect inside a block of reads, by a batch.
        "checkpoint-batch" => told(checkpoint("scan", || {
            let made = calls::batch([lists::call::create(json!({ "name": "Mine" }))], 1);
            made.into_iter().next().map_or(Ok(()), |made| made.map(drop))
        })),
        // Files outside of the project's folder, or without the permission.
        "file" => {
            let paths = ["/etc/passwd", "../../etc/passwd", "pianoroll.toml", "a/../../b", ".env"];
            let tried = paths.map(|path| (path, code(files::read(path).map(drop))));
            Ok(json!(tried.map(|(path, code)| json!([path, code]))))
        }
        // Opens a file again and again, and never closes it.
        "open" => {
            let mut open = Vec::new();
            for number in 0..up_to(1_000_000) {
                match files::open("pianoroll.toml") {
                    Ok(file) => open.push(file),
                    Err(error) => return Ok(json!([number, error.to_string()])),
                }
            }
            Ok(json!(open.len()))
        }
        other => Err(Error::new(format_args!("there is no attack {other}"))),
    }
}

/// What came back of something that should have been refused.
fn told(tried: Result<(), Error>) -> Result<Value, Error> {
    Ok(json!(code(tried)))
}

fn code(tried: Result<(), Error>) -> String {
    match tried {
        Ok(()) => "done".to_owned(),
        Err(error) => format!("{:?}: {error}", error.kind()).to_lowercase(),
    }
}

fn deeper(level: u64) -> u64 {
    // Never; but the compiler must not know.
    if black_box(level) == u64::MAX {
        return 0;
    }
    let kept = black_box([level; 64]);
    // Used after the call, so that it is none that a loop could stand for.
    deeper(black_box(level + 1)) + kept[(level % 64) as usize]
}
