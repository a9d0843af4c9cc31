//! A script as the journal keeps it: all its sources, and nothing else of it.

use std::collections::BTreeMap;

use pianoroll_journal::Program;
use pianoroll_script::{Library, LibrarySource, Script};
use serde::{Deserialize, Serialize};

use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};

/// What the journal calls a program of this kind.
const KIND: &str = "script";

#[derive(Serialize, Deserialize)]
struct Stored {
    script: Source,
    /// By what stands behind `import`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    libraries: BTreeMap<String, Source>,
}

#[derive(Serialize, Deserialize)]
struct Source {
    path: String,
    text: String,
}

/// A script for the journal. The same sources have the same digest.
pub(crate) fn stored(script: &Script) -> Program {
    let empty = Source { path: String::new(), text: String::new() };
    let mut stored = Stored { script: empty, libraries: BTreeMap::new() };
    for (name, LibrarySource { path, text }) in script.sources() {
        let source = Source { path, text };
        match name {
            None => stored.script = source,
            Some(name) => drop(stored.libraries.insert(name.to_owned(), source)),
        }
    }
    // Texts always serialise.
    Program::new(KIND, serde_json::to_string(&stored).unwrap_or_default())
}

/// The script that a program of the journal is.
pub(crate) fn compiled(program: &Program) -> Result<Script, Failure> {
    if program.kind != KIND {
        let text = format!("this pianoroll runs no program of the kind `{}`", program.kind);
        return Err(Failure::input(text));
    }
    let stored: Stored = serde_json::from_str(&program.content).or_exit(Exit::Input)?;
    Script::compile_with(&stored.script.text, &stored.script.path, &stored)
        .or_exit(Exit::Input)
        .map_err(|failure| failure.hint("it was checked by another version when the run started"))
}

impl Library for Stored {
    fn read(&self, name: &str) -> Result<LibrarySource, String> {
        let source = self.libraries.get(name).ok_or("it is not stored with the run")?;
        Ok(LibrarySource { path: source.path.clone(), text: source.text.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_comes_back_with_its_libraries() {
        struct One;
        impl Library for One {
            fn read(&self, name: &str) -> Result<LibrarySource, String> {
                let text = "fn double(n) { n * 2 }".to_owned();
                Ok(LibrarySource { path: format!("lib/{name}.rhai"), text })
            }
        }
        let text = "import \"numbers\" as numbers; numbers::double(2)";
        let script = Script::compile_with(text, "scripts/x.rhai", &One).unwrap();
        let program = stored(&script);
        assert!(program.is_whole());
        let back = compiled(&program).unwrap();
        assert_eq!(stored(&back), program);
        assert_eq!(back.path(), "scripts/x.rhai");
        let other = Program::new("plugin", "{}");
        assert!(compiled(&other).is_err());
    }
}
