//! Which account is meant, when none was named: the only active one, or an error. Never the oldest in silence.

use pianoroll_api::Arguments;
use pianoroll_api::operation::{self, App};
use pianoroll_gateway::{Call, Cancel, Connection, ConnectionInfo, Gateway, ResolveError};
use pianoroll_model::ConnectionId;
use pianoroll_runtime::credential::Source;
use serde_json::Value;

use super::several;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::refusal;

/// The only active connection of an app.
pub(crate) async fn only(
    gateway: &Gateway,
    app: &App,
    source: Option<&Source>,
    cancel: &Cancel,
) -> Result<ConnectionId, Failure> {
    match gateway.resolve_connection(app.id, None, Some(cancel)).await {
        Ok(connection) => Ok(connection.id),
        Err(ResolveError::Call(error)) => Err(refusal::of_call(&error, source)),
        Err(ResolveError::Several { found, .. }) => {
            let count = found.len();
            let about = |one: ConnectionInfo| {
                let created = one.created.map(|created| format!("created {created}"));
                (one.id.to_string(), created.unwrap_or_default())
            };
            Err(several(
                found.into_iter().map(about),
                &format!("the key has {count} active {} connections, and none was named", app.name),
            )
            .hint("`pianoroll connections import NAME ID` gives one a name in pianoroll.toml"))
        }
        Err(error) => Err(Failure::new(Exit::Credential, error)),
    }
}

/// The API's id of the account behind a connection.
pub(crate) async fn account(
    gateway: &Gateway,
    connection: &Connection,
    source: Option<&Source>,
) -> Result<Option<String>, Failure> {
    of_account(gateway, connection, source, "/data/0/id").await
}

/// The IANA name of the time zone of the account behind a connection.
pub(crate) async fn time_zone(
    gateway: &Gateway,
    connection: &Connection,
    source: Option<&Source>,
) -> Result<Option<String>, Failure> {
    of_account(gateway, connection, source, "/data/0/attributes/timezone").await
}

async fn of_account(
    gateway: &Gateway,
    connection: &Connection,
    source: Option<&Source>,
    place: &str,
) -> Result<Option<String>, Failure> {
    let operation = operation::find("accounts.list")
        .ok_or_else(|| Failure::text(Exit::Failed, "the table holds no `accounts.list`"))?;
    let arguments = Arguments::default();
    match gateway.call(connection, Call::new(operation, &arguments)).await {
        Ok(answer) => Ok(answer.json().pointer(place).and_then(Value::as_str).map(str::to_owned)),
        Err(error) => Err(refusal::of_call(&error, source)),
    }
}
