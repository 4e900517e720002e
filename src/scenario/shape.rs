//! A JSON Schema as the check sees it: references followed, alternatives laid side by side.
//!
//! Invariant: only reads the schema; sees no scenario.

use serde_json::{Map, Value as Json};

use super::tree::{Node, Value};
use super::wording::nearest;

type Object = Map<String, Json>;

/// One way to satisfy a schema: all these objects at once (a schema, what it refers to, and what
/// stands beside the reference).
#[derive(Clone, Debug, Default)]
pub(super) struct Shape<'s>(Vec<&'s Object>);

/// What a map may contain.
pub(super) struct Keys<'s> {
    /// The keys that are known by name.
    pub(super) known: Vec<(&'s str, &'s Json)>,
    /// The keys that must be there.
    pub(super) required: Vec<&'s str>,
    /// What stands under any other key, if others are allowed.
    pub(super) others: Option<&'s Json>,
    /// Whether other keys are refused.
    pub(super) closed: bool,
}

impl<'s> Keys<'s> {
    /// The key that was probably meant, also if it resembles another name of it.
    pub(super) fn nearest(&self, found: &str) -> Option<&'s str> {
        let mut names = Vec::new();
        for (key, schema) in &self.known {
            names.push((*key, *key));
            let others = schema.as_object().map(aliases).unwrap_or_default();
            names.extend(others.into_iter().map(|other| (other, *key)));
        }
        let near = nearest(found, names.iter().map(|(name, _)| *name))?;
        names
            .iter()
            .find(|(name, _)| *name == near)
            .map(|(_, key)| *key)
    }
}

/// All ways to satisfy `schema`, alternatives inside alternatives included.
pub(super) fn shapes<'s>(root: &'s Json, schema: &'s Json) -> Vec<Shape<'s>> {
    expand(root, schema, 0)
}

/// How many references in a row are followed before the schema is taken to run in circles.
const REFERENCES_MAX: usize = 32;

fn expand<'s>(root: &'s Json, schema: &'s Json, depth: usize) -> Vec<Shape<'s>> {
    let Some(object) = schema.as_object().filter(|_| depth < REFERENCES_MAX) else {
        return vec![Shape::default()];
    };
    let mut shapes = vec![Shape(vec![object])];
    let target = object.get("$ref").and_then(Json::as_str);
    let referred = target.and_then(|target| root.pointer(target.strip_prefix('#')?));
    let all = object.get("allOf").and_then(Json::as_array);
    for inner in referred.into_iter().chain(all.into_iter().flatten()) {
        shapes = product(&shapes, &expand(root, inner, depth + 1));
    }
    for keyword in ["oneOf", "anyOf"] {
        if let Some(alternatives) = object.get(keyword).and_then(Json::as_array) {
            let each = alternatives.iter();
            let any: Vec<Shape<'_>> = each
                .flat_map(|inner| expand(root, inner, depth + 1))
                .collect();
            shapes = product(&shapes, &any);
        }
    }
    shapes
}

fn product<'s>(left: &[Shape<'s>], right: &[Shape<'s>]) -> Vec<Shape<'s>> {
    let pair = |a: &Shape<'s>, b: &Shape<'s>| Shape(a.0.iter().chain(&b.0).copied().collect());
    left.iter()
        .flat_map(|a| right.iter().map(move |b| pair(a, b)))
        .collect()
}

impl<'s> Shape<'s> {
    /// The value of a keyword, innermost last.
    pub(super) fn keyword(&self, name: &str) -> Option<&'s Json> {
        self.0.iter().rev().find_map(|object| object.get(name))
    }

    /// The value of a keyword that is a number.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.keyword(name)?.as_f64()
    }

    /// The value of a keyword that is a count.
    pub(super) fn count(&self, name: &str) -> Option<usize> {
        usize::try_from(self.keyword(name)?.as_u64()?).ok()
    }

    /// The format, or nothing.
    pub(super) fn format(&self) -> &'s str {
        self.keyword("format").and_then(Json::as_str).unwrap_or("")
    }

    /// The types that are allowed; none named means any.
    pub(super) fn types(&self) -> Vec<&'s str> {
        match self.keyword("type") {
            Some(Json::String(one)) => vec![one],
            Some(Json::Array(many)) => many.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether a value of this kind can satisfy it.
    pub(super) fn accepts(&self, node: &Node) -> bool {
        let types = self.types();
        types.is_empty() || types.iter().any(|name| is_of_type(node, name))
    }

    /// The words that are allowed, each with its aliases; none if any text is.
    pub(super) fn words(&self) -> Vec<(&'s str, Vec<&'s str>)> {
        let constant = self
            .0
            .iter()
            .rev()
            .find(|object| object.contains_key("const"));
        if let Some(object) = constant {
            let word = object["const"].as_str();
            return word
                .map(|word| (word, aliases(object)))
                .into_iter()
                .collect();
        }
        let listed = self
            .0
            .iter()
            .rev()
            .find(|object| object.contains_key("enum"));
        let words = listed.and_then(|object| object["enum"].as_array());
        let words = words.into_iter().flatten().filter_map(Json::as_str);
        let others = listed.and_then(|object| object.get("x-aliases")?.as_object());
        let others_of = |word: &str| {
            let pairs = others.into_iter().flatten();
            let same = pairs.filter(|(_, meant)| meant.as_str() == Some(word));
            same.map(|(other, _)| other.as_str()).collect()
        };
        words.map(|word| (word, others_of(word))).collect()
    }

    /// What a map of this shape may contain.
    pub(super) fn keys(&self) -> Keys<'s> {
        let mut keys = Keys {
            known: Vec::new(),
            required: Vec::new(),
            others: None,
            closed: false,
        };
        for object in &self.0 {
            let properties = object.get("properties").and_then(Json::as_object);
            let known = properties.into_iter().flatten();
            keys.known
                .extend(known.map(|(key, schema)| (key.as_str(), schema)));
            let required = object.get("required").and_then(Json::as_array);
            keys.required
                .extend(required.into_iter().flatten().filter_map(Json::as_str));
            let patterns = object.get("patternProperties").and_then(Json::as_object);
            let by_pattern = patterns.and_then(|patterns| patterns.values().next());
            let others = object.get("additionalProperties");
            keys.closed |= others == Some(&Json::Bool(false));
            keys.others = by_pattern
                .or(others.filter(|schema| **schema != Json::Bool(false)))
                .or(keys.others);
        }
        keys.closed = keys.others.is_none() && (keys.closed || !keys.known.is_empty());
        keys
    }

    /// The tag that tells this alternative from others, `kind: crash`, with the tag's aliases.
    pub(super) fn tags(&self) -> Vec<(&'s str, &'s str, Vec<&'s str>)> {
        let mut tags = Vec::new();
        for object in &self.0 {
            let properties = object.get("properties").and_then(Json::as_object);
            for (key, schema) in properties.into_iter().flatten() {
                if let Some(word) = schema.get("const").and_then(Json::as_str) {
                    tags.push((key.as_str(), word, aliases(object)));
                }
            }
        }
        tags
    }
}

/// The words that also stand for a key, a word or a kind: the extension `x-aliases`, a list. (Beside
/// an `enum` it is a map from other words to listed ones.)
pub(super) fn aliases(schema: &Object) -> Vec<&str> {
    let list = schema.get("x-aliases").and_then(Json::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect()
}

fn is_of_type(node: &Node, name: &str) -> bool {
    match &node.value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Int(_) => name == "integer" || name == "number",
        Value::Float(number) if name == "integer" => as_whole(*number).is_some(),
        Value::Float(number) => name == "number" && number.is_finite(),
        Value::Str(_) => name == "string",
        Value::Seq(_) => name == "array",
        Value::Map(_) => name == "object",
    }
}

/// The whole number that a float stands for, as in `1e6`, if it is exact.
#[expect(
    clippy::cast_possible_truncation,
    reason = "below 2^53 every whole float is a whole number"
)]
pub(super) fn as_whole(number: f64) -> Option<i128> {
    let exact = number.abs() < 9_007_199_254_740_992.0 && number.fract() == 0.0;
    exact.then_some(number as i128)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn alternatives_inside_alternatives_lie_side_by_side() {
        let schema = json!({
            "anyOf": [{"$ref": "#/$defs/a"}, {"type": "null"}],
            "$defs": {"a": {"oneOf": [{"const": "x"}, {"const": "y", "x-aliases": ["z"]}]}}
        });
        let shapes = shapes(&schema, &schema);
        let words: Vec<_> = shapes.iter().flat_map(Shape::words).collect();
        assert_eq!(shapes.len(), 3);
        assert_eq!(words, [("x", vec![]), ("y", vec!["z"])]);
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"$ref": "#"});
        assert_eq!(shapes(&schema, &schema).len(), 1);
    }
}
