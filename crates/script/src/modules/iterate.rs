//! `each` and its kin: lists as lazy iterators of resources, which fetch the next page while half of this one is still to be
//! used.

use std::sync::{Arc, Mutex, PoisonError};

use pianoroll_api::{Arguments, Operation};
use pianoroll_host::Ahead;
use rhai::{Array, Dynamic, Module, Position};
use tokio::task::JoinHandle;

use super::operations::{Parameters, add_raw, arguments};
use super::{add, add_getter};
use crate::context::{Context, called_from, context, current_file};
use crate::document;
use crate::error::{Failure, Fatal, Thrown};
use crate::record::{Asked, Record};

/// Registers the iterators as values.
pub(super) fn register(module: &mut Module) {
    module.set_custom_type::<Pages>("iterator");
    module.set_iter_result(std::any::TypeId::of::<Pages>(), |value| {
        match value.try_cast::<Pages>().map(|pages| pages.stream()) {
            Some(Ok(stream)) => Box::new(stream.map(|record| record.map(Dynamic::from))),
            Some(Err(failure)) => Box::new(std::iter::once(Err(failure))),
            None => Box::new(std::iter::empty()),
        }
    });
    add(module, "to_array", |pages: &mut Pages| -> Result<Array, Failure> {
        pages.stream()?.map(|record| record.map(Dynamic::from)).collect()
    });
    for name in ["to_string", "to_debug"] {
        add(module, name, |pages: &mut Pages| format!("iterator of {}", pages.operation.id));
    }
    add_getter(module, "operation", |pages: &mut Pages| pages.operation.id.to_owned());
}

/// `each(options?)` beside `list`, `each_profile(id, options?)` beside `list_profiles`.
pub(super) fn register_each(module: &mut Module, operation: &'static Operation) {
    let Some(name) = operation.each_name() else { return };
    for count in Parameters::of(operation).counts() {
        add_raw(module, &name, count, move |call, given| {
            let position = call.call_position();
            let arguments = arguments(operation, given).map_err(|thrown| thrown.at(position))?;
            let pages = Pages::new(&context(call)?, operation, arguments, position)?;
            Ok(Dynamic::from(pages))
        });
    }
}

/// A list that nobody has read yet. It is read once, by the first loop over it.
#[derive(Clone)]
pub(crate) struct Pages {
    operation: &'static Operation,
    // Copies of the value are one list; the first that is read takes it.
    stream: Arc<Mutex<Option<Stream>>>,
}

impl Pages {
    pub(super) fn new(
        context: &Arc<Context>,
        operation: &'static Operation,
        arguments: Arguments,
        position: Position,
    ) -> Result<Self, Failure> {
        let stream = Stream::new(context, operation, arguments, position)?;
        Ok(Self { operation, stream: Arc::new(Mutex::new(Some(stream))) })
    }

    /// Its resources.
    ///
    /// # Errors
    /// A list that was read before.
    pub(super) fn stream(&self) -> Result<Stream, Failure> {
        let stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner).take();
        stream.ok_or_else(|| {
            let message = "this iterator was used before: make another one";
            Thrown::new("used_up", message).into()
        })
    }
}

/// The resources of a list, one after the other.
pub(super) struct Stream {
    context: Arc<Context>,
    asked: Arc<Asked>,
    position: Position,
    file: Option<String>,
    page: std::vec::IntoIter<Record>,
    // The rest of this page that is left when the next one is asked for.
    half: usize,
    next: Next,
}

/// The page after this one.
enum Next {
    NotAsked(Box<pianoroll_host::Pages>),
    Asked(JoinHandle<Fetched>),
    Over,
}

/// The pages behind, and the page that was fetched; nothing after the last.
type Fetched = (Box<pianoroll_host::Pages>, Option<Leaf>);

/// A page that waits for the loop to come to it.
struct Leaf {
    ahead: Ahead,
    /// What is on it, where the call did not fail.
    records: Option<Result<Vec<Record>, serde_json::Error>>,
}

impl Stream {
    pub(super) fn new(
        context: &Arc<Context>,
        operation: &'static Operation,
        arguments: Arguments,
        position: Position,
    ) -> Result<Self, Failure> {
        let asked = Arc::new(Asked::of(operation, &arguments.options));
        let pages = context.branch.pages(operation.id, arguments);
        let pages = pages.map_err(|error| context.run.throw(error, position))?;
        Ok(Self {
            context: Arc::clone(context),
            asked,
            position,
            file: current_file(),
            page: Vec::new().into_iter(),
            half: 0,
            next: Next::NotAsked(Box::new(pages)),
        })
    }

    fn ask(&mut self) {
        self.next = match std::mem::replace(&mut self.next, Next::Over) {
            Next::NotAsked(pages) => {
                let fetch = fetch(pages, Arc::clone(&self.asked));
                Next::Asked(self.context.run.runtime.spawn(fetch))
            }
            // Asked once is enough.
            next @ (Next::Asked(_) | Next::Over) => next,
        };
    }

    /// Waits for the next page; `false` after the last.
    fn turn(&mut self) -> Result<bool, Failure> {
        self.ask();
        let Next::Asked(fetch) = std::mem::replace(&mut self.next, Next::Over) else {
            return Ok(false);
        };
        let Ok((pages, page)) = self.context.block_on(fetch) else {
            // The process shuts down. Nobody may catch that and go on: a replay would not come by here.
            return Err(self.context.run.end(Fatal::Cancelled, self.position));
        };
        let Some(Leaf { ahead, records }) = page else { return Ok(false) };
        // A page that the loop did not come to was never called for, so it is taken here.
        if let Err(error) = self.context.block_on(ahead.take()) {
            return called_from(self.file.as_deref(), || {
                Err(self.context.run.throw(error, self.position))
            });
        }
        match records.unwrap_or_else(|| Ok(Vec::new())) {
            Ok(records) => {
                self.half = records.len() / 2;
                self.page = records.into_iter();
                self.next = Next::NotAsked(pages);
                Ok(true)
            }
            Err(error) => {
                let message = format!("a page of {} cannot be read: {error}", pages.operation().id);
                Err(Thrown::new("unreadable", message).at(self.position))
            }
        }
    }
}

/// Fetches and reads a page, off the script's thread.
async fn fetch(mut pages: Box<pianoroll_host::Pages>, asked: Arc<Asked>) -> Fetched {
    let page = pages.ahead().await.map(|ahead| {
        let parse = |body: &[u8]| document::parse(body, &asked).map(|document| document.data);
        Leaf { records: ahead.answer().map(|answer| parse(&answer.body)), ahead }
    });
    (pages, page)
}

impl Iterator for Stream {
    type Item = Result<Record, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.page.next() {
                if self.page.len() <= self.half {
                    self.ask();
                }
                return Some(Ok(record));
            }
            match self.turn() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(failure) => return Some(Err(failure)),
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // A loop that was left does not need the page that was asked for ahead.
        if let Next::Asked(fetch) = &self.next {
            fetch.abort();
        }
    }
}
