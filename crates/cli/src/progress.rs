//! How far a run is: one line that is drawn over on a terminal, a line now and then elsewhere. Always on standard error.

mod rate;

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pianoroll_model::Clock;
use pianoroll_server::{Audience, Event, Reply};

use crate::confirm;
use crate::numbers::{duration, grouped};
use crate::output::plain;
use crate::style::{self, DIM, ERROR, Styled, WARNING};
use rate::Rate;

/// How often the line on a terminal is drawn at most: often enough to look alive, seldom enough to cost nothing.
const REDRAW: Duration = Duration::from_millis(100);

/// How often a line appears where there is no terminal: a log of an hour stays readable.
const PLAIN: Duration = Duration::from_secs(10);

/// Shows a run while it runs.
pub(crate) struct Progress {
    clock: Arc<dyn Clock>,
    terminal: bool,
    /// Whether a question stands on the terminal, so that nothing is drawn over it.
    asking: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: u64,
    effects: u64,
    /// What the program itself reports: done, and of how many.
    reported: Option<(u64, Option<u64>)>,
    rate: Rate,
    drawn: Option<Duration>,
    on_screen: bool,
    over: bool,
}

impl Progress {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let mut state = State { drawn: Some(clock.monotonic()), ..State::default() };
        state.rate.note(clock.monotonic(), 0);
        let terminal = std::io::stderr().is_terminal();
        Self { clock, terminal, asking: AtomicBool::new(false), state: Mutex::new(state) }
    }

    /// Draws every second, so that a run that waits for its quota still looks alive; ends with [`Progress::finish`].
    pub(crate) async fn tick(&self) {
        loop {
            self.clock.sleep(Duration::from_secs(1)).await;
            let mut state = self.lock();
            if state.over {
                return;
            }
            self.draw(&mut state);
        }
    }

    /// Takes the line off the screen, for good.
    pub(crate) fn finish(&self) {
        let mut state = self.lock();
        state.over = true;
        clear(&mut state);
    }

    fn is_asking(&self) -> bool {
        self.asking.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line that stays, above the one that is drawn over.
    fn say(&self, text: &str) {
        let mut state = self.lock();
        clear(&mut state);
        crate::output::note(text);
        if self.terminal && !state.over && !self.is_asking() {
            show(&mut state);
        }
    }

    fn draw(&self, state: &mut State) {
        let now = self.clock.monotonic();
        let pause = if self.terminal { REDRAW } else { PLAIN };
        if self.is_asking()
            || state.over
            || state.drawn.is_some_and(|drawn| now.saturating_sub(drawn) < pause)
        {
            return;
        }
        state.drawn = Some(now);
        let done = state.reported.map_or(state.calls, |(done, _)| done);
        state.rate.note(now, done);
        if self.terminal {
            clear(state);
            show(state);
        } else if state.calls > 0 {
            crate::output::note(line(state));
        }
    }
}

impl Progress {
    fn log(&self, level: &str, text: &str, place: Option<&str>) {
        let style = match level {
            "debug" => DIM,
            "info" => style::GOOD,
            "warn" => WARNING,
            _ => ERROR,
        };
        let text = plain(text).replace('\n', "\n       ");
        let place = match (level, place) {
            ("warn" | "error", Some(place)) => format!("  {}", Styled(DIM, place)),
            _ => String::new(),
        };
        let line = format!("{:5}  {text}{place}", Styled(style, level));
        self.say(line.trim_end());
    }

    fn reported(&self, done: u64, total: Option<u64>) {
        let mut state = self.lock();
        if state.reported.is_none_or(|(before, _)| before > done) {
            state.rate = Rate::default();
        }
        state.reported = Some((done, total));
        self.draw(&mut state);
    }

    fn called(&self, calls: u64) {
        let mut state = self.lock();
        state.calls = state.calls.max(calls + 1);
        self.draw(&mut state);
    }
}

impl Audience for Progress {
    fn hear(&self, event: Event) {
        match event {
            Event::Started { attempt, .. } => {
                // Another attempt counts its calls anew.
                if attempt > 1 {
                    let mut state = self.lock();
                    (state.calls, state.effects, state.reported) = (0, 0, None);
                }
            }
            Event::Note { text } => self.say(&text),
            Event::Log { level, text, place } => self.log(&level, &text, place.as_deref()),
            Event::Problem { text } => {
                let text = plain(&text).replace('\n', "\n         ");
                self.say(&format!("{}  {text}", Styled(WARNING, "problem")));
            }
            Event::Notify { text } => {
                let text = plain(&text).replace('\n', "\n        ");
                self.say(&format!("{}  {text}", Styled(style::GOOD, "notify")));
            }
            Event::Call { calls } => self.called(calls),
            Event::Progress { done, total } => self.reported(done, total),
            Event::Effect { number, line } => {
                {
                    let mut state = self.lock();
                    state.effects = state.effects.max(number);
                }
                if let Some(line) = line {
                    self.say(&line);
                }
            }
            // A question comes through `ask`.
            Event::Ask { .. } => {}
        }
    }

    fn ask(&self, question: &str, given_up: &(dyn Fn() -> bool + Sync)) -> Reply {
        self.asking.store(true, Ordering::Relaxed);
        clear(&mut self.lock());
        let reply = confirm::ask(question, given_up);
        self.asking.store(false, Ordering::Relaxed);
        reply
    }
}

fn show(state: &mut State) {
    let width = terminal_width().saturating_sub(1);
    let text: String = line(state).chars().take(width).collect();
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{}", Styled(DIM, text));
    let _ = stderr.flush();
    state.on_screen = true;
}

fn clear(state: &mut State) {
    if std::mem::take(&mut state.on_screen) {
        // Only ever drawn on a terminal; written past the colour filter, which would take it out under NO_COLOR.
        let mut stderr = std::io::stderr();
        let _ = stderr.write_all(b"\r\x1b[2K");
        let _ = stderr.flush();
    }
}

fn line(state: &State) -> String {
    let rate = state.rate.per_second();
    let speed = rate.map(|rate| format!(" · {rate:.1}/s")).unwrap_or_default();
    match state.reported {
        Some((done, Some(total))) => {
            let left = match rate {
                Some(rate) if rate > 0.0 && total > done => {
                    let left = Duration::from_secs_f64((total - done) as f64 / rate);
                    format!(" · {} left", duration(left))
                }
                _ => String::new(),
            };
            format!("{} of {}{speed}{left}", grouped(done), grouped(total))
        }
        Some((done, None)) => format!("{}{speed} · {} calls", grouped(done), grouped(state.calls)),
        None => {
            let effects = match state.effects {
                0 => String::new(),
                effects => format!(" · {} effects", grouped(effects)),
            };
            format!("{} calls{effects}{speed}", grouped(state.calls))
        }
    }
}

fn terminal_width() -> usize {
    terminal_size::terminal_size_of(std::io::stderr()).map_or(80, |(width, _)| usize::from(width.0))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(calls: u64, reported: Option<(u64, Option<u64>)>, expected: Expect) {
        let mut rate = Rate::default();
        rate.note(Duration::from_secs(0), 0);
        rate.note(Duration::from_secs(10), 98);
        expected.assert_eq(&line(&State { calls, effects: 3, reported, rate, ..State::default() }));
    }

    #[test]
    fn a_line_tells_what_is_known() {
        check(98, None, expect!["98 calls · 3 effects · 9.8/s"]);
        check(98, Some((98, None)), expect!["98 · 9.8/s · 98 calls"]);
        check(98, Some((98, Some(12_000))), expect!["98 of 12,000 · 9.8/s · 20 min 14 s left"]);
        check(98, Some((98, Some(98))), expect!["98 of 98 · 9.8/s"]);
    }
}
