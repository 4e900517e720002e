//! Where a schema leaves a choice: one of several words, kinds of map, or types of value.
//!
//! A word must be one of the words. A map with a tag (`kind: crash`) is checked against the kind
//! that the tag names and no other. Anything else is checked against the alternative that it
//! resembles most; if it resembles none, the error lists them all.
//!
//! Invariant: an alternative tried in vain leaves no trace in the tree or among the problems.

use super::check::Checker;
use super::path::Step;
use super::problem::Problem;
use super::shape::Shape;
use super::tree::{Node, Value};
use super::wording::{allowed, nearest, one_of};

/// A tag that tells kinds of map apart: its key, and each kind's words with its shape.
struct Tag<'s, 'a> {
    key: &'s str,
    kinds: Vec<(Vec<&'s str>, &'a Shape<'s>)>,
}

/// What came of checking against one alternative.
struct Attempt {
    /// Keys it does not know, then problems: the least is the likeliest to be meant.
    rank: (usize, usize),
    copy: Node,
    problems: Vec<Problem>,
}

impl<'s> Checker<'s, '_> {
    pub(super) fn check_alternatives(&mut self, shapes: &[Shape<'s>], node: &mut Node) {
        if let Value::Str(text) = &mut node.value
            && let Some(word) = find_word(shapes, text)
        {
            word.clone_into(text);
            return;
        }
        let fitting: Vec<&Shape<'s>> = shapes.iter().filter(|shape| fits(shape, node)).collect();
        match (fitting.as_slice(), find_tag(&fitting)) {
            ([], _) => self.refuse_all(shapes, node),
            (_, Some(tag)) => self.check_tagged(&tag, node),
            ([only], None) => self.check_shape(only, node),
            (several, None) => self.check_nearest(several, shapes, node),
        }
    }

    fn refuse_all(&mut self, shapes: &[Shape<'s>], node: &Node) {
        let meant = match &node.value {
            Value::Str(text) => nearest(text, all_words(shapes).map(|(word, _)| word)),
            _ => None,
        };
        let meant = meant.and_then(|near| {
            let mut words = all_words(shapes);
            words.find(|(word, _)| *word == near).map(|(_, own)| own)
        });
        self.refuse(node, shapes).suggestion = meant.map(str::to_owned);
    }

    fn check_tagged(&mut self, tag: &Tag<'s, '_>, node: &mut Node) {
        let Value::Map(entries) = &mut node.value else {
            return;
        };
        let kinds: Vec<&str> = tag.kinds.iter().map(|(words, _)| words[0]).collect();
        let step = Step::Key(tag.key.to_owned());
        let Some(entry) = entries.iter_mut().find(|entry| entry.key == tag.key) else {
            self.below(step, |inner| {
                inner.report(node.place, "no such key".to_owned(), one_of(&kinds));
            });
            return;
        };
        let given = entry.value.describe();
        let is_meant = |words: &[&str]| matches!(&entry.value.value, Value::Str(text) if words.contains(&text.as_str()));
        if let Some((words, shape)) = tag.kinds.iter().find(|(words, _)| is_meant(words)) {
            entry.value.value = Value::Str(words[0].to_owned());
            self.check_shape(shape, node);
            return;
        }
        let text = given.trim_matches('"');
        let near = nearest(
            text,
            tag.kinds
                .iter()
                .flat_map(|(words, _)| words.iter().copied()),
        );
        let own = near.and_then(|near| tag.kinds.iter().find(|(words, _)| words.contains(&near)));
        let place = entry.value.place;
        self.below(step, |inner| {
            let problem = inner.report(place, given.clone(), one_of(&kinds));
            problem.suggestion = own.map(|(words, _)| words[0].to_owned());
        });
    }

    /// Try each on a copy, keep the one that knows most of the keys, then the one with the fewest
    /// problems.
    fn check_nearest(&mut self, several: &[&Shape<'s>], all: &[Shape<'s>], node: &mut Node) {
        let mut best: Option<Attempt> = None;
        for shape in several {
            let mut copy = node.clone();
            let before = self.problems.count();
            self.check_shape(shape, &mut copy);
            let problems = self.problems.split_off(before);
            if problems.is_empty() {
                *node = copy;
                return;
            }
            let rank = (unknown_keys(shape, &copy), problems.len());
            if best.as_ref().is_none_or(|best| rank < best.rank) {
                best = Some(Attempt {
                    rank,
                    copy,
                    problems,
                });
            }
        }
        let keys = match &node.value {
            Value::Map(entries) => entries.len(),
            _ => 0,
        };
        match best {
            Some(best) if keys == 0 || best.rank.0 < keys => {
                *node = best.copy;
                self.problems.extend(best.problems);
            }
            _ => self.refuse_keys(several, all, node),
        }
    }

    /// None of the alternatives knows any of the keys.
    fn refuse_keys(&mut self, several: &[&Shape<'s>], all: &[Shape<'s>], node: &Node) {
        let Value::Map(entries) = &node.value else {
            self.refuse_all(all, node);
            return;
        };
        let names: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        let meant = several
            .iter()
            .find_map(|shape| names.iter().find_map(|name| shape.keys().nearest(name)));
        let found = format!("a map with {}", names.join(", "));
        let place = entries.first().map_or(node.place, |entry| entry.place);
        self.report(place, found, allowed(all)).suggestion = meant.map(str::to_owned);
    }
}

/// Whether a value could become this: of the right type, and not one of a few words, for those
/// have been compared before.
fn fits(shape: &Shape<'_>, node: &Node) -> bool {
    let is_word = matches!(node.value, Value::Str(_)) && !shape.words().is_empty();
    shape.accepts(node) && !is_word
}

/// Every word with the one it stands for.
fn all_words<'s>(shapes: &[Shape<'s>]) -> impl Iterator<Item = (&'s str, &'s str)> {
    shapes
        .iter()
        .flat_map(Shape::words)
        .flat_map(|(own, others)| {
            let others = others.into_iter().map(move |other| (other, own));
            std::iter::once((own, own)).chain(others)
        })
}

fn find_word<'s>(shapes: &[Shape<'s>], text: &str) -> Option<&'s str> {
    all_words(shapes)
        .find(|(word, _)| *word == text)
        .map(|(_, own)| own)
}

/// The tag that all these shapes have, each with a word of its own.
fn find_tag<'s, 'a>(fitting: &[&'a Shape<'s>]) -> Option<Tag<'s, 'a>> {
    let (first, _) = fitting.split_first()?;
    first.tags().into_iter().find_map(|(key, ..)| {
        let kind = |shape: &&'a Shape<'s>| {
            let tag = shape.tags().into_iter().find(|(other, ..)| *other == key);
            tag.map(|(_, word, mut others)| {
                others.insert(0, word);
                (others, *shape)
            })
        };
        let kinds: Option<Vec<_>> = fitting.iter().map(kind).collect();
        kinds.map(|kinds| Tag { key, kinds })
    })
}

fn unknown_keys(shape: &Shape<'_>, node: &Node) -> usize {
    let keys = shape.keys();
    let Value::Map(entries) = &node.value else {
        return 0;
    };
    let is_unknown = |key: &str| keys.closed && keys.known.iter().all(|(known, _)| *known != key);
    entries
        .iter()
        .filter(|entry| is_unknown(&entry.key))
        .count()
}
