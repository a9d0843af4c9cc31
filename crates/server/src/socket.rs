//! Where the control socket is, and who listens on it.

use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tokio::net::UnixListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::listener::Guarded;
use crate::owner::Owner;
use crate::routes;

/// The socket's name in the state folder.
const NAME: &str = "control.sock";

/// The longest path of a socket, in bytes: macOS takes 103, Linux 107.
const LONGEST: usize = 100;

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on the control socket {}", path.display())]
pub struct SocketError {
    /// Where it would be.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// The control socket of a state folder, listened on by its owner.
#[derive(Debug)]
pub struct Socket {
    path: PathBuf,
    listener: Guarded,
}

/// A socket that is answered on. [`Serving::close`] ends it.
#[derive(Debug)]
pub struct Serving {
    path: PathBuf,
    stop: oneshot::Sender<()>,
    answering: JoinHandle<io::Result<()>>,
}

impl Socket {
    /// Where the socket of a state folder is: in it, or, where that path would be too long for a socket, in the user's runtime
    /// folder under a digest of the folder's path.
    #[must_use]
    pub fn path_of(state_folder: &Path) -> PathBuf {
        let inside = state_folder.join(NAME);
        if inside.as_os_str().len() <= LONGEST {
            return inside;
        }
        let digest = Sha256::digest(state_folder.as_os_str().as_bytes());
        let digest: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        runtime_folder().join(format!("{digest}.sock"))
    }

    /// Listens on the socket of a state folder. Only its owner may: a socket that is there already was left behind by an owner
    /// that is gone, and is replaced. Within a tokio runtime.
    ///
    /// # Errors
    /// The system does not let us.
    pub fn bind(state_folder: &Path) -> Result<Self, SocketError> {
        let path = Self::path_of(state_folder);
        let failed = |source| SocketError { path: path.clone(), source };
        if let Some(folder) = path.parent().filter(|folder| *folder != state_folder) {
            private(folder).map_err(failed)?;
        }
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let listener = UnixListener::bind(&path).map_err(failed)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
        // Whose socket it is, and so who may speak on it.
        let user = std::fs::metadata(&path).map_err(failed)?.uid();
        Ok(Self { path, listener: Guarded { listener, user } })
    }

    /// Answers on it until [`Serving::close`].
    #[must_use]
    pub fn serve(self, owner: Arc<dyn Owner>) -> Serving {
        let (stop, stopped) = oneshot::channel();
        let serve = axum::serve(self.listener, routes::router(owner));
        let answering = tokio::spawn(async move {
            serve
                .with_graceful_shutdown(async {
                    // A sender that is dropped means the same.
                    let _ = stopped.await;
                })
                .await
        });
        Serving { path: self.path, stop, answering }
    }
}

impl Serving {
    /// Takes no more requests, finishes the answers that are under way, and takes the socket away.
    pub async fn close(self) {
        // Before anything else, so that nobody comes who would not be heard.
        let _ = std::fs::remove_file(&self.path);
        let _ = self.stop.send(());
        // A client that holds its connection open is not waited for longer than its answer may take to leave.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), self.answering).await;
    }
}

fn runtime_folder() -> PathBuf {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    match runtime.filter(|path| path.is_absolute()) {
        Some(runtime) => runtime.join("pianoroll"),
        None => {
            let user = std::env::var("USER").unwrap_or_default();
            let plain = !user.is_empty() && user.bytes().all(|byte| byte.is_ascii_alphanumeric());
            std::env::temp_dir().join(format!("pianoroll-{}", if plain { &user } else { "user" }))
        }
    }
}

/// Makes a folder that only this user can enter, or finds that it is one.
fn private(folder: &Path) -> io::Result<()> {
    match std::fs::DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => {}
    }
    // One that was there may be a trap: a link elsewhere, or one that others can enter.
    let found = std::fs::symlink_metadata(folder)?;
    if found.is_dir() && found.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    let message = format!("other users may enter {}", folder.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
}
