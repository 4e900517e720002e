//! The pictures of a study, each as a file of its own: runs as dots, differences, what drives an outcome.
//!
//! Invariant: the same pictures as in the page, from the same table.

use crate::study::summary::OutcomeSummary;

use super::super::number::percent;
use super::super::plot::{Estimate, Reach, difference, share_bar, strip, strips_alone};
use super::super::study_text::value_text;
use super::file_word;
use super::study_page::{
    POINTS_MAX, StudyPage, dots, drawn, ends, estimate, reach_of_differences, rows_of, strength,
};

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
        let (study, unit) = (page.name, &outcome.column.unit);
        let title = format!("{study}: {name} ({unit}) of each run, and the mean");
        put("runs", title, &runs(page, outcome));
        let first = page.summary.points.first();
        let first = first.map_or("", |point| point.label.as_str());
        let title = format!("{study}: {name} ({unit}), less {first} on the same seeds");
        put("differences", title, &differences(page, outcome));
        let title = format!("{study}: what drives {name}, from 0 to 1");
        put("drivers", title, &drivers(outcome));
    }
    files
}

fn runs(page: &StudyPage<'_>, outcome: &OutcomeSummary) -> Vec<(String, String, String)> {
    let rows = rows_of(page, outcome);
    let column = page.runs.column(&outcome.column.name);
    let unit = outcome.column.unit.as_str();
    let all = drawn(page, &rows[rows.len() - 1].2, column);
    let reach = Reach::of(all.iter().map(|run| run.0), false);
    let picture = |(label, spread, rows): &super::study_page::PointRow<'_>| {
        let values = drawn(page, rows, column);
        let figure = spread.mean.map(|mean| value_text(mean, unit));
        (
            (*label).to_owned(),
            strip(&dots(page, &values, unit), estimate(spread), reach),
            figure.unwrap_or_default(),
        )
    };
    rows.iter().map(picture).collect()
}

fn differences(page: &StudyPage<'_>, outcome: &OutcomeSummary) -> Vec<(String, String, String)> {
    if outcome.differences.len() > POINTS_MAX {
        return Vec::new();
    }
    let reach = reach_of_differences(outcome);
    let picture = |one: &crate::study::summary::Difference| {
        let drawn = Estimate {
            value: one.paired.mean,
            interval: one.paired.mean_interval.map(ends),
        };
        (
            page.summary.points[one.point].label.clone(),
            difference(drawn, reach),
            value_text(one.paired.mean, &outcome.column.unit),
        )
    };
    outcome.differences.iter().map(picture).collect()
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
    outcome.drivers.iter().map(picture).collect()
}
