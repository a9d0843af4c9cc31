//! What a component imports and exports, and whether its manifest asks for all of it.
//!
//! Nothing but the interfaces of the WIT package is there to be imported. What is there is read from the package itself, and which
//! permission an interface needs from the table of operations.

mod error;
mod exports;
mod known;

use std::collections::{BTreeMap, BTreeSet};

use pianoroll_api::{OPERATIONS, Operation};
use pianoroll_model::Permission;
use wasmparser::component_types::ComponentEntityType;
use wasmparser::types::TypesRef;

use crate::manifest::{FileAccess, Manifest, PluginPermission, shown};

pub use error::{NeedsError, NeedsMistake};
pub(crate) use known::{PACKAGE, WIT, known, version};

/// What a component imports and exports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    interfaces: BTreeMap<String, BTreeSet<String>>,
    foreign: BTreeSet<String>,
    run: Option<NeedsMistake>,
    exports: BTreeSet<String>,
}

impl Needs {
    /// Of a component whose types are known.
    pub(crate) fn of(types: TypesRef<'_>, imports: &[&str], exports: &[&str]) -> Self {
        let mut needs = Self { run: exports::mistake(types), ..Self::default() };
        for import in imports {
            let item = types.component_item_for_import(import).map(|item| item.ty);
            match (known::interface(import), item) {
                (Some(interface), Some(ComponentEntityType::Instance(instance))) => {
                    let items = types[instance].exports.iter();
                    let functions = items.filter_map(|(name, item)| match item.ty {
                        ComponentEntityType::Type { .. } => None,
                        _ => Some(name.clone()),
                    });
                    needs.interfaces.entry(interface.to_owned()).or_default().extend(functions);
                }
                // The types that the world itself names: they bring nothing along.
                (None, Some(ComponentEntityType::Type { .. })) if !import.contains(':') => {}
                _ => {
                    needs.foreign.insert((*import).to_owned());
                }
            }
        }
        let others = exports.iter().filter(|name| !exports::is_offered(types, name));
        needs.exports = others.map(|name| (*name).to_owned()).collect();
        needs
    }

    /// The interfaces of the WIT package that it imports, each with its functions.
    #[must_use]
    pub fn interfaces(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.interfaces
    }

    /// What it imports and is not there, as it stands in the file.
    pub fn foreign(&self) -> impl Iterator<Item = &str> {
        self.foreign.iter().map(String::as_str)
    }

    /// The operations that it imports by their names, in the order of the table. One that imports `calls` can make others, too.
    #[must_use]
    pub fn operations(&self) -> Vec<&'static Operation> {
        let imported = |operation: &&Operation| {
            let functions = self.interfaces.get(operation.wit.interface);
            functions.is_some_and(|functions| functions.contains(operation.wit.function))
        };
        OPERATIONS.iter().filter(imported).collect()
    }

    /// Whether all that is imported is there and asked for, and what is exported is what is called.
    ///
    /// # Errors
    /// Everything that does not fit.
    pub fn check(&self, manifest: &Manifest) -> Result<(), NeedsError> {
        let mut mistakes: Vec<NeedsMistake> = Vec::new();
        let foreign = self.foreign.iter().map(|import| NeedsMistake::Foreign(shown(import)));
        mistakes.extend(foreign);
        for (interface, functions) in &self.interfaces {
            match known().get(interface.as_str()) {
                None => mistakes.push(NeedsMistake::Foreign(format!("{PACKAGE}/{interface}"))),
                Some(known) => {
                    let unknown = functions.iter().filter(|name| !known.contains(name.as_str()));
                    mistakes.extend(unknown.map(|function| NeedsMistake::Unknown {
                        interface: interface.clone(),
                        function: shown(function),
                    }));
                    mistakes.extend(self.not_asked(interface, manifest));
                }
            }
        }
        mistakes.extend(self.run.clone());
        mistakes.extend(self.exports.iter().map(|name| NeedsMistake::Export(shown(name))));
        NeedsError::of(mistakes)
    }

    /// The mistake of an interface that nothing in the manifest is asked for.
    fn not_asked(&self, interface: &str, manifest: &Manifest) -> Option<NeedsMistake> {
        let asks = |needed: &dyn Fn(&PluginPermission) -> bool| {
            manifest.asks.iter().any(|ask| needed(&ask.permission))
        };
        let words = match interface {
            "calls" if asks(&|permission| matches!(permission, PluginPermission::Api(_))) => {
                return None;
            }
            "calls" => Vec::new(),
            "files" if asks(&|permission| matches!(permission, PluginPermission::Files(_))) => {
                return None;
            }
            "files" => self.file_words(),
            "notify" if asks(&|permission| *permission == PluginPermission::Notify) => return None,
            "notify" => vec![PluginPermission::Notify.to_string()],
            resource => {
                let mut operations = OPERATIONS.iter();
                // An interface without operations brings none of the account's data.
                let module = operations.find(|one| one.wit.interface == resource)?.module;
                let of_resource = |permission: &PluginPermission| matches!(permission, PluginPermission::Api(Permission::Operation { resource, .. }) if resource == module);
                if asks(&of_resource) {
                    return None;
                }
                let imported = self.operations();
                let imported = imported.iter().filter(|operation| operation.module == module);
                let words: BTreeSet<Permission> =
                    imported.map(|operation| operation.permission(operation.effect)).collect();
                words.iter().map(ToString::to_string).collect()
            }
        };
        Some(NeedsMistake::NotAsked { interface: interface.to_owned(), words })
    }

    fn file_words(&self) -> Vec<String> {
        let functions = self.interfaces.get("files");
        let creates = functions.is_some_and(|functions| functions.contains("create"));
        let opens = functions.is_none_or(|functions| functions.contains("open"));
        let words = [(opens || !creates, FileAccess::Read), (creates, FileAccess::Write)];
        let words = words.into_iter().filter(|(needed, _)| *needed);
        words.map(|(_, access)| PluginPermission::Files(access).to_string()).collect()
    }
}

#[cfg(test)]
mod tests;
