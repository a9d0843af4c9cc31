//! Names that the rules of a target would make of two things at once.

use std::collections::BTreeMap;

use crate::checked::Spec;
use crate::emit::{sdk, wit};
use crate::mistake::Store;
use crate::name;
use crate::source::{At, Place};
use crate::surface::{self, Function, Origin};
use crate::text::{AppText, FileText};

/// Modules that scripts have beside those of the spec.
const SCRIPT_MODULES: &[&str] = &["files", "filter", "log", "params", "state"];

pub(super) fn check(texts: &[AppText], spec: &Spec, mistakes: &Store) {
    let files = || texts.iter().flat_map(|text| &text.files);
    for file in files().filter(|file| SCRIPT_MODULES.contains(&file.module.as_str())) {
        let message = format!("`{}` is a module of the script language itself", file.module.value);
        mistakes.hint(&file.module.place, message, "name the file otherwise");
    }
    for file in files() {
        wit_keeps(file, mistakes);
    }
    let mut apps: BTreeMap<&str, &str> = BTreeMap::new();
    for (text, file) in texts.iter().flat_map(|text| text.files.iter().map(move |it| (text, it))) {
        if let Some(other) = apps.insert(file.module.as_str(), text.folder.as_str()) {
            let message = format!("{other} has a module `{}` already", file.module.value);
            mistakes.hint(&file.module.place, message, "name the file otherwise");
        }
    }
    made(texts, spec, mistakes);
    made_of_rust(texts, spec, mistakes);
    let mut modules = Names::new("module", mistakes);
    for text in texts {
        for file in &text.files {
            modules.add("Rust", name::snake(file.module.as_str()), &file.module);
            modules.add("Rhai", name::rhai(file.module.as_str()), &file.module);
            modules.add("WIT", name::kebab(file.module.as_str()), &file.module);
            let mut operations = Names::new("operation", mistakes);
            for operation in &file.operations {
                let name = &operation.name;
                operations.add("Rust", name::pascal(name.as_str()), name);
                operations.add("Rhai", name::rhai(name.as_str()), name);
                operations.add("WIT", name::kebab(name.as_str()), name);
                let mut ids = Names::new("id", mistakes);
                for id in operation.http.iter().flat_map(ids_of) {
                    ids.add("WIT", wit::parameter(id.as_str()), &id);
                }
                let mut parameters = Names::new("parameter", mistakes);
                for parameter in &operation.query {
                    parameters.add("Rust", name::snake(parameter.name.as_str()), &parameter.name);
                }
            }
            let mut types = Names::new("type", mistakes);
            for kind in &file.types {
                if let Some(kind) = &kind.kind {
                    types.add("Rust", name::pascal(kind.as_str()), kind);
                }
                let mut attributes = Names::new("attribute", mistakes);
                for attribute in &kind.attributes {
                    let name = &attribute.name;
                    attributes.add("Rust", name::snake_beside(name.as_str(), &["other"]), name);
                }
            }
        }
    }
}

/// Names that the package of plugins and its SDK have for themselves: interfaces beside those of the spec, types within each
/// of them, and modules.
fn wit_keeps(file: &FileText, mistakes: &Store) {
    let interface = name::kebab(file.module.as_str());
    let told = SCRIPT_MODULES.contains(&file.module.as_str());
    if !told && wit::reserved().any(|reserved| reserved == interface) {
        let message = format!(
            "`{}` is `{interface}` in WIT, which is there for all plugins",
            file.module.value
        );
        mistakes.hint(&file.module.place, message, "name the file otherwise");
    }
    let module = name::snake(file.module.as_str());
    if sdk::MODULES.contains(&module.as_str()) {
        let message = format!("`{}` is a module of the plugin SDK itself", file.module.value);
        mistakes.hint(&file.module.place, message, "name the file otherwise");
    }
    for operation in &file.operations {
        let function = name::kebab(operation.name.as_str());
        if wit::USED.contains(&function.as_str()) {
            let message = format!(
                "`{}` is `{function}` in WIT, which is a type of every interface",
                operation.name.value
            );
            mistakes.hint(&operation.name.place, message, "rename the operation");
        }
    }
}

/// The ids of a path, each at its place.
fn ids_of(http: &At<String>) -> Vec<At<String>> {
    let inner = |segment: &str| segment.strip_prefix('{')?.strip_suffix('}').map(str::len);
    let ids = http.value.split('/').filter_map(|segment| {
        let offset = segment.as_ptr() as usize - http.value.as_ptr() as usize;
        let length = inner(segment)?;
        Some(At {
            value: segment[1..=length].to_owned(),
            place: http.place.part(offset + 2, length),
        })
    });
    ids.collect()
}

/// Functions that are made from operations, and would be called like another operation's.
fn made(texts: &[AppText], spec: &Spec, mistakes: &Store) {
    for module in surface::surface(spec) {
        let clashes = |function: &&Function| {
            module.functions.iter().find(|other| {
                let alike = other.name == function.name
                    && other.parameters.len() == function.parameters.len();
                alike && other.origin != function.origin && !is_operation(&other.origin)
            })
        };
        for function in module.functions.iter().filter(|it| is_operation(&it.origin)) {
            let Some(other) = clashes(&function) else { continue };
            let Origin::Operation(id) = &function.origin else { continue };
            let Some(place) = place_of(texts, id) else { continue };
            let made_of = match &other.origin {
                Origin::Operation(of) | Origin::Each(of) | Origin::Count(of) => of,
                Origin::Find { list, .. }
                | Origin::FindOrCreate { list, .. }
                | Origin::Sync { list, .. } => list,
            };
            let message =
                format!("`{}` is what scripts call a function made of {made_of}", other.name);
            mistakes.hint(place, message, "rename the operation");
        }
    }
}

/// The same in the plugin SDK, where a name is one function, whatever it takes.
fn made_of_rust(texts: &[AppText], spec: &Spec, mistakes: &Store) {
    let surface = surface::surface(spec);
    for (_, module) in spec.modules() {
        let functions = surface.iter().find(|it| it.name == name::rhai(&module.name));
        let functions = functions.map(|it| it.functions.as_slice()).unwrap_or_default();
        let names = sdk::functions(module, functions);
        for (made, of) in &names {
            let other = names.iter().find(|(name, other)| name == made && other != of);
            // Told where the name was given, not where it was made.
            let given = name::snake(of) == *made;
            let Some((_, other)) = other.filter(|(_, other)| given && name::snake(other) != *made)
            else {
                continue;
            };
            let id = format!("{}.{of}", module.name);
            let Some(place) = place_of(texts, &id) else { continue };
            let message =
                format!("`{made}` is what plugins in Rust call a function made of {other}");
            mistakes.hint(place, message, "rename the operation");
        }
    }
}

fn is_operation(origin: &Origin) -> bool {
    matches!(origin, Origin::Operation(_))
}

fn place_of<'t>(texts: &'t [AppText], id: &str) -> Option<&'t Place> {
    let (module, name) = id.split_once('.')?;
    let mut files = texts.iter().flat_map(|text| &text.files);
    let file = files.find(|file| file.module.value == module)?;
    let operation = file.operations.iter().find(|operation| operation.name.value == name)?;
    Some(&operation.name.place)
}

/// Names of one kind within one room.
struct Names<'m> {
    what: &'static str,
    mistakes: &'m Store,
    taken: BTreeMap<(&'static str, String), (String, Place)>,
}

impl<'m> Names<'m> {
    fn new(what: &'static str, mistakes: &'m Store) -> Self {
        Self { what, mistakes, taken: BTreeMap::new() }
    }

    fn add(&mut self, target: &'static str, derived: String, from: &At<String>) {
        let what = self.what;
        if derived.is_empty() {
            let message = format!("no {target} name can be made of the {what} `{}`", from.value);
            self.mistakes.hint(&from.place, message, "it needs a letter or a digit");
            return;
        }
        let key = (target, derived.clone());
        match self.taken.get(&key) {
            // One name twice is another mistake.
            Some((other, place)) if place != &from.place && *other != from.value => {
                let message = format!(
                    "the {what}s `{other}` and `{}` are both `{derived}` in {target}",
                    from.value
                );
                self.mistakes.hint(&from.place, message, "rename one of them");
            }
            _ => {
                self.taken.insert(key, (from.value.clone(), from.place.clone()));
            }
        }
    }
}
