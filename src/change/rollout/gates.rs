//! The gates of a stage: started at their time, measured at their interval, counted to an outcome.
//!
//! Invariant: what a gate sees comes from the judge alone.

use crate::fault::Port;

use super::super::gate::{GateTiming, Measurement};
use super::super::gate_run::{GateOutcome, GateRun};
use super::super::rollout_spec::OnInconclusive;
use super::{ChangeOrder, Hands, Rollout, Status};

impl Rollout {
    /// Starts the gates of the stage that run from this time on.
    pub(super) fn start_gates(&mut self, timing: GateTiming, hands: &mut Hands<'_>) {
        for gate in 0..self.gates.len() {
            let spec = &self.stage_spec().gates[gate];
            if spec.runs == timing {
                let at = hands.port.now() + spec.initial_delay;
                let generation = self.generation;
                self.gates[gate] = Some(GateRun::default());
                let info = self.stage_info(hands.port.topology());
                let spec = &self.stage_spec().gates[gate];
                let now = hands.port.now();
                let floor = hands.judge.floor(spec, &info, now);
                self.gate_log.start((self.stage, gate), now, floor);
                self.orders
                    .push((at, ChangeOrder::Measure { gate, generation }));
            }
        }
    }

    /// The soak is over: gates without a count end with it, those after it begin.
    pub(super) fn soaked(&mut self, hands: &mut Hands<'_>) {
        self.status = Status::Judging;
        self.note("soak-over", String::new(), hands.port);
        for gate in 0..self.gates.len() {
            let endless = self.stage_spec().gates[gate].count.is_none();
            if let Some(run) = self.gates[gate].as_mut().filter(|_| endless)
                && run.outcome() == GateOutcome::Running
            {
                let outcome = run.terminate();
                self.conclude(gate, outcome, hands.port);
            }
        }
        self.start_gates(GateTiming::AfterSoak, hands);
        self.judged(hands);
    }

    /// Goes on if the soak is over and all gates are passed.
    pub(super) fn judged(&mut self, hands: &mut Hands<'_>) {
        let passed =
            |run: &Option<GateRun>| run.is_none_or(|run| run.outcome() == GateOutcome::Passed);
        if self.status == Status::Judging && self.gates.iter().all(passed) {
            self.ask_approval(hands);
        }
    }

    pub(super) fn measure(&mut self, gate: usize, hands: &mut Hands<'_>) {
        let spec = self.stage_spec().gates[gate].clone();
        let Some(mut run) = self.gates[gate] else {
            return;
        };
        if run.outcome() != GateOutcome::Running {
            return;
        }
        let (info, now) = (self.stage_info(hands.port.topology()), hands.port.now());
        let measurement = hands.judge.measure(&spec, &info, now);
        let mut outcome = run.take(&spec, measurement);
        let single = spec.count.is_none() && spec.runs == GateTiming::AfterSoak;
        if single && measurement != Measurement::NoData {
            outcome = run.terminate();
        }
        self.gates[gate] = Some(run);
        self.gate_log.measured((self.stage, gate), now, measurement);
        self.note_measurement(gate, measurement, hands.port);
        self.act_on(gate, outcome, hands);
    }

    fn act_on(&mut self, gate: usize, outcome: GateOutcome, hands: &mut Hands<'_>) {
        if outcome != GateOutcome::Running {
            self.conclude(gate, outcome, hands.port);
        }
        match outcome {
            GateOutcome::Running => {
                let at = hands.port.now() + self.stage_spec().gates[gate].interval;
                let generation = self.generation;
                self.orders
                    .push((at, ChangeOrder::Measure { gate, generation }));
            }
            GateOutcome::Passed => self.judged(hands),
            GateOutcome::Failed => self.fail("a gate failed", hands),
            GateOutcome::Inconclusive => self.in_doubt(gate, hands),
        }
    }

    fn in_doubt(&mut self, gate: usize, hands: &mut Hands<'_>) {
        match self.spec.on_inconclusive {
            OnInconclusive::Pause => self.stop("a gate is inconclusive: a person decides", hands),
            OnInconclusive::Halt => self.stop("a gate is inconclusive", hands),
            OnInconclusive::Rollback => self.roll_back("a gate is inconclusive", hands),
            OnInconclusive::Continue => {
                self.override_gate(gate);
                self.judged(hands);
            }
        }
    }

    /// After a person's decision to go on: what has not passed is taken as passed, what runs goes on.
    pub(super) fn resume_gates(&mut self, port: &dyn Port) {
        for gate in 0..self.gates.len() {
            match self.gates[gate].map(|run| run.outcome()) {
                Some(GateOutcome::Failed | GateOutcome::Inconclusive) => self.override_gate(gate),
                Some(GateOutcome::Running) => {
                    let at = port.now() + self.stage_spec().gates[gate].interval;
                    let generation = self.generation;
                    self.orders
                        .push((at, ChangeOrder::Measure { gate, generation }));
                }
                Some(GateOutcome::Passed) | None => {}
            }
        }
    }

    fn override_gate(&mut self, gate: usize) {
        if let Some(run) = &mut self.gates[gate] {
            run.override_it();
        }
    }

    fn conclude(&mut self, gate: usize, outcome: GateOutcome, port: &mut dyn Port) {
        self.gate_log
            .concluded((self.stage, gate), port.now(), outcome);
        let word = match outcome {
            GateOutcome::Running => "running",
            GateOutcome::Passed => "passed",
            GateOutcome::Failed => "failed",
            GateOutcome::Inconclusive => "inconclusive",
        };
        let detail = format!("stage {}: {word}", self.stage_name());
        port.record("gate", "gate-verdict", self.gate_name(gate), detail);
    }

    fn note_measurement(&self, gate: usize, measurement: Measurement, port: &mut dyn Port) {
        let value = measurement
            .value()
            .map_or_else(String::new, |value| format!(" at {value}"));
        let detail = format!("stage {}: {}{value}", self.stage_name(), measurement.word());
        port.record("gate", "gate-measured", self.gate_name(gate), detail);
    }

    fn gate_name(&self, gate: usize) -> String {
        self.stage_spec().gates[gate].metric.clone()
    }
}
