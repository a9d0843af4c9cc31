//! What the documented mode lets pass.

use pianoroll_api::operation::Mode;
use serde_json::Value;

use super::super::filter::values_at;
use super::checks::missing;
use crate::exchange::Exchange;

/// What the documented mode lets pass: whatever those bodies of the document do that only it accepts.
#[derive(Default)]
pub(super) struct Lenience {
    /// Attributes that the table does not have.
    pub(super) attributes: Vec<String>,
    /// Required attributes that are left out.
    pub(super) waived: Vec<String>,
    /// Ids that do not exist.
    pub(super) ids: Vec<String>,
}

impl Lenience {
    pub(super) fn of(exchange: &Exchange) -> Self {
        let mut lenient = Self::default();
        let Some(body) = exchange.operation.body_at(exchange.revision) else { return lenient };
        if exchange.mode != Mode::Documented {
            return lenient;
        }
        let examples = exchange.operation.examples.iter();
        for example in examples.filter(|example| example.modes == [Mode::Documented]) {
            let Some(Ok(value)) = example.body.map(serde_json::from_str::<Value>) else { continue };
            let Some(Value::Object(attributes)) = value.pointer("/data/attributes") else {
                continue;
            };
            let known =
                |name: &&String| !body.attributes.iter().any(|attribute| attribute.name == **name);
            lenient.attributes.extend(attributes.keys().filter(known).cloned());
            let absent = |path: &&&str| missing(&Value::Object(attributes.clone()), path).is_some();
            lenient
                .waived
                .extend(body.required.iter().filter(absent).map(|path| (*path).to_owned()));
            for relationship in body.relationships {
                let data =
                    value.pointer(&format!("/data/relationships/{}/data", relationship.name));
                let ids = data.into_iter().flat_map(|data| values_at(data, "id"));
                lenient.ids.extend(ids.filter_map(|id| id.as_str().map(str::to_owned)));
            }
        }
        lenient
    }
}
