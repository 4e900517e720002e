//! The report of one run.
//!
//! The order is that of a reader with two minutes: how bad, when and where, how it came back, what it must be
//! told to whom, and how to repeat it.
//!
//! Invariant: every number has a table; nothing is said that the story does not hold.

use super::super::number::{duration, grouped, percent, real, short};
use super::super::plot::{Paper, chart, escape, sketches, spread};
use super::document::{Document, document};
use super::kinds::{counted, glossary};
use super::numbers::{instants, numbers};
use super::pictures::{recovery, steps, worst_instant};
use super::run_tables::{
    again_section, impact_section, published_section, reportable_section, rollout_section,
};
use super::story::{Map, Story};
use super::table::{Cell, Table};
use super::time_section::time_section;

/// What stands where the digest of the results will: a page cannot hold the digest of itself.
pub(crate) const DIGEST_HERE: &str = "\u{e000}digest\u{e000}";

/// Steps of the path of a fault that fit on a sheet of paper beside one another.
const UPRIGHT_STEPS: usize = 3;

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
    let first = short(real(story.first_blocked));
    let of_calls = |v: f64| match figure("calls.attempted") {
        Some(all) if all > 0.0 => format!(
            "{} of {}, redials counted; {first} calls placed failed at first",
            percent(v / all),
            short(all)
        ),
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
        if lost_any {
            tile("90 % back after", &t90, figure(&t90), |_| back.clone())
        } else {
            String::new()
        },
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
            "Call attempts blocked",
            "calls.blocked",
            figure("calls.blocked"),
            of_calls,
        ),
        tile(
            "911/112 calls blocked",
            "emergency_calls.blocked",
            figure("emergency_calls.blocked"),
            |v| match figure("emergency_calls.attempted") {
                Some(all) if all > 0.0 => format!("{} of {}", percent(v / all), short(all)),
                _ => String::new(),
            },
        ),
        tile("Device-minutes lost", &minutes, figure(&minutes), |v| {
            format!("{} for each device", duration(v / devices * 60.0))
        }),
    ];
    tiles.concat()
}

/// A figure of the summary, large.
fn tile(name: &str, key: &str, value: Option<f64>, more: impl Fn(f64) -> String) -> String {
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
    format!(
        "<div><dt>{}</dt><dd><data data-figure=\"{}\"{attribute}>{}</data><small>{}</small></dd></div>",
        escape(name),
        escape(key),
        escape(&text),
        escape(&small)
    )
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
        .collect::<Vec<_>>()
        .concat();
    let at = instants(
        (axis.from_s, axis.to_s),
        axis.marks.iter().map(|mark| mark.at_s),
    );
    let table = numbers(&picture, &at, |at| format!("+{}", duration(at)));
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
        "<div class=\"row chart\"><div class=\"label\"><p class=\"unit\">{}</p><ul class=\"legend\">{legend}</ul></div>{drawn}{table}</div>",
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
         many steps away from there, with the kind of link that it came by; the bar at its foot is the share taken out. \
         Times count from {}.",
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
            .map(|(kind, edge, n)| format!("{n} from {} along {edge}", counted(kind, *n)));
        table.row(&[
            Cell::text(hop.step.to_string()),
            Cell::text(counted(&hop.kind, 1)),
            Cell::number(hop.reached.to_string()),
            Cell::number(hop.of.to_string()),
            Cell::number(hop.struck.to_string()),
            Cell::number(story.clock.label(hop.first_s, true)),
            Cell::number(story.clock.label(hop.last_s, true)),
            Cell::text(from.collect::<Vec<_>>().join(", ")),
        ]);
    }
    // What is wider than a sheet is printed on one that is turned.
    let is_long = story.hops.iter().any(|hop| hop.step > UPRIGHT_STEPS);
    let class = if is_long { "wide turned" } else { "wide" };
    let body = format!(
        "<div class=\"{class}\" tabindex=\"0\" role=\"region\" aria-label=\"Picture: the path of the fault\">{picture}</div>{}\
         <details><summary>The path as a table</summary>{}</details>",
        glossary(&story.hops),
        table.html()
    );
    section("The path of the fault", &why, &body)
}

/// What a reader should know of any such page.
pub(super) fn footer() -> String {
    "<footer>A simulation is not a forecast: capacities of real networks are confidential, and the defaults say which \
     numbers are assumptions. Counts are of real devices: what was simulated, divided by the scale. Outlines of \
     states, where shown: US Census Bureau, by way of us-atlas. This page loads nothing and sends nothing.</footer>"
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
