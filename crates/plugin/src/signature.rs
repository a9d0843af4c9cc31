//! Who made a package: Ed25519 signatures, and the keys of vendors.
//!
//! A signature is a custom section at the very end of a package: a byte that says which form it has, the public key, and the
//! signature of all that stands before it.

mod key;
mod private;

use ed25519_dalek::Signature;

use crate::digest::Digest;

pub use key::{KeyError, PublicKey};
pub use private::{KeyFileError, PrivateKey};

/// The name of the section.
pub(crate) const SECTION: &str = "pianoroll:signature";

/// The form of the section: another byte is of another pianoroll.
const FORM: u8 = 1;

/// What is signed besides the digest, so that a signature of anything else is none of a package.
const CONTEXT: &[u8] = b"pianoroll plugin 1\0";

/// The bytes of a key and of a signature.
const KEY_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;

/// The bytes of what the section holds.
pub(crate) const CONTENT_BYTES: usize = 1 + KEY_BYTES + SIGNATURE_BYTES;

/// Why a signature says nothing about its package.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Its section has another form.
    #[error("its signature has a form that this pianoroll does not know; install a newer one")]
    Form,
    /// The key in it is no key, or one that anybody can sign for.
    #[error("its signature names a key that is none")]
    Key,
    /// It is the signature of something else.
    #[error(
        "its signature by {0} is not valid: the file was changed after it was signed; get it again from whoever made it"
    )]
    Invalid(PublicKey),
}

/// Whose signature of a package a section's content is.
pub(crate) fn verify(content: &[u8], digest: &Digest) -> Result<PublicKey, SignatureError> {
    let (form, content) = content.split_first().ok_or(SignatureError::Form)?;
    if *form != FORM || content.len() + 1 != CONTENT_BYTES {
        return Err(SignatureError::Form);
    }
    let (key, signature) = content.split_at(KEY_BYTES);
    let key = PublicKey::from_bytes(key).ok_or(SignatureError::Key)?;
    let signature = Signature::from_slice(signature).map_err(|_| SignatureError::Form)?;
    match key.verifies(&message(digest), &signature) {
        true => Ok(key),
        false => Err(SignatureError::Invalid(key)),
    }
}

/// The content of the section that signs a package.
pub(crate) fn sign(digest: &Digest, key: &PrivateKey) -> Vec<u8> {
    let mut content = Vec::with_capacity(CONTENT_BYTES);
    content.push(FORM);
    content.extend(key.public().as_bytes());
    content.extend(key.sign(&message(digest)).to_bytes());
    content
}

fn message(digest: &Digest) -> Vec<u8> {
    [CONTEXT, digest.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_signature_of_the_very_bytes_is_one() {
        let key = PrivateKey::from_seed([7; 32]);
        let digest = Digest::of(b"component");
        let content = sign(&digest, &key);
        assert_eq!(content.len(), CONTENT_BYTES);
        assert_eq!(verify(&content, &digest), Ok(key.public()));
        assert_eq!(sign(&digest, &key), content, "the same bytes have the same signature");
        let other = verify(&content, &Digest::of(b"other"));
        assert_eq!(other, Err(SignatureError::Invalid(key.public())));
        for bit in 0..CONTENT_BYTES * 8 {
            let mut changed = content.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(verify(&changed, &digest).is_err(), "bit {bit}");
        }
        for length in 0..CONTENT_BYTES {
            assert_eq!(verify(&content[..length], &digest), Err(SignatureError::Form));
        }
    }

    #[test]
    fn a_key_that_anybody_can_sign_for_is_none() {
        // The neutral element, with the signature that is valid for any message under it.
        let mut content = vec![0; CONTENT_BYTES];
        content[0] = FORM;
        content[1] = 1;
        content[33] = 1;
        assert_eq!(verify(&content, &Digest::of(b"x")), Err(SignatureError::Key));
    }
}
