//! The server: a listener, its connections, and their end.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use pianoroll_model::{Clock, ConnectionId};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::arrival::Arrival;
use crate::faults::{Rule, RuleError};
use crate::gateway::{Dropped, Gateway};
use crate::given::{GivenError, GivenRecord};
use crate::log::LoggedRequest;
use crate::settings::Settings;
use crate::stop::{Stop, Stopper, stopper};

/// A running simulator: one address that stands for the gateway and for the control plane. Dropping it stops it.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    gateway: Arc<Gateway>,
    clients: Clients,
    // Its end stops the listener, all connections and all waits.
    stopper: Stopper,
    listening: JoinHandle<()>,
}

/// Why a simulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens there.
    #[error("cannot listen on {0}: the port is in use")]
    InUse(SocketAddr),
    /// The address is not this machine's, or not this user's to listen on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
}

impl Simulator {
    /// Starts a simulator that listens on `listen`; port 0 takes any free one. Data and windows hang on `clock`, which must
    /// not stand before the revision that clients ask for: the API refuses revisions of the future.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(
        settings: Settings,
        listen: SocketAddr,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::InUse(listen),
            _ => StartError::Listen { address: listen, source },
        };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stopper, stop) = stopper();
        let gateway = Arc::new(Gateway::new(settings, clock, stop.clone()));
        let clients = Clients::default();
        let listening =
            tokio::spawn(listen_until(listener, gateway.clone(), clients.clone(), stop));
        Ok(Self { address, gateway, clients, stopper, listening })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base that stands for `https://gateway.maton.ai`, without a slash at its end.
    #[must_use]
    pub fn gateway_url(&self) -> String {
        // A simulator that listens everywhere is reached here.
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        format!("http://{}", SocketAddr::new(ip, self.address.port()))
    }

    /// The base that stands for `https://ctrl.maton.ai`: the same address.
    #[must_use]
    pub fn control_url(&self) -> String {
        self.gateway_url()
    }

    /// Every request so far, as `GET /_simulator/requests` shows it.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.gateway.requests()
    }

    /// Waits until every client of this moment has gone and all that it sent is in the log, also where it was killed behind
    /// its last byte. It waits for ever on a client that stays.
    ///
    /// # Errors
    /// The simulator's own connection, behind which the others have been taken, is refused.
    pub async fn settled(&self) -> io::Result<()> {
        let own = TcpStream::connect(self.address).await?;
        let address = own.local_addr()?;
        self.clients.are_only(address).await;
        Ok(())
    }

    /// Replaces the fault rules, as `POST /_simulator/faults` does. What [`Rule::check`] refuses there is mended here: a status
    /// that cannot be is 500, a header that cannot be is left out.
    pub fn set_faults(&self, rules: Vec<Rule>) {
        self.gateway.set_faults(rules);
    }

    /// Adds a fault rule behind the others, which keep what they have counted.
    ///
    /// # Errors
    /// A status or a header that HTTP does not have.
    pub fn add_fault(&self, rule: Rule) -> Result<(), RuleError> {
        rule.check()?;
        self.gateway.add_fault(rule);
        Ok(())
    }

    /// Gives a record to the account behind a connection, or behind the oldest one, and answers it with its id, as
    /// `POST /_simulator/given` does. Before the first request it is as if the account had always had it.
    ///
    /// # Errors
    /// A record that cannot be; then nothing has changed.
    pub fn give(
        &self,
        connection: Option<&ConnectionId>,
        record: &GivenRecord,
    ) -> Result<Value, GivenError> {
        self.gateway.give(connection.map(ConnectionId::as_str), record)
    }

    /// Begins anew with other settings, as if it had just been started with them. The address stays.
    pub fn begin(&self, settings: Settings) {
        self.gateway.begin(settings);
    }

    /// Puts data, limits, faults and log back, as `POST /_simulator/reset` does.
    pub fn reset(&self) {
        self.gateway.reset();
    }

    /// Stops listening, answers what is being answered, and ends, within a second whatever clients do. Requests that wait
    /// (latency, a fault's delay) end without an answer.
    pub async fn stop(self) {
        self.stopper.stop();
        // The listener's end takes all connections with it; it fails only with the runtime.
        let _ = self.listening.await;
    }
}

/// The addresses of those whose connections are open.
#[derive(Clone, Debug, Default)]
struct Clients(Arc<watch::Sender<HashSet<SocketAddr>>>);

impl Clients {
    /// One is there for as long as the answer lives.
    fn enter(&self, client: SocketAddr) -> impl Drop + use<> {
        struct Stay(Clients, SocketAddr);
        impl Drop for Stay {
            fn drop(&mut self) {
                self.0.0.send_modify(|open| _ = open.remove(&self.1));
            }
        }
        self.0.send_modify(|open| _ = open.insert(client));
        Stay(self.clone(), client)
    }

    /// Waits until this one is there and no other.
    async fn are_only(&self, client: SocketAddr) {
        let alone = |open: &HashSet<SocketAddr>| open.len() == 1 && open.contains(&client);
        // The sender is ours, so there is no end of it.
        let _ = self.0.subscribe().wait_for(alone).await;
    }
}

/// Accepts connections until told to stop, and owns them.
async fn listen_until(listener: TcpListener, gateway: Arc<Gateway>, clients: Clients, stop: Stop) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.called() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => {
                    let stay = clients.enter(client);
                    let served = serve(stream, gateway.clone(), stop.clone());
                    connections.spawn(async move {
                        served.await;
                        drop(stay);
                    });
                }
                // Out of descriptors, or a client that left at once: others must go on.
                Err(_) => tokio::task::yield_now().await,
            },
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// How long a client that has sent half a request, or does not read its answer, can keep the simulator from stopping.
const GRACE: Duration = Duration::from_secs(1);

/// Serves one connection until either side ends it.
async fn serve(stream: TcpStream, gateway: Arc<Gateway>, stop: Stop) {
    // Small answers must not wait for the client's acknowledgements.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let gateway = gateway.clone();
        async move {
            let arrival = Arrival::read(request).await.map_err(|_| Dropped)?;
            // The error ends the connection without an answer.
            gateway.answer(arrival).await
        }
    });
    let mut connection =
        std::pin::pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // A connection's end is the client's business, or a fault's.
        _ = connection.as_mut() => return,
        () = stop.called() => {}
    }
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        _ = connection => {}
        () = gateway.clock().sleep(GRACE) => {}
    }
}
