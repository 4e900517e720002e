//! What is known of the management plane beside counters: change records, sessions, hashes of software.
//!
//! The world leaves traces; a sensor notices a trace of its kind with its coverage, and what it has
//! noticed arrives as a [`Note`] after its delay. Coverage is a fixed trait of an element: one that logs
//! nothing today logs nothing tomorrow.
//!
//! Invariant: a trace that no sensor covers leaves no note.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Delay, NodeId, Share, SimTime, Span, Stream};
use crate::fault::{ChangeStep, Trace, luck, text_key};

use super::spec::{Contract, Path, TelemetrySpec};

/// A source of notes: the contract's, and what differs from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SensorSpec {
    /// Whether there is such a source; as the contract says unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub present: Option<bool>,
    /// Share of the elements that it covers (of the lines of change records: that are kept); 1 unless
    /// given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Share>,
    /// From the act until it can be queried; a minute unless given (assumed).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Delay>,
    /// Whether what it sees travels through the network: acts on elements that the management plane does
    /// not reach are then not seen. Out of band unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Path>,
    /// How often it looks; continuously if zero. Unless given, hashes are read every quarter of an hour
    /// (assumed), the others continuously.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Span>,
}

/// A source of notes with every value settled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SensorSettings {
    /// Share of the elements that it covers.
    pub coverage: Share,
    /// From the act (or the look that finds it) until it can be queried.
    pub delay: Delay,
    /// How it travels.
    pub path: Path,
    /// How often it looks; continuously if zero.
    pub period: Span,
}

impl SensorSpec {
    /// The sensor, which looks every `look` unless it says otherwise; none if there is none.
    pub fn settings(&self, contract: Contract, look: Span) -> Option<SensorSettings> {
        let present = self.present.unwrap_or(contract == Contract::Full);
        present.then(|| SensorSettings {
            coverage: self.coverage.unwrap_or(Share::ALL),
            delay: self.delay.unwrap_or(Delay::Fixed(Span::from_minutes(1))),
            path: self.path.unwrap_or(Path::OutOfBand),
            period: self.period.unwrap_or(look),
        })
    }
}

/// Something known of the management plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When it happened, as its source says.
    pub at: SimTime,
    /// From when on it can be queried.
    pub deliver_at: SimTime,
    /// What it says.
    pub fact: Fact,
}

/// What a note says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A line of a change record.
    Change {
        /// The number of the record.
        ticket: String,
        /// What it says.
        step: ChangeStep,
        /// The element it says it of.
        node: Option<NodeId>,
    },
    /// Somebody logged in to an element and changed something.
    Session {
        /// Which element.
        node: NodeId,
        /// The change record given as the reason.
        ticket: Option<String>,
    },
    /// An element's software was hashed, and is other than at the look before.
    Hash {
        /// Which element.
        node: NodeId,
        /// The version that was installed; none: it says that it runs what it ran before.
        version: Option<String>,
        /// Whether the hash is the one that was signed for that version.
        matches: bool,
    },
}

impl Fact {
    /// Which source it came from.
    pub const fn kind(&self) -> SensorKind {
        match self {
            Self::Change { .. } => SensorKind::Ledger,
            Self::Session { .. } => SensorKind::ManagementLog,
            Self::Hash { .. } => SensorKind::Hashes,
        }
    }
}

/// The sources of notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum SensorKind {
    /// Change records.
    Ledger,
    /// Log-ins and sessions.
    ManagementLog,
    /// Hashes of software.
    Hashes,
}

/// The sensors of a run.
#[derive(Clone, Debug)]
pub struct Sensors {
    seed: u64,
    settings: [Option<SensorSettings>; 3],
}

impl Sensors {
    /// The sensors of a contract.
    pub fn new(spec: &TelemetrySpec, seed: u64) -> Self {
        Self {
            seed,
            settings: sensors(spec),
        }
    }

    /// What is noticed of a trace that is left at `now`, and the instant at which the world must hand it
    /// to [`super::OperatorView::note`]; `reachable` says whether the management plane reaches an
    /// element.
    pub fn notice(
        &self,
        now: SimTime,
        trace: Trace,
        reachable: impl Fn(NodeId) -> bool,
    ) -> Option<Note> {
        let fact = fact_of(trace);
        let settings = self.settings[fact.kind() as usize].as_ref()?;
        let (element, occasion) = names(&fact, now);
        let draw = |key: &[u64]| luck(self.seed, Stream::Telemetry, key);
        let is_covered = draw(&element).happens(settings.coverage);
        let node = node_of(&fact);
        let has_path = settings.path == Path::OutOfBand || node.is_none_or(reachable);
        if !is_covered || !has_path {
            return None;
        }
        let seen = match settings.period.as_us() {
            0 => now,
            period => SimTime::from_us(now.as_us().div_ceil(period) * period),
        };
        Some(Note {
            at: now,
            deliver_at: seen + draw(&occasion).delay(&settings.delay),
            fact,
        })
    }
}

/// The settings of all sensors, in the order of [`SensorKind`].
pub(super) fn sensors(spec: &TelemetrySpec) -> [Option<SensorSettings>; 3] {
    [
        spec.ledger.settings(spec.contract, Span::ZERO),
        spec.management_log.settings(spec.contract, Span::ZERO),
        spec.hashes_settings(),
    ]
}

fn fact_of(trace: Trace) -> Fact {
    match trace {
        Trace::Change { ticket, step, node } => Fact::Change { ticket, step, node },
        Trace::Session { node, ticket } => Fact::Session { node, ticket },
        Trace::Software {
            node,
            version,
            genuine,
        } => Fact::Hash {
            node,
            version: Some(version),
            matches: genuine,
        },
        Trace::Altered { node, genuine } => Fact::Hash {
            node,
            version: None,
            matches: genuine,
        },
    }
}

fn node_of(fact: &Fact) -> Option<NodeId> {
    match fact {
        Fact::Change { node, .. } => *node,
        Fact::Session { node, .. } | Fact::Hash { node, .. } => Some(*node),
    }
}

/// What names the element among those that a source covers, and the occasion among all of a run. Lines
/// of change records are kept or lost one by one.
fn names(fact: &Fact, now: SimTime) -> ([u64; 4], [u64; 4]) {
    let kind = 2 + fact.kind() as u64;
    let node = node_of(fact).map_or(u64::MAX, |node| u64::from(node.0));
    let line = match fact {
        Fact::Change { ticket, step, .. } => text_key(ticket) ^ text_key(step.word()),
        Fact::Session { .. } | Fact::Hash { .. } => 0,
    };
    ([kind, node, line, 0], [kind, node, line, now.as_us() + 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> TelemetrySpec {
        serde_json::from_str(text).expect("a contract")
    }

    fn session(node: u32) -> Trace {
        let node = NodeId(node);
        Trace::Session { node, ticket: None }
    }

    #[test]
    fn without_a_sensor_nothing_is_noticed() {
        let sensors = Sensors::new(&spec("{}"), 1);
        let now = SimTime::from_secs(100.0);
        assert_eq!(sensors.notice(now, session(1), |_| true), None);
    }

    #[test]
    fn a_note_comes_late_and_keeps_its_instant() {
        let sensors = Sensors::new(&spec(r#"{"contract": "full"}"#), 1);
        let now = SimTime::from_secs(100.0);
        let note = sensors.notice(now, session(1), |_| true).expect("noticed");
        assert_eq!(note.at, now);
        assert_eq!(note.deliver_at, SimTime::from_secs(160.0));
    }

    #[test]
    fn hashes_are_found_when_somebody_looks() {
        let sensors = Sensors::new(&spec(r#"{"contract": "full"}"#), 1);
        let trace = Trace::Software {
            node: NodeId(1),
            version: "2".into(),
            genuine: false,
        };
        let note = sensors.notice(SimTime::from_secs(901.0), trace, |_| true);
        let note = note.expect("noticed");
        assert_eq!(note.deliver_at, SimTime::from_secs(1_860.0));
        assert!(matches!(note.fact, Fact::Hash { matches: false, .. }));
    }

    #[test]
    fn coverage_is_a_trait_of_the_element() {
        let text = r#"{"contract": "full", "management_log": {"coverage": 0.5}}"#;
        let sensors = Sensors::new(&spec(text), 3);
        let seen = |node, at| {
            let now = SimTime::from_secs(at);
            sensors.notice(now, session(node), |_| true).is_some()
        };
        let covered = (0..1_000).filter(|&node| seen(node, 1.0)).count();
        // Binomial: four standard deviations are 63.
        assert!((437..=563).contains(&covered), "{covered}");
        assert!((0..1_000).all(|node| seen(node, 1.0) == seen(node, 2.0)));
    }

    #[test]
    fn in_band_sensors_die_with_the_path() {
        let text = r#"{"contract": "full", "management_log": {"path": "in-band"}}"#;
        let sensors = Sensors::new(&spec(text), 3);
        let now = SimTime::from_secs(1.0);
        assert_eq!(sensors.notice(now, session(1), |_| false), None);
        assert!(sensors.notice(now, session(1), |_| true).is_some());
    }
}
