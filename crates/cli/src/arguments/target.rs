//! The words that say where calls go.

use std::str::FromStr;

use clap::Args;
use pianoroll_api::operation::Mode;
use pianoroll_gateway::Quota;
use pianoroll_model::Revision;

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
