//! The files of the SDK, as they are copied into a scaffold.

macro_rules! sdk {
    ($($path:literal)*) => {
        &[$(($path, include_str!(concat!("../../../../plugin-sdk/", $path)))),*]
    };
}

/// Path and text of each, but for `wit/`, whose package this crate has already. A test knows which are missing.
pub(super) const FILES: &[(&str, &str)] = sdk! {
    "Cargo.toml"
    "README.md"
    "src/call.rs"
    "src/calls.rs"
    "src/checkpoint.rs"
    "src/clock.rs"
    "src/document.rs"
    "src/each.rs"
    "src/entry.rs"
    "src/error.rs"
    "src/files.rs"
    "src/generated.rs"
    "src/generated/accounts.rs"
    "src/generated/campaigns.rs"
    "src/generated/catalog_categories.rs"
    "src/generated/catalog_items.rs"
    "src/generated/catalog_variants.rs"
    "src/generated/connections.rs"
    "src/generated/coupon_codes.rs"
    "src/generated/coupons.rs"
    "src/generated/events.rs"
    "src/generated/flow_actions.rs"
    "src/generated/flows.rs"
    "src/generated/lists.rs"
    "src/generated/metrics.rs"
    "src/generated/profiles.rs"
    "src/generated/segments.rs"
    "src/generated/tags.rs"
    "src/generated/templates.rs"
    "src/generated/webhook_topics.rs"
    "src/generated/webhooks.rs"
    "src/host.rs"
    "src/host/bindings.rs"
    "src/host/imports.rs"
    "src/lib.rs"
    "src/log.rs"
    "src/mock.rs"
    "src/mock/answered.rs"
    "src/mock/host.rs"
    "src/notify.rs"
    "src/options.rs"
    "src/params.rs"
    "src/progress.rs"
    "src/random.rs"
    "src/state.rs"
    "src/wait.rs"
};
