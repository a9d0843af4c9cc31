//! Where tests of scripts are played: a simulator of its own for each test, a clock on which waiting takes no time, and a
//! temporary folder.

mod effects;
mod scripts;
mod stage;

pub(crate) use scripts::Scripts;
pub(crate) use stage::SimulatedStage;
