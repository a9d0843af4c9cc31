//! What effects replace, as far as the run's own reads have shown it: for the journal, so that a run can be reverted.

use std::collections::HashMap;
use std::sync::Mutex;

use bytes::Bytes;
use pianoroll_gateway::build;
use pianoroll_model::{ConnectionId, Position};
use serde_json::Value;

use super::consequence::{Deed, consequence};
use super::overlay::Overlay;
use super::seen::Seen;
use super::stop::assumes;
use crate::account::KnownAccount;
use crate::host::lock;
use crate::road::Ready;

/// What reads have shown, by account.
#[derive(Debug, Default)]
pub(crate) struct Replaced {
    // For some microseconds an effect, and never over an await.
    accounts: Mutex<HashMap<Option<ConnectionId>, Seen>>,
}

impl Replaced {
    /// Remembers an answer of a read.
    pub(crate) fn remember(&self, account: &KnownAccount, body: &Bytes) {
        let id = account.account.connection.id.clone();
        lock(&self.accounts).entry(id).or_default().remember(body);
    }

    /// What an effect replaces, as JSON; nothing where no read has shown any of it.
    pub(crate) fn of(&self, ready: &Ready, position: Position) -> Option<Bytes> {
        let Ready { operation, arguments, account, effect, .. } = ready;
        let id = &account.account.connection.id;
        let mut accounts = lock(&self.accounts);
        let seen = accounts.get_mut(id)?;
        let revision = account.revision(operation);
        let request = build(operation, &account.account.connection, arguments, None).ok()?;
        let document: Value =
            request.body.and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default();
        let found = consequence(operation, revision, *effect, arguments, &document, position);
        let values = assumes(operation, &Overlay::default(), seen, &found.deeds);
        // What was read before is not what stands there now.
        for deed in &found.deeds {
            if let Deed::Update { key, .. } | Deed::Delete { key, .. } = deed {
                seen.forget(key);
            }
        }
        if values.is_empty() {
            return None;
        }
        serde_json::to_vec(&values).ok().map(Bytes::from)
    }
}
