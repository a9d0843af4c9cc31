//! A list page by page.

use std::sync::Arc;

use pianoroll_api::Operation;
use pianoroll_gateway::{Answer, NextPage};
use pianoroll_model::Position;
use serde_json::Value;

use crate::error::{Cause, HostError, PagingMistake};
use crate::host::Host;
use crate::road::{self, Fetched, Ready};

/// How many pages without a row may follow each other. A filter may leave some pages empty; a server that never comes to an
/// end must not keep a run busy until somebody looks.
const MAX_EMPTY_PAGES: u32 = 1000;

/// The pages of a list, fetched one at a time when [`Pages::next`] is asked for it. Owned, so that a page can be fetched
/// while the one before is still being used.
pub struct Pages {
    host: Arc<Host>,
    ready: Ready,
    position: Position,
    state: State,
    loops: LoopDetector,
    /// Pages without a row, up to now.
    empty: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// This page is next, from 1.
    At(u64),
    /// There is no other page, or the last one failed.
    Over,
}

impl Pages {
    pub(crate) fn new(host: Arc<Host>, ready: Ready, position: Position) -> Self {
        let mut loops = LoopDetector::default();
        if let Some(cursor) = ready.arguments.options.get("cursor").and_then(Value::as_str) {
            loops.is_repeated(cursor);
        }
        Self { host, ready, position, state: State::At(1), loops, empty: 0 }
    }

    /// The operation.
    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        self.ready.operation
    }

    /// Fetches the next page and takes it; nothing after the last, and nothing after a failure: a position is called once.
    ///
    /// # Errors
    /// As for [`Branch::call`](crate::Branch::call), and [`Cause::Paging`] where the list leads nowhere.
    pub async fn next(&mut self) -> Result<Option<Answer>, HostError> {
        match self.ahead().await {
            Some(page) => page.take().await.map(Some),
            None => Ok(None),
        }
    }

    /// As [`Pages::next`], for a page that the program may not need: the run has made the call only once the page is taken.
    pub async fn ahead(&mut self) -> Option<Ahead> {
        let State::At(page) = self.state else { return None };
        let position = self.position.part(page);
        let fetched = road::fetch(&self.host, &self.ready, 0, position).await;
        self.state = State::Over;
        let host = Arc::clone(&self.host);
        let Ok(answer) = &fetched.result else {
            return Some(Ahead { host, fetched, mistake: None });
        };
        let found = answer.page();
        self.empty = if found.rows == 0 { self.empty + 1 } else { 0 };
        let mistake = match &found.next {
            NextPage::Lost => Some(PagingMistake::NoCursor),
            NextPage::At(cursor) if self.loops.is_repeated(cursor) => Some(PagingMistake::Circle),
            NextPage::At(_) if self.empty >= MAX_EMPTY_PAGES => {
                Some(PagingMistake::Empty(self.empty))
            }
            NextPage::None | NextPage::At(_) => None,
        };
        if let Some(why) = mistake {
            let operation = self.ready.operation.id.to_owned();
            let error = HostError::new(Cause::Paging { operation, page, why }, position);
            return Some(Ahead { host, fetched, mistake: Some(error) });
        }
        if let NextPage::At(cursor) = found.next {
            self.ready.arguments.options.insert("cursor".to_owned(), Value::String(cursor));
            self.state = State::At(page + 1);
        }
        Some(Ahead { host, fetched, mistake: None })
    }
}

/// A page that was fetched, and that the program has not taken yet.
pub struct Ahead {
    host: Arc<Host>,
    fetched: Fetched,
    mistake: Option<HostError>,
}

impl Ahead {
    /// Its answer, to be read ahead; nothing where the call failed.
    #[must_use]
    pub fn answer(&self) -> Option<&Answer> {
        self.fetched.result.as_ref().ok()
    }

    /// The program takes it: only now it enters the journal.
    ///
    /// # Errors
    /// As for [`Pages::next`].
    pub async fn take(self) -> Result<Answer, HostError> {
        let answer = self.fetched.taken(&self.host).await?;
        self.mistake.map_or(Ok(answer), Err)
    }
}

/// Finds out that cursors go round, in constant memory: it keeps the last one and one that is renewed at doubling distances
/// (Brent's method), so that a circle is found before it was walked three times.
#[derive(Debug, Default)]
struct LoopDetector {
    last: Option<String>,
    kept: Option<String>,
    steps: u64,
    until: u64,
}

impl LoopDetector {
    fn is_repeated(&mut self, cursor: &str) -> bool {
        let repeated =
            [&self.last, &self.kept].into_iter().any(|seen| seen.as_deref() == Some(cursor));
        if self.steps == self.until {
            self.kept = Some(cursor.to_owned());
            self.until = (self.until * 2).max(1);
            self.steps = 0;
        }
        self.steps += 1;
        self.last = Some(cursor.to_owned());
        repeated
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cursors_that_go_on_are_never_taken_for_a_circle() {
        let mut detector = LoopDetector::default();
        assert!((0..100_000).all(|cursor: u32| !detector.is_repeated(&cursor.to_string())));
    }

    proptest! {
        #[test]
        fn a_circle_is_found_wherever_it_begins(tail in 0_usize..50, circle in 1_usize..50) {
            let mut detector = LoopDetector::default();
            let cursor = |step: usize| if step < tail { step } else { tail + (step - tail) % circle };
            let found = (0..10_000).position(|step| detector.is_repeated(&cursor(step).to_string()));
            let found = found.unwrap();
            prop_assert!(found >= tail + circle);
            prop_assert!(found <= 3 * (tail + circle) + 2, "{found}");
        }
    }
}
