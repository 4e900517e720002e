//! The bars of a timeline, each beside its label; and the same in words and numbers.
//!
//! Invariant: what a bar shows is also written: in its label, for those who do not see it, and in a table.

use std::fmt::Write as _;

use super::super::plot::{
    Bar, STAGE_SHAPES, Shape, Stretch, TimeAxis, bar, by_heading, escape, needs_key, sign,
};
use super::pictures::class;
use super::story::{Kind, Part, Phase, Row, Story};
use super::table::{Cell, Table};

/// The bars of a run, at its own time.
pub(super) fn timeline(story: &Story) -> Vec<Bar> {
    let clock = |at: f64| story.clock.tick(at);
    story
        .rows
        .iter()
        .map(|row| drawn(row, "", 0.0, &clock))
        .collect()
}

/// The bars of one of several runs, moved to the time that all share.
pub(super) fn moved(story: &Story, letter: &str, clock: impl Fn(f64) -> String) -> Vec<Bar> {
    let kept = story.rows.iter().filter(|row| row.kind != Kind::Service);
    let group = format!("{letter}: ");
    kept.map(|row| drawn(row, &group, story.reference_s, &clock))
        .collect()
}

/// A bar; news carry their moment in the label.
fn drawn(row: &Row, group: &str, shift: f64, clock: &impl Fn(f64) -> String) -> Bar {
    let from = row.begins_s() - shift;
    let label = match row.kind {
        Kind::Detection if row.begins_s() > 0.0 => format!("{} {}", clock(from), row.label),
        _ => row.label.clone(),
    };
    let stretch =
        |Part(phase, from, to): &Part| -> Stretch { (shape(*phase), from - shift, to - shift) };
    let dots = row.dots.iter().map(|(at, passed)| (at - shift, *passed));
    Bar {
        group: format!("{group}{}", row.group),
        label,
        class: class(row.kind),
        stretches: row.parts.iter().map(stretch).collect(),
        dots: dots.collect(),
    }
}

const fn shape(phase: Phase) -> Shape {
    match phase {
        Phase::Whole | Phase::Install => Shape::Full,
        Phase::Soak => Shape::Thin,
        Phase::Verify => Shape::Hollow,
    }
}

/// The bars, each beside its label, group by group; then as a table.
pub(super) fn timeline_rows(
    bars: &[Bar],
    axis: &TimeAxis,
    clock: impl Fn(f64) -> String,
) -> String {
    if bars.is_empty() {
        return String::new();
    }
    let mut text = key(bars);
    for (heading, bars) in by_heading(bars) {
        write!(
            text,
            "<div class=\"row head\"><h3>{}</h3><span></span></div>",
            escape(heading)
        )
        .expect("text takes everything");
        for one in bars {
            let label = escape(&one.label);
            let said = escape(&said(one, &clock));
            write!(text, "<div class=\"row bars\"><div class=\"label\" title=\"{label}: {said}\">{label}<span class=\"sr\">: {said}</span></div>{}</div>",
                bar(one, axis)).expect("text takes everything");
        }
    }
    text + &as_table(bars, &clock)
}

/// What the shapes of stages and the dots of gates mean, if there are any.
fn key(bars: &[Bar]) -> String {
    if !needs_key(bars) {
        return String::new();
    }
    let mut text = String::from("<p class=\"keys\">Stages:");
    let mut put = |drawn: &str, word: &str| {
        write!(
            text,
            " <span class=\"key\"><svg width=\"24\" height=\"18\" aria-hidden=\"true\">{drawn}</svg>{word}</span>"
        )
        .expect("text takes everything");
    };
    for (shape, word) in STAGE_SHAPES {
        put(&sign(shape, "change"), word);
    }
    for (class, word) in [("pass", "gate passed"), ("fail", "gate failed")] {
        let dot = format!("<circle class=\"{class}\" cx=\"12\" cy=\"9\" r=\"5\"/>");
        put(&dot, word);
    }
    text + "</p>"
}

/// The word of a shape within a bar of a stage.
fn phase_word(shape: Shape, is_stage: bool) -> &'static str {
    match shape {
        Shape::Full if is_stage => "changed ",
        Shape::Full => "",
        Shape::Thin => "soaked ",
        Shape::Hollow => "judged ",
    }
}

/// A bar in words: each stretch from when to when, and its gates.
fn said(one: &Bar, clock: &impl Fn(f64) -> String) -> String {
    let each = one.stretches.iter().map(|(shape, from, to)| {
        let word = phase_word(*shape, one.class == "change");
        format!("{word}{} to {}", clock(*from), clock(*to))
    });
    let mut text = each.collect::<Vec<_>>().join(", ");
    for (at, passed) in &one.dots {
        let verdict = if *passed { "passed" } else { "failed" };
        write!(text, "; a gate {verdict} at {}", clock(*at)).expect("text takes everything");
    }
    text
}

fn as_table(bars: &[Bar], clock: &impl Fn(f64) -> String) -> String {
    let mut table = Table::new("The timeline in words", &["what", "of", "when"]);
    for one in bars {
        table.row(&[
            Cell::text(&one.label),
            Cell::text(&one.group),
            Cell::text(said(one, clock)),
        ]);
    }
    format!(
        "<details><summary>The timeline as a table</summary>{}</details>",
        table.html()
    )
}

/// Every piece of news, when it came, how long it held, and what was true at that moment.
pub(super) fn beliefs_table(story: &Story) -> String {
    let clock = |at: f64| story.clock.label(at, true);
    let mut table = Table::new(
        "What the operator believed, news by news; beside it what was true at that moment",
        &[
            "from",
            "until",
            "news",
            "what the tools showed",
            "registered, as seen",
            "registered, in truth",
            "without data, in truth",
        ],
    );
    for belief in &story.beliefs {
        let value = |key: &str| {
            let value = story.value_at(key, belief.at_s);
            Cell::number(value.map_or("no data".to_owned(), super::super::number::short))
        };
        table.row(&[
            Cell::text(clock(belief.at_s)).marked("tight"),
            Cell::text(belief.until_s.map_or("the end".to_owned(), clock)).marked("tight"),
            Cell::text(&belief.news),
            Cell::text(&belief.seen),
            value("seen.registered"),
            value("registered"),
            value("out.data"),
        ]);
    }
    format!(
        "<details><summary>What the operator believed, news by news</summary>{}</details>",
        table.html()
    )
}

#[cfg(test)]
mod tests {
    use super::super::gather::story;
    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn bars_say_their_phases_and_gates_in_words() {
        let mut story = story(&sample());
        story.rows.truncate(1);
        story.rows[0].parts = vec![
            Part(Phase::Install, 0.0, 60.0),
            Part(Phase::Soak, 60.0, 300.0),
        ];
        story.rows[0].dots = vec![(300.0, false)];
        let axis = TimeAxis::new((0.0, 600.0), 0.0, |at| format!("{at}"));
        let text = timeline_rows(&timeline(&story), &axis, |at| format!("{at:.0}"));
        let words = "changed 0 to 60, soaked 60 to 300; a gate failed at 300";
        assert_eq!(text.matches(words).count(), 3, "{text}");
        assert!(
            text.contains("soak: watched"),
            "the key explains the shapes"
        );
        assert_eq!(timeline_rows(&[], &axis, |at| format!("{at}")), "");
    }

    #[test]
    fn news_carry_their_moment_and_what_was_true_then() {
        let story = story(&sample());
        let news = timeline(&story)
            .into_iter()
            .find(|bar| bar.class == "detection");
        assert_eq!(news.expect("there is").label, "all is well");
        let text = beliefs_table(&story);
        assert_eq!(text.matches("<tr>").count(), 1 + story.beliefs.len());
        assert!(text.contains("20,800"), "{text}");
    }
}
