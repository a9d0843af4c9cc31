//! Bodies, checked as the API checks them: what is unknown is refused, not ignored.

use std::collections::BTreeMap;

use pianoroll_api::operation::{Attribute, Body, BodyId, BodyRelationship, Mode, Shape};
use pianoroll_api::resource_of_type;
use serde_json::{Map, Value};

use super::State;
use super::record::{Attributes, Relation};
use crate::exchange::{Exchange, Refusal, Source};

pub(super) mod checks;
mod lenience;

use checks::{array, identifier, missing, object, only, typed, within};
use lenience::Lenience;

/// A body that was found good.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) id: Option<String>,
    pub(super) attributes: Attributes,
    pub(super) relations: BTreeMap<String, Relation>,
    pub(super) meta: Attributes,
    /// The entries of a bulk body, each with the attribute that it was grouped by.
    pub(super) items: Vec<Given>,
    /// The ids of a relationship body.
    pub(super) ids: Vec<String>,
}

impl Given {
    /// The text of an attribute, if it has one.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)?.as_str()
    }

    /// The id that the body must have; the reader has seen to it.
    pub(super) fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }
}

/// A refusal that points into the body.
pub(super) fn refused(detail: impl Into<String>, pointer: impl Into<String>) -> Refusal {
    Refusal::invalid(detail, Source::Pointer(pointer.into()))
}

/// What documents of one body may hold.
struct Form<'b> {
    kind: &'b str,
    attributes: Vec<&'b Attribute>,
    required: Vec<&'b str>,
    closed: bool,
    relationships: Vec<Allowed>,
    meta: &'b [&'static str],
    nested: &'b [(&'static str, &'static str)],
    id: bool,
}

/// A relationship that a document may name.
struct Allowed {
    name: &'static str,
    kind: &'static str,
    many: Option<bool>,
    max: Option<u32>,
    required: bool,
}

impl Allowed {
    fn of(relationship: &BodyRelationship) -> Self {
        let BodyRelationship { name, kind, many, max, required, .. } = relationship;
        Self { name, kind, many: Some(*many), max: *max, required: *required }
    }
}

/// Reads and checks the body of a request.
pub(super) fn read(state: &State, exchange: &Exchange) -> Result<Given, Refusal> {
    let Some(body) = exchange.operation.body_at(exchange.revision) else {
        return Ok(Given::default());
    };
    let Some(value) = &exchange.body else {
        return Err(refused("A body is required.", "/data"));
    };
    let reader = Reader { state, exchange, lenient: Lenience::of(exchange) };
    reader.read(body, value)
}

struct Reader<'s> {
    state: &'s State,
    exchange: &'s Exchange,
    lenient: Lenience,
}

impl Reader<'_> {
    fn read(&self, body: &Body, value: &Value) -> Result<Given, Refusal> {
        if body.shape == Shape::Plain {
            let attributes = object(value, "")?.clone();
            let form = Form { id: false, ..self.form(body) };
            self.attributes(&form, &attributes, "")?;
            return Ok(Given { attributes, ..Given::default() });
        }
        let top = object(value, "")?;
        only(top, &["data", "links", "meta"], "document", "")?;
        let Some(data) = top.get("data") else {
            return Err(refused("'data' is a required field.", "/data"));
        };
        match body.shape {
            Shape::Identifiers { max } => self.identifiers(body.kind, max, data),
            Shape::Items { container, item, max } => self.items(body, data, container, item, max),
            Shape::Groups { .. } => self.groups(body, data),
            Shape::Attributes | Shape::Aggregate | Shape::Plain => {
                let given = self.document(&self.form(body), data, "/data")?;
                if body.id == BodyId::Path && given.id.as_ref() != self.exchange.ids.last() {
                    return Err(refused("'id' does not match the id of the path.", "/data/id"));
                }
                Ok(given)
            }
        }
    }

    fn form<'b>(&self, body: &'b Body) -> Form<'b> {
        Form {
            kind: body.kind,
            attributes: body.attributes.iter().collect(),
            required: body.required.to_vec(),
            closed: body.closed,
            relationships: body.relationships.iter().map(Allowed::of).collect(),
            meta: body.meta,
            nested: body.nested,
            id: body.id != BodyId::None,
        }
    }

    fn identifiers(&self, kind: &str, max: u32, data: &Value) -> Result<Given, Refusal> {
        let list = array(data, "/data")?;
        within(list.len(), max, "/data")?;
        let ids = list
            .iter()
            .enumerate()
            .map(|(index, one)| identifier(one, kind, &format!("/data/{index}")));
        let ids = ids.collect::<Result<Vec<String>, Refusal>>()?;
        for id in &ids {
            self.there(kind, id)?;
        }
        Ok(Given { ids, ..Given::default() })
    }

    fn items(
        &self,
        body: &Body,
        data: &Value,
        container: &str,
        item: &str,
        max: u32,
    ) -> Result<Given, Refusal> {
        let outer = self.container(body.kind, data, container)?;
        let pointer = format!("/data/attributes/{container}/data");
        let list = array(
            outer
                .attributes
                .get(container)
                .and_then(|held| held.get("data"))
                .unwrap_or(&Value::Null),
            &pointer,
        )?;
        within(list.len(), max, &pointer)?;
        // An entry that is an upsert names what it means by its id.
        let form = Form { kind: item, id: false, ..self.form(body) };
        let items = list
            .iter()
            .enumerate()
            .map(|(index, one)| self.document(&form, one, &format!("{pointer}/{index}")));
        Ok(Given { items: items.collect::<Result<_, _>>()?, ..outer })
    }

    /// The document around the entries of a bulk body. Its own relationships are those of its type.
    fn container(&self, kind: &str, data: &Value, container: &str) -> Result<Given, Refusal> {
        let of_type =
            resource_of_type(kind).map(|resource| resource.relationships).unwrap_or_default();
        let allowed = |relationship: &pianoroll_api::operation::Relationship| Allowed {
            name: relationship.name,
            kind: relationship.kind,
            many: None,
            max: None,
            required: false,
        };
        let form = Form {
            kind,
            attributes: Vec::new(),
            required: vec![container],
            closed: false,
            relationships: of_type.iter().map(allowed).collect(),
            meta: &[],
            nested: &[],
            id: false,
        };
        let given = self.document(&form, data, "/data")?;
        only(&given.attributes, &[container], kind, "/data/attributes")?;
        Ok(given)
    }

    fn groups(&self, body: &Body, data: &Value) -> Result<Given, Refusal> {
        let Shape::Groups { container, outer, by, list, item, max } = body.shape else {
            return Ok(Given::default());
        };
        let flat = data.pointer(&format!("/attributes/{list}")).is_some();
        if flat && self.exchange.mode == Mode::Documented {
            // The document's form: entries that each carry what they are grouped by.
            return self.items(body, data, list, item, max);
        }
        let held = self.container(body.kind, data, container)?;
        let pointer = format!("/data/attributes/{container}/data");
        let groups = held
            .attributes
            .get(container)
            .and_then(|held| held.get("data"))
            .unwrap_or(&Value::Null);
        let named = |wanted: &'static str| {
            body.attributes.iter().filter(move |attribute| attribute.name == wanted)
        };
        let group_form = Form {
            kind: outer,
            attributes: named(by).collect(),
            required: vec![by, list],
            closed: false,
            relationships: Vec::new(),
            ..self.form(body)
        };
        let full = self.form(body);
        let item_form = Form {
            kind: item,
            attributes: full
                .attributes
                .iter()
                .copied()
                .filter(|attribute| attribute.name != by)
                .collect(),
            required: full.required.iter().copied().filter(|name| *name != by).collect(),
            id: false,
            ..full
        };
        let mut items = Vec::new();
        for (index, group) in array(groups, &pointer)?.iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            let group = self.document(&group_form, group, &pointer)?;
            only(&group.attributes, &[by, list], outer, &format!("{pointer}/attributes"))?;
            let pointer = format!("{pointer}/attributes/{list}/data");
            let entries = group
                .attributes
                .get(list)
                .and_then(|held| held.get("data"))
                .unwrap_or(&Value::Null);
            for (index, entry) in array(entries, &pointer)?.iter().enumerate() {
                let mut given = self.document(&item_form, entry, &format!("{pointer}/{index}"))?;
                if let Some(shared) = group.attributes.get(by) {
                    given.attributes.insert(by.to_owned(), shared.clone());
                }
                items.push(given);
            }
        }
        within(items.len(), max, &pointer)?;
        Ok(Given { items, ..held })
    }

    /// One `{type, id?, attributes, relationships?, meta?}`.
    fn document(&self, form: &Form<'_>, value: &Value, pointer: &str) -> Result<Given, Refusal> {
        let map = object(value, pointer)?;
        only(
            map,
            &["type", "id", "attributes", "relationships", "meta", "links"],
            form.kind,
            pointer,
        )?;
        match map.get("type").and_then(Value::as_str) {
            Some(kind) if kind == form.kind => {}
            Some(kind) => {
                let detail =
                    format!("'{kind}' is not the type of this resource: expected '{}'.", form.kind);
                return Err(refused(detail, format!("{pointer}/type")));
            }
            None => return Err(refused("'type' is a required field.", format!("{pointer}/type"))),
        }
        let id = match map.get("id") {
            Some(Value::String(id)) => Some(id.clone()),
            None if form.id => {
                return Err(refused("'id' is a required field.", format!("{pointer}/id")));
            }
            None => None,
            Some(_) => return Err(refused("'id' must be a string.", format!("{pointer}/id"))),
        };
        let none = Map::new();
        let part = |name: &str| match map.get(name) {
            Some(value) => object(value, &format!("{pointer}/{name}")),
            None => Ok(&none),
        };
        let attributes = part("attributes")?;
        self.attributes(form, attributes, &format!("{pointer}/attributes"))?;
        let relations =
            self.relations(form, part("relationships")?, &format!("{pointer}/relationships"))?;
        let meta = part("meta")?;
        only(meta, form.meta, form.kind, &format!("{pointer}/meta"))?;
        Ok(Given {
            id,
            attributes: attributes.clone(),
            relations,
            meta: meta.clone(),
            ..Given::default()
        })
    }

    fn attributes(
        &self,
        form: &Form<'_>,
        given: &Attributes,
        pointer: &str,
    ) -> Result<(), Refusal> {
        for (name, value) in given {
            let at = format!("{pointer}/{name}");
            let Some(attribute) = form.attributes.iter().find(|attribute| attribute.name == name)
            else {
                if form.closed && !self.lenient.attributes.contains(name) {
                    return Err(refused(
                        format!("'{name}' is not a valid field for the resource '{}'.", form.kind),
                        at,
                    ));
                }
                continue;
            };
            match value {
                Value::Null if attribute.nullable => continue,
                Value::Null => return Err(refused(format!("'{name}' may not be null."), at)),
                _ => typed(name, value, attribute.kind, &at)?,
            }
            if let Some((_, kind)) = form.nested.iter().find(|(nested, _)| nested == name) {
                self.nested(kind, value, &at)?;
            }
        }
        for path in &form.required {
            if let Some(missing) = missing(&Value::Object(given.clone()), path)
                && !self.lenient.waived.iter().any(|waived| waived == path)
            {
                let detail =
                    format!("'{missing}' is a required field for the resource '{}'.", form.kind);
                return Err(refused(detail, format!("{pointer}/{}", missing.replace('.', "/"))));
            }
        }
        Ok(())
    }

    /// An attribute that is itself a document, such as an event's profile.
    fn nested(&self, kind: &str, value: &Value, pointer: &str) -> Result<(), Refusal> {
        let resource = resource_of_type(kind);
        let attributes = resource.map(|resource| resource.attributes).unwrap_or_default();
        let form = Form {
            kind,
            attributes: attributes.iter().filter(|attribute| !attribute.read_only).collect(),
            required: Vec::new(),
            closed: resource.is_some(),
            relationships: Vec::new(),
            meta: &["patch_properties"],
            nested: &[],
            id: false,
        };
        let inside = object(value, pointer)?;
        only(inside, &["data"], kind, pointer)?;
        let data = inside.get("data").unwrap_or(&Value::Null);
        self.document(&form, data, &format!("{pointer}/data")).map(drop)
    }

    fn relations(
        &self,
        form: &Form<'_>,
        given: &Attributes,
        pointer: &str,
    ) -> Result<BTreeMap<String, Relation>, Refusal> {
        let names: Vec<&str> = form.relationships.iter().map(|allowed| allowed.name).collect();
        only(given, &names, form.kind, pointer)?;
        let mut relations = BTreeMap::new();
        for allowed in &form.relationships {
            let at = format!("{pointer}/{}/data", allowed.name);
            let data = given
                .get(allowed.name)
                .map(|relation| relation.get("data").unwrap_or(&Value::Null));
            let many = allowed.many.unwrap_or_else(|| data.is_some_and(Value::is_array));
            let ids = match data {
                None if allowed.required => {
                    let detail = format!(
                        "'{}' is a required relationship for the resource '{}'.",
                        allowed.name, form.kind
                    );
                    return Err(refused(detail, at));
                }
                None => continue,
                Some(data) if many => {
                    let list = array(data, &at)?;
                    within(list.len(), allowed.max.unwrap_or(u32::MAX), &at)?;
                    let ids = list.iter().enumerate();
                    let ids = ids.map(|(index, one)| {
                        identifier(one, allowed.kind, &format!("{at}/{index}"))
                    });
                    ids.collect::<Result<Vec<String>, Refusal>>()?
                }
                Some(data) => vec![identifier(data, allowed.kind, &at)?],
            };
            for id in &ids {
                self.there(allowed.kind, id)?;
            }
            let relation = Relation { kind: allowed.kind.to_owned(), ids, many };
            relations.insert(allowed.name.to_owned(), relation);
        }
        Ok(relations)
    }

    fn there(&self, kind: &str, id: &str) -> Result<(), Refusal> {
        let named = self.lenient.ids.iter().any(|lenient| lenient == id);
        if named || self.state.exists(kind, id) {
            Ok(())
        } else {
            Err(Refusal::not_found(kind, id))
        }
    }
}
