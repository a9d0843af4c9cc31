//! What a component exports: `run`, and what language runtimes leave beside it.

use wasmparser::PrimitiveValType;
use wasmparser::component_types::{
    ComponentDefinedType, ComponentEntityType, ComponentFuncType, ComponentValType,
};
use wasmparser::types::TypesRef;

use super::error::NeedsMistake;

/// The one that is called.
const RUN: &str = "run";

/// What is left by the runtimes of languages, and never called: QuickJS has a function, Python an interface.
const INIT: &str = "init";
const EXPORTS: &str = "exports";

/// The fields of the record that `run` fails with.
const ERROR_FIELDS: [&str; 9] =
    ["kind", "code", "status", "message", "operation", "position", "retryable", "done", "details"];

/// What is wrong with the export `run`.
pub(super) fn mistake(types: TypesRef<'_>) -> Option<NeedsMistake> {
    match types.component_item_for_export(RUN).map(|item| item.ty) {
        Some(ComponentEntityType::Func(id)) if is_run(types, &types[id]) => None,
        Some(_) => Some(NeedsMistake::RunType),
        None => Some(NeedsMistake::NoRun),
    }
}

/// Whether an export is one that may be there.
pub(super) fn is_offered(types: TypesRef<'_>, name: &str) -> bool {
    let item = types.component_item_for_export(name).map(|item| item.ty);
    match (name, item) {
        (RUN, _) => true,
        (INIT, Some(ComponentEntityType::Func(_))) => true,
        (EXPORTS, Some(ComponentEntityType::Instance(_))) => true,
        // A type that the world names brings nothing along.
        (_, Some(ComponentEntityType::Type { .. })) => true,
        _ => false,
    }
}

/// `func() -> result<json, error>`. What the fields of the error are is compared when the component is linked.
fn is_run(types: TypesRef<'_>, function: &ComponentFuncType) -> bool {
    if function.async_ || !function.params.is_empty() {
        return false;
    }
    let Some(ComponentDefinedType::Result { ok: Some(ok), err: Some(error), .. }) =
        function.result.and_then(|result| defined(types, result))
    else {
        return false;
    };
    let Some(ComponentDefinedType::Record(record)) = defined(types, *error) else { return false };
    is_text(types, *ok) && record.fields.keys().map(|name| name.as_str()).eq(ERROR_FIELDS)
}

fn is_text(types: TypesRef<'_>, of: ComponentValType) -> bool {
    let text = PrimitiveValType::String;
    match of {
        ComponentValType::Primitive(primitive) => primitive == text,
        ComponentValType::Type(id) => {
            matches!(&types[id], ComponentDefinedType::Primitive(primitive) if *primitive == text)
        }
    }
}

fn defined<'t>(types: TypesRef<'t>, of: ComponentValType) -> Option<&'t ComponentDefinedType> {
    match of {
        ComponentValType::Type(id) => types.get(id),
        ComponentValType::Primitive(_) => None,
    }
}
