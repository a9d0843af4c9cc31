//! A discount whose codes messages hand out; its id is its external id.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists coupons, always 100 a page, neither filtered nor sorted.
///
/// Needs `coupons:read`.
/// Options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Creates a coupon; a second one with the same external id is refused with 409.
///
/// Needs `coupons:write`.
///
/// `body`: a map of `external_id` (required), `description`.
///
/// # Errors
/// What the host says.
pub fn create(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body))
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

    /// Only these attributes of `coupon`: `external_id` or `description`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "coupon", names);
        self
    }
}

impl From<ListOptions> for crate::Options {
    fn from(options: ListOptions) -> Self {
        options.options
    }
}

/// The same calls as values, for [`calls::batch`](crate::calls::batch).
pub mod call {
    /// [`coupons::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("coupons.list")
    }

    /// [`coupons::create`](super::create) as a value.
    #[must_use]
    pub fn create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("coupons.create").body(body)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, coupons::list, sent => & sent.options)
    }

    pub(super) fn create(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, coupons::create, sent => & sent.body, & sent.options)
    }
}
