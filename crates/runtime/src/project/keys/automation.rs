//! The keys of `[automations.NAME]`.

use jiff::SignedDuration;

use super::{DAY, Key, SECOND, SOURCE, Shape, key};
use crate::schedule::{CatchUp, Overlap};

pub(super) const AUTOMATION: &[Key] = &[
    key("program", Shape::Text, "A script of the project, or `plugin:NAME`.")
        .example("\"scripts/retag.rhai\"")
        .required(),
    key(
        "connections",
        Shape::Either(&[Shape::Texts, Shape::Text]),
        "The connections that it runs on, one run each, or `label:NAME`. Default: the only one.",
    )
    .example("[\"acme\"]"),
    key(
        "with",
        Shape::Map(&Shape::Text),
        "Other accounts of a run: the program's name for it, and the connection.",
    ),
    key("params", Shape::Map(&Shape::Plain), "Values of the program's parameters."),
    key("permissions", Shape::Texts, "What it is granted, and nothing else.")
        .example("[\"profiles:read\"]"),
    key("limits", Shape::Table(LIMITS), "The limits of a run."),
    key(
        "attempts",
        Shape::Number(1, 100),
        "How often a run is tried that fails by something that may pass. Default: 1.",
    )
    .example("3"),
    key(
        "schedule",
        Shape::Either(&[Shape::Text, Shape::Table(SCHEDULE)]),
        "When it runs by itself: a crontab expression, or a table. Default: by hand only.",
    )
    .example("\"0 6 * * 1\""),
    key(
        "timeout",
        Shape::Duration(SECOND, DAY.saturating_mul(366)),
        "A run that takes longer is cancelled: all attempts by the clock, without waiting.",
    )
    .example("\"2h\""),
    key(
        "pause_after",
        Shape::Number(1, 1_000),
        "The failed runs in a row after which the schedule is paused. Default: never.",
    )
    .example("5"),
    key("notify", Shape::Texts, "Whom to tell about its runs: names of `[notify.NAME]`.")
        .example("[\"oncall\"]"),
    key(
        "webhook",
        Shape::Table(WEBHOOK),
        "Events that start runs, sent to `/hooks/` and its name where `[serve] listen` says.",
    ),
];

const SCHEDULE: &[Key] = &[
    key(
        "cron",
        Shape::Text,
        "A crontab expression: minute, hour, day of month, month, day of week.",
    )
    .example("\"0 6 * * 1\"")
    .required(),
    key("timezone", Shape::Text, "An IANA zone, or `account` for that of each account. Default: UTC.")
        .example("\"Europe/London\""),
    key(
        "jitter",
        Shape::Duration(SignedDuration::ZERO, DAY),
        "How much later a run may begin, the same each time for an occurrence. Default: not at all.",
    )
    .example("\"30m\""),
    key(
        "catch_up",
        Shape::Word(&CatchUp::WORDS),
        "Which of the occurrences run that came due while nothing served. Default: latest.",
    )
    .example("\"latest\""),
    key(
        "window",
        Shape::Duration(SECOND, DAY.saturating_mul(366)),
        "How late an occurrence may begin that was missed. Default: 1d.",
    )
    .example("\"1d\""),
    key(
        "overlap",
        Shape::Word(&Overlap::WORDS),
        "What happens to an occurrence that comes due while a run of an earlier one goes on. Default: skip.",
    )
    .example("\"skip\""),
];

const WEBHOOK: &[Key] = &[
    key("secret", Shape::Table(SOURCE), "The secret that deliveries are signed with.").required(),
    key("id", Shape::Text, "The API's id of the webhook; deliveries of another are refused.")
        .example("\"01HXYZ\""),
    key("param", Shape::Text, "The parameter that holds the event. Default: event.")
        .example("\"event\""),
];

/// A limit is a number of anything from none on.
const LIMIT: Shape = Shape::Number(0, u64::MAX);

const LIMITS: &[Key] = &[
    key("calls", LIMIT, "Calls of any kind.").example("1000"),
    key("writes", LIMIT, "Calls that change data.").example("500"),
    key("deletes", LIMIT, "Calls that destroy data.").example("0"),
    key("sends", LIMIT, "Calls that reach people or third parties.").example("0"),
    key("minutes", LIMIT, "Minutes by the clock.").example("30"),
    key(
        "records",
        Shape::Map(&LIMIT),
        "Records that effects may touch, by resource, such as profiles.",
    ),
    key("only", Shape::Texts, "The operations that effects may come from.")
        .example("[\"profiles.*\"]"),
    key("never", Shape::Texts, "Operations that are never called.").example("[\"profiles.merge\"]"),
    key("lists", Shape::Texts, "The only lists that effects may be about.").example("[\"Y6nRLr\"]"),
    key("campaigns", Shape::Texts, "The only campaigns that effects may be about.")
        .example("[\"01GDDK\"]"),
];
