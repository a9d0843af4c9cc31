//! From what a spec means to what is read: Rust for the compiler, contracts for people and tools. Emitters are pure: the same
//! spec gives the same text. They see nothing but the checked spec.

pub(crate) mod json;
mod openapi;
mod prose;
mod reference;
mod requests;
mod rhai;
pub(crate) mod sdk;
mod table;
pub(crate) mod wit;

use proc_macro2::TokenStream;

use crate::checked::Spec;

/// What `api` includes when it is built: the table and the typed requests.
#[must_use]
pub fn rust(spec: &Spec) -> String {
    let mut tokens = table::emit(spec);
    tokens.extend(requests::emit(spec));
    format!("// Generated from spec/ by pianoroll-codegen.\n\n{}", pretty(tokens))
}

/// The contracts that are committed: path from the root of the repository, and text.
#[must_use]
pub fn contracts(spec: &Spec) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = rhai::emit(spec)
        .into_iter()
        .map(|(name, text)| (format!("{DEFINITIONS}/{name}"), text))
        .collect();
    files.push(("docs/openapi.json".to_owned(), openapi::emit(spec)));
    files.push(("docs/operations.md".to_owned(), reference::emit(spec)));
    // The SDK has its own copy, since it is built outside of this repository, too.
    let package = wit::emit(spec);
    files.push(("crates/plugin/wit/klaviyo.wit".to_owned(), package.clone()));
    files.push(("crates/plugin-sdk/wit/klaviyo.wit".to_owned(), package));
    files.extend(sdk::emit(spec));
    files
}

/// The folder of the definitions. It holds nothing else, so that a module that is gone takes its file along.
pub const DEFINITIONS: &str = "docs/definitions";

/// The folders that hold nothing but contracts.
pub(crate) const FOLDERS: [&str; 2] = [DEFINITIONS, sdk::FOLDER];

fn pretty(tokens: TokenStream) -> String {
    match syn::parse2(tokens.clone()) {
        Ok(file) => spaced(&prettyplease::unparse(&file)),
        // Never seen: the tests parse all that is made. What comes out will not compile, and shows why.
        Err(error) => format!("compile_error!({:?});\n{tokens}", error.to_string()),
    }
}

/// With a space behind the slashes of documentation, as people write it.
fn spaced(text: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("///") {
        Some(doc) if !doc.is_empty() && !doc.starts_with(' ') => {
            format!("{}/// {doc}\n", &line[..line.len() - line.trim_start().len()])
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}
