//! A program that was read: what it takes, what it is granted, and what the journal keeps of it.

use std::collections::BTreeMap;

use pianoroll_host::{ConnectionSpec, GrantBy, GrantedPlugin, NarrowedBy};
use pianoroll_journal::Program as StoredProgram;
use pianoroll_runtime::components::PluginProgram;
use pianoroll_runtime::project::{FILE_NAME, Permissions, Placed};
use pianoroll_script::Script;
use serde_json::{Map, Value};

use super::Args;
use super::program::{Automation, Program, What};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::library::ProjectLibrary;
use crate::owner::{Runnable, stored};
use crate::plugins::{self, Installed};
use crate::source;

/// The program, before it runs.
pub(super) enum Code {
    Script(Script),
    Plugin(Box<Installed>),
}

/// Reads a program, and finds its mistakes.
pub(super) fn read(program: &Program, environment: &Environment) -> Result<Code, Failure> {
    match &program.what {
        What::Script(file) => {
            let source = source::read(file)?;
            let library = ProjectLibrary::new(&program.project, environment);
            let script = Script::compile_with(&source, &program.shown, &library);
            script.or_exit(Exit::Input).map(Code::Script)
        }
        What::Plugin(plugin) => {
            let installed = plugins::find(program.root(environment), plugin)?;
            Ok(Code::Plugin(Box::new(installed)))
        }
    }
}

impl Code {
    /// Gives its parameters their values.
    pub(super) fn bind(
        &self,
        program: &Program,
        given: &BTreeMap<String, String>,
    ) -> Result<Map<String, Value>, Failure> {
        match self {
            Code::Script(script) => script.bind(given),
            Code::Plugin(installed) => {
                pianoroll_host::bind(&program.shown, &installed.package.manifest().params, given)
            }
        }
        .or_exit(Exit::Input)
    }

    /// The other accounts that it works on.
    pub(super) fn connections(&self) -> &[ConnectionSpec] {
        match self {
            Code::Script(script) => script.connections(),
            Code::Plugin(installed) => &installed.package.manifest().connections,
        }
    }

    /// Where more connections would be declared.
    pub(super) fn declaration(&self, name: &str) -> String {
        match self {
            Code::Script(_) => format!("a line at its top would: `//! connection {name}`"),
            Code::Plugin(_) => "its manifest would: `[connections.…]`".to_owned(),
        }
    }

    /// For the journal.
    pub(super) fn stored(&self) -> StoredProgram {
        match self {
            Code::Script(script) => stored(script),
            Code::Plugin(installed) => program_of(installed).to_program(),
        }
    }

    /// What it may do, in words, and where more would be granted.
    pub(super) fn grants(
        &self,
        args: &Args,
        automation: Option<&Automation>,
    ) -> Result<(Vec<String>, GrantBy), Failure> {
        args.grants.permissions()?;
        match self {
            Code::Script(_) => Ok(of_script(args, automation)),
            Code::Plugin(installed) => {
                refuse_allow(args, installed)?;
                Ok(of_plugin(installed, automation))
            }
        }
    }

    /// Ready to run: within the async runtime, since a plugin may have to be compiled.
    pub(super) async fn runnable(&self) -> Result<Runnable, Failure> {
        match self {
            Code::Script(script) => Ok(Runnable::Script(script.clone())),
            Code::Plugin(installed) => {
                plugins::load(&installed.package).await.map(Runnable::Plugin)
            }
        }
    }
}

/// A plugin as the journal knows it.
pub(super) fn program_of(installed: &Installed) -> PluginProgram {
    let manifest = installed.package.manifest();
    PluginProgram {
        name: manifest.name.clone(),
        version: manifest.version.to_string(),
        digest: installed.package.digest().to_string(),
    }
}

fn of_script(args: &Args, automation: Option<&Automation>) -> (Vec<String>, GrantBy) {
    let Some(Automation { name, settings }) = automation else {
        return (args.grants.words(), GrantBy::Flag);
    };
    let permissions = words(&settings.permissions.words);
    let grants = permissions.iter().cloned().chain(args.grants.added()).collect();
    let place = place(&settings.permissions);
    (grants, GrantBy::Automation { place, name: name.clone(), permissions })
}

fn of_plugin(installed: &Installed, automation: Option<&Automation>) -> (Vec<String>, GrantBy) {
    let granted = installed.granted.clone();
    let narrowing = automation.filter(|automation| automation.settings.permissions.written);
    let grants = match narrowing {
        None => granted.clone(),
        Some(Automation { settings, .. }) => plugins::narrowed(&granted, &settings.permissions),
    };
    let manifest = installed.package.manifest();
    let plugin = GrantedPlugin {
        name: manifest.name.clone(),
        version: manifest.version.to_string(),
        asked: plugins::asked(manifest),
        granted,
        narrowed: narrowing.map(|Automation { name, settings }| NarrowedBy {
            place: place(&settings.permissions),
            name: name.clone(),
            permissions: words(&settings.permissions.words),
        }),
    };
    (grants, GrantBy::Plugin(Box::new(plugin)))
}

/// A flag that is typed once must not undo what was decided when a stranger's program was let in.
fn refuse_allow(args: &Args, installed: &Installed) -> Result<(), Failure> {
    let Some(word) = args.grants.added().next() else { return Ok(()) };
    let manifest = installed.package.manifest();
    let text = format!(
        "--allow cannot widen what a plugin may do: `{}` was granted {} when it was installed",
        manifest.name,
        plugins::listed(&installed.granted)
    );
    let asks = plugins::asked(manifest).contains(&word);
    let hint = match asks {
        _ if installed.granted.contains(&word) => {
            format!("`{word}` is granted already: leave --allow out")
        }
        true => {
            let words: Vec<&str> =
                installed.granted.iter().map(String::as_str).chain([&*word]).collect();
            format!(
                "`pianoroll plugin install {}@{} --grant {}` grants it for good",
                manifest.name,
                manifest.version,
                words.join(",")
            )
        }
        false => format!("its manifest does not ask for `{word}`, so nobody can grant it"),
    };
    Err(Failure::input(text).hint(hint))
}

fn place(permissions: &Permissions) -> String {
    format!("{FILE_NAME}:{}", permissions.line)
}

fn words(words: &[Placed<String>]) -> Vec<String> {
    words.iter().map(|word| word.value.clone()).collect()
}
