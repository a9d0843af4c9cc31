//! What the WIT package offers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use semver::Version;
use wit_parser::Resolve;

/// The package, as components are built against.
pub(crate) const WIT: &str = include_str!("../../wit/klaviyo.wit");

/// Its name, without the version.
pub(crate) const PACKAGE: &str = "pianoroll:klaviyo";

/// Its interfaces, and the functions of each.
type Interfaces = BTreeMap<String, BTreeSet<String>>;

static KNOWN: LazyLock<(Version, Interfaces)> = LazyLock::new(read);

/// The interfaces of the package, and the functions of each.
pub(crate) fn known() -> &'static Interfaces {
    &KNOWN.1
}

/// The version of the package.
pub(crate) fn version() -> &'static Version {
    &KNOWN.0
}

/// The interface that an import names, where it is one of this package, in a version that this one is compatible with:
/// `pianoroll:klaviyo/profiles@0.1.0` is `profiles`.
pub(super) fn interface(import: &str) -> Option<&str> {
    let (interface, version) = of_package(import)?;
    let version = Version::parse(version).ok()?;
    let here = self::version();
    // Before 1.0 the second number is the one that breaks.
    let compatible = version.major == here.major
        && (here.major > 0 || version.minor == here.minor)
        && version.pre.is_empty();
    compatible.then_some(interface)
}

/// The interface and the version of an import of this package, whichever they are.
pub(super) fn of_package(import: &str) -> Option<(&str, &str)> {
    import.strip_prefix(PACKAGE)?.strip_prefix('/')?.split_once('@')
}

fn read() -> (Version, Interfaces) {
    let mut resolve = Resolve::default();
    // The file is part of the program, and a test reads it: nothing is known without it, and so nothing is allowed.
    let Ok(package) = resolve.push_source("klaviyo.wit", WIT) else {
        return (Version::new(0, 0, 0), Interfaces::new());
    };
    let package = &resolve.packages[package];
    let interfaces = package.interfaces.iter().map(|(name, id)| {
        let functions = resolve.interfaces[*id].functions.keys().cloned();
        (name.clone(), functions.collect())
    });
    let version = package.name.version.clone().unwrap_or_else(|| Version::new(0, 0, 0));
    (version, interfaces.collect())
}

#[cfg(test)]
mod tests {
    use pianoroll_api::OPERATIONS;

    use super::*;

    #[test]
    fn every_operation_is_a_function_of_the_package() {
        for operation in OPERATIONS {
            let functions = &known()[operation.wit.interface];
            assert!(functions.contains(operation.wit.function), "{}", operation.id);
        }
        for interface in ["types", "calls", "files", "params", "log"] {
            assert!(known().contains_key(interface), "{interface}");
        }
        assert!(known()["calls"].contains("batch"));
    }

    #[test]
    fn compatible_versions_are_known_again() {
        let here = version();
        assert_eq!((here.major, here.minor), (0, 1), "the rule below is that of 0.1");
        assert_eq!(interface("pianoroll:klaviyo/profiles@0.1.0"), Some("profiles"));
        assert_eq!(interface("pianoroll:klaviyo/profiles@0.1.9"), Some("profiles"));
        for other in [
            "pianoroll:klaviyo/profiles@0.2.0",
            "pianoroll:klaviyo/profiles@1.1.0",
            "pianoroll:klaviyo/profiles@0.1.0-rc.1",
            "pianoroll:klaviyo/profiles",
            "pianoroll:klaviyo/@x",
            "pianoroll:klaviyo2/profiles@0.1.0",
            "wasi:klaviyo/profiles@0.1.0",
            "profiles",
            "",
        ] {
            assert_eq!(interface(other), None, "{other}");
        }
    }
}
