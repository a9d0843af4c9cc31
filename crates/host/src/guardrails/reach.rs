//! What a call is about, read from its arguments by the table: which lists and campaigns, and how many records.

use pianoroll_api::operation::{Body, BodyId, Shape};
use pianoroll_api::{Arguments, Operation};
use pianoroll_model::Revision;
use serde_json::{Map, Value};

/// The types that scopes are about.
const LIST: &str = "list";
const CAMPAIGN: &str = "campaign";

/// The attribute of a campaign that says who gets it, and the part of it that adds people. Who is `excluded` is left alone.
const AUDIENCES: (&str, &str) = ("audiences", "included");

/// What guardrails see in the calls of an operation, by the table alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The resource whose records its effects touch.
    pub records: &'static str,
    /// Whether each item of its list is one, or each call.
    pub each_item: bool,
    /// Whether it can be about a list.
    pub lists: bool,
    /// Whether it can be about a campaign.
    pub campaigns: bool,
}

/// What guardrails see in the calls of an operation.
#[must_use]
pub fn bounds(operation: &Operation) -> Bounds {
    let body = operation.body.as_ref();
    let in_path = operation.route.ids().filter_map(kind_of);
    let key = body.and_then(|body| match body.id {
        BodyId::Key(key) => kind_of(key),
        BodyId::None | BodyId::Path => None,
    });
    let identified = body
        .filter(|body| matches!(body.shape, Shape::Identifiers { .. }))
        .map(|body| body.kind.to_owned());
    let related = body.map(|body| body.relationships).unwrap_or_default();
    let related = related.iter().map(|relationship| relationship.kind.to_owned());
    let kinds: Vec<String> = in_path.chain(key).chain(identified).chain(related).collect();
    let attributes = body.map(|body| body.attributes).unwrap_or_default();
    let audiences = attributes.iter().any(|attribute| attribute.name == AUDIENCES.0);
    Bounds {
        records: counted(operation, body),
        each_item: body.is_some_and(|body| body.shape.max().is_some()),
        lists: audiences || kinds.iter().any(|kind| kind == LIST),
        campaigns: kinds.iter().any(|kind| kind == CAMPAIGN),
    }
}

/// The lists and campaigns that a call is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) lists: Vec<String>,
    pub(crate) campaigns: Vec<String>,
}

impl Reach {
    pub(crate) fn of(
        operation: &Operation,
        arguments: &Arguments,
        revision: Option<Revision>,
    ) -> Self {
        let mut reach = Reach::default();
        for (name, id) in operation.route_at(revision).ids().zip(&arguments.ids) {
            reach.add(kind_of(name).as_deref(), id);
        }
        let (Some(body), Some(given)) = (operation.body_at(revision), &arguments.body) else {
            return reach;
        };
        if let BodyId::Key(key) = body.id {
            let id = given.pointer("/data/id").or_else(|| given.get(key));
            reach.add_value(kind_of(key).as_deref(), id);
        }
        match (body.shape, given) {
            (Shape::Identifiers { .. }, Value::Array(ids)) => {
                for id in ids {
                    reach.add_value(Some(body.kind), Some(id));
                }
            }
            (_, Value::Array(items)) => {
                for item in items {
                    reach.look_at_map(body, item.as_object());
                }
            }
            _ => reach.look_at_map(body, given.as_object()),
        }
        // Documents name what they are about by type and id, and so do some attributes: a flow's trigger.
        reach.look_for_identifiers(given);
        reach
    }

    fn look_at_map(&mut self, body: &Body, map: Option<&Map<String, Value>>) {
        let Some(map) = map else { return };
        for relationship in body.relationships {
            match map.get(relationship.key) {
                Some(Value::Array(ids)) => {
                    ids.iter().for_each(|id| self.add_value(Some(relationship.kind), Some(id)));
                }
                id => self.add_value(Some(relationship.kind), id),
            }
        }
        let attributes = map.get("data").and_then(|data| data.get("attributes"));
        let (audiences, included) = AUDIENCES;
        let places = [map.get(audiences), attributes.and_then(|map| map.get(audiences))];
        for audience in places.into_iter().flatten().filter_map(|map| map.get(included)) {
            match audience {
                Value::Array(ids) => ids.iter().for_each(|id| self.add_value(Some(LIST), Some(id))),
                id => self.add_value(Some(LIST), Some(id)),
            }
        }
    }

    fn look_for_identifiers(&mut self, value: &Value) {
        match value {
            Value::Object(map) => {
                let kind = map.get("type").and_then(Value::as_str);
                self.add_value(kind, map.get("id"));
                map.values().for_each(|value| self.look_for_identifiers(value));
            }
            Value::Array(items) => items.iter().for_each(|item| self.look_for_identifiers(item)),
            _ => {}
        }
    }

    fn add_value(&mut self, kind: Option<&str>, id: Option<&Value>) {
        if let Some(id) = id.and_then(Value::as_str) {
            self.add(kind, id);
        }
    }

    fn add(&mut self, kind: Option<&str>, id: &str) {
        let ids = match kind {
            Some(LIST) => &mut self.lists,
            Some(CAMPAIGN) => &mut self.campaigns,
            _ => return,
        };
        // Most calls are about one.
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
}

/// The type that an id is of, by its name in a path or a body: `list_id` is one of a `list`.
fn kind_of(name: &str) -> Option<String> {
    name.strip_suffix("_id").map(|kind| kind.replace('_', "-"))
}

/// The resource whose records a call touches.
pub(super) fn counted(operation: &Operation, body: Option<&Body>) -> &'static str {
    match body.map(|body| (body.shape, body.kind)) {
        Some((Shape::Identifiers { .. }, kind)) => {
            operation.app.resource(kind).map_or(operation.module, |resource| resource.module)
        }
        _ => operation.module,
    }
}

/// Which records an effect touches, and how many: the items of a list, or one.
pub(crate) fn records(
    operation: &Operation,
    body: Option<&Value>,
    revision: Option<Revision>,
) -> (&'static str, u64) {
    let spec = operation.body_at(revision);
    let resource = counted(operation, spec);
    let count = match (spec.map(|spec| spec.shape), body) {
        (Some(shape), Some(Value::Array(items))) if shape.max().is_some() => items.len(),
        (Some(Shape::Identifiers { .. }), Some(body)) => length(body.get("data")),
        (Some(Shape::Items { container, .. }), Some(body)) => length(inside(body, container)),
        (Some(Shape::Groups { container, list, .. }), Some(body)) => {
            let groups = inside(body, container).and_then(Value::as_array);
            let of_group = |group: &Value| length(inside(group, list));
            groups.map_or(1, |groups| groups.iter().map(of_group).sum())
        }
        _ => 1,
    };
    (resource, count as u64)
}

/// `attributes.NAME.data` of a document or of a resource in it.
fn inside<'v>(document: &'v Value, name: &str) -> Option<&'v Value> {
    let resource = document.get("data").unwrap_or(document);
    resource.get("attributes")?.get(name)?.get("data")
}

/// What is no list is one record, so that nothing slips through uncounted.
fn length(list: Option<&Value>) -> usize {
    list.and_then(Value::as_array).map_or(1, Vec::len)
}

#[cfg(test)]
mod tests;
