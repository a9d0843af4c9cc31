//! Every refusal of a delivery, and what is in one that is taken.

use http::{HeaderMap, HeaderValue, StatusCode};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const SECRET: &str = "whsec_example";
const DATE: &str = "Thu, 04 Jan 2024 18:05:25 GMT";

fn hook() -> Hook {
    Hook { secret: HookSecret::new(SECRET).unwrap(), webhook_id: None }
}

fn now() -> Timestamp {
    "2024-01-04T18:05:30Z".parse().unwrap()
}

fn event(id: &str) -> Value {
    json!({ "topic": "event:klaviyo.opened_email", "external_id": id, "payload": { "data": { "id": id } } })
}

fn body(events: Vec<Value>) -> Vec<u8> {
    let meta = json!({
        "timestamp": "2024-01-04T18:05:25+00:00",
        "klaviyo_webhook_id": "01HK",
        "klaviyo_account_id": "AbC123",
        "version": "1",
    });
    serde_json::to_vec(&json!({ "data": events, "meta": meta })).unwrap()
}

fn headers_at(body: &[u8], timestamp: &str) -> HookHeaders {
    HookHeaders {
        webhook_id: "01HK".to_owned(),
        signature: hook().secret.sign(body, timestamp),
        timestamp: timestamp.to_owned(),
    }
}

fn opened(body: &[u8]) -> Result<Delivery, HookRefusal> {
    hook().open(&headers_at(body, DATE), body, now())
}

#[test]
fn signatures_are_those_that_another_program_makes() {
    // python3 -c 'import hmac; print(hmac.new(KEY, BODY + TIMESTAMP, "sha256").hexdigest())', and the first one also with
    // printf '%s' BODY TIMESTAMP | openssl dgst -sha256 -hmac whsec_example
    let every_byte: Vec<u8> = (0..=255).collect();
    let vectors: [(&str, &[u8], &str, &str); 3] = [
        (
            SECRET,
            br#"{"data":[],"meta":{"klaviyo_webhook_id":"01HK"}}"#,
            DATE,
            "ea1b58bafc6a595284c3fa32a0681dac65319380fd30c18dde722a558a2c643c",
        ),
        ("clé", b"", "x", "522c16daef74b8d66aa5e041f7b0a331ced5c85d63a5c1fedbdb644bef7ca4bb"),
        (
            &"k".repeat(100),
            &every_byte,
            DATE,
            "054776774b48f0bdc0aec6a841eb5f0e0f40a42d823876f4016f3d5bd624ccd8",
        ),
    ];
    for (secret, body, timestamp, signature) in vectors {
        let secret = HookSecret::new(secret).unwrap();
        assert_eq!(secret.sign(body, timestamp), signature);
        assert!(secret.has_signed(body, timestamp, signature));
        assert!(!secret.has_signed(body, timestamp, &signature.to_uppercase()));
        assert!(!secret.has_signed(body, timestamp, &signature[..62]));
        assert!(!secret.has_signed(body, timestamp, &format!("{signature}00")));
    }
}

#[test]
fn a_secret_is_never_shown() {
    let secret = HookSecret::new("whsec_0123456789\n").unwrap();
    assert_eq!(secret.sign(b"", ""), HookSecret::new("whsec_0123456789").unwrap().sign(b"", ""));
    let hook = Hook { secret, webhook_id: None };
    assert_eq!(format!("{hook:?}"), "Hook { secret: HookSecret([secret]), webhook_id: None }");
    assert_eq!(HookSecret::new(" \n").unwrap_err(), HookSecretError::Empty);
}

#[test]
fn events_come_out_in_order_and_once() {
    let delivery = opened(&body(vec![event("a"), event("b"), event("a")])).unwrap();
    assert_eq!(delivery.repeated, 1);
    let ids: Vec<&str> = delivery.events.iter().map(|event| &*event.external_id).collect();
    assert_eq!(ids, ["a", "b"]);
    let first = HookEvent {
        topic: "event:klaviyo.opened_email".to_owned(),
        external_id: "a".to_owned(),
        payload: json!({ "data": { "id": "a" } }),
        webhook_id: "01HK".to_owned(),
        account: Some("AbC123".to_owned()),
        timestamp: "2024-01-04T18:05:25+00:00".to_owned(),
    };
    assert_eq!(delivery.events[0], first);
    let bare = br#"{"data":[{"topic":"t","external_id":"a","payload":null}],"meta":{"klaviyo_webhook_id":"01HK"}}"#;
    let delivery = opened(bare).unwrap();
    assert_eq!((delivery.events[0].account.as_ref(), &*delivery.events[0].timestamp), (None, DATE));
}

#[test]
fn a_thousand_events_are_taken_and_one_more_is_not() {
    let events = |count: u32| (0..count).map(|number| event(&number.to_string())).collect();
    assert_eq!(opened(&body(events(1000))).unwrap().events.len(), 1000);
    assert_eq!(opened(&body(events(1001))), Err(HookRefusal::TooMany));
}

#[test]
fn a_delivery_is_taken_within_five_minutes_either_way() {
    let body = body(vec![event("a")]);
    let at = |timestamp: &str| hook().open(&headers_at(&body, timestamp), &body, now()).map(drop);
    assert_eq!(at("Thu, 04 Jan 2024 18:00:30 GMT"), Ok(()));
    assert_eq!(at("Thu, 04 Jan 2024 18:00:29 GMT"), Err(HookRefusal::TooOld));
    assert_eq!(at("Thu, 04 Jan 2024 18:10:30 GMT"), Ok(()));
    assert_eq!(at("Thu, 04 Jan 2024 18:10:31 GMT"), Err(HookRefusal::Ahead));
    for other in ["2024-01-04T18:05:25Z", "1704391525", "Fri, 04 Jan 2024 18:05:25 GMT", "now"] {
        assert_eq!(at(other), Err(HookRefusal::Date), "{other}");
    }
}

#[test]
fn another_webhook_is_refused() {
    let whole = body(vec![event("a")]);
    let mut headers = headers_at(&whole, DATE);
    let named = |id: &str| Hook { webhook_id: Some(id.to_owned()), ..hook() };
    assert!(named("01HK").open(&headers, &whole, now()).is_ok());
    assert_eq!(named("01HX").open(&headers, &whole, now()), Err(HookRefusal::OtherWebhook));
    // The header is not signed; the body is.
    headers.webhook_id = "01HX".to_owned();
    assert_eq!(named("01HX").open(&headers, &whole, now()), Err(HookRefusal::OtherWebhook));
    assert_eq!(hook().open(&headers, &whole, now()), Err(HookRefusal::OtherWebhook));
}

#[test]
fn what_is_no_delivery_is_named_by_its_place_and_not_quoted() {
    let person =
        r#"{"data":[{"topic":"t","external_id":"ada@example.com","payload":1,"external_id":"x"}]}"#;
    for wrong in ["", "{", "[]", "null", "\u{feff}{}", person, r#"{"data":"ada@example.com"}"#] {
        let refusal = opened(wrong.as_bytes()).unwrap_err();
        assert!(matches!(refusal, HookRefusal::Malformed { .. }), "{wrong}: {refusal:?}");
        assert!(!format!("{refusal} {refusal:?}").contains("ada"), "{refusal}");
    }
    assert!(opened(&[0xff, 0xfe]).is_err());
    let deep = "[".repeat(100_000);
    assert!(matches!(opened(deep.as_bytes()), Err(HookRefusal::Malformed { line: 1, .. })));
    assert!(opened(&body(vec![json!({ "topic": "t", "payload": 1 })])).is_err());
    assert!(opened(br#"{"data":[],"meta":{}}"#).is_err());
}

#[test]
fn nothing_is_parsed_before_the_signature_was_right() {
    let mut headers = headers_at(b"no JSON", "no date");
    headers.signature = headers_at(b"other", "no date").signature;
    assert_eq!(hook().open(&headers, b"no JSON", now()), Err(HookRefusal::Signature));
    for wrong in ["", "0", "zz", "\u{e9}", &"0".repeat(64), &"0".repeat(100_000)] {
        headers.signature = wrong.to_owned();
        assert_eq!(hook().open(&headers, b"no JSON", now()), Err(HookRefusal::Signature));
    }
}

#[test]
fn each_header_is_there_once() {
    let names = ["klaviyo-webhook-id", "klaviyo-signature", "klaviyo-timestamp"];
    let mut all = HeaderMap::new();
    for name in names {
        all.insert(name, HeaderValue::from_static("x"));
    }
    assert!(HookHeaders::of(&all).is_ok());
    for name in names {
        let wrong = |change: &dyn Fn(&mut HeaderMap)| {
            let mut headers = all.clone();
            change(&mut headers);
            HookHeaders::of(&headers).map(drop)
        };
        let refused = Err(HookRefusal::Header { name });
        assert_eq!(wrong(&|headers| drop(headers.remove(name))), refused);
        let other = HeaderValue::from_static("y");
        assert_eq!(wrong(&|headers| assert!(headers.append(name, other.clone()))), refused);
        let empty = HeaderValue::from_static("");
        assert_eq!(wrong(&|headers| drop(headers.insert(name, empty.clone()))), refused);
        let bytes = HeaderValue::from_bytes(b"\xff").unwrap();
        assert_eq!(wrong(&|headers| drop(headers.insert(name, bytes.clone()))), refused);
    }
}

#[test]
fn what_is_wrong_with_the_sender_is_401_and_with_the_form_400() {
    let status = |refusal: HookRefusal| refusal.status();
    for refusal in
        [HookRefusal::Signature, HookRefusal::TooOld, HookRefusal::Ahead, HookRefusal::OtherWebhook]
    {
        assert_eq!(status(refusal), StatusCode::UNAUTHORIZED);
    }
    for refusal in [
        HookRefusal::Header { name: "klaviyo-signature" },
        HookRefusal::Date,
        HookRefusal::Malformed { line: 1, column: 1 },
        HookRefusal::TooMany,
    ] {
        assert_eq!(status(refusal), StatusCode::BAD_REQUEST);
    }
    assert_eq!(status(HookRefusal::TooLarge), StatusCode::PAYLOAD_TOO_LARGE);
}

proptest! {
    #[test]
    fn a_flipped_bit_is_a_wrong_signature(
        body in prop::collection::vec(any::<u8>(), 1..200),
        place in any::<prop::sample::Index>(),
        bit in 0u8..7,
    ) {
        let secret = hook().secret;
        let signature = secret.sign(&body, DATE);
        prop_assert!(secret.has_signed(&body, DATE, &signature));
        let flipped = |text: &str| {
            let mut bytes = text.as_bytes().to_vec();
            bytes[place.index(text.len())] ^= 1 << bit;
            String::from_utf8(bytes).unwrap()
        };
        prop_assert!(!secret.has_signed(&body, DATE, &flipped(&signature)));
        prop_assert!(!secret.has_signed(&body, &flipped(DATE), &signature));
        prop_assert!(!HookSecret::new(&flipped(SECRET)).unwrap().has_signed(&body, DATE, &signature));
        let mut other = body.clone();
        other[place.index(body.len())] ^= 1 << bit;
        prop_assert!(!secret.has_signed(&other, DATE, &signature));
    }

    #[test]
    fn no_bytes_are_too_strange(body in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,80}") {
        let mut headers = headers_at(&body, &text);
        prop_assert!(hook().open(&headers, &body, now()).is_err());
        headers.signature = text;
        prop_assert_eq!(hook().open(&headers, &body, now()), Err(HookRefusal::Signature));
    }
}
