//! The process that serves.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use super::eventually;
use crate::Finished;
use crate::crash::shim::signal;

/// What the log says where health, metrics and webhooks are.
const LISTENS: &str = "health, metrics and webhooks on http://";

/// `pianoroll serve`, until it is told to end; it is killed where a test has failed.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    log: PathBuf,
}

impl Serving {
    /// Starts it, with its log in a file.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start(mut command: Command, log: &Path) -> Self {
        let file = File::create(log).expect("a file");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
        Self { child: command.spawn().expect("the binary starts"), log: log.to_owned() }
    }

    /// What it has said so far.
    ///
    /// # Panics
    /// Where its log is gone.
    #[must_use]
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).expect("the log is there")).into_owned()
    }

    /// Waits until it has said something.
    ///
    /// # Panics
    /// Where it ends without.
    pub async fn until(&mut self, text: &str) {
        self.until_seen(text, async |said| said.contains(text)).await;
    }

    /// Waits for something that comes of it.
    ///
    /// # Panics
    /// Where it ends without, or where it never comes.
    pub async fn until_seen(&mut self, what: &str, mut look: impl AsyncFnMut(&str) -> bool) {
        let mut looks = 0_u32;
        eventually(what, async || {
            if look(&self.said()).await {
                return Some(());
            }
            looks += 1;
            let ended = self.has_ended();
            // What was written last may be seen after the end only.
            assert!(!ended || look(&self.said()).await, "ended without {what}:\n{}", self.said());
            assert!(looks < super::PATIENCE, "never seen: {what}\n{}", self.said());
            ended.then_some(())
        })
        .await;
    }

    /// Where it listens.
    ///
    /// # Panics
    /// Where it ends without listening.
    pub async fn address(&mut self) -> SocketAddr {
        self.until(LISTENS).await;
        let said = self.said();
        let rest = said.split(LISTENS).nth(1).unwrap_or_default();
        let address = rest.split_whitespace().next().unwrap_or_default();
        address.parse().unwrap_or_else(|error| panic!("no address ({error}): {said}"))
    }

    /// Whether it has ended.
    ///
    /// # Panics
    /// Where a child cannot be waited for.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child can be waited for").is_some()
    }

    /// Sends a signal: `TERM`, `KILL`, …
    pub fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// How many threads it has.
    ///
    /// # Panics
    /// Where the system does not tell.
    #[must_use]
    pub fn threads(&self) -> u32 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("the system tells");
        let line = status.lines().find_map(|line| line.strip_prefix("Threads:"));
        line.and_then(|count| count.trim().parse().ok()).expect("a number of threads")
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// Where that never comes.
    pub async fn end(mut self) -> Finished {
        let status = eventually("the end of the process", async || {
            self.child.try_wait().expect("a child can be waited for")
        })
        .await;
        let stderr = std::fs::read(&self.log).expect("the log is there");
        Finished::new(&Output { status, stdout: Vec::new(), stderr })
    }

    /// Tells it to end, and waits for that.
    ///
    /// # Panics
    /// Where it does not end as it should.
    pub async fn stop(self) -> Finished {
        self.signal("TERM");
        self.end().await.expect_code(0)
    }

    /// Ends it without a word.
    pub async fn kill(self) -> Finished {
        self.signal("KILL");
        self.end().await
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already, where all is well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
