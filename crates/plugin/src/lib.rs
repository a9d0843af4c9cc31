//! A guest made of a WASM component (design section 7): what a stranger wrote, with only what was granted.
//!
//! Two halves. **Trust**: what a package is, who signed it, what it asks for, and what was installed. **Running**: how a component
//! is compiled, linked and kept within its limits. What it imports is the WIT package `wit/klaviyo.wit`; nothing else is linked.
//!
//! Invariants: a plugin reaches the API by no other way than a [`Branch`](pianoroll_host::Branch), and nothing of the machine at
//! all; no byte of a package is compiled before all of it was validated; compiled code is run only where this program's own
//! compiler wrote it; and a plugin that was ended is never entered again.

mod digest;
mod install;
mod lock;
mod manifest;
mod needs;
mod package;
mod regular;
mod signature;

mod limits;
mod runtime;

mod cache;
mod compile;
mod engine;

mod guest;
mod instance;

mod imports;
mod values;

mod ended;
mod trap;

mod scaffold;

#[cfg(test)]
mod tests;

pub use cache::{Cache, CacheError};
pub use compile::{ChildCompiler, CompileError, CompileLimits, Compiler, compile_child};
pub use digest::{Digest, DigestError};
pub use guest::{Plugin, PluginGuest};
pub use install::{
    Action, Decision, GrantChoice, InstallError, InstallRequest, InstalledError, Loaded, Refusal,
    Refused, Trust, TrustError, decide, install, load, preview, remove,
};
pub use instance::{FileGrants, HostGrants};
pub use limits::{LimitReached, Limits, SLICE, Usage};
pub use lock::{Installed, Known, LOCK_FILE, Lock, LockError, LockMistake, NotInstalled, PACKAGES};
pub use manifest::{
    Ask, FileAccess, Grants, Manifest, ManifestError, ManifestMistake, PluginPermission,
};
pub use needs::{Needs, NeedsError, NeedsMistake};
pub use package::{OpenError, PackError, Package, PackageError};
pub use runtime::{LoadError, Runtime, RuntimeError};
pub use scaffold::{
    Language, LanguageError, PluginNameError, ScaffoldFile, Start, new_plugin, refresh,
};
pub use signature::{KeyError, KeyFileError, PrivateKey, PublicKey, SignatureError};
