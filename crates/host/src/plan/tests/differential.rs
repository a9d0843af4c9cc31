//! The same program twice: as a dry run, and for real on a second, identical account. Whatever the dry run's reads show, the
//! real run's reads show as well: ids of created records mapped, times apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pianoroll_api::Arguments;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use super::{ALICE, BOB, LIST, dry, only_reads};
use crate::road::tests::stage::Stage;
use crate::{Branch, Host};

/// One thing that a program does. Numbers choose among the records that it knows by then.
#[derive(Clone, Debug)]
enum Act {
    CreateProfile { name: u8 },
    RenameProfile { profile: usize, name: u8 },
    Mail { profile: usize },
    Properties { profile: usize, key: u8, value: Option<u8> },
    Patch { profile: usize, value: u8 },
    Locate { profile: usize, city: u8 },
    CreateList { name: u8 },
    RenameList { list: usize, name: u8 },
    DeleteList { list: usize },
    Add { list: usize, profiles: Vec<usize> },
    Remove { list: usize, profile: usize },
    Merge { destination: usize, source: usize },
    Import { profile: usize, name: u8, list: usize },
    CreateTag { name: u8 },
    RenameTag { tag: usize, name: u8 },
    Tag { tag: usize, list: usize },
    Untag { tag: usize, list: usize },
    Copy { template: usize, name: u8 },
    EditTemplate { template: usize, name: u8 },
    DeleteTemplate { template: usize },
    Price { price: u8 },
    Look,
}

fn act() -> impl Strategy<Value = Act> {
    let (some, name) = (0..6_usize, 0..3_u8);
    prop_oneof![
        2 => name.clone().prop_map(|name| Act::CreateProfile { name }),
        2 => (some.clone(), name.clone()).prop_map(|(profile, name)| Act::RenameProfile { profile, name }),
        1 => some.clone().prop_map(|profile| Act::Mail { profile }),
        2 => (some.clone(), name.clone(), proptest::option::of(name.clone()))
            .prop_map(|(profile, key, value)| Act::Properties { profile, key, value }),
        1 => (some.clone(), name.clone()).prop_map(|(profile, value)| Act::Patch { profile, value }),
        1 => (some.clone(), name.clone()).prop_map(|(profile, city)| Act::Locate { profile, city }),
        2 => name.clone().prop_map(|name| Act::CreateList { name }),
        2 => (some.clone(), name.clone()).prop_map(|(list, name)| Act::RenameList { list, name }),
        1 => some.clone().prop_map(|list| Act::DeleteList { list }),
        3 => (some.clone(), proptest::collection::vec(some.clone(), 1..4)).prop_map(|(list, profiles)| Act::Add { list, profiles }),
        2 => (some.clone(), some.clone()).prop_map(|(list, profile)| Act::Remove { list, profile }),
        1 => (some.clone(), some.clone()).prop_map(|(destination, source)| Act::Merge { destination, source }),
        1 => (some.clone(), name.clone(), some.clone()).prop_map(|(profile, name, list)| Act::Import { profile, name, list }),
        1 => name.clone().prop_map(|name| Act::CreateTag { name }),
        1 => (some.clone(), name.clone()).prop_map(|(tag, name)| Act::RenameTag { tag, name }),
        2 => (some.clone(), some.clone()).prop_map(|(tag, list)| Act::Tag { tag, list }),
        1 => (some.clone(), some.clone()).prop_map(|(tag, list)| Act::Untag { tag, list }),
        1 => (some.clone(), name.clone()).prop_map(|(template, name)| Act::Copy { template, name }),
        1 => (some.clone(), name.clone()).prop_map(|(template, name)| Act::EditTemplate { template, name }),
        1 => some.clone().prop_map(|template| Act::DeleteTemplate { template }),
        1 => name.prop_map(|price| Act::Price { price }),
        2 => Just(Act::Look),
    ]
}

/// One of the two runs.
struct Side {
    host: Arc<Host>,
    trunk: Branch,
    known: BTreeMap<&'static str, Vec<String>>,
    /// What stands for the ids of what this run created.
    tokens: BTreeMap<String, String>,
    calls: usize,
}

impl Side {
    fn new(host: Arc<Host>) -> Self {
        let known = [
            ("profile", vec![ALICE.to_owned(), BOB.to_owned()]),
            ("list", vec![LIST.to_owned()]),
            ("tag", vec!["abc123".to_owned()]),
            ("template", vec!["AbC123".to_owned()]),
        ];
        let trunk = host.trunk();
        Self { host, trunk, known: known.into(), tokens: BTreeMap::new(), calls: 0 }
    }

    fn id(&self, kind: &str, choice: usize) -> String {
        let known = &self.known[kind];
        known[choice % known.len()].clone()
    }

    /// Makes an effect: the status of a refusal, or 0.
    async fn effect(&mut self, operation: &str, arguments: Arguments) -> u16 {
        match self.trunk.call(operation, arguments).await {
            Ok(reply) => {
                let (document, number) = (reply.json(), self.tokens.len());
                let (kind, id) = (&document["data"]["type"], document["data"]["id"].as_str());
                let creates = operation.ends_with(".create") || operation.ends_with(".clone");
                if let (true, Some(id)) = (creates, id) {
                    self.tokens.insert(id.to_owned(), format!("#{number}"));
                    let of_kind = self.known.iter_mut().find(|(known, _)| *kind == **known);
                    of_kind.unwrap().1.push(id.to_owned());
                }
                0
            }
            Err(error) => error.call_error().and_then(|error| error.status).unwrap_or(1),
        }
    }

    async fn act(&mut self, act: &Act, unique: usize) -> u16 {
        let none = Arguments::default();
        let id = |kind: &str, choice: &usize| self.id(kind, *choice);
        let (operation, arguments) = match act {
            Act::CreateProfile { name } => {
                let body = json!({ "email": format!("new-{unique}@example.com"), "first_name": format!("n{name}"), "properties": { "k0": 0 } });
                ("profiles.create", none.with_body(body))
            }
            Act::RenameProfile { profile, name } => {
                let body = json!({ "first_name": format!("n{name}"), "title": null });
                ("profiles.update", Arguments::ids([id("profile", profile)]).with_body(body))
            }
            Act::Mail { profile } => {
                let body = json!({ "email": format!("mail-{unique}@example.com") });
                ("profiles.update", Arguments::ids([id("profile", profile)]).with_body(body))
            }
            Act::Properties { profile, key, value } => {
                let body = json!({ "properties": { format!("k{key}"): value } });
                ("profiles.update", Arguments::ids([id("profile", profile)]).with_body(body))
            }
            Act::Patch { profile, value } => {
                let patch = json!({ "append": { "list": value }, "unappend": { "list": [1] }, "unset": ["k1"] });
                let body = json!({ "patch_properties": patch });
                ("profiles.update", Arguments::ids([id("profile", profile)]).with_body(body))
            }
            Act::Locate { profile, city } => {
                let body = json!({ "location": { "city": format!("c{city}") } });
                ("profiles.update", Arguments::ids([id("profile", profile)]).with_body(body))
            }
            Act::CreateList { name } => {
                ("lists.create", none.with_body(json!({ "name": format!("l{name}") })))
            }
            Act::RenameList { list, name } => {
                let body = json!({ "name": format!("l{name}") });
                ("lists.update", Arguments::ids([id("list", list)]).with_body(body))
            }
            Act::DeleteList { list } => ("lists.delete", Arguments::ids([id("list", list)])),
            Act::Add { list, profiles } => {
                let members: Vec<String> = profiles.iter().map(|one| id("profile", one)).collect();
                ("lists.add_profiles", Arguments::ids([id("list", list)]).with_body(json!(members)))
            }
            Act::Remove { list, profile } => {
                let members = json!([id("profile", profile)]);
                ("lists.remove_profiles", Arguments::ids([id("list", list)]).with_body(members))
            }
            Act::Merge { destination, source } => {
                let body = json!({ "destination": id("profile", destination), "source": id("profile", source) });
                ("profiles.merge", none.with_body(body))
            }
            Act::Import { profile, name, list } => {
                let item = json!({ "type": "profile", "id": id("profile", profile), "attributes": { "first_name": format!("n{name}"), "properties": { "k2": name } } });
                let body = json!({ "data": {
                    "type": "profile-bulk-import-job", "attributes": { "profiles": { "data": [item] } },
                    "relationships": { "lists": { "data": [{ "type": "list", "id": id("list", list) }] } },
                } });
                ("profiles.bulk_import", none.with_body(body))
            }
            Act::CreateTag { name } => {
                ("tags.create", none.with_body(json!({ "name": format!("t{name}-{unique}") })))
            }
            Act::RenameTag { tag, name } => {
                let body = json!({ "name": format!("t{name}-{unique}") });
                ("tags.update", Arguments::ids([id("tag", tag)]).with_body(body))
            }
            Act::Tag { tag, list } => (
                "tags.tag_lists",
                Arguments::ids([id("tag", tag)]).with_body(json!([id("list", list)])),
            ),
            Act::Untag { tag, list } => (
                "tags.untag_lists",
                Arguments::ids([id("tag", tag)]).with_body(json!([id("list", list)])),
            ),
            Act::Copy { template, name } => {
                let body = json!({ "template_id": id("template", template), "name": format!("m{name}-{unique}") });
                ("templates.clone", none.with_body(body))
            }
            Act::EditTemplate { template, name } => {
                let body = json!({ "html": format!("<html><body>{name}</body></html>") });
                ("templates.update", Arguments::ids([id("template", template)]).with_body(body))
            }
            Act::DeleteTemplate { template } => {
                ("templates.delete", Arguments::ids([id("template", template)]))
            }
            Act::Price { price } => {
                let body = json!({ "price": f64::from(*price) });
                (
                    "catalog_items.update",
                    Arguments::ids(["$custom:::$default:::PROD-001"]).with_body(body),
                )
            }
            Act::Look => return 0,
        };
        self.calls += 1;
        self.effect(operation, arguments).await
    }

    /// The rows of a read by what stands for their ids; a refusal by its status.
    async fn read(
        &self,
        operation: &str,
        arguments: Arguments,
    ) -> Result<BTreeMap<String, Value>, u16> {
        let failed = |error: crate::HostError| {
            error.call_error().and_then(|error| error.status).unwrap_or(1)
        };
        let mut pages = self.trunk.pages(operation, arguments).unwrap();
        let mut rows = BTreeMap::new();
        while let Some(page) = pages.next().await.map_err(failed)? {
            let mut document = page.json();
            self.normalize(&mut document);
            let included = document["included"].take();
            let data = match document["data"].take() {
                Value::Array(data) => data,
                one => vec![one],
            };
            for row in data {
                let id = row["id"].as_str().unwrap().to_owned();
                assert!(rows.insert(id.clone(), row).is_none(), "{operation}: {id} twice");
            }
            for row in included.as_array().into_iter().flatten() {
                rows.insert(format!("included {}", row["id"]), row.clone());
            }
        }
        Ok(rows)
    }

    /// Takes away what no two runs have in common: ids of created records, times (an account counts its own from when it was
    /// made), links; and what is null.
    fn normalize(&self, value: &mut Value) {
        const TIMES: [&str; 6] = [
            "created",
            "updated",
            "created_at",
            "updated_at",
            "joined_group_at",
            "last_event_date",
        ];
        match value {
            Value::String(text) => {
                if let Some(token) = self.tokens.get(text) {
                    text.clone_from(token);
                }
            }
            Value::Array(items) => {
                items.iter_mut().for_each(|item| self.normalize(item));
                // Links have no order.
                if items
                    .iter()
                    .all(|item| item["id"].is_string() && item.get("attributes").is_none())
                {
                    items.sort_by_key(|item| item["id"].to_string());
                }
            }
            Value::Object(map) => {
                map.retain(|name, value| {
                    name != "links" && !value.is_null() && !TIMES.contains(&name.as_str())
                });
                map.values_mut().for_each(|value| self.normalize(value));
                if let Some(Value::Object(relationships)) = map.get_mut("relationships") {
                    relationships
                        .retain(|_, value| value.as_object().is_some_and(|map| !map.is_empty()));
                }
            }
            _ => {}
        }
    }

    /// All reads that could show what the program did.
    async fn look(
        &self,
        tainted: &BTreeSet<String>,
    ) -> Vec<(String, Result<BTreeMap<String, Value>, u16>)> {
        let none = Arguments::default;
        let filtered = |filter: String| none().with_option("filter", filter);
        let mut reads: Vec<(String, Arguments)> = vec![
            ("profiles.list".into(), none().with_option("page_size", 7)),
            (
                "profiles.list".into(),
                none()
                    .with_option("fields", json!(["first_name", "properties"]))
                    .with_option("page_size", 100),
            ),
            ("profiles.list".into(), filtered("greater-than(updated,2026-01-01)".into())),
            ("profiles.list".into(), filtered("less-than(updated,2026-01-01)".into())),
            ("lists.list".into(), none().with_option("include", json!(["tags"]))),
            ("tags.list".into(), none()),
            ("tags.list".into(), filtered(r#"starts-with(name,"t1")"#.into())),
            ("templates.list".into(), none()),
            ("templates.list".into(), filtered(r#"equals(name,"m1-1")"#.into())),
            ("catalog_items.list".into(), none()),
        ];
        reads.extend(
            (0..3)
                .map(|name| ("lists.list".into(), filtered(format!(r#"equals(name,"l{name}")"#)))),
        );
        for email in ["alice@example.com", "mail-1@example.com", "new-2@example.com"] {
            reads.push(("profiles.list".into(), filtered(format!(r#"equals(email,"{email}")"#))));
        }
        for id in &self.known["profile"] {
            reads.push(("profiles.get".into(), Arguments::ids([id])));
            reads
                .push(("profiles.list".into(), filtered(format!(r#"any(id,["{id}","{ALICE}"])"#))));
            if !tainted.contains(&self.token(id)) {
                reads.push(("profiles.list_lists".into(), Arguments::ids([id])));
            }
        }
        for id in &self.known["list"] {
            reads.push((
                "lists.get".into(),
                Arguments::ids([id]).with_option("include", json!(["tags"])),
            ));
            reads.push((
                "lists.list_profiles".into(),
                Arguments::ids([id]).with_option("page_size", 5),
            ));
            let fields = Arguments::ids([id]).with_option("fields", json!(["email"]));
            reads.push((
                "lists.list_profiles".into(),
                fields.with_option(
                    "filter",
                    r#"any(email,["alice@example.com","new-1@example.com"])"#,
                ),
            ));
        }
        for id in &self.known["template"] {
            reads.push(("templates.get".into(), Arguments::ids([id])));
        }
        let mut found = Vec::new();
        for (operation, arguments) in reads {
            let name = format!("{operation} {}", self.mapped(&arguments));
            let mut rows = self.read(&operation, arguments).await;
            if let Ok(rows) = &mut rows {
                rows.retain(|id, _| !tainted.contains(id));
            }
            found.push((name, rows));
        }
        found
    }

    fn token(&self, id: &str) -> String {
        self.tokens.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    fn mapped(&self, arguments: &Arguments) -> String {
        // The longest first: one id may be the beginning of another.
        let mut tokens: Vec<_> = self.tokens.iter().collect();
        tokens.sort_by_key(|(id, _)| std::cmp::Reverse(id.len()));
        let text = arguments.canonical();
        tokens.into_iter().fold(text, |text, (id, token)| text.replace(id, token))
    }
}

/// What a dry run shows of a record that it created is all given or null: the API adds what it makes up itself.
fn agrees(id: &str, dry: &Value, real: &Value) -> bool {
    if !id.contains('#') {
        return dry == real;
    }
    let (Value::Object(dry), Value::Object(real)) = (dry, real) else { return dry == real };
    let nothing = Value::Object(Map::new());
    dry.iter().all(|(name, value)| {
        let real = real.get(name).unwrap_or(&nothing);
        value == real || agrees(id, value, real)
    })
}

async fn compare(dry: &Side, real: &Side, tainted: &BTreeSet<String>) -> Result<(), TestCaseError> {
    let (shown, expected) = (dry.look(tainted).await, real.look(tainted).await);
    prop_assert_eq!(shown.len(), expected.len());
    for ((read, shown), (other, expected)) in shown.iter().zip(&expected) {
        prop_assert_eq!(read, other);
        match (shown, expected) {
            (Ok(shown), Ok(expected)) => {
                let keys =
                    |rows: &BTreeMap<String, Value>| rows.keys().cloned().collect::<Vec<_>>();
                prop_assert_eq!(keys(shown), keys(expected), "{}", read);
                for (id, row) in shown {
                    let real = &expected[id];
                    prop_assert!(
                        agrees(id, row, real),
                        "{}: {}\ndry:  {}\nreal: {}",
                        read,
                        id,
                        row,
                        real
                    );
                }
            }
            (shown, expected) => prop_assert_eq!(shown, expected, "{}", read),
        }
    }
    Ok(())
}

async fn both(dry: &mut Side, real: &mut Side, acts: &[Act]) -> Result<(), TestCaseError> {
    // Only the API knows what a record takes over in a merge.
    let mut tainted = BTreeSet::new();
    let mut gone = BTreeSet::new();
    for (unique, act) in acts.iter().enumerate() {
        match act {
            Act::Look => compare(dry, real, &tainted).await?,
            Act::Merge { destination, source } => {
                let (into, from) = (dry.id("profile", *destination), dry.id("profile", *source));
                if into == from {
                    continue;
                }
                tainted.insert(dry.token(&into));
                gone.insert(from);
            }
            // What the API makes of links to what is not there is its own affair.
            Act::Add { profiles, .. }
                if profiles.iter().any(|one| gone.contains(&dry.id("profile", *one))) =>
            {
                continue;
            }
            Act::Remove { profile, .. } | Act::Import { profile, .. }
                if gone.contains(&dry.id("profile", *profile)) =>
            {
                continue;
            }
            Act::Import { list, .. } | Act::Tag { list, .. } | Act::Untag { list, .. }
                if dry
                    .read("lists.get", Arguments::ids([dry.id("list", *list)]))
                    .await
                    .is_err() =>
            {
                continue;
            }
            _ => {}
        }
        let (planned, done) = (dry.act(act, unique).await, real.act(act, unique).await);
        prop_assert_eq!(planned, done, "{:?}", act);
    }
    compare(dry, real, &tainted).await?;
    let planned = dry.host.plan().unwrap();
    let (counts, sent) = (planned.total(), real.host.summary().effects);
    prop_assert_eq!(counts, sent.write + sent.delete + sent.send);
    prop_assert_eq!(counts as usize, dry.calls);
    Ok(())
}

#[test]
fn a_dry_run_shows_what_a_real_run_would_show() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (one, two) = runtime.block_on(async { (Stage::new(30).await, Stage::new(30).await) });
    // Each case reads both accounts some fifty times.
    let cases =
        std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24);
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    });
    let result = runner.run(&proptest::collection::vec(act(), 1..16), |acts| {
        one.simulator.reset();
        two.simulator.reset();
        let mut planned = Side::new(dry(&one));
        let mut real = Side::new(two.host("read write delete send"));
        runtime.block_on(both(&mut planned, &mut real, &acts))?;
        only_reads(&one);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
