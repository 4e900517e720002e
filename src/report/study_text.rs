//! What the runs of a study say, as text that a planner reads.
//!
//! Invariant: no line is longer than the width, as long as the width is at least 60; every figure that is an
//! estimate is followed by its interval.

use crate::study::statistics::{Interval, OrderInterval};
use crate::study::summary::{Driver, Influence, Layout, OutcomeSummary, Spread, StudySummary};

use super::number::{brief, clock, percent, range as ends};
use super::text_table::{Align, NO_BREAK, TextTable, fit, wrapped};

/// More points than these are not listed one by one.
const POINTS_MAX: usize = 24;

/// What stands above curves of survival.
pub(super) const NOT_ALWAYS: &str =
    "Not always reached before the run ended (Kaplan and Meier): by when, in what share of runs:";

/// Where the median and the 95th percentile are among the quantiles.
const MEDIAN: usize = 2;
const HIGH: usize = 4;

/// The summary, at most `width` columns wide. Where the names of points do not fit beside the figures, all
/// points go by numbers that are explained at the top.
pub fn study_text(study: &StudySummary, width: usize) -> String {
    let points = study.points.iter();
    let mut names: Vec<String> = points.map(|point| point.label.clone()).collect();
    let mut lines = head(study);
    if !all_fits(study, &names, width) {
        let numbers: Vec<String> = (1..=names.len()).map(|n| n.to_string()).collect();
        lines.extend(legend(&numbers, &names));
        names = numbers;
    }
    for outcome in &study.outcomes {
        lines.push(String::new());
        lines.extend(outcome_lines(study, outcome, &names, width));
    }
    lines.iter().map(|line| fit(line, width) + "\n").collect()
}

/// Whether no table of any outcome has to cut a name.
fn all_fits(study: &StudySummary, names: &[String], width: usize) -> bool {
    study.outcomes.iter().all(|outcome| {
        let tables = [
            Some(spread_table(outcome, names)),
            difference_table(outcome, names),
            waiting_table(outcome, names),
        ];
        tables.iter().flatten().all(|table| table.fits(width))
    })
}

/// What the numbers of points stand for.
fn legend(numbers: &[String], names: &[String]) -> Vec<String> {
    if names.len() > POINTS_MAX {
        return Vec::new();
    }
    let width = numbers.last().map_or(0, String::len);
    let each = numbers.iter().zip(names);
    each.map(|(number, name)| format!("  {number:>width$}: {name}"))
        .collect()
}

/// What the study is, in a few lines.
pub(super) fn head(study: &StudySummary) -> Vec<String> {
    let failed = match study.failed {
        0 => String::new(),
        count => format!(" ({count} failed and are left out)"),
    };
    let points = study.points.len();
    let layout = match study.layout {
        Layout::Grid => format!("{points} points, every run with a seed of its own"),
        Layout::Paired => format!("{points} points on the same seeds"),
        Layout::Sobol => format!("{points} points laid out for Sobol indices"),
    };
    let runs = study.runs;
    let mut lines = vec![
        format!("{runs} runs{failed}: {layout}"),
        "Ranges: 95 % intervals (means: BCa bootstrap; quantiles: order statistics)".to_owned(),
    ];
    let names: Vec<&str> = study.parameters.iter().map(|p| p.name.as_str()).collect();
    if !names.is_empty() {
        lines.push(format!("Varied: {}", names.join(", ")));
    }
    lines
}

fn outcome_lines(
    study: &StudySummary,
    outcome: &OutcomeSummary,
    names: &[String],
    width: usize,
) -> Vec<String> {
    let column = &outcome.column;
    let mut lines = vec![format!("{} ({})", column.name.to_uppercase(), column.unit)];
    lines.extend(wrapped(&column.meaning, width));
    lines.extend(spread_table(outcome, names).lines(width));
    if let Some(table) = difference_table(outcome, names) {
        let first = if names[0] == study.points[0].label {
            names[0].clone()
        } else {
            format!("point {}", names[0])
        };
        lines.extend(wrapped(&format!("Less {first}, on the same seeds:"), width));
        lines.extend(table.lines(width));
    }
    if let Some(table) = waiting_table(outcome, names) {
        lines.extend(wrapped(NOT_ALWAYS, width));
        lines.extend(table.lines(width));
    }
    lines.extend(driver_lines(outcome, width));
    lines
}

fn spread_table(outcome: &OutcomeSummary, names: &[String]) -> TextTable {
    let unit = outcome.column.unit.as_str();
    let mut table = TextTable::new(&[
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Left,
    ]);
    table.row(["", "runs", "mean", "", "median", "95th %", ""]);
    let listed = (2..=POINTS_MAX).contains(&outcome.points.len());
    if listed {
        for (name, spread) in names.iter().zip(&outcome.points) {
            table.row(spread_row(name, spread, unit));
        }
    }
    table.row(spread_row("all", &outcome.all, unit));
    table
}

fn spread_row(label: &str, spread: &Spread, unit: &str) -> [String; 7] {
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| value_text(v, unit));
    [
        label.to_owned(),
        spread.runs.to_string(),
        shown(spread.mean),
        spread
            .mean_interval
            .map_or_else(String::new, |range| range_text(range, unit)),
        shown(spread.quantiles[MEDIAN]),
        shown(spread.quantiles[HIGH]),
        open_range_text(spread.quantile_intervals[HIGH], unit),
    ]
}

fn difference_table(outcome: &OutcomeSummary, names: &[String]) -> Option<TextTable> {
    if outcome.differences.is_empty() || outcome.differences.len() >= POINTS_MAX {
        return None;
    }
    let unit = outcome.column.unit.as_str();
    let mut table = TextTable::new(&[
        Align::Left,
        Align::Right,
        Align::Left,
        Align::Right,
        Align::Left,
        Align::Right,
    ]);
    table.row(["", "mean", "", "lower in", "", "equal in"]);
    for difference in &outcome.differences {
        let paired = &difference.paired;
        let equal = percent(ratio(paired.equal, paired.pairs));
        let shares = paired.lower_interval;
        table.row([
            names[difference.point].clone(),
            value_text(paired.mean, unit),
            paired
                .mean_interval
                .map_or_else(String::new, |range| range_text(range, unit)),
            percent(paired.lower_probability),
            format!("{:.0}…{:.0}", shares.low * 100.0, shares.high * 100.0),
            equal,
        ]);
    }
    Some(table)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of runs are far below 2^53"
)]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn waiting_table(outcome: &OutcomeSummary, names: &[String]) -> Option<TextTable> {
    if outcome.waiting.is_empty() || outcome.waiting.len() > POINTS_MAX {
        return None;
    }
    let mut table = TextTable::new(&[
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
        Align::Right,
    ]);
    table.row(["", "reached", "25 %", "50 %", "", "75 %"]);
    let all = ["all".to_owned()];
    let names = match outcome.waiting.len() {
        1 => &all,
        _ => names,
    };
    for (name, curve) in names.iter().zip(&outcome.waiting) {
        let time = |share| curve.time_of(share).map_or_else(|| "-".to_owned(), clock);
        let (low, high) = curve.interval_of(0.5);
        table.row([
            name.clone(),
            format!("{} of {}", curve.happened, curve.watched),
            time(0.25),
            time(0.5),
            open_range_text(OrderInterval { low, high }, "s"),
            time(0.75),
        ]);
    }
    Some(table)
}

fn driver_lines(outcome: &OutcomeSummary, width: usize) -> Vec<String> {
    let text = drivers_text(&outcome.drivers);
    if text.is_empty() {
        return Vec::new();
    }
    // A number stays beside its sign.
    let text = text.replace(" %", &format!("{NO_BREAK}%"));
    wrapped(&format!("What drives it: {text}"), width)
}

/// The parameters and their influence, in sentences.
fn drivers_text(drivers: &[Driver]) -> String {
    let sentences: Vec<String> = drivers.iter().map(sentence).collect();
    sentences.join(" ")
}

pub(super) fn sentence(driver: &Driver) -> String {
    let name = &driver.parameter;
    match driver.influence {
        Influence::Sobol(index) => {
            let alone = whole_percent(index.first);
            let total = whole_percent(index.total);
            let spread = format!(
                "95 %: {} to {}",
                whole_percent(index.total_interval.low),
                whole_percent(index.total_interval.high)
            );
            match index.total {
                share if share < 0.05 => {
                    format!("{name} hardly matters: {total} of the variance ({spread}).")
                }
                _ => format!(
                    "{name} carries {alone} of the variance alone and {total} together with the others ({spread})."
                ),
            }
        }
        Influence::Rank {
            correlation,
            interval,
        } => {
            let interval = interval.map_or_else(String::new, |range| {
                format!(", 95 %: {:.2} to {:.2}", range.low, range.high)
            });
            let is_clear = interval.is_empty() || range_excludes_zero(driver);
            let direction = if correlation > 0.0 { "higher" } else { "lower" };
            let much = match correlation.abs() {
                _ if !is_clear => {
                    return format!(
                        "{name} has no clear influence (rank correlation {correlation:.2}{interval})."
                    );
                }
                0.7.. => "strongly",
                0.4..0.7 => "clearly",
                _ => "weakly",
            };
            format!(
                "More {name} makes it {much} {direction} (rank correlation {correlation:.2}{interval})."
            )
        }
        Influence::Between(share) => {
            format!(
                "{name} explains {} of the variance of ranks.",
                whole_percent(share)
            )
        }
    }
}

fn range_excludes_zero(driver: &Driver) -> bool {
    match driver.influence {
        Influence::Rank {
            interval: Some(range),
            ..
        } => !range.holds(0.0),
        _ => true,
    }
}

fn whole_percent(share: f64) -> String {
    // Estimates of what is 0 scatter around it.
    format!("{:.0} %", share.max(0.0) * 100.0)
}

pub(super) fn value_text(value: f64, unit: &str) -> String {
    match unit {
        "s" if value < 0.0 => format!("-{}", clock(-value)),
        "s" => clock(value),
        _ => brief(value),
    }
}

pub(super) fn range_text(range: Interval, unit: &str) -> String {
    if unit == "s" {
        let text = |value: f64| value_text(value, unit);
        return format!("{}…{}", text(range.low), text(range.high));
    }
    ends(range.low, range.high)
}

pub(super) fn open_range_text(range: OrderInterval, unit: &str) -> String {
    let end = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), |v| value_text(v, unit));
    match (range.low, range.high) {
        (None, None) => String::new(),
        (Some(low), Some(high)) if unit != "s" => ends(low, high),
        (low, high) => format!("{}…{}", end(low), end(high)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_counts_stay_short() {
        assert_eq!(value_text(6_480.4, "s"), "1:48:00");
        assert_eq!(value_text(-59.6, "s"), "-0:01:00");
        assert_eq!(value_text(123_456.0, "devices"), "123 k");
        let range = OrderInterval {
            low: Some(5_000.0),
            high: None,
        };
        assert_eq!(open_range_text(range, "devices"), "5,000…?");
    }

    #[test]
    fn what_cannot_be_told_from_nothing_has_no_influence() {
        let driver = |correlation: f64, low: f64, high: f64| Driver {
            parameter: "soak".to_owned(),
            influence: Influence::Rank {
                correlation,
                interval: Some(Interval { low, high }),
            },
        };
        let clear = sentence(&driver(-0.82, -0.9, -0.7));
        assert_eq!(
            clear,
            "More soak makes it strongly lower (rank correlation -0.82, 95 %: -0.90 to -0.70)."
        );
        let doubtful = sentence(&driver(0.3, -0.1, 0.6));
        assert!(
            doubtful.starts_with("soak has no clear influence"),
            "{doubtful}"
        );
    }
}
