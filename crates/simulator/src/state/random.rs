//! Numbers and ids that look random and are not: pure functions of a seed and a place.

/// A well-mixed number for a value in a stream of its own (`salt`). Source: the finaliser of SplitMix64.
pub(super) const fn mix(seed: u64, salt: u64, value: u64) -> u64 {
    let mut state = seed
        .wrapping_add(salt.wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .wrapping_add(value.wrapping_mul(0xD1B5_4A32_D192_ED03))
        .wrapping_add(0x9E37_79B9_7F4A_7C15);
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

/// A number for a text. Source: FNV-1a.
pub(super) fn hash_text(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    text.bytes().fold(0xCBF2_9CE4_8422_2325, step)
}

/// One of a list that is not empty.
pub(super) fn pick<T: Copy>(list: &[T], number: u64) -> T {
    list[(number % list.len() as u64) as usize]
}

/// The alphabet of ULIDs, in ASCII order. Source: Crockford's base 32.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of the time in a ULID.
const TIME: usize = 10;

/// A ULID: ten characters of milliseconds since 1970, sixteen of randomness. Sorts by time.
pub(super) fn ulid(milliseconds: u64, random: u64) -> String {
    let mut id = String::with_capacity(26);
    for place in (0..TIME).rev() {
        id.push(CROCKFORD[((milliseconds >> (5 * place)) & 31) as usize] as char);
    }
    let more = mix(random, 1, 0);
    for place in 0..16 {
        let source = if place < 8 { random } else { more };
        id.push(CROCKFORD[((source >> (5 * (place % 8))) & 31) as usize] as char);
    }
    id
}

/// The milliseconds that a ULID holds.
pub(super) fn ulid_time(id: &str) -> Option<u64> {
    if id.len() != 26 {
        return None;
    }
    id.bytes().take(TIME).try_fold(0, |time, byte| {
        let digit = CROCKFORD.iter().position(|character| *character == byte)?;
        Some((time << 5) | digit as u64)
    })
}

/// Digits of base 62 in ASCII order, so that numbers of one width sort as texts.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A number in `width` digits of base 62.
pub(super) fn base62(mut number: u64, width: usize) -> String {
    let mut digits = vec![b'0'; width];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(number % 62) as usize];
        number /= 62;
    }
    String::from_utf8_lossy(&digits).into_owned()
}

/// The number behind [`base62`].
pub(super) fn from_base62(text: &str) -> Option<u64> {
    text.bytes().try_fold(0_u64, |number, byte| {
        let digit = BASE62.binary_search(&byte).ok()?;
        number.checked_mul(62)?.checked_add(digit as u64)
    })
}

/// A short id such as `Y6nRLr`.
pub(super) fn short_id(random: u64) -> String {
    base62(random, 6)
}

/// An id that looks like a UUID.
pub(super) fn uuid(random: u64) -> String {
    let (high, low) = (random, mix(random, 2, 0));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xFFFF,
        high & 0xFFF,
        low >> 52,
        low & 0xFFFF_FFFF_FFFF
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_their_numbers_and_their_order() {
        let early = ulid(1_700_000_000_000, mix(7, 0, 1));
        let late = ulid(1_700_000_000_001, mix(7, 0, 2));
        assert!(early < late, "{early} {late}");
        assert_eq!(ulid_time(&late), Some(1_700_000_000_001));
        assert_eq!(ulid_time("01GDDKASAP8TKDDA2GRZDSVP4H"), Some(1_663_682_569_558));
        assert!(base62(61, 3) < base62(62, 3));
        assert_eq!(from_base62(&base62(123_456_789, 11)), Some(123_456_789));
        assert_eq!(uuid(7).len(), 36);
    }
}
