//! Whether a package is installed, and with which grants. Nothing here reads or writes a file.

use std::collections::BTreeSet;

use crate::lock::{Installed, Known, Lock};
use crate::manifest::{Ask, Grants, Manifest, PluginPermission};
use crate::package::Package;

use super::refusal::{Refusal, Refused};
use super::request::{Action, GrantChoice, InstallRequest, Trust};

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The new entry.
    pub entry: Installed,
    /// The entry that an upgrade takes out.
    pub replaced: Option<Installed>,
    /// What it was granted before and keeps.
    pub kept: Grants,
    /// What it is granted now and was not before.
    pub added: Grants,
    /// What it asks for and is not granted: such calls are refused.
    pub denied: Vec<Ask>,
    /// Whether all of it stands in the lock already.
    pub unchanged: bool,
    /// The lock then.
    pub lock: Lock,
}

/// What is known of the plugin before: grants that stay without a word, and what would be new.
struct Before {
    kept: Grants,
    asks: Vec<Ask>,
}

/// Decides. `previous` is the manifest of the version that an upgrade replaces, where its package can be read: what it asked for and
/// was not granted is nothing new.
///
/// # Errors
/// Every reason not to install the package.
pub fn decide(
    request: &InstallRequest,
    package: &Package,
    lock: &Lock,
    previous: Option<&Manifest>,
) -> Result<Decision, Refused> {
    let manifest = package.manifest();
    let (name, version) = (&manifest.name, &manifest.version);
    let signer = package.signer().copied();
    let mut refusals = Vec::new();

    refusals.extend(package.needs().check(manifest).map_err(Refusal::Needs).err());
    refusals.extend(edited(request, name, lock));
    refusals.extend(other_signer(request, package, lock));

    let same = lock.versions(name).find(|plugin| plugin.version == *version);
    let newest = lock.versions(name).next_back();
    if let Some(same) = same.filter(|same| same.digest != *package.digest()) {
        refusals.push(Refusal::OtherDigest {
            title: same.title(),
            installed: same.digest,
            found: *package.digest(),
        });
    }
    let replaced = match request.action {
        Action::Install => None,
        Action::Upgrade => {
            if newest.is_none() {
                let (name, file) = (name.clone(), request.file.clone());
                refusals.push(Refusal::NotInstalled { name, file });
            }
            newest.filter(|newest| newest.version != *version)
        }
    };
    let was = lock.known_as(name).map(|known| &known.newest);
    // A version that stands already is none that comes back, but where it takes the place of a newer one.
    let returns = same.is_none() || replaced.is_some();
    if let Some(was) = was.filter(|was| version < *was && returns && !request.allow_downgrade) {
        refusals.push(Refusal::Downgrade { version: version.clone(), newest: was.clone() });
    }

    let before = before(package, same, replaced, previous);
    // Where there is nothing to upgrade, what is to be granted is so when it is installed.
    let action = if newest.is_none() { Action::Install } else { request.action };
    let grants = granted(request, action, manifest, &before).unwrap_or_else(|refusal| {
        refusals.push(refusal);
        Grants::none()
    });
    if !refusals.is_empty() {
        return Err(Refused { title: format!("{name}@{version}"), refusals });
    }

    let entry = Installed {
        name: name.clone(),
        version: version.clone(),
        digest: *package.digest(),
        signer,
        grants,
        edited: false,
    };
    // What was known and edited is worth nothing; the operator has said all that matters of it.
    let was = lock.known_as(name).filter(|known| !known.edited).map(|known| &known.newest);
    let installed = lock.versions(name).map(|plugin| &plugin.version);
    let newest = installed.chain(was).chain([version]).max().unwrap_or(version).clone();
    let mut changed = lock.clone();
    if let Some(replaced) = replaced {
        changed.take(name, &replaced.version);
    }
    changed.put(entry.clone());
    changed.remember(Known { name: name.clone(), signer, newest, edited: false });

    let had = same.or(replaced).map(|plugin| plugin.grants.clone()).unwrap_or_default();
    let is_kept = |permission: &&PluginPermission| had.contains(permission);
    let (kept, added): (Vec<_>, Vec<_>) = entry.grants.iter().partition(is_kept);
    let denied = manifest.asks.iter().filter(|ask| !entry.grants.contains(&ask.permission));
    Ok(Decision {
        replaced: replaced.cloned(),
        kept: kept.into_iter().cloned().collect(),
        added: added.into_iter().cloned().collect(),
        denied: denied.cloned().collect(),
        unchanged: changed == *lock,
        lock: changed,
        entry,
    })
}

/// The entries of a name that pianoroll has not written so.
fn edited(request: &InstallRequest, name: &str, lock: &Lock) -> Vec<Refusal> {
    let entries = lock.versions(name).filter(|plugin| plugin.edited);
    let mut refusals: Vec<Refusal> = entries
        .map(|plugin| Refusal::Edited {
            name: name.to_owned(),
            version: Some(plugin.version.clone()),
        })
        .collect();
    // What an entry that outlives a removal protects can be said by the operator.
    let is_said = request.trust.is_some() && request.allow_downgrade;
    if lock.known_as(name).is_some_and(|known| known.edited && !is_said) {
        refusals.push(Refusal::Edited { name: name.to_owned(), version: None });
    }
    refusals
}

/// Whether another has made it than those that are trusted.
fn other_signer(request: &InstallRequest, package: &Package, lock: &Lock) -> Option<Refusal> {
    let name = &package.manifest().name;
    let found = package.signer().copied();
    match (request.trust, found) {
        (Some(Trust::Key(named)), found) if found != Some(named) => {
            Some(Refusal::NotTrusted { named: Some(named), found })
        }
        (Some(Trust::Unsigned), Some(_)) => Some(Refusal::NotTrusted { named: None, found }),
        (Some(_), _) => None,
        (None, found) => {
            // The first key is pinned; a plugin that was unsigned can only gain by one.
            let pinned = lock.known_as(name)?.signer?;
            let name = name.clone();
            (found != Some(pinned)).then_some(Refusal::OtherSigner { name, pinned, found })
        }
    }
}

/// What was granted before and stays, and what it asks for besides.
fn before(
    package: &Package,
    same: Option<&Installed>,
    replaced: Option<&Installed>,
    previous: Option<&Manifest>,
) -> Before {
    let asks = &package.manifest().asks;
    let signer = package.signer().copied();
    let asked = |grants: &Grants| -> Grants {
        let permissions = asks.iter().map(|ask| &ask.permission);
        permissions.filter(|permission| grants.contains(permission)).cloned().collect()
    };
    match (replaced, same) {
        // The very same package again: nothing is new.
        (None, Some(same)) if same.digest == *package.digest() && same.signer == signer => {
            Before { kept: asked(&same.grants), asks: Vec::new() }
        }
        // Only a key says that it is from the same hands: an unsigned one may be from any.
        (Some(replaced), _) if signer.is_some() && replaced.signer == signer => {
            let mut known: BTreeSet<&PluginPermission> = replaced.grants.iter().collect();
            known.extend(
                previous.iter().flat_map(|previous| &previous.asks).map(|ask| &ask.permission),
            );
            let asks = asks.iter().filter(|ask| !known.contains(&ask.permission));
            Before { kept: asked(&replaced.grants), asks: asks.cloned().collect() }
        }
        _ => Before { kept: Grants::none(), asks: asks.clone() },
    }
}

/// What is granted then.
fn granted(
    request: &InstallRequest,
    action: Action,
    manifest: &Manifest,
    before: &Before,
) -> Result<Grants, Refusal> {
    let asked = || manifest.asks.iter().map(|ask| &ask.permission);
    match &request.grant {
        GrantChoice::Unsaid if before.asks.is_empty() => Ok(before.kept.clone()),
        GrantChoice::Unsaid => Err(Refusal::GrantsNeeded {
            action,
            file: request.file.clone(),
            kept: before.kept.clone(),
            asks: before.asks.clone(),
        }),
        GrantChoice::All => Ok(asked().cloned().collect()),
        GrantChoice::None => Ok(Grants::none()),
        GrantChoice::Words(words) => {
            let foreign = words.iter().filter(|word| !asked().any(|asked| asked == *word));
            let foreign: Vec<PluginPermission> = foreign.cloned().collect();
            if !foreign.is_empty() {
                let asks = manifest.asks.clone();
                return Err(Refusal::NotAsked { permissions: foreign, asks });
            }
            let kept = match action {
                Action::Upgrade => before.kept.clone(),
                Action::Install => Grants::none(),
            };
            Ok(kept.iter().chain(words).cloned().collect())
        }
    }
}
