//! The typed layer of the plugin SDK: a module a resource, a function an operation, over the functions of the WIT package.
//!
//! Functions, options and calls as values live in namespaces of their own (`update`, `UpdateOptions`, `call::update`), so that no
//! name of an operation meets another's.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::checked::{App, Module, Operation, Spec};
use crate::emit::{prose, requests, wit};
use crate::name::{self, ident};
use crate::surface::{self, Origin};

/// Where the layer lives; it holds nothing else.
pub(crate) const FOLDER: &str = "crates/plugin-sdk/src/generated";

/// Modules of the SDK itself and crates that it names, beside the interfaces of the package, which no resource may be called
/// either. A test below compares them with its door.
pub(crate) const MODULES: &[&str] = &[
    "alloc",
    "bindings",
    "call",
    "checkpoint",
    "core",
    "document",
    "each",
    "entry",
    "error",
    "filter",
    "generated",
    "host",
    "mock",
    "options",
    "serde",
    "serde_json",
    "std",
    "wit_bindgen",
];

/// Path and text of each file.
pub(super) fn emit(spec: &Spec) -> Vec<(String, String)> {
    let surface = surface::surface(spec);
    let mut modules: Vec<(&App, &Module)> = spec.modules().collect();
    modules.sort_by(|a, b| a.1.name.cmp(&b.1.name));
    let names = modules.iter().map(|(_, module)| ident(&name::snake(&module.name)));
    let door = quote!(#(pub mod #names;)*);
    let intro = "//! The modules of the resources.\n//!\n//! Generated from spec/ by pianoroll-codegen.\n\n";
    let mut files = vec![(format!("{FOLDER}.rs"), format!("{intro}{}", super::pretty(door)))];
    for (app, module) in modules {
        let functions = surface.iter().find(|it| it.name == name::rhai(&module.name));
        let functions = functions.map(|it| it.functions.as_slice()).unwrap_or_default();
        let tokens = emit_module(app, module, functions);
        let intro = format!(
            "//! {}\n//!\n//! Generated from spec/ by pianoroll-codegen.\n\n",
            module.doc()
        );
        let file = name::snake(&module.name);
        files.push((
            format!("{FOLDER}/{file}.rs"),
            format!("{intro}{}", apart(&super::pretty(tokens))),
        ));
    }
    files
}

/// With an empty line between items, as people write them.
fn apart(text: &str) -> String {
    let mut before = "";
    let mut spaced = String::new();
    for line in text.lines() {
        if before.trim() == "}" && line.trim() != "}" {
            spaced.push('\n');
        }
        spaced.push_str(line);
        spaced.push('\n');
        before = line;
    }
    spaced
}

/// Every function of the SDK that a module's operations become: its name, and that of the operation.
pub(crate) fn functions<'o>(
    module: &'o Module,
    functions: &[surface::Function],
) -> Vec<(String, &'o str)> {
    let mut names = Vec::new();
    for operation in &module.operations {
        let of = operation.name.as_str();
        names.push((name::snake(of), of));
        if !operation.is_paged_list() && !operation.options().is_empty() {
            names.push((with_name(operation), of));
        }
        names.extend(each_of(operation, functions).map(|each| (name::snake(&each.name), of)));
    }
    names
}

fn emit_module(app: &App, module: &Module, functions: &[surface::Function]) -> TokenStream {
    let made = module.operations.iter().map(|it| function(module, it));
    let each = module.operations.iter().filter_map(|it| each(it, functions));
    let options = module.operations.iter().map(|it| options(app, it));
    let calls = module.operations.iter().map(|it| call(module, it));
    let sends = module.operations.iter().map(|it| send(module, it));
    quote! {
        #(#made)*
        #(#each)*
        #(#options)*

        /// The same calls as values, for [`calls::batch`](crate::calls::batch).
        pub mod call {
            #(#calls)*
        }

        /// Each call by its function of the package.
        mod send {
            #(#sends)*
        }
    }
}

/// `get(…)`, and `get_with(…, options)`; a list takes options at once, since hardly any goes without.
fn function(module: &Module, operation: &Operation) -> TokenStream {
    let name = function_name(operation);
    let (parameters, arguments) = parameters(operation);
    let docs = docs(module, operation);
    let errors = "# Errors";
    let why = "What the host says.";
    let answer = quote!(Result<crate::Response, crate::Error>);
    let options = quote!(options: impl Into<crate::Options>);
    if operation.is_paged_list() {
        return quote! {
            #(#[doc = #docs])*
            #[doc = ""]
            #[doc = #errors]
            #[doc = #why]
            pub fn #name(#(#parameters,)* #options) -> #answer {
                send::#name(call::#name(#(#arguments),*).options(options))
            }
        };
    }
    let plain = quote! {
        #(#[doc = #docs])*
        #[doc = ""]
        #[doc = #errors]
        #[doc = #why]
        pub fn #name(#(#parameters),*) -> #answer {
            send::#name(call::#name(#(#arguments),*))
        }
    };
    if operation.options().is_empty() {
        return plain;
    }
    let with = ident(&with_name(operation));
    let same = format!(
        "The same as [`{}`], with options: [`{}`].",
        name_of(operation),
        options_name(operation)
    );
    quote! {
        #plain

        #[doc = #same]
        #[doc = ""]
        #[doc = #errors]
        #[doc = #why]
        pub fn #with(#(#parameters,)* #options) -> #answer {
            send::#name(call::#name(#(#arguments),*).options(options))
        }
    }
}

fn each(operation: &Operation, functions: &[surface::Function]) -> Option<TokenStream> {
    let each = each_of(operation, functions)?;
    let (each_name, name) = (ident(&name::snake(&each.name)), function_name(operation));
    let (parameters, arguments) = parameters(operation);
    let doc = format!(
        "Every resource of all pages of [`{}`], which are fetched as they are needed.",
        name_of(operation)
    );
    Some(quote! {
        #[doc = #doc]
        pub fn #each_name(#(#parameters,)* options: impl Into<crate::Options>) -> crate::Each {
            crate::Each::new(call::#name(#(#arguments),*).options(options), send::#name)
        }
    })
}

fn each_of<'f>(
    operation: &Operation,
    functions: &'f [surface::Function],
) -> Option<&'f surface::Function> {
    let is_each =
        |it: &&surface::Function| matches!(&it.origin, Origin::Each(id) if *id == operation.id);
    functions.iter().find(is_each)
}

fn options(app: &App, operation: &Operation) -> TokenStream {
    if operation.options().is_empty() {
        return TokenStream::new();
    }
    let name = options_name(operation);
    let doc = format!("Options of [`{}`].", name_of(operation));
    let methods = requests::methods(app, operation, &quote!(crate::options));
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct #name {
            options: crate::Options,
        }

        impl #name {
            /// None of them yet.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            #methods
        }

        impl From<#name> for crate::Options {
            fn from(options: #name) -> Self {
                options.options
            }
        }
    }
}

fn call(module: &Module, operation: &Operation) -> TokenStream {
    let (name, id) = (function_name(operation), &operation.id);
    let (parameters, _) = parameters(operation);
    let ids = ids(operation);
    let body = operation.body.as_ref().map(|_| quote!(.body(body)));
    let path = format!("{}::{}", name::snake(&module.name), name_of(operation));
    let doc = format!("[`{}`](super::{}) as a value.", path, name_of(operation));
    quote! {
        #[doc = #doc]
        #[must_use]
        pub fn #name(#(#parameters),*) -> crate::Call {
            crate::Call::new(#id)#(.id(#ids))*#body
        }
    }
}

fn send(module: &Module, operation: &Operation) -> TokenStream {
    let name = function_name(operation);
    let interface = bound(&name::kebab(&module.name));
    let function = bound(&name::kebab(&operation.name));
    let ids = (0..operation.route.ids().len()).map(|index| quote!(sent.id(#index),));
    let body = operation.body.as_ref().map(|_| quote!(&sent.body,));
    quote! {
        pub(super) fn #name(call: crate::Call) -> Result<crate::Response, crate::Error> {
            send!(call, #interface::#function, sent => #(#ids)* #body &sent.options)
        }
    }
}

/// What the bindings call an interface or a function: words of Rust have `_` behind them there.
fn bound(kebab: &str) -> Ident {
    let snake = kebab.replace('-', "_");
    let plain = ident(&snake).to_string();
    if plain.starts_with("r#") || snake == "self" || snake == "super" || snake == "crate" {
        format_ident!("{snake}_")
    } else {
        format_ident!("{snake}")
    }
}

fn name_of(operation: &Operation) -> String {
    function_name(operation).to_string()
}

fn function_name(operation: &Operation) -> Ident {
    ident(&name::snake(&operation.name))
}

fn with_name(operation: &Operation) -> String {
    format!("{}_with", name::snake(&operation.name))
}

fn options_name(operation: &Operation) -> Ident {
    ident(&format!("{}Options", name::pascal(&operation.name)))
}

fn ids(operation: &Operation) -> Vec<Ident> {
    let id = |id: &str| ident(&name::snake(&wit::parameter(id)));
    operation.route.ids().into_iter().map(id).collect()
}

/// Ids and body: as parameters, and as what is handed on.
fn parameters(operation: &Operation) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let ids = ids(operation);
    let mut parameters: Vec<TokenStream> =
        ids.iter().map(|id| quote!(#id: impl Into<String>)).collect();
    let mut arguments: Vec<TokenStream> = ids.iter().map(|id| quote!(#id)).collect();
    if operation.body.is_some() {
        parameters.push(quote!(body: impl serde::Serialize));
        arguments.push(quote!(body));
    }
    (parameters, arguments)
}

fn docs(module: &Module, operation: &Operation) -> Vec<String> {
    let mut docs = vec![operation.doc.clone()];
    if let Some(why) = &operation.documented_only {
        docs.push(format!("Documented only: {why}."));
    }
    docs.extend([String::new(), wit::needs(module, operation)]);
    if operation.is_paged_list() {
        docs.push(format!("Options: [`{}`].", options_name(operation)));
    }
    if let Some(body) = &operation.body {
        docs.extend([String::new(), format!("`body`: {}", prose::body_keys(body))]);
    }
    docs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_modules_of_the_sdk_are_known() {
        let door = include_str!("../../../crates/plugin-sdk/src/lib.rs");
        let reserved: Vec<&str> = wit::reserved().chain(MODULES.iter().copied()).collect();
        let modules = door.lines().filter_map(|line| {
            let line = line.strip_prefix("pub ").unwrap_or(line);
            line.strip_prefix("mod ")?.strip_suffix(';')
        });
        let unknown: Vec<&str> = modules.filter(|module| !reserved.contains(module)).collect();
        assert_eq!(unknown, Vec::<&str>::new(), "a resource of this name would be hidden");
    }
}
