//! The layer that is generated of names which every target keeps for itself compiles, and calls what it says.
#![deny(warnings)]

// The layer speaks of `crate::Call` and the like, which it finds here.
use pianoroll_plugin_sdk::{Call, Each, Error, Options, Response, Value, json, mock};

mod options {
    use crate::{Options, Value};

    pub(crate) fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
        texts.into_iter().map(Into::into).collect()
    }

    pub(crate) fn choose(
        options: &mut Options,
        option: &str,
        kind: &str,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) {
        let mut by_type = options.get(option).cloned().unwrap_or_else(|| crate::json!({}));
        by_type[kind] = Value::from(texts(names));
        options.insert(option.to_owned(), by_type);
    }
}

macro_rules! send {
    ($call:expr, $($function:tt)*) => {
        $call.make()
    };
}

#[allow(dead_code, unreachable_pub, reason = "in the crate itself all of it can be reached")]
mod generated {
    include!("../../../codegen/tests/golden/hostile.sdk.rs");
}

use generated::{r#match, r#type};

#[test]
fn keywords_become_functions_options_and_calls() {
    let page = |call: &Call| match call.options.get("cursor") {
        None => {
            json!({ "data": [{ "type": "Self", "id": "1" }], "links": { "next": "x?page[cursor]=c" } })
        }
        Some(_) => json!({ "data": [{ "type": "Self", "id": "2" }] }),
    };
    let host = mock::Host::new()
        .on("type.import", |_| ())
        .on("type.static", |_| json!({ "data": { "type": "Self", "id": "3" } }))
        .on("match.loop", |_| ())
        .on("type.list", page);
    let played = host.run(|| {
        r#type::import_with("a", "b", "c", [0], r#type::ImportOptions::new().filter_by("f"))?;
        r#type::r#static("1", json!({ "type": "x" }))?;
        r#match::r#loop(["1"])?;
        let options =
            r#type::ListOptions::new().new_(3).self_("s").fields_static(["match"]).fields(["type"]);
        let ids: Result<Vec<_>, Error> =
            r#type::each(options).map(|it| Ok(it?.id().to_owned())).collect();
        ids
    });
    assert_eq!(played.result, Ok(json!(["1", "2"])));
    let expected = r#type::call::import("a", "b", "c", [0]).options(json!({ "filter_by": "f" }));
    assert_eq!(played.calls[0], expected);
    let pages: Vec<_> =
        played.calls_of("type.list").iter().map(|it| Value::from(it.options.clone())).collect();
    let first =
        json!({ "new": 3, "self": "s", "fields": { "static": ["match"], "Self": ["type"] } });
    assert_eq!(pages[0], first);
    assert_eq!(pages[1]["cursor"], "c");
}
