//! What is written out in a script: values that are known before it runs, whole or in part.
//!
//! A variable counts as what it was given where nothing can have changed it since: it is declared once in the whole script,
//! and never assigned to, nor changed in its place.

use std::collections::BTreeMap;

use pianoroll_api::filter::quote;
use rhai::{AST, ASTNode, Expr, Position, Stmt};
use serde_json::Value;

use super::captures::{captured, written};
use crate::value::to_json;

/// A value as it is written.
#[derive(Clone, Debug)]
pub(super) struct Literal {
    pub(super) known: Known,
    pub(super) position: Position,
}

/// What is known of it.
#[derive(Clone, Debug)]
pub(super) enum Known {
    /// Only the run can tell.
    Nothing,
    /// A text, a number, a bool or `()`.
    Value(Value),
    /// A text of which parts are known: the others are `null` in it.
    Outline(String),
    /// An array.
    List(Vec<Literal>),
    /// A map: keys with their places, in the order written.
    Map(Vec<(String, Position, Literal)>),
    /// What a variable holds.
    Variable(String),
    /// What a function of a module answers: its module, its name, its arguments.
    Call(String, String, Vec<Literal>),
}

/// What stands in an outline for what is not known: the filter grammar takes it for a value of any type.
const UNKNOWN: &str = "null";

impl Literal {
    pub(super) fn of(expression: &Expr) -> Self {
        let known = match expression {
            Expr::Array(items, _) => Known::List(items.iter().map(Self::of).collect()),
            Expr::Map(map, _) => {
                let entries = map.0.iter();
                let entries =
                    entries.map(|(key, value)| (key.name.to_string(), key.pos, Self::of(value)));
                Known::Map(entries.collect())
            }
            Expr::FnCall(call, _) if call.is_qualified() => {
                let arguments = call.args.iter().map(Self::of).collect();
                Known::Call(call.namespace.to_string(), call.name.to_string(), arguments)
            }
            Expr::InterpolatedString(parts, _) => {
                let parts = parts.iter().map(|part| match part {
                    Expr::StringConstant(text, _) => text.as_str(),
                    _ => UNKNOWN,
                });
                Known::Outline(parts.collect())
            }
            Expr::Variable(variable, ..) if variable.2.is_empty() => {
                Known::Variable(variable.1.to_string())
            }
            Expr::BoolConstant(..)
            | Expr::IntegerConstant(..)
            | Expr::FloatConstant(..)
            | Expr::CharConstant(..)
            | Expr::StringConstant(..)
            | Expr::Unit(_) => {
                let value = expression.get_literal_value(None);
                let value = value.and_then(|value| to_json(&value).ok());
                value.map_or(Known::Nothing, Known::Value)
            }
            _ => Known::Nothing,
        };
        Self { known, position: expression.start_position() }
    }

    fn nothing(position: Position) -> Self {
        Self { known: Known::Nothing, position }
    }

    /// The entry of a map; nothing known where it is no map, and `None` where the map has no such key.
    pub(super) fn get(&self, key: &str) -> Option<Literal> {
        match &self.known {
            Known::Map(entries) => {
                entries.iter().find(|(name, ..)| name == key).map(|(.., value)| value.clone())
            }
            Known::Nothing | Known::Variable(_) | Known::Call(..) => {
                Some(Self::nothing(self.position))
            }
            Known::Value(_) | Known::Outline(_) | Known::List(_) => None,
        }
    }
}

/// How many values are looked at in one literal: variables that stand for each other could multiply without end.
const MAX_VALUES: usize = 100_000;

/// How deep variables may stand for each other, and what is written out may nest.
const MAX_DEPTH: usize = 64;

/// The variables that hold what they were declared with, wherever they are read.
#[derive(Debug, Default)]
pub(super) struct Constants {
    values: BTreeMap<String, Literal>,
}

impl Constants {
    pub(super) fn of(ast: &AST) -> Self {
        let mut declared = BTreeMap::<String, Option<Literal>>::new();
        let own: Vec<String> = ast.iter_functions().map(|function| function.name.into()).collect();
        // A second declaration, or a write, and the name stands for nothing certain.
        let spoil = |declared: &mut BTreeMap<String, Option<Literal>>, name: &str| {
            declared.insert(name.to_owned(), None);
        };
        // The first parameters of a closure are what it captured, under the same names.
        let captured = captured(ast);
        for function in ast.iter_functions() {
            let skipped = captured.get(function.name).copied().unwrap_or_default();
            for parameter in function.params.iter().skip(skipped) {
                spoil(&mut declared, parameter);
            }
        }
        super::walk(ast, &mut |node| {
            if let Some(write) = written(node) {
                spoil(&mut declared, &write.name);
            }
            match node {
                ASTNode::Stmt(Stmt::Var(variable, ..)) => {
                    let name = variable.0.name.as_str();
                    let literal = Literal::of(&variable.1);
                    declared
                        .entry(name.to_owned())
                        .and_modify(|known| *known = None)
                        .or_insert(Some(literal));
                }
                ASTNode::Stmt(Stmt::For(parts, _)) => {
                    spoil(&mut declared, &parts.0.name);
                    if let Some(counter) = &parts.1 {
                        spoil(&mut declared, &counter.name);
                    }
                }
                ASTNode::Stmt(Stmt::TryCatch(parts, _)) => {
                    if let Expr::Variable(variable, ..) = &parts.expr {
                        spoil(&mut declared, &variable.1);
                    }
                }
                // A function of the script that is called like a method may change its object.
                ASTNode::Expr(Expr::Dot(chain, ..)) => {
                    if let (Expr::Variable(variable, ..), Expr::MethodCall(call, _)) =
                        (&chain.lhs, &chain.rhs)
                        && own.iter().any(|name| *name == call.name.as_str())
                    {
                        spoil(&mut declared, &variable.1);
                    }
                }
                _ => {}
            }
        });
        let values = declared.into_iter().filter_map(|(name, literal)| Some((name, literal?)));
        Self { values: values.collect() }
    }

    /// A literal with what its variables hold in their places.
    pub(super) fn resolve(&self, literal: &Literal) -> Literal {
        self.resolve_within(literal, 0, &mut 0)
    }

    fn resolve_within(&self, literal: &Literal, depth: usize, seen: &mut usize) -> Literal {
        let position = literal.position;
        *seen += 1;
        if depth > MAX_DEPTH || *seen > MAX_VALUES {
            return Literal::nothing(position);
        }
        let depth = depth + 1;
        let known = match &literal.known {
            Known::Nothing => Known::Nothing,
            Known::Value(value) => Known::Value(value.clone()),
            Known::Outline(text) => Known::Outline(text.clone()),
            Known::Call(module, name, arguments) if module == "filter" => {
                let arguments = arguments.iter();
                let arguments: Vec<Literal> =
                    arguments.map(|argument| self.resolve_within(argument, depth, seen)).collect();
                filter(name, &arguments)
            }
            Known::Call(..) => literal.known.clone(),
            Known::List(items) => {
                let items = items.iter().map(|item| self.resolve_within(item, depth, seen));
                Known::List(items.collect())
            }
            Known::Map(entries) => {
                let entries = entries.iter().map(|(key, place, value)| {
                    (key.clone(), *place, self.resolve_within(value, depth, seen))
                });
                Known::Map(entries.collect())
            }
            Known::Variable(name) => {
                return match self.values.get(name) {
                    Some(value) => self.resolve_within(value, depth, seen),
                    None => Literal::nothing(position),
                };
            }
        };
        Literal { known, position }
    }
}

/// What a function of `filter` answers, as far as its arguments are known.
fn filter(name: &str, arguments: &[Literal]) -> Known {
    // The whole text, or its outline.
    let known = |text: String, whole: bool| {
        if whole { Known::Value(Value::from(text)) } else { Known::Outline(text) }
    };
    if name == "and" {
        let parts = match arguments {
            [Literal { known: Known::List(parts), .. }] => parts.as_slice(),
            parts => parts,
        };
        let whole = |part: &Literal| matches!(&part.known, Known::Value(Value::String(_)));
        let texts = parts.iter().filter_map(|part| match &part.known {
            Known::Value(Value::String(text)) | Known::Outline(text) => Some(text.as_str()),
            _ => None,
        });
        let texts: Vec<&str> = texts.collect();
        return match texts.as_slice() {
            [] => Known::Nothing,
            [one] => known((*one).to_owned(), parts.iter().all(whole)),
            several => known(format!("and({})", several.join(",")), parts.iter().all(whole)),
        };
    }
    let Some(Literal { known: Known::Value(Value::String(field)), .. }) = arguments.first() else {
        return Known::Nothing;
    };
    let operator = name.replace('_', "-");
    let one = |literal: &Literal| match &literal.known {
        Known::Value(Value::String(text)) => Some(quote(text)),
        Known::Value(value @ (Value::Number(_) | Value::Bool(_))) => Some(value.to_string()),
        _ => None,
    };
    match (operator.as_str(), arguments.get(1)) {
        ("has", None) => known(format!("has({field})"), true),
        ("any" | "contains-any" | "contains-all", Some(values)) => {
            let values = match &values.known {
                Known::List(items) => items.iter().map(one).collect::<Option<Vec<_>>>(),
                _ => None,
            };
            let whole = values.as_ref().is_some_and(|values| !values.is_empty());
            let values = values.filter(|_| whole).map(|values| values.join(","));
            let values = values.unwrap_or_else(|| UNKNOWN.to_owned());
            known(format!("{operator}({field},[{values}])"), whole)
        }
        (_, Some(value)) => {
            let value = one(value);
            let whole = value.is_some();
            let value = value.unwrap_or_else(|| UNKNOWN.to_owned());
            known(format!("{operator}({field},{value})"), whole)
        }
        (_, None) => Known::Nothing,
    }
}
