//! The static table: `APPS`, `RESOURCES`, `OPERATIONS`.

use pianoroll_model::{Effect, Retry, Revision};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::{Map, Value};

use crate::checked::{
    Answer, App, Attribute, Body, BodyId, BodyRelationship, Condition, EffectWhen, Example,
    FilterField, Host, Kind, Method, Module, Operation, Page, Query, Relationship, Route, Shape,
    Spec, Type, Variant,
};

pub(super) fn emit(spec: &Spec) -> TokenStream {
    let apps = spec.apps.iter().map(app);
    let tiers = spec.apps.iter().enumerate().map(|(index, value)| tiers(index, value));
    let count = spec.apps.len();
    let index_of = |app: &App| spec.apps.iter().position(|it| it.id == app.id).unwrap_or_default();
    let resources = spec.modules().flat_map(|(app, module)| {
        let app = index_of(app);
        module.types.iter().map(move |value| resource(app, module, value))
    });
    let operations = spec
        .operations()
        .into_iter()
        .map(|(app, module, value)| operation(index_of(app), app, module, value));
    quote! {
        use crate::operation as t;
        use ::pianoroll_model::{Effect, Retry, Revision};

        static APP: [t::App; #count] = [#(#apps),*];

        #(#tiers)*

        /// The apps, by id.
        pub static APPS: &[t::App] = &APP;

        /// The types of all resources: app by app, module by module, the main type first.
        pub static RESOURCES: &[t::Resource] = &[#(#resources),*];

        /// All operations, sorted by id.
        pub static OPERATIONS: &[t::Operation] = &[#(#operations),*];
    }
}

fn app(app: &App) -> TokenStream {
    let App { id, name, doc, prefix, json_api, .. } = app;
    let host = match app.host {
        Host::Gateway => quote!(Gateway),
        Host::Control => quote!(Control),
    };
    let revision_header = option(app.revision_header.as_ref().map(|it| quote!(#it)));
    let revisions = app.revisions.iter().map(|it| revision(*it));
    let retired_after_years = option(app.retired_after_years.map(|it| quote!(#it)));
    let budgets = app.budgets.iter().map(|budget| {
        let crate::checked::Budget { name, option, value, burst, steady } = budget;
        quote!(t::Budget { id: #name, option: #option, value: #value, burst: #burst, steady: #steady })
    });
    quote! {
        t::App {
            id: #id,
            name: #name,
            doc: #doc,
            host: t::Host::#host,
            prefix: #prefix,
            revision_header: #revision_header,
            revisions: &[#(#revisions),*],
            retired_after_years: #retired_after_years,
            json_api: #json_api,
            budgets: &[#(#budgets),*],
        }
    }
}

fn tiers(index: usize, app: &App) -> TokenStream {
    let name = format_ident!("TIERS_{index}");
    let count = app.tiers.len();
    let tiers = app.tiers.iter().map(|tier| {
        let name = &tier.name;
        let burst = option(tier.burst.map(|it| quote!(#it)));
        let steady = option(tier.steady.map(|it| quote!(#it)));
        quote!(t::Tier { id: #name, burst: #burst, steady: #steady })
    });
    quote!(static #name: [t::Tier; #count] = [#(#tiers),*];)
}

fn resource(app: usize, module: &Module, value: &Type) -> TokenStream {
    let module = &module.name;
    let Type { kind, main, doc, .. } = value;
    let name = option(value.name.as_ref().map(|it| quote!(#it)));
    let attributes = value.attributes.iter().map(attribute);
    let relationships = value.relationships.iter().map(relationship);
    quote! {
        t::Resource {
            app: &APP[#app],
            module: #module,
            kind: #kind,
            main: #main,
            doc: #doc,
            name: #name,
            attributes: &[#(#attributes),*],
            relationships: &[#(#relationships),*],
        }
    }
}

fn attribute(attribute: &Attribute) -> TokenStream {
    let Attribute { name, nullable, additional, read_only, write_only, doc, .. } = attribute;
    let kind = kind(&attribute.kind);
    quote! {
        t::Attribute {
            name: #name,
            kind: #kind,
            nullable: #nullable,
            additional: #additional,
            read_only: #read_only,
            write_only: #write_only,
            doc: #doc,
        }
    }
}

fn kind(value: &Kind) -> TokenStream {
    let word = match value {
        Kind::String => quote!(String),
        Kind::Int => quote!(Int),
        Kind::Float => quote!(Float),
        Kind::Bool => quote!(Bool),
        Kind::Datetime => quote!(Datetime),
        Kind::Map => quote!(Map),
        Kind::Any => quote!(Any),
        Kind::Enum(values) => quote!(Enum(&[#(#values),*])),
        Kind::List(of) => {
            let of = kind(of);
            quote!(List(&#of))
        }
    };
    quote!(t::Kind::#word)
}

fn relationship(relationship: &Relationship) -> TokenStream {
    let Relationship { name, kind } = relationship;
    quote!(t::Relationship { name: #name, kind: #kind })
}

fn operation(index: usize, app: &App, module: &Module, value: &Operation) -> TokenStream {
    let module = &module.name;
    let Operation { id, name, title, doc, source, scopes, ok, .. } = value;
    let (interface, function) = (crate::name::kebab(module), crate::name::kebab(name));
    let tiers = format_ident!("TIERS_{index}");
    let tier = app.tier(&value.tier).map_or(0, |(tier, _)| tier);
    let own_route = route(&value.route);
    let documented = option(value.documented.as_ref().map(route));
    let documented_only = option(value.documented_only.as_ref().map(|it| quote!(#it)));
    let since = option(value.since.map(revision));
    let effect = effect(value.effect);
    let effect_when = value.effect_when.iter().map(effect_when);
    let retry = retry(value.retry);
    let key = option(value.key.as_ref().map(|it| quote!(#it)));
    let probe = option(value.probe.as_ref().map(|it| quote!(#it)));
    let daily = option(value.daily.map(|it| quote!(#it)));
    let query = query(&value.query);
    let body = option(value.body.as_ref().map(body));
    let answer = answer(&value.answer);
    let examples = value.examples.iter().map(example);
    let variants = value.variants.iter().map(variant);
    quote! {
        t::Operation {
            id: #id,
            app: &APP[#index],
            module: #module,
            name: #name,
            wit: t::WitName { interface: #interface, function: #function },
            title: #title,
            doc: #doc,
            source: #source,
            route: #own_route,
            documented: #documented,
            documented_only: #documented_only,
            since: #since,
            effect: #effect,
            effect_when: &[#(#effect_when),*],
            retry: #retry,
            key: #key,
            probe: #probe,
            tier: &#tiers[#tier],
            daily: #daily,
            scopes: &[#(#scopes),*],
            query: #query,
            body: #body,
            answer: #answer,
            ok: &[#(#ok),*],
            examples: &[#(#examples),*],
            variants: &[#(#variants),*],
        }
    }
}

fn route(route: &Route) -> TokenStream {
    let path = &route.path;
    let method = match route.method {
        Method::Get => quote!(Get),
        Method::Post => quote!(Post),
        Method::Patch => quote!(Patch),
        Method::Put => quote!(Put),
        Method::Delete => quote!(Delete),
    };
    quote!(t::Route { method: t::Method::#method, path: #path })
}

fn revision(revision: Revision) -> TokenStream {
    let date = revision.date();
    let (year, month, day) = (date.year(), date.month(), date.day());
    quote!(Revision::constant(#year, #month, #day))
}

fn effect(effect: Effect) -> TokenStream {
    match effect {
        Effect::Read => quote!(Effect::Read),
        Effect::Write => quote!(Effect::Write),
        Effect::Delete => quote!(Effect::Delete),
        Effect::Send => quote!(Effect::Send),
    }
}

fn retry(retry: Retry) -> TokenStream {
    match retry {
        Retry::Safe => quote!(Retry::Safe),
        Retry::Idempotent => quote!(Retry::Idempotent),
        Retry::Keyed => quote!(Retry::Keyed),
        Retry::Conflicts => quote!(Retry::Conflicts),
        Retry::Once => quote!(Retry::Once),
    }
}

fn effect_when(when: &EffectWhen) -> TokenStream {
    let attribute = &when.attribute;
    let condition = match &when.condition {
        Condition::Present => quote!(Present),
        Condition::Equals(text) => quote!(Equals(#text)),
    };
    let effect = effect(when.effect);
    quote! {
        t::EffectWhen { attribute: #attribute, condition: t::Condition::#condition, effect: #effect }
    }
}

fn query(query: &Query) -> TokenStream {
    let Query { filter_required, sort, sort_coupled, fields, .. } = query;
    let filter = query.filter.iter().map(|field| {
        let FilterField { name, operators } = field;
        quote!(t::FilterField { name: #name, operators: &[#(#operators),*] })
    });
    let include = query.include.iter().map(relationship);
    let additional_fields =
        query.additional_fields.iter().map(|(kind, names)| quote!((#kind, &[#(#names),*])));
    let page = page(query.page);
    let parameters = query.parameters.iter().map(attribute);
    quote! {
        t::Query {
            filter: &[#(#filter),*],
            filter_required: &[#(#filter_required),*],
            sort: &[#(#sort),*],
            sort_coupled: &[#(#sort_coupled),*],
            include: &[#(#include),*],
            fields: &[#(#fields),*],
            additional_fields: &[#(#additional_fields),*],
            page: #page,
            parameters: &[#(#parameters),*],
        }
    }
}

fn page(page: Page) -> TokenStream {
    let word = match page {
        Page::None => quote!(None),
        Page::Fixed(size) => quote!(Fixed(#size)),
        Page::Sized { size, max, undocumented } => {
            quote!(Sized { size: #size, max: #max, undocumented: #undocumented })
        }
    };
    quote!(t::Page::#word)
}

fn body(body: &Body) -> TokenStream {
    let Body { kind, required, closed, meta, .. } = body;
    let shape = shape(&body.shape);
    let attributes = body.attributes.iter().map(attribute);
    let id = match &body.id {
        BodyId::None => quote!(None),
        BodyId::Path => quote!(Path),
        BodyId::Key(key) => quote!(Key(#key)),
    };
    let relationships = body.relationships.iter().map(body_relationship);
    let nested = body.nested.iter().map(|(key, kind)| quote!((#key, #kind)));
    quote! {
        t::Body {
            shape: #shape,
            kind: #kind,
            attributes: &[#(#attributes),*],
            required: &[#(#required),*],
            closed: #closed,
            id: t::BodyId::#id,
            relationships: &[#(#relationships),*],
            nested: &[#(#nested),*],
            meta: &[#(#meta),*],
        }
    }
}

fn shape(shape: &Shape) -> TokenStream {
    let word = match shape {
        Shape::Attributes => quote!(Attributes),
        Shape::Aggregate => quote!(Aggregate),
        Shape::Plain => quote!(Plain),
        Shape::Identifiers { max } => quote!(Identifiers { max: #max }),
        Shape::Items { container, item, max } => {
            quote!(Items { container: #container, item: #item, max: #max })
        }
        Shape::Groups { container, outer, by, list, item, max } => quote! {
            Groups { container: #container, outer: #outer, by: #by, list: #list, item: #item, max: #max }
        },
    };
    quote!(t::Shape::#word)
}

fn body_relationship(relationship: &BodyRelationship) -> TokenStream {
    let BodyRelationship { key, name, kind, many, required, .. } = relationship;
    let max = option(relationship.max.map(|it| quote!(#it)));
    quote! {
        t::BodyRelationship {
            key: #key,
            name: #name,
            kind: #kind,
            many: #many,
            max: #max,
            required: #required,
        }
    }
}

fn answer(answer: &Answer) -> TokenStream {
    match answer {
        Answer::None => quote!(t::Answer::None),
        Answer::One(kind) => quote!(t::Answer::One(#kind)),
        Answer::Many(kind) => quote!(t::Answer::Many(#kind)),
        Answer::Map => quote!(t::Answer::Map),
    }
}

fn example(example: &Example) -> TokenStream {
    let args = &example.args;
    let options: Map<String, Value> = example.options.iter().cloned().collect();
    let options = text(&Value::Object(options));
    let body = option(example.body.as_ref().map(text).map(|it| quote!(#it)));
    let answer = option(example.answer.as_ref().map(text).map(|it| quote!(#it)));
    let modes = example.modes.iter().map(|mode| {
        let word = format_ident!("{}", crate::name::pascal(mode.as_str()));
        quote!(t::Mode::#word)
    });
    quote! {
        t::Example {
            args: &[#(#args),*],
            options: #options,
            body: #body,
            answer: #answer,
            modes: &[#(#modes),*],
        }
    }
}

fn variant(variant: &Variant) -> TokenStream {
    let Variant { doc, ok, .. } = variant;
    let since = revision(variant.since);
    let route = route(&variant.route);
    let body = option(variant.body.as_ref().map(body));
    let page = page(variant.page);
    quote! {
        t::Variant {
            since: #since,
            doc: #doc,
            route: #route,
            body: #body,
            page: #page,
            ok: &[#(#ok),*],
        }
    }
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}

fn text(value: &Value) -> String {
    crate::emit::json::sorted(value).to_string()
}
