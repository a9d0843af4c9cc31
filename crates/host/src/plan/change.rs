//! What becomes of one attribute.

use pianoroll_api::OPERATIONS;
use pianoroll_api::operation::{App, Kind};
use serde_json::{Map, Value};

/// What a run has done to one attribute of a record.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    /// It has this value, whatever it was.
    Replaced(Value),
    /// It keeps what it was but for these steps, one after the other.
    Merged(Vec<Step>),
}

/// A change to a map that is merged and not replaced.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// These keys have these values.
    Set(Map<String, Value>),
    /// `append` and `unappend` change lists, `unset` takes keys away.
    Patch(Map<String, Value>),
}

/// How updates of a type treat its maps: the table says it by a `patch_…` among what goes beside the attributes. Where
/// there is one, maps are merged key by key; elsewhere they are replaced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Merging {
    app: &'static App,
    kind: &'static str,
    /// The attribute that the `patch_…` is about. A null takes a key of it away.
    patched: &'static str,
}

impl Merging {
    pub(super) fn of(app: &'static App, kind: &str) -> Option<Self> {
        let bodies = OPERATIONS.iter().filter(|operation| std::ptr::eq(operation.app, app));
        let mut bodies = bodies.filter_map(|operation| operation.body.as_ref());
        bodies.find_map(|body| {
            let patched = body.meta.iter().find_map(|key| key.strip_prefix("patch_"))?;
            (body.kind == kind).then_some(Self { app, kind: body.kind, patched })
        })
    }

    /// The attribute that is never null, but empty.
    pub(super) fn patched(self) -> &'static str {
        self.patched
    }

    fn merges(self, name: &str) -> bool {
        let known = self.app.resource(self.kind).and_then(|resource| resource.attribute(name));
        known.is_some_and(|attribute| attribute.kind == Kind::Map)
    }
}

/// Adds what an update says to what was changed before.
pub(super) fn update(
    changes: &mut Changes,
    merging: Option<Merging>,
    attributes: Map<String, Value>,
    mut meta: Map<String, Value>,
) {
    for (name, value) in attributes {
        match value {
            Value::Object(keys) if merging.is_some_and(|merging| merging.merges(&name)) => {
                step(changes, name, Step::Set(keys));
            }
            value => {
                changes.insert(name, Change::Replaced(value));
            }
        }
    }
    let Some(merging) = merging else { return };
    if let Some(Value::Object(patch)) = meta.remove(&format!("patch_{}", merging.patched)) {
        step(changes, merging.patched.to_owned(), Step::Patch(patch));
    }
}

/// The changes of a record by attribute.
pub(super) type Changes = std::collections::BTreeMap<String, Change>;

fn step(changes: &mut Changes, name: String, step: Step) {
    match changes.get_mut(&name) {
        None => {
            changes.insert(name, Change::Merged(vec![step]));
        }
        Some(Change::Replaced(value)) => apply_step(value, &step),
        Some(Change::Merged(steps)) => match (steps.last_mut(), step) {
            (Some(Step::Set(before)), Step::Set(keys)) => before.extend(keys),
            (_, step) => steps.push(step),
        },
    }
}

impl Change {
    /// The value after the change; nothing where that needs a value from before that is not known.
    pub(super) fn after(&self, before: Option<&Value>, drops_nulls: bool) -> Option<Value> {
        match self {
            Change::Replaced(value) => Some(value.clone()),
            Change::Merged(steps) => {
                let mut value = before?.clone();
                for step in steps {
                    apply_step(&mut value, step);
                }
                if let (true, Value::Object(map)) = (drops_nulls, &mut value) {
                    map.retain(|_, value| !value.is_null());
                }
                Some(value)
            }
        }
    }
}

fn apply_step(value: &mut Value, step: &Step) {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let Value::Object(map) = value else { return };
    match step {
        Step::Set(keys) => map.extend(keys.clone()),
        Step::Patch(patch) => apply_patch(map, patch),
    }
}

fn apply_patch(map: &mut Map<String, Value>, patch: &Map<String, Value>) {
    let listed = |value: &Value| match value {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    };
    let of = |name: &str| patch.get(name).and_then(Value::as_object).into_iter().flatten();
    for (name, value) in of("append") {
        let mut list = map.get(name).map(listed).unwrap_or_default();
        list.extend(listed(value));
        map.insert(name.clone(), Value::Array(list));
    }
    for (name, value) in of("unappend") {
        let gone = listed(value);
        if let Some(Value::Array(list)) = map.get_mut(name) {
            list.retain(|item| !gone.contains(item));
        }
    }
    for name in patch.get("unset").map(listed).unwrap_or_default() {
        map.remove(name.as_str().unwrap_or_default());
    }
}
