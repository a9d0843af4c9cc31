//! The stop on the road: what of a call goes on to the gateway in a dry run, and what is made of the answer.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pianoroll_api::Arguments;
use pianoroll_api::operation::{Method, Operation};
use pianoroll_gateway::{Answer, NextPage, build};
use pianoroll_model::{ConnectionId, Effect, Position};
use serde_json::{Map, Value, json};

use super::consequence::{Consequence, Deed, Key, consequence};
use super::criteria::{self, Planned, without_planned};
use super::fetch::fetch;
use super::overlay::{Occasion, Overlay};
use super::page::View;
use super::record::{Record, order};
use super::seen::Seen;
use super::shown::Shown;
use super::subject::Subject;
use super::{PLANNED, Plan, PlannedEffect, PlannedNotification, hidden, stand_in};
use crate::account::KnownAccount;
use crate::error::{Cause, HostError};
use crate::host::Host;
use crate::ledger::shortened;
use crate::notifications::Notification;
use crate::resolve::NativeRequest;
use crate::road::{Ready, target};

/// An answer that is about something that is not there.
const STOOD_IN: &str = "answered by a stand-in, since it is about what the run would create";

/// A read that the overlay is not laid over.
const AS_IT_WAS: &str = "shows the account as it was before the run";

/// A dry run: what it has planned, and what it has changed in each account.
#[derive(Debug, Default)]
pub(crate) struct DryRun {
    // Effects and notes only, for some microseconds each, and never over an await.
    record: Mutex<Record>,
    // As long as a page is patched, and never over an await.
    accounts: Mutex<HashMap<Option<ConnectionId>, Account>>,
}

#[derive(Debug, Default)]
struct Account {
    overlay: Overlay,
    seen: Seen,
}

/// What is left to ask the API.
pub(crate) enum Question<'a> {
    /// Nothing: this is the answer.
    Answered(Answer),
    /// Nothing: the overlay is laid over this.
    Alone(Value),
    /// These arguments.
    Ask(Cow<'a, Arguments>),
}

impl DryRun {
    /// The plan so far.
    pub(crate) fn plan(&self) -> Plan {
        lock(&self.record).plan()
    }

    /// What of a call the API is asked: nothing of an effect.
    pub(crate) fn question<'r>(
        &self,
        host: &Host,
        ready: &'r Ready,
        items: u64,
        position: Position,
    ) -> Result<Question<'r>, HostError> {
        match ready.effect {
            Effect::Read => self.read(host, ready, position),
            _ => self.effect(host, ready, items, position).map(Question::Answered),
        }
    }

    /// Records a request that no operation has, and answers it with nothing.
    pub(crate) fn native(
        &self,
        account: &KnownAccount,
        request: &NativeRequest,
        arguments: Arguments,
        position: Position,
    ) -> Answer {
        lock(&self.record).add(PlannedEffect {
            number: 0,
            position,
            operation: request.name().into(),
            // Nobody knows what it does, so it counts as the worst.
            effect: Effect::Send,
            account: account.name.as_deref().map(Into::into),
            target: "".into(),
            items: 0,
            arguments,
            assumes: Map::new(),
            creates: Vec::new(),
            refused: None,
        });
        stand_in::plain(200, bytes::Bytes::new())
    }

    /// Records what a real run would tell its operator.
    pub(crate) fn notify(&self, notification: Notification, position: Position) {
        let Notification { text, details } = notification;
        lock(&self.record).notify(PlannedNotification { position, text, details });
    }

    /// Says that a read past the table is not seen through the overlay, where there is one.
    pub(crate) fn native_read(&self, account: &KnownAccount, request: &NativeRequest) {
        let changed = self.account(account, |account| !account.overlay.is_empty());
        if changed {
            lock(&self.record).note(request.name(), AS_IT_WAS);
        }
    }

    fn account<T>(&self, account: &KnownAccount, act: impl FnOnce(&mut Account) -> T) -> T {
        let mut accounts = lock(&self.accounts);
        act(accounts.entry(account.account.connection.id.clone()).or_default())
    }

    fn effect(
        &self,
        host: &Host,
        ready: &Ready,
        items: u64,
        position: Position,
    ) -> Result<Answer, HostError> {
        let Ready { operation, arguments, account, effect, .. } = ready;
        let revision = ready.account.revision(operation);
        let api = |error| HostError::new(Cause::Api(error), position);
        let request = build(operation, &ready.account.account.connection, arguments, None)
            .map_err(|error| api(stand_in::unbuildable(operation.id, &error.to_string())))?;
        let document: Value =
            request.body.and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default();
        let found = consequence(operation, revision, *effect, arguments, &document, position);
        let Consequence { deeds, answers, needs, notes } = found;
        let creates = deeds.iter().filter_map(|deed| match deed {
            Deed::Create { key, .. } if key.is_planned() => Some(key.id.clone()),
            _ => None,
        });
        let creates: Vec<String> = creates.collect();
        let (refused, assumes, answer) =
            self.account(&ready.account, |Account { overlay, seen }| {
                if let Some(gone) = needs.into_iter().find(|key| overlay.is_gone(key)) {
                    return (Some(gone), Map::new(), None);
                }
                let assumes = assumes(operation, overlay, seen, &deeds);
                let shown = std::cell::RefCell::new(&mut *seen);
                let occasion = Occasion {
                    app: operation.app,
                    started: host.settings.started,
                    order: order(position),
                    seen: &|key| shown.borrow_mut().shown(key),
                };
                for (index, deed) in deeds.into_iter().enumerate() {
                    overlay.apply(deed, index, &occasion);
                }
                let resource =
                    answers.map(|key| overlay.known(operation.app, &key, seen.shown(&key)));
                (None, assumes, resource)
            });
        let refusal = refused.map(|key| stand_in::not_found(operation.id, &key));
        let mut record = lock(&self.record);
        for note in notes {
            record.note(operation.id, note);
        }
        record.add(PlannedEffect {
            number: 0,
            position,
            operation: operation.id.into(),
            effect: *effect,
            account: account.name.as_deref().map(Into::into),
            target: shortened(&target(operation, arguments)),
            items,
            arguments: hidden::arguments(operation, arguments),
            assumes,
            creates: if refusal.is_some() { Vec::new() } else { creates },
            refused: refusal.as_ref().and_then(|error| error.detail().map(Into::into)),
        });
        if let Some(error) = refusal {
            return Err(api(error));
        }
        let shown = Shown::new(operation, &arguments.options);
        let resource = answer.unwrap_or_else(|| match operation.answer.kind() {
            // An answer of a type that the effect does not change: known by its type alone.
            Some(kind) => self.blank(host, operation, kind, &document, position),
            None => Value::Null,
        });
        Ok(stand_in::one(operation, revision, resource, shown))
    }

    /// A record of which nothing is known but what it is about.
    fn blank(
        &self,
        host: &Host,
        operation: &'static Operation,
        kind: &str,
        document: &Value,
        position: Position,
    ) -> Value {
        let id = document["data"]["id"].as_str().map_or_else(
            || format!("{PLANNED}{kind}:{}", position.to_string().replace('/', "-")),
            str::to_owned,
        );
        stand_in::created(
            operation.app,
            &Key::new(kind, &id),
            Map::new(),
            Map::new(),
            host.settings.started,
            0,
        )
    }

    fn read<'r>(
        &self,
        host: &Host,
        ready: &'r Ready,
        position: Position,
    ) -> Result<Question<'r>, HostError> {
        let Ready { operation, arguments, .. } = ready;
        let ask = Question::Ask(Cow::Borrowed(arguments));
        if self.account(&ready.account, |account| account.overlay.is_empty()) {
            return Ok(ask);
        }
        let revision = ready.account.revision(operation);
        let method = operation.route_at(revision).method;
        let subject = Subject::of(operation, revision, arguments);
        let shown = Shown::new(operation, &arguments.options);
        let gone = |key: &Key| {
            HostError::new(Cause::Api(stand_in::not_found(operation.id, key)), position)
        };
        if let Some(id) = subject.id {
            let key = Key::new(subject.kind, id);
            let (is_gone, created) = self.account(&ready.account, |Account { overlay, .. }| {
                (overlay.is_gone(&key), overlay.created(&key).cloned())
            });
            return match (is_gone, subject.relation, created) {
                (true, ..) => Err(gone(&key)),
                (_, None, Some(mut resource)) => {
                    if let Some(attributes) = resource["attributes"].as_object_mut() {
                        shown.thin(&key.kind, attributes);
                    }
                    Ok(Question::Alone(json!({ "data": resource })))
                }
                (_, Some(_), _) if key.is_planned() => Ok(Question::Alone(empty())),
                (_, None, None) if key.is_planned() => {
                    // What is about something that the run would create: an estimation, a report.
                    lock(&self.record).note(operation.id, STOOD_IN);
                    let document = json!({ "data": { "id": id } });
                    let kind = operation.answer.kind().unwrap_or(subject.kind);
                    let resource = self.blank(host, operation, kind, &document, position);
                    Ok(Question::Answered(stand_in::one(operation, revision, resource, shown)))
                }
                _ => Ok(ask),
            };
        }
        if method != Method::Get {
            if arguments.body.as_ref().is_some_and(mentions_planned) {
                lock(&self.record).note(operation.id, STOOD_IN);
                let id = target(operation, arguments);
                let document =
                    if id.is_empty() { Value::Null } else { json!({ "data": { "id": id } }) };
                let kind = operation.answer.kind().unwrap_or(subject.kind);
                let resource = self.blank(host, operation, kind, &document, position);
                return Ok(Question::Answered(stand_in::one(operation, revision, resource, shown)));
            }
            return Ok(ask);
        }
        // The API knows no planned id, and may refuse a filter that has one.
        match criteria::of(&arguments.options).map(without_planned) {
            Some(Planned::Some(filter)) => {
                let mut arguments = arguments.clone();
                arguments.options.insert("filter".to_owned(), filter.to_string().into());
                Ok(Question::Ask(Cow::Owned(arguments)))
            }
            Some(Planned::Only) => Ok(Question::Alone(empty())),
            Some(Planned::None) | None => Ok(ask),
        }
    }

    /// The answer of a read that only the overlay can give.
    pub(crate) async fn alone(&self, host: &Host, ready: &Ready, document: Value) -> Answer {
        let document = self.lay(host, ready, document, true).await;
        stand_in::answer(
            ready.operation,
            ready.account.revision(ready.operation),
            document.to_string().into(),
        )
    }

    /// An answer of the API as it would be had the run done what it planned. It is not even parsed where the run has changed
    /// nothing that it is about.
    pub(crate) async fn seen_through(&self, host: &Host, ready: &Ready, answer: Answer) -> Answer {
        let operation = ready.operation;
        if !operation.app.json_api || answer.body.is_empty() {
            return answer;
        }
        if operation.route_at(ready.account.revision(operation)).method != Method::Get {
            let key = operation
                .answer
                .kind()
                .map(|kind| Key::new(kind, &target(operation, &ready.arguments)));
            if key.is_some_and(|key| {
                self.account(&ready.account, |account| account.overlay.is_changed(&key))
            }) {
                self.notes(operation, [AS_IT_WAS]);
            }
            return answer;
        }
        let concerned = self.account(&ready.account, |Account { overlay, seen }| {
            seen.remember(&answer.body);
            !overlay.is_empty() && self.view(host, ready).concerns(overlay)
        });
        if !concerned {
            return answer;
        }
        let is_last = answer.page().next == NextPage::None;
        let document = self.lay(host, ready, answer.json(), is_last).await;
        Answer { body: document.to_string().into(), ..answer }
    }

    fn view<'r>(&self, host: &Host, ready: &'r Ready) -> View<'r> {
        let subject =
            Subject::of(ready.operation, ready.account.revision(ready.operation), &ready.arguments);
        let started = host.settings.started.to_string().into();
        View::new(ready.operation, subject, &ready.arguments.options, started)
    }

    async fn lay(&self, host: &Host, ready: &Ready, mut document: Value, is_last: bool) -> Value {
        let view = self.view(host, ready);
        let mut whole = HashMap::new();
        let missing = self.account(&ready.account, |Account { overlay, seen }| {
            let mut missing = view.missing(overlay, &document, is_last);
            missing.retain(|key| match seen.whole(key) {
                Some(resource) => {
                    whole.insert(key.clone(), resource.clone());
                    false
                }
                None => true,
            });
            missing
        });
        if !missing.is_empty() {
            whole.extend(fetch(host, &ready.account, ready.operation, missing).await);
            self.account(&ready.account, |Account { seen, .. }| {
                for (key, resource) in &whole {
                    seen.keep_whole(key.clone(), resource.clone());
                }
            });
        }
        let notes = self.account(&ready.account, |Account { overlay, .. }| {
            view.patch(overlay, &mut document, &whole, is_last)
        });
        self.notes(ready.operation, notes);
        document
    }

    fn notes(&self, operation: &'static Operation, notes: impl IntoIterator<Item = &'static str>) {
        for note in notes {
            lock(&self.record).note(operation.id, note);
        }
    }
}

/// What this locks guard is whole between any two lines of ours, so a panic elsewhere leaves nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A list that the API knows nothing of.
fn empty() -> Value {
    json!({ "data": [], "links": { "next": null } })
}

/// What reads have shown of the values that an effect replaces: of one record by attribute, of several by id.
pub(super) fn assumes(
    operation: &Operation,
    overlay: &Overlay,
    seen: &mut Seen,
    deeds: &[Deed],
) -> Map<String, Value> {
    let mut found: Vec<(String, Map<String, Value>)> = Vec::new();
    for deed in deeds {
        let (key, replaced) = match deed {
            Deed::Update { key, attributes, meta, .. } => (key, Some((attributes, meta))),
            Deed::Delete { key, .. } => (key, None),
            Deed::Create { .. } | Deed::Link { .. } => continue,
        };
        let Some(mut before) = seen.shown(key) else { continue };
        overlay.change(operation.app, key, &mut before, None);
        let Some(before) = before["attributes"].as_object() else { continue };
        let values = match replaced {
            None => before.clone(),
            Some((attributes, meta)) => {
                let patched = meta.keys().filter_map(|key| key.strip_prefix("patch_"));
                let names = attributes.keys().map(String::as_str).chain(patched);
                let known = names.filter_map(|name| Some((name, before.get(name)?)));
                known
                    .map(|(name, value)| (name.to_owned(), concerned(attributes.get(name), value)))
                    .collect()
            }
        };
        if !values.is_empty() {
            found.push((key.id.clone(), values));
        }
    }
    let is_one = deeds.len() == 1;
    match (is_one, found.pop()) {
        (true, Some((_, values))) => values,
        (_, last) => {
            found.into_iter().chain(last).map(|(id, values)| (id, values.into())).collect()
        }
    }
}

/// Of a map those keys that the new one has too.
fn concerned(new: Option<&Value>, before: &Value) -> Value {
    match (new, before) {
        (Some(Value::Object(new)), Value::Object(before)) => {
            let keys =
                new.keys().map(|key| (key.clone(), before.get(key).cloned().unwrap_or_default()));
            Value::Object(keys.collect())
        }
        (_, before) => before.clone(),
    }
}

fn mentions_planned(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(PLANNED),
        Value::Array(items) => items.iter().any(mentions_planned),
        Value::Object(map) => map.values().any(mentions_planned),
        _ => false,
    }
}
