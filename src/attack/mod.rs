//! Attacks: floods from devices, lateral movement and destruction. They use the same faults and the same
//! commands as a botched release; what differs is how they arrive and what a rollback does to them:
//! nothing.
//!
//! | kind | arrives by | MITRE `FiGHT` | MITRE ATT&CK | ended by |
//! |---|---|---|---|---|
//! | `signalling-storm` | devices under attack control | FGT1498.501, FGT1499.002, FGT1642.503, FGT1583.502 | T1498, T1499.002, T1464 | its own end, barring, overload control |
//! | `oam-wiper` | `oam-mgmt`, `identity-provider`, `nfvi-host`, `cicd-push` edges | FGT1078, FGT1021, FGT1072, FGT1542.501, FGT5013, FGT1611, FGT1562 | T1485, T1561.002, T1490, T1529, T1531, T1570 | restore from image, element by element |
//!
//! A new attack is one file in `kinds/` and one line in `registry.rs`.
//!
//! Invariant: never moves time and never touches the network: it returns orders for later and speaks
//! through a [`Port`](crate::fault::Port). It knows nothing of who watches or what they do about it.

mod campaign;
mod kinds;
mod registry;
#[cfg(test)]
mod testing;

pub use campaign::{Attacks, Census};
pub use kinds::{OamWiper, SignallingStorm};
pub use registry::{Act, Attack, AttackOrder, AttackSpec, Field};
