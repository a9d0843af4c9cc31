//! Time zones by name, from the database that is built in: what a machine has installed makes no difference.

use jiff::tz::{TimeZone, db};
use pianoroll_model::suggest;

/// The time zone of an IANA name such as `America/New_York`, whatever its case.
///
/// # Errors
/// There is none of this name.
pub fn zone(name: &str) -> Result<TimeZone, UnknownZone> {
    TimeZone::get(name).map_err(|_| UnknownZone { name: name.to_owned(), hint: hint(name) })
}

/// A name that no time zone has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone `{name}`")]
pub struct UnknownZone {
    /// The name.
    pub name: String,
    /// What was probably meant.
    pub hint: String,
}

fn hint(name: &str) -> String {
    let names: Vec<String> = db().available().map(|known| known.to_string()).collect();
    let plain = name.trim().replace(' ', "_");
    let city = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    // Who names a city knows no region, and a slip there is nearer to the city than to any whole name.
    let of_city = names.iter().find(|known| city(known).eq_ignore_ascii_case(&city(&plain)));
    let near =
        of_city.map(String::as_str).or_else(|| suggest(&plain, names.iter().map(String::as_str)));
    if let Some(near) = near {
        return format!("did you mean `{near}`?");
    }
    let cities: Vec<String> = names.iter().map(|known| city(known)).collect();
    let near = suggest(&city(&plain), cities.iter().map(String::as_str));
    let of_city = near.and_then(|near| names.iter().find(|known| city(known) == near));
    match of_city {
        Some(near) => format!("did you mean `{near}`?"),
        None => "zones have the names of places, such as `America/New_York`, or `UTC`; an offset or an abbreviation does not know when clocks change".to_owned(),
    }
}
