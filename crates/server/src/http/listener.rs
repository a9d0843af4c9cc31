//! An address that is listened on.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pianoroll_model::Clock;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::http::connections::Connections;
use crate::http::paths::{self, Shared};
use crate::http::{Site, deliveries};

/// How long an end waits for answers and deliveries that are under way.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why an address is not listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct HttpError {
    /// The address.
    pub address: SocketAddr,
    /// Why.
    pub source: io::Error,
}

impl HttpError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let port = self.address.port();
        match self.source.kind() {
            io::ErrorKind::AddrInUse => Some(format!(
                "something else listens on port {port}: end it, or name another port (0 takes any that is free)"
            )),
            io::ErrorKind::PermissionDenied if port < 1024 => Some(format!(
                "port {port} is kept for the system: name one from 1024 on, and let a proxy lead there"
            )),
            io::ErrorKind::PermissionDenied => {
                Some("the system forbids this process to listen".to_owned())
            }
            io::ErrorKind::AddrNotAvailable => Some(format!(
                "this machine has no address {}: 127.0.0.1 is for itself only, 0.0.0.0 is every address it has",
                self.address.ip()
            )),
            _ => None,
        }
    }
}

/// An address that is listened on. Nothing is answered before [`HttpListener::serve`].
#[derive(Debug)]
pub struct HttpListener {
    address: SocketAddr,
    listener: TcpListener,
}

/// An address that is answered on. [`HttpServing::close`] ends it; where it is dropped instead, nothing new is taken, and nobody waits
/// for what is under way.
#[derive(Debug)]
pub struct HttpServing {
    clock: Arc<dyn Clock>,
    stop: oneshot::Sender<()>,
    answering: JoinHandle<()>,
    under_way: mpsc::Receiver<deliveries::Never>,
}

impl HttpListener {
    /// Listens on an address; with port 0, on a port that is free. Within a tokio runtime.
    ///
    /// # Errors
    /// The address is in use, not this machine's, or not permitted.
    pub fn bind(address: SocketAddr) -> Result<Self, HttpError> {
        let failed = |source| HttpError { address, source };
        let listener = std::net::TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let listener = TcpListener::from_std(listener).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { address, listener })
    }

    /// Where it listens, with the port that was free.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until [`HttpServing::close`]. The clock says how old a delivery is, and how long a client may take.
    #[must_use]
    pub fn serve(self, site: Arc<dyn Site>, clock: Arc<dyn Clock>) -> HttpServing {
        let (stop, stopped) = oneshot::channel();
        let (guard, under_way) = mpsc::channel(1);
        let paths = paths::router(Shared::new(site, Arc::clone(&clock), guard));
        let connections = Connections::new(paths, Arc::clone(&clock));
        let answering = tokio::spawn(connections.answer(self.listener, async {
            // A sender that is dropped means the same.
            let _ = stopped.await;
        }));
        HttpServing { clock, stop, answering, under_way }
    }
}

impl HttpServing {
    /// Takes nothing more, and finishes answers and deliveries that are under way. It waits for them for ten seconds at most;
    /// deliveries go on behind it then, and the site decides what becomes of them.
    pub async fn close(self) {
        let Self { clock, stop, mut answering, mut under_way } = self;
        let _ = stop.send(());
        let all = async {
            let _ = (&mut answering).await;
            // Nothing is ever sent on it: it ends with the last delivery.
            let _ = under_way.recv().await;
        };
        tokio::select! {
            () = all => {}
            () = clock.sleep(PATIENCE) => {
                tracing::warn!("closed with answers under way: they took longer than {PATIENCE:?}");
            }
        }
        answering.abort();
    }
}
