//! Keeps a list of customers to win back: they ordered once, not lately, and may be written to.
//!
//! On the list are those whose newest order is older than `quiet_days` and younger than `memory_days`, and who can receive
//! email marketing. Some of those that would enter are drawn into a control group instead, and marked so. Whoever orders
//! again, unsubscribes or is too long gone leaves the list at the next run. `scripts/win_back_list.rhai` does the same in
//! Rhai, without the control group.

use std::collections::{BTreeMap, HashSet};

use pianoroll_plugin_sdk::{
    Error, Value, automation, calls, checkpoint, clock, events, json, lists, log, metrics, params,
    profiles, progress, random, state,
};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Params {
    list: String,
    metric: String,
    quiet_days: i64,
    memory_days: i64,
    control_percent: f64,
}

#[derive(Serialize)]
struct Summary {
    quiet: usize,
    reachable: usize,
    entered: usize,
    left: usize,
    control: usize,
    failed: usize,
    before: Option<u64>,
}

/// Who is quiet, and who of them may be written to.
#[derive(Serialize, Deserialize)]
struct Customers {
    quiet: Vec<String>,
    reachable: Vec<Reachable>,
}

#[derive(Serialize, Deserialize)]
struct Reachable {
    id: String,
    /// Whether an earlier run drew it into the control group.
    control: bool,
}

automation!(run);

fn run() -> Result<Summary, Error> {
    let params: Params = params()?;
    let metric = find_metric(&params.metric)?;
    let customers = checkpoint("customers", || {
        let quiet = quiet_customers(&metric, &params)?;
        let reachable = reachable(&quiet)?;
        Ok(Customers { quiet, reachable })
    })?;
    log::info!(
        "{} customers are quiet, {} of them may be written to",
        customers.quiet.len(),
        customers.reachable.len()
    );

    let list = find_or_create_list(&params.list)?;
    let members: Vec<String> = checkpoint("members", || {
        let options = json!({ "fields": ["email"], "page_size": 100 });
        lists::each_profile(&list, options).map(|member| Ok(member?.id().to_owned())).collect()
    })?;

    let on_list: HashSet<&str> = members.iter().map(String::as_str).collect();
    let mut entering = Vec::new();
    let mut control = Vec::new();
    for customer in &customers.reachable {
        if on_list.contains(customer.id.as_str()) || customer.control {
            continue;
        }
        let chosen = fraction() * 100.0 < params.control_percent;
        if chosen { &mut control } else { &mut entering }.push(customer.id.as_str());
    }
    let wanted: HashSet<&str> = customers.reachable.iter().map(|it| it.id.as_str()).collect();
    let leaving: Vec<&str> =
        members.iter().map(String::as_str).filter(|id| !wanted.contains(id)).collect();

    let mut writes = Vec::new();
    if !entering.is_empty() {
        writes.push(lists::call::add_profiles(&list, &entering));
    }
    if !leaving.is_empty() {
        writes.push(lists::call::remove_profiles(&list, &leaving));
    }
    for id in &control {
        writes
            .push(profiles::call::update(*id, json!({ "properties": { "win_back": "control" } })));
    }
    let failed: Vec<String> = calls::batch(writes, 10)
        .into_iter()
        .filter_map(|result| Some(result.err()?.to_string()))
        .collect();
    if !failed.is_empty() {
        progress::problem(&format!("{} changes failed", failed.len()), &failed);
    }

    let before = state::get::<u64>("reachable")?;
    state::set("reachable", customers.reachable.len())?;
    log::info!("list {}: {} entered, {} left", params.list, entering.len(), leaving.len());
    Ok(Summary {
        quiet: customers.quiet.len(),
        reachable: customers.reachable.len(),
        entered: entering.len(),
        left: leaving.len(),
        control: control.len(),
        failed: failed.len(),
        before,
    })
}

fn find_metric(name: &str) -> Result<String, Error> {
    for metric in metrics::each(json!({ "fields": ["name"] })) {
        let metric = metric?;
        if metric.id() == name || metric.text("name") == Some(name) {
            return Ok(metric.id().to_owned());
        }
    }
    Err(Error::new(format_args!("there is no metric {name}")))
}

fn find_or_create_list(name: &str) -> Result<String, Error> {
    for list in lists::each(json!({ "fields": ["name"] })) {
        let list = list?;
        if list.id() == name || list.text("name") == Some(name) {
            return Ok(list.id().to_owned());
        }
    }
    Ok(lists::create(json!({ "name": name }))?.id().to_owned())
}

/// Newest first: the first order of a profile that turns up is its last one.
fn quiet_customers(metric: &str, params: &Params) -> Result<Vec<String>, Error> {
    let quiet = clock::days_ago(params.quiet_days);
    let since = clock::text(clock::days_ago(params.memory_days));
    let options = json!({
        "filter": format!("and(equals(metric_id,\"{metric}\"),greater-or-equal(datetime,{since}))"),
        "fields": ["datetime"],
        "sort": "-datetime",
        "page_size": 1000,
    });
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut orders = 0;
    for order in events::each(options) {
        let order = order?;
        orders += 1;
        if orders % 10_000 == 0 {
            progress::report(orders, None);
        }
        let related = order.related("profile");
        let Some(profile) = related.first() else { continue };
        let is_newest = seen.insert((*profile).to_owned());
        if is_newest && order.time("datetime")?.is_some_and(|time| time < quiet) {
            found.push((*profile).to_owned());
        }
    }
    Ok(found)
}

/// Consent is only answered when it is asked for, and by 100 ids a request.
fn reachable(customers: &[String]) -> Result<Vec<Reachable>, Error> {
    let reads = customers.chunks(100).map(|ids| {
        let quoted: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
        profiles::call::list().options(json!({
            "filter": format!("any(id,[{}])", quoted.join(",")),
            "fields": ["properties"],
            "additional_fields": ["subscriptions"],
            "page_size": 100,
        }))
    });
    let mut found = Vec::new();
    for page in calls::batch(reads, 8) {
        for profile in page?.into_resources() {
            let attribute = |path: &str| profile.attribute(path).clone();
            let consent = attribute("subscriptions");
            let may = consent.pointer("/email/marketing/can_receive_email_marketing");
            if may == Some(&Value::Bool(true)) {
                let control = attribute("properties").get("win_back") == Some(&json!("control"));
                found.push(Reachable { id: profile.id().to_owned(), control });
            }
        }
    }
    // In an order that does not depend on the server's.
    let sorted: BTreeMap<String, Reachable> =
        found.into_iter().map(|customer| (customer.id.clone(), customer)).collect();
    Ok(sorted.into_values().collect())
}

/// As all languages make it of the host's 64 bits: the nearest number, which may be 2^64 itself.
fn fraction() -> f64 {
    (random::next() as f64 / 2_f64.powi(64)).min(1.0 - f64::EPSILON / 2.0)
}
