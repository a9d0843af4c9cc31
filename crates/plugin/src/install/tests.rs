//! Every rule of installing, and the files.

mod files;
mod random;

use expect_test::{Expect, expect};

use crate::lock::Lock;
use crate::manifest::tests::asking;
use crate::package::Package;
use crate::package::tests::{component, packed};
use crate::signature::PrivateKey;

use super::*;

/// A package, signed by the vendor of a number; 0 is nobody.
fn package(name: &str, version: &str, words: &[&str], vendor: u8) -> Package {
    let package = Package::read(packed(name, version, words)).unwrap();
    match vendor {
        0 => package,
        vendor => Package::read(package.sign(&PrivateKey::from_seed([vendor; 32]))).unwrap(),
    }
}

fn request(action: Action) -> InstallRequest {
    InstallRequest {
        action,
        file: "a.wasm".to_owned(),
        grant: GrantChoice::Unsaid,
        trust: None,
        allow_downgrade: false,
    }
}

fn granting(action: Action, words: &[&str]) -> InstallRequest {
    let grant = GrantChoice::parse(words.iter().copied()).unwrap();
    InstallRequest { grant, ..request(action) }
}

fn trusting(vendor: u8, request: InstallRequest) -> InstallRequest {
    let trust = match vendor {
        0 => Trust::Unsigned,
        vendor => Trust::Key(PrivateKey::from_seed([vendor; 32]).public()),
    };
    InstallRequest { trust: Some(trust), ..request }
}

fn downgrading(request: InstallRequest) -> InstallRequest {
    InstallRequest { allow_downgrade: true, ..request }
}

/// A lock after installs, all granted.
fn after(packages: &[&Package]) -> Lock {
    packages.iter().fold(Lock::default(), |lock, package| {
        let request = downgrading(granting(Action::Install, &["all"]));
        decide(&request, package, &lock, None).unwrap().lock
    })
}

fn refused(request: &InstallRequest, package: &Package, lock: &Lock, expected: Expect) {
    let error = decide(request, package, lock, None).unwrap_err();
    expected.assert_eq(&error.to_string());
}

const ASKS: [&str; 2] = ["lists:read", "profiles:read"];

#[test]
fn a_first_install_pins_the_key_and_grants_what_was_said() {
    let package = package("a", "1.0.0", &ASKS, 1);
    let lock = Lock::default();
    refused(
        &request(Action::Install),
        &package,
        &lock,
        expect![[r#"
        a@1.0.0 is not installed:
          it asks for:
            lists:read     for lists:read
            profiles:read  for profiles:read
          grant it, or less: pianoroll plugin install a.wasm --grant lists:read --grant profiles:read"#]],
    );
    let error = decide(&request(Action::Install), &package, &lock, None).unwrap_err();
    assert_eq!(error.only_grants(), Some(package.manifest().asks.as_slice()));

    let decision = decide(&granting(Action::Install, &["all"]), &package, &lock, None).unwrap();
    assert_eq!(decision.entry.grants.to_string(), "lists:read, profiles:read");
    assert_eq!(decision.lock.known()[0].signer, package.signer().copied());
    assert!(decision.denied.is_empty() && !decision.unchanged);
    assert_eq!(decision.added, decision.entry.grants);

    let less = granting(Action::Install, &["profiles:read"]);
    let decision = decide(&less, &package, &lock, None).unwrap();
    assert_eq!(decision.entry.grants.to_string(), "profiles:read");
    assert_eq!(decision.denied[0].permission.to_string(), "lists:read");
    let none = decide(&granting(Action::Install, &["none"]), &package, &lock, None).unwrap();
    assert_eq!((none.entry.grants.is_empty(), none.denied.len()), (true, 2));
}

#[test]
fn telling_the_operator_something_is_granted_like_anything_else() {
    let package = package("a", "1.0.0", &["lists:read", "notify"], 1);
    refused(
        &request(Action::Install),
        &package,
        &Lock::default(),
        expect![[r#"
        a@1.0.0 is not installed:
          it asks for:
            lists:read  for lists:read
            notify      for notify
          grant it, or less: pianoroll plugin install a.wasm --grant lists:read --grant notify"#]],
    );
    let some = granting(Action::Install, &["notify"]);
    let decision = decide(&some, &package, &Lock::default(), None).unwrap();
    assert!(decision.entry.grants.host().notify && !decision.entry.grants.host().files.read);
    let text = decision.lock.to_text();
    assert!(text.contains("grants = [\"notify\"]"), "{text}");
}

#[test]
fn what_asks_for_nothing_needs_no_grant() {
    let package = package("a", "1.0.0", &[], 1);
    let decision = decide(&request(Action::Install), &package, &Lock::default(), None).unwrap();
    assert!(decision.entry.grants.is_empty());
    let more = granting(Action::Install, &["profiles:read"]);
    refused(
        &more,
        &package,
        &Lock::default(),
        expect![[r#"
        a@1.0.0 is not installed:
          it does not ask for `profiles:read`: it asks for nothing; leave `--grant` out"#]],
    );
}

#[test]
fn nothing_is_granted_that_is_not_asked_for() {
    let package = package("a", "1.0.0", &ASKS, 1);
    let more = granting(Action::Install, &["profiles:read", "profiles:delete", "files:read"]);
    refused(
        &more,
        &package,
        &Lock::default(),
        expect![[r#"
        a@1.0.0 is not installed:
          it does not ask for `profiles:delete`, `files:read`: it asks for `lists:read`, `profiles:read`"#]],
    );
    let mixed = GrantChoice::parse(["all", "profiles:read"]).unwrap_err();
    expect!["`all` stands beside other grants; write `--grant all` alone, or name each"]
        .assert_eq(&mixed.to_string());
    assert_eq!(GrantChoice::parse([]), Ok(GrantChoice::Unsaid));
    assert!(GrantChoice::parse(["profile:read"]).is_err());
}

#[test]
fn another_key_is_refused_until_it_is_trusted() {
    let lock = after(&[&package("a", "1.0.0", &ASKS, 1)]);
    let all = || granting(Action::Install, &["all"]);
    let (other, unsigned) = (package("a", "1.1.0", &ASKS, 2), package("a", "1.1.0", &ASKS, 0));
    refused(
        &all(),
        &other,
        &lock,
        expect![[r#"
        a@1.1.0 is not installed:
          `a` is known to be signed by ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=, and this one is signed by ed25519:gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q=: ask whoever makes it, by another way than you got this file; if the new key is theirs, `--trust-key ed25519:gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q=`"#]],
    );
    refused(
        &all(),
        &unsigned,
        &lock,
        expect![[r#"
        a@1.1.0 is not installed:
          `a` is known to be signed by ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=, and this one is not signed: get the signed one; or, if anybody may have made it, `--trust-key unsigned`"#]],
    );
    refused(
        &trusting(1, all()),
        &other,
        &lock,
        expect![[r#"
        a@1.1.0 is not installed:
          you trust ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=, and this one is signed by ed25519:gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q=: it is not theirs"#]],
    );
    refused(
        &trusting(2, all()),
        &unsigned,
        &lock,
        expect![[r#"
        a@1.1.0 is not installed:
          you trust ed25519:gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q=, and this one is not signed: it is not theirs"#]],
    );
    refused(
        &trusting(0, all()),
        &other,
        &lock,
        expect![[r#"
        a@1.1.0 is not installed:
          you trust an unsigned one, and this one is signed by ed25519:gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q=: name that key, or leave `--trust-key` out"#]],
    );

    let decision = decide(&trusting(2, all()), &other, &lock, None).unwrap();
    assert_eq!(decision.lock.known()[0].signer, other.signer().copied());
    assert_eq!(decision.lock.plugins().len(), 2, "the version of the old key stands beside it");
    let decision = decide(&trusting(0, all()), &unsigned, &lock, None).unwrap();
    assert_eq!(decision.lock.known()[0].signer, None);

    // Without an install before, a named key is the only one that is let in.
    let named = trusting(1, all());
    assert!(decide(&named, &package("b", "1.0.0", &ASKS, 2), &lock, None).is_err());
    assert!(decide(&named, &package("b", "1.0.0", &ASKS, 1), &lock, None).is_ok());
}

#[test]
fn the_first_key_of_an_unsigned_plugin_is_pinned_and_its_grants_are_said_again() {
    let lock = after(&[&package("a", "1.0.0", &ASKS, 0)]);
    let signed = package("a", "1.1.0", &ASKS, 1);
    assert!(decide(&request(Action::Upgrade), &signed, &lock, None).is_err());
    let decision = decide(&granting(Action::Upgrade, &["all"]), &signed, &lock, None).unwrap();
    assert_eq!(decision.lock.known()[0].signer, signed.signer().copied());
    // An unsigned one may be from anybody: what the one before was granted is not its own.
    let unsigned = package("a", "1.1.0", &ASKS, 0);
    refused(
        &request(Action::Upgrade),
        &unsigned,
        &lock,
        expect![[r#"
        a@1.1.0 is not installed:
          it asks for:
            lists:read     for lists:read
            profiles:read  for profiles:read
          grant it, or less: pianoroll plugin upgrade a.wasm --grant lists:read --grant profiles:read"#]],
    );
    assert!(decide(&granting(Action::Upgrade, &["all"]), &unsigned, &lock, None).is_ok());
}

#[test]
fn a_key_stays_pinned_when_the_plugin_was_removed() {
    let mut lock = after(&[&package("a", "2.0.0", &ASKS, 1)]);
    lock.take("a", &"2.0.0".parse().unwrap());
    let all = granting(Action::Install, &["all"]);
    assert!(decide(&all, &package("a", "3.0.0", &ASKS, 2), &lock, None).is_err());
    refused(
        &all,
        &package("a", "1.0.0", &ASKS, 1),
        &lock,
        expect![[r#"
        a@1.0.0 is not installed:
          1.0.0 is older than 2.0.0, which was installed before: it may have faults that were mended since; `--allow-downgrade` installs it all the same"#]],
    );
    let decision = decide(&downgrading(all), &package("a", "1.0.0", &ASKS, 1), &lock, None);
    let decision = decision.unwrap();
    assert_eq!(decision.lock.known()[0].newest.to_string(), "2.0.0", "it is not forgotten");
}

#[test]
fn an_upgrade_by_the_same_key_that_asks_for_nothing_new_keeps_its_grants() {
    let old = package("a", "1.0.0", &ASKS, 1);
    let lock = after(&[&old]);
    let decision =
        decide(&request(Action::Upgrade), &package("a", "1.1.0", &ASKS, 1), &lock, None).unwrap();
    assert_eq!(decision.entry.grants.to_string(), "lists:read, profiles:read");
    assert_eq!(decision.replaced.unwrap().title(), "a@1.0.0");
    assert_eq!(
        (decision.kept.to_string().as_str(), decision.added.is_empty()),
        ("lists:read, profiles:read", true)
    );
    assert_eq!(decision.lock.plugins().len(), 1);
    // What is not asked for any more is not granted any more.
    let fewer = package("a", "1.1.0", &["profiles:read"], 1);
    let decision = decide(&request(Action::Upgrade), &fewer, &lock, None).unwrap();
    assert_eq!(decision.entry.grants.to_string(), "profiles:read");
}

#[test]
fn an_upgrade_that_asks_for_more_shows_the_difference() {
    let old = package("a", "1.0.0", &ASKS, 1);
    let lock = after(&[&old]);
    let more = package("a", "1.1.0", &["lists:read", "profiles:delete", "profiles:read"], 1);
    refused(
        &request(Action::Upgrade),
        &more,
        &lock,
        expect![[r#"
        a@1.1.0 is not installed:
          it asks for besides what it was granted before:
            profiles:delete  for profiles:delete
          grant it, or less: pianoroll plugin upgrade a.wasm --grant profiles:delete"#]],
    );
    let one = granting(Action::Upgrade, &["profiles:delete"]);
    let decision = decide(&one, &more, &lock, None).unwrap();
    assert_eq!(decision.entry.grants.to_string(), "lists:read, profiles:read, profiles:delete");
    assert_eq!(decision.added.to_string(), "profiles:delete");
    let none = decide(&granting(Action::Upgrade, &["none"]), &more, &lock, None).unwrap();
    assert!(none.entry.grants.is_empty());
}

#[test]
fn what_was_asked_for_and_denied_is_nothing_new() {
    let old = package("a", "1.0.0", &ASKS, 1);
    let some = granting(Action::Install, &["profiles:read"]);
    let lock = decide(&some, &old, &Lock::default(), None).unwrap().lock;
    let new = package("a", "1.1.0", &ASKS, 1);
    let decision = decide(&request(Action::Upgrade), &new, &lock, Some(old.manifest())).unwrap();
    assert_eq!(decision.entry.grants.to_string(), "profiles:read");
    assert_eq!(decision.denied[0].permission.to_string(), "lists:read");
    // Where nobody knows any more what it asked for, it counts as new.
    refused(
        &request(Action::Upgrade),
        &new,
        &lock,
        expect![[r#"
        a@1.1.0 is not installed:
          it asks for besides what it was granted before:
            lists:read  for lists:read
          grant it, or less: pianoroll plugin upgrade a.wasm --grant lists:read"#]],
    );
}

#[test]
fn an_upgrade_needs_something_to_replace() {
    let package = package("a", "1.0.0", &ASKS, 1);
    refused(
        &granting(Action::Upgrade, &["all"]),
        &package,
        &Lock::default(),
        expect![[r#"
        a@1.0.0 is not installed:
          there is no `a` to upgrade: `pianoroll plugin install a.wasm` installs it"#]],
    );
    refused(
        &request(Action::Upgrade),
        &package,
        &Lock::default(),
        expect![[r#"
        a@1.0.0 is not installed:
          there is no `a` to upgrade: `pianoroll plugin install a.wasm` installs it
          it asks for:
            lists:read     for lists:read
            profiles:read  for profiles:read
          grant it, or less: pianoroll plugin install a.wasm --grant lists:read --grant profiles:read"#]],
    );
}

#[test]
fn older_versions_are_refused_until_they_are_allowed() {
    let (old, new) = (package("a", "1.0.0", &ASKS, 1), package("a", "1.1.0", &ASKS, 1));
    let lock = after(&[&new]);
    for action in [Action::Install, Action::Upgrade] {
        let request = granting(action, &["all"]);
        refused(
            &request,
            &old,
            &lock,
            expect![[r#"
            a@1.0.0 is not installed:
              1.0.0 is older than 1.1.0, which was installed before: it may have faults that were mended since; `--allow-downgrade` installs it all the same"#]],
        );
        assert!(decide(&downgrading(request), &old, &lock, None).is_ok());
    }
    let both = after(&[&new, &old]);
    // It stands there; what it is granted can be said again.
    assert!(decide(&granting(Action::Install, &["none"]), &old, &both, None).is_ok());
    // But not in place of the newer one.
    assert!(decide(&request(Action::Upgrade), &old, &both, None).is_err());
    let decision = decide(&downgrading(request(Action::Upgrade)), &old, &both, None).unwrap();
    assert_eq!(decision.lock.plugins().len(), 1);
    let early = package("a", "1.1.0-rc.1", &ASKS, 1);
    assert!(decide(&granting(Action::Install, &["all"]), &early, &lock, None).is_err());
}

#[test]
fn a_version_never_changes() {
    let lock = after(&[&package("a", "1.0.0", &ASKS, 1)]);
    let other = package("a", "1.0.0", &["lists:read"], 1);
    for action in [Action::Install, Action::Upgrade] {
        let request = downgrading(trusting(1, granting(action, &["all"])));
        refused(
            &request,
            &other,
            &lock,
            expect![[r#"
            a@1.0.0 is not installed:
              a@1.0.0 is installed with other content, and a version never changes:
                installed sha256:0c9723f53db923ad2f9a9cda98ea2f0034b00e915f7208cd57aa5a454ba092fa
                this one  sha256:c74d55a4555fa1561ca7b6d7a1887e1102e6fc6feda69c2827b7194f648ba6c1
              get another version; or `pianoroll plugin remove a@1.0.0` first"#]],
        );
    }
}

#[test]
fn the_same_package_again_changes_its_grants_or_nothing() {
    let package = package("a", "1.0.0", &ASKS, 1);
    let lock = after(&[&package]);
    for action in [Action::Install, Action::Upgrade] {
        let decision = decide(&request(action), &package, &lock, None).unwrap();
        assert!(decision.unchanged && decision.replaced.is_none());
        assert_eq!(decision.lock, lock);
    }
    let fewer = granting(Action::Install, &["lists:read"]);
    let decision = decide(&fewer, &package, &lock, None).unwrap();
    assert_eq!(decision.entry.grants.to_string(), "lists:read");
    assert!(!decision.unchanged);
}

#[test]
fn two_versions_stand_side_by_side() {
    let (one, two) = (package("a", "1.0.0", &ASKS, 1), package("a", "2.0.0", &ASKS, 1));
    let lock = after(&[&one]);
    // Another one beside it is granted by itself.
    assert!(decide(&request(Action::Install), &two, &lock, None).is_err());
    let lock = after(&[&one, &two]);
    assert_eq!(lock.find("a", None).unwrap().title(), "a@2.0.0");
    let three = package("a", "3.0.0", &ASKS, 1);
    let decision = decide(&request(Action::Upgrade), &three, &lock, None).unwrap();
    let titles: Vec<String> = decision.lock.versions("a").map(|plugin| plugin.title()).collect();
    assert_eq!(titles, ["a@1.0.0", "a@3.0.0"], "the newest is replaced");
}

#[test]
fn nothing_is_built_upon_an_entry_that_was_edited() {
    let package = package("a", "1.0.0", &ASKS, 1);
    let text = after(&[&package]).to_text();
    let edited = |from: &str, to: &str| {
        let text = text.replacen(from, to, 1);
        Lock::parse(&text, std::path::Path::new("pianoroll.lock")).unwrap()
    };
    let all = || granting(Action::Install, &["all"]);
    let more = edited("grants = [", "grants = [\"profiles:delete\", ");
    refused(
        &all(),
        &package,
        &more,
        expect![[r#"
        a@1.0.0 is not installed:
          the entry of a@1.0.0 in pianoroll.lock was edited by hand: undo that, or `pianoroll plugin remove a@1.0.0` and install it again with what you grant"#]],
    );
    refused(
        &all(),
        &self::package("a", "2.0.0", &ASKS, 1),
        &more,
        expect![[r#"
        a@2.0.0 is not installed:
          the entry of a@1.0.0 in pianoroll.lock was edited by hand: undo that, or `pianoroll plugin remove a@1.0.0` and install it again with what you grant"#]],
    );
    assert!(decide(&all(), &self::package("b", "1.0.0", &ASKS, 2), &more, None).is_ok());

    let mut known = edited("newest = \"1.0.0\"", "newest = \"1.0.1\"");
    known.take("a", &"1.0.0".parse().unwrap());
    refused(
        &all(),
        &package,
        &known,
        expect![[r#"
        a@1.0.0 is not installed:
          what pianoroll.lock knows of `a` was edited by hand: undo that, or say yourself whose it is with `--trust-key` and `--allow-downgrade`
          1.0.0 is older than 1.0.1, which was installed before: it may have faults that were mended since; `--allow-downgrade` installs it all the same"#]],
    );
    let said = downgrading(trusting(1, all()));
    let decision = decide(&said, &package, &known, None).unwrap();
    assert_eq!(decision.lock.known()[0].newest.to_string(), "1.0.0");
    assert!(!decision.lock.known()[0].edited);
}

#[test]
fn every_reason_is_told_at_once() {
    let lock = after(&[&package("a", "2.0.0", &ASKS, 1)]);
    let bare = component(&["profiles"]);
    let fine = Package::pack(&bare, &asking("a", "1.0.0", &["profiles:read"])).unwrap();
    // The manifest of another component, as nobody would pack it.
    let mut wrong = component(&["lists", "files"]);
    let section = fine.len() - bare.len();
    wrong.extend(&fine[fine.len() - section..]);
    let wrong = Package::read(wrong).unwrap();
    refused(
        &granting(Action::Install, &["lists:read"]),
        &wrong,
        &lock,
        expect![[r#"
        a@1.0.0 is not installed:
          the component does not fit:
            it imports `files`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "files:read" = "why", "files:write" = "why"
            it imports `lists`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "lists:read" = "why", "lists:write" = "why", "lists:delete" = "why"
          `a` is known to be signed by ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=, and this one is not signed: get the signed one; or, if anybody may have made it, `--trust-key unsigned`
          1.0.0 is older than 2.0.0, which was installed before: it may have faults that were mended since; `--allow-downgrade` installs it all the same
          it does not ask for `lists:read`: it asks for `profiles:read`"#]],
    );
    assert_eq!(
        decide(&request(Action::Install), &wrong, &lock, None).unwrap_err().only_grants(),
        None
    );
}
