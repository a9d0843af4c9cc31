//! What can be found before a script runs: unknown names, wrong numbers of arguments, unknown options, undeclared parameters,
//! and closures of a `parallel` that change what they captured.

mod advice;
mod arguments;
mod backticks;
mod blocks;
mod bodies;
mod captures;
mod elsewhere;
mod literal;
mod names;
mod needs;
mod options;
mod syntax;
mod table;
mod traps;

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTFlags, ASTNode, Expr, FnCallExpr, Position, Stmt};

use crate::diagnostic::{Diagnostic, Severity};
use crate::header::Header;
use crate::library::Exports;
use crate::script::Dialect;

pub(crate) use names::ELSEWHERE;
pub use needs::Need;
pub(crate) use syntax::parse;
pub(crate) use table::Table;

/// What the check found.
pub(crate) struct Found {
    /// The mistakes and warnings, in no order.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What its calls need to be granted, in the order of their places.
    pub(crate) needs: Vec<Need>,
    /// Closures that change what they captured.
    pub(crate) writers: BTreeMap<String, (String, usize)>,
}

/// How many mistakes are looked for: nobody reads more, and each costs a search for what was meant.
const MOST_FOUND: usize = 1_000;

/// What stands around a file.
#[derive(Default)]
pub(crate) struct Around {
    /// What it imports, by the names that it gives it.
    pub(crate) imports: BTreeMap<String, Exports>,
    /// Whether it is a library itself.
    pub(crate) is_library: bool,
}

/// Checks a file that was parsed.
pub(crate) fn check(
    ast: &AST,
    header: &Header,
    source: &str,
    path: &str,
    dialect: Dialect,
    around: &Around,
) -> Found {
    let captures = captures::Captures::of(ast);
    let names = names::Names::new(dialect, ast, header, around);
    let constants = literal::Constants::of(ast);
    let mut mistakes = Vec::new();
    let mut needs = Vec::new();
    let lines: Vec<&str> = source.lines().collect();
    walk(ast, &mut |node| {
        if mistakes.len() > MOST_FOUND {
            return;
        }
        names.node(node, &mut mistakes);
        backticks::escapes(node, &lines, &mut mistakes);
        if let Some((call, position)) = call_of(node) {
            advice::documented_only(call, position, &mut mistakes);
            needs::call(call, position, path, &constants, &mut needs);
            options::call(call, &mut mistakes);
            arguments::call(call, position, &constants, &mut mistakes);
            captures.call(call, &mut mistakes);
        }
    });
    let blocks = blocks::Blocks::of(ast, &constants);
    traps::check(ast, &blocks, &constants, &mut mistakes);
    advice::bulk(ast, &blocks, &constants, &mut mistakes);
    // Beside mistakes it would most likely be one more word on the same.
    if mistakes.iter().all(|found| found.severity == Severity::Warning) {
        advice::unused_parameters(ast, header, source, &mut mistakes);
    }
    needs.sort_by_key(|need| (need.place.line, need.place.column));
    Found { diagnostics: mistakes, needs, writers: captures.into_writers() }
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

/// Where a call begins: at its module, where it has one.
fn start_of(call: &FnCallExpr, position: Position) -> Position {
    // Rhai's `Namespace::position` panics where there is none.
    if !call.is_qualified() || call.namespace.position().is_none() {
        return position;
    }
    call.namespace.position()
}

/// The constants of a file that stand in no block.
pub(crate) fn constants(ast: &AST) -> BTreeSet<String> {
    let constants = ast.statements().iter().filter_map(|statement| match statement {
        Stmt::Var(variable, flags, _) if flags.contains(ASTFlags::CONSTANT) => {
            Some(variable.0.name.to_string())
        }
        _ => None,
    });
    constants.collect()
}

/// An `import` that stands in a block or in a function.
pub(crate) fn imports_inside(
    ast: &AST,
    at_top: &BTreeSet<(Option<usize>, Option<usize>)>,
    mistakes: &mut Vec<Diagnostic>,
) {
    walk(ast, &mut |node| {
        if let ASTNode::Stmt(Stmt::Import(_, position)) = node
            && !at_top.contains(&(position.line(), position.position()))
        {
            let message =
                "an `import` stands at the top of a file, outside of blocks and functions";
            mistakes.push(Diagnostic::error("import", message, at(*position)).with_width(6));
        }
    });
}

/// Line and column of a position.
pub(crate) fn at(position: Position) -> Option<(usize, usize)> {
    Some((position.line()?, position.position().unwrap_or(1)))
}
