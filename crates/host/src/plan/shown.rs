//! Which attributes a call asked for.

use pianoroll_api::Options;
use pianoroll_api::operation::Operation;
use serde_json::{Map, Value};

/// The sparse `fields` and the `additional_fields` of a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a> {
    operation: &'static Operation,
    options: &'a Options,
}

impl<'a> Shown<'a> {
    pub(super) fn new(operation: &'static Operation, options: &'a Options) -> Self {
        Self { operation, options }
    }

    /// Whether the answer holds an attribute of a type.
    pub(super) fn shows(&self, kind: &str, attribute: &str) -> bool {
        let known = self.operation.app.resource(kind).and_then(|one| one.attribute(attribute));
        if known.is_some_and(|known| known.write_only) {
            return false;
        }
        if known.is_some_and(|known| known.additional) {
            return self
                .chosen("additional_fields", kind)
                .is_some_and(|mut names| names.any(|name| name == attribute));
        }
        self.chosen("fields", kind)
            .is_none_or(|mut names| names.any(|name| name.split('.').next() == Some(attribute)))
    }

    /// What an option chooses of a type: a list is about the type that the operation answers with.
    fn chosen(&self, option: &str, kind: &str) -> Option<impl Iterator<Item = &'a str> + use<'a>> {
        let names = match self.options.get(option)? {
            Value::Object(types) => types.get(kind)?,
            names if self.operation.answer.kind() == Some(kind) => names,
            _ => return None,
        };
        Some(names.as_array()?.iter().filter_map(Value::as_str))
    }

    /// Takes away what was not asked for.
    pub(super) fn thin(&self, kind: &str, attributes: &mut Map<String, Value>) {
        attributes.retain(|name, _| self.shows(kind, name));
    }
}
