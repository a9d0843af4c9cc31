//! From the text of a project file to a checked [`Project`].

use std::path::Path;

use jiff::SignedDuration;
use pianoroll_gateway::Quota;
use toml::de::DeTable;

use super::mistake::{Mistakes, did_you_mean, is_variable};
use super::walk::Section;
use super::{
    ConnectionSettings, CredentialSettings, GatewaySettings, Project, ProjectError, automation,
    plugin,
};
use crate::base_url;
use crate::credential::Source;
use crate::retention::{self, Retention};

const SECTIONS: [&str; 7] =
    ["project", "gateway", "credentials", "connections", "automations", "plugins", "state"];
const PROJECT: [&str; 1] = ["name"];
const GATEWAY: [&str; 4] = ["url", "control", "revision", "quota"];
const STATE: [&str; 3] = ["keep", "retry", "revert"];
const CREDENTIAL: [&str; 3] = ["env", "file", "quota"];
const CONNECTION: [&str; 8] =
    ["id", "credential", "account", "revision", "served", "live", "labels", "documented_routes"];

pub(super) fn read(text: &str, file: &Path) -> Result<Project, ProjectError> {
    let mut mistakes = Mistakes::new(text);
    let mut project = Project { file: Some(file.to_owned()), ..Project::default() };
    match DeTable::parse(text) {
        Ok(table) => fill(&mut project, &Section::root(&table), &mut mistakes),
        Err(error) => mistakes.add(error.span().unwrap_or(0..0), error.message(), None),
    }
    match mistakes.into_error(file) {
        Some(error) => Err(error),
        None => Ok(project),
    }
}

fn fill(project: &mut Project, root: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) {
    root.only(&SECTIONS, mistakes);
    if let Some(section) = root.section("project", mistakes) {
        section.only(&PROJECT, mistakes);
        project.name = section.text("name", mistakes).map(|name| name.value);
    }
    if let Some(section) = root.section("gateway", mistakes) {
        project.gateway = gateway(&section, mistakes);
    }
    if let Some(section) = root.section("state", mistakes) {
        project.retention = retention(&section, mistakes);
    }
    if let Some(all) = root.section("credentials", mistakes) {
        for (name, section) in all.sections(mistakes) {
            check_name(&name.value, name.span, mistakes);
            if let Some(settings) = credential(project.root(), &section, mistakes) {
                project.credentials.insert(name.value, settings);
            }
        }
    }
    if let Some(all) = root.section("connections", mistakes) {
        let known = root.names("credentials");
        for (name, section) in all.sections(mistakes) {
            check_name(&name.value, name.span, mistakes);
            if let Some(settings) = connection(&section, &known, mistakes) {
                project.connections.insert(name.value, settings);
            }
        }
    }
    fill_automations(project, root, mistakes);
    if let Some(all) = root.section("plugins", mistakes) {
        for (name, section) in all.sections(mistakes) {
            let settings = plugin::read(&name, &section, mistakes);
            project.plugins.insert(name.value, settings);
        }
    }
}

fn fill_automations(project: &mut Project, root: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) {
    let Some(all) = root.section("automations", mistakes) else { return };
    // Connections with mistakes are no unknown ones.
    let names = root.names("connections");
    for (name, section) in all.sections(mistakes) {
        check_name(&name.value, name.span.clone(), mistakes);
        let known = automation::Known { names: &names, connections: &project.connections };
        if let Some(settings) = automation::read(&section, &known, mistakes) {
            project.automations.insert(name.value, settings);
        }
    }
}

fn gateway(section: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> GatewaySettings {
    section.only(&GATEWAY, mistakes);
    GatewaySettings {
        url: base(section, "url", mistakes),
        control: base(section, "control", mistakes),
        revision: section.parsed("revision", mistakes),
        quota: quota(section, mistakes),
    }
}

fn retention(section: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> Retention {
    section.only(&STATE, mistakes);
    let mut duration = |key: &str, other: SignedDuration| match section.text(key, mistakes) {
        None => other,
        Some(text) => retention::duration(&text.value).unwrap_or_else(|error| {
            mistakes.add(text.span, error, None);
            other
        }),
    };
    let default = Retention::default();
    let keep = duration("keep", default.keep);
    // What a run has replaced goes with the run, so a shorter `keep` needs no second word.
    let retry = duration("retry", default.retry).min(keep);
    let revert = duration("revert", default.revert.min(keep));
    if revert > keep
        && let Some(span) = section.span_of("revert")
    {
        let message = "`revert` is longer than `keep`, and goes with the run";
        mistakes.add(span, message, Some("make `keep` longer, or `revert` shorter".to_owned()));
    }
    Retention { keep, revert, retry }
}

fn base(section: &Section<'_, '_>, key: &str, mistakes: &mut Mistakes<'_>) -> Option<String> {
    let text = section.text(key, mistakes)?;
    match base_url::check(&text.value) {
        Ok(url) => Some(url),
        Err(error) => {
            mistakes.add(text.span, error.to_string(), None);
            None
        }
    }
}

fn quota(section: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> Option<Quota> {
    let word = section.word("quota", mistakes)?;
    match word.value.parse() {
        Ok(quota) => Some(quota),
        Err(error) => {
            mistakes.add(word.span, format!("{error}"), None);
            None
        }
    }
}

fn credential(
    root: Option<&Path>,
    section: &Section<'_, '_>,
    mistakes: &mut Mistakes<'_>,
) -> Option<CredentialSettings> {
    section.only(&CREDENTIAL, mistakes);
    let env = section.text("env", mistakes);
    let file = section.text("file", mistakes);
    let quota = quota(section, mistakes);
    let source = match (env, file) {
        (Some(env), None) if !is_variable(&env.value) => {
            // What stands there may be a key by mistake, so it is not shown.
            let message = "`env` takes the name of an environment variable, in capital letters";
            mistakes.add(env.span, message, Some("such as env = \"MATON_API_KEY\"".into()));
            return None;
        }
        (Some(env), None) => Source::Env(env.value),
        (None, Some(file)) => Source::File(root.unwrap_or(Path::new("")).join(file.value)),
        (Some(_), Some(file)) => {
            let message = format!("`[{}]` has both `env` and `file`", section.path);
            mistakes.add(
                file.span,
                message,
                Some("a key is in one place: keep one of them".into()),
            );
            return None;
        }
        (None, None) => {
            let hint =
                "say where the key is: env = \"MATON_API_KEY\", or file = \"/run/secrets/maton\"";
            let message = format!("`[{}]` has neither `env` nor `file`", section.path);
            mistakes.add(section.span.clone(), message, Some(hint.to_owned()));
            return None;
        }
    };
    Some(CredentialSettings { source, quota })
}

fn connection(
    section: &Section<'_, '_>,
    credentials: &[&str],
    mistakes: &mut Mistakes<'_>,
) -> Option<ConnectionSettings> {
    section.only(&CONNECTION, mistakes);
    let credential = section.text("credential", mistakes);
    if let Some(name) = credential.as_ref().filter(|name| !credentials.contains(&&*name.value)) {
        let hint = did_you_mean(&name.value, credentials)
            .unwrap_or_else(|| format!("add `[credentials.{}]`", name.value));
        let message = format!("there is no `[credentials.{}]`", name.value);
        mistakes.add(name.span.clone(), message, Some(hint));
    }
    if !section.has("id") {
        let hint = "list the ids with `pianoroll connections list`".to_owned();
        let message = format!("`[{}]` has no `id`", section.path);
        mistakes.add(section.span.clone(), message, Some(hint));
    }
    // Everything is looked at before the id decides, so that all mistakes come at once.
    let id = section.parsed("id", mistakes);
    let account = section.parsed("account", mistakes);
    let revision = section.parsed("revision", mistakes);
    let served = section.parsed("served", mistakes);
    let live = section.flag("live", mistakes);
    let labels = section.texts("labels", mistakes).unwrap_or_default();
    let documented_routes = section.flag("documented_routes", mistakes).unwrap_or(false);
    let credential = credential.map(|name| name.value);
    id.map(|id| ConnectionSettings {
        id,
        credential,
        account,
        revision,
        served,
        live,
        labels,
        documented_routes,
    })
}

// Names stand on the command line and in `label:…` selections.
pub(super) fn check_name(name: &str, span: std::ops::Range<usize>, mistakes: &mut Mistakes<'_>) {
    let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if name.is_empty() || !plain {
        let hint = "use letters, digits, `-`, `_` and `.`".to_owned();
        mistakes.add(span, format!("`{name}` cannot be a name"), Some(hint));
    }
}
