//! An email's HTML and text, with Django-like variables.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists templates, always 10 a page; by name only whole names can be filtered.
///
/// Needs `templates:read`.
/// Options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Reads one template.
///
/// Needs `templates:read`.
///
/// # Errors
/// What the host says.
pub fn get(template_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::get(call::get(template_id))
}

/// The same as [`get`], with options: [`GetOptions`].
///
/// # Errors
/// What the host says.
pub fn get_with(
    template_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get(call::get(template_id).options(options))
}

/// Creates a template; an account holds at most 1,000 made by API, and names need not be unique.
///
/// Needs `templates:write`.
///
/// `body`: a map of `name` (required), `editor_type` (required), `html`, `text`.
///
/// # Errors
/// What the host says.
pub fn create(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body))
}

/// Changes the name, HTML or text of a template; those of the drag-and-drop editor cannot be changed.
///
/// Needs `templates:write`.
///
/// `body`: a map of `name`, `html`, `text`.
///
/// # Errors
/// What the host says.
pub fn update(
    template_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::update(call::update(template_id, body))
}

/// Deletes a template for good; messages made from it keep their copy.
///
/// Needs `templates:delete`.
///
/// # Errors
/// What the host says.
pub fn delete(template_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::delete(call::delete(template_id))
}

/// Answers a template with its variables filled from `context`; nothing is stored, and a missing variable renders as nothing.
///
/// Needs `templates:read`.
///
/// `body`: a map of `template_id` (required), `context` (required).
///
/// # Errors
/// What the host says.
pub fn render(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::render(call::render(body))
}

/// Copies a template under a new name; an account holds at most 1,000 templates made by API.
///
/// Needs `templates:write`.
///
/// `body`: a map of `template_id` (required), `name`.
///
/// # Errors
/// What the host says.
pub fn clone(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::clone(call::clone(body))
}

/// Every resource of all pages of [`list`], which are fetched as they are needed.
pub fn each(options: impl Into<crate::Options>) -> crate::Each {
    crate::Each::new(call::list().options(options), send::list)
}

/// Options of [`list`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOptions {
    options: crate::Options,
}

impl ListOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Filters: `id` (any, equals), `name` (any, equals), `created` (equals, greater-or-equal, greater-than, less-or-equal, less-than), `updated` (equals, greater-or-equal, greater-than, less-or-equal, less-than).
    #[must_use]
    pub fn filter(
        mut self,
        value: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.options
            .insert(
                ::std::string::String::from("filter"),
                ::serde_json::Value::from(value.into()),
            );
        self
    }

    /// Sorts by `created`, `id`, `name` or `updated`; `-` before it for descending.
    #[must_use]
    pub fn sort(
        mut self,
        value: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.options
            .insert(
                ::std::string::String::from("sort"),
                ::serde_json::Value::from(value.into()),
            );
        self
    }

    /// Goes on where an earlier page ended.
    #[must_use]
    pub fn cursor(
        mut self,
        value: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.options
            .insert(
                ::std::string::String::from("cursor"),
                ::serde_json::Value::from(value.into()),
            );
        self
    }

    /// Only these attributes of `template`: `name`, `editor_type`, `html`, `text`, `created` or `updated`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "template", names);
        self
    }
}

impl From<ListOptions> for crate::Options {
    fn from(options: ListOptions) -> Self {
        options.options
    }
}

/// Options of [`get`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetOptions {
    options: crate::Options,
}

impl GetOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these attributes of `template`: `name`, `editor_type`, `html`, `text`, `created` or `updated`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "template", names);
        self
    }
}

impl From<GetOptions> for crate::Options {
    fn from(options: GetOptions) -> Self {
        options.options
    }
}

/// The same calls as values, for [`calls::batch`](crate::calls::batch).
pub mod call {
    /// [`templates::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("templates.list")
    }

    /// [`templates::get`](super::get) as a value.
    #[must_use]
    pub fn get(template_id: impl Into<String>) -> crate::Call {
        crate::Call::new("templates.get").id(template_id)
    }

    /// [`templates::create`](super::create) as a value.
    #[must_use]
    pub fn create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("templates.create").body(body)
    }

    /// [`templates::update`](super::update) as a value.
    #[must_use]
    pub fn update(
        template_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("templates.update").id(template_id).body(body)
    }

    /// [`templates::delete`](super::delete) as a value.
    #[must_use]
    pub fn delete(template_id: impl Into<String>) -> crate::Call {
        crate::Call::new("templates.delete").id(template_id)
    }

    /// [`templates::render`](super::render) as a value.
    #[must_use]
    pub fn render(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("templates.render").body(body)
    }

    /// [`templates::clone`](super::clone) as a value.
    #[must_use]
    pub fn clone(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("templates.clone").body(body)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, templates::list, sent => & sent.options)
    }

    pub(super) fn get(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, templates::get, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn create(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, templates::create, sent => & sent.body, & sent.options)
    }

    pub(super) fn update(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(
            call, templates::update, sent => sent.id(0usize), & sent.body, & sent.options
        )
    }

    pub(super) fn delete(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, templates::delete, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn render(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, templates::render, sent => & sent.body, & sent.options)
    }

    pub(super) fn clone(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, templates::clone, sent => & sent.body, & sent.options)
    }
}
