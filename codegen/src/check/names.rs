//! Names that the rules of a target would make of two things at once.

use std::collections::BTreeMap;

use crate::checked::Spec;
use crate::mistake::Store;
use crate::name;
use crate::source::{At, Place};
use crate::text::AppText;

pub(super) fn check(texts: &[AppText], _spec: &Spec, mistakes: &Store) {
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
            Some((other, place)) if place != &from.place => {
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
