//! Compilation of a stranger's component. What it costs is the stranger's choice, so it happens in a child process that has
//! limits of its own and is given nothing: no environment, no files, no key.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wasmtime::Engine;

use crate::engine;

/// Who compiles.
#[derive(Clone, Debug)]
pub enum Compiler {
    /// This process, without limits: for components that are one's own, in tests and benches.
    Here,
    /// A child process.
    Child(ChildCompiler),
}

/// A program that calls [`compile_child`], and what it may use.
#[derive(Clone, Debug)]
pub struct ChildCompiler {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub words: Vec<OsString>,
    /// What it may use.
    pub limits: CompileLimits,
}

/// What the compilation of one component may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompileLimits {
    /// Computing time of all its threads together. A Python plugin takes a minute or two.
    pub cpu: Duration,
    /// Bytes of address space. A Python plugin takes some 2 GiB.
    pub memory: u64,
    /// Bytes of compiled code.
    pub code: u64,
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self { cpu: Duration::from_secs(600), memory: 8 << 30, code: 1 << 30 }
    }
}

/// Why a component has no compiled code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The compiler refuses it.
    #[error("cannot be compiled: {0}")]
    Refused(String),
    /// It takes more than is allowed.
    #[error("cannot be compiled within its limits: {0}")]
    Limit(String),
    /// The child process could not do its work.
    #[error("the compiler could not work: {0}")]
    Child(String),
}

/// How long a child may take by the clock on the wall, as a multiple of its computing time: it may share its core with many.
const PATIENCE: u32 = 4;

/// The most bytes of what a child says of its failure.
const MOST_WORDS: u64 = 4096;

/// What stands before compiled code in the child's answer. A child that was ended in the middle has not said all of it.
const DONE: &[u8; 8] = b"compiled";

/// What a child ends with where the component is refused.
const REFUSED: u8 = 3;

impl Compiler {
    /// Compiles a component for this version and its settings.
    ///
    /// # Errors
    /// It is refused, or takes more than is allowed.
    pub async fn compile(&self, component: &[u8]) -> Result<Vec<u8>, CompileError> {
        match self {
            Compiler::Here => here(component),
            Compiler::Child(child) => child.compile(component).await,
        }
    }
}

/// Compiles in this process.
fn here(component: &[u8]) -> Result<Vec<u8>, CompileError> {
    let refused = |error: wasmtime::Error| CompileError::Refused(format!("{error:#}"));
    let engine = Engine::new(&engine::config()).map_err(refused)?;
    engine.precompile_component(component).map_err(refused)
}

impl ChildCompiler {
    async fn compile(&self, component: &[u8]) -> Result<Vec<u8>, CompileError> {
        let CompileLimits { cpu, memory, code } = self.limits;
        let failed = |error: std::io::Error| CompileError::Child(error.to_string());
        let mut child = tokio::process::Command::new(&self.program)
            .args(&self.words)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let (input, output, words) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut input), Some(output), Some(words)) = (input, output, words) else {
            return Err(CompileError::Child("it has no pipes".to_owned()));
        };
        let give = async {
            let head = [cpu.as_secs().max(1), memory].map(u64::to_le_bytes).concat();
            // A child that ends early closes the pipe; its end tells why.
            let _ = input.write_all(&head).await;
            let _ = input.write_all(component).await;
            drop(input);
        };
        let mut answer = Vec::new();
        let take = async {
            let mut output = output.take(code + DONE.len() as u64 + 1);
            output.read_to_end(&mut answer).await
        };
        let mut said = Vec::new();
        let listen = async { words.take(MOST_WORDS).read_to_end(&mut said).await };
        let all = async { tokio::join!(give, take, listen) };
        let patience = cpu.saturating_mul(PATIENCE).max(Duration::from_secs(60));
        let Ok(((), taken, _)) = tokio::time::timeout(patience, all).await else {
            let _ = child.kill().await;
            let text = format!("it took longer than {} s", patience.as_secs());
            return Err(CompileError::Limit(text));
        };
        taken.map_err(failed)?;
        if answer.len() as u64 > code + DONE.len() as u64 {
            let _ = child.kill().await;
            let text = format!("its code has more than {} MiB", code >> 20);
            return Err(CompileError::Limit(text));
        }
        let status = child.wait().await.map_err(failed)?;
        let said = String::from_utf8_lossy(&said).trim().to_owned();
        if status.success() && answer.starts_with(DONE) {
            return Ok(answer.split_off(DONE.len()));
        }
        if status.code() == Some(REFUSED.into()) {
            return Err(CompileError::Refused(said));
        }
        Err(self.ended(status, &said))
    }

    /// A child that did not come to its end.
    fn ended(&self, status: std::process::ExitStatus, said: &str) -> CompileError {
        use std::os::unix::process::ExitStatusExt as _;
        let CompileLimits { cpu, memory, .. } = self.limits;
        let signal = status.signal();
        let is = |known: rustix::process::Signal| signal == Some(known.as_raw());
        if is(rustix::process::Signal::XCPU) || is(rustix::process::Signal::KILL) {
            return CompileError::Limit(format!("it computed longer than {} s", cpu.as_secs()));
        }
        let of_memory = said.contains("memory allocation") || said.contains("out of memory");
        if of_memory || is(rustix::process::Signal::ABORT) || is(rustix::process::Signal::SEGV) {
            return CompileError::Limit(format!("it wanted more than {} MiB", memory >> 20));
        }
        CompileError::Child(format!("{status}: {said}"))
    }
}

/// What a compiling child does, and nothing else: reads a component, and writes its compiled code. It limits itself before it
/// looks at a byte of the component.
#[must_use]
pub fn compile_child() -> ExitCode {
    match child() {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, text)) => {
            // Nobody may listen any more.
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::from(code)
        }
    }
}

fn child() -> Result<(), (u8, String)> {
    let failed = |error: std::io::Error| (1, error.to_string());
    let mut input = std::io::stdin().lock();
    let mut head = [0; 16];
    input.read_exact(&mut head).map_err(failed)?;
    let [cpu, memory] = [0, 8].map(|at| {
        let mut number = [0; 8];
        number.copy_from_slice(&head[at..at + 8]);
        u64::from_le_bytes(number)
    });
    limit(cpu, memory).map_err(failed)?;
    let mut component = Vec::new();
    input.read_to_end(&mut component).map_err(failed)?;
    let code = here(&component).map_err(|error| (REFUSED, plain(&error)))?;
    let mut output = std::io::stdout().lock();
    output.write_all(DONE).and_then(|()| output.write_all(&code)).map_err(failed)?;
    output.flush().map_err(failed)
}

fn plain(error: &CompileError) -> String {
    match error {
        CompileError::Refused(text) | CompileError::Limit(text) | CompileError::Child(text) => {
            text.clone()
        }
    }
}

/// Limits this process, for good.
fn limit(cpu: u64, memory: u64) -> std::io::Result<()> {
    let at_most = |soft: u64, hard: u64| Rlimit { current: Some(soft), maximum: Some(hard) };
    // The first limit ends the process, and the second one whatever catches the first.
    setrlimit(Resource::Cpu, at_most(cpu, cpu + 5))?;
    setrlimit(Resource::As, at_most(memory, memory))?;
    setrlimit(Resource::Core, at_most(0, 0))?;
    // It writes into a pipe, and no file.
    setrlimit(Resource::Fsize, at_most(0, 0))?;
    Ok(())
}
