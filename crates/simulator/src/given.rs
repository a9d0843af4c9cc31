//! Records that an account is given, beside what it was made with: by the program that holds the simulator, or by
//! `POST /_simulator/given`. One form for every type of the table.

use std::collections::BTreeMap;

use pianoroll_api::RESOURCES;
use pianoroll_api::operation::Resource;
use pianoroll_model::suggest;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A record to be given. What it leaves out gets the value that a new record of its type has.
///
/// Beside the attributes that the API shows, `id` and times such as `created` may be given, which the API would set itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenRecord {
    /// The type as the API writes it: `coupon-code`.
    pub kind: String,
    /// Its id; one is made where it is absent, the same in each run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Attributes by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
    /// What it belongs to or holds, by the name of the relationship: `{"lists": ["Y6nRLr"]}`. Those that lead to a record
    /// which is not there are refused. An event may name its metric by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub relationships: BTreeMap<String, Related>,
}

/// One id, or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Related {
    /// One.
    One(String),
    /// Any number.
    Many(Vec<String>),
}

impl Related {
    /// The ids.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        match self {
            Related::One(id) => std::slice::from_ref(id),
            Related::Many(ids) => ids,
        }
    }
}

/// Why a record cannot be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GivenError {
    /// No such type.
    #[error("there are no records of the type `{kind}`{hint}")]
    Kind {
        /// As given.
        kind: String,
        /// What was probably meant, or what there is.
        hint: String,
    },
    /// Neither an attribute nor a relationship.
    #[error("{kind} has no `{name}`{hint}")]
    Field {
        /// The type.
        kind: &'static str,
        /// As given.
        name: String,
        /// What was probably meant, or what there is.
        hint: String,
    },
    /// A value of the wrong type, or one that no record can have.
    #[error("`{name}` of {kind}: {why}")]
    Value {
        /// The type.
        kind: &'static str,
        /// The attribute or relationship.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// A record that must be there first.
    #[error("`{relationship}` of {kind}: there is no {target} `{id}`; give it first")]
    Missing {
        /// The type.
        kind: &'static str,
        /// The relationship.
        relationship: String,
        /// The type at its other end.
        target: &'static str,
        /// As given.
        id: String,
    },
    /// A record with the same id or identifier is there already.
    #[error("there is already a record of {kind} with the {name} `{value}`")]
    Taken {
        /// The type.
        kind: &'static str,
        /// `id`, or an identifier.
        name: &'static str,
        /// As given.
        value: String,
    },
    /// No account stands behind a connection.
    #[error("there is no account behind the connection `{0}`")]
    Connection(String),
}

/// Types that no record is given of: they are made of other records whenever somebody asks.
const COMPUTED: [&str; 3] = ["attribution", "campaign-values-report", "metric-aggregate"];

/// The types that records can be given of.
pub fn kinds() -> impl Iterator<Item = &'static Resource> {
    let given = |resource: &&Resource| resource.app.json_api && !COMPUTED.contains(&resource.kind);
    RESOURCES.iter().filter(given)
}

/// The type with a name, written as the API does or with `_`.
pub(crate) fn resource(kind: &str) -> Result<&'static Resource, GivenError> {
    let written = kind.replace('_', "-");
    kinds().find(|resource| resource.kind == written).ok_or_else(|| {
        let hint = match suggest(&written, kinds().map(|resource| resource.kind)) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => {
                let names: Vec<&str> = kinds().filter(|one| one.main).map(|one| one.kind).collect();
                format!("; there are {} and more", names.join(", "))
            }
        };
        GivenError::Kind { kind: kind.to_owned(), hint }
    })
}

impl GivenRecord {
    /// A record from one map of `id`, attributes and relationships, as a person writes it: relationships may be written with
    /// `_`, and lead to ids or to maps with an `id`.
    ///
    /// # Errors
    /// A type, a name or a relationship that cannot be.
    pub fn from_fields(kind: &str, fields: Map<String, Value>) -> Result<Self, GivenError> {
        let resource = resource(kind)?;
        let mut record = Self { kind: resource.kind.to_owned(), ..Self::default() };
        for (name, value) in fields {
            let wrong = |why: &str| GivenError::Value {
                kind: resource.kind,
                name: name.clone(),
                why: why.to_owned(),
            };
            if name == "id" {
                let id = value.as_str().filter(|id| !id.is_empty());
                record.id = Some(id.ok_or_else(|| wrong("an id is a text"))?.to_owned());
            } else if resource.attribute(&name).is_some() {
                record.attributes.insert(name, value);
            } else {
                let written = name.replace('_', "-");
                if !resource.relationships.iter().any(|relation| relation.name == written) {
                    return Err(unknown_field(resource, &name));
                }
                let related =
                    related(&value).ok_or_else(|| wrong("write ids, or what was given"))?;
                record.relationships.insert(written, related);
            }
        }
        Ok(record)
    }
}

fn related(value: &Value) -> Option<Related> {
    let id = |value: &Value| match value {
        Value::String(id) => Some(id.clone()),
        Value::Object(map) => map.get("id")?.as_str().map(str::to_owned),
        _ => None,
    };
    match value {
        Value::Array(items) => items.iter().map(id).collect::<Option<_>>().map(Related::Many),
        one => id(one).map(Related::One),
    }
}

pub(crate) fn unknown_field(resource: &'static Resource, name: &str) -> GivenError {
    let attributes = resource.attributes.iter().map(|attribute| attribute.name);
    let relationships = resource.relationships.iter().map(|relation| relation.name);
    let known: Vec<&str> = attributes.chain(relationships).collect();
    let hint = match suggest(name, known.iter().copied()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => format!("; it has {}", known.join(", ")),
    };
    GivenError::Field { kind: resource.kind, name: name.to_owned(), hint }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    fn check(kind: &str, fields: Value, expected: Expect) {
        let record = GivenRecord::from_fields(kind, fields.as_object().unwrap().clone());
        expected.assert_eq(&match record {
            Ok(record) => serde_json::to_string(&record).unwrap(),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn one_map_becomes_attributes_and_relationships() {
        check(
            "profile",
            json!({ "id": "P", "email": "a@b.example", "lists": [{ "id": "L" }, "M"] }),
            expect![[
                r#"{"kind":"profile","id":"P","attributes":{"email":"a@b.example"},"relationships":{"lists":["L","M"]}}"#
            ]],
        );
        check(
            "coupon_code",
            json!({ "unique_code": "A", "coupon": "SUMMER" }),
            expect![[
                r#"{"kind":"coupon-code","attributes":{"unique_code":"A"},"relationships":{"coupon":"SUMMER"}}"#
            ]],
        );
        check(
            "tag",
            json!({ "name": "x", "tag_group": "G" }),
            expect![[
                r#"{"kind":"tag","attributes":{"name":"x"},"relationships":{"tag-group":"G"}}"#
            ]],
        );
    }

    #[test]
    fn what_cannot_be_is_told_with_what_was_meant() {
        check(
            "porfile",
            json!({}),
            expect!["there are no records of the type `porfile`; did you mean `profile`?"],
        );
        check(
            "zzz",
            json!({}),
            expect![
                "there are no records of the type `zzz`; there are account, campaign, catalog-category, catalog-item, catalog-variant, coupon-code, coupon, event, flow-action, flow, list, metric, profile, segment, tag, template, webhook-topic, webhook and more"
            ],
        );
        check("list", json!({ "nam": "x" }), expect!["list has no `nam`; did you mean `name`?"]);
        check(
            "tag",
            json!({ "colour": "red" }),
            expect![
                "tag has no `colour`; it has name, tag-group, lists, segments, campaigns, flows"
            ],
        );
        check(
            "list",
            json!({ "profiles": 3 }),
            expect!["`profiles` of list: write ids, or what was given"],
        );
        check("list", json!({ "id": 3 }), expect!["`id` of list: an id is a text"]);
    }

    #[test]
    fn no_relationship_has_the_name_of_an_attribute() {
        for resource in kinds() {
            for relation in resource.relationships {
                let name = relation.name.replace('-', "_");
                assert!(resource.attribute(&name).is_none(), "{}.{name}", resource.kind);
                assert_ne!(name, "id");
            }
        }
    }
}
