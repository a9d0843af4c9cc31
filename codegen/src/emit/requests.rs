//! Typed operations: a struct an operation under `requests`, a struct of attributes a type under `resources`.
//!
//! Names of the spec become types here, so nothing is taken from the prelude: an operation may be called `string` or `option`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::checked::{Answer, App, Attribute, Kind, Module, Operation, Page, Shape, Spec, Type};
use crate::emit::prose;
use crate::name::{self, ident};
use crate::sample;

pub(super) fn emit(spec: &Spec) -> TokenStream {
    let operations = spec.operations();
    let requests = spec.modules().map(|(app, module)| {
        let (name, doc) = (ident(&name::snake(&module.name)), module.doc());
        let structs = module.operations.iter().map(|operation| {
            let row = operations.iter().position(|(_, _, other)| other.id == operation.id);
            request(app, module, operation, row.unwrap_or_default())
        });
        quote! {
            #[doc = #doc]
            pub mod #name {
                #(#structs)*
            }
        }
    });
    let resources = spec.modules().filter(|(app, _)| app.json_api).map(|(_, module)| {
        let (name, doc) = (ident(&name::snake(&module.name)), module.doc());
        let structs = module.types.iter().map(resource);
        quote! {
            #[doc = #doc]
            pub mod #name {
                #(#structs)*
            }
        }
    });
    quote! {
        /// One typed request an operation, module by module.
        pub mod requests {
            #(#requests)*
        }

        /// The attributes of resources, module by module. All are optional: answers leave out what was not asked for.
        pub mod resources {
            #(#resources)*
        }
    }
}

fn resource(kind: &Type) -> TokenStream {
    let (name, doc) = (ident(&name::pascal(&kind.kind)), &kind.doc);
    let fields = kind.attributes.iter().map(field);
    // The API grows: what the spec does not know is kept.
    let other = "Attributes that the spec does not know.";
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, Default, PartialEq, ::serde::Deserialize, ::serde::Serialize)]
        pub struct #name {
            #(#fields)*
            #[doc = #other]
            #[serde(flatten)]
            pub other: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        }

        impl ::std::convert::From<#name> for ::serde_json::Value {
            /// As a body: what is `None` is left out.
            fn from(attributes: #name) -> Self {
                ::serde_json::to_value(attributes).unwrap_or_default()
            }
        }
    }
}

fn field(attribute: &Attribute) -> TokenStream {
    let written = &attribute.name;
    let name = ident(&name::snake_beside(written, &["other"]));
    let kind = rust(&attribute.kind);
    let doc = prose::attribute(attribute);
    quote! {
        #[doc = #doc]
        #[serde(rename = #written, default, skip_serializing_if = "::std::option::Option::is_none")]
        pub #name: ::std::option::Option<#kind>,
    }
}

/// The Rust type of an attribute. Times and enums stay text: the API writes times in several forms, and adds values to
/// enums without a new revision.
fn rust(kind: &Kind) -> TokenStream {
    match kind {
        Kind::String | Kind::Datetime | Kind::Enum(_) => quote!(::std::string::String),
        Kind::Int => quote!(i64),
        Kind::Float => quote!(f64),
        Kind::Bool => quote!(bool),
        Kind::Map => quote!(::serde_json::Map<::std::string::String, ::serde_json::Value>),
        Kind::Any => quote!(::serde_json::Value),
        Kind::List(of) => {
            let of = rust(of);
            quote!(::std::vec::Vec<#of>)
        }
    }
}

fn request(app: &App, module: &Module, operation: &Operation, row: usize) -> TokenStream {
    let name = ident(&name::pascal(&operation.name));
    let docs = docs(app, module, operation);
    let ids: Vec<Ident> = operation.route.ids().into_iter().map(id).collect();
    let has_body = operation.body.is_some();
    let has_options = !operation.options().is_empty();
    let body_field = has_body.then(|| {
        let doc = "The body: shorthand, or a document with a top-level `data`.";
        quote!(#[doc = #doc] pub body: ::serde_json::Value,)
    });
    let options_field = has_options.then(|| {
        let doc = "The options by their plain names.";
        quote!(#[doc = #doc] pub options: crate::arguments::Options,)
    });
    let id_docs = operation.route.ids().into_iter().map(|id| format!("`{{{id}}}` of the path."));
    let id_fields = quote!(#(#[doc = #id_docs] pub #ids: ::std::string::String,)*);
    let default = (ids.is_empty() && !has_body).then(|| quote!(Default,));
    let methods = methods(app, operation, &quote!(crate::request));
    let new = new(operation, &ids, has_options);
    let answer = answer(app, operation);
    let body = if has_body {
        quote!(::std::option::Option::Some(self.body))
    } else {
        quote!(::std::option::Option::None)
    };
    let options =
        if has_options { quote!(self.options) } else { quote!(::std::default::Default::default()) };
    quote! {
        #(#[doc = #docs])*
        #[derive(Clone, Debug, #default PartialEq)]
        pub struct #name {
            #id_fields
            #body_field
            #options_field
        }

        impl #name {
            #new
            #methods
        }

        impl crate::request::TypedRequest for #name {
            type Answer = #answer;

            fn operation(&self) -> &'static crate::operation::Operation {
                &super::super::OPERATIONS[#row]
            }

            fn arguments(self) -> crate::arguments::Arguments {
                crate::arguments::Arguments {
                    ids: ::std::vec![#(self.#ids),*],
                    body: #body,
                    options: #options,
                }
            }
        }
    }
}

/// A path id as a field, clear of the other two.
fn id(name: &str) -> Ident {
    ident(&name::snake_beside(name, &["body", "options"]))
}

fn docs(app: &App, module: &Module, operation: &Operation) -> Vec<String> {
    let mut docs = vec![operation.doc.clone(), String::new(), prose::facts(app, operation)];
    if let Some(why) = &operation.documented_only {
        docs.extend([String::new(), format!("Documented only: {why}.")]);
    }
    if let Some(body) = &operation.body {
        let keys = prose::body_keys(body);
        docs.extend([String::new(), format!("Body: {keys}")]);
    }
    if let Some(example) = prose::example(operation) {
        let sample = sample::rhai(module, operation, example);
        docs.extend([
            String::new(),
            "As a script:".to_owned(),
            "```text".to_owned(),
            sample,
            "```".to_owned(),
        ]);
    }
    docs.extend([String::new(), format!("Source: `{}`.", operation.source)]);
    docs
}

fn new(operation: &Operation, ids: &[Ident], has_options: bool) -> TokenStream {
    let lists_ids =
        operation.body.as_ref().is_some_and(|body| matches!(body.shape, Shape::Identifiers { .. }));
    let (parameter, value) = match (&operation.body, lists_ids) {
        (None, _) => (None, None),
        (Some(_), true) => (
            Some(quote! {
                body: impl ::std::iter::IntoIterator<Item = impl ::std::convert::Into<::std::string::String>>,
            }),
            Some(quote! {
                body: ::serde_json::Value::from(crate::request::texts(body)),
            }),
        ),
        (Some(_), false) => (
            Some(quote!(body: impl ::std::convert::Into<::serde_json::Value>,)),
            Some(quote!(body: body.into(),)),
        ),
    };
    let options = has_options.then(|| quote!(options: ::std::default::Default::default(),));
    let doc = match (ids.is_empty(), operation.body.is_some()) {
        (true, false) => "Without options.",
        (false, false) => "With the ids of the path.",
        (true, true) => "With a body.",
        (false, true) => "With the ids of the path and a body.",
    };
    quote! {
        #[doc = #doc]
        #[must_use]
        pub fn new(#(#ids: impl ::std::convert::Into<::std::string::String>,)* #parameter) -> Self {
            Self { #(#ids: #ids.into(),)* #value #options }
        }
    }
}

fn answer(app: &App, operation: &Operation) -> TokenStream {
    let attributes = |kind: &str| {
        let module = app.type_of(kind).map(|(module, _)| module.name.as_str()).unwrap_or_default();
        let (module, kind) = (ident(&name::snake(module)), ident(&name::pascal(kind)));
        quote!(crate::request::Typed<super::super::resources::#module::#kind>)
    };
    match &operation.answer {
        Answer::None => quote!(()),
        Answer::Map => quote!(::serde_json::Value),
        Answer::One(kind) => {
            let one = attributes(kind);
            quote!(crate::request::Document<#one>)
        }
        Answer::Many(kind) => {
            let one = attributes(kind);
            quote!(crate::request::Document<::std::vec::Vec<#one>>)
        }
    }
}

/// The methods that set options, of a struct with the field `options`. `tools` is where `texts` and `choose` are.
pub(super) fn methods(app: &App, operation: &Operation, tools: &TokenStream) -> TokenStream {
    let query = &operation.query;
    let mut methods = TokenStream::new();
    let mut taken = vec!["new".to_owned()];
    let mut add = |name: String, doc: String, parameter: TokenStream, set: TokenStream| {
        let reserved: Vec<&str> = taken.iter().map(String::as_str).collect();
        let method = name::snake_beside(&name, &reserved);
        let ident = ident(&method);
        taken.push(method);
        methods.extend(quote! {
            #[doc = #doc]
            #[must_use]
            pub fn #ident(mut self, #parameter) -> Self {
                #set
                self
            }
        });
    };
    let set = |option: &str, value: TokenStream| quote!(self.options.insert(::std::string::String::from(#option), #value););
    let text = quote!(::serde_json::Value::from(value.into()));
    let texts = quote! {
        names: impl ::std::iter::IntoIterator<Item = impl ::std::convert::Into<::std::string::String>>
    };
    let into_text = quote!(value: impl ::std::convert::Into<::std::string::String>);
    if !query.filter.is_empty() {
        let doc = format!("Filters: {}", prose::filter(query));
        add("filter".to_owned(), doc, into_text.clone(), set("filter", text.clone()));
    }
    if !query.sort.is_empty() {
        let doc = format!("Sorts by {}; `-` before it for descending.", prose::words(&query.sort));
        add("sort".to_owned(), doc, into_text.clone(), set("sort", text.clone()));
    }
    if !query.include.is_empty() {
        let names: Vec<&str> = query.include.iter().map(|it| it.name.as_str()).collect();
        let doc = format!("Includes {}.", prose::words(&names));
        let value = quote!(::serde_json::Value::from(#tools::texts(names)));
        add("include".to_owned(), doc, texts.clone(), set("include", value));
    }
    if let Page::Sized { size, max, .. } = query.page {
        let doc = format!("Rows a page, at most {max}; {size} without it.");
        let value = quote!(::serde_json::Value::from(value));
        add("page_size".to_owned(), doc, quote!(value: u32), set("page_size", value));
    }
    if query.page != Page::None {
        let doc = "Goes on where an earlier page ended.".to_owned();
        add("cursor".to_owned(), doc, into_text, set("cursor", text));
    }
    let main = operation.answer.kind();
    let choices = query.fields.iter().map(|kind| ("fields", kind, attributes_of(app, kind)));
    let additional = query
        .additional_fields
        .iter()
        .map(|(kind, names)| ("additional_fields", kind, prose::words(names)));
    for (option, kind, names) in choices.chain(additional) {
        let is_main = main == Some(kind);
        let method = if is_main { option.to_owned() } else { format!("{option}_{kind}") };
        let doc = match option {
            "fields" => format!("Only these attributes of `{kind}`: {names}."),
            _ => format!("Also these attributes of `{kind}`: {names}."),
        };
        let value = quote!(#tools::choose(&mut self.options, #option, #kind, names););
        add(method, doc, texts.clone(), value);
    }
    for parameter in &query.parameters {
        let kind = match &parameter.kind {
            Kind::Int => quote!(i64),
            Kind::Float => quote!(f64),
            Kind::Bool => quote!(bool),
            Kind::String | Kind::Datetime | Kind::Enum(_) => quote!(&str),
            Kind::Map | Kind::Any | Kind::List(_) => quote!(::serde_json::Value),
        };
        let value = match &parameter.kind {
            Kind::Map | Kind::Any | Kind::List(_) => quote!(value),
            _ => quote!(::serde_json::Value::from(value)),
        };
        let doc = prose::attribute(parameter);
        add(parameter.name.clone(), doc, quote!(value: #kind), set(&parameter.name, value));
    }
    methods
}

fn attributes_of(app: &App, kind: &str) -> String {
    let attributes = app.type_of(kind).map(|(_, kind)| kind.attributes.as_slice());
    let readable = attributes.unwrap_or_default().iter().filter(|it| !it.write_only);
    let names: Vec<&str> = readable.map(|attribute| attribute.name.as_str()).collect();
    if names.is_empty() { "none is known".to_owned() } else { prose::words(&names) }
}
