//! Lazy lists of values: read once, by the first loop over them.

use std::sync::{Arc, Mutex, PoisonError};

use rhai::{Array, Dynamic, ImmutableString, Module, Position};

use super::add;
use crate::context::Context;
use crate::engine;
use crate::error::{Failure, Thrown};
use crate::rows::Rows;

/// Values, one after the other.
pub(super) type Values = Box<dyn Iterator<Item = Result<Dynamic, Failure>> + Send>;

/// After how many values a run looks whether it is to stop: some loops over them are natives, where no engine looks.
const LOOK_EVERY: u32 = 64;

/// A list that nobody has read yet.
#[derive(Clone)]
pub(crate) struct Lazy {
    about: ImmutableString,
    // Copies of the value are one list; the first that is read takes it.
    values: Arc<Mutex<Option<Values>>>,
}

impl Lazy {
    /// A list, and what it is of: `lines of x.json`.
    pub(super) fn new(
        context: &Arc<Context>,
        position: Position,
        about: String,
        values: impl Iterator<Item = Result<Dynamic, Failure>> + Send + 'static,
    ) -> Self {
        let (context, mut seen) = (Arc::clone(context), 0_u32);
        let watched = values.map(move |value| {
            seen = seen.wrapping_add(1);
            if seen.is_multiple_of(LOOK_EVERY) {
                engine::look(&context, position)?;
            }
            value
        });
        Self { about: about.into(), values: Arc::new(Mutex::new(Some(Box::new(watched)))) }
    }

    /// Its values.
    ///
    /// # Errors
    /// A list that was read before.
    pub(super) fn take(&self) -> Result<Values, Failure> {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner).take();
        values.ok_or_else(|| {
            let message = "this iterator was used before: make another one";
            Thrown::new("used_up", message).into()
        })
    }
}

/// Registers them as values.
pub(super) fn register(module: &mut Module) {
    module.set_custom_type::<Lazy>("iterator");
    module.set_iter_result(std::any::TypeId::of::<Lazy>(), |value| {
        match value.try_cast::<Lazy>().map(|lazy| lazy.take()) {
            Some(Ok(values)) => values,
            Some(Err(failure)) => Box::new(std::iter::once(Err(failure))),
            None => Box::new(std::iter::empty()),
        }
    });
    add(module, "to_array", |lazy: &mut Lazy| lazy.take()?.collect::<Result<Array, Failure>>());
    add(module, "append", |rows: &mut Rows, lazy: Lazy| -> Result<(), Failure> {
        lazy.take()?.try_for_each(|value| value.map(|value| rows.push(value)))
    });
    for name in ["to_string", "to_debug"] {
        add(module, name, |lazy: &mut Lazy| format!("iterator of {}", lazy.about));
    }
}
