//! The preloaded library that ends a process at a chosen write of its state folder: `tests/crash/shim.c`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What becomes of a process at a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is killed at the call of this number, from 1.
    Crash {
        /// Which.
        at: u64,
        /// Before it, after it, in the middle of it, or with everything that was not synced lost.
        when: When,
    },
    /// From the call of this number on the disk is full.
    Full {
        /// Which.
        from: u64,
    },
    /// Nothing; how many calls there were is written to a file.
    Count {
        /// Where to.
        file: PathBuf,
    },
    /// Nothing, until [`signal`] sends `PWR`.
    Ready,
}

/// On which side of a write a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The call is not made.
    Before,
    /// The call is made.
    After,
    /// Half of the bytes are written.
    Half,
    /// The call is not made, and what was never synced is lost.
    Power,
}

impl When {
    /// All of them.
    pub const ALL: [When; 4] = [When::Before, When::After, When::Half, When::Power];

    /// The word that the library knows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            When::Before => "before",
            When::After => "after",
            When::Half => "half",
            When::Power => "power",
        }
    }
}

/// Compiles the library into a folder.
///
/// # Panics
/// Where there is no C compiler, which the bundled SQLite needs as well.
#[must_use]
pub fn compile(folder: &Path) -> PathBuf {
    let source = crate::root().join("tests/crash/shim.c");
    // Tests are processes of their own, or threads, that may do this at once: each moves a whole file to its place.
    let test = (std::process::id(), std::thread::current().id());
    let draft = folder.join(format!("crash-shim-{test:?}.so"));
    let done = folder.join("crash-shim.so");
    let words = ["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"];
    let mut command = Command::new("cc");
    command.args(words).arg(&draft).arg(source).args(["-ldl", "-lpthread"]);
    let output = command.output().expect("the C compiler starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::rename(&draft, &done).expect("the folder takes files");
    done
}

/// Has a command run into trouble with the files below `folder`, which must exist.
///
/// # Panics
/// Where the folder does not exist.
pub fn preload(command: &mut Command, shim: &Path, folder: &Path, trouble: &Trouble) {
    let folder = folder.canonicalize().expect("the folder is there");
    command.env("LD_PRELOAD", shim).env("CRASH_FOLDER", folder);
    match trouble {
        Trouble::Crash { at, when } => {
            command.env("CRASH_AT", at.to_string()).env("CRASH_WHEN", when.as_str());
        }
        Trouble::Full { from } => {
            command.env("CRASH_FULL", from.to_string());
        }
        Trouble::Count { file } => {
            command.env("CRASH_COUNT", file);
        }
        Trouble::Ready => {}
    }
}

/// A signal to a process that this test has started: `KILL`, `STOP`, `CONT`, or `PWR`, which a preloaded process takes for the
/// loss of everything that was not synced. A process that has ended already is left alone.
///
/// # Panics
/// Where there is no shell.
pub fn signal(child: &std::process::Child, name: &str) {
    let words = ["-c", "kill -s \"$0\" \"$1\" 2>/dev/null", name];
    let mut command = Command::new("sh");
    command.args(words).arg(child.id().to_string());
    let _ = command.status().expect("the shell starts");
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;

    use expect_test::expect;

    use super::*;

    struct Stage {
        folder: tempfile::TempDir,
        shim: PathBuf,
        writer: PathBuf,
    }

    impl Stage {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let shim = compile(folder.path());
            let writer = folder.path().join("writer");
            let mut command = Command::new("cc");
            command.arg("-o").arg(&writer).arg(crate::root().join("tests/crash/writer.c"));
            assert!(command.status().unwrap().success());
            std::fs::create_dir(folder.path().join("state")).unwrap();
            Self { folder, shim, writer }
        }

        /// How the writer ends, and what it leaves.
        fn write(&self, to: &str, trouble: &Trouble) -> (ExitStatus, String) {
            let mut command = Command::new(&self.writer);
            let file = self.folder.path().join(to);
            preload(&mut command, &self.shim, &self.folder.path().join("state"), trouble);
            let status = command.arg(&file).status().unwrap();
            (status, std::fs::read_to_string(file).unwrap_or_default())
        }
    }

    #[test]
    fn each_call_can_be_the_last() {
        let stage = Stage::new();
        let mut seen = String::new();
        for when in When::ALL {
            let left = (1..=7).map(|at| {
                let (status, left) = stage.write("state/file", &Trouble::Crash { at, when });
                assert_eq!(status.signal(), (at < 7).then_some(9), "{at} {when:?}");
                left
            });
            let left: Vec<_> = left.collect();
            seen.push_str(&format!("{:<6} {}\n", when.as_str(), left.join(" | ")));
        }
        expect![[r#"
            before  | aaaa | aaaa | aabbbb | aabbb | aabbb | cccccc
            after  aaaa | aaaa | aabbbb | aabbb | aabbb | cccccc | cccccc
            half   aa | aaaa | aabb | aabbbb | aabbb | cccbb | cccccc
            power   |  | aaaa | aaaa | aaaa | aabbb | cccccc
        "#]]
        .assert_eq(&seen);
    }

    #[test]
    fn a_disk_is_full_from_one_write_on() {
        let stage = Stage::new();
        for (from, code, left) in [(1, 4, ""), (3, 6, "aaaa"), (4, 9, "aabbb"), (7, 0, "cccccc")] {
            let (status, found) = stage.write("state/file", &Trouble::Full { from });
            assert_eq!((status.code(), &*found), (Some(code), left), "{from}");
        }
    }

    #[test]
    fn calls_are_counted_and_other_files_left_alone() {
        let stage = Stage::new();
        let file = stage.folder.path().join("count");
        let counted = |to: &str| {
            assert!(stage.write(to, &Trouble::Count { file: file.clone() }).0.success());
            std::fs::read_to_string(&file).unwrap()
        };
        assert_eq!(counted("state/file"), "6");
        assert_eq!(counted("elsewhere"), "0");
        let crash = Trouble::Crash { at: 1, when: When::Before };
        assert!(stage.write("elsewhere", &crash).0.success());
    }
}
