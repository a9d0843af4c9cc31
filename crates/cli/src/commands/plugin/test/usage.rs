//! What a plugin has used of what it may use.

use serde_json::{Map, Value, json};

use crate::numbers::grouped;
use crate::style::{ERROR, GOOD};
use crate::table::{self, Cell};

/// From this share of a limit on, in per cent, its row is red.
const CLOSE: u64 = 80;

/// One measure.
pub(super) struct Row {
    /// What it is called for programs.
    name: &'static str,
    /// And for people.
    title: &'static str,
    unit: Unit,
    used: u64,
    most: Option<u64>,
}

#[derive(Clone, Copy)]
enum Unit {
    Bytes,
    Milliseconds,
    Count,
}

/// The measures, each with its title, unit, and whether the name of its limit is its own.
const MEASURES: [(&str, &str, Unit); 8] = [
    ("memory", "memory", Unit::Bytes),
    ("cpu_ms", "computing", Unit::Milliseconds),
    ("bytes_in", "bytes in", Unit::Bytes),
    ("bytes_out", "bytes out", Unit::Bytes),
    ("largest", "largest call", Unit::Bytes),
    ("log", "log", Unit::Bytes),
    ("host_calls", "host calls", Unit::Count),
    ("table_elements", "table elements", Unit::Count),
];

impl Row {
    fn percent(&self) -> Option<u64> {
        let most = self.most.filter(|most| *most > 0)?;
        Some(u64::try_from(u128::from(self.used) * 100 / u128::from(most)).unwrap_or(u64::MAX))
    }
}

/// The rows of what an engine has measured.
pub(super) fn rows(measured: &Value) -> Vec<Row> {
    let number = |of: &str, name: &str| measured.get(of)?.get(name)?.as_u64();
    let row = |&(name, title, unit): &(&'static str, &'static str, Unit)| {
        let (used, most) = (number("usage", name)?, number("limits", name));
        Some(Row { name, title, unit, used, most })
    };
    MEASURES.iter().filter_map(row).collect()
}

/// For programs: by name, what was used, the limit and the share of it.
pub(super) fn json(rows: &[Row]) -> Value {
    let object = |row: &Row| {
        let object = json!({ "used": row.used, "limit": row.most, "percent": row.percent() });
        (row.name.to_owned(), object)
    };
    Value::Object(rows.iter().map(object).collect::<Map<_, _>>())
}

/// For people.
pub(super) fn text(rows: &[Row]) -> String {
    let cells = |row: &Row| {
        let percent = row.percent();
        let style = match percent {
            Some(percent) if percent >= CLOSE => ERROR,
            _ => GOOD,
        };
        let most = row.most.map(|most| amount(most, row.unit)).unwrap_or_default();
        let share = percent.map(|percent| format!("{percent} %")).unwrap_or_default();
        vec![
            Cell::new(row.title),
            Cell::number(amount(row.used, row.unit)),
            Cell::number(most),
            Cell::number(share).styled(style),
        ]
    };
    let rows: Vec<Vec<Cell>> = rows.iter().map(cells).collect();
    table::text("  ", &["plugin", "used", "limit", "share"], &rows)
}

fn amount(amount: u64, unit: Unit) -> String {
    let tenths = |amount: u64, unit: u64, word: &str| {
        let tenths = u128::from(amount) * 10 / u128::from(unit);
        match tenths % 10 {
            0 => format!("{} {word}", grouped(u64::try_from(tenths / 10).unwrap_or(u64::MAX))),
            rest => format!("{}.{rest} {word}", tenths / 10),
        }
    };
    match unit {
        Unit::Count => grouped(amount),
        Unit::Milliseconds if amount < 1_000 => format!("{amount} ms"),
        Unit::Milliseconds => tenths(amount, 1_000, "s"),
        Unit::Bytes if amount < 1 << 10 => format!("{amount} B"),
        Unit::Bytes if amount < 1 << 20 => tenths(amount, 1 << 10, "KiB"),
        Unit::Bytes => tenths(amount, 1 << 20, "MiB"),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use pianoroll_plugin::Limits;

    use super::*;

    #[test]
    fn what_is_close_to_its_limit_is_red() {
        let measured = json!({ "limits": Limits::default().to_value(), "usage": {
            "memory": 430_u64 << 20, "cpu_ms": 1_250, "bytes_in": 2_000, "bytes_out": 70, "largest": 16 << 20, "log": 0, "host_calls": 12_345,
        }});
        let rows = rows(&measured);
        let red = rows.iter().filter(|row| row.percent() >= Some(CLOSE)).map(|row| row.name);
        assert_eq!(red.collect::<Vec<_>>(), ["memory", "largest"]);
        let shown = format!("used:\n{}", anstream::adapter::strip_str(&text(&rows)));
        expect![[r#"
            used:
              plugin           used       limit  share
              memory        430 MiB     512 MiB   83 %
              computing       1.2 s       300 s    0 %
              bytes in      1.9 KiB
              bytes out        70 B
              largest call   16 MiB      16 MiB  100 %
              log               0 B       1 MiB    0 %
              host calls     12,345  10,000,000    0 %
        "#]]
        .assert_eq(&shown);
        assert_eq!(
            json(&rows)["largest"],
            json!({ "used": 16 << 20, "limit": 16 << 20, "percent": 100 })
        );
    }
}
