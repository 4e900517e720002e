//! What is wrong with a scenario, and where: collected, so that all of it is said at once.
//!
//! Invariant: a problem never stops the search for further problems.

use std::fmt;
use std::sync::Arc;

use super::path::Path;
use super::tree::{Node, Place};

/// Whether the scenario can run all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can, but somebody should look.
    Warning,
}

/// One thing that is wrong, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether the scenario can run all the same.
    pub severity: Severity,
    /// The file, or the override `--set path=value`, in which it stands.
    pub file: Arc<str>,
    /// The line, counted from 1; 0 where lines mean nothing (an override, an unreadable file).
    pub line: u32,
    /// The column in characters, counted from 1; 0 where lines mean nothing.
    pub column: u32,
    /// Which value: `rollout.stages[2].soak`; empty for the whole file.
    pub path: String,
    /// What stands there.
    pub found: String,
    /// What may stand there; empty if `found` says it all.
    pub allowed: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
    /// The rule of the plan lint that says so, with what is wrong in `found` and the remedy in
    /// `allowed`.
    pub rule: Option<&'static str>,
    /// Where, for sorting.
    place: Place,
}

impl Problem {
    /// A problem with a file as a whole.
    pub fn with_file(file: &str, found: impl Into<String>, allowed: impl Into<String>) -> Self {
        let mut problems = Problems::new(file);
        problems.push_at(Place::default(), "", found, allowed);
        problems.list.remove(0)
    }
}

impl fmt::Display for Problem {
    /// `FILE:LINE:COLUMN: path: found X, expected Y (did you mean "Z"?)`, or for a rule of the lint
    /// `FILE:LINE:COLUMN: warning [rule]: path: what is dangerous; better: what would mend it`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if self.severity == Severity::Warning {
            f.write_str(": warning")?;
        }
        if let Some(rule) = self.rule {
            let (path, found, allowed) = (&self.path, &self.found, &self.allowed);
            return write!(f, " [{rule}]: {path}: {found}; better: {allowed}");
        }
        if !self.path.is_empty() {
            write!(f, ": {}", self.path)?;
        }
        write!(f, ": found {}", self.found)?;
        if !self.allowed.is_empty() {
            write!(f, ", expected {}", self.allowed)?;
        }
        match &self.suggestion {
            Some(meant) => write!(f, " (did you mean \"{meant}\"?)"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

/// All that is wrong with one scenario, and the tree that knows where each value stands.
#[derive(Clone, Debug)]
pub struct Problems {
    sources: Vec<Arc<str>>,
    /// Which of them are files, in which lines count.
    files: Vec<u16>,
    tree: Node,
    list: Vec<Problem>,
}

impl Problems {
    /// No problems yet with the scenario in `file`.
    pub fn new(file: &str) -> Self {
        Self {
            sources: vec![file.into()],
            files: vec![0],
            tree: Node::empty_map(Place::default()),
            list: Vec::new(),
        }
    }

    /// Whether values come from elsewhere than files.
    pub(super) fn has_overrides(&self) -> bool {
        self.sources.len() > self.files.len()
    }

    /// Report an error with the value at `path`, which need not be written in the file: the place
    /// is then that of the nearest value around it.
    pub fn push(
        &mut self,
        path: &str,
        found: impl Into<String>,
        allowed: impl Into<String>,
        suggestion: Option<String>,
    ) {
        self.push_at(self.at(path), path, found, allowed).suggestion = suggestion;
    }

    /// Report something odd about the value at `path` that does not stop the run.
    pub fn warn(&mut self, path: &str, found: impl Into<String>, allowed: impl Into<String>) {
        self.push_at(self.at(path), path, found, allowed).severity = Severity::Warning;
    }

    /// Report what a rule of the plan lint found.
    pub(super) fn remark(&mut self, rule: &'static str, path: &str, found: String, remedy: String) {
        let problem = self.push_at(self.at(path), path, found, remedy);
        problem.severity = Severity::Warning;
        problem.rule = Some(rule);
    }

    /// Report an error found by a room that knows only its own part of the scenario: `path` is
    /// relative to `parent`, and may be empty.
    pub fn push_under(
        &mut self,
        parent: &str,
        path: &str,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) {
        let between = match (parent, path.chars().next()) {
            ("", _) | (_, None | Some('[')) => "",
            _ => ".",
        };
        self.push(&format!("{parent}{between}{path}"), found, allowed, None);
    }

    /// Where the value at `path` is written, or the nearest value around it.
    pub fn at(&self, path: &str) -> Place {
        self.tree.nearest(&Path::parse(path).unwrap_or_default())
    }

    /// `file:line:column` of a place.
    pub fn place_name(&self, place: Place) -> String {
        let file = &self.sources[usize::from(place.source)];
        match place.line {
            0 => file.to_string(),
            line => format!("{file}:{line}:{}", place.column),
        }
    }

    /// Whether there is an error among them.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|p| p.severity == Severity::Error)
    }

    /// All of them, in the order of the file, then of the overrides.
    pub fn into_sorted(mut self) -> Vec<Problem> {
        self.list.sort_by_key(|problem| problem.place);
        self.list
    }

    /// Name a further source of values, such as an override; its number goes into [`Place`].
    pub(super) fn add_source(&mut self, name: &str) -> u16 {
        self.sources.push(name.into());
        u16::try_from(self.sources.len() - 1).expect("a command line holds fewer overrides")
    }

    /// The same for a file, in which lines count.
    pub(super) fn add_file(&mut self, name: &str) -> u16 {
        let source = self.add_source(name);
        self.files.push(source);
        source
    }

    /// Whether lines count in a source.
    pub(super) fn is_file(&self, source: u16) -> bool {
        self.files.contains(&source)
    }

    /// The tree in which [`Problems::at`] looks.
    pub(super) fn set_tree(&mut self, tree: Node) {
        self.tree = tree;
    }

    pub(super) fn push_at(
        &mut self,
        place: Place,
        path: impl Into<String>,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) -> &mut Problem {
        self.list.push(Problem {
            severity: Severity::Error,
            file: Arc::clone(&self.sources[usize::from(place.source)]),
            line: place.line,
            column: place.column,
            path: path.into(),
            found: found.into(),
            allowed: allowed.into(),
            suggestion: None,
            rule: None,
            place,
        });
        self.list.last_mut().expect("just pushed")
    }

    /// Whether something is wrong with the value at `path`, with a part of it, or with what holds it.
    pub fn concern(&self, path: &str) -> bool {
        let path = Path::parse(path).unwrap_or_default().0;
        self.paths().iter().any(|other| {
            let common = path.len().min(other.0.len());
            !other.0.is_empty() && other.0[..common] == path[..common]
        })
    }

    /// Where they are, by name.
    pub(super) fn paths(&self) -> Vec<Path> {
        let errors = self.list.iter().filter(|p| p.severity == Severity::Error);
        errors
            .filter_map(|problem| Path::parse(&problem.path).ok())
            .collect()
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.list.len()
    }

    /// Take back those after the first `count`: an alternative was tried in vain.
    pub(super) fn split_off(&mut self, count: usize) -> Vec<Problem> {
        self.list.split_off(count)
    }

    pub(super) fn extend(&mut self, more: Vec<Problem>) {
        self.list.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_one_line() {
        let mut problems = Problems::new("a.yaml");
        let place = Place {
            source: 0,
            line: 7,
            column: 3,
        };
        problems
            .push_at(place, "rollout.soka", "an unknown key", "soak")
            .suggestion = Some("soak".to_owned());
        problems.warn("seed", "no seed", "");
        let lines: Vec<String> = problems.list.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "a.yaml:7:3: rollout.soka: found an unknown key, expected soak (did you mean \"soak\"?)",
                "a.yaml: warning: seed: found no seed",
            ]
        );
    }
}
