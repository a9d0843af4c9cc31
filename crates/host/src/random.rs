//! Random numbers that a replay draws again: each branch has a stream of its own, seeded by the run's seed and the branch.

use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

/// The stream of one branch.
#[derive(Clone, Debug)]
pub struct RandomStream {
    generator: Pcg64,
    draws: u64,
}

impl RandomStream {
    /// The stream of a branch (nothing for the trunk) of a run with this seed.
    #[must_use]
    pub fn new(seed: u64, branch: Option<(u64, u64)>) -> Self {
        // PCG has a stream for each number, so branches never share one. 0 is the trunk; a `parallel`'s sequence is at least 1.
        let (parallel, item) = branch.unwrap_or((0, 0));
        let stream = (u128::from(parallel) << 64) | u128::from(item);
        let mut generator = Pcg64::new(u128::from(seed), stream);
        // The first number still shows how close two seeds are.
        generator.next_u64();
        Self { generator, draws: 0 }
    }

    /// How many numbers were drawn.
    pub(crate) fn draws(&self) -> u64 {
        self.draws
    }

    /// Goes on to where so many are drawn.
    pub(crate) fn advance_to(&mut self, draws: u64) {
        self.generator.advance(u128::from(draws.saturating_sub(self.draws)));
        self.draws = draws;
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.draws += 1;
        self.generator.next_u64()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn first(seed: u64, branch: Option<(u64, u64)>) -> [u64; 3] {
        let mut stream = RandomStream::new(seed, branch);
        [stream.next_u64(), stream.next_u64(), stream.next_u64()]
    }

    #[test]
    fn a_stream_that_is_put_further_draws_on_from_there() {
        let mut whole = RandomStream::new(7, None);
        let mut jumped = RandomStream::new(7, None);
        for _ in 0..5 {
            whole.next_u64();
        }
        jumped.next_u64();
        jumped.advance_to(whole.draws());
        assert_eq!(jumped.next_u64(), whole.next_u64());
    }

    #[test]
    fn a_branch_draws_the_same_again_and_no_other_branch_does() {
        assert_eq!(first(7, Some((3, 1))), first(7, Some((3, 1))));
        let branches =
            (0..100).map(|item| Some((3, item))).chain([None, Some((1, 3)), Some((4, 1))]);
        let drawn: HashSet<u64> = branches.clone().flat_map(|branch| first(7, branch)).collect();
        assert_eq!(drawn.len(), 309);
        let other: HashSet<u64> = branches.flat_map(|branch| first(8, branch)).collect();
        assert!(drawn.is_disjoint(&other));
    }
}
