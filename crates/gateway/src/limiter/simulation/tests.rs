//! The bounds that the pacing must keep.

use super::*;

const JITTER: Duration = Duration::from_millis(40);

fn countings() -> impl Iterator<Item = Counting> {
    let offsets = (0..10).map(|tenth| Counting::Fixed(Duration::from_millis(tenth * 100 + 3)));
    offsets.chain([Counting::Sliding])
}

#[test]
fn at_the_quota_no_more_than_one_in_a_hundred_is_refused_and_no_time_is_lost() {
    for counting in countings() {
        for jitter in [Jitter::Out(JITTER), Jitter::Back(JITTER), Jitter::Both(JITTER)] {
            for (seed, calls) in [(1, 3_000), (2, 3_000), (3, 20_000)] {
                let result = run(calls, 16, counting, jitter, seed);
                assert!(result.ratio < 1.05, "{counting:?} {jitter:?} {result:?}");
                assert!(result.refused < 0.01, "{counting:?} {jitter:?} {result:?}");
                assert_eq!(result.repeated, 0, "{counting:?} {jitter:?} {result:?}");
            }
        }
    }
}

#[test]
fn with_a_constant_latency_nothing_is_refused() {
    for counting in countings() {
        let result = run(20_000, 16, counting, Jitter::None, 1);
        assert!(result.ratio < 1.01, "{counting:?} {result:?}");
        assert_eq!(result.refused, 0.0, "{counting:?}");
    }
}

#[test]
fn a_way_that_varies_more_costs_time_and_not_refusals() {
    for jitter in
        [Jitter::Out(Duration::from_millis(100)), Jitter::Both(Duration::from_millis(200))]
    {
        let result = run(20_000, 16, Counting::Sliding, jitter, 4);
        assert!(result.refused < 0.01, "{jitter:?} {result:?}");
        assert!(result.ratio < 1.2, "{jitter:?} {result:?}");
    }
}
