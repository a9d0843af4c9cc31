//! What closures are for: the items of a `parallel`, the block of a `checkpoint`, the items of an array.

use std::collections::BTreeMap;

use rhai::{AST, ASTNode, Expr, FnCallExpr, Stmt};

use super::bodies;
use super::captures::closure_of;
use super::literal::{Constants, Known, Literal};

/// What a closure is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Each item of a `parallel`.
    Parallel,
    /// The block of a `checkpoint`.
    Checkpoint,
    /// Each item of an array or of rows.
    Each,
}

/// One closure.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) purpose: Purpose,
    /// The function that it stands in.
    pub(super) inside: Option<String>,
    /// Whether it stands in a loop there.
    in_loop: Option<Loop>,
    /// Whether it runs for a few items that are written out.
    few: bool,
}

/// A loop around something.
#[derive(Clone, Debug)]
pub(super) struct Loop {
    /// The variables that differ from round to round.
    pub(super) variables: Vec<String>,
    /// Whether it has a few rounds, whose number is written out.
    few: bool,
}

/// The closures of a script whose purpose is known, by the names that Rhai gives them.
pub(super) struct Blocks {
    blocks: BTreeMap<String, Block>,
    /// The parameters of each that are its own: they differ from item to item.
    own: BTreeMap<String, Vec<String>>,
}

/// Methods that call a closure for each item.
const EACH: [&str; 8] = ["all", "filter", "find", "find_map", "for_each", "map", "reduce", "some"];

/// How many rounds are few: no bulk operation is worth its trouble then.
const FEW: usize = 10;

impl Blocks {
    pub(super) fn of(ast: &AST, constants: &Constants) -> Self {
        let mut blocks = BTreeMap::new();
        bodies::visit_all(ast, &mut |inside, path| {
            let Some(node) = path.last() else { return };
            let found = match node {
                ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) => {
                    of_call(call, constants)
                }
                ASTNode::Expr(Expr::Dot(chain, ..)) => match &chain.rhs {
                    Expr::MethodCall(call, _) if EACH.contains(&call.name.as_str()) => {
                        let closure = call.args.first().and_then(closure_of);
                        closure.map(|closure| (closure, Purpose::Each, few(&chain.lhs, constants)))
                    }
                    _ => None,
                },
                _ => None,
            };
            if let Some((closure, purpose, few)) = found {
                let in_loop = loop_around(path, constants);
                let inside = inside.map(str::to_owned);
                blocks.insert(closure, Block { purpose, inside, in_loop, few });
            }
        });
        let captured = super::captures::captured(ast);
        let own = ast.iter_fn_def().map(|function| {
            let skipped = captured.get(function.name.as_str()).copied().unwrap_or_default();
            let own = function.params.iter().skip(skipped).map(ToString::to_string);
            (function.name.to_string(), own.collect())
        });
        Self { blocks, own: own.collect() }
    }

    /// The nearest block of a purpose around a function.
    pub(super) fn around(&self, function: Option<&str>, purpose: Purpose) -> bool {
        let mut function = function.map(str::to_owned);
        // Each closure stands in one place, so this ends.
        while let Some(block) = function.as_ref().and_then(|name| self.blocks.get(name)) {
            if block.purpose == purpose {
                return true;
            }
            function.clone_from(&block.inside);
        }
        false
    }

    /// The nearest loop around a node, whether written as one or made by a closure.
    pub(super) fn loop_around(
        &self,
        function: Option<&str>,
        path: &[ASTNode],
        constants: &Constants,
    ) -> Option<Loop> {
        if let Some(found) = loop_around(path, constants) {
            return Some(found);
        }
        let name = function?;
        let block = self.blocks.get(name)?;
        match block.purpose {
            Purpose::Checkpoint => block.in_loop.clone(),
            Purpose::Parallel | Purpose::Each => Some(Loop {
                variables: self.own.get(name).cloned().unwrap_or_default(),
                few: block.few,
            }),
        }
    }
}

impl Loop {
    /// Whether a bulk operation would be worth its trouble.
    pub(super) fn is_long(&self) -> bool {
        !self.few && !self.variables.is_empty()
    }
}

fn of_call(call: &FnCallExpr, constants: &Constants) -> Option<(String, Purpose, bool)> {
    let (place, purpose) = match call.name.as_str() {
        _ if call.is_qualified() => return None,
        "parallel" => (2, Purpose::Parallel),
        "checkpoint" => (1, Purpose::Checkpoint),
        _ => return None,
    };
    let closure = call.args.get(place).and_then(closure_of)?;
    let few = call.args.first().is_some_and(|items| few(items, constants));
    Some((closure, purpose, few))
}

/// The `for` around a node, where it stands in its body. Other loops have no item.
fn loop_around(path: &[ASTNode], constants: &Constants) -> Option<Loop> {
    path.windows(2).rev().find_map(|pair| match pair {
        [ASTNode::Stmt(Stmt::For(parts, _)), inner] => {
            // What is looped over is evaluated once.
            let in_head =
                matches!(inner, ASTNode::Expr(head) if std::ptr::eq(*head, &parts.2.expr));
            let counter = parts.1.as_ref().map(|counter| counter.name.to_string());
            let variables = std::iter::once(parts.0.name.to_string()).chain(counter).collect();
            (!in_head).then(|| Loop { variables, few: few(&parts.2.expr, constants) })
        }
        _ => None,
    })
}

/// Whether what is looped over is written out and short.
fn few(items: &Expr, constants: &Constants) -> bool {
    if let Expr::FnCall(call, _) = items
        && matches!(call.name.as_str(), ".." | "..=")
        && let [Expr::IntegerConstant(from, _), Expr::IntegerConstant(to, _)] = call.args.as_slice()
    {
        return to.saturating_sub(*from) <= FEW as i64;
    }
    match constants.resolve(&Literal::of(items)).known {
        Known::List(items) => items.len() <= FEW,
        _ => false,
    }
}
