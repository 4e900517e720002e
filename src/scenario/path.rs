//! Where in a scenario a value is, by name: `rollout.stages[2].soak`.
//!
//! Invariant: what is printed parses back to the same path.

use std::fmt;

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into a map.
    Key(String),
    /// Into a list, counted from 0.
    Index(usize),
}

/// The way from the root to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// Parse `a.b[2].c`, where `[2]` may be written `.2`, and a key with odd characters `["a.b"]`.
    ///
    /// # Errors
    /// A text that says what is wrong with the path.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (step, after) = match rest.strip_prefix('[') {
                Some(inner) => bracketed(inner)?,
                None => bare(rest, steps.is_empty())?,
            };
            steps.push(step);
            rest = after;
        }
        Ok(Self(steps))
    }
}

fn bracketed(inner: &str) -> Result<(Step, &str), String> {
    if let Some(quoted) = inner.strip_prefix('"') {
        let (key, after) = quoted
            .split_once("\"]")
            .ok_or("a key in brackets that does not end with \"]")?;
        return Ok((Step::Key(key.to_owned()), after));
    }
    let (digits, after) = inner.split_once(']').ok_or("a [ without its ]")?;
    let index = digits
        .parse()
        .map_err(|_| format!("[{digits}] where a number such as [0] belongs"))?;
    Ok((Step::Index(index), after))
}

fn bare(rest: &str, first: bool) -> Result<(Step, &str), String> {
    let rest = match rest.strip_prefix('.') {
        Some(after) if !first => after,
        None if first => rest,
        _ => return Err("a . or [ in the wrong place".to_owned()),
    };
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    if end == 0 {
        return Err("an empty key".to_owned());
    }
    Ok((Step::Key(rest[..end].to_owned()), &rest[end..]))
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if key.is_empty() || key.contains(['.', '[', ']', '"']) => {
                    write!(f, "[\"{key}\"]")?;
                }
                Step::Key(key) => write!(f, "{}{key}", if nth == 0 { "" } else { "." })?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_print_as_they_parse() {
        for text in [
            "",
            "seed",
            "rollout.stages[2].soak",
            "a[0][1].b",
            "capacity[\"a.b\"].c",
        ] {
            assert_eq!(
                Path::parse(text).map(|p| p.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn crooked_paths_are_refused() {
        for text in [".a", "a..b", "a[", "a[x]", "a[0]b", "a.", "[\"x"] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
