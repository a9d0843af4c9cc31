//! `pianoroll schedule pause` and `pianoroll schedule resume`

use pianoroll_server::{ScheduleOrder, ScheduleReply};
use serde_json::json;

use super::choose;
use crate::arguments::StateArguments;
use crate::asynchronous;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::numbers::counted;
use crate::output::Output;
use crate::owner::Seat;
use crate::recorded;

#[derive(Debug, clap::Args)]
pub(crate) struct PauseArgs {
    #[command(flatten)]
    which: Which,

    /// Why, for those who find it paused
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    note: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The automation, or one of its schedules: AUTOMATION/CONNECTION
    #[arg(value_name = "AUTOMATION", required_unless_present = "all")]
    automation: Option<String>,

    /// Only on this connection
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,

    /// All schedules
    #[arg(long, conflicts_with_all = ["automation", "connection"])]
    all: bool,

    /// Print one JSON object: schedules, serving
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    state: StateArguments,
}

pub(super) fn pause(args: &PauseArgs) -> Result<Exit, Failure> {
    let note = args.note.clone();
    change(&args.which, "paused", |schedules| ScheduleOrder::Pause { schedules, note })
}

pub(super) fn resume(args: &ResumeArgs) -> Result<Exit, Failure> {
    change(&args.which, "resumed", |schedules| ScheduleOrder::Resume { schedules })
}

fn change(
    which: &Which,
    word: &str,
    order: impl FnOnce(Vec<String>) -> ScheduleOrder,
) -> Result<Exit, Failure> {
    let folder = recorded::folder(&which.state)?;
    let (names, reply) = asynchronous::block_on(async {
        let meant =
            choose::schedules(&folder, which.automation.as_deref(), which.connection.as_deref());
        let names = choose::names(&meant.await?);
        if names.is_empty() {
            return Err(Failure::input("there are no schedules")
                .hint("nothing with a schedule is deployed: `pianoroll deploy`"));
        }
        let seat = Seat::take(folder.clone()).await?;
        let done = seat.owner().schedule(order(names.clone())).await;
        seat.leave().await;
        Ok((names, done?))
    })?;
    let ScheduleReply { count, serving } = reply;
    let mut output = Output::new();
    if which.json {
        output.json(&json!({ "schedules": names, "serving": serving }))?;
    } else {
        let what = counted(count, "schedule", "schedules");
        let later = if serving { "" } else { "; nothing serves at the moment" };
        output.line(format_args!("{word} {what}: {}{later}", names.join(", ")))?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}
