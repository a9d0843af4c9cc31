//! `pianoroll explain`: what a permission covers, what an operation needs and does, what an effect is.

mod facts;
mod text;

use pianoroll_api::{OPERATIONS, RESOURCES, operation};
use pianoroll_model::{Effect, Permission};
use pianoroll_plugin::PluginPermission;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::suggest;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll explain campaigns:send\n  \
    pianoroll explain flows.update_status\n  \
    pianoroll explain delete";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A permission (`profiles:write`, `request`, `files:read`), an operation (`profiles.merge`) or an effect (`send`)
    #[arg(value_name = "PERMISSION|OPERATION|EFFECT")]
    word: String,

    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    let mut output = Output::new();
    match word(&args.word)? {
        Word::Operation(row) => {
            let facts = facts::operation(row);
            if args.json { output.json(&facts)? } else { output.text(&text::operation(&facts))? }
        }
        Word::Permission(permission) => {
            let facts = facts::permission(&permission);
            if args.json { output.json(&facts)? } else { output.text(&text::permission(&facts))? }
        }
        Word::Effect(effect) => {
            let facts = facts::effect(effect);
            if args.json { output.json(&facts)? } else { output.text(&text::effect(&facts))? }
        }
        Word::OfPlugins(permission) => {
            let facts = facts::of_plugins(&permission);
            if args.json { output.json(&facts)? } else { output.text(&text::of_plugins(&facts))? }
        }
    }
    output.finish()?;
    Ok(Exit::Completed)
}

/// What can be explained.
enum Word {
    Operation(&'static operation::Operation),
    Permission(Permission),
    Effect(Effect),
    /// A permission that only plugins need.
    OfPlugins(PluginPermission),
}

fn word(given: &str) -> Result<Word, Failure> {
    if let Ok(effect) = given.parse() {
        return Ok(Word::Effect(effect));
    }
    if let Some(row) = operation::find(given) {
        return Ok(Word::Operation(row));
    }
    if let Ok(permission @ (PluginPermission::Files(_) | PluginPermission::Notify)) = given.parse()
    {
        return Ok(Word::OfPlugins(permission));
    }
    match given.parse() {
        Ok(Permission::Request) => return Ok(Word::Permission(Permission::Request)),
        Ok(Permission::Operation { resource, effect }) if is_module(&resource) => {
            return Ok(Word::Permission(Permission::operation(&resource, effect)));
        }
        _ => {}
    }
    Err(unknown(given))
}

fn is_module(word: &str) -> bool {
    RESOURCES.iter().any(|resource| resource.module == word)
}

fn unknown(given: &str) -> Failure {
    let failure =
        Failure::input(format!("`{given}` is not a permission, an operation or an effect"));
    if is_module(given) {
        let permissions = permissions().into_iter();
        let own: Vec<String> =
            permissions.filter(|text| text.split(':').next() == Some(given)).collect();
        return failure
            .hint(format!("`{given}` is a resource; its permissions are {}", own.join(", ")));
    }
    // `profiles::merge` is how scripts write it.
    let plain = given.replace("::", ".");
    let permissions = permissions();
    let mut words: Vec<&str> = permissions.iter().map(String::as_str).collect();
    words.extend(Effect::ALL.map(Effect::as_str));
    words.extend(["request", "files:read", "files:write", "notify"]);
    let near = match plain.contains('.') {
        true => suggest::near(&plain, OPERATIONS.iter().map(|row| row.id)),
        false => suggest::near(&plain, words),
    };
    failure.hint(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`pianoroll operations list` shows all operations".to_owned(),
    })
}

/// Every permission that some operation can need.
fn permissions() -> Vec<String> {
    let mut all: Vec<String> = OPERATIONS
        .iter()
        .flat_map(|row| facts::effects(row).into_iter().map(|effect| row.permission(effect)))
        .map(|permission| permission.to_string())
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests;
