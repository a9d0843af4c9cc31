//! What a journal in memory holds of the scheduler.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pianoroll_model::RunId;

use crate::erase::Wanted;
use crate::rules;
use crate::timetable::{
    Deployment, Fate, Keep, NoticeRecord, NoticeState, Occurrence, OccurrenceFilter, ScheduleRecord,
};

#[derive(Debug, Default)]
pub(super) struct Timetable {
    schedules: BTreeMap<String, ScheduleRecord>,
    /// By due time.
    occurrences: BTreeMap<(Timestamp, String), Occurrence>,
    deployment: Option<Deployment>,
    notices: Vec<NoticeRecord>,
    /// How many notices there ever were.
    told: u64,
}

impl Timetable {
    /// Keeps something; programs of a deployment are kept by the caller.
    pub(super) fn keep(&mut self, keep: Keep) {
        match keep {
            Keep::Schedule(schedule) => {
                self.schedules.insert(schedule.name.clone(), schedule);
            }
            Keep::Remove(name) => {
                self.schedules.remove(&name);
            }
            Keep::Occurrence(occurrence) => {
                let place = (occurrence.due, occurrence.schedule.clone());
                let before = self.occurrences.get(&place);
                if before.is_none_or(|before| before.fate != Fate::Fired) {
                    self.occurrences.insert(place, occurrence);
                }
            }
            Keep::Unmiss { schedule, after } => {
                self.occurrences.retain(|(due, of), occurrence| {
                    *of != schedule || *due <= after || occurrence.fate != Fate::Missed
                });
            }
            Keep::Deployment(deployment, _) => self.deployment = Some(deployment),
            Keep::Notice(notice) => {
                let same = |old: &&NoticeRecord| {
                    (&old.recipient, &old.key) == (&notice.recipient, &notice.key)
                };
                if self.notices.iter().find(same).is_none() {
                    self.told += 1;
                    self.notices.push(NoticeRecord { id: self.told, ..notice });
                }
            }
            Keep::NoticeAfter(notice) => {
                if let Some(old) = self.notices.iter_mut().find(|old| old.id == notice.id) {
                    *old = notice;
                }
            }
            // What is in memory was never restored.
            Keep::RestoreSeen => {}
        }
    }

    /// An occurrence has made a run.
    pub(super) fn fire(&mut self, schedule: &str, due: Timestamp, run: &RunId, at: Timestamp) {
        let place = (due, schedule.to_owned());
        let before = self.occurrences.get(&place);
        let fired = Occurrence::fired(before, schedule, due, run, at);
        self.occurrences.insert(place, fired);
    }

    /// The run that an occurrence has made.
    pub(super) fn made_by(&self, schedule: &str, due: Timestamp) -> Option<RunId> {
        self.occurrences.get(&(due, schedule.to_owned()))?.run.clone()
    }

    pub(super) fn schedules(&self) -> Vec<ScheduleRecord> {
        self.schedules.values().cloned().collect()
    }

    pub(super) fn occurrences(&self, filter: &OccurrenceFilter) -> Vec<Occurrence> {
        let meant = |occurrence: &&Occurrence| {
            filter.schedule.as_ref().is_none_or(|schedule| *schedule == occurrence.schedule)
                && filter.from.is_none_or(|from| occurrence.due >= from)
                && filter.until.is_none_or(|until| occurrence.due < until)
                && (filter.fates.is_empty() || filter.fates.contains(&occurrence.fate))
        };
        let limit = if filter.limit == 0 { usize::MAX } else { filter.limit as usize };
        let mut found: Vec<_> = self.occurrences.values().filter(meant).cloned().collect();
        found.sort_by(|one, other| (other.due, &one.schedule).cmp(&(one.due, &other.schedule)));
        found.truncate(limit);
        found
    }

    pub(super) fn deployment(&self) -> Option<Deployment> {
        self.deployment.clone()
    }

    pub(super) fn needs(&self, digest: &str) -> bool {
        let deployed = self.deployment.iter().flat_map(|deployment| &deployment.programs);
        deployed.into_iter().any(|program| program == digest)
    }

    pub(super) fn notices(&self, state: Option<NoticeState>, limit: u32) -> Vec<NoticeRecord> {
        let meant = |notice: &&NoticeRecord| state.is_none_or(|state| notice.state == state);
        let limit = if limit == 0 { usize::MAX } else { limit as usize };
        self.notices.iter().filter(meant).take(limit).cloned().collect()
    }

    /// Takes a text out of notices; answers how many held it.
    pub(super) fn erase(&mut self, wanted: &Wanted) -> u64 {
        self.notices.iter_mut().map(|notice| u64::from(wanted.notice(notice))).sum()
    }

    pub(super) fn sweep(&mut self, before: Timestamp) {
        let guards = rules::guards_before(before);
        self.occurrences.retain(|(due, _), occurrence| match occurrence.fate {
            Fate::Waiting => true,
            Fate::Fired => *due >= guards,
            Fate::Skipped | Fate::Missed | Fate::Paused => *due >= before,
        });
        self.notices.retain(|notice| notice.next >= before || notice.state == NoticeState::Waiting);
    }
}
