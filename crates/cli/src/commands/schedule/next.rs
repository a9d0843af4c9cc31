//! `pianoroll schedule next`

mod meant;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use pianoroll_gateway::SystemClock;
use pianoroll_model::Clock;
use pianoroll_runtime::schedule::{ClockChange, Schedule, zone};

use super::choose;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::style::{DIM, Styled};
use meant::Meant;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Five fields of a crontab, such as `0 6 * * MON`, or `@daily` and the like; or an automation of the project
    #[arg(value_name = "EXPR|AUTOMATION")]
    expression: String,
    /// The time zone, such as America/New_York [default: that of the automation, or UTC]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Where to begin, that moment included: an RFC 3339 time, or a local date or time of the zone [default: now]
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// How many due times
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    count: u32,
    /// Print a JSON array of RFC 3339 times
    #[arg(long)]
    json: bool,
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    let Meant { schedule, zone: own, jitter } = meant::find(args)?;
    let name = args.tz.as_deref().or(own.as_deref()).unwrap_or("UTC");
    let zone = zone(name).map_err(|error| {
        let hint = error.hint.clone();
        Failure::input(error).hint(hint)
    })?;
    let from = match &args.from {
        Some(text) => moment(text, &zone)?,
        None => SystemClock::new().now(),
    };
    let count = usize::try_from(args.count).unwrap_or(usize::MAX);
    let due = schedule.due(&zone, from).take(count).map(|due| due.to_zoned(zone.clone()));
    let mut output = Output::new();
    if args.json {
        let due: Vec<String> = due.map(|due| rfc3339(&due)).collect();
        output.json(&due)?;
    } else {
        match (&args.tz, own) {
            (Some(_), _) => {}
            (None, None) => output::note("times are in UTC; --tz names another zone"),
            (None, Some(own)) => output::note(format_args!("as `{schedule}` says in {own}")),
        }
        if jitter > SignedDuration::ZERO {
            output::note(format_args!("a run begins up to {jitter:#} later"));
        }
        let mut found = 0;
        for due in due {
            output.line(line(&schedule, &due))?;
            found += 1;
        }
        if found < count {
            let more = if found == 0 { "it is never due" } else { "it is not due again" };
            output::warn(format_args!("{more} in this zone within a hundred years"));
        }
    }
    output.finish()?;
    Ok(Exit::Completed)
}

/// A moment as it was typed. A local time that the clocks skip is taken behind the gap, one that they repeat as the first.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Result<Timestamp, Failure> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let local = text.parse::<DateTime>().and_then(|local| local.to_zoned(zone.clone()));
    local.map(|local| local.timestamp()).map_err(|_| {
        Failure::input(format!("`{text}` is no time"))
            .hint("write `2026-03-08T02:30:00-05:00`, or a local time of the zone: `2026-03-08T02:30`, `2026-03-08`")
    })
}

fn rfc3339(due: &Zoned) -> String {
    due.timestamp().display_with_offset(due.offset()).to_string()
}

fn line(schedule: &Schedule, due: &Zoned) -> String {
    let told = schedule.clock_change(due.time_zone(), due.timestamp()).map(|change| tell(&change));
    // Beside the time stands what a person looks for: the day of the week, and whether it is summer time.
    let beside = due.strftime("%a %Z").to_string();
    let told = told.map(|told| format!("  {}", Styled(DIM, told))).unwrap_or_default();
    format!("{}  {beside}{told}", rfc3339(due))
}

fn tell(change: &ClockChange) -> String {
    let time = |time: &DateTime| time.strftime("%H:%M on %-d %B").to_string();
    match change {
        ClockChange::Moved { meant } => {
            format!("the clocks skip {}: due right after that", time(meant))
        }
        ClockChange::FirstOfTwo => "the clocks show this time twice: due the first time".to_owned(),
        ClockChange::Both { second: false } => {
            "the clocks show this time twice: the first time".to_owned()
        }
        ClockChange::Both { second: true } => {
            "the clocks show this time twice: the second time".to_owned()
        }
        ClockChange::Skipped { meant } => {
            format!("the clocks skip {}: not due then", time(meant))
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(expression: &str, tz: &str, from: &str, expected: Expect) {
        let (schedule, zone) = (Schedule::parse(expression).unwrap(), zone(tz).unwrap());
        let from = moment(from, &zone).unwrap();
        let due = schedule.due(&zone, from).take(2).map(|due| due.to_zoned(zone.clone()));
        let lines: Vec<String> = due.map(|due| line(&schedule, &due)).collect();
        expected.assert_eq(&anstream::adapter::strip_str(&lines.join("\n")).to_string());
    }

    #[test]
    fn people_see_what_a_change_of_the_clocks_does() {
        check(
            "30 2 * * *",
            "America/New_York",
            "2026-03-08",
            expect![[r#"
            2026-03-08T03:00:00-04:00  Sun EDT  the clocks skip 02:30 on 8 March: due right after that
            2026-03-09T02:30:00-04:00  Mon EDT"#]],
        );
        check(
            "30 1 * * *",
            "America/New_York",
            "2026-11-01T00:30",
            expect![[r#"
            2026-11-01T01:30:00-04:00  Sun EDT  the clocks show this time twice: due the first time
            2026-11-02T01:30:00-05:00  Mon EST"#]],
        );
        check(
            "30 * * * *",
            "America/New_York",
            "2026-11-01T01:00:00-04:00",
            expect![[r#"
            2026-11-01T01:30:00-04:00  Sun EDT  the clocks show this time twice: the first time
            2026-11-01T01:30:00-05:00  Sun EST  the clocks show this time twice: the second time"#]],
        );
        check(
            "0 * * * *",
            "America/Santiago",
            "2026-09-05T23:00",
            expect![[r#"
            2026-09-05T23:00:00-04:00  Sat -04
            2026-09-06T01:00:00-03:00  Sun -03  the clocks skip 00:00 on 6 September: not due then"#]],
        );
        check(
            "0 9 * * FRI",
            "Pacific/Apia",
            "2011-12-30T00:00:00-10:00",
            expect![[r#"
            2011-12-31T00:00:00+14:00  Sat +14  the clocks skip 09:00 on 30 December: due right after that
            2012-01-06T09:00:00+14:00  Fri +14"#]],
        );
        check(
            "@weekly",
            "UTC",
            "2026-01-01T00:00:00+05:45",
            expect![[r#"
            2026-01-04T00:00:00+00:00  Sun UTC
            2026-01-11T00:00:00+00:00  Sun UTC"#]],
        );
    }

    #[test]
    fn a_moment_has_an_offset_or_is_local() {
        let zone = zone("America/New_York").unwrap();
        let check = |text: &str, expected: &str| {
            assert_eq!(moment(text, &zone).unwrap().to_string(), expected, "{text}");
        };
        check("2026-03-08T09:00:00Z", "2026-03-08T09:00:00Z");
        check("2026-03-08T09:00:00+02:00", "2026-03-08T07:00:00Z");
        check("2026-03-08", "2026-03-08T05:00:00Z");
        check("2026-03-08 09:00", "2026-03-08T13:00:00Z");
        // Skipped, and shown twice.
        check("2026-03-08T02:30", "2026-03-08T07:30:00Z");
        check("2026-11-01T01:30", "2026-11-01T05:30:00Z");
        assert!(moment("tomorrow", &zone).is_err());
        assert!(moment("2026-02-30", &zone).is_err());
    }
}
