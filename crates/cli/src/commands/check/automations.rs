//! The automations of a project, each beside its program: what the file names, grants and rules out has to fit what the
//! program asks for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pianoroll_host::{ConnectionSpec, OperationPattern, ParamError, Scope, grant_word};
use pianoroll_model::{Permission, PermissionSet};
use pianoroll_runtime::project::{AutomationSettings, Placed, PluginRef, Project};
use pianoroll_script::{Diagnostic, Need, Script, Severity};

use super::{Checked, Kind, files};
use crate::{plugins, suggest};

/// The files that automations name as their programs and that are there.
pub(super) fn programs(project: &Project) -> Vec<PathBuf> {
    let Some(root) = project.root() else { return Vec::new() };
    let scripts =
        project.automations.values().filter_map(|settings| settings.program.value.script());
    scripts.map(|script| root.join(script)).filter(|file| file.is_file()).collect()
}

/// What is wrong with the automations; `text` is the project file as it may be shown.
pub(super) fn check(project: &Project, text: &str, checked: &[Checked]) -> Vec<Diagnostic> {
    let Some(root) = project.root() else { return Vec::new() };
    let mut found = Vec::new();
    for (name, settings) in &project.automations {
        let mut automation = Automation { name, settings, text, found: Vec::new() };
        if let Some(plugin) = settings.program.value.plugin() {
            automation.plugin(root, plugin);
        } else if let Some(script) = automation.program(root, checked) {
            automation.params(|given| script.bind(given).map(drop));
            automation.connections(script.path(), script.connections(), |name| {
                format!("a line at its top would: `//! connection {name}`")
            });
            automation.permissions(script.needs());
            automation.limits(script.needs());
        }
        automation.webhook(project);
        found.append(&mut automation.found);
    }
    found.sort_by_key(|diagnostic| diagnostic.at);
    found
}

struct Automation<'a> {
    name: &'a str,
    settings: &'a AutomationSettings,
    text: &'a str,
    found: Vec<Diagnostic>,
}

type Place = (usize, usize);

/// What stands for the event of a webhook, which is JSON.
const EVENT: &str = "{}";

fn place<T>(placed: &Placed<T>) -> Place {
    (placed.line, placed.column)
}

impl Automation<'_> {
    fn tell(&mut self, severity: Severity, at: Place, message: String, hint: Option<String>) {
        let code = "automation";
        let mut diagnostic =
            Diagnostic { severity, code, message, at: Some(at), width: self.width(at), hint };
        diagnostic.widen(self.text);
        self.found.push(diagnostic);
    }

    fn error(&mut self, at: Place, message: String, hint: impl Into<Option<String>>) {
        self.tell(Severity::Error, at, message, hint.into());
    }

    fn warn(&mut self, at: Place, message: String, hint: impl Into<Option<String>>) {
        self.tell(Severity::Warning, at, message, hint.into());
    }

    /// A list is underlined as a whole, as far as it is on its line.
    fn width(&self, (line, column): Place) -> usize {
        let line = self.text.lines().nth(line - 1).unwrap_or_default();
        let rest: Vec<char> = line.chars().skip(column - 1).collect();
        match rest.first() {
            Some('[') => rest.iter().position(|c| *c == ']').map_or(rest.len(), |end| end + 1),
            _ => 1,
        }
    }

    /// The program, where it is there and can run.
    fn program<'c>(&mut self, root: &Path, checked: &'c [Checked]) -> Option<&'c Script> {
        let at = place(&self.settings.program);
        let script = self.settings.program.value.script()?;
        let (shown, file) = (script.display(), root.join(script));
        if !file.is_file() {
            let known = checked.iter().filter(|checked| checked.kind == Kind::Script);
            let known = known.filter_map(|checked| checked.path.strip_prefix(root).ok()?.to_str());
            let near = suggest::near(&shown.to_string(), known);
            let hint = near.map(|near| format!("did you mean `{near}`?"));
            self.error(at, format!("there is no file `{shown}`"), hint);
            return None;
        }
        let real = files::real(&file);
        if !real.starts_with(files::real(root)) {
            let hint = "a program is a file of the project's folder, and no link to elsewhere";
            self.error(at, format!("`{shown}` leads out of the project"), hint.to_owned());
            return None;
        }
        let program = checked.iter().find(|checked| files::real(&checked.path) == real)?;
        let what = match program.kind {
            Kind::Script if program.script.is_some() => return program.script.as_ref(),
            Kind::Script => "cannot run: it has mistakes",
            Kind::Library => "is a library, which runs nothing by itself",
            Kind::Test => "is a file of tests, and no script",
            Kind::Project => "is no script",
        };
        let first = program.diagnostics.iter().find(|found| found.severity == Severity::Error);
        let hint = first
            .and_then(|first| first.at)
            .map(|(line, column)| format!("the first is at {}:{line}:{column}", program.name));
        self.error(at, format!("the program `{shown}` {what}"), hint);
        None
    }

    /// A plugin, where it is installed as it was.
    fn plugin(&mut self, root: &Path, plugin: &PluginRef) {
        let installed = match plugins::find(root, plugin) {
            Ok(installed) => installed,
            Err(failure) => {
                let hint = failure.hints.first().cloned();
                return self.error(
                    place(&self.settings.program),
                    format!("{:#}", failure.error),
                    hint,
                );
            }
        };
        let manifest = installed.package.manifest();
        self.params(|given| manifest.bind(given).map(drop));
        let shown = format!("plugin:{plugin}");
        self.connections(&shown, &manifest.connections, |_| {
            "only its manifest can declare one".to_owned()
        });
        let permissions = &self.settings.permissions;
        if !permissions.written {
            return;
        }
        let needless = plugins::needless(&installed.granted, permissions);
        for word in &permissions.words {
            if needless.contains(&word.value.as_str()) {
                let message = format!("`{}` gives `{shown}` nothing", word.value);
                let granted = plugins::listed(&installed.granted);
                let hint = format!("it was granted {granted}; here that can only become less");
                self.warn(place(word), message, hint);
            }
        }
    }

    fn params(&mut self, bind: impl FnOnce(&BTreeMap<String, String>) -> Result<(), ParamError>) {
        let given = &self.settings.params;
        let words = given.iter().map(|(name, text)| (name.clone(), text.value.clone()));
        let mut words: BTreeMap<_, _> = words.collect();
        let webhook = self.settings.webhook.as_ref();
        if let Some(webhook) = webhook {
            words.insert(webhook.param.clone(), EVENT.to_owned());
        }
        let Err(error) = bind(&words) else { return };
        for mistake in error.mistakes() {
            let of_event = webhook.filter(|webhook| webhook.param == mistake.name);
            let at = match of_event {
                Some(webhook) => webhook.at,
                None => given.get(&mistake.name).map_or(self.settings.at, place),
            };
            self.error(at, mistake.message.clone(), None);
        }
    }

    /// A webhook that nobody can call starts nothing.
    fn webhook(&mut self, project: &Project) {
        if let (Some(webhook), None) = (&self.settings.webhook, project.serve.listen) {
            let message = "no event arrives: nothing listens".to_owned();
            let hint = "write `[serve]` with listen = \"127.0.0.1:7717\"".to_owned();
            self.warn(webhook.at, message, hint);
        }
    }

    fn connections(
        &mut self,
        program: &str,
        declared: &[ConnectionSpec],
        declaration: impl Fn(&str) -> String,
    ) {
        let names = || declared.iter().map(|one| one.name.as_str());
        for (name, connection) in &self.settings.with {
            if names().any(|known| known == name) {
                continue;
            }
            let hint = match suggest::near(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => declaration(name),
            };
            let message = format!("`{program}` declares no connection `{name}`");
            self.error(place(connection), message, hint);
        }
        for missing in declared {
            if self.settings.with.contains_key(&missing.name) {
                continue;
            }
            let name = &missing.name;
            let doc = match missing.doc.as_str() {
                "" => String::new(),
                doc => format!(" ({doc})"),
            };
            let message = format!(
                "the program also works on the connection `{name}`{doc}, and none is named for it"
            );
            let hint = format!("write with = {{ {name} = \"CONNECTION\" }}");
            self.error(self.settings.at, message, hint);
        }
    }

    fn permissions(&mut self, needs: &[Need]) {
        let granted = &self.settings.permissions.granted;
        let at = (self.settings.permissions.line, self.settings.permissions.column);
        let mut surely: Vec<(&Permission, &Need)> = Vec::new();
        for need in needs.iter().filter(|need| need.is_denied(granted)) {
            // Where it may be one of several, the smallest is needed at least.
            let least = need.permissions.first();
            surely.extend(least.map(|permission| (permission, need)));
        }
        once(&mut surely);
        let known = |wanted: &Permission| surely.iter().any(|(known, _)| *known == wanted);
        let mut perhaps: Vec<(&Permission, &Need)> = needs
            .iter()
            .flat_map(|need| need.missing(granted).map(move |permission| (permission, need)))
            .filter(|(permission, _)| !known(permission))
            .collect();
        once(&mut perhaps);
        let line = |more: &[&[(&Permission, &Need)]]| {
            let words = self.settings.permissions.words.iter();
            let words = words.filter(|word| !is_needless(&word.value, needs));
            let words = words.map(|word| word.value.clone());
            let more = more.iter().flat_map(|more| more.iter());
            let more = more.map(|(permission, _)| permission.to_string());
            let words: Vec<String> = words.chain(more).map(|word| format!("\"{word}\"")).collect();
            format!("permissions = [{}]", words.join(", "))
        };
        let (as_needed, as_may_be) = (line(&[&surely]), line(&[&surely, &perhaps]));
        if !surely.is_empty() {
            let message = format!("the program needs {}, not granted here", listed(&surely));
            self.error(at, message, format!("write {as_needed}"));
        }
        if !perhaps.is_empty() {
            let message = format!("the program may need {}, not granted here", listed(&perhaps));
            self.warn(at, message, format!("if it does, write {as_may_be}"));
        }
        for word in &self.settings.permissions.words {
            if is_needless(&word.value, needs) {
                let message = format!("nothing in the program needs `{}`", word.value);
                self.warn(place(word), message, "leave it out".to_owned());
            }
        }
    }

    /// Operations that the program calls and that may not be called.
    fn limits(&mut self, needs: &[Need]) {
        let limits = &self.settings.limits;
        let among = |scopes: &[Scope<OperationPattern>], operation: &str| {
            let matches = |scope: &Scope<OperationPattern>| {
                scope.members.iter().any(|pattern| pattern.matches(operation))
            };
            (scopes.iter().any(matches), scopes.iter().all(matches))
        };
        let mut told: Vec<(&str, &str)> = Vec::new();
        for need in needs {
            let Some(operation) = need.operation else { continue };
            let (key, what) = if among(&limits.never, operation).0 {
                ("never", "rules out")
            } else if is_effect(need) && !among(&limits.only, operation).1 {
                ("only", "leaves out")
            } else {
                continue;
            };
            if told.contains(&(key, operation)) {
                continue;
            }
            told.push((key, operation));
            let at = self.settings.limits_at.get(key).copied().unwrap_or(self.settings.at);
            let mut name = format!("`{}`", need.function);
            if need.function.replace("::", ".") != operation {
                name = format!("`{operation}` of {name}");
            }
            let message =
                format!("`{key}` {what} {name}, which the program calls at {}", need.place);
            let hint = match key {
                "never" => format!(
                    "take it out of `never` in `[automations.{}]`, or out of the program",
                    self.name
                ),
                _ => format!("add \"{operation}\" to `only`, or take the call out of the program"),
            };
            self.error(at, message, hint);
        }
    }
}

/// Each permission once, with the first call that needs it.
fn once(needed: &mut Vec<(&Permission, &Need)>) {
    let mut seen: Vec<Permission> = Vec::new();
    needed.retain(|(permission, _)| {
        let new = !seen.contains(permission);
        seen.extend(new.then(|| (*permission).clone()));
        new
    });
}

/// `` `lists:write` (`lists::create` at scripts/a.rhai:3:1) and … ``
fn listed(needed: &[(&Permission, &Need)]) -> String {
    let words = needed.iter().map(|(permission, need)| {
        format!("`{permission}` (`{}` at {})", need.function, need.place)
    });
    let words: Vec<String> = words.collect();
    match words.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        words => words.concat(),
    }
}

/// Whether a word grants nothing that a call may need. What nobody can tell before the run may need anything; but a
/// `wait_for` only reads.
fn is_needless(word: &str, needs: &[Need]) -> bool {
    let Ok(granted) = grant_word(PermissionSet::none(), word) else { return false };
    let reads = word.ends_with("read");
    !needs.iter().any(|need| match need.permissions.as_slice() {
        [] => need.function != "wait_for" || reads,
        some => some.iter().any(|permission| granted.allows(permission)),
    })
}

/// Whether a call surely is more than a read.
fn is_effect(need: &Need) -> bool {
    let effect = |permission: &Permission| match permission {
        Permission::Operation { effect, .. } => !effect.is_read(),
        // Nobody knows what it does.
        Permission::Request => true,
    };
    !need.permissions.is_empty() && need.permissions.iter().all(effect)
}
