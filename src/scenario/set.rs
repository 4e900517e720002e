//! Overrides from the command line: `path.to.key=value`.
//!
//! Invariant: an override changes the value at its path and nothing else.

use super::parse::parse;
use super::path::{Path, Step};
use super::problem::Problems;
use super::tree::{Entry, Node, Place, Value};

/// Put the value of `text` (`path=value`, the value as YAML) into the tree.
///
/// Maps on the way are created; an index equal to the length of a list appends. What is wrong goes
/// to `problems`, under the name `--set path=value`.
pub(super) fn apply(tree: &mut Node, text: &str, problems: &mut Problems) {
    let source = problems.add_source(&format!("--set {text}"));
    let place = Place {
        source,
        line: 0,
        column: 0,
    };
    let Some((path, value)) = text.split_once('=') else {
        problems.push_at(place, "", format!("\"{text}\""), "path.to.key=value");
        return;
    };
    let path = match Path::parse(path.trim()) {
        Ok(path) if !path.0.is_empty() => path,
        Ok(_) => {
            problems.push_at(place, "", "no path before =", "path.to.key=value");
            return;
        }
        Err(wrong) => {
            let allowed = "a path such as rollout.stages[0].soak";
            problems.push_at(
                place,
                "",
                format!("{wrong} in the path \"{path}\""),
                allowed,
            );
            return;
        }
    };
    let value = if value.trim().is_empty() {
        let value = Value::Null;
        Some(Node { value, place })
    } else {
        parse(value, source, problems)
    };
    let Some(value) = value else { return };
    if let Err((depth, found, allowed)) = put(tree, &path.0, value) {
        let path = Path(path.0[..depth].to_vec());
        problems.push_at(place, path.to_string(), found, allowed);
    }
}

/// How far it got, what was found there, and what is allowed.
type Refusal = (usize, String, String);

fn put(tree: &mut Node, steps: &[Step], value: Node) -> Result<(), Refusal> {
    let mut node = tree;
    for (depth, step) in steps.iter().enumerate() {
        node =
            enter(node, step, value.place).map_err(|(found, allowed)| (depth, found, allowed))?;
    }
    *node = value;
    Ok(())
}

/// One step down, creating what is missing.
fn enter<'n>(
    node: &'n mut Node,
    step: &Step,
    place: Place,
) -> Result<&'n mut Node, (String, String)> {
    if node.value == Value::Null {
        node.value = match step {
            Step::Key(_) => Value::Map(Vec::new()),
            Step::Index(_) => Value::Seq(Vec::new()),
        };
        node.place = place;
    }
    let nothing = Node {
        value: Value::Null,
        place,
    };
    let described = node.describe();
    match (&mut node.value, step) {
        (Value::Map(entries), Step::Key(key)) => {
            let known = entries.iter().position(|entry| entry.key == *key);
            let index = known.unwrap_or(entries.len());
            if known.is_none() {
                entries.push(Entry {
                    key: key.clone(),
                    place,
                    value: nothing,
                });
            }
            entries[index].place = place;
            Ok(&mut entries[index].value)
        }
        (Value::Seq(items), step) => {
            let length = items.len();
            let index = index_of(step)
                .filter(|index| *index <= length)
                .ok_or_else(|| {
                    let allowed = format!("an index from [0] to [{length}], which appends");
                    (format!("a list of {length}"), allowed)
                })?;
            if index == length {
                items.push(nothing);
            }
            Ok(&mut items[index])
        }
        (_, Step::Index(_)) => Err((described, "a list to index".to_owned())),
        (_, Step::Key(key)) => Err((described, format!("a map in which to set {key}"))),
    }
}

fn index_of(step: &Step) -> Option<usize> {
    match step {
        Step::Index(index) => Some(*index),
        Step::Key(key) => key.parse().ok(),
    }
}
