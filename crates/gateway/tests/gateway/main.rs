//! The client against servers: one that says what a script tells it to, byte by byte, one that speaks TLS, and the
//! simulator.

#![allow(clippy::unwrap_used, reason = "what a test needs is there, or the test fails")]

mod bodies;
mod cancel;
mod headers;
mod keys;
mod lost;
mod outbound;
mod secrets;
mod simulator;
mod statuses;
mod support;
mod tls;
mod trouble;
