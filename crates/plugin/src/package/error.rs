//! Why a file is no package.

use crate::manifest::ManifestError;
use crate::needs::NeedsError;
use crate::signature::SignatureError;

/// Why a file is no package.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// It is larger than any package.
    #[error("the file has more than {} MiB", super::Package::MOST_BYTES / (1024 * 1024))]
    TooLarge,
    /// It is code for a processor, which nothing can be known of.
    #[error(
        "the file is compiled machine code, which is never run; a package holds the component that it was made of"
    )]
    Precompiled,
    /// It is no WebAssembly.
    #[error("the file is no WebAssembly component")]
    NotWasm,
    /// It is a module, and not yet a component.
    #[error("the file is a core module and no component; `pianoroll plugin pack` makes one of it")]
    CoreModule,
    /// It is a component with a mistake, or with something that is not offered.
    #[error("the file is no valid component: {message} (at byte {offset})")]
    Invalid {
        /// What is wrong.
        message: String,
        /// Where.
        offset: usize,
    },
    /// It has no manifest.
    #[error("the file is a component without a manifest; `pianoroll plugin pack` adds it")]
    NoManifest,
    /// It has several.
    #[error("the file has two manifests, and which one holds is not known; pack it again")]
    TwoManifests,
    /// Its manifest does not hold.
    #[error("its manifest does not hold:\n{0}")]
    Manifest(#[from] ManifestError),
    /// It has several signatures.
    #[error("the file has two signatures; sign it again with `pianoroll plugin sign`")]
    TwoSignatures,
    /// Something stands behind the signature, and is not signed.
    #[error(
        "something was added to the file after it was signed; get it again from whoever made it"
    )]
    SignatureNotLast,
    /// Its signature is none of its bytes.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// Why no package can be made of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The file.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The module says nothing of what it imports and exports.
    #[error(
        "the file is a core module that was not built against the WIT package of pianoroll; build it with its SDK, or make a component of it"
    )]
    NoWorld,
    /// No component can be made of the module.
    #[error("no component can be made of the module: {0}")]
    Encode(String),
    /// The component and the manifest do not fit.
    #[error(transparent)]
    Needs(#[from] NeedsError),
}
