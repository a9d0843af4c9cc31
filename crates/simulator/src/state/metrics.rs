//! Numbers of a metric over time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use pianoroll_api::filter::{self, Clause, Filter};
use serde_json::{Map, Value, json};

use super::State;
use super::body::{self, refused};
use super::campaigns::texts;
use super::filter::bounds;
use super::record::Record;
use super::time::DAY;
use crate::exchange::{Exchange, Refusal, Reply};

/// One interval of one group.
#[derive(Clone, Debug, Default)]
struct Cell {
    count: u64,
    sum: f64,
    profiles: BTreeSet<String>,
}

impl State {
    pub(super) fn query_aggregates(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let metric = given.text("metric_id").unwrap_or_default().to_owned();
        if !self.exists("metric", &metric) {
            return Err(Refusal::not_found("metric", &metric));
        }
        let filter = filter_of(&texts(given.attributes.get("filter")))?;
        let zone = zone(given.text("timezone").unwrap_or("UTC"))?;
        let (from, to) = period(&filter, &zone)?;
        let starts = starts(given.text("interval").unwrap_or("day"), (from, to), &zone)?;
        let by = texts(given.attributes.get("by"));
        let measurements = texts(given.attributes.get("measurements"));
        let mut groups: BTreeMap<Vec<String>, Vec<Cell>> = BTreeMap::new();
        if by.is_empty() {
            groups.insert(Vec::new(), vec![Cell::default(); starts.len()]);
        }
        self.profiles.prepare("last_event_date");
        let people = &self.profiles.people;
        for (place, which) in
            self.events.walk(&self.profiles, None, false, (from, to - 1), self.now)
        {
            let Some((counted, worth, profile)) = self.events.facts(people, &which) else {
                continue;
            };
            if counted != metric {
                continue;
            }
            let mut dimensions = Vec::new();
            if !by.is_empty() || filter.clauses.iter().any(|clause| clause.field != "datetime") {
                let Some(record) = self.events.resource(people, &which) else { continue };
                let properties = Record::new(
                    "",
                    record.attributes.get("event_properties").cloned().unwrap_or_default(),
                );
                let rest = |clause: &&Clause| clause.field != "datetime";
                let narrowed =
                    Filter { clauses: filter.clauses.iter().filter(rest).cloned().collect() };
                if !self.meets("", &properties, Some(&narrowed)) {
                    continue;
                }
                dimensions = by.iter().map(|name| shown(properties.attributes.get(name))).collect();
            }
            let interval = starts.partition_point(|start| *start <= place.0).saturating_sub(1);
            let cells =
                groups.entry(dimensions).or_insert_with(|| vec![Cell::default(); starts.len()]);
            if let Some(cell) = cells.get_mut(interval) {
                cell.count += 1;
                cell.sum += worth.unwrap_or_default();
                cell.profiles.insert(profile);
            }
        }
        let dates: Vec<Value> = starts.iter().map(|start| date(*start, &zone)).collect();
        let size = given.attributes.get("page_size").and_then(Value::as_u64).unwrap_or(500);
        let rows = groups.iter().take(size as usize);
        let data: Vec<Value> = rows
            .map(|(dimensions, cells)| {
                let measured = measurements.iter().map(|name| (name.clone(), numbers(name, cells)));
                json!({ "dimensions": dimensions, "measurements": measured.collect::<Map<String, Value>>() })
            })
            .collect();
        let mut attributes = json!({ "dates": dates, "data": data });
        let fields = texts(given.attributes.get("return_fields"));
        if let (Some(map), false) = (attributes.as_object_mut(), fields.is_empty()) {
            map.retain(|name, _| fields.contains(name));
        }
        let id = self.new_id("metric-aggregate");
        Ok(self.reply_one(exchange, "metric-aggregate", &Record::new(id, attributes)))
    }
}

fn numbers(measurement: &str, cells: &[Cell]) -> Value {
    let number = |cell: &Cell| match measurement {
        "sum_value" => json!((cell.sum * 100.0).round() / 100.0),
        "unique" => json!(cell.profiles.len()),
        _ => json!(cell.count),
    };
    cells.iter().map(number).collect()
}

/// A dimension as text; an event that does not have it is under the empty one.
fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn filter_of(texts: &[String]) -> Result<Filter, Refusal> {
    let mut clauses = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let pointer = format!("/data/attributes/filter/{index}");
        let parsed = filter::parse(text);
        clauses.extend(
            parsed
                .map_err(|_| {
                    refused("Invalid filter provided. Verify your parentheses match.", pointer)
                })?
                .clauses,
        );
    }
    Ok(Filter { clauses })
}

fn zone(name: &str) -> Result<TimeZone, Refusal> {
    // Names are compared by case, as the API does.
    let found =
        TimeZone::get(name).ok().filter(|zone| zone.iana_name().is_none_or(|known| known == name));
    found.ok_or_else(|| {
        refused(format!("'{name}' is not a valid timezone."), "/data/attributes/timezone")
    })
}

/// From when to when, in seconds. Both ends must be given.
fn period(filter: &Filter, zone: &TimeZone) -> Result<(i64, i64), Refusal> {
    let at = "/data/attributes/filter";
    let has = |operator: &str| {
        filter
            .clauses
            .iter()
            .any(|clause| clause.field == "datetime" && clause.operator == operator)
    };
    if !has("greater-or-equal") || !has("less-than") {
        return Err(refused(
            "The filter must hold greater-or-equal(datetime,…) and less-than(datetime,…).",
            at,
        ));
    }
    let (from, to) = bounds(Some(filter), "datetime");
    // `bounds` leaves room for fractions above the upper end. A bound without an offset is a time in the zone.
    let shift = |seconds: i64, operator: &str| {
        let clause = filter
            .clauses
            .iter()
            .find(|clause| clause.field == "datetime" && clause.operator == operator);
        let text = clause
            .and_then(|clause| clause.argument.as_ref())
            .map(ToString::to_string)
            .unwrap_or_default();
        let text = text.trim_matches('"').to_owned();
        let local = text.parse::<Timestamp>().is_err();
        let civil = Timestamp::from_second(seconds).map(|time| TimeZone::UTC.to_datetime(time));
        match civil {
            Ok(civil) if local => {
                civil.to_zoned(zone.clone()).map_or(seconds, |zoned| zoned.timestamp().as_second())
            }
            _ => seconds,
        }
    };
    let (from, to) = (shift(from, "greater-or-equal"), shift(to.saturating_sub(1), "less-than"));
    if from >= to {
        return Err(refused("The period ends before it begins.", at));
    }
    if to - from > 366 * DAY {
        return Err(refused("A period is at most a year long.", at));
    }
    Ok((from, to))
}

/// Where the intervals of a period begin, in seconds.
fn starts(interval: &str, (from, to): (i64, i64), zone: &TimeZone) -> Result<Vec<i64>, Refusal> {
    let impossible = |_| refused("The period is out of range.", "/data/attributes/filter");
    let first = Timestamp::from_second(from).map_err(impossible)?.to_zoned(zone.clone());
    let day: Date = first.date();
    let day = match interval {
        "week" => day
            .checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
            .map_err(impossible)?,
        "month" => day.first_of_month(),
        _ => day,
    };
    let mut start: Zoned = match interval {
        "hour" => {
            let hour = first.datetime().date().at(first.hour(), 0, 0, 0);
            hour.to_zoned(zone.clone()).map_err(impossible)?
        }
        _ => day.to_zoned(zone.clone()).map_err(impossible)?,
    };
    let step = match interval {
        "hour" => 1.hour(),
        "week" => 1.week(),
        "month" => 1.month(),
        _ => 1.day(),
    };
    let mut starts = Vec::new();
    while start.timestamp().as_second() < to {
        starts.push(start.timestamp().as_second());
        start = start.checked_add(step).map_err(impossible)?;
    }
    Ok(starts)
}

/// The start of an interval, with the zone's offset.
fn date(seconds: i64, zone: &TimeZone) -> Value {
    let time =
        Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    let offset = time.offset().seconds();
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset.abs() / 3_600, offset.abs() % 3_600 / 60);
    json!(format!("{}{sign}{hours:02}:{minutes:02}", time.strftime("%Y-%m-%dT%H:%M:%S")))
}
