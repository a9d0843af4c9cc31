pub mod r#match {
//! Operations named like what generated code leans on.
//!
//! Generated from spec/ by pianoroll-codegen.

/// A word that Rhai keeps.
///
/// Needs `match:read`.
///
/// # Errors
/// What the host says.
pub fn switch() -> Result<crate::Response, crate::Error> {
    send::switch(call::switch())
}

/// The same as [`switch`], with options: [`SwitchOptions`].
///
/// # Errors
/// What the host says.
pub fn switch_with(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::switch(call::switch().options(options))
}

/// Ids, many at a time.
///
/// Needs `match:write`.
///
/// `body`: a list of ids of `static`, 3 a call; longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn r#loop(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::r#loop(call::r#loop(body))
}

/// Named like a type of the prelude.
///
/// Needs `match:read`.
///
/// # Errors
/// What the host says.
pub fn option() -> Result<crate::Response, crate::Error> {
    send::option(call::option())
}

/// Named like a value of the prelude.
/// Documented only: nobody has it.
///
/// Needs `match:read`.
///
/// # Errors
/// What the host says.
pub fn some() -> Result<crate::Response, crate::Error> {
    send::some(call::some())
}

/// Groups.
///
/// Needs `match:write`.
///
/// `body`: a list of maps of `who` (required), `match`; 4 a call, longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn vec(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::vec(call::vec(body))
}

/// An id in the body, and data beside it.
///
/// Needs `match:write`.
///
/// `body`: a map of `self` (required), `loop`.
///
/// # Errors
/// What the host says.
pub fn default(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::default(call::default(body))
}

/// Options of [`switch`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SwitchOptions {
    options: crate::Options,
}

impl SwitchOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these attributes of `match`: none is known.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "match", names);
        self
    }
}

impl From<SwitchOptions> for crate::Options {
    fn from(options: SwitchOptions) -> Self {
        options.options
    }
}

/// The same calls as values, for [`calls::batch`](crate::calls::batch).
pub mod call {
    /// [`match::switch`](super::switch) as a value.
    #[must_use]
    pub fn switch() -> crate::Call {
        crate::Call::new("match.switch")
    }

    /// [`match::r#loop`](super::r#loop) as a value.
    #[must_use]
    pub fn r#loop(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("match.loop").body(body)
    }

    /// [`match::option`](super::option) as a value.
    #[must_use]
    pub fn option() -> crate::Call {
        crate::Call::new("match.option")
    }

    /// [`match::some`](super::some) as a value.
    #[must_use]
    pub fn some() -> crate::Call {
        crate::Call::new("match.some")
    }

    /// [`match::vec`](super::vec) as a value.
    #[must_use]
    pub fn vec(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("match.vec").body(body)
    }

    /// [`match::default`](super::default) as a value.
    #[must_use]
    pub fn default(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("match.default").body(body)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn switch(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, match_::switch, sent => & sent.options)
    }

    pub(super) fn r#loop(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, match_::loop_, sent => & sent.body, & sent.options)
    }

    pub(super) fn option(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, match_::option, sent => & sent.options)
    }

    pub(super) fn some(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, match_::some, sent => & sent.options)
    }

    pub(super) fn vec(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, match_::vec, sent => & sent.body, & sent.options)
    }

    pub(super) fn default(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, match_::default, sent => & sent.body, & sent.options)
    }
}
}
pub mod r#type {
//! A resource named by a keyword, in a module named by another.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists: <b>HTML</b>, [a link], ```ticks``` and "quotes".
///
/// Needs `type:read`.
/// Options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Digits.
///
/// Needs `type:read`.
/// Options: [`List2Options`].
///
/// # Errors
/// What the host says.
pub fn list_2(
    self_: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list_2(call::list_2(self_).options(options))
}

/// Ids named like the fields beside them.
///
/// Needs `type:write`.
///
/// `body`: a list of maps of `type`, `self`, `crate`, `fn`, `async`, `other`, `2fa`, `$value`, `flow-triggers`, `externalId`, `quote"and\slash`; 2 a call, longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn import(
    r#type: impl Into<String>,
    body_id: impl Into<String>,
    options_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::import(call::import(r#type, body_id, options_id, body))
}

/// The same as [`import`], with options: [`ImportOptions`].
///
/// # Errors
/// What the host says.
pub fn import_with(
    r#type: impl Into<String>,
    body_id: impl Into<String>,
    options_id: impl Into<String>,
    body: impl serde::Serialize,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::import(call::import(r#type, body_id, options_id, body).options(options))
}

/// A body whose id is in the path.
///
/// Needs `type:write`, `type:send` with `fn`, `type:delete` with `type` = `live`.
///
/// `body`: a map of `loop`, `static`, `type` (required), `self`, `crate`, `fn`, `async`, `other`, `2fa`, `$value`, `flow-triggers`, `externalId`, `quote"and\slash`.
///
/// # Errors
/// What the host says.
pub fn r#static(
    self_: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::r#static(call::r#static(self_, body))
}

/// Asks.
///
/// Needs `type:read`.
///
/// `body`: a map of `list` (required), `when`.
///
/// # Errors
/// What the host says.
pub fn record(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::record(call::record(body))
}

/// Deletes.
///
/// Needs `type:delete`.
///
/// # Errors
/// What the host says.
pub fn r#fn(self_: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::r#fn(call::r#fn(self_))
}

/// Named like a type of the prelude.
///
/// Needs `type:read`.
///
/// # Errors
/// What the host says.
pub fn string(self_: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::string(call::string(self_))
}

/// The same as [`string`], with options: [`StringOptions`].
///
/// # Errors
/// What the host says.
pub fn string_with(
    self_: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::string(call::string(self_).options(options))
}

/// Every resource of all pages of [`list`], which are fetched as they are needed.
pub fn each(options: impl Into<crate::Options>) -> crate::Each {
    crate::Each::new(call::list().options(options), send::list)
}

/// Every resource of all pages of [`list_2`], which are fetched as they are needed.
pub fn each_2(
    self_: impl Into<String>,
    options: impl Into<crate::Options>,
) -> crate::Each {
    crate::Each::new(call::list_2(self_).options(options), send::list_2)
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

    /// Filters: `a.b-c` (equals).
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

    /// Sorts by `type`; `-` before it for descending.
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

    /// Includes `static` or `loop`.
    #[must_use]
    pub fn include(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        self.options
            .insert(
                ::std::string::String::from("include"),
                ::serde_json::Value::from(crate::options::texts(names)),
            );
        self
    }

    /// Rows a page, at most 2; 1 without it.
    #[must_use]
    pub fn page_size(mut self, value: u32) -> Self {
        self.options
            .insert(
                ::std::string::String::from("page_size"),
                ::serde_json::Value::from(value),
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

    /// Only these attributes of `Self`: `type`, `self`, `crate`, `fn`, `async`, `other`, `2fa`, `$value`, `flow-triggers`, `externalId` or `quote"and\slash`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "Self", names);
        self
    }

    /// Only these attributes of `static`: `match`.
    #[must_use]
    pub fn fields_static(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "static", names);
        self
    }

    /// Only these attributes of `2fa`: none is known.
    #[must_use]
    pub fn fields_2fa(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "2fa", names);
        self
    }

    /// `int`.
    #[must_use]
    pub fn new_(mut self, value: i64) -> Self {
        self.options
            .insert(
                ::std::string::String::from("new"),
                ::serde_json::Value::from(value),
            );
        self
    }

    /// `string`.
    #[must_use]
    pub fn self_(mut self, value: &str) -> Self {
        self.options
            .insert(
                ::std::string::String::from("self"),
                ::serde_json::Value::from(value),
            );
        self
    }

    /// `list<string>`.
    #[must_use]
    pub fn r#type(mut self, value: ::serde_json::Value) -> Self {
        self.options.insert(::std::string::String::from("type"), value);
        self
    }

    /// `bool`.
    #[must_use]
    pub fn n2fa(mut self, value: bool) -> Self {
        self.options
            .insert(
                ::std::string::String::from("2fa"),
                ::serde_json::Value::from(value),
            );
        self
    }

    /// `float`.
    #[must_use]
    pub fn r#fn(mut self, value: f64) -> Self {
        self.options
            .insert(::std::string::String::from("fn"), ::serde_json::Value::from(value));
        self
    }
}

impl From<ListOptions> for crate::Options {
    fn from(options: ListOptions) -> Self {
        options.options
    }
}

/// Options of [`list_2`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List2Options {
    options: crate::Options,
}

impl List2Options {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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

    /// Only these attributes of `2fa`: none is known.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "2fa", names);
        self
    }
}

impl From<List2Options> for crate::Options {
    fn from(options: List2Options) -> Self {
        options.options
    }
}

/// Options of [`import`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportOptions {
    options: crate::Options,
}

impl ImportOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `string`.
    #[must_use]
    pub fn filter_by(mut self, value: &str) -> Self {
        self.options
            .insert(
                ::std::string::String::from("filter_by"),
                ::serde_json::Value::from(value),
            );
        self
    }
}

impl From<ImportOptions> for crate::Options {
    fn from(options: ImportOptions) -> Self {
        options.options
    }
}

/// Options of [`string`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StringOptions {
    options: crate::Options,
}

impl StringOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these attributes of `Self`: `type`, `self`, `crate`, `fn`, `async`, `other`, `2fa`, `$value`, `flow-triggers`, `externalId` or `quote"and\slash`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "Self", names);
        self
    }
}

impl From<StringOptions> for crate::Options {
    fn from(options: StringOptions) -> Self {
        options.options
    }
}

/// The same calls as values, for [`calls::batch`](crate::calls::batch).
pub mod call {
    /// [`type::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("type.list")
    }

    /// [`type::list_2`](super::list_2) as a value.
    #[must_use]
    pub fn list_2(self_: impl Into<String>) -> crate::Call {
        crate::Call::new("type.list_2").id(self_)
    }

    /// [`type::import`](super::import) as a value.
    #[must_use]
    pub fn import(
        r#type: impl Into<String>,
        body_id: impl Into<String>,
        options_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("type.import").id(r#type).id(body_id).id(options_id).body(body)
    }

    /// [`type::r#static`](super::r#static) as a value.
    #[must_use]
    pub fn r#static(
        self_: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("type.static").id(self_).body(body)
    }

    /// [`type::record`](super::record) as a value.
    #[must_use]
    pub fn record(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("type.record").body(body)
    }

    /// [`type::r#fn`](super::r#fn) as a value.
    #[must_use]
    pub fn r#fn(self_: impl Into<String>) -> crate::Call {
        crate::Call::new("type.fn").id(self_)
    }

    /// [`type::string`](super::string) as a value.
    #[must_use]
    pub fn string(self_: impl Into<String>) -> crate::Call {
        crate::Call::new("type.string").id(self_)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, type_::list, sent => & sent.options)
    }

    pub(super) fn list_2(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, type_::list2, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn import(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(
            call, type_::import, sent => sent.id(0usize), sent.id(1usize), sent
            .id(2usize), & sent.body, & sent.options
        )
    }

    pub(super) fn r#static(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, type_::static_, sent => sent.id(0usize), & sent.body, & sent.options)
    }

    pub(super) fn record(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, type_::record, sent => & sent.body, & sent.options)
    }

    pub(super) fn r#fn(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, type_::fn_, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn string(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, type_::string, sent => sent.id(0usize), & sent.options)
    }
}
}
