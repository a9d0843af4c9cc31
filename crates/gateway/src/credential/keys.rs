//! The key of a client, which may be replaced while the client lives.

use std::sync::{Arc, PoisonError, RwLock};

use super::Credential;
use crate::error::Failure;

/// The current key, and the one before it.
pub(crate) struct Keys {
    // Held to look or to replace, never across an await; a request keeps the key that it was sent with.
    pair: RwLock<Pair>,
}

struct Pair {
    current: Arc<Credential>,
    /// It may still be good elsewhere, so that a failure must not show it either.
    former: Option<Arc<Credential>>,
}

impl Keys {
    pub(crate) fn new(credential: Credential) -> Self {
        let pair = Pair { current: Arc::new(credential), former: None };
        Self { pair: RwLock::new(pair) }
    }

    /// The key that a request which begins now is sent with.
    pub(crate) fn current(&self) -> Arc<Credential> {
        Arc::clone(&self.pair.read().unwrap_or_else(PoisonError::into_inner).current)
    }

    /// Whether a request that was sent with `key` would now be sent with another.
    pub(crate) fn have_replaced(&self, key: &Arc<Credential>) -> bool {
        !Arc::ptr_eq(key, &self.current())
    }

    /// Whether it was another key.
    pub(crate) fn replace(&self, credential: Credential) -> bool {
        let mut pair = self.pair.write().unwrap_or_else(PoisonError::into_inner);
        if pair.current.is(&credential) {
            return false;
        }
        let former = std::mem::replace(&mut pair.current, Arc::new(credential));
        pair.former = Some(former);
        true
    }

    /// Takes both keys out of a failure.
    pub(crate) fn scrub(&self, failure: &mut Failure) {
        let (current, former) = {
            let pair = self.pair.read().unwrap_or_else(PoisonError::into_inner);
            (Arc::clone(&pair.current), pair.former.clone())
        };
        for key in [Some(current), former].into_iter().flatten() {
            failure.scrub(&key);
        }
    }
}
