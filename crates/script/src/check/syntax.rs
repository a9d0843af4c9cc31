//! Parsing, with Rhai's messages in our words, and past unknown variables, so that all of them are told at once.

use pianoroll_host::ParamSpec;
use rhai::{AST, Engine, LexError, ParseError, ParseErrorType, Scope};

use super::{at, elsewhere};
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
    params: &[ParamSpec],
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
                let mut mistake = mistake(&error, source);
                if let Some(name) = unknown.as_ref().filter(|name| declared(params, name)) {
                    mistake.hint = Some(format!("parameters are read as `params::{name}`"));
                }
                let again = mistakes.contains(&mistake);
                // What a word of another language leaves behind it on its line says nothing more.
                let echo =
                    unknown.is_none() && mistakes.iter().any(|other| is_echo(&mistake, other));
                if !again && !echo {
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

fn declared(params: &[ParamSpec], name: &str) -> bool {
    params.iter().any(|param| param.name == name)
}

/// Whether a mistake follows from one before it on its line: a word that is none of this language.
fn is_echo(mistake: &Diagnostic, before: &Diagnostic) -> bool {
    let line = |diagnostic: &Diagnostic| diagnostic.at.map(|(line, _)| line);
    before.code == ELSEWHERE && line(before) == line(mistake)
}

/// The code of what belongs to another language.
const ELSEWHERE: &str = "other-language";

fn mistake(error: &ParseError, source: &str) -> Diagnostic {
    let position = error.position();
    let place = at(position).or_else(|| end_of(source));
    let foreign = match error.err_type() {
        ParseErrorType::VariableUndefined(name) | ParseErrorType::Reserved(name) => {
            elsewhere::word(name).map(|here| (name.clone(), here))
        }
        _ => None,
    };
    let foreign = foreign.or_else(|| match error.err_type() {
        ParseErrorType::VariableUndefined(_) => {
            // A text such as `f"…"`, or one name that stands before another.
            let (line, column) = place?;
            let behind = source.lines().nth(line - 1)?.chars().nth(column)?;
            let hint = "texts with values in them stand in backticks: `n is ${n}`";
            (behind == '"').then(|| ("f\"".to_owned(), hint.to_owned()))
        }
        ParseErrorType::ModuleUndefined(_) | ParseErrorType::ExprTooDeep => None,
        _ => elsewhere::at(source, place?),
    });
    if let Some((found, here)) = foreign {
        let message = match found.as_str() {
            ":" => "`:` is not expected here".to_owned(),
            found => format!("`{found}` is not of this language"),
        };
        let width = found.chars().count();
        return Diagnostic::error(ELSEWHERE, message, place)
            .with_width(width)
            .with_hint(Some(here));
    }
    if let Some(mistake) = unfinished(error.err_type(), place, source) {
        return mistake;
    }
    let (message, word, hint) = describe(error.err_type(), source, place);
    let code = match error.err_type() {
        ParseErrorType::VariableUndefined(_) => "unknown-variable",
        ParseErrorType::ModuleUndefined(_) => "unknown-module",
        ParseErrorType::Reserved(_) | ParseErrorType::PropertyExpected if !word.is_empty() => {
            "reserved-word"
        }
        _ => "syntax",
    };
    Diagnostic::error(code, message, place).with_width(word.chars().count()).with_hint(hint)
}

/// Behind the last character that is no white space.
fn end_of(source: &str) -> Option<(usize, usize)> {
    let (index, line) =
        source.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).last()?;
    Some((index + 1, line.trim_end().chars().count().max(1)))
}

/// What is left open: shown where it begins, or where its end should stand.
fn unfinished(
    error: &ParseErrorType,
    place: Option<(usize, usize)>,
    source: &str,
) -> Option<Diagnostic> {
    let missing = match error {
        ParseErrorType::UnexpectedEOF => "",
        ParseErrorType::MissingToken(token, _) => token.as_str(),
        _ => return None,
    };
    let (line, column) = place?;
    let at_end = source.lines().skip(line.saturating_sub(1)).all(|line| line.trim().is_empty())
        || source.lines().count() <= line && missing.is_empty();
    if at_end && let Some((place, bracket)) = elsewhere::unclosed(source) {
        let message = format!("`{bracket}` is opened here and never closed");
        return Some(Diagnostic::error("syntax", message, Some(place)));
    }
    // The parser sees it at the beginning of the next line; what lacks it is the line before.
    let before = source.lines().nth(line - 1)?.chars().take(column - 1).all(char::is_whitespace);
    if missing == ";" && before {
        let lines = source.lines().take(line - 1).enumerate();
        let (index, text) = lines.filter(|(_, line)| !line.trim().is_empty()).last()?;
        let message = "`;` is missing at the end of this line";
        let place = (index + 1, text.trim_end().chars().count());
        return Some(Diagnostic::error("syntax", message, Some(place)));
    }
    None
}

/// Message, the word that it is about, hint.
fn describe(
    error: &ParseErrorType,
    source: &str,
    place: Option<(usize, usize)>,
) -> (String, String, Option<String>) {
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
            let assigned = place.is_some_and(|place| is_assigned(source, place, name));
            let hint = module_hint(name).or_else(|| did_you_mean(name, words));
            let declare = || format!("declare it first: `let {name} = …`");
            let hint = hint.or_else(|| assigned.then(declare));
            (format!("there is no variable `{name}` here"), name.clone(), hint)
        }
        ParseErrorType::ModuleUndefined(name) => {
            let modules = super::table::Table::get().modules.keys().map(String::as_str);
            let hint = did_you_mean(name, modules.chain([crate::engine::PARAMS]));
            (format!("there is no module `{name}`"), name.clone(), hint)
        }
        ParseErrorType::PropertyExpected if let Some(found) = keyword(source, place) => {
            let hint = place.and_then(|place| in_brackets(source, place, &found));
            (format!("`{found}` is a reserved word"), found, hint)
        }
        ParseErrorType::Reserved(word) => {
            let behind_dot = place.and_then(|place| in_brackets(source, place, word));
            if behind_dot.is_some() {
                return (format!("`{word}` is a reserved word"), word.clone(), behind_dot);
            }
            let hint = match word.as_str() {
                _ if word.starts_with(|c: char| c.is_alphabetic())
                    && !is_key(source, place, word) =>
                {
                    format!("the language keeps `{word}` for itself: choose another name")
                }
                _ if word.starts_with(|c: char| c.is_alphabetic()) => {
                    format!(
                        "as a key of a map write it in quotes: `#{{ \"{word}\": … }}`, `map[\"{word}\"]`"
                    )
                }
                _ => return (format!("`{word}` is reserved"), word.clone(), None),
            };
            (format!("`{word}` is a reserved word"), word.clone(), Some(hint))
        }
        ParseErrorType::UnexpectedEOF => plain("the script ends too early".to_owned()),
        ParseErrorType::MissingToken(token, _) if token == "{" => {
            let hint = "blocks stand in braces, even those of one line: `if … { … }`".to_owned();
            ("`{` is missing here".to_owned(), String::new(), Some(hint))
        }
        ParseErrorType::MissingToken(token, what) if token == ";" => {
            let (message, hint) = ("`;` is missing before this", "statements end with `;`");
            let _ = what;
            (message.to_owned(), String::new(), Some(hint.to_owned()))
        }
        ParseErrorType::MissingToken(token, what) if token == "," => {
            plain(format!("`,` is missing before this {what}"))
        }
        ParseErrorType::BadInput(LexError::MalformedChar(_)) => {
            let hint = "texts stand in double quotes: \"hello\"".to_owned();
            ("single quotes hold one character".to_owned(), String::new(), Some(hint))
        }
        ParseErrorType::VariableExpected => {
            let hint = "`for` goes over something: `for i in 0..3 { … }`, `for x in list { … }`";
            ("a name is expected here".to_owned(), String::new(), Some(hint.to_owned()))
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

/// Whether a name is assigned to at a place: `name = …`.
fn is_assigned(source: &str, (line, column): (usize, usize), name: &str) -> bool {
    let line = source.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let behind: String = line.chars().skip(column - 1 + name.chars().count()).collect();
    let behind = behind.trim_start();
    behind.starts_with('=') && !behind.starts_with("==") && !behind.starts_with("=>")
}

/// The word at a place; it is one of the language's own, where a property is expected.
fn keyword(source: &str, place: Option<(usize, usize)>) -> Option<String> {
    let (line, column) = place?;
    let rest = source.lines().nth(line - 1)?.chars().skip(column - 1);
    let word: String = rest.take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    word.starts_with(char::is_alphabetic).then_some(word)
}

/// How a property is read whose name the language keeps for itself: `map["word"]` for `map.word`.
fn in_brackets(source: &str, (line, column): (usize, usize), word: &str) -> Option<String> {
    let line = source.lines().nth(line - 1)?;
    let before: String = line.chars().take(column - 1).collect();
    let map = before.trim_end().strip_suffix('.')?.trim_end_matches('?');
    let start = map.rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | ':'));
    let name = map.get(start.map_or(0, |at| at + 1)..).unwrap_or_default();
    let name = name.trim_start_matches(['.', ':']);
    // Of what a call or an index answers the end says enough.
    let name = if name.is_empty() { "…" } else { name };
    Some(format!("write `{name}[\"{word}\"]`"))
}

/// Whether a word is a key or a property at a place: `word: …`, `map.word`.
fn is_key(source: &str, place: Option<(usize, usize)>, word: &str) -> bool {
    let Some((line, column)) = place else { return false };
    let line = source.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let behind: String = line.chars().skip(column - 1 + word.chars().count()).collect();
    let before: String = line.chars().take(column - 1).collect();
    behind.trim_start().starts_with(':') || before.trim_end().ends_with('.')
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
