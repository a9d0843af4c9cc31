//! From what a spec means to what is read: Rust for the compiler, contracts for people and tools. Emitters are pure: the same
//! spec gives the same text. They see nothing but the checked spec.

pub(crate) mod json;
mod prose;
mod requests;
mod table;

use proc_macro2::TokenStream;

use crate::checked::Spec;

/// What `api` includes when it is built: the table and the typed requests.
#[must_use]
pub fn rust(spec: &Spec) -> String {
    let mut tokens = table::emit(spec);
    tokens.extend(requests::emit(spec));
    format!("// Generated from spec/ by pianoroll-codegen.\n\n{}", pretty(tokens))
}

fn pretty(tokens: TokenStream) -> String {
    match syn::parse2(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        // Never seen: the tests parse all that is made. What comes out will not compile, and shows why.
        Err(error) => format!("compile_error!({:?});\n{tokens}", error.to_string()),
    }
}
