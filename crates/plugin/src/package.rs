//! A package: one file with a component, its manifest and its signature. All of it is read and checked before anything trusts any
//! of it.

mod error;
mod open;
mod pack;
mod walk;

use std::ops::Range;
use std::sync::Arc;

use crate::digest::Digest;
use crate::manifest::Manifest;
use crate::needs::Needs;
use crate::signature::{self, PrivateKey, PublicKey};

pub use error::{PackError, PackageError};
pub use open::OpenError;

use walk::Walked;

/// The name of the section that holds the manifest.
const MANIFEST_SECTION: &str = "pianoroll:manifest";

/// A package that was read: its component is valid, its manifest holds, and its signature, where it has one, is that of its
/// bytes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Package {
    file: Arc<[u8]>,
    /// Where the signature begins, and the component with its manifest ends.
    signed: usize,
    manifest: Arc<Manifest>,
    digest: Digest,
    signer: Option<PublicKey>,
    needs: Arc<Needs>,
}

impl Package {
    /// The most bytes of a package: 64 MiB. A Python plugin has some 20.
    pub const MOST_BYTES: usize = 64 * 1024 * 1024;

    /// Reads a package.
    ///
    /// # Errors
    /// What keeps it from being one.
    pub fn read(file: impl Into<Arc<[u8]>>) -> Result<Self, PackageError> {
        let file: Arc<[u8]> = file.into();
        if file.len() > Self::MOST_BYTES {
            return Err(PackageError::TooLarge);
        }
        let walked = walk::walk(&file)?;
        let (signed, content) = signature_of(&file, &walked)?;
        let digest = Digest::of(file.get(..signed).unwrap_or_default());
        let signer = content
            .map(|content| signature::verify(file.get(content).unwrap_or_default(), &digest))
            .transpose()?;
        let mut manifests = walked.customs(MANIFEST_SECTION);
        let section = manifests.next().ok_or(PackageError::NoManifest)?;
        if manifests.next().is_some() {
            return Err(PackageError::TwoManifests);
        }
        drop(manifests);
        let section = file.get(section.content.clone()).unwrap_or_default();
        let manifest = Arc::new(Manifest::from_json(section)?);
        let needs = Arc::new(walked.needs);
        Ok(Self { file, signed, manifest, digest, signer, needs })
    }

    /// What it says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What it is known by: the digest of all but the signature.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The component with its manifest: all but the signature, and what the digest is of.
    #[must_use]
    pub fn component(&self) -> &[u8] {
        self.file.get(..self.signed).unwrap_or_default()
    }

    /// All bytes.
    #[must_use]
    pub fn file(&self) -> &[u8] {
        &self.file
    }

    /// Whose signature it has.
    #[must_use]
    pub fn signer(&self) -> Option<&PublicKey> {
        self.signer.as_ref()
    }

    /// What its component imports and exports.
    #[must_use]
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// The file with a signature by a key, in place of the one that it has.
    #[must_use]
    pub fn sign(&self, key: &PrivateKey) -> Vec<u8> {
        let mut file = self.component().to_vec();
        walk::append_custom(&mut file, signature::SECTION, &signature::sign(&self.digest, key));
        file
    }
}

#[cfg(test)]
impl Package {
    /// A package of a component that was not looked at: what running one is tested with.
    pub(crate) fn unchecked(manifest: Manifest, component: Vec<u8>) -> Self {
        let (signed, digest) = (component.len(), Digest::of(&component));
        let (manifest, needs) = (Arc::new(manifest), Arc::default());
        Self { file: component.into(), signed, manifest, digest, signer: None, needs }
    }
}

/// Where the signature's section begins, and its content; the end of the file where there is none.
fn signature_of(
    file: &[u8],
    walked: &Walked,
) -> Result<(usize, Option<Range<usize>>), PackageError> {
    let mut signatures = walked.customs(signature::SECTION);
    let Some(section) = signatures.next() else { return Ok((file.len(), None)) };
    if signatures.next().is_some() {
        return Err(PackageError::TwoSignatures);
    }
    if section.whole.end != file.len() {
        return Err(PackageError::SignatureNotLast);
    }
    // Written in one way only: otherwise a file had many forms with the same signature.
    let content = file.get(section.content.clone()).unwrap_or_default();
    let mut written = Vec::new();
    walk::append_custom(&mut written, signature::SECTION, content);
    if content.len() != signature::CONTENT_BYTES
        || file.get(section.whole.clone()) != Some(&written)
    {
        return Err(PackageError::Signature(signature::SignatureError::Form));
    }
    Ok((section.whole.start, Some(section.content.clone())))
}

#[cfg(test)]
pub(crate) mod tests;
