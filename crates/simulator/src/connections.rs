//! The gateway's connections: which accounts a key reaches, and the routes that list, start and delete connections.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use pianoroll_api::operation::Operation;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::chance::uuid;
use crate::settings::{Data, Settings};
use crate::state::State;

/// The account behind an active connection.
#[derive(Debug)]
pub(crate) struct Account {
    /// Its place among the accounts: what its limits are counted under.
    pub(crate) number: usize,
    /// All that it holds. Locked for the length of one answer.
    pub(crate) state: Mutex<State>,
}

/// All connections, oldest first.
#[derive(Debug)]
pub(crate) struct Connections {
    rows: Vec<Connection>,
    seed: u64,
    created: u64,
}

#[derive(Debug)]
struct Connection {
    id: String,
    app: String,
    status: &'static str,
    created: String,
    updated: String,
    url: String,
    method: Option<String>,
    /// What is behind an active one.
    account: Option<Arc<Account>>,
}

/// The app that the configured connections belong to: the only one that the simulator has accounts of.
const APP: &str = "klaviyo";

const STATUSES: [&str; 3] = ["ACTIVE", "PENDING", "FAILED"];

/// The ways that the gateway lets an app authenticate.
const METHODS: [&str; 6] = ["API_KEY", "BASIC", "JWT", "OAUTH1", "OAUTH2", "MCP"];

impl Connections {
    /// The connections of the settings, each active and with an account of its own.
    pub(crate) fn new(settings: &Settings, start: Timestamp) -> Self {
        let rows = settings.connections.iter().zip(0_usize..).map(|(id, number)| {
            // The accounts differ, but each run of the simulator has the same ones.
            let seed = settings.seed.wrapping_add(number as u64);
            let mut state = match settings.data {
                Data::Busy => State::new(settings.profiles, seed, start),
                Data::Empty => State::empty(seed, start),
            };
            state.event_lag = settings.event_lag;
            Connection {
                id: id.to_string(),
                app: APP.to_owned(),
                status: "ACTIVE",
                created: later("2025-12-08T07:20:53.488460Z", number),
                updated: later("2026-01-31T20:03:32.593153Z", number),
                // The session token of the document's example.
                url: "https://connect.maton.ai/?session_token=...".to_owned(),
                method: None,
                account: Some(Arc::new(Account { number, state: Mutex::new(state) })),
            }
        });
        Self { rows: rows.collect(), seed: settings.seed, created: 0 }
    }

    /// The account behind an active connection, or behind the oldest one.
    pub(crate) fn account(&self, connection: Option<&str>) -> Option<Arc<Account>> {
        let mut rows = self.rows.iter().filter(|row| row.account.is_some());
        let row = match connection {
            Some(id) => rows.find(|row| row.id == id),
            None => rows.next(),
        };
        row?.account.clone()
    }

    /// The account that a request for an app goes to: the one behind the named connection, or behind the oldest active one.
    ///
    /// # Errors
    /// 400 of the gateway where there is none.
    pub(crate) fn choose(&self, app: &str, named: Option<&str>) -> Result<Arc<Account>, Answer> {
        let mut of_app = self.rows.iter().filter(|row| row.app == app && row.status == "ACTIVE");
        let found = match named {
            Some(id) => of_app.find(|row| row.id == id),
            None => of_app.next(),
        };
        let account = found.and_then(|row| row.account.clone());
        account.ok_or_else(|| {
            Answer::message(
                400,
                &match named {
                    Some(id) => format!("Connection '{id}' is not an active {app} connection"),
                    None => format!("No active {app} connection found. Create one first."),
                },
            )
        })
    }

    /// Answers one of the control plane's operations; says whether it has succeeded.
    pub(crate) fn answer(
        &mut self,
        operation: &Operation,
        ids: &[String],
        query: &[(String, String)],
        body: Option<&Value>,
        now: Timestamp,
    ) -> Answer {
        let id = ids.first().map_or("", String::as_str);
        match operation.id {
            "connections.list" => self.list(query),
            "connections.create" => self.create(body, now),
            "connections.get" => match self.rows.iter().find(|row| row.id == id) {
                Some(row) => Answer::json(200, &json!({ "connection": row.json() })),
                None => Answer::message(404, "Connection not found"),
            },
            "connections.delete" => match self.rows.iter().position(|row| row.id == id) {
                Some(index) => {
                    self.rows.remove(index);
                    Answer::empty(204)
                }
                None => Answer::message(404, "Connection not found"),
            },
            _ => Answer::detail(404, "Not Found"),
        }
    }

    fn list(&self, query: &[(String, String)]) -> Answer {
        let wanted =
            |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let (app, status) = (wanted("app"), wanted("status"));
        if status.is_some_and(|status| !STATUSES.contains(&status)) {
            let message = "Input should be 'ACTIVE', 'PENDING' or 'FAILED'";
            return Answer::unprocessable(&["query", "status"], message);
        }
        let rows = self.rows.iter().filter(|row| {
            app.is_none_or(|app| row.app == app) && status.is_none_or(|status| row.status == status)
        });
        Answer::json(200, &json!({ "connections": rows.map(Connection::json).collect::<Vec<_>>() }))
    }

    fn create(&mut self, body: Option<&Value>, now: Timestamp) -> Answer {
        let Some(body) = body.and_then(Value::as_object) else {
            return Answer::unprocessable(&["body"], "Input should be a valid dictionary");
        };
        let app = match body.get("app") {
            None => return Answer::unprocessable(&["body", "app"], "Field required"),
            Some(app) => app.as_str().filter(|app| !app.is_empty()),
        };
        let Some(app) = app else {
            return Answer::unprocessable(&["body", "app"], "Input should be a valid string");
        };
        let method = match body.get("method") {
            None | Some(Value::Null) => None,
            Some(method) => match method.as_str().filter(|method| METHODS.contains(method)) {
                Some(method) => Some(method.to_owned()),
                None => {
                    let message = format!("Input should be one of {}", METHODS.join(", "));
                    return Answer::unprocessable(&["body", "method"], &message);
                }
            },
        };
        self.created += 1;
        let id = uuid(self.seed, "connection", self.created);
        let token = uuid(self.seed, "session", self.created);
        let row = Connection {
            id,
            app: app.to_owned(),
            status: "PENDING",
            created: now.to_string(),
            updated: now.to_string(),
            url: format!("https://connect.maton.ai/?session_token={token}"),
            method,
            account: None,
        };
        let answer = Answer::json(200, &json!({ "connection": row.json() }));
        self.rows.push(row);
        answer
    }
}

impl Connection {
    fn json(&self) -> Value {
        let mut json = json!({
            "connection_id": self.id,
            "status": self.status,
            "creation_time": self.created,
            "last_updated_time": self.updated,
            "url": self.url,
            "app": self.app,
            "metadata": {},
        });
        if let (Some(map), Some(method)) = (json.as_object_mut(), &self.method) {
            map.insert("method".to_owned(), json!(method));
        }
        json
    }
}

/// A time so many minutes after another one.
fn later(time: &str, minutes: usize) -> String {
    let wait = Duration::from_secs(60).saturating_mul(u32::try_from(minutes).unwrap_or(u32::MAX));
    let time = time.parse::<Timestamp>().ok().and_then(|time| time.checked_add(wait).ok());
    time.map(|time| format!("{time:.6}")).unwrap_or_default()
}
