//! When the automations of a project are due next.

use jiff::{SignedDuration, Timestamp, Zoned};
use pianoroll_runtime::project::{Project, ScheduleSettings, ZoneSettings};
use serde_json::{Value, json};

/// How many due times are told.
const TOLD: usize = 3;

/// The next due times of one automation.
pub(super) struct Due {
    automation: String,
    expression: String,
    zone: String,
    jitter: SignedDuration,
    /// None where the zone is that of each account, which only the API knows.
    times: Option<Vec<Zoned>>,
}

/// What is due from a moment on, by the names of the automations.
pub(super) fn due(project: &Project, now: Timestamp) -> Vec<Due> {
    let scheduled = project.automations.iter().filter_map(|(name, settings)| {
        settings.schedule.as_ref().map(|schedule| Due::of(name, schedule, now))
    });
    scheduled.collect()
}

impl Due {
    fn of(automation: &str, settings: &ScheduleSettings, now: Timestamp) -> Self {
        let ScheduleSettings { schedule, zone, jitter, .. } = settings;
        let times = match zone {
            ZoneSettings::Account => None,
            ZoneSettings::Named { zone, .. } => {
                let due = schedule.due(zone, now).take(TOLD);
                Some(due.map(|due| due.to_zoned(zone.clone())).collect())
            }
        };
        Self {
            automation: automation.to_owned(),
            expression: schedule.expression().to_owned(),
            zone: zone.name().to_owned(),
            jitter: *jitter,
            times,
        }
    }

    /// For people.
    pub(super) fn line(&self) -> String {
        let Self { automation, expression, zone, jitter, times } = self;
        let due = match times.as_deref() {
            None => format!("is due as `{expression}` says in the time zone of each account"),
            Some([]) => return format!("`{automation}` is never due in {zone}"),
            Some(times) => {
                let times = times.iter().map(|due| due.strftime("%a %F %H:%M").to_string());
                format!("is due {} in {zone}", times.collect::<Vec<_>>().join(", "))
            }
        };
        let late = match jitter.is_zero() {
            true => String::new(),
            false => format!(", up to {jitter:#} later"),
        };
        format!("`{automation}` {due}{late}")
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let rfc3339 = |due: &Zoned| due.timestamp().display_with_offset(due.offset()).to_string();
        let times = self.times.as_ref().map(|times| times.iter().map(rfc3339).collect::<Vec<_>>());
        json!({
            "automation": self.automation,
            "cron": self.expression,
            "timezone": self.zone,
            "jitter_seconds": self.jitter.as_secs(),
            "due": times,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use expect_test::expect;

    use super::*;

    #[test]
    fn the_next_three_due_times_are_told_with_their_zone() {
        let text = "[connections.acme]\nid = \"a\"\n\
            [automations.by_hand]\nprogram = \"a\"\n\
            [automations.clocks]\nprogram = \"a\"\nschedule = { cron = \"30 1 * * SUN\", timezone = \"Europe/London\", jitter = \"90m\" }\n\
            [automations.gone]\nprogram = \"a\"\nschedule = { cron = \"*/20 2 * 3 SUN#2\", timezone = \"America/New_York\" }\n\
            [automations.retag]\nprogram = \"a\"\nschedule = \"0 6 * * 1\"\n\
            [automations.theirs]\nprogram = \"a\"\nschedule = { cron = \"@daily\", timezone = \"account\" }\n";
        let project = Project::parse(text, Path::new("pianoroll.toml")).unwrap();
        let due = due(&project, "2026-03-16T06:00:00Z".parse().unwrap());
        let lines: Vec<String> = due.iter().map(Due::line).collect();
        expect![[r#"
            `clocks` is due Sun 2026-03-22 01:30, Sun 2026-03-29 02:00, Sun 2026-04-05 01:30 in Europe/London, up to 1h 30m later
            `gone` is never due in America/New_York
            `retag` is due Mon 2026-03-16 06:00, Mon 2026-03-23 06:00, Mon 2026-03-30 06:00 in UTC
            `theirs` is due as `@daily` says in the time zone of each account"#]].assert_eq(&lines.join("\n"));
        let json: Vec<Value> = due.iter().map(Due::json).collect();
        assert_eq!(json[0]["due"][1], "2026-03-29T02:00:00+01:00");
        assert_eq!(json[0]["jitter_seconds"], 5400);
        assert_eq!(json[1]["due"], json!([]));
        assert_eq!((&json[2]["cron"], &json[2]["timezone"]), (&json!("0 6 * * 1"), &json!("UTC")));
        assert_eq!((&json[3]["automation"], &json[3]["due"]), (&json!("theirs"), &Value::Null));
    }
}
