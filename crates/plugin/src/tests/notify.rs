//! Plugins tell the operator something where that was granted, once for all attempts.

use expect_test::expect;
use pianoroll_host::{GrantBy, GrantedPlugin};

use super::stage::{Ended, Stage, plugin};
use crate::instance::HostGrants;

/// `tell`, with text and details at 64 and its answer at 256, which is that of `run` where it is an error.
const TELL: (&str, &str, &str) = ("notify", "tell", "(param i32 i32 i32 i32 i32)");
const BEGIN: (&str, &str, &str) = ("checkpoints", "begin", "(param i32 i32 i32)");

/// A plugin that tells something and ends with what came of it.
fn tells(text: &str, details: &str, before: &str) -> Vec<u8> {
    let (length, from) = (text.len(), 64 + text.len());
    let (details_length, details) = (details.len(), details.replace('"', "\\22"));
    let rest = format!(
        "(data (i32.const 64) \"{text}{details}\")
         (func (export \"run\") (result i32)
            {before}
            (call $tell (i32.const 64) (i32.const {length}) (i32.const {from}) (i32.const {details_length}) (i32.const 256))
            (if (result i32) (i32.load8_u (i32.const 256))
                (then (i32.const 256))
                (else (i32.const 0))))"
    );
    plugin(&[TELL, BEGIN], &rest)
}

fn granted() -> Stage {
    Stage { granted: HostGrants { notify: true, ..HostGrants::default() }, ..Stage::default() }
}

async fn ended(text: &str, details: &str) -> Ended {
    granted().run(tells(text, details, "")).await
}

#[tokio::test]
async fn the_operator_is_told() {
    let ended = ended("shrunk", r#"{"now":3}"#).await;
    assert_eq!(ended.text(), "null");
    assert_eq!(ended.logs, [r#"notify shrunk {"now":3}"#]);
    assert_eq!((ended.usage.log, ended.usage.bytes_out), (0, 15), "bounded by its own limits");
}

#[tokio::test]
async fn what_is_not_granted_is_refused_with_the_line_that_grants_it() {
    let change = |host: &mut pianoroll_host::HostSettings| {
        host.grant_by = GrantBy::Plugin(Box::new(GrantedPlugin {
            name: "test".to_owned(),
            version: "1.0.0".to_owned(),
            asked: vec!["profiles:read".to_owned(), "notify".to_owned()],
            granted: vec!["profiles:read".to_owned()],
            narrowed: None,
        }));
    };
    let stage = Stage { change: Box::new(change), ..Stage::default() };
    let ended = stage.run(tells("x", "null", "")).await;
    expect!["the plugin `test` 1.0.0 failed: notify: needs the permission `notify`, which is not granted; grant it with `pianoroll plugin install test@1.0.0 --grant profiles:read,notify`"].assert_eq(&ended.text());
    assert!(ended.logs.is_empty());
}

#[tokio::test]
async fn what_cannot_be_told_is_an_error_that_can_be_handled() {
    expect![[r#"
        notify: text: is empty, and somebody is to read it
          = the plugin `test` 1.0.0 did not handle it"#]]
    .assert_eq(&ended(" ", "null").await.text());
    expect![[r#"
        notify: details: are a map of names to values, and nothing else
          = the plugin `test` 1.0.0 did not handle it"#]]
    .assert_eq(&ended("x", "[1]").await.text());
    expect!["the plugin `test` 1.0.0 failed: notify.tell: what the details hold is no JSON text: EOF while parsing an object at line 1 column 1"].assert_eq(&ended("x", "{").await.text());
}

#[tokio::test]
async fn it_has_no_place_in_a_checkpoint() {
    let begin = "(call $begin (i32.const 64) (i32.const 1) (i32.const 512))";
    let ended = granted().run(tells("x", "null", begin)).await;
    expect![[r#"
        the plugin `test` 1.0.0 was ended: notify.tell has no place in a checkpoint, which may only read: move it behind `end`
          in function 0
          in function 3"#]].assert_eq(&ended.text());
    assert!(ended.logs.is_empty());
}
