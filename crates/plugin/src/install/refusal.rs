//! Why a package is not installed.

use std::fmt;

use semver::Version;

use crate::digest::Digest;
use crate::manifest::{Ask, Grants, PluginPermission};
use crate::needs::NeedsError;
use crate::signature::PublicKey;

use super::request::Action;

/// Why a package is not installed. It holds every reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub(super) title: String,
    pub(super) refusals: Vec<Refusal>,
}

/// One of the reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its component and its manifest do not fit.
    Needs(NeedsError),
    /// What is known of it was changed by another than pianoroll.
    Edited {
        /// The name.
        name: String,
        /// The installed version; none where it is what outlives a removal.
        version: Option<Version>,
    },
    /// It is to be upgraded, and not installed.
    NotInstalled {
        /// The name.
        name: String,
        /// The file as it was typed.
        file: String,
    },
    /// Another has made it than the versions before.
    OtherSigner {
        /// The name.
        name: String,
        /// Whose key is pinned.
        pinned: PublicKey,
        /// Who has signed this one.
        found: Option<PublicKey>,
    },
    /// Another has made it than the one that the operator has named.
    NotTrusted {
        /// The named key; none where an unsigned package was said to be fine.
        named: Option<PublicKey>,
        /// Who has signed this one.
        found: Option<PublicKey>,
    },
    /// It is older than what was installed before.
    Downgrade {
        /// Its version.
        version: Version,
        /// The newest one that was ever installed.
        newest: Version,
    },
    /// The same version is there, with other content.
    OtherDigest {
        /// `win-back@1.0.0`
        title: String,
        /// The digest of what is installed.
        installed: Digest,
        /// The digest of this one.
        found: Digest,
    },
    /// Something is granted that it does not ask for.
    NotAsked {
        /// What.
        permissions: Vec<PluginPermission>,
        /// What it asks for.
        asks: Vec<Ask>,
    },
    /// Nobody has said what is granted.
    GrantsNeeded {
        /// What is to be done.
        action: Action,
        /// The file as it was typed.
        file: String,
        /// What was granted before and stays so.
        kept: Grants,
        /// What it asks for besides.
        asks: Vec<Ask>,
    },
}

impl Refused {
    /// The reasons.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// What it asks for, where nothing keeps it from being installed but that nobody has granted it yet: what a terminal may ask
    /// about, to decide again with [`GrantChoice::All`](super::GrantChoice::All).
    #[must_use]
    pub fn only_grants(&self) -> Option<&[Ask]> {
        match self.refusals.as_slice() {
            [Refusal::GrantsNeeded { asks, .. }] => Some(asks),
            _ => None,
        }
    }
}

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not installed:", self.title)?;
        self.refusals.iter().try_for_each(|refusal| {
            let text = refusal.to_string();
            text.lines().try_for_each(|line| write!(f, "\n  {line}"))
        })
    }
}

/// Who has signed something, in words.
fn whom(signer: Option<&PublicKey>) -> String {
    signer.map_or_else(|| "not signed".to_owned(), |signer| format!("signed by {signer}"))
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Needs(error) => error.fmt(f),
            Refusal::Edited { name, version: Some(version) } => write!(
                f,
                "the entry of {name}@{version} in pianoroll.lock was edited by hand: undo that, or `pianoroll plugin remove {name}@{version}` and install it again with what you grant"
            ),
            Refusal::Edited { name, version: None } => write!(
                f,
                "what pianoroll.lock knows of `{name}` was edited by hand: undo that, or say yourself whose it is with `--trust-key` and `--allow-downgrade`"
            ),
            Refusal::NotInstalled { name, file } => write!(
                f,
                "there is no `{name}` to upgrade: `pianoroll plugin install {file}` installs it"
            ),
            Refusal::OtherSigner { name, pinned, found } => {
                write!(
                    f,
                    "`{name}` is known to be signed by {pinned}, and this one is {}: ",
                    whom(found.as_ref())
                )?;
                match found {
                    Some(found) => write!(
                        f,
                        "ask whoever makes it, by another way than you got this file; if the new key is theirs, `--trust-key {found}`"
                    ),
                    None => f.write_str(
                        "get the signed one; or, if anybody may have made it, `--trust-key unsigned`",
                    ),
                }
            }
            Refusal::NotTrusted { named: Some(named), found } => write!(
                f,
                "you trust {named}, and this one is {}: it is not theirs",
                whom(found.as_ref())
            ),
            Refusal::NotTrusted { named: None, found } => write!(
                f,
                "you trust an unsigned one, and this one is {}: name that key, or leave `--trust-key` out",
                whom(found.as_ref())
            ),
            Refusal::Downgrade { version, newest } => write!(
                f,
                "{version} is older than {newest}, which was installed before: it may have faults that were mended since; `--allow-downgrade` installs it all the same"
            ),
            Refusal::OtherDigest { title, installed, found } => write!(
                f,
                "{title} is installed with other content, and a version never changes:\n  installed {installed}\n  this one  {found}\nget another version; or `pianoroll plugin remove {title}` first"
            ),
            Refusal::NotAsked { permissions, asks } => {
                let words = |permissions: Vec<String>| permissions.join("`, `");
                let granted = words(permissions.iter().map(ToString::to_string).collect());
                write!(f, "it does not ask for `{granted}`: ")?;
                match asks.is_empty() {
                    true => f.write_str("it asks for nothing; leave `--grant` out"),
                    false => {
                        let asked = asks.iter().map(|ask| ask.permission.to_string()).collect();
                        write!(f, "it asks for `{}`", words(asked))
                    }
                }
            }
            Refusal::GrantsNeeded { action, file, kept, asks } => {
                let more = if kept.is_empty() { "" } else { " besides what it was granted before" };
                write!(f, "it asks for{more}:")?;
                let width = asks.iter().map(|ask| ask.permission.to_string().len()).max();
                for ask in asks {
                    let (word, width) = (ask.permission.to_string(), width.unwrap_or_default());
                    write!(f, "\n  {word:width$}  {}", ask.reason)?;
                }
                let grants: String =
                    asks.iter().map(|ask| format!(" --grant {}", ask.permission)).collect();
                write!(
                    f,
                    "\ngrant it, or less: pianoroll plugin {} {file}{grants}",
                    action.as_str()
                )
            }
        }
    }
}
