//! Functions, modules and parameters that are not there.

use std::collections::BTreeSet;

use pianoroll_api::Operation;
use pianoroll_api::operation::find as operation_named;
use pianoroll_model::suggest;
use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::table::{Functions, Table};
use super::{Around, at, call_of, start_of};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::engine::PARAMS;
use crate::header::Header;
use crate::modules::on::undeclared;
use crate::modules::operations::Parameters;
use crate::script::Dialect;

/// What the packages of Rhai have and this language has not, and what to write instead.
const GONE: [(&str, &str); 4] = [
    (
        "sleep",
        "`sleep` is gone: a run waits for the API by itself, and `wait(minutes(5))` lets time pass",
    ),
    ("timestamp", "`timestamp` is gone: `now()` is the start of the run"),
    ("elapsed", "`elapsed` is gone: subtract times"),
    ("blob", "`blob` is gone: the API knows no bytes"),
];

/// What other languages call it.
pub(crate) const ELSEWHERE: [(&str, &str); 20] = [
    ("concat", "+"),
    ("endsWith", "ends_with"),
    ("groupBy", "group_by"),
    ("head", "first"),
    ("includes", "contains"),
    ("indexOf", "index_of"),
    ("keyBy", "index_by"),
    ("length", "len"),
    ("println", "print"),
    ("size", "len"),
    ("sortBy", "sorted_by"),
    ("sumBy", "sum_by"),
    ("tail", "last"),
    ("slice", "extract"),
    ("startsWith", "starts_with"),
    ("str", "to_string"),
    ("strip", "trimmed"),
    ("toLowerCase", "to_lower"),
    ("toString", "to_string"),
    ("toUpperCase", "to_upper"),
];

/// The names that a script may use.
pub(super) struct Names<'a> {
    table: &'static Table,
    dialect: Dialect,
    header: &'a Header,
    around: &'a Around,
    /// The constants of the file, which functions reach as `global::NAME`.
    constants: BTreeSet<String>,
    /// The script's own functions.
    own: Functions,
    /// Its variables, wherever they are.
    variables: BTreeSet<String>,
    /// Properties that may hold closures, which are called like methods.
    properties: BTreeSet<String>,
}

impl<'a> Names<'a> {
    pub(super) fn new(dialect: Dialect, ast: &AST, header: &'a Header, around: &'a Around) -> Self {
        let mut own = Functions::new();
        for function in ast.iter_functions() {
            own.entry(function.name.to_owned()).or_default().insert(function.params.len());
        }
        let mut properties = BTreeSet::new();
        let mut variables = BTreeSet::new();
        super::walk(ast, &mut |node| match node {
            ASTNode::Stmt(Stmt::Var(variable, ..)) => {
                variables.insert(variable.0.name.to_string());
            }
            ASTNode::Expr(Expr::Map(map, _)) => {
                properties.extend(map.0.iter().map(|(key, _)| key.name.to_string()));
            }
            ASTNode::Expr(Expr::Property(property, _)) => {
                properties.insert(property.2.to_string());
            }
            _ => {}
        });
        let constants = super::constants(ast);
        let table = Table::of(dialect);
        Self { table, dialect, header, around, constants, own, variables, properties }
    }

    /// Checks one node.
    pub(super) fn node(&self, node: &ASTNode, mistakes: &mut Vec<Diagnostic>) {
        if let Some((call, position)) = call_of(node) {
            mistakes.extend(self.call(call, position));
            return;
        }
        match node {
            ASTNode::Expr(Expr::MethodCall(call, position)) => {
                mistakes.extend(self.method(call, *position));
            }
            ASTNode::Expr(Expr::Variable(variable, ..)) if !variable.2.is_empty() => {
                mistakes.extend(self.qualified_variable(node, &variable.1, &variable.2));
            }
            // Rhai throws the errors of an iterator away where the body is empty.
            ASTNode::Stmt(Stmt::For(parts, position)) if parts.2.body.is_empty() => {
                if let Expr::FnCall(call, _) = &parts.2.expr
                    && call.is_qualified()
                {
                    let message = "this loop does nothing with what it fetches";
                    let hint = "to count, add 1 in its body".to_owned();
                    let mistake =
                        Diagnostic::error("empty-loop", message, at(*position)).with_width(3);
                    mistakes.push(mistake.with_hint(Some(hint)));
                }
            }
            _ => {}
        }
    }

    fn call(&self, call: &FnCallExpr, position: Position) -> Option<Diagnostic> {
        let name = call.name.as_str();
        let count = call.args.len();
        // Operators work on values, whose types are not known here.
        if call.is_operator_call() || !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        if call.is_qualified() {
            return self.qualified_call(call, position);
        }
        let mistake = |code, message: String, hint| {
            let width = name.chars().count();
            Some(Diagnostic::error(code, message, at(position)).with_width(width).with_hint(hint))
        };
        let known = merge(self.own.get(name), self.table.globals.get(name));
        // A test names the connections of its script.
        if name == "on"
            && self.dialect == Dialect::Script
            && let Some(Expr::StringConstant(connection, place)) = call.args.first()
        {
            let declared = || self.header.connections.iter().map(|one| one.name.as_str());
            if !declared().any(|known| known == connection.as_str()) {
                let message = undeclared(connection, declared());
                let mistake = Diagnostic::error("unknown-connection", message, at(*place));
                return Some(mistake.with_width(connection.chars().count() + 2));
            }
        }
        if known.contains(&count) || known_closure(name) {
            return None;
        }
        if known.is_empty() {
            let hint = self.hint(name);
            return mistake("unknown-function", format!("there is no function `{name}`"), hint);
        }
        let hint = (name == "print")
            .then(|| "put the values into one text: print(`n is ${n}`)".to_owned());
        mistake("argument-count", counts(name, &known, count), hint)
    }

    /// A hint for a function that is not there.
    fn hint(&self, name: &str) -> Option<String> {
        if let Some((_, hint)) = GONE.iter().find(|(gone, _)| *gone == name) {
            return Some((*hint).to_owned());
        }
        if self.variables.contains(name) {
            return Some(format!(
                "`{name}` is a variable: call the closure in it by `{name}.call(…)`"
            ));
        }
        if let Some((_, here)) = ELSEWHERE.iter().find(|(there, _)| *there == name) {
            return Some(format!("did you mean `{here}`?"));
        }
        let known = self.own.keys().chain(self.table.globals.keys()).map(String::as_str);
        // A single letter is near to every other.
        let known = known.filter(|known| known.len() > 1 && !known.starts_with("anon$"));
        if let Some(hint) = did_you_mean(name, known) {
            return Some(hint);
        }
        let mut modules = self.table.modules.iter();
        let module = modules.find(|(_, functions)| functions.contains_key(name));
        module.map(|(module, _)| format!("did you mean `{module}::{name}`?"))
    }

    fn method(&self, call: &FnCallExpr, position: Position) -> Option<Diagnostic> {
        let name = call.name.as_str();
        // The object counts for natives; for functions of the script it is `this`.
        let count = call.args.len();
        let natives = self.table.globals.get(name);
        let has = |functions: Option<&BTreeSet<usize>>, count: usize| {
            functions.is_some_and(|counts| counts.contains(&count))
        };
        if has(natives, count + 1)
            || has(self.own.get(name), count)
            || self.properties.contains(name)
            || matches!(name, "call" | "curry")
        {
            return None;
        }
        let mistake = |code, message: String, hint| {
            let width = name.chars().count();
            Some(Diagnostic::error(code, message, at(position)).with_width(width).with_hint(hint))
        };
        match natives {
            Some(counts) => {
                let counts = counts.iter().filter_map(|count| count.checked_sub(1)).collect();
                mistake("argument-count", self::counts(name, &counts, count), None)
            }
            None => {
                let hint = self.hint(name);
                mistake("unknown-function", format!("there is no method `{name}`"), hint)
            }
        }
    }

    fn qualified_call(&self, call: &FnCallExpr, position: Position) -> Option<Diagnostic> {
        let module = call.namespace.to_string();
        let name = call.name.as_str();
        let count = call.args.len();
        let start = start_of(call, position);
        let mistake = |code, message: String, hint| {
            let width = module.len() + 2 + name.chars().count();
            Some(Diagnostic::error(code, message, at(start)).with_width(width).with_hint(hint))
        };
        if let Some(exports) = self.around.imports.get(&module) {
            let known = || exports.functions.keys().map(String::as_str);
            return match exports.functions.get(name) {
                Some(counts) if counts.contains(&count) => None,
                Some(counts) => {
                    let full = format!("{module}::{name}");
                    mistake("argument-count", self::counts(&full, counts, count), None)
                }
                None => {
                    let hint = in_library(&module, name, known());
                    let message = format!("there is no function `{module}::{name}`");
                    mistake("unknown-function", message, Some(hint))
                }
            };
        }
        let Some(functions) = self.table.modules.get(&module) else {
            if module == PARAMS {
                let hint = format!("`params::{name}` is a value, not a function");
                return mistake(
                    "unknown-function",
                    format!("there is no function `params::{name}`"),
                    Some(hint),
                );
            }
            let modules = self.table.modules.keys().map(String::as_str);
            return mistake(
                "unknown-module",
                format!("there is no module `{module}`"),
                did_you_mean(&module, modules),
            );
        };
        let Some(counts) = functions.get(name) else {
            let known = functions.keys().map(String::as_str);
            let hint = match suggest(name, known.clone()) {
                Some(near) => format!("did you mean `{module}::{near}`?"),
                None => format!("`{module}` has {}", known.collect::<Vec<_>>().join(", ")),
            };
            return mistake(
                "unknown-function",
                format!("there is no function `{module}::{name}`"),
                Some(hint),
            );
        };
        if counts.contains(&count) {
            return None;
        }
        let full = format!("{module}::{name}");
        let hint = operation_named(&format!("{module}.{name}")).map(signature);
        mistake("argument-count", self::counts(&full, counts, count), hint)
    }

    fn qualified_variable(
        &self,
        node: &ASTNode,
        name: &str,
        namespace: &rhai::Namespace,
    ) -> Option<Diagnostic> {
        let module = namespace.to_string();
        let start = match namespace.position() {
            none if none.is_none() => node.position(),
            start => start,
        };
        let width = module.len() + 2 + name.chars().count();
        let mistake = |code, message: String, hint| {
            Some(Diagnostic::error(code, message, at(start)).with_width(width).with_hint(hint))
        };
        if module == "global" && self.constants.contains(name) {
            return None;
        }
        if let Some(exports) = self.around.imports.get(&module) {
            if exports.constants.contains(name) {
                return None;
            }
            let known = exports.constants.iter().chain(exports.functions.keys());
            let hint = in_library(&module, name, known.map(String::as_str));
            let message = format!("there is no constant `{module}::{name}`");
            return mistake("unknown-name", message, Some(hint));
        }
        if module == PARAMS && self.around.is_library {
            let hint = "a library knows no parameters: pass it in".to_owned();
            return mistake(
                "unknown-parameter",
                format!("there is no `params::{name}` here"),
                Some(hint),
            );
        }
        if module == PARAMS {
            let names = || self.header.params.iter().map(|param| param.name.as_str());
            if names().any(|known| known == name) {
                return None;
            }
            let hint = match suggest(name, names()) {
                Some(near) => format!("did you mean `params::{near}`?"),
                None => format!("declare it in the header: `//! param {name}: string`"),
            };
            return mistake(
                "unknown-parameter",
                format!("there is no parameter `{name}`"),
                Some(hint),
            );
        }
        match self.table.modules.get(&module) {
            Some(functions) if functions.contains_key(name) => {
                let hint = format!("call it: `{module}::{name}(…)`");
                mistake("unknown-variable", format!("`{module}::{name}` is a function"), Some(hint))
            }
            Some(functions) => {
                let hint = did_you_mean(name, functions.keys().map(String::as_str));
                mistake(
                    "unknown-variable",
                    format!("there is nothing like `{module}::{name}`"),
                    hint,
                )
            }
            None => {
                let modules = self.table.modules.keys().map(String::as_str);
                mistake(
                    "unknown-module",
                    format!("there is no module `{module}`"),
                    did_you_mean(&module, modules),
                )
            }
        }
    }
}

/// What a library has instead.
fn in_library<'n>(
    module: &str,
    name: &str,
    known: impl Iterator<Item = &'n str> + Clone,
) -> String {
    match suggest(name, known.clone()) {
        Some(near) => format!("did you mean `{module}::{near}`?"),
        None => match known.collect::<Vec<_>>().as_slice() {
            [] => format!("`{module}` has nothing that can be used from outside"),
            known => format!("`{module}` has {}", known.join(", ")),
        },
    }
}

fn known_closure(name: &str) -> bool {
    name.starts_with("anon$")
}

fn merge(left: Option<&BTreeSet<usize>>, right: Option<&BTreeSet<usize>>) -> BTreeSet<usize> {
    [left, right].into_iter().flatten().flatten().copied().collect()
}

/// `profiles::update(profile_id, body[, options])`
fn signature(operation: &Operation) -> String {
    let mut names: Vec<&str> = operation.route.ids().collect();
    let parameters = Parameters::of(operation);
    if parameters.body {
        names.push("body");
    }
    let options = match (parameters.options, names.is_empty()) {
        (false, _) => "",
        (true, true) => "[options]",
        (true, false) => "[, options]",
    };
    format!("{}::{}({}{options})", operation.module, operation.name, names.join(", "))
}

/// `` `x` takes 1 or 2 arguments, not 3 ``
fn counts(name: &str, counts: &BTreeSet<usize>, given: usize) -> String {
    let words: Vec<String> = counts.iter().map(usize::to_string).collect();
    let list = match words.as_slice() {
        [] => "no arguments".to_owned(),
        [one] if one == "0" => "no arguments".to_owned(),
        [one] if one == "1" => "1 argument".to_owned(),
        [one] => format!("{one} arguments"),
        [rest @ .., last] => format!("{} or {last} arguments", rest.join(", ")),
    };
    format!("`{name}` takes {list}, not {given}")
}
