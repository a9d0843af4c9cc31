//! Packages that are read, and those that are refused.

use expect_test::{Expect, expect};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

use crate::manifest::tests::asking;

use super::*;
use crate::needs::WIT;

/// A core module that was built against a world.
pub(crate) fn module(world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    resolve.push_source("klaviyo.wit", WIT).unwrap();
    let text = format!("package test:test;\nworld test {{\n{world}\n}}\n");
    let package = resolve.push_source("test.wit", &text).unwrap();
    let world = resolve.select_world(&[package], Some("test")).unwrap();
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    module
}

/// What the worlds of the tests have in common.
pub(crate) const RUN: &str =
    "use pianoroll:klaviyo/types@0.1.0.{json, error};\nexport run: func() -> result<json, error>;";

/// A component that imports interfaces and exports `run`.
pub(crate) fn component(interfaces: &[&str]) -> Vec<u8> {
    let imports: String = interfaces
        .iter()
        .map(|interface| format!("import pianoroll:klaviyo/{interface}@0.1.0;\n"))
        .collect();
    encoded(&format!("{imports}{RUN}"))
}

/// A component of a world.
pub(crate) fn encoded(world: &str) -> Vec<u8> {
    let encoder = ComponentEncoder::default().module(&module(world)).unwrap();
    encoder.validate(true).encode().unwrap()
}

/// A package that asks for words, and imports the interfaces that it needs them for.
pub(crate) fn packed(name: &str, version: &str, words: &[&str]) -> Vec<u8> {
    let mut interfaces: Vec<&str> =
        words.iter().map(|word| word.split(':').next().unwrap()).collect();
    interfaces.dedup();
    interfaces.retain(|interface| *interface != "request");
    Package::pack(&component(&interfaces), &asking(name, version, words)).unwrap()
}

fn refused(file: &[u8], expected: Expect) {
    expected.assert_eq(&Package::read(file).unwrap_err().to_string());
}

fn custom(file: &[u8], name: &str, content: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    walk::append_custom(&mut file, name, content);
    file
}

#[test]
fn a_package_is_read_as_it_was_packed() {
    let file = packed("win-back", "1.0.0", &["profiles:read"]);
    let package = Package::read(file.as_slice()).unwrap();
    assert_eq!(*package.manifest(), asking("win-back", "1.0.0", &["profiles:read"]));
    assert_eq!(*package.digest(), Digest::of(&file));
    assert_eq!((package.component(), package.file()), (file.as_slice(), file.as_slice()));
    assert_eq!(package.signer(), None);
    assert!(package.needs().interfaces()["profiles"].contains("get"));
    assert_eq!(package.needs().check(package.manifest()), Ok(()));
}

#[test]
fn packing_again_changes_nothing_but_what_was_asked() {
    let manifest = asking("a", "1.0.0", &["profiles:read"]);
    let component = component(&["profiles"]);
    let packed = Package::pack(&component, &manifest).unwrap();
    assert_eq!(Package::pack(&component, &manifest).unwrap(), packed);
    assert_eq!(Package::pack(&packed, &manifest).unwrap(), packed);
    let signed = Package::read(packed.as_slice()).unwrap().sign(&PrivateKey::from_seed([1; 32]));
    assert_eq!(Package::pack(&signed, &manifest).unwrap(), packed, "the signature is gone");
    let later = Package::pack(&signed, &asking("a", "2.0.0", &["profiles:read"])).unwrap();
    assert_eq!(Package::read(later).unwrap().manifest().version.to_string(), "2.0.0");
    let world = format!("import pianoroll:klaviyo/profiles@0.1.0;\n{RUN}");
    let made = Package::pack(&module(&world), &manifest).unwrap();
    assert_eq!(made, packed, "a core module is made a component");
}

#[test]
fn a_signature_is_that_of_all_that_stands_before_it() {
    let file = packed("a", "1.0.0", &["profiles:read"]);
    let package = Package::read(file.as_slice()).unwrap();
    let (key, other) = (PrivateKey::from_seed([1; 32]), PrivateKey::from_seed([2; 32]));
    let signed = package.sign(&key);
    let read = Package::read(signed.as_slice()).unwrap();
    assert_eq!(read.signer(), Some(&key.public()));
    assert_eq!((read.digest(), read.component()), (package.digest(), file.as_slice()));
    assert_eq!(read.sign(&key), signed);
    let again = Package::read(read.sign(&other)).unwrap();
    assert_eq!(again.signer(), Some(&other.public()), "a signature is replaced");

    let mut changed = signed.clone();
    let reason = changed.windows(4).position(|bytes| bytes == b"for ").unwrap();
    changed[reason] = b'F';
    refused(
        &changed,
        expect![
            "its signature by ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w= is not valid: the file was changed after it was signed; get it again from whoever made it"
        ],
    );
    refused(
        &custom(&signed, "x", b""),
        expect![
            "something was added to the file after it was signed; get it again from whoever made it"
        ],
    );
    refused(
        &custom(&signed, signature::SECTION, &[0; signature::CONTENT_BYTES]),
        expect!["the file has two signatures; sign it again with `pianoroll plugin sign`"],
    );
    refused(
        &custom(&file, signature::SECTION, b""),
        expect!["its signature has a form that this pianoroll does not know; install a newer one"],
    );
    refused(
        &custom(&file, signature::SECTION, &[9; signature::CONTENT_BYTES]),
        expect!["its signature has a form that this pianoroll does not know; install a newer one"],
    );
    // The same section, with its length written longer than it needs to be.
    let at = file.len();
    let mut longer = signed.clone();
    longer[at + 1] |= 0x80;
    longer.insert(at + 2, 0);
    refused(
        &longer,
        expect!["its signature has a form that this pianoroll does not know; install a newer one"],
    );
}

#[test]
fn what_is_no_package_is_refused() {
    let manifest = asking("a", "1.0.0", &[]).to_json();
    let bare = component(&[]);
    let file = packed("a", "1.0.0", &[]);
    refused(b"", expect!["the file is no WebAssembly component"]);
    refused(b"#!/bin/sh", expect!["the file is no WebAssembly component"]);
    refused(
        b"\x7fELF\x02\x01\x01\0",
        expect![
            "the file is compiled machine code, which is never run; a package holds the component that it was made of"
        ],
    );
    refused(
        b"\0asm\x01\0\0\0",
        expect![
            "the file is a core module and no component; `pianoroll plugin pack` makes one of it"
        ],
    );
    refused(
        b"\0asm\x0d\0\x01\0",
        expect!["the file is a component without a manifest; `pianoroll plugin pack` adds it"],
    );
    refused(
        &file[..file.len() - 1],
        expect!["the file is no valid component: unexpected end-of-file (at byte 1025)"],
    );
    refused(
        &[file.as_slice(), b"x"].concat(),
        expect!["the file is no valid component: unexpected end-of-file (at byte 1152)"],
    );
    refused(
        &bare,
        expect!["the file is a component without a manifest; `pianoroll plugin pack` adds it"],
    );
    refused(
        &custom(&file, MANIFEST_SECTION, &manifest),
        expect!["the file has two manifests, and which one holds is not known; pack it again"],
    );
    refused(
        &custom(&bare, MANIFEST_SECTION, b"{}"),
        expect![[r#"
        its manifest does not hold:
        manifest: missing field `manifest` at line 1 column 2"#]],
    );
    refused(&vec![0; Package::MOST_BYTES + 1], expect!["the file has more than 64 MiB"]);
    // A manifest in a component within is that of another.
    let inner = wat::parse_str(
        "(component (component (@custom \"pianoroll:manifest\" \"{}\")) (core module (@custom \"pianoroll:manifest\" \"{}\")))",
    )
    .unwrap();
    refused(
        &inner,
        expect!["the file is a component without a manifest; `pianoroll plugin pack` adds it"],
    );
    let threads = wat::parse_str("(component (core module (memory 1 1 shared)))").unwrap();
    refused(
        &threads,
        expect![
            "the file is no valid component: threads must be enabled for shared memories (at byte 21)"
        ],
    );
    let wide = wat::parse_str("(component (core module (memory i64 1)))").unwrap();
    refused(
        &wide,
        expect![
            "the file is no valid component: memory64 must be enabled for 64-bit memories (at byte 21)"
        ],
    );
    let untyped = wat::parse_str("(component (core module (func (result i32))))");
    refused(
        &untyped.unwrap(),
        expect![
            "the file is no valid component: type mismatch: expected i32 but nothing on stack (at byte 34)"
        ],
    );
}

#[test]
fn what_cannot_be_packed_is_told() {
    let check = |file: &[u8], words: &[&str], expected: Expect| {
        let error = Package::pack(file, &asking("a", "1.0.0", words)).unwrap_err();
        expected.assert_eq(&error.to_string());
    };
    check(
        b"\0asm\x01\0\0\0",
        &[],
        expect![
            "the file is a core module that was not built against the WIT package of pianoroll; build it with its SDK, or make a component of it"
        ],
    );
    check(
        b"\0asm\x01\0\0\0\x01",
        &[],
        expect!["the file is no valid component: unexpected end-of-file (at byte 9)"],
    );
    check(
        b"\x7fELF",
        &[],
        expect![
            "the file is compiled machine code, which is never run; a package holds the component that it was made of"
        ],
    );
    check(
        &component(&["profiles"]),
        &[],
        expect![[r#"
        the component does not fit:
          it imports `profiles`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "profiles:read" = "why", "profiles:write" = "why", "profiles:delete" = "why""#]],
    );
    let garbled = custom(b"\0asm\x01\0\0\0", "component-type:test", b"x");
    check(
        &garbled,
        &[],
        expect![
            "no component can be made of the module: decoding custom section component-type:test: unexpected end-of-file (at offset 0x0)"
        ],
    );
}
