//! What scripts share: files of functions and constants that `import` asks for.

/// Where libraries come from. A name is what stands behind `import`: segments of letters, digits, `_` and `-`, with `/`
/// between; nothing else is ever asked for.
pub trait Library {
    /// The library of this name.
    ///
    /// # Errors
    /// Why it cannot be read, for people: one line, without the name.
    fn read(&self, name: &str) -> Result<LibrarySource, String>;
}

/// The text of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibrarySource {
    /// As messages show it: `lib/names.rhai`.
    pub path: String,
    /// The program.
    pub text: String,
}

/// No libraries: what a script has that stands for itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLibrary;

impl Library for NoLibrary {
    fn read(&self, _: &str) -> Result<LibrarySource, String> {
        Err("there is no folder `lib` here".to_owned())
    }
}
