//! The quota's places in a file, so that all processes of a machine share one credential's quota.
//!
//! The file is a few lines of text under an operating system lock, which dies with its process. It is read and written
//! whole, within microseconds and at most some twenty times a second, so that it needs no thread of its own. Whatever
//! cannot be read in it is left out: the worst that a damaged file does is a refused request.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::pace::Moment;
use crate::credential::Credential;

/// The first line of the file.
const HEAD: &str = "pianoroll quota 1";
/// How soon to ask again while another process holds the lock.
const BUSY: Duration = Duration::from_millis(2);
/// How long the lock may be held by others before this process goes on by what it knows itself: a process that was stopped
/// in the middle must not stop all others.
const PATIENCE: Duration = Duration::from_secs(1);
/// Further ahead than any place can be: what is beyond was written under another time.
const HORIZON: Duration = Duration::from_secs(5);
/// Further ahead than the gateway ever asks to wait.
const BLOCK_HORIZON: Duration = Duration::from_secs(120);
/// More than the largest quota writes.
const MAX_BYTES: u64 = 1 << 20;

/// Where the processes of this user on this machine share the quota of a credential: in the user's runtime folder, or else
/// in a folder of the temporary one that nobody else can enter. The file's name holds a digest of the key. Nothing where
/// there is no such place: then every process keeps to the quota by itself.
#[must_use]
pub fn shared_quota_file(credential: &Credential) -> Option<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let folder = match runtime.filter(|path| path.is_absolute()) {
        Some(runtime) => runtime.join("pianoroll"),
        None => {
            let user = std::env::var("USER").unwrap_or_default();
            let plain = !user.is_empty() && user.bytes().all(|byte| byte.is_ascii_alphanumeric());
            std::env::temp_dir().join(format!("pianoroll-{}", if plain { &user } else { "user" }))
        }
    };
    let file = folder.join(format!("quota-{}", credential.digest()));
    // A closed folder of somebody else's is found out here.
    (private(&folder) && open(&file).is_ok()).then_some(file)
}

/// Makes a folder that only this user can enter, or finds that it is one.
pub(super) fn private(folder: &Path) -> bool {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(folder).is_ok();
    // A folder that was there may be a trap: a link elsewhere, or one that others can enter.
    let Ok(found) = std::fs::symlink_metadata(folder) else { return false };
    #[cfg(unix)]
    let closed = std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o077 == 0;
    #[cfg(not(unix))]
    let closed = true;
    made || (found.is_dir() && closed)
}

/// The file, and what this process has not yet written to it.
#[derive(Debug)]
pub(crate) struct Shared {
    path: PathBuf,
    /// Places of this process that are free at another time than the file says.
    settled: Vec<(u64, Duration)>,
    block: Option<Duration>,
    busy_since: Option<Duration>,
}

/// The file, locked and read.
pub(crate) struct Session {
    file: File,
    content: Content,
    moment: Moment,
}

#[derive(Debug, Default)]
struct Content {
    blocked_until: Duration,
    places: Vec<(Duration, u64)>,
}

impl Shared {
    /// A file at a path; made when there is none.
    ///
    /// # Errors
    /// A file that cannot be opened.
    pub(crate) fn new(path: &Path) -> std::io::Result<Self> {
        open(path)?;
        Ok(Self { path: path.to_owned(), settled: Vec::new(), block: None, busy_since: None })
    }

    /// The file's places, with those of this process brought up to date. Nothing where the file cannot be used: then what
    /// this process knows itself must do. An error says when to ask again.
    pub(crate) fn open(&mut self, moment: Moment) -> Result<Option<Session>, Duration> {
        match self.try_open(moment) {
            Ok(session) => {
                self.busy_since = None;
                Ok(Some(session))
            }
            Err(TryLockError::Error(_)) => Ok(None),
            Err(TryLockError::WouldBlock) => {
                let now = moment.monotonic;
                let since = *self.busy_since.get_or_insert(now);
                if now.saturating_sub(since) > PATIENCE { Ok(None) } else { Err(now + BUSY) }
            }
        }
    }

    /// A place of this process is free at another time.
    pub(crate) fn settle(&mut self, id: u64, free: Duration, moment: Moment) {
        self.settled.push((id, free));
        self.flush(moment);
    }

    /// Nothing leaves until then.
    pub(crate) fn block(&mut self, until: Duration, moment: Moment) {
        self.block = Some(until);
        self.flush(moment);
    }

    fn flush(&mut self, moment: Moment) {
        // Where the lock is taken, the next one to leave brings it along.
        if let Ok(session) = self.try_open(moment) {
            let Content { blocked_until, places } = &session.content;
            let (blocked_until, places) = (*blocked_until, places.clone());
            session.write(places.into_iter(), blocked_until);
        }
    }

    fn try_open(&mut self, moment: Moment) -> Result<Session, TryLockError> {
        let mut file = open(&self.path).map_err(TryLockError::Error)?;
        file.try_lock()?;
        let mut text = Vec::new();
        (&mut file).take(MAX_BYTES).read_to_end(&mut text).map_err(TryLockError::Error)?;
        let mut content = Content::parse(&String::from_utf8_lossy(&text), moment);
        for (id, free) in self.settled.drain(..) {
            if let Some(place) = content.places.iter_mut().find(|(_, known)| *known == id) {
                place.0 = free;
            }
        }
        if let Some(until) = self.block.take() {
            content.blocked_until = content.blocked_until.max(until);
        }
        Ok(Session { file, content, moment })
    }
}

impl Session {
    pub(crate) fn blocked_until(&self) -> Duration {
        self.content.blocked_until
    }

    pub(crate) fn take_places(&mut self) -> Vec<(Duration, u64)> {
        std::mem::take(&mut self.content.places)
    }

    /// Writes the places and lets go of the lock.
    pub(crate) fn write(
        mut self,
        places: impl Iterator<Item = (Duration, u64)>,
        blocked_until: Duration,
    ) {
        let content = Content { blocked_until, places: places.collect() };
        let text = content.render(self.moment);
        // Nothing can be done about a full disk; what was not written is not shared.
        let _ = self.file.set_len(0);
        let _ = self.file.seek(SeekFrom::Start(0));
        let _ = self.file.write_all(text.as_bytes());
    }
}

impl Content {
    fn parse(text: &str, moment: Moment) -> Self {
        let mut content = Self::default();
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return content;
        }
        let at = |micros: &str, horizon: Duration| {
            let free = Timestamp::from_microsecond(micros.parse().ok()?).ok()?;
            let ahead = Duration::try_from(free.duration_since(moment.wall)).ok()?;
            (ahead <= horizon).then(|| moment.monotonic + ahead)
        };
        for line in lines {
            match line.split_once(' ') {
                Some(("blocked", micros)) => {
                    content.blocked_until = at(micros, BLOCK_HORIZON).unwrap_or_default();
                }
                Some((id, micros)) => {
                    if let (Ok(id), Some(free)) = (id.parse(), at(micros, HORIZON)) {
                        content.places.push((free, id));
                    }
                }
                None => {}
            }
        }
        content
    }

    fn render(&self, moment: Moment) -> String {
        let wall = |time: Duration| {
            let ahead = time.saturating_sub(moment.monotonic);
            moment.wall.saturating_add(ahead).unwrap_or(moment.wall).as_microsecond()
        };
        let mut text = format!("{HEAD}\n");
        if self.blocked_until > moment.monotonic {
            text.push_str(&format!("blocked {}\n", wall(self.blocked_until)));
        }
        for (free, id) in self.places.iter().filter(|(free, _)| *free > moment.monotonic) {
            text.push_str(&format!("{id} {}\n", wall(*free)));
        }
        text
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
