//! `[automations.NAME]`: a program, the connections that it runs on, and what it may do there.
//!
//! An automation is granted what its `permissions` name and nothing else; without any it is granted nothing, not even
//! reading. Two keys turn: the program asks, and the operator's file says yes. To a plugin, `plugin install` has granted what it
//! may do: there, `permissions` can only take away.

mod limits;

use std::collections::BTreeMap;
use std::path::{Component, Path};

use pianoroll_host::{Guardrails, grant_word};
use pianoroll_model::{PermissionSet, suggest};

use super::mistake::Mistakes;
use super::program::{PluginRef, ProgramRef};
use super::read::check_name;
use super::walk::{At, Section};
use super::{ConnectionSettings, FILE_NAME};
use crate::durable::{FILES, NOTIFY, is_of_plugins};

const AUTOMATION: [&str; 7] =
    ["program", "connections", "with", "params", "permissions", "limits", "attempts"];

/// The most attempts of a run.
const MOST_ATTEMPTS: u64 = 100;

/// What stands before the label in `connections = "label:retail"`.
const LABEL: &str = "label:";

/// A checked automation. Names of connections are those of the project; a label has become the connections that bear it.
#[derive(Clone, Debug, PartialEq)]
pub struct AutomationSettings {
    /// Where its table stands: line and column, from 1.
    pub at: (usize, usize),
    /// What it runs. Whether it is there is not looked at here.
    pub program: Placed<ProgramRef>,
    /// The connections that it runs on, one run each; none where the file names none: then it runs on the only one, as a
    /// file does.
    pub connections: Vec<String>,
    /// Other accounts of a run: the program's name for it, and the connection. The place is that of the name.
    pub with: BTreeMap<String, Placed<String>>,
    /// Parameters, as a person would type them after `--param NAME=`. The program's header gives them their types. The place is
    /// that of the name.
    pub params: BTreeMap<String, Placed<String>>,
    /// What is granted.
    pub permissions: Permissions,
    /// The limits of a run. Each knows its line: `pianoroll.toml:31:12 (limits.writes)`.
    pub limits: Guardrails,
    /// Where each limit stands: line and column, from 1.
    pub limits_at: BTreeMap<String, (usize, usize)>,
    /// How often a run is tried that fails by something that may pass, from 1.
    pub attempts: u32,
}

/// A value, and where it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// What an automation is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// What it means, but for `files:…` and `notify`.
    pub granted: PermissionSet,
    /// Whether the table has `permissions`, and be it none: without, a plugin keeps what it was granted when it was installed.
    pub written: bool,
    /// As it was written.
    pub words: Vec<Placed<String>>,
    /// Where it stands; where there is none, the automation's table. From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// What the rest of the file knows.
pub(super) struct Known<'p> {
    /// The names of all connections, also of those with mistakes.
    pub(super) names: &'p [&'p str],
    /// Those without.
    pub(super) connections: &'p BTreeMap<String, ConnectionSettings>,
}

pub(super) fn read(
    section: &Section<'_, '_>,
    known: &Known<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Option<AutomationSettings> {
    section.only(&AUTOMATION, mistakes);
    if !section.has("program") {
        let message = format!("`[{}]` has no `program`", section.path);
        let hint = "name a script of the project, or a plugin: program = \"scripts/retag.rhai\", program = \"plugin:win-back\"".to_owned();
        mistakes.add(section.span.clone(), message, Some(hint));
    }
    // Everything is looked at before the program decides, so that all mistakes come at once.
    let program = program(section, mistakes);
    let connections = connections(section, known, mistakes);
    let with = with(section, known, mistakes);
    let params = params(section, mistakes);
    let of_plugin = section.text_of("program").is_some_and(|text| text.starts_with("plugin:"));
    let permissions = permissions(section, of_plugin, mistakes);
    let attempts = attempts(section, mistakes);
    let table = section.section("limits", mistakes);
    let limits = table.as_ref().map(|table| limits::read(table, mistakes)).unwrap_or_default();
    let limits_at = table.iter().flat_map(Section::keys);
    let limits_at = limits_at.map(|key| (key.value.to_owned(), mistakes.place(&key.span)));
    Some(AutomationSettings {
        at: mistakes.place(&section.span),
        program: program?,
        connections,
        with,
        params,
        permissions,
        limits,
        limits_at: limits_at.collect(),
        attempts,
    })
}

fn placed<T>(value: T, at: &std::ops::Range<usize>, mistakes: &Mistakes<'_>) -> Placed<T> {
    let (line, column) = mistakes.place(at);
    Placed { value, line, column }
}

fn program(section: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> Option<Placed<ProgramRef>> {
    let text = section.text("program", mistakes)?;
    if let Some(plugin) = PluginRef::of_program(&text.value) {
        return match plugin {
            Ok(plugin) => Some(placed(ProgramRef::Plugin(plugin), &text.span, mistakes)),
            Err(error) => {
                let hint = "write \"plugin:win-back\", or \"plugin:win-back@1.0.0\"".to_owned();
                mistakes.add(text.span, error.to_string(), Some(hint));
                None
            }
        };
    }
    let path = Path::new(&text.value);
    if path.extension().is_some_and(|extension| extension == "wasm") {
        let message = format!("`{}` is a component, and no script", text.value);
        let hint =
            "`pianoroll plugin install FILE` makes a plugin of it: program = \"plugin:NAME\"";
        mistakes.add(text.span, message, Some(hint.to_owned()));
        return None;
    }
    let inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    if text.value.is_empty() || !path.components().all(inside) {
        let message = format!("`{}` is not a file of the project", text.value);
        let hint = format!(
            "write its path from the folder of {FILE_NAME}, without `..`: \"scripts/retag.rhai\""
        );
        mistakes.add(text.span, message, Some(hint));
        return None;
    }
    Some(placed(ProgramRef::Script(path.to_owned()), &text.span, mistakes))
}

fn attempts(section: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> u32 {
    let Some(number) = section.number("attempts", mistakes) else { return 1 };
    match u32::try_from(number.value) {
        Ok(attempts) if (1..=MOST_ATTEMPTS).contains(&number.value) => attempts,
        _ => {
            let message =
                format!("`attempts` must be from 1 to {MOST_ATTEMPTS}, not {}", number.value);
            mistakes.add(number.span, message, None);
            1
        }
    }
}

fn connections(
    section: &Section<'_, '_>,
    known: &Known<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Vec<String> {
    let is_text = section.is_text("connections");
    if is_text && let Some(text) = section.text("connections", mistakes) {
        return match text.value.strip_prefix(LABEL) {
            Some(label) => labelled(label, &text, known, mistakes),
            None => {
                let message = "`connections` is a list of names, or one label".to_owned();
                let hint = format!(
                    "write connections = [\"{0}\"], or connections = \"label:{0}\"",
                    text.value
                );
                mistakes.add(text.span, message, Some(hint));
                Vec::new()
            }
        };
    }
    let mut names: Vec<String> = Vec::new();
    for name in section.placed_texts("connections", mistakes).unwrap_or_default() {
        if name.value.starts_with(LABEL) {
            let hint = format!("write connections = \"{}\"", name.value);
            mistakes.add(name.span, "a label stands alone, not in a list", Some(hint));
        } else if names.contains(&name.value) {
            let hint = "an automation runs once on each connection".to_owned();
            mistakes.add(name.span, format!("`{}` is there twice", name.value), Some(hint));
        } else {
            must_be_known(&name, known, mistakes);
            names.push(name.value);
        }
    }
    if names.is_empty() && section.has("connections") {
        no_connection_is_named(section, mistakes);
    }
    names
}

/// An empty list would be taken for none at all, and the automation would run on the only connection.
fn no_connection_is_named(section: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) {
    let empty = section.is_empty_list("connections");
    if let Some(span) = section.span_of("connections").filter(|_| empty) {
        let hint = "leave `connections` out to run on the only one".to_owned();
        mistakes.add(span, "`connections` names none", Some(hint));
    }
}

fn labelled(
    label: &str,
    text: &At<String>,
    known: &Known<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Vec<String> {
    let bears = |settings: &ConnectionSettings| settings.labels.iter().any(|own| own == label);
    let found: Vec<String> = known
        .connections
        .iter()
        .filter(|(_, settings)| bears(settings))
        .map(|(name, _)| name.clone())
        .collect();
    // Where a connection has mistakes, the label may be its own.
    if found.is_empty() && known.names.len() == known.connections.len() {
        let labels = known.connections.values().flat_map(|settings| &settings.labels);
        let mut labels: Vec<&str> = labels.map(String::as_str).collect();
        labels.sort_unstable();
        labels.dedup();
        let hint = match suggest(label, labels.iter().copied()) {
            Some(near) => format!("did you mean `label:{near}`?"),
            None if labels.is_empty() => {
                "add labels = [\"…\"] to the connections that are meant".to_owned()
            }
            None => format!("labels here: {}", labels.join(", ")),
        };
        let message = format!("no connection has the label `{label}`");
        mistakes.add(text.span.clone(), message, Some(hint));
    }
    found
}

fn must_be_known(name: &At<String>, known: &Known<'_>, mistakes: &mut Mistakes<'_>) {
    if known.names.contains(&&*name.value) {
        return;
    }
    let hint = match suggest(&name.value, known.names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.names.is_empty() => {
            format!("`pianoroll connections import {} ID` adds one", name.value)
        }
        None => format!("known here: {}", known.names.join(", ")),
    };
    let message = format!("there is no `[connections.{}]`", name.value);
    mistakes.add(name.span.clone(), message, Some(hint));
}

fn with(
    section: &Section<'_, '_>,
    known: &Known<'_>,
    mistakes: &mut Mistakes<'_>,
) -> BTreeMap<String, Placed<String>> {
    let Some(table) = section.section("with", mistakes) else { return BTreeMap::new() };
    let mut with = BTreeMap::new();
    for key in table.keys() {
        check_name(key.value, key.span.clone(), mistakes);
        if let Some(connection) = table.text(key.value, mistakes) {
            must_be_known(&connection, known, mistakes);
            let connection = placed(connection.value, &key.span, mistakes);
            with.insert(key.value.to_owned(), connection);
        }
    }
    with
}

fn params(
    section: &Section<'_, '_>,
    mistakes: &mut Mistakes<'_>,
) -> BTreeMap<String, Placed<String>> {
    let Some(table) = section.section("params", mistakes) else { return BTreeMap::new() };
    let mut params = BTreeMap::new();
    for key in table.keys() {
        if let Some(text) = table.plain(key.value, mistakes) {
            let value = placed(text.value, &key.span, mistakes);
            params.insert(key.value.to_owned(), value);
        }
    }
    params
}

fn permissions(
    section: &Section<'_, '_>,
    of_plugin: bool,
    mistakes: &mut Mistakes<'_>,
) -> Permissions {
    let written = section.span_of("permissions");
    let at = written.clone().unwrap_or_else(|| section.span.clone());
    let (line, column) = mistakes.place(&at);
    let (granted, words) = (PermissionSet::none(), Vec::new());
    let mut permissions = Permissions { granted, written: written.is_some(), words, line, column };
    for word in section.placed_texts("permissions", mistakes).unwrap_or_default() {
        let alone = is_of_plugins(&word.value);
        match grant_word(permissions.granted.clone(), &word.value) {
            _ if alone && of_plugin => {}
            _ if alone => {
                let message = format!("`{}` is a permission of plugins", word.value);
                let hint = match word.value == NOTIFY {
                    true => "scripts tell their operator without one: leave it out",
                    false => {
                        "scripts use the files of the project's folder without one: leave it out"
                    }
                };
                mistakes.add(word.span.clone(), message, Some(hint.to_owned()));
            }
            Ok(granted) => permissions.granted = granted,
            Err(_) if of_plugin && word.value.starts_with("files:") => {
                let message = format!("`{}` is no permission", word.value);
                let hint = format!("of files, there are `{}`", FILES.join("` and `"));
                mistakes.add(word.span.clone(), message, Some(hint));
            }
            Err(error) => mistakes.add(word.span.clone(), error.message, error.hint),
        }
        permissions.words.push(placed(word.value, &word.span, mistakes));
    }
    permissions
}
