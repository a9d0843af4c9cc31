//! From what was written to what it means. First the apps and their types, then each operation against them, at last what
//! only all of them together can show: duplicate routes, probes, names. A value that is wrong is reported and left out.

mod app;
mod body;
mod cross;
mod example;
mod kind;
mod names;
mod operation;
mod query;
mod variant;

use crate::checked::{App, Spec};
use crate::mistake::{Mistakes, Store};
use crate::source::{At, Tree};
use crate::text::{self, AppText, FileText};

/// Reads and checks a whole spec.
///
/// # Errors
/// Every mistake in every file.
pub fn check(tree: &Tree) -> Result<Spec, Mistakes> {
    let mistakes = Store::default();
    let texts = text::read(tree, &mistakes);
    let mut apps = Vec::new();
    for text in &texts {
        let mut app = app::app(text, &mistakes);
        app.modules = text.files.iter().map(|file| app::module(file, &mistakes)).collect();
        cross::types(text, &app, &mistakes);
        let operations: Vec<_> = text
            .files
            .iter()
            .map(|file| operations(&Scope { tree, mistakes: &mistakes, app: &app, text, file }))
            .collect();
        for (module, operations) in app.modules.iter_mut().zip(operations) {
            module.operations = operations;
        }
        cross::probes(text, &app, &mistakes);
        apps.push(app);
    }
    let spec = Spec { apps };
    cross::routes(&texts, &spec, &mistakes);
    names::check(&texts, &spec, &mistakes);
    mistakes.finish(tree)?;
    Ok(spec)
}

/// What a check of one file's operations leans on.
struct Scope<'s> {
    tree: &'s Tree,
    mistakes: &'s Store,
    app: &'s App,
    text: &'s AppText,
    file: &'s FileText,
}

fn operations(scope: &Scope<'_>) -> Vec<crate::checked::Operation> {
    let texts = scope.file.operations.iter();
    texts.filter_map(|text| operation::operation(scope, text)).collect()
}

impl Scope<'_> {
    /// Whether the app has this type; reports it otherwise.
    fn knows_type(&self, kind: &At<String>) -> bool {
        let known = self.app.type_of(kind.as_str()).is_some();
        if !known {
            let all = self.app.modules.iter().flat_map(|module| &module.types);
            let message = format!("`{}` is not a type of {}", kind.value, self.text.folder.value);
            let names = all.map(|it| it.kind.as_str());
            self.mistakes.unknown(&kind.place, message, kind.as_str(), names);
        }
        known
    }
}

/// The value behind a word, or a mistake that shows the words there are.
fn word<T: Copy>(
    mistakes: &Store,
    given: &At<String>,
    what: &str,
    all: &[(&'static str, T)],
) -> Option<T> {
    let found = all.iter().find(|(word, _)| *word == given.value).map(|(_, value)| *value);
    if found.is_none() {
        let message = format!("`{}` is not {what}", given.value);
        mistakes.unknown(&given.place, message, given.as_str(), all.iter().map(|(word, _)| *word));
    }
    found
}

/// The values of a list, each once; a second one is reported.
fn once<'v>(mistakes: &Store, values: &'v [At<String>]) -> Vec<&'v At<String>> {
    let mut all: Vec<&At<String>> = Vec::new();
    for value in values {
        if all.iter().any(|earlier| earlier.value == value.value) {
            mistakes.add(&value.place, format!("`{}` is there twice", value.value));
        } else {
            all.push(value);
        }
    }
    all
}

/// `1 id`, `2 ids`
fn count_ids(count: usize) -> String {
    format!("{count} id{}", if count == 1 { "" } else { "s" })
}
