//! What may stand somewhere, in words; and what was probably meant.
//!
//! Invariant: words only; decides nothing.

use super::shape::Shape;

/// How many keys or words are listed before a list helps nobody.
const LIST_MAX: usize = 16;

/// The limits of integers beyond this are no help to read.
const READABLE_MAX: f64 = 1e9;

/// What may stand where any of these shapes is allowed.
pub(super) fn allowed(shapes: &[Shape<'_>]) -> String {
    let words: Vec<&str> = shapes.iter().flat_map(words_of).collect();
    let mut parts = Vec::new();
    if !words.is_empty() {
        parts.push((one_of(&words), Vec::new()));
    }
    for shape in shapes {
        let is_said = !shape.words().is_empty() || shape.types() == ["null"];
        if !is_said {
            add_part(&mut parts, shape);
        }
    }
    if parts.is_empty() {
        return "nothing".to_owned();
    }
    let in_words = |(start, ends): &(String, Vec<&str>)| match ends.as_slice() {
        [] => start.clone(),
        ends => format!("{start} {}", one_of(ends)),
    };
    let parts: Vec<String> = parts.iter().map(in_words).collect();
    parts.join(", or ")
}

/// A start, and the ends that make it say one thing each: maps told by a key or a tag share theirs.
fn add_part<'s>(parts: &mut Vec<(String, Vec<&'s str>)>, shape: &Shape<'s>) {
    let required = shape.keys().required;
    let (start, end) = match (shape.tags().first(), required.as_slice()) {
        (Some((key, word, _)), _) => (format!("a map with {key}:"), Some(*word)),
        (None, [only]) => ("a map with".to_owned(), Some(*only)),
        _ => (shape_in_words(shape), None),
    };
    match parts.iter_mut().find(|(known, _)| *known == start) {
        Some((_, ends)) => ends.extend(end),
        None => parts.push((start, end.into_iter().collect())),
    }
}

fn words_of<'s>(shape: &Shape<'s>) -> Vec<&'s str> {
    let words = shape.words().into_iter().map(|(word, _)| word);
    words
        .map(|word| if word.is_empty() { "\"\"" } else { word })
        .collect()
}

/// `a, b or c`, the most that helps.
pub(super) fn one_of(words: &[&str]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        _ if words.len() > LIST_MAX => format!("{} …", words[..LIST_MAX].join(", ")),
        [start @ .., last] => format!("{} or {last}", start.join(", ")),
    }
}

fn shape_in_words(shape: &Shape<'_>) -> String {
    let types = shape.types();
    match types.iter().find(|name| **name != "null") {
        None => "any value".to_owned(),
        Some(&"boolean") => "true or false".to_owned(),
        Some(&"integer") => format!("a whole number{}", range_in_words(shape)),
        Some(&"number") => format!("a number{}", range_in_words(shape)),
        Some(&"array") => format!("a list{}", length_in_words(shape)),
        Some(&"object") => map_in_words(shape),
        Some(_) => text_in_words(shape),
    }
}

fn text_in_words(shape: &Shape<'_>) -> String {
    let examples = shape
        .keyword("examples")
        .and_then(serde_json::Value::as_array);
    let example = examples.and_then(|list| list.first()?.as_str());
    match (shape.format(), example, shape.count("minLength")) {
        ("cellfall-duration", ..) => "a duration such as 15m".to_owned(),
        (_, Some(example), _) => format!("text such as {example}"),
        (_, None, Some(1)) => "text that is not empty".to_owned(),
        (_, None, Some(least)) => format!("text of at least {least} characters"),
        _ => match (shape.count("maxLength"), shape.keyword("pattern")) {
            (_, Some(pattern)) => format!("text that matches {}", pattern.as_str().unwrap_or("")),
            (Some(most), None) => format!("text of at most {most} characters"),
            (None, None) => "text".to_owned(),
        },
    }
}

fn range_in_words(shape: &Shape<'_>) -> String {
    let (least, most) = limits(shape);
    let most = most.filter(|most| *most < READABLE_MAX || shape.keyword("maximum").is_some());
    let least = least.filter(|least| *least > -READABLE_MAX || shape.keyword("minimum").is_some());
    let above = shape.number("exclusiveMinimum");
    let below = shape.number("exclusiveMaximum");
    match (least, most, above, below) {
        (_, _, Some(above), Some(below)) => format!(" above {above} and below {below}"),
        (_, Some(most), Some(above), None) => format!(" above {above} and up to {most}"),
        (_, None, Some(above), None) => format!(" above {above}"),
        (Some(least), _, None, Some(below)) => format!(" of {least} or more and below {below}"),
        (None, _, None, Some(below)) => format!(" below {below}"),
        (Some(least), Some(most), None, None) => format!(" from {least} to {most}"),
        (Some(least), None, None, None) => format!(" of {least} or more"),
        (None, Some(most), None, None) => format!(" of {most} or less"),
        (None, None, None, None) => String::new(),
    }
}

/// The smallest and the largest number allowed, by keyword or by the width of the integer. The
/// widest integers have none: no scenario gets there, and their limits are no help to read.
pub(super) fn limits(shape: &Shape<'_>) -> (Option<f64>, Option<f64>) {
    let (narrowest, widest) = match shape.format() {
        "uint8" => (Some(0.0), Some(f64::from(u8::MAX))),
        "uint16" => (Some(0.0), Some(f64::from(u16::MAX))),
        "uint32" => (Some(0.0), Some(f64::from(u32::MAX))),
        "int8" => (Some(f64::from(i8::MIN)), Some(f64::from(i8::MAX))),
        "int16" => (Some(f64::from(i16::MIN)), Some(f64::from(i16::MAX))),
        "int32" => (Some(f64::from(i32::MIN)), Some(f64::from(i32::MAX))),
        _ => (None, None),
    };
    (
        shape.number("minimum").or(narrowest),
        shape.number("maximum").or(widest),
    )
}

pub(super) fn length_in_words(shape: &Shape<'_>) -> String {
    match (shape.count("minItems"), shape.count("maxItems")) {
        (Some(least), Some(most)) if least == most => format!(" of {least}"),
        (Some(least), Some(most)) => format!(" of {least} to {most}"),
        (Some(least), None) if least > 0 => format!(" of at least {least}"),
        (None, Some(most)) => format!(" of at most {most}"),
        _ => String::new(),
    }
}

fn map_in_words(shape: &Shape<'_>) -> String {
    let keys = shape.keys();
    let known: Vec<&str> = keys.known.iter().map(|(key, _)| *key).collect();
    match (known.as_slice(), keys.required.as_slice()) {
        ([], _) => "a map".to_owned(),
        (_, [_, ..]) => format!("a map with {}", keys.required.join(", ")),
        (known, []) => format!("a map of {}", one_of(known)),
    }
}

/// The word that was probably meant: near enough that a slip of the fingers explains it.
pub(super) fn nearest<'w>(found: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let slips_max = 1 + found.chars().count() / 4;
    let plain = |text: &str| text.to_lowercase().replace(['-', ' ', '.'], "_");
    let found = plain(&found.chars().take(80).collect::<String>());
    let scored = words.map(|word| (slips(&found, &plain(word)), word));
    // The first of equals, so that the order of the schema decides.
    let best = scored.min_by_key(|(slips, _)| *slips);
    best.filter(|(slips, word)| *slips <= slips_max && *slips < word.chars().count())
        .map(|(_, word)| word)
}

/// How many letters are wrong, missing, too many, or swapped with their neighbour (the optimal
/// string alignment distance).
fn slips(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut previous = None;
    for (row, a) in left.chars().enumerate() {
        let mut next = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(a != *b);
            let mut fewest = replaced.min(last[column + 1] + 1).min(next[column] + 1);
            if column > 0 && previous == Some(*b) && right[column - 1] == a {
                fewest = fewest.min(before[column - 1] + 1);
            }
            next.push(fewest);
        }
        previous = Some(a);
        before = std::mem::replace(&mut last, next);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        for (left, right, count) in [
            ("soak", "soak", 0),
            ("soka", "soak", 1),
            ("sok", "soak", 1),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(slips(left, right), count, "{left} {right}");
        }
    }

    #[test]
    fn only_a_near_word_is_suggested() {
        let words = || ["soak", "stages", "max_unavailable", "on"].into_iter();
        assert_eq!(nearest("soka", words()), Some("soak"));
        assert_eq!(nearest("Max-Unavailable", words()), Some("max_unavailable"));
        assert_eq!(nearest("maxunavailble", words()), Some("max_unavailable"));
        assert_eq!(nearest("towers", words()), None);
        assert_eq!(nearest("xy", words()), None);
        assert_eq!(nearest("anything", std::iter::empty()), None);
    }
}
