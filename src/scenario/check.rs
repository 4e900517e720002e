//! A tree against the JSON Schema of the type it is to become: every error at once.
//!
//! Stricter than the schema where that catches slips (an object that lists its properties is
//! closed), kinder where that costs nothing: `1e6` is a whole number, and a key or a word may have
//! other names, which the schema lists under `x-aliases` and the tree then has by its own name.
//!
//! Invariant: driven by the schema alone; knows no key by name.

use serde_json::Value as Json;

use crate::base::Span;

use super::path::{Path, Step};
use super::pattern::Pattern;
use super::problem::{Problem, Problems};
use super::shape::{Keys, Shape, aliases, as_whole, shapes};
use super::tree::{Entry, Node, Place, Value, quote};
use super::wording::{allowed, length_in_words, limits, one_of};

/// Check `node` against `schema`, rewriting aliases in place.
pub(super) fn check(schema: &Json, node: &mut Node, problems: &mut Problems) {
    let mut checker = Checker {
        root: schema,
        problems,
        path: Path::default(),
    };
    checker.check(schema, node);
}

pub(super) struct Checker<'s, 'p> {
    pub(super) root: &'s Json,
    pub(super) problems: &'p mut Problems,
    pub(super) path: Path,
}

/// After so many problems the file is something else altogether, and suggestions only cost time.
const SUGGESTIONS_MAX: usize = 1000;

fn is_refused_by_pattern(shape: &Shape<'_>, text: &str) -> bool {
    let pattern = shape.keyword("pattern").and_then(Json::as_str);
    let compiled = pattern.and_then(Pattern::compile);
    compiled.is_some_and(|pattern| !pattern.matches(text))
}

impl<'s> Checker<'s, '_> {
    pub(super) fn check(&mut self, schema: &'s Json, node: &mut Node) {
        match shapes(self.root, schema).as_slice() {
            [shape] if shape.words().is_empty() => self.check_shape(shape, node),
            shapes => self.check_alternatives(shapes, node),
        }
    }

    pub(super) fn check_shape(&mut self, shape: &Shape<'s>, node: &mut Node) {
        if !shape.accepts(node) {
            self.refuse(node, std::slice::from_ref(shape));
            return;
        }
        let place = node.place;
        match &mut node.value {
            Value::Str(text) => self.check_text(shape, text, place),
            Value::Seq(items) => self.check_items(shape, items, place),
            Value::Map(entries) => self.check_entries(shape, entries, place),
            Value::Int(_) | Value::Float(_) => self.check_number(shape, node),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Report that this value is none of these shapes.
    pub(super) fn refuse(&mut self, node: &Node, shapes: &[Shape<'s>]) -> &mut Problem {
        let found = node.describe();
        let mut allowed = allowed(shapes);
        let wants_number = shapes.iter().any(|shape| {
            let types = shape.types();
            types.contains(&"number") || types.contains(&"integer")
        });
        match &node.value {
            Value::Str(text) if wants_number && text.parse::<f64>().is_ok() => {
                allowed.push_str(" without quotes");
            }
            Value::Int(_) | Value::Float(_) | Value::Bool(_) if allowed.starts_with("text") => {
                "text in quotes".clone_into(&mut allowed);
            }
            _ => {}
        }
        self.report(node.place, found, allowed)
    }

    pub(super) fn report(&mut self, place: Place, found: String, allowed: String) -> &mut Problem {
        let path = self.path.to_string();
        self.problems.push_at(place, path, found, allowed)
    }

    /// Do something one step further down.
    pub(super) fn below<R>(&mut self, step: Step, act: impl FnOnce(&mut Self) -> R) -> R {
        self.path.0.push(step);
        let result = act(self);
        self.path.0.pop();
        result
    }

    fn check_text(&mut self, shape: &Shape<'s>, text: &str, place: Place) {
        let length = text.chars().count();
        let is_short = shape.count("minLength").is_some_and(|least| length < least);
        let is_long = shape.count("maxLength").is_some_and(|most| length > most);
        let is_duration = shape.format() == "cellfall-duration";
        let is_odd = if is_duration {
            Span::parse(text).is_err()
        } else {
            is_refused_by_pattern(shape, text)
        };
        if is_short || is_long || is_odd {
            self.report(place, quote(text), allowed(std::slice::from_ref(shape)));
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "limits of whole numbers are given as floats in a schema"
    )]
    fn check_number(&mut self, shape: &Shape<'s>, node: &mut Node) {
        let is_whole = shape.types().contains(&"integer");
        if let (Value::Float(number), true) = (&node.value, is_whole) {
            let whole = as_whole(*number).expect("a shape of whole numbers accepted it");
            node.value = Value::Int(whole);
        }
        let number = match node.value {
            Value::Int(whole) => whole as f64,
            Value::Float(number) => number,
            _ => return,
        };
        let (least, most) = limits(shape);
        let above = shape.number("exclusiveMinimum");
        let below = shape.number("exclusiveMaximum");
        let is_within = least.is_none_or(|least| number >= least)
            && most.is_none_or(|most| number <= most)
            && above.is_none_or(|above| number > above)
            && below.is_none_or(|below| number < below);
        if !is_within {
            self.refuse(node, std::slice::from_ref(shape));
        }
    }

    fn check_items(&mut self, shape: &Shape<'s>, items: &mut [Node], place: Place) {
        let count = items.len();
        let is_short = shape.count("minItems").is_some_and(|least| count < least);
        let is_long = shape.count("maxItems").is_some_and(|most| count > most);
        if is_short || is_long {
            let found = format!("a list of {count}");
            self.report(place, found, format!("a list{}", length_in_words(shape)));
        }
        let each = shape.keyword("items");
        let first = shape.keyword("prefixItems").and_then(Json::as_array);
        for (index, item) in items.iter_mut().enumerate() {
            let own = first.and_then(|schemas| schemas.get(index));
            if let Some(schema) = own.or(each) {
                self.below(Step::Index(index), |inner| inner.check(schema, item));
            }
        }
    }

    fn check_entries(&mut self, shape: &Shape<'s>, entries: &mut Vec<Entry>, place: Place) {
        let keys = shape.keys();
        self.rewrite_aliases(&keys, entries);
        let mut meant = Vec::new();
        for entry in entries.iter_mut() {
            let known = keys.known.iter().find(|(key, _)| *key == entry.key);
            match known.map(|(_, schema)| *schema).or(keys.others) {
                Some(schema) => {
                    let step = Step::Key(entry.key.clone());
                    self.below(step, |inner| inner.check(schema, &mut entry.value));
                }
                None if keys.closed => meant.extend(self.refuse_key(&keys, entry)),
                None => {}
            }
        }
        for key in &keys.required {
            let is_there = entries.iter().any(|entry| entry.key == *key);
            if !is_there && !meant.contains(key) {
                self.report_missing(&keys, key, place);
            }
        }
    }

    fn report_missing(&mut self, keys: &Keys<'s>, key: &str, place: Place) {
        let schema = keys.known.iter().find(|(known, _)| *known == key);
        let allowed = schema.map_or_else(
            || "a value".to_owned(),
            |(_, schema)| allowed(&shapes(self.root, schema)),
        );
        let step = Step::Key(key.to_owned());
        self.below(step, |inner| {
            inner.report(place, "no such key".to_owned(), allowed);
        });
    }

    /// Report a key that is not allowed; gives the key that was probably meant.
    fn refuse_key(&mut self, keys: &Keys<'s>, entry: &Entry) -> Option<&'s str> {
        let names: Vec<&str> = keys.known.iter().map(|(key, _)| *key).collect();
        let is_flood = self.problems.count() > SUGGESTIONS_MAX;
        let meant = Some(&entry.key).filter(|_| !is_flood);
        let meant = meant.and_then(|key| keys.nearest(key));
        let step = Step::Key(entry.key.clone());
        self.below(step, |inner| {
            let found = "an unknown key".to_owned();
            let problem = inner.report(entry.place, found, one_of(&names));
            problem.suggestion = meant.map(str::to_owned);
        });
        meant
    }

    /// Give every entry its own name. Where two names of one key are given, a later override wins;
    /// otherwise it is an error.
    fn rewrite_aliases(&mut self, keys: &Keys<'s>, entries: &mut Vec<Entry>) {
        for (key, schema) in &keys.known {
            let aliases = schema.as_object().map(aliases).unwrap_or_default();
            let is_named = |entry: &Entry| aliases.contains(&entry.key.as_str());
            if !entries.iter().any(is_named) {
                continue;
            }
            let is_one = |entry: &Entry| entry.key == *key || is_named(entry);
            let same = entries.iter().filter(|entry| is_one(entry));
            let last = same.map(|entry| entry.place.source).max();
            let mut given: Option<String> = None;
            let mut twice = Vec::new();
            entries.retain_mut(|entry| {
                if !is_one(entry) {
                    return true;
                }
                if Some(entry.place.source) != last {
                    return false;
                }
                if let Some(first) = &given {
                    twice.push((entry.place, entry.key.clone(), first.clone()));
                    return false;
                }
                given = Some(std::mem::replace(&mut entry.key, (*key).to_owned()));
                true
            });
            for (place, second, first) in twice {
                let found = format!("both {first} and {second}, which mean the same");
                self.below(Step::Key(second), |inner| {
                    inner.report(place, found, "one of them".to_owned());
                });
            }
        }
    }
}
