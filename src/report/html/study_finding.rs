//! What a study found, in words: which point is lowest, which is highest, by how much, and whether the
//! difference can be told from chance.
//!
//! Invariant: nothing is called lower or higher whose intervals overlap, unless the same seeds say so.

use std::fmt::Write as _;

use crate::study::statistics::Interval;
use crate::study::summary::{Difference, Influence, OutcomeSummary, StudySummary};

use super::super::study_text::{range_text, sentence, value_text};
use super::study_words::title;

/// What an outcome says: the finding in a line, and the evidence for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finding {
    /// In a line.
    pub(super) headline: String,
    /// With intervals.
    pub(super) evidence: String,
    /// Whether there is a difference that is no chance.
    pub(super) is_clear: bool,
}

/// A point with its mean and interval.
struct Mean<'a> {
    point: usize,
    label: &'a str,
    value: f64,
    interval: Option<Interval>,
}

/// What the study found about an outcome.
pub(super) fn finding(study: &StudySummary, outcome: &OutcomeSummary) -> Finding {
    let strongest = outcome.drivers.first();
    if let Some(driver) = strongest.filter(|d| matches!(d.influence, Influence::Sobol(_))) {
        return Finding {
            headline: format!(
                "{}: what counts most is {}.",
                title(&outcome.column),
                driver.parameter
            ),
            evidence: sentence(driver),
            is_clear: true,
        };
    }
    let means = means(study, outcome);
    let least = means.iter().min_by(|a, b| a.value.total_cmp(&b.value));
    let most = means.iter().max_by(|a, b| a.value.total_cmp(&b.value));
    match (least, most) {
        (Some(least), Some(most)) if least.point != most.point => {
            if (most.value - least.value).abs() <= 1e-9 * most.value.abs() {
                return all_same(outcome, most.value, means.len());
            }
            between(outcome, &means, (least, most))
        }
        _ => of_all(outcome),
    }
}

/// The points in which all runs have the outcome.
fn means<'a>(study: &'a StudySummary, outcome: &OutcomeSummary) -> Vec<Mean<'a>> {
    let points = study.points.iter().zip(&outcome.points).enumerate();
    let mean = |(point, (of, spread)): (
        usize,
        (
            &'a crate::study::summary::Point,
            &crate::study::summary::Spread,
        ),
    )| {
        Some(Mean {
            point,
            label: &of.label,
            value: spread.mean?,
            interval: spread.mean_interval,
        })
    };
    points.filter_map(mean).collect()
}

fn all_same(outcome: &OutcomeSummary, value: f64, points: usize) -> Finding {
    let value = value_text(value, &outcome.column.unit);
    Finding {
        headline: format!("{}: {value} whatever was varied.", title(&outcome.column)),
        evidence: format!("The mean is the same in all {points} points that can be compared."),
        is_clear: false,
    }
}

/// Two points, of which one is lowest and the other highest.
fn between(
    outcome: &OutcomeSummary,
    means: &[Mean<'_>],
    (least, most): (&Mean<'_>, &Mean<'_>),
) -> Finding {
    let unit = outcome.column.unit.as_str();
    let name = title(&outcome.column);
    let text = |mean: &Mean<'_>| match mean.interval {
        Some(range) => format!(
            "{} ({})",
            value_text(mean.value, unit),
            range_text(range, unit)
        ),
        None => value_text(mean.value, unit),
    };
    let paired = paired(outcome, least, most);
    let is_clear = paired.is_some_and(|(_, range)| !range.holds(0.0)) || apart(least, most);
    let mut evidence = format!(
        "In the mean {} with {}, {} with {} (95 % intervals in brackets)",
        text(least),
        least.label,
        text(most),
        most.label
    );
    if let Some((mean, range)) = paired {
        write!(
            evidence,
            "; seed by seed {} less ({})",
            value_text(mean, unit),
            range_text(range, unit)
        )
        .expect("text takes everything");
    }
    evidence += &tied(means, least);
    let lowest = format!(
        "lowest with {} ({})",
        least.label,
        value_text(least.value, unit)
    );
    let unreached = not_reached(outcome, means.len());
    let headline = if is_clear && unreached.is_empty() {
        format!(
            "{name}: {lowest}, highest with {} ({}).",
            most.label,
            value_text(most.value, unit)
        )
    } else if is_clear {
        format!("{name}: {lowest}{unreached}.")
    } else {
        format!(
            "{name}: no point can be told from another; the intervals of the lowest and the highest overlap."
        )
    };
    Finding {
        headline,
        evidence: evidence + &not_reached(outcome, means.len()) + ".",
        is_clear,
    }
}

/// Whether the intervals of two means do not touch.
fn apart(least: &Mean<'_>, most: &Mean<'_>) -> bool {
    match (least.interval, most.interval) {
        (Some(low), Some(high)) => low.high < high.low,
        _ => false,
    }
}

/// By how much the lowest is less than the highest seed by seed, with its interval; known if either is the
/// point with which all are paired.
fn paired(outcome: &OutcomeSummary, least: &Mean<'_>, most: &Mean<'_>) -> Option<(f64, Interval)> {
    let of = |point: usize| {
        let mut all = outcome.differences.iter();
        let found: Option<&Difference> = all.find(|difference| difference.point == point);
        found.and_then(|d| Some((d.paired.mean, d.paired.mean_interval?)))
    };
    if most.point == 0 {
        return of(least.point).map(|(mean, range)| (-mean, turned(range)));
    }
    (least.point == 0).then(|| of(most.point)).flatten()
}

const fn turned(range: Interval) -> Interval {
    Interval {
        low: -range.high,
        high: -range.low,
    }
}

/// How many other points cannot be told from the lowest.
fn tied(means: &[Mean<'_>], least: &Mean<'_>) -> String {
    let others = means.iter().filter(|mean| mean.point != least.point);
    match others.filter(|mean| !apart(least, mean)).count() {
        0 => String::new(),
        1 => "; 1 more point has an interval that overlaps the lowest".to_owned(),
        many => format!("; {many} more points have intervals that overlap the lowest"),
    }
}

/// How many points have no mean, because some of their runs ended before.
fn not_reached(outcome: &OutcomeSummary, known: usize) -> String {
    match outcome.points.len() - known {
        0 => String::new(),
        1 => "; in 1 point it was not reached in every run".to_owned(),
        many => format!("; in {many} points it was not reached in every run"),
    }
}

/// One point, or none with a mean: what all runs say.
fn of_all(outcome: &OutcomeSummary) -> Finding {
    let unit = outcome.column.unit.as_str();
    let name = title(&outcome.column);
    let (headline, evidence) = match (outcome.all.mean, outcome.all.mean_interval) {
        (Some(mean), Some(range)) => (
            format!("{name}: {} in the mean.", value_text(mean, unit)),
            format!("95 % interval {}.", range_text(range, unit)),
        ),
        (Some(mean), None) => (
            format!("{name}: {} in the mean.", value_text(mean, unit)),
            String::new(),
        ),
        (None, _) => (
            format!("{name}: not reached in every run."),
            "A mean would leave out the longest; the curves below do not.".to_owned(),
        ),
    };
    Finding {
        headline,
        evidence,
        is_clear: false,
    }
}

/// The finding for the head of the page: of the first outcome in which there is a difference, if there is one.
pub(super) fn foremost(findings: &[Finding]) -> Option<&Finding> {
    let mut clear = findings.iter().filter(|finding| finding.is_clear);
    clear.next().or(findings.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(point: usize, label: &'static str, value: f64, ends: (f64, f64)) -> Mean<'static> {
        Mean {
            point,
            label,
            value,
            interval: Some(Interval {
                low: ends.0,
                high: ends.1,
            }),
        }
    }

    #[test]
    fn intervals_that_touch_are_not_apart() {
        let (a, b) = (mean(0, "a", 1.0, (0.0, 2.0)), mean(1, "b", 3.0, (2.0, 4.0)));
        assert!(!apart(&a, &b));
        let c = mean(2, "c", 5.0, (4.5, 6.0));
        assert!(apart(&a, &c));
        let all = [mean(0, "a", 1.0, (0.0, 2.0)), b, c];
        assert_eq!(
            tied(&all, &a),
            "; 1 more point has an interval that overlaps the lowest"
        );
    }

    #[test]
    fn what_is_clear_stands_first() {
        let of = |headline: &str, is_clear| Finding {
            headline: headline.to_owned(),
            evidence: String::new(),
            is_clear,
        };
        let list = [of("a", false), of("b", true), of("c", true)];
        assert_eq!(foremost(&list).expect("one").headline, "b");
        assert_eq!(foremost(&list[..1]).expect("one").headline, "a");
        assert_eq!(foremost(&[]), None);
    }
}
