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
use std::path::Path;
use std::str::FromStr;

use pianoroll_host::GrantedPlugin;

use crate::manifest::Manifest;
use asks::Asks;

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

/// What a new plugin starts with.
#[derive(Clone, Copy, Debug)]
pub enum Start<'t> {
    /// A first example under this name, which reads a list and logs.
    Example(&'t str),
    /// A `plugin.toml` of one's own: its text, and what that says.
    Manifest(&'t str, &'t Manifest),
}

/// A text that cannot be the name of a plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be the name of a plugin: small letters, digits and `-`, a letter first, {most} at most",
    most = GrantedPlugin::MOST_NAME
)]
pub struct PluginNameError(String);

/// The files of a new plugin, sorted by path.
///
/// # Errors
/// A name that no plugin may have.
pub fn new_plugin(
    start: Start<'_>,
    language: Language,
) -> Result<Vec<ScaffoldFile>, PluginNameError> {
    let mut files = match start {
        Start::Manifest(text, manifest) => of_manifest(text, manifest, language, false),
        Start::Example(name) => {
            let text = include_str!("scaffold/plugin.toml").replace("NAME", name);
            let manifest = GrantedPlugin::may_be_named(name)
                .then(|| Manifest::from_toml(&text, Path::new("plugin.toml")).ok())
                .flatten()
                .ok_or_else(|| PluginNameError(name.to_owned()))?;
            of_manifest(&text, &manifest, language, true)
        }
    };
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn of_manifest(
    text: &str,
    manifest: &Manifest,
    language: Language,
    is_example: bool,
) -> Vec<ScaffoldFile> {
    let own = Own { manifest, is_example };
    let mut files = vec![ScaffoldFile::new("plugin.toml", text)];
    files.extend(match language {
        Language::Rust => rust::own(&own),
        Language::JavaScript => javascript::own(&own),
        Language::Python => python::own(&own),
    });
    files.extend(refresh(manifest, language));
    files
}

/// What the author's first files are made of.
struct Own<'m> {
    manifest: &'m Manifest,
    /// Whether the code is that of the example; else it says what it was given, and no more.
    is_example: bool,
}

impl Own<'_> {
    /// A text with the names of this plugin.
    fn named(&self, text: &str) -> String {
        let name = &self.manifest.name;
        // A list that the simulated account has.
        let tried = if self.is_example { " --param list=Press" } else { "" };
        text.replace("PACKAGE", &self.manifest.file_name())
            .replace("TRIED", tried)
            .replace("SNAKE", &name.replace('-', "_"))
            .replace("NAME", name)
    }

    /// The code to start with.
    fn code(&self, example: &'static str, start: &'static str) -> &'static str {
        if self.is_example { example } else { start }
    }
}

/// The files of a plugin that are pianoroll's, for what its `plugin.toml` asks for now, sorted by path: they take the place of the
/// ones that are there. What the author wrote is not among them.
#[must_use]
pub fn refresh(manifest: &Manifest, language: Language) -> Vec<ScaffoldFile> {
    let asks = Asks::of(manifest);
    let mut files = match language {
        Language::Rust => rust::generated(),
        Language::JavaScript => javascript::generated(&asks),
        Language::Python => python::generated(&asks),
    };
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

#[cfg(test)]
mod tests;
