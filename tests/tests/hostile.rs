//! Scripts that mean harm, or are only careless, with the real binary and its counting allocator: each ends in a clear error, by
//! itself or by Ctrl-C, and the process is unharmed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::{Command, Stdio};

use pianoroll_tests::{Finished, pianoroll};

fn command(folder: &tempfile::TempDir, text: &str, words: &[&str]) -> Command {
    let file = folder.path().join("hostile.rhai");
    std::fs::write(&file, text).unwrap();
    let mut command = pianoroll(["run"]);
    command.arg(file).args(["--simulate", "--quota", "off"]).args(words);
    command
}

fn run(text: &str, words: &[&str]) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    Finished::new(&command(&folder, text, words).output().unwrap())
}

#[track_caller]
fn ends(text: &str, code: i32, said: &str) {
    let finished = run(text, &[]).expect_code(code);
    assert!(finished.stderr.contains(said), "`{said}` is not in {finished:?}");
    assert!(finished.stdout.contains("run 0"), "the run has its summary: {finished:?}");
}

#[test]
fn a_loop_without_calls_ends_at_the_limit_on_time() {
    let finished = run("loop { }", &["--limit", "seconds=1"]).expect_code(4);
    assert!(finished.stderr.contains("longer than the 1 second that"), "{finished:?}");
}

#[test]
fn bombs_end_at_the_limit_of_memory() {
    let memory = "the run uses more than 1024 MiB of memory";
    ends("let a = [1, 2, 3]; loop { a += a; }", 1, memory);
    ends("let m = #{ a: 1 }; loop { m = #{ a: m, b: m }; }", 1, memory);
    ends("let t = \"x\"; t.pad(1000000, \"x\"); let r = rows(); loop { r.push(t); }", 1, memory);
    // One native call that would make a terabyte.
    let text = "let t = \"x\"; for i in 0..25 { t += t; } let a = []; a.pad(30000, t);";
    ends(&format!("{text} rows(a)"), 1, memory);
    // Nothing of it is caught.
    ends("try { let a = [1]; loop { a += a; } } catch (e) { print(\"caught\"); }", 1, memory);
    ends("parallel(0..16, 16, |n| { let a = [1]; loop { a += a; } })", 1, memory);
}

#[test]
fn natives_that_would_make_more_than_there_is_refuse() {
    let text = "let t = \"x\"; for i in 0..25 { t += t; } let a = []; a.pad(30000, t);";
    ends(&format!("{text} a.join(\"\")"), 1, "a text may have at most 64 MiB");
    ends(&format!("{text} to_json(a)"), 1, "a value of more than 256 MiB");
    ends(&format!("{text} lists::create(#{{ name: a }})"), 1, "a value of more than 256 MiB");
    ends(&format!("{text} files::json(\"x.json\", a)"), 1, "a value of more than 256 MiB");
    ends(&format!("{text} t.split(\"\")"), 1, "a text is split into at most 4000000 parts");
    let finished = run(&format!("{text} print(a); problem(\"x\", a); a"), &[]);
    assert!(finished.stderr.contains("too large to be shown"), "{:.2000}", finished.stderr);
}

#[test]
fn values_that_nest_without_end_are_refused_before_the_stack_ends() {
    let deep = "nest deeper than 1000 levels";
    // A closure that captured another shares it, so that a chain of them grows as fast as a script can go.
    ends("let f = || 0; loop { let g = f; f = || g.call(); }", 1, deep);
    ends("let f = || 0; for i in 0..1000000 { let g = f; f = || g; } 1", 1, deep);
    ends("let a = []; loop { a = [a]; }", 1, deep);
    ends("let m = #{}; loop { let n = #{ x: 1 }; n.m = m; m = n; }", 1, deep);
}

#[test]
fn ten_thousand_log_lines_are_shown_and_the_others_counted() {
    let finished =
        run("for i in 0..200000 { log::info(i); } for i in 0..1000 { problem(i); } \"end\"", &[]);
    let finished = finished.expect_code(3);
    let shown = finished.stderr.lines().filter(|line| line.starts_with("info ")).count();
    assert_eq!(shown, 10_000);
    assert_eq!(finished.stderr.lines().filter(|line| line.starts_with("problem ")).count(), 100);
    assert!(
        finished
            .stderr
            .contains("10000 lines were logged: what comes now is counted, and not shown")
    );
    assert!(finished.stdout.contains("190,000 more lines were not shown"), "{}", finished.stdout);
    assert!(finished.stdout.contains("\"end\""), "{}", finished.stdout);
    let long = run("let t = \"x\"; t.pad(1000000, \"y\"); print(t)", &[]).expect_code(0);
    assert!(long.stderr.contains("… (and 934464 bytes more)"), "{:.200}", long.stderr);
}

#[cfg(unix)]
#[test]
fn loops_without_calls_stop_at_ctrl_c() {
    for text in [
        "print(\"on\"); loop { }",
        "print(\"on\"); try { loop { } } catch { loop { } }",
        "print(\"on\"); parallel(0..1000000000000, 16, |n| { loop { } })",
        "print(\"on\"); let a = []; a.pad(1000000, 1); loop { a.sort(|x, y| random(3) - 1); }",
        "fn f(n) { for i in 0..1000000000 { f(n + 1); } } print(\"on\"); f(0)",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(&folder, text, &[]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut messages = std::io::BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("on") || line.contains(" on ") {
            line.clear();
            assert!(std::io::BufRead::read_line(&mut messages, &mut line).unwrap() > 0, "{text}");
        }
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        std::io::copy(&mut messages, &mut std::io::sink()).unwrap();
        let ended = child.wait().unwrap();
        // The recursion may have ended by its depth before the signal came.
        let codes: &[i32] = if text.starts_with("fn") { &[1, 130] } else { &[130] };
        assert!(ended.code().is_some_and(|code| codes.contains(&code)), "{text}: {ended}");
    }
}
