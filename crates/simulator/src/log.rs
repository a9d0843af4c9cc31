//! The log of every request, so that a test can prove what was sent and how often. It is not bounded: a test needs all.

use std::collections::BTreeMap;

use http::HeaderMap;
use jiff::Timestamp;
use pianoroll_model::Effect;
use serde::Serialize;
use serde_json::Value;

/// A request that reached the simulator.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoggedRequest {
    /// Counted from 1 in the order of arrival, since the start or the last reset.
    pub number: u64,
    /// When it came, by the simulator's clock.
    pub time: Timestamp,
    /// The method.
    pub method: String,
    /// Path and query, as sent.
    pub path: String,
    /// Its headers by lower-case name, less the credential.
    pub headers: BTreeMap<String, String>,
    /// Its body: JSON where it is, else text; null where there was none.
    pub body: Value,
    /// What was answered; null where nothing was.
    pub status: Option<u16>,
    /// Its operation; null where it is none.
    pub operation: Option<&'static str>,
    /// What its operation does with this body; null where it is none.
    pub effect: Option<Effect>,
    /// Whether the account was read or changed: true once the operation has succeeded, whatever became of the answer.
    pub applied: bool,
}

/// Headers that hold a credential.
const SECRETS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// The log.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: Vec<Entry>,
    // Requests in flight during a reset must not write into the new log.
    generation: u64,
}

/// Where a request stands in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    generation: u64,
    index: usize,
}

impl Ticket {
    /// The request's number.
    pub(crate) fn number(self) -> u64 {
        self.index as u64 + 1
    }
}

/// A request, held compactly: million-row tests make tens of thousands of them.
#[derive(Debug)]
struct Entry {
    time: Timestamp,
    method: Box<str>,
    path: Box<str>,
    headers: Box<str>,
    body: Box<[u8]>,
    status: Option<u16>,
    operation: Option<&'static str>,
    effect: Option<Effect>,
    applied: bool,
}

/// What is known when a request arrives.
#[derive(Debug)]
pub(crate) struct Opening<'a> {
    pub(crate) time: Timestamp,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    pub(crate) operation: Option<&'static str>,
    pub(crate) effect: Option<Effect>,
}

impl Log {
    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.generation += 1;
    }

    /// Notes a request as it arrives; until more is said, it has no answer and no effect.
    pub(crate) fn open(&mut self, opening: &Opening<'_>) -> Ticket {
        let path = match opening.query {
            Some(query) => format!("{}?{query}", opening.path),
            None => opening.path.to_owned(),
        };
        self.entries.push(Entry {
            time: opening.time,
            method: opening.method.into(),
            path: path.into(),
            headers: headers_text(opening.headers).into(),
            body: opening.body.into(),
            status: None,
            operation: opening.operation,
            effect: opening.effect,
            applied: false,
        });
        Ticket { generation: self.generation, index: self.entries.len() - 1 }
    }

    /// Notes that the operation has succeeded.
    pub(crate) fn applied(&mut self, ticket: Ticket) {
        if let Some(entry) = self.entry(ticket) {
            entry.applied = true;
        }
    }

    /// Notes what was answered.
    pub(crate) fn answered(&mut self, ticket: Ticket, status: u16) {
        if let Some(entry) = self.entry(ticket) {
            entry.status = Some(status);
        }
    }

    fn entry(&mut self, ticket: Ticket) -> Option<&mut Entry> {
        self.entries.get_mut(ticket.index).filter(|_| ticket.generation == self.generation)
    }

    /// Everything so far.
    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        let entries = self.entries.iter().zip(1..);
        entries.map(|(entry, number)| entry.logged(number)).collect()
    }
}

impl Entry {
    fn logged(&self, number: u64) -> LoggedRequest {
        let pairs = self.headers.lines().filter_map(|line| line.split_once(": "));
        LoggedRequest {
            number,
            time: self.time,
            method: self.method.to_string(),
            path: self.path.to_string(),
            headers: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: body_value(&self.body),
            status: self.status,
            operation: self.operation,
            effect: self.effect,
            applied: self.applied,
        }
    }
}

fn headers_text(headers: &HeaderMap) -> String {
    let mut text = String::new();
    for (name, value) in headers {
        if !SECRETS.contains(&name.as_str()) {
            text.push_str(name.as_str());
            text.push_str(": ");
            text.push_str(&String::from_utf8_lossy(value.as_bytes()));
            text.push('\n');
        }
    }
    text
}

fn body_value(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use http::HeaderValue;

    use super::*;

    fn opened(log: &mut Log, body: &[u8]) -> Ticket {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Bearer s3cret"));
        headers.insert("revision", HeaderValue::from_static("2024-10-15"));
        log.open(&Opening {
            time: Timestamp::UNIX_EPOCH,
            method: "PATCH",
            path: "/klaviyo/api/profiles/1",
            query: Some("fields%5Bprofile%5D=email"),
            headers: &headers,
            body,
            operation: Some("profiles.update"),
            effect: Some(Effect::Write),
        })
    }

    #[test]
    fn the_credential_is_not_in_the_log() {
        let mut log = Log::default();
        let ticket = opened(&mut log, br#"{"data":{}}"#);
        opened(&mut log, b"<html>");
        opened(&mut log, b"");
        log.applied(ticket);
        log.answered(ticket, 200);
        let lines: Vec<_> =
            log.requests().iter().map(|logged| serde_json::to_string(logged).unwrap()).collect();
        expect![[r#"
            {"number":1,"time":"1970-01-01T00:00:00Z","method":"PATCH","path":"/klaviyo/api/profiles/1?fields%5Bprofile%5D=email","headers":{"revision":"2024-10-15"},"body":{"data":{}},"status":200,"operation":"profiles.update","effect":"write","applied":true}
            {"number":2,"time":"1970-01-01T00:00:00Z","method":"PATCH","path":"/klaviyo/api/profiles/1?fields%5Bprofile%5D=email","headers":{"revision":"2024-10-15"},"body":"<html>","status":null,"operation":"profiles.update","effect":"write","applied":false}
            {"number":3,"time":"1970-01-01T00:00:00Z","method":"PATCH","path":"/klaviyo/api/profiles/1?fields%5Bprofile%5D=email","headers":{"revision":"2024-10-15"},"body":null,"status":null,"operation":"profiles.update","effect":"write","applied":false}"#]]
        .assert_eq(&lines.join("\n"));
    }

    #[test]
    fn a_request_from_before_a_reset_writes_nothing() {
        let mut log = Log::default();
        let old = opened(&mut log, b"");
        log.clear();
        opened(&mut log, b"");
        log.answered(old, 200);
        assert_eq!(log.requests()[0].status, None);
    }
}
