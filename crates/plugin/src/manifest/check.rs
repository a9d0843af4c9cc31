//! What makes a written manifest one that holds.

use std::collections::BTreeSet;

use pianoroll_host::{ConnectionSpec, GrantedPlugin, ParamKind, ParamSpec};
use semver::Version;
use serde_json::Value;

use super::ask::{Ask, PluginPermission};
use super::mistake::{Mistakes, Place, did_you_mean};
use super::plain::{is_plain, shown};
use super::{Manifest, version};

/// The most parameters, and the most other accounts.
const MOST_PARAMS: usize = 64;
const MOST_CONNECTIONS: usize = 16;

/// The most characters of a description, a reason or a documentation.
const MOST_TEXT: usize = 400;

/// The most characters of the name of a parameter or a connection.
const MOST_WORD: usize = 64;

/// The most bytes of a default.
const MOST_DEFAULT: usize = 4096;

/// A manifest as written: what is missing or of another type was told already.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) name: Option<At<String>>,
    pub(super) version: Option<At<String>>,
    pub(super) description: Option<At<String>>,
    pub(super) permissions: Vec<(At<String>, At<String>)>,
    pub(super) params: Vec<WrittenParam>,
    pub(super) connections: Vec<(At<String>, At<String>)>,
}

/// A parameter as written.
#[derive(Debug)]
pub(super) struct WrittenParam {
    pub(super) name: At<String>,
    pub(super) kind: Option<At<String>>,
    pub(super) optional: bool,
    pub(super) default: Option<At<WrittenDefault>>,
    pub(super) doc: At<String>,
}

/// A default as written.
#[derive(Debug)]
pub(super) enum WrittenDefault {
    /// As a person would type the value.
    Typed(String),
    /// As it was read before.
    Read(Value),
}

/// A value and its place.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// Checks all of it; nothing where something is missing, which was told then.
pub(super) fn check(written: Written, mistakes: &mut Mistakes<'_>) -> Option<Manifest> {
    let name = written.name.and_then(|name| check_name(name, mistakes));
    let version = written.version.and_then(|version| check_version(&version, mistakes));
    let description = written.description.and_then(|text| {
        check_text("the description", &text, mistakes)?;
        if text.value.trim().is_empty() {
            mistakes.add(text.place, "the description is empty", None);
            return None;
        }
        Some(text.value)
    });
    let asks = check_asks(written.permissions, mistakes);
    let params = check_params(written.params, mistakes);
    let connections = check_connections(written.connections, mistakes);
    Some(Manifest {
        name: name?,
        version: version?,
        description: description?,
        asks,
        params,
        connections,
    })
}

fn check_name(name: At<String>, mistakes: &mut Mistakes<'_>) -> Option<String> {
    if GrantedPlugin::may_be_named(&name.value) {
        return Some(name.value);
    }
    let hint = "names have small letters, digits and `-`, begin with a letter, and have at most 64 characters";
    let message = format!("`{}` cannot be the name of a plugin", shown(&name.value));
    mistakes.add(name.place, message, Some(hint.to_owned()));
    None
}

fn check_version(text: &At<String>, mistakes: &mut Mistakes<'_>) -> Option<Version> {
    version(&text.value).map_err(|message| mistakes.add(text.place.clone(), message, None)).ok()
}

fn check_asks(written: Vec<(At<String>, At<String>)>, mistakes: &mut Mistakes<'_>) -> Vec<Ask> {
    let mut asks: Vec<Ask> = Vec::new();
    for (word, reason) in written {
        let reason_is_told = check_text("the reason", &reason, mistakes).is_some();
        if reason_is_told && reason.value.trim().is_empty() {
            let hint = "whoever installs the plugin reads it before they grant anything".to_owned();
            let message = format!("`{}` has no reason", shown(&word.value));
            mistakes.add(reason.place, message, Some(hint));
        }
        match word.value.parse::<PluginPermission>() {
            Ok(permission) if asks.iter().any(|ask| ask.permission == permission) => {
                mistakes.add(word.place, format!("`{permission}` is asked for twice"), None);
            }
            Ok(permission) => asks.push(Ask { permission, reason: reason.value }),
            Err(error) => mistakes.add(word.place, error.message, error.hint),
        }
    }
    asks.sort_by(|one, other| one.permission.cmp(&other.permission));
    asks
}

fn check_params(written: Vec<WrittenParam>, mistakes: &mut Mistakes<'_>) -> Vec<ParamSpec> {
    if let Some(one_more) = written.get(MOST_PARAMS) {
        let message = format!("a plugin has at most {MOST_PARAMS} parameters");
        mistakes.add(one_more.name.place.clone(), message, None);
    }
    let mut names = BTreeSet::new();
    let mut params = Vec::new();
    for param in written.into_iter().take(MOST_PARAMS) {
        let name = param.name.value;
        if !ParamSpec::may_be_named(&name) || name.len() > MOST_WORD {
            let hint = "names have small letters, digits and `_`, and begin with a letter";
            let message = format!("`{}` cannot be the name of a parameter", shown(&name));
            mistakes.add(param.name.place, message, Some(hint.to_owned()));
            continue;
        }
        if !names.insert(name.clone()) {
            let message = format!("the parameter `{name}` is declared twice");
            mistakes.add(param.name.place, message, None);
            continue;
        }
        check_text("the documentation", &param.doc, mistakes);
        let Some(kind) = param.kind.and_then(|word| check_kind(&word, mistakes)) else { continue };
        let default = param.default.and_then(|given| check_default(&name, kind, given, mistakes));
        let (optional, doc) = (param.optional, param.doc.value);
        params.push(ParamSpec { name, kind, optional, default, doc, line: None });
    }
    params
}

fn check_kind(word: &At<String>, mistakes: &mut Mistakes<'_>) -> Option<ParamKind> {
    let kind = ParamKind::named(&word.value);
    if kind.is_none() {
        let hint = did_you_mean(&word.value, &ParamKind::words());
        let message = format!("`{}` is not a type of parameters", shown(&word.value));
        mistakes.add(word.place.clone(), message, hint);
    }
    kind
}

fn check_default(
    name: &str,
    kind: ParamKind,
    given: At<WrittenDefault>,
    mistakes: &mut Mistakes<'_>,
) -> Option<Value> {
    let read = match given.value {
        WrittenDefault::Typed(text) => kind.read(&text),
        WrittenDefault::Read(value) => kind.holds(&value).then_some(value),
    };
    let Some(value) = read else {
        let message = format!("the default of `{name}` is not {}", kind.looks_like());
        mistakes.add(given.place, message, None);
        return None;
    };
    let texts: Vec<&str> = match &value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !texts.iter().all(|text| is_plain(text)) {
        let message =
            format!("the default of `{name}` holds characters that do not show as what they are");
        mistakes.add(given.place, message, None);
        return None;
    }
    if texts.iter().map(|text| text.len()).sum::<usize>() > MOST_DEFAULT {
        let message = format!("the default of `{name}` has more than {MOST_DEFAULT} bytes");
        mistakes.add(given.place, message, None);
        return None;
    }
    Some(value)
}

fn check_connections(
    written: Vec<(At<String>, At<String>)>,
    mistakes: &mut Mistakes<'_>,
) -> Vec<ConnectionSpec> {
    if let Some((one_more, _)) = written.get(MOST_CONNECTIONS) {
        let message = format!("a plugin has at most {MOST_CONNECTIONS} connections beside its own");
        mistakes.add(one_more.place.clone(), message, None);
    }
    let mut connections: Vec<ConnectionSpec> = Vec::new();
    for (name, doc) in written.into_iter().take(MOST_CONNECTIONS) {
        check_text("the documentation", &doc, mistakes);
        if !ConnectionSpec::may_be_named(&name.value) || name.value.len() > MOST_WORD {
            let hint = "names have small letters, digits, `_` and `-`, and begin with a letter";
            let message = format!("`{}` cannot be the name of a connection", shown(&name.value));
            mistakes.add(name.place, message, Some(hint.to_owned()));
        } else if connections.iter().any(|other| other.name == name.value) {
            let message = format!("the connection `{}` is declared twice", name.value);
            mistakes.add(name.place, message, None);
        } else {
            connections.push(ConnectionSpec { name: name.value, doc: doc.value, line: None });
        }
    }
    connections
}

/// Nothing where a text does not show as it is written, or is long.
fn check_text(what: &str, text: &At<String>, mistakes: &mut Mistakes<'_>) -> Option<()> {
    if !is_plain(&text.value) {
        let message =
            format!("{what} holds line ends, or characters that do not show as what they are");
        mistakes.add(text.place.clone(), message, Some("write one line of plain text".to_owned()));
        return None;
    }
    if text.value.chars().count() > MOST_TEXT {
        let message = format!("{what} has more than {MOST_TEXT} characters");
        mistakes.add(text.place.clone(), message, None);
        return None;
    }
    Some(())
}
