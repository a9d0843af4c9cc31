//! The plan while it is written: bounded like the ledger, exact in its counts.

use std::borrow::Cow;
use std::collections::HashMap;

use pianoroll_model::{Effect, EffectCounts, Position};

use super::{
    KEPT_BYTES, KEPT_EFFECTS, Plan, PlanGroup, PlanNote, PlannedEffect, PlannedNotification,
    SAMPLES,
};
use crate::check::size;

/// How many different notes are kept; there are about a dozen for each operation.
const KEPT_NOTES: usize = 100;

/// The plan while it is written.
#[derive(Debug, Default)]
pub(super) struct Record {
    counts: EffectCounts,
    groups: HashMap<(Cow<'static, str>, Effect), Group>,
    effects: Vec<PlannedEffect>,
    bytes: usize,
    dropped: u64,
    notifications: Vec<PlannedNotification>,
    notes: Vec<PlanNote>,
}

#[derive(Debug)]
struct Group {
    first: Order,
    count: u64,
    items: u64,
}

/// Where a call stands when all are made one after the other: a branch stands at the `parallel` that it belongs to.
pub(super) type Order = (u64, Option<u64>, u64, u64);

pub(super) fn order(position: Position) -> Order {
    let Position { branch, sequence, part } = position;
    match branch {
        None => (sequence, None, sequence, part),
        Some((parallel, item)) => (parallel, Some(item), sequence, part),
    }
}

impl Record {
    pub(super) fn add(&mut self, effect: PlannedEffect) {
        let count = match effect.effect {
            Effect::Read => &mut self.counts.read,
            Effect::Write => &mut self.counts.write,
            Effect::Delete => &mut self.counts.delete,
            Effect::Send => &mut self.counts.send,
        };
        *count += 1;
        let order = order(effect.position);
        let group = self.groups.entry((effect.operation.clone(), effect.effect));
        let group = group.or_insert(Group { first: order, count: 0, items: 0 });
        group.first = group.first.min(order);
        group.count += 1;
        group.items += effect.items;
        let bytes = effect.arguments.body.as_ref().map_or(0, size::exact);
        let fits = self.effects.len() < KEPT_EFFECTS && self.bytes + bytes <= KEPT_BYTES;
        if fits || group.count <= SAMPLES as u64 {
            self.bytes += bytes;
            self.effects.push(effect);
        } else {
            self.dropped += 1;
        }
    }

    pub(super) fn note(
        &mut self,
        operation: impl Into<Cow<'static, str>>,
        text: impl Into<Cow<'static, str>>,
    ) {
        let (operation, text) = (operation.into(), text.into());
        let known = |note: &&mut PlanNote| note.operation == operation && note.text == text;
        if let Some(note) = self.notes.iter_mut().find(known) {
            note.count += 1;
        } else if self.notes.len() < KEPT_NOTES {
            self.notes.push(PlanNote { operation, text, count: 1 });
        }
    }

    pub(super) fn notify(&mut self, notification: PlannedNotification) {
        self.notifications.push(notification);
    }

    pub(super) fn plan(&self) -> Plan {
        let mut effects = self.effects.clone();
        effects.sort_by_key(|effect| order(effect.position));
        for (effect, number) in effects.iter_mut().zip(1..) {
            effect.number = number;
        }
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|(_, group)| group.first);
        let groups = groups.into_iter().map(|((operation, effect), group)| {
            let own = effects
                .iter()
                .filter(|one| one.operation == *operation && one.effect == *effect)
                .map(|one| one.number);
            PlanGroup {
                operation: operation.clone(),
                effect: *effect,
                count: group.count,
                items: group.items,
                samples: own.take(SAMPLES).collect(),
            }
        });
        let mut notifications = self.notifications.clone();
        notifications.sort_by_key(|notification| order(notification.position));
        let mut notes = self.notes.clone();
        notes.sort_by(|one, two| (&one.operation, &one.text).cmp(&(&two.operation, &two.text)));
        Plan {
            counts: self.counts,
            groups: groups.collect(),
            effects,
            dropped: self.dropped,
            notifications,
            notes,
        }
    }
}
