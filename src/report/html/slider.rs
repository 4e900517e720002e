//! The slider of a page: what plays, moves and zooms, with marks for what happened.
//!
//! A mark is a button of its own, in a lane under the slider: by kind for one run, by run for several. Its shape
//! says its kind, so that colour is not needed.
//!
//! Invariant: a mark carries the instant (`data-at`) that it stands for, and says in words what happened.

use std::fmt::Write as _;

use super::super::plot::{TimeAxis, escape};
use super::pictures::class;
use super::story::{Kind, Story};

/// Marks in one lane, at most.
const STOPS_MAX: usize = 30;

/// A mark: when, of which kind, and what happened.
pub(super) struct Stop {
    pub(super) at_s: f64,
    pub(super) kind: Kind,
    pub(super) label: String,
}

/// Marks in a row.
pub(super) struct Lane {
    pub(super) name: String,
    pub(super) stops: Vec<Stop>,
}

/// All that is marked of a run, in the order of time.
pub(super) fn stops(story: &Story) -> Vec<Stop> {
    let mut list = Vec::new();
    let mut put = |at_s: f64, kind: Kind, label: String| {
        if at_s < story.horizon_s {
            list.push(Stop { at_s, kind, label });
        }
    };
    for stage in &story.stages {
        let name = &stage.name;
        put(
            stage.started_s,
            Kind::Change,
            format!("stage {name} begins"),
        );
        if let Some(at) = stage.ended_s {
            let outcome = stage.outcome.replace('-', " ");
            put(at, Kind::Change, format!("stage {name}: {outcome}"));
        }
    }
    for gate in &story.gates {
        let verdict = if gate.passed { "passed" } else { "failed" };
        let label = format!("gate {} of stage {}: {verdict}", gate.name, gate.stage);
        put(gate.at_s, Kind::Change, label);
    }
    for row in &story.rows {
        let label = row.label.as_str();
        match row.kind {
            Kind::Fault | Kind::Action => {
                put(row.begins_s(), row.kind, format!("{label}: begins"));
                put(row.ends_s(), row.kind, format!("{label}: over"));
            }
            Kind::Change | Kind::Detection | Kind::Service => {}
        }
    }
    for belief in story.beliefs.iter().filter(|belief| belief.at_s > 0.0) {
        put(belief.at_s, Kind::Detection, belief.news.clone());
    }
    list.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
    list
}

/// The marks of one run, a lane for each kind.
pub(super) fn lanes(story: &Story) -> Vec<Lane> {
    let kinds = [
        (Kind::Change, "stages, gates"),
        (Kind::Fault, "fault, attack"),
        (Kind::Detection, "detection"),
        (Kind::Action, "actions"),
    ];
    let lane = |(kind, name): (Kind, &str)| Lane {
        name: name.to_owned(),
        stops: stops(story)
            .into_iter()
            .filter(|s| s.kind == kind)
            .collect(),
    };
    let lanes = kinds.into_iter().map(lane);
    lanes.filter(|lane| !lane.stops.is_empty()).collect()
}

/// The slider and what goes with it; opens the part that moves.
pub(super) fn controls(
    axis: &TimeAxis,
    (start, step): (f64, f64),
    lanes: &[Lane],
    clock: impl Fn(f64) -> String,
) -> String {
    let (from, to) = (axis.from_s, axis.to_s);
    let mut spans =
        String::from("<button type=\"button\" data-span=\"0\" aria-pressed=\"true\">All</button>");
    for hours in [6, 1] {
        let span = f64::from(hours) * 3_600.0;
        if span < to - from {
            write!(spans, "<button type=\"button\" data-span=\"{span}\" aria-pressed=\"false\">{hours} h</button>").expect("text takes everything");
        }
    }
    let now = escape(&clock(start));
    format!(
        "<div id=\"time\" data-from=\"{from}\" data-to=\"{to}\" data-start=\"{start}\"><div class=\"bar-of-time\">\
         <button type=\"button\" id=\"play\" aria-pressed=\"false\">▶ Play</button>\
         <div class=\"slide\"><span class=\"lane-name\">time</span><div class=\"track\">{}\
         <input type=\"range\" id=\"slider\" min=\"{from}\" max=\"{to}\" step=\"{step}\" value=\"{start}\" aria-label=\"Time\"></div>{}</div>\
         <span id=\"clock\">{now}</span><div class=\"spans\" role=\"group\" aria-label=\"How much time the charts show\">{spans}</div>{}</div>\
         <p class=\"on-paper\">The numbers beside the charts are those of <span class=\"instant\">{now}</span>.</p>",
        ticks(axis, lanes),
        lanes
            .iter()
            .map(|lane| drawn(lane, &clock))
            .collect::<String>(),
        hint(lanes)
    )
}

/// Lines across the track of the slider where the marks stand.
fn ticks(axis: &TimeAxis, lanes: &[Lane]) -> String {
    let mut text = String::from("<svg class=\"stops\" aria-hidden=\"true\">");
    let span = (axis.to_s - axis.from_s).max(1e-9);
    for stop in lanes
        .iter()
        .flat_map(|lane| lane.stops.iter().take(STOPS_MAX))
    {
        let x = 100.0 * (stop.at_s - axis.from_s) / span;
        write!(
            text,
            "<line class=\"stop-line {}\" data-t=\"{}\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"0\" y2=\"100%\"/>",
            class(stop.kind),
            stop.at_s
        )
        .expect("text takes everything");
    }
    text + "</svg>"
}

fn drawn(lane: &Lane, clock: &impl Fn(f64) -> String) -> String {
    let name = escape(&lane.name);
    let button = |(n, stop): (usize, &Stop)| {
        let label = escape(&format!("{} {}", clock(stop.at_s), stop.label));
        let reached = if n == 0 { 0 } else { -1 };
        format!(
            "<button type=\"button\" class=\"stop m-{}\" data-at=\"{}\" tabindex=\"{reached}\" title=\"{label}\" aria-label=\"{label}\"></button>",
            class(stop.kind),
            stop.at_s
        )
    };
    let shown = lane.stops.iter().take(STOPS_MAX).enumerate();
    let buttons: String = shown.map(button).collect();
    format!(
        "<span class=\"lane-name\" aria-hidden=\"true\">{name}</span><div class=\"lane\" role=\"toolbar\" aria-label=\"Marks on the time slider: {name}\">{buttons}</div>"
    )
}

/// What the shapes mean, and how a mark is reached; the script writes there what a mark says.
fn hint(lanes: &[Lane]) -> String {
    if lanes.is_empty() {
        return String::new();
    }
    let words = [
        ("change", "stage or gate"),
        ("fault", "fault"),
        ("detection", "detection"),
        ("action", "action"),
    ];
    let key = words.map(|(class, word)| {
        format!("<span class=\"key\"><i class=\"stop m-{class}\"></i>{word}</span>")
    });
    format!(
        "<p id=\"stop\" aria-live=\"polite\">{} <span>Point at a mark, or tab to a row of them and use the arrow keys.</span></p>",
        key.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::super::gather::story;
    use super::super::story::Belief;
    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn stages_faults_news_and_actions_are_marked_in_lanes_of_their_own() {
        let mut story = story(&sample());
        story.beliefs.push(Belief {
            at_s: 400.0,
            news: "alarm drop rings".to_owned(),
            ..Belief::default()
        });
        let lanes = lanes(&story);
        let names: Vec<&str> = lanes.iter().map(|lane| lane.name.as_str()).collect();
        assert_eq!(
            names,
            ["stages, gates", "fault, attack", "detection", "actions"]
        );
        let labels = |lane: usize| {
            let stops = lanes[lane].stops.iter();
            stops.map(|stop| stop.label.as_str()).collect::<Vec<_>>()
        };
        assert!(
            labels(0).contains(&"stage wave-1 begins"),
            "{:?}",
            labels(0)
        );
        assert!(labels(0).contains(&"gate registrations of stage wave-1: failed"));
        for lane in &lanes {
            assert!(
                lane.stops
                    .windows(2)
                    .all(|pair| pair[0].at_s <= pair[1].at_s)
            );
        }
    }

    #[test]
    fn every_mark_is_a_button_with_words_and_each_lane_one_stop_of_the_tab_key() {
        let story = story(&sample());
        let axis = TimeAxis::new((0.0, story.horizon_s), 0.0, |at| format!("{at}"));
        let lanes = lanes(&story);
        let text = controls(&axis, (0.0, 60.0), &lanes, |at| format!("<{at}>"));
        let marks: usize = lanes.iter().map(|lane| lane.stops.len()).sum();
        assert_eq!(text.matches("data-at=").count(), marks);
        assert_eq!(text.matches("stop-line").count(), marks);
        assert_eq!(text.matches("tabindex=\"0\"").count(), lanes.len());
        assert!(
            text.contains("aria-label=\"&lt;0&gt; stage wave-1 begins\""),
            "{text}"
        );
    }
}
