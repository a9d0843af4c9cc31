//! Tags, and what carries them.

use super::State;
use super::body::{self, refused};
use super::document::reply;
use crate::exchange::{Exchange, Refusal, Reply};

/// The most tags of an account.
const MOST: usize = 500;

/// The most tags that one campaign, flow, list or segment carries.
const MOST_CARRIED: usize = 100;

impl State {
    pub(super) fn create_tag(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        if self.rows("tag").count() >= MOST {
            return Err(refused(format!("An account has at most {MOST} tags."), "/data"));
        }
        let mut record = self.fresh(exchange, "tag", given);
        if record.target("tag-group").is_none() {
            let group = self
                .rows("tag-group")
                .find(|group| group.attributes.get("default") == Some(&true.into()));
            if let Some(group) = group.map(|group| group.id.clone()) {
                record = record.one("tag-group", "tag-group", group);
            }
        }
        self.insert("tag", record.clone());
        Ok(self.reply_one(exchange, "tag", &record))
    }

    /// Puts the path's tag on what the body names. The document's path has no tag in it: such a call is accepted where it
    /// is played, and puts nothing on anything.
    pub(super) fn tag(&mut self, exchange: &Exchange, relation: &str) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        if exchange.by_documented_route {
            return Ok(reply(exchange, None));
        }
        let tag = self.wanted("tag", exchange)?;
        let kind =
            exchange.operation.body_at(exchange.revision).map(|body| body.kind).unwrap_or_default();
        let group = tag.target("tag-group").unwrap_or_default().to_owned();
        let exclusive = self
            .record("tag-group", &group)
            .is_some_and(|group| group.attributes["exclusive"] == true);
        for (index, id) in given.ids.iter().enumerate() {
            let at = format!("/data/{index}");
            let carried: Vec<_> = self
                .rows("tag")
                .filter(|other| other.id != tag.id && other.points_at(kind, id))
                .collect();
            if carried.len() >= MOST_CARRIED {
                return Err(refused(
                    format!("The {kind} {id} carries {MOST_CARRIED} tags already."),
                    at,
                ));
            }
            if exclusive
                && carried.iter().any(|other| other.target("tag-group") == Some(group.as_str()))
            {
                return Err(refused(
                    format!("The {kind} {id} carries a tag of the same exclusive group already."),
                    at,
                ));
            }
        }
        if let Some(tag) = self.row_mut("tag", &tag.id) {
            let mut ids = tag
                .relations
                .get(relation)
                .map(|relation| relation.ids.clone())
                .unwrap_or_default();
            for id in given.ids {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            tag.relate(relation, kind, ids, true);
        }
        Ok(reply(exchange, None))
    }
}
