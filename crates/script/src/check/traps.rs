//! What Rhai allows, and cannot work: what answers nothing used as a value, a page looped over as if it were a list, effects
//! where only reads may be.

use std::collections::BTreeMap;

use pianoroll_api::operation::{Answer, find as operation_named};
use pianoroll_api::{Operation, RESOURCES, Resource};
use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};
use serde_json::Value;

use super::blocks::{Blocks, Purpose};
use super::literal::{Constants, Known, Literal};
use super::{at, bodies, call_of, start_of};
use crate::diagnostic::Diagnostic;
use crate::modules::calls::called;
use crate::modules::notify::NOTIFY;
use crate::modules::state;
use crate::record::MEMBERS;

/// Methods that change their object and answer nothing, and those that answer what was meant.
const ANSWER_NOTHING: [(&str, Option<&str>); 15] = [
    ("append", None),
    ("clear", None),
    ("crop", None),
    ("dedup", None),
    ("insert", None),
    ("make_lower", Some("to_lower")),
    ("make_upper", Some("to_upper")),
    ("mixin", None),
    ("pad", Some("pad_end")),
    ("push", None),
    ("replace", None),
    ("reverse", None),
    ("sort", None),
    ("trim", Some("trimmed")),
    ("truncate", None),
];

/// Checks a whole script.
pub(super) fn check(
    ast: &AST,
    blocks: &Blocks,
    constants: &Constants,
    mistakes: &mut Vec<Diagnostic>,
) {
    let own: Vec<&str> = ast.iter_fn_def().map(|function| function.name.as_str()).collect();
    let records = Records::of(ast, constants);
    bodies::visit_all(ast, &mut |function, path| {
        let Some(node) = path.last().filter(|_| mistakes.len() <= super::MOST_FOUND) else {
            return;
        };
        if let ASTNode::Expr(expression @ (Expr::Dot(..) | Expr::Index(..))) = node {
            answers_nothing(expression, user(path), &own, mistakes);
            if let Expr::Dot(chain, ..) = expression {
                records.property(&chain.lhs, &chain.rhs, mistakes);
            }
        }
        if let ASTNode::Stmt(Stmt::For(parts, _)) = node {
            looped_page(&parts.2.expr, constants, mistakes);
        }
        if let Some((call, position)) = call_of(node) {
            if blocks.around(function, Purpose::Checkpoint) {
                effect_in_checkpoint(call, position, mistakes);
            }
            if let Some(name) = of_the_run(call).filter(|name| !own.contains(name)) {
                misplaced(name, function, blocks, start_of(call, position), mistakes);
            }
            let nested = call.name == "parallel" && !call.is_qualified();
            if nested && blocks.around(function, Purpose::Parallel) {
                let message = "a `parallel` cannot stand in another";
                let hint = "collect what the inner one needs, and call it behind the outer one";
                mistakes.push(
                    Diagnostic::error("nested-parallel", message, at(position))
                        .with_width("parallel".len())
                        .with_hint(Some(hint.to_owned())),
                );
            }
        }
    });
}

/// What uses the value of the last node: the node around it, or the text that it is put into.
fn user<'p>(path: &'p [ASTNode<'p>]) -> Option<&'p ASTNode<'p>> {
    match path {
        [.., text @ ASTNode::Expr(Expr::InterpolatedString(..)), _, _, _] => Some(text),
        [.., parent, _] => Some(parent),
        _ => None,
    }
}

/// The value of a method that answers nothing.
fn answers_nothing(
    expression: &Expr,
    parent: Option<&ASTNode>,
    own: &[&str],
    mistakes: &mut Vec<Diagnostic>,
) {
    let Some((call, position, goes_on)) = method(expression) else { return };
    let name = call.name.as_str();
    let Some((_, instead)) = ANSWER_NOTHING.iter().find(|(method, _)| *method == name) else {
        return;
    };
    let used = match parent {
        Some(ASTNode::Stmt(
            Stmt::Var(..) | Stmt::Assignment(_) | Stmt::FnCall(..) | Stmt::If(..),
        )) => true,
        Some(ASTNode::Expr(outer)) => matches!(
            outer,
            Expr::Array(..)
                | Expr::Map(..)
                | Expr::InterpolatedString(..)
                | Expr::FnCall(..)
                | Expr::MethodCall(..)
                | Expr::And(..)
                | Expr::Or(..)
                | Expr::Coalesce(..)
        ),
        _ => false,
    };
    // Within a longer chain it was seen from the outside.
    let inner = matches!(parent, Some(ASTNode::Expr(Expr::Dot(..) | Expr::Index(..))));
    if own.contains(&name) || inner || !(used || goes_on) {
        return;
    }
    let message = format!("`{name}` changes what stands before it, and answers nothing");
    let hint = match instead {
        Some(instead) => format!("write `{instead}`, which answers the changed text"),
        None => format!("put `{name}` on a line of its own, and use the variable on the next"),
    };
    mistakes.push(
        Diagnostic::error("answers-nothing", message, at(position))
            .with_width(name.chars().count())
            .with_hint(Some(hint)),
    );
}

/// The last method of a chain, or the first that answers nothing before its end: the call, its place, whether more follows.
fn method(expression: &Expr) -> Option<(&FnCallExpr, Position, bool)> {
    let (Expr::Dot(chain, ..) | Expr::Index(chain, ..)) = expression else { return None };
    let of = |call: &FnCallExpr| ANSWER_NOTHING.iter().any(|(name, _)| *name == call.name.as_str());
    match &chain.rhs {
        Expr::MethodCall(call, position) => Some((call, *position, false)),
        rest @ (Expr::Dot(inner, ..) | Expr::Index(inner, ..)) => match &inner.lhs {
            Expr::MethodCall(call, position) if of(call) => Some((call, *position, true)),
            _ => method(rest),
        },
        _ => None,
    }
}

/// One page is a map, which nothing can loop over.
fn looped_page(items: &Expr, constants: &Constants, mistakes: &mut Vec<Diagnostic>) {
    let Known::Call(module, name, _) = constants.resolve(&Literal::of(items)).known else { return };
    let Some(operation) = operation_named(&format!("{module}.{name}")) else { return };
    let lists = operation.body.as_ref().is_some_and(|body| body.shape.max().is_some());
    if !matches!(operation.answer, Answer::Many(_)) || lists {
        return;
    }
    let position = match items {
        Expr::FnCall(call, position) => start_of(call, *position),
        other => other.start_position(),
    };
    let width = match items {
        Expr::FnCall(..) => module.len() + 2 + name.len(),
        Expr::Variable(variable, ..) => variable.1.chars().count(),
        _ => 1,
    };
    let message = format!("`{module}::{name}` answers one page, which is a map and no list");
    let hint = match operation.each_name() {
        Some(each) => format!(
            "`{module}::{each}(…)` gives all of them, page after page; `.data` behind this holds those of one page"
        ),
        None => "`.data` behind it holds the resources".to_owned(),
    };
    mistakes.push(
        Diagnostic::error("looped-page", message, at(position))
            .with_width(width)
            .with_hint(Some(hint)),
    );
}

fn effect_in_checkpoint(call: &FnCallExpr, position: Position, mistakes: &mut Vec<Diagnostic>) {
    if !call.is_qualified() {
        return;
    }
    let module = call.namespace.to_string();
    let called = called(&module, &call.name);
    let Some(effect) = called.iter().map(|called| called.operation).find(|it| !it.effect.is_read())
    else {
        return;
    };
    let function = format!("{module}::{}", call.name);
    let what = match effect.effect.as_str() {
        "delete" => "deletes",
        "send" => "sends",
        _ => "writes",
    };
    let message = format!("`{function}` {what}, and a `checkpoint` only reads");
    let hint = "answer what is to be changed from the block, and change it behind the checkpoint";
    mistakes.push(
        Diagnostic::error("effect-in-checkpoint", message, at(start_of(call, position)))
            .with_width(function.chars().count())
            .with_hint(Some(hint.to_owned())),
    );
}

/// A function that changes the run as a whole, or tells people of it.
fn of_the_run(call: &FnCallExpr) -> Option<&'static str> {
    match (call.is_qualified(), call.name.as_str()) {
        (false, "wait") if call.args.len() == 1 => Some("wait"),
        (false, NOTIFY) if matches!(call.args.len(), 1 | 2) => Some(NOTIFY),
        (true, name) if call.namespace.to_string() == "state" => {
            let changed = state::CHANGES.into_iter().find(|changed| *changed == name)?;
            Some(if changed == "set" { "state::set" } else { "state::remove" })
        }
        _ => None,
    }
}

/// Such a function inside of a block that may not hold it.
fn misplaced(
    name: &str,
    function: Option<&str>,
    blocks: &Blocks,
    position: Position,
    mistakes: &mut Vec<Diagnostic>,
) {
    let (block, why) = if blocks.around(function, Purpose::Checkpoint) {
        ("checkpoint", "a replay does not run the block again")
    } else if name != NOTIFY && blocks.around(function, Purpose::Parallel) {
        ("parallel", "its items have no order")
    } else {
        return;
    };
    let message = format!("`{name}` cannot stand in a `{block}`: {why}");
    mistakes.push(
        Diagnostic::error("misplaced", message, at(position))
            .with_width(name.chars().count())
            .with_hint(Some(format!("move it behind the `{block}`"))),
    );
}

/// The variables that surely hold a resource.
struct Records {
    kinds: BTreeMap<String, Option<Answered>>,
}

/// Where a resource came from.
struct Answered {
    resource: &'static Resource,
    /// The attributes that were asked for, where that is written out.
    fields: Option<Vec<String>>,
}

impl Records {
    fn of(ast: &AST, constants: &Constants) -> Self {
        let mut kinds = BTreeMap::<String, Option<Answered>>::new();
        let captured = super::captures::captured(ast);
        for function in ast.iter_fn_def() {
            let skipped = captured.get(function.name.as_str()).copied().unwrap_or_default();
            for parameter in function.params.iter().skip(skipped) {
                kinds.insert(parameter.to_string(), None);
            }
        }
        let mut declare = |name: &str, answered: Option<Answered>| {
            kinds.entry(name.to_owned()).and_modify(|known| *known = None).or_insert(answered);
        };
        bodies::visit_all(ast, &mut |_, path| match path.last() {
            Some(ASTNode::Stmt(Stmt::For(parts, _))) => {
                let items = constants.resolve(&Literal::of(&parts.2.expr)).known;
                declare(&parts.0.name, answered(items, true, constants));
                if let Some(counter) = &parts.1 {
                    declare(&counter.name, None);
                }
            }
            Some(ASTNode::Stmt(Stmt::Var(variable, ..))) => {
                let value = constants.resolve(&Literal::of(&variable.1)).known;
                declare(&variable.0.name, answered(value, false, constants));
            }
            Some(ASTNode::Stmt(Stmt::TryCatch(parts, _))) => {
                if let Expr::Variable(variable, ..) = &parts.expr {
                    declare(&variable.1, None);
                }
            }
            // `x += 1` and `x = y` make something else of it.
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                if let Expr::Variable(variable, ..) = &assignment.1.lhs {
                    declare(&variable.1, None);
                    declare(&variable.1, None);
                }
            }
            _ => {}
        });
        Self { kinds }
    }

    /// A property of a variable that holds a resource.
    fn property(&self, variable: &Expr, rest: &Expr, mistakes: &mut Vec<Diagnostic>) {
        let Expr::Variable(variable, ..) = variable else { return };
        let Some(Some(Answered { resource, fields })) = self.kinds.get(variable.1.as_str()) else {
            return;
        };
        let first = |expression: &Expr| match expression {
            Expr::Property(property, position) => Some((property.2.to_string(), *position)),
            _ => None,
        };
        let (head, below) = match rest {
            Expr::Dot(chain, ..) | Expr::Index(chain, ..) => (first(&chain.lhs), Some(&chain.rhs)),
            other => (first(other), None),
        };
        let Some((name, position)) = head else { return };
        let kind = resource.kind;
        let mut tell = |name: &str, position, message: String, hint: String| {
            mistakes.push(
                Diagnostic::error("unknown-property", message, at(position))
                    .with_width(name.chars().count())
                    .with_hint(Some(hint)),
            );
        };
        if !MEMBERS.contains(&name.as_str()) {
            if resource.attribute(&name).is_some() {
                let hint = format!("write `{}.attributes.{name}`", variable.1);
                tell(&name, position, format!("a {kind} has no `{name}` of its own"), hint);
            }
            return;
        }
        let attribute = below.and_then(|below| match below {
            Expr::Dot(chain, ..) | Expr::Index(chain, ..) => first(&chain.lhs),
            other => first(other),
        });
        if let (Some((name, position)), Some(fields)) =
            (attribute.filter(|_| name == "attributes"), fields)
        {
            let known = resource.attribute(&name).is_some_and(|attribute| !attribute.additional);
            let asked = |field: &String| field.split('.').next() == Some(name.as_str());
            if known && !fields.iter().any(asked) {
                let hint = format!("add \"{name}\" to `fields`");
                tell(&name, position, format!("`{name}` of the {kind} was not asked for"), hint);
            }
        }
    }
}

/// What a call answers, where that is one resource, or one after the other.
fn answered(known: Known, each: bool, constants: &Constants) -> Option<Answered> {
    let Known::Call(module, name, arguments) = known else { return None };
    let (operation, options): (&Operation, _) = match called(&module, &name).as_slice() {
        [one] if each == (one.operation.each_name().as_deref() == Some(name.as_str())) => {
            (one.operation, one.options?)
        }
        _ => return None,
    };
    let kind = match operation.answer {
        Answer::Many(kind) if each => kind,
        Answer::One(kind) if !each => kind,
        _ => return None,
    };
    let of_app = |resource: &&Resource| resource.app.id == operation.app.id;
    let resource = RESOURCES.iter().filter(of_app).find(|resource| resource.kind == kind)?;
    let options = arguments.get(options).map(|options| constants.resolve(options));
    let fields = options.and_then(|options| options.get("fields"));
    let fields = fields.and_then(|fields| match fields.known {
        Known::List(items) => items
            .into_iter()
            .map(|item| match item.known {
                Known::Value(Value::String(text)) => Some(text),
                _ => None,
            })
            .collect(),
        _ => None,
    });
    Some(Answered { resource, fields })
}
