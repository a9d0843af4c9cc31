//! Explanations for people.

use std::fmt::Write as _;

use pianoroll_model::Permission;

use super::facts::{Covered, EffectFacts, Grant, OfPluginsFacts, OperationFacts, PermissionFacts};
use crate::numbers::counted;
use crate::style::{self, DIM, HEADING, NAME, Styled};

// Writing into a string cannot fail, so the results of `writeln!` are dropped throughout.

pub(super) fn operation(facts: &OperationFacts) -> String {
    let mut text = format!("{}\n{}\n", Styled(HEADING, facts.operation), facts.doc);
    for fact in &facts.effects {
        let effect = Styled(style::effect(fact.effect), fact.effect);
        let when = match &fact.when {
            None => String::new(),
            Some(when) => format!(" when {when}"),
        };
        let _ = writeln!(text, "\n{effect}{when}");
        line(&mut text, "needs", fact.permission.to_string());
        grant(&mut text, &fact.grant);
        line(&mut text, "counted by", fact.counted_by.join(", "));
    }
    let _ = writeln!(text, "\n{}", Styled(HEADING, "Always"));
    line(&mut text, "bounded by", facts.bounded_by.join(", "));
    line(&mut text, "lost answer", &facts.lost_answer);
    line(&mut text, "limits", limits(facts));
    if let Some(why) = facts.documented_only {
        line(&mut text, "caution", why);
    }
    let show = format!("`pianoroll operations show {}` tells what it takes", facts.operation);
    let _ = writeln!(text, "\n{}", Styled(DIM, show));
    text
}

fn limits(facts: &OperationFacts) -> String {
    let mut text = match (facts.per_second, facts.per_minute) {
        (Some(second), Some(minute)) => {
            format!("{second} a second, {minute} a minute (tier {})", facts.tier)
        }
        _ => "the key's quota alone".to_owned(),
    };
    if let Some(day) = facts.per_day {
        let _ = write!(text, ", {day} a day");
    }
    text
}

pub(super) fn permission(facts: &PermissionFacts) -> String {
    let mut text = format!("{}\n", Styled(HEADING, &facts.permission));
    match &facts.permission {
        Permission::Request => {
            let _ = writeln!(
                text,
                "Covers native paths that no operation has, reached by `request(method, path, …)`. Nobody knows what they do: \
                 unless it is a GET, each counts as delete and as send, and is never sent twice."
            );
        }
        Permission::Operation { .. } if facts.covers.is_empty() => {
            let _ = writeln!(text, "No operation needs it: granting it grants nothing.");
        }
        Permission::Operation { .. } => {
            let count = counted(facts.covers.len() as u64, "operation", "operations");
            let _ = writeln!(text, "Covers {count}.\n");
            covers(&mut text, &facts.covers);
        }
    }
    text.push('\n');
    grant(&mut text, &facts.grant);
    if facts.by_name_only {
        line(&mut text, "note", "no effect's word covers it: it has to be granted by this name");
    }
    text
}

pub(super) fn effect(facts: &EffectFacts) -> String {
    let effect = Styled(style::effect(facts.effect), facts.effect);
    let mut text = format!("{effect}: {}\n\n", facts.doc);
    covers(&mut text, &facts.covers);
    text.push('\n');
    grant(&mut text, &facts.grant);
    if let Some((resource, _)) = facts.covers.first().and_then(|one| one.operation.split_once('.'))
    {
        let one = format!("`{resource}:{}` covers that resource only", facts.effect);
        line(&mut text, "or finer", one);
    }
    text
}

pub(super) fn of_plugins(facts: &OfPluginsFacts) -> String {
    let mut text = format!("{}\n", Styled(HEADING, &facts.permission));
    let _ = writeln!(text, "Lets a plugin {}. Scripts do so without a permission.\n", facts.doc);
    line(&mut text, "plugin", &facts.grant);
    text
}

fn covers(text: &mut String, covers: &[Covered]) {
    let width = covers.iter().map(|one| one.operation.len()).max().unwrap_or_default();
    for Covered { operation, when, unless } in covers {
        let condition = match (when, unless) {
            (Some(when), _) => format!("when {when}"),
            (None, Some(unless)) => format!("unless {unless}"),
            (None, None) => String::new(),
        };
        let _ = match condition.is_empty() {
            true => writeln!(text, "  {}", Styled(NAME, operation)),
            false => {
                writeln!(text, "  {:width$}  {}", Styled(NAME, operation), Styled(DIM, condition))
            }
        };
    }
}

fn grant(text: &mut String, grant: &Grant) {
    let by_hand = match grant.by_hand {
        true => "a run by hand has it".to_owned(),
        false => grant.flag.clone(),
    };
    line(text, "by hand", by_hand);
    line(text, "automation", &grant.automation);
}

fn line(text: &mut String, name: &str, value: impl std::fmt::Display) {
    let _ = writeln!(text, "  {:11}  {value}", Styled(DIM, name));
}
