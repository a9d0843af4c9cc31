//! Python: `componentize-py` puts the interpreter and its library into the component.

mod layer;

use super::asks::Asks;
use super::names::python;
use super::{Own, ScaffoldFile, wit};

/// What the author owns.
pub(super) fn own(own: &Own<'_>) -> Vec<ScaffoldFile> {
    let code = own.code(include_str!("python/main.py.in"), include_str!("python/start.py.in"));
    vec![
        ScaffoldFile::new("README.md", own.named(include_str!("python/README.md"))),
        ScaffoldFile::new("requirements.txt", include_str!("python/requirements.txt")),
        ScaffoldFile::new("main.py", code),
        ScaffoldFile::new(".gitignore", "/.venv\n/wit_world\n__pycache__\n/*.wasm\n"),
    ]
}

/// What is pianoroll's.
pub(super) fn generated(asks: &Asks) -> Vec<ScaffoldFile> {
    let mut files = vec![
        ScaffoldFile::new("wit/klaviyo.wit", wit::cut(asks)),
        ScaffoldFile::new("pianoroll/__init__.py", layer::package(asks)),
        ScaffoldFile::new("pianoroll/entry.py", include_str!("python/entry.py")),
        ScaffoldFile::new("pianoroll/filters.py", include_str!("python/filters.py")),
        ScaffoldFile::new("pianoroll/layer.py", include_str!("python/layer.py")),
        ScaffoldFile::new("pianoroll/log.py", include_str!("python/log.py")),
        ScaffoldFile::new("pianoroll/prelude.py", include_str!("python/prelude.py")),
    ];
    if asks.files {
        files.push(ScaffoldFile::new("pianoroll/files.py", include_str!("python/files.py")));
    }
    if !asks.modules.is_empty() {
        files.push(ScaffoldFile::new("pianoroll/types.py", layer::types(asks)));
    }
    for module in &asks.modules {
        files.push(ScaffoldFile::new(
            format!("pianoroll/{}.py", python(module)),
            layer::module(asks, module),
        ));
    }
    files
}
