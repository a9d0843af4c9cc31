//! Where plugins live: the engine, what is linked to it, and the code that was compiled for it.

use std::sync::Arc;

use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::cache::{Cache, CacheError};
use crate::compile::{CompileError, Compiler};
use crate::engine::{self, Pulse};
use crate::guest::{Loaded, Plugin};
use crate::imports;
use crate::instance::Instance;
use crate::package::Package;

/// What plugins run on: one a process.
pub struct Runtime {
    engine: Engine,
    linker: Linker<Instance>,
    pulse: Pulse,
    compiler: Compiler,
    cache: Option<Cache>,
}

/// Why plugins cannot run here.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The engine does not start on this machine.
    #[error("plugins cannot run on this machine: {0}")]
    Engine(String),
    /// No thread.
    #[error("no thread could be started for plugins: {0}")]
    Thread(#[from] std::io::Error),
}

/// Why a package cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be compiled, or not within the limits.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// It does not fit what this pianoroll offers.
    #[error("does not fit this pianoroll: {0}")]
    Link(String),
}

impl Runtime {
    /// Starts the engine. Without a cache each plugin is compiled whenever it is loaded.
    ///
    /// # Errors
    /// This machine lacks something that plugins need.
    pub fn new(compiler: Compiler, cache: Option<Cache>) -> Result<Arc<Self>, RuntimeError> {
        let failed = |error: wasmtime::Error| RuntimeError::Engine(format!("{error:#}"));
        let engine = Engine::new(&engine::config()).map_err(failed)?;
        let mut linker = Linker::new(&engine);
        imports::link(&mut linker).map_err(failed)?;
        let pulse = Pulse::start(&engine)?;
        Ok(Arc::new(Self { engine, linker, pulse, compiler, cache }))
    }

    /// Makes a package ready to run: with code that was compiled before, or compiled now, and linked.
    ///
    /// # Errors
    /// It cannot be compiled, or imports what is not offered. An entry of the cache that is damaged is no error: the package is
    /// compiled again, and the answer's second part tells of it.
    pub async fn load(
        self: &Arc<Self>,
        package: &Package,
    ) -> Result<(Plugin, Option<CacheError>), LoadError> {
        let (code, told) = self.code(package).await?;
        let component = self.component(&code)?;
        let linked = self.linker.instantiate_pre(&component);
        let linked = linked.map_err(|error| LoadError::Link(format!("{error:#}")))?;
        let loaded = Loaded {
            runtime: Arc::clone(self),
            manifest: Arc::new(package.manifest().clone()),
            digest: *package.digest(),
            linked,
        };
        Ok((Plugin { inner: Arc::new(loaded) }, told))
    }

    /// The compiled code of a package.
    async fn code(&self, package: &Package) -> Result<(Vec<u8>, Option<CacheError>), CompileError> {
        let Some(cache) = &self.cache else {
            return Ok((self.compiler.compile(package.component()).await?, None));
        };
        let key = cache.key(package.digest(), &self.engine);
        let told = match cache.get(&key) {
            Ok(Some(code)) => return Ok((code, None)),
            Ok(None) => None,
            Err(error) => Some(error),
        };
        let code = self.compiler.compile(package.component()).await?;
        let kept = cache.put(&key, &code).err();
        Ok((code, told.or(kept)))
    }

    #[expect(
        unsafe_code,
        reason = "code comes from our own compiler: from a pipe to our own child, or from the cache, which verifies a keyed digest of all of it"
    )]
    fn component(&self, code: &[u8]) -> Result<Component, LoadError> {
        // SAFETY: `code` is what `compile` answered for this very version and settings, or what the cache has verified to be that.
        // Wasmtime itself refuses other versions and settings.
        let component = unsafe { Component::deserialize(&self.engine, code) };
        component.map_err(|error| LoadError::Link(format!("{error:#}")))
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn pulse(&self) -> &Pulse {
        &self.pulse
    }
}
