//! The libraries of a project: the `.rhai` files of its folder `lib`, and nothing outside of it.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

/// The folder of a project that libraries are in.
const FOLDER: &str = "lib";

/// The longest library, in bytes: as long as a script may be.
const MOST: u64 = 4 << 20;

/// Reads the libraries of a project's folder. Whatever a name or a link says, nothing outside of `lib` is opened.
#[derive(Clone, Debug)]
pub struct Libraries {
    folder: PathBuf,
    shown: PathBuf,
}

impl Libraries {
    /// Those in `lib` of a project's folder; messages show `lib` behind `shown`, the folder as the user sees it.
    #[must_use]
    pub fn new(project: &Path, shown: &Path) -> Self {
        Self { folder: project.join(FOLDER), shown: shown.join(FOLDER) }
    }

    /// The name of a library by its file: `sub/names` for `lib/sub/names.rhai`; nothing for files elsewhere.
    #[must_use]
    pub fn name_of(&self, file: &Path) -> Option<String> {
        let inside = file.strip_prefix(&self.folder).ok()?.with_extension("");
        let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
        Some(parts?.join("/"))
    }

    /// The path that messages show, and the text of a library.
    ///
    /// # Errors
    /// Why it cannot be read, in one line without the name.
    pub fn read(&self, name: &str) -> Result<(String, String), String> {
        let shown = self.shown.join(format!("{name}.rhai")).to_string_lossy().into_owned();
        let Ok(folder) = Dir::open_ambient_dir(&self.folder, ambient_authority()) else {
            return Err(format!("there is no folder `{}`", self.shown.display()));
        };
        let file = format!("{name}.rhai");
        let kind = folder.metadata(&file).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => format!("there is no file `{shown}`"),
            // A name or a link that leads out; the operating system has other words for it on each.
            _ => format!("`{shown}` is not a file inside of `{}`", self.shown.display()),
        })?;
        // Before it is opened: opening a pipe waits for its other end.
        if !kind.is_file() {
            return Err(format!("`{shown}` is no file"));
        }
        let too_long = || format!("`{shown}` is too long for a library: over 4 MiB");
        if kind.len() > MOST {
            return Err(too_long());
        }
        let mut bytes = Vec::new();
        let read = folder.open(&file).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes));
        read.map_err(|error| format!("`{shown}`: {error}"))?;
        if bytes.len() as u64 > MOST {
            return Err(too_long());
        }
        let text =
            String::from_utf8(bytes).map_err(|_| format!("`{shown}` is no text in UTF-8"))?;
        Ok((shown, text))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn project() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let lib = folder.path().join(FOLDER);
        std::fs::create_dir_all(lib.join("sub")).unwrap();
        std::fs::write(lib.join("names.rhai"), "fn a() { 1 }").unwrap();
        std::fs::write(lib.join("sub/deep.rhai"), "fn b() { 2 }").unwrap();
        std::fs::write(folder.path().join("secret.rhai"), "key").unwrap();
        folder
    }

    fn check(project: &tempfile::TempDir, name: &str, expected: Expect) {
        let read = Libraries::new(project.path(), Path::new("")).read(name);
        expected.assert_eq(&match read {
            Ok((path, text)) => format!("{path}: {text}"),
            Err(error) => error,
        });
    }

    #[test]
    fn libraries_are_files_of_the_folder() {
        let project = project();
        check(&project, "names", expect!["lib/names.rhai: fn a() { 1 }"]);
        check(&project, "sub/deep", expect!["lib/sub/deep.rhai: fn b() { 2 }"]);
        check(&project, "nmaes", expect!["there is no file `lib/nmaes.rhai`"]);
        let empty = tempfile::tempdir().unwrap();
        check(&empty, "names", expect!["there is no folder `lib`"]);
    }

    #[test]
    fn a_file_of_the_folder_has_a_name() {
        let libraries = Libraries::new(Path::new("/p"), Path::new(""));
        let name = |file: &str| libraries.name_of(Path::new(file));
        assert_eq!(name("/p/lib/names.rhai").as_deref(), Some("names"));
        assert_eq!(name("/p/lib/sub/deep.rhai").as_deref(), Some("sub/deep"));
        assert_eq!(name("/p/scripts/names.rhai"), None);
    }

    #[test]
    fn nothing_outside_is_read() {
        let project = project();
        check(&project, "../secret", expect!["`lib/../secret.rhai` is not a file inside of `lib`"]);
        let absolute = project.path().join("secret");
        let read = Libraries::new(project.path(), Path::new("")).read(&absolute.to_string_lossy());
        assert!(read.unwrap_err().contains("is not a file inside of `lib`"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_is_not_followed_and_one_that_stays_is() {
        let project = project();
        let lib = project.path().join(FOLDER);
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, lib.join(name)).unwrap();
        link("../secret.rhai", "out.rhai");
        link("/etc/passwd", "absolute.rhai");
        link("names.rhai", "inside.rhai");
        check(&project, "out", expect!["`lib/out.rhai` is not a file inside of `lib`"]);
        check(&project, "absolute", expect!["`lib/absolute.rhai` is not a file inside of `lib`"]);
        check(&project, "inside", expect!["lib/inside.rhai: fn a() { 1 }"]);
    }

    #[test]
    fn what_is_no_file_or_too_long_is_refused_before_it_is_read() {
        let project = project();
        let lib = project.path().join(FOLDER);
        std::fs::create_dir(lib.join("folder.rhai")).unwrap();
        check(&project, "folder", expect!["`lib/folder.rhai` is no file"]);
        // A gigabyte that takes no place on the disk.
        std::fs::File::create(lib.join("huge.rhai")).unwrap().set_len(1 << 30).unwrap();
        check(&project, "huge", expect!["`lib/huge.rhai` is too long for a library: over 4 MiB"]);
        std::fs::write(lib.join("binary.rhai"), [0xff, 0xfe]).unwrap();
        check(&project, "binary", expect!["`lib/binary.rhai` is no text in UTF-8"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_socket_or_a_device_is_no_library() {
        let project = project();
        let lib = project.path().join(FOLDER);
        let _listener = std::os::unix::net::UnixListener::bind(lib.join("socket.rhai")).unwrap();
        check(&project, "socket", expect!["`lib/socket.rhai` is no file"]);
        std::os::unix::fs::symlink("/dev/zero", lib.join("zero.rhai")).unwrap();
        check(&project, "zero", expect!["`lib/zero.rhai` is not a file inside of `lib`"]);
    }
}
