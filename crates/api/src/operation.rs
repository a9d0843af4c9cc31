//! The types of the generated table. Their fields are what `spec/README.md` describes, checked.

use pianoroll_model::{Effect, Permission, Retry, Revision};
use serde_json::Value;

/// An app behind the gateway, such as Klaviyo, or the gateway's own control plane.
#[derive(Debug)]
pub struct App {
    /// The folder in `spec/`: `klaviyo`.
    pub id: &'static str,
    /// For people: `Klaviyo`.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Which base URL.
    pub host: Host,
    /// Between the base URL and the native path: `/klaviyo`, or nothing.
    pub prefix: &'static str,
    /// The header that carries the revision.
    pub revision_header: Option<&'static str>,
    /// The revisions that the spec describes, oldest first; the first is the default.
    pub revisions: &'static [Revision],
    /// After how many years a revision is served as the next one.
    pub retired_after_years: Option<i16>,
    /// Whether bodies and answers are JSON:API documents.
    pub json_api: bool,
    /// Windows charged on top of an endpoint's.
    pub budgets: &'static [Budget],
}

/// Which base URL an app lives under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// `https://gateway.maton.ai`
    Gateway,
    /// `https://ctrl.maton.ai`
    Control,
}

/// A window that is charged on top of the endpoint's when an option holds a value; shared by all endpoints of the app.
#[derive(Debug)]
pub struct Budget {
    /// Its name.
    pub id: &'static str,
    /// The option: `include` or `additional_fields`.
    pub option: &'static str,
    /// The value in it that charges.
    pub value: &'static str,
    /// Requests per second.
    pub burst: u32,
    /// Requests per minute.
    pub steady: u32,
}

/// A rate tier: how many requests an endpoint takes from one connection.
#[derive(Debug)]
pub struct Tier {
    /// Its name: `L`.
    pub id: &'static str,
    /// Requests per second; nothing where only the credential's quota applies.
    pub burst: Option<u32>,
    /// Requests per minute.
    pub steady: Option<u32>,
}

/// A noun of the API.
#[derive(Debug)]
pub struct Resource {
    /// The app.
    pub app: &'static App,
    /// The module that owns it: `profiles`. Several types may share one.
    pub module: &'static str,
    /// The JSON:API type: `profile`.
    pub kind: &'static str,
    /// Whether it is the module's main type.
    pub main: bool,
    /// What it is.
    pub doc: &'static str,
    /// The attribute that `find(id_or_name)` matches exactly.
    pub name: Option<&'static str>,
    /// Its attributes, in the spec's order.
    pub attributes: &'static [Attribute],
    /// Its relationships: name and type.
    pub relationships: &'static [Relationship],
}

impl Resource {
    /// An attribute by name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

/// One attribute of a resource or of a body.
#[derive(Debug)]
pub struct Attribute {
    /// As the API writes it.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether it may be null or absent.
    pub nullable: bool,
    /// Only answered when `additional_fields` asks for it.
    pub additional: bool,
    /// Answered, never accepted.
    pub read_only: bool,
    /// Accepted, never answered.
    pub write_only: bool,
    /// What it holds.
    pub doc: &'static str,
}

/// The type of an attribute or a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Text.
    String,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// True or false.
    Bool,
    /// RFC 3339 text.
    Datetime,
    /// A JSON object.
    Map,
    /// Any JSON value.
    Any,
    /// One of these texts. Answers may hold others: the API adds values without a new revision.
    Enum(&'static [&'static str]),
    /// A list.
    List(&'static Kind),
}

/// A relationship of a resource.
#[derive(Debug)]
pub struct Relationship {
    /// As `include` names it: `flow-triggers`.
    pub name: &'static str,
    /// The type at its other end: `flow`.
    pub kind: &'static str,
}

/// One operation: one method and path.
#[derive(Debug)]
pub struct Operation {
    /// `profiles.list`
    pub id: &'static str,
    /// The app.
    pub app: &'static App,
    /// The module: `profiles`.
    pub module: &'static str,
    /// The name within the module: `list`.
    pub name: &'static str,
    /// The document's heading: `Get Profiles`.
    pub title: &'static str,
    /// One or more sentences.
    pub doc: &'static str,
    /// Where it stands in the spec: `spec/klaviyo/profiles.toml:12`.
    pub source: &'static str,
    /// Method and path, as called by default.
    pub route: Route,
    /// The documented route, where the operation is among the documented ones. Usually the same as `route`.
    pub documented: Option<Route>,
    /// Why the official API has no such route, and what to call instead.
    pub documented_only: Option<&'static str>,
    /// Officially there only from this revision on.
    pub since: Option<Revision>,
    /// What it does, unless `effect_when` finds more.
    pub effect: Effect,
    /// Where the body decides.
    pub effect_when: &'static [EffectWhen],
    /// What a lost answer allows.
    pub retry: Retry,
    /// With [`Retry::Keyed`]: the attribute that carries the key.
    pub key: Option<&'static str>,
    /// With [`Retry::Once`]: the id of the read that settles a lost answer.
    pub probe: Option<&'static str>,
    /// Its rate tier.
    pub tier: &'static Tier,
    /// Requests a day.
    pub daily: Option<u32>,
    /// The OAuth scopes that the API asks for.
    pub scopes: &'static [&'static str],
    /// What the query may hold.
    pub query: Query,
    /// What it sends.
    pub body: Option<Body>,
    /// What it answers.
    pub answer: Answer,
    /// The statuses of success.
    pub ok: &'static [u16],
    /// Calls that work against the simulator's data.
    pub examples: &'static [Example],
    /// What differs from a revision on, oldest first. Each is complete: not a difference to apply.
    pub variants: &'static [Variant],
}

/// A method and a native path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The native path, its ids in braces: `/api/profiles/{profile_id}`.
    pub path: &'static str,
}

impl Route {
    /// The names of the ids in the path, in order.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> + use<> {
        let segments = self.path.split('/');
        segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// The ids of a path that this route's template matches, still percent-encoded.
    #[must_use]
    pub fn matches<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let mut ids = Vec::new();
        let mut given = path.split('/');
        for wanted in self.path.split('/') {
            let segment = given.next()?;
            if wanted.starts_with('{') {
                if segment.is_empty() {
                    return None;
                }
                ids.push(segment);
            } else if wanted != segment {
                return None;
            }
        }
        given.next().is_none().then_some(ids)
    }
}

/// An HTTP method that the spec uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PATCH
    Patch,
    /// PUT
    Put,
    /// DELETE
    Delete,
}

impl Method {
    /// `GET`
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

impl std::fmt::Display for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Method {
    type Err = ();

    /// The method of this name, in any case.
    fn from_str(text: &str) -> Result<Self, ()> {
        let all = [Method::Get, Method::Post, Method::Patch, Method::Put, Method::Delete];
        all.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text)).ok_or(())
    }
}

/// A condition on the body that raises the effect.
#[derive(Debug)]
pub struct EffectWhen {
    /// The attribute.
    pub attribute: &'static str,
    /// What it must be.
    pub condition: Condition,
    /// The effect then.
    pub effect: Effect,
}

/// What an attribute must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// There, and not null.
    Present,
    /// This text.
    Equals(&'static str),
}

/// What the query of an operation may hold.
#[derive(Debug)]
pub struct Query {
    /// The fields that `filter` may use, with their operators.
    pub filter: &'static [FilterField],
    /// One of these must be filtered on; empty where the filter is free.
    pub filter_required: &'static [&'static str],
    /// The names that `sort` may use; each also with `-` before it.
    pub sort: &'static [&'static str],
    /// Filtered `greater-than`, only that field ascending may be sorted by; `less-than`, only descending.
    pub sort_coupled: &'static [&'static str],
    /// The relationships that `include` may name.
    pub include: &'static [Relationship],
    /// The types that `fields` may choose from.
    pub fields: &'static [&'static str],
    /// What `additional_fields` may ask for, by type.
    pub additional_fields: &'static [(&'static str, &'static [&'static str])],
    /// Paging.
    pub page: Page,
    /// Other plain parameters.
    pub parameters: &'static [Attribute],
}

/// A field that a filter may use.
#[derive(Debug)]
pub struct FilterField {
    /// As the API writes it: `messages.channel`.
    pub name: &'static str,
    /// `equals`, `any`, `greater-than`, …
    pub operators: &'static [&'static str],
}

/// How an operation pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// One answer holds all.
    None,
    /// By cursor, with a page size of the API's choice.
    Fixed(u32),
    /// By cursor, with a `page_size`.
    Sized {
        /// Rows without the option.
        size: u32,
        /// The most that may be asked for.
        max: u32,
        /// Accepted, but not in the official document of the default revision.
        undocumented: bool,
    },
}

impl Page {
    /// Rows on a page, when none are asked for.
    #[must_use]
    pub const fn default_size(self) -> Option<u32> {
        match self {
            Page::None => None,
            Page::Fixed(size) | Page::Sized { size, .. } => Some(size),
        }
    }
}

/// What an operation sends.
#[derive(Debug)]
pub struct Body {
    /// What the guest gives, and how it is wrapped.
    pub shape: Shape,
    /// The type of the wrapped document; empty for [`Shape::Plain`].
    pub kind: &'static str,
    /// The attributes it takes. For lists of maps: those of one item.
    pub attributes: &'static [Attribute],
    /// Attributes that must be there; `audiences.included` and `messages.data[].attributes.definition` reach inside.
    pub required: &'static [&'static str],
    /// Whether other attributes are refused.
    pub closed: bool,
    /// What becomes `data.id`.
    pub id: BodyId,
    /// Keys that move to `relationships`.
    pub relationships: &'static [BodyRelationship],
    /// Attributes that, given as a plain map, become `{data:{type, id?, attributes}}`: name and type.
    pub nested: &'static [(&'static str, &'static str)],
    /// Keys that move to `data.meta`.
    pub meta: &'static [&'static str],
}

/// What the guest gives as a body, and how it is wrapped (the table in `spec/README.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A map: `{data:{type, id?, attributes, relationships?}}`.
    Attributes,
    /// A list of ids: `{data:[{type, id}…]}`.
    Identifiers {
        /// The most in one call.
        max: u32,
    },
    /// A map that asks a question; wrapped like attributes.
    Aggregate,
    /// A list of maps under `attributes.<container>.data`.
    Items {
        /// The attribute that holds the list.
        container: &'static str,
        /// The type of an item.
        item: &'static str,
        /// The most in one call.
        max: u32,
    },
    /// A list of maps, grouped by one of their attributes.
    Groups {
        /// The attribute that holds the groups.
        container: &'static str,
        /// The type of a group.
        outer: &'static str,
        /// The attribute that groups.
        by: &'static str,
        /// The attribute of a group that holds its items.
        list: &'static str,
        /// The type of an item.
        item: &'static str,
        /// The most items in one call.
        max: u32,
    },
    /// A map that is sent as it stands.
    Plain,
}

impl Shape {
    /// The most items in one call, where the guest gives a list.
    #[must_use]
    pub const fn max(self) -> Option<u32> {
        match self {
            Shape::Identifiers { max } | Shape::Items { max, .. } | Shape::Groups { max, .. } => {
                Some(max)
            }
            Shape::Attributes | Shape::Aggregate | Shape::Plain => None,
        }
    }
}

/// What becomes `data.id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyId {
    /// Nothing.
    None,
    /// The last id of the path.
    Path,
    /// This key of the map. It must be there.
    Key(&'static str),
}

/// A key of a body map that moves to `relationships`.
#[derive(Debug)]
pub struct BodyRelationship {
    /// The guest's key: `source`.
    pub key: &'static str,
    /// The relationship: `profiles`.
    pub name: &'static str,
    /// The type at its other end: `profile`.
    pub kind: &'static str,
    /// Whether the API takes a list.
    pub many: bool,
    /// The most ids it takes.
    pub max: Option<u32>,
    /// Whether it must be there.
    pub required: bool,
}

/// What an operation answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing.
    None,
    /// One resource of this type.
    One(&'static str),
    /// Many resources of this type.
    Many(&'static str),
    /// Any JSON object.
    Map,
}

impl Answer {
    /// The type that it answers with.
    #[must_use]
    pub const fn kind(self) -> Option<&'static str> {
        match self {
            Answer::One(kind) | Answer::Many(kind) => Some(kind),
            Answer::None | Answer::Map => None,
        }
    }
}

/// A call that works against the simulator's data.
#[derive(Debug)]
pub struct Example {
    /// The ids of the path.
    pub args: &'static [&'static str],
    /// The options as a JSON object.
    pub options: &'static str,
    /// The body as JSON.
    pub body: Option<&'static str>,
    /// The answer that the document shows, as JSON.
    pub answer: Option<&'static str>,
    /// The simulator modes in which it succeeds.
    pub modes: &'static [Mode],
}

/// Which API the simulator plays (design section 11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// Documented and official forms.
    #[default]
    Documented,
    /// The official API at the default revision.
    Strict,
    /// What the default revision is served as now.
    Today,
}

impl Mode {
    /// All modes.
    pub const ALL: [Mode; 3] = [Mode::Documented, Mode::Strict, Mode::Today];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Mode::Documented => "documented",
            Mode::Strict => "strict",
            Mode::Today => "today",
        }
    }

    /// The revision that it serves an app at.
    #[must_use]
    pub fn revision(self, app: &App) -> Option<Revision> {
        match self {
            Mode::Documented | Mode::Strict => app.revisions.first().copied(),
            Mode::Today => app.revisions.get(1).or(app.revisions.first()).copied(),
        }
    }

    /// Whether it has an operation.
    #[must_use]
    pub fn has(self, operation: &Operation) -> bool {
        if self == Mode::Documented && operation.documented.is_some() {
            return true;
        }
        operation.documented_only.is_none()
            && operation.since.is_none_or(|since| self.revision(operation.app) >= Some(since))
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Mode::ALL.into_iter().find(|mode| mode.as_str() == text);
        found.ok_or_else(|| {
            format!("`{text}` is not a mode; the modes are documented, strict and today")
        })
    }
}

/// What an operation is from a revision on.
#[derive(Debug)]
pub struct Variant {
    /// From this revision on.
    pub since: Revision,
    /// What to know about it.
    pub doc: &'static str,
    /// Method and path.
    pub route: Route,
    /// What it sends.
    pub body: Option<Body>,
    /// Paging.
    pub page: Page,
    /// The statuses of success.
    pub ok: &'static [u16],
}

impl Operation {
    /// The variant that a revision is served with; nothing where the operation stands as written.
    #[must_use]
    pub fn variant(&self, revision: Option<Revision>) -> Option<&'static Variant> {
        let revision = revision?;
        self.variants.iter().rev().find(|variant| variant.since <= revision)
    }

    /// Method and path at a revision.
    #[must_use]
    pub fn route_at(&self, revision: Option<Revision>) -> Route {
        self.variant(revision).map_or(self.route, |variant| variant.route)
    }

    /// The body at a revision.
    #[must_use]
    pub fn body_at(&self, revision: Option<Revision>) -> Option<&Body> {
        match self.variant(revision) {
            Some(variant) => variant.body.as_ref(),
            None => self.body.as_ref(),
        }
    }

    /// Paging at a revision.
    #[must_use]
    pub fn page_at(&self, revision: Option<Revision>) -> Page {
        self.variant(revision).map_or(self.query.page, |variant| variant.page)
    }

    /// The statuses of success at a revision.
    #[must_use]
    pub fn ok_at(&self, revision: Option<Revision>) -> &'static [u16] {
        self.variant(revision).map_or(self.ok, |variant| variant.ok)
    }

    /// What a call with this body does: the most regrettable of the operation's own effect and those that the body adds.
    /// Takes shorthand and documents alike.
    #[must_use]
    pub fn effect_of(&self, body: Option<&Value>) -> Effect {
        let map = body.map(|body| body.pointer("/data/attributes").unwrap_or(body));
        let holds = |when: &&EffectWhen| match (
            map.and_then(|map| map.get(when.attribute)),
            when.condition,
        ) {
            (None | Some(Value::Null), _) => false,
            (Some(_), Condition::Present) => true,
            (Some(value), Condition::Equals(text)) => value.as_str() == Some(text),
        };
        self.effect_when.iter().filter(holds).map(|when| when.effect).fold(self.effect, Effect::max)
    }

    /// The permission that a call with this effect needs.
    #[must_use]
    pub fn permission(&self, effect: Effect) -> Permission {
        Permission::operation(self.module, effect)
    }
}

/// The operation with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Operation> {
    let index = crate::OPERATIONS.binary_search_by(|operation| operation.id.cmp(id)).ok()?;
    crate::OPERATIONS.get(index)
}

/// The app with this id.
#[must_use]
pub fn app(id: &str) -> Option<&'static App> {
    crate::APPS.iter().find(|app| app.id == id)
}

/// The resource with this type.
#[must_use]
pub fn resource_of_type(kind: &str) -> Option<&'static Resource> {
    crate::RESOURCES.iter().find(|resource| resource.kind == kind)
}

/// The operation behind a method and a native path of an app, with the ids in the path, still percent-encoded. Official
/// routes win over documented ones.
#[must_use]
pub fn resolve<'p>(
    app: &str,
    method: Method,
    path: &'p str,
) -> Option<(&'static Operation, Vec<&'p str>)> {
    let of_app = || crate::OPERATIONS.iter().filter(|operation| operation.app.id == app);
    let by = |route: Option<Route>| {
        route.filter(|route| route.method == method).and_then(|route| route.matches(path))
    };
    let current = of_app().find_map(|operation| Some((operation, by(Some(operation.route))?)));
    current.or_else(|| of_app().find_map(|operation| Some((operation, by(operation.documented)?))))
}
