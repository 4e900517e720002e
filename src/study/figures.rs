//! The figures of one run as a flat list of keys and numbers: what comparisons and files carry.
//!
//! A key names its unit last: `data.peak_devices`, `data.t90_s`, `data.lost_device_min`.
//!
//! Invariant: the same keys for every run of the same classes, but for alarms that were raised and
//! gates that a plan has; a figure that was not reached is there, without a value.

use crate::base::{SimTime, Span};
use crate::impact::{BlastRadius, GroupImpact, Series, ServiceImpact};
use crate::network::SERVICES;
use crate::simulation::RunResult;

use super::signs::RunSigns;

/// The figures of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunFigures {
    /// Name of the scenario.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// Simulated devices per real device.
    pub scale: f64,
    /// Version of the program.
    pub version: String,
    /// Keys and values.
    pub values: Vec<(String, Option<f64>)>,
    /// What the operator's view said of the kind of disturbance.
    pub signs: RunSigns,
    /// The same under every ready telemetry contract; empty of an earlier run, of which its own alone is kept.
    pub by_contract: Vec<RunSigns>,
}

/// What a figure is counted in, as its key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureUnit {
    /// Seconds.
    Seconds,
    /// Things: devices, calls, device-minutes, towers.
    Count,
}

/// The names of services in keys, in the order of the counters.
pub(crate) const SERVICE_WORDS: [&str; 4] = ["voice", "data", "sms", "emergency"];

/// Instants after the reference at which the size of the trouble is told: the word for each, and its minutes.
pub(crate) const MOMENTS: [(&str, u64); 5] = [
    ("after_5m", 5),
    ("after_15m", 15),
    ("after_1h", 60),
    ("after_4h", 240),
    ("after_12h", 720),
];

/// The unit of the figure with this key.
pub fn unit(key: &str) -> FigureUnit {
    if key.ends_with("_s") {
        FigureUnit::Seconds
    } else {
        FigureUnit::Count
    }
}

impl RunFigures {
    /// The figures of a run.
    pub fn of(result: &RunResult) -> Self {
        Self {
            scenario: result.scenario.clone(),
            seed: result.seed,
            scale: result.names.scale,
            version: result.version.clone(),
            values: values(result),
            signs: RunSigns::of(result),
            by_contract: Vec::new(),
        }
    }

    /// The value of a figure; none if it is unknown or was not reached.
    pub fn value(&self, key: &str) -> Option<f64> {
        let mut values = self.values.iter();
        values.find(|(k, _)| k == key).and_then(|(_, v)| *v)
    }
}

type Values = Vec<(String, Option<f64>)>;

fn values(result: &RunResult) -> Values {
    let impact = &result.impact;
    let mut list = Values::new();
    put(&mut list, "devices", count(impact.all.devices));
    push_radius(&mut list, "at_end", Some(&impact.at_end), impact.reference);
    let first = impact.at_detection.as_ref();
    push_radius(&mut list, "at_detection", first, impact.reference);
    let known = (impact.reference, impact.scale);
    push_moments(&mut list, &impact.series, known);
    for (word, service) in SERVICE_WORDS.iter().zip(SERVICES) {
        push_service(&mut list, word, &impact.all.services[service as usize]);
    }
    push_calls(&mut list, &impact.all);
    push_registered(&mut list, "registered", &impact.all);
    for class in &impact.classes {
        let prefix = format!("class.{}", class.name);
        push_class(&mut list, &prefix, class);
    }
    let clauses = impact.reportable.iter().filter(|v| v.reportable).count();
    put(&mut list, "reportable.clauses", count(clauses as u64));
    push_alarms(&mut list, result);
    push_gates(&mut list, result);
    list
}

/// When each alarm was first raised since the reference instant; those that were not are not there.
fn push_alarms(list: &mut Values, result: &RunResult) {
    let reference = result.impact.reference;
    let raised = result
        .records
        .iter()
        .filter(|record| record.kind == "alarm-raised");
    for record in raised.filter(|record| record.at >= reference) {
        let key = format!("alarm.{}.first_s", record.subject);
        if list.iter().all(|(known, _)| *known != key) {
            put(list, &key, Some(record.at.since(reference).as_secs_f64()));
        }
    }
}

/// When each gate acted, and how many devices were without data by then.
fn push_gates(list: &mut Values, result: &RunResult) {
    let reference = result.impact.reference;
    for gate in &result.gate_reports {
        let name = format!("gate.{}/{}/{}", gate.stage, gate.gate, gate.judge);
        let acted = gate.acted.filter(|&at| at >= reference);
        let after = acted.map(|at| at.since(reference).as_secs_f64());
        put(list, &format!("{name}.acted_s"), after);
        let out = gate.acted.and_then(|_| count(gate.devices_out));
        put(list, &format!("{name}.out_devices"), out);
    }
}

fn push_radius(list: &mut Values, name: &str, radius: Option<&BlastRadius>, reference: SimTime) {
    let size = |part: fn(&BlastRadius) -> usize| radius.and_then(|r| count(part(r) as u64));
    let after = radius.map(|r| r.at.since(reference).as_secs_f64());
    put(list, &format!("{name}.after_s"), after);
    put(list, &format!("{name}.towers"), size(|r| r.towers));
    put(list, &format!("{name}.pools"), size(|r| r.pools));
    put(list, &format!("{name}.regions"), size(|r| r.regions));
    for (i, word) in SERVICE_WORDS.iter().enumerate() {
        let out = radius.and_then(|r| count(r.out[i]));
        put(list, &format!("{name}.{word}.out_devices"), out);
    }
}

/// How many are without each service at each of the [`MOMENTS`]; nobody knows what comes after the end.
fn push_moments(list: &mut Values, series: &Series, (reference, scale): (SimTime, f64)) {
    let end = series.at.last().copied();
    let curves = SERVICES.map(|service| series.out(None, service));
    for (moment, minutes) in MOMENTS {
        let at = reference + Span::from_minutes(minutes);
        let is_known = end.is_some_and(|end| at <= end);
        for (word, curve) in SERVICE_WORDS.iter().zip(&curves) {
            let out = curve.value_at(at).filter(|_| is_known);
            let out = out.map(|out| libm::round(out / scale));
            put(list, &format!("{moment}.{word}.out_devices"), out);
        }
    }
}

fn push_service(list: &mut Values, word: &str, service: &ServiceImpact) {
    let recovery = &service.recovery;
    for (key, value) in [
        ("peak_devices", count(service.peak)),
        ("ever_out_devices", count(service.ever_out)),
        ("lost_device_min", Some(service.device_minutes)),
        ("onset_s", seconds(service.onset)),
        ("t50_s", seconds(recovery.t50)),
        ("t90_s", seconds(recovery.t90)),
        ("t99_s", seconds(recovery.t99)),
    ] {
        put(list, &format!("{word}.{key}"), value);
    }
}

fn push_calls(list: &mut Values, all: &GroupImpact) {
    for (key, value) in [
        ("calls.attempted", all.calls.attempted),
        ("calls.blocked", all.calls.blocked),
        ("emergency_calls.attempted", all.calls.emergency),
        ("emergency_calls.blocked", all.calls.emergency_blocked),
        ("sos.peak_devices", all.sos_peak),
    ] {
        put(list, key, count(value));
    }
}

fn push_registered(list: &mut Values, name: &str, group: &GroupImpact) {
    let registered = &group.registered;
    put(
        list,
        &format!("{name}.lowest_devices"),
        count(registered.lowest),
    );
    put(list, &format!("{name}.t90_s"), seconds(registered.t90));
    put(list, &format!("{name}.t95_s"), seconds(registered.t95));
    put(
        list,
        &format!("{name}.attempts"),
        count(registered.attempts),
    );
}

fn push_class(list: &mut Values, prefix: &str, class: &GroupImpact) {
    for (i, word) in SERVICE_WORDS.iter().enumerate() {
        let service = &class.services[i];
        let minutes = Some(service.device_minutes);
        put(
            list,
            &format!("{prefix}.{word}.peak_devices"),
            count(service.peak),
        );
        put(list, &format!("{prefix}.{word}.lost_device_min"), minutes);
    }
    push_registered(list, &format!("{prefix}.registered"), class);
}

fn put(list: &mut Values, key: &str, value: Option<f64>) {
    list.push((key.to_owned(), value));
}

fn seconds(span: Option<Span>) -> Option<f64> {
    span.map(Span::as_secs_f64)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
#[expect(
    clippy::unnecessary_wraps,
    reason = "figures may be missing; a count is one that is not"
)]
fn count(value: u64) -> Option<f64> {
    Some(value as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::ClassCounts;

    #[test]
    fn a_key_says_its_unit() {
        assert_eq!(unit("data.t90_s"), FigureUnit::Seconds);
        assert_eq!(unit("calls.attempts"), FigureUnit::Count);
    }

    #[test]
    fn the_trouble_is_told_over_time_and_not_beyond_the_end() {
        let mut series = Series::default();
        for (minute, out) in [(10, 0), (20, 4), (26, 10), (30, 6)] {
            series.at.push(SimTime::ZERO + Span::from_minutes(minute));
            let mut counts = ClassCounts::default();
            counts.out[1] = out;
            series.all.push(counts);
        }
        let mut list = Values::new();
        push_moments(&mut list, &series, (SimTime::from_secs(600.0), 0.1));
        let value = |key: &str| list.iter().find(|(known, _)| known == key).expect(key).1;
        assert_eq!(
            value("after_5m.data.out_devices"),
            Some(20.0),
            "between two samples"
        );
        assert_eq!(value("after_15m.data.out_devices"), Some(90.0));
        assert_eq!(value("after_15m.voice.out_devices"), Some(0.0));
        assert_eq!(value("after_1h.data.out_devices"), None);
        assert_eq!(list.len(), MOMENTS.len() * SERVICE_WORDS.len());
    }
}
