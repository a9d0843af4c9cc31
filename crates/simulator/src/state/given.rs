//! Records that an account is given ([`crate::given`]): checked by the table, and then as good as any that it has.

use pianoroll_api::operation::{Kind, Resource};
use serde_json::{Map, Value, json};

use super::State;
use super::body::checks::typed;
use super::dataset::catalog_id;
use super::events::Event;
use super::groups::{Group, Rule};
use super::people::Identifier;
use super::profiles_operations::check_forms;
use super::random::{base62, mix};
use super::record::{Attributes, Record};
use super::time::{self, DAY, stamp};
use super::{OWNED, record};
use crate::given::{self, GivenError, GivenRecord, Related};

impl State {
    /// Adds a record and answers it: type, id and attributes. A refusal has changed nothing.
    pub(crate) fn give(
        &mut self,
        given: &GivenRecord,
        now: jiff::Timestamp,
    ) -> Result<Value, GivenError> {
        self.now = now;
        let resource = given::resource(&given.kind)?;
        let attributes = checked(resource, &given.attributes)?;
        self.check_related(resource, given)?;
        let id = match resource.kind {
            "profile" => self.give_profile(given, attributes)?,
            "event" => self.give_event(given, attributes)?,
            _ => self.give_row(resource, given, attributes)?,
        };
        let record = self.record(resource.kind, &id).unwrap_or_default();
        Ok(json!({ "type": resource.kind, "id": id, "attributes": record.attributes }))
    }

    /// Refuses relationships that the type has not, and those that lead nowhere.
    fn check_related(
        &self,
        resource: &'static Resource,
        given: &GivenRecord,
    ) -> Result<(), GivenError> {
        for (name, related) in &given.relationships {
            let relation = resource.relationships.iter().find(|relation| relation.name == name);
            let relation = relation.ok_or_else(|| given::unknown_field(resource, name))?;
            // An event may name its metric; one that is not there is made, as it is by the API.
            if (resource.kind, relation.kind) == ("event", "metric") {
                continue;
            }
            if let Some(id) = related.ids().iter().find(|id| !self.exists(relation.kind, id)) {
                return Err(GivenError::Missing {
                    kind: resource.kind,
                    relationship: name.clone(),
                    target: relation.kind,
                    id: id.clone(),
                });
            }
        }
        Ok(())
    }

    fn give_profile(
        &mut self,
        given: &GivenRecord,
        mut attributes: Attributes,
    ) -> Result<String, GivenError> {
        let kind = "profile";
        check_forms(&attributes, "").map_err(|refusal| {
            let name = match refusal.source {
                Some(crate::exchange::Source::Pointer(at)) => at.replace('/', ""),
                _ => String::new(),
            };
            GivenError::Value { kind, name, why: refusal.detail }
        })?;
        if let Some(id) = given.id.as_deref().filter(|id| self.profiles.who(id).is_some()) {
            return Err(GivenError::Taken { kind, name: "id", value: id.to_owned() });
        }
        for identifier in Identifier::ALL {
            let name = identifier.attribute();
            let Some(value) = attributes.get(name).and_then(Value::as_str) else { continue };
            if self.profiles.find(identifier, value).is_some() {
                return Err(GivenError::Taken { kind, name, value: value.to_owned() });
            }
        }
        let now = self.now.as_second();
        // Nobody did anything before there was a profile.
        let event = attributes.get("last_event_date").and_then(Value::as_str);
        let event = event.and_then(time::parse_seconds).unwrap_or(now);
        attributes.entry("created").or_insert_with(|| stamp(now.min(event)));
        let id = self.profiles.give(given.id.clone(), attributes, now);
        if let Some(who) = self.profiles.who(&id) {
            for group in given.relationships.values().flat_map(Related::ids) {
                self.join(group, &who);
            }
        }
        Ok(id)
    }

    fn give_event(
        &mut self,
        given: &GivenRecord,
        attributes: Attributes,
    ) -> Result<String, GivenError> {
        let one = |name: &str| {
            let related = given.relationships.get(name);
            let id = related.and_then(|related| related.ids().first()).cloned();
            id.ok_or_else(|| GivenError::Value {
                kind: "event",
                name: name.to_owned(),
                why: "an event needs one".to_owned(),
            })
        };
        let (profile, metric) = (one("profile")?, one("metric")?);
        let now = self.now.as_second();
        let text = attributes.get("datetime").and_then(Value::as_str);
        let second = attributes.get("timestamp").and_then(Value::as_i64);
        let time = text.and_then(time::parse_seconds).or(second).unwrap_or(now);
        let id = match &given.id {
            Some(id) if self.exists("event", id) => {
                return Err(GivenError::Taken { kind: "event", name: "id", value: id.clone() });
            }
            Some(id) => id.clone(),
            None => {
                self.serial += 1;
                let drawn = mix(self.profiles.people.seed, 63, self.serial);
                format!("4{}", base62(drawn >> 8, 10))
            }
        };
        let metric =
            if self.exists("metric", &metric) { metric } else { self.metric_named(&metric) };
        let properties = attributes.get("event_properties").and_then(Value::as_object);
        let event = Event {
            profile,
            metric,
            time,
            properties: properties.cloned().unwrap_or_default(),
            // No two that are given are the same event.
            unique: id.clone(),
            visible: jiff::Timestamp::MIN,
        };
        self.events.record(id.clone(), event);
        Ok(id)
    }

    fn give_row(
        &mut self,
        resource: &'static Resource,
        given: &GivenRecord,
        attributes: Attributes,
    ) -> Result<String, GivenError> {
        let kind = resource.kind;
        // There is exactly one account, so what is given of it changes it.
        let account = if kind == "account" { self.rows(kind).next().cloned() } else { None };
        if let Some(mut account) = account {
            account.attributes.extend(attributes);
            let id = account.id.clone();
            self.insert(kind, account);
            return Ok(id);
        }
        let id = match given.id.clone().or_else(|| named_id(kind, &attributes, given)) {
            Some(id) => id,
            None if kind.starts_with("campaign") => self.new_ulid(kind),
            None => self.new_id(kind),
        };
        if self.exists(kind, &id) {
            return Err(GivenError::Taken { kind, name: "id", value: id });
        }
        let mut record = Record { id: id.clone(), attributes, ..Record::default() };
        self.fill_in(resource, &mut record);
        if matches!(kind, "list" | "segment") {
            let definition = record.attributes.get("definition").filter(|value| value.is_object());
            let rule = definition.map_or(Rule::Nobody, |value| Rule::Definition(value.clone()));
            self.groups.insert(id.clone(), Group::new(&id, rule));
        }
        if kind == "tag" && !given.relationships.contains_key("tag-group") {
            let default = |group: &&Record| group.attributes.get("default") == Some(&json!(true));
            if let Some(group) = self.rows("tag-group").find(default).map(|group| group.id.clone())
            {
                record = record.one("tag-group", "tag-group", group);
            }
        }
        self.insert(kind, record);
        for (name, related) in &given.relationships {
            let relation = resource.relationships.iter().find(|relation| relation.name == name);
            if let Some(target) = relation.map(|relation| relation.kind) {
                self.link((kind, &id), name, target, related.ids());
            }
        }
        Ok(id)
    }

    /// What a record has that was given nothing about it.
    fn fill_in(&mut self, resource: &Resource, record: &mut Record) {
        let now = self.now.as_second();
        for (name, value) in usual(resource.kind, now) {
            record.attributes.entry(name).or_insert(value);
        }
        let number = self.rows(resource.kind).count() + 1;
        for attribute in resource.attributes {
            if attribute.additional || attribute.write_only {
                continue;
            }
            let times = ["created", "created_at", "updated", "updated_at"];
            let value = match attribute.kind {
                Kind::Datetime if times.contains(&attribute.name) => stamp(now),
                _ if resource.name == Some(attribute.name) => {
                    json!(format!("{} {number}", resource.kind))
                }
                _ if attribute.nullable => Value::Null,
                Kind::String => json!(""),
                Kind::Int | Kind::Float => json!(0),
                Kind::Bool => json!(false),
                Kind::Datetime => stamp(now),
                Kind::Map | Kind::Any => json!({}),
                Kind::Enum(words) => json!(words.first()),
                Kind::List(_) => json!([]),
            };
            record.attributes.entry(attribute.name).or_insert(value);
        }
    }

    /// Stores a link where the account keeps links of its kind: each stands at one end only.
    fn link(&mut self, (kind, id): (&str, &str), name: &str, target: &str, ids: &[String]) {
        let add = |record: &mut Record, name: &str, kind: &str, id: &str| {
            let mut ids =
                record.relations.get(name).map(|known| known.ids.clone()).unwrap_or_default();
            if !ids.iter().any(|known| known == id) {
                ids.push(id.to_owned());
            }
            record.relate(name, kind, ids, name.ends_with('s'));
        };
        let owned = OWNED.iter().find(|(owner, owned, _)| (*owner, *owned) == (kind, target));
        for other in ids {
            match (kind, target) {
                ("list" | "segment", "profile") => {
                    if let Some(who) = self.profiles.who(other) {
                        self.join(id, &who);
                    }
                }
                (_, "tag") => {
                    if let Some(tag) = self.row_mut("tag", other) {
                        add(tag, &record::plural(kind), kind, id);
                    }
                }
                _ => match owned {
                    Some((_, _, relation)) => {
                        if let Some(child) = self.row_mut(target, other) {
                            child.relate(relation, kind, vec![id.to_owned()], false);
                        }
                    }
                    None => {
                        if let Some(record) = self.row_mut(kind, id) {
                            add(record, name, target, other);
                        }
                    }
                },
            }
        }
    }
}

/// The id of a record whose id says what it is.
fn named_id(kind: &str, attributes: &Attributes, given: &GivenRecord) -> Option<String> {
    let text = |name: &str| attributes.get(name).and_then(Value::as_str).map(str::to_owned);
    match kind {
        "coupon" => text("external_id"),
        "coupon-code" => {
            let coupon = given.relationships.get("coupon")?.ids().first()?;
            Some(format!("{coupon}-{}", text("unique_code")?))
        }
        _ if kind.starts_with("catalog-") => text("external_id").map(|id| catalog_id(&id)),
        _ => None,
    }
}

/// What records of a type usually have, where null would be no usual value.
fn usual(kind: &str, now: i64) -> Map<String, Value> {
    let usual = match kind {
        "list" => json!({ "opt_in_process": "double_opt_in" }),
        "segment" => json!({ "is_active": true, "is_processing": false, "is_starred": false }),
        "campaign" => json!({
            "status": "Draft",
            "archived": false,
            "audiences": { "included": [], "excluded": [] },
            "send_options": { "use_smart_sending": true },
            "send_strategy": { "method": "immediate" },
        }),
        "campaign-message" => json!({ "channel": "email" }),
        "flow" => json!({ "status": "draft", "archived": false, "trigger_type": "Unconfigured" }),
        "metric" => json!({
            "integration": {
                "object": "integration", "id": "api", "key": "api", "name": "API", "category": "API",
            },
        }),
        "template" => json!({ "editor_type": "CODE" }),
        "catalog-item" => json!({ "published": true, "images": [], "custom_metadata": {} }),
        "coupon-code" => json!({ "status": "UNASSIGNED", "expires_at": stamp(now + 365 * DAY) }),
        "tag-group" => json!({ "exclusive": false, "default": false }),
        "webhook" => json!({ "enabled": true }),
        _ => json!({}),
    };
    match usual {
        Value::Object(attributes) => attributes,
        _ => Map::new(),
    }
}

/// The attributes with their times as the API writes them.
fn checked(resource: &'static Resource, given: &Attributes) -> Result<Attributes, GivenError> {
    let kind = resource.kind;
    let mut checked = Attributes::new();
    for (name, value) in given {
        let attribute = resource.attribute(name);
        let attribute = attribute.ok_or_else(|| given::unknown_field(resource, name))?;
        let wrong = |why: String| GivenError::Value { kind, name: name.clone(), why };
        if value.is_null() {
            checked.insert(name.clone(), Value::Null);
            continue;
        }
        typed(name, value, attribute.kind, "").map_err(|refusal| {
            // The API names the attribute in its text, which is said before already.
            wrong(refusal.detail.replace(&format!("'{name}' "), "it "))
        })?;
        let time = value.as_str().filter(|_| attribute.kind == Kind::Datetime);
        let value = time.and_then(time::parse_seconds).map_or_else(|| value.clone(), stamp);
        checked.insert(name.clone(), value);
    }
    Ok(checked)
}
