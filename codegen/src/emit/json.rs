//! JSON whose text does not depend on how `serde_json` was built.

use std::collections::BTreeMap;

use serde_json::Value;

/// The same value with its keys in order, also where another crate in the build has switched on `preserve_order`.
pub(crate) fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(sorted).collect(),
        Value::Object(map) => {
            let ordered: BTreeMap<&String, &Value> = map.iter().collect();
            let entries = ordered.into_iter().map(|(key, value)| (key.clone(), sorted(value)));
            Value::Object(entries.collect())
        }
        other => other.clone(),
    }
}
