//! What a `plugin.toml` asks for, as far as a scaffold needs to know.

use std::collections::{BTreeMap, BTreeSet};

use pianoroll_api::operation::Operation;
use pianoroll_api::{OPERATIONS, RESOURCES, Resource};
use serde::Deserialize;

/// Why no files can be made for a `plugin.toml`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AsksError {
    /// It is no TOML, or a key is of another type.
    #[error("plugin.toml: {0}")]
    Toml(String),
    /// A permission of a resource that there is not.
    #[error("plugin.toml asks for `{0}`: there is no such resource")]
    Resource(String),
    /// The plugin's name.
    #[error(
        "`{0}` cannot be the name of a plugin: small letters, digits and `-`, a letter first, 64 at most"
    )]
    Name(String),
}

/// What a plugin asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asks {
    pub(super) name: String,
    /// Modules whose operations it may call.
    pub(super) modules: BTreeSet<String>,
    /// Whether it may call native paths.
    pub(super) request: bool,
    /// Whether it may read or write files.
    pub(super) files: bool,
    /// Its parameters: name, type and what each is for.
    pub(super) params: Vec<Param>,
    /// The names of its connections.
    pub(super) connections: Vec<String>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Param {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) doc: String,
    /// Whether a run may leave it out, and nothing takes its place.
    pub(super) optional: bool,
}

#[derive(Deserialize)]
struct ManifestText {
    plugin: PluginText,
    #[serde(default)]
    permissions: BTreeMap<String, String>,
    #[serde(default)]
    params: BTreeMap<String, ParamText>,
    #[serde(default)]
    connections: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
struct PluginText {
    name: String,
}

#[derive(Deserialize)]
struct ParamText {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    doc: String,
    #[serde(default)]
    optional: bool,
}

impl Asks {
    pub(super) fn read(text: &str) -> Result<Self, AsksError> {
        let manifest: ManifestText =
            toml::from_str(text).map_err(|error| AsksError::Toml(error.to_string()))?;
        let mut asks = Self {
            name: manifest.plugin.name,
            modules: BTreeSet::new(),
            request: false,
            files: false,
            params: Vec::new(),
            connections: manifest.connections.into_keys().collect(),
        };
        asks.check_name(&asks.name)?;
        for permission in manifest.permissions.into_keys() {
            match permission.split_once(':') {
                None if permission == "request" => asks.request = true,
                Some(("files", _)) => asks.files = true,
                Some((module, _)) if OPERATIONS.iter().any(|it| it.module == module) => {
                    asks.modules.insert(module.to_owned());
                }
                _ => return Err(AsksError::Resource(permission)),
            }
        }
        asks.params = manifest
            .params
            .into_iter()
            .map(|(name, param)| Param {
                name,
                kind: param.kind,
                doc: param.doc,
                optional: param.optional,
            })
            .collect();
        Ok(asks)
    }

    /// Whether a plugin may have this name.
    pub(super) fn check_name(&self, name: &str) -> Result<(), AsksError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.len() <= 64
            && name.chars().all(plain);
        if is_name { Ok(()) } else { Err(AsksError::Name(name.to_owned())) }
    }

    /// Whether it may call the API at all.
    pub(super) fn calls(&self) -> bool {
        self.request || !self.modules.is_empty()
    }

    /// The operations of the modules that it asks for, by module.
    pub(super) fn operations(&self) -> impl Iterator<Item = &'static Operation> {
        OPERATIONS.iter().filter(|operation| self.modules.contains(operation.module))
    }

    /// The operations of a module.
    pub(super) fn of_module(&self, module: &str) -> impl Iterator<Item = &'static Operation> {
        self.operations().filter(move |operation| operation.module == module)
    }

    /// The types that those operations answer with, sorted by name.
    pub(super) fn resources(&self) -> Vec<&'static Resource> {
        let kinds: BTreeSet<&str> =
            self.operations().filter_map(|operation| operation.answer.kind()).collect();
        let known = |kind| RESOURCES.iter().find(|resource| resource.kind == kind);
        kinds.into_iter().filter_map(known).collect()
    }
}
