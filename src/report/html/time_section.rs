//! The part of a page that moves: one slider for the map, the timeline and the charts.
//!
//! Without its script it is a page of pictures that stand still at the worst instant.
//!
//! Invariant: what the script moves carries the instant (`data-t`) or the key (`data-key`) it stands for.

use std::fmt::Write as _;

use super::super::number::{real, short};
use super::super::plot::{Bar, Paper, TimeAxis, Unit, bar, chart, escape};
use super::pictures::{Picture, axis, class, pictures, timeline};
use super::run_page::{opening_instant, paper_maps, section, swatch};
use super::story::{Kind, Story};
use super::table::{Cell, Table};

/// Rows of the table of numbers behind the charts.
const NUMBERS_MAX: u32 = 25;

/// The section of one run.
pub(super) fn time_section(story: &Story) -> String {
    let axis = axis(story);
    let start = opening_instant(story);
    let step = match story.series.at_s.as_slice() {
        [first, second, ..] => second - first,
        _ => 60.0,
    };
    let bars = timeline(story);
    let pictures = pictures(story);
    let body = format!(
        "{}<div class=\"where\">{}{}</div>{}{}{}{}</div>",
        controls(&axis, (start, step), &story.clock.label(start, false)),
        map_figure(story, 0),
        moments(story),
        paper_maps(story),
        timeline_rows(&bars, &axis, |at| story.clock.label(at, false)[4..]
            .to_owned()),
        pictures
            .iter()
            .map(|p| chart_row(p, &axis, &[(0, story)], start))
            .collect::<String>(),
        numbers(story, &pictures),
    );
    section(
        "When and where",
        "Move through the run with the slider, or over any chart: the map, the charts and the numbers beside them follow. \
         Solid lines are what was true; dashed ones what the operator’s tools showed at that moment.",
        &body,
    )
}

/// The slider and what goes with it; opens the part that moves.
pub(super) fn controls(axis: &TimeAxis, (start, step): (f64, f64), clock: &str) -> String {
    let (from, to) = (axis.from_s, axis.to_s);
    let mut spans =
        String::from("<button type=\"button\" data-span=\"0\" aria-pressed=\"true\">All</button>");
    for hours in [6, 1] {
        let span = f64::from(hours) * 3_600.0;
        if span < to - from {
            write!(spans, "<button type=\"button\" data-span=\"{span}\" aria-pressed=\"false\">{hours} h</button>").expect("text takes everything");
        }
    }
    format!(
        "<div id=\"time\" data-from=\"{from}\" data-to=\"{to}\" data-start=\"{start}\"><div class=\"bar-of-time\">\
         <button type=\"button\" id=\"play\" aria-pressed=\"false\">▶ Play</button>\
         <input type=\"range\" id=\"slider\" min=\"{from}\" max=\"{to}\" step=\"{step}\" value=\"{start}\" aria-label=\"Time\">\
         <span id=\"clock\">{}</span><div class=\"spans\" role=\"group\" aria-label=\"How much time the charts show\">{spans}</div></div>",
        escape(clock)
    )
}

/// The map of a run, with its key and its table of regions.
pub(super) fn map_figure(story: &Story, run: usize) -> String {
    if story.map.places.is_empty() {
        return String::new();
    }
    let words = ["none", "to 25 %", "to 50 %", "to 75 %", "more"];
    let dot = |(n, word): (usize, &&str)| {
        format!(
            "<span class=\"key\"><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><circle class=\"k{n}\" cx=\"6\" cy=\"6\" r=\"5.5\"/></svg>{word}</span>"
        )
    };
    let key: String = words.iter().enumerate().map(dot).collect();
    let marks = if story.map.marks.is_empty() {
        ""
    } else {
        "<span class=\"key\"><svg width=\"10\" height=\"10\" aria-hidden=\"true\"><path class=\"reached\" d=\"M1 5L5 1L9 5L5 9z\"/></svg>core element \
         reached by the fault</span><span class=\"key\"><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><path class=\"taken\" d=\"M0 6L6 0L12 6L6 12z\"/></svg>taken out</span>"
    };
    let tools = if run == 0 {
        "<label>Colour by <select id=\"service\"><option value=\"1\">data</option><option value=\"0\">voice</option>\
         <option value=\"2\">emergency calls</option></select></label>"
    } else {
        ""
    };
    format!(
        "<figure><div class=\"tools live-only\">{tools}<button type=\"button\" data-zoom=\"1.6\" aria-label=\"Closer\">+</button>\
         <button type=\"button\" data-zoom=\"0.6\" aria-label=\"Further away\">−</button></div>\
         <canvas data-run=\"{run}\" role=\"img\" tabindex=\"0\" aria-label=\"Map of the network\"></canvas>\
         <figcaption><span>Share of devices out:</span>{key}{marks}<span class=\"told\">Point at a place for its numbers.</span></figcaption>{}</figure>",
        regions(story, run)
    )
}

/// Devices out by region; the script writes the numbers of the instant.
fn regions(story: &Story, run: usize) -> String {
    let mut table = Table::new(
        "Devices out by region",
        &["region", "devices", "out now", "most out (data)"],
    );
    for (n, region) in story.map.regions.iter().enumerate() {
        let devices: u64 = story
            .map
            .places
            .iter()
            .filter(|p| p.4 == n)
            .map(|p| p.3)
            .sum();
        let key = format!("out.data/region/{region}");
        let most = story
            .points(&key)
            .iter()
            .filter_map(|p| p.1)
            .fold(0.0, f64::max);
        let now = story.value_at(&key, opening_instant(story)).unwrap_or(0.0);
        table.row(&[
            Cell::text(region),
            Cell::number(short(real(devices))),
            Cell::number(short(now))
                .with("data-region", region)
                .with("data-run", &run.to_string()),
            Cell::number(short(most)),
        ]);
    }
    format!(
        "<details><summary>By region, as a table</summary>{}</details>",
        table.html()
    )
}

/// What happened, line by line; each line moves the cursor to its instant.
fn moments(story: &Story) -> String {
    let line = |moment: &super::story::Moment| {
        let label = story.clock.label(moment.at_s, false);
        let since = moment.at_s - story.reference_s;
        format!(
            "<li><button type=\"button\" class=\"m-{}\" data-at=\"{}\"><span>{}</span><span class=\"rel\">{}</span><span>{}</span></button></li>",
            class(moment.kind),
            moment.at_s,
            escape(&label),
            since_word(since),
            escape(&moment.text)
        )
    };
    let list: String = story.moments.iter().map(line).collect();
    if list.is_empty() {
        return "<div><h3>What happened</h3><p>Nothing that the log tells of.</p></div>".to_owned();
    }
    let start = story.clock.label(story.reference_s, false);
    format!(
        "<div><h3>What happened</h3><p class=\"why\">Hours and minutes count from {}.</p><ol class=\"moments\">{list}</ol></div>",
        escape(&start)
    )
}

/// `+2:05`.
pub(super) fn since_word(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "minutes of a run")]
    let minutes = libm::round(seconds.abs() / 60.0) as i64;
    let sign = if seconds < -29.0 { "−" } else { "+" };
    format!("{sign}{}:{:02}", minutes / 60, minutes % 60)
}

/// The bars, each beside its label, group by group.
pub(super) fn timeline_rows(
    bars: &[Bar],
    axis: &TimeAxis,
    clock: impl Fn(f64) -> String,
) -> String {
    let (mut text, mut group) = (String::new(), "");
    for one in bars {
        if one.group != group {
            group = &one.group;
            write!(
                text,
                "<div class=\"row head\"><b>{}</b><span></span></div>",
                escape(group)
            )
            .expect("text takes everything");
        }
        let span = format!("{} to {}", clock(one.from_s), clock(one.to_s));
        let label = escape(&one.label);
        write!(text, "<div class=\"row bars\"><div class=\"label\" title=\"{label}, {span}\">{label}<span class=\"sr\">, {span}{}</span></div>{}</div>",
            verdicts(one),
            bar(one, axis)).expect("text takes everything");
    }
    text
}

/// The gates on a bar, in words for those who do not see it.
fn verdicts(one: &Bar) -> String {
    let failed = one.dots.iter().filter(|dot| !dot.1).count();
    match one.dots.len() {
        0 => String::new(),
        all => format!("; gates: {} passed, {failed} failed", all - failed),
    }
}

/// A chart beside its name, its lines and their values at the cursor.
pub(super) fn chart_row(
    picture: &Picture,
    axis: &TimeAxis,
    runs: &[(usize, &Story)],
    start: f64,
) -> String {
    let drawn = &picture.chart;
    let mut legend = String::new();
    for (n, (line, key)) in drawn.lines.iter().zip(&picture.keys).enumerate() {
        let (run, story) = if runs.len() > 1 { runs[n] } else { runs[0] };
        let shift = if runs.len() > 1 {
            story.reference_s
        } else {
            0.0
        };
        let now = story.value_at(key, start + shift);
        write!(legend, "<li>{}<span>{}</span><output data-run=\"{run}\" data-key=\"{}\" data-unit=\"{}\">{}</output></li>",
            swatch(line.class),
            escape(&line.name),
            escape(key),
            drawn.unit.word(),
            escape(&now.map_or("no data".to_owned(), |v| drawn.unit.text(v)))).expect("text takes everything");
    }
    format!(
        "<div class=\"row chart\" id=\"chart-{}\"><div class=\"label\"><h3>{}</h3><p class=\"unit\">{}</p><ul class=\"legend\">{legend}</ul></div>{}</div>",
        picture.id,
        escape(&drawn.title),
        escape(&drawn.counted),
        chart(drawn, axis, Paper::Page)
    )
}

/// The numbers behind the charts, at instants evenly spread and at those of the story.
fn numbers(story: &Story, pictures: &[Picture]) -> String {
    let mut instants: Vec<f64> = story.moments.iter().map(|m| m.at_s).collect();
    let step = story.horizon_s / f64::from(NUMBERS_MAX - 1);
    instants.extend((0..NUMBERS_MAX).map(|n| step * f64::from(n)));
    instants.sort_by(f64::total_cmp);
    instants.dedup_by(|a, b| (*a - *b).abs() < 30.0);
    let mut columns: Vec<(String, &str, Unit)> = Vec::new();
    for picture in pictures {
        for (line, key) in picture.chart.lines.iter().zip(&picture.keys) {
            let name = format!("{}: {}", picture.chart.title, line.name);
            columns.push((name, key, picture.chart.unit));
        }
    }
    let mut head = vec!["time"];
    head.extend(columns.iter().map(|c| c.0.as_str()));
    let mut table = Table::new("The charts in numbers", &head);
    for at in instants {
        let mut row = vec![Cell::text(story.clock.label(at, false))];
        for (_, key, unit) in &columns {
            let value = story.value_at(key, at);
            row.push(Cell::number(
                value.map_or("no data".to_owned(), |v| unit.text(v)),
            ));
        }
        table.row(&row);
    }
    format!(
        "<details><summary>The charts in numbers</summary>{}</details>",
        table.html()
    )
}

/// The bars of one of several runs, moved to the time that all share.
pub(super) fn moved(story: &Story, letter: &str) -> Vec<Bar> {
    let kept = story.rows.iter().filter(|row| row.kind != Kind::Service);
    let bar = |row: &super::story::Row| Bar {
        group: format!("{letter}: {}", row.group),
        label: row.label.clone(),
        class: class(row.kind),
        from_s: row.from_s - story.reference_s,
        to_s: row.to_s - story.reference_s,
        dots: row
            .dots
            .iter()
            .map(|(at, passed)| (at - story.reference_s, *passed))
            .collect(),
    };
    kept.map(bar).collect()
}
