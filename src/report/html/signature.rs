//! What tells runs apart: the marks that an outage leaves, run beside run.
//!
//! Invariant: a difference counts when it is more than a tenth and more than chance; nothing here says why.

use super::super::number::{duration, percent, real, short};
use super::story::{Kind, Story};

/// A difference must be more than this share of the larger value.
pub(super) const LEAST_SHARE: f64 = 0.1;

/// A difference must be more than so many standard deviations of counting.
pub(super) const DEVIATIONS: f64 = 3.0;

/// Features that stand out for each run, at most.
pub(super) const STRONGEST: usize = 3;

/// What is there in one run alone differs as much as a value and ten times as much.
const ALONE: f64 = 10.0;

/// A feature of several runs.
pub(super) struct Feature {
    pub(super) name: &'static str,
    pub(super) values: Vec<String>,
    /// For each run how far it is from the first, as a ratio above 1; none if it is the same but for chance.
    pub(super) strength: Vec<Option<f64>>,
}

/// How a value is written.
type Text = fn(f64) -> String;

/// How a value is found; none where the run has none.
type Find = fn(&Story) -> Option<f64>;

/// What is counted, which says how much is chance.
#[derive(Clone, Copy)]
enum Counted {
    /// Devices at scale 1.
    Devices,
    /// A share of all devices.
    Share,
    /// Seconds between samples.
    Seconds,
    /// Things that are all simulated.
    Things,
    /// Attempts a second for each thousand devices.
    Rate,
}

const FEATURES: [(&str, Text, Find, Counted); 13] = [
    (
        "first alarm after the change or the attack",
        duration,
        |s| s.figure("at_detection.after_s"),
        Counted::Seconds,
    ),
    (
        "devices out by then",
        whole,
        |s| s.figure(&format!("at_detection.{}.out_devices", s.worst)),
        Counted::Devices,
    ),
    (
        "stages begun in the half hour before service fell",
        whole,
        stages_before,
        Counted::Things,
    ),
    (
        "from a tenth to nine tenths of the loss",
        sudden,
        fall,
        Counted::Seconds,
    ),
    (
        "regions that lost a tenth of their devices",
        whole,
        |s| Some(real(onsets(s).len() as u64)),
        Counted::Things,
    ),
    (
        "from the first such region to the last",
        sudden,
        between_regions,
        Counted::Seconds,
    ),
    (
        "fewest devices registered, of all",
        percent,
        |s| Some(extreme(s, "registered", f64::min)? / devices(s)),
        Counted::Share,
    ),
    (
        "lowest success rate that the operator saw",
        percent,
        |s| extreme(s, "seen.success", f64::min),
        Counted::Rate,
    ),
    (
        "most registration attempts a second, per 1,000 devices",
        short,
        |s| Some(extreme(s, "attempts", f64::max)? / devices(s) * 1_000.0),
        Counted::Rate,
    ),
    (
        "longest queue at the core",
        duration,
        longest_queue,
        Counted::Rate,
    ),
    (
        "core elements reached by the fault",
        whole,
        |s| Some(real(s.hops.iter().map(|h| h.reached as u64).sum())),
        Counted::Things,
    ),
    (
        "classes of which a tenth lost data",
        whole,
        |s| Some(classes_hit(s)),
        Counted::Things,
    ),
    (
        "longest silence of the operator’s counters",
        lasting,
        |s| Some(silence(s)),
        Counted::Seconds,
    ),
];

/// The features of runs.
pub(super) fn features(stories: &[Story]) -> Vec<Feature> {
    let feature = |(name, text, find, counted): &(&'static str, Text, Find, Counted)| {
        let values: Vec<Option<f64>> = stories.iter().map(find).collect();
        let written = values.iter().map(|v| v.map_or("–".to_owned(), text));
        let beside = values.iter().zip(stories);
        Feature {
            name,
            values: written.collect(),
            strength: beside
                .map(|(own, story)| strength((*own, values[0]), chance(*counted, story)))
                .collect(),
        }
    };
    FEATURES.iter().map(feature).collect()
}

/// The features by which a run stands out most from the first: their places in the list.
pub(super) fn strongest(list: &[Feature], run: usize) -> Vec<usize> {
    let apart = list.iter().enumerate();
    let mut apart: Vec<(usize, f64)> = apart
        .filter_map(|(place, feature)| Some((place, feature.strength[run]?)))
        .collect();
    apart.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    apart
        .iter()
        .take(STRONGEST)
        .map(|(place, _)| *place)
        .collect()
}

/// How many times one of two values is the other; none if they differ by a tenth or by chance at most. `chance`
/// says by how much a value of that size may differ for nothing.
fn strength(values: (Option<f64>, Option<f64>), chance: impl Fn(f64) -> f64) -> Option<f64> {
    let (own, first) = match values {
        (None, None) => return None,
        (Some(own), Some(first)) => (own, first),
        _ => return Some(ALONE),
    };
    let (least, most) = (own.min(first), own.max(first));
    let noise = chance(most);
    if most - least <= (LEAST_SHARE * most).max(noise) {
        return None;
    }
    // What cannot be told from nothing counts as that much.
    let floor = noise.max(1e-9);
    Some(most.max(floor) / least.max(floor))
}

/// By how much a value may differ for nothing.
fn chance(counted: Counted, story: &Story) -> impl Fn(f64) -> f64 {
    let scale = story.scale.max(1e-12);
    let simulated = (devices(story) * scale).max(1.0);
    let step = match story.series.at_s.as_slice() {
        [first, second, ..] => second - first,
        _ => 60.0,
    };
    move |value: f64| match counted {
        Counted::Devices => DEVIATIONS * libm::sqrt((value * scale).max(1.0)) / scale,
        Counted::Share => {
            let variance = (value * (1.0 - value)).max(1.0 / simulated);
            DEVIATIONS * libm::sqrt(variance / simulated)
        }
        Counted::Seconds => 2.0 * step,
        Counted::Things => 0.5,
        Counted::Rate => 1e-3,
    }
}

/// A time between two samples or more.
fn sudden(seconds: f64) -> String {
    if seconds < 0.5 {
        "at once".to_owned()
    } else {
        duration(seconds)
    }
}

fn lasting(seconds: f64) -> String {
    if seconds < 0.5 {
        "none".to_owned()
    } else {
        duration(seconds)
    }
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
        row.kind == Kind::Change && row.begins_s() <= onset && row.begins_s() >= onset - HALF_HOUR_S
    });
    Some(real(began.count() as u64))
}

/// When each region that lost a tenth of its devices had lost it.
fn onsets(story: &Story) -> Vec<f64> {
    let regions = story.map.regions.iter().enumerate();
    let onset = |(n, region): (usize, &String)| {
        let own = story.map.devices.get(n).copied().unwrap_or(0);
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
    fn a_tenth_and_more_than_chance_tells_apart() {
        let of = |own, first| strength((own, first), |_| 3.0);
        assert_eq!(of(Some(100.0), Some(91.0)), None, "less than a tenth");
        assert_eq!(of(Some(5.0), Some(2.0)), None, "chance");
        assert_eq!(of(Some(0.0), Some(0.0)), None);
        assert_eq!(of(None, None), None);
        assert_eq!(of(Some(100.0), Some(50.0)), Some(2.0));
        assert_eq!(
            of(Some(30.0), Some(0.0)),
            Some(10.0),
            "nothing counts as chance"
        );
        assert_eq!(of(None, Some(5.0)), Some(ALONE));
    }

    #[test]
    fn counting_few_devices_is_mostly_chance() {
        let mut story = Story {
            devices: 1_000_000,
            scale: 0.001,
            ..Story::default()
        };
        // Four simulated devices stand for 4,000, give or take 6,000.
        let noise = chance(Counted::Devices, &story)(4_000.0);
        assert!((noise - 6_000.0).abs() < 1e-6, "{noise}");
        story.scale = 1.0;
        assert!(chance(Counted::Devices, &story)(4_000.0) < 200.0);
        assert!(chance(Counted::Share, &story)(0.5) < 0.002);
    }

    #[test]
    fn the_strongest_three_stand_out() {
        let feature = |strength: Option<f64>| Feature {
            name: "x",
            values: Vec::new(),
            strength: vec![None, strength],
        };
        let list = [Some(2.0), None, Some(9.0), Some(1.2), Some(40.0)].map(feature);
        assert_eq!(strongest(&list, 1), [4, 2, 0]);
        assert!(strongest(&list, 0).is_empty());
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
        assert_eq!(of("from a tenth to nine tenths of the loss"), "at once");
        assert_eq!(of("longest silence of the operator’s counters"), "10 min");
        assert_eq!(of("core elements reached by the fault"), "12");
    }
}
