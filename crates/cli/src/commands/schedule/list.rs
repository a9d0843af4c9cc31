//! `pianoroll schedule list`

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pianoroll_journal::{Backend, Fate, Occurrence, OccurrenceFilter, ScheduleRecord};
use pianoroll_runtime::schedule::{self, Schedule};
use pianoroll_runtime::scheduler::Definition;
use serde_json::{Value, json};

use super::choose;
use crate::arguments::StateArguments;
use crate::asynchronous;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::{self, Output};
use crate::recorded::{self, Recorded, failed};
use crate::style::{DIM, Styled, WARNING};
use crate::table::{self, Cell};

/// Said where there is no schedule.
const NOTHING: &str = "no schedules: nothing that has one is deployed (`pianoroll deploy`)";

/// How many due times of the past are listed.
const HISTORY: u32 = 20;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only of this automation, or one schedule: AUTOMATION/CONNECTION
    #[arg(value_name = "AUTOMATION")]
    automation: Option<String>,

    /// Only on this connection
    #[arg(long, value_name = "NAME", requires = "automation")]
    connection: Option<String>,

    /// What came of the due times of the past, the newest first
    #[arg(long)]
    history: bool,

    /// How many due times of the past [default: 20]
    #[arg(long, value_name = "N", requires = "history")]
    limit: Option<u32>,

    /// Print a JSON array of objects: name, next, paused, last, … ; with --history schedule, due, fate, reason, run, …
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    state: StateArguments,
}

/// A schedule and what came of its last due time.
struct Row {
    record: ScheduleRecord,
    definition: Definition,
    zone: TimeZone,
    next: Option<Timestamp>,
    last: Option<Occurrence>,
}

pub(super) fn execute(args: &Args) -> Result<Exit, Failure> {
    let folder = recorded::folder(&args.state)?;
    let mut output = Output::new();
    asynchronous::block_on(async {
        let meant =
            choose::schedules(&folder, args.automation.as_deref(), args.connection.as_deref());
        let records = meant.await?;
        let Some(recorded) = Recorded::read(&folder).await? else {
            return match args.json {
                true => output.line("[]"),
                false => output.line(NOTHING),
            };
        };
        let backend = &*recorded.backend;
        if !args.json && !args.history && !recorded.owned && !records.is_empty() {
            output::note("nothing keeps them at the moment: `pianoroll serve` does");
        }
        match args.history {
            true => history(args, backend, &records, &mut output).await,
            false => list(args, backend, records, recorded.now, &mut output).await,
        }
    })?;
    output.finish()?;
    Ok(Exit::Completed)
}

async fn list(
    args: &Args,
    backend: &dyn Backend,
    records: Vec<ScheduleRecord>,
    now: Timestamp,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for record in records {
        rows.push(row(backend, record, now).await?);
    }
    if args.json {
        return output.json(&rows.iter().map(Row::to_json).collect::<Vec<Value>>());
    }
    if rows.is_empty() {
        return output.line(NOTHING);
    }
    let headings = ["automation", "connection", "schedule", "next", "last", "fate", "state"];
    let mut before = String::new();
    let cells = rows.iter().map(|row| {
        // Grouped: the name stands at the first of its connections.
        let name = match row.record.automation == before {
            true => String::new(),
            false => row.record.automation.clone(),
        };
        before.clone_from(&row.record.automation);
        row.cells(name)
    });
    let cells: Vec<Vec<Cell>> = cells.collect();
    output.text(&table::text("", &headings, &cells))
}

async fn row(
    backend: &dyn Backend,
    record: ScheduleRecord,
    now: Timestamp,
) -> Result<Row, Failure> {
    let definition =
        Definition::from_value(&record.name, &record.definition).or_exit(Exit::Failed)?;
    let zone = schedule::zone(&definition.zone).or_exit(Exit::Failed)?;
    let schedule = Schedule::parse(&definition.cron).or_exit(Exit::Failed)?;
    // What is due and was not looked at yet shows as it is.
    let next = schedule.next_after(&zone, record.watermark.min(now));
    let filter = OccurrenceFilter {
        schedule: Some(record.name.clone()),
        limit: 1,
        ..OccurrenceFilter::default()
    };
    let last = backend.occurrences(&filter).await.map_err(|error| failed(&error))?;
    Ok(Row { record, definition, zone, next, last: last.into_iter().next() })
}

impl Row {
    fn cells(&self, name: String) -> Vec<Cell> {
        let shown = |at: Timestamp| {
            at.to_zoned(self.zone.clone()).strftime("%a %Y-%m-%d %H:%M %Z").to_string()
        };
        let state = match &self.record.paused {
            Some(pause) if pause.note.is_empty() => Cell::whole("paused").styled(WARNING),
            Some(pause) => Cell::whole(format!("paused: {}", pause.note)).styled(WARNING),
            None => Cell::whole(""),
        };
        let fate = self.last.as_ref().map(|last| last.fate.as_str()).unwrap_or_default();
        let fate = match self.last.as_ref().map(|last| last.fate) {
            Some(Fate::Missed | Fate::Skipped) => Cell::new(fate).styled(WARNING),
            _ => Cell::new(fate),
        };
        vec![
            Cell::new(name),
            Cell::new(&self.record.connection),
            Cell::new(&self.definition.cron),
            Cell::new(self.next.map(shown).unwrap_or_default()),
            Cell::new(self.last.as_ref().map(|last| shown(last.due)).unwrap_or_default()),
            fate,
            state,
        ]
    }

    fn to_json(&self) -> Value {
        json!({
            "name": self.record.name,
            "automation": self.record.automation,
            "connection": self.record.connection,
            "definition": self.definition,
            "next": self.next.map(|next| offset(next, &self.zone)),
            "paused": self.record.paused,
            "failures": self.record.failures,
            "decided_until": self.record.watermark,
            "last": self.last,
        })
    }
}

/// RFC 3339 with the zone's offset.
fn offset(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

async fn history(
    args: &Args,
    backend: &dyn Backend,
    records: &[ScheduleRecord],
    output: &mut Output,
) -> Result<(), Failure> {
    let limit = args.limit.unwrap_or(HISTORY);
    let mut all = Vec::new();
    for record in records {
        let schedule = Some(record.name.clone());
        let filter = OccurrenceFilter { schedule, limit, ..OccurrenceFilter::default() };
        all.extend(backend.occurrences(&filter).await.map_err(|error| failed(&error))?);
    }
    all.sort_by(|one, other| (other.due, &one.schedule).cmp(&(one.due, &other.schedule)));
    all.truncate(limit as usize);
    if args.json {
        return output.json(&all);
    }
    if all.is_empty() {
        return output.line("nothing has come due yet");
    }
    let cells = all.iter().map(|occurrence| {
        let run = occurrence.run.as_ref().map(ToString::to_string).unwrap_or_default();
        vec![
            Cell::new(&occurrence.schedule),
            Cell::new(crate::moments::plain(occurrence.due)),
            Cell::new(occurrence.fate.as_str()),
            Cell::new(run),
            Cell::whole(&occurrence.reason),
        ]
    });
    let cells: Vec<Vec<Cell>> = cells.collect();
    output.text(&table::text("", &["schedule", "due (UTC)", "fate", "run", "why"], &cells))?;
    if all.len() == limit as usize {
        output.line(Styled(DIM, format!("the newest {limit}; --limit N shows more")))?;
    }
    Ok(())
}
