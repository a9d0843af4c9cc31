//! The types of the generated table. Their fields are what `spec/README.md` describes, checked.

mod app;
mod body;
mod lookup;
mod mode;
mod query;
mod resource;
mod route;

use pianoroll_model::{Effect, Permission, Retry, Revision};
use serde_json::Value;

pub use app::{App, Budget, Host, Tier};
pub use body::{Answer, Body, BodyId, BodyRelationship, Shape};
pub use lookup::{app, find, resolve, resource_of_type};
pub use mode::{Example, Mode};
pub use query::{FilterField, Page, Query};
pub use resource::{Attribute, Kind, Relationship, Resource};
pub use route::{Method, Route};

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
    /// What plugins call it.
    pub wit: WitName,
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

    /// The name of the function that goes over all rows of all its pages: `each` beside `list`, `each_profile` beside
    /// `list_profiles`. Nothing where it answers no pages of rows.
    #[must_use]
    pub fn each_name(&self) -> Option<String> {
        if !matches!(self.answer, Answer::Many(_)) || self.query.page == Page::None {
            return None;
        }
        if self.name == "list" {
            return Some("each".to_owned());
        }
        let plural = self.name.strip_prefix("list_")?;
        Some(format!("each_{}", singular(plural)))
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
        // In a document, also where only a tolerant server would look: better one question too many than a send unasked.
        let places = ["/data/attributes", "/data", ""];
        let given = |name: &str| {
            let maps = places.iter().filter_map(|place| body?.pointer(place));
            maps.filter_map(move |map| map.get(name)).collect::<Vec<_>>()
        };
        let holds = |when: &&EffectWhen| {
            given(when.attribute).into_iter().any(|value| match when.condition {
                Condition::Present => !value.is_null(),
                Condition::Equals(text) => value.as_str() == Some(text),
            })
        };
        self.effect_when.iter().filter(holds).map(|when| when.effect).fold(self.effect, Effect::max)
    }

    /// The permission that a call with this effect needs.
    #[must_use]
    pub fn permission(&self, effect: Effect) -> Permission {
        Permission::operation(self.module, effect)
    }
}

/// A function of the WIT package that plugins are built against. Keywords of WIT stand without their `%`, as they do in a
/// component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WitName {
    /// The interface: `catalog-items`.
    pub interface: &'static str,
    /// The function: `add-profiles`.
    pub function: &'static str,
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

/// One of several, by the generator's rule: `profiles` is `profile`, `categories` `category`, `addresses` `address`.
fn singular(plural: &str) -> String {
    let sibilant = ["sses", "shes", "ches", "xes", "zes"];
    if let Some(stem) = plural.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let ending = if sibilant.iter().any(|ending| plural.ends_with(ending)) { "es" } else { "s" };
    match plural.strip_suffix(ending) {
        Some(stem) if !plural.ends_with("ss") && !stem.is_empty() => stem.to_owned(),
        _ => plural.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_of_all_pages_have_one_name() {
        let name = |id: &str| lookup::find(id).unwrap().each_name();
        assert_eq!(name("profiles.list").as_deref(), Some("each"));
        assert_eq!(name("lists.list_profiles").as_deref(), Some("each_profile"));
        assert_eq!(name("profiles.get"), None);
        assert_eq!(singular("categories"), "category");
        assert_eq!(singular("addresses"), "address");
        assert_eq!(singular("press"), "press");
    }

    #[test]
    fn a_body_cannot_hide_what_it_does() {
        let operation = lookup::find("flows.update_status").unwrap();
        let effect = |body: Value| operation.effect_of(Some(&body));
        let live = json!({ "status": "live" });
        let draft = json!({ "status": "draft" });
        for body in [
            live.clone(),
            json!({ "data": { "attributes": live } }),
            json!({ "data": { "status": "live", "attributes": draft } }),
            json!({ "data": { "attributes": draft }, "status": "live" }),
        ] {
            assert_eq!(effect(body.clone()), Effect::Send, "{body}");
        }
        for body in
            [draft.clone(), json!({ "data": { "attributes": draft } }), json!([]), json!(null)]
        {
            assert_eq!(effect(body.clone()), Effect::Write, "{body}");
        }
        assert_eq!(operation.effect_of(None), Effect::Write);
    }
}
