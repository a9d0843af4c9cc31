//! What plugins run on, started by the first one.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use pianoroll_plugin::{
    Cache, ChildCompiler, CompileLimits, Compiler, LoadError, Package, Plugin, Runtime,
};

use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::{output, target};

/// The word that makes this program a child that compiles. It stands in no help.
pub(crate) const COMPILE: &str = "compile-plugin";

/// One engine a process, however many plugins it runs. Held while it is started.
static RUNTIME: Mutex<Option<Arc<Runtime>>> = Mutex::new(None);

/// Makes a package ready to run: with code that was compiled before, or compiled now. Within the async runtime.
pub(crate) async fn load(package: &Package) -> Result<Plugin, Failure> {
    let (plugin, told) = runtime()?.load(package).await.map_err(|error| refused(package, error))?;
    if let Some(told) = told {
        output::warn(told);
    }
    Ok(plugin)
}

fn refused(package: &Package, error: LoadError) -> Failure {
    let manifest = package.manifest();
    let named = format!("the plugin {} {}", manifest.name, manifest.version);
    Failure::new(Exit::Input, anyhow::Error::from(error).context(format!("{named} cannot run")))
}

fn runtime() -> Result<Arc<Runtime>, Failure> {
    let mut started = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = &*started {
        return Ok(Arc::clone(runtime));
    }
    let runtime = Runtime::new(compiler()?, cache()?).or_exit(Exit::Failed)?;
    *started = Some(Arc::clone(&runtime));
    Ok(runtime)
}

fn compiler() -> Result<Compiler, Failure> {
    let program = this_program().or_exit(Exit::Failed)?;
    let (words, limits) = (vec![OsString::from(COMPILE)], CompileLimits::default());
    Ok(Compiler::Child(ChildCompiler { program, words, limits }))
}

/// This very program: an upgrade puts another file in its place while it runs, and that one's code is not for this engine.
fn this_program() -> std::io::Result<PathBuf> {
    let own = PathBuf::from("/proc/self/exe");
    if own.exists() { Ok(own) } else { std::env::current_exe() }
}

/// Where compiled code is kept; nowhere, where nobody says where caches are, or the folder cannot be used.
fn cache() -> Result<Option<Cache>, Failure> {
    let variable = |name: &str| {
        let path = std::env::var_os(name).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let base = variable("XDG_CACHE_HOME");
    let Some(base) = base.or_else(|| Some(variable("HOME")?.join(".cache"))) else {
        return Ok(None);
    };
    match Cache::open(&base.join("pianoroll/compiled"), target::random()?) {
        Ok(cache) => Ok(Some(cache)),
        Err(error) => {
            output::warn(format_args!("{error}; plugins are compiled whenever they are run"));
            Ok(None)
        }
    }
}
