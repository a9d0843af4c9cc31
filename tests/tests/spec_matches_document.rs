//! The documented routes against the table, both ways.
//!
//! `data/routes.json` is a list made from the gateway's document and from Klaviyo's OpenAPI document of 2024-10-15, before
//! there was a spec. Wherever table and list differ, the difference stands in [`EXCEPTIONS`] with its reason; a difference
//! that is not there fails, and so does an entry there that is no difference any more.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;

use pianoroll_api::OPERATIONS;
use pianoroll_api::operation::{Answer, Host, Mode, Operation, Page, Route};
use serde_json::Value;

/// Operation, difference, reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "profiles.list",
        "query: the document alone has `include`",
        "shown in its general section only; Klaviyo takes include on profiles.get, and refuses it here",
    ),
    (
        "profiles.list",
        "query: the document alone has `fields[list]`",
        "belongs to the include above",
    ),
    (
        "events.list",
        "query: the table alone has `page[size]`, Klaviyo's document has not",
        "the gateway's document shows it and Klaviyo takes it; its own document names it in later revisions only",
    ),
    (
        "events.list",
        "page size: the table has 200 up to 1000, Klaviyo's document none",
        "as above; 200 and 1000 are the numbers of the later revisions",
    ),
    (
        "coupon_codes.list",
        "filter required: the table says true, Klaviyo's document false",
        "its text demands coupon.id or profile.id, and so does the gateway's document; only its schema does not",
    ),
];

#[test]
fn the_table_is_the_document_but_for_the_named_exceptions() {
    let list: Vec<Value> =
        serde_json::from_str(include_str!("../data/routes.json")).expect("the list is JSON");
    assert_eq!(list.len(), 77, "the document has 77 routes");

    let mut differences = BTreeSet::new();
    for documented in &list {
        let id = text(&documented["operation"]);
        match pianoroll_api::find(id) {
            Some(operation) => {
                let mut found = Differences::default();
                compare(operation, documented, &mut found);
                differences.extend(found.0.into_iter().map(|difference| (id, difference)));
            }
            None => _ = differences.insert((id, "the table lacks it".to_owned())),
        }
    }
    let listed: BTreeSet<&str> = list.iter().map(|route| text(&route["operation"])).collect();
    for operation in OPERATIONS {
        if operation.documented.is_some() && !listed.contains(operation.id) {
            differences.insert((operation.id, "the document lacks it".to_owned()));
        }
    }

    let known = EXCEPTIONS.iter().map(|(id, difference, _)| (*id, (*difference).to_owned()));
    let known: BTreeSet<(&str, String)> = known.collect();
    assert_eq!(known.len(), EXCEPTIONS.len(), "an exception stands twice");
    let show = |these: Vec<&(&str, String)>| {
        let lines = these.iter().map(|(id, difference)| format!("  {id}: {difference}\n"));
        lines.collect::<String>()
    };
    let new = show(differences.difference(&known).collect());
    let gone = show(known.difference(&differences).collect());
    assert!(
        new.is_empty() && gone.is_empty(),
        "differences between spec/ and the document without an exception:\n{new}exceptions that are no difference:\n{gone}"
    );
}

/// What differs between one row of the table and one entry of the list, as sentences.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn same<T: PartialEq + std::fmt::Display>(&mut self, what: &str, table: T, by: &str, other: T) {
        if table != other {
            self.0.push(format!("{what}: the table says {table}, {by} {other}"));
        }
    }

    fn sets<T: Ord + std::fmt::Display>(
        &mut self,
        what: &str,
        table: impl IntoIterator<Item = T>,
        official: impl IntoIterator<Item = T>,
    ) {
        let (table, official) = (
            table.into_iter().collect::<BTreeSet<_>>(),
            official.into_iter().collect::<BTreeSet<_>>(),
        );
        for extra in table.difference(&official) {
            let line = format!("{what}: the table alone has `{extra}`, {KLAVIYO} has not");
            self.0.push(line);
        }
        for missing in official.difference(&table) {
            self.0.push(format!("{what}: {KLAVIYO} alone has `{missing}`"));
        }
    }
}

const DOCUMENT: &str = "the document";
const KLAVIYO: &str = "Klaviyo's document";

fn compare(operation: &Operation, documented: &Value, found: &mut Differences) {
    compare_with_document(operation, documented, found);
    if documented["official"].is_null() {
        let table = without_official_route(operation);
        found.same("official route", table, "the list", official_equivalent(documented));
    } else {
        compare_with_klaviyo(operation, &documented["official"], found);
    }
}

fn compare_with_document(operation: &Operation, documented: &Value, found: &mut Differences) {
    let Some(route) = operation.documented else {
        found.0.push("the table holds it for undocumented".to_owned());
        return;
    };
    let host = match operation.app.host {
        Host::Gateway => "gateway.maton.ai",
        Host::Control => "ctrl.maton.ai",
    };
    found.same("module", operation.module, DOCUMENT, text(&documented["resource"]));
    found.same("title", operation.title, DOCUMENT, text(&documented["title"]));
    found.same("host", host, DOCUMENT, text(&documented["host"]));
    found.same("method", route.method.as_str(), DOCUMENT, text(&documented["method"]));
    let path = format!("{}{}", operation.app.prefix, route.path);
    found.same("path", path.as_str(), DOCUMENT, text(&documented["path"]));

    let accepted = query_names(operation);
    for parameter in array(&documented["query"]) {
        let name = text(&parameter["name"]);
        if !accepted.contains(name) {
            found.0.push(format!("query: the document alone has `{name}`"));
        } else if let Some(example) = parameter.get("example") {
            let example = plain(example);
            let shown =
                operation.examples.iter().filter(|shown| shown.modes.contains(&Mode::Documented));
            if !shown
                .map(|shown| sent(operation, shown.options, name))
                .any(|sent| sent.as_ref() == Some(&example))
            {
                found.0.push(format!("query: no example sends `{name}={example}`"));
            }
        }
    }

    let body = &documented["body_example"];
    found.same("a body", operation.body.is_some(), DOCUMENT, !body.is_null());
    if !body.is_null() && !operation.examples.iter().any(|shown| json(shown.body) == *body) {
        found.0.push("body: no example is the document's".to_owned());
    }
    let answer = &documented["response_example"];
    let answers = || operation.examples.iter().filter_map(|shown| shown.answer);
    found.same("an example answer", answers().next().is_some(), DOCUMENT, !answer.is_null());
    if !answer.is_null() && !answers().any(|shown| json(Some(shown)) == *answer) {
        found.0.push("answer: no example is the document's".to_owned());
    }
}

fn compare_with_klaviyo(operation: &Operation, official: &Value, found: &mut Differences) {
    let query = &operation.query;
    if operation.documented_only.is_some() || operation.since.is_some() {
        found.0.push("the table holds it for missing at Klaviyo".to_owned());
    }
    let route = anonymous(operation.route);
    let of_klaviyo = format!("{} {}", text(&official["method"]), text(&official["path"]));
    found.same("official route", route, KLAVIYO, of_klaviyo);
    found.sets("query", query_names(operation), texts(&official["query"]));

    let pairs = query.filter.iter().flat_map(|field| {
        field.operators.iter().map(|operator| format!("{operator}({})", field.name))
    });
    let of_klaviyo =
        official["filter"].as_object().into_iter().flatten().flat_map(|(name, operators)| {
            texts(operators).into_iter().map(move |operator| format!("{operator}({name})"))
        });
    found.sets("filter", pairs, of_klaviyo);
    let required = official["filter_required"].as_bool().unwrap_or_default();
    found.same("filter required", !query.filter_required.is_empty(), KLAVIYO, required);

    let sorts = query.sort.iter().flat_map(|name| [(*name).to_owned(), format!("-{name}")]);
    found.sets("sort", sorts, texts(&official["sort"]));
    let include = query.include.iter().map(|relationship| relationship.name.to_owned());
    found.sets("include", include, texts(&official["include"]));

    let size = match query.page {
        Page::None | Page::Fixed(_) => "none".to_owned(),
        Page::Sized { size, max, .. } => format!("{size} up to {max}"),
    };
    let of_klaviyo = match &official["page_size"] {
        Value::Null => "none".to_owned(),
        page => format!("{} up to {}", page["default"], page["maximum"]),
    };
    if size != of_klaviyo {
        found.0.push(format!("page size: the table has {size}, {KLAVIYO} {of_klaviyo}"));
    }

    let ok = operation.ok.iter().map(u16::to_string);
    found.sets("success status", ok, array(&official["success_status"]).iter().map(plain));
    found.sets(
        "scope",
        operation.scopes.iter().map(|scope| (*scope).to_owned()),
        texts(&official["scopes"]),
    );
    let limits =
        [(operation.tier.burst, "s"), (operation.tier.steady, "m"), (operation.daily, "d")];
    let limits = limits.iter().filter_map(|(limit, unit)| Some(format!("{}/{unit}", (*limit)?)));
    let of_klaviyo =
        official["rate_limit"].as_object().into_iter().flat_map(|limits| limits.values());
    found.sets("rate limit", limits, of_klaviyo.map(plain));

    let empty = array(&official["success_status"]).iter().all(|status| status == 204);
    let answers_nothing = operation.answer == Answer::None;
    if empty && !answers_nothing {
        found.0.push("answer: the table has one, a 204 has none".to_owned());
    }
}

/// How the table says that Klaviyo lacks the documented route.
fn without_official_route(operation: &Operation) -> String {
    let ok = operation.ok.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    match (operation.documented_only, operation.since) {
        (Some(_), _) => "none".to_owned(),
        (None, Some(since)) => format!("since {since}"),
        (None, None) if operation.documented != Some(operation.route) => {
            format!("{} -> {ok}", anonymous(operation.route))
        }
        (None, None) if operation.app.host == Host::Control => "not Klaviyo's".to_owned(),
        (None, None) => "the documented one".to_owned(),
    }
}

/// The same, as the list says it: one route with its status, several calls, or a later revision.
fn official_equivalent(documented: &Value) -> String {
    let Some(equivalent) = documented["official_equivalent"].as_str() else {
        return "not Klaviyo's".to_owned();
    };
    let later = equivalent.split_once("exists from revision ");
    if let Some((_, later)) = later {
        return format!("since {}", later.split_whitespace().next().unwrap_or_default());
    }
    match equivalent.split_once(" -> ") {
        Some((_, status)) if status.parse::<u16>().is_ok() => equivalent.to_owned(),
        _ => "none".to_owned(),
    }
}

/// The names of the query parameters that an operation takes, as the API writes them.
fn query_names(operation: &Operation) -> BTreeSet<String> {
    let query = &operation.query;
    let mut names = BTreeSet::new();
    names.extend(query.fields.iter().map(|kind| format!("fields[{kind}]")));
    names.extend(
        query.additional_fields.iter().map(|(kind, _)| format!("additional-fields[{kind}]")),
    );
    names.extend(query.parameters.iter().map(|parameter| parameter.name.to_owned()));
    let mut when = |there: bool, name: &str| {
        if there {
            names.insert(name.to_owned());
        }
    };
    when(!query.filter.is_empty(), "filter");
    when(!query.sort.is_empty(), "sort");
    when(!query.include.is_empty(), "include");
    when(query.page != Page::None, "page[cursor]");
    when(matches!(query.page, Page::Sized { .. }), "page[size]");
    names
}

/// What an example's options send under a parameter's name.
fn sent(operation: &Operation, options: &str, name: &str) -> Option<String> {
    let options = json(Some(options));
    let kind = name.strip_prefix("fields[").and_then(|kind| kind.strip_suffix(']'));
    let value = match (kind, &options["fields"]) {
        (Some(kind), fields @ Value::Array(_)) => {
            (operation.answer.kind() == Some(kind)).then_some(fields)?
        }
        (Some(kind), fields) => fields.get(kind)?,
        (None, _) if name == "page[size]" => options.get("page_size")?,
        (None, _) => options.get(name)?,
    };
    match value {
        Value::Array(_) => Some(texts(value).join(",")),
        value => Some(plain(value)),
    }
}

/// Method and path with every id called `{id}`, as Klaviyo's document writes them.
fn anonymous(route: Route) -> String {
    let segments = route.path.split('/');
    let segments = segments.map(|segment| if segment.starts_with('{') { "{id}" } else { segment });
    format!("{} {}", route.method, segments.collect::<Vec<_>>().join("/"))
}

fn json(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| serde_json::from_str(text).expect("examples are JSON"))
}

fn text(value: &Value) -> &str {
    value.as_str().expect("the list has text here")
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn texts(value: &Value) -> Vec<String> {
    array(value).iter().map(|value| text(value).to_owned()).collect()
}

/// A text without its quotes, a number as it is.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
