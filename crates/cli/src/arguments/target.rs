//! The words that say where calls go.

use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use pianoroll_api::operation::Mode;
use pianoroll_gateway::Quota;
use pianoroll_model::Revision;
use pianoroll_runtime::durable::TargetWords;

use crate::environment::Environment;
use crate::failure::Failure;

/// Where calls go: to the simulator in this process, or to a gateway. Commands that have commands take them before and
/// behind the inner one.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Where calls go")]
pub(crate) struct TargetArguments {
    /// Play the gateway in this process: no account, no network
    #[arg(long, global = true, conflicts_with_all = ["connection", "gateway", "control", "revision"])]
    pub(crate) simulate: bool,

    /// Which API the simulator plays: documented, strict or today [default: documented]; also tells which one a simulator at
    /// `--gateway` plays
    #[arg(long, global = true, value_name = "MODE")]
    pub(crate) mode: Option<ModeWord>,

    /// How many profiles the simulated account has [default: 500]
    #[arg(long, global = true, value_name = "N", requires = "simulate")]
    pub(crate) profiles: Option<u64>,

    /// What the simulated account's data is computed from [default: 7]
    #[arg(long, global = true, value_name = "N", requires = "simulate")]
    pub(crate) seed: Option<u64>,

    /// The connection to use: its name in pianoroll.toml, or its id
    #[arg(long, global = true, value_name = "ID|NAME")]
    pub(crate) connection: Option<String>,

    /// Requests a second that the key may make, or `off`, never with Maton's own hosts [default: 10]
    /// [env: PIANOROLL_QUOTA]
    #[arg(long, global = true, value_name = "N|off")]
    pub(crate) quota: Option<QuotaWord>,

    /// The base URL that stands in for `https://gateway.maton.ai` [env: PIANOROLL_GATEWAY_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) gateway: Option<String>,

    /// The base URL that stands in for `https://ctrl.maton.ai` [env: PIANOROLL_CONTROL_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) control: Option<String>,

    /// The API revision to send [default: 2024-10-15]
    #[arg(long, global = true, value_name = "DATE")]
    pub(crate) revision: Option<Revision>,

    /// How long a request may take, from its start to the last byte of its answer [default: 30s]
    #[arg(long, global = true, value_name = "DURATION")]
    pub(crate) request_timeout: Option<TimeoutWord>,
}

impl TargetArguments {
    /// All that says where calls go, but for connections: words that mean the same in another process.
    pub(crate) fn words(&self, environment: &Environment) -> TargetWords {
        let quota = self.quota.as_ref().map(|word| word.0.to_string());
        TargetWords {
            simulate: self.simulate,
            mode: self.mode.map(|word| word.0.to_string()),
            profiles: self.profiles,
            seed: self.seed,
            quota: quota.or_else(|| environment.quota.clone()),
            gateway: self.gateway.clone().or_else(|| environment.gateway.clone()),
            control: self.control.clone().or_else(|| environment.control.clone()),
            revision: self.revision.map(|revision| revision.to_string()),
            request_timeout_ms: self
                .request_timeout
                .and_then(|word| u64::try_from(word.0.as_millis()).ok()),
        }
    }

    /// What stored words say, for one connection.
    pub(crate) fn of_words(
        words: &TargetWords,
        connection: Option<String>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            simulate: words.simulate,
            mode: read(words.mode.as_deref())?,
            profiles: words.profiles,
            seed: words.seed,
            connection,
            quota: read(words.quota.as_deref())?,
            gateway: words.gateway.clone(),
            control: words.control.clone(),
            revision: read(words.revision.as_deref())?,
            request_timeout: words.request_timeout_ms.map(Duration::from_millis).map(TimeoutWord),
        })
    }
}

fn read<T: FromStr<Err: std::fmt::Display>>(word: Option<&str>) -> Result<Option<T>, Failure> {
    word.map(str::parse).transpose().map_err(Failure::input)
}

/// How long a request may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeoutWord(pub(crate) Duration);

/// No request of the API takes longer, and no run should hang for longer on one that does.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(600);

impl FromStr for TimeoutWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = text.parse::<jiff::SignedDuration>().ok();
        match read.and_then(|duration| Duration::try_from(duration).ok()) {
            Some(duration) if (Duration::from_millis(1)..=LONGEST_TIMEOUT).contains(&duration) => {
                Ok(Self(duration))
            }
            _ => Err("write a duration from 1ms to 10m, such as `30s` or `200ms`".to_owned()),
        }
    }
}

/// A mode, read by its own rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ModeWord(pub(crate) Mode);

impl FromStr for ModeWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// A quota, read by its own rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QuotaWord(pub(crate) Quota);

impl FromStr for QuotaWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|error: <Quota as FromStr>::Err| error.to_string())
    }
}
