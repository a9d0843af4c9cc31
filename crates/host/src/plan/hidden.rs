//! What a plan does not show: values that the API takes and never answers, such as the key that signs a webhook's deliveries.
//! A plan is printed, and passed around.

use pianoroll_api::{Arguments, Operation, RESOURCES};
use serde_json::Value;

/// What stands in the place of a hidden value.
pub(super) const HIDDEN: &str = "(hidden)";

/// The arguments as a plan shows them.
pub(super) fn arguments(operation: &Operation, arguments: &Arguments) -> Arguments {
    let mut shown = arguments.clone();
    let names = hidden(operation);
    if let Some(body) = shown.body.as_mut().filter(|_| !names.is_empty()) {
        hide(body, &names);
    }
    shown
}

/// The attributes that are accepted and never answered.
fn hidden(operation: &Operation) -> Vec<&'static str> {
    let Some(body) = &operation.body else { return Vec::new() };
    let resource = RESOURCES.iter().find(|resource| resource.kind == body.kind);
    let of_resource = resource.map_or(&[][..], |resource| resource.attributes);
    let all = body.attributes.iter().chain(of_resource);
    all.filter(|attribute| attribute.write_only).map(|attribute| attribute.name).collect()
}

fn hide(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                match value {
                    Value::String(text) if names.contains(&name.as_str()) => {
                        HIDDEN.clone_into(text);
                    }
                    other => hide(other, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use pianoroll_api::operation::find;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_not_in_a_plan_however_it_is_written() {
        let operation = find("webhooks.create").unwrap();
        let attributes = json!({ "name": "Hook", "secret_key": "s3cret-s3cret-s3cret" });
        for body in
            [attributes.clone(), json!({ "data": { "type": "webhook", "attributes": attributes } })]
        {
            let shown = super::arguments(operation, &Arguments::default().with_body(body));
            let text = shown.canonical();
            assert!(!text.contains("s3cret"), "{text}");
            assert!(text.contains("Hook") && text.contains(HIDDEN), "{text}");
        }
    }
}
