//! `pianoroll schedule backfill`

use pianoroll_runtime::schedule::{self, Schedule};
use pianoroll_runtime::scheduler::Definition;
use pianoroll_server::{ScheduleOrder, ScheduleReply};
use serde_json::json;

use super::{choose, next};
use crate::arguments::StateArguments;
use crate::asynchronous;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::numbers::counted;
use crate::output::Output;
use crate::owner::Seat;
use crate::recorded;

/// How many runs are made without a word.
const MOST: usize = 1000;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The automation, or one of its schedules: AUTOMATION/CONNECTION
    #[arg(value_name = "AUTOMATION")]
    automation: String,

    /// Only on this connection
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,

    /// The first moment: RFC 3339, or a day or time in the schedule's zone
    #[arg(long, value_name = "TIME")]
    from: String,

    /// The last moment [default: now]
    #[arg(long, value_name = "TIME")]
    to: Option<String>,

    /// Make as many runs as there are due times, however many
    #[arg(long)]
    yes: bool,

    /// Print one JSON object: due_times, serving
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    state: StateArguments,
}

pub(super) fn execute(args: &Args) -> Result<Exit, Failure> {
    let folder = recorded::folder(&args.state)?;
    let (filled, serving) = asynchronous::block_on(async {
        let connection = args.connection.as_deref();
        let meant = choose::schedules(&folder, Some(&args.automation), connection).await?;
        let (mut orders, mut due) = (Vec::new(), 0);
        for record in meant {
            let definition = Definition::from_value(&record.name, &record.definition);
            let definition = definition.or_exit(Exit::Failed)?;
            let zone = schedule::zone(&definition.zone).or_exit(Exit::Failed)?;
            let from = next::moment(&args.from, &zone)?;
            let to = match &args.to {
                Some(to) => next::moment(to, &zone)?,
                None => recorded::now(),
            };
            if to < from {
                let text = match args.to {
                    Some(_) => "--to is before --from",
                    None => "--from is in the future",
                };
                return Err(Failure::input(text));
            }
            let schedule = Schedule::parse(&definition.cron).or_exit(Exit::Failed)?;
            due += schedule.due(&zone, from).take_while(|due| *due <= to).take(MOST + 1).count();
            orders.push(ScheduleOrder::Backfill { schedule: record.name, from, to });
        }
        if due > MOST && !args.yes {
            let text = format!("more than {MOST} due times lie between, and each makes a run");
            return Err(
                Failure::input(text).hint("a later --from makes fewer; --yes makes them all")
            );
        }
        let seat = Seat::take(folder.clone()).await?;
        let (mut filled, mut serving) = (0, false);
        let mut failed = None;
        for order in orders {
            match seat.owner().schedule(order).await {
                Ok(ScheduleReply { count, serving: serves }) => {
                    filled += count;
                    serving = serves;
                }
                Err(refusal) => {
                    failed = Some(Failure::from(refusal));
                    break;
                }
            }
        }
        seat.leave().await;
        failed.map_or(Ok((filled, serving)), Err)
    })?;
    let mut output = Output::new();
    if args.json {
        output.json(&json!({ "due_times": filled, "serving": serving }))?;
    } else {
        let what = counted(filled, "due time gets its run", "due times get their runs");
        let how = if serving { "one after the other" } else { "once `pianoroll serve` runs" };
        output.line(format_args!("{what}, {how}; those that had one are left alone"))?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}
