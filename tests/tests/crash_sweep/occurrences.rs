//! A process that serves is ended at a write, and another one takes its place: every due time has one fate and one run, and no effect is
//! lost or done twice.

use std::fmt;

use pianoroll_tests::crash::point::{spread, visit};
use pianoroll_tests::crash::served::{Night, Served};
use pianoroll_tests::crash::shim::{Trouble, When};
use pianoroll_tests::crash::sweep::shim_in;

/// Which write, and what becomes of the process.
struct Point {
    at: u64,
    when: When,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "write {} {}", self.at, self.when.as_str())
    }
}

fn look(served: &Served, expected: &Night, point: &Point) -> Result<bool, String> {
    served.begin();
    let was_killed = served.disturbed(&Trouble::Crash { at: point.at, when: point.when })?;
    served.judged(expected).map(|()| was_killed)
}

/// The first writes: those of the looks at the clock, in which due times get their fates.
const FIRST: u64 = 40;

#[test]
fn serve_killed_at_its_first_writes() {
    let shim = shim_in(crate::TARGET);
    let expected = Served::new(&shim).undisturbed();
    assert!(expected.writes > FIRST, "only {} writes", expected.writes);
    let points = spread(FIRST, FIRST).into_iter().map(|at| Point { at, when: When::Before });
    visit(
        "serve_killed_at_its_first_writes",
        &points.collect::<Vec<_>>(),
        || Served::new(&shim),
        |served, point| look(served, &expected, point),
    );
}

#[test]
fn serve_killed_at_a_write() {
    let shim = shim_in(crate::TARGET);
    let expected = Served::new(&shim).undisturbed();
    let mut points = Vec::new();
    for when in [When::Before, When::After, When::Half, When::Power] {
        points.extend(spread(expected.writes, 12).into_iter().map(|at| Point { at, when }));
    }
    visit(
        "serve_killed_at_a_write",
        &points,
        || Served::new(&shim),
        |served, point| look(served, &expected, point),
    );
}
