//! Any bytes, any texts and any order of installs: nothing panics, and nothing is let in that a rule forbids.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::manifest::{Grants, Manifest};
use crate::signature::PublicKey;

use super::*;

/// A signed package, whose mutations are read.
static SIGNED: LazyLock<Vec<u8>> =
    LazyLock::new(|| package("a", "1.0.0", &ASKS, 1).file().to_vec());

/// Packages of two names, versions, asks and vendors.
static PACKAGES: LazyLock<Vec<Package>> = LazyLock::new(|| {
    let mut packages = Vec::new();
    for name in ["a", "b"] {
        for version in ["1.0.0", "1.1.0", "2.0.0"] {
            for asks in [&ASKS[..], &["profiles:read"][..], &[][..]] {
                packages.extend((0..3).map(|vendor| package(name, version, asks, vendor)));
            }
        }
    }
    packages
});

/// One change of bytes.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Cut(Index),
    Insert(Index, Vec<u8>),
    Double(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, bits)| Change::Flip(at, bits)),
        any::<Index>().prop_map(Change::Cut),
        (any::<Index>(), vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Double(from, to)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match change {
            Change::Flip(at, bits) => bytes[at.index(length)] ^= bits,
            Change::Cut(at) => bytes.truncate(at.index(length)),
            Change::Insert(at, more) => {
                let at = at.index(length);
                bytes.splice(at..at, more.iter().copied());
            }
            Change::Double(from, to) => {
                let (from, to) = (from.index(length), to.index(length));
                let again = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.extend(again);
            }
        }
    }
    bytes
}

fn text_changed(text: &str, changes: &[Change]) -> String {
    String::from_utf8_lossy(&changed(text.as_bytes().to_vec(), changes)).into_owned()
}

fn choice() -> impl Strategy<Value = GrantChoice> {
    let words = ["lists:read", "profiles:read", "profiles:delete"];
    let words = vec(select(words.map(|word| word.parse().unwrap()).to_vec()), 0..3);
    prop_oneof![
        Just(GrantChoice::Unsaid),
        Just(GrantChoice::All),
        Just(GrantChoice::None),
        words.prop_map(GrantChoice::Words),
    ]
}

fn any_request() -> impl Strategy<Value = InstallRequest> {
    let trusts = [None, None, Some(Trust::Unsigned), trusting(1, request(Action::Install)).trust];
    let actions = select(vec![Action::Install, Action::Upgrade]);
    (actions, choice(), select(trusts.to_vec()), any::<bool>()).prop_map(
        |(action, grant, trust, allow_downgrade)| InstallRequest {
            grant,
            trust,
            allow_downgrade,
            ..request(action)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200), head in select(vec!["", "\0asm\x0d\0\x01\0", "\0asm\x01\0\0\0", "\x7fELF"])) {
        let file = [head.as_bytes(), &bytes].concat();
        prop_assert!(Package::read(file.as_slice()).is_err());
        let _ = Package::pack(&file, &asking("a", "1.0.0", &[]));
    }

    #[test]
    fn a_package_that_was_changed_is_refused_or_not_signed_any_more(changes in vec(change(), 1..4)) {
        let file = changed(SIGNED.clone(), &changes);
        if let Ok(package) = Package::read(file.as_slice()) {
            prop_assert!(package.signer().is_none() || file == *SIGNED);
            prop_assert_eq!(package.file(), file.as_slice());
            // Whatever was let in can be packed again as it is, but for the signature.
            if package.needs().check(package.manifest()).is_ok() {
                let again = Package::pack(&file, package.manifest()).unwrap();
                let again = Package::read(again).unwrap();
                prop_assert_eq!(again.manifest(), package.manifest());
            }
        }
    }

    #[test]
    fn any_manifest_is_read_or_refused(changes in vec(change(), 1..6)) {
        let text = text_changed(crate::manifest::tests::TEXT, &changes);
        if let Ok(manifest) = Manifest::from_toml(&text, Path::new("plugin.toml")) {
            prop_assert_eq!(Manifest::from_json(&manifest.to_json()).unwrap(), manifest);
        }
        let json = crate::manifest::tests::manifest(crate::manifest::tests::TEXT).to_json();
        let json = changed(json, &changes);
        if let Ok(manifest) = Manifest::from_json(&json) {
            prop_assert_eq!(Manifest::from_json(&manifest.to_json()).unwrap(), manifest);
        }
    }

    #[test]
    fn any_lock_is_read_or_refused(changes in vec(change(), 1..6)) {
        let text = after(&[&PACKAGES[0], &PACKAGES[1]]).to_text();
        let changed = text_changed(&text, &changes);
        if let Ok(lock) = Lock::parse(&changed, Path::new("pianoroll.lock")) {
            prop_assert_eq!(Lock::parse(&lock.to_text(), Path::new("pianoroll.lock")).unwrap(), lock);
        }
    }

    #[test]
    fn no_order_of_installs_breaks_a_rule(steps in vec((any_request(), any::<Index>(), any::<bool>()), 1..12)) {
        let mut lock = Lock::default();
        for (request, index, remove) in steps {
            let package = index.get(&PACKAGES);
            let manifest = package.manifest();
            let Ok(decision) = decide(&request, package, &lock, None) else { continue };
            holds(&request, package, &lock, &decision);
            lock = decision.lock;
            let text = lock.to_text();
            prop_assert_eq!(Lock::parse(&text, Path::new("pianoroll.lock")).unwrap(), lock.clone());
            if remove {
                lock.take(&manifest.name, &manifest.version);
            }
        }
    }
}

/// The rules, each by itself and without the code that decides.
fn holds(request: &InstallRequest, package: &Package, lock: &Lock, decision: &Decision) {
    let manifest = package.manifest();
    let entry = &decision.entry;
    let asked: Grants = manifest.asks.iter().map(|ask| ask.permission.clone()).collect();
    assert!(entry.grants.iter().all(|granted| asked.contains(granted)));
    let known = lock.known_as(&manifest.name);
    let pinned: Option<PublicKey> = known.and_then(|known| known.signer);
    let trusts = match request.trust {
        None => pinned.is_none() || pinned.as_ref() == package.signer(),
        Some(Trust::Key(key)) => package.signer() == Some(&key),
        Some(Trust::Unsigned) => package.signer().is_none(),
    };
    assert!(trusts, "the signer is the pinned or the trusted one");
    let newest = known.map(|known| &known.newest);
    let there: BTreeMap<_, _> =
        lock.versions(&manifest.name).map(|plugin| (&plugin.version, plugin)).collect();
    if let Some(there) = there.get(&manifest.version) {
        assert_eq!(there.digest, *package.digest(), "a version never changes");
    } else {
        let older = newest.is_some_and(|newest| manifest.version < *newest);
        assert!(!older || request.allow_downgrade, "a downgrade is allowed by name");
    }
    let after = decision.lock.known_as(&manifest.name).unwrap();
    assert!(
        newest.is_none_or(|newest| after.newest >= *newest),
        "what was newest is not forgotten"
    );
    assert_eq!(after.signer.as_ref(), package.signer());
    // What nobody has said now was granted to the same hands before.
    if request.grant == GrantChoice::Unsaid {
        for granted in entry.grants.iter() {
            let by_the_same = |plugin: &&crate::lock::Installed| {
                plugin.signer == entry.signer && plugin.grants.contains(granted)
            };
            assert!(lock.versions(&manifest.name).any(|plugin| by_the_same(&plugin)));
        }
    }
    let others =
        |lock: &Lock| lock.plugins().iter().filter(|plugin| plugin.name != manifest.name).count();
    assert_eq!(others(lock), others(&decision.lock), "no other plugin is touched");
}
