//! What an operation does when nothing special is known about it: its path and its body say enough. An operation that is
//! added to the spec works by this alone.

use pianoroll_api::operation::{Answer, Attribute, Kind, Method, Operation, Shape};
use pianoroll_api::{RESOURCES, resource_of_type};
use pianoroll_model::Revision;
use serde_json::{Value, json};

use super::State;
use super::body::{self, Given};
use super::document::{Page, reply};
use super::random::{mix, short_id};
use super::record::{Record, plural};
use super::time::stamp;
use crate::exchange::{Exchange, Refusal, Reply};

/// What a path is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    /// The type that the path begins with.
    pub(super) kind: Option<&'static str>,
    /// What it goes on to: `/api/flows/{flow_id}/flow-actions`.
    pub(super) relation: Option<&'static str>,
    /// Whether it is about the links and not about what they lead to: `/relationships/`.
    pub(super) linkage: bool,
}

impl Place {
    pub(super) fn of(operation: &Operation, revision: Option<Revision>) -> Self {
        let path = operation.route_at(revision).path;
        let mut segments = path.strip_prefix("/api").unwrap_or(path).split('/').skip(1);
        let first = segments.next().unwrap_or_default();
        let of_app =
            || RESOURCES.iter().filter(|resource| std::ptr::eq(resource.app, operation.app));
        let kind = of_app().find(|resource| plural(resource.kind) == first);
        let kind =
            kind.or_else(|| of_app().find(|resource| resource.main && resource.module == first));
        let mut rest = segments.filter(|segment| !segment.starts_with('{'));
        let next = rest.next();
        let linkage = next == Some("relationships");
        let relation = if linkage { rest.next() } else { next };
        Self { kind: kind.map(|resource| resource.kind), relation, linkage }
    }
}

impl State {
    /// Does what the operation's path and body say.
    pub(super) fn answer_generic(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let operation = exchange.operation;
        let place = Place::of(operation, exchange.revision);
        let sent = operation.body_at(exchange.revision);
        let method = operation.route_at(exchange.revision).method;
        match (method, place.relation) {
            (Method::Get, None) => self.read(exchange, place),
            (Method::Get, Some(relation)) => self.read_related(exchange, place, relation),
            (_, Some(relation)) if place.linkage => self.relink(exchange, place, relation),
            (Method::Patch | Method::Put, None) => {
                let given = body::read(self, exchange)?;
                let kind = place.kind.or(sent.map(|body| body.kind)).unwrap_or_default();
                self.change(exchange, kind, &given)
            }
            (Method::Delete, _) => {
                let kind = place.kind.unwrap_or_default();
                self.delete(exchange, kind)
            }
            _ => {
                let given = body::read(self, exchange)?;
                let kind = sent.map(|body| body.kind).filter(|kind| !kind.is_empty());
                let kind = kind.or(operation.answer.kind()).or(place.kind).unwrap_or_default();
                let record = self.fresh(exchange, kind, given);
                let question = sent.is_some_and(|body| body.shape == Shape::Aggregate);
                if !question {
                    self.insert(kind, record.clone());
                }
                Ok(self.reply_one(exchange, kind, &record))
            }
        }
    }

    fn read(&mut self, exchange: &Exchange, place: Place) -> Result<Reply, Refusal> {
        match exchange.operation.answer {
            Answer::Many(kind) => {
                let rows = self.rows(kind).cloned().collect();
                let page = self.page_of(exchange, kind, rows)?;
                Ok(self.reply_many(exchange, kind, &page))
            }
            Answer::One(kind) => {
                let record = self.wanted(kind, exchange)?;
                Ok(self.reply_one(exchange, kind, &record))
            }
            Answer::Map => {
                let kind = place.kind.unwrap_or_default();
                let record = self.wanted(kind, exchange)?;
                Ok(self.reply_one(exchange, kind, &record))
            }
            Answer::None => Ok(reply(exchange, None)),
        }
    }

    fn read_related(
        &mut self,
        exchange: &Exchange,
        place: Place,
        relation: &str,
    ) -> Result<Reply, Refusal> {
        let parent_kind = place.kind.unwrap_or_default();
        let id = exchange.ids.first().map(String::as_str).unwrap_or_default();
        let parent =
            self.record(parent_kind, id).ok_or_else(|| Refusal::not_found(parent_kind, id))?;
        let kind = exchange.operation.answer.kind();
        let related = self.related_to(parent_kind, &parent, relation, kind);
        if place.linkage {
            let data: Vec<Value> =
                related.iter().map(|(kind, id)| json!({ "type": kind, "id": id })).collect();
            return Ok(reply(exchange, Some(json!({ "data": data }))));
        }
        let kind =
            kind.or(related.first().map(|(kind, _)| kind.as_str())).unwrap_or_default().to_owned();
        let records: Vec<Record> =
            related.iter().filter_map(|(kind, id)| self.record(kind, id)).collect();
        if let (Answer::One(_), Some(record)) = (exchange.operation.answer, records.first()) {
            return Ok(self.reply_one(exchange, &kind, record));
        }
        let page = match exchange.operation.page_at(exchange.revision) {
            pianoroll_api::operation::Page::None if exchange.query.filter.is_none() => {
                Page::all(records)
            }
            _ => self.page_of(exchange, &kind, records)?,
        };
        Ok(self.reply_many(exchange, &kind, &page))
    }

    /// Adds, removes or replaces what a record points at.
    fn relink(
        &mut self,
        exchange: &Exchange,
        place: Place,
        relation: &str,
    ) -> Result<Reply, Refusal> {
        let kind = place.kind.unwrap_or_default();
        self.wanted(kind, exchange)?;
        let given = body::read(self, exchange)?;
        let target =
            exchange.operation.body_at(exchange.revision).map(|body| body.kind).unwrap_or_default();
        let method = exchange.operation.route_at(exchange.revision).method;
        let id = exchange.ids.first().cloned().unwrap_or_default();
        if let Some(record) = self.row_mut(kind, &id) {
            let before = record
                .relations
                .get(relation)
                .map(|relation| relation.ids.clone())
                .unwrap_or_default();
            let ids = match method {
                Method::Delete => before.into_iter().filter(|id| !given.ids.contains(id)).collect(),
                Method::Post => {
                    let new: Vec<String> =
                        given.ids.into_iter().filter(|id| !before.contains(id)).collect();
                    before.into_iter().chain(new).collect()
                }
                _ => given.ids,
            };
            record.relate(relation, target, ids, true);
        }
        Ok(reply(exchange, None))
    }

    /// Merges the given attributes and relationships into the record of the path.
    pub(super) fn change(
        &mut self,
        exchange: &Exchange,
        kind: &str,
        given: &Given,
    ) -> Result<Reply, Refusal> {
        let mut record = self.wanted(kind, exchange)?;
        record.attributes.extend(given.attributes.clone());
        record.relations.extend(given.relations.clone());
        for name in ["updated", "updated_at"] {
            if resource_of_type(kind).is_some_and(|resource| resource.attribute(name).is_some()) {
                record.set(name, stamp(self.now.as_second()));
            }
        }
        self.insert(kind, record.clone());
        Ok(self.reply_one(exchange, kind, &record))
    }

    /// Deletes the record of the path and what belongs to it.
    pub(super) fn delete(&mut self, exchange: &Exchange, kind: &str) -> Result<Reply, Refusal> {
        let record = self.wanted(kind, exchange)?;
        self.remove(kind, &record.id);
        Ok(reply(exchange, None))
    }

    /// The record that the path's last id names.
    pub(super) fn wanted(&self, kind: &str, exchange: &Exchange) -> Result<Record, Refusal> {
        let id = exchange.ids.last().map(String::as_str).unwrap_or_default();
        self.record(kind, id).ok_or_else(|| Refusal::not_found(kind, id))
    }

    /// A new record from a body: what is absent is null, times are now.
    pub(super) fn fresh(&mut self, exchange: &Exchange, kind: &str, given: Given) -> Record {
        let id = match given.id {
            Some(id) => id,
            None => self.new_id(kind),
        };
        let mut record = Record { id, attributes: given.attributes, relations: given.relations };
        let attributes =
            resource_of_type(kind).map(|resource| resource.attributes).unwrap_or_default();
        let now = exchange.now.as_second();
        let shown = |attribute: &&Attribute| !attribute.additional && !attribute.write_only;
        for attribute in attributes.iter().filter(shown) {
            let times = ["created", "created_at", "updated", "updated_at"];
            let value = match attribute.kind {
                Kind::Datetime if times.contains(&attribute.name) => stamp(now),
                _ if attribute.nullable => Value::Null,
                _ => continue,
            };
            record.attributes.entry(attribute.name).or_insert(value);
        }
        record
    }

    /// An id that no record of this type has.
    pub(super) fn new_id(&mut self, kind: &str) -> String {
        loop {
            self.serial += 1;
            let id = short_id(mix(self.profiles.people.seed, 60, self.serial));
            if !self.exists(kind, &id) && !self.groups.contains_key(&id) {
                return id;
            }
        }
    }
}
