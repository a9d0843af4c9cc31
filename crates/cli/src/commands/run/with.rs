//! Which connections stand behind the names that a program knows other accounts by. It declares the names; all of
//! them must lead somewhere before it starts.

use std::collections::BTreeMap;

use super::Args;
use super::code::Code;
use super::program::Program;
use crate::failure::Failure;
use crate::suggest;

/// By the program's name: the connection, or nothing where an account is simulated.
pub(super) fn connections(
    args: &Args,
    program: &Program,
    code: &Code,
) -> Result<Vec<(String, Option<String>)>, Failure> {
    let declared: Vec<&str> = code.connections().iter().map(|one| one.name.as_str()).collect();
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    for word in &args.with {
        let parts = word.split_once('=').filter(|(name, to)| !name.is_empty() && !to.is_empty());
        let Some((name, connection)) = parts else {
            return Err(Failure::input(format!("--with `{word}` is not NAME=CONNECTION")));
        };
        if given.insert(name.to_owned(), connection.to_owned()).is_some() {
            return Err(Failure::input(format!("--with `{name}` is given twice")));
        }
    }
    if let Some(automation) = &program.automation {
        for (name, connection) in &automation.settings.with {
            given.entry(name.clone()).or_insert_with(|| connection.value.clone());
        }
    }
    if let Some(name) = given.keys().find(|name| !declared.contains(&name.as_str())) {
        let text = format!("`{}` declares no connection `{name}`", program.shown);
        let failure = Failure::input(text);
        return Err(match declared.is_empty() {
            true => failure.hint(code.declaration(name)),
            false => failure.hint_if(suggest::hint(name, declared.iter().copied())),
        });
    }
    if args.target.simulate {
        return Ok(declared.into_iter().map(|name| (name.to_owned(), None)).collect());
    }
    if let Some(missing) = code.connections().iter().find(|one| !given.contains_key(&one.name)) {
        let doc = match missing.doc.as_str() {
            "" => String::new(),
            doc => format!(" ({doc})"),
        };
        let name = &missing.name;
        let text = format!(
            "the program also works on the connection `{name}`{doc}, and none is named for it"
        );
        let hint = match &program.automation {
            None => format!("--with {name}=CONNECTION"),
            Some(automation) => format!(
                "--with {name}=CONNECTION, or with = {{ {name} = \"CONNECTION\" }} in `[automations.{}]`",
                automation.name
            ),
        };
        return Err(Failure::input(text).hint(hint));
    }
    Ok(given.into_iter().map(|(name, to)| (name, Some(to))).collect())
}
