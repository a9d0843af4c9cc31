//! Which points a sweep visits, and what it says of those that failed.

use std::fmt::Display;
use std::sync::Mutex;

/// Numbers from 1 to `last`: all of them with `PIANOROLL_SWEEP=all`, else about `some`, spread evenly, with the first and the last.
/// Another number in `PIANOROLL_SWEEP` takes the place of `some`.
#[must_use]
pub fn spread(last: u64, some: u64) -> Vec<u64> {
    if std::env::var_os("PIANOROLL_POINT").is_some() {
        return chosen(last, last);
    }
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
/// point to visit, as a failure has told it. A visit answers whether it was one: a sweep that disturbs nothing proves nothing, so
/// more than half of the points must be. (Calls side by side make a run's writes and requests differ a little each time.)
///
/// # Panics
/// Where a visit has failed.
pub fn visit<P: Display + Sync, S>(
    test: &str,
    points: &[P],
    place: impl Fn() -> S + Sync,
    look: impl Fn(&S, &P) -> Result<bool, String> + Sync,
) {
    let wanted = std::env::var("PIANOROLL_POINT").ok();
    let is_wanted = |point: &&P| wanted.as_ref().is_none_or(|wanted| *wanted == point.to_string());
    let points: Vec<&P> = points.iter().filter(is_wanted).collect();
    assert!(!points.is_empty(), "there is no such point");
    let (open, looks) = (Mutex::new(points.iter()), Mutex::new(Vec::new()));
    let work = || {
        let place = place();
        loop {
            let next = open.lock().expect("no panic while it is held").next();
            let Some(point) = next else { return };
            let told = look(&place, point).map_err(|why| {
                format!(
                    "at {point}: {why}\n  once more: PIANOROLL_POINT='{point}' cargo test -p pianoroll-tests --test crash_sweep {test}"
                )
            });
            looks.lock().expect("no panic while it is held").push(told);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    let looks = looks.into_inner().expect("no panic while it was held");
    let met = looks.iter().filter(|look| matches!(look, Ok(true))).count();
    let wrong: Vec<String> = looks.into_iter().filter_map(Result::err).collect();
    let all = points.len();
    assert!(wrong.is_empty(), "{} of {all} points:\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(all == 1 || 2 * met > all, "only {met} of {all} points were met");
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
    #[should_panic(expected = "only 1 of 3 points were met")]
    fn a_sweep_that_disturbs_nothing_is_found() {
        visit("a_test", &[1, 2, 3], || (), |(), point| Ok(*point == 2));
    }

    #[test]
    #[should_panic(expected = "at 2: lost\n  once more: PIANOROLL_POINT='2'")]
    fn a_failed_point_says_how_to_see_it_again() {
        visit(
            "a_test",
            &[1, 2, 3],
            || (),
            |(), point| if *point == 2 { Err("lost".into()) } else { Ok(true) },
        );
    }
}
