//! The whole simulator over real sockets, with a clock that the test moves.

mod client;
mod faults;
mod gateway;
mod native;
mod server;
