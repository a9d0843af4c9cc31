//! The account under test: one request at a time, without a server.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pianoroll_api::filter;
use pianoroll_api::operation::{Body, BodyId, Mode, Operation, Shape, find};
use serde_json::{Map, Value, json};

use super::State;
use crate::exchange::{Exchange, Query, Refusal, Reply};

mod dataset;
mod effects;
mod examples;
mod generic;
mod given;
mod lists;
mod paging;
mod refusals;

/// When the accounts under test are made.
fn start() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

fn account() -> State {
    State::new(300, 7, start())
}

/// A request as the protocol half would pass it on.
struct Ask {
    operation: &'static Operation,
    mode: Mode,
    ids: Vec<String>,
    options: Map<String, Value>,
    body: Option<Value>,
    now: Timestamp,
}

fn ask(operation: &str) -> Ask {
    let operation = find(operation).unwrap_or_else(|| panic!("no operation {operation}"));
    Ask {
        operation,
        mode: Mode::Strict,
        ids: Vec::new(),
        options: Map::new(),
        body: None,
        now: start(),
    }
}

impl Ask {
    fn id(mut self, id: &str) -> Self {
        self.ids.push(id.to_owned());
        self
    }

    fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    fn with(mut self, option: &str, value: impl Into<Value>) -> Self {
        self.options.insert(option.to_owned(), value.into());
        self
    }

    /// Shorthand or a document.
    fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    fn later(mut self, seconds: i64) -> Self {
        self.now = Timestamp::from_second(self.now.as_second() + seconds).unwrap();
        self
    }

    fn of(self, state: &mut State) -> Result<Reply, Refusal> {
        state.answer(&self.exchange())
    }

    fn ok(self, state: &mut State) -> Value {
        let operation = self.operation.id;
        match self.of(state) {
            Ok(reply) => reply.body.unwrap_or(Value::Null),
            Err(refusal) => panic!("{operation}: {refusal:?}"),
        }
    }

    fn refused(self, state: &mut State) -> String {
        let operation = self.operation.id;
        match self.of(state) {
            Ok(reply) => panic!("{operation} succeeded: {:?}", reply.body),
            Err(refusal) => format!(
                "{} {} {:?}: {}",
                refusal.status, refusal.code, refusal.source, refusal.detail
            ),
        }
    }

    fn exchange(self) -> Exchange {
        let revision = self.mode.revision(self.operation.app);
        let kind = self.operation.answer.kind().unwrap_or_default();
        let by_type = |value: &Value| -> BTreeMap<String, Vec<String>> {
            match value {
                Value::Object(map) => {
                    map.iter().map(|(kind, names)| (kind.clone(), texts(names))).collect()
                }
                names => BTreeMap::from([(kind.to_owned(), texts(names))]),
            }
        };
        let mut query = Query::default();
        for (name, value) in &self.options {
            match name.as_str() {
                "filter" => query.filter = Some(filter::parse(value.as_str().unwrap()).unwrap()),
                "sort" => {
                    let text = value.as_str().unwrap();
                    query.sort =
                        Some((text.trim_start_matches('-').to_owned(), text.starts_with('-')));
                }
                "fields" => query.fields = by_type(value),
                "additional_fields" => query.additional_fields = by_type(value),
                "include" => query.include = texts(value),
                "page_size" => query.page_size = Some(value.as_u64().unwrap() as u32),
                "cursor" => query.cursor = value.as_str().map(str::to_owned),
                other => {
                    query.parameters.insert(other.to_owned(), value.as_str().unwrap().to_owned());
                }
            }
        }
        let form = self.operation.body_at(revision);
        let body = self.body.map(|body| match form {
            Some(form) if body.get("data").is_none() => wrapped(form, &self.ids, body),
            _ => body,
        });
        Exchange {
            operation: self.operation,
            by_documented_route: false,
            mode: self.mode,
            revision,
            ids: self.ids,
            query,
            body,
            now: self.now,
        }
    }
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Shorthand as a document, as the host would send it.
fn wrapped(form: &Body, ids: &[String], body: Value) -> Value {
    let identifier = |id: &Value| json!({ "type": form.kind, "id": id });
    let list = |body: &Value| body.as_array().unwrap().clone();
    match form.shape {
        Shape::Plain => body,
        Shape::Identifiers { .. } => {
            json!({ "data": list(&body).iter().map(identifier).collect::<Vec<Value>>() })
        }
        Shape::Attributes | Shape::Aggregate => {
            json!({ "data": document(form, form.kind, ids, body) })
        }
        Shape::Items { container, item, .. } => {
            let items: Vec<Value> =
                list(&body).into_iter().map(|one| document(form, item, &[], one)).collect();
            json!({ "data": { "type": form.kind, "attributes": { container: { "data": items } } } })
        }
        Shape::Groups { container, outer, by, list: name, item, .. } => {
            let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
            for mut one in list(&body) {
                let key = one.as_object_mut().unwrap().remove(by).unwrap();
                let one = document(form, item, &[], one);
                match groups.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, items)) => items.push(one),
                    None => groups.push((key, vec![one])),
                }
            }
            let group = |(key, items): (Value, Vec<Value>)| {
                let key = nested(form, by, key);
                json!({ "type": outer, "attributes": { by: key, name: { "data": items } } })
            };
            let groups: Vec<Value> = groups.into_iter().map(group).collect();
            json!({ "data": { "type": form.kind, "attributes": { container: { "data": groups } } } })
        }
    }
}

fn nested(form: &Body, name: &str, value: Value) -> Value {
    let Some((_, kind)) = form.nested.iter().find(|(nested, _)| *nested == name) else {
        return value;
    };
    let mut attributes = value;
    let id = attributes.as_object_mut().unwrap().remove("id");
    let mut data = json!({ "type": kind, "attributes": attributes });
    if let Some(id) = id {
        data["id"] = id;
    }
    json!({ "data": data })
}

fn document(form: &Body, kind: &str, ids: &[String], body: Value) -> Value {
    let mut data = json!({ "type": kind, "attributes": {} });
    for (name, value) in body.as_object().unwrap().clone() {
        if form.id == BodyId::Key(Box::leak(name.clone().into_boxed_str())) {
            data["id"] = value;
        } else if let Some(relationship) =
            form.relationships.iter().find(|relationship| relationship.key == name)
        {
            let one = |id: &Value| json!({ "type": relationship.kind, "id": id });
            let ids = match (&value, relationship.many) {
                (Value::Array(ids), true) => ids.iter().map(one).collect(),
                (id, true) => json!([one(id)]),
                (id, false) => one(id),
            };
            data["relationships"][relationship.name] = json!({ "data": ids });
        } else if form.meta.contains(&name.as_str()) {
            data["meta"][&name] = value;
        } else if name == "id" && matches!(form.shape, Shape::Items { .. }) {
            data["id"] = value;
        } else {
            data["attributes"][&name] = nested(form, &name, value);
        }
    }
    if form.id == BodyId::Path {
        data["id"] = json!(ids.last());
    }
    data
}

/// The ids of an answer's rows.
fn ids(answer: &Value) -> Vec<String> {
    answer["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The cursor of an answer's next page.
fn next(answer: &Value) -> Option<String> {
    pianoroll_api::request::cursor_of(answer["links"]["next"].as_str()?)
}

/// All rows of a list, page by page.
fn all(state: &mut State, make: impl Fn() -> Ask) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let request = match &cursor {
            Some(cursor) => make().with("cursor", cursor.clone()),
            None => make(),
        };
        let answer = request.ok(state);
        rows.extend(answer["data"].as_array().unwrap().clone());
        match next(&answer) {
            Some(found) => cursor = Some(found),
            None => return rows,
        }
    }
}
