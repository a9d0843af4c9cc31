//! The end of a simulator, as a type.

use tokio::sync::watch;

/// Ends what waits on its [`Stop`]s when it is called or dropped.
#[derive(Debug)]
pub(crate) struct Stopper(watch::Sender<bool>);

/// Tells when the simulator ends.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Receiver<bool>);

/// Both ends.
pub(crate) fn stopper() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Ends all waits.
    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Completes when the simulator ends.
    pub(crate) async fn called(&self) {
        // An error means that the stopper is gone, which is the end as well.
        let _ = self.0.clone().wait_for(|stop| *stop).await;
    }
}
