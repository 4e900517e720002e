//! A source file as the rules see it: tokens without comments and literals, and which of them are
//! compiled for tests only.
//!
//! Invariant: knows Rust's surface, not what the rules ask.

use std::fmt;

/// A breach of a rule, as an editor can jump to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// A word, `::`, or a single mark.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
    /// Compiled for tests only.
    pub(crate) test: bool,
    /// Inline modules around it.
    pub(crate) depth: usize,
}

/// One file of Rust.
#[derive(Debug)]
pub(crate) struct Source {
    /// Path from the root of the repository, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) tokens: Vec<Token>,
    /// Names of modules in other files that are compiled for tests only.
    pub(crate) test_modules: Vec<String>,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let mut tokens = tokens(&without_comments_and_literals(text));
        let test_modules = mark(&mut tokens);
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            tokens,
            test_modules,
        }
    }

    /// The modules from the crate's root down to this file; none for `lib.rs` and `main.rs`.
    pub(crate) fn modules(&self) -> Vec<&str> {
        let Some(inside) = self.path.strip_prefix("src/") else {
            return Vec::new();
        };
        let stem = inside.strip_suffix(".rs").unwrap_or(inside);
        let mut modules: Vec<&str> = stem.split('/').collect();
        if matches!(modules.last(), Some(&("mod" | "lib" | "main"))) {
            modules.pop();
        }
        modules
    }

    /// The room it belongs to.
    pub(crate) fn room(&self) -> Option<&str> {
        self.modules().first().copied()
    }

    /// Let the whole file count as compiled for tests only.
    pub(crate) fn become_test(&mut self) {
        self.tokens.iter_mut().for_each(|token| token.test = true);
    }

    pub(crate) fn complaint(&self, line: usize, what: impl Into<String>) -> Complaint {
        Complaint {
            path: self.path.clone(),
            line,
            what: what.into(),
        }
    }

    /// Whether the tokens from `at` on read as `pattern`; `_` stands for any one.
    pub(crate) fn reads(&self, at: usize, pattern: &[&str]) -> bool {
        let found = &self.tokens[at..];
        found.len() >= pattern.len()
            && pattern
                .iter()
                .zip(found)
                .all(|(want, token)| *want == "_" || *want == token.text)
    }
}

/// The same text with comments and the inside of literals blanked; lines stay where they are.
fn without_comments_and_literals(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        let blank = |c: &char| if *c == '\n' { '\n' } else { ' ' };
        out.extend(chars[at..end].iter().map(blank));
        at = end;
    }
    out
}

/// Where the comment or literal that begins at `at` ends; `at` itself if none begins there.
fn literal_end(chars: &[char], at: usize) -> usize {
    let next = chars.get(at + 1).copied().unwrap_or(' ');
    let after_word = at > 0 && is_word(chars[at - 1]);
    match chars[at] {
        '/' if next == '/' => until(chars, at, |c| c == '\n'),
        '/' if next == '*' => block_comment_end(chars, at),
        '"' => quoted_end(chars, at),
        'r' if !after_word || chars[at - 1] == 'b' => raw_end(chars, at),
        '\'' if next == '\\' => until(chars, at + 3, |c| c == '\'') + 1,
        '\'' if chars.get(at + 2) == Some(&'\'') => at + 3,
        _ => at,
    }
}

fn until(chars: &[char], from: usize, stop: impl Fn(char) -> bool) -> usize {
    (from..chars.len())
        .find(|&at| stop(chars[at]))
        .unwrap_or(chars.len())
}

fn block_comment_end(chars: &[char], from: usize) -> usize {
    let (mut depth, mut at) = (0, from);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn quoted_end(chars: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// `r"…"`, `r#"…"#`; a raw identifier or plain word is no literal.
fn raw_end(chars: &[char], from: usize) -> usize {
    let quote = until(chars, from + 1, |c| c != '#');
    if chars.get(quote) != Some(&'"') {
        return from;
    }
    let hashes = quote - from - 1;
    let closes = |at: &usize| {
        chars[*at] == '"'
            && chars[*at + 1..]
                .iter()
                .take(hashes)
                .filter(|c| **c == '#')
                .count()
                == hashes
    };
    (quote + 1..chars.len())
        .find(closes)
        .map_or(chars.len(), |at| at + 1 + hashes)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn tokens(code: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (line, text) in (1..).zip(code.lines()) {
        let mut last = None;
        for (at, c) in text.char_indices() {
            let continues =
                last.is_some_and(|(end, before)| end == at && joins(&tokens, before, c));
            if continues {
                tokens.last_mut().expect("one to continue").text.push(c);
            } else if !c.is_whitespace() {
                tokens.push(Token {
                    text: c.to_string(),
                    line,
                    test: false,
                    depth: 0,
                });
            }
            last = (!c.is_whitespace()).then_some((at + c.len_utf8(), c));
        }
    }
    tokens
}

fn joins(tokens: &[Token], before: char, c: char) -> bool {
    let colons = tokens.last().is_some_and(|token| token.text == ":");
    is_word(before) && is_word(c) || colons && c == ':'
}

/// Mark the tokens of items under `#[cfg(test)]` and the depth of inline modules; return the names of
/// test modules that have a file of their own.
fn mark(tokens: &mut [Token]) -> Vec<String> {
    let mut braces: Vec<(bool, bool)> = Vec::new();
    let (mut item_is_test, mut item_is_module) = (false, false);
    let mut elsewhere = Vec::new();
    for at in 0..tokens.len() {
        let word = tokens[at].text.clone();
        let text = |back: usize| at.checked_sub(back).map(|i| tokens[i].text.as_str());
        if is_cfg_test(tokens, at) {
            item_is_test = true;
        }
        let inside_test = braces.iter().any(|(test, _)| *test);
        let depth = braces.iter().filter(|(_, module)| *module).count();
        let of_test_item = item_is_test;
        match word.as_str() {
            "{" => {
                braces.push((item_is_test, item_is_module));
                (item_is_test, item_is_module) = (false, false);
            }
            "}" => {
                braces.pop();
            }
            ";" => {
                if item_is_test && text(2) == Some("mod") {
                    elsewhere.extend(text(1).map(str::to_owned));
                }
                (item_is_test, item_is_module) = (false, false);
            }
            "mod" => item_is_module = true,
            _ => {}
        }
        tokens[at].test = inside_test || of_test_item;
        tokens[at].depth = depth;
    }
    elsewhere
}

fn is_cfg_test(tokens: &[Token], at: usize) -> bool {
    let want = ["#", "[", "cfg", "(", "test", ")", "]"];
    tokens.len() >= at + want.len()
        && want
            .iter()
            .zip(&tokens[at..])
            .all(|(want, token)| *want == token.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let source = Source::new("src/base/mod.rs", text);
        source.tokens.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_literals_are_no_code() {
        let text =
            "a // b\n/* c /* d */ e */ f \"g \\\" h\" 'i' '\\'' r#\"j \" k\"# b\"l\" br\"m\" <'n>";
        assert_eq!(words(text), ["a", "f", "b", "b", "<", "'", "n", ">"]);
    }

    #[test]
    fn lines_survive_a_literal_of_several_lines() {
        let source = Source::new("src/base/mod.rs", "\"one\n two\"\nthree");
        assert_eq!(
            (source.tokens[0].text.as_str(), source.tokens[0].line),
            ("three", 3)
        );
    }

    #[test]
    fn items_under_cfg_test_are_marked_to_their_end() {
        let text = "a();\n#[cfg(test)]\nmod tests { b(); }\nc();\n#[cfg(test)]\nmod more;\nd();";
        let source = Source::new("src/base/mod.rs", text);
        let marked = |word: &str| {
            source
                .tokens
                .iter()
                .find(|token| token.text == word)
                .expect("it is there")
                .test
        };
        assert_eq!(
            ["a", "b", "c", "d"].map(marked),
            [false, true, false, false]
        );
        assert_eq!(source.test_modules, ["more"]);
    }

    #[test]
    fn a_file_knows_its_modules() {
        let modules = |path: &str| {
            let source = Source::new(path, "");
            source.modules().join("::")
        };
        assert_eq!(modules("src/network/ue/nas.rs"), "network::ue::nas");
        assert_eq!(modules("src/network/mod.rs"), "network");
        assert_eq!(modules("src/lib.rs"), "");
    }
}
