//! A walk over all of a file, which validates it on the way.

use std::ops::Range;

use wasm_encoder::{CustomSection, Encode as _, Section as _};
use wasmparser::{
    Encoding, Error, FuncValidatorAllocations, Parser, Payload, ValidPayload, Validator,
    WasmFeatures,
};

use crate::manifest::shown;
use crate::needs::Needs;

use super::error::PackageError;

/// The first bytes of WebAssembly, and of compiled code of the systems that there are.
const WASM: &[u8] = b"\0asm";
const ELF: &[u8] = b"\x7fELF";

/// What a walk has found.
pub(super) struct Walked {
    customs: Vec<Custom>,
    pub(super) needs: Needs,
}

/// A custom section at the top level.
pub(super) struct Custom {
    name: String,
    /// With its header.
    pub(super) whole: Range<usize>,
    /// What it holds, behind its name.
    pub(super) content: Range<usize>,
}

impl Walked {
    /// The custom sections of a name.
    pub(super) fn customs<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Custom> {
        self.customs.iter().filter(move |custom| custom.name == name)
    }
}

/// What components may use: no more than what they are run with. Memory that is shared, or larger than 4 GiB, is not.
fn features() -> WasmFeatures {
    WasmFeatures::WASM3
        .union(WasmFeatures::COMPONENT_MODEL)
        .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
        .union(WasmFeatures::BULK_MEMORY_OPT)
        .difference(WasmFeatures::THREADS)
        .difference(WasmFeatures::MEMORY64)
}

/// Which of the kinds of files it is, by its first bytes.
///
/// # Errors
/// Neither a module nor a component.
pub(super) fn encoding(file: &[u8]) -> Result<Encoding, PackageError> {
    if file.starts_with(ELF) {
        return Err(PackageError::Precompiled);
    }
    match (file.starts_with(WASM), Parser::is_component(file)) {
        (true, true) => Ok(Encoding::Component),
        (true, false) => Ok(Encoding::Module),
        (false, _) => Err(PackageError::NotWasm),
    }
}

/// Walks over a component.
///
/// # Errors
/// It is none, or not a valid one.
pub(super) fn walk(file: &[u8]) -> Result<Walked, PackageError> {
    match encoding(file)? {
        Encoding::Component => {}
        Encoding::Module => return Err(PackageError::CoreModule),
    }
    let mut validator = Validator::new_with_features(features());
    let mut parser = Parser::new(0);
    parser.set_features(features());
    let mut allocations = FuncValidatorAllocations::default();
    let (mut customs, mut imports, mut exports) = (Vec::new(), Vec::new(), Vec::new());
    // How deep in modules and components, and where the last section of the top level ended.
    let (mut depth, mut ended) = (0_usize, 0);
    let mut types = None;
    for payload in parser.parse_all(file) {
        let payload = payload.map_err(invalid)?;
        if depth == 0 {
            if let Payload::Version { range, .. } = &payload {
                ended = range.end;
            }
            if let Some((_, range)) = payload.as_section() {
                if let Payload::CustomSection(custom) = &payload {
                    let content = custom.data_offset()..custom.data_offset() + custom.data().len();
                    let (name, whole) = (custom.name().to_owned(), ended..range.end);
                    customs.push(Custom { name, whole, content });
                }
                ended = range.end;
            }
            match &payload {
                Payload::ComponentImportSection(section) => {
                    for import in section.clone() {
                        imports.push(import.map_err(invalid)?.name.name);
                    }
                }
                Payload::ComponentExportSection(section) => {
                    for export in section.clone() {
                        exports.push(export.map_err(invalid)?.name.name);
                    }
                }
                _ => {}
            }
        }
        let valid = validator.payload(&payload).map_err(invalid)?;
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            // The top level has none around it.
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        match valid {
            ValidPayload::Func(function, body) => {
                let mut function = function.into_validator(allocations);
                function.validate(&body).map_err(invalid)?;
                allocations = function.into_allocations();
            }
            // The last one is that of the top level.
            ValidPayload::End(known) => types = Some(known),
            ValidPayload::Ok | ValidPayload::Parser(_) => {}
        }
    }
    let types = types.ok_or(PackageError::NotWasm)?;
    Ok(Walked { customs, needs: Needs::of(types.as_ref(), &imports, &exports) })
}

/// Validates a core module.
///
/// # Errors
/// It is not valid.
pub(super) fn validate_module(file: &[u8]) -> Result<(), PackageError> {
    Validator::new_with_features(features()).validate_all(file).map(drop).map_err(invalid)
}

/// The names of a module's custom sections.
pub(super) fn module_customs(file: &[u8]) -> impl Iterator<Item = &str> {
    Parser::new(0).parse_all(file).filter_map(|payload| match payload {
        Ok(Payload::CustomSection(custom)) => Some(custom.name()),
        _ => None,
    })
}

/// Adds a custom section at the end.
pub(super) fn append_custom(file: &mut Vec<u8>, name: &str, content: &[u8]) {
    let section = CustomSection { name: name.into(), data: content.into() };
    file.push(section.id());
    section.encode(file);
}

/// The message may hold names that stand in the file.
fn invalid(error: Error) -> PackageError {
    PackageError::Invalid { message: shown(error.message()), offset: error.offset() }
}
