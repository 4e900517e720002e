//! The report of a study: how each outcome is distributed, what differs between points, what drives it, and
//! how to run any of its runs again.
//!
//! Invariant: every picture stands beside its numbers; every dot names its run.

use serde::Serialize;

use crate::study::statistics::Interval;
use crate::study::summary::{Driver, Influence, OutcomeSummary, Spread, StudySummary};
use crate::study::{Cell as Field, StudyFile, Table as Runs};

use super::super::number::{grouped, percent, real};
use super::super::plot::{
    Estimate, Reach, Scale, axis_strip, difference, escape, share_bar, strip,
};
use super::super::study_text::{
    NOT_ALWAYS, head, open_range_text, range_text, sentence, value_text,
};
use super::document::{Document, document};
use super::run_page::{footer, section};
use super::study_finding::{Finding, finding, foremost};
use super::study_runs::runs_section;
use super::study_words::{title, unit_words};
use super::table::{Cell, Table};

/// More points than these are not listed one by one.
pub(super) const POINTS_MAX: usize = 100;

/// Runs of one row that are drawn: evenly many of the sorted ones, if there are more.
const DOTS_MAX: usize = 200;

/// A study with all that its page needs.
#[derive(Clone, Copy, Debug)]
pub struct StudyPage<'a> {
    /// Its name.
    pub name: &'a str,
    /// What its runs say.
    pub summary: &'a StudySummary,
    /// The runs.
    pub runs: &'a Runs,
    /// The study file, if the directory still has it: what makes runs repeatable.
    pub file: Option<&'a StudyFile>,
}

/// What stands in the page as data.
#[derive(Serialize)]
struct Data<'a> {
    format: &'static str,
    name: &'a str,
    stories: [(); 0],
}

/// A run in a picture: its outcome, its row.
pub(super) type Drawn = (f64, usize);

/// The page.
pub fn study_html(page: &StudyPage<'_>) -> String {
    let outcomes = page.summary.outcomes.iter();
    let findings: Vec<Finding> = outcomes
        .clone()
        .map(|outcome| finding(page.summary, outcome))
        .collect();
    let sections = outcomes
        .zip(&findings)
        .map(|(o, f)| outcome_section(page, o, f));
    let body = [
        header(page, &findings),
        "<main>".to_owned(),
        sections.collect(),
        runs_section(page),
        "</main>".to_owned(),
        footer(),
    ];
    document(&Document {
        title: &format!("{} · study · cellfall", page.name),
        body: &body.concat(),
        data: &Data {
            format: "cellfall-study-1",
            name: page.name,
            stories: [],
        },
    })
}

fn header(page: &StudyPage<'_>, findings: &[Finding]) -> String {
    let about = page.file.map_or("", |file| file.description.as_str());
    let words = head(page.summary);
    let first = foremost(findings);
    let headline = first.map_or(words[0].as_str(), |f| f.headline.as_str());
    // What the headline says is not said again, but its evidence is.
    let found = findings.iter().map(|f| match first {
        Some(first) if first == f => format!("<li>{}</li>", escape(&f.evidence)),
        _ => format!("<li>{}</li>", escape(&f.headline)),
    });
    format!(
        "<header><p class=\"kicker\">Study with cellfall · <b>{}</b> · {}</p><h1>{}</h1><p class=\"lede\">{}</p>\
         <ul class=\"words\">{}{}</ul></header>",
        escape(page.name),
        escape(&words[0]),
        escape(headline),
        escape(about),
        found.collect::<String>(),
        varied(page)
    )
}

/// What was varied, in the words of the study.
fn varied(page: &StudyPage<'_>) -> String {
    let each = page.summary.parameters.iter().map(|column| {
        let meaning = escape(&column.meaning);
        format!("<b>{}</b> ({meaning})", escape(&column.name))
    });
    let each: Vec<String> = each.collect();
    if each.is_empty() {
        return String::new();
    }
    format!("<li>Varied: {}.</li>", each.join(", "))
}

fn outcome_section(page: &StudyPage<'_>, outcome: &OutcomeSummary, found: &Finding) -> String {
    let column = &outcome.column;
    let body = [
        format!("<p class=\"found\">{}</p>", escape(&found.evidence)),
        distribution(page, outcome),
        differences(page, outcome),
        drivers(outcome),
        waiting(page, outcome),
    ];
    let why = format!(
        "{}. In {}; column {} of runs.csv.",
        column
            .meaning
            .replace("the reference instant", "the change or the attack"),
        unit_words(&column.unit),
        column.name
    );
    section(&title(column), &why, &body.concat())
}

/// The runs of each point as dots, beside their figures.
fn distribution(page: &StudyPage<'_>, outcome: &OutcomeSummary) -> String {
    let rows = rows_of(page, outcome);
    let column = page.runs.column(&outcome.column.name);
    let drawn = |rows: &[usize]| drawn(page, rows, column);
    let unit = outcome.column.unit.as_str();
    let reached = drawn(&rows[rows.len() - 1].2);
    let scale = scale_of(reached.iter().map(|run| run.0), false, unit);
    let picture = format!(
        "each run, the mean and its 95 % interval ({})",
        unit_words(unit)
    );
    let columns = [
        "point",
        &picture,
        "runs",
        "mean",
        "95 % interval",
        "median",
        "95th %",
        "lowest in",
        "highest in",
    ];
    let axis = axis_strip(&scale, |value| value_text(value, unit));
    let mut table = Table::new(
        "How it is distributed; each dot says its run when pointed at, and all runs stand at the end of the page",
        &columns,
    )
    .with_axis(1, &axis);
    for (label, spread, rows) in rows {
        let values = drawn(&rows);
        let ends = [values.first(), values.last()].map(|run| run.map(|run| number(page, run.1)));
        let shown = |value: Option<f64>| {
            Cell::number(value.map_or("-".to_owned(), |v| value_text(v, unit)))
        };
        let interval = spread
            .mean_interval
            .map_or_else(String::new, |r| range_text(r, unit));
        let [lowest, highest] = ends.map(|run| Cell::markup(run.map_or_else(String::new, link)));
        table.row(&[
            Cell::text(label),
            Cell::markup(strip(&dots(page, &values, unit), estimate(spread), &scale)),
            Cell::number(grouped(real(spread.runs as u64))),
            mean_cell(outcome, label, spread),
            Cell::number(interval),
            shown(spread.quantiles[2]),
            shown(spread.quantiles[4]),
            lowest,
            highest,
        ]);
    }
    table.html()
}

/// A run by its number, which leads to its row in the table of all runs.
fn link(run: u64) -> String {
    format!("<a href=\"#run-{run}\">run {run}</a>")
}

/// The axis of values in a unit.
pub(super) fn scale_of(values: impl Iterator<Item = f64>, with_zero: bool, unit: &str) -> Scale {
    Scale::of(Reach::of(values, with_zero), unit == "s")
}

/// A point of a study: its name, how its outcome is distributed, its rows.
pub(super) type PointRow<'a> = (&'a str, &'a Spread, Vec<usize>);

/// Every point, if they are not too many, and all of them together.
pub(super) fn rows_of<'a>(page: &StudyPage<'a>, outcome: &'a OutcomeSummary) -> Vec<PointRow<'a>> {
    let points = &page.summary.points;
    let mut rows: Vec<PointRow<'a>> = Vec::new();
    if (2..=POINTS_MAX).contains(&outcome.points.len()) {
        let each = points.iter().zip(&outcome.points);
        rows.extend(each.map(|(point, spread)| (point.label.as_str(), spread, point.rows.clone())));
    }
    let all = points.iter().flat_map(|point| point.rows.iter().copied());
    rows.push(("all", &outcome.all, all.collect()));
    rows
}

/// The mean as a reader and as a program reads it.
fn mean_cell(outcome: &OutcomeSummary, label: &str, spread: &Spread) -> Cell {
    let cell = spread.mean.map_or_else(
        || Cell::number("-"),
        |mean| Cell::value(value_text(mean, &outcome.column.unit), mean),
    );
    cell.with("data-mean", &format!("{}/{label}", outcome.column.name))
}

pub(super) fn estimate(spread: &Spread) -> Option<Estimate> {
    let interval = spread.mean_interval.map(ends);
    spread.mean.map(|value| Estimate { value, interval })
}

pub(super) fn ends(range: Interval) -> (f64, f64) {
    (range.low, range.high)
}

/// The runs of these rows that have the outcome, in its order.
pub(super) fn drawn(page: &StudyPage<'_>, rows: &[usize], column: Option<usize>) -> Vec<Drawn> {
    let value = |row: usize| match &page.runs.rows[row][column?] {
        Field::Number(value) => Some(*value),
        Field::Whole(value) => Some(real(*value)),
        Field::Empty | Field::Text(_) => None,
    };
    let found = rows.iter().filter_map(|&row| Some((value(row)?, row)));
    let mut runs: Vec<Drawn> = found.collect();
    runs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    runs
}

pub(super) fn dots(page: &StudyPage<'_>, runs: &[Drawn], unit: &str) -> Vec<(f64, String)> {
    let shown = runs.len().min(DOTS_MAX);
    let each = (0..shown).map(|n| runs[n * (runs.len() - 1) / (shown - 1).max(1)]);
    each.map(|(value, row)| {
        let (run, seed) = (number(page, row), whole(page, row, "seed"));
        (
            value,
            format!("run {run}, seed {seed}: {}", value_text(value, unit)),
        )
    })
    .collect()
}

pub(super) fn number(page: &StudyPage<'_>, row: usize) -> u64 {
    whole(page, row, "run")
}

pub(super) fn whole(page: &StudyPage<'_>, row: usize, name: &str) -> u64 {
    let column = page.runs.column(name);
    match column.map(|at| &page.runs.rows[row][at]) {
        Some(Field::Whole(value)) => *value,
        _ => 0,
    }
}

/// What the intervals of all differences reach, and zero.
pub(super) fn scale_of_differences(outcome: &OutcomeSummary) -> Scale {
    let reached = outcome.differences.iter().flat_map(|difference| {
        let interval = difference.paired.mean_interval.map(ends);
        let (low, high) = interval.unwrap_or((difference.paired.mean, difference.paired.mean));
        [low, high]
    });
    scale_of(reached, true, &outcome.column.unit)
}

/// Every point against the first, on the same seeds.
fn differences(page: &StudyPage<'_>, outcome: &OutcomeSummary) -> String {
    if outcome.differences.is_empty() || outcome.differences.len() > POINTS_MAX {
        return String::new();
    }
    let unit = outcome.column.unit.as_str();
    let scale = scale_of_differences(outcome);
    let first = &page.summary.points[0].label;
    let caption = format!("The difference to {first}, on the same seeds: left of the line is less");
    let picture = format!("difference and its 95 % interval ({})", unit_words(unit));
    let columns = [
        "point",
        &picture,
        "mean",
        "95 % interval",
        "less in so many pairs",
        "95 % interval",
        "pairs",
    ];
    let axis = axis_strip(&scale, |value| value_text(value, unit));
    let mut table = Table::new(&caption, &columns).with_axis(1, &axis);
    for one in &outcome.differences {
        let paired = &one.paired;
        let interval = paired.mean_interval.map(ends);
        let share = paired.lower_interval;
        table.row(&[
            Cell::text(&page.summary.points[one.point].label),
            Cell::markup(difference(
                Estimate {
                    value: paired.mean,
                    interval,
                },
                &scale,
            )),
            Cell::number(value_text(paired.mean, unit)),
            Cell::number(
                paired
                    .mean_interval
                    .map_or_else(String::new, |r| range_text(r, unit)),
            ),
            Cell::number(percent(paired.lower_probability)),
            Cell::number(format!(
                "{:.0}…{:.0} %",
                share.low * 100.0,
                share.high * 100.0
            )),
            Cell::number(grouped(real(paired.pairs as u64))),
        ]);
    }
    table.html()
}

/// What drives the outcome, as bars and in words.
fn drivers(outcome: &OutcomeSummary) -> String {
    if outcome.drivers.is_empty() {
        return String::new();
    }
    let mut table = Table::new(
        "What drives it",
        &[
            "what was varied",
            "share, or strength from 0 to 1",
            "in words",
        ],
    )
    .with_axis(1, &axis_strip(&whole_scale(), |value| format!("{value}")));
    for driver in &outcome.drivers {
        table.row(&[
            Cell::text(&driver.parameter),
            Cell::markup(share_bar(strength(driver))),
            Cell::text(sentence(driver)),
        ]);
    }
    table.html()
}

/// From nothing to all.
pub(super) fn whole_scale() -> Scale {
    Scale::of(Reach(0.0, 1.0), false)
}

pub(super) fn strength(driver: &Driver) -> Estimate {
    match driver.influence {
        Influence::Sobol(index) => Estimate {
            value: index.total,
            interval: Some(ends(index.total_interval)),
        },
        Influence::Rank {
            correlation,
            interval,
        } => Estimate {
            value: correlation.abs(),
            interval: interval.map(|range| sizes(ends(range))),
        },
        Influence::Between(value) => Estimate {
            value,
            interval: None,
        },
    }
}

/// The interval of a size, from that of the signed value.
fn sizes((low, high): (f64, f64)) -> (f64, f64) {
    let (one, other) = (low.abs(), high.abs());
    let least = if low * high <= 0.0 {
        0.0
    } else {
        one.min(other)
    };
    (least, one.max(other))
}

/// Times that some runs did not reach.
fn waiting(page: &StudyPage<'_>, outcome: &OutcomeSummary) -> String {
    if outcome.waiting.is_empty() || outcome.waiting.len() > POINTS_MAX {
        return String::new();
    }
    let mut table = Table::new(
        NOT_ALWAYS,
        &["point", "reached", "25 %", "50 %", "95 % interval", "75 %"],
    );
    let points = page.summary.points.iter().map(|point| point.label.as_str());
    let labels = if outcome.waiting.len() == 1 {
        vec!["all"]
    } else {
        points.collect()
    };
    for (label, curve) in labels.into_iter().zip(&outcome.waiting) {
        let time = |share| {
            let found = curve.time_of(share);
            Cell::number(found.map_or_else(|| "not reached".to_owned(), |at| value_text(at, "s")))
        };
        let (low, high) = curve.interval_of(0.5);
        let range = crate::study::statistics::OrderInterval { low, high };
        table.row(&[
            Cell::text(label),
            Cell::number(format!("{} of {}", curve.happened, curve.watched)),
            time(0.25),
            time(0.5),
            Cell::number(open_range_text(range, "s")),
            time(0.75),
        ]);
    }
    table.html()
}
