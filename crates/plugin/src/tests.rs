//! Whole plugins: what they are linked to, what they may do, and what ends them.

mod attacks;
mod calls;
mod fuzz;
mod linking;
mod notify;
mod stage;
