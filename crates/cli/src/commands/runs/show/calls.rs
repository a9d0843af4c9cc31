//! The calls of a run: one by one where they are few, folded by operation where they are many. Calls that a person should look
//! at are listed always.

use std::collections::HashMap;
use std::time::Duration;

use anstyle::Style;
use pianoroll_journal::{Entry, EntryState};
use pianoroll_model::{Effect, EffectCounts};

use crate::numbers::{counted, duration, grouped};
use crate::style::{self, DIM, ERROR, WARNING};
use crate::table::{self, Cell};

/// How many calls are listed that failed, are void or were repeated.
const NOTABLE: usize = 20;

/// How many calls are listed that nobody knows the end of: each may need a word.
const OPEN: usize = 200;

/// The calls of a run.
#[derive(Debug)]
pub(super) struct Calls {
    /// How many are listed before they are folded.
    most: usize,
    pub(super) count: u64,
    pub(super) effects: EffectCounts,
    pub(super) requests: u64,
    pub(super) retries: u64,
    pub(super) throttled: u64,
    pub(super) waited: Duration,
    /// All of them, while they are no more than `most`.
    single: Vec<Line>,
    folds: Vec<Fold>,
    fold_of: HashMap<Key, usize>,
    notable: Vec<Line>,
    notable_count: u64,
    /// Those without a known end.
    pub(super) open: Vec<Line>,
    open_count: u64,
}

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) position: String,
    pub(super) operation: String,
    pub(super) account: Option<String>,
    pub(super) target: String,
    pub(super) effect: Effect,
    pub(super) state: EntryState,
    status: Option<u16>,
    took: Option<Duration>,
    remarks: String,
}

/// What calls have in common that are folded into one line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    operation: String,
    account: Option<String>,
    effect: Effect,
    state: EntryState,
    /// Whether they were made in branches side by side.
    side_by_side: bool,
}

#[derive(Debug)]
struct Fold {
    key: Key,
    count: u64,
    first: Line,
    last: Line,
    took: Duration,
    retries: u64,
}

impl Calls {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            count: 0,
            effects: EffectCounts::default(),
            requests: 0,
            retries: 0,
            throttled: 0,
            waited: Duration::ZERO,
            single: Vec::new(),
            folds: Vec::new(),
            fold_of: HashMap::new(),
            notable: Vec::new(),
            notable_count: 0,
            open: Vec::new(),
            open_count: 0,
        }
    }

    pub(super) fn add(&mut self, entry: &Entry) {
        let line = Line::of(entry);
        let retries = entry.answer.as_ref().map_or(0, |answer| u64::from(answer.retries));
        self.count += 1;
        self.effects.add(line.effect);
        if let Some(answer) = &entry.answer {
            self.requests += u64::from(answer.requests);
            self.retries += retries;
            self.throttled += u64::from(answer.throttled);
            self.waited += answer.waited;
        }
        match line.state {
            EntryState::Sent | EntryState::Unknown => {
                self.open_count += 1;
                keep(&mut self.open, &line, OPEN);
            }
            EntryState::Failed | EntryState::Void => self.notable(&line),
            EntryState::Done if retries > 0 || entry.tries > 1 => self.notable(&line),
            EntryState::Done => {}
        }
        self.fold(&line, entry.intent.position.branch.is_some(), retries);
        if self.is_folded() {
            self.single = Vec::new();
        } else {
            self.single.push(line);
        }
    }

    fn notable(&mut self, line: &Line) {
        self.notable_count += 1;
        keep(&mut self.notable, line, NOTABLE);
    }

    fn fold(&mut self, line: &Line, side_by_side: bool, retries: u64) {
        let key = Key {
            operation: line.operation.clone(),
            account: line.account.clone(),
            effect: line.effect,
            state: line.state,
            side_by_side,
        };
        let took = line.took.unwrap_or_default();
        let known = self.fold_of.get(&key).and_then(|index| self.folds.get_mut(*index));
        if let Some(fold) = known {
            fold.count += 1;
            fold.last = line.clone();
            fold.took += took;
            fold.retries += retries;
            return;
        }
        self.fold_of.insert(key.clone(), self.folds.len());
        let (first, last) = (line.clone(), line.clone());
        self.folds.push(Fold { key, count: 1, first, last, took, retries });
    }

    fn is_folded(&self) -> bool {
        self.count > self.most as u64
    }

    /// The tables of the calls, for people; empty where there are none.
    pub(super) fn text(&self) -> String {
        if self.count == 0 {
            return String::new();
        }
        let heading = |text: &str| format!("\n{}\n", style::Styled(style::HEADING, text));
        if !self.is_folded() {
            return [heading("calls"), lines(&self.single)].concat();
        }
        let folded = format!("calls, folded: {} (--calls all lists each)", grouped(self.count));
        let mut text = [heading(&folded), folds(&self.folds)].concat();
        for (what, listed, count) in [
            ("without a known end", &self.open, self.open_count),
            ("failed, void or made again", &self.notable, self.notable_count),
        ] {
            if count == 0 {
                continue;
            }
            text.push_str(&heading(&format!("{what}: {}", grouped(count))));
            text.push_str(&lines(listed));
            let more = count - listed.len() as u64;
            if more > 0 {
                text.push_str(&format!("  and {} more\n", grouped(more)));
            }
        }
        text
    }
}

fn keep(lines: &mut Vec<Line>, line: &Line, most: usize) {
    if lines.len() < most {
        lines.push(line.clone());
    }
}

impl Line {
    fn of(entry: &Entry) -> Self {
        let intent = &entry.intent;
        let answer = entry.answer.as_ref();
        Self {
            position: intent.position.to_string(),
            operation: intent.name.clone(),
            account: intent.account.clone(),
            target: intent.target.clone(),
            effect: intent.effect,
            state: entry.state(),
            status: answer.and_then(|answer| answer.status),
            took: answer.map(|answer| answer.took),
            remarks: remarks(entry),
        }
    }

    fn what(&self) -> String {
        match &self.account {
            Some(account) => format!("{} on {account}", self.operation),
            None => self.operation.clone(),
        }
    }
}

/// What is not as with every other call.
fn remarks(entry: &Entry) -> String {
    let mut remarks = Vec::new();
    if entry.intent.items > 0 {
        remarks.push(counted(entry.intent.items, "item", "items"));
    }
    if let Some(answer) = &entry.answer {
        if answer.retries > 0 {
            remarks.push(counted(answer.retries.into(), "retry", "retries"));
        }
        if answer.throttled > 0 {
            remarks.push(format!("{} answered 429", grouped(answer.throttled.into())));
        }
        if !matches!(answer.settlement.as_str(), "" | "answered") {
            remarks.push(answer.settlement.replace('_', " "));
        }
    }
    if entry.tries > 1 {
        remarks.push(format!("made {} times", grouped(entry.tries.into())));
    }
    remarks.join(", ")
}

fn of_state(state: EntryState) -> Style {
    match state {
        EntryState::Done => Style::new(),
        EntryState::Void => DIM,
        EntryState::Sent => WARNING,
        EntryState::Failed | EntryState::Unknown => ERROR,
    }
}

fn lines(lines: &[Line]) -> String {
    let row = |line: &Line| {
        vec![
            Cell::new(&line.position),
            Cell::new(line.what()),
            Cell::new(&line.target),
            Cell::new(line.effect.as_str()).styled(style::effect(line.effect)),
            Cell::new(line.state.as_str()).styled(of_state(line.state)),
            Cell::number(line.status.map(|status| status.to_string()).unwrap_or_default()),
            Cell::number(line.took.map(duration).unwrap_or_default()),
            Cell::whole(&line.remarks),
        ]
    };
    let rows: Vec<_> = lines.iter().map(row).collect();
    let headings = ["position", "operation", "target", "effect", "state", "status", "took", ""];
    table::text("  ", &headings, &rows)
}

fn folds(folds: &[Fold]) -> String {
    let row = |fold: &Fold| {
        let range = |first: &str, last: &str| match first == last {
            true => first.to_owned(),
            false => format!("{first} … {last}"),
        };
        vec![
            Cell::number(grouped(fold.count)),
            Cell::new(range(&fold.first.position, &fold.last.position)),
            Cell::new(fold.first.what()),
            Cell::new(fold.key.effect.as_str()).styled(style::effect(fold.key.effect)),
            Cell::new(fold.key.state.as_str()).styled(of_state(fold.key.state)),
            Cell::number(if fold.took.is_zero() { String::new() } else { duration(fold.took) }),
            Cell::number(if fold.retries == 0 { String::new() } else { grouped(fold.retries) }),
            Cell::new(range(&fold.first.target, &fold.last.target)),
        ]
    };
    let rows: Vec<_> = folds.iter().map(row).collect();
    let headings =
        ["count", "positions", "operation", "effect", "state", "took", "retries", "targets"];
    table::text("  ", &headings, &rows)
}
