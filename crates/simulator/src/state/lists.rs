//! Lists, and who is on them.

use super::State;
use super::body;
use super::cursor::{Cursor, Key};
use super::document::reply;
use super::filter;
use super::groups::{Group, Rule};
use super::listing::take;
use super::profiles::Who;
use super::profiles_operations::wanted;
use super::record::Record;
use super::time::stamp;
use crate::exchange::{Exchange, Refusal, Reply};

impl State {
    pub(super) fn create_list(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let mut record = self.fresh(exchange, "list", given);
        record.set("opt_in_process", "double_opt_in");
        self.groups.insert(record.id.clone(), Group::new(&record.id, Rule::Nobody));
        self.insert("list", record.clone());
        Ok(self.reply_one(exchange, "list", &record))
    }

    pub(super) fn add_to_list(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        self.move_members(exchange, State::join)
    }

    pub(super) fn remove_from_list(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        self.move_members(exchange, State::leave)
    }

    fn move_members(
        &mut self,
        exchange: &Exchange,
        to: fn(&mut State, &str, &Who),
    ) -> Result<Reply, Refusal> {
        let list = self.wanted("list", exchange)?;
        let given = body::read(self, exchange)?;
        for who in given.ids.iter().filter_map(|id| self.profiles.who(id)).collect::<Vec<Who>>() {
            to(self, &list.id, &who);
        }
        if let Some(list) = self.row_mut("list", &list.id) {
            list.set("updated", stamp(exchange.now.as_second()));
        }
        Ok(reply(exchange, None))
    }

    /// The profiles of a list or segment, by the time when they joined.
    pub(super) fn list_members(
        &mut self,
        exchange: &Exchange,
        kind: &str,
    ) -> Result<Reply, Refusal> {
        let group_id = self.wanted(kind, exchange)?.id;
        let query = &exchange.query;
        let filter = query.filter.as_ref();
        if let Some(filter) = filter {
            filter::check(filter, "profile")?;
        }
        let descending = query.sort.as_ref().is_some_and(|(_, descending)| *descending);
        // A sorted and an unsorted question have the same order, and cursors of the same form.
        let cursor = Cursor::of(exchange, true)?;
        let after = match cursor {
            Some(Cursor { key: Some(Key::Number(time)), id }) => Some((time as i64, id)),
            _ => None,
        };
        let wanted = wanted(exchange);
        let profile = |(time, who): (i64, Who)| {
            let mut record = self.profile(&who, &wanted);
            record.set("joined_group_at", stamp(time));
            (Some(Key::time(time)), record)
        };
        let meets = |(_, record): &(Option<Key>, Record)| self.meets("profile", record, filter);
        let page = if let Some(named) = self.named(filter) {
            let mut members: Vec<(i64, Who)> = named
                .into_iter()
                .filter_map(|who| Some((self.joined(&group_id, &who)?, who)))
                .collect();
            members.sort();
            if descending {
                members.reverse();
            }
            let beyond = |(time, who): &(i64, Who)| {
                let place = (*time, self.profiles.id(who));
                after
                    .as_ref()
                    .is_none_or(|after| if descending { place < *after } else { place > *after })
            };
            take(exchange, members.into_iter().filter(beyond).map(profile).filter(meets))
        } else {
            let members =
                self.groups.get(&group_id).map(|group| self.members(group, after, descending));
            take(exchange, members.into_iter().flatten().map(profile).filter(meets))
        };
        Ok(self.reply_many(exchange, "profile", &page))
    }

    /// How many people are in any of the included groups and in none of the excluded ones.
    pub(super) fn audience(&self, included: &[String], excluded: &[String]) -> usize {
        let all = self.profiles.walk(None, false, 0..u64::MAX);
        let reached = |who: &Who| {
            let within =
                |groups: &[String]| groups.iter().any(|group| self.joined(group, who).is_some());
            within(included) && !within(excluded)
        };
        all.filter(reached).count()
    }
}
