//! The modules of the resources.
//!
//! Generated from spec/ by pianoroll-codegen.

pub mod accounts;
pub mod campaigns;
pub mod catalog_categories;
pub mod catalog_items;
pub mod catalog_variants;
pub mod connections;
pub mod coupon_codes;
pub mod coupons;
pub mod events;
pub mod flow_actions;
pub mod flows;
pub mod lists;
pub mod metrics;
pub mod profiles;
pub mod segments;
pub mod tags;
pub mod templates;
pub mod webhook_topics;
pub mod webhooks;
