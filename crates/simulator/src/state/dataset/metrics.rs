//! Metrics: what the shop and Klaviyo itself count.

use serde_json::json;

use super::super::State;
use super::super::record::Record;
use super::super::time::{DAY, stamp};

/// Id, name, and the place in [`INTEGRATIONS`].
const METRICS: &[(&str, &str, usize)] = &[
    ("TxVpCr", "Placed Order", 0),
    ("RdAct1", "Active on Site", 2),
    ("RdVwP2", "Viewed Product", 2),
    ("RdCrt3", "Added to Cart", 2),
    ("RdChk4", "Checkout Started", 0),
    ("RdFul5", "Fulfilled Order", 0),
    ("RdCnc6", "Cancelled Order", 0),
    ("RdRef7", "Refunded Order", 0),
    ("RdOrd8", "Ordered Product", 0),
    ("RdRcv9", "Received Email", 1),
    ("RdOpnA", "Opened Email", 1),
    ("RdClkB", "Clicked Email", 1),
    ("RdBncC", "Bounced Email", 1),
    ("RdSpmD", "Marked Email as Spam", 1),
    ("RdSubE", "Subscribed to List", 1),
    ("RdUnsF", "Unsubscribed from List", 1),
    ("RdSmsG", "Received SMS", 1),
    ("RdSmcH", "Clicked SMS", 1),
    ("RdFrmI", "Submitted Form", 2),
    ("RdRevJ", "Submitted Review", 2),
];

/// Id, name and category.
const INTEGRATIONS: &[(&str, &str, &str)] = &[
    ("shopify", "Shopify", "eCommerce"),
    ("klaviyo", "Klaviyo", "Internal"),
    ("api", "API", "API"),
];

/// What computed events are: the metric, its weight, and whether it has a worth.
pub(in super::super) const COMPUTED: &[(&str, u64, bool)] = &[
    ("TxVpCr", 25, true),
    ("RdRcv9", 25, false),
    ("RdOpnA", 20, false),
    ("RdVwP2", 12, false),
    ("RdAct1", 10, false),
    ("RdClkB", 8, false),
];

/// The sum of the weights.
pub(in super::super) const COMPUTED_WEIGHT: u64 = 100;

pub(super) fn fill(state: &mut State) {
    for (number, (id, name, integration)) in METRICS.iter().enumerate() {
        let (created, updated) = match number {
            0 => (
                super::documented("2024-01-01T00:00:00Z"),
                super::documented("2024-03-01T00:00:00Z"),
            ),
            _ => (
                state.start - 1_000 * DAY + number as i64 * 3_600,
                state.start - number as i64 * DAY,
            ),
        };
        let (key, label, category) = INTEGRATIONS[*integration];
        let attributes = json!({
            "name": name,
            "created": stamp(created),
            "updated": stamp(updated),
            "integration": { "object": "integration", "id": key, "key": key, "name": label, "category": category },
        });
        state.insert("metric", Record::new(*id, attributes));
    }
}
