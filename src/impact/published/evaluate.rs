//! The simulated value of each published figure, and whether it lies within the tolerance.
//!
//! Invariant: reads results alone; a quantity that the run did not reach is a miss, never a guess.

use crate::base::{Record, SimTime, Span};
use crate::network::{ClassCounts, Service};

use super::super::alert::AlertFact;
use super::super::figures::Impact;
use super::super::names::real;
use super::{Figure, Published, Quantity, Tag, Tolerance, Unit};

/// The results that quantities are computed from.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The score.
    pub impact: &'a Impact,
    /// The event log.
    pub records: &'a [Record],
    /// Number of regions of the network.
    pub regions: usize,
}

/// How a figure came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Within the tolerance.
    Hit,
    /// Outside it.
    Miss,
    /// The run ended, or never came to it.
    NotReached,
    /// Nothing that a run computes.
    NotExpressible,
}

/// A published figure beside the simulated one. Times are in seconds since `t0`.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluated {
    /// The quantity in words.
    pub label: String,
    /// What it is counted in.
    pub unit: Unit,
    /// The published value.
    pub published: f64,
    /// The simulated value.
    pub simulated: Option<f64>,
    /// The least and the most that count as a hit.
    pub allowed: (f64, f64),
    /// How it came out.
    pub outcome: Outcome,
    /// What the figure is to the scenario.
    pub tag: Tag,
    /// Where it was published.
    pub source: String,
    /// Anything a reader should know.
    pub note: String,
    /// What probably explains a miss.
    pub miss: String,
}

/// Every figure of the block, in its order.
pub fn evaluate(published: &Published, evidence: &Evidence<'_>) -> Vec<Evaluated> {
    let t0 = SimTime::ZERO + published.t0;
    let each = |figure| evaluate_figure(figure, evidence, t0);
    published.figures.iter().map(each).collect()
}

fn evaluate_figure(figure: &Figure, evidence: &Evidence<'_>, t0: SimTime) -> Evaluated {
    let value = figure.value.number();
    let allowed = figure.tolerance.bounds(value);
    let simulated = simulate(&figure.quantity, evidence, t0);
    let outcome = match (&figure.quantity, simulated) {
        (Quantity::NotExpressible { .. }, _) => Outcome::NotExpressible,
        (_, None) => Outcome::NotReached,
        (_, Some(v)) if (allowed.0..=allowed.1).contains(&v) => Outcome::Hit,
        (_, Some(_)) => Outcome::Miss,
    };
    Evaluated {
        label: match figure.label.as_str() {
            "" => figure.quantity.label(),
            label => label.to_owned(),
        },
        unit: figure.quantity.unit(),
        published: value,
        simulated,
        allowed,
        outcome,
        tag: figure.tag,
        source: figure.source.clone(),
        note: figure.note.clone(),
        miss: figure.miss.clone(),
    }
}

impl Tolerance {
    /// The least and the most that count as a hit of a published value.
    pub fn bounds(&self, value: f64) -> (f64, f64) {
        let around = |distance: f64| (value - distance, value + distance);
        match self {
            Self::Relative { relative } => around(value.abs() * relative.get()),
            Self::Absolute { absolute } => around(absolute.number()),
            Self::Between { min, max } => (min.number(), max.number()),
            Self::AtLeast { min } => (min.number(), f64::INFINITY),
            Self::AtMost { max } => (f64::NEG_INFINITY, max.number()),
        }
    }
}

/// The simulated value: seconds since `t0`, a count at scale 1, a share or a ratio.
fn simulate(quantity: &Quantity, evidence: &Evidence<'_>, t0: SimTime) -> Option<f64> {
    let impact = evidence.impact;
    let all = &impact.all;
    match quantity {
        Quantity::Ratio { of, to } => {
            let divisor = simulate(to, evidence, t0).filter(|v| v.abs() > 0.0)?;
            Some(simulate(of, evidence, t0)? / divisor)
        }
        Quantity::Difference { of, minus } => {
            Some(simulate(of, evidence, t0)? - simulate(minus, evidence, t0)?)
        }
        Quantity::RegisteredShareAt { at } => impact.registered_share(None, t0 + *at),
        Quantity::ClassRegisteredShareAt { class, at } => {
            impact.registered_share(Some(impact.class(class)?.0), t0 + *at)
        }
        Quantity::DevicesAffected { service } => Some(real(
            all.services[Service::from(*service) as usize].ever_out,
        )),
        Quantity::BlockedCalls => Some(real(all.calls.blocked)),
        Quantity::FirstAttemptsBlocked => Some(real(all.calls.first_blocked)),
        Quantity::EmergencyCallsCarried { .. } | Quantity::PriorityCallsCarried { .. } => {
            carried(quantity, impact, t0)
        }
        Quantity::AlertsBroadcast { .. } | Quantity::AlertReach { .. } => warned(quantity, impact),
        Quantity::PeakOut { service } => {
            Some(real(all.services[Service::from(*service) as usize].peak))
        }
        Quantity::RegisteredDrop => {
            let lowest = all.registered.lowest;
            Some(real(all.registered.before.saturating_sub(lowest)))
        }
        Quantity::RestoredShareAt { service, at } => {
            let out = impact.series.out(None, Service::from(*service));
            let peak = out.peak_until(t0 + *at).filter(|&peak| peak > 0.0)?;
            Some(1.0 - out.value_at(t0 + *at)? / peak)
        }
        Quantity::RecordCount {
            record,
            subject,
            before,
        } => {
            let fits = |r: &&Record| r.kind == record && r.subject.contains(subject.as_str());
            let early = evidence.records.iter().take_while(|r| r.kind != before);
            Some(real(early.filter(fits).count() as u64))
        }
        Quantity::EmergencyBlocked => Some(real(all.calls.emergency_blocked)),
        Quantity::BlockedCallsPerDevice => share(all.calls.blocked, all.devices),
        Quantity::AttemptsPerDevice => share(all.registered.attempts, all.devices),
        Quantity::EmergencyShareOfBlocked => share(all.calls.emergency_blocked, all.calls.blocked),
        Quantity::RegionsTouchedShare => {
            share(impact.at_end.regions as u64, evidence.regions as u64)
        }
        _ => instant(quantity, evidence, t0).map(|at| at.as_secs_f64() - t0.as_secs_f64()),
    }
}

/// A counter among those of a class.
type Counter = fn(&ClassCounts) -> u64;

/// What was carried of the calls that people set out to make between two instants, from the start of the run
/// unless given.
fn carried(quantity: &Quantity, impact: &Impact, t0: SimTime) -> Option<f64> {
    let (carried, wanted, from, to): (Counter, Counter, _, _) = match quantity {
        Quantity::EmergencyCallsCarried { from, to } => (
            |c| c.emergency_calls - c.emergency_blocked,
            |c| c.emergency_calls - c.emergency_redials,
            from,
            to,
        ),
        Quantity::PriorityCallsCarried { from, to } => (
            |c| c.priority_calls - c.priority_blocked,
            |c| c.priority_calls - c.priority_redials,
            from,
            to,
        ),
        _ => return None,
    };
    let between = |counter: Counter| {
        let curve = impact.series.curve(None, counter);
        let before = from.map_or(Some(0.0), |from| curve.value_at(t0 + from))?;
        Some(curve.value_at(t0 + *to)? - before)
    };
    let wanted = between(wanted).filter(|&wanted| wanted > 0.0)?;
    Some(between(carried)? / wanted)
}

/// How public warnings went.
fn warned(quantity: &Quantity, impact: &Impact) -> Option<f64> {
    let sent = impact.alerts.iter();
    match quantity {
        Quantity::AlertsBroadcast { towers } => {
            let carried = sent.filter(|alert| alert.told_share() >= towers.get());
            Some(real(carried.count() as u64))
        }
        Quantity::AlertReach { alert } => {
            let sent = sent.filter(|fact| fact.name.contains(alert.as_str()));
            let add =
                |sum: (u64, u64), fact: &AlertFact| (sum.0 + fact.reached, sum.1 + fact.devices);
            let (reached, devices) = sent.fold((0, 0), add);
            share(reached, devices)
        }
        _ => None,
    }
}

/// When a quantity that is a time was reached.
fn instant(quantity: &Quantity, evidence: &Evidence<'_>, t0: SimTime) -> Option<SimTime> {
    let impact = evidence.impact;
    let since_reference = |span: Span| impact.reference + span;
    match quantity {
        Quantity::TimeToTotalLoss { service, share } => {
            let out = impact.series.out(None, Service::from(*service));
            let devices = impact.series.all.last()?.devices;
            out.reaches(share.get() * real(devices), t0)
        }
        Quantity::RegisteredShareTime { share } => impact
            .registered_again(None, share.get())
            .map(since_reference),
        Quantity::ClassRegisteredShareTime { class, share } => {
            let class = impact.class(class)?.0;
            impact
                .registered_again(Some(class), share.get())
                .map(since_reference)
        }
        Quantity::ServiceRestoredTime { service, left } => {
            let out = impact.series.out(None, Service::from(*service));
            let peak = out.peak().map(|p| p.1).filter(|&peak| peak > 0.0)?;
            out.stays_at_or_below(left.get() * peak)
        }
        Quantity::CallSuccessNormalTime { share } => {
            let failures = impact.series.call_success(None).mapped(|v| 1.0 - v);
            failures.stays_at_or_below(1.0 - share.get())
        }
        Quantity::RecordTime { record, subject } => {
            let fits = |r: &&Record| r.kind == record && r.subject.contains(subject.as_str());
            evidence.records.iter().find(fits).map(|r| r.at)
        }
        _ => None,
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| real(part) / real(whole))
}

#[cfg(test)]
mod tests {
    use super::super::super::recorder::tests::{ending, outage};
    use super::*;

    fn figures(text: &str) -> Vec<Evaluated> {
        let published: Published = serde_json::from_str(text).expect("a published block");
        let (impact, _) = outage().finish(ending());
        let record = Record {
            at: SimTime::from_secs(1_200.0),
            source: "rollout",
            kind: "rollback-finished",
            subject: "wave-1".into(),
            detail: String::new(),
        };
        let evidence = Evidence {
            impact: &impact,
            records: &[record],
            regions: 4,
        };
        evaluate(&published, &evidence)
    }

    #[test]
    fn each_quantity_is_computed_from_the_results() {
        let times = figures(
            r#"{"t0": "9m", "figures": [
            {"quantity": {"kind": "time-to-total-loss"}, "value": "1m", "source": "A1", "tag": "predicted"},
            {"quantity": {"kind": "registered-share-time", "share": 1.0}, "value": "111m", "source": "A1", "tag": "fit"},
            {"quantity": {"kind": "class-registered-share-time", "class": "first-responder", "share": 0.9},
             "value": "40m", "tolerance": {"min": "40m", "max": "48m"}, "source": "A1", "tag": "input"},
            {"quantity": {"kind": "registered-share-at", "at": "61m"}, "value": 0.5, "source": "A1", "tag": "predicted"},
            {"quantity": {"kind": "record-time", "record": "rollback-finished"}, "value": "20m", "source": "A1", "tag": "predicted"},
            {"quantity": {"kind": "ratio", "of": {"kind": "registered-share-time", "share": 0.9},
              "to": {"kind": "class-registered-share-time", "class": "first-responder", "share": 0.9}},
             "value": 4, "tolerance": {"min": 4}, "source": "A1", "tag": "predicted"},
            {"quantity": {"kind": "devices-affected"}, "value": 20800, "tolerance": {"absolute": 1}, "source": "A1", "tag": "predicted"},
            {"quantity": {"kind": "regions-touched-share"}, "value": 0.5, "source": "A1", "tag": "predicted"},
            {"quantity": {"kind": "class-registered-share-time", "class": "nobody", "share": 0.9}, "value": "9m", "source": "A1", "tag": "predicted"},
            {"quantity": {"kind": "not-expressible", "reason": "a person"}, "value": 2, "source": "A1", "tag": "predicted"}
            ]}"#,
        );
        let outcomes: Vec<Outcome> = times.iter().map(|e| e.outcome).collect();
        let (hit, miss) = (Outcome::Hit, Outcome::Miss);
        let last = [Outcome::NotReached, Outcome::NotExpressible];
        assert_eq!(outcomes[..8], [hit, hit, hit, hit, miss, miss, hit, hit]);
        assert_eq!(outcomes[8..], last);
        assert_eq!(times[4].simulated, Some(660.0));
        assert_eq!(times[2].allowed, (2_400.0, 2_880.0));
        assert_eq!(times[1].simulated, Some(6_660.0));
    }

    /// The value of a quantity of an outage in which two of five emergency calls are blocked for good.
    fn value(quantity: &str) -> Option<f64> {
        let (mut impact, _) = outage().finish(ending());
        for (minute, counts) in (0_u64..).zip(&mut impact.series.all) {
            // A hundred people a minute set out to call, and dial again fifty times.
            counts.emergency_calls = 150 * minute;
            counts.emergency_redials = 50 * minute;
            counts.emergency_blocked = 90 * minute.saturating_sub(60);
            // Priority service: ten a minute, five of them redials, seven blocked.
            counts.priority_calls = 10 * minute;
            counts.priority_redials = 5 * minute;
            counts.priority_blocked = 7 * minute;
        }
        let record = |minute: f64, kind| Record {
            at: SimTime::from_secs(60.0 * minute),
            source: "rollout",
            kind,
            subject: String::new(),
            detail: String::new(),
        };
        let records = [
            record(1.0, "stage-passed"),
            record(2.0, "stage-passed"),
            record(3.0, "element-struck"),
            record(3.0, "stage-passed"),
        ];
        let evidence = Evidence {
            impact: &impact,
            records: &records,
            regions: 4,
        };
        let quantity = serde_json::from_str(quantity).expect("a quantity");
        simulate(&quantity, &evidence, SimTime::from_secs(3_600.0))
    }

    #[test]
    fn what_is_counted_can_end_with_the_harm() {
        let all = r#"{"kind": "record-count", "record": "stage-passed"}"#;
        assert_eq!(value(all), Some(3.0));
        let clean =
            r#"{"kind": "record-count", "record": "stage-passed", "before": "element-struck"}"#;
        assert_eq!(value(clean), Some(2.0));
        let never =
            r#"{"kind": "record-count", "record": "stage-passed", "before": "rollback-started"}"#;
        assert_eq!(value(never), Some(3.0));
    }

    #[test]
    fn what_is_still_to_be_lost_is_not_won_back() {
        let voice = |at: &str| value(&format!(r#"{{"kind": "restored-share-at", "at": "{at}"}}"#));
        let later = voice("10m").expect("an outage");
        assert!((0.4..0.6).contains(&later), "{later}");
        // Ten times as many fall an hour later: what was won back by then stays won back.
        let (mut impact, _) = outage().finish(ending());
        for counts in &mut impact.series.all[150..] {
            counts.out = counts.out.map(|_| 20_000);
        }
        let evidence = Evidence {
            impact: &impact,
            records: &[],
            regions: 4,
        };
        let quantity = r#"{"kind": "restored-share-at", "at": "10m"}"#;
        let quantity = serde_json::from_str(quantity).expect("a quantity");
        let t0 = SimTime::from_secs(3_600.0);
        assert_eq!(simulate(&quantity, &evidence, t0), Some(later));
    }

    #[test]
    fn carried_emergency_calls_are_a_share_of_those_people_set_out_to_make() {
        let during = r#"{"kind": "emergency-calls-carried", "from": "0m", "to": "60m"}"#;
        assert_eq!(value(during), Some(0.6));
        let day = r#"{"kind": "emergency-calls-carried", "to": "60m"}"#;
        assert_eq!(value(day), Some((150.0 * 60.0 + 60.0 * 60.0) / 12_000.0));
        let priority = r#"{"kind": "priority-calls-carried", "from": "0m", "to": "60m"}"#;
        assert_eq!(value(priority), Some(0.6));
    }

    #[test]
    fn a_warning_counts_if_the_towers_of_its_area_broadcast_it() {
        let (mut impact, _) = outage().finish(ending());
        let alert = |name: &str, told, reached| AlertFact {
            name: name.to_owned(),
            towers: 100,
            told,
            devices: 1_000,
            reached,
            ..AlertFact::default()
        };
        impact.alerts = vec![
            alert("flood", 100, 900),
            alert("storm", 95, 800),
            alert("lost", 94, 100),
        ];
        let evidence = Evidence {
            impact: &impact,
            records: &[],
            regions: 4,
        };
        for (quantity, expected) in [
            (r#"{"kind": "alerts-broadcast"}"#, Some(2.0)),
            (r#"{"kind": "alerts-broadcast", "towers": 1}"#, Some(1.0)),
            (r#"{"kind": "alert-reach"}"#, Some(0.6)),
            (r#"{"kind": "alert-reach", "alert": "lost"}"#, Some(0.1)),
            (r#"{"kind": "alert-reach", "alert": "never sent"}"#, None),
        ] {
            let read = serde_json::from_str(quantity).expect("a quantity");
            let value = simulate(&read, &evidence, SimTime::ZERO);
            assert_eq!(value, expected, "{quantity}");
        }
    }

    #[test]
    fn a_value_of_the_wrong_sort_is_named() {
        let text =
            r#"{"quantity": {"kind": "blocked-calls"}, "value": "3m", "source": "", "tag": "fit"}"#;
        let figure: Figure = serde_json::from_str(text).expect("a figure");
        let problem = figure.problem().expect("a duration is no count");
        assert!(problem.contains("plain number"), "{problem}");
    }
}
