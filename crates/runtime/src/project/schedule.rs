//! `schedule = …` of an automation: when it runs by itself, and what happens to an occurrence that cannot run as it is due.

use std::fmt;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use pianoroll_model::suggest;

use super::keys::DAY;
use super::mistake::Mistakes;
use super::walk::{At, Section};
use crate::schedule::{CatchUp, Overlap, Schedule, zone};

/// A checked schedule of an automation.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduleSettings {
    /// Where the word `schedule` stands: line and column, from 1.
    pub at: (usize, usize),
    /// The expression.
    pub schedule: Schedule,
    /// Where it is read.
    pub zone: ZoneSettings,
    /// How much later than due a run may begin; at most a day ([`crate::schedule::jittered`]).
    pub jitter: SignedDuration,
    /// Which of the occurrences run that came due while nothing served.
    pub catch_up: CatchUp,
    /// How late an occurrence may begin that was missed.
    pub window: SignedDuration,
    /// What happens to an occurrence that comes due while a run of an earlier one goes on.
    pub overlap: Overlap,
}

/// The time zone of a schedule. Zones of one name are equal.
#[derive(Clone, Debug)]
pub enum ZoneSettings {
    /// That of each account, which the API knows.
    Account,
    /// One of the zone database.
    Named {
        /// Its IANA name, as the database writes it.
        name: String,
        /// What it means.
        zone: TimeZone,
    },
}

/// What stands for the zone of each account.
const ACCOUNT: &str = "account";

impl ZoneSettings {
    /// The IANA name, or `account`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            ZoneSettings::Account => ACCOUNT,
            ZoneSettings::Named { name, .. } => name,
        }
    }
}

impl Default for ZoneSettings {
    fn default() -> Self {
        Self::Named { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }
}

impl PartialEq for ZoneSettings {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for ZoneSettings {}

impl fmt::Display for ZoneSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads `schedule` of an automation, an expression or a table.
pub(super) fn read(
    automation: &Section<'_, '_>,
    mistakes: &mut Mistakes<'_>,
) -> Option<ScheduleSettings> {
    let at = mistakes.place(&automation.span_of_key("schedule")?);
    let settings = |schedule| ScheduleSettings {
        at,
        schedule,
        zone: ZoneSettings::default(),
        jitter: SignedDuration::ZERO,
        catch_up: CatchUp::default(),
        window: DAY,
        overlap: Overlap::default(),
    };
    if automation.is_text("schedule") {
        let text = automation.text("schedule", mistakes)?;
        return expression(&text, mistakes).map(settings);
    }
    if !automation.is_table("schedule") {
        let span = automation.span_of("schedule")?;
        let message = "`schedule` must be an expression in quotes, or a table";
        let hint = "write schedule = \"0 6 * * 1\", or schedule = { cron = \"0 6 * * 1\", timezone = \"Europe/London\" }";
        mistakes.add(span, message, Some(hint.to_owned()));
        return None;
    }
    let section = automation.section("schedule", mistakes)?;
    if !section.has("cron") {
        let message = format!("`[{}]` has no `cron`", section.path);
        let hint = "say when it is due: cron = \"0 6 * * 1\"".to_owned();
        mistakes.add(section.span.clone(), message, Some(hint));
    }
    // Everything is looked at before the expression decides, so that all mistakes come at once.
    let schedule = section.text("cron", mistakes).and_then(|text| expression(&text, mistakes));
    let zone = read_zone(&section, mistakes);
    let jitter = section.duration("jitter", mistakes);
    let catch_up = section.choice("catch_up", &CatchUp::ALL, CatchUp::as_str, mistakes);
    let window = section.duration("window", mistakes);
    let overlap = section.choice("overlap", &Overlap::ALL, Overlap::as_str, mistakes);
    let default = settings(schedule?);
    Some(ScheduleSettings {
        zone: zone.unwrap_or_default(),
        jitter: jitter.map_or(default.jitter, |jitter| jitter.value),
        catch_up: catch_up.unwrap_or_default(),
        window: window.map_or(default.window, |window| window.value),
        overlap: overlap.unwrap_or_default(),
        ..default
    })
}

fn expression(text: &At<String>, mistakes: &mut Mistakes<'_>) -> Option<Schedule> {
    match Schedule::parse(&text.value) {
        Ok(schedule) => Some(schedule),
        Err(error) => {
            let span = mistakes.within(&text.span, error.column, error.width);
            mistakes.add(span, error.message, error.hint);
            None
        }
    }
}

fn read_zone(section: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> Option<ZoneSettings> {
    let text = section.text("timezone", mistakes)?;
    if text.value == ACCOUNT {
        return Some(ZoneSettings::Account);
    }
    match zone(&text.value) {
        Ok(zone) => {
            let name = zone.iana_name().unwrap_or(&text.value).to_owned();
            Some(ZoneSettings::Named { name, zone })
        }
        Err(error) => {
            let hint = match suggest(&text.value, [ACCOUNT]) {
                Some(near) => format!("did you mean `{near}`?"),
                None => error.hint.clone(),
            };
            mistakes.add(text.span, error.to_string(), Some(hint));
            None
        }
    }
}
