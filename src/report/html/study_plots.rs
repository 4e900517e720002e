//! The pictures of a study, each as a file of its own: runs as dots, differences, what drives an outcome.
//!
//! Invariant: the same pictures as in the page, from the same table.

use crate::study::summary::OutcomeSummary;

use super::super::number::percent;
use super::super::plot::{Estimate, Scale, axis_strip, difference, share_bar, strip, strips_alone};
use super::super::study_text::value_text;
use super::file_word;
use super::study_page::{
    POINTS_MAX, StudyPage, dots, drawn, ends, estimate, rows_of, scale_of, scale_of_differences,
    strength, whole_scale,
};
use super::study_words::{title as heading, unit_words};

/// File names and contents.
pub(crate) fn study_plots(page: &StudyPage<'_>) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for outcome in &page.summary.outcomes {
        let name = outcome.column.name.as_str();
        let mut put = |kind: &str, title: String, rows: &[(String, String, String)]| {
            if !rows.is_empty() {
                let file = format!("{}-{kind}.svg", file_word(name));
                files.push((file, strips_alone(&title, rows)));
            }
        };
        let study = page.name;
        let what = heading(&outcome.column);
        let title = format!("{study}: {what}, of each run and in the mean");
        put("runs", title, &runs(page, outcome));
        let first = page.summary.points.first();
        let first = first.map_or("", |point| point.label.as_str());
        let title = format!("{study}: {what}, less {first} on the same seeds");
        put("differences", title, &differences(page, outcome));
        let title = format!("{study}: what drives {what}, from 0 to 1");
        put("drivers", title, &drivers(outcome));
    }
    files
}

fn runs(page: &StudyPage<'_>, outcome: &OutcomeSummary) -> Vec<(String, String, String)> {
    let rows = rows_of(page, outcome);
    let column = page.runs.column(&outcome.column.name);
    let unit = outcome.column.unit.as_str();
    let all = drawn(page, &rows[rows.len() - 1].2, column);
    let scale = scale_of(all.iter().map(|run| run.0), false, unit);
    let picture = |(label, spread, rows): &super::study_page::PointRow<'_>| {
        let values = drawn(page, rows, column);
        let figure = spread.mean.map(|mean| value_text(mean, unit));
        (
            (*label).to_owned(),
            strip(&dots(page, &values, unit), estimate(spread), &scale),
            figure.unwrap_or_default(),
        )
    };
    let mut list: Vec<(String, String, String)> = rows.iter().map(picture).collect();
    list.push(axis_row(&scale, unit));
    list
}

/// The axis under the pictures.
fn axis_row(scale: &Scale, unit: &str) -> (String, String, String) {
    let axis = axis_strip(scale, |value| value_text(value, unit));
    (String::new(), axis, unit_words(unit).to_owned())
}

fn differences(page: &StudyPage<'_>, outcome: &OutcomeSummary) -> Vec<(String, String, String)> {
    if outcome.differences.len() > POINTS_MAX {
        return Vec::new();
    }
    let scale = scale_of_differences(outcome);
    let picture = |one: &crate::study::summary::Difference| {
        let drawn = Estimate {
            value: one.paired.mean,
            interval: one.paired.mean_interval.map(ends),
        };
        (
            page.summary.points[one.point].label.clone(),
            difference(drawn, &scale),
            value_text(one.paired.mean, &outcome.column.unit),
        )
    };
    let mut list: Vec<(String, String, String)> = outcome.differences.iter().map(picture).collect();
    if !list.is_empty() {
        list.push(axis_row(&scale, &outcome.column.unit));
    }
    list
}

fn drivers(outcome: &OutcomeSummary) -> Vec<(String, String, String)> {
    let picture = |driver: &crate::study::summary::Driver| {
        let drawn = strength(driver);
        (
            driver.parameter.clone(),
            share_bar(drawn),
            percent(drawn.value),
        )
    };
    let mut list: Vec<(String, String, String)> = outcome.drivers.iter().map(picture).collect();
    if !list.is_empty() {
        let axis = axis_strip(&whole_scale(), |value| format!("{value}"));
        list.push((String::new(), axis, String::new()));
    }
    list
}
