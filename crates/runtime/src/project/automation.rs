//! `[automations.NAME]`: a program, the connections that it runs on, and what it may do there.
//!
//! An automation is granted what its `permissions` name and nothing else; without any it is granted nothing, not even
//! reading. Two keys turn: the program asks, and the operator's file says yes. To a plugin, `plugin install` has granted what it
//! may do: there, `permissions` can only take away.

mod connections;
mod limits;
mod starts;

use std::collections::BTreeMap;
use std::path::{Component, Path};

use jiff::SignedDuration;
use pianoroll_host::{Guardrails, grant_word};
use pianoroll_model::PermissionSet;

use super::mistake::Mistakes;
use super::program::{PluginRef, ProgramRef};
use super::read::check_name;
use super::schedule::ScheduleSettings;
use super::walk::Section;
use super::webhook::WebhookSettings;
use super::{ConnectionSettings, FILE_NAME};
use crate::durable::{FILES, NOTIFY, is_of_plugins};

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
    /// When it runs by itself; without one, and without a webhook, it runs by hand only.
    pub schedule: Option<ScheduleSettings>,
    /// Events that start it.
    pub webhook: Option<WebhookSettings>,
    /// Whom to tell: names of [`super::Project::notify`], in the order of the file.
    pub notify: Vec<String>,
    /// After what time a run is cancelled: all its attempts by the clock, without waiting.
    pub timeout: Option<SignedDuration>,
    /// The failed runs in a row after which the schedule is paused, from 1.
    pub pause_after: Option<u32>,
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
    /// The names of all `[notify.NAME]`, also of those with mistakes.
    pub(super) notify: &'p [&'p str],
    /// The folder of the project.
    pub(super) folder: &'p Path,
}

pub(super) fn read(
    section: &Section<'_, '_>,
    known: &Known<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Option<AutomationSettings> {
    if !section.has("program") {
        let message = format!("`[{}]` has no `program`", section.path);
        let hint = "name a script of the project, or a plugin: program = \"scripts/retag.rhai\", program = \"plugin:win-back\"".to_owned();
        mistakes.add(section.span.clone(), message, Some(hint));
    }
    // Everything is looked at before the program decides, so that all mistakes come at once.
    let program = program(section, mistakes);
    let connections = connections::read(section, known, mistakes);
    let with = with(section, known, mistakes);
    let params = params(section, mistakes);
    let of_plugin = section.text_of("program").is_some_and(|text| text.starts_with("plugin:"));
    let permissions = permissions(section, of_plugin, mistakes);
    let attempts = count(section, "attempts", mistakes).unwrap_or(1);
    let starts = starts::read(section, known, mistakes);
    let timeout = section.duration("timeout", mistakes).map(|timeout| timeout.value);
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
        schedule: starts.schedule,
        webhook: starts.webhook,
        notify: starts.notify,
        timeout,
        pause_after: starts.pause_after,
    })
}

/// A number whose bounds are those of its key.
fn count(section: &Section<'_, '_>, key: &str, mistakes: &mut Mistakes<'_>) -> Option<u32> {
    section.number(key, mistakes).and_then(|number| u32::try_from(number.value).ok())
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
            connections::must_be_known(&connection, known, mistakes);
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
