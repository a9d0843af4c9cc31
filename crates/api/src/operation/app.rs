//! Apps behind the gateway, and what they allow a second.

use pianoroll_model::Revision;

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
