//! What there is to explain, as data: the object of `--json`, and what the text is made of.

use pianoroll_api::operation::{Condition, EffectWhen, Operation};
use pianoroll_api::{OPERATIONS, needs_name};
use pianoroll_host::bounds;
use pianoroll_model::{Effect, Permission, Retry};
use pianoroll_plugin::{FileAccess, PluginPermission};
use serde::Serialize;

use crate::exit::Exit;

/// How something is granted.
#[derive(Debug, Serialize)]
pub(super) struct Grant {
    /// Whether a run by hand of a script has it without asking.
    pub(super) by_hand: bool,
    /// On the command line.
    pub(super) flag: String,
    /// In an automation's table of pianoroll.toml.
    pub(super) automation: String,
}

/// One effect that an operation can have.
#[derive(Debug, Serialize)]
pub(super) struct EffectFact {
    pub(super) effect: Effect,
    /// What makes it that; nothing where it is that by itself.
    pub(super) when: Option<String>,
    pub(super) permission: Permission,
    pub(super) grant: Grant,
    /// The guardrails that count it.
    pub(super) counted_by: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct OperationFacts {
    pub(super) operation: &'static str,
    pub(super) doc: &'static str,
    pub(super) effects: Vec<EffectFact>,
    pub(super) retry: &'static str,
    /// What happens when its answer is lost.
    pub(super) lost_answer: String,
    pub(super) probe: Option<&'static str>,
    pub(super) key: Option<&'static str>,
    pub(super) tier: &'static str,
    pub(super) per_second: Option<u32>,
    pub(super) per_minute: Option<u32>,
    pub(super) per_day: Option<u32>,
    pub(super) documented_only: Option<&'static str>,
    /// The guardrails on ids that look at it.
    pub(super) bounded_by: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Covered {
    pub(super) operation: &'static str,
    /// What makes it an operation of this effect; nothing where it is one by itself.
    pub(super) when: Option<String>,
    /// What its effect is instead, and when.
    pub(super) unless: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct PermissionFacts {
    pub(super) permission: Permission,
    pub(super) covers: Vec<Covered>,
    /// Whether no effect's word covers it.
    pub(super) by_name_only: bool,
    pub(super) grant: Grant,
}

#[derive(Debug, Serialize)]
pub(super) struct EffectFacts {
    pub(super) effect: Effect,
    pub(super) doc: &'static str,
    pub(super) covers: Vec<Covered>,
    pub(super) grant: Grant,
}

/// The effects that an operation can have, the mildest first.
pub(super) fn effects(operation: &Operation) -> Vec<Effect> {
    let raised = operation.effect_when.iter().map(|when| when.effect.max(operation.effect));
    let mut effects: Vec<Effect> = raised.chain([operation.effect]).collect();
    effects.sort_unstable();
    effects.dedup();
    effects
}

pub(super) fn operation(row: &'static Operation) -> OperationFacts {
    let bounds = bounds(row);
    let effects = effects(row);
    let changes = effects.iter().any(|effect| !effect.is_read());
    let fact = |effect: Effect| {
        let permission = row.permission(effect);
        let mut counted_by = vec!["calls".to_owned()];
        if !effect.is_read() {
            counted_by.push(format!("{effect}s"));
            let each = if bounds.each_item { " (each item)" } else { "" };
            counted_by.push(format!("records.{}{each}", bounds.records));
        }
        let grant = grant(&permission);
        EffectFact { effect, when: raised(row, effect), permission, grant, counted_by }
    };
    let mut bounded_by = vec!["never"];
    if changes {
        let named = [("lists", bounds.lists), ("campaigns", bounds.campaigns)];
        let named = named.into_iter().filter(|(_, about)| *about).map(|(name, _)| name);
        bounded_by = ["only", "never"].into_iter().chain(named).collect();
    }
    OperationFacts {
        operation: row.id,
        doc: row.doc,
        effects: effects.iter().copied().map(fact).collect(),
        retry: row.retry.as_str(),
        lost_answer: lost_answer(row),
        probe: row.probe,
        key: row.key,
        tier: row.tier.id,
        per_second: row.tier.burst,
        per_minute: row.tier.steady,
        per_day: row.daily,
        documented_only: row.documented_only,
        bounded_by,
    }
}

pub(super) fn permission(permission: &Permission) -> PermissionFacts {
    let covers = match permission {
        Permission::Request => Vec::new(),
        Permission::Operation { resource, effect } => {
            covered(*effect, |row| row.module == resource)
        }
    };
    let by_name_only = needs_name(permission);
    PermissionFacts {
        permission: permission.clone(),
        covers,
        by_name_only,
        grant: grant(permission),
    }
}

pub(super) fn effect(effect: Effect) -> EffectFacts {
    let doc = match effect {
        Effect::Read => "changes nothing",
        Effect::Write => "changes data in a way that a later write can undo",
        Effect::Delete => "destroys data",
        Effect::Send => {
            "reaches people or third parties: messages, or data that leaves for another system"
        }
    };
    let covers = covered(effect, |row| !needs_name(&row.permission(effect)));
    EffectFacts { effect, doc, covers, grant: granted(effect.as_str(), effect <= Effect::Write) }
}

fn covered(effect: Effect, among: impl Fn(&Operation) -> bool) -> Vec<Covered> {
    OPERATIONS
        .iter()
        .filter(|row| among(row) && effects(row).contains(&effect))
        .map(|row| Covered {
            operation: row.id,
            when: raised(row, effect),
            unless: conditions(row, |when| when.effect > effect)
                .map(|(condition, effect)| format!("{condition}: then {effect}")),
        })
        .collect()
}

/// What raises an operation to an effect that is not its own.
fn raised(row: &Operation, effect: Effect) -> Option<String> {
    if row.effect == effect {
        return None;
    }
    conditions(row, |when| when.effect == effect).map(|(condition, _)| condition)
}

fn conditions(row: &Operation, of: impl Fn(&EffectWhen) -> bool) -> Option<(String, Effect)> {
    let found: Vec<&EffectWhen> = row.effect_when.iter().filter(|when| of(when)).collect();
    let words = found.iter().map(|when| match when.condition {
        Condition::Present => format!("`{}` is given", when.attribute),
        Condition::Equals(value) => format!("`{}` is `{value}`", when.attribute),
    });
    let effect = found.iter().map(|when| when.effect).max()?;
    Some((words.collect::<Vec<_>>().join(" or "), effect))
}

fn grant(permission: &Permission) -> Grant {
    let by_hand = match permission {
        Permission::Operation { effect, .. } => *effect <= Effect::Write && !needs_name(permission),
        Permission::Request => false,
    };
    granted(&permission.to_string(), by_hand)
}

/// What a permission covers that only plugins need.
#[derive(Debug, Serialize)]
pub(super) struct OfPluginsFacts {
    pub(super) permission: String,
    pub(super) doc: &'static str,
    /// How a plugin is granted it.
    pub(super) grant: String,
}

pub(super) fn of_plugins(permission: &PluginPermission) -> OfPluginsFacts {
    let doc = match permission {
        PluginPermission::Files(FileAccess::Read) => "read files of the project's folder",
        PluginPermission::Files(FileAccess::Write) => {
            "make and replace files of the project's folder"
        }
        PluginPermission::Notify => "tell you something, wherever you are",
        PluginPermission::Api(_) => "make calls",
    };
    let permission = permission.to_string();
    let grant = format!("pianoroll plugin install NAME --grant {permission}");
    OfPluginsFacts { permission, doc, grant }
}

fn granted(word: &str, by_hand: bool) -> Grant {
    Grant {
        by_hand,
        flag: format!("--allow {word}"),
        automation: format!("permissions = [\"{word}\"]"),
    }
}

/// What happens when a request was sent and its answer never came.
fn lost_answer(row: &Operation) -> String {
    let ends = format!(
        "the run ends there with an unknown outcome (exit code {}) that a person settles",
        Exit::UnknownOutcome.code()
    );
    match row.retry {
        Retry::Safe => "it is sent again: it changes nothing".to_owned(),
        Retry::Idempotent => "it is sent again: doing it twice is the same as once".to_owned(),
        Retry::Keyed => {
            let key = row.key.unwrap_or("key");
            format!("it is sent again with the same `{key}`, by which the API knows the repetition")
        }
        Retry::Conflicts => {
            "it is sent again: where it had happened, the API answers 409 and nothing is doubled"
                .to_owned()
        }
        Retry::Once => match row.probe {
            Some(probe) => format!(
                "it is never sent again by guess: `{probe}` is read, and where that does not settle it, {ends}"
            ),
            None => format!("it is never sent again by guess: {ends}"),
        },
    }
}
