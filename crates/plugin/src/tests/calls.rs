//! Calls of plugins take the road of all guests.

use expect_test::expect;

use super::stage::{Stage, plugin};

/// `profiles.get` by an id of 26 characters at address 64, with an answer at 256.
const GET: (&str, &str, &str) = ("profiles", "get", "(param i32 i32 i32 i32 i32)");

fn get(id: &str) -> Vec<u8> {
    let length = id.len();
    let rest = format!(
        "(data (i32.const 64) \"{id}\")
         (func $main (export \"run\") (result i32)
            (call $get (i32.const 64) (i32.const {length}) (i32.const 0) (i32.const 0) (i32.const 256))
            (i32.const 256))"
    );
    plugin(&[GET], &rest)
}

/// What `get` answers is no answer of `run`: a response begins with its document, and an error is one.
#[tokio::test]
async fn a_call_is_made_and_its_answer_crosses_the_border() {
    let stage = Stage { grants: "read", ..Stage::default() };
    let ended = stage.run(get("01GDDKASAP8TKDDA2GRZDSVP4H")).await;
    let answer = ended.result.unwrap();
    assert_eq!(answer["data"]["id"], "01GDDKASAP8TKDDA2GRZDSVP4H");
    assert_eq!(ended.requests, ["GET /klaviyo/api/profiles/01GDDKASAP8TKDDA2GRZDSVP4H"]);
    assert!(ended.usage.bytes_in > 300 && ended.usage.bytes_out == 26, "{:?}", ended.usage);
}

#[tokio::test]
async fn an_error_that_comes_back_is_the_hosts_own() {
    let check = async |grants: &'static str, id: &str, expected: expect_test::Expect| {
        let ended = Stage { grants, ..Stage::default() }.run(get(id)).await;
        let error = ended.result.unwrap_err();
        assert!(error.host().is_some(), "{error:?}");
        expected.assert_eq(&error.rendered);
    };
    check("write", "01GDDKASAP8TKDDA2GRZDSVP4H", expect![[r#"
        profiles.get: needs the permission `profiles:read`, which is not granted; grant it with `--allow profiles:read`
          = the plugin `test` 1.0.0 did not handle it"#]]).await;
    check(
        "read",
        "NOBODY",
        expect![[r#"
        profiles.get: 404 not_found: A profile with id NOBODY does not exist. (at /data/)
          = the plugin `test` 1.0.0 did not handle it"#]],
    )
    .await;
    check(
        "read",
        "../lists",
        expect![[r#"
        profiles.get: profile_id: holds `/`, so it would leave its place in the path
          = the plugin `test` 1.0.0 did not handle it"#]],
    )
    .await;
}
