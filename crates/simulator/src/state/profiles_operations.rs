//! What the operations on profiles do.

use pianoroll_api::filter::Filter;
use serde_json::{Value, json};

use super::State;
use super::body::{self, Given, refused};
use super::cursor::{Cursor, Key};
use super::document::reply;
use super::filter;
use super::listing::take;
use super::people::Identifier;
use super::profiles::Who;
use super::record::{Attributes, Record};
use super::time::stamp;
use crate::exchange::{Exchange, LINK_BASE, Refusal, Reply};

/// What profiles hold only when asked.
const ADDITIONAL: [&str; 2] = ["predictive_analytics", "subscriptions"];

/// Whether an answer or its filter needs an attribute of a profile. Computing all of them for a million is what would cost.
pub(super) fn wanted(exchange: &Exchange) -> impl Fn(&str) -> bool + use<'_> {
    let query = &exchange.query;
    let fields = query.fields.get("profile");
    let additional = query.additional_fields.get("profile");
    let head = |field: &str, name: &str| field.split('.').next() == Some(name);
    move |name: &str| {
        let filtered = query
            .filter
            .iter()
            .flat_map(|filter| &filter.clauses)
            .any(|clause| head(&clause.field, name));
        let asked = match ADDITIONAL.contains(&name) {
            true => additional.is_some_and(|fields| fields.iter().any(|field| field == name)),
            false => fields.is_none_or(|fields| fields.iter().any(|field| head(field, name))),
        };
        filtered || asked
    }
}

impl State {
    /// A profile written out.
    pub(super) fn profile(&self, who: &Who, wanted: &dyn Fn(&str) -> bool) -> Record {
        let id = self.profiles.id(who);
        let mut attributes =
            self.profiles.attributes(who, |name| name != "last_event_date" && wanted(name));
        if wanted("last_event_date") {
            let newest = self.events.newest(&self.profiles.people, who, &id, self.now);
            // A profile that was given may say so itself, without events.
            let said = match who {
                Who::Computed(_) => None,
                Who::Created(_) => self
                    .profiles
                    .attribute(who, "last_event_date")
                    .as_str()
                    .and_then(super::time::parse_seconds),
            };
            let newest = newest.max(said);
            attributes.insert("last_event_date".to_owned(), newest.map_or(Value::Null, stamp));
        }
        Record { id, attributes, ..Record::default() }
    }

    /// The profiles that a filter names one by one; nothing where it does not.
    pub(super) fn named(&self, filter: Option<&Filter>) -> Option<Vec<Who>> {
        let mut found = if let Some(ids) = filter::demanded(filter, "id") {
            ids.iter().filter_map(|id| self.profiles.who(id)).collect::<Vec<Who>>()
        } else {
            let demanded = |identifier: Identifier| {
                Some((identifier, filter::demanded(filter, identifier.attribute())?))
            };
            let (identifier, values) = Identifier::ALL.into_iter().find_map(demanded)?;
            values.iter().filter_map(|value| self.profiles.find(identifier, value)).collect()
        };
        found.sort();
        found.dedup();
        Some(found)
    }

    pub(super) fn list_profiles(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let query = &exchange.query;
        let filter = query.filter.as_ref();
        if let Some(filter) = filter {
            filter::check(filter, "profile")?;
        }
        let (field, descending) = query.sort.clone().unwrap_or_else(|| ("id".to_owned(), false));
        let by_id = field == "id" || field == "created" && self.profiles.in_order();
        if !by_id {
            self.profiles.prepare(&field);
        }
        let this = &*self;
        let wanted = wanted(exchange);
        if let Some(named) = this.named(filter) {
            let needed = |name: &str| wanted(name) || field.split('.').next() == Some(name);
            let records = named.iter().map(|who| this.profile(who, &needed)).collect();
            let page = this.page_of(exchange, "profile", records)?;
            return Ok(this.reply_many(exchange, "profile", &page));
        }
        let cursor = Cursor::of(exchange, field != "id")?;
        let place = |cursor: &Cursor| this.profiles.place(&cursor.id);
        let rows: Box<dyn Iterator<Item = (Option<Key>, Who)>> = if by_id {
            let (from, to) = filter::bounds(filter, "created");
            let first = this.profiles.computed_before(from, false);
            let last = this.profiles.computed_before(to, true);
            let key = move |who: &Who| {
                (field == "created").then(|| Key::time(this.profiles.created_at(who)))
            };
            let walk = this.profiles.walk(cursor.as_ref().map(place), descending, first..last);
            Box::new(walk.map(move |who| (key(&who), who)))
        } else {
            let after = cursor.map(|cursor| {
                let who = place(&cursor);
                (cursor.key.unwrap_or(Key::Null), who)
            });
            let walk =
                this.profiles.walk_by(&field, after, descending).map(|(key, who)| (Some(key), who));
            let met =
                walk.filter(|(_, who)| this.meets("profile", &this.profile(who, &wanted), filter));
            // One more than the page holds tells whether there is a next one.
            let rows: Vec<(Option<Key>, Who)> = met
                .take(super::listing::size(exchange).unwrap_or(usize::MAX).saturating_add(1))
                .collect();
            Box::new(rows.into_iter())
        };
        let records = rows.map(|(key, who)| (key, this.profile(&who, &wanted)));
        let met = records.filter(|(_, record)| this.meets("profile", record, filter));
        let page = take(exchange, met);
        Ok(this.reply_many(exchange, "profile", &page))
    }

    pub(super) fn create_profile(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let named =
            Identifier::ALL.iter().map(|identifier| identifier.attribute()).chain(["anonymous_id"]);
        if !named.into_iter().any(|name| given.text(name).is_some()) {
            let detail = "One of email, phone_number, external_id or anonymous_id is required.";
            return Err(refused(detail, "/data/attributes"));
        }
        self.check_identifiers(&given.attributes, None, "/data/attributes")?;
        let id = self.profiles.create(given.attributes, self.now);
        self.answer_profile(exchange, &id)
    }

    pub(super) fn update_profile(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let id = exchange.ids.first().cloned().unwrap_or_default();
        let who = self.profiles.who(&id).ok_or_else(|| Refusal::not_found("profile", &id))?;
        let given = body::read(self, exchange)?;
        self.check_identifiers(&given.attributes, Some(&who), "/data/attributes")?;
        let attributes = self.merged(&who, &given);
        self.profiles.update(&who, attributes, self.now.as_second());
        self.answer_profile(exchange, &id)
    }

    fn answer_profile(&self, exchange: &Exchange, id: &str) -> Result<Reply, Refusal> {
        let who = self.profiles.who(id).ok_or_else(|| Refusal::not_found("profile", id))?;
        Ok(self.reply_one(exchange, "profile", &self.profile(&who, &wanted(exchange))))
    }

    /// Refuses identifiers that have the wrong form or that another profile holds.
    pub(super) fn check_identifiers(
        &self,
        attributes: &Attributes,
        own: Option<&Who>,
        pointer: &str,
    ) -> Result<(), Refusal> {
        check_forms(attributes, pointer)?;
        for identifier in Identifier::ALL {
            let Some(value) = attributes.get(identifier.attribute()).and_then(Value::as_str) else {
                continue;
            };
            if let Some(holder) =
                self.profiles.find(identifier, value).filter(|holder| own != Some(holder))
            {
                let meta = json!({ "duplicate_profile_id": self.profiles.id(&holder) });
                let detail = "A profile already exists with one of these identifiers.";
                return Err(Refusal::conflict("duplicate_profile", detail, meta));
            }
        }
        Ok(())
    }

    /// The attributes of a profile after an update: properties and the location are merged, null clears.
    pub(super) fn merged(&self, who: &Who, given: &Given) -> Attributes {
        let mut attributes = given.attributes.clone();
        attributes.remove("anonymous_id");
        for name in ["properties", "location"] {
            let patch = given.meta.get("patch_properties").filter(|_| name == "properties");
            let change = attributes.remove(name);
            if change.is_none() && patch.is_none() {
                continue;
            }
            let mut merged =
                self.profiles.attribute(who, name).as_object().cloned().unwrap_or_default();
            match change {
                Some(Value::Object(change)) => merged.extend(change),
                Some(_) => merged.clear(),
                None => {}
            }
            if let Some(Value::Object(patch)) = patch {
                apply_patch(&mut merged, patch);
            }
            if name == "properties" {
                merged.retain(|_, value| !value.is_null());
            }
            attributes.insert(name.to_owned(), Value::Object(merged));
        }
        attributes
    }

    pub(super) fn merge_profiles(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let id = given.id().to_owned();
        let destination =
            self.profiles.who(&id).ok_or_else(|| Refusal::not_found("profile", &id))?;
        let sources = given
            .relations
            .get("profiles")
            .map(|relation| relation.ids.clone())
            .unwrap_or_default();
        let Some(source_id) = sources.first() else {
            let detail = "'profiles' is a required relationship for the resource 'profile-merge'.";
            return Err(refused(detail, "/data/relationships/profiles/data"));
        };
        let source =
            self.profiles.who(source_id).ok_or_else(|| Refusal::not_found("profile", source_id))?;
        if source == destination {
            return Err(refused(
                "A profile cannot be merged into itself.",
                "/data/relationships/profiles/data/0/id",
            ));
        }
        let merged = self.taken_over(&destination, &source);
        for kind in ["list", "segment"] {
            for group in self.groups_of(kind, &source) {
                self.leave(&group, &source);
                if kind == "list" {
                    self.join(&group, &destination);
                }
            }
        }
        self.events.give((&source, source_id), &id);
        self.profiles.remove(&source);
        self.profiles.update(&destination, merged, self.now.as_second());
        for record in self.collections.values_mut().flat_map(std::collections::BTreeMap::values_mut)
        {
            for relation in
                record.relations.values_mut().filter(|relation| relation.kind == "profile")
            {
                relation
                    .ids
                    .iter_mut()
                    .filter(|to| *to == source_id)
                    .for_each(|to| id.clone_into(to));
            }
        }
        let link = format!("{LINK_BASE}/api/profiles/{id}/");
        Ok(reply(
            exchange,
            Some(json!({ "data": { "type": "profile", "id": id, "links": { "self": link } } })),
        ))
    }

    /// What a destination takes over from a source: whatever it has not itself.
    fn taken_over(&self, destination: &Who, source: &Who) -> Attributes {
        let own = self.profiles.attributes(destination, |_| true);
        let other = self
            .profiles
            .attributes(source, |name| !matches!(name, "created" | "updated" | "last_event_date"));
        let lacks = |name: &str| own.get(name).is_none_or(Value::is_null);
        let mut taken: Attributes = other
            .clone()
            .into_iter()
            .filter(|(name, value)| lacks(name) && !value.is_null())
            .collect();
        if let (Some(Value::Object(mine)), Some(Value::Object(theirs))) =
            (own.get("properties"), other.get("properties"))
        {
            let mut properties = theirs.clone();
            properties.extend(mine.clone());
            taken.insert("properties".to_owned(), Value::Object(properties));
        }
        taken
    }
}

/// Refuses identifiers of the wrong form.
pub(super) fn check_forms(attributes: &Attributes, pointer: &str) -> Result<(), Refusal> {
    if let Some(email) = attributes.get("email").and_then(Value::as_str)
        && !is_email(email)
    {
        return Err(refused("Invalid email address", format!("{pointer}/email")));
    }
    if let Some(number) = attributes.get("phone_number").and_then(Value::as_str)
        && !is_phone_number(number)
    {
        let detail = "Invalid phone number format (Example of a valid format: +12345678901)";
        return Err(refused(detail, format!("{pointer}/phone_number")));
    }
    Ok(())
}

fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let clean =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '@');
    clean(name)
        && clean(domain)
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
}

fn is_phone_number(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else { return false };
    (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}

/// `append` and `unappend` change lists, `unset` clears properties.
fn apply_patch(properties: &mut Attributes, patch: &Attributes) {
    let each = |value: &Value| match value {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    };
    if let Some(Value::Object(append)) = patch.get("append") {
        for (name, value) in append {
            let mut list = properties.get(name).map(each).unwrap_or_default();
            list.extend(each(value));
            properties.insert(name.clone(), Value::Array(list));
        }
    }
    if let Some(Value::Object(unappend)) = patch.get("unappend") {
        for (name, value) in unappend {
            let gone = each(value);
            if let Some(Value::Array(list)) = properties.get_mut(name) {
                list.retain(|item| !gone.contains(item));
            }
        }
    }
    for name in patch.get("unset").map(each).unwrap_or_default() {
        properties.remove(name.as_str().unwrap_or_default());
    }
}
