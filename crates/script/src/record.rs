//! Resources as the API answered them: read-only, cheap to copy, and strict about what was asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pianoroll_api::{Operation, Options, Resource};
use rhai::{Dynamic, ImmutableString, Map};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diagnostic::did_you_mean;
use crate::error::Thrown;
use crate::value::{Unsendable, map_to_json};

/// Which attributes an answer was asked for, by type.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    // Types that are not in here come with everything that needs no asking.
    fields: BTreeMap<String, BTreeSet<String>>,
    additional: BTreeMap<String, BTreeSet<String>>,
}

impl Asked {
    /// What the options of a call ask for.
    pub(crate) fn of(operation: &Operation, options: &Options) -> Self {
        let main = operation.answer.kind().unwrap_or_default();
        let names = |list: &Value| {
            let items = list.as_array().into_iter().flatten();
            items.filter_map(|item| item.as_str().map(str::to_owned)).collect::<BTreeSet<_>>()
        };
        let by_type = |option: &str| match options.get(option) {
            Some(Value::Object(types)) => {
                types.iter().map(|(kind, list)| (kind.clone(), names(list))).collect()
            }
            Some(list @ Value::Array(_)) => BTreeMap::from([(main.to_owned(), names(list))]),
            _ => BTreeMap::new(),
        };
        Self { fields: by_type("fields"), additional: by_type("additional_fields") }
    }
}

/// A resource: `p.id`, `p.type`, `p.attributes`, `p.relationships`.
#[derive(Clone, Debug)]
pub(crate) struct Record(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    kind: ImmutableString,
    id: ImmutableString,
    attributes: Attributes,
    // Everything else: relationships, links, meta.
    rest: Map,
}

/// The members of a resource that every one has, whether the API wrote them or not.
pub(crate) const MEMBERS: [&str; 7] =
    ["type", "id", "attributes", "relationships", "links", "meta", "included"];

impl Record {
    pub(crate) fn new(
        kind: ImmutableString,
        id: ImmutableString,
        attributes: Attributes,
        rest: Map,
    ) -> Self {
        Self(Arc::new(Parts { kind, id, attributes, rest }))
    }

    /// With the resources that came beside it, as `p.included`.
    pub(crate) fn with_included(self, included: Vec<Record>) -> Self {
        if included.is_empty() {
            return self;
        }
        let included = included.into_iter().map(Dynamic::from).collect();
        let Parts { kind, id, attributes, rest } = &*self.0;
        let mut rest = rest.clone();
        rest.insert("included".into(), Dynamic::from_array(included));
        Self::new(kind.clone(), id.clone(), attributes.clone(), rest)
    }

    /// The type.
    pub(crate) fn kind(&self) -> &str {
        &self.0.kind
    }

    pub(crate) fn id(&self) -> &ImmutableString {
        &self.0.id
    }

    /// Everything beside type, id and attributes.
    pub(crate) fn rest(&self) -> &Map {
        &self.0.rest
    }

    pub(crate) fn attributes(&self) -> &Attributes {
        &self.0.attributes
    }

    /// Whether two are copies of one answered resource.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// A member by name.
    ///
    /// # Errors
    /// What is no member of a resource; an attribute's name gets a hint.
    pub(crate) fn get(&self, name: &str) -> Result<Dynamic, Thrown> {
        match name {
            "type" => return Ok(self.0.kind.clone().into()),
            "id" => return Ok(self.0.id.clone().into()),
            "attributes" => return Ok(Dynamic::from(self.0.attributes.clone())),
            _ => {}
        }
        if let Some(value) = self.0.rest.get(name) {
            return Ok(value.clone());
        }
        if name == "included" {
            return Ok(Dynamic::from_array(Vec::new()));
        }
        if MEMBERS.contains(&name) {
            return Ok(Dynamic::from_map(Map::new()));
        }
        let attributes = &self.0.attributes.0;
        let is_attribute = attributes.map.contains_key(name)
            || attributes.resource.is_some_and(|resource| resource.attribute(name).is_some());
        let hint = if is_attribute {
            format!("did you mean `.attributes.{name}`?")
        } else {
            did_you_mean(name, MEMBERS)
                .unwrap_or_else(|| "attributes are at `.attributes.…`".to_owned())
        };
        let kind = &self.0.kind;
        Err(Thrown::new("unknown_property", format!("a {kind} has no `{name}`: {hint}")))
    }

    /// As the API answered it.
    pub(crate) fn to_json(&self) -> Result<Value, Unsendable> {
        map_to_json(&self.to_map())
    }

    /// As a map that can be changed.
    pub(crate) fn to_map(&self) -> Map {
        let mut map = self.0.rest.clone();
        map.insert("type".into(), self.0.kind.clone().into());
        map.insert("id".into(), self.0.id.clone().into());
        map.insert("attributes".into(), Dynamic::from_map(self.0.attributes.map().clone()));
        map
    }
}

/// The attributes of a resource, or of a document that is none.
#[derive(Clone, Debug)]
pub(crate) struct Attributes(Arc<Set>);

#[derive(Debug)]
struct Set {
    resource: Option<&'static Resource>,
    kind: ImmutableString,
    asked: Arc<Asked>,
    map: Map,
}

impl Attributes {
    pub(crate) fn new(
        resource: Option<&'static Resource>,
        kind: ImmutableString,
        asked: Arc<Asked>,
        map: Map,
    ) -> Self {
        Self(Arc::new(Set { resource, kind, asked, map }))
    }

    pub(crate) fn map(&self) -> &Map {
        &self.0.map
    }

    /// The type that they are of.
    pub(crate) fn kind(&self) -> &ImmutableString {
        &self.0.kind
    }

    /// What the spec knows of the type.
    pub(crate) fn resource(&self) -> Option<&'static Resource> {
        self.0.resource
    }

    pub(crate) fn asked(&self) -> &Arc<Asked> {
        &self.0.asked
    }

    /// Whether two are copies of one answer's attributes.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// An attribute by name; `()` where the API left a known one out.
    ///
    /// # Errors
    /// One that was not asked for, and one that neither the spec nor the answer knows.
    pub(crate) fn get(&self, name: &str) -> Result<Dynamic, Thrown> {
        let set = &*self.0;
        if let Some(value) = set.map.get(name) {
            return Ok(value.clone());
        }
        let kind = &set.kind;
        let known = set.resource.and_then(|resource| resource.attribute(name));
        let not_asked = |how: String| {
            let message = format!("`{name}` of the {kind} was not asked for: {how}");
            Err(Thrown::new("not_asked_for", message))
        };
        match known {
            Some(attribute) if attribute.write_only => {
                let message = format!("`{name}` of the {kind} is accepted, but never answered");
                return Err(Thrown::new("not_asked_for", message));
            }
            Some(attribute) if attribute.additional => {
                let asked = set.asked.additional.get(kind.as_str());
                if !asked.is_some_and(|names| names.contains(name)) {
                    return not_asked(format!("add `additional_fields: [\"{name}\"]`"));
                }
            }
            _ => {}
        }
        if let Some(fields) = set.asked.fields.get(kind.as_str())
            && !fields.contains(name)
            && known.is_none_or(|attribute| !attribute.additional)
        {
            if known.is_some() || set.resource.is_none() {
                return not_asked(format!("add \"{name}\" to `fields`"));
            }
        } else if known.is_some() {
            return Ok(Dynamic::UNIT);
        }
        let names = set.resource.into_iter().flat_map(|resource| resource.attributes);
        let hint = did_you_mean(name, names.map(|attribute| attribute.name))
            .unwrap_or_else(|| "`.get(name)` answers () for what may be absent".to_owned());
        let message = format!("a {kind} has no attribute `{name}`: {hint}");
        Err(Thrown::new("unknown_attribute", message))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use pianoroll_api::operation::{App, Attribute, Host, Kind};

    use super::*;

    static APP: App = App {
        id: "test",
        name: "Test",
        doc: "",
        host: Host::Gateway,
        prefix: "",
        revision_header: None,
        revisions: &[],
        retired_after_years: None,
        json_api: true,
        budgets: &[],
    };

    const fn attribute(name: &'static str, additional: bool, write_only: bool) -> Attribute {
        Attribute {
            name,
            kind: Kind::String,
            nullable: true,
            additional,
            read_only: false,
            write_only,
            doc: "",
        }
    }

    static PROFILE: Resource = Resource {
        app: &APP,
        module: "profiles",
        kind: "profile",
        main: true,
        doc: "",
        name: Some("email"),
        attributes: &[
            attribute("email", false, false),
            attribute("first_name", false, false),
            attribute("subscriptions", true, false),
            attribute("secret", false, true),
        ],
        relationships: &[],
    };

    fn check(fields: Option<&[&str]>, name: &str, expected: Expect) {
        let mut asked = Asked::default();
        if let Some(fields) = fields {
            let fields = fields.iter().map(|field| (*field).to_owned()).collect();
            asked.fields.insert("profile".to_owned(), fields);
        }
        let map = Map::from([("email".into(), "a@b.c".into()), ("shoe_size".into(), 42.into())]);
        let attributes = Attributes::new(Some(&PROFILE), "profile".into(), asked.into(), map);
        let record = Record::new("profile".into(), "P1".into(), attributes, Map::new());
        let read = match name.strip_prefix('.') {
            Some(member) => record.get(member),
            None => record.attributes().get(name),
        };
        expected.assert_eq(&match read {
            Ok(value) => crate::value::text_of(&value),
            Err(thrown) => thrown.message,
        });
    }

    #[test]
    fn reading_tells_absent_from_not_asked_for() {
        check(None, "email", expect!["a@b.c"]);
        check(None, "shoe_size", expect!["42"]);
        check(None, "first_name", expect!["()"]);
        check(
            Some(&["email"]),
            "first_name",
            expect![[
                r#"`first_name` of the profile was not asked for: add "first_name" to `fields`"#
            ]],
        );
        check(Some(&["email", "first_name"]), "first_name", expect!["()"]);
        check(
            None,
            "subscriptions",
            expect![[
                r#"`subscriptions` of the profile was not asked for: add `additional_fields: ["subscriptions"]`"#
            ]],
        );
        check(None, "secret", expect!["`secret` of the profile is accepted, but never answered"]);
    }

    #[test]
    fn unknown_names_are_refused_with_a_hint() {
        check(None, "emial", expect!["a profile has no attribute `emial`: did you mean `email`?"]);
        check(
            Some(&["email"]),
            "height",
            expect![
                "a profile has no attribute `height`: `.get(name)` answers () for what may be absent"
            ],
        );
        check(
            None,
            ".email",
            expect!["a profile has no `email`: did you mean `.attributes.email`?"],
        );
        check(
            None,
            ".relationship",
            expect!["a profile has no `relationship`: did you mean `relationships`?"],
        );
        check(None, ".id", expect!["P1"]);
        check(None, ".relationships", expect!["{}"]);
    }
}
