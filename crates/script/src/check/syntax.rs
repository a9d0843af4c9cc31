//! Parsing, with Rhai's messages in our words, and past unknown variables, so that all of them are told at once.

use rhai::{AST, Engine, LexError, ParseError, ParseErrorType, Scope};

use super::at;
use crate::diagnostic::{Diagnostic, did_you_mean};

/// How many unknown variables are told before the parser gives up.
const MAX_UNKNOWN: usize = 20;

/// Parses a script.
///
/// # Errors
/// What makes it no script. Unknown variables and modules do not: they come back as mistakes beside it.
pub(crate) fn parse(
    engine: &Engine,
    source: &str,
) -> Result<(AST, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut mistakes = Vec::new();
    // The parser stops at the first unknown variable. Made known one by one, they are all found.
    let mut known = Scope::new();
    loop {
        match engine.compile_with_scope(&known, source) {
            Ok(ast) => return Ok((ast, mistakes)),
            Err(error) => {
                let unknown = match error.err_type() {
                    ParseErrorType::VariableUndefined(name) => Some(name.clone()),
                    _ => None,
                };
                let mistake = mistake(&error, source);
                let again = mistakes.contains(&mistake);
                if !again {
                    mistakes.push(mistake);
                }
                match unknown {
                    Some(name) if !again && mistakes.len() < MAX_UNKNOWN => {
                        known.push_dynamic(name, rhai::Dynamic::UNIT);
                    }
                    _ => return Err(mistakes),
                }
            }
        }
    }
}

fn mistake(error: &ParseError, source: &str) -> Diagnostic {
    let position = error.position();
    let (message, word, hint) = describe(error.err_type(), source);
    let code = match error.err_type() {
        ParseErrorType::VariableUndefined(_) => "unknown-variable",
        ParseErrorType::ModuleUndefined(_) => "unknown-module",
        ParseErrorType::Reserved(_) => "reserved-word",
        _ => "syntax",
    };
    let place = at(position).or_else(|| end_of(source));
    Diagnostic::error(code, message, place).with_width(word.chars().count()).with_hint(hint)
}

/// Behind the last character that is no white space.
fn end_of(source: &str) -> Option<(usize, usize)> {
    let (index, line) =
        source.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).last()?;
    Some((index + 1, line.trim_end().chars().count().max(1)))
}

/// Message, the word that it is about, hint.
fn describe(error: &ParseErrorType, source: &str) -> (String, String, Option<String>) {
    let plain = |message: String| (message, String::new(), None);
    match error {
        ParseErrorType::VariableUndefined(name) => {
            let words = words(source);
            if words.contains(name) {
                let hint = "functions see what they are given, and nothing around them: pass it in";
                let message = format!("there is no variable `{name}` here");
                return (message, name.clone(), Some(hint.to_owned()));
            }
            let words = words.iter().map(String::as_str);
            // A single letter is near to every other.
            let words = words.filter(|word| *word != name && name.len().min(word.len()) > 2);
            let hint = did_you_mean(name, words).or_else(|| module_hint(name));
            (format!("there is no variable `{name}` here"), name.clone(), hint)
        }
        ParseErrorType::ModuleUndefined(name) => {
            let modules = super::table::Table::get().modules.keys().map(String::as_str);
            let hint = did_you_mean(name, modules.chain([crate::engine::PARAMS]));
            (format!("there is no module `{name}`"), name.clone(), hint)
        }
        ParseErrorType::Reserved(word) => {
            let hint = match word.as_str() {
                _ if word.starts_with(|c: char| c.is_alphabetic()) => {
                    format!(
                        "as a key of a map write it in quotes: `#{{ \"{word}\": … }}`, `map[\"{word}\"]`"
                    )
                }
                "->" => "closures are written `|x| …`".to_owned(),
                "===" => "write `==`".to_owned(),
                "!==" => "write `!=`".to_owned(),
                "++" => "write `+= 1`".to_owned(),
                "--" => "write `-= 1`".to_owned(),
                _ => return (format!("`{word}` is reserved"), word.clone(), None),
            };
            (format!("`{word}` is a reserved word"), word.clone(), Some(hint))
        }
        ParseErrorType::UnexpectedEOF => {
            let hint = "a bracket or a brace is still open".to_owned();
            ("the script ends too early".to_owned(), String::new(), Some(hint))
        }
        ParseErrorType::MissingToken(token, what) => {
            plain(format!("`{token}` is missing {what}").trim_end().to_owned())
        }
        ParseErrorType::BadInput(LexError::UnterminatedString) => {
            plain("the text that begins here has no end".to_owned())
        }
        ParseErrorType::BadInput(LexError::ImproperSymbol(symbol, _)) if symbol == "eval" => {
            let hint = "`eval` is gone: a run does what its text says".to_owned();
            ("there is no `eval`".to_owned(), symbol.clone(), Some(hint))
        }
        ParseErrorType::BadInput(LexError::ImproperSymbol(symbol, _)) if symbol == "=" => {
            let hint = "to compare write `==`".to_owned();
            ("`=` assigns, which is no condition".to_owned(), symbol.clone(), Some(hint))
        }
        ParseErrorType::BadInput(LexError::UnexpectedInput(text)) => {
            (format!("`{text}` is not expected here"), text.clone(), None)
        }
        ParseErrorType::AssignmentToConstant(name) => {
            (format!("`{name}` is a constant and cannot be changed"), name.clone(), None)
        }
        ParseErrorType::ExprTooDeep => {
            let hint = "give parts of it a name with `let`".to_owned();
            (
                format!(
                    "this expression nests deeper than {} levels",
                    crate::engine::MAX_EXPRESSION_DEPTH
                ),
                String::new(),
                Some(hint),
            )
        }
        other => plain(lower(&other.to_string())),
    }
}

/// A module's name where a variable was meant.
fn module_hint(name: &str) -> Option<String> {
    let is_module =
        super::table::Table::get().modules.contains_key(name) || name == crate::engine::PARAMS;
    is_module.then(|| format!("`{name}` is a module: write `{name}::…`"))
}

/// The variables that a script declares, roughly: good enough for a hint.
fn words(source: &str) -> Vec<String> {
    let split = source.split(|c: char| !c.is_alphanumeric() && c != '_');
    let words: Vec<&str> = split.filter(|word| !word.is_empty()).collect();
    let declared = words.windows(2).filter(|pair| matches!(pair, ["let" | "const" | "for", _]));
    declared.filter_map(|pair| pair.get(1).map(|word| (*word).to_owned())).collect()
}

fn lower(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}
