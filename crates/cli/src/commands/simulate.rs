//! `pianoroll simulate`

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use pianoroll_gateway::SystemClock;
use pianoroll_model::ConnectionId;
use pianoroll_simulator::{Settings, Simulator, Windows};
use serde_json::json;

use crate::arguments::ModeWord;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::{self, Output};
use crate::style::{DIM, HEADING, Styled};
use crate::{asynchronous, cancellation};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    /// How many profiles each account has
    #[arg(long, value_name = "N", default_value_t = Settings::default().profiles)]
    profiles: u64,

    /// What the data is computed from: the same seed gives the same data
    #[arg(long, value_name = "N", default_value_t = Settings::default().seed)]
    seed: u64,

    /// Which API is played: documented, strict or today
    #[arg(long, value_name = "MODE", default_value = "documented")]
    mode: ModeWord,

    /// Without the limits of the gateway and of the endpoints
    #[arg(long)]
    no_limits: bool,

    /// How long a request takes, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,

    /// By how much a single request may take longer or shorter, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    jitter: u64,

    /// How limits count: fixed or sliding
    #[arg(long, value_name = "KIND", default_value = "fixed")]
    windows: WindowsWord,

    /// The only right key; without it any key is right
    #[arg(long, value_name = "K")]
    key: Option<String>,

    /// An active connection, repeatable; each has an account of its own [default: the documented one]
    #[arg(long, value_name = "ID")]
    connection: Vec<ConnectionId>,

    /// Print one JSON object with both base URLs instead of text
    #[arg(long)]
    json: bool,
}

/// A kind of window, read by its own rules.
#[derive(Clone, Copy, Debug)]
struct WindowsWord(Windows);

impl FromStr for WindowsWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    output::probe()?;
    asynchronous::block_on(serve(args))
}

async fn serve(args: &Args) -> Result<Exit, Failure> {
    let default = Settings::default();
    let settings = Settings {
        profiles: args.profiles,
        seed: args.seed,
        mode: args.mode.0,
        limits: !args.no_limits,
        latency: Duration::from_millis(args.latency),
        jitter: Duration::from_millis(args.jitter),
        windows: args.windows.0,
        key: args.key.clone(),
        connections: if args.connection.is_empty() {
            default.connections.clone()
        } else {
            args.connection.clone()
        },
        ..default
    };
    let clock = Arc::new(SystemClock::new());
    let interrupted = tokio::spawn(cancellation::interrupted());
    let simulator = Simulator::start(settings, args.listen, clock).await.or_exit(Exit::Failed)?;
    announce(args, &simulator)?;
    // A listener that cannot be set up would leave a server that nobody can stop.
    interrupted.await.or_exit(Exit::Failed)?;
    if !args.json {
        output::note("stopped");
    }
    simulator.stop().await;
    Ok(Exit::Completed)
}

fn announce(args: &Args, simulator: &Simulator) -> Result<(), Failure> {
    let (gateway, control) = (simulator.gateway_url(), simulator.control_url());
    let mut output = Output::new();
    if args.json {
        output.json(&json!({"gateway": gateway, "control": control}))?;
        return output.finish();
    }
    let limits = if args.no_limits { "no limits" } else { "limits on" };
    output.line(format_args!(
        "{} {}, {} profiles, seed {}, {limits}",
        Styled(HEADING, "The gateway, simulated:"),
        args.mode.0,
        args.profiles,
        args.seed
    ))?;
    output.line("")?;
    output.line(format_args!("  export PIANOROLL_GATEWAY_URL={gateway}"))?;
    output.line(format_args!("  export PIANOROLL_CONTROL_URL={control}"))?;
    if args.key.is_none() {
        let about = Styled(DIM, "# any key is right");
        output.line(format_args!("  export MATON_API_KEY=simulated   {about}"))?;
    }
    output.line("")?;
    output.line(
        "Paste these into another shell, and every command there uses it. Ctrl-C stops it.",
    )?;
    output.finish()
}
