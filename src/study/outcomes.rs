//! The outcomes of a run: its figures, and how its gates judged; each with unit and meaning.
//!
//! Invariant: a name says everything about a figure but its value.

use crate::base::SimTime;
use crate::simulation::RunResult;

use super::figures::{MOMENTS, RunFigures};
use super::record::Figure;

/// The outcomes of a run whose names match one of `wanted`, in the order of the figures.
pub(super) fn outcomes(result: &RunResult, wanted: &[String]) -> Vec<Figure> {
    let mut values = RunFigures::of(result).values;
    values.extend(of_gates(result));
    let kept = values
        .into_iter()
        .filter(|(name, _)| wanted.iter().any(|pattern| matches(pattern, name)));
    kept.map(|(name, value)| figure(name, value)).collect()
}

/// A figure of this name, with unit and meaning.
pub(super) fn figure(name: String, value: Option<f64>) -> Figure {
    let (unit, meaning) = describe(&name);
    Figure {
        unit: unit.to_owned(),
        meaning,
        value: value.filter(|value| value.is_finite()),
        name,
    }
}

fn of_gates(result: &RunResult) -> Vec<(String, Option<f64>)> {
    let reference = result.impact.reference;
    let after = |at: SimTime| at.since(reference).as_secs_f64();
    let failed = result.gates.iter().filter(|gate| !gate.passed);
    let stopped = result.stages.iter();
    let stopped = stopped.filter(|s| matches!(s.outcome.as_str(), "rolled-back" | "halted"));
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let count = |count: usize| Some(count as f64);
    let exposed = result
        .stages
        .iter()
        .map(|stage| stage.exposed_devices)
        .max();
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let exposed = exposed.unwrap_or(0) as f64;
    let list = [
        ("observed_s", Some(after(result.horizon))),
        (
            "gates.passed",
            count(result.gates.iter().filter(|gate| gate.passed).count()),
        ),
        ("gates.failed", count(failed.clone().count())),
        (
            "gates.first_failed_s",
            failed.map(|gate| after(gate.at)).next(),
        ),
        ("stages.started", count(result.stages.len())),
        ("stages.stopped", count(stopped.count())),
        ("stages.exposed_devices", Some(exposed)),
    ];
    list.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

/// Whether a name matches a pattern, in which `*` stands for any text.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(tail) = name.strip_prefix(start) else {
        return false;
    };
    let mut ends = (0..=tail.len()).filter(|end| tail.is_char_boundary(*end));
    ends.any(|end| matches(rest, &tail[end..]))
}

/// The names of the outcomes of a run with classes of these names.
pub(super) fn names(classes: &[String]) -> Vec<String> {
    let mut names: Vec<String> = GENERAL
        .iter()
        .map(|(name, ..)| (*name).to_owned())
        .collect();
    for moment in ["at_end", "at_detection"] {
        names.extend(RADIUS.iter().map(|(part, ..)| format!("{moment}.{part}")));
        names.extend(SERVICES.iter().map(|s| format!("{moment}.{s}.out_devices")));
    }
    for (moment, _) in MOMENTS {
        names.extend(SERVICES.iter().map(|s| format!("{moment}.{s}.out_devices")));
    }
    for service in SERVICES {
        names.extend(SERVICE.iter().map(|(part, ..)| format!("{service}.{part}")));
    }
    names.extend(
        REGISTERED
            .iter()
            .map(|(part, ..)| format!("registered.{part}")),
    );
    for class in classes {
        for service in SERVICES {
            for part in ["peak_devices", "lost_device_min"] {
                names.push(format!("class.{class}.{service}.{part}"));
            }
        }
        let parts = REGISTERED.iter();
        names.extend(parts.map(|(part, ..)| format!("class.{class}.registered.{part}")));
    }
    names
}

/// A part of names, its unit, and its meaning.
type Described = (&'static str, &'static str, &'static str);

const SERVICES: [&str; 4] = super::figures::SERVICE_WORDS;

const GENERAL: [Described; 14] = [
    ("devices", "devices", "Devices in the network"),
    ("calls.attempted", "calls", "Calls attempted"),
    ("calls.blocked", "calls", "Calls blocked"),
    (
        "emergency_calls.attempted",
        "calls",
        "Emergency calls attempted",
    ),
    (
        "emergency_calls.blocked",
        "calls",
        "Emergency calls blocked",
    ),
    (
        "sos.peak_devices",
        "devices",
        "Most devices at once that could call emergency numbers only",
    ),
    (
        "reportable.clauses",
        "1",
        "Clauses of regulators' rules under which the outage is reportable",
    ),
    (
        "observed_s",
        "s",
        "Time from the reference instant to the end of the run: where times not reached are censored",
    ),
    (
        "gates.passed",
        "1",
        "Verdicts of gates that let the rollout go on",
    ),
    (
        "gates.failed",
        "1",
        "Verdicts of gates that did not let the rollout go on",
    ),
    (
        "gates.first_failed_s",
        "s",
        "Time from the reference instant to the first verdict of a gate that failed",
    ),
    (
        "stages.started",
        "1",
        "Stages of the rollout that were started",
    ),
    (
        "stages.stopped",
        "1",
        "Stages of the rollout that were rolled back or halted",
    ),
    (
        "stages.exposed_devices",
        "devices",
        "Most devices that depended on the elements changed by one stage",
    ),
];

const RADIUS: [Described; 4] = [
    ("after_s", "s", "Time from the reference instant to"),
    ("towers", "towers", "Towers that had been out by"),
    ("pools", "pools", "Pools whose towers had been out by"),
    ("regions", "regions", "Regions whose towers had been out by"),
];

const SERVICE: [Described; 7] = [
    ("peak_devices", "devices", "Most devices at once without"),
    ("ever_out_devices", "devices", "Devices ever without"),
    (
        "lost_device_min",
        "device-minutes",
        "Time that devices were without, all added up:",
    ),
    (
        "onset_s",
        "s",
        "Time from the reference instant until devices were first without",
    ),
    (
        "t50_s",
        "s",
        "Time from the reference instant until 50 % of those out at the peak were back (empty if none were out, or the run ended first):",
    ),
    (
        "t90_s",
        "s",
        "Time from the reference instant until 90 % of those out at the peak were back (empty if none were out, or the run ended first):",
    ),
    (
        "t99_s",
        "s",
        "Time from the reference instant until 99 % of those out at the peak were back (empty if none were out, or the run ended first):",
    ),
];

const REGISTERED: [Described; 4] = [
    (
        "lowest_devices",
        "devices",
        "Fewest devices registered at once",
    ),
    (
        "t90_s",
        "s",
        "Time from the reference instant until 90 % of the earlier level were registered",
    ),
    (
        "t95_s",
        "s",
        "Time from the reference instant until 95 % of the earlier level were registered",
    ),
    ("attempts", "attempts", "Registration attempts"),
];

/// Unit and meaning of the figure with this name.
fn describe(name: &str) -> (&'static str, String) {
    if let Some((_, unit, meaning)) = GENERAL.iter().find(|(known, ..)| *known == name) {
        return (unit, (*meaning).to_owned());
    }
    if let Some(rest) = name.strip_prefix("class.") {
        let mut services = SERVICES.iter().chain(&["registered"]);
        let split = services.find_map(|word| {
            rest.split_once(&format!(".{word}."))
                .map(|(class, part)| (class, *word, part))
        });
        if let Some((class, word, part)) = split {
            let (unit, meaning) = describe(&format!("{word}.{part}"));
            return (unit, format!("{meaning}; class {class}"));
        }
    }
    let (head, part) = name.split_once('.').unwrap_or((name, ""));
    let of = |table: &[Described]| table.iter().find(|(known, ..)| *known == part).copied();
    if let Some((_, minutes)) = MOMENTS.iter().find(|(moment, _)| *moment == head) {
        let service = part.trim_end_matches(".out_devices");
        let when =
            format!("{minutes} minutes after the reference instant (empty if the run ended first)");
        return ("devices", format!("Devices without {service} {when}"));
    }
    match head {
        "at_end" | "at_detection" => of_radius(head, part),
        "registered" => of(&REGISTERED).map(|(_, unit, meaning)| (unit, meaning.to_owned())),
        _ => of(&SERVICE).map(|(_, unit, meaning)| (unit, format!("{meaning} {head}"))),
    }
    .unwrap_or_else(|| ("", name.to_owned()))
}

fn of_radius(head: &str, part: &str) -> Option<(&'static str, String)> {
    let when = match head {
        "at_end" => "the end of the run",
        _ => "the moment when people first looked into an alarm",
    };
    if let Some(service) = part.strip_suffix(".out_devices") {
        return Some(("devices", format!("Devices without {service} at {when}")));
    }
    let (_, unit, meaning) = RADIUS.iter().find(|(known, ..)| *known == part)?;
    Some((unit, format!("{meaning} {when}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::simulation::simulate;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name, expected) in [
            ("*", "data.t90_s", true),
            ("data.*", "data.t90_s", true),
            ("data.*", "class.iot.data.t90_s", false),
            ("*.t90_s", "class.iot.registered.t90_s", true),
            ("class.*.data.*_min", "class.iot.data.lost_device_min", true),
            ("data.t90_s", "data.t90", false),
            ("", "data", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn every_outcome_is_listed_and_described() {
        let text = "
topology: {source: generated, towers: 12, devices: 20000, states: [TX], core: {udm: 1, ims: 1}}
scale: 0.1
horizon: 30m
";
        let scenario = Scenario::from_text("small", text, &[]).expect("it is sound");
        let found = outcomes(&simulate(&scenario, 1), &["*".to_owned()]);
        let mut listed = names(&scenario.class_names());
        let mut given: Vec<String> = found.iter().map(|figure| figure.name.clone()).collect();
        listed.sort();
        given.sort();
        assert_eq!(given, listed);
        for figure in &found {
            assert!(
                !figure.unit.is_empty() && figure.meaning.contains(' '),
                "{figure:?}"
            );
        }
        let last = found
            .iter()
            .find(|f| f.name == "class.iot.data.peak_devices");
        let meaning = "Most devices at once without data; class iot";
        assert_eq!(last.map(|figure| figure.meaning.as_str()), Some(meaning));
    }

    #[test]
    fn a_figure_without_a_number_is_not_there() {
        assert_eq!(figure("data.t90_s".to_owned(), Some(f64::NAN)).value, None);
    }
}
