//! Connections, as many and for as long as we can bear.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use pianoroll_model::Clock;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// The most connections at once. Those that come then wait in the system's queue.
const MOST_CONNECTIONS: usize = 256;

/// How long a client may take to send the head of its request.
pub(crate) const HEAD: Duration = Duration::from_secs(10);

/// How long a connection lives, whatever its client does: the head, the request (`paths.rs`), and a slow reader of the answer.
pub(crate) const WHOLE: Duration = Duration::from_secs(60);

/// The largest head of a request, in bytes.
const MOST_HEAD: usize = 64 << 10;

/// How long to wait when the system has no descriptor left for a new connection.
const PAUSE: Duration = Duration::from_millis(100);

/// The connections of one listener.
#[derive(Debug)]
pub(crate) struct Connections {
    paths: Router,
    clock: Arc<dyn Clock>,
    places: Arc<Semaphore>,
}

impl Connections {
    pub(crate) fn new(paths: Router, clock: Arc<dyn Clock>) -> Self {
        Self { paths, clock, places: Arc::new(Semaphore::new(MOST_CONNECTIONS)) }
    }

    /// Takes connections until it is told to stop, and waits for those that are being answered.
    pub(crate) async fn answer(self, listener: TcpListener, stopped: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        // Dropped with this future, so that no connection outlives it.
        let mut open = JoinSet::new();
        tokio::pin!(stopped);
        loop {
            let next = async {
                // Never closed.
                let place = Arc::clone(&self.places).acquire_owned().await.ok();
                (place, self.accept(&listener).await)
            };
            let (place, stream) = tokio::select! {
                biased;
                () = &mut stopped => break,
                next = next => next,
            };
            let one = self.one(stream, graceful.watcher());
            open.spawn(async move {
                one.await;
                drop(place);
            });
            while open.try_join_next().is_some() {}
        }
        drop(listener);
        // The paths hold what deliveries are counted by.
        drop(self);
        graceful.shutdown().await;
    }

    async fn accept(&self, listener: &TcpListener) -> TcpStream {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => return stream,
                Err(error) => {
                    tracing::warn!("cannot take a connection: {error}");
                    self.clock.sleep(PAUSE).await;
                }
            }
        }
    }

    /// One connection, with one request: so nobody holds a place who asks for nothing.
    fn one(&self, stream: TcpStream, watcher: Watcher) -> impl Future<Output = ()> + use<> {
        let paths = TowerToHyperService::new(self.paths.clone());
        let over = self.clock.sleep(WHOLE);
        async move {
            let mut http = http1::Builder::new();
            http.keep_alive(false)
                .max_buf_size(MOST_HEAD)
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD);
            let answered = watcher.watch(http.serve_connection(TokioIo::new(stream), paths));
            tokio::select! {
                answered = answered => {
                    if let Err(error) = answered {
                        tracing::debug!("a connection broke off: {error}");
                    }
                }
                () = over => tracing::debug!("a connection took longer than {WHOLE:?}"),
            }
        }
    }
}
