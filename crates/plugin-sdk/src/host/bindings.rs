//! What is generated from the WIT package.
#![allow(missing_docs, unreachable_pub, unsafe_code, clippy::all, reason = "generated; the package has the documentation")]

wit_bindgen::generate!({
    path: "wit",
    world: "automation",
    pub_export_macro: true,
});
