//! Harm to a network, and the port through which the control rooms act on it.
//!
//! Invariant: knows nothing of rollouts, attackers' aims or who watches.

mod holds;
mod luck;
mod port;

pub use holds::{Holder, Holds};
pub use luck::{Luck, luck, text_key};
pub use port::Port;

/// Something wrong with a value: its path, what was found, and what is allowed.
pub type Finding = (String, String, String);
