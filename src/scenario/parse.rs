//! YAML or JSON text into a tree, within limits.
//!
//! One document of at most [`VALUES_MAX`] values (aliases counted as often as they are used) and
//! [`DEPTH_MAX`] levels. A key written twice and an unknown tag are reported and the rest is still
//! read; text that is not YAML ends the reading.
//!
//! Invariant: whatever the bytes, the answer is a tree or a problem, never a panic.

use std::collections::BTreeMap;

use serde_saphyr::granit_parser as yaml;
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Tag};

use super::path::{Path, Step};
use super::problem::Problems;
use super::tree::{Entry, Node, Place, Value, quote, resolve_plain};

/// How many values a file may hold, aliases counted as often as they are used.
pub const VALUES_MAX: usize = 1_000_000;

/// How deep lists and maps may be nested.
pub const DEPTH_MAX: usize = 64;

/// Read the one document in `text`. What is wrong goes to `problems`; `None` if nothing could be
/// made of it.
pub(super) fn parse(text: &str, source: u16, problems: &mut Problems) -> Option<Node> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let options = yaml::options! {
        emit_comments: false,
        flow_nesting_limit: DEPTH_MAX,
        block_nesting_limit: DEPTH_MAX,
    };
    let mut builder = Builder {
        source,
        problems,
        open: Vec::new(),
        anchors: BTreeMap::new(),
        values_left: VALUES_MAX,
        root: None,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let done = match event {
            Ok((event, span)) => builder.take(event, span.start),
            Err(error) => {
                let place = builder.place(*error.marker());
                Err(Stop(place, syntax_error(error.kind())))
            }
        };
        if let Err(Stop(place, found)) = done {
            builder.problems.push_at(place, "", found, "");
            return None;
        }
    }
    if builder.root.is_none() {
        let place = builder.place(yaml::Marker::new(0, 1, 0));
        let allowed = "a map of keys and values, or {} for all defaults";
        problems.push_at(place, "", "nothing but blanks and comments", allowed);
        return None;
    }
    builder.root
}

fn syntax_error(kind: &yaml::ErrorKind) -> String {
    match kind {
        yaml::ErrorKind::TabNotAllowed
        | yaml::ErrorKind::TabInBlockIndentation
        | yaml::ErrorKind::TabInIndentation => {
            "a tab in the indentation, where YAML allows only blanks".to_owned()
        }
        yaml::ErrorKind::UnknownAnchor => "an alias without an anchor before it".to_owned(),
        yaml::ErrorKind::RecursionLimitExceeded => too_deep(),
        other => format!("text that is not YAML: {other}"),
    }
}

fn too_deep() -> String {
    format!("lists and maps nested deeper than {DEPTH_MAX} levels")
}

/// Reading ends here.
struct Stop(Place, String);

/// A list or map whose end has not come yet.
struct Open {
    anchor: usize,
    place: Place,
    kind: Kind,
}

enum Kind {
    Seq(Vec<Node>),
    Map(OpenMap),
}

#[derive(Default)]
struct OpenMap {
    entries: Vec<Entry>,
    seen: BTreeMap<String, Place>,
    key: Option<(String, Place)>,
    merged: Vec<Entry>,
}

struct Builder<'p> {
    source: u16,
    problems: &'p mut Problems,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    values_left: usize,
    root: Option<Node>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, start: yaml::Marker) -> Result<(), Stop> {
        let place = self.place(start);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = if self.awaits_key() {
                    Value::Str(text.into_owned())
                } else {
                    self.scalar(&text, style, tag.as_deref(), place)
                };
                self.finish(Node { value, place }, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(anchor, Kind::Seq(Vec::new()), tag.as_deref(), place)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.begin(anchor, Kind::Map(OpenMap::default()), tag.as_deref(), place)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop().expect("the parser balances its events");
                let (anchor, node) = open.close();
                self.finish(node, anchor)
            }
            Event::Alias(anchor) => self.alias(anchor, place),
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(Stop(place, "a second document in one file".to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Whether the next value is a key: keys are words as they are written, whatever they look like.
    fn awaits_key(&self) -> bool {
        let kind = self.open.last().map(|open| &open.kind);
        matches!(kind, Some(Kind::Map(map)) if map.key.is_none())
    }

    fn begin(
        &mut self,
        anchor: usize,
        kind: Kind,
        tag: Option<&Tag>,
        place: Place,
    ) -> Result<(), Stop> {
        if self.open.len() >= DEPTH_MAX {
            return Err(Stop(place, too_deep()));
        }
        self.refuse_tag(
            tag.filter(|tag| !matches!(tag.core_suffix(), Some("seq" | "map"))),
            place,
        );
        self.open.push(Open {
            anchor,
            place,
            kind,
        });
        Ok(())
    }

    fn alias(&mut self, anchor: usize, place: Place) -> Result<(), Stop> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(Stop(
                place,
                "an alias inside the value it stands for".to_owned(),
            ));
        };
        let (size, depth) = measure(node);
        if size > self.values_left {
            return Err(Stop(place, format!("more than {VALUES_MAX} values")));
        }
        if self.open.len() + depth > DEPTH_MAX {
            return Err(Stop(place, too_deep()));
        }
        self.values_left -= size;
        let copy = node.clone();
        self.finish(copy, 0)
    }

    /// A value is complete: it becomes a key, a value, an item or the root.
    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Stop> {
        if self.values_left == 0 {
            return Err(Stop(node.place, format!("more than {VALUES_MAX} values")));
        }
        self.values_left -= 1;
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(node),
            Some(Kind::Seq(items)) => items.push(node),
            Some(Kind::Map(map)) => match map.key.take() {
                None => map.key = Some(key_of(node)?),
                Some((key, place)) if key == "<<" => map.merge(node, place)?,
                Some((key, place)) => self.insert(key, place, node),
            },
        }
        Ok(())
    }

    /// The path of the value that comes next.
    fn path(&self) -> Path {
        let steps = self.open.iter().filter_map(|open| match &open.kind {
            Kind::Seq(items) => Some(Step::Index(items.len())),
            Kind::Map(map) => map.key.as_ref().map(|(key, _)| Step::Key(key.clone())),
        });
        Path(steps.collect())
    }

    fn insert(&mut self, key: String, place: Place, value: Node) {
        let Some(Kind::Map(map)) = self.open.last_mut().map(|open| &mut open.kind) else {
            return;
        };
        if let Some(first) = map.seen.get(&key).copied() {
            let found = "a key for the second time";
            let allowed = match first.line {
                0 => "it once".to_owned(),
                line => format!("it once (line {line} has it)"),
            };
            let mut path = self.path();
            path.0.push(Step::Key(key));
            self.problems
                .push_at(place, path.to_string(), found, allowed);
            return;
        }
        map.seen.insert(key.clone(), place);
        map.entries.push(Entry { key, place, value });
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, place: Place) -> Value {
        let plain = style == ScalarStyle::Plain;
        match tag.map(|tag| (tag, tag.core_suffix())) {
            None if plain => resolve_plain(text),
            Some((_, Some("int" | "float" | "bool" | "null"))) => resolve_plain(text),
            None | Some((_, Some("str"))) => Value::Str(text.to_owned()),
            Some((tag, _)) => {
                self.refuse_tag(Some(tag), place);
                Value::Str(text.to_owned())
            }
        }
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, place: Place) {
        // A lone `!` is YAML's own way to say "as it is written".
        if let Some(tag) = tag.filter(|tag| tag.original() != "!") {
            let found = format!("the tag {}", quote(&tag.original()));
            self.problems.push_at(place, "", found, "no tag");
        }
    }

    fn place(&self, marker: yaml::Marker) -> Place {
        let source = self.source;
        if self.problems.is_file(source) {
            return Place {
                source,
                line: u32::try_from(marker.line()).unwrap_or(u32::MAX),
                column: u32::try_from(marker.col() + 1).unwrap_or(u32::MAX),
            };
        }
        Place {
            source,
            line: 0,
            column: 0,
        }
    }
}

impl Open {
    fn close(self) -> (usize, Node) {
        let value = match self.kind {
            Kind::Seq(items) => Value::Seq(items),
            Kind::Map(map) => Value::Map(map.close()),
        };
        let place = self.place;
        (self.anchor, Node { value, place })
    }
}

impl OpenMap {
    /// `<<: *other` or `<<: [*one, *two]`: their entries count where this map has none itself.
    fn merge(&mut self, node: Node, place: Place) -> Result<(), Stop> {
        match node.value {
            Value::Map(entries) => self.merged.extend(entries),
            Value::Seq(items) => {
                for item in items {
                    self.merge(item, place)?;
                }
            }
            _ => {
                let found = format!("{} after <<, where a map belongs", node.describe());
                return Err(Stop(place, found));
            }
        }
        Ok(())
    }

    fn close(mut self) -> Vec<Entry> {
        for entry in self.merged {
            if self.seen.insert(entry.key.clone(), entry.place).is_none() {
                self.entries.push(entry);
            }
        }
        self.entries
    }
}

fn key_of(node: Node) -> Result<(String, Place), Stop> {
    match node.value {
        Value::Seq(_) | Value::Map(_) => Err(Stop(
            node.place,
            format!("{} as a key, where a word belongs", node.describe()),
        )),
        Value::Str(key) => Ok((key, node.place)),
        _ => Ok((node.describe(), node.place)),
    }
}

/// How many values a node holds, itself included, and how many levels of lists and maps.
fn measure(node: &Node) -> (usize, usize) {
    let inner = |children: &mut dyn Iterator<Item = &Node>| {
        children
            .map(measure)
            .fold((1, 1), |(size, depth), (more, below)| {
                (size + more, depth.max(below + 1))
            })
    };
    match &node.value {
        Value::Seq(items) => inner(&mut items.iter()),
        Value::Map(entries) => inner(&mut entries.iter().map(|entry| &entry.value)),
        _ => (1, 0),
    }
}
