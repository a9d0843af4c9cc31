//! What starts an automation without a person, and who hears of it.

use super::{Known, count};
use crate::project::mistake::{Mistakes, did_you_mean};
use crate::project::schedule::{self, ScheduleSettings};
use crate::project::walk::Section;
use crate::project::webhook::{self, WebhookSettings};

/// What the file says of it.
pub(super) struct Starts {
    pub(super) schedule: Option<ScheduleSettings>,
    pub(super) webhook: Option<WebhookSettings>,
    pub(super) notify: Vec<String>,
    pub(super) pause_after: Option<u32>,
}

pub(super) fn read(
    section: &Section<'_, '_>,
    known: &Known<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Starts {
    let schedule = schedule::read(section, mistakes);
    let webhook = webhook::read(section, known.folder, mistakes);
    connections_must_be_named(section, known, mistakes);
    let notify = notify(section, known, mistakes);
    let pause_after = count(section, "pause_after", mistakes);
    if let Some(span) = section.span_of_key("pause_after").filter(|_| !section.has("schedule")) {
        let hint = "add schedule = \"0 6 * * 1\", or leave it out".to_owned();
        mistakes.add(span, "`pause_after` pauses a schedule, and there is none", Some(hint));
    }
    Starts { schedule, webhook, notify, pause_after }
}

/// A person who runs an automation is told which account it is; here nobody looks.
fn connections_must_be_named(
    section: &Section<'_, '_>,
    known: &Known<'_>,
    mistakes: &mut Mistakes<'_>,
) {
    if section.has("connections") || known.names.len() == 1 {
        return;
    }
    for key in ["schedule", "webhook"] {
        let Some(span) = section.span_of_key(key) else { continue };
        let (message, hint) = match known.names {
            [] => (
                format!("a {key} needs its connections named, and the project has none"),
                "`pianoroll connections import NAME ID` adds one".to_owned(),
            ),
            [first, ..] => (
                format!("a {key} needs its connections named: there are {}", known.names.len()),
                format!(
                    "such as connections = [\"{first}\"]; known here: {}",
                    known.names.join(", ")
                ),
            ),
        };
        mistakes.add(span, message, Some(hint));
    }
}

fn notify(
    section: &Section<'_, '_>,
    known: &Known<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in section.placed_texts("notify", mistakes).unwrap_or_default() {
        if names.contains(&name.value) {
            let hint = "each is told once".to_owned();
            mistakes.add(name.span, format!("`{}` is there twice", name.value), Some(hint));
            continue;
        }
        if !known.notify.contains(&name.value.as_str()) {
            let hint = did_you_mean(&name.value, known.notify)
                .unwrap_or_else(|| format!("add `[notify.{}]`", name.value));
            let message = format!("there is no `[notify.{}]`", name.value);
            mistakes.add(name.span, message, Some(hint));
        }
        names.push(name.value);
    }
    names
}
