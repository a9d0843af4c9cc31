//! What was written is read as the same value, of the same type.

use std::sync::Arc;

use expect_test::{Expect, expect};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rhai::{Dynamic, FnPtr, Map};

use super::{copy, read, write};
use crate::document;
use crate::record::{Asked, Attributes, Record};
use crate::rows::Rows;
use crate::time::{Span, Time, zone_named};

/// A value with all of its types: what two values have in common that no script can tell apart.
fn told(value: &Dynamic) -> String {
    if let Some(rows) = value.read_lock::<Rows>() {
        return format!("rows{:?}", rows.iter().map(|row| told(&row)).collect::<Vec<_>>());
    }
    if let Some(record) = value.read_lock::<Record>() {
        let attributes = told(&Dynamic::from(record.attributes().clone()));
        let rest = told(&Dynamic::from_map(record.rest().clone()));
        return format!("resource {} {} {attributes} {rest}", record.kind(), record.id());
    }
    if let Some(attributes) = value.read_lock::<Attributes>() {
        let map = told(&Dynamic::from_map(attributes.map().clone()));
        let is_known = attributes.resource().is_some();
        return format!("{} {is_known} {:?} {map}", attributes.kind(), attributes.asked());
    }
    if let Some(time) = value.read_lock::<Time>() {
        return format!("time {:?} {:?} {}", time.at(), time.zone(), *time);
    }
    if let Some(span) = value.read_lock::<Span>() {
        return format!("span {:?}", span.0);
    }
    if let Ok(number) = value.as_float() {
        return format!("float {number:?} {}", number.is_sign_negative() && !number.is_nan());
    }
    if let Ok(items) = value.as_array_ref() {
        return format!("array{:?}", items.iter().map(told).collect::<Vec<_>>());
    }
    if let Ok(map) = value.as_map_ref() {
        let entries = map.iter().map(|(name, value)| (name.to_string(), told(value)));
        return format!("map{:?}", entries.collect::<Vec<_>>());
    }
    format!("{} {value:?}", value.type_name())
}

fn scalar() -> impl Strategy<Value = Dynamic> {
    let zone = prop_oneof![
        Just(None),
        Just(Some("Europe/Berlin")),
        Just(Some("America/New_York")),
        Just(Some("Etc/GMT+5")),
        Just(Some("UTC")),
    ];
    let time = (-377_000_000_000_i64..253_400_000_000, 0..1_000_000_000_i32, zone);
    let time = time.prop_map(|(second, nanosecond, zone)| {
        let time = Time::utc(Timestamp::new(second, nanosecond).unwrap_or(Timestamp::MAX));
        let zone = zone.map(|name| zone_named(name).unwrap());
        Dynamic::from(zone.map_or_else(|| time.clone(), |zone| time.in_zone(zone)))
    });
    let span = (any::<i64>(), -999_999_999..1_000_000_000_i32).prop_map(|(seconds, nanos)| {
        let nanos = if (seconds < 0) == (nanos < 0) { nanos } else { 0 };
        Dynamic::from(Span(SignedDuration::new(seconds, nanos)))
    });
    prop_oneof![
        Just(Dynamic::UNIT),
        any::<bool>().prop_map(Dynamic::from),
        any::<i64>().prop_map(Dynamic::from),
        any::<f64>().prop_map(Dynamic::from),
        Just(Dynamic::from(f64::NAN)),
        Just(Dynamic::from(-0.0_f64)),
        any::<char>().prop_map(Dynamic::from),
        "\\PC{0,12}".prop_map(Dynamic::from),
        time,
        span,
    ]
}

fn map_of(value: impl Strategy<Value = Dynamic>) -> impl Strategy<Value = Map> {
    let name = prop_oneof!["[$a-c]{0,2}", Just("$rows".to_owned()), "\\PC{0,4}"];
    proptest::collection::vec((name, value), 0..4).prop_map(|entries| {
        entries.into_iter().map(|(name, value)| (name.as_str().into(), value)).collect()
    })
}

fn asked() -> impl Strategy<Value = Arc<Asked>> {
    let json = prop_oneof![
        Just(r#"{"fields":{},"additional":{}}"#),
        Just(r#"{"fields":{"profile":["email"]},"additional":{"profile":["subscriptions"]}}"#),
        Just(r#"{"fields":{"list":[]},"additional":{}}"#),
    ];
    json.prop_map(|json| Arc::new(serde_json::from_str(json).unwrap()))
}

fn attributes(value: impl Strategy<Value = Dynamic>) -> impl Strategy<Value = Attributes> {
    let kind = prop_oneof![Just("profile"), Just("list"), Just("unheard-of")];
    (kind, asked(), map_of(value)).prop_map(|(kind, asked, map)| {
        let resource = pianoroll_api::operation::resource_of_type(kind);
        Attributes::new(resource, kind.into(), asked, map)
    })
}

fn any_value() -> impl Strategy<Value = Dynamic> {
    scalar().prop_recursive(4, 48, 5, |inner| {
        let rows = proptest::collection::vec(inner.clone(), 0..5).prop_map(|values| {
            let mut rows = Rows::default();
            rows.extend(values);
            Dynamic::from(rows)
        });
        let record = (attributes(inner.clone()), "\\w{0,5}", map_of(inner.clone()));
        let record = record.prop_map(|(attributes, id, rest)| {
            Dynamic::from(Record::new(attributes.kind().clone(), id.into(), attributes, rest))
        });
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Dynamic::from_array),
            map_of(inner.clone()).prop_map(Dynamic::from_map),
            rows,
            record,
            attributes(inner).prop_map(Dynamic::from),
        ]
    })
}

proptest! {
    #[test]
    fn a_value_is_read_as_it_was_written(value in any_value()) {
        let (given, text) = write(&value).unwrap();
        let again = read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
        prop_assert_eq!(told(&again), told(&value));
        prop_assert_eq!(told(&given), told(&value));
        prop_assert_eq!(told(&copy(&value).unwrap()), told(&value));
        // Once more, with what was read.
        prop_assert_eq!(write(&again).unwrap().1, text);
    }
}

fn check(value: Dynamic, expected: Expect) {
    expected.assert_eq(&write(&value).map_or_else(|error| error.cannot_be("kept"), |kept| kept.1));
}

#[test]
fn what_json_has_is_written_as_it_is() {
    let map = Map::from([("$a".into(), 1.5.into())]);
    check(Dynamic::from_map(map), expect![[r#"{"$map":{"$a":{"$float":"1.5"}}}"#]]);
    check(
        Dynamic::from_array(vec![1_i64.into(), 'x'.into(), Dynamic::UNIT]),
        expect![[r#"[1,{"$char":"x"},null]"#]],
    );
    let time = "2026-01-31".parse::<Time>().unwrap().in_zone(zone_named("Europe/Berlin").unwrap());
    check(Dynamic::from(time), expect![[r#"{"$time":["2026-01-31T00:00:00Z","Europe/Berlin"]}"#]]);
    check(Dynamic::from("90s".parse::<Span>().unwrap()), expect![[r#"{"$duration":[90,0]}"#]]);
}

#[test]
fn resources_say_once_what_they_were_asked_for() {
    let body =
        r#"{"data":[{"type":"list","id":"1","attributes":{"name":"a"}},{"type":"list","id":"2"}]}"#;
    let document = document::parse(body.as_bytes(), &Arc::default()).unwrap();
    let records = document.data.into_iter().map(Dynamic::from).collect::<Vec<_>>();
    check(
        records.into(),
        expect![[
            r#"[{"$resource":["1",{"fields":{},"additional":{}},"list",true,{"name":"a"},{}]},{"$resource":["2",null,"list",true,{},{}]}]"#
        ]],
    );
}

#[test]
fn what_cannot_be_kept_is_told_with_its_place() {
    let function = Dynamic::from(FnPtr::new("f").unwrap());
    let map = Map::from([("calls".into(), vec![Dynamic::UNIT, function].into())]);
    check(Dynamic::from_map(map), expect!["a function cannot be kept, but stands at `calls[1]`"]);
    let deep = (0..200).fold(Dynamic::UNIT, |inner, _| vec![inner].into());
    assert!(write(&deep).unwrap_err().what.contains("120 levels deep"));
}

#[test]
fn a_million_ids_are_shared_with_the_copy_and_need_no_tree() {
    let mut rows = Rows::default();
    for number in 0..200_000 {
        rows.push(format!("01GDDKASAP8TKDDA2GRZD{number:06}").into());
    }
    let (given, text) = write(&Dynamic::from(rows.clone())).unwrap();
    assert_eq!(text.len(), r#"{"$rows":[]}"#.len() + 200_000 * 30 - 1);
    let again = read(text.as_bytes()).unwrap().cast::<Rows>();
    assert_eq!(again.len(), rows.len());
    assert_eq!(again.bytes(), rows.bytes());
    assert_eq!(given.cast::<Rows>().bytes(), rows.bytes());
}
