//! Making packages.

use wasmparser::Encoding;
use wit_component::ComponentEncoder;

use crate::manifest::{Manifest, shown};
use crate::signature;

use super::error::PackError;
use super::{MANIFEST_SECTION, Package, PackageError, walk};

/// What the section is called that wit-bindgen leaves in a module, behind a name of the world.
const WORLD_SECTION: &str = "component-type";

impl Package {
    /// Makes a package of a component, or of a core module that was built against the WIT package, and its manifest. What manifest
    /// and signature it had are gone then. The same file and manifest make the same bytes.
    ///
    /// # Errors
    /// The file is neither, or the component and the manifest do not fit.
    pub fn pack(file: &[u8], manifest: &Manifest) -> Result<Vec<u8>, PackError> {
        if file.len() > Self::MOST_BYTES {
            return Err(PackageError::TooLarge.into());
        }
        let made;
        let component = match walk::encoding(file)? {
            Encoding::Component => file,
            Encoding::Module => {
                made = encode(file)?;
                &made
            }
        };
        let walked = walk::walk(component)?;
        walked.needs.check(manifest)?;
        let mut packed = without(component, &walked);
        walk::append_custom(&mut packed, MANIFEST_SECTION, &manifest.to_json());
        // What was packed can be read: nobody signs or ships what nobody can install.
        Self::read(packed.as_slice())?;
        Ok(packed)
    }
}

/// A component without what a package adds to it.
fn without(component: &[u8], walked: &walk::Walked) -> Vec<u8> {
    let mut cuts: Vec<_> = walked
        .customs(MANIFEST_SECTION)
        .chain(walked.customs(signature::SECTION))
        .map(|custom| custom.whole.clone())
        .collect();
    cuts.sort_by_key(|cut| cut.start);
    let mut rest = Vec::with_capacity(component.len());
    let mut from = 0;
    for cut in cuts {
        rest.extend(component.get(from..cut.start).unwrap_or_default());
        from = cut.end;
    }
    rest.extend(component.get(from..).unwrap_or_default());
    rest
}

/// The component of a module that says which world it was built against.
fn encode(module: &[u8]) -> Result<Vec<u8>, PackError> {
    walk::validate_module(module)?;
    if !walk::module_customs(module).any(|name| name.starts_with(WORLD_SECTION)) {
        return Err(PackError::NoWorld);
    }
    let failed = |error| PackError::Encode(shown(&format!("{error:#}")));
    ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(failed)
}
