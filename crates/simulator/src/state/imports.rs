//! Bulk imports of profiles: each one is done at once and answers as if it were queued.

use serde_json::{Value, json};

use super::State;
use super::body::{self, Given};
use super::cursor::to_base64;
use super::people::Identifier;
use super::profiles::Who;
use super::profiles_operations::check_forms;
use super::record::Record;
use super::time::{DAY, stamp};
use crate::exchange::{Exchange, Refusal, Reply};

impl State {
    pub(super) fn import_profiles(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let lists =
            given.relations.get("lists").map(|relation| relation.ids.clone()).unwrap_or_default();
        self.serial += 1;
        let job = to_base64(format!("import-job-{}", self.serial + 1).as_bytes());
        let (total, mut failed) = (given.items.len(), 0);
        for (index, item) in given.items.into_iter().enumerate() {
            match self.import_one(&item) {
                Ok(who) => lists.iter().for_each(|list| self.join(list, &who)),
                Err(refusal) => {
                    failed += 1;
                    let pointer = format!("/data/attributes/profiles/data/{index}");
                    let error = json!({
                        "code": refusal.code, "title": refusal.title, "detail": refusal.detail,
                        "source": { "pointer": pointer }, "original_payload": item.attributes,
                    });
                    let id = self.new_id("import-error");
                    let error =
                        Record::new(id, error).one("job", "profile-bulk-import-job", job.clone());
                    self.insert("import-error", error);
                }
            }
        }
        let now = exchange.now.as_second();
        let attributes = json!({
            "status": "complete", "created_at": stamp(now), "total_count": total, "completed_count": total - failed,
            "failed_count": failed, "started_at": stamp(now), "completed_at": stamp(now), "expires_at": stamp(now + 7 * DAY),
        });
        let mut record = Record::new(job, attributes).many("lists", "list", lists);
        self.insert("profile-bulk-import-job", record.clone());
        queued(&mut record, &["started_at", "completed_at"]);
        Ok(self.reply_one(exchange, "profile-bulk-import-job", &record))
    }

    /// Updates the profile that an entry means, or creates it.
    fn import_one(&mut self, item: &Given) -> Result<Who, Refusal> {
        check_forms(&item.attributes, "")?;
        let known = match &item.id {
            Some(id) => {
                Some(self.profiles.who(id).ok_or_else(|| Refusal::not_found("profile", id))?)
            }
            None => Identifier::ALL.into_iter().find_map(|identifier| {
                self.profiles.find(identifier, item.text(identifier.attribute())?)
            }),
        };
        self.check_identifiers(&item.attributes, known.as_ref(), "")?;
        if let Some(who) = known {
            let attributes = self.merged(&who, item);
            self.profiles.update(&who, attributes, self.now.as_second());
            return Ok(who);
        }
        if !Identifier::ALL.iter().any(|identifier| item.text(identifier.attribute()).is_some()) {
            return Err(body::refused(
                "One of email, phone_number or external_id is required.",
                "",
            ));
        }
        let id = self.profiles.create(item.attributes.clone(), self.now);
        Ok(Who::Created(id))
    }
}

/// How a job looks in the answer that accepts it.
pub(super) fn queued(record: &mut Record, later: &[&str]) {
    record.set("status", "queued");
    for name in ["completed_count", "failed_count"] {
        record.set(name, 0);
    }
    for name in later {
        record.set(name, Value::Null);
    }
}
