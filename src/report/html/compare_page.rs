//! The report of several runs side by side: differences in words first, then on one axis, then in tables.
//!
//! Time counts from the instant of the change or the attack in each run, so that what follows can be compared
//! although it may begin at another hour.
//!
//! Invariant: every difference is to the first run; nothing is compared that the pairing does not allow.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::study::{Paired, PairedFigure};

use super::super::compare_text::{difference, letter, sections, value};
use super::super::number::{duration, real, short};
use super::super::plot::{Chart, Line, Mark, Paper, TimeAxis, Unit, chart, escape};
use super::apart_section::apart_section;
use super::document::{Document, data_of, document};
use super::pictures::{CLASSES, Picture, worst_instant};
use super::run_page::{footer, reportable_words, section};
use super::story::Story;
use super::table::{Cell, Table, count};
use super::time_section::{chart_row, controls, map_figure, moved, since_word, timeline_rows};

/// How long before the change or the attack the axis begins, at most.
const BEFORE_S: f64 = 1_800.0;

/// Runs that have a line of their own in the charts.
const LINES_MAX: usize = CLASSES.len();

/// What the data of such a page begin with.
const FORMAT: &str = "cellfall-compare-1";

/// The runs that stand in a page.
#[derive(Deserialize)]
struct Kept {
    format: String,
    stories: Vec<Story>,
}

/// The charts of the runs that stand in a page, as SVG: file names and contents; none if the page is another.
pub(super) fn compare_plots(page: &str) -> Option<Vec<(String, String)>> {
    let Kept { format, stories } = serde_json::from_str(data_of(page)?).ok()?;
    if format != FORMAT {
        return None;
    }
    let names: Vec<String> = stories.iter().map(|s| s.scenario.clone()).collect();
    let axis = shared_axis(&stories);
    let drawn = |picture: Picture| {
        let svg = chart(&picture.chart, &axis, Paper::Alone);
        (format!("{}.svg", picture.id), svg)
    };
    Some(pictures(&names, &stories).into_iter().map(drawn).collect())
}

/// What stands in the page as data.
#[derive(Serialize)]
struct Data<'a> {
    format: &'static str,
    stories: &'a [Story],
}

/// The page; `stories` are in the order of `paired`.
pub(super) fn compare_page(paired: &Paired, stories: &[Story]) -> String {
    let title = format!("{} · cellfall", paired.names.join(" or "));
    let body = [
        header(paired, stories),
        "<main>".to_owned(),
        section("What differs", "", &words(paired)),
        time(paired, stories),
        apart_section(paired, stories),
        figures(paired),
        again(paired, stories),
        "</main>".to_owned(),
        footer(),
    ];
    document(&Document {
        title: &title,
        body: &body.concat(),
        data: &Data {
            format: FORMAT,
            stories,
        },
    })
}

/// `A att-2024`.
pub(super) fn named(paired: &Paired, run: usize) -> String {
    format!("{} {}", letter(run), paired.names[run])
}

fn of<'a>(paired: &'a Paired, key: &str) -> Option<&'a PairedFigure> {
    paired.figures.iter().find(|figure| figure.key == key)
}

fn header(paired: &Paired, stories: &[Story]) -> String {
    let list = stories
        .iter()
        .enumerate()
        .map(|(n, story)| {
            format!(
                "<li><b>{}</b>: {}</li>",
                escape(&named(paired, n)),
                escape(&story.headline)
            )
        })
        .collect::<Vec<_>>()
        .concat();
    format!(
        "<header><p class=\"kicker\">{} runs on common random numbers: they met the same world, so what differs is the \
         plan’s doing</p><h1>{}</h1><ul class=\"words\">{list}</ul></header>",
        stories.len(),
        escape(&verdict(paired))
    )
}

/// Which run leaves fewest devices without data, in a sentence.
fn verdict(paired: &Paired) -> String {
    let peaks = of(paired, "data.peak_devices").map(|figure| figure.values.as_slice());
    let known = peaks
        .unwrap_or_default()
        .iter()
        .enumerate()
        .filter_map(|(n, v)| Some((n, (*v)?)));
    let known: Vec<(usize, f64)> = known.collect();
    let least = known
        .iter()
        .copied()
        .reduce(|a, b| if b.1 < a.1 { b } else { a });
    let most = known
        .iter()
        .copied()
        .reduce(|a, b| if b.1 > a.1 { b } else { a });
    match (least, most) {
        (Some(least), Some(most)) if most.1 > least.1 => format!(
            "{} leaves fewest devices without data at once: {}, against {} in {}.",
            named(paired, least.0),
            short(libm::round(least.1)),
            short(libm::round(most.1)),
            named(paired, most.0)
        ),
        _ => "As many devices are without data at once in every run.".to_owned(),
    }
}

/// The differences in words, run by run.
fn words(paired: &Paired) -> String {
    let mut text = String::new();
    for run in 1..paired.names.len() {
        let sentences = [
            counted(
                paired,
                run,
                "data.peak_devices",
                "devices without data at once",
            ),
            counted(
                paired,
                run,
                "voice.peak_devices",
                "devices without voice at once",
            ),
            sooner(
                paired,
                run,
                "data.t90_s",
                "90 % of those who lost data have it back",
            ),
            sooner(paired, run, "at_detection.after_s", "the first alarm comes"),
            counted(paired, run, "calls.blocked", "calls blocked"),
            counted(
                paired,
                run,
                "emergency_calls.blocked",
                "emergency calls blocked",
            ),
            counted(
                paired,
                run,
                "data.lost_device_min",
                "device-minutes without data",
            ),
            counted(
                paired,
                run,
                "reportable.clauses",
                "clauses under which it must be reported",
            ),
        ];
        let items = sentences
            .into_iter()
            .flatten()
            .map(|s| format!("<li>{}</li>", escape(&s)))
            .collect::<Vec<_>>()
            .concat();
        write!(
            text,
            "<h3>{} instead of {}</h3><ul class=\"words\">{items}</ul>",
            escape(&named(paired, run)),
            escape(&named(paired, 0))
        )
        .expect("text takes everything");
    }
    text
}

/// `11,000 devices without data at once instead of 125 M, 125 M fewer`.
fn counted(paired: &Paired, run: usize, key: &str, what: &str) -> Option<String> {
    let figure = of(paired, key)?;
    let (own, first) = (figure.values[run]?, figure.values[0]?);
    let text = |v: f64| short(libm::round(v));
    if (own - first).abs() < 0.5 {
        return Some(format!("As many {what}: {}.", text(own)));
    }
    let word = if own < first { "fewer" } else { "more" };
    Some(format!(
        "{} {what} instead of {}: {} {word}.",
        text(own),
        text(first),
        text((own - first).abs())
    ))
}

/// `90 % have it back after 2 h instead of 9 h, 7 h sooner`.
fn sooner(paired: &Paired, run: usize, key: &str, what: &str) -> Option<String> {
    let figure = of(paired, key)?;
    let start = |text: &str| {
        let mut letters = text.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    };
    let what = start(what);
    match (figure.values[run], figure.values[0]) {
        (Some(own), Some(first)) if (own - first).abs() < 1.0 => {
            Some(format!("{what} as soon: after {}.", duration(own)))
        }
        (Some(own), Some(first)) => {
            let word = if own < first { "sooner" } else { "later" };
            let apart = duration((own - first).abs());
            Some(format!(
                "{what} after {} instead of {}: {apart} {word}.",
                duration(own),
                duration(first)
            ))
        }
        (Some(own), None) => Some(format!(
            "{what} after {}; in the first run not at all.",
            duration(own)
        )),
        (None, Some(first)) => Some(format!(
            "{what} not at all; in the first run after {}.",
            duration(first)
        )),
        (None, None) => None,
    }
}

/// The axis that all runs share.
fn shared_axis(stories: &[Story]) -> TimeAxis {
    let before = stories
        .iter()
        .map(|s| s.reference_s)
        .fold(BEFORE_S, f64::min);
    let after = stories
        .iter()
        .map(|s| s.horizon_s - s.reference_s)
        .fold(60.0, f64::max);
    let mut axis = TimeAxis::new((-before, after), 0.0, since_word);
    axis.marks.push(Mark {
        at_s: 0.0,
        class: "fault",
        label: "the change or the attack".to_owned(),
    });
    axis
}

fn time(paired: &Paired, stories: &[Story]) -> String {
    let axis = shared_axis(stories);
    let start = stories
        .first()
        .map_or(0.0, |s| worst_instant(s) - s.reference_s);
    let step = stories
        .first()
        .map_or(60.0, |s| match s.series.at_s.as_slice() {
            [first, second, ..] => second - first,
            _ => 60.0,
        });
    let maps = stories.iter().enumerate().map(|(n, story)| {
        format!(
            "<div><h3>{}</h3>{}</div>",
            escape(&named(paired, n)),
            map_figure(story, n)
        )
    });
    let bars = stories
        .iter()
        .enumerate()
        .map(|(n, story)| timeline_rows(&moved(story, &letter(n)), &axis, since_word));
    let charts = pictures(&paired.names, stories);
    let runs: Vec<(usize, &Story)> = stories.iter().enumerate().collect();
    let body = format!(
        "{}<div class=\"maps\">{}</div>{}{}</div>",
        controls(&axis, (start, step), &format!("{} h", since_word(start))),
        maps.collect::<Vec<_>>().concat(),
        charts
            .iter()
            .map(|p| chart_row(p, &axis, &runs, start))
            .collect::<String>(),
        bars.collect::<Vec<_>>().concat(),
    );
    section(
        "Side by side",
        "Hours and minutes count from the instant of the change or the attack in each run. Move the slider, or point at a \
         chart: all maps and numbers follow.",
        &body,
    )
}

/// Name, title, what is counted, unit and key.
type Measure = (&'static str, &'static str, &'static str, Unit, &'static str);

/// What is drawn of every run.
const MEASURES: [Measure; 7] = [
    (
        "out-data",
        "Devices without data",
        "devices, at once",
        Unit::Count,
        "out.data",
    ),
    (
        "out-voice",
        "Devices without voice",
        "devices, at once",
        Unit::Count,
        "out.voice",
    ),
    (
        "registered",
        "Devices registered",
        "devices",
        Unit::Count,
        "registered",
    ),
    (
        "seen",
        "Devices registered, as the operator saw it",
        "devices",
        Unit::Count,
        "seen.registered",
    ),
    (
        "attempts",
        "Registration attempts",
        "per second",
        Unit::Count,
        "attempts",
    ),
    (
        "success",
        "Registrations that succeed",
        "share of initial registrations",
        Unit::Share,
        "success",
    ),
    (
        "blocked",
        "Calls blocked",
        "per minute",
        Unit::Count,
        "blocked",
    ),
];

/// The charts: one measure, a line per run.
fn pictures(names: &[String], stories: &[Story]) -> Vec<Picture> {
    let picture = |(id, title, counted, unit, key): Measure| {
        let lines = stories
            .iter()
            .enumerate()
            .take(LINES_MAX)
            .map(|(n, story)| Line {
                name: format!("{} {}", letter(n), names[n]),
                class: CLASSES[n],
                points: story
                    .points(key)
                    .into_iter()
                    .map(|(at, v)| (at - story.reference_s, v))
                    .collect(),
            });
        let lines: Vec<Line> = lines.collect();
        Picture {
            id,
            keys: vec![key.to_owned(); lines.len()],
            chart: Chart {
                title: title.to_owned(),
                counted: counted.to_owned(),
                unit,
                lines,
            },
        }
    };
    MEASURES.into_iter().map(picture).collect()
}

fn figures(paired: &Paired) -> String {
    let mut head = vec!["figure".to_owned(), letter(0)];
    for run in 1..paired.names.len() {
        head.extend([letter(run), format!("{} − A", letter(run))]);
    }
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let mut text = String::new();
    for (heading, list) in sections(paired) {
        let mut table = Table::new(&heading.to_lowercase(), &head);
        for (name, figure) in list {
            let mut row = vec![Cell::text(name)];
            for (run, (own, apart)) in figure.values.iter().zip(&figure.differences).enumerate() {
                let cell = match own {
                    Some(v) if figure.key.ends_with("_s") => {
                        Cell::value(value(&figure.key, *own), *v)
                    }
                    Some(v) => count(*v),
                    None => Cell::number("not reached"),
                };
                row.push(
                    cell.with("data-figure", &figure.key)
                        .with("data-of", &run.to_string()),
                );
                if run > 0 {
                    row.push(Cell::number(difference(&figure.key, *apart)));
                }
            }
            table.row(&row);
        }
        text.push_str(&table.html());
    }
    section("All figures", "Differences are to A.", &text)
}

fn again(paired: &Paired, stories: &[Story]) -> String {
    let mut table = Table::new(
        "Each run by itself",
        &["run", "devices", "command", "to be reported"],
    );
    for (n, story) in stories.iter().enumerate() {
        table.row(&[
            Cell::text(named(paired, n)),
            Cell::number(short(real(story.devices))),
            Cell::markup(format!("<code>{}</code>", escape(&story.command))),
            Cell::text(reportable_words(story)),
        ]);
    }
    let seed = paired.seed;
    let version = stories.first().map_or("", |s| s.version.as_str());
    section(
        "How to repeat it",
        &format!("Seed {seed}, version {version}."),
        &table.html(),
    )
}
