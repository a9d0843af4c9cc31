//! The table for readers: people and programs.

pub(crate) mod json;
pub(crate) mod text;

use pianoroll_api::Arguments;
use pianoroll_api::operation::{Answer, Example, Kind};
use serde_json::Value;

/// The arguments of an example.
pub(crate) fn arguments(example: &Example) -> Arguments {
    // The generator has checked that both are JSON, and that the options are an object.
    let options = serde_json::from_str(example.options).unwrap_or_default();
    let body = example.body.and_then(|body| serde_json::from_str::<Value>(body).ok());
    Arguments { ids: example.args.iter().map(|&id| id.to_owned()).collect(), body, options }
}

/// A type in the spec's notation: `list<string>`, `enum(a,b)`.
pub(crate) fn kind(kind: Kind) -> String {
    match kind {
        Kind::String => "string".to_owned(),
        Kind::Int => "int".to_owned(),
        Kind::Float => "float".to_owned(),
        Kind::Bool => "bool".to_owned(),
        Kind::Datetime => "datetime".to_owned(),
        Kind::Map => "map".to_owned(),
        Kind::Any => "any".to_owned(),
        Kind::Enum(values) => format!("enum({})", values.join(",")),
        Kind::List(item) => format!("list<{}>", self::kind(*item)),
    }
}

/// An answer in the spec's notation: `profile[]`, `none`.
pub(crate) fn answer(answer: Answer) -> String {
    match answer {
        Answer::None => "none".to_owned(),
        Answer::One(kind) => kind.to_owned(),
        Answer::Many(kind) => format!("{kind}[]"),
        Answer::Map => "map".to_owned(),
    }
}
