//! Whether a word is an expression or an automation.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use pianoroll_runtime::project::{Project, ZoneSettings};
use pianoroll_runtime::schedule::Schedule;
use pianoroll_runtime::scheduler::Definition;

use super::{Args, choose};
use crate::asynchronous;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::suggest;

/// What is meant.
pub(super) struct Meant {
    pub(super) schedule: Schedule,
    /// The zone of an automation.
    pub(super) zone: Option<String>,
    pub(super) jitter: SignedDuration,
}

/// An expression, or else the schedule of an automation. A word alone is no expression, but for those that begin with `@`.
pub(super) fn find(args: &Args) -> Result<Meant, Failure> {
    let word = args.expression.trim();
    let parsed = Schedule::parse(&args.expression);
    if word.contains(' ') || word.starts_with('@') || word.is_empty() {
        let schedule = parsed.map_err(|error| Failure::input(error.excerpt("schedule")))?;
        return Ok(Meant { schedule, zone: None, jitter: SignedDuration::ZERO });
    }
    let environment = Environment::read();
    let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
    let Some(automation) = project.automations.get(word) else {
        let names: Vec<&str> = project.automations.keys().map(String::as_str).collect();
        let text = format!("`{word}` is neither an expression nor an automation");
        let hint = "an expression has five fields: `0 6 * * MON` is Mondays at 06:00";
        return Err(Failure::input(text).hint_if(suggest::hint(word, names)).hint(hint));
    };
    let Some(settings) = &automation.schedule else {
        return Err(Failure::input(format!("the automation `{word}` has no schedule")));
    };
    let zone = match &settings.zone {
        _ if args.tz.is_some() => None,
        ZoneSettings::Named { name, .. } => Some(name.clone()),
        ZoneSettings::Account => Some(of_accounts(word, &environment, &project)?),
    };
    Ok(Meant { schedule: settings.schedule.clone(), zone, jitter: settings.jitter })
}

/// The zone of the accounts, as they told it when the automation was deployed.
fn of_accounts(
    word: &str,
    environment: &Environment,
    project: &Project,
) -> Result<String, Failure> {
    let unknown = || {
        Failure::input(format!(
            "the time zone of the accounts of `{word}` is known once it is deployed"
        ))
        .hint("`pianoroll deploy` asks them; --tz ZONE names one")
    };
    let folder = crate::arguments::StateArguments::default().beside(environment, project.root())?;
    let records = asynchronous::block_on(choose::schedules(&folder, Some(word), None));
    let mut zones = BTreeSet::new();
    for record in records.map_err(|_| unknown())? {
        let definition = Definition::from_value(&record.name, &record.definition);
        zones.insert(definition.or_exit(Exit::Failed)?.zone);
    }
    let mut all = zones.iter();
    match (all.next(), all.next()) {
        (None, _) => Err(unknown()),
        (Some(only), None) => Ok(only.clone()),
        _ => {
            let zones: Vec<&str> = zones.iter().map(String::as_str).collect();
            let text =
                format!("the accounts of `{word}` are in several time zones: {}", zones.join(", "));
            Err(Failure::input(text).hint("--tz ZONE names one"))
        }
    }
}
