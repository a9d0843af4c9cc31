//! Segments: their definitions, and who meets them.

use serde_json::{Value, json};

use super::State;
use super::body::{self, refused};
use super::filter::values_at;
use super::groups::{Group, Rule};
use super::profiles::Who;
use super::time::{self, DAY, stamp};
use crate::exchange::{Exchange, Refusal, Reply};

impl State {
    pub(super) fn create_segment(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let definition = given.attributes.get("definition").cloned().unwrap_or(Value::Null);
        check(&definition)?;
        let mut record = self.fresh(exchange, "segment", given);
        for (name, value) in [("is_active", true), ("is_processing", false)] {
            record.set(name, value);
        }
        if record.attributes.get("is_starred").is_none_or(Value::is_null) {
            record.set("is_starred", false);
        }
        self.groups.insert(record.id.clone(), Group::new(&record.id, Rule::Definition(definition)));
        self.insert("segment", record.clone());
        // Membership is computed after the answer: the next read finds it done.
        record.set("is_processing", true);
        Ok(self.reply_one(exchange, "segment", &record))
    }

    pub(super) fn update_segment(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let mut record = self.wanted("segment", exchange)?;
        let given = body::read(self, exchange)?;
        let definition = given.attributes.get("definition").cloned();
        if let Some(definition) = &definition {
            check(definition)?;
        }
        record.attributes.extend(given.attributes);
        record.set("updated", stamp(exchange.now.as_second()));
        self.insert("segment", record.clone());
        if let Some(definition) = definition {
            if let Some(group) = self.groups.get_mut(&record.id) {
                group.redefine(definition);
            }
            record.set("is_processing", true);
        }
        Ok(self.reply_one(exchange, "segment", &record))
    }

    /// Whether a profile meets a definition: every group holds, and a group holds when one of its conditions does. A
    /// definition without groups is met by nobody.
    pub(super) fn satisfies(&self, definition: &Value, who: &Who) -> bool {
        let groups = definition
            .get("condition_groups")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let holds = |group: &Value| {
            let conditions = group
                .get("conditions")
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default();
            conditions.iter().any(|condition| self.condition(condition, who))
        };
        !groups.is_empty() && groups.iter().all(holds)
    }

    /// Kinds of conditions that are not computed here are met by nobody.
    fn condition(&self, condition: &Value, who: &Who) -> bool {
        let text =
            |pointer: &str| condition.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        match text("/type") {
            "profile-metric" => self.metric_condition(condition, who),
            "profile-property" => {
                let (head, path) = property_path(text("/property"));
                let values = values_at(&self.profiles.attribute(who, &head), &path);
                test(condition.get("filter").unwrap_or(&Value::Null), &values)
            }
            "profile-group-membership" => {
                let groups = condition
                    .get("group_ids")
                    .and_then(Value::as_array)
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                let is_member = condition.get("is_member").and_then(Value::as_bool).unwrap_or(true);
                // Lists only: a segment that named itself would never end.
                let list = |id: &&str| self.exists("list", id);
                let mut ids = groups.iter().filter_map(Value::as_str).filter(list);
                ids.any(|id| self.joined(id, who).is_some()) == is_member
            }
            "profile-marketing-consent" => {
                let channel = text("/consent/channel");
                let consent = self.profiles.attribute(who, "subscriptions");
                let consent = consent
                    .pointer(&format!("/{channel}/marketing/consent"))
                    .and_then(Value::as_str);
                let wanted = text("/consent/consent_status/subscription");
                consent
                    .is_some_and(|consent| wanted.eq_ignore_ascii_case(consent) || wanted == "any")
            }
            _ => false,
        }
    }

    fn metric_condition(&self, condition: &Value, who: &Who) -> bool {
        let metric = condition.get("metric_id").and_then(Value::as_str).unwrap_or_default();
        let timeframe = condition.get("timeframe_filter").unwrap_or(&Value::Null);
        let now = self.now.as_second();
        let from = match timeframe.get("operator").and_then(Value::as_str) {
            Some("in-the-last") => {
                let quantity =
                    timeframe.get("quantity").and_then(Value::as_i64).unwrap_or_default();
                let unit = match timeframe.get("unit").and_then(Value::as_str) {
                    Some("hour") => 3_600,
                    Some("week") => 7 * DAY,
                    Some("month") => 30 * DAY,
                    _ => DAY,
                };
                now - quantity.saturating_mul(unit)
            }
            Some("after") => {
                let date = timeframe.get("date").and_then(Value::as_str);
                date.and_then(time::parse_seconds).unwrap_or(i64::MIN)
            }
            _ => i64::MIN,
        };
        let people = &self.profiles.people;
        let events = self.events.of_profile(people, who, &self.profiles.id(who), self.now);
        let facts = events
            .iter()
            .filter(|(place, _)| place.0 >= from)
            .filter_map(|(_, which)| self.events.facts(people, which));
        let mut count = 0;
        let mut sum = 0.0;
        for (_, worth, _) in facts.filter(|(counted, _, _)| counted == metric) {
            count += 1;
            sum += worth.unwrap_or_default();
        }
        let measured = match condition.get("measurement").and_then(Value::as_str) {
            Some("sum") => json!(sum),
            _ => json!(count),
        };
        test(condition.get("measurement_filter").unwrap_or(&Value::Null), &[measured])
    }
}

/// `properties['lifecycle']` and `location['city']` reach inside; `email` does not.
fn property_path(property: &str) -> (String, String) {
    let inside =
        property.split_once("['").and_then(|(head, rest)| Some((head, rest.strip_suffix("']")?)));
    let (head, path) = inside.unwrap_or((property, ""));
    (head.to_owned(), path.to_owned())
}

/// Whether values meet a condition's filter: `{type, operator, value}`.
fn test(filter: &Value, values: &[Value]) -> bool {
    let wanted = filter.get("value").unwrap_or(&Value::Null);
    let number = |value: &Value| value.as_f64();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let compare = |order: fn(&f64, &f64) -> bool| {
        let wanted = number(wanted);
        values
            .iter()
            .filter_map(number)
            .any(|value| wanted.is_some_and(|wanted| order(&value, &wanted)))
    };
    let equal = |value: &Value| match (number(value), number(wanted)) {
        (Some(value), Some(wanted)) => value == wanted,
        _ => value == wanted,
    };
    let contains = |value: &Value| {
        text(value).zip(text(wanted)).is_some_and(|(value, wanted)| value.contains(&wanted))
            || value == wanted
    };
    match filter.get("operator").and_then(Value::as_str).unwrap_or_default() {
        "equals" => values.iter().any(equal),
        "not-equals" => !values.iter().any(equal),
        "contains" => values.iter().any(contains),
        "not-contains" => !values.iter().any(contains),
        "greater-than" => compare(f64::gt),
        "greater-than-or-equal" => compare(f64::ge),
        "less-than" => compare(f64::lt),
        "less-than-or-equal" => compare(f64::le),
        "is-set" => !values.is_empty(),
        "is-not-set" => values.is_empty(),
        _ => false,
    }
}

/// Refuses definitions whose groups and conditions are not where they must be.
fn check(definition: &Value) -> Result<(), Refusal> {
    let base = "/data/attributes/definition/condition_groups";
    let Some(groups) = definition.get("condition_groups").and_then(Value::as_array) else {
        return Err(refused("'condition_groups' must be a list.", base));
    };
    for (index, group) in groups.iter().enumerate() {
        let Some(conditions) = group.get("conditions").and_then(Value::as_array) else {
            return Err(refused(
                "'conditions' must be a list.",
                format!("{base}/{index}/conditions"),
            ));
        };
        for (place, condition) in conditions.iter().enumerate() {
            if condition.get("type").and_then(Value::as_str).is_none() {
                return Err(refused(
                    "'type' is a required field.",
                    format!("{base}/{index}/conditions/{place}/type"),
                ));
            }
        }
    }
    Ok(())
}
