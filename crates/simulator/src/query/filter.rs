//! Checks a filter: its grammar, its fields and operators, and that its literals fit the fields.

use jiff::Timestamp;
use jiff::civil::Date;
use pianoroll_api::filter::{Clause, Filter, Literal, parse};
use pianoroll_api::operation::{Kind, Operation, resource_of_type};

use crate::exchange::{Refusal, Source};

/// What the field `messages.channel` takes. The API has a text of its own for everything else (reference/gateway-behaviour,
/// section 3).
const CHANNELS: [&str; 2] = ["email", "sms"];

/// Checks a filter.
///
/// # Errors
/// 400 at the parameter `filter`.
pub(super) fn check(operation: &Operation, text: &str) -> Result<Filter, Refusal> {
    let malformed = || refused("Invalid filter provided. Verify your parentheses match.");
    if has_outer_space(text) {
        return Err(malformed());
    }
    let filter = parse(text).map_err(|_| malformed())?;
    for clause in &filter.clauses {
        check_clause(operation, clause)?;
    }
    Ok(filter)
}

fn refused(detail: impl Into<String>) -> Refusal {
    Refusal::invalid(detail, Source::Parameter("filter".to_owned()))
}

/// White space between tokens, which the API does not take.
fn has_outer_space(text: &str) -> bool {
    let mut quote = None;
    let mut escaped = false;
    for character in text.chars() {
        match quote {
            None if character.is_whitespace() => return true,
            None => quote = matches!(character, '"' | '\'').then_some(character),
            Some(_) if escaped => escaped = false,
            Some(_) if character == '\\' => escaped = true,
            Some(open) if open == character => quote = None,
            Some(_) => {}
        }
    }
    false
}

fn check_clause(operation: &Operation, clause: &Clause) -> Result<(), Refusal> {
    let Clause { operator, field, argument, .. } = clause;
    let mut allowed = operation.query.filter.iter();
    let Some(allowed) = allowed.find(|allowed| allowed.name == field) else {
        return Err(refused(format!(
            "'{field}' is not an allowed filter field for this resource."
        )));
    };
    if !allowed.operators.contains(&operator.as_str()) {
        return Err(refused(format!("'{operator}' is not an allowed filter operator for {field}")));
    }
    let fits = match (operator.as_str(), argument) {
        ("has", None) => true,
        ("has", Some(_)) | (_, None) => false,
        ("any" | "contains-any" | "contains-all", Some(Literal::List(items))) => {
            !items.is_empty() && items.iter().all(|item| literal_fits(operation, field, item))
        }
        ("any" | "contains-any" | "contains-all", Some(_)) | (_, Some(Literal::List(_))) => false,
        (_, Some(literal)) => literal_fits(operation, field, literal),
    };
    if !fits {
        let value = argument.as_ref().map_or_else(String::new, Literal::to_string);
        return Err(refused(format!("Invalid filter value for {operator}({field}): {value}")));
    }
    if field == "messages.channel" {
        check_channel(argument.as_ref())?;
    }
    Ok(())
}

/// Whether a literal is of the type of its field. The table knows the types of attributes; other fields are texts or times.
fn literal_fits(operation: &Operation, field: &str, literal: &Literal) -> bool {
    let resource = operation.answer.kind().and_then(resource_of_type);
    let kind =
        resource.and_then(|resource| resource.attribute(field)).map(|attribute| attribute.kind);
    match (kind, literal) {
        (_, Literal::List(_)) => false,
        (_, Literal::Null) => true,
        (Some(Kind::Datetime), Literal::Bare(text)) => is_time(text),
        (Some(Kind::Int | Kind::Float), Literal::Bare(text)) => {
            text.parse::<f64>().is_ok_and(f64::is_finite)
        }
        (Some(Kind::Bool), literal) => matches!(literal, Literal::Bool(_)),
        (Some(Kind::String | Kind::Enum(_)), literal) => matches!(literal, Literal::Text(_)),
        (Some(Kind::Datetime | Kind::Int | Kind::Float), _) => false,
        (None | Some(Kind::Map | Kind::Any | Kind::List(_)), Literal::Bare(text)) => {
            is_time(text) || text.parse::<f64>().is_ok_and(f64::is_finite)
        }
        (None | Some(Kind::Map | Kind::Any | Kind::List(_)), _) => true,
    }
}

/// RFC 3339, or a date alone.
pub(super) fn is_time(text: &str) -> bool {
    text.parse::<Timestamp>().is_ok() || (text.len() == 10 && text.parse::<Date>().is_ok())
}

fn check_channel(argument: Option<&Literal>) -> Result<(), Refusal> {
    match argument {
        Some(Literal::Text(channel)) if !CHANNELS.contains(&channel.as_str()) => {
            let known = CHANNELS.join(", ");
            Err(refused(format!("'channel' must be one of: {known} (got {channel})")))
        }
        _ => Ok(()),
    }
}
