//! What a manifest asks for, as far as a scaffold needs to know.

use std::collections::BTreeSet;

use pianoroll_api::operation::Operation;
use pianoroll_api::{OPERATIONS, RESOURCES, Resource};
use pianoroll_host::ParamSpec;
use pianoroll_model::Permission;

use crate::manifest::{Manifest, PluginPermission};

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
    /// Whether it may tell the operator something.
    pub(super) notify: bool,
    /// Its parameters, by name.
    pub(super) params: Vec<ParamSpec>,
    /// The names of its connections, sorted.
    pub(super) connections: Vec<String>,
}

impl Asks {
    pub(super) fn of(manifest: &Manifest) -> Self {
        let mut params = manifest.params.clone();
        params.sort_by(|one, other| one.name.cmp(&other.name));
        let mut connections: Vec<String> =
            manifest.connections.iter().map(|one| one.name.clone()).collect();
        connections.sort();
        let mut asks = Self {
            name: manifest.name.clone(),
            modules: BTreeSet::new(),
            request: false,
            files: false,
            notify: false,
            params,
            connections,
        };
        for ask in &manifest.asks {
            match &ask.permission {
                PluginPermission::Files(_) => asks.files = true,
                PluginPermission::Notify => asks.notify = true,
                PluginPermission::Api(Permission::Request) => asks.request = true,
                PluginPermission::Api(Permission::Operation { resource, .. }) => {
                    asks.modules.insert(resource.to_string());
                }
            }
        }
        asks
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
