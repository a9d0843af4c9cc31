//! Which points a sweep visits, and what it says of those that failed.

use std::fmt::Display;
use std::sync::Mutex;

/// Numbers from 1 to `last`: all of them with `PIANOROLL_SWEEP=all`, else about `some`, spread evenly, with the first and the last.
/// Another number in `PIANOROLL_SWEEP` takes the place of `some`.
#[must_use]
pub fn spread(last: u64, some: u64) -> Vec<u64> {
    let some = match std::env::var("PIANOROLL_SWEEP").as_deref() {
        Ok("all") => last,
        Ok(number) => number.parse().unwrap_or(some),
        Err(_) => some,
    };
    chosen(last, some)
}

fn chosen(last: u64, some: u64) -> Vec<u64> {
    let some = some.clamp(1, last.max(1));
    let mut points: Vec<u64> = (0..some)
        .map(|index| 1 + index * last.saturating_sub(1) / some.saturating_sub(1).max(1))
        .collect();
    points.dedup();
    points
}

/// Visits points on two threads, each with a place of its own, and fails with all that went wrong. `PIANOROLL_POINT` names the one
/// point to visit, as a failure has told it.
///
/// # Panics
/// Where a visit has failed.
pub fn visit<P: Display + Sync, S>(
    test: &str,
    points: &[P],
    place: impl Fn() -> S + Sync,
    look: impl Fn(&S, &P) -> Result<(), String> + Sync,
) {
    let wanted = std::env::var("PIANOROLL_POINT").ok();
    let wanted = |point: &&P| wanted.as_ref().is_none_or(|wanted| *wanted == point.to_string());
    let open = Mutex::new(points.iter().filter(wanted));
    let wrong = Mutex::new(Vec::new());
    let work = || {
        let place = place();
        loop {
            let Some(point) = open.lock().expect("no panic while it is held").next() else {
                return;
            };
            if let Err(why) = look(&place, point) {
                let told = format!(
                    "at {point}: {why}\n  once more: PIANOROLL_POINT='{point}' cargo test -p pianoroll-tests --test crash_sweep {test}"
                );
                wrong.lock().expect("no panic while it is held").push(told);
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    let wrong = wrong.into_inner().expect("no panic while it was held");
    assert!(
        wrong.is_empty(),
        "{} of {} points:\n{}",
        wrong.len(),
        points.len(),
        wrong.join("\n\n")
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_spread_and_hold_both_ends() {
        assert_eq!(chosen(10, 4), [1, 4, 7, 10]);
        assert_eq!(chosen(3, 40), [1, 2, 3]);
        assert_eq!(chosen(100, 1), [1]);
        assert_eq!(chosen(0, 5), [1]);
    }

    #[test]
    #[should_panic(expected = "at 2: lost\n  once more: PIANOROLL_POINT='2'")]
    fn a_failed_point_says_how_to_see_it_again() {
        visit(
            "a_test",
            &[1, 2, 3],
            || (),
            |(), point| if *point == 2 { Err("lost".into()) } else { Ok(()) },
        );
    }
}
