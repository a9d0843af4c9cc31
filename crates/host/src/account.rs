//! An account that a run calls: its own, and the others that it was given by name.

use std::sync::Arc;

use pianoroll_api::Operation;
use pianoroll_gateway::{Connection, Gateway};
use pianoroll_model::Revision;

/// An account, and the way to it.
#[derive(Clone)]
pub struct Account {
    /// The way out, with the credential and its quota.
    pub gateway: Gateway,
    /// The connection behind it.
    pub connection: Connection,
}

impl Account {
    /// The revision that an operation is served at.
    #[must_use]
    pub fn revision(&self, operation: &Operation) -> Option<Revision> {
        operation.app.revision_header.map(|_| self.connection.served)
    }
}

/// An account as a run knows it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct KnownAccount {
    /// The name among the run's other accounts; none for its own.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) account: Arc<Account>,
}

impl KnownAccount {
    /// The run's own account.
    pub(crate) fn own(account: Account) -> Self {
        Self { name: None, account: Arc::new(account) }
    }

    /// Another account of the run.
    pub(crate) fn other(name: &str, account: Account) -> Self {
        Self { name: Some(name.into()), account: Arc::new(account) }
    }

    pub(crate) fn revision(&self, operation: &Operation) -> Option<Revision> {
        self.account.revision(operation)
    }
}
