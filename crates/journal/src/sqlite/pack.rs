//! Bytes as they are stored: compressed where that makes them smaller.

use lz4_flex::block;
use serde_json::Value;

/// What is shorter stays as it is: it would hardly shrink, and small answers are the many.
const WORTH_IT: usize = 192;

/// The greatest length that is believed: a damaged one must not ask for all memory.
const GREATEST: usize = 1 << 30;

const PLAIN: u8 = 0;
const LZ4: u8 = 1;

/// Packs bytes behind one that tells how.
pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    if bytes.len() >= WORTH_IT {
        let small = block::compress_prepend_size(bytes);
        if small.len() < bytes.len() {
            return flagged(LZ4, &small);
        }
    }
    flagged(PLAIN, bytes)
}

/// What was packed; none where that is impossible.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    match packed.split_first()? {
        (&PLAIN, bytes) => Some(bytes.to_vec()),
        (&LZ4, small) => {
            let (size, _) = block::uncompressed_size(small).ok()?;
            if size > GREATEST {
                return None;
            }
            block::decompress_size_prepended(small).ok()
        }
        _ => None,
    }
}

pub(super) fn pack_json(value: &Value) -> Vec<u8> {
    pack(value.to_string().as_bytes())
}

pub(super) fn unpack_json<T: serde::de::DeserializeOwned>(packed: &[u8]) -> Option<T> {
    serde_json::from_slice(&unpack(packed)?).ok()
}

fn flagged(flag: u8, bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(bytes.len() + 1);
    packed.push(flag);
    packed.extend_from_slice(bytes);
    packed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back() {
        for length in [0, 1, 191, 192, 5000] {
            for bytes in [vec![b'a'; length], (0..length).map(|n| (n * 7919 % 251) as u8).collect()]
            {
                let packed = pack(&bytes);
                assert_eq!(unpack(&packed).unwrap(), bytes);
                assert!(packed.len() <= bytes.len() + 1);
            }
        }
    }

    #[test]
    fn what_was_never_packed_is_none() {
        for bytes in [&[][..], &[9, 1], &[1], &[1, 255, 255, 255, 255, 0], &[1, 8, 0, 0, 0, 0xf0]] {
            assert_eq!(unpack(bytes), None);
        }
    }
}
