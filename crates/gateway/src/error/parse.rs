//! Bodies of failures: the API's documents, the gateway's four shapes, web pages, and whatever else stands between.

use serde_json::Value;

use super::Reason;

/// What the body of a failure is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Parsed {
    /// JSON:API `errors`: the API itself speaks.
    Api(Vec<Reason>),
    /// One of the gateway's own shapes.
    Gateway(Reason),
    /// A web page, with its title: a challenge or an outage somewhere on the way.
    Page(Option<String>),
    /// Anything else, or nothing.
    Other(Option<String>),
}

impl Parsed {
    /// Whether the API itself speaks, and not the gateway or something on the way.
    pub(crate) fn is_api(&self) -> bool {
        matches!(self, Parsed::Api(_))
    }
}

/// How much of a body that has no shape is shown.
const MAX_SHOWN: usize = 500;

/// Reads the body of a failure. Never fails: what cannot be read is shown.
pub(crate) fn parse(body: &[u8]) -> Parsed {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return unstructured(text);
    };
    if let Some(errors) = value.get("errors").and_then(Value::as_array)
        && !errors.is_empty()
    {
        return Parsed::Api(errors.iter().map(reason).collect());
    }
    match gateway_message(&value) {
        Some(detail) => Parsed::Gateway(Reason { detail: Some(detail), ..Reason::default() }),
        None => unstructured(text),
    }
}

fn reason(error: &Value) -> Reason {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        // JSON:API says text, but some of these are sent as numbers.
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let meta = error.get("meta").filter(|meta| meta.as_object().is_some_and(|map| !map.is_empty()));
    Reason {
        id: text(error.get("id")),
        code: text(error.get("code")),
        title: text(error.get("title")),
        detail: text(error.get("detail")),
        pointer: text(error.pointer("/source/pointer")),
        parameter: text(error.pointer("/source/parameter")),
        meta: meta.cloned(),
    }
}

/// `{"message":..}`, `{"error":{"message":..}}` or `{"error":..}`, `{"detail":".."}`, `{"detail":[{"loc":[..],"msg":..}]}`.
fn gateway_message(value: &Value) -> Option<String> {
    for pointer in ["/message", "/error/message", "/error", "/detail"] {
        if let Some(Value::String(text)) = value.pointer(pointer) {
            return Some(text.clone());
        }
    }
    let complaints = value.get("detail")?.as_array()?;
    let complaints = complaints.iter().filter_map(|complaint| {
        let message = complaint.get("msg")?.as_str()?;
        let place = complaint.get("loc").and_then(Value::as_array).map(|place| {
            let segments = place.iter().map(|segment| match segment {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            segments.collect::<Vec<_>>().join(".")
        });
        Some(match place {
            Some(place) if !place.is_empty() => format!("{place}: {message}"),
            _ => message.to_owned(),
        })
    });
    let complaints: Vec<String> = complaints.collect();
    (!complaints.is_empty()).then(|| complaints.join("; "))
}

fn unstructured(text: &str) -> Parsed {
    if text.is_empty() {
        return Parsed::Other(None);
    }
    if text.starts_with('<') {
        return Parsed::Page(page_title(text));
    }
    let shown: String = text.chars().filter(|c| !c.is_control()).take(MAX_SHOWN).collect();
    Parsed::Other(Some(shown))
}

fn page_title(page: &str) -> Option<String> {
    // ASCII case only, so that the offsets stay those of the page itself.
    let lower = page.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower.get(open..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find("</title")?;
    let title = page.get(start..end)?.split_whitespace().collect::<Vec<_>>().join(" ");
    let title: String = title.chars().take(MAX_SHOWN).collect();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(body: &str, expected: Expect) {
        expected.assert_eq(&match parse(body.as_bytes()) {
            Parsed::Api(reasons) => {
                let texts =
                    reasons.iter().map(|reason| format!("api{reason} meta={:?}", reason.meta));
                texts.collect::<Vec<_>>().join("\n")
            }
            Parsed::Gateway(reason) => format!("gateway{reason}"),
            Parsed::Page(title) => format!("page {title:?}"),
            Parsed::Other(text) => format!("other {text:?}"),
        });
    }

    #[test]
    fn every_shape_is_read() {
        check(
            r#"{"errors":[{"id":"1","status":409,"code":"duplicate_profile","title":"Conflict.","detail":"A profile already exists with one of these identifiers.","source":{"pointer":"/data/attributes"},"links":{},"meta":{"duplicate_profile_id":"01"}},{"status":"400","title":"Invalid input.","source":{"parameter":"filter"},"meta":{}}]}"#,
            expect![[r#"
                api duplicate_profile: A profile already exists with one of these identifiers. (at /data/attributes) meta=Some(Object {"duplicate_profile_id": String("01")})
                api: Invalid input. (parameter filter) meta=None"#]],
        );
        check(r#"{"message":"No connection"}"#, expect!["gateway: No connection"]);
        check(r#"{"error":{"message":"Invalid key"}}"#, expect!["gateway: Invalid key"]);
        check(r#"{"error":"Invalid key"}"#, expect!["gateway: Invalid key"]);
        check(r#"{"detail":"Not Found"}"#, expect!["gateway: Not Found"]);
        check(
            r#"{"detail":[{"loc":["body","app"],"msg":"field required"},{"loc":["query",0],"msg":"bad"}]}"#,
            expect!["gateway: body.app: field required; query.0: bad"],
        );
        check(
            "<!DOCTYPE html><html><head><Title>Just a\n moment...</TITLE>",
            expect![[r#"page Some("Just a moment...")"#]],
        );
        check("<html>", expect!["page None"]);
        check("", expect!["other None"]);
        check("upstream connect error", expect![[r#"other Some("upstream connect error")"#]]);
        check(r#"{"errors":[]}"#, expect![[r#"other Some("{\"errors\":[]}")"#]]);
        check(r#"{"errors":[{"de"#, expect![[r#"other Some("{\"errors\":[{\"de")"#]]);
        check("[1]", expect![[r#"other Some("[1]")"#]]);
    }

    proptest::proptest! {
        #[test]
        fn no_body_breaks_it(body: Vec<u8>) {
            parse(&body);
        }

        #[test]
        fn no_page_breaks_it(body in "<[ -~İß]*<title[ >İ]*[a-zİ]*(</title)?") {
            parse(body.as_bytes());
        }
    }
}
