//! Only this user is let in.

use std::io;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{UnixListener, UnixStream};

/// How long to wait when the system has no descriptor left for a new connection.
const PAUSE: Duration = Duration::from_millis(100);

/// A listener that lets one user in.
#[derive(Debug)]
pub(crate) struct Guarded {
    pub(crate) listener: UnixListener,
    pub(crate) user: u32,
}

impl Listener for Guarded {
    type Io = UnixStream;
    type Addr = u32;

    async fn accept(&mut self) -> (UnixStream, u32) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    // Root may do what it likes with or without this socket.
                    let peer = stream.peer_cred().map(|peer| peer.uid());
                    if peer.is_ok_and(|user| user == self.user || user == 0) {
                        return (stream, self.user);
                    }
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<u32> {
        Ok(self.user)
    }
}
