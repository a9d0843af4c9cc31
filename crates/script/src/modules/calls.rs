//! Which operations a module's function calls: for those who look at a script before it runs.

use pianoroll_api::operation::find as operation_named;
use pianoroll_api::{OPERATIONS, Operation};

use super::operations::Parameters;
use super::{count, find, find_or_create, sync};

/// An operation that a function calls.
#[derive(Clone, Copy)]
pub(crate) struct Called {
    /// The operation.
    pub(crate) operation: &'static Operation,
    /// Which argument is its body.
    pub(crate) body: Option<usize>,
    /// Which argument are its options; ids stand before body and options, where the function is the operation itself.
    pub(crate) options: Option<usize>,
    /// Whether the function asks for what the options leave out.
    pub(crate) completes: bool,
}

impl Called {
    /// What a function of the language calls on the way.
    fn inside(operation: &'static Operation) -> Self {
        Self { operation, body: None, options: None, completes: true }
    }
}

/// The operations that a function of a module may call; none for what is no function of a resource.
pub(crate) fn called(module: &str, function: &str) -> Vec<Called> {
    if let Some(operation) = operation_named(&format!("{module}.{function}")) {
        let parameters = Parameters::of(operation);
        let body = parameters.body.then_some(parameters.ids);
        let options = parameters.options.then_some(parameters.required());
        return vec![Called { operation, body, options, completes: false }];
    }
    let mut of_module = OPERATIONS.iter().filter(|operation| operation.module == module);
    let listed = of_module.find(|operation| {
        [operation.each_name(), count::count_name(operation)]
            .iter()
            .any(|name| name.as_deref() == Some(function))
    });
    if let Some(operation) = listed {
        let options = Some(Parameters::of(operation).required());
        return vec![Called { operation, body: None, options, completes: false }];
    }
    let operations = match function {
        "find" => find::operations(module),
        find_or_create::NAME => find_or_create::operations(module),
        _ => sync::operations(module, function),
    };
    operations.into_iter().map(Called::inside).collect()
}
