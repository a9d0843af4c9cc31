//! A wish to stop.

use std::sync::Arc;

use tokio::sync::watch;

/// A cancellation signal; all clones are one. Once given it stays.
#[derive(Clone, Debug)]
pub struct Cancel {
    sender: Arc<watch::Sender<bool>>,
}

impl Cancel {
    /// A signal that nobody has given yet.
    #[must_use]
    pub fn new() -> Self {
        Self { sender: Arc::new(watch::Sender::new(false)) }
    }

    /// Gives the signal and wakes everybody who waits for it.
    pub fn cancel(&self) {
        self.sender.send_replace(true);
    }

    /// Whether the signal was given.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        *self.sender.borrow()
    }

    /// Completes when the signal is given.
    pub async fn cancelled(&self) {
        let mut receiver = self.sender.subscribe();
        // It cannot fail: the sender lives as long as `self`.
        let _ = receiver.wait_for(|cancelled| *cancelled).await;
    }
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_clones_hear_it_whenever_they_listen() {
        let cancel = Cancel::new();
        let heard = {
            let clone = cancel.clone();
            tokio::spawn(async move { clone.cancelled().await })
        };
        assert!(!cancel.is_cancelled());
        cancel.cancel();
        heard.await.unwrap();
        cancel.clone().cancelled().await;
        assert!(cancel.is_cancelled());
    }
}
