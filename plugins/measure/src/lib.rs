//! Does one thing often: what the benches of plugins measure.

use pianoroll_plugin_sdk::{
    Error, Value, automation, calls, json, params, profiles, random, state,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Params {
    what: String,
    count: usize,
    id: String,
    kib: usize,
}

automation!(run);

fn run() -> Result<u64, Error> {
    let params: Params = params()?;
    let done = match params.what.as_str() {
        "nothing" => 0,
        // A host call that has nothing to do.
        "draws" => (0..params.count).map(|_| random::next()).fold(0, u64::wrapping_add),
        "calls" => {
            for _ in 0..params.count {
                profiles::get(&params.id)?;
            }
            params.count as u64
        }
        // A document that crosses the border twice, and is read and written on this side.
        "documents" => {
            let mut document = document(params.kib);
            for _ in 0..params.count {
                state::set("document", &document)?;
                document = state::get::<Value>("document")?.unwrap_or_default();
            }
            document.as_array().map_or(0, |rows| rows.len() as u64)
        }
        "batch" => {
            let change = |number| json!({ "properties": { "number": number } });
            let writes = (0..params.count).map(|it| profiles::call::update(&params.id, change(it)));
            calls::batch(writes, 16).iter().filter(|done| done.is_ok()).count() as u64
        }
        other => return Err(Error::new(format_args!("nothing is measured by `{other}`"))),
    };
    Ok(done)
}

/// Rows of about 512 bytes, as a page of profiles has.
fn document(kib: usize) -> Value {
    let row = |number: usize| {
        json!({
            "type": "profile",
            "id": format!("01GDDKASAP8TKDDA2GRZD{number:05}"),
            "attributes": {
                "email": format!("person{number}@example.com"), "phone_number": null,
                "first_name": "Alexandra", "last_name": "Example", "organization": null,
                "created": "2024-01-15T10:30:00+00:00", "updated": "2024-03-15T10:30:00+00:00",
                "last_event_date": "2024-03-15T10:30:00+00:00",
                "location": { "city": "Boston", "country": "United States", "zip": "02110" },
                "properties": { "lifecycle": "active", "orders": number, "score": 0.5 },
            },
        })
    };
    Value::Array((0..kib * 2).map(row).collect())
}
