//! Plugins that mean no good. Each ends in a clear error, and the next plugin runs.

use std::time::Duration;

use expect_test::{Expect, expect};
use pianoroll_host::GuestErrorKind;

use super::stage::{Stage, plugin};
use crate::compile::Compiler;
use crate::package::{Package, PackageError};

const LOOP: &str = "(func $forever (loop $again (br $again)))";
const LOG: (&str, &str, &str) = ("log", "write", "(param i32 i32 i32)");

async fn check(stage: Stage, component: Vec<u8>, expected: Expect) {
    let ended = stage.run(component).await;
    expected.assert_eq(&ended.text());
    assert!(ended.requests.is_empty(), "{:?}", ended.requests);
    // The host is as it was.
    let fine = plugin(&[], "(func (export \"run\") (result i32) (i32.const 0))");
    assert_eq!(Stage::default().run(fine).await.text(), "null");
}

fn short() -> Stage {
    Stage::limited(|limits| limits.cpu = Duration::from_millis(50))
}

#[tokio::test]
async fn it_comes_as_machine_code() {
    let component = plugin(&[], "(func (export \"run\") (result i32) (i32.const 0))");
    let code = Compiler::Here.compile(&component).await.unwrap();
    assert_eq!(Package::read(code).unwrap_err(), PackageError::Precompiled);
}

#[tokio::test]
async fn it_never_ends() {
    let rest =
        format!("{LOOP} (func $main (export \"run\") (result i32) (call $forever) (i32.const 0))");
    check(
        short(),
        plugin(&[], &rest),
        expect![[r#"
            the plugin `test` 1.0.0 was ended: it computed longer than 0.050 s
              in forever
              in main
              = `[plugins.test]` of pianoroll.toml may set another: limits = { cpu_seconds = … }"#]],
    )
    .await;
}

#[tokio::test]
async fn it_never_begins() {
    let rest =
        format!("{LOOP} (start $forever) (func (export \"run\") (result i32) (i32.const 0))");
    check(
        short(),
        plugin(&[], &rest),
        expect![[r#"
        the plugin `test` 1.0.0 was ended: it computed longer than 0.050 s
          in forever
          = `[plugins.test]` of pianoroll.toml may set another: limits = { cpu_seconds = … }"#]],
    )
    .await;
}

#[tokio::test]
async fn it_takes_all_memory() {
    let rest = "(func $take (export \"run\") (result i32)
        (loop $again (drop (memory.grow (i32.const 16))) (br $again)) (i32.const 0))";
    let ended = Stage::limited(|limits| limits.memory = 8 << 20).run(plugin(&[], rest)).await;
    assert_eq!(ended.usage.memory, (8 << 20) - 15 * 65536);
    check(
        Stage::limited(|limits| limits.memory = 8 << 20),
        plugin(&[], rest),
        expect![[r#"
        the plugin `test` 1.0.0 was ended: it wanted more memory than 8 MiB
          in take
          = `[plugins.test]` of pianoroll.toml may set another: limits = { memory_mib = … }"#]],
    )
    .await;
}

#[tokio::test]
async fn it_begins_with_too_much_memory_or_tables() {
    let rest = "(func (export \"run\") (result i32) (i32.const 0))";
    let table = format!("(table 2000000 funcref) {rest}");
    check(
        Stage::default(),
        plugin(&[], &table),
        expect![[r#"
        the plugin `test` 1.0.0 was ended: it wanted tables of more than 1000000 elements
          = `[plugins.test]` of pianoroll.toml may set another: limits = { tables = … }"#]],
    )
    .await;
    let small = Stage::limited(|limits| limits.memory = 65535);
    check(
        small,
        plugin(&[], rest),
        expect![[r#"
        the plugin `test` 1.0.0 was ended: it wanted more memory than 65535 bytes
          = `[plugins.test]` of pianoroll.toml may set another: limits = { memory_mib = … }"#]],
    )
    .await;
}

#[tokio::test]
async fn its_tables_grow() {
    let rest = "(table $t 0 funcref) (func $take (export \"run\") (result i32)
        (loop $again (drop (table.grow $t (ref.null func) (i32.const 1000))) (br $again)) (i32.const 0))";
    check(
        Stage::default(),
        plugin(&[], rest),
        expect![[r#"
            the plugin `test` 1.0.0 was ended: it wanted tables of more than 1000000 elements
              in take
              = `[plugins.test]` of pianoroll.toml may set another: limits = { tables = … }"#]],
    )
    .await;
}

#[tokio::test]
async fn it_is_made_of_too_many_parts() {
    let parts = "(core instance (instantiate $m))".repeat(300);
    let component = wat::parse_str(format!("(component (core module $m) {parts})")).unwrap();
    check(Stage::default(), component, expect![[r#"
        the plugin `test` 1.0.0 was ended: it is made of more than 200 core instances, memories or tables
          = `[plugins.test]` of pianoroll.toml may set another: limits = { instances = … }"#]]).await;
}

#[tokio::test]
async fn it_calls_itself_too_deeply() {
    let rest = "(func $deeper (param i32) (result i32) (i32.add (i32.const 1) (call $deeper (local.get 0))))
        (func $main (export \"run\") (result i32) (call $deeper (i32.const 0)))";
    check(
        Stage::default(),
        plugin(&[], rest),
        expect![[r#"
        the plugin `test` 1.0.0 was ended: its functions call each other too deeply
          in deeper, in itself, …"#]],
    )
    .await;
}

#[tokio::test]
async fn it_gives_up() {
    let rest = "(func $panics unreachable) (func $main (export \"run\") (result i32) (call $panics) (i32.const 0))";
    check(Stage::default(), plugin(&[], rest), expect![[r#"
        the plugin `test` 1.0.0 was ended: it gave up (a panic, an abort, or an error that it did not handle)
          in panics
          in main"#]]).await;
}

#[tokio::test]
async fn it_gives_a_text_that_is_too_long() {
    let rest = "(func $main (export \"run\") (result i32)
        (drop (memory.grow (i32.const 300)))
        (call $write (i32.const 1) (i32.const 64) (i32.const 17000000)) (i32.const 0))";
    check(
        Stage::default(),
        plugin(&[LOG], rest),
        expect![[r#"
        the plugin `test` 1.0.0 was ended: it moved more than 16 MiB in one host call
          = `[plugins.test]` of pianoroll.toml may set another: limits = { transfer_mib = … }"#]],
    )
    .await;
    // A gibibyte that it does not have.
    let rest = "(func $main (export \"run\") (result i32)
        (call $write (i32.const 1) (i32.const 64) (i32.const 1073741824)) (i32.const 0))";
    check(
        Stage::default(),
        plugin(&[LOG], rest),
        expect![[r#"
        the plugin `test` 1.0.0 was ended: string pointer/length out of bounds of memory
          in function 0
          in main"#]],
    )
    .await;
}

#[tokio::test]
async fn it_floods_the_log() {
    let rest = "(func $main (export \"run\") (result i32)
        (loop $again (call $write (i32.const 1) (i32.const 64) (i32.const 4000)) (br $again)) (i32.const 0))";
    let ended = Stage::default().run(plugin(&[LOG], rest)).await;
    assert_eq!(ended.logs.len(), 262);
    check(
        Stage::default(),
        plugin(&[LOG], rest),
        expect![[r#"
        the plugin `test` 1.0.0 was ended: it logged more than 1 MiB
          in function 0
          in main
          = `[plugins.test]` of pianoroll.toml may set another: limits = { log_kib = … }"#]],
    )
    .await;
}

#[tokio::test]
async fn it_floods_the_host_with_calls() {
    let rest = "(func $main (export \"run\") (result i32)
        (loop $again (drop (call $next)) (br $again)) (i32.const 0))";
    let few = || Stage::limited(|limits| limits.host_calls = 1000);
    let random = plugin(&[("random", "next", "(result i64)")], rest);
    assert_eq!(few().run(random.clone()).await.usage.host_calls, 1001);
    check(
        few(),
        random,
        expect![[r#"
        the plugin `test` 1.0.0 was ended: it made more than 1000 host calls
          in main
          = `[plugins.test]` of pianoroll.toml may set another: limits = { host_calls = … }"#]],
    )
    .await;
}

#[tokio::test]
async fn it_waits_for_ever() {
    let wait = ("wait", "pause", "(param i64 i32)");
    let rest = |milliseconds: i64| {
        format!(
            "(func $main (export \"run\") (result i32)
                (call $pause (i64.const {milliseconds}) (i32.const 128)) (i32.const 0))"
        )
    };
    // It is told no, and goes on.
    let ended = Stage::default().run(plugin(&[wait], &rest(i64::MAX))).await;
    assert_eq!(ended.text(), "null");
    // A year, in an attempt that has an hour.
    let stage = Stage {
        change: Box::new(|settings| settings.clock = std::sync::Arc::new(AnHourLater)),
        ..Stage::limited(|limits| limits.wall = Duration::from_secs(3600))
    };
    check(
        stage,
        plugin(&[wait], &rest(31_536_000_000)),
        expect![[r#"
        the plugin `test` 1.0.0 was ended: it ran longer than 3600 s
          in function 0
          in main
          = `[plugins.test]` of pianoroll.toml may set another: limits = { wall_seconds = … }"#]],
    )
    .await;
}

/// A clock on which an hour is over as soon as somebody waits for it, and a year never.
#[derive(Debug, Default)]
struct AnHourLater;

impl pianoroll_model::Clock for AnHourLater {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, duration: Duration) -> pianoroll_model::Sleep {
        match duration <= Duration::from_secs(3600) {
            true => Box::pin(std::future::ready(())),
            false => Box::pin(std::future::pending()),
        }
    }
}

#[tokio::test]
async fn it_computes_on_when_the_run_is_cancelled() {
    let rest =
        format!("{LOOP} (func $main (export \"run\") (result i32) (call $forever) (i32.const 0))");
    let stage = Stage { change: Box::new(|settings| settings.cancel.cancel()), ..Stage::default() };
    let ended = stage.run(plugin(&[], &rest)).await;
    let error = ended.result.unwrap_err();
    assert!(matches!(error.kind, GuestErrorKind::Cancelled), "{error:?}");
}
