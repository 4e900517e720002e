//! Tables of a page.
//!
//! Invariant: every cell is escaped; the first cell of a row names it.

use std::fmt::Write as _;

use super::super::number::{duration, short};
use super::super::plot::escape;

/// A cell: what is to be read, and beside it what a program reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Cell {
    html: String,
    attributes: String,
}

impl Cell {
    /// Text, to the left.
    pub(super) fn text(text: impl AsRef<str>) -> Self {
        Self {
            html: escape(text.as_ref()),
            attributes: " class=\"l\"".to_owned(),
        }
    }

    /// A number as text, to the right.
    pub(super) fn number(text: impl AsRef<str>) -> Self {
        Self {
            html: escape(text.as_ref()),
            attributes: String::new(),
        }
    }

    /// A number with the value that a program reads.
    pub(super) fn value(text: impl AsRef<str>, value: f64) -> Self {
        Self {
            html: format!("<data value=\"{value}\">{}</data>", escape(text.as_ref())),
            attributes: String::new(),
        }
    }

    /// What is markup of our own.
    pub(super) fn markup(html: String) -> Self {
        Self {
            html,
            attributes: " class=\"l\"".to_owned(),
        }
    }

    /// The same with a class.
    #[must_use]
    pub(super) fn marked(mut self, class: &str) -> Self {
        self.attributes = match self.attributes.as_str() {
            "" => format!(" class=\"{class}\""),
            _ => format!(" class=\"l {class}\""),
        };
        self
    }

    /// The same with an attribute.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        write!(self.attributes, " {name}=\"{}\"", escape(value)).expect("text takes everything");
        self
    }

    fn is_left(&self) -> bool {
        self.attributes.contains("\"l")
    }
}

/// A count.
pub(super) fn count(value: f64) -> Cell {
    Cell::value(short(libm::round(value)), value)
}

/// A span since the reference instant; what was not reached says so.
pub(super) fn span(value: Option<f64>) -> Cell {
    match value {
        Some(seconds) => Cell::value(duration(seconds), seconds),
        None => Cell::number("not reached"),
    }
}

/// A table in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    caption: String,
    head: String,
    body: String,
    left: Vec<bool>,
}

impl Table {
    /// A table with these columns; those of words are found by their cells.
    pub(super) fn new(caption: &str, columns: &[&str]) -> Self {
        Self {
            caption: escape(caption),
            head: columns
                .iter()
                .map(|c| format!("<th scope=\"col\">{}</th>", escape(c)))
                .collect::<Vec<_>>()
                .concat(),
            ..Self::default()
        }
    }

    /// The same table with markup of our own under the heading of a column: an axis, say.
    #[must_use]
    pub(super) fn with_axis(mut self, column: usize, markup: &str) -> Self {
        let ends = self.head.match_indices("</th>").nth(column);
        if let Some((at, _)) = ends {
            self.head.insert_str(at, markup);
        }
        self
    }

    /// One more row.
    pub(super) fn row(&mut self, cells: &[Cell]) {
        self.row_of("", cells);
    }

    /// One more row, of a class.
    pub(super) fn row_of(&mut self, class: &str, cells: &[Cell]) {
        if self.left.is_empty() {
            self.left = cells.iter().map(Cell::is_left).collect();
        }
        let class = if class.is_empty() {
            String::new()
        } else {
            format!(" class=\"{class}\"")
        };
        write!(self.body, "<tr{class}>").expect("text takes everything");
        for (n, cell) in cells.iter().enumerate() {
            let Cell { html, attributes } = cell;
            let cell = match n {
                0 => format!("<th scope=\"row\"{attributes}>{html}</th>"),
                _ => format!("<td{attributes}>{html}</td>"),
            };
            self.body.push_str(&cell);
        }
        self.body.push_str("</tr>");
    }

    /// The table.
    pub(super) fn html(&self) -> String {
        let mut head = self.head.clone();
        for (n, left) in self.left.iter().enumerate().rev() {
            let place = head.match_indices("<th scope=\"col\"").nth(n);
            if let (true, Some((at, found))) = (*left, place) {
                head.insert_str(at + found.len(), " class=\"l\"");
            }
        }
        format!(
            "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table: {caption}\"><table><caption><span>{caption}</span></caption>\
             <thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>",
            caption = self.caption,
            body = self.body
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_stands_under_the_heading_of_its_column() {
        let table = Table::new("t", &["a", "b"]).with_axis(1, "<svg></svg>");
        let html = table.html();
        assert!(
            html.contains("<th scope=\"col\">b<svg></svg></th>"),
            "{html}"
        );
    }

    #[test]
    fn cells_are_escaped_and_words_stand_left() {
        let mut table = Table::new("a <b>", &["name", "n"]);
        table.row(&[Cell::text("<i>"), count(1_250_000.0)]);
        let html = table.html();
        assert!(!html.contains("<i>") && !html.contains("<b>"), "{html}");
        assert!(
            html.contains("<th scope=\"col\" class=\"l\">name</th><th scope=\"col\">n</th>"),
            "{html}"
        );
        assert!(
            html.contains("<data value=\"1250000\">1.25 M</data>"),
            "{html}"
        );
    }
}
