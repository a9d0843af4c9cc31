//! The judge of accounts: what a simulated account holds, told so that two accounts can be compared although the ids and times of
//! what was created in them differ. It asks the simulator itself, so that no mistake of the product is on both sides.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Map, Value};

use super::deed::{Names, is_time};

/// What an account holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// What its ids stand for.
    pub names: Names,
    /// Its records by collection, each a line, sorted.
    pub records: BTreeMap<String, Vec<String>>,
}

/// Collections that a script of the sweep changes, with the attribute that names a record, and a query.
const COLLECTIONS: [(&str, &str, &str); 5] = [
    ("profiles", "email", "page[size]=100"),
    ("lists", "name", ""),
    ("campaigns", "name", "filter=equals(messages.channel,\"email\")"),
    ("templates", "name", ""),
    ("tags", "name", ""),
];

/// Reads an account at a simulator's address.
///
/// # Panics
/// Where the simulator does not answer as it should.
#[must_use]
pub fn read(address: SocketAddr) -> Account {
    let mut account = Account { names: Names::new(), records: BTreeMap::new() };
    let mut all = Vec::new();
    for (collection, named_by, query) in COLLECTIONS {
        let records = pages(address, &format!("/klaviyo/api/{collection}?{query}"));
        for record in &records {
            let kind = record["type"].as_str().unwrap_or_default();
            let id = record["id"].as_str().unwrap_or_default();
            let name = record["attributes"][named_by].as_str().unwrap_or(id);
            account.names.insert(id.to_owned(), format!("{kind} {name}"));
        }
        all.push((collection.to_owned(), records));
    }
    // Members of the lists that a script of the sweep fills, the events that it records, its coupon codes.
    for (id, name) in account.names.clone() {
        if name.starts_with("list Sweep") || name == "list Inactive" {
            let path = format!("/klaviyo/api/lists/{id}/profiles?page[size]=100");
            all.push((format!("members of {name}"), pages(address, &path)));
        }
    }
    let metrics = pages(address, "/klaviyo/api/metrics");
    for metric in metrics {
        let name = metric["attributes"]["name"].as_str().unwrap_or_default();
        if name.starts_with("Sweep") {
            let id = metric["id"].as_str().unwrap_or_default();
            let path = format!("/klaviyo/api/events?filter=equals(metric_id,\"{id}\")");
            all.push((format!("events of {name}"), pages(address, &path)));
        }
    }
    let codes = "/klaviyo/api/coupon-codes?filter=equals(coupon.id,\"SUMMER_SALE_2024\")";
    all.push(("coupon codes".to_owned(), pages(address, codes)));
    let stamps = Stamps::of(all.iter().flat_map(|(_, records)| records));
    for (collection, records) in all {
        let mut lines: Vec<String> =
            records.iter().map(|record| line(record, &account.names, &stamps)).collect();
        lines.sort();
        account.records.insert(collection, lines);
    }
    account
}

/// A record that was created under one of these names, as the answer to its creation.
///
/// # Panics
/// Where the simulator does not answer as it should.
#[must_use]
pub fn named(address: SocketAddr, collection: &str, names: &[&str]) -> Option<Value> {
    let (_, named_by, query) = COLLECTIONS.into_iter().find(|known| known.0 == collection)?;
    let records = pages(address, &format!("/klaviyo/api/{collection}?{query}"));
    let mut records = records.into_iter().filter(|record| {
        record["attributes"][named_by].as_str().is_some_and(|name| names.contains(&name))
    });
    records.next().map(|record| serde_json::json!({ "data": record }))
}

/// The differences between two accounts, a line each; `-` is only in `expected`, `+` only in `found`.
#[must_use]
pub fn differences(expected: &Account, found: &Account) -> Vec<String> {
    let mut differences = Vec::new();
    let none = Vec::new();
    let collections = expected.records.keys().chain(found.records.keys());
    let collections: std::collections::BTreeSet<_> = collections.collect();
    for collection in collections {
        let expected = expected.records.get(collection).unwrap_or(&none);
        let found = found.records.get(collection).unwrap_or(&none);
        // As often as it is there: a record that is there twice is another state.
        let mut rest = found.clone();
        for line in expected {
            match rest.iter().position(|other| other == line) {
                Some(index) => drop(rest.remove(index)),
                None => differences.push(format!("{collection}: - {line}")),
            }
        }
        differences.extend(rest.into_iter().map(|line| format!("{collection}: + {line}")));
    }
    differences
}

/// The values of the property `stamp`, in order: a run takes one from the clock and writes it in many places, so that an account
/// in which there are two of them was written by a run that forgot what its clock had said.
struct Stamps(Vec<String>);

impl Stamps {
    fn of<'a>(records: impl Iterator<Item = &'a Value>) -> Self {
        let stamp =
            |record: &Value| Some(record["attributes"]["properties"]["stamp"].as_str()?.to_owned());
        let mut stamps: Vec<String> = records.filter_map(stamp).collect();
        stamps.sort();
        stamps.dedup();
        Self(stamps)
    }
}

/// Attributes that tell when something happened in the account, and what only a record's id makes.
const OF_ITS_TIME: [&str; 4] = ["id", "links", "uuid", "unique_id"];

fn line(record: &Value, names: &Names, stamps: &Stamps) -> String {
    let mut plain = Map::new();
    let id = record["id"].as_str().unwrap_or_default();
    if let Some(name) = names.get(id) {
        plain.insert("is".to_owned(), name.clone().into());
    }
    for part in ["attributes", "relationships"] {
        plain.insert(part.to_owned(), told(&record[part], "", names, stamps));
    }
    Value::Object(plain).to_string()
}

fn told(value: &Value, key: &str, names: &Names, stamps: &Stamps) -> Value {
    match value {
        Value::Object(map) if map.contains_key("type") && map.contains_key("id") => {
            let id = map["id"].as_str().unwrap_or_default();
            names.get(id).map_or("(no name)", String::as_str).into()
        }
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| !OF_ITS_TIME.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), told(value, key, names, stamps)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => {
            let mut items: Vec<Value> =
                items.iter().map(|item| told(item, key, names, stamps)).collect();
            items.sort_by_key(Value::to_string);
            items.into()
        }
        Value::String(text) => match names.get(text.as_str()) {
            Some(name) => name.clone().into(),
            None if key == "stamp" => {
                let rank = stamps.0.iter().position(|stamp| stamp == text);
                format!("(stamp {})", rank.unwrap_or_default() + 1).into()
            }
            None if is_time(text) => "(time)".into(),
            None => text.clone().into(),
        },
        // Moments of events, in seconds.
        Value::Number(_) if key == "timestamp" => "(time)".into(),
        other => other.clone(),
    }
}

/// All records of a listing.
fn pages(address: SocketAddr, path: &str) -> Vec<Value> {
    let (mut records, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = next {
        let mut page = get(address, &path);
        let Value::Array(data) = page["data"].take() else { panic!("no page: {path}: {page}") };
        records.extend(data);
        // Links lead past the gateway, as the real ones do.
        let link = page["links"]["next"].as_str();
        next = link.and_then(|link| Some(format!("/klaviyo{}", &link[link.find("/api/")?..])));
    }
    records
}

/// One request, which ends its connection.
///
/// # Panics
/// Where the answer is not a JSON document with a good status.
#[must_use]
pub fn get(address: SocketAddr, path: &str) -> Value {
    let path: String = path
        .chars()
        .map(|letter| match letter {
            '"' => "%22".to_owned(),
            '[' => "%5B".to_owned(),
            ']' => "%5D".to_owned(),
            other => other.to_string(),
        })
        .collect();
    let mut stream = TcpStream::connect(address).expect("the simulator listens");
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\nrevision: 2024-10-15\r\naccept: application/vnd.api+json\r\nconnection: close\r\n\r\n",
        crate::KEY
    );
    stream.write_all(head.as_bytes()).expect("the simulator reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the simulator answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    assert!(head.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{path}: {error}: {body}"))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::*;

    fn account(profiles: Vec<Value>) -> Account {
        let stamps = Stamps::of(profiles.iter());
        let names = Names::from([("P1".to_owned(), "profile ada".to_owned())]);
        let lines = profiles.iter().map(|profile| line(profile, &names, &stamps)).collect();
        Account { names, records: [("profiles".to_owned(), lines)].into() }
    }

    fn profile(id: &str, draw: u64, stamp: &str) -> Value {
        let properties = json!({ "draw": draw, "stamp": stamp });
        json!({ "type": "profile", "id": id, "attributes": { "created": "2026-01-01T00:00:00Z", "properties": properties } })
    }

    #[test]
    fn times_are_no_difference_and_values_are() {
        let one = account(vec![profile("P1", 1, "2026-01-01T00:00:00Z")]);
        let later = account(vec![profile("P1", 1, "2026-01-02T00:00:00Z")]);
        assert_eq!(differences(&one, &later), Vec::<String>::new());
        let other = account(vec![profile("P1", 2, "2026-01-01T00:00:00Z")]);
        expect![[r#"
            profiles: - {"attributes":{"created":"(time)","properties":{"draw":1,"stamp":"(stamp 1)"}},"is":"profile ada","relationships":null}
            profiles: + {"attributes":{"created":"(time)","properties":{"draw":2,"stamp":"(stamp 1)"}},"is":"profile ada","relationships":null}"#]]
        .assert_eq(&differences(&one, &other).join("\n"));
    }

    #[test]
    fn a_second_stamp_a_second_record_and_a_missing_one_are_differences() {
        let stamped = |stamps: [&str; 2]| {
            account(stamps.iter().map(|stamp| profile("P1", 1, stamp)).collect())
        };
        let one = stamped(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]);
        let two = stamped(["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"]);
        assert_eq!(differences(&one, &two).len(), 2);
        let fewer = account(vec![profile("P1", 1, "2026-01-01T00:00:00Z")]);
        assert_eq!(differences(&one, &fewer).len(), 1);
        assert_eq!(differences(&fewer, &one).len(), 1);
    }
}
