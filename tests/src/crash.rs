//! What the crash sweep is made of: a run of the real binary that is ended at a chosen point ([`shim`], [`scene`]), somebody who
//! brings it to its end with what an operator can do ([`operator`]), and two judges: what the simulator's log tells about every
//! effect ([`oracle`]), and what the account holds at the end ([`account`]). Neither judge knows the journal.

pub mod account;
pub mod deed;
pub mod operator;
pub mod oracle;
pub mod point;
pub mod scene;
pub mod served;
pub mod shim;
pub mod sweep;
