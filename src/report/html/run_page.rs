//! The report of one run.
//!
//! The order is that of a reader with two minutes: how bad, when and where, how it came back, what it must be
//! told to whom, and how to repeat it.
//!
//! Invariant: every number has a table; nothing is said that the story does not hold.

use super::super::number::{duration, grouped, percent, short};
use super::super::plot::{Paper, chart, escape, ratio_mark, sketches, spread};
use super::document::{Document, document};
use super::pictures::{ratios, recovery, steps, worst_instant};
use super::story::{Map, Story};
use super::table::{Cell, Table, count, span};
use super::time_section::time_section;

/// What stands where the digest of the results will: a page cannot hold the digest of itself.
pub(crate) const DIGEST_HERE: &str = "\u{e000}digest\u{e000}";

/// The page of a run.
pub(crate) fn run_page(story: &Story) -> String {
    let sections = [
        header(story),
        "<main>".to_owned(),
        time_section(story),
        recovery_section(story),
        spread_section(story),
        impact_section(story),
        rollout_section(story),
        reportable_section(story),
        published_section(story),
        again_section(story),
        "</main>".to_owned(),
        footer(),
    ];
    document(&Document {
        title: &format!("{} · cellfall", story.scenario),
        body: &sections.concat(),
        data: story,
    })
}

/// A heading, and a line on what is to be seen.
pub(super) fn section(heading: &str, why: &str, body: &str) -> String {
    let why = if why.is_empty() {
        String::new()
    } else {
        format!("<p class=\"why\">{}</p>", escape(why))
    };
    format!("<section><h2>{}</h2>{why}{body}</section>", escape(heading))
}

fn header(story: &Story) -> String {
    let (first, rest) = match story.headline.split_once(". ") {
        Some((first, rest)) => (format!("{first}."), rest.to_owned()),
        None => (story.headline.clone(), String::new()),
    };
    format!(
        "<header><p class=\"kicker\">{}</p><h1>{}</h1><p class=\"lede\">{} {}</p><dl class=\"tiles\">{}</dl></header>",
        kicker(story),
        escape(&first),
        escape(&rest),
        escape(&reportable_words(story)),
        tiles(story)
    )
}

/// Which run this is.
pub(super) fn kicker(story: &Story) -> String {
    let scale = if story.scale >= 1.0 {
        "every device simulated".to_owned()
    } else {
        format!(
            "one device in {} simulated",
            short(libm::round(1.0 / story.scale))
        )
    };
    format!(
        "Rehearsal with cellfall · <b>{}</b> · {} from {}, {} · {} devices · seed {} · {scale}",
        escape(&story.scenario),
        duration(story.horizon_s),
        escape(&story.clock.label(0.0, false)),
        story.clock.date(0.0),
        short(real(story.devices)),
        story.seed
    )
}

/// Whether it would have to be reported, in a sentence.
pub(super) fn reportable_words(story: &Story) -> String {
    let mut rules: Vec<&str> = Vec::new();
    let crossed = story.reportable.iter().filter(|clause| clause.reportable);
    for clause in crossed.clone() {
        if !rules.contains(&clause.rule.as_str()) {
            rules.push(&clause.rule);
        }
    }
    let first = crossed
        .filter_map(|clause| clause.crossed_s)
        .fold(f64::INFINITY, f64::min);
    match rules.as_slice() {
        [] => "Nothing of it would have to be reported to a regulator.".to_owned(),
        rules => format!(
            "It would have to be reported under {}, first at {}.",
            listed(rules),
            story.clock.label(first, false)
        ),
    }
}

/// `a, b and c`.
pub(super) fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

fn tiles(story: &Story) -> String {
    let figure = |key: &str| story.figure(key);
    let devices = real(story.devices).max(1.0);
    let worst = story.worst.as_str();
    let peak = format!("{worst}.peak_devices");
    let (t90, t50) = (format!("{worst}.t90_s"), format!("{worst}.t50_s"));
    let minutes = format!("{worst}.lost_device_min");
    let share = |v: f64| format!("{} of all devices", percent(v / devices));
    let of_calls = |v: f64| match figure("calls.attempted") {
        Some(all) if all > 0.0 => format!("{} of {}", percent(v / all), short(all)),
        _ => String::new(),
    };
    let by_then = figure(&format!("at_detection.{worst}.out_devices"));
    let lost_any = figure(&peak).unwrap_or(0.0) > 0.0;
    let back = figure(&t50).map_or_else(String::new, |v| format!("half after {}", duration(v)));
    let tiles = [
        tile(
            &format!("Without {worst} at once"),
            &peak,
            figure(&peak),
            share,
        ),
        lost_any
            .then(|| tile("90 % back after", &t90, figure(&t90), |_| back.clone()))
            .flatten(),
        tile(
            "First alarm after",
            "at_detection.after_s",
            figure("at_detection.after_s"),
            |_| {
                by_then.map_or_else(String::new, |n| {
                    format!("{} devices had been out", short(n))
                })
            },
        ),
        tile(
            "Calls blocked",
            "calls.blocked",
            figure("calls.blocked"),
            of_calls,
        ),
        tile(
            "911 or 112 blocked",
            "emergency_calls.blocked",
            figure("emergency_calls.blocked"),
            |_| String::new(),
        ),
        tile("Device-minutes lost", &minutes, figure(&minutes), |v| {
            format!("{} for each device", duration(v / devices * 60.0))
        }),
    ];
    tiles.into_iter().flatten().collect()
}

/// A figure of the summary, large.
fn tile(name: &str, key: &str, value: Option<f64>, more: impl Fn(f64) -> String) -> Option<String> {
    let (text, attribute, small) = match value {
        Some(v) if key.ends_with("_s") => (duration(v), format!(" value=\"{v}\""), more(v)),
        Some(v) => (short(libm::round(v)), format!(" value=\"{v}\""), more(v)),
        None if key.starts_with("at_detection") => (
            "none".to_owned(),
            String::new(),
            "no alarm was raised".to_owned(),
        ),
        None => (
            "not reached".to_owned(),
            String::new(),
            "before the run ended".to_owned(),
        ),
    };
    Some(format!(
        "<div><dt>{}</dt><dd><data data-figure=\"{}\"{attribute}>{}</data><small>{}</small></dd></div>",
        escape(name),
        escape(key),
        escape(&text),
        escape(&small)
    ))
}

fn recovery_section(story: &Story) -> String {
    let Some((picture, axis)) = recovery(story) else {
        return String::new();
    };
    let drawn = chart(&picture, &axis, Paper::Page);
    let legend: String = picture
        .lines
        .iter()
        .map(|line| {
            format!(
                "<li>{}<span>{}</span></li>",
                swatch(line.class),
                escape(&line.name)
            )
        })
        .collect();
    let all = story.groups.iter().find(|g| g.name == "all");
    let lost = all.and_then(|g| g.services.iter().find(|l| l.service == story.worst));
    let marks = lost.map_or_else(String::new, |lost| {
        let one = |word: &str, t: Option<f64>| {
            format!(
                "{word} after {}",
                t.map_or("the run’s end".to_owned(), duration)
            )
        };
        format!(
            "Dotted: {}, {}, {}.",
            one("50 % back", lost.t50_s),
            one("90 %", lost.t90_s),
            one("99 %", lost.t99_s)
        )
    });
    let body = format!(
        "<div class=\"row chart\"><div class=\"label\"><p class=\"unit\">{}</p><ul class=\"legend\">{legend}</ul></div>{drawn}</div>",
        escape(&picture.counted)
    );
    let start = story.clock.label(story.reference_s, false);
    section(
        &picture.title,
        &format!("Time since {start}. {marks}"),
        &body,
    )
}

/// A short piece of a line, for a legend.
pub(super) fn swatch(class: &str) -> String {
    format!(
        "<svg width=\"30\" height=\"10\" aria-hidden=\"true\"><line class=\"line {class}\" x1=\"1\" x2=\"29\" y1=\"5\" y2=\"5\"/></svg>"
    )
}

fn spread_section(story: &Story) -> String {
    if story.hops.is_empty() {
        return String::new();
    }
    let reached: usize = story.hops.iter().map(|hop| hop.reached).sum();
    let struck: usize = story.hops.iter().map(|hop| hop.struck).sum();
    let origin = &story.hops[0].first;
    let why = format!(
        "It began at {origin}; {} elements were reached and {} taken out. Each box stands for the elements of a kind so \
         many steps away; the bar at its foot is the share taken out. Times count from {}.",
        grouped(real(reached as u64)),
        grouped(real(struck as u64)),
        story.clock.label(story.reference_s, true)
    );
    let picture = spread(
        "The path of the fault through the network",
        &steps(story),
        Paper::Page,
    );
    let mut table = Table::new(
        "The path of the fault, step by step",
        &[
            "step",
            "kind",
            "reached",
            "of",
            "taken out",
            "first reached",
            "last reached",
            "reached from",
        ],
    );
    for hop in &story.hops {
        let from = hop
            .from
            .iter()
            .map(|(kind, edge, n)| format!("{kind} along {edge} ({n})"));
        table.row(&[
            Cell::text(hop.step.to_string()),
            Cell::text(&hop.kind),
            Cell::number(hop.reached.to_string()),
            Cell::number(hop.of.to_string()),
            Cell::number(hop.struck.to_string()),
            Cell::number(story.clock.label(hop.first_s, true)),
            Cell::number(story.clock.label(hop.last_s, true)),
            Cell::text(from.collect::<Vec<_>>().join(", ")),
        ]);
    }
    let body = format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"path of the fault\">{picture}</div>\
         <details><summary>As a table</summary>{}</details>",
        table.html()
    );
    section("The path of the fault", &why, &body)
}

fn impact_section(story: &Story) -> String {
    let mut table = Table::new(
        "Devices without each service, by class",
        &[
            "class",
            "service",
            "out at once",
            "share",
            "ever out",
            "device-minutes lost",
            "50 % back after",
            "90 %",
            "99 %",
        ],
    );
    for group in &story.groups {
        for lost in &group.services {
            let is_all = group.name == "all";
            if !is_all && lost.ever_out == 0 {
                continue;
            }
            let class = if is_all { "total" } else { "" };
            let key = format!("{}/{}", group.name, lost.service);
            let none = lost.peak == 0;
            let time = |t: Option<f64>| if none { Cell::number("–") } else { span(t) };
            table.row_of(
                class,
                &[
                    Cell::text(&group.name),
                    Cell::text(&lost.service),
                    count(real(lost.peak)).with("data-impact", &format!("{key}/peak_devices")),
                    Cell::number(percent(real(lost.peak) / real(group.devices.max(1)))),
                    count(real(lost.ever_out))
                        .with("data-impact", &format!("{key}/ever_out_devices")),
                    count(lost.device_min).with("data-impact", &format!("{key}/lost_device_min")),
                    time(lost.t50_s).with("data-impact", &format!("{key}/t50_s")),
                    time(lost.t90_s).with("data-impact", &format!("{key}/t90_s")),
                    time(lost.t99_s).with("data-impact", &format!("{key}/t99_s")),
                ],
            );
        }
    }
    let why = format!(
        "Spans count from {}. Services that no device of a class was ever without are left out.",
        story.clock.label(story.reference_s, true)
    );
    section(
        "Who was without what, and for how long",
        &why,
        &table.html(),
    )
}

fn rollout_section(story: &Story) -> String {
    if story.stages.is_empty() {
        return String::new();
    }
    let clock = |at: f64| story.clock.label(at, true);
    let mut stages = Table::new(
        "Stages",
        &[
            "stage",
            "began",
            "ended",
            "outcome",
            "elements",
            "devices exposed",
        ],
    );
    for stage in &story.stages {
        stages.row(&[
            Cell::text(&stage.name),
            Cell::number(clock(stage.started_s)),
            Cell::number(stage.ended_s.map_or("not by the end".to_owned(), clock)),
            Cell::text(stage.outcome.replace('-', " ")),
            Cell::number(stage.elements.to_string()),
            count(real(stage.exposed)),
        ]);
    }
    let mut body = stages.html();
    if story.gates.is_empty() {
        body.push_str("<p>No gate judged it.</p>");
    } else {
        let mut gates = Table::new(
            "Gates",
            &["gate", "stage", "at", "verdict", "measured last"],
        );
        for gate in &story.gates {
            let verdict = if gate.passed {
                Cell::text("● passed")
            } else {
                Cell::text("○ failed").marked("yes")
            };
            gates.row(&[
                Cell::text(&gate.gate),
                Cell::text(&gate.stage),
                Cell::number(clock(gate.at_s)),
                verdict,
                Cell::text(&gate.measured),
            ]);
        }
        body.push_str(&gates.html());
    }
    section("The rollout, stage by stage", "", &body)
}

fn reportable_section(story: &Story) -> String {
    let mut table = Table::new(
        "Clauses and their thresholds",
        &[
            "rule",
            "clause",
            "reportable",
            "from",
            "reached",
            "threshold",
            "duty",
        ],
    );
    for clause in &story.reportable {
        let yes = if clause.reportable {
            Cell::text("yes").marked("yes")
        } else {
            Cell::text("no")
        };
        table.row(&[
            Cell::text(&clause.rule),
            Cell::text(&clause.clause),
            yes,
            Cell::number(
                clause
                    .crossed_s
                    .map_or("–".to_owned(), |at| story.clock.label(at, true)),
            ),
            Cell::number(format!(
                "{} {}",
                short(libm::round(clause.figure)),
                clause.unit
            )),
            Cell::number(short(clause.threshold)),
            Cell::text(&clause.duty),
        ]);
    }
    section(
        "What would have to be reported",
        &reportable_words(story),
        &table.html(),
    )
}

fn published_section(story: &Story) -> String {
    let rows = ratios(story);
    if rows.is_empty() {
        return String::new();
    }
    let mut table = Table::new(
        "Published beside simulated; the mark lies in the middle where both agree, its ends are a tenth and ten times",
        &[
            "figure",
            "published",
            "simulated",
            "simulated / published",
            "",
            "is",
            "source",
        ],
    );
    for (ratio, row) in &rows {
        let verdict = if ratio.is_hit {
            Cell::text("● hit")
        } else {
            Cell::text(format!("○ {}", row.outcome.replace('-', " "))).marked("no-hit")
        };
        table.row(&[
            Cell::text(&row.label),
            Cell::number(&row.published),
            Cell::number(&row.simulated),
            Cell::markup(ratio_mark(ratio)),
            verdict,
            Cell::text(&row.tag),
            Cell::text(&row.source),
        ]);
    }
    let left_out = story.published.len() - rows.len();
    let more = if left_out > 0 {
        format!(" {left_out} more published figures are not simulated.")
    } else {
        String::new()
    };
    let hits = rows.iter().filter(|(ratio, _)| ratio.is_hit).count();
    let why = format!(
        "{hits} of {} figures lie within what was allowed. An input was put into the scenario and proves nothing; a fit \
         was used to set a parameter; a prediction comes out of the model.{more}",
        rows.len()
    );
    section("Published beside simulated", &why, &table.html())
}

fn again_section(story: &Story) -> String {
    let notes: String = story
        .notes
        .iter()
        .map(|note| format!("<li>{}</li>", escape(note)))
        .collect();
    let notes = if notes.is_empty() {
        notes
    } else {
        format!("<ul class=\"words\">{notes}</ul>")
    };
    let mut table = Table::new("What makes this run what it is", &["", ""]);
    for (name, value) in [
        ("scenario", story.scenario.as_str()),
        ("hash of the scenario", &story.scenario_hash),
        ("seed", &story.seed.to_string()),
        ("version", &story.version),
        ("digest of the results", DIGEST_HERE),
    ] {
        let value = if value == DIGEST_HERE {
            value.to_owned()
        } else {
            escape(value)
        };
        table.row(&[
            Cell::text(name),
            Cell::markup(format!("<span class=\"mono\">{value}</span>")),
        ]);
    }
    let body = format!(
        "<pre><code>{}</code></pre>{}{notes}",
        escape(&story.command),
        table.html()
    );
    section(
        "How to repeat it",
        "The same command gives the same bytes on every machine. --verify runs twice and compares.",
        &body,
    )
}

/// What a reader should know of any such page.
pub(super) fn footer() -> String {
    "<footer>A simulation is not a forecast: capacities of real networks are confidential, and the defaults say which \
     numbers are assumptions. Counts are of real devices: what was simulated, divided by the scale. State outlines: \
     US Census Bureau, by way of us-atlas. This page loads nothing and sends nothing.</footer>"
        .to_owned()
}

/// The map for paper, where nothing moves.
pub(super) fn paper_maps(story: &Story) -> String {
    if story.map.places.is_empty() {
        return String::new();
    }
    let list = super::pictures::sketches(story);
    let size = (Map::WIDTH, story.map.height);
    let drawn = sketches(
        "Devices without data on the map",
        &story.map.outlines,
        size,
        &list,
        Paper::Page,
    );
    format!("<div class=\"on-paper\">{drawn}</div>")
}

/// Where the cursor stands when the page is opened.
pub(super) fn opening_instant(story: &Story) -> f64 {
    worst_instant(story)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}
