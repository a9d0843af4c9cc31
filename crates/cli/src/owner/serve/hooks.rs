//! Events that start runs.

use std::sync::Arc;

use pianoroll_journal::Trigger;
use pianoroll_server::{Delivered, Hook, HookEvent, HookSecret, Refusal};
use serde_json::{Value, json};

use super::{Current, Happened, Server};
use crate::failure::Failure;

impl Server {
    /// The hook of an automation. Its secret is read for each delivery: it may have changed.
    pub(super) fn hook_of(&self, name: &str) -> Result<Option<Arc<Hook>>, Refusal> {
        let current = self.current();
        let Some(webhook) = current.settings(name).and_then(|settings| settings.webhook.as_ref())
        else {
            return Ok(None);
        };
        let read = webhook.secret.read_secret().map_err(|error| error.to_string());
        let secret = read
            .and_then(|secret| HookSecret::new(secret.expose()).map_err(|error| error.to_string()));
        match secret {
            Ok(secret) => Ok(Some(Arc::new(Hook { secret, webhook_id: webhook.id.clone() }))),
            Err(why) => {
                self.metrics.hook_delivery(name, "unready");
                Err(Failure::input(format!("its secret cannot be read: {why}")).into())
            }
        }
    }

    /// Makes a run of each event that has made none.
    pub(super) async fn delivered(
        &self,
        hook: &str,
        events: Vec<HookEvent>,
    ) -> Result<Delivered, Refusal> {
        if self.is_stopping() {
            return Err(Refusal::closing());
        }
        let current = self.current();
        let mut delivered = Delivered::default();
        for event in events {
            match self.event(&current, hook, event).await? {
                true => delivered.accepted += 1,
                false => delivered.repeated += 1,
            }
        }
        let result = if delivered.accepted > 0 { "accepted" } else { "repeated" };
        self.metrics.hook_delivery(hook, result);
        Ok(delivered)
    }

    async fn event(
        &self,
        current: &Current,
        hook: &str,
        event: HookEvent,
    ) -> Result<bool, Failure> {
        let Some(webhook) = current.settings(hook).and_then(|settings| settings.webhook.as_ref())
        else {
            return Err(Failure::input(format!("`{hook}` takes no events any more")));
        };
        let connection = connection(current, hook, event.account.as_deref())?;
        let trigger = Trigger::Webhook { hook: hook.to_owned(), event: event.external_id.clone() };
        let text = json!({
            "topic": event.topic,
            "external_id": event.external_id,
            "payload": event.payload,
            "webhook": event.webhook_id,
            "account": event.account,
            "timestamp": event.timestamp,
        });
        let param = (webhook.param.clone(), Value::String(text.to_string()));
        let (run, new) = self.create(hook, &connection, trigger, Some(param)).await?;
        if new {
            self.happens(Happened::Waits(run));
        }
        Ok(new)
    }
}

/// The connection whose account an event is of; the only one of the automation where that is not said.
fn connection(current: &Current, hook: &str, account: Option<&str>) -> Result<String, Failure> {
    let runs = &current.deployed(hook)?.runs;
    let is_of = |name: &&String| {
        let pinned = current.project.connections.get(*name).and_then(|it| it.account.as_ref());
        pinned.is_some_and(|pinned| Some(pinned.as_str()) == account)
    };
    if let Some(name) = runs.keys().find(is_of) {
        return Ok(name.clone());
    }
    let pinned = |name: &String| {
        current.project.connections.get(name).is_some_and(|it| it.account.is_some())
    };
    let mut names = runs.keys();
    match (names.next(), names.next()) {
        // A pinned account that is another one was meant for somebody else.
        (Some(only), None) if account.is_none() || !pinned(only) => Ok(only.clone()),
        _ => {
            let text = format!("an event of another account than those of `{hook}`");
            Err(Failure::input(text)
                .hint("`account` of its connections says which events are whose"))
        }
    }
}
