//! What of a run is kept: all that a report shows, or the score alone.
//!
//! Series, maps and signatures cost a short run more than a third of its time, and a study of thousands asks for
//! none of them.
//!
//! Invariant: what is left out is read by nobody who acts, so that no figure depends on it.

use crate::impact::{Names, Recorder};
use crate::scenario::{Scenario, ScenarioFile};
use crate::telemetry::{CountedOf, Metric, Pipeline};

/// What of a run is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Everything: score, records, gates, series, map, signature, what the operator's tools showed.
    Everything,
    /// Score, records, stages, gates and published figures. Reports of towers say nothing, if no gate and no alarm
    /// reads them.
    Score,
}

impl Keep {
    /// The recorder of a run.
    pub(super) fn recorder(self, names: Names) -> Recorder {
        let recorder = Recorder::new(names);
        match self {
            Self::Everything => recorder,
            Self::Score => recorder.without_kpi(),
        }
    }
}

/// What turns the counters of a run into reports.
pub(super) fn pipeline(scenario: &Scenario, seed: u64, keep: Keep) -> Pipeline {
    let file = scenario.file();
    let pipeline = Pipeline::new(&file.telemetry, seed, file.scale).on(scenario.topology());
    let all = keep == Keep::Everything || !file.outputs.export.is_empty() || are_towers_read(file);
    if all {
        pipeline
    } else {
        pipeline.with_empty_towers()
    }
}

/// Whether a gate or an alarm reads what towers count.
fn are_towers_read(file: &ScenarioFile) -> bool {
    let is_of_towers = |name: &str| {
        Metric::parse(name).is_ok_and(|metric| metric.counted_of() == CountedOf::Towers)
    };
    let rollouts = file.rollouts();
    let stages = rollouts.iter().flat_map(|(_, rollout)| &rollout.stages);
    let mut gates = stages.flat_map(|stage| &stage.gates);
    let mut alarms = file.response.alarms.iter();
    gates.any(|gate| gate.metrics().any(is_of_towers))
        || alarms.any(|alarm| is_of_towers(&alarm.metric))
}
