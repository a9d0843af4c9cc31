//! What a deployment changes, above all when things are due.

use std::fmt::Write as _;

use jiff::Timestamp;
use pianoroll_journal::Deployment;
use pianoroll_runtime::deployment::{Deployed, DeployedRun, Snapshot};
use pianoroll_runtime::schedule::{self, Schedule};
use pianoroll_runtime::scheduler::Definition;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::style::{DIM, HEADING, Styled};

/// What a deployment changes.
pub(super) struct Difference(Vec<Line>);

/// One automation that changes.
struct Line {
    automation: String,
    kind: Kind,
    /// What of it changes, in words.
    what: Vec<String>,
    /// When it is due, by connection: before, and from now on.
    due: Vec<(String, Option<Due>, Option<Due>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Added,
    Changed,
    Removed,
}

/// When a schedule is due.
#[derive(Clone, PartialEq, Eq)]
struct Due {
    cron: String,
    zone: String,
    next: Option<String>,
}

impl Difference {
    pub(super) fn between(
        before: Option<&Deployment>,
        after: &Snapshot,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let before = super::readable(before);
        let old = before.as_ref().map(|before| &before.automations);
        let mut lines = Vec::new();
        for (name, deployed) in &after.automations {
            let was = old.and_then(|old| old.get(name));
            lines.extend(line(name, was, Some(deployed), now)?);
        }
        for (name, was) in old.into_iter().flatten() {
            if !after.automations.contains_key(name) {
                lines.extend(line(name, Some(was), None, now)?);
            }
        }
        Ok(Self(lines))
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        if self.0.is_empty() {
            text.push_str("no automation changes\n");
        }
        for Line { automation, kind, what, due } in &self.0 {
            // Writing into a string cannot fail.
            let _ = writeln!(
                text,
                "{} {}{}",
                kind.sign(),
                Styled(HEADING, automation),
                match what.as_slice() {
                    [] => String::new(),
                    what => format!("  {}", what.join(", ")),
                }
            );
            let widest = due.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
            for (connection, before, after) in due {
                let _ = writeln!(text, "    {connection:widest$}  {}", change(before, after));
            }
        }
        text
    }

    pub(super) fn to_json(&self) -> Value {
        let due = |due: &Due| json!({ "cron": due.cron, "timezone": due.zone, "next": due.next });
        let line = |line: &Line| {
            let schedules = line.due.iter().map(|(connection, before, after)| {
                json!({
                    "connection": connection,
                    "before": before.as_ref().map(due),
                    "after": after.as_ref().map(due),
                })
            });
            json!({
                "automation": line.automation,
                "change": line.kind.word(),
                "what": line.what,
                "schedules": schedules.collect::<Vec<_>>(),
            })
        };
        self.0.iter().map(line).collect()
    }
}

impl Kind {
    fn sign(self) -> char {
        match self {
            Kind::Added => '+',
            Kind::Changed => '~',
            Kind::Removed => '-',
        }
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Added => "added",
            Kind::Changed => "changed",
            Kind::Removed => "removed",
        }
    }
}

fn change(before: &Option<Due>, after: &Option<Due>) -> String {
    match (before, after) {
        (None, Some(after)) => after.to_string(),
        (Some(before), None) => format!("{before}  {}", Styled(DIM, "not any more")),
        (Some(before), Some(after)) if before == after => after.to_string(),
        (Some(before), Some(after)) => format!("{after}  {}", Styled(DIM, format!("was {before}"))),
        (None, None) => "by hand".to_owned(),
    }
}

impl std::fmt::Display for Due {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { cron, zone, next } = self;
        match next {
            Some(next) => write!(f, "{cron} in {zone}, next {next}"),
            None => write!(f, "{cron} in {zone}, never due"),
        }
    }
}

fn line(
    name: &str,
    before: Option<&Deployed>,
    after: Option<&Deployed>,
    now: Timestamp,
) -> Result<Option<Line>, Failure> {
    let kind = match (before, after) {
        (None, Some(_)) => Kind::Added,
        (Some(before), Some(after)) if before == after => return Ok(None),
        (Some(_), Some(_)) => Kind::Changed,
        (_, None) => Kind::Removed,
    };
    let mut what = Vec::new();
    match (before, after) {
        (Some(before), Some(after)) => what.extend(changes(before, after)),
        (None, Some(added)) => what.push(added.shown.clone()),
        _ => {}
    }
    let runs = |deployed: Option<&Deployed>| {
        deployed.map(|deployed| deployed.runs.clone()).unwrap_or_default()
    };
    let (old, new) = (runs(before), runs(after));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let mut due = Vec::new();
    for connection in names {
        let (was, is) = (schedule_of(old.get(connection)), schedule_of(new.get(connection)));
        if was.is_none() && is.is_none() {
            continue;
        }
        let shown =
            |definition: Option<&Definition>| definition.map(|it| due_of(it, now)).transpose();
        due.push((connection.clone(), shown(was)?, shown(is)?));
    }
    Ok(Some(Line { automation: name.to_owned(), kind, what, due }))
}

fn schedule_of(run: Option<&DeployedRun>) -> Option<&Definition> {
    run.and_then(|run| run.schedule.as_ref())
}

/// What of an automation has changed, in words.
fn changes(before: &Deployed, after: &Deployed) -> Vec<String> {
    let mut what = Vec::new();
    if before.shown != after.shown {
        what.push(format!("runs {} in place of {}", after.shown, before.shown));
    } else if before.program != after.program {
        what.push("its program".to_owned());
    }
    if before.params != after.params {
        what.push("parameters".to_owned());
    }
    if before.runs.keys().ne(after.runs.keys()) {
        what.push("connections".to_owned());
    }
    let (mut may, mut due, mut policy) = (false, false, false);
    for (connection, is) in &after.runs {
        let Some(was) = before.runs.get(connection) else { continue };
        may |= was.settings != is.settings;
        match (&was.schedule, &is.schedule) {
            (was, is) if was == is => {}
            (Some(was), Some(is)) if was.is_due_like(is) => policy = true,
            _ => due = true,
        }
    }
    if due {
        what.push("when it is due".to_owned());
    }
    if policy {
        what.push("what happens to what is late or in the way".to_owned());
    }
    if may {
        what.push("what it may do and where".to_owned());
    }
    what
}

fn due_of(definition: &Definition, now: Timestamp) -> Result<Due, Failure> {
    let zone = schedule::zone(&definition.zone).map_err(Failure::input)?;
    let schedule = Schedule::parse(&definition.cron).map_err(Failure::input)?;
    let next = schedule.next_after(&zone, now);
    let next = next.map(|next| next.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
    Ok(Due { cron: definition.cron.clone(), zone: definition.zone.clone(), next })
}
