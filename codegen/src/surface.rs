//! What scripts see: the functions of every module, as data. The definitions are written from it, and a test compares it with
//! what the script engine really offers.
//!
//! The rules, once:
//! - A module is a resource file, a function an operation. It takes the ids of the path in order, then the body if there is
//!   one, then, where the operation has options, a map of them that may be left out.
//! - A paged operation that answers many also has an iterator: `list` is `each`, `list_profiles` is `each_profile`, with the
//!   same ids and options.
//! - Beside each iterator stands what counts its resources: `count`, `count_profiles`.
//! - `find_or_create(name_or_map)`, where there is `find` by name alone, and a `create` of attributes.
//! - `find(id_or_name)`, where the resource has a name that is matched, and `list`; with options behind it, where `list` must
//!   be filtered.
//! - `sync_profiles(id, ids)`, where `add_profiles`, `remove_profiles` and a paged `list_profiles` take the same id.
//! - Words that Rhai keeps have `_` behind them.

use crate::checked::{Answer, Module as CheckedModule, Operation, Shape, Spec};
use crate::name;

/// One module of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// `profiles`
    pub name: String,
    /// The app that it belongs to: `klaviyo`.
    pub app: String,
    /// What it is about.
    pub doc: String,
    /// Its functions, in the order of the spec; each number of arguments is one of its own.
    pub functions: Vec<Function>,
}

/// One function with one number of arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// `add_profiles`
    pub name: String,
    /// In order.
    pub parameters: Vec<Parameter>,
    /// What comes back.
    pub returns: Returns,
    /// What it is made of.
    pub origin: Origin,
    /// One or more sentences.
    pub doc: String,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// `profile_id`, `body`, `options`
    pub name: String,
    /// Its type.
    pub kind: ParameterKind,
}

/// The type of a parameter, as Rhai calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// Text.
    String,
    /// A map.
    Map,
    /// A map, or an array where the operation takes lists.
    MapOrArray,
    /// A text or a map.
    StringOrMap,
    /// An array, or rows.
    Array,
}

/// What a function returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    /// Nothing.
    Nothing,
    /// One resource.
    Resource,
    /// A map of no particular shape.
    Map,
    /// An array of resources: what a list that became several calls was answered with.
    List,
    /// `#{ data, next, included }`
    Page,
    /// An iterator of resources.
    Resources,
    /// A whole number.
    Number,
}

/// What a function is made of: ids of operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// One operation.
    Operation(String),
    /// The pages of one.
    Each(String),
    /// How many resources the pages of one hold.
    Count(String),
    /// Looking something up.
    Find {
        /// Lists all.
        list: String,
        /// Reads one by id.
        get: Option<String>,
    },
    /// Looking something up by name, and making it where it is not there.
    FindOrCreate {
        /// Lists all.
        list: String,
        /// Makes one.
        create: String,
    },
    /// Making membership what it should be.
    Sync {
        /// Adds members.
        add: String,
        /// Removes members.
        remove: String,
        /// Lists members.
        list: String,
    },
}

/// The modules of a spec, by name.
#[must_use]
pub fn surface(spec: &Spec) -> Vec<Module> {
    let mut modules: Vec<Module> = spec
        .modules()
        .map(|(app, module)| Module {
            name: name::rhai(&module.name),
            app: app.id.clone(),
            doc: module.doc().to_owned(),
            functions: functions(module),
        })
        .collect();
    modules.sort_by(|a, b| a.name.cmp(&b.name));
    modules
}

fn functions(module: &CheckedModule) -> Vec<Function> {
    let mut all = Vec::new();
    for operation in &module.operations {
        all.extend(calls(operation));
        all.extend(each(operation));
        all.extend(count(operation));
    }
    all.extend(find(module));
    all.extend(find_or_create(module));
    all.extend(module.operations.iter().filter_map(|operation| sync(module, operation)));
    all
}

fn calls(operation: &Operation) -> Vec<Function> {
    let mut parameters = ids(operation);
    if let Some(body) = &operation.body {
        let kind = match body.shape.max() {
            Some(_) => ParameterKind::MapOrArray,
            None => ParameterKind::Map,
        };
        parameters.push(Parameter { name: "body".to_owned(), kind });
    }
    let takes_list = operation.body.as_ref().is_some_and(|body| body.shape.max().is_some());
    let returns = match &operation.answer {
        Answer::None => Returns::Nothing,
        _ if takes_list => Returns::List,
        Answer::One(_) => Returns::Resource,
        Answer::Many(_) => Returns::Page,
        Answer::Map => Returns::Map,
    };
    let function = Function {
        name: name::rhai(&operation.name),
        parameters,
        returns,
        origin: Origin::Operation(operation.id.clone()),
        doc: operation.doc.clone(),
    };
    with_options(function, operation)
}

fn each(operation: &Operation) -> Vec<Function> {
    let rest = match operation.name.strip_prefix("list") {
        Some(rest) if operation.is_paged_list() => rest,
        _ => return Vec::new(),
    };
    let name = match rest.strip_prefix('_') {
        Some(plural) => format!("each_{}", name::singular(plural)),
        None if rest.is_empty() => "each".to_owned(),
        None => return Vec::new(),
    };
    let function = Function {
        name,
        parameters: ids(operation),
        returns: Returns::Resources,
        origin: Origin::Each(operation.id.clone()),
        doc: format!(
            "Every resource of all pages of `{}`, which are fetched as they are needed. {}",
            operation.name, operation.doc
        ),
    };
    with_options(function, operation)
}

fn count(operation: &Operation) -> Vec<Function> {
    let Some(rest) = operation.name.strip_prefix("list").filter(|_| !each(operation).is_empty())
    else {
        return Vec::new();
    };
    let function = Function {
        name: format!("count{rest}"),
        parameters: ids(operation),
        returns: Returns::Number,
        origin: Origin::Count(operation.id.clone()),
        doc: format!(
            "How many resources `{}` holds: its pages are read, as large as they can be, and counted.",
            operation.name
        ),
    };
    with_options(function, operation)
}

fn find_or_create(module: &CheckedModule) -> Option<Function> {
    let main = module.types.first()?;
    let named = main.name.as_ref()?;
    let list = module.operation("list")?;
    let create = module.operation("create")?;
    let kind = &main.kind;
    let fits = list.answer == Answer::Many(kind.clone())
        && list.query.filter_required.is_empty()
        && create.answer == Answer::One(kind.clone())
        && create.body.as_ref().is_some_and(|body| matches!(body.shape, Shape::Attributes))
        && create.route.ids().is_empty();
    fits.then(|| Function {
        name: "find_or_create".to_owned(),
        parameters: vec![Parameter {
            name: "name_or_map".to_owned(),
            kind: ParameterKind::StringOrMap,
        }],
        returns: Returns::Resource,
        doc: format!(
            "The {kind} with exactly this `{named}`, made from the map where there is none; throws on several."
        ),
        origin: Origin::FindOrCreate { list: list.id.clone(), create: create.id.clone() },
    })
}

fn find(module: &CheckedModule) -> Vec<Function> {
    let Some(main) = module.types.first() else { return Vec::new() };
    let Some(named) = &main.name else { return Vec::new() };
    let answering = |name: &str, wanted: Answer| {
        module.operation(name).filter(|operation| operation.answer == wanted)
    };
    let Some(list) = answering("list", Answer::Many(main.kind.clone())) else { return Vec::new() };
    let get = answering("get", Answer::One(main.kind.clone())).map(|get| get.id.clone());
    let function = Function {
        name: "find".to_owned(),
        parameters: vec![text("id_or_name")],
        returns: Returns::Resource,
        doc: format!(
            "The {} with this id or exactly this `{named}`; throws on none or several.",
            main.kind
        ),
        origin: Origin::Find { list: list.id.clone(), get },
    };
    if list.query.filter_required.is_empty() {
        return vec![function];
    }
    // By name, a list that refuses to be read without a filter needs one.
    with_options(function, list)
}

fn sync(module: &CheckedModule, add: &Operation) -> Option<Function> {
    let members = add.name.strip_prefix("add_")?;
    let remove = module.operation(&format!("remove_{members}"))?;
    let list = module.operation(&format!("list_{members}"))?;
    let kind = identifiers(add)?;
    let ids = ids(add);
    let fits = identifiers(remove) == Some(kind)
        && list.is_paged_list()
        && list.answer.kind() == Some(kind)
        && ids.len() == 1
        && ids == self::ids(remove)
        && ids == self::ids(list);
    fits.then(|| Function {
        name: format!("sync_{members}"),
        parameters: ids
            .into_iter()
            .chain([Parameter { name: "ids".to_owned(), kind: ParameterKind::Array }])
            .collect(),
        returns: Returns::Map,
        doc: format!(
            "Makes `{members}` exactly `ids`: adds those that are missing, removes those that are too many."
        ),
        origin: Origin::Sync { add: add.id.clone(), remove: remove.id.clone(), list: list.id.clone() },
    })
}

/// The type of the ids that an operation takes as its body.
fn identifiers(operation: &Operation) -> Option<&str> {
    let body = operation.body.as_ref()?;
    matches!(body.shape, Shape::Identifiers { .. }).then_some(&body.kind)
}

fn ids(operation: &Operation) -> Vec<Parameter> {
    operation.route.ids().into_iter().map(text).collect()
}

fn text(name: &str) -> Parameter {
    Parameter { name: name.to_owned(), kind: ParameterKind::String }
}

/// The function, and the one that also takes options.
fn with_options(function: Function, operation: &Operation) -> Vec<Function> {
    if operation.options().is_empty() {
        return vec![function];
    }
    let mut longer = function.clone();
    longer.parameters.push(Parameter { name: "options".to_owned(), kind: ParameterKind::Map });
    vec![function, longer]
}
