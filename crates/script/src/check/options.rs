//! Options that are written out in a call and that the operation does not have.

use pianoroll_api::operation::find as operation_named;
use pianoroll_api::{OPERATIONS, Operation};
use pianoroll_model::suggest;
use rhai::{Expr, FnCallExpr};

use super::at;
use crate::diagnostic::Diagnostic;
use crate::modules::count::count_name;
use crate::modules::files;
use crate::modules::operations::{Parameters, option_names};
use crate::modules::{parallel, wait_for};

/// Checks the options of a call.
pub(super) fn call(call: &FnCallExpr, mistakes: &mut Vec<Diagnostic>) {
    let name = call.name.as_str();
    let (what, index, allowed) = if call.is_qualified() {
        let module = call.namespace.to_string();
        match operation_of(&module, name) {
            Some(operation) => {
                let index = if name == "find" { 1 } else { Parameters::of(operation).required() };
                (format!("{module}::{name}"), index, option_names(operation))
            }
            None if module == "files" && name == "read_csv" => {
                (format!("{module}::{name}"), 1, files::CSV_OPTIONS.to_vec())
            }
            None => return,
        }
    } else if name == "parallel" {
        (name.to_owned(), 3, parallel::OPTIONS.to_vec())
    } else if name == "wait_for" {
        (name.to_owned(), 1, wait_for::OPTIONS.to_vec())
    } else {
        return;
    };
    let Some(Expr::Map(map, _)) = call.args.get(index) else { return };
    for (key, _) in &map.0 {
        let key_name = key.name.as_str();
        if allowed.contains(&key_name) {
            continue;
        }
        let hint = match suggest(key_name, allowed.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if allowed.is_empty() => "it has no options".to_owned(),
            None => format!("it has {}", allowed.join(", ")),
        };
        let message = format!("`{what}` has no option `{key_name}`");
        let width = key_name.chars().count();
        mistakes.push(
            Diagnostic::error("unknown-option", message, at(key.pos))
                .with_width(width)
                .with_hint(Some(hint)),
        );
    }
}

/// The operation whose options a function of a module takes.
fn operation_of(module: &str, function: &str) -> Option<&'static Operation> {
    if function == "find" {
        return operation_named(&format!("{module}.list"));
    }
    operation_named(&format!("{module}.{function}")).or_else(|| {
        let mut operations = OPERATIONS.iter().filter(|operation| operation.module == module);
        operations.find(|operation| {
            [operation.each_name(), count_name(operation)]
                .iter()
                .any(|name| name.as_deref() == Some(function))
        })
    })
}
