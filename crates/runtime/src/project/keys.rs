//! Every key of the file, in tables: what the parser takes and what the schema for editors says are loops over them.

mod automation;

use jiff::SignedDuration;

use super::notify::Notice;

/// A key of a table.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) need: Need,
    /// What an editor shows: a sentence, with the default.
    pub(super) about: &'static str,
    /// A value, written so that it is JSON and TOML alike; none for tables.
    pub(super) example: Option<&'static str>,
}

/// What a key holds.
pub(super) enum Shape {
    Text,
    Flag,
    /// A whole number within bounds.
    Number(u64, u64),
    /// A text such as `2h`, within bounds.
    Duration(SignedDuration, SignedDuration),
    /// One of these texts.
    Word(&'static [&'static str]),
    Texts,
    /// A list of these texts, each at most once.
    Words(&'static [&'static str]),
    /// A scalar or a list of scalars.
    Plain,
    /// A table with these keys and no other.
    Table(&'static [Key]),
    /// A table whose keys are names.
    Map(&'static Shape),
    /// One of these; at most one of them is a table.
    Either(&'static [Shape]),
}

/// Whether a table must have a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Optional,
    Required,
    /// The table has exactly one of the keys that say this.
    OneOf,
}

/// The file.
pub(super) static FILE: Shape = Shape::Table(&[
    key("project", Shape::Table(PROJECT), "What the project is called."),
    key("gateway", Shape::Table(GATEWAY), "Where the gateway is, and how to talk to it."),
    key(
        "credentials",
        Shape::Map(&Shape::Table(CREDENTIAL)),
        "Gateway keys, each with the quota that belongs to it. The keys themselves never stand in this file.",
    ),
    key(
        "connections",
        Shape::Map(&Shape::Table(CONNECTION)),
        "Accounts behind credentials, by the names that automations use.",
    ),
    key(
        "automations",
        Shape::Map(&Shape::Table(automation::AUTOMATION)),
        "Programs, each with what starts it, what it runs on and what it may do there.",
    ),
    key(
        "plugins",
        Shape::Map(&Shape::Table(PLUGIN)),
        "What installed plugins may use of this machine.",
    ),
    key("state", Shape::Table(STATE), "How long the journal keeps finished runs."),
    key(
        "notify",
        Shape::Map(&Shape::Table(NOTIFY)),
        "Whom to tell about runs, by the names that automations use.",
    ),
    key("serve", Shape::Table(SERVE), "How `pianoroll serve` runs."),
]);

const PROJECT: &[Key] =
    &[key("name", Shape::Text, "The name of the project, for people.").example("\"acme\"")];

const GATEWAY: &[Key] = &[
    key("url", Shape::Text, "The base that stands in for https://gateway.maton.ai.")
        .example("\"https://gateway.maton.ai\""),
    key("control", Shape::Text, "The base that stands in for https://ctrl.maton.ai.")
        .example("\"https://ctrl.maton.ai\""),
    key("revision", Shape::Text, "The API's revision to send, a date.").example("\"2024-10-15\""),
    key("quota", QUOTA, "The quota of credentials that set none.").example("10"),
];

const QUOTA: Shape = Shape::Either(&[Shape::Number(1, 10_000), Shape::Word(&["off"])]);

const STATE: &[Key] = &[
    key(
        "keep",
        KEPT,
        "How long a finished run is kept, with all that belongs to it. Default: 90d.",
    )
    .example("\"90d\""),
    key(
        "retry",
        KEPT,
        "How long what a failed run has read is kept, to take it up again. Default: 7d.",
    )
    .example("\"7d\""),
    key(
        "revert",
        KEPT,
        "How long the values that a run's effects have replaced are kept. Default: 30d.",
    )
    .example("\"30d\""),
];

const KEPT: Shape = Shape::Duration(SignedDuration::ZERO, DAY.saturating_mul(36_500));

/// A day has 24 hours here.
pub(super) const DAY: SignedDuration = SignedDuration::from_hours(24);

const ENV: Key = key("env", Shape::Text, "The environment variable that holds it.")
    .example("\"MATON_API_KEY\"")
    .one_of();
const FILE_KEY: Key = key(
    "file",
    Shape::Text,
    "The file that holds it and nothing else, from the folder of this one.",
)
.example("\"secrets/maton\"")
.one_of();

/// Where something secret is.
const SOURCE: &[Key] = &[ENV, FILE_KEY];

const CREDENTIAL: &[Key] = &[
    ENV,
    FILE_KEY,
    key("quota", QUOTA, "Requests a second, shared by all connections of the key. Default: 10.")
        .example("10"),
];

const CONNECTION: &[Key] = &[
    key("id", Shape::Text, "The gateway's id of the connection: `pianoroll connections list`.")
        .example("\"21fd90f9-5935-43cd-b6c8-bde9d915ca80\"")
        .required(),
    key("credential", Shape::Text, "Its credential; where there is one only, that one.")
        .example("\"agency\""),
    key("account", Shape::Text, "The API's id of the account, verified before the first effect.")
        .example("\"AbC123\""),
    key("revision", Shape::Text, "The API's revision to send, a date.").example("\"2024-10-15\""),
    key("served", Shape::Text, "The revision that bodies are built for.").example("\"2025-01-15\""),
    key("live", Shape::Flag, "Whether real customers are behind it.").example("true"),
    key("labels", Shape::Texts, "Words to choose several connections by.").example("[\"retail\"]"),
    key("documented_routes", Shape::Flag, "Whether to use the documented alternative paths.")
        .example("true"),
];

const PLUGIN: &[Key] =
    &[key("limits", Shape::Table(PLUGIN_LIMITS), "The limits of its instances.")];

/// A limit of nothing would end every run, and one without an end would be none.
const PLUGIN_LIMITS: &[Key] = &[
    key("memory_mib", Shape::Number(1, 4_096), "Memory, in MiB.").example("512"),
    key("cpu_seconds", Shape::Number(1, 86_400), "Time of a processor, in seconds.").example("300"),
    key("wall_seconds", Shape::Number(1, 2_592_000), "Time by the clock, in seconds.")
        .example("3600"),
    key("transfer_mib", Shape::Number(1, 1_024), "What one host call moves, in MiB.").example("16"),
    key("log_kib", Shape::Number(1, 1_048_576), "The log, in KiB.").example("1024"),
    key("host_calls", Shape::Number(1, 1_000_000_000_000), "How often it asks for something.")
        .example("1000000"),
    key("tables", Shape::Number(1, 100_000_000), "The elements of its tables.").example("100000"),
    key("instances", Shape::Number(1, 10_000), "Core instances, memories and tables, each.")
        .example("100"),
];

const NOTIFY: &[Key] = &[
    key("webhook", Shape::Table(SOURCE), "The URL that is told, which is a secret.").required(),
    key(
        "on",
        Shape::Words(&Notice::WORDS),
        "What it is told about. Default: failed, problems, unknown, recovered.",
    )
    .example("[\"failed\", \"recovered\"]"),
];

const SERVE: &[Key] = &[
    key("runs", Shape::Number(1, 1_000), "Runs at once. Default: 64.").example("64"),
    key("grace", Shape::Duration(SECOND, DAY), "How long a stop waits for runs. Default: 30s.")
        .example("\"30s\""),
    key("listen", Shape::Text, "The address for health, metrics and webhooks. Default: none.")
        .example("\"127.0.0.1:7717\""),
    key(
        "heartbeat",
        Shape::Table(SOURCE),
        "A URL, which is a secret, that is asked for once a minute while all is well.",
    ),
];

const SECOND: SignedDuration = SignedDuration::from_secs(1);

const fn key(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, shape, need: Need::Optional, about, example: None }
}

impl Key {
    const fn example(mut self, example: &'static str) -> Self {
        self.example = Some(example);
        self
    }

    const fn required(mut self) -> Self {
        self.need = Need::Required;
        self
    }

    const fn one_of(mut self) -> Self {
        self.need = Need::OneOf;
        self
    }
}

impl Shape {
    /// The keys of a table, and none of anything else.
    pub(super) fn keys(&self) -> &'static [Key] {
        match self {
            Shape::Table(keys) => keys,
            _ => &[],
        }
    }

    /// What a key of a table holds.
    pub(super) fn of(&self, name: &str) -> Option<&'static Shape> {
        match self {
            Shape::Table(keys) => keys.iter().find(|key| key.name == name).map(|key| &key.shape),
            Shape::Map(shape) => Some(shape),
            _ => None,
        }
    }

    /// The table among what may be there.
    pub(super) fn as_table(&'static self) -> &'static Shape {
        let table = |shape: &&Shape| matches!(shape, Shape::Table(_) | Shape::Map(_));
        match self {
            Shape::Either(shapes) => shapes.iter().find(table).unwrap_or(self),
            _ => self,
        }
    }
}
