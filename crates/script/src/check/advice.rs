//! Warnings: what runs, and is hardly meant.

use pianoroll_api::Operation;
use pianoroll_api::operation::find as operation_named;
use rhai::{FnCallExpr, Position};

use super::{at, start_of};
use crate::diagnostic::Diagnostic;
use crate::modules::calls::called;

/// Operations that the official API has not.
pub(super) fn documented_only(
    call: &FnCallExpr,
    position: Position,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if !call.is_qualified() {
        return;
    }
    let module = call.namespace.to_string();
    let called = called(&module, &call.name);
    let Some((operation, why)) = called
        .iter()
        .find_map(|called| Some((called.operation, called.operation.documented_only?)))
    else {
        return;
    };
    let function = format!("{module}::{}", call.name);
    let start = start_of(call, position);
    let message = format!("`{function}` works with the documented API only");
    diagnostics.push(
        Diagnostic::warning("documented-only", message, at(start))
            .with_width(function.chars().count())
            .with_hint(Some(as_functions(why, operation))),
    );
}

/// A text of the table with the ids of operations as scripts write them: `flows.list_actions` is `flows::list_actions`.
fn as_functions(text: &str, operation: &Operation) -> String {
    let words = text.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'));
    let words = words.map(|word| {
        let id = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let known = operation_named(id).filter(|known| known.app.id == operation.app.id);
        match known {
            Some(known) => word.replacen(id, &format!("`{}::{}`", known.module, known.name), 1),
            None => word.to_owned(),
        }
    });
    words.collect()
}
