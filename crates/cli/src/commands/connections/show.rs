//! Connections for people.

use pianoroll_gateway::ConnectionInfo;
use pianoroll_runtime::project::Project;
use serde_json::Value;

use crate::failure::Failure;
use crate::output::{Output, plain};
use crate::style::{DIM, GOOD, HEADING, NAME, Styled, WARNING};

/// The rows of an answer, without what opens a door.
pub(super) fn rows(answer: &Value) -> Vec<Value> {
    let rows = answer.get("connections").and_then(Value::as_array);
    rows.into_iter().flatten().cloned().map(without_token).collect()
}

/// The page of a connection carries a session token. It is needed once, while the connection is pending, and shown by
/// `create` and for a pending connection only.
pub(super) fn without_token(mut row: Value) -> Value {
    if text(&row, "status") != "PENDING"
        && let Some(row) = row.as_object_mut()
    {
        row.remove("url");
    }
    row
}

pub(super) fn list(output: &mut Output, rows: &[Value], project: &Project) -> Result<(), Failure> {
    if rows.is_empty() {
        return output
            .line("the key has no connections; `pianoroll connections create` starts one");
    }
    let width = rows.iter().map(|row| id_of(row).len()).max().unwrap_or_default();
    output.line(Styled(
        HEADING,
        format!("{:width$}  {:8}  {:8}  {:20}  name", "id", "app", "status", "created"),
    ))?;
    for row in rows {
        let id = id_of(row);
        let name = name(&id, project).unwrap_or("-");
        let created: String = text(row, "creation_time").chars().take(19).collect();
        output.line(format_args!(
            "{:width$}  {:8}  {:8}  {created:20}  {name}",
            Styled(NAME, &id),
            plain(text(row, "app")),
            status(row),
        ))?;
    }
    Ok(())
}

pub(super) fn one(output: &mut Output, row: &Value, project: &Project) -> Result<(), Failure> {
    let id = id_of(row);
    let facts = [
        ("id", id.clone()),
        ("name", name(&id, project).unwrap_or("-").to_owned()),
        ("app", text(row, "app").to_owned()),
        ("status", text(row, "status").to_owned()),
        ("created", text(row, "creation_time").to_owned()),
        ("updated", text(row, "last_updated_time").to_owned()),
    ];
    for (name, value) in facts {
        output.line(format_args!("{:8}  {}", Styled(DIM, name), plain(&value)))?;
    }
    if text(row, "status") == "PENDING" {
        output.line(format_args!("{:8}  {}", Styled(DIM, "open"), plain(text(row, "url"))))?;
    }
    Ok(())
}

pub(super) fn created(output: &mut Output, row: &Value) -> Result<(), Failure> {
    let id = id_of(row);
    output.line(format_args!("connection {} is {}", Styled(NAME, &id), status(row)))?;
    let url = text(row, "url");
    if !url.is_empty() {
        output.line("open this page in a browser and authorise it; whoever has the address can, so keep it to yourself:")?;
        output.line(format_args!("  {}", plain(url)))?;
    }
    output.line(format_args!("then give it a name: pianoroll connections import NAME {id}"))
}

fn status(row: &Value) -> Styled<String> {
    let status = text(row, "status");
    let style = match status {
        "ACTIVE" => GOOD,
        _ => WARNING,
    };
    Styled(style, plain(status).into_owned())
}

fn id_of(row: &Value) -> String {
    ConnectionInfo::parse(row).map(|connection| connection.id.into()).unwrap_or_default()
}

fn name<'p>(id: &str, project: &'p Project) -> Option<&'p str> {
    let found = project.connections.iter().find(|(_, settings)| settings.id.as_str() == id);
    found.map(|(name, _)| name.as_str())
}

fn text<'r>(row: &'r Value, key: &str) -> &'r str {
    row.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_session_token_is_shown_only_while_it_is_needed() {
        let row = |status: &str| json!({"status": status, "url": "https://x/?session_token=t"});
        assert!(without_token(row("PENDING")).get("url").is_some());
        assert_eq!(without_token(row("ACTIVE")), json!({"status": "ACTIVE"}));
        assert_eq!(rows(&json!({"connections": [row("FAILED")]})), [json!({"status": "FAILED"})]);
    }
}
