//! Products.

use serde_json::{Value, json};

use super::State;
use super::body;
use crate::exchange::{Exchange, Refusal, Reply};

impl State {
    pub(super) fn create_catalog_item(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let mut given = body::read(self, exchange)?;
        let text = |name: &str, otherwise: &str| given.text(name).unwrap_or(otherwise).to_owned();
        let (integration, catalog) =
            (text("integration_type", "$custom"), text("catalog_type", "$default"));
        let id = format!("{integration}:::{catalog}:::{}", text("external_id", ""));
        if self.exists("catalog-item", &id) {
            let detail = format!("A catalog item with id {id} already exists.");
            return Err(Refusal::conflict("duplicate", detail, json!({ "duplicate_id": id })));
        }
        for name in ["integration_type", "catalog_type"] {
            given.attributes.remove(name);
        }
        given.id = Some(id);
        let mut record = self.fresh(exchange, "catalog-item", given);
        for (name, value) in
            [("published", json!(true)), ("images", json!([])), ("custom_metadata", json!({}))]
        {
            if record.attributes.get(name).is_none_or(Value::is_null) {
                record.set(name, value);
            }
        }
        self.insert("catalog-item", record.clone());
        Ok(self.reply_one(exchange, "catalog-item", &record))
    }
}
