//! Whatever somebody calls a plugin: it is refused with a reason, or it runs within its limits.

use std::sync::Arc;
use std::time::Duration;

use arbitrary::Unstructured;
use pianoroll_gateway::{Config, Connection, Credential, Endpoints, Gateway, SystemClock};
use pianoroll_host::{Guest as _, Host, HostSettings};
use pianoroll_model::Revision;
use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, RngAlgorithm, TestRng, TestRunner};

use super::stage::{manifest, plugin};
use crate::compile::Compiler;
use crate::instance::HostGrants;
use crate::limits::Limits;
use crate::package::Package;
use crate::runtime::Runtime;

/// The same cases in every run, so that what fails once fails again.
fn runner(cases: u32) -> TestRunner {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(Cases { cases, failure_persistence: None, ..Cases::default() }, rng)
}

/// A run that reaches nobody.
fn host() -> Arc<Host> {
    let clock = Arc::new(SystemClock::new());
    let nowhere = "http://127.0.0.1:9";
    let endpoints = Endpoints::new(nowhere, nowhere).unwrap();
    let credential = Credential::new("a-key-of-the-tests".to_owned()).unwrap();
    let config = Config { endpoints, ..Config::default() };
    let gateway = Gateway::new(config, credential, clock.clone()).unwrap();
    let connection = Connection::new(None, Revision::constant(2024, 10, 15));
    Host::new(HostSettings::new(gateway, connection, clock, "run-1".parse().unwrap(), 7))
}

/// What becomes of bytes that somebody calls a plugin.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    NotPacked,
    NotRead,
    NotLoaded,
    Ended,
    Ran,
}

/// Packs, reads, loads and runs what may be a component, as far as it comes.
fn meet(runtime: &Arc<Runtime>, tokio: &tokio::runtime::Runtime, bytes: &[u8]) -> Fate {
    let package = match Package::pack(bytes, &manifest(&["profiles:read"])) {
        Ok(packed) => packed,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return Fate::NotPacked;
        }
    };
    read(runtime, tokio, package)
}

/// Reads, loads and runs what may be a package.
fn read(runtime: &Arc<Runtime>, tokio: &tokio::runtime::Runtime, bytes: Vec<u8>) -> Fate {
    let package = match Package::read(bytes) {
        Ok(package) => package,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return Fate::NotRead;
        }
    };
    run(runtime, tokio, &package)
}

/// Loads and runs what was read.
fn run(runtime: &Arc<Runtime>, tokio: &tokio::runtime::Runtime, package: &Package) -> Fate {
    let limits = Limits {
        memory: 16 << 20,
        cpu: Duration::from_millis(20),
        host_calls: 10_000,
        ..Limits::default()
    };
    tokio.block_on(async {
        match runtime.load(package).await {
            Err(error) => {
                assert!(!error.to_string().is_empty());
                Fate::NotLoaded
            }
            Ok((plugin, _)) => {
                let guest = plugin.guest(limits, HostGrants::default());
                match guest.run(host().trunk()).await {
                    Ok(_) => Fate::Ran,
                    Err(error) => {
                        assert!(!error.message.is_empty());
                        Fate::Ended
                    }
                }
            }
        }
    })
}

fn tokio() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn arbitrary_components_are_met_with_reason() {
    let (tokio, plugins) = (tokio(), Runtime::new(Compiler::Here, None).unwrap());
    let data = proptest::collection::vec(any::<u8>(), 0..4096);
    let seen = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let met = |data: Vec<u8>| {
        let mut data = Unstructured::new(&data);
        let config = wasm_smith::Config { max_components: 4, ..wasm_smith::Config::default() };
        if let Ok(component) = wasm_smith::Component::new(config, &mut data) {
            let bytes = component.to_bytes();
            seen.borrow_mut().insert(meet(&plugins, &tokio, &bytes));
            // Most are refused before they are looked at closely: here the second wall stands alone.
            let unchecked = Package::unchecked(manifest(&[]), bytes);
            seen.borrow_mut().insert(run(&plugins, &tokio, &unchecked));
        }
        Ok(())
    };
    runner(200).run(&data, met).unwrap();
    let seen = seen.into_inner();
    assert!(seen.contains(&Fate::NotPacked) && seen.contains(&Fate::Ended), "{seen:?}");
}

/// A plugin that works, with some of its bytes changed or its end cut off.
#[test]
fn damaged_plugins_are_met_with_reason() {
    let (tokio, plugins) = (tokio(), Runtime::new(Compiler::Here, None).unwrap());
    let whole = plugin(
        &[("random", "next", "(result i64)"), ("log", "write", "(param i32 i32 i32)")],
        "(func $main (export \"run\") (result i32)
            (drop (call $next)) (call $write (i32.const 1) (i32.const 64) (i32.const 4)) (i32.const 0))",
    );
    let whole = Package::pack(&whole, &manifest(&["profiles:read"])).unwrap();
    assert_eq!(read(&plugins, &tokio, whole.clone()), Fate::Ran);
    let places = proptest::collection::vec((0..whole.len(), any::<u8>()), 1..4);
    let seen = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let damaged = |(places, cut): (Vec<(usize, u8)>, Option<usize>)| {
        let mut bytes = whole.clone();
        places.iter().for_each(|(at, byte)| bytes[*at] = *byte);
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut % bytes.len()));
        seen.borrow_mut().insert(read(&plugins, &tokio, bytes));
        Ok(())
    };
    let cut = proptest::option::weighted(0.2, any::<usize>());
    runner(400).run(&(places, cut), damaged).unwrap();
    // Some damage is seen, and some does no harm.
    assert!(seen.borrow().contains(&Fate::NotRead) && seen.borrow().contains(&Fate::Ran));
}
