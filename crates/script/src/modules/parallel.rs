//! `parallel(items, n, |x| …[, options])`: items side by side, with results and positions that do not depend on timing.
//!
//! Each item is a branch of its own, with copies of what the closure captured: what items did to a shared value would
//! depend on who came first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use pianoroll_host::HostError;
use rhai::{
    Array, Dynamic, EvalAltResult, FnPtr, GlobalRuntimeState, Map, Module, NativeCallContext,
    Position,
};

use super::captured::{self, Block};
use super::iterate::Pages;
use super::lazy::Lazy;
use super::operations::add_raw;
use crate::context::{Context, Tag, called_from, context, current_file};
use crate::engine::{self, stopped};
use crate::error::{Failure, Fatal, Thrown, caught, found};
use crate::rows::Rows;

/// The most threads of one `parallel`. More would not be faster: the gateway's quota is 10 requests a second.
pub(crate) const MAX_WIDTH: i64 = 16;

/// The options of `parallel`.
pub(crate) const OPTIONS: [&str; 1] = ["on_error"];

/// Registers it.
pub(super) fn register(module: &mut Module) {
    for count in [3, 4] {
        add_raw(module, "parallel", count, parallel);
    }
}

/// An item that has ended.
struct Ended {
    index: usize,
    /// Where errors are collected and it has failed.
    item: Option<Dynamic>,
    value: Result<Dynamic, Failure>,
    /// The host's error behind the one that it failed with, and the mark by which that is known.
    host: Option<(i32, HostError)>,
}

fn parallel(call: &NativeCallContext, given: &[&mut Dynamic]) -> Result<Dynamic, Failure> {
    let position = call.call_position();
    let at = |thrown: Thrown| thrown.at(position);
    let [items, width, block, options @ ..] = given else { return Ok(Dynamic::UNIT) };
    let context = context(call)?;
    if context.is_item {
        let message =
            "`parallel` cannot stand inside another one: give the outer one more items instead";
        return Err(context.run.end(Fatal::Program(message.to_owned()), position));
    }
    let width = self::width(width).map_err(at)?;
    let collect = collects(options.first().map(|options| &**options)).map_err(at)?;
    let block = self::block(&context, block).map_err(at)?;
    let source = source("parallel", items).map_err(|failure| placed(failure, position))?;
    let sequence = context.branch.next_sequence();

    // One lock for the next item and its number, so that numbers follow the order of items.
    let width = source.size_hint().1.map_or(width, |most| width.min(most.max(1)));
    let next = Mutex::new(source.enumerate());
    let ended = Mutex::<Vec<Ended>>::default();
    let stop = AtomicBool::new(false);
    let file = current_file();
    let work = || {
        called_from(file.as_deref(), || -> Result<(), Failure> {
            loop {
                if stop.load(Ordering::Relaxed) || context.run.is_ending() {
                    return Ok(());
                }
                // A short item ends before its engine looks.
                if let Some(fatal) = stopped(context.branch.host()) {
                    return Err(context.run.end(fatal, position));
                }
                let taken = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((index, item)) = taken else { return Ok(()) };
                let item = item.inspect_err(|_| stop.store(true, Ordering::Relaxed))?;
                let kept = collect.then(|| item.clone());
                let value =
                    run_item(&context, call.global_runtime_state(), sequence, index, &block, item);
                let fatal =
                    value.as_ref().is_err_and(|failure| !failure.unwrap_inner().is_catchable());
                let host = value.as_ref().err().and_then(|failure| context.run.behind(failure));
                let item = kept.filter(|_| value.is_err());
                let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
                ended.push(Ended { index, item, value, host });
                if fatal {
                    stop.store(true, Ordering::Relaxed);
                }
            }
        })
    };
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for _ in 0..width {
            let builder = thread::Builder::new()
                .name("script item".to_owned())
                .stack_size(engine::STACK_BYTES);
            match builder.spawn_scoped(scope, work) {
                Ok(thread) => threads.push(thread),
                Err(error) => {
                    let message = format!("no thread could be started: {error}");
                    stop.store(threads.is_empty(), Ordering::Relaxed);
                    if threads.is_empty() {
                        return Err(Thrown::new("no_thread", message).at(position));
                    }
                }
            }
        }
        let mut first = Ok(());
        for thread in threads {
            let end = thread.join().unwrap_or_else(|_| {
                let message = "an item ended by a defect of pianoroll".to_owned();
                Err(context.run.end(Fatal::Program(message), position))
            });
            first = first.and(end);
        }
        first
    })
    .map_err(|failure| placed(failure, position))?;

    if let Some((fatal, place)) = context.run.fatal() {
        return Err(fatal.at(place));
    }
    let mut ended = ended.into_inner().unwrap_or_else(PoisonError::into_inner);
    ended.sort_unstable_by_key(|ended| ended.index);
    // In the order of the items, so that it does not depend on timing which of many are still known.
    let behind = || ended.iter().filter_map(|ended| ended.host.as_ref());
    for (mark, error) in behind().rev() {
        context.run.remember(*mark, error);
    }
    if collect {
        return Ok(collected(ended));
    }
    if ended.iter().any(|ended| ended.value.is_err()) {
        context.branch.uncaught(sequence, behind().map(|(_, error)| error.clone()));
    }
    all(ended, position)
}

/// Runs the closure for one item, as a branch of its own.
fn run_item(
    context: &Arc<Context>,
    around: &GlobalRuntimeState,
    sequence: u64,
    index: usize,
    block: &FnPtr,
    item: Dynamic,
) -> Result<Dynamic, Failure> {
    let tag = Tag(Arc::new(context.item(sequence, index as u64)));
    let engine = engine::for_branch(tag.clone());
    let block = copied(block);
    // The functions and libraries that the closure knows where it stands; its calls begin on a stack of its own.
    let mut global = around.clone();
    global.tag = Dynamic::from(tag);
    global.level = 0;
    let inner = (&engine, block.fn_name(), around.source(), &global, Position::NONE).into();
    block.call_raw(&inner, None, [item]).map(Dynamic::flatten)
}

/// The results in item order, or the error of the first item that failed.
fn all(ended: Vec<Ended>, position: Position) -> Result<Dynamic, Failure> {
    let results = ended.into_iter().map(|Ended { index, value, .. }| {
        value.map_err(|failure| {
            let name = format!("item {index} of `parallel`");
            let file = current_file().unwrap_or_default();
            Box::new(EvalAltResult::ErrorInFunctionCall(name, file, failure, position))
        })
    });
    Ok(Dynamic::from_array(results.collect::<Result<Array, _>>()?))
}

/// `#{ ok, results, failed }`.
fn collected(ended: Vec<Ended>) -> Dynamic {
    let mut results = Array::with_capacity(ended.len());
    let mut failed = Array::new();
    for Ended { index, item, value, .. } in ended {
        match value {
            Ok(value) => results.push(value),
            Err(failure) => {
                results.push(Dynamic::UNIT);
                failed.push(Dynamic::from_map(Map::from([
                    ("index".into(), (index as i64).into()),
                    ("item".into(), item.unwrap_or_default()),
                    ("error".into(), caught(&failure)),
                ])));
            }
        }
    }
    Dynamic::from_map(Map::from([
        ("ok".into(), ((results.len() - failed.len()) as i64).into()),
        ("results".into(), Dynamic::from_array(results)),
        ("failed".into(), Dynamic::from_array(failed)),
    ]))
}

fn width(value: &Dynamic) -> Result<usize, Thrown> {
    let width = value.as_int().ok().filter(|width| (1..=MAX_WIDTH).contains(width));
    width.and_then(|width| usize::try_from(width).ok()).ok_or_else(|| {
        let message =
            format!("`parallel` takes 1 to {MAX_WIDTH} items at a time, not {}", found(value));
        Thrown::argument(message)
    })
}

/// Whether errors are collected instead of thrown.
fn collects(options: Option<&Dynamic>) -> Result<bool, Thrown> {
    let Some(options) = options else { return Ok(false) };
    let Ok(map) = options.as_map_ref() else {
        let message = format!("the options of `parallel` are a map, not {}", found(options));
        return Err(Thrown::argument(message));
    };
    if let Some(unknown) = map.keys().find(|name| !OPTIONS.contains(&name.as_str())) {
        let message = format!("`parallel` has no option `{unknown}`: it has `on_error`");
        return Err(Thrown::argument(message));
    }
    match map.get("on_error").and_then(crate::value::as_text).as_deref() {
        None if !map.contains_key("on_error") => Ok(false),
        Some("throw") => Ok(false),
        Some("collect") => Ok(true),
        _ => Err(Thrown::argument("`on_error` is \"collect\" or \"throw\"")),
    }
}

/// The closure, which must leave what it captured alone.
fn block(context: &Context, value: &Dynamic) -> Result<FnPtr, Thrown> {
    let Some(block) = value.read_lock::<FnPtr>().map(|block| block.clone()) else {
        let message = format!("`parallel` takes a closure such as `|x| …`, not {}", found(value));
        return Err(Thrown::argument(message));
    };
    captured::check(context, &block, Block::Parallel)?;
    Ok(block)
}

/// A closure with copies of what it captured, so that no two threads share a value.
fn copied(block: &FnPtr) -> FnPtr {
    let mut copy = block.clone();
    copy.set_curry(block.iter_curry().map(copied_value).collect::<Vec<_>>());
    copy
}

fn copied_value(value: &Dynamic) -> Dynamic {
    let value = value.flatten_clone();
    if let Some(function) = value.read_lock::<FnPtr>().map(|function| function.clone()) {
        return Dynamic::from(copied(&function));
    }
    // Values in arrays and maps are never shared themselves; only closures in them may hold shared ones.
    if let Ok(items) = value.as_array_ref() {
        return Dynamic::from_array(items.iter().map(copied_value).collect());
    }
    if let Ok(map) = value.as_map_ref() {
        let entries = map.iter().map(|(name, value)| (name.clone(), copied_value(value)));
        return Dynamic::from_map(entries.collect());
    }
    value
}

pub(super) type Source = Box<dyn Iterator<Item = Result<Dynamic, Failure>> + Send>;

/// The items that a function is given: an array, rows, a range or an iterator.
pub(super) fn source(function: &str, items: &Dynamic) -> Result<Source, Failure> {
    if let Ok(items) = items.as_array_ref() {
        return Ok(Box::new(items.clone().into_iter().map(Ok)));
    }
    if let Some(rows) = items.read_lock::<Rows>() {
        return Ok(Box::new(rows.clone().into_iter().map(Ok)));
    }
    if let Some(pages) = items.read_lock::<Pages>() {
        return Ok(Box::new(pages.stream()?.map(|record| record.map(Dynamic::from))));
    }
    if let Some(lazy) = items.read_lock::<Lazy>() {
        return lazy.take();
    }
    if let Some(range) = items.read_lock::<std::ops::Range<i64>>() {
        return Ok(Box::new(range.clone().map(|number| Ok(number.into()))));
    }
    if let Some(range) = items.read_lock::<std::ops::RangeInclusive<i64>>() {
        return Ok(Box::new(range.clone().map(|number| Ok(number.into()))));
    }
    let message =
        format!("`{function}` takes an array, rows, a range or an iterator, not {}", found(items));
    Err(Thrown::argument(message).into())
}

/// With a place, where it has none yet.
fn placed(mut failure: Failure, position: Position) -> Failure {
    if failure.position().is_none() {
        failure.set_position(position);
    }
    failure
}
