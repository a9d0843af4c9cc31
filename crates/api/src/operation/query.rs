//! What the query of an operation may hold.

use crate::operation::{Attribute, Relationship};

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
