//! What tells runs apart: the marks that an outage leaves, run beside run.
//!
//! Invariant: a feature separates two runs when its value in one is at least twice that in the other, or is
//! there in one alone; nothing here says why.

use super::super::number::{duration, percent, real, short};
use super::story::{Kind, Story};

/// A value of one run that is at least this many times another's tells them apart.
const TWICE: f64 = 2.0;

/// A feature of several runs.
pub(super) struct Feature {
    pub(super) name: &'static str,
    pub(super) values: Vec<String>,
    /// Whether it tells the runs apart.
    pub(super) separates: bool,
}

/// How a value is written.
type Text = fn(f64) -> String;

/// How a value is found; none where the run has none.
type Find = fn(&Story) -> Option<f64>;

const FEATURES: [(&str, Text, Find); 13] = [
    (
        "first alarm after the change or the attack",
        duration,
        |s| s.figure("at_detection.after_s"),
    ),
    ("devices out by then", whole, |s| {
        s.figure(&format!("at_detection.{}.out_devices", s.worst))
    }),
    (
        "stages begun in the half hour before service fell",
        whole,
        stages_before,
    ),
    ("from a tenth to nine tenths of the loss", duration, fall),
    ("regions that lost a tenth of their devices", whole, |s| {
        Some(real(onsets(s).len() as u64))
    }),
    (
        "from the first such region to the last",
        duration,
        between_regions,
    ),
    ("fewest devices registered, of all", percent, |s| {
        Some(extreme(s, "registered", f64::min)? / devices(s))
    }),
    ("lowest success rate that the operator saw", percent, |s| {
        extreme(s, "seen.success", f64::min)
    }),
    (
        "most registration attempts a second, per 1,000 devices",
        short,
        |s| Some(extreme(s, "attempts", f64::max)? / devices(s) * 1_000.0),
    ),
    ("longest queue at the core", duration, longest_queue),
    ("core elements reached by the fault", whole, |s| {
        Some(real(s.hops.iter().map(|h| h.reached as u64).sum()))
    }),
    ("classes of which a tenth lost data", whole, |s| {
        Some(classes_hit(s))
    }),
    (
        "longest silence of the operator's counters",
        duration,
        |s| Some(silence(s)),
    ),
];

/// The features of runs.
pub(super) fn features(stories: &[Story]) -> Vec<Feature> {
    let feature = |(name, text, find): &(&'static str, Text, Find)| {
        let values: Vec<Option<f64>> = stories.iter().map(find).collect();
        Feature {
            name,
            values: values
                .iter()
                .map(|v| v.map_or("none".to_owned(), text))
                .collect(),
            separates: separates(&values),
        }
    };
    FEATURES.iter().map(feature).collect()
}

fn separates(values: &[Option<f64>]) -> bool {
    let known: Vec<f64> = values.iter().copied().flatten().collect();
    if known.len() < values.len() {
        return !known.is_empty();
    }
    let least = known.iter().copied().fold(f64::INFINITY, f64::min);
    let most = known.iter().copied().fold(0.0, f64::max);
    most > 1e-9 && most >= TWICE * least
}

fn whole(value: f64) -> String {
    short(libm::round(value))
}

fn devices(story: &Story) -> f64 {
    real(story.devices.max(1))
}

/// The lowest or highest value since the reference instant.
fn extreme(story: &Story, key: &str, better: fn(f64, f64) -> f64) -> Option<f64> {
    let points = story.points(key).into_iter();
    let since = points
        .filter(|p| p.0 >= story.reference_s)
        .filter_map(|p| p.1);
    since.reduce(better)
}

/// When a curve first reaches a share of its peak.
fn reaches(points: &[(f64, Option<f64>)], share: f64, peak: f64) -> Option<f64> {
    let there = |p: &&(f64, Option<f64>)| p.1.is_some_and(|v| v >= share * peak);
    (peak > 0.0)
        .then(|| points.iter().find(there))
        .flatten()
        .map(|p| p.0)
}

fn worst_curve(story: &Story) -> (Vec<(f64, Option<f64>)>, f64) {
    let points = story.points(&format!("out.{}", story.worst));
    let peak = points.iter().filter_map(|p| p.1).fold(0.0, f64::max);
    (points, peak)
}

fn fall(story: &Story) -> Option<f64> {
    let (points, peak) = worst_curve(story);
    if peak < 0.001 * devices(story) {
        return None;
    }
    Some(reaches(&points, 0.9, peak)? - reaches(&points, 0.1, peak)?)
}

fn stages_before(story: &Story) -> Option<f64> {
    const HALF_HOUR_S: f64 = 1_800.0;
    let (points, peak) = worst_curve(story);
    let onset = reaches(&points, 0.1, peak)?;
    let began = story.rows.iter().filter(|row| {
        row.kind == Kind::Change && row.from_s <= onset && row.from_s >= onset - HALF_HOUR_S
    });
    Some(real(began.count() as u64))
}

/// When each region that lost a tenth of its devices had lost it.
fn onsets(story: &Story) -> Vec<f64> {
    let regions = story.map.regions.iter().enumerate();
    let onset = |(n, region): (usize, &String)| {
        let own: u64 = story
            .map
            .places
            .iter()
            .filter(|p| p.4 == n)
            .map(|p| p.3)
            .sum();
        let points = story.points(&format!("out.data/region/{region}"));
        reaches(&points, 0.1, real(own))
    };
    regions.filter_map(onset).collect()
}

fn between_regions(story: &Story) -> Option<f64> {
    let onsets = onsets(story);
    let last = onsets.iter().copied().reduce(f64::max)?;
    Some(last - onsets.iter().copied().reduce(f64::min)?)
}

fn longest_queue(story: &Story) -> Option<f64> {
    let keys = story.series.columns.iter().map(|c| &c.key);
    let queues = keys.filter(|key| key.starts_with("queue."));
    queues
        .filter_map(|key| extreme(story, key, f64::max))
        .reduce(f64::max)
}

fn classes_hit(story: &Story) -> f64 {
    let keys = story.series.columns.iter().map(|c| &c.key);
    let classes = keys.filter(|key| key.starts_with("share.data/class/"));
    let hit = classes.filter(|key| extreme(story, key, f64::max).is_some_and(|v| v >= 0.1));
    real(hit.count() as u64)
}

/// The longest stretch in which nothing was known of the devices registered, after something had been.
fn silence(story: &Story) -> f64 {
    let (mut longest, mut last) = (0.0, None);
    for (at, value) in story.points("seen.registered") {
        match (value, last) {
            (Some(_), _) => last = Some(at),
            (None, Some(known)) => longest = f64::max(longest, at - known),
            (None, None) => {}
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_as_much_or_there_alone_tells_apart() {
        assert!(separates(&[Some(1.0), Some(2.0)]));
        assert!(!separates(&[Some(1.0), Some(1.9)]));
        assert!(separates(&[Some(0.0), Some(1.0)]));
        assert!(!separates(&[Some(0.0), Some(0.0)]));
        assert!(separates(&[None, Some(0.0)]));
        assert!(!separates(&[None, None]));
    }

    #[test]
    fn the_marks_of_a_run_are_read_from_its_curves() {
        let story = super::super::gather::story(&crate::report::sample::sample());
        let of = |name: &str| {
            let list = features(&[story.clone(), story.clone()]);
            let found = list.into_iter().find(|f| f.name == name);
            found.expect("there is such a feature").values[0].clone()
        };
        assert_eq!(of("first alarm after the change or the attack"), "6 min");
        assert_eq!(of("regions that lost a tenth of their devices"), "2");
        assert_eq!(of("from a tenth to nine tenths of the loss"), "0.0 s");
        assert_eq!(of("longest silence of the operator's counters"), "10 min");
        assert_eq!(of("core elements reached by the fault"), "12");
    }
}
