//! What is drawn of a run: the same pictures for a page and for files of their own.
//!
//! Invariant: takes its data from the story alone.

use super::super::number::duration;
use super::super::plot::{Chart, Dot, Line, Mark, Ratio, Sketch, Step, TimeAxis, Unit};
use super::gather::LETTERS;
use super::kinds::counted;
use super::story::{Hop, Kind, Map, Published, Story};

/// Classes of devices that have a line of their own.
const CLASSES_MAX: usize = 5;

/// How lines that stand beside one another are drawn.
pub(super) const CLASSES: [&str; CLASSES_MAX] = ["c0", "c1", "c2", "c3", "c4"];

/// Marks nearer to one another than this share of the axis are one.
const APART: f64 = 0.006;

/// A chart, and by which keys its lines are found in the data.
pub(super) struct Picture {
    pub(super) id: &'static str,
    pub(super) chart: Chart,
    pub(super) keys: Vec<String>,
    /// What a reader must know to read it right; empty if nothing.
    pub(super) note: &'static str,
}

/// Why a success rate can be above the whole.
pub(super) const SUCCESS_NOTE: &str = "A request counts when a device sends it, a success when the device is in (TS 28.552: RM.RegInitReq, \
     RM.RegInitSucc). Successes of requests sent in the minute before can make the operator’s rate exceed 100 %; the \
     chart ends at 100 %, and so does the true line.";

/// The word of a kind, as a class.
pub(super) const fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Change => "change",
        Kind::Fault => "fault",
        Kind::Detection => "detection",
        Kind::Action => "action",
        Kind::Service => "service",
    }
}

/// The axis of a run: all of it, with what happened marked.
pub(super) fn axis(story: &Story) -> TimeAxis {
    let clock = story.clock;
    #[expect(clippy::cast_precision_loss, reason = "seconds of a day")]
    let shift = clock.local_s.rem_euclid(86_400) as f64;
    let mut axis = TimeAxis::new((0.0, story.horizon_s), shift, |at| clock.tick(at));
    for row in &story.rows {
        let is_belief = row.kind == Kind::Detection;
        // Of beliefs only the first alarm and the first look are marked.
        if is_belief
            && (row.begins_s() <= 0.0
                || axis.marks.iter().filter(|m| m.class == "detection").count() > 1)
        {
            continue;
        }
        let near = |mark: &Mark| {
            mark.class == class(row.kind)
                && (mark.at_s - row.begins_s()).abs() < APART * story.horizon_s
        };
        if !axis.marks.iter().any(near) {
            axis.marks.push(Mark {
                at_s: row.begins_s(),
                class: class(row.kind),
                label: row.label.clone(),
            });
        }
    }
    axis
}

/// The charts over time.
pub(super) fn pictures(story: &Story) -> Vec<Picture> {
    let seen =
        |name: &'static str, key: &'static str| (name.to_owned(), "seen", format!("seen.{key}"));
    let truth = |key: &'static str| ("what was true".to_owned(), "truth", key.to_owned());
    let operator = "operator’s view";
    let plain =
        |id, (title, counted), unit, lines| picture(story, (id, title, counted), unit, lines);
    let list = [
        plain(
            "out",
            ("Devices without service", "devices, at once"),
            Unit::Count,
            services(),
        ),
        plain(
            "registered",
            ("Devices registered", "devices"),
            Unit::Count,
            vec![truth("registered"), seen(operator, "registered")],
        ),
        plain(
            "success",
            (
                "Registrations that succeed",
                "share of initial registrations",
            ),
            Unit::Share,
            vec![truth("success"), seen(operator, "success")],
        ),
        plain(
            "attempts",
            ("Registration attempts", "per second"),
            Unit::Count,
            vec![truth("attempts"), seen(operator, "attempts")],
        ),
        plain(
            "classes",
            ("Without data, by class", "share of each class’s devices"),
            Unit::Share,
            classes(story),
        ),
        plain(
            "blocked",
            ("Call attempts blocked", "per minute, redials counted"),
            Unit::Count,
            vec![truth("blocked"), seen(operator, "blocked")],
        ),
        plain(
            "queue",
            (
                "Longest queue at the core",
                "seconds of work waiting, by kind of element",
            ),
            Unit::Seconds,
            queues(story),
        ),
    ];
    list.into_iter().flatten().collect()
}

/// Name, class and key of a line.
pub(super) type Named = (String, &'static str, String);

fn services() -> Vec<Named> {
    let line = |n: usize, word: &str| (word.to_owned(), CLASSES[n], format!("out.{word}"));
    vec![line(0, "data"), line(1, "voice"), line(2, "emergency")]
}

fn classes(story: &Story) -> Vec<Named> {
    let groups = story.groups.iter().filter(|group| group.name != "all");
    let lines = groups.zip(CLASSES);
    lines
        .map(|(group, class)| {
            (
                group.name.clone(),
                class,
                format!("share.data/class/{}", group.name),
            )
        })
        .collect()
}

fn queues(story: &Story) -> Vec<Named> {
    let keys = story.series.columns.iter().map(|column| &column.key);
    let kinds = keys.filter_map(|key| key.strip_prefix("queue."));
    kinds
        .zip(CLASSES)
        .map(|(kind, class)| (counted(kind, 1).to_owned(), class, format!("queue.{kind}")))
        .collect()
}

/// A chart of the lines that have a value; none if there is none.
fn picture(
    story: &Story,
    (id, title, counted): (&'static str, &str, &str),
    unit: Unit,
    lines: Vec<Named>,
) -> Option<Picture> {
    let there = |line: &Named| story.points(&line.2).iter().any(|p| p.1.is_some());
    let lines: Vec<Named> = lines.into_iter().filter(there).collect();
    let drawn = lines.iter().map(|(name, class, key)| Line {
        name: name.clone(),
        class,
        points: story.points(key),
    });
    let chart = Chart {
        title: title.to_owned(),
        counted: counted.to_owned(),
        unit,
        lines: drawn.collect(),
    };
    let keys: Vec<String> = lines.into_iter().map(|line| line.2).collect();
    let note = if id == "success" { SUCCESS_NOTE } else { "" };
    (!keys.is_empty()).then_some(Picture {
        id,
        chart,
        keys,
        note,
    })
}

/// How service came back: the share of the loss made good, from the reference instant on; none if next to
/// nothing was lost.
pub(super) fn recovery(story: &Story) -> Option<(Chart, TimeAxis)> {
    let all = story.groups.iter().find(|group| group.name == "all")?;
    let lost = all
        .services
        .iter()
        .find(|lost| lost.service == story.worst)?;
    #[expect(clippy::cast_precision_loss, reason = "counts of devices")]
    let (peak, devices) = (lost.peak as f64, all.devices as f64);
    if peak < 0.001 * devices {
        return None;
    }
    let from_s = story.reference_s;
    let end_s = lost.t99_s.map_or(story.horizon_s, |t| {
        (from_s + t * 1.15).min(story.horizon_s)
    });
    let mut axis = TimeAxis::new((0.0, (end_s - from_s).max(60.0)), 0.0, |at| {
        format!(
            "+{}",
            if at < 1.0 {
                "0".to_owned()
            } else {
                duration(at)
            }
        )
    });
    for (t, word) in [
        (lost.t50_s, "50 %"),
        (lost.t90_s, "90 %"),
        (lost.t99_s, "99 %"),
    ] {
        axis.marks.extend(t.map(|at_s| Mark {
            at_s,
            class: "action",
            label: word.to_owned(),
        }));
    }
    let back = |key: &str| {
        let points = story.points(key);
        let most = points
            .iter()
            .filter_map(|p| p.1)
            .fold(0.0, f64::max)
            .max(1e-9);
        let shares = points
            .into_iter()
            .map(|(at, v)| (at - from_s, v.map(|v| 1.0 - v / most)));
        shares.collect()
    };
    let mut lines = vec![Line {
        name: "all devices".to_owned(),
        class: "c0",
        points: back(&format!("out.{}", story.worst)),
    }];
    if story.worst == "data" {
        let classes = classes(story).into_iter().zip(&CLASSES[1..]);
        lines.extend(classes.map(|((name, _, key), class)| Line {
            name,
            class,
            points: back(&key),
        }));
    }
    let chart = Chart {
        title: format!("How {} came back", story.worst),
        counted: "share of the loss made good".to_owned(),
        unit: Unit::Share,
        lines,
    };
    Some((chart, axis))
}

/// The boxes of the path of a fault.
pub(super) fn steps(story: &Story) -> Vec<Step> {
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let share = |hop: &Hop| hop.struck as f64 / hop.reached.max(1) as f64;
    let step = |hop: &Hop| {
        let of = if hop.of > 0 && hop.reached > 1 {
            format!(" of {}", hop.of)
        } else {
            String::new()
        };
        let since = hop.first_s - story.reference_s;
        let way = hop
            .from
            .iter()
            .max_by_key(|from| from.2)
            .map(|from| format!("by {}", from.1));
        let when = match way {
            None => format!("origin, {}", after(since)),
            Some(way) if since.abs() < 1.0 => way,
            Some(way) => format!("{way}, {}", after(since)),
        };
        Step {
            column: hop.step,
            kind: hop.kind.clone(),
            count: format!(
                "{}{of} {}",
                hop.reached,
                counted(&hop.kind, if of.is_empty() { hop.reached } else { hop.of })
            ),
            when,
            struck: share(hop),
            from: hop
                .from
                .iter()
                .map(|(kind, _, count)| (kind.clone(), *count))
                .collect(),
        }
    };
    story.hops.iter().map(step).collect()
}

/// A span with its sign.
fn after(seconds: f64) -> String {
    if seconds < 0.0 {
        duration(seconds)
    } else {
        format!("+{}", duration(seconds))
    }
}

/// Published figures that could be simulated.
pub(super) fn ratios(story: &Story) -> Vec<(Ratio, &Published)> {
    let expressible = story
        .published
        .iter()
        .filter(|row| row.outcome != "not-expressible");
    let ratio = |row: &Published| Ratio {
        label: row.label.clone(),
        published: row.told.clone(),
        simulated: row.simulated.clone(),
        times: row.ratio,
        is_hit: row.outcome == "hit",
    };
    expressible.map(|row| (ratio(row), row)).collect()
}

/// The first instant at which nearly as many devices as ever are without the service that most lost.
pub(super) fn worst_instant(story: &Story) -> f64 {
    const NEARLY: f64 = 0.99;
    let points = story.points(&format!("out.{}", story.worst));
    let most = points.iter().filter_map(|p| p.1).fold(0.0, f64::max);
    let reached = |p: &&(f64, Option<f64>)| p.1.is_some_and(|v| most > 0.0 && v >= NEARLY * most);
    points
        .iter()
        .find(reached)
        .map_or(story.reference_s, |p| p.0)
}

/// The map at up to four telling instants.
pub(super) fn sketches(story: &Story) -> Vec<Sketch> {
    let all = story.groups.iter().find(|group| group.name == "all");
    let lost = all.and_then(|group| group.services.iter().find(|l| l.service == "data"));
    let reference = story.reference_s;
    let back =
        |t: Option<f64>, word: &str| t.map(|t| (reference + t, format!("{word} have data again")));
    let mut instants = vec![(worst_instant(story), "most devices out".to_owned())];
    if let Some(lost) = lost.filter(|lost| lost.peak > 0) {
        instants.extend(back(lost.t50_s, "50 %"));
        instants.extend(back(lost.t90_s, "90 %"));
    }
    instants.insert(0, ((reference - 1.0).max(0.0), "before".to_owned()));
    instants.dedup_by(|a, b| (a.0 - b.0).abs() < 1.0);
    let sketch = |(at_s, what): (f64, String)| Sketch {
        caption: format!("{}: {what}", story.clock.label(at_s, false)),
        dots: dots(&story.map, at_s),
    };
    instants.into_iter().map(sketch).collect()
}

/// The places of a map at an instant, coloured by data.
fn dots(map: &Map, at_s: f64) -> Vec<Dot> {
    const DATA: usize = 1;
    let after = map.frames.partition_point(|frame| frame.0 <= at_s + 1e-6);
    let until = map.frames[..after].iter();
    let word = until
        .rev()
        .map(|frame| &frame.1[DATA])
        .find(|word| !word.is_empty());
    let letters = word.map(String::as_bytes).unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "counts of devices")]
    let most = map.places.iter().map(|p| p.3).max().unwrap_or(1).max(1) as f64;
    let large = if map.places.len() > 400 { 60.0 } else { 120.0 };
    let dot = |(n, place): (usize, &super::story::MapPlace)| {
        let letter = letters.get(n).copied().unwrap_or(LETTERS[0]);
        let level = LETTERS.iter().position(|&l| l == letter).unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "counts of devices")]
        let (devices, share) = (place.3 as f64, level as f64 / 63.0);
        Dot {
            x: place.1,
            y: place.2,
            radius: large * (0.15 + 0.85 * libm::sqrt(devices / most)),
            share,
        }
    };
    map.places.iter().enumerate().map(dot).collect()
}
