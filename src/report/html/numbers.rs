//! The numbers of a chart as a table that is folded away beside it.
//!
//! Invariant: the numbers are those of the lines, at instants that are the same for all charts of a page.

use super::super::plot::{Chart, Line};
use super::table::{Cell, Table};

/// Instants spread evenly over the axis.
const EVENLY: u32 = 25;

/// Instants nearer to one another than this are one.
const APART_S: f64 = 30.0;

/// Instants evenly spread between two, and those at which something happened.
pub(super) fn instants((from, to): (f64, f64), telling: impl Iterator<Item = f64>) -> Vec<f64> {
    let step = (to - from) / f64::from(EVENLY - 1);
    let mut list: Vec<f64> = (0..EVENLY).map(|n| from + step * f64::from(n)).collect();
    list.extend(telling.filter(|at| (from..=to).contains(at)));
    list.sort_by(f64::total_cmp);
    list.dedup_by(|a, b| (*a - *b).abs() < APART_S);
    list
}

/// The newest value of a line at an instant.
fn value_at(line: &Line, at_s: f64) -> Option<f64> {
    let after = line.points.partition_point(|point| point.0 <= at_s + 1e-6);
    line.points.get(after.checked_sub(1)?)?.1
}

/// The lines of a chart at these instants, folded away.
pub(super) fn numbers(chart: &Chart, instants: &[f64], clock: impl Fn(f64) -> String) -> String {
    let mut head = vec!["time"];
    head.extend(chart.lines.iter().map(|line| line.name.as_str()));
    let caption = format!("{} ({}), in numbers", chart.title, chart.counted);
    let mut table = Table::new(&caption, &head);
    for &at in instants {
        let mut row = vec![Cell::text(clock(at)).marked("tight")];
        row.extend(chart.lines.iter().map(|line| {
            let value = value_at(line, at);
            Cell::number(value.map_or("no data".to_owned(), |v| chart.unit.text(v)))
        }));
        table.row(&row);
    }
    format!(
        "<details class=\"numbers\"><summary>In numbers<span class=\"sr\">: {}</span></summary>{}</details>",
        super::super::plot::escape(&chart.title),
        table.html()
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::plot::Unit;
    use super::*;

    #[test]
    fn instants_are_even_and_telling_and_each_once() {
        let list = instants((0.0, 2_400.0), [7.0, 150.0, 2_399.0, 9_000.0].into_iter());
        assert_eq!(list.len(), 26, "{list:?}");
        assert!(list.contains(&150.0) && !list.contains(&7.0));
    }

    #[test]
    fn the_table_has_the_newest_value_of_every_line() {
        let line = |name: &str, points: &[(f64, Option<f64>)]| Line {
            name: name.to_owned(),
            class: "c0",
            points: points.to_vec(),
        };
        let chart = Chart {
            title: "<T>".to_owned(),
            counted: "devices".to_owned(),
            unit: Unit::Count,
            lines: vec![
                line("a", &[(0.0, Some(5.0)), (60.0, Some(7.0))]),
                line("b", &[(60.0, None)]),
            ],
        };
        let text = numbers(&chart, &[0.0, 59.0, 90.0], |at| format!("{at:.0}"));
        let found = |n: &str| text.matches(&format!("<td>{n}</td>")).count();
        assert_eq!(
            (found("5"), found("7"), found("no data")),
            (2, 1, 3),
            "{text}"
        );
        assert!(!text.contains("<T>"));
    }
}
