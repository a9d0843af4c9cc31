//! One of everything that a crash could lose or double, as `tests/data/durable/campaign.rhai` does it in a script: what is created,
//! sent, merged, tagged and deleted, one after the other and side by side, with what a program keeps beside its calls: files, state,
//! time and randomness.

use std::fmt::Write as _;

use pianoroll_plugin_sdk::{
    Error, Value, automation, calls, campaigns, checkpoint, clock, coupon_codes, events, files,
    json, lists, log, params, profiles, random, state, tags, templates,
};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Params {
    people: String,
}

#[derive(Serialize, Deserialize)]
struct Found {
    members: u64,
    ids: Vec<String>,
    at: i64,
}

automation!(run);

fn run() -> Result<Value, Error> {
    let params: Params = params()?;
    let stamp = clock::text(clock::now());
    let runs = state::get::<u64>("runs")?.unwrap_or_default() + 1;
    state::set("runs", runs)?;
    log::info!("run {runs} begins");

    let list = lists::create(json!({ "name": "Sweep invited" }))?.id().to_owned();
    let people = people(&params.people)?;
    let draws: Vec<i64> = people.iter().map(|_| random::range(0..1_000_000)).collect();
    let new = people.iter().zip(&draws).map(|((email, name), draw)| {
        let properties = json!({ "draw": draw, "stamp": stamp });
        let body = json!({ "email": email, "first_name": name, "properties": properties });
        profiles::call::create(body)
    });
    let mut invited = Vec::new();
    for made in calls::batch(new, 8) {
        invited.push(made?.id().to_owned());
    }
    let told = people.iter().map(|(email, name)| {
        events::call::create(json!({
            "metric": { "name": "Sweep Invited" },
            "profile": { "email": email },
            "properties": { "name": name, "draw": random::range(0..1_000_000) },
        }))
    });
    for told in calls::batch(told, 8) {
        told?;
    }
    lists::add_profiles(&list, &invited)?;

    // Creates side by side that nothing can tell from their repetition.
    let four = ["A", "B", "C", "D"].into_iter().map(|name| {
        let html = format!("<p>{name} {}</p>", random::range(0..1_000));
        let body = json!({ "name": format!("Sweep {name}"), "editor_type": "CODE", "html": html });
        templates::call::create(body)
    });
    let mut made = Vec::new();
    for template in calls::batch(four, 4) {
        made.push(template?.id().to_owned());
    }
    templates::delete(&made[3])?;

    let found: Found = checkpoint("found", || {
        let mut ids = Vec::new();
        for profile in profiles::each(json!({ "fields": ["email"], "page_size": 20 })) {
            let profile = profile?;
            if !profile.text("email").unwrap_or_default().contains("sweep") {
                ids.push(profile.id().to_owned());
            }
        }
        let mut members = 0;
        for member in lists::each_profile(&list, json!({ "page_size": 20 })) {
            member?;
            members += 1;
        }
        Ok(Found { members, ids, at: clock::now() })
    })?;

    // Reads outside of a checkpoint.
    let mut seen = 0;
    for profile in profiles::each(json!({ "fields": ["email"], "page_size": 20 })) {
        profile?;
        seen += 1;
    }
    for pair in found.ids.chunks_exact(2).take(3) {
        profiles::merge(json!({ "destination": pair[0], "source": pair[1] }))?;
    }

    let tag = tags::create(json!({ "name": "Sweep" }))?.id().to_owned();
    tags::tag_lists(&tag, [&list])?;
    let campaign = campaign(&list)?;
    tags::tag_campaigns(&tag, [&campaign])?;
    campaigns::send(json!({ "campaign_id": campaign }))?;

    let mark = |id: &String| {
        profiles::call::update(id, json!({ "properties": { "invited": found.members } }))
    };
    let done = calls::batch(invited.iter().map(mark), 8);

    // A refusal that the program takes as an answer: a replay must answer the same.
    let refused = profiles::get("01NOBODY").err().and_then(|error| error.status());

    coupon_codes::bulk_create(json!([
        { "coupon": "SUMMER_SALE_2024", "unique_code": "SWEEP-A" },
        { "coupon": "SUMMER_SALE_2024", "unique_code": "SWEEP-B" },
    ]))?;
    for list in lists::each(json!({ "fields": ["name"] })) {
        let list = list?;
        if list.text("name") == Some("Preview") {
            lists::delete(list.id())?;
        }
    }

    let mut report = "email,draw,stamp\n".to_owned();
    for ((email, _), draw) in people.iter().zip(&draws) {
        let _ = writeln!(report, "{email},{draw},{stamp}");
    }
    files::write("invited.csv", report)?;
    state::set("last", json!({ "members": found.members, "draws": draws, "stamp": stamp }))?;
    let last: Value = state::get("last")?.unwrap_or_default();
    Ok(json!({
        "runs": runs,
        "members": found.members,
        "seen": seen,
        "invited": done.iter().filter(|done| done.is_ok()).count(),
        "refused": refused,
        "state": last["members"],
    }))
}

/// Address and name of each.
fn people(path: &str) -> Result<Vec<(String, String)>, Error> {
    let text = files::read_text(path)?;
    let row = |line: &str| {
        let (email, name) = line.split_once(',')?;
        Some((email.to_owned(), name.to_owned()))
    };
    Ok(text.lines().skip(1).filter_map(row).collect())
}

fn campaign(list: &str) -> Result<String, Error> {
    let content = json!({
        "subject": "You are invited", "from_email": "shop@example.com", "from_label": "The Shop",
    });
    let message = json!({
        "type": "campaign-message",
        "attributes": { "channel": "email", "label": "Sweep", "content": content },
    });
    let made = campaigns::create(json!({
        "name": "Sweep campaign",
        "audiences": { "included": [list], "excluded": [] },
        "send_strategy": { "method": "immediate" },
        "campaign-messages": { "data": [message] },
    }))?;
    Ok(made.id().to_owned())
}
