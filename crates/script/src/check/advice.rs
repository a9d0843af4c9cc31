//! Warnings: what runs, and is hardly meant.

use std::collections::BTreeSet;

use pianoroll_api::operation::{Shape, find as operation_named};
use pianoroll_api::{OPERATIONS, Operation};
use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::blocks::Blocks;
use super::literal::Constants;
use super::{at, bodies, call_of, start_of};
use crate::diagnostic::Diagnostic;
use crate::header::Header;
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

/// Calls in a loop that one call could make together.
pub(super) fn bulk(
    ast: &AST,
    blocks: &Blocks,
    constants: &Constants,
    diagnostics: &mut Vec<Diagnostic>,
) {
    bodies::visit_all(ast, &mut |function, path| {
        let Some((call, position)) = path.last().and_then(call_of) else { return };
        if !call.is_qualified() || diagnostics.len() > super::MOST_FOUND {
            return;
        }
        let module = call.namespace.to_string();
        let Some(operation) = operation_named(&format!("{module}.{}", call.name)) else { return };
        if operation.effect.is_read() {
            return;
        }
        let Some(around) = blocks.loop_around(function, path, constants) else { return };
        let ids = operation.route.ids().count();
        let varies = call.args.iter().take(ids).any(|id| names_one_of(id, &around.variables));
        if !around.is_long() || varies {
            return;
        }
        let Some((better, max)) = together(operation, call.args.get(ids)) else { return };
        let name = format!("{module}::{}", call.name);
        let message = match better {
            better if better.id == operation.id => {
                format!("`{name}` is called for one item at a time, and takes {max} in a call")
            }
            better => format!(
                "`{name}` is called for each item; `{}::{}` takes {max} in a call",
                better.module, better.name
            ),
        };
        let hint = "collect the items in the loop, and give them all to one call behind it: a longer list becomes several calls by itself";
        diagnostics.push(
            Diagnostic::warning("bulk-loop", message, at(start_of(call, position)))
                .with_width(name.chars().count())
                .with_hint(Some(hint.to_owned())),
        );
    });
}

/// The operation that takes many at once, and how many: this one, given a list of one; or one of the same module that takes a
/// list of what this one makes.
fn together(operation: &Operation, body: Option<&Expr>) -> Option<(&'static Operation, u32)> {
    let spec = operation.body.as_ref()?;
    if let Some(max) = spec.shape.max() {
        let one = matches!(body, Some(Expr::Array(items, _)) if items.len() == 1);
        return one.then(|| operation_named(operation.id)).flatten().map(|same| (same, max));
    }
    if operation.route.ids().next().is_some() || !operation.effect_when.is_empty() {
        return None;
    }
    let takes_many = |other: &&Operation| {
        let shape = other.body.as_ref().map(|body| body.shape);
        let item = match shape {
            Some(Shape::Items { item, .. } | Shape::Groups { item, .. }) => item,
            _ => return false,
        };
        other.module == operation.module && item == spec.kind && other.effect == operation.effect
    };
    let better = OPERATIONS.iter().find(takes_many)?;
    Some((better, better.body.as_ref()?.shape.max()?))
}

/// Whether an expression reads one of these variables.
fn names_one_of(expression: &Expr, variables: &[String]) -> bool {
    let mut found = false;
    expression.walk(&mut Vec::new(), &mut |path: &[ASTNode]| {
        if let Some(ASTNode::Expr(Expr::Variable(variable, ..))) = path.last() {
            found |= variables.iter().any(|name| *name == variable.1.as_str());
        }
        !found
    });
    found
}

/// Parameters that the header declares and nothing reads.
pub(super) fn unused_parameters(
    ast: &AST,
    header: &Header,
    source: &str,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut used = BTreeSet::new();
    let mut imports = false;
    super::walk(ast, &mut |node| match node {
        ASTNode::Expr(Expr::Variable(variable, ..)) if !variable.2.is_empty() => {
            used.insert(variable.1.to_string());
        }
        ASTNode::Stmt(Stmt::Import(..)) => imports = true,
        _ => {}
    });
    // Libraries may read them, too.
    if imports {
        return;
    }
    for param in header.params.iter().filter(|param| !used.contains(&param.name)) {
        let number = param.line.unwrap_or(1);
        let line = source.lines().nth(number.saturating_sub(1)).unwrap_or_default();
        let before = line.find(&param.name).and_then(|start| line.get(..start)).unwrap_or_default();
        let place = (number, before.chars().count() + 1);
        let message = format!("the parameter `{}` is declared and never used", param.name);
        let hint = format!("read it as `params::{}`, or take the line out", param.name);
        diagnostics.push(
            Diagnostic::warning("unused-parameter", message, Some(place))
                .with_width(param.name.chars().count())
                .with_hint(Some(hint)),
        );
    }
}
