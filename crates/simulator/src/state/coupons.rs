//! Coupons and their codes.

use serde_json::{Value, json};

use super::State;
use super::body::{self, Given, refused};
use super::cursor::to_base64;
use super::imports::queued;
use super::record::Record;
use super::time::{self, DAY, stamp};
use crate::exchange::{Exchange, Refusal, Reply};

impl State {
    pub(super) fn create_coupon(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let mut given = body::read(self, exchange)?;
        let id = given.text("external_id").unwrap_or_default().to_owned();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            let detail = "'external_id' may hold letters, digits and underscores.";
            return Err(refused(detail, "/data/attributes/external_id"));
        }
        if self.exists("coupon", &id) && !self.creatable.contains(id.as_str()) {
            let detail = format!("A coupon with external_id {id} already exists.");
            return Err(Refusal::conflict("duplicate", detail, json!({ "duplicate_id": id })));
        }
        self.creatable.remove(id.as_str());
        given.id = Some(id);
        let record = self.fresh(exchange, "coupon", given);
        self.insert("coupon", record.clone());
        Ok(self.reply_one(exchange, "coupon", &record))
    }

    pub(super) fn create_coupon_code(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let record = self.new_code(&given)?;
        self.insert("coupon-code", record.clone());
        Ok(self.reply_one(exchange, "coupon-code", &record))
    }

    fn new_code(&self, given: &Given) -> Result<Record, Refusal> {
        let Some(coupon) = given.relations.get("coupon").and_then(|relation| relation.ids.first())
        else {
            let detail = "'coupon' is a required relationship for the resource 'coupon-code'.";
            return Err(refused(detail, "/data/relationships/coupon/data"));
        };
        let code = given.text("unique_code").unwrap_or_default();
        if code.is_empty() {
            return Err(refused("'unique_code' may not be empty.", "/data/attributes/unique_code"));
        }
        let id = format!("{coupon}-{code}");
        if self.exists("coupon-code", &id) {
            let detail = format!("The code {code} of the coupon {coupon} already exists.");
            return Err(Refusal::conflict("duplicate", detail, json!({ "duplicate_id": id })));
        }
        let year = self.now.as_second() + 365 * DAY;
        let expires = given.text("expires_at").and_then(time::parse_seconds).unwrap_or(year);
        let attributes =
            json!({ "unique_code": code, "expires_at": stamp(expires), "status": "UNASSIGNED" });
        Ok(Record::new(id, attributes).one("coupon", "coupon", coupon.clone()))
    }

    /// Creates codes at once and answers as if they were queued; those that are refused are among the job's errors.
    pub(super) fn create_coupon_codes(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        self.serial += 1;
        let job = to_base64(format!("coupon-job-{}", self.serial + 1).as_bytes());
        let (mut codes, mut errors) = (Vec::new(), Vec::new());
        for (index, item) in given.items.iter().enumerate() {
            match self.new_code(item) {
                Ok(record) => {
                    codes.push(record.id.clone());
                    self.insert("coupon-code", record);
                }
                Err(refusal) => errors.push(json!({
                    "code": refusal.code, "title": refusal.title, "detail": refusal.detail,
                    "source": { "pointer": format!("/data/attributes/coupon-codes/data/{index}") },
                })),
            }
        }
        let now = exchange.now.as_second();
        let attributes = json!({
            "status": "complete", "created_at": stamp(now), "total_count": given.items.len(), "completed_count": codes.len(),
            "failed_count": errors.len(), "completed_at": stamp(now), "expires_at": stamp(now + 7 * DAY), "errors": errors,
        });
        let mut record = Record::new(job, attributes).many("coupon-codes", "coupon-code", codes);
        self.insert("coupon-code-bulk-create-job", record.clone());
        queued(&mut record, &["completed_at"]);
        record.set("errors", Value::Array(Vec::new()));
        record.relate("coupon-codes", "coupon-code", Vec::new(), true);
        Ok(self.reply_one(exchange, "coupon-code-bulk-create-job", &record))
    }
}
