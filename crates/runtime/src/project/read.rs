//! From the text of a project file to a checked [`Project`].

use std::path::Path;

use jiff::SignedDuration;
use pianoroll_gateway::Quota;
use toml::de::DeTable;

use super::keys::FILE;
use super::mistake::{Mistakes, did_you_mean};
use super::source::{self, Kept};
use super::walk::Section;
use super::{
    ConnectionSettings, CredentialSettings, GatewaySettings, Project, ProjectError, automation,
    notify, plugin, serve,
};
use crate::base_url;
use crate::retention::Retention;

const KEY: Kept =
    Kept { what: "a key", env: "env = \"MATON_API_KEY\"", file: "file = \"/run/secrets/maton\"" };

pub(super) fn read(text: &str, file: &Path) -> Result<Project, ProjectError> {
    let mut mistakes = Mistakes::new(text);
    let mut project = Project { file: Some(file.to_owned()), ..Project::default() };
    match DeTable::parse(text) {
        Ok(table) => {
            let root = Section::root(&table, &FILE, &mut mistakes);
            fill(&mut project, &root, &mut mistakes);
        }
        Err(error) => mistakes.add(error.span().unwrap_or(0..0), error.message(), None),
    }
    match mistakes.into_error(file) {
        Some(error) => Err(error),
        None => Ok(project),
    }
}

fn fill(project: &mut Project, root: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) {
    let folder = project.root().unwrap_or(Path::new("")).to_owned();
    if let Some(section) = root.section("project", mistakes) {
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
            if let Some(settings) = credential(&section, &folder, mistakes) {
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
    if let Some(all) = root.section("notify", mistakes) {
        for (name, section) in all.sections(mistakes) {
            check_name(&name.value, name.span, mistakes);
            if let Some(settings) = notify::read(&section, &folder, mistakes) {
                project.notify.insert(name.value, settings);
            }
        }
    }
    fill_automations(project, root, &folder, mistakes);
    if let Some(section) = root.section("serve", mistakes) {
        project.serve = serve::read(&section, &folder, mistakes);
    }
    if let Some(all) = root.section("plugins", mistakes) {
        for (name, section) in all.sections(mistakes) {
            let settings = plugin::read(&name, &section, mistakes);
            project.plugins.insert(name.value, settings);
        }
    }
}

fn fill_automations(
    project: &mut Project,
    root: &Section<'_, '_>,
    folder: &Path,
    mistakes: &mut Mistakes<'_>,
) {
    let Some(all) = root.section("automations", mistakes) else { return };
    // Connections with mistakes are no unknown ones.
    let (names, notify) = (root.names("connections"), root.names("notify"));
    for (name, section) in all.sections(mistakes) {
        check_name(&name.value, name.span.clone(), mistakes);
        let connections = &project.connections;
        let known = automation::Known { names: &names, connections, notify: &notify, folder };
        if let Some(settings) = automation::read(&section, &known, mistakes) {
            project.automations.insert(name.value, settings);
        }
    }
}

fn gateway(section: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> GatewaySettings {
    GatewaySettings {
        url: base(section, "url", mistakes),
        control: base(section, "control", mistakes),
        revision: section.parsed("revision", mistakes),
        quota: quota(section, mistakes),
    }
}

fn retention(section: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> Retention {
    let mut duration = |key: &str, other: SignedDuration| {
        section.duration(key, mistakes).map_or(other, |duration| duration.value)
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
    section: &Section<'_, '_>,
    folder: &Path,
    mistakes: &mut Mistakes<'_>,
) -> Option<CredentialSettings> {
    let source = source::read(section, &KEY, folder, mistakes);
    let quota = quota(section, mistakes);
    source.map(|source| CredentialSettings { source, quota })
}

fn connection(
    section: &Section<'_, '_>,
    credentials: &[&str],
    mistakes: &mut Mistakes<'_>,
) -> Option<ConnectionSettings> {
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
