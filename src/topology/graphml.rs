//! GraphML: the nodes and edges of a file with their attributes, and backbones made of them.
//!
//! Reads what the Internet Topology Zoo, `TopoHub` and this program write: `key` elements give the
//! names of attributes (compared in lower case), unknown ones are kept and ignored.
//! Invariant: a file is read whole or refused; a truncated one is never a smaller network.

use std::collections::BTreeMap;
use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::errors::{Findings, Origin, Problem};

pub(super) use super::backbone::{Backbone, read_backbone};

/// The content of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    pub(super) file: String,
    pub(super) nodes: Vec<GraphNode>,
    pub(super) edges: Vec<GraphEdge>,
}

/// A node with its attributes by lower-case name.
#[derive(Clone, Debug, Default)]
pub(super) struct GraphNode {
    pub(super) id: String,
    pub(super) line: u64,
    pub(super) data: BTreeMap<String, String>,
}

/// An edge with its attributes by lower-case name.
#[derive(Clone, Debug, Default)]
pub(super) struct GraphEdge {
    pub(super) source: String,
    pub(super) target: String,
    pub(super) line: u64,
    pub(super) data: BTreeMap<String, String>,
}

impl Document {
    /// Read a file relative to the scenario; none if it cannot be understood.
    pub(super) fn open(base_dir: &Path, path: &Path, findings: &mut Findings) -> Option<Self> {
        let bytes = super::tables::read_file(base_dir, path, findings)?;
        Self::parse(&path.display().to_string(), &bytes, findings)
    }

    /// Read a text; none if it cannot be understood.
    pub(super) fn parse(file: &str, bytes: &[u8], findings: &mut Findings) -> Option<Self> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let problem = Problem::Syntax(format!("not UTF-8 text, {error}"));
                findings.error(Origin::new(file, 0), problem);
                return None;
            }
        };
        let mut parser = Parser::new(file, text);
        match parser.run(text) {
            Ok(()) => Some(parser.document),
            Err((line, problem)) => {
                findings.error(Origin::new(file, line), problem);
                None
            }
        }
    }
}

/// What went wrong on which line.
type Failure = (u64, Problem);

/// Which attribute a `data` element belongs to, and its text so far.
#[derive(Debug)]
struct Text {
    key: String,
    content: String,
}

#[derive(Debug)]
struct Parser {
    document: Document,
    line_starts: Vec<usize>,
    /// Names and defaults of attributes, by the id of their `key` element.
    keys: BTreeMap<String, Key>,
    open: Vec<String>,
    text: Option<Text>,
    seen_graph: bool,
}

#[derive(Clone, Debug, Default)]
struct Key {
    name: String,
    for_node: bool,
    for_edge: bool,
    default: Option<String>,
}

impl Parser {
    fn new(file: &str, text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self {
            document: Document {
                file: file.to_owned(),
                ..Document::default()
            },
            line_starts: breaks.map(|(i, _)| i + 1).collect(),
            keys: BTreeMap::new(),
            open: Vec::new(),
            text: None,
            seen_graph: false,
        }
    }

    fn line(&self, position: u64) -> u64 {
        let position = usize::try_from(position).unwrap_or(usize::MAX);
        let before = self.line_starts.partition_point(|start| *start <= position);
        before as u64 + 1
    }

    fn run(&mut self, text: &str) -> Result<(), Failure> {
        let mut reader = Reader::from_str(text);
        loop {
            let line = self.line(reader.buffer_position());
            let event = reader.read_event().map_err(|error| {
                let line = self.line(reader.error_position());
                (line, Problem::Syntax(error.to_string()))
            })?;
            match event {
                Event::Start(tag) => {
                    self.start(&tag, line)?;
                    self.open.push(tag.local_name().as_ref().to_owned());
                }
                Event::Empty(tag) => {
                    self.start(&tag, line)?;
                    self.end(tag.local_name().as_ref());
                }
                Event::End(tag) => {
                    self.open.pop();
                    self.end(tag.local_name().as_ref());
                }
                Event::Text(text) => self.add_text(&text.xml10_content()),
                Event::CData(text) => self.add_text(&text.xml10_content()),
                Event::GeneralRef(entity) => self.add_entity(&entity, line)?,
                Event::Eof => return self.finish(line),
                _ => {}
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, line: u64) -> Result<(), Failure> {
        let attributes = attributes(tag, line)?;
        let get = |name: &str| attributes.get(name).cloned();
        match tag.local_name().as_ref() {
            "graph" => self.seen_graph = true,
            "key" => self.add_key(&attributes),
            "node" => {
                let id = required(get("id"), "node", "id", line)?;
                let data = self.defaults(|key| key.for_node);
                self.document.nodes.push(GraphNode { id, line, data });
            }
            "edge" => {
                let data = self.defaults(|key| key.for_edge);
                self.document.edges.push(GraphEdge {
                    source: required(get("source"), "edge", "source", line)?,
                    target: required(get("target"), "edge", "target", line)?,
                    line,
                    data,
                });
            }
            "data" => {
                let id = required(get("key"), "data", "key", line)?;
                let name = self.keys.get(&id).map(|key| key.name.clone());
                self.begin_text(name.unwrap_or_else(|| id.to_ascii_lowercase()));
            }
            "default" => self.begin_text(String::new()),
            _ => {}
        }
        Ok(())
    }

    fn add_key(&mut self, attributes: &BTreeMap<String, String>) {
        let Some(id) = attributes.get("id") else {
            return;
        };
        let name = attributes.get("attr.name").unwrap_or(id);
        let domain = attributes.get("for").map_or("all", String::as_str);
        let key = Key {
            name: name.to_ascii_lowercase(),
            for_node: matches!(domain, "node" | "all"),
            for_edge: matches!(domain, "edge" | "all"),
            default: None,
        };
        self.keys.insert(id.clone(), key);
        self.text = Some(Text {
            key: id.clone(),
            content: String::new(),
        });
    }

    fn defaults(&self, applies: impl Fn(&Key) -> bool) -> BTreeMap<String, String> {
        let keys = self.keys.values().filter(|key| applies(key));
        keys.filter_map(|key| Some((key.name.clone(), key.default.clone()?)))
            .collect()
    }

    fn begin_text(&mut self, key: String) {
        // A default belongs to the key element that is open.
        let key = match (key.as_str(), &self.text) {
            ("", Some(open)) => open.key.clone(),
            _ => key,
        };
        self.text = Some(Text {
            key,
            content: String::new(),
        });
    }

    fn add_text(&mut self, text: &str) {
        if let Some(open) = &mut self.text {
            open.content.push_str(text);
        }
    }

    fn add_entity(
        &mut self,
        entity: &quick_xml::events::BytesRef<'_>,
        line: u64,
    ) -> Result<(), Failure> {
        let name = entity.xml10_content();
        let wrong = |reason: String| (line, Problem::Syntax(reason));
        let letter = entity
            .resolve_char_ref()
            .map_err(|e| wrong(e.to_string()))?;
        let text = match (letter, name.as_ref()) {
            (Some(letter), _) => letter,
            (None, "amp") => '&',
            (None, "lt") => '<',
            (None, "gt") => '>',
            (None, "quot") => '"',
            (None, "apos") => '\'',
            (None, other) => return Err(wrong(format!("unknown entity &{other};"))),
        };
        self.add_text(text.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn end(&mut self, name: &str) {
        match name {
            "default" => {
                if let Some(text) = self.text.take()
                    && let Some(key) = self.keys.get_mut(&text.key)
                {
                    key.default = Some(text.content.trim().to_owned());
                }
            }
            "data" => {
                let Some(text) = self.text.take() else {
                    return;
                };
                let value = text.content.trim().to_owned();
                match self.open.last().map(String::as_str) {
                    Some("node") => {
                        let node = self.document.nodes.last_mut().expect("a node is open");
                        node.data.insert(text.key, value);
                    }
                    Some("edge") => {
                        let edge = self.document.edges.last_mut().expect("an edge is open");
                        edge.data.insert(text.key, value);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn finish(&self, line: u64) -> Result<(), Failure> {
        if let Some(open) = self.open.last() {
            return Err((line, Problem::Truncated(format!("<{open}>"))));
        }
        if !self.seen_graph {
            let reason = "no <graph> element, is this GraphML?".to_owned();
            return Err((line, Problem::Syntax(reason)));
        }
        Ok(())
    }
}

fn attributes(tag: &BytesStart<'_>, line: u64) -> Result<BTreeMap<String, String>, Failure> {
    let mut found = BTreeMap::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|e| (line, Problem::Syntax(e.to_string())))?;
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|e| (line, Problem::Syntax(e.to_string())))?;
        let name: &str = attribute.key.as_ref();
        found.insert(name.to_owned(), value.into_owned());
    }
    Ok(found)
}

fn required(
    value: Option<String>,
    element: &str,
    attribute: &str,
    line: u64,
) -> Result<String, Failure> {
    value.ok_or_else(|| {
        let reason = format!("<{element}> without attribute \"{attribute}\"");
        (line, Problem::Syntax(reason))
    })
}
