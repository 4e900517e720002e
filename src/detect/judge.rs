//! Gates of a rollout, judged on what has been delivered.
//!
//! Invariant: a judge that has not been told of an outage lets the stage pass, as it would in life.

use crate::base::{PoolId, Problem, SimTime, Span};
use crate::change::{GateJudge, GateScope, GateSpec, Measurement, StageInfo};
use crate::telemetry::{CountedOf, Metric, Names, OperatorView, Place};

use super::judges::Judge;

/// A judge with the view that it judges on.
#[derive(Clone, Copy, Debug)]
pub struct ViewJudge<'a> {
    judge: &'static Judge,
    view: &'a OperatorView,
    names: Names<'a>,
}

impl<'a> ViewJudge<'a> {
    /// A judge at one instant of a run.
    pub fn new(judge: &'static Judge, view: &'a OperatorView, names: Names<'a>) -> Self {
        Self { judge, view, names }
    }
}

impl GateJudge for ViewJudge<'_> {
    fn measure(&mut self, gate: &GateSpec, stage: &StageInfo, now: SimTime) -> Measurement {
        let Ok(metric) = Metric::parse(&gate.metric) else {
            return Measurement::NoData;
        };
        let question = Question {
            metric,
            places: places(metric, gate.scope, stage, &self.names),
            now,
        };
        (self.judge.measure)(gate, &question, self.view)
    }
}

/// What a gate wants to know, with every name resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What is measured.
    pub metric: Metric,
    /// Where; taken together.
    pub places: Vec<Place>,
    /// When.
    pub now: SimTime,
}

/// What is wrong with a gate that only telemetry can know: its metric, and a window that reaches
/// further back than `retention`, for which reports are kept.
pub fn gate_problems(gate: &GateSpec, retention: Span) -> Vec<Problem> {
    let metric = Metric::parse(&gate.metric).err();
    let metric = metric.map(|problem| problem.under("metric"));
    let window = (gate.interval > retention).then(|| {
        let allowed = format!("at most telemetry.retention, {retention}");
        Problem::new("interval", gate.interval.to_string(), allowed)
    });
    metric.into_iter().chain(window).collect()
}

/// Where a gate looks. Subscribers are counted by region and class only: a gate on the elements or
/// pools of a stage sees the regions of those pools, or the class that they are dedicated to; pools
/// of no region and no class serve the whole network.
fn places(metric: Metric, scope: GateScope, stage: &StageInfo, names: &Names<'_>) -> Vec<Place> {
    let mut places: Vec<Place> = match (scope, metric.counted_of()) {
        (GateScope::All, _) => vec![Place::Network],
        (GateScope::Regions, _) => stage.regions.iter().copied().map(Place::Region).collect(),
        (GateScope::Selected, CountedOf::Elements) => {
            stage.nodes.iter().copied().map(Place::Function).collect()
        }
        (GateScope::Pools, CountedOf::Elements) => {
            let pools = stage.pools.iter().map(|&pool| names.topology.pool(pool));
            let members = pools.flat_map(|pool| pool.members.iter().copied());
            members.map(Place::Function).collect()
        }
        (GateScope::Selected | GateScope::Pools, CountedOf::Subscribers) => {
            let pools = stage.pools.iter();
            pools.map(|&pool| subscribers_of(pool, names)).collect()
        }
    };
    if places.is_empty() {
        // Shared elements belong to no pool and no region: what they hurt is everywhere.
        places.push(Place::Network);
    }
    places
}

fn subscribers_of(pool: PoolId, names: &Names<'_>) -> Place {
    let pool = names.topology.pool(pool);
    let class = pool.dedicated_to.as_deref();
    match (class.and_then(|name| names.class(name).ok()), pool.region) {
        (Some(class), _) => Place::Class(class),
        (None, Some(region)) => Place::Region(region),
        (None, None) => Place::Network,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{ClassId, NodeId, RegionId, Span};
    use crate::change::Threshold;
    use crate::detect::find_judge;
    use crate::telemetry::fixture::{Minute, World, classes, names};

    fn gate() -> GateSpec {
        let bound = |text| Threshold::parse(text).ok();
        GateSpec {
            success: bound(">= 0.995"),
            fail: bound("< 0.98"),
            scope: GateScope::All,
            ..GateSpec::new("RSR")
        }
    }

    fn stage(nodes: &[u32], pools: &[u16]) -> StageInfo {
        StageInfo {
            name: "first".to_owned(),
            index: 0,
            nodes: nodes.iter().copied().map(NodeId).collect(),
            pools: pools.iter().copied().map(PoolId).collect(),
            regions: Vec::new(),
            started: SimTime::ZERO,
        }
    }

    fn measure(world: &World, gate: &GateSpec, stage: &StageInfo, now: SimTime) -> Measurement {
        let classes = classes();
        let names = names(&world.topology, &classes);
        let judge = find_judge("threshold").expect("it exists");
        ViewJudge::new(judge, &world.view, names).measure(gate, stage, now)
    }

    #[test]
    fn an_outage_that_nobody_has_reported_passes_the_gate() {
        let mut world = World::ideal();
        world.pass(&Minute::registered(100));
        world.pass(&Minute::registered(0));
        let stage = stage(&[], &[]);
        // The second minute was bad through and through, and its report is four seconds old.
        let before = SimTime::from_secs(124.0);
        assert_eq!(
            measure(&world, &gate(), &stage, before),
            Measurement::Successful(1.0)
        );
        let after = SimTime::from_secs(125.0);
        assert_eq!(
            measure(&world, &gate(), &stage, after),
            Measurement::Failed(0.5)
        );
    }

    #[test]
    fn what_is_neither_good_nor_bad_is_inconclusive() {
        let mut world = World::ideal();
        world.pass(&Minute::registered(99));
        let measured = measure(&world, &gate(), &stage(&[], &[]), world.now());
        assert!(matches!(measured, Measurement::Inconclusive(value) if value > 0.99));
    }

    #[test]
    fn silence_and_too_few_samples_are_no_data() {
        let mut world = World::ideal();
        let stage = stage(&[], &[]);
        assert_eq!(
            measure(&world, &gate(), &stage, world.now()),
            Measurement::NoData
        );
        world.pass(&Minute::registered(100));
        let demanding = |min_samples| GateSpec {
            min_samples,
            ..gate()
        };
        let now = world.now();
        assert_eq!(
            measure(&world, &demanding(400), &stage, now),
            Measurement::Successful(1.0)
        );
        assert_eq!(
            measure(&world, &demanding(401), &stage, now),
            Measurement::NoData
        );
        world.pass(&Minute::registered(100));
        let patient = GateSpec {
            interval: Span::from_minutes(2),
            ..demanding(800)
        };
        let now = world.now();
        assert_eq!(
            measure(&world, &patient, &stage, now),
            Measurement::Successful(1.0)
        );
    }

    #[test]
    fn a_gate_on_pools_sees_their_regions_and_classes_alone() {
        let mut world = World::ideal();
        let mut minute = Minute::registered(100);
        for class in &mut minute.classes[1] {
            class.registration_successes = 0;
        }
        world.pass(&minute);
        let pools = GateSpec {
            scope: GateScope::Pools,
            ..gate()
        };
        let judged = |pools_in_stage: &[u16]| {
            measure(&world, &pools, &stage(&[], pools_in_stage), world.now())
        };
        assert_eq!(judged(&[0]), Measurement::Successful(1.0));
        assert_eq!(judged(&[1]), Measurement::Failed(0.0));
        assert_eq!(
            judged(&[2]),
            Measurement::Failed(0.5),
            "firstnet, everywhere"
        );
        // South, and firstnet in the north: three groups of a hundred, one of which is good.
        let Measurement::Failed(value) = judged(&[1, 2]) else {
            panic!("it has failed");
        };
        assert!((value - 1.0 / 3.0).abs() < 1e-9, "{value}");
    }

    #[test]
    fn elements_are_judged_by_their_own_counters() {
        let world = World::ideal();
        let classes = classes();
        let names = names(&world.topology, &classes);
        let at = |metric, scope, stage: &StageInfo| places(metric, scope, stage, &names);
        let mixed = stage(&[0, 3], &[0]);
        assert_eq!(
            at(Metric::Utilisation, GateScope::Selected, &mixed),
            [0, 3].map(|node| Place::Function(NodeId(node)))
        );
        assert_eq!(
            at(Metric::Utilisation, GateScope::Pools, &mixed),
            [0, 1].map(|node| Place::Function(NodeId(node)))
        );
        assert_eq!(
            at(Metric::Rsr, GateScope::Selected, &mixed),
            [Place::Region(RegionId(0))]
        );
        assert_eq!(
            at(Metric::Rsr, GateScope::Pools, &stage(&[5], &[2])),
            [Place::Class(ClassId(1))]
        );
        assert_eq!(
            at(Metric::Rsr, GateScope::Pools, &stage(&[3], &[])),
            [Place::Network]
        );
    }

    #[test]
    fn gates_on_metrics_that_nobody_delivers_are_refused() {
        assert_eq!(gate_problems(&gate(), Span::from_hours(6)), []);
        let spec = GateSpec {
            interval: Span::from_hours(7),
            ..GateSpec::new("RSRR")
        };
        let problems = gate_problems(&spec, Span::from_hours(6));
        let paths: Vec<&str> = problems.iter().map(|p| p.path.as_str()).collect();
        assert_eq!(paths, ["metric", "interval"]);
    }
}
