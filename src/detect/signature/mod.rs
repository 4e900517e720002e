//! The signature of a disturbance: what the operator's view says of its kind, feature by feature, over
//! time.
//!
//! A [`Tracker`] folds delivered reports and notes into [`Evidence`]; each feature is a pure function of
//! it. A new feature is one file in `features/` and one line in the registry. Which kind of cause shows
//! which signs is tabulated nowhere here: a feature describes, it does not accuse.
//!
//! Invariant: evidence comes from delivered reports and notes alone; a feature whose source is silent
//! says `unknown`, and never a number that is none.

mod element;
mod evidence;
mod features;
mod history;
mod statistics;
mod tracker;

pub use element::{Element, Watched};
pub use evidence::{Evidence, Pace, Session, Step, TowerLoad};
pub use features::{FEATURES, Feature};
pub use history::{SignChange, Signature};
pub use tracker::{Signal, Tracker};

/// What a feature says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sign {
    /// Nothing, and why.
    Unknown(&'static str),
    /// Something.
    Known {
        /// In a word: runs whose words differ are told apart by it.
        word: &'static str,
        /// In a number; finite.
        value: f64,
    },
}

impl Sign {
    /// Something; unknown if the number is none (0/0, say).
    pub fn known(word: &'static str, value: f64) -> Self {
        if value.is_finite() {
            Self::Known { word, value }
        } else {
            Self::Unknown("not a number")
        }
    }

    /// The word; `unknown` if there is none.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown",
            Self::Known { word, .. } => word,
        }
    }

    /// The number, if there is one.
    pub const fn value(&self) -> Option<f64> {
        match self {
            Self::Unknown(_) => None,
            Self::Known { value, .. } => Some(*value),
        }
    }

    /// Why nothing is known; empty otherwise.
    pub const fn why(&self) -> &'static str {
        match self {
            Self::Unknown(why) => why,
            Self::Known { .. } => "",
        }
    }
}
