//! What a package says of itself: its name, what it asks for and why, and what it takes.
//!
//! A vendor writes it as `plugin.toml`; in a package it is JSON. Both go through the same checks, and only these make a [`Manifest`].

mod ask;
mod check;
mod json;
mod mistake;
mod plain;
mod toml;

use std::collections::BTreeMap;
use std::path::Path;

use pianoroll_host::{ConnectionSpec, GrantedPlugin, ParamError, ParamSpec, bind};
use semver::Version;
use serde_json::{Map, Value};

pub use ask::{Ask, FileAccess, Grants, PluginPermission};
pub(crate) use mistake::position;
pub use mistake::{ManifestError, ManifestMistake};
pub(crate) use plain::shown;

use mistake::Mistakes;

/// The most bytes of a manifest, as TOML and as JSON.
pub(crate) const MOST_BYTES: usize = 64 * 1024;

/// A manifest that was checked.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Manifest {
    /// Small letters, digits and `-`, a letter first; at most 64 characters.
    pub name: String,
    /// Without build metadata, and without capitals: it is part of a file's name.
    pub version: Version,
    /// One line of what it does.
    pub description: String,
    /// What it asks for, in the order of the permissions; none twice.
    pub asks: Vec<Ask>,
    /// The parameters, in the order written.
    pub params: Vec<ParamSpec>,
    /// The accounts beside its own, in the order written.
    pub connections: Vec<ConnectionSpec>,
}

impl Manifest {
    /// Reads a `plugin.toml`. `file` is only shown: nothing is read from it.
    ///
    /// # Errors
    /// Every mistake, with its place.
    pub fn from_toml(text: &str, file: &Path) -> Result<Self, ManifestError> {
        let mut mistakes = Mistakes::of_file(text, file);
        let checked = toml::read(text, &mut mistakes)
            .and_then(|written| check::check(written, &mut mistakes));
        mistakes.into_result(checked)
    }

    /// Reads the section of a package.
    ///
    /// # Errors
    /// Every mistake; of what is no such JSON at all the first.
    pub(crate) fn from_json(bytes: &[u8]) -> Result<Self, ManifestError> {
        let mut mistakes = Mistakes::of_section();
        let checked = json::read(bytes, &mut mistakes)
            .and_then(|written| check::check(written, &mut mistakes));
        mistakes.into_result(checked)
    }

    /// The section of a package: the same manifest makes the same bytes.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        json::write(self)
    }

    /// Types given parameters and adds defaults: what `HostSettings::params` of a run takes.
    ///
    /// # Errors
    /// Every mistake: unknown names, values of another type, required ones that are missing.
    pub fn bind(&self, given: &BTreeMap<String, String>) -> Result<Map<String, Value>, ParamError> {
        bind(&format!("plugin:{}", self.name), &self.params, given)
    }

    /// What its package is called in a project's folder `plugins`: `win-back-1.0.0.wasm`. Names hold no `.`, so no two plugins
    /// share one.
    #[must_use]
    pub fn file_name(&self) -> String {
        file_name(&self.name, &self.version)
    }
}

/// What the package of a name and version is called.
pub(crate) fn file_name(name: &str, version: &Version) -> String {
    format!("{name}-{version}.wasm")
}

/// Reads a version as plugins have it.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn version(text: &str) -> Result<Version, String> {
    let version = match Version::parse(text) {
        Ok(version) if text.len() <= GrantedPlugin::MOST_NAME => version,
        _ => return Err(format!("`{}` is not a version such as `1.0.0`", shown(text))),
    };
    if !version.build.is_empty() {
        return Err("a plugin's version has no build metadata: two of them would be equal".into());
    }
    if text.contains(|c: char| c.is_ascii_uppercase()) {
        return Err("a plugin's version has no capitals: it is part of a file's name".into());
    }
    Ok(version)
}

#[cfg(test)]
pub(crate) mod tests;
