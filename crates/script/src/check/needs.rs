//! Which permissions a script needs: what each of its calls may do.

use pianoroll_api::operation::{Condition, EffectWhen};
use pianoroll_api::{Operation, Options};
use pianoroll_host::{Place, resolve};
use pianoroll_model::{Effect, Permission, PermissionSet};
use rhai::{FnCallExpr, Position};
use serde_json::Value;

use super::literal::{Constants, Known, Literal};
use super::{at, start_of};
use crate::modules::calls::{Called, called};

/// A call, and what it needs to be granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The function as it is written: `flows::update_status`, `request`.
    pub function: String,
    /// Where it is called.
    pub place: Place,
    /// The operation that it calls, or `request` for a path that no operation has; nothing where only the run can tell.
    pub operation: Option<&'static str>,
    /// What the call needs. One: that. Several: one of them, and only the run can tell which. None: only the run can tell.
    pub permissions: Vec<Permission>,
}

impl Need {
    /// Whether the call is sure to be denied: nothing that it may need is granted.
    #[must_use]
    pub fn is_denied(&self, granted: &PermissionSet) -> bool {
        let mut permissions = self.permissions.iter();
        !self.permissions.is_empty() && !permissions.any(|permission| granted.allows(permission))
    }

    /// What the call may need and is not granted.
    pub fn missing(&self, granted: &PermissionSet) -> impl Iterator<Item = &Permission> {
        self.permissions.iter().filter(|permission| !granted.allows(permission))
    }
}

/// What a call needs: for `sync_profiles` and the like several things.
pub(super) fn call(
    call: &FnCallExpr,
    position: Position,
    path: &str,
    constants: &Constants,
    needs: &mut Vec<Need>,
) {
    let name = call.name.as_str();
    let function =
        if call.is_qualified() { format!("{}::{name}", call.namespace) } else { name.to_owned() };
    let start = start_of(call, position);
    let Some((line, column)) = at(start) else { return };
    let place = Place { file: path.to_owned(), line, column };
    let argument = |index: usize| {
        let argument = call.args.get(index);
        argument.map(|argument| constants.resolve(&Literal::of(argument)))
    };
    let mut add = |(operation, permissions): (Option<&'static str>, Vec<Permission>)| {
        let (function, place) = (function.clone(), place.clone());
        let need = Need { function, place, operation, permissions };
        // One function may call the same twice; what it needs stands side by side.
        if !needs
            .iter()
            .rev()
            .take_while(|other| other.place == need.place)
            .any(|other| *other == need)
        {
            needs.push(need);
        }
    };
    if !call.is_qualified() {
        if name == "request" {
            add(of_request(argument(0), argument(1), argument(3)));
        } else if name == "wait_for" {
            // It reads what it is given again and again, whatever that is.
            add((None, Vec::new()));
        }
        return;
    }
    for Called { operation, body, .. } in called(&call.namespace.to_string(), name) {
        let body = body.and_then(argument);
        add((Some(operation.id), of_operation(operation, body.as_ref())));
    }
}

fn of_operation(operation: &Operation, body: Option<&Literal>) -> Vec<Permission> {
    let effects = effects(operation, body);
    effects.into_iter().map(|effect| operation.permission(effect)).collect()
}

/// The effects that a call may have: one, where the body is written out far enough.
pub(super) fn effects(operation: &Operation, body: Option<&Literal>) -> Vec<Effect> {
    let mut surely = operation.effect;
    let mut perhaps = Vec::new();
    for when in operation.effect_when {
        match holds(when, body) {
            Some(true) => surely = surely.max(when.effect),
            Some(false) => {}
            None => perhaps.push(when.effect),
        }
    }
    let more = perhaps.into_iter().filter(|effect| *effect > surely);
    let mut effects: Vec<Effect> = std::iter::once(surely).chain(more).collect();
    effects.sort_unstable();
    effects.dedup();
    effects
}

/// Whether a body raises the effect; `None` where only the run can tell. Looks where [`Operation::effect_of`] looks.
fn holds(when: &EffectWhen, body: Option<&Literal>) -> Option<bool> {
    let Some(body) = body else { return Some(false) };
    let data = body.get("data");
    let attributes = data.as_ref().and_then(|data| data.get("attributes"));
    let mut known = Some(false);
    for map in [Some(body), data.as_ref(), attributes.as_ref()].into_iter().flatten() {
        let Some(value) = map.get(when.attribute) else { continue };
        match (&value.known, when.condition) {
            (
                Known::Nothing | Known::Variable(_) | Known::Call(..) | Known::Outline(_),
                Condition::Equals(_),
            )
            | (Known::Nothing | Known::Variable(_) | Known::Call(..), Condition::Present) => {
                known = None;
            }
            (Known::Value(Value::Null), Condition::Present) => {}
            (_, Condition::Present) => return Some(true),
            (Known::Value(value), Condition::Equals(text)) if value.as_str() == Some(text) => {
                return Some(true);
            }
            (_, Condition::Equals(_)) => {}
        }
    }
    known
}

/// What `request` needs: it is resolved like the host does, with something in the places of ids that are not known.
fn of_request(
    method: Option<Literal>,
    path: Option<Literal>,
    body: Option<Literal>,
) -> (Option<&'static str>, Vec<Permission>) {
    let text = |literal: Option<Literal>| match literal.map(|literal| literal.known) {
        Some(Known::Value(Value::String(text))) => Some(text),
        _ => None,
    };
    let (Some(method), Some(path)) = (text(method), text(path)) else { return (None, Vec::new()) };
    match resolve::request(&method, &path, &Options::new(), None) {
        Ok(resolve::Target::Operation(operation, _)) => {
            (Some(operation.id), of_operation(operation, body.as_ref()))
        }
        Ok(resolve::Target::Native(_)) => (Some("request"), vec![Permission::Request]),
        Err(_) => (None, Vec::new()),
    }
}
