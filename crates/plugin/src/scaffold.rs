//! What `plugin new` writes: a folder that a plugin is built in, outside of this repository.
//!
//! The texts are made here and written by the command line. Those of the layer that stands between a plugin's code and the host
//! are loops over the table of operations, cut down to what `plugin.toml` asks for: so a JavaScript or Python component, which
//! imports its whole world, imports no more. They are made anew ([`refresh`]) when `plugin.toml` asks for something else, and
//! by another pianoroll.

mod asks;
mod facts;
mod javascript;
mod names;
mod python;
mod rust;
mod wit;

use std::fmt;
use std::str::FromStr;

use asks::Asks;
pub use asks::AsksError;

/// A file of a plugin's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaffoldFile {
    /// Where, from the plugin's folder: `pianoroll/entry.js`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl ScaffoldFile {
    fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }
}

/// What a plugin is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Rust, against the SDK.
    Rust,
    /// JavaScript, run by QuickJS.
    JavaScript,
    /// Python 3.14.
    Python,
}

/// A word that names no language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("plugins are written in rust, js or python, not in `{0}`")]
pub struct LanguageError(String);

impl Language {
    /// All of them.
    pub const ALL: [Language; 3] = [Language::Rust, Language::JavaScript, Language::Python];

    /// The word for it, as `--lang` takes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::JavaScript => "js",
            Language::Python => "python",
        }
    }

    /// What the plugin of a folder is written in, by the files that are there; none where they do not say.
    #[must_use]
    pub fn of_files<'f>(names: impl IntoIterator<Item = &'f str>) -> Option<Self> {
        names.into_iter().find_map(|name| match name {
            "Cargo.toml" => Some(Language::Rust),
            "package.json" => Some(Language::JavaScript),
            "requirements.txt" => Some(Language::Python),
            _ => None,
        })
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "rust" => Ok(Language::Rust),
            "js" | "javascript" => Ok(Language::JavaScript),
            "python" => Ok(Language::Python),
            other => Err(LanguageError(other.to_owned())),
        }
    }
}

/// The files of a new plugin, sorted by path. With a `plugin.toml` of one's own, its asks; else those of a first example, which
/// reads a list and logs.
///
/// # Errors
/// A name that no plugin may have, or a `plugin.toml` that cannot be read.
pub fn new_plugin(
    name: &str,
    language: Language,
    plugin_toml: Option<&str>,
) -> Result<Vec<ScaffoldFile>, AsksError> {
    let text = match plugin_toml {
        Some(text) => text.to_owned(),
        None => include_str!("scaffold/plugin.toml").replace("NAME", name),
    };
    let asks = Asks::read(&text)?;
    asks.check_name(name)?;
    let mut files = vec![ScaffoldFile::new("plugin.toml", text)];
    files.extend(match language {
        Language::Rust => rust::own(&asks),
        Language::JavaScript => javascript::own(&asks),
        Language::Python => python::own(&asks),
    });
    files.extend(generated(&asks, language));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The files of a plugin that are pianoroll's, for what its `plugin.toml` asks for now: they take the place of the ones that are
/// there. What the author wrote is not among them.
///
/// # Errors
/// A `plugin.toml` that cannot be read.
pub fn refresh(plugin_toml: &str, language: Language) -> Result<Vec<ScaffoldFile>, AsksError> {
    let mut files = generated(&Asks::read(plugin_toml)?, language);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn generated(asks: &Asks, language: Language) -> Vec<ScaffoldFile> {
    match language {
        Language::Rust => rust::generated(),
        Language::JavaScript => javascript::generated(asks),
        Language::Python => python::generated(asks),
    }
}

#[cfg(test)]
mod tests;
