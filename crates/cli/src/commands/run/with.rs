//! Which connections stand behind the names that a program knows other accounts by.

use std::collections::BTreeMap;

use super::Args;
use super::program::Program;
use crate::failure::Failure;

/// By the program's name: the connection, or nothing for a simulated account.
pub(super) fn connections(
    args: &Args,
    program: &Program,
) -> Result<Vec<(String, Option<String>)>, Failure> {
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
            given.entry(name.clone()).or_insert_with(|| connection.clone());
        }
    }
    let connection = |connection| (!args.target.simulate).then_some(connection);
    Ok(given.into_iter().map(|(name, to)| (name, connection(to))).collect())
}
