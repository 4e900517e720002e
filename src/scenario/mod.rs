//! The scenario file: read, checked against the types it becomes, every error at once.
//!
//! The road of a file: text → tree with places (`parse`, `tree`) → overrides (`set`) → checked
//! against the JSON Schema of the root type (`check`) → the type itself (`de`). The schema that
//! checks a file is the one that editors are given, so the two cannot disagree.
//!
//! Other names of a key, a word or a kind are written beside it in the schema, for serde's own
//! `alias` does not show there:
//!
//! ```text
//! #[schemars(extend("x-aliases" = ["bake", "pause"]))]
//! soak: Span,
//! ```
//!
//! A file may name another one that gives what it leaves out (`overlay`); both are checked alike.
//!
//! What no schema can say is checked on the typed value, and reported by path; [`Problems`] finds
//! the line.
//!
//! What may be said but is dangerous, as history tells, is the business of the plan lint ([`rules`]).
//!
//! [`ScenarioFile`] puts the sections of the rooms together; [`Scenario`] is one that is checked and built.
//!
//! Invariant: all but `file`, `checked` and `lint` is generic over the root type, and knows no key by name.

mod alerts;
mod alternatives;
mod check;
mod checked;
mod de;
mod file;
mod lint;
mod load;
mod many;
mod overlay;
mod parse;
mod path;
mod pattern;
mod problem;
mod resolve;
mod schema;
mod set;
mod shape;
mod tree;
mod wording;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use checked::Scenario;
pub use file::{ConcurrentSpec, ExportFormat, OutputsSpec, ScenarioFile};
pub use lint::{LintSpec, Rule, Silence, rules};
pub use load::{FILE_BYTES_MAX, Loaded, Partial, load, load_partial, load_str};
pub use many::{Networks, ScenarioText};
pub use parse::{DEPTH_MAX, VALUES_MAX};
pub use path::{Path, Step};
pub use problem::{Problem, Problems, Severity};
pub use resolve::{digest, to_yaml};
pub use schema::json_schema;
pub use tree::{Entry, Node, Place, Value};
