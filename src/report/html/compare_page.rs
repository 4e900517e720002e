//! The report of several runs side by side: differences in words first, then on one axis, then in tables.
//!
//! Time counts from the instant of the change or the attack in each run, so that what follows can be compared
//! although it may begin at another hour.
//!
//! Invariant: every difference is to the first run; nothing is compared that the pairing does not allow.

use serde::{Deserialize, Serialize};

use crate::study::{Paired, PairedFigure};

use super::super::compare_text::{difference, letter, sections, value};
use super::super::number::{real, short};
use super::super::plot::{
    Bar, Chart, Line, Mark, Paper, TimeAxis, Unit, bars, chart, escape, sketches as map_picture,
};
use super::apart_section::apart_section;
use super::compare_words::{differences, is_never_out, verdict};
use super::document::{Document, data_of, document};
use super::numbers::{instants, numbers};
use super::pictures::{CLASSES, Picture, SUCCESS_NOTE, sketches, worst_instant};
use super::run_page::{footer, paper_maps, reportable_words, section};
use super::slider::{Lane, Stop, controls, stops};
use super::story::{Map, Story};
use super::table::{Cell, Table, count};
use super::time_section::{chart_row, map_figure, since_word};
use super::timeline::{moved, timeline_rows};

/// How long before the change or the attack the axis begins, at most.
const BEFORE_S: f64 = 1_800.0;

/// Runs that have a line of their own in the charts.
const LINES_MAX: usize = CLASSES.len();

/// What the data of such a page begin with.
const FORMAT: &str = "cellfall-compare-2";

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
    let mut files: Vec<(String, String)> =
        pictures(&names, &stories).into_iter().map(drawn).collect();
    let title = "What was shipped, wrong, believed and done in each run";
    let rows: Vec<Bar> = (0..stories.len())
        .flat_map(|n| bars_of(&stories, n))
        .collect();
    if !rows.is_empty() {
        files.push(("timeline.svg".to_owned(), bars(title, &rows, &axis)));
    }
    files.extend(maps(&stories));
    Some(files)
}

/// The map of each run that has one, at its telling instants.
fn maps(stories: &[Story]) -> Vec<(String, String)> {
    let with_map = stories
        .iter()
        .enumerate()
        .filter(|(_, s)| !s.map.places.is_empty());
    let drawn = with_map.map(|(n, story)| {
        let title = format!("{} {}: devices without data", letter(n), story.scenario);
        let size = (Map::WIDTH, story.map.height);
        let svg = map_picture(
            &title,
            &story.map.outlines,
            size,
            &sketches(story),
            Paper::Alone,
        );
        (format!("map-{}.svg", letter(n).to_lowercase()), svg)
    });
    drawn.collect()
}

/// The bars of one of the runs on the axis that all share.
fn bars_of(stories: &[Story], run: usize) -> Vec<Bar> {
    moved(&stories[run], &letter(run), since_word)
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
        section("What differs", "", &differences(paired, stories)),
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

/// A figure of all runs.
pub(super) fn of<'a>(paired: &'a Paired, key: &str) -> Option<&'a PairedFigure> {
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
            "<div><h3>{}</h3>{}{}</div>",
            escape(&named(paired, n)),
            map_figure(story, n),
            paper_maps(story)
        )
    });
    let rows: Vec<Bar> = (0..stories.len())
        .flat_map(|n| bars_of(stories, n))
        .collect();
    let charts = pictures(&paired.names, stories);
    let runs: Vec<(usize, &Story)> = stories.iter().enumerate().collect();
    let at = instants((axis.from_s, axis.to_s), std::iter::empty());
    let row = |picture: &Picture| {
        let table = numbers(&picture.chart, &at, since_word);
        chart_row(picture, &axis, &runs, (start, &table))
    };
    let body = format!(
        "{}<div class=\"maps\">{}</div>{}{}</div>",
        controls(&axis, (start, step), &lanes(stories, &axis), |at| format!(
            "{} h",
            since_word(at)
        )),
        maps.collect::<Vec<_>>().concat(),
        charts.iter().map(row).collect::<String>(),
        timeline_rows(&rows, &axis, since_word),
    );
    section(
        "Side by side",
        "Hours and minutes count from the instant of the change or the attack in each run. Move the slider, or point at a \
         chart: all maps and numbers follow.",
        &body,
    )
}

/// What happened in each run, a lane for each.
fn lanes(stories: &[Story], axis: &TimeAxis) -> Vec<Lane> {
    let of_run = |(n, story): (usize, &Story)| {
        let moved = stops(story).into_iter().map(|stop| Stop {
            at_s: stop.at_s - story.reference_s,
            ..stop
        });
        Lane {
            name: format!("run {}", letter(n)),
            stops: moved
                .filter(|s| (axis.from_s..=axis.to_s).contains(&s.at_s))
                .collect(),
        }
    };
    let lanes = stories.iter().enumerate().map(of_run);
    lanes
        .filter(|lane| !lane.stops.is_empty())
        .take(LINES_MAX)
        .collect()
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
        "Call attempts blocked",
        "per minute, redials counted",
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
            note: if id == "success" { SUCCESS_NOTE } else { "" },
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
                    Some(v) if is_never_out(paired, &figure.key, run) => {
                        Cell::value("nobody out", *v)
                    }
                    Some(v) if figure.key.ends_with("_s") => {
                        Cell::value(value(&figure.key, *own), *v)
                    }
                    Some(v) => count(*v),
                    None => Cell::number(missing(&figure.key)),
                };
                row.push(
                    cell.with("data-figure", &figure.key)
                        .with("data-of", &run.to_string()),
                );
                let comparable = [0, run]
                    .iter()
                    .all(|&n| !is_never_out(paired, &figure.key, n));
                if run > 0 {
                    let apart = apart.filter(|_| comparable);
                    row.push(Cell::number(difference(&figure.key, apart)));
                }
            }
            table.row(&row);
        }
        text.push_str(&table.html());
    }
    section(
        "All figures",
        "Differences are to A. Times are hours, minutes and seconds since the change or the attack.",
        &text,
    )
}

/// What it means that a run has no such figure.
fn missing(key: &str) -> &'static str {
    match key {
        _ if key.starts_with("alarm.") => "not raised",
        _ if key.starts_with("gate.") => "did not act",
        _ if key.starts_with("at_detection.") => "no alarm",
        _ if key.starts_with("after_") => "run over",
        _ => "not reached",
    }
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
