//! The engine: what the language has, and its limits.
//!
//! Everything that is registered is built once and shared; an engine for a branch is a few pointers to it, so that each has
//! its own progress callback and tag.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use pianoroll_host::Host;
use rhai::module_resolvers::DummyModuleResolver;
use rhai::packages::{
    BasicArrayPackage, BasicMapPackage, BasicMathPackage, CorePackage, LogicPackage,
    MoreStringPackage, Package,
};
use rhai::{
    Dynamic, Engine, EvalAltResult, Module, ModuleResolver, OptimizationLevel, Position, Scope,
    Shared, Token,
};

use std::sync::Arc;

use crate::context::{Context, Run, Tag};
use crate::depth;
use crate::error::{Failure, Fatal};
use crate::modules;
use crate::run::MemoryLimit;
use crate::testing;

/// How many functions may call each other.
///
/// Rhai's own default is smaller in debug builds than in release ones; these are the same everywhere. On [`STACK_BYTES`] they
/// leave more than half of the stack unused (`tests/limits.rs`).
pub const MAX_CALL_LEVELS: usize = 64;

/// How deep an expression may nest, in functions and outside.
pub const MAX_EXPRESSION_DEPTH: usize = 64;

/// The stack of each thread that runs or compiles a script.
pub const STACK_BYTES: usize = 8 * 1024 * 1024;

/// After how many operations a run looks whether it is to stop. An operation takes some 100 ns.
const LOOK_EVERY: u64 = 64;

/// A module that all engines share.
pub(crate) type SharedModule = Shared<Module>;

/// What all engines share.
struct Library {
    // The parts of Rhai's standard library that scripts have: no clock, no blobs, no bits.
    packages: Vec<SharedModule>,
    globals: SharedModule,
    named: Vec<(&'static str, SharedModule)>,
}

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library {
    packages: vec![
        CorePackage::new().as_shared_module(),
        LogicPackage::new().as_shared_module(),
        BasicMathPackage::new().as_shared_module(),
        BasicArrayPackage::new().as_shared_module(),
        BasicMapPackage::new().as_shared_module(),
        MoreStringPackage::new().as_shared_module(),
    ],
    globals: Shared::new(modules::globals()),
    named: modules::named(),
});

/// The name of the module that holds the parameters.
pub(crate) const PARAMS: &str = "params";

/// An engine that compiles scripts with these parameters.
pub(crate) fn for_compiling(params: SharedModule) -> Engine {
    let mut engine = Engine::new_raw();
    for package in &LIBRARY.packages {
        engine.register_global_module(Shared::clone(package));
    }
    // Registered last, so that these are found before the packages' own.
    engine.register_global_module(Shared::clone(&LIBRARY.globals));
    for (name, module) in &LIBRARY.named {
        engine.register_static_module(*name, Shared::clone(module));
    }
    engine.register_static_module(PARAMS, params);

    engine.set_module_resolver(DummyModuleResolver::new());
    engine.set_max_call_levels(MAX_CALL_LEVELS);
    engine.set_max_expr_depths(MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_DEPTH);
    // Any of Rhai's size limits walks the whole array at each push; memory is bounded per run instead.
    engine.set_max_string_size(0);
    engine.set_max_array_size(0);
    engine.set_max_map_size(0);
    engine.set_strict_variables(true);
    // Fast operators never ask `modules/compare.rs`.
    engine.set_fast_operators(false);
    // The check walks what the author wrote, and what it walked is what runs.
    engine.set_optimization_level(OptimizationLevel::None);
    engine.disable_symbol("eval");
    free_debug(&mut engine);
    engine
}

/// After how many uses of variables one is looked at for its depth; a prime, so that a loop's own rhythm does not hide one.
const MEASURE_EVERY: u64 = 13;

/// Ends a run whose values nest too deeply: dropping and copying them recurses, and would take the whole process down with
/// the stack. Any use of a variable may be the one that wraps it once more, so some of them are looked at.
#[expect(deprecated, reason = "so Rhai marks what may change with a version; a test would tell")]
fn watch_depth(engine: &mut Engine, context: Shared<Context>) {
    let uses = AtomicU64::new(0);
    engine.on_var(move |name, _, scope| {
        if uses.fetch_add(1, Ordering::Relaxed).is_multiple_of(MEASURE_EVERY)
            && let Some(value) = scope.scope().get(name)
            && depth::exceeds(value)
        {
            let message = format!("the values in `{name}` nest deeper than {} levels", depth::MOST);
            return Err(context.run.end(Fatal::Limit(message), Position::NONE));
        }
        Ok(None)
    });
}

/// An engine that compiles tests of scripts.
pub(crate) fn for_compiling_tests(params: SharedModule) -> Engine {
    let mut engine = for_compiling(params);
    testing::extend(&mut engine);
    engine
}

/// Lets `log::debug` be called: Rhai keeps the word for a function of its own.
#[expect(deprecated, reason = "so Rhai marks what may change with a version; a test would tell")]
fn free_debug(engine: &mut Engine) {
    engine.on_parse_token(|token, _, _| match token {
        Token::Reserved(word) if *word == "debug" => Token::Identifier(word),
        token => token,
    });
}

/// An engine that runs one branch.
pub(crate) fn for_branch(tag: Tag) -> Engine {
    let params = Shared::clone(&tag.0.run.params);
    let mut engine = match tag.0.run.test {
        Some(_) => for_compiling_tests(params),
        None => for_compiling(params),
    };
    let context = Shared::clone(&tag.0);
    watch_depth(&mut engine, Shared::clone(&context));
    engine.set_module_resolver(Libraries(Arc::clone(&context.run)));
    engine.set_default_tag(Dynamic::from(tag));
    engine.on_progress(move |operations| {
        // One load, each time: a text that doubles needs but a few operations from the limit to the end of the machine.
        let exceeded = context.run.memory.as_ref().and_then(MemoryLimit::exceeded);
        if exceeded.is_none() && !operations.is_multiple_of(LOOK_EVERY) {
            return None;
        }
        ending(&context, exceeded).map(Dynamic::from)
    });
    engine
}

/// For natives that take long, where no engine looks whether the run is to stop.
pub(crate) fn look(context: &Context, position: Position) -> Result<(), Failure> {
    let exceeded = context.run.memory.as_ref().and_then(MemoryLimit::exceeded);
    ending(context, exceeded).map_or(Ok(()), |fatal| Err(context.run.end(fatal, position)))
}

/// What ends the run now, if anything does.
fn ending(context: &Context, exceeded: Option<String>) -> Option<Fatal> {
    if let Some((fatal, _)) = context.run.fatal() {
        return Some(fatal);
    }
    if let Some(fatal) = stopped(context.branch.host()) {
        return Some(fatal);
    }
    if let Err(error) = context.branch.check_time() {
        return Some(Fatal::Host(error));
    }
    let fatal = Fatal::Limit(exceeded?);
    // Remembered, so that the other branches end too.
    let _ = context.run.end(fatal.clone(), Position::NONE);
    Some(fatal)
}

/// The libraries of a run's program, each evaluated once a run: at its first `import`.
struct Libraries(Arc<Run>);

impl ModuleResolver for Libraries {
    fn resolve(
        &self,
        engine: &Engine,
        _: Option<&str>,
        name: &str,
        position: Position,
    ) -> Result<SharedModule, Failure> {
        if let Some(module) = self.0.module(name) {
            return Ok(module);
        }
        let Some(library) = self.0.program.library(name) else {
            return Err(EvalAltResult::ErrorModuleNotFound(name.to_owned(), position).into());
        };
        let module = Module::eval_ast_as_new(Scope::new(), &library.ast, engine);
        let module = module.map_err(|failure| {
            EvalAltResult::ErrorInModule(library.source.path.clone(), failure, position)
        })?;
        let module = Shared::new(module);
        self.0.keep_module(name, &module);
        Ok(module)
    }
}

/// What ended the run from outside, if something did.
pub(crate) fn stopped(host: &Host) -> Option<Fatal> {
    let fatal = || host.stop_reason().cloned().map_or(Fatal::Cancelled, Fatal::Host);
    host.is_stopped().then(fatal)
}

/// A module of parameters.
pub(crate) fn params_module(params: impl IntoIterator<Item = (String, Dynamic)>) -> SharedModule {
    let mut module = Module::new();
    for (name, value) in params {
        module.set_var(name, value);
    }
    module.build_index();
    Shared::new(module)
}
