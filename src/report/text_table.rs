//! Aligned columns of text.
//!
//! Invariant: no line is longer than the width that was asked for; what does not fit is cut with `…`.

/// How a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Rows of cells that become lines.
#[derive(Clone, Debug)]
pub(super) struct TextTable {
    columns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

const GAP: &str = "  ";

/// A space at which [`wrapped`] does not break a line.
pub(super) const NO_BREAK: &str = "\u{a0}";

impl TextTable {
    /// A table with columns aligned like this.
    pub(super) fn new(columns: &[Align]) -> Self {
        Self {
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    /// One more row.
    pub(super) fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        let row: Vec<String> = cells.into_iter().map(Into::into).collect();
        assert_eq!(row.len(), self.columns.len(), "one cell per column");
        self.rows.push(row);
    }

    /// The lines, each indented by two and no longer than `width`.
    pub(super) fn lines(&self, width: usize) -> Vec<String> {
        let widths = self.widths(width.saturating_sub(GAP.len()));
        self.rows
            .iter()
            .map(|row| self.line(row, &widths))
            .collect()
    }

    /// Whether all cells can be shown whole in lines of `width`.
    pub(super) fn fits(&self, width: usize) -> bool {
        self.widths(width.saturating_sub(GAP.len())) == self.widths(usize::MAX)
    }

    /// The widths of columns; the widest left-aligned one gives way if the line is too long.
    fn widths(&self, width: usize) -> Vec<usize> {
        let longest = |i: usize| self.rows.iter().map(|row| length(&row[i])).max();
        let count = self.columns.len();
        let mut widths: Vec<_> = (0..count).map(|i| longest(i).unwrap_or(0)).collect();
        let gaps = GAP.len() * count.saturating_sub(1);
        let excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(width);
        let lefts = (0..count).filter(|&i| self.columns[i] == Align::Left);
        if let Some(widest) = lefts.max_by_key(|&i| widths[i]) {
            widths[widest] = widths[widest].saturating_sub(excess).max(1);
        }
        widths
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, &width), align) in row.iter().zip(widths).zip(&self.columns) {
            let cell = fit(cell, width);
            let padding = " ".repeat(width - length(&cell));
            line.push_str(GAP);
            match align {
                Align::Left => line.push_str(&(cell + &padding)),
                Align::Right => line.push_str(&(padding + &cell)),
            }
        }
        line.trim_end().to_owned()
    }
}

/// The text, cut to so many characters.
pub(super) fn fit(text: &str, width: usize) -> String {
    if length(text) <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    kept.trim_end().to_owned() + "…"
}

/// The text in lines of at most `width` characters, broken at spaces, indented by two.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let word = &word.replace(NO_BREAK, " ");
        match lines.last_mut() {
            Some(line) if length(line) + 1 + length(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{GAP}{word}")),
        }
    }
    lines
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_and_long_words_give_way() {
        let mut table = TextTable::new(&[Align::Left, Align::Right]);
        table.row(["smartphone", "95"]);
        table.row(["iot", "1,000"]);
        assert_eq!(
            table.lines(80),
            ["  smartphone     95", "  iot         1,000"]
        );
        assert_eq!(table.lines(15), ["  smart…     95", "  iot     1,000"]);
    }

    #[test]
    fn prose_is_broken_at_spaces() {
        assert_eq!(wrapped("one two three", 9), ["  one two", "  three"]);
    }
}
