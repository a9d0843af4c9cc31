//! Everything that a component may import is linked, with the types that the package says.

use wit_component::dummy_module;
use wit_parser::{LiftLowerAbi, ManglingAndAbi};

use super::stage::{component, manifest, world};
use crate::compile::Compiler;
use crate::needs::WIT;
use crate::package::Package;
use crate::runtime::{LoadError, Runtime};

async fn load(wit: &str) -> Result<(), LoadError> {
    let world = world(wit);
    let module = dummy_module(&world.0, world.1, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    let runtime = Runtime::new(Compiler::Here, None).unwrap();
    let package = Package::unchecked(manifest(&[]), component(module, &world));
    runtime.load(&package).await.map(drop)
}

#[tokio::test]
async fn a_component_that_imports_everything_is_linked() {
    load(WIT).await.unwrap();
}

/// Each is linked to components that were built when it was new.
#[tokio::test]
async fn components_of_all_released_packages_are_linked() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../codegen/tests/released");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wit") {
            load(&std::fs::read_to_string(path).unwrap()).await.unwrap();
            seen += 1;
        }
    }
    assert!(seen > 0);
}

#[tokio::test]
async fn what_is_not_offered_is_told_when_a_plugin_is_loaded() {
    let check = |from: &str, to: &str, expected: &str| {
        assert!(WIT.contains(from), "{from}");
        let (wit, expected) = (WIT.replacen(from, to, 1), expected.to_owned());
        async move {
            let error = load(&wit).await.unwrap_err().to_string();
            assert!(error.contains(&expected), "{error}");
        }
    };
    check("next: func() -> u64;", "next: func() -> u32;", "random").await;
    check("next: func() -> u64;", "later: func() -> u64;", "later").await;
    check("package pianoroll:klaviyo@0.1.0;", "package pianoroll:klaviyo@0.2.0;", "0.2.0").await;
    check("package pianoroll:klaviyo@0.1.0;", "package someone:else@0.1.0;", "someone:else").await;
    check("done: u64,", "done: u32,", "done").await;
}
