//! The connections behind a key: reading them in whatever shape they come, and choosing one out loud.

use std::fmt;

use pianoroll_api::{Arguments, Options, operation};
use pianoroll_model::{Certainty, ConnectionId};
use serde_json::Value;

use crate::call::Call;
use crate::cancel::Cancel;
use crate::connection::Connection;
use crate::error::{CallError, ErrorKind, Failure};
use crate::gateway::Gateway;

/// What the control plane says about a connection.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// Its id, as the header wants it.
    pub id: ConnectionId,
    /// The app it leads to; empty where the answer does not say.
    pub app: String,
    /// `ACTIVE`, `PENDING` or `FAILED`; empty where the answer does not say.
    pub status: String,
    /// When it was made, as the answer writes it.
    pub created: Option<String>,
    /// The page on which to authorise it. It carries a session: a secret until the connection is active.
    pub url: Option<String>,
}

impl ConnectionInfo {
    /// Reads one connection: flat, or nested under `connection`, its id under any of the names that are in use.
    #[must_use]
    pub fn parse(value: &Value) -> Option<Self> {
        let value = value.get("connection").filter(|nested| nested.is_object()).unwrap_or(value);
        let text = |names: &[&str]| {
            let found = names.iter().find_map(|name| value.get(*name)?.as_str());
            found.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let id = text(&["connection_id", "connection_Id", "connectionId", "id"])?;
        Some(Self {
            id: id.parse().ok()?,
            app: text(&["app", "app_name"]).unwrap_or_default(),
            status: text(&["status"]).unwrap_or_default().to_ascii_uppercase(),
            created: text(&["creation_time", "created_at", "created"]),
            url: text(&["url", "connection_url"]),
        })
    }

    /// Reads a list of connections: under `connections`, under `data`, or bare. What is no connection is left out.
    #[must_use]
    pub fn parse_list(value: &Value) -> Vec<Self> {
        let list = value.get("connections").or_else(|| value.get("data")).unwrap_or(value);
        list.as_array().into_iter().flatten().filter_map(Self::parse).collect()
    }

    /// Whether calls may go through it.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == "ACTIVE"
    }
}

impl fmt::Debug for ConnectionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the URL, which carries a session.
        write!(f, "ConnectionInfo({} {} {})", self.app, self.id, self.status)
    }
}

/// Why no connection could be chosen.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ResolveError {
    /// The control plane did not tell.
    #[error(transparent)]
    Call(#[from] CallError),
    /// There is none that works.
    #[error("the key has no active connection for {app}{}", pending(others))]
    None {
        /// The app.
        app: String,
        /// Those that are not active.
        others: Vec<ConnectionInfo>,
    },
    /// There is more than one; the oldest is never picked in silence.
    #[error("the key has {} active connections for {app}; name one of them: {}", found.len(), ids(found))]
    Several {
        /// The app.
        app: String,
        /// All that are active.
        found: Vec<ConnectionInfo>,
    },
    /// The one that was named is not among those of the key.
    #[error("the key has no connection `{wanted}` for {app}; it has {}", ids(known))]
    Unknown {
        /// The app.
        app: String,
        /// As named.
        wanted: String,
        /// All of that app.
        known: Vec<ConnectionInfo>,
    },
    /// The one that was named does not work.
    #[error("connection {} is {} and not ACTIVE; {}", found.id, found.status, authorise(found))]
    Inactive {
        /// The connection.
        found: ConnectionInfo,
    },
}

fn ids(connections: &[ConnectionInfo]) -> String {
    match connections {
        [] => "none".to_owned(),
        some => some.iter().map(|one| one.id.as_str()).collect::<Vec<_>>().join(", "),
    }
}

fn pending(others: &[ConnectionInfo]) -> String {
    match others {
        [] => "; create one with `pianoroll connections create`".to_owned(),
        some => {
            let texts = some.iter().map(|one| format!("{} is {}", one.id, one.status));
            format!("; {}", texts.collect::<Vec<_>>().join(", "))
        }
    }
}

fn authorise(connection: &ConnectionInfo) -> &'static str {
    match connection.status.as_str() {
        "PENDING" => "open its page in a browser: `pianoroll connections get` prints it",
        _ => "create a new one with `pianoroll connections create`",
    }
}

impl Gateway {
    /// All connections of the key that lead to an app, whatever their status.
    ///
    /// # Errors
    /// As [`Gateway::call`].
    pub async fn connections(
        &self,
        app: &str,
        cancel: Option<&Cancel>,
    ) -> Result<Vec<ConnectionInfo>, CallError> {
        let mut options = Options::new();
        options.insert("app".to_owned(), app.into());
        let arguments = Arguments { options, ..Arguments::default() };
        let Some(operation) = operation::find("connections.list") else {
            let failure =
                Failure::new("connections.list", ErrorKind::Arguments, Certainty::NotDone);
            return Err(failure.detail("the spec has no such operation").into());
        };
        let call = Call { cancel, ..Call::new(operation, &arguments) };
        let answer = self.call(&Connection::control_plane(), call).await?;
        let mut found = ConnectionInfo::parse_list(&answer.json());
        // A control plane that does not know the parameter would list all apps.
        found.retain(|connection| connection.app.is_empty() || connection.app == app);
        Ok(found)
    }

    /// Those of the key's connections to an app that work.
    ///
    /// # Errors
    /// As [`Gateway::call`].
    pub async fn active_connections(
        &self,
        app: &str,
        cancel: Option<&Cancel>,
    ) -> Result<Vec<ConnectionInfo>, CallError> {
        let mut found = self.connections(app, cancel).await?;
        found.retain(ConnectionInfo::is_active);
        Ok(found)
    }

    /// The connection to use: the one that is wanted, or the only one that works.
    ///
    /// # Errors
    /// None or several that work, where none was named; one that is unknown or does not work, where it was.
    pub async fn resolve_connection(
        &self,
        app: &str,
        wanted: Option<&str>,
        cancel: Option<&Cancel>,
    ) -> Result<ConnectionInfo, ResolveError> {
        choose(app, wanted, self.connections(app, cancel).await?)
    }
}

fn choose(
    app: &str,
    wanted: Option<&str>,
    known: Vec<ConnectionInfo>,
) -> Result<ConnectionInfo, ResolveError> {
    let app = app.to_owned();
    if let Some(wanted) = wanted {
        return match known.iter().find(|connection| connection.id.as_str() == wanted) {
            Some(found) if found.is_active() => Ok(found.clone()),
            Some(found) => Err(ResolveError::Inactive { found: found.clone() }),
            None => Err(ResolveError::Unknown { app, wanted: wanted.to_owned(), known }),
        };
    }
    let (mut found, others): (Vec<_>, Vec<_>) =
        known.into_iter().partition(ConnectionInfo::is_active);
    match (found.pop(), found.is_empty()) {
        (None, _) => Err(ResolveError::None { app, others }),
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            found.push(last);
            Err(ResolveError::Several { app, found })
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    #[test]
    fn connections_are_read_in_every_shape() {
        let check = |value: Value, expected: Expect| {
            expected.assert_eq(&format!("{:?}", ConnectionInfo::parse_list(&value)));
        };
        check(
            json!({"connections": [{"connection_id": "a", "app": "klaviyo", "status": "ACTIVE", "url": "https://x/?session=secret"}]}),
            expect!["[ConnectionInfo(klaviyo a ACTIVE)]"],
        );
        check(
            json!([{"connection": {"connection_Id": "b", "status": "pending"}}, {"id": "c"}]),
            expect!["[ConnectionInfo( b PENDING), ConnectionInfo( c )]"],
        );
        check(
            json!({"data": [{"connectionId": "d"}, {"status": "ACTIVE"}, {"id": "not an id"}]}),
            expect!["[ConnectionInfo( d )]"],
        );
        check(json!({"connections": null}), expect!["[]"]);
    }

    #[test]
    fn the_oldest_is_never_picked_in_silence() {
        let known = |states: &[(&str, &str)]| -> Vec<ConnectionInfo> {
            let values = states.iter().map(|(id, status)| json!({"id": id, "status": status}));
            ConnectionInfo::parse_list(&Value::from_iter(values))
        };
        let check = |wanted: Option<&str>, states: &[(&str, &str)], expected: Expect| {
            let chosen = choose("klaviyo", wanted, known(states));
            expected.assert_eq(
                &chosen.map_or_else(|error| error.to_string(), |one| one.id.to_string()),
            );
        };
        let two = [("a", "ACTIVE"), ("b", "ACTIVE"), ("c", "FAILED")];
        check(None, &[("a", "ACTIVE"), ("b", "PENDING")], expect!["a"]);
        check(
            None,
            &two,
            expect!["the key has 2 active connections for klaviyo; name one of them: a, b"],
        );
        check(Some("b"), &two, expect!["b"]);
        check(
            Some("c"),
            &two,
            expect![
                "connection c is FAILED and not ACTIVE; create a new one with `pianoroll connections create`"
            ],
        );
        check(
            Some("d"),
            &two,
            expect!["the key has no connection `d` for klaviyo; it has a, b, c"],
        );
        check(
            None,
            &[("b", "PENDING")],
            expect!["the key has no active connection for klaviyo; b is PENDING"],
        );
        check(
            None,
            &[],
            expect![
                "the key has no active connection for klaviyo; create one with `pianoroll connections create`"
            ],
        );
    }
}
