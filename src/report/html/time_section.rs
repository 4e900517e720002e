//! The part of a page that moves: one slider for the map, the timeline and the charts.
//!
//! Without its script it is a page of pictures that stand still at the worst instant.
//!
//! Invariant: what the script moves carries the instant (`data-t`) or the key (`data-key`) it stands for.

use std::fmt::Write as _;

use super::super::number::{real, short};
use super::super::plot::{Paper, TimeAxis, chart, escape};
use super::numbers::{instants, numbers};
use super::pictures::{Picture, axis, class, pictures};
use super::run_page::{opening_instant, paper_maps, section, swatch};
use super::slider::{controls, lanes};
use super::story::Story;
use super::table::{Cell, Table};
use super::timeline::{beliefs_table, timeline, timeline_rows};

/// The section of one run.
pub(super) fn time_section(story: &Story) -> String {
    let axis = axis(story);
    let start = opening_instant(story);
    let step = match story.series.at_s.as_slice() {
        [first, second, ..] => second - first,
        _ => 60.0,
    };
    let clock = |at: f64| story.clock.label(at, false);
    let told = story.moments.iter().map(|moment| moment.at_s);
    let at = instants((0.0, story.horizon_s), told);
    let charts = pictures(story);
    let chart = |picture: &Picture| {
        let table = numbers(&picture.chart, &at, clock);
        chart_row(picture, &axis, &[(0, story)], (start, &table))
    };
    let body = format!(
        "{}<div class=\"where\">{}{}</div>{}{}{}{}</div>",
        controls(&axis, (start, step), &lanes(story), clock),
        map_figure(story, 0),
        moments(story),
        paper_maps(story),
        timeline_rows(&timeline(story), &axis, clock),
        beliefs_table(story),
        charts.iter().map(chart).collect::<String>(),
    );
    section(
        "When and where",
        "Move through the run with the slider, or over any chart: the map, the charts and the numbers beside them follow. \
         Where a chart has an operator’s view, it is dashed: what the tools showed at that moment, beside what was true.",
        &body,
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
        let devices = story.map.devices.get(n).copied().unwrap_or(0);
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

/// A chart beside its name, its lines and their values at the cursor.
pub(super) fn chart_row(
    picture: &Picture,
    axis: &TimeAxis,
    runs: &[(usize, &Story)],
    (start, table): (f64, &str),
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
    let note = match picture.note {
        "" => String::new(),
        note => format!("<p class=\"note\">{}</p>", escape(note)),
    };
    format!(
        "<div class=\"row chart\" id=\"chart-{}\"><div class=\"label\"><h3>{}</h3><p class=\"unit\">{}</p><ul class=\"legend\">{legend}</ul></div>{}{note}{table}</div>",
        picture.id,
        escape(&drawn.title),
        escape(&drawn.counted),
        chart(drawn, axis, Paper::Page)
    )
}
