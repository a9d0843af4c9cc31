//! Guardrails of a run by hand, as words. What could never match anything is refused.

use std::collections::BTreeMap;

use clap::Args;
use pianoroll_host::{
    Guardrails, Limit, OperationPattern, Scope, WordError, check_id, record_resource,
};

use crate::failure::Failure;
use crate::suggest;

/// What `--limit` knows beside `records.RESOURCE`.
const NAMES: [&str; 7] = ["calls", "writes", "deletes", "sends", "minutes", "seconds", "records"];

/// What a run may do at most, and about what.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "What calls may do")]
pub(crate) struct LimitArguments {
    /// Stop the run before it passes a limit on calls, writes, deletes, sends, minutes, seconds, or the records of a resource
    /// that effects touch (`records.profiles=500`); with commas
    #[arg(long = "limit", value_name = "NAME=N", value_delimiter = ',')]
    limits: Vec<String>,

    /// The only operations that may change anything (`lists.*`, `profiles.update`); reads are free; with commas
    #[arg(long, value_name = "OPERATIONS", value_delimiter = ',')]
    only: Option<Vec<String>>,

    /// Operations that are not to be called at all, not even to read (`profiles.merge`, `*.delete`); with commas
    #[arg(long, value_name = "OPERATIONS", value_delimiter = ',')]
    never: Option<Vec<String>>,

    /// The only lists that may be changed, tagged or written to, by id; with commas
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    lists: Option<Vec<String>>,

    /// The only campaigns that may be changed, tagged or sent, by id; with commas
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    campaigns: Option<Vec<String>>,
}

impl LimitArguments {
    /// As if these words had stood behind `--limit`.
    pub(crate) fn limited(limits: Vec<String>) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The guardrails that the words set together.
    pub(crate) fn guardrails(&self) -> Result<Guardrails, Failure> {
        let mut guardrails = Guardrails {
            only: scope("--only", self.only.as_deref(), OperationPattern::of_effects)?,
            never: scope("--never", self.never.as_deref(), OperationPattern::new)?,
            lists: scope("--lists", self.lists.as_deref(), id)?,
            campaigns: scope("--campaigns", self.campaigns.as_deref(), id)?,
            ..Guardrails::default()
        };
        for word in &self.limits {
            limit(&mut guardrails, word.trim())?;
        }
        Ok(guardrails)
    }
}

fn id(word: &str) -> Result<String, WordError> {
    check_id(word).map(|()| word.to_owned())
}

fn scope<T>(
    flag: &str,
    words: Option<&[String]>,
    read: impl Fn(&str) -> Result<T, WordError>,
) -> Result<Vec<Scope<T>>, Failure> {
    let Some(words) = words else { return Ok(Vec::new()) };
    let members: Result<Vec<T>, Failure> =
        words.iter().map(|word| read(word.trim()).map_err(|error| refused(flag, error))).collect();
    Ok(vec![Scope::new(members?, format!("{flag} {}", words.join(",")))])
}

fn refused(flag: &str, error: WordError) -> Failure {
    Failure::input(format!("{flag}: {}", error.message)).hint_if(error.hint)
}

/// `writes=100`, `records.profiles=500`
fn limit(guardrails: &mut Guardrails, word: &str) -> Result<(), Failure> {
    let input = |text: String| Failure::input(format!("--limit: {text}"));
    let Some((name, given)) = word.split_once('=') else {
        return Err(input(format!("`{word}` is not NAME=N, such as writes=100")));
    };
    let digits = given.replace('_', "");
    let most: u64 =
        digits.parse().map_err(|_| input(format!("`{given}` is not a whole number from 0")))?;
    let limit = Limit::new(most, format!("--limit {name}={digits}"));
    let Guardrails { calls, writes, deletes, sends, seconds, records, .. } = guardrails;
    let before = match name {
        "calls" => calls.replace(limit),
        "writes" => writes.replace(limit),
        "deletes" => deletes.replace(limit),
        "sends" => sends.replace(limit),
        "seconds" => seconds.replace(limit),
        "minutes" => seconds.replace(Limit { most: most.saturating_mul(60), ..limit }),
        _ => match name.strip_prefix("records.") {
            Some(resource) => bound_records(records, resource, limit)?,
            None if name == "records" => {
                return Err(input("`records` needs a resource: records.profiles=500".to_owned()));
            }
            None => {
                let hint = match record_resource(name) {
                    Ok(resource) => Some(format!("did you mean `records.{resource}`?")),
                    Err(_) => suggest::hint(name, NAMES),
                };
                return Err(input(format!("`{name}` cannot be limited")).hint_if(hint));
            }
        },
    };
    match before {
        None => Ok(()),
        Some(before) if before.source.contains(&format!("{name}=")) => {
            Err(input(format!("`{name}` is limited twice")))
        }
        Some(before) => Err(input(format!("`{}` is there already: one of both", before.source))),
    }
}

fn bound_records(
    records: &mut BTreeMap<&'static str, Limit>,
    resource: &str,
    limit: Limit,
) -> Result<Option<Limit>, Failure> {
    let resource = record_resource(resource).map_err(|error| refused("--limit", error))?;
    Ok(records.insert(resource, limit))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn texts(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn of(limits: &[&str]) -> Result<Guardrails, Failure> {
        LimitArguments { limits: texts(limits), ..LimitArguments::default() }.guardrails()
    }

    fn check(result: Result<Guardrails, Failure>, expected: Expect) {
        let failure = result.unwrap_err();
        let hints: String = failure.hints.iter().map(|hint| format!(" ({hint})")).collect();
        expected.assert_eq(&format!("{}{hints}", failure.error));
    }

    #[test]
    fn limits_are_names_and_numbers() {
        let guardrails = of(&["writes=1_000", "minutes=2", "records.profiles=5"]).unwrap();
        assert_eq!(guardrails.writes, Some(Limit::new(1000, "--limit writes=1000")));
        assert_eq!(guardrails.seconds, Some(Limit::new(120, "--limit minutes=2")));
        assert_eq!(guardrails.records["profiles"].source, "--limit records.profiles=5");
        check(
            of(&["write=1"]),
            expect!["--limit: `write` cannot be limited (did you mean `writes`?)"],
        );
        check(of(&["writes=many"]), expect!["--limit: `many` is not a whole number from 0"]);
        check(of(&["writes=-1"]), expect!["--limit: `-1` is not a whole number from 0"]);
        check(of(&["writes"]), expect!["--limit: `writes` is not NAME=N, such as writes=100"]);
        check(of(&["writes=1", "writes=2"]), expect!["--limit: `writes` is limited twice"]);
        check(
            of(&["minutes=1", "seconds=2"]),
            expect!["--limit: `--limit minutes=1` is there already: one of both"],
        );
        check(
            of(&["records=2"]),
            expect!["--limit: `records` needs a resource: records.profiles=500"],
        );
        check(
            of(&["records.profile=2"]),
            expect!["--limit: there is no resource `profile` (did you mean `profiles`?)"],
        );
        check(
            of(&["records.metrics=2"]),
            expect![
                "--limit: no operation changes `metrics` (these can be counted: campaigns, catalog_items, connections, coupon_codes, coupons, events, flows, lists, profiles, segments, tags, templates, webhooks)"
            ],
        );
    }

    #[test]
    fn scopes_name_what_is_there() {
        let arguments = LimitArguments {
            only: Some(texts(&["lists.*", "profiles.update"])),
            lists: Some(texts(&["Y6nRLr"])),
            ..LimitArguments::default()
        };
        let guardrails = arguments.guardrails().unwrap();
        assert_eq!(guardrails.only[0].source, "--only lists.*,profiles.update");
        assert_eq!(guardrails.lists, [Scope::new(["Y6nRLr".to_owned()], "--lists Y6nRLr")]);
        let only =
            |word| LimitArguments { only: Some(texts(&[word])), ..LimitArguments::default() };
        check(
            only("list.*").guardrails(),
            expect!["--only: no operation matches `list.*` (did you mean `lists.*`?)"],
        );
        check(
            only("lists.list").guardrails(),
            expect![
                "--only: `lists.list` only reads (reads are always free here; name what may change something)"
            ],
        );
        let never = LimitArguments { never: Some(texts(&["x"])), ..LimitArguments::default() };
        check(
            never.guardrails(),
            expect![
                "--never: there is no operation `x` (`pianoroll operations list` shows all of them)"
            ],
        );
        let lists = LimitArguments { lists: Some(texts(&["a/b"])), ..LimitArguments::default() };
        check(
            lists.guardrails(),
            expect![
                "--lists: `a/b` is no id: it holds `/`, so it would leave its place in the path (write ids as the API has them, such as `Y6nRLr`)"
            ],
        );
    }
}
