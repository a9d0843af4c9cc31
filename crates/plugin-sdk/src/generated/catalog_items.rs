//! A product of the catalog; its id is `$custom:::$default:::` and the external id.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists products, always 100 a page.
///
/// Needs `catalog_items:read`.
/// Options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Reads one product, on request with its variants.
///
/// Needs `catalog_items:read`.
///
/// # Errors
/// What the host says.
pub fn get(catalog_item_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::get(call::get(catalog_item_id))
}

/// The same as [`get`], with options: [`GetOptions`].
///
/// # Errors
/// What the host says.
pub fn get_with(
    catalog_item_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get(call::get(catalog_item_id).options(options))
}

/// Creates one product; a second one with the same external id is refused with 409.
///
/// Needs `catalog_items:write`.
///
/// `body`: a map of `categories`, `external_id` (required), `title` (required), `description` (required), `url` (required), `price`, `integration_type`, `catalog_type`, `image_full_url`, `image_thumbnail_url`, `images`, `custom_metadata`, `published`.
///
/// # Errors
/// What the host says.
pub fn create(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body))
}

/// Changes the given attributes of a product; its external id stays.
///
/// Needs `catalog_items:write`.
///
/// `body`: a map of `categories`, `title`, `description`, `url`, `price`, `image_full_url`, `image_thumbnail_url`, `images`, `custom_metadata`, `published`.
///
/// # Errors
/// What the host says.
pub fn update(
    catalog_item_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::update(call::update(catalog_item_id, body))
}

/// Deletes a product with its variants.
///
/// Needs `catalog_items:delete`.
///
/// # Errors
/// What the host says.
pub fn delete(
    catalog_item_id: impl Into<String>,
) -> Result<crate::Response, crate::Error> {
    send::delete(call::delete(catalog_item_id))
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

    /// Filters: `ids` (any), `category.id` (equals), `title` (contains), `published` (equals).
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

    /// Sorts by `created`; `-` before it for descending.
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

    /// Includes `variants`.
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

    /// Only these attributes of `catalog-item`: `external_id`, `title`, `description`, `price`, `url`, `image_full_url`, `image_thumbnail_url`, `images`, `custom_metadata`, `published`, `created` or `updated`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "catalog-item", names);
        self
    }

    /// Only these attributes of `catalog-variant`: `external_id`, `title`, `description`, `sku`, `inventory_policy`, `inventory_quantity`, `price`, `url`, `image_full_url`, `image_thumbnail_url`, `images`, `custom_metadata`, `published`, `created` or `updated`.
    #[must_use]
    pub fn fields_catalog_variant(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "catalog-variant", names);
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

    /// Includes `variants`.
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

    /// Only these attributes of `catalog-item`: `external_id`, `title`, `description`, `price`, `url`, `image_full_url`, `image_thumbnail_url`, `images`, `custom_metadata`, `published`, `created` or `updated`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "catalog-item", names);
        self
    }

    /// Only these attributes of `catalog-variant`: `external_id`, `title`, `description`, `sku`, `inventory_policy`, `inventory_quantity`, `price`, `url`, `image_full_url`, `image_thumbnail_url`, `images`, `custom_metadata`, `published`, `created` or `updated`.
    #[must_use]
    pub fn fields_catalog_variant(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "catalog-variant", names);
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
    /// [`catalog_items::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("catalog_items.list")
    }

    /// [`catalog_items::get`](super::get) as a value.
    #[must_use]
    pub fn get(catalog_item_id: impl Into<String>) -> crate::Call {
        crate::Call::new("catalog_items.get").id(catalog_item_id)
    }

    /// [`catalog_items::create`](super::create) as a value.
    #[must_use]
    pub fn create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("catalog_items.create").body(body)
    }

    /// [`catalog_items::update`](super::update) as a value.
    #[must_use]
    pub fn update(
        catalog_item_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("catalog_items.update").id(catalog_item_id).body(body)
    }

    /// [`catalog_items::delete`](super::delete) as a value.
    #[must_use]
    pub fn delete(catalog_item_id: impl Into<String>) -> crate::Call {
        crate::Call::new("catalog_items.delete").id(catalog_item_id)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, catalog_items::list, sent => & sent.options)
    }

    pub(super) fn get(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, catalog_items::get, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn create(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, catalog_items::create, sent => & sent.body, & sent.options)
    }

    pub(super) fn update(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(
            call, catalog_items::update, sent => sent.id(0usize), & sent.body, & sent
            .options
        )
    }

    pub(super) fn delete(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, catalog_items::delete, sent => sent.id(0usize), & sent.options)
    }
}
