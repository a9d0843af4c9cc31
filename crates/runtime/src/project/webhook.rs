//! `webhook = { … }` of an automation: events that start runs.

use std::path::Path;

use pianoroll_host::ParamSpec;

use super::mistake::Mistakes;
use super::source::{self, Kept};
use super::walk::Section;
use crate::credential::Source;

/// A checked webhook: each event that is sent to `/hooks/NAME` starts a run.
#[derive(Clone, Debug, PartialEq)]
pub struct WebhookSettings {
    /// Where the word `webhook` stands: line and column, from 1.
    pub at: (usize, usize),
    /// Where the secret is that deliveries are signed with.
    pub secret: Source,
    /// The API's id of the webhook; none takes deliveries of any that has the secret.
    pub id: Option<String>,
    /// The parameter of the program that holds the event.
    pub param: String,
}

/// The name of the parameter, where the file says none.
const PARAM: &str = "event";

const SIGNED_WITH: Kept =
    Kept { what: "a secret", env: "env = \"HOOK_SECRET\"", file: "file = \"secrets/hook\"" };

/// Reads `webhook` of an automation.
pub(super) fn read(
    automation: &Section<'_, '_>,
    root: &Path,
    mistakes: &mut Mistakes<'_>,
) -> Option<WebhookSettings> {
    if let Some(span) = automation.span_of("webhook").filter(|_| automation.is_text("webhook")) {
        let hint = format!("write webhook = {{ secret = {{ {} }} }}", SIGNED_WITH.file);
        mistakes.add(span, "`webhook` must be a table, not a text", Some(hint));
        return None;
    }
    let section = automation.section("webhook", mistakes)?;
    if !section.has("secret") {
        let message = format!("`[{}]` has no `secret`", section.path);
        let hint = format!(
            "say where it is, so that nobody else starts runs: secret = {{ {} }}",
            SIGNED_WITH.file
        );
        mistakes.add(section.span.clone(), message, Some(hint));
    }
    let secret = source::of(&section, "secret", &SIGNED_WITH, root, mistakes);
    let id = section.text("id", mistakes);
    if let Some(id) = id.as_ref().filter(|id| id.value.trim().is_empty()) {
        let hint = "leave `id` out to take deliveries of any webhook with the secret".to_owned();
        mistakes.add(id.span.clone(), "`id` is empty", Some(hint));
    }
    let param = param(automation, &section, mistakes);
    let at = mistakes.place(&section.span);
    Some(WebhookSettings { at, secret: secret?, id: id.map(|id| id.value), param })
}

fn param(
    automation: &Section<'_, '_>,
    section: &Section<'_, '_>,
    mistakes: &mut Mistakes<'_>,
) -> String {
    let text = section.text("param", mistakes);
    let name = text.as_ref().map_or(PARAM, |text| text.value.as_str()).to_owned();
    let span = text.map_or_else(|| section.span.clone(), |text| text.span);
    if !ParamSpec::may_be_named(&name) {
        let message = format!("`{name}` cannot be the name of a parameter");
        let hint = "names have small letters, digits and `_`, and begin with a letter".to_owned();
        mistakes.add(span, message, Some(hint));
    } else if automation.names("params").contains(&name.as_str()) {
        let message = format!("the event is the parameter `{name}`, which `params` sets as well");
        let hint = "take it out of `params`, or name another one: param = \"…\"".to_owned();
        mistakes.add(span, message, Some(hint));
    }
    name
}
