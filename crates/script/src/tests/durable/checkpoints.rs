//! Checkpoints in attempts.

use expect_test::expect;

use super::super::support::{run_offline, runtime};
use super::Durable;

#[test]
fn a_block_is_not_run_again_and_its_value_keeps_its_types() {
    runtime().block_on(async {
        let mut durable = Durable::new().await;
        let source = "let kept = checkpoint(\"a\", || { print(\"reads\"); #{ one: lists::each().to_array()[0], at: now().in_zone(\"Europe/Berlin\") } });
            let unknown = (); try { kept.one.attributes.shoe_size; } catch (e) { unknown = e.code; }
            tags::count();
            [type_of(kept.one), type_of(kept.at), kept.at.to_string(), unknown]";
        durable.limit_calls(Some(1));
        let first = durable.attempt(source).await;
        assert_eq!((first.logs.len(), first.result.is_err()), (1, true));
        durable.limit_calls(None);
        let second = durable.attempt(source).await;
        assert_eq!(second.logs, [""; 0]);
        expect![[r#"["resource","time","2026-05-20T12:00:00+02:00","unknown_attribute"]"#]]
            .assert_eq(&second.text());
    });
}

#[test]
fn what_ended_the_attempt_is_not_kept_and_what_was_caught_is() {
    runtime().block_on(async {
        let durable = Durable::new().await;
        let ends = "checkpoint(\"a\", || { print(\"reads\"); profiles::get(\"none\") })";
        assert_eq!(durable.attempt(ends).await.logs.len(), 1);
        // The block runs again; what it says was said.
        let again = durable.attempt(ends).await;
        assert_eq!((again.logs.len(), again.repeated), (0, 0));
        assert_eq!(durable.world.requests().len(), 2);

        let mut durable = Durable::new().await;
        let caught = "let e = (); try { checkpoint(\"a\", || profiles::get(\"none\")); } catch (error) { e = error; } let n = tags::count(); [e.status, e.code, lists::count() > n]";
        durable.limit_calls(Some(2));
        assert!(durable.attempt(caught).await.result.is_err());
        durable.limit_calls(None);
        assert_eq!(durable.attempt(caught).await.text(), r#"[404,"not_found",true]"#);
    });
}

#[test]
fn an_error_of_the_language_is_caught_as_in_a_replay_and_shown_with_its_place() {
    assert_eq!(
        run_offline(
            "let e = (); try { checkpoint(\"a\", || ().x); } catch (error) { e = error; } e"
        )
        .text(),
        r#"{"code":"program","hint":"what stands before it is absent: `?.` answers () there, `??` gives another value","message":"() has no property `x`"}"#
    );
    expect![[r#"
        test.rhai:1:34: () has no property `x`
          |
        1 | let a = (); checkpoint("a", || a.x)
          |                                  ^
          = what stands before it is absent: `?.` answers () there, `??` gives another value
          in a closure, called at test.rhai:1:13"#]]
    .assert_eq(&run_offline("let a = (); checkpoint(\"a\", || a.x)").text());
}
