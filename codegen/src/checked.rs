//! What a spec means. Built by [`crate::check`] alone, so whoever holds one may rely on it: types exist, names are free,
//! routes are unique, examples fit. The fields are those of the generated table (`api::operation`).

mod operation;

use pianoroll_model::Revision;

pub(crate) use operation::{
    Answer, Body, BodyId, BodyRelationship, Condition, EffectWhen, Example, FilterField, Method,
    Mode, Operation, Page, Query, Route, Shape, Variant,
};

/// A spec without mistakes.
#[derive(Debug)]
pub struct Spec {
    pub(crate) apps: Vec<App>,
}

impl Spec {
    /// All modules, with their apps.
    pub(crate) fn modules(&self) -> impl Iterator<Item = (&App, &Module)> {
        self.apps.iter().flat_map(|app| app.modules.iter().map(move |module| (app, module)))
    }

    /// All operations, sorted by id as the table is.
    pub(crate) fn operations(&self) -> Vec<(&App, &Module, &Operation)> {
        let mut all: Vec<_> = self
            .modules()
            .flat_map(|(app, module)| module.operations.iter().map(move |op| (app, module, op)))
            .collect();
        all.sort_by(|a, b| a.2.id.cmp(&b.2.id));
        all
    }
}

/// An app: one folder.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) host: Host,
    pub(crate) prefix: String,
    pub(crate) revision_header: Option<String>,
    pub(crate) revisions: Vec<Revision>,
    pub(crate) retired_after_years: Option<i16>,
    pub(crate) json_api: bool,
    pub(crate) tiers: Vec<Tier>,
    pub(crate) budgets: Vec<Budget>,
    /// By name.
    pub(crate) modules: Vec<Module>,
}

impl App {
    /// A type and the module that declares it.
    pub(crate) fn type_of(&self, kind: &str) -> Option<(&Module, &Type)> {
        let mut all =
            self.modules.iter().flat_map(|module| module.types.iter().map(move |it| (module, it)));
        all.find(|(_, it)| it.kind == kind)
    }

    /// A tier and its place in the list.
    pub(crate) fn tier(&self, name: &str) -> Option<(usize, &Tier)> {
        self.tiers.iter().enumerate().find(|(_, tier)| tier.name == name)
    }
}

/// Which base URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Gateway,
    Control,
}

/// A rate tier: requests a second and a minute.
#[derive(Debug)]
pub(crate) struct Tier {
    pub(crate) name: String,
    pub(crate) burst: Option<u32>,
    pub(crate) steady: Option<u32>,
}

/// A window that an option charges.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) name: String,
    pub(crate) option: String,
    pub(crate) value: String,
    pub(crate) burst: u32,
    pub(crate) steady: u32,
}

/// A resource file.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) name: String,
    /// The main type first.
    pub(crate) types: Vec<Type>,
    /// In the file's order.
    pub(crate) operations: Vec<Operation>,
}

impl Module {
    pub(crate) fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.name == name)
    }

    /// What the module is about.
    pub(crate) fn doc(&self) -> &str {
        self.types.first().map_or("", |main| &main.doc)
    }
}

/// A type of resource.
#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub(crate) kind: String,
    pub(crate) main: bool,
    pub(crate) doc: String,
    pub(crate) name: Option<String>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) relationships: Vec<Relationship>,
}

/// An attribute or a parameter.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    pub(crate) additional: bool,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
    pub(crate) doc: String,
}

/// The type of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    String,
    Int,
    Float,
    Bool,
    Datetime,
    Map,
    Any,
    Enum(Vec<String>),
    List(Box<Kind>),
}

impl std::fmt::Display for Kind {
    /// As the spec writes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Kind::String => f.write_str("string"),
            Kind::Int => f.write_str("int"),
            Kind::Float => f.write_str("float"),
            Kind::Bool => f.write_str("bool"),
            Kind::Datetime => f.write_str("datetime"),
            Kind::Map => f.write_str("map"),
            Kind::Any => f.write_str("any"),
            Kind::Enum(values) => write!(f, "enum({})", values.join(",")),
            Kind::List(of) => write!(f, "list<{of}>"),
        }
    }
}

/// A relationship: name and type.
#[derive(Clone, Debug)]
pub(crate) struct Relationship {
    pub(crate) name: String,
    pub(crate) kind: String,
}
