//! What can be wrong with a topology, and where.
//!
//! Invariant: a finding names the file as the scenario names it, never an absolute path.

use std::fmt;

/// Everything that is wrong with a topology; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct TopologyErrors(pub Vec<TopologyError>);

/// One thing that is wrong, with the place where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct TopologyError {
    /// Where; empty if it stands in no file.
    pub origin: Origin,
    /// What.
    pub problem: Problem,
}

/// A place in an input file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The file, as the scenario names it; empty for what stands in no file.
    pub file: String,
    /// The line, from 1; 0 if it is not known.
    pub line: u64,
}

/// What is wrong with a topology.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// The file cannot be read.
    Unreadable(String),
    /// The file is not of the format it should be.
    Syntax(String),
    /// The file ends too early: what it ends within.
    Truncated(String),
    /// A record has the wrong number of fields.
    Fields {
        /// How many it has.
        found: usize,
        /// How many the records before it have.
        expected: usize,
    },
    /// A column is missing.
    Column {
        /// Its name.
        missing: String,
        /// The columns that are there.
        present: String,
    },
    /// A value is not what its column or key allows.
    Value {
        /// The column, attribute or key.
        key: String,
        /// What stands there.
        found: String,
        /// What may stand there.
        allowed: String,
    },
    /// A name that refers to nothing.
    Unknown {
        /// What kind of thing it should name.
        what: &'static str,
        /// The name.
        found: String,
        /// The most similar name there is.
        nearest: Option<String>,
    },
    /// Two nodes of one name.
    Duplicate(String),
    /// An edge from a node to itself.
    Loop(String),
    /// A position that is not on the globe.
    Position {
        /// The node or place.
        name: String,
        /// What stands as its latitude.
        latitude: f64,
        /// What stands as its longitude.
        longitude: f64,
    },
    /// A node without position and without a neighbour that has one.
    Nowhere(String),
    /// A capacity weight that is not above zero.
    Weight {
        /// The node.
        name: String,
        /// The weight.
        found: f64,
    },
    /// A node that hangs on no router.
    NoRouter(String),
    /// A tower without a region to report to.
    NoRegion(String),
    /// A tower without subscribers' table, or another node with one.
    Subscribers(String),
    /// No tower at all.
    NoTowers,
    /// No device under any tower.
    NoDevices,
    /// More of something than an identifier can count.
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are allowed.
        allowed: usize,
    },
    /// A tower with no transport path to any member of its pool.
    Unreachable {
        /// The tower.
        tower: String,
        /// Its pool.
        pool: String,
    },
}

/// Something that is allowed and yet deserves a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopologyWarning {
    /// Where; empty if it stands in no file.
    pub origin: Origin,
    /// What, and what is made of it.
    pub text: String,
}

/// What has been found so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    pub(super) errors: Vec<TopologyError>,
    pub(super) warnings: Vec<TopologyWarning>,
}

impl Findings {
    pub(super) fn error(&mut self, origin: Origin, problem: Problem) {
        self.errors.push(TopologyError { origin, problem });
    }

    pub(super) fn warn(&mut self, origin: Origin, text: String) {
        self.warnings.push(TopologyWarning { origin, text });
    }

    /// A key of the scenario holds what it may not.
    pub(super) fn key(&mut self, key: &str, found: impl fmt::Display, allowed: &str) {
        let problem = Problem::Value {
            key: format!("topology.{key}"),
            found: found.to_string(),
            allowed: allowed.to_owned(),
        };
        self.error(Origin::default(), problem);
    }
}

impl Origin {
    /// A place in a file; line 0 for the file as a whole.
    pub fn new(file: &str, line: u64) -> Self {
        Self {
            file: file.to_owned(),
            line,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.file.as_str(), self.line) {
            ("", _) => Ok(()),
            (file, 0) => write!(f, "{file}: "),
            (file, line) => write!(f, "{file}:{line}: "),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(reason) => write!(f, "cannot read the file: {reason}"),
            Self::Syntax(reason) => write!(f, "garbled: {reason}"),
            Self::Truncated(within) => write!(f, "the file is cut off: it ends within {within}"),
            Self::Fields { found, expected } => {
                write!(f, "found {found} fields, expected {expected} as before")
            }
            Self::Column { missing, present } => {
                write!(f, "no column \"{missing}\", found {present}")
            }
            Self::Value {
                key,
                found,
                allowed,
            } => write!(f, "{key}: found \"{found}\", allowed: {allowed}"),
            Self::Unknown {
                what,
                found,
                nearest,
            } => {
                write!(f, "there is no {what} \"{found}\"")?;
                nearest
                    .as_ref()
                    .map_or(Ok(()), |nearest| write!(f, ", did you mean \"{nearest}\"?"))
            }
            Self::Unreachable { tower, pool } => write!(
                f,
                "tower \"{tower}\" has no transport path to any member of pool \"{pool}\""
            ),
            Self::TooMany {
                what,
                found,
                allowed,
            } => write!(f, "found {found} {what}, allowed: at most {allowed}"),
            other => other.write_node(f),
        }
    }
}

impl Problem {
    /// The problems of one node.
    fn write_node(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate(name) => write!(f, "\"{name}\" is there twice, names must be unique"),
            Self::Loop(name) => write!(f, "edge from \"{name}\" to itself"),
            Self::Position {
                name,
                latitude,
                longitude,
            } => write!(
                f,
                "\"{name}\" lies at {latitude}, {longitude}, allowed: -90 to 90 degrees north, \
                 -180 to 180 east"
            ),
            Self::Nowhere(name) => write!(
                f,
                "\"{name}\" has no position, and nor has any node it is connected to; allowed: \
                 attributes Latitude and Longitude"
            ),
            Self::Weight { name, found } => {
                write!(f, "\"{name}\" has weight {found}, allowed: above 0")
            }
            Self::NoRouter(name) => write!(
                f,
                "\"{name}\" hangs on no router, expected an ip-transport edge to one"
            ),
            Self::NoRegion(name) => write!(f, "tower \"{name}\" has no region"),
            Self::Subscribers(name) => {
                write!(f, "\"{name}\": towers, and only towers, have devices")
            }
            Self::NoTowers => f.write_str("no towers, expected at least one"),
            Self::NoDevices => f.write_str("no devices under any tower, expected at least one"),
            _ => unreachable!("the caller writes the rest"),
        }
    }
}

impl fmt::Display for TopologyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.problem)
    }
}

impl fmt::Display for TopologyWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.text)
    }
}

/// So many errors are written out; the rest are counted.
const SHOWN: usize = 50;

impl fmt::Display for TopologyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().take(SHOWN).enumerate() {
            let separator = if i == 0 { "" } else { "\n" };
            write!(f, "{separator}{error}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl std::error::Error for TopologyError {}
impl std::error::Error for TopologyErrors {}

/// The most similar of `known`, if it is similar enough to be meant.
pub(super) fn nearest<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let limit = 1 + found.chars().count() / 4;
    known
        .map(|name| (edit_distance(found, name), name))
        .min()
        .filter(|(distance, _)| *distance <= limit)
        .map(|(_, name)| name.to_owned())
}

/// Letters to insert, delete or replace, upper and lower case being the same (Levenshtein 1966).
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.chars().count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_a_strange_one_is_not() {
        let known = ["texas", "central", "gulf"];
        let of = |text: &str| nearest(text, known.into_iter());
        assert_eq!(of("Texs").as_deref(), Some("texas"));
        assert_eq!(of("centrla").as_deref(), Some("central"));
        assert_eq!(of("bavaria"), None);
    }
}
