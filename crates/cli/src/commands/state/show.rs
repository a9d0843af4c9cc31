//! State values for people and programs.

use pianoroll_journal::{StateScope, StateValue};
use serde_json::{Value, json};

use crate::moments;
use crate::style::NAME;
use crate::table::{self, Cell, short};

/// How many characters of a value are shown in a list.
const LONG: usize = 60;

pub(super) fn list(values: &[StateValue]) -> String {
    let row = |value: &StateValue| {
        let by = value.by.as_ref().map_or("by hand".to_owned(), |run| format!("by run {run}"));
        vec![
            Cell::new(&value.scope.automation),
            Cell::new(connection(&value.scope)),
            Cell::new(&value.key).styled(NAME),
            Cell::new(moments::plain(value.changed)),
            Cell::new(by),
            Cell::whole(short(&value.value.to_string(), LONG)),
        ]
    };
    let rows: Vec<_> = values.iter().map(row).collect();
    table::text("", &["automation", "on", "key", "set (UTC)", "", "value"], &rows)
}

pub(super) fn json(value: &StateValue) -> Value {
    json!({
        "automation": value.scope.automation,
        "connection": value.scope.connection,
        "key": value.key,
        "value": value.value,
        "changed": value.changed,
        "run": value.by,
    })
}

/// `retag on acme`
pub(super) fn scope(scope: &StateScope) -> String {
    format!("{} on {}", scope.automation, connection(scope))
}

fn connection(scope: &StateScope) -> &str {
    match scope.connection.as_str() {
        "" => "the simulator",
        connection => connection,
    }
}
