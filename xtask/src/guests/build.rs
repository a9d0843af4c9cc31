//! How a component is built in each language.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use wit_component::ComponentEncoder;

/// Where guests are built.
pub(super) struct Workshop<'r> {
    /// The repository.
    pub(super) root: &'r Path,
    /// Toolchains, and the components.
    pub(super) folder: &'r Path,
}

/// The target of guests in Rust.
const TARGET: &str = "wasm32-unknown-unknown";

/// What every component exports and imports: the world of the WIT package.
const WORLD: &str = "automation";

impl Workshop<'_> {
    /// Where the component of a guest is put.
    pub(super) fn component(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.wasm"))
    }

    /// Builds the core module with cargo, and makes it a component.
    pub(super) fn rust(&self, name: &str) -> Result<()> {
        self.rust_target()?;
        let target = self.folder.join("rust");
        let mut cargo = crate::cargo(&self.root.join("plugins"));
        cargo.args([
            "build",
            "--quiet",
            "--release",
            "--locked",
            "--target",
            TARGET,
            "--package",
            name,
        ]);
        cargo.arg("--target-dir").arg(&target);
        // Panics name files: by names that are the same on every machine.
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
        let mut flags = vec![format!("--remap-path-prefix={}=pianoroll", self.root.display())];
        flags.extend(home.map(|home| format!("--remap-path-prefix={}=cargo", home.display())));
        cargo.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        run(&mut cargo)?;
        let file = format!("{}.wasm", name.replace('-', "_"));
        let module = target.join(TARGET).join("release").join(file);
        let bytes =
            fs::read(&module).with_context(|| format!("could not read {}", module.display()))?;
        let component = ComponentEncoder::default().validate(true).module(&bytes)?.encode()?;
        let path = self.component(name);
        fs::write(&path, component).with_context(|| format!("could not write {}", path.display()))
    }

    /// Has rustup install the target where it is missing.
    fn rust_target(&self) -> Result<()> {
        let mut rustc = Command::new("rustc");
        rustc.current_dir(self.root).args(["--print", "target-libdir", "--target", TARGET]);
        let libraries = PathBuf::from(output(&mut rustc)?.trim());
        if libraries.is_dir() {
            return Ok(());
        }
        run(Command::new("rustup").current_dir(self.root).args(["target", "add", TARGET]))
            .context(format!("this Rust has no {TARGET}, and it could not be installed"))
    }

    /// Has npm install what the lock file says, and no more.
    pub(super) fn javascript(&self, name: &str) -> Result<()> {
        let pins = self.root.join("plugins/toolchains/javascript");
        let toolchain = self.folder.join("javascript");
        self.set_up(&pins, &toolchain, &["package.json", "package-lock.json"], |toolchain| {
            let words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
            run(Command::new("npm").current_dir(toolchain).args(words))
        })?;
        let mut build = Command::new(toolchain.join("node_modules/.bin/componentize-qjs"));
        build.current_dir(self.root.join("plugins").join(name));
        build.args(["--wit", "wit", "--world", WORLD, "--js", "pianoroll/entry.js"]);
        build.args(["--module-root", ".", "--stub-wasi", "--sync", "--output"]);
        run(build.arg(self.component(name)))
    }

    /// Has pip install what the requirements say, by their digests.
    pub(super) fn python(&self, name: &str) -> Result<()> {
        let pins = self.root.join("plugins/toolchains/python");
        let toolchain = self.folder.join("python");
        let scripts = toolchain.join(if cfg!(windows) { "venv/Scripts" } else { "venv/bin" });
        self.set_up(&pins, &toolchain, &["requirements.txt"], |toolchain| {
            run(Command::new("python3").current_dir(toolchain).args(["-m", "venv", "venv"]))?;
            let mut pip = Command::new(scripts.join("python"));
            pip.current_dir(toolchain).args(["-m", "pip", "install", "--quiet"]);
            pip.args(["--disable-pip-version-check", "--no-deps", "--require-hashes"]);
            run(pip.args(["--only-binary", ":all:", "--requirement", "requirements.txt"]))
        })?;
        let mut build = Command::new(scripts.join("componentize-py"));
        build.current_dir(self.root.join("plugins").join(name));
        // Else it looks for packages of the machine's own Python.
        build.env("VIRTUAL_ENV", toolchain.join("venv")).env_remove("PYTHONPATH");
        build.args(["--quiet", "-d", "wit", "-w", WORLD, "componentize", "pianoroll.entry"]);
        build.args(["-p", ".", "--stub-wasi", "-o"]);
        run(build.arg(self.component(name)))
    }

    /// Sets a toolchain up anew where its pins have changed. The pins are written last, so one that was cut off is made again.
    fn set_up(
        &self,
        pins: &Path,
        toolchain: &Path,
        files: &[&str],
        install: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<()> {
        let stamp = toolchain.join("pins");
        // Where it lies, too: the programs of a virtual environment name its folder, and do not start in another one.
        let mut text = format!("{}\n", toolchain.display());
        for file in files {
            let path = pins.join(file);
            text += &fs::read_to_string(&path)
                .with_context(|| format!("could not read {}", path.display()))?;
        }
        if fs::read_to_string(&stamp).is_ok_and(|last| last == text) {
            return Ok(());
        }
        let told = || format!("could not make {}", toolchain.display());
        if toolchain.exists() {
            fs::remove_dir_all(toolchain).with_context(told)?;
        }
        fs::create_dir_all(toolchain).with_context(told)?;
        for file in files {
            fs::copy(pins.join(file), toolchain.join(file)).with_context(told)?;
        }
        install(toolchain)?;
        fs::write(&stamp, text).with_context(told)
    }
}

/// Runs a program whose words are of interest only when it fails.
fn run(command: &mut Command) -> Result<()> {
    output(command).map(drop)
}

fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let done = match command.stdin(std::process::Stdio::null()).output() {
        Ok(done) => done,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!("there is no `{program}` on this machine")
        }
        Err(error) => return Err(error).context(format!("could not start {program}")),
    };
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    if !done.status.success() {
        let words = String::from_utf8_lossy(&done.stderr).into_owned();
        bail!("{program} failed ({}):\n{}{}", done.status, text, words);
    }
    Ok(text)
}
