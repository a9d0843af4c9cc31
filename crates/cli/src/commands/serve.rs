//! `pianoroll serve`

mod log;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use pianoroll_runtime::project::Project;
use pianoroll_server::{HttpListener, HttpServing};

use super::deploy;
use crate::arguments::StateArguments;
use crate::asynchronous;
use crate::cancellation::interrupted;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::owner::{Seat, ServeWords, Server};
use crate::recorded::Recorded;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll serve\n  \
    pianoroll serve --deploy --listen 127.0.0.1:7717\n  \
    pianoroll serve --log json --log-level warn";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    /// Deploy the project before: otherwise that is done only where nothing is deployed yet
    #[arg(long)]
    deploy: bool,

    /// Where health, metrics and webhooks are [default: `listen` of `[serve]`, or nowhere]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,

    /// Runs at once [default: `runs` of `[serve]`]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: Option<u32>,

    /// How the log is written
    #[arg(long, value_name = "FORM", default_value = "text")]
    log: LogForm,

    /// The least that is logged
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log_level: LogLevel,

    #[command(flatten)]
    state: StateArguments,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogForm {
    /// Lines for people
    Text,
    /// A JSON object a line
    Json,
}

/// The least that is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    let environment = Environment::read();
    let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
    log::start(args.log, args.log_level)?;
    asynchronous::block_on(serve(args, &environment, &project))
}

async fn serve(args: &Args, environment: &Environment, project: &Project) -> Result<Exit, Failure> {
    // From the first moment on: a stop that comes while all begins is a stop.
    let stop = tokio::spawn(interrupted());
    let folder = args.state.beside(environment, project.root())?;
    let deployed = match Recorded::read(&folder).await? {
        Some(recorded) => recorded.deployment().await?.is_some(),
        None => false,
    };
    let seat = Seat::take(folder.clone()).await?;
    let served = async {
        if !seat.is_here() {
            // Says who has it.
            return seat.serve(ServeWords { runs: 1 }).await.map(|_| ());
        }
        if args.deploy || !deployed {
            deploy::before_serving(&seat, environment, project).await?;
        }
        seat.sweep(&project.retention).await;
        let settings = &project.serve;
        let runs = args.runs.unwrap_or(settings.runs) as usize;
        let schedules = seat.serve(ServeWords { runs }).await?;
        let listening = match args.listen.or(settings.listen) {
            Some(address) => Some(listen(address, &schedules.server).await?),
            None => None,
        };
        let server = Arc::clone(&schedules.server);
        server.tell_begin().await;
        deploy::warn_before_serving(&server, environment);
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
        let stop = async {
            // It fails only with the runtime.
            let _ = stop.await;
        };
        let ending = schedules.run(stop).await?;
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        tracing::info!("was told to end");
        let _second = tokio::spawn(stop_at_once());
        if let Some(listening) = listening {
            listening.close().await;
        }
        let grace = Duration::try_from(settings.grace).unwrap_or_default();
        ending.end(grace).await
    };
    let served = served.await;
    seat.close().await;
    served.map(|()| Exit::Completed)
}

async fn listen(address: SocketAddr, server: &Arc<Server>) -> Result<HttpServing, Failure> {
    let listener = HttpListener::bind(address).map_err(|error| {
        let hint = error.hint();
        Failure::new(Exit::Failed, error).hint_if(hint)
    })?;
    tracing::info!("health, metrics and webhooks on http://{}", listener.address());
    Ok(listener.serve(Arc::clone(server) as _, server.clock()))
}

/// A second wish to stop does not wait for runs: they go on with the next process.
async fn stop_at_once() {
    interrupted().await;
    tracing::warn!("stopped at once: the calls that were under way may have happened");
    std::process::exit(i32::from(Exit::Cancelled.code()));
}
