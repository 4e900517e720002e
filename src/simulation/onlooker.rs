//! Other operators of the same night: each is told under a telemetry contract of its own, and does nothing.
//!
//! One run shows so what every contract would have shown of it: the worlds are the same to the last event. What
//! one pipeline delivers can be looked at in several ways, each blind to some of its signals.
//!
//! Invariant: an onlooker sees what its own pipeline has delivered; nothing that it sees reaches the run.

use crate::base::SimTime;
use crate::detect::signature::{Signal, Signature, Tracker};
use crate::fault::Trace;
use crate::network::Snapshot;
use crate::scenario::Scenario;
use crate::telemetry::{Note, OperatorView, Pipeline, Report, Sensors, Source, TelemetrySpec};

/// A contract, and how what is told under it is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Onlook {
    /// What the pipelines are told.
    pub telemetry: TelemetrySpec,
    /// The ways of looking, each with the signals that it is blind to.
    pub blind: Vec<Vec<Signal>>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Onlooker {
    pipeline: Pipeline,
    sensors: Sensors,
    view: OperatorView,
    looks: Vec<(Tracker, Signature)>,
}

impl Onlooker {
    pub(super) fn new(onlook: &Onlook, scenario: &Scenario, seed: u64) -> Self {
        let (topology, scale) = (scenario.topology(), scenario.file().scale);
        let contract = &onlook.telemetry;
        let looks = onlook.blind.iter().map(|blind| {
            let signature = Signature {
                contract: contract.contract,
                ..Signature::default()
            };
            (Tracker::new(topology, scale).blind_to(blind), signature)
        });
        Self {
            pipeline: Pipeline::new(contract, seed, scale).on(topology),
            sensors: Sensors::new(contract, seed),
            view: OperatorView::new(contract, topology).at_scale(scale),
            looks: looks.collect(),
        }
    }

    /// When it next needs a snapshot.
    pub(super) fn due(&self) -> SimTime {
        self.pipeline.next_due()
    }

    /// Whether that snapshot must hold the counters of towers.
    pub(super) fn wants_towers(&self, now: SimTime) -> bool {
        self.pipeline.wants_towers(now)
    }

    /// End the periods that are due.
    pub(super) fn collect(
        &mut self,
        snapshot: &Snapshot,
        reachable: impl Fn(Source) -> bool,
    ) -> Vec<(SimTime, Report)> {
        self.pipeline.collect(snapshot, reachable)
    }

    /// What its sensors make of a trace.
    pub(super) fn notice(
        &mut self,
        now: SimTime,
        trace: &Trace,
        reaches: impl Fn(crate::base::NodeId) -> bool,
    ) -> Option<Note> {
        if let Trace::Software { node, version, .. } = trace {
            self.pipeline.installed(*node, version);
        }
        self.sensors.notice(now, trace.clone(), reaches)
    }

    pub(super) fn deliver(&mut self, report: Report) {
        self.view.deliver(report);
    }

    pub(super) fn note(&mut self, note: Note) {
        self.view.note(note);
    }

    pub(super) fn sign(&mut self, now: SimTime) {
        for (tracker, signature) in &mut self.looks {
            let signs = tracker.look(&self.view, self.pipeline.releases(), now);
            signature.note(now, signs.into_iter());
        }
    }

    pub(super) fn into_signatures(self) -> Vec<Signature> {
        self.looks.into_iter().map(|look| look.1).collect()
    }
}
