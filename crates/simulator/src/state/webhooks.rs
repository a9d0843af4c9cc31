//! Webhooks. Nothing is ever posted to them.

use serde_json::Value;

use super::State;
use super::body::{self, Given, refused};
use super::record::Attributes;
use super::time::stamp;
use crate::exchange::{Exchange, Refusal, Reply};

/// The most webhooks of an account.
const MOST: usize = 10;

/// The least characters of a secret.
const SECRET: usize = 16;

impl State {
    pub(super) fn create_webhook(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let mut given = body::read(self, exchange)?;
        check(&given)?;
        if self.rows("webhook").count() >= MOST {
            return Err(refused(format!("An account has at most {MOST} webhooks."), "/data"));
        }
        conceal(&mut given.attributes);
        let mut record = self.fresh(exchange, "webhook", given);
        if record.attributes.get("enabled").is_none_or(Value::is_null) {
            record.set("enabled", true);
        }
        self.insert("webhook", record.clone());
        Ok(self.reply_one(exchange, "webhook", &record))
    }

    pub(super) fn update_webhook(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let mut record = self.wanted("webhook", exchange)?;
        let mut given = body::read(self, exchange)?;
        check(&given)?;
        conceal(&mut given.attributes);
        record.attributes.extend(given.attributes);
        record.relations.extend(given.relations);
        record.set("updated_at", stamp(exchange.now.as_second()));
        self.insert("webhook", record.clone());
        Ok(self.reply_one(exchange, "webhook", &record))
    }
}

fn check(given: &Given) -> Result<(), Refusal> {
    if given.text("endpoint_url").is_some_and(|url| !url.starts_with("https://") || url.len() < 12)
    {
        return Err(refused(
            "'endpoint_url' must be a valid https URL.",
            "/data/attributes/endpoint_url",
        ));
    }
    if given.text("secret_key").is_some_and(|secret| secret.chars().count() < SECRET) {
        let detail = format!("'secret_key' must have at least {SECRET} characters.");
        return Err(refused(detail, "/data/attributes/secret_key"));
    }
    Ok(())
}

/// Secrets are never answered, so they are not even kept; of the URL only the beginning is shown.
fn conceal(attributes: &mut Attributes) {
    attributes.remove("secret_key");
    if let Some(Value::String(url)) = attributes.get_mut("endpoint_url") {
        let host =
            url.get("https://".len()..).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        *url = format!("https://{host}/…");
    }
}
