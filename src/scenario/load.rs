//! From a file and overrides to a value, or to everything that is wrong with them.
//!
//! Invariant: reads the one file it is given and writes nothing.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path as FilePath, PathBuf};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::check::check;
use super::de::{self, from_tree};
use super::overlay::add_defaults;
use super::parse::parse;
use super::path::{Path, Step};
use super::problem::{Problem, Problems};
use super::schema::checking_schema;
use super::set::apply;
use super::tree::{Node, Place, Value};

/// How large a scenario file may be, in bytes.
pub const FILE_BYTES_MAX: u64 = 16 << 20;

/// How many overrides one command line may hold.
const OVERRIDES_MAX: usize = 10_000;

/// A scenario without errors.
#[derive(Debug)]
pub struct Loaded<T> {
    /// The scenario.
    pub value: T,
    /// The folder to which the scenario's file names are relative.
    pub base: PathBuf,
    /// The warnings so far. Checks that need the typed value report here, and get their places.
    pub problems: Problems,
}

impl<T> Loaded<T> {
    /// After further checks: the value and the warnings.
    ///
    /// # Errors
    /// Every problem, if there is an error among them.
    pub fn finish(self) -> Result<(T, Vec<Problem>), Vec<Problem>> {
        if self.problems.has_errors() {
            return Err(self.problems.into_sorted());
        }
        Ok((self.value, self.problems.into_sorted()))
    }
}

/// Load the scenario in the file at `path`, with overrides `path.to.key=value`.
///
/// # Errors
/// Every problem found, in the order of the file, then of the overrides.
pub fn load<T>(path: &FilePath, overrides: &[String]) -> Result<Loaded<T>, Vec<Problem>>
where
    T: DeserializeOwned + JsonSchema,
{
    let name = path.display().to_string();
    let text = read(path, &name)?;
    let base = path.parent().unwrap_or(FilePath::new("")).to_path_buf();
    load_in(&name, &text, overrides, base)
}

/// Load the scenario in `text`; `name` stands for the file in messages, and file names in the
/// scenario are relative to the current folder.
///
/// # Errors
/// Every problem found, in the order of the text, then of the overrides.
pub fn load_str<T>(name: &str, text: &str, overrides: &[String]) -> Result<Loaded<T>, Vec<Problem>>
where
    T: DeserializeOwned + JsonSchema,
{
    load_in(name, text, overrides, PathBuf::new())
}

/// The same for a scenario whose file names are relative to `base`.
pub(super) fn load_in<T>(
    name: &str,
    text: &str,
    overrides: &[String],
    base: PathBuf,
) -> Result<Loaded<T>, Vec<Problem>>
where
    T: DeserializeOwned + JsonSchema,
{
    if overrides.len() > OVERRIDES_MAX {
        let found = format!("{} overrides", overrides.len());
        let allowed = format!("at most {OVERRIDES_MAX}");
        return Err(vec![Problem::with_file(name, found, allowed)]);
    }
    let mut problems = Problems::new(name);
    let Some(tree) = checked_tree::<T>(text, overrides, &base, &mut problems) else {
        return Err(problems.into_sorted());
    };
    let value = if problems.has_errors() {
        None
    } else {
        build(&tree, &mut problems)
    };
    problems.set_tree(tree);
    match value {
        Some(value) => Ok(Loaded {
            value,
            base,
            problems,
        }),
        None => Err(problems.into_sorted()),
    }
}

/// A file with whatever could be made of it.
#[derive(Debug)]
pub struct Partial<T> {
    /// The value without the entries that are wrong; none if nothing could be made of the rest.
    pub value: Option<T>,
    /// What is wrong so far.
    pub problems: Problems,
}

/// Load the file at `path`, leaving out what is wrong in it, so that the rest can be checked as well:
/// everything wrong with a file is then told at once.
///
/// # Errors
/// If the file cannot be read or is no YAML at all.
pub fn load_partial<T>(path: &FilePath) -> Result<Partial<T>, Vec<Problem>>
where
    T: DeserializeOwned + JsonSchema,
{
    let name = path.display().to_string();
    let text = read(path, &name)?;
    let base = path.parent().unwrap_or(FilePath::new(""));
    let mut problems = Problems::new(&name);
    let Some(tree) = checked_tree::<T>(&text, &[], base, &mut problems) else {
        return Err(problems.into_sorted());
    };
    if !matches!(tree.value, Value::Map(_)) {
        return Err(problems.into_sorted());
    }
    let mut rest = tree.clone();
    for path in problems.paths() {
        remove(&mut rest, &path);
    }
    let value = build_rest(&tree, rest, &mut problems);
    problems.set_tree(tree);
    Ok(Partial { value, problems })
}

/// Make what can be made of the rest of a tree: a map that lost an entry it needs is left out too.
fn build_rest<T: DeserializeOwned>(
    tree: &Node,
    mut rest: Node,
    problems: &mut Problems,
) -> Option<T> {
    loop {
        let error = match from_tree(&rest) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        if !error.message.starts_with("missing field") {
            report(tree, &error, problems);
        }
        if !remove(&mut rest, &error.path) {
            return None;
        }
    }
}

/// The tree of a text with its overrides, checked against the schema.
fn checked_tree<T: JsonSchema>(
    text: &str,
    overrides: &[String],
    base: &FilePath,
    problems: &mut Problems,
) -> Option<Node> {
    let schema = checking_schema::<T>();
    let mut tree = parse(text, 0, problems)?;
    take_schema_key(&mut tree);
    add_defaults(&schema, &mut tree, base, problems);
    if !overrides.is_empty() {
        // Overrides use the proper names of keys, so the file must before they are applied. What
        // is wrong with the file is found again afterwards, unless an override mends it.
        let before = problems.count();
        check(&schema, &mut tree, problems);
        problems.split_off(before);
    }
    for text in overrides {
        apply(&mut tree, text, problems);
    }
    check(&schema, &mut tree, problems);
    Some(tree)
}

/// `$schema` is for editors.
pub(super) fn take_schema_key(tree: &mut Node) {
    if let Value::Map(entries) = &mut tree.value {
        entries.retain(|entry| entry.key != "$schema");
    }
}

/// Make the value. What a type refuses although its schema allows it is reported, then left out, so
/// that the rest is tried as well.
fn build<T: DeserializeOwned>(tree: &Node, problems: &mut Problems) -> Option<T> {
    let mut error = match from_tree(tree) {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let mut rest = tree.clone();
    loop {
        report(tree, &error, problems);
        if !remove(&mut rest, &error.path) {
            return None;
        }
        error = match from_tree::<T>(&rest) {
            // A key that cannot do without the removed value is no further error.
            Err(next) if !next.message.starts_with("missing field") => next,
            _ => return None,
        };
    }
}

fn report(tree: &Node, error: &de::Error, problems: &mut Problems) {
    let mut node = Some(tree);
    for step in &error.path.0 {
        node = node.and_then(|node| node.step(step));
    }
    let here = node.map_or_else(|| "a value".to_owned(), Node::describe);
    let (found, allowed) = match error.message.rsplit_once(", expected ") {
        Some((found, allowed)) => {
            let starts = ["found ", "invalid value: ", "invalid type: "];
            let found = starts.iter().find_map(|start| found.strip_prefix(start));
            (found.map_or(here, str::to_owned), allowed.to_owned())
        }
        None => (format!("{here}: {}", error.message), String::new()),
    };
    let place = tree.nearest(&error.path);
    problems.push_at(place, error.path.to_string(), found, allowed);
}

/// Remove the map entry at `path`, or the innermost one around it.
fn remove(tree: &mut Node, path: &Path) -> bool {
    let Some(last) = path.0.iter().rposition(|step| matches!(step, Step::Key(_))) else {
        return false;
    };
    let mut node = tree;
    for step in &path.0[..last] {
        let next = match (&mut node.value, step) {
            (Value::Map(entries), Step::Key(key)) => {
                let entry = entries.iter_mut().find(|entry| entry.key == *key);
                entry.map(|entry| &mut entry.value)
            }
            (Value::Seq(items), Step::Index(index)) => items.get_mut(*index),
            _ => None,
        };
        let Some(next) = next else { return false };
        node = next;
    }
    let (Value::Map(entries), Step::Key(key)) = (&mut node.value, &path.0[last]) else {
        return false;
    };
    let before = entries.len();
    entries.retain(|entry| entry.key != *key);
    entries.len() < before
}

pub(super) fn read(path: &FilePath, name: &str) -> Result<String, Vec<Problem>> {
    let wrong = |found: String, allowed: &str| vec![Problem::with_file(name, found, allowed)];
    let refused = |error: io::Error| {
        let found = match error.kind() {
            io::ErrorKind::NotFound => "no such file".to_owned(),
            io::ErrorKind::PermissionDenied => "a file that may not be read".to_owned(),
            _ => format!("an unreadable file ({error})"),
        };
        wrong(found, "a scenario file")
    };
    let file = File::open(path).map_err(refused)?;
    if file.metadata().map_err(refused)?.is_dir() {
        return Err(wrong("a folder".to_owned(), "a scenario file"));
    }
    let mut bytes = Vec::new();
    let mut limited = file.take(FILE_BYTES_MAX + 1);
    limited.read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let allowed = format!("at most {} MiB", FILE_BYTES_MAX >> 20);
        return Err(wrong("a larger file".to_owned(), &allowed));
    }
    String::from_utf8(bytes).map_err(|error| vec![not_utf8(name, &error)])
}

fn not_utf8(name: &str, error: &std::string::FromUtf8Error) -> Problem {
    let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
    let byte = error.as_bytes()[valid.len()];
    let line_start = valid
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    let column = String::from_utf8_lossy(&valid[line_start..])
        .chars()
        .count()
        + 1;
    let line = valid.split(|byte| *byte == b'\n').count();
    let place = Place {
        source: 0,
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
    };
    let mut problems = Problems::new(name);
    problems.push_at(place, "", format!("the byte 0x{byte:02x}"), "UTF-8 text");
    problems.into_sorted().remove(0)
}
