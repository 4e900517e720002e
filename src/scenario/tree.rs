//! A scenario as it is written: values, each with its place.
//!
//! Scalars mean what YAML 1.2's core schema says (section 10.3.2): `no` and `24h` are texts, `1e3`
//! is a number, whatever is quoted is a text. A value reached through `*alias` or `<<` keeps the
//! place where it is written.
//!
//! Invariant: knows nothing of what a scenario may contain.

use super::path::{Path, Step};

/// Where something is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// 0 for the file; each file of defaults and each override has a further number.
    pub source: u16,
    /// The line, counted from 1; 0 where lines mean nothing.
    pub line: u32,
    /// The column in characters, counted from 1; 0 where lines mean nothing.
    pub column: u32,
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What is written.
    pub value: Value,
    /// Where.
    pub place: Place,
}

/// What is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: `~`, `null` or an empty place.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number that fits 64 bits, signed or not.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// A text.
    Str(String),
    /// A list.
    Seq(Vec<Node>),
    /// A map in the order in which it is written, no key twice.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key is written.
    pub place: Place,
    /// The value.
    pub value: Node,
}

impl Node {
    /// A map without keys.
    pub const fn empty_map(place: Place) -> Self {
        Self {
            value: Value::Map(Vec::new()),
            place,
        }
    }

    /// The value of `key`, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(entries) => Some(&entries.iter().find(|entry| entry.key == key)?.value),
            _ => None,
        }
    }

    /// The value one step down; a key of digits also counts as a place in a list.
    pub fn step(&self, step: &Step) -> Option<&Self> {
        match (&self.value, step) {
            (Value::Map(_), Step::Key(key)) => self.get(key),
            (Value::Seq(items), Step::Index(index)) => items.get(*index),
            (Value::Seq(items), Step::Key(key)) => items.get(key.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// The place of the value at `path`, or of the nearest value around it.
    pub fn nearest(&self, path: &Path) -> Place {
        let mut node = self;
        for step in &path.0 {
            match node.step(step) {
                Some(next) => node = next,
                None => break,
            }
        }
        node.place
    }

    /// What a reader calls it: `15`, `"soon"`, `a list`.
    pub fn describe(&self) -> String {
        match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Bool(truth) => truth.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => format_float(*number),
            Value::Str(text) => quote(text),
            Value::Seq(items) => format!("a list of {}", items.len()),
            Value::Map(_) => "a map".to_owned(),
        }
    }
}

/// A text in double quotes, odd characters escaped, cut where it becomes tedious.
pub(super) fn quote(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

fn format_float(number: f64) -> String {
    if (1e-5..1e15).contains(&number.abs()) || !number.is_finite() {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

/// What a plain scalar means in YAML 1.2's core schema.
pub(super) fn resolve_plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        _ => resolve_number(text).unwrap_or_else(|| Value::Str(text.to_owned())),
    }
}

fn resolve_number(text: &str) -> Option<Value> {
    let radix = |digits, base| i128::from_str_radix(digits, base).ok().and_then(whole);
    if let Some(digits) = text.strip_prefix("0x").filter(|rest| is_alphanumeric(rest)) {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o").filter(|rest| is_alphanumeric(rest)) {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        let infinity = f64::INFINITY.copysign(if text.starts_with('-') { -1.0 } else { 1.0 });
        return Some(Value::Float(infinity));
    }
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        let fits = text.parse().ok().and_then(whole);
        return fits.or_else(|| text.parse().ok().map(Value::Float));
    }
    let numeric = |byte: u8| byte.is_ascii_digit() || b".eE+-".contains(&byte);
    let starts = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    if starts && unsigned.bytes().all(numeric) {
        return text.parse().ok().map(Value::Float);
    }
    None
}

fn is_alphanumeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A whole number, if it fits 64 bits, signed or not.
fn whole(number: i128) -> Option<Value> {
    (i128::from(i64::MIN)..=i128::from(u64::MAX))
        .contains(&number)
        .then_some(Value::Int(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_mean_what_yaml_1_2_says() {
        for text in [
            "no",
            "on",
            "24h",
            "1_000",
            "1e",
            "e3",
            "0x",
            "0xfg",
            "-",
            "+",
            ".",
            "..",
            "12:30",
            "1.2.3",
            "nan",
            "inf",
            "--1",
            "0x-1",
            "2024-02-22",
        ] {
            assert_eq!(resolve_plain(text), Value::Str(text.to_owned()), "{text}");
        }
        for (text, number) in [
            ("5", 5),
            ("-7", -7),
            ("+3", 3),
            ("007", 7),
            ("0x1F", 31),
            ("0o17", 15),
        ] {
            assert_eq!(resolve_plain(text), Value::Int(number), "{text}");
        }
        for (text, number) in [
            ("1e3", 1e3),
            ("-.5", -0.5),
            ("3.", 3.0),
            ("18446744073709551616", 2f64.powi(64)),
        ] {
            assert_eq!(resolve_plain(text), Value::Float(number), "{text}");
        }
        assert_eq!(
            resolve_plain("18446744073709551615"),
            Value::Int(u64::MAX.into())
        );
        assert_eq!(resolve_plain("~"), Value::Null);
        assert_eq!(resolve_plain("-.inf"), Value::Float(f64::NEG_INFINITY));
    }
}
