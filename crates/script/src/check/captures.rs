//! What closures capture, and whether they change it.
//!
//! Inside a `parallel` each item works on copies, so a change would be lost without a word; a `checkpoint` is not run again
//! when its run is replayed, so a change would be made only the first time.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Dynamic, Expr, FnCallExpr, FnPtr, Position, ScriptFuncDef, Shared, Stmt};

use super::{at, bodies};
use crate::diagnostic::Diagnostic;

/// Methods that change their object, whatever it is.
const CHANGING: [&str; 27] = [
    "append",
    "chop",
    "clear",
    "crop",
    "dedup",
    "drain",
    "fill_with",
    "insert",
    "make_lower",
    "make_upper",
    "mixin",
    "pad",
    "pop",
    "push",
    "remove",
    "replace",
    "retain",
    "reverse",
    "set",
    "shift",
    "sort",
    "sort_by",
    "sort_desc",
    "splice",
    "take",
    "trim",
    "truncate",
];

/// The closures of a script.
pub(super) struct Captures {
    writers: BTreeMap<String, Write>,
}

/// A variable that is changed.
#[derive(Clone)]
pub(super) struct Write {
    pub(super) name: String,
    position: Position,
}

/// One closure while it is looked at.
#[derive(Default)]
struct Closure {
    captured: BTreeSet<String>,
    writes: Vec<Write>,
    /// Closures inside, by name.
    inner: Vec<String>,
}

impl Captures {
    pub(super) fn of(ast: &AST) -> Self {
        let captured = captured(ast);
        let mut closures = BTreeMap::new();
        for function in ast.iter_fn_def() {
            let Some(count) = captured.get(function.name.as_str()) else { continue };
            let names = function.params.iter().take(*count).map(ToString::to_string).collect();
            closures.insert(function.name.to_string(), look(function, names));
        }
        let mut writers = BTreeMap::new();
        for name in closures.keys() {
            if let Some(write) = first_write(&closures, name, &mut BTreeSet::new()) {
                writers.insert(name.clone(), write);
            }
        }
        Self { writers }
    }

    /// A `parallel` or a `checkpoint` whose closure changes what it captured.
    pub(super) fn call(&self, call: &FnCallExpr, mistakes: &mut Vec<Diagnostic>) {
        let (place, hint) = match call.name.as_str() {
            _ if call.is_qualified() => return,
            "parallel" => (
                2,
                "each item has its own copy, so the change would be lost: answer a value instead",
            ),
            "checkpoint" => {
                (1, "a replay answers its value and does not run it again: answer a value instead")
            }
            _ => return,
        };
        let Some(closure) = call.args.get(place).and_then(closure_of) else { return };
        if let Some(Write { name, position }) = self.writers.get(&closure) {
            let message =
                format!("the closure of a `{}` changes `{name}`, which it captured", call.name);
            let width = name.chars().count();
            mistakes.push(
                Diagnostic::error("captured-write", message, at(*position))
                    .with_width(width)
                    .with_hint(Some(hint.to_owned())),
            );
        }
    }

    pub(super) fn into_writers(self) -> BTreeMap<String, (String, usize)> {
        let entries = self.writers.into_iter();
        entries
            .map(|(closure, write)| (closure, (write.name, write.position.line().unwrap_or(0))))
            .collect()
    }
}

/// How many variables the closures of a script capture: these are their first parameters.
pub(super) fn captured(ast: &AST) -> BTreeMap<String, usize> {
    let mut captured = BTreeMap::new();
    super::walk(ast, &mut |node| {
        if let ASTNode::Expr(Expr::FnCall(call, _)) = node
            && let Some((closure, count)) = curried(call)
        {
            captured.insert(closure, count);
        }
    });
    captured
}

/// The closure that a `curry` makes, and how many variables it captures.
fn curried(call: &FnCallExpr) -> Option<(String, usize)> {
    if call.name != "curry" || call.is_qualified() {
        return None;
    }
    let (Expr::DynamicConstant(value, _), variables) = call.args.split_first()? else {
        return None;
    };
    let name = closure_name(value)?;
    Some((name, variables.len()))
}

fn closure_name(value: &Dynamic) -> Option<String> {
    let function = value.read_lock::<FnPtr>()?;
    function.is_anonymous().then(|| function.fn_name().to_owned())
}

/// The closure that an expression is: with captures it is a block that shares them and makes it.
pub(super) fn closure_of(expression: &Expr) -> Option<String> {
    match expression {
        Expr::DynamicConstant(value, _) => closure_name(value),
        Expr::FnCall(call, _) => curried(call).map(|(name, _)| name),
        Expr::Stmt(block) => block.statements().iter().find_map(|statement| match statement {
            Stmt::Expr(expression) => closure_of(expression),
            Stmt::FnCall(call, _) => curried(call).map(|(name, _)| name),
            _ => None,
        }),
        _ => None,
    }
}

/// What a closure's body does to what it captured.
fn look(function: &Shared<ScriptFuncDef>, captured: BTreeSet<String>) -> Closure {
    let mut closure = Closure { captured, ..Closure::default() };
    bodies::visit(function, &mut |path| match path.last() {
        // A variable of its own with the same name: what happens to it is the closure's business.
        Some(ASTNode::Stmt(Stmt::Var(variable, ..))) => {
            closure.captured.remove(variable.0.name.as_str());
        }
        Some(ASTNode::Stmt(Stmt::For(parts, _))) => {
            closure.captured.remove(parts.0.name.as_str());
        }
        _ => {}
    });
    bodies::visit(function, &mut |path| {
        let Some(node) = path.last() else { return };
        if let ASTNode::Expr(Expr::FnCall(call, _)) = node
            && let Some((inner, _)) = curried(call)
        {
            closure.inner.push(inner);
        }
        if let Some(write) = written(node).filter(|write| closure.captured.contains(&write.name)) {
            closure.writes.push(write);
        }
    });
    closure
}

/// The variable that a node changes: it is assigned to, in whole or in part, or has a method that changes it.
pub(super) fn written(node: &ASTNode) -> Option<Write> {
    match node {
        ASTNode::Stmt(Stmt::Assignment(assignment)) => root(&assignment.1.lhs),
        ASTNode::Expr(Expr::Dot(chain, ..) | Expr::Index(chain, ..)) if changes(&chain.rhs) => {
            root(&chain.lhs)
        }
        other => super::call_of(other).and_then(|(call, _)| {
            let changing = CHANGING.contains(&call.name.as_str()) && !call.is_qualified();
            call.args.first().filter(|_| changing).and_then(root)
        }),
    }
}

/// The variable at the root of `x`, `x.a`, `x[0].b`.
fn root(expression: &Expr) -> Option<Write> {
    match expression {
        Expr::Variable(variable, _, position) if variable.2.is_empty() => {
            Some(Write { name: variable.1.to_string(), position: *position })
        }
        Expr::Dot(chain, ..) | Expr::Index(chain, ..) => root(&chain.lhs),
        _ => None,
    }
}

/// Whether a chain of properties ends in a method that changes the root. Behind another method it changes that one's answer.
fn changes(rest: &Expr) -> bool {
    match rest {
        Expr::MethodCall(call, _) => CHANGING.contains(&call.name.as_str()),
        Expr::Dot(chain, ..) | Expr::Index(chain, ..) => match &chain.lhs {
            Expr::MethodCall(call, _) => CHANGING.contains(&call.name.as_str()),
            _ => changes(&chain.rhs),
        },
        _ => false,
    }
}

/// The first write to something captured, in a closure or in those inside it.
fn first_write(
    closures: &BTreeMap<String, Closure>,
    name: &str,
    seen: &mut BTreeSet<String>,
) -> Option<Write> {
    let closure = closures.get(name)?;
    if !seen.insert(name.to_owned()) {
        return None;
    }
    closure.writes.first().cloned().or_else(|| {
        let mut inner = closure.inner.iter().filter_map(|inner| first_write(closures, inner, seen));
        inner.find(|write| closure.captured.contains(&write.name))
    })
}
