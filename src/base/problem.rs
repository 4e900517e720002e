//! What is wrong with a value in a scenario, and which value was meant.
//!
//! Invariant: a problem names a place in the file by its path; the room that reads files adds line
//! and column.

use std::fmt;

/// One wrong value, as a checker found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, relative to the configuration that was checked: `playbook[2].after.step`.
    pub path: String,
    /// What stands there.
    pub found: String,
    /// What may stand there, with the nearest allowed word first where one is close.
    pub allowed: String,
}

impl Problem {
    /// `found` stands at `path`, where `allowed` should.
    pub fn new(
        path: impl Into<String>,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            found: found.into(),
            allowed: allowed.into(),
        }
    }

    /// A name that is none of `known`; `what` says what the names are of: `region`, `metric`.
    pub fn unknown_name(
        path: impl Into<String>,
        found: &str,
        what: &str,
        known: &[impl AsRef<str>],
    ) -> Self {
        let names: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
        Self::new(path, found, allowed_names(found, what, &names))
    }

    /// The same problem, seen from the configuration that holds the checked one under `parent`.
    #[must_use]
    pub fn under(mut self, parent: &str) -> Self {
        self.path = match (parent.is_empty(), self.path.is_empty()) {
            (true, _) => self.path,
            (false, true) => parent.to_owned(),
            (false, false) => format!("{parent}.{}", self.path),
        };
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            found,
            allowed,
        } = self;
        write!(f, "{path}: found \"{found}\", expected {allowed}")
    }
}

impl std::error::Error for Problem {}

/// How many names a message lists before it gives up.
const LISTED_NAMES: usize = 12;

fn allowed_names(found: &str, what: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return format!("nothing: there is no {what}");
    }
    let listed = known[..known.len().min(LISTED_NAMES)].join(", ");
    let more = known.len().saturating_sub(LISTED_NAMES);
    let rest = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    match nearest(found, known) {
        Some(meant) => format!("a {what}, perhaps \"{meant}\" (known: {listed}{rest})"),
        None => format!("a {what} (known: {listed}{rest})"),
    }
}

/// The known word that `found` was most likely meant to be: at most a third of its letters differ,
/// whatever their case.
pub fn nearest<'a>(found: &str, known: &[&'a str]) -> Option<&'a str> {
    let wanted = found.to_lowercase();
    known
        .iter()
        .map(|word| (edits(&wanted, &word.to_lowercase()), *word))
        .min()
        .filter(|(distance, word)| *distance <= word.chars().count().div_ceil(3))
        .map(|(_, word)| word)
}

/// Edit distance: letters inserted, removed or replaced (Levenshtein 1966).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_the_textbook_ones() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("same", "same"), 0);
    }

    #[test]
    fn the_nearest_word_is_suggested_only_when_it_is_near() {
        let known = ["smartphone", "firstnet", "iot"];
        assert_eq!(nearest("FirstNett", &known), Some("firstnet"));
        assert_eq!(nearest("zebra", &known), None);
        let problem = Problem::unknown_name("scope.class", "smartfone", "class", &known);
        assert!(problem.allowed.contains("perhaps \"smartphone\""));
        assert_eq!(problem.under("alarms[0]").path, "alarms[0].scope.class");
    }
}
