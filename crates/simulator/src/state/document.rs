//! Answers as JSON:API documents: sparse fieldsets, additional fields, relationships, included resources, links.

use std::collections::BTreeSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pianoroll_api::operation::Relationship;
use pianoroll_api::resource_of_type;
use serde_json::{Map, Value, json};

use super::State;
use super::cursor::Cursor;
use super::record::{Attributes, Record, plural};
use crate::exchange::{Exchange, LINK_BASE, Reply, page_links};

/// What a link's query escapes.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The rows of one answer, and where to go on.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) records: Vec<Record>,
    pub(super) next: Option<Cursor>,
}

impl Page {
    /// All of them.
    pub(super) fn all(records: Vec<Record>) -> Self {
        Self { records, next: None }
    }
}

/// A success with the operation's status. Operations that answer nothing have no body, whatever is given.
pub(super) fn reply(exchange: &Exchange, body: Option<Value>) -> Reply {
    let status = exchange.operation.ok_at(exchange.revision).first().copied().unwrap_or(200);
    let empty =
        status == 204 || exchange.operation.answer == pianoroll_api::operation::Answer::None;
    Reply { status, body: body.filter(|_| !empty) }
}

impl State {
    /// An answer with one resource.
    pub(super) fn reply_one(&self, exchange: &Exchange, kind: &str, record: &Record) -> Reply {
        if !exchange.operation.app.json_api {
            return reply(exchange, Some(plain(record)));
        }
        let mut document = json!({ "data": self.resource(exchange, kind, record, true) });
        let included = self.included(exchange, kind, std::slice::from_ref(record));
        self.finish(exchange, &mut document, included);
        reply(exchange, Some(document))
    }

    /// An answer with many.
    pub(super) fn reply_many(&self, exchange: &Exchange, kind: &str, page: &Page) -> Reply {
        if !exchange.operation.app.json_api {
            let rows: Vec<Value> = page.records.iter().map(plain).collect();
            return reply(exchange, Some(json!({ exchange.operation.module: rows })));
        }
        let data: Vec<Value> =
            page.records.iter().map(|record| self.resource(exchange, kind, record, true)).collect();
        let next = page.next.as_ref().map(|cursor| cursor.encode(exchange));
        let mut document = json!({ "data": data, "links": page_links(exchange, next.as_deref()) });
        let included = self.included(exchange, kind, &page.records);
        self.finish(exchange, &mut document, included);
        reply(exchange, Some(document))
    }

    fn finish(&self, exchange: &Exchange, document: &mut Value, included: Vec<Value>) {
        if let (Some(map), false) = (document.as_object_mut(), exchange.query.include.is_empty()) {
            map.insert("included".to_owned(), Value::Array(included));
        }
    }

    /// The included resources, each once.
    fn included(&self, exchange: &Exchange, kind: &str, records: &[Record]) -> Vec<Value> {
        let mut seen = BTreeSet::new();
        let mut included = Vec::new();
        for name in &exchange.query.include {
            for record in records {
                for (kind, id) in self.related(kind, record, name) {
                    if !seen.insert((kind.clone(), id.clone())) {
                        continue;
                    }
                    if let Some(record) = self.record(&kind, &id) {
                        included.push(self.resource(exchange, &kind, &record, false));
                    }
                }
            }
        }
        included
    }

    /// One resource object. `primary` ones show what `include` has named.
    fn resource(&self, exchange: &Exchange, kind: &str, record: &Record, primary: bool) -> Value {
        let path = format!(
            "{LINK_BASE}/api/{}/{}",
            plural(kind),
            utf8_percent_encode(&record.id, ESCAPED)
        );
        let mut relationships = Map::new();
        let named =
            resource_of_type(kind).map(|resource| resource.relationships).unwrap_or_default();
        for relationship in named {
            let related = format!("{path}/{}/", relationship.name);
            let own = format!("{path}/relationships/{}/", relationship.name);
            let mut shown = json!({ "links": { "self": own, "related": related } });
            if let (Some(data), Some(map)) =
                (self.linkage(exchange, kind, record, relationship, primary), shown.as_object_mut())
            {
                map.insert("data".to_owned(), data);
            }
            relationships.insert(relationship.name.to_owned(), shown);
        }
        let mut resource = json!({
            "type": kind,
            "id": record.id,
            "attributes": self.attributes(exchange, kind, record),
            "links": { "self": format!("{path}/") },
        });
        if let (Some(map), false) = (resource.as_object_mut(), relationships.is_empty()) {
            map.insert("relationships".to_owned(), Value::Object(relationships));
        }
        resource
    }

    /// The ids behind a relationship: shown where it leads to one record, where the API always shows them, and where they
    /// were asked for by `include`.
    fn linkage(
        &self,
        exchange: &Exchange,
        kind: &str,
        record: &Record,
        relationship: &Relationship,
        primary: bool,
    ) -> Option<Value> {
        let one = record.relations.get(relationship.name).is_some_and(|relation| !relation.many);
        let always =
            matches!(relationship.name, "campaign-messages" | "webhook-topics" | "attributions");
        let asked = primary && exchange.query.include.iter().any(|name| name == relationship.name);
        if !(one || always || asked) {
            return None;
        }
        let related = self.related(kind, record, relationship.name);
        let mut data = related.into_iter().map(|(kind, id)| json!({ "type": kind, "id": id }));
        Some(if one { data.next().unwrap_or(Value::Null) } else { data.collect() })
    }

    fn attributes(&self, exchange: &Exchange, kind: &str, record: &Record) -> Attributes {
        let resource = resource_of_type(kind);
        let none = Vec::new();
        let additional = exchange.query.additional_fields.get(kind).unwrap_or(&none);
        let mut attributes = record.attributes.clone();
        super::campaigns::shown(exchange, kind, &mut attributes);
        if additional.iter().any(|name| name == "profile_count")
            && let Some(count) = self.profile_count(&record.id)
        {
            attributes.insert("profile_count".to_owned(), json!(count));
        }
        attributes.retain(|name, _| {
            let attribute = resource.and_then(|resource| resource.attribute(name));
            attribute.is_none_or(|attribute| {
                !attribute.write_only && (!attribute.additional || additional.contains(name))
            })
        });
        match exchange.query.fields.get(kind) {
            // Additional fields are asked for by their own option and stay.
            Some(fields) => {
                let mut sparse = Attributes::new();
                for field in fields.iter().chain(additional) {
                    copy(&attributes, &mut sparse, field);
                }
                sparse
            }
            None => attributes,
        }
    }
}

/// Copies one field, which may reach inside: `location.city`.
fn copy(from: &Attributes, to: &mut Attributes, field: &str) {
    let (head, path) = field.split_once('.').unwrap_or((field, ""));
    match (from.get(head), path) {
        (Some(value), "") => {
            to.insert(head.to_owned(), value.clone());
        }
        (Some(Value::Object(inside)), path) => {
            let place = to.entry(head).or_insert_with(|| json!({}));
            if let Some(place) = place.as_object_mut() {
                copy(inside, place, path);
            }
        }
        _ => {}
    }
}

/// A record outside JSON:API.
fn plain(record: &Record) -> Value {
    let mut attributes = record.attributes.clone();
    attributes.insert("id".to_owned(), json!(record.id));
    Value::Object(attributes)
}
