//! Everything that looks random, from the seed: the same simulator, asked the same, answers the same.

/// A number from all of `u64`, for the `number`th draw for a purpose.
pub(crate) fn mix(seed: u64, purpose: &str, number: u64) -> u64 {
    // FNV-1a keeps purposes apart; SplitMix64's finish spreads the bits.
    let start = seed ^ 0xcbf2_9ce4_8422_2325;
    let hash = purpose
        .bytes()
        .fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut z = hash.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A UUID of version 4 in form, for the `number`th draw for a purpose.
pub(crate) fn uuid(seed: u64, purpose: &str, number: u64) -> String {
    let high = mix(seed, purpose, number);
    let low = mix(high, purpose, number);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff,
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use expect_test::expect;

    use super::*;

    #[test]
    fn draws_are_the_same_again_and_differ_from_each_other() {
        expect!["99e6af47-2c53-4240-8374-729b80535ae0"].assert_eq(&uuid(7, "error", 1));
        let drawn: BTreeSet<_> = (0..1000)
            .flat_map(|number| {
                [uuid(7, "error", number), uuid(8, "error", number), uuid(7, "request", number)]
            })
            .collect();
        assert_eq!(drawn.len(), 3000);
    }
}
