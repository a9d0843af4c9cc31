//! Operations, checked.

use pianoroll_model::{Effect, Retry, Revision};
use serde_json::Value;

use crate::checked::{App, Attribute, Relationship};

/// One method and path.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) doc: String,
    /// `spec/klaviyo/profiles.toml:12`
    pub(crate) source: String,
    pub(crate) route: Route,
    pub(crate) documented: Option<Route>,
    pub(crate) documented_only: Option<String>,
    pub(crate) since: Option<Revision>,
    pub(crate) effect: Effect,
    pub(crate) effect_when: Vec<EffectWhen>,
    pub(crate) retry: Retry,
    pub(crate) key: Option<String>,
    pub(crate) probe: Option<String>,
    pub(crate) tier: String,
    pub(crate) daily: Option<u32>,
    pub(crate) scopes: Vec<String>,
    pub(crate) query: Query,
    pub(crate) body: Option<Body>,
    pub(crate) answer: Answer,
    pub(crate) ok: Vec<u16>,
    pub(crate) examples: Vec<Example>,
    pub(crate) variants: Vec<Variant>,
}

impl Operation {
    /// The names of the options that it takes, in the order in which they are documented.
    pub(crate) fn options(&self) -> Vec<&str> {
        let query = &self.query;
        let paged = query.page != Page::None;
        let known = [
            ("filter", !query.filter.is_empty()),
            ("sort", !query.sort.is_empty()),
            ("fields", !query.fields.is_empty()),
            ("additional_fields", !query.additional_fields.is_empty()),
            ("include", !query.include.is_empty()),
            ("page_size", matches!(query.page, Page::Sized { .. })),
            ("cursor", paged),
        ];
        let taken = known.into_iter().filter_map(|(name, taken)| taken.then_some(name));
        taken.chain(query.parameters.iter().map(|parameter| parameter.name.as_str())).collect()
    }

    /// The file that defines it: `source` without the line, which moves with every edit above it.
    pub(crate) fn file(&self) -> &str {
        self.source.rsplit_once(':').map_or(&self.source, |(file, _)| file)
    }

    /// Whether an iterator can walk its pages.
    pub(crate) fn is_paged_list(&self) -> bool {
        self.query.page != Page::None && matches!(self.answer, Answer::Many(_))
    }
}

/// A method and a native path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: String,
}

impl Route {
    /// The names of the ids, in order.
    pub(crate) fn ids(&self) -> Vec<&str> {
        let id = |segment: &'_ str| -> Option<(usize, usize)> {
            let inner = segment.strip_prefix('{')?.strip_suffix('}')?;
            Some((inner.as_ptr() as usize - self.path.as_ptr() as usize, inner.len()))
        };
        let places = self.path.split('/').filter_map(id);
        places.map(|(start, length)| &self.path[start..start + length]).collect()
    }

    /// The path with every id as `{}`.
    pub(crate) fn shape(&self) -> String {
        let blank = |segment| if str::starts_with(segment, '{') { "{}" } else { segment };
        self.path.split('/').map(blank).collect::<Vec<_>>().join("/")
    }
}

impl std::fmt::Display for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path)
    }
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Method {
    Get,
    Post,
    Patch,
    Put,
    Delete,
}

impl Method {
    pub(crate) const ALL: [Method; 5] =
        [Method::Get, Method::Post, Method::Patch, Method::Put, Method::Delete];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

/// Where the body decides.
#[derive(Debug)]
pub(crate) struct EffectWhen {
    pub(crate) attribute: String,
    pub(crate) condition: Condition,
    pub(crate) effect: Effect,
}

/// What the attribute must be.
#[derive(Debug)]
pub(crate) enum Condition {
    Present,
    Equals(String),
}

/// What the query may hold.
#[derive(Debug, Default)]
pub(crate) struct Query {
    pub(crate) filter: Vec<FilterField>,
    pub(crate) filter_required: Vec<String>,
    pub(crate) sort: Vec<String>,
    pub(crate) sort_coupled: Vec<String>,
    pub(crate) include: Vec<Relationship>,
    pub(crate) fields: Vec<String>,
    pub(crate) additional_fields: Vec<(String, Vec<String>)>,
    pub(crate) page: Page,
    pub(crate) parameters: Vec<Attribute>,
}

/// A field that a filter may use.
#[derive(Debug)]
pub(crate) struct FilterField {
    pub(crate) name: String,
    pub(crate) operators: Vec<String>,
}

/// Paging.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Page {
    #[default]
    None,
    Fixed(u32),
    Sized {
        size: u32,
        max: u32,
        undocumented: bool,
    },
}

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) shape: Shape,
    pub(crate) kind: String,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) required: Vec<String>,
    pub(crate) closed: bool,
    pub(crate) id: BodyId,
    pub(crate) relationships: Vec<BodyRelationship>,
    pub(crate) nested: Vec<(String, String)>,
    pub(crate) meta: Vec<String>,
}

/// What the guest gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Attributes,
    Identifiers { max: u32 },
    Aggregate,
    Items { container: String, item: String, max: u32 },
    Groups { container: String, outer: String, by: String, list: String, item: String, max: u32 },
    Plain,
}

impl Shape {
    /// The most entries a call, where the guest gives a list.
    pub(crate) const fn max(&self) -> Option<u32> {
        match self {
            Shape::Identifiers { max } | Shape::Items { max, .. } | Shape::Groups { max, .. } => {
                Some(*max)
            }
            Shape::Attributes | Shape::Aggregate | Shape::Plain => None,
        }
    }
}

/// What becomes `data.id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BodyId {
    None,
    Path,
    Key(String),
}

/// A key that moves to `relationships`.
#[derive(Clone, Debug)]
pub(crate) struct BodyRelationship {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) many: bool,
    pub(crate) max: Option<u32>,
    pub(crate) required: bool,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    None,
    One(String),
    Many(String),
    Map,
}

impl Answer {
    pub(crate) fn kind(&self) -> Option<&str> {
        match self {
            Answer::One(kind) | Answer::Many(kind) => Some(kind),
            Answer::None | Answer::Map => None,
        }
    }
}

/// A call that works against the simulator's data.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) args: Vec<String>,
    /// In the order written.
    pub(crate) options: Vec<(String, Value)>,
    pub(crate) body: Option<Value>,
    pub(crate) answer: Option<Value>,
    pub(crate) modes: Vec<Mode>,
}

/// Which API the simulator plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Documented,
    Strict,
    Today,
}

impl Mode {
    pub(crate) const ALL: [Mode; 3] = [Mode::Documented, Mode::Strict, Mode::Today];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Mode::Documented => "documented",
            Mode::Strict => "strict",
            Mode::Today => "today",
        }
    }

    /// Whether it has an operation; the same rule as `api`'s `Mode::has`.
    pub(crate) fn has(self, app: &App, operation: &Operation) -> bool {
        let revision = match self {
            Mode::Documented | Mode::Strict => app.revisions.first(),
            Mode::Today => app.revisions.get(1).or(app.revisions.first()),
        };
        let documented = self == Mode::Documented && operation.documented.is_some();
        documented
            || operation.documented_only.is_none()
                && operation.since.is_none_or(|since| revision >= Some(&since))
    }
}

/// What an operation is from a revision on; complete.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) since: Revision,
    pub(crate) doc: String,
    pub(crate) route: Route,
    pub(crate) body: Option<Body>,
    pub(crate) page: Page,
    pub(crate) ok: Vec<u16>,
}
