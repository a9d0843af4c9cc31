//! `connections = …` of an automation: names, or one label.

use pianoroll_model::suggest;

use super::Known;
use crate::project::ConnectionSettings;
use crate::project::mistake::Mistakes;
use crate::project::walk::{At, Section};

/// What stands before the label in `connections = "label:retail"`.
const LABEL: &str = "label:";

/// The names of the connections; a label has become the connections that bear it.
pub(super) fn read(
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

/// Says where a connection is not in the project.
pub(super) fn must_be_known(name: &At<String>, known: &Known<'_>, mistakes: &mut Mistakes<'_>) {
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
