//! The generator's golden file of names that Rust keeps for itself compiles without a warning, and means what it says.

use pianoroll_api::operation::{Answer, BodyId, Condition, Mode, Shape};
use pianoroll_api::{TypedRequest, arguments, operation, request};
use serde_json::{Value, json};

#[deny(warnings)]
#[allow(
    missing_docs,
    clippy::all,
    unreachable_pub,
    dead_code,
    reason = "as in the crate itself, where all of it can be reached"
)]
mod generated {
    include!("../../../codegen/tests/golden/hostile.rs");
}

use generated::{OPERATIONS, RESOURCES, requests, resources};

#[test]
fn keywords_become_modules_types_and_fields() {
    let call =
        requests::r#type::Import::new("a", "b", "c", json!([{ "type": "x" }])).filter_by("f");
    assert_eq!(call.operation().id, "type.import");
    let arguments = call.arguments();
    assert_eq!(arguments.ids, ["a", "b", "c"]);
    assert_eq!(arguments.body, Some(json!([{ "type": "x" }])));
    assert_eq!(Value::from_iter(arguments.options), json!({ "filter_by": "f" }));

    let list = requests::r#type::List::new()
        .new_(3)
        .self_("s")
        .n2fa(true)
        .r#fn(0.5)
        .fields(["type"])
        .fields_static(["match"])
        .include(["loop"]);
    let options = list.arguments().options;
    let expected = json!({
        "2fa": true, "fn": 0.5, "include": ["loop"], "new": 3, "self": "s",
        "fields": { "Self": ["type"], "static": ["match"] },
    });
    assert_eq!(Value::from_iter(options), expected);
}

#[test]
fn attributes_keep_what_is_not_known() {
    let text = r#"{"type":"t","2fa":null,"$value":1.5,"flow-triggers":[[1]],"externalId":"e","other":[1],"new":{"a":1}}"#;
    let attributes: resources::r#type::Self_ = serde_json::from_str(text).unwrap();
    assert_eq!(attributes.r#type.as_deref(), Some("t"));
    assert_eq!(attributes.n2fa, None);
    assert_eq!(attributes.value, Some(1.5));
    assert_eq!(attributes.flow_triggers, Some(vec![vec![1]]));
    assert_eq!(attributes.other_, Some(json!([1])));
    assert_eq!(attributes.other.get("new"), Some(&json!({ "a": 1 })));
    let expected = json!({ "type": "t", "$value": 1.5, "flow-triggers": [[1]], "externalId": "e", "other": [1], "new": { "a": 1 } });
    assert_eq!(Value::from(attributes), expected);
}

#[test]
fn answers_are_read_as_they_come() {
    fn read<R: TypedRequest>(_: R, text: &str) -> R::Answer {
        serde_json::from_str(text).unwrap()
    }
    read(requests::r#match::Loop::new(["1"]), "null");
    let map = read(requests::r#match::Option::new(), r#"{"any":1}"#);
    assert_eq!(map, json!({ "any": 1 }));
    let text = OPERATIONS.iter().find(|it| it.id == "type.string").unwrap().examples[0].answer;
    let one = read(requests::r#type::String::new("1"), text.unwrap());
    assert_eq!((&*one.data.id, one.data.attributes.n2fa), ("1", Some(true)));
    let many = read(requests::r#match::Switch::new(), r#"{"data":[{"type":"match","id":"2"}]}"#);
    assert_eq!(many.data[0].id, "2");
}

#[test]
fn the_table_says_what_the_spec_says() {
    let operation = |id: &str| OPERATIONS.iter().find(|operation| operation.id == id).unwrap();
    assert!(OPERATIONS.is_sorted_by_key(|operation| operation.id));

    let import = operation("type.import");
    assert_eq!(import.key, Some("fn"));
    assert_eq!(import.ok, [202, 204]);
    let body = import.body.as_ref().unwrap();
    assert_eq!(body.shape, Shape::Items { container: "loop", item: "Self", max: 2 });
    assert_eq!(body.attributes.len(), 11);

    let patch = operation("type.static");
    assert_eq!(patch.effect_when[0].condition, Condition::Present);
    assert_eq!(patch.effect_when[1].condition, Condition::Equals("live"));
    let body = patch.body.as_ref().unwrap();
    assert_eq!(body.id, BodyId::Path);
    let links: Vec<_> =
        body.relationships.iter().map(|it| (it.key, it.kind, it.many, it.max)).collect();
    assert_eq!(links, [("loop", "2fa", true, None), ("static", "static", true, Some(1))]);
    assert_eq!(patch.variants[0].route.path, "/api/static/{self}");
    // What a variant does not say stays.
    assert_eq!(patch.variants[0].body.as_ref().unwrap().required, ["type"]);

    let delete = operation("type.fn");
    assert_eq!(delete.documented.unwrap().path, "/api/fn/{self}");
    assert_eq!((delete.probe, delete.answer), (Some("type.string"), Answer::None));

    assert_eq!(operation("match.some").examples[0].modes, [Mode::Documented]);
    assert_eq!(operation("match.option").examples[0].modes, [Mode::Today]);
    assert_eq!(operation("type.list").query.fields, ["Self", "static", "2fa"]);

    let mains: Vec<_> =
        RESOURCES.iter().filter(|it| it.main).map(|it| (it.module, it.kind)).collect();
    assert_eq!(mains, [("match", "match"), ("type", "Self")]);
}
