//! The regular expressions of JSON Schema's `pattern`, as far as schemas here use them: literals,
//! `.`, classes, `\d \w \s`, groups, `|`, `* + ? {m,n}`, `^` and `$`.
//!
//! Compiled to a small program whose threads advance in step (Thompson 1968), so that no text, however
//! long or odd, takes more than time proportional to its length.
//!
//! Invariant: a pattern outside that subset is no pattern; the type has the last word anyway.

use std::str::Chars;

/// One instruction; jumps are relative.
#[derive(Clone, Debug)]
enum Op {
    /// One character inside (or, if negated, outside) these ranges.
    Class(Vec<(char, char)>, bool),
    Start,
    End,
    Split(isize, isize),
    Jump(isize),
    Accept,
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Vec<Op>);

/// How many instructions counted repetition may unfold to.
const PROGRAM_MAX: usize = 10_000;

impl Pattern {
    /// Compile; `None` if the pattern is outside the subset.
    pub(super) fn compile(text: &str) -> Option<Self> {
        let mut rest = text.chars();
        let mut program = alternatives(&mut rest)?;
        program.push(Op::Accept);
        (rest.next().is_none() && program.len() <= PROGRAM_MAX).then_some(Self(program))
    }

    /// Whether it occurs anywhere in the text.
    pub(super) fn matches(&self, text: &str) -> bool {
        let length = text.chars().count();
        let mut threads = vec![false; self.0.len()];
        for (index, next) in text.chars().map(Some).chain([None]).enumerate() {
            let ends = (index == 0, index == length);
            let mut alive = vec![false; self.0.len()];
            for start in threads.iter().enumerate().filter(|(_, on)| **on) {
                self.follow(start.0, ends, &mut alive);
            }
            self.follow(0, ends, &mut alive);
            if alive[self.0.len() - 1] {
                return true;
            }
            let passes = |(at, op): (usize, &Op)| match (op, next) {
                (Op::Class(ranges, negated), Some(c)) if alive[at] => {
                    ranges
                        .iter()
                        .any(|(first, last)| (first..=last).contains(&&c))
                        != *negated
                }
                _ => false,
            };
            threads = self.0.iter().enumerate().map(passes).collect();
            threads.rotate_right(1);
        }
        false
    }

    /// Mark every instruction that can be reached from `start` without a further character.
    fn follow(&self, start: usize, (is_start, is_end): (bool, bool), alive: &mut [bool]) {
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut alive[at], true) {
                continue;
            }
            let jump = |by: isize| at.checked_add_signed(by).expect("jumps stay inside");
            match &self.0[at] {
                Op::Start if is_start => open.push(at + 1),
                Op::End if is_end => open.push(at + 1),
                Op::Split(one, other) => open.extend([jump(*one), jump(*other)]),
                Op::Jump(by) => open.push(jump(*by)),
                _ => {}
            }
        }
    }
}

fn alternatives(rest: &mut Chars<'_>) -> Option<Vec<Op>> {
    let mut program = sequence(rest)?;
    while take(rest, '|') {
        let other = sequence(rest)?;
        let mut both = vec![Op::Split(1, offset(program.len() + 2))];
        both.append(&mut program);
        both.push(Op::Jump(offset(other.len() + 1)));
        both.extend(other);
        program = both;
    }
    Some(program)
}

fn sequence(rest: &mut Chars<'_>) -> Option<Vec<Op>> {
    let mut program = Vec::new();
    while !matches!(rest.clone().next(), None | Some('|' | ')')) {
        let one = atom(rest)?;
        program.extend(repeated(one, rest)?);
        if program.len() > PROGRAM_MAX {
            return None;
        }
    }
    Some(program)
}

fn atom(rest: &mut Chars<'_>) -> Option<Vec<Op>> {
    let op = match rest.next()? {
        '(' => {
            if take(rest, '?') && !take(rest, ':') {
                return None;
            }
            let inner = alternatives(rest)?;
            return take(rest, ')').then_some(inner);
        }
        '^' => Op::Start,
        '$' => Op::End,
        '.' => Op::Class(vec![('\n', '\n')], true),
        '[' => class(rest)?,
        '\\' => Op::Class(escaped(rest.next()?)?, false),
        '*' | '+' | '?' | '{' => return None,
        c => Op::Class(vec![(c, c)], false),
    };
    Some(vec![op])
}

fn class(rest: &mut Chars<'_>) -> Option<Op> {
    let negated = take(rest, '^');
    let mut ranges = Vec::new();
    loop {
        let first = match rest.next()? {
            ']' => return Some(Op::Class(ranges, negated)),
            '\\' => {
                let set = escaped(rest.next()?)?;
                match set[..] {
                    [(first, last)] if first == last => first,
                    _ => {
                        ranges.extend(set);
                        continue;
                    }
                }
            }
            c => c,
        };
        let mut ahead = rest.clone();
        let is_range = ahead.next() == Some('-') && ahead.next() != Some(']');
        let last = if is_range {
            rest.next();
            rest.next().filter(|last| *last != '\\')?
        } else {
            first
        };
        ranges.push((first, last));
    }
}

fn escaped(c: char) -> Option<Vec<(char, char)>> {
    Some(match c {
        'd' => vec![('0', '9')],
        'w' => vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
        's' => vec![(' ', ' '), ('\t', '\r')],
        'n' => vec![('\n', '\n')],
        't' => vec![('\t', '\t')],
        c if c.is_ascii_alphanumeric() => return None,
        c => vec![(c, c)],
    })
}

fn repeated(one: Vec<Op>, rest: &mut Chars<'_>) -> Option<Vec<Op>> {
    let (least, most) = match rest.clone().next() {
        Some('*') => (0, None),
        Some('+') => (1, None),
        Some('?') => (0, Some(1)),
        Some('{') => return counted(&one, rest),
        _ => return Some(one),
    };
    rest.next();
    Some(times(&one, least, most))
}

fn counted(one: &[Op], rest: &mut Chars<'_>) -> Option<Vec<Op>> {
    let (counts, after) = rest.as_str().strip_prefix('{')?.split_once('}')?;
    *rest = after.chars();
    let (least, most): (usize, Option<usize>) = match counts.split_once(',') {
        Some((least, "")) => (least.parse().ok()?, None),
        Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
        None => (counts.parse().ok()?, Some(counts.parse().ok()?)),
    };
    let copies = most.unwrap_or(least).max(least);
    (copies.checked_mul(one.len())? <= PROGRAM_MAX).then(|| times(one, least, most))
}

fn times(one: &[Op], least: usize, most: Option<usize>) -> Vec<Op> {
    let length = offset(one.len());
    let mut program: Vec<Op> = one
        .iter()
        .cloned()
        .cycle()
        .take(one.len() * least)
        .collect();
    match most {
        None => {
            program.push(Op::Split(1, length + 2));
            program.extend_from_slice(one);
            program.push(Op::Jump(-length - 1));
        }
        Some(most) => {
            for _ in least..most {
                program.push(Op::Split(1, length + 1));
                program.extend_from_slice(one);
            }
        }
    }
    program
}

fn take(rest: &mut Chars<'_>, wanted: char) -> bool {
    let is_next = rest.clone().next() == Some(wanted);
    if is_next {
        rest.next();
    }
    is_next
}

fn offset(length: usize) -> isize {
    isize::try_from(length).expect("a program is short")
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn matches(pattern: &str, text: &str) -> bool {
        let compiled = Pattern::compile(pattern).expect(pattern);
        compiled.matches(text)
    }

    #[test]
    fn patterns_match_what_they_say() {
        for (pattern, yes, no) in [
            ("^a+b?$", vec!["a", "aab"], vec!["", "b", "abb", "xa"]),
            ("^(ab|c)*$", vec!["", "abc", "cab"], vec!["a", "ac"]),
            ("b.d", vec!["abcd", "b d"], vec!["bd", "b\nd"]),
            (
                r"^[^\s-]{2,3}$",
                vec!["ab", "äbc"],
                vec!["a", "abcd", "a b", "a-"],
            ),
            (r"^\d{2}:\d{2}$", vec!["12:30"], vec!["1:30", "12:3x"]),
            ("^[a-c_-]+$", vec!["a-b_c"], vec!["d", "a.b"]),
            (r"^\w{2,}\.$", vec!["ab."], vec!["a.", "ab"]),
            ("^(?:x|)$", vec!["x", ""], vec!["xx"]),
            ("^(a|b$)", vec!["ac", "b"], vec!["bc"]),
        ] {
            for text in yes {
                assert!(matches(pattern, text), "{pattern} {text:?}");
            }
            for text in no {
                assert!(!matches(pattern, text), "{pattern} {text:?}");
            }
        }
    }

    #[test]
    fn what_takes_others_for_ever_takes_no_time() {
        assert!(!matches(
            "^(a*)*(a|aa)+$",
            &format!("{}b", "a".repeat(20_000))
        ));
    }

    #[test]
    fn what_is_outside_the_subset_is_no_pattern() {
        for pattern in [
            "(?=a)",
            r"\1",
            r"\b",
            "a{",
            "(",
            "[a",
            ")",
            "*",
            "a{9999}{9999}",
        ] {
            assert!(Pattern::compile(pattern).is_none(), "{pattern}");
        }
    }
}
