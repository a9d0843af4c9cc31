//! What can be found before a script runs: unknown names, wrong numbers of arguments, unknown options, undeclared parameters,
//! and closures of a `parallel` that change what they captured.

mod captures;
mod names;
mod options;
mod syntax;
mod table;

use std::collections::BTreeMap;

use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

use crate::diagnostic::Diagnostic;
use crate::header::Header;

pub(crate) use syntax::parse;
#[cfg(test)]
pub(crate) use table::Table;

/// What the check found.
pub(crate) struct Found {
    /// The mistakes, in no order.
    pub(crate) mistakes: Vec<Diagnostic>,
    /// Closures that change what they captured.
    pub(crate) writers: BTreeMap<String, (String, usize)>,
}

/// Checks a script that was parsed.
pub(crate) fn check(ast: &AST, header: &Header) -> Found {
    let captures = captures::Captures::of(ast);
    let names = names::Names::new(table::Table::get(), ast, header);
    let mut mistakes = Vec::new();
    walk(ast, &mut |node| {
        names.node(node, &mut mistakes);
        if let Some((call, _)) = call_of(node) {
            options::call(call, &mut mistakes);
            captures.call(call, &mut mistakes);
        }
    });
    Found { mistakes, writers: captures.into_writers() }
}

/// Visits every node of a script and of its functions.
fn walk(ast: &AST, visit: &mut dyn FnMut(&ASTNode)) {
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(node) = path.last() {
            visit(node);
        }
        true
    });
}

/// The function call that a node is; not a method call.
fn call_of<'n>(node: &'n ASTNode) -> Option<(&'n FnCallExpr, Position)> {
    match node {
        ASTNode::Expr(Expr::FnCall(call, position)) => Some((call, *position)),
        ASTNode::Stmt(Stmt::FnCall(call, position)) => Some((call, *position)),
        _ => None,
    }
}

/// Line and column of a position.
fn at(position: Position) -> Option<(usize, usize)> {
    Some((position.line()?, position.position().unwrap_or(1)))
}
