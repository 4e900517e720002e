//! Gates of a rollout, judged on what has been delivered.
//!
//! Invariant: a judge that has not been told of an outage lets the stage pass, as it would in life.

use crate::base::{ClassId, NodeId, PoolId, Problem, RegionId, SimTime, Span};
use crate::change::{GateJudge, GateScope, GateSpec, Measurement, StageInfo};
use crate::telemetry::{CountedOf, Metric, Names, OperatorView, Place, Window};
use crate::topology::NodeKind;

use super::floor::{Demand, detection_floor};
use super::judges::find_judge;

/// Every judge, with the view that they judge on.
#[derive(Clone, Copy, Debug)]
pub struct ViewJudge<'a> {
    view: &'a OperatorView,
    names: Names<'a>,
}

impl<'a> ViewJudge<'a> {
    /// The judges at one instant of a run.
    pub fn new(view: &'a OperatorView, names: Names<'a>) -> Self {
        Self { view, names }
    }
}

impl GateJudge for ViewJudge<'_> {
    fn measure(&mut self, gate: &GateSpec, stage: &StageInfo, now: SimTime) -> Measurement {
        let known = (find_judge(&gate.judge), Metric::parse(&gate.metric));
        let (Ok(judge), Ok(metric)) = known else {
            return Measurement::NoData;
        };
        let question = Question {
            metric,
            stage,
            now,
            names: self.names,
        };
        (judge.measure)(gate, &question, self.view)
    }

    fn floor(&mut self, gate: &GateSpec, stage: &StageInfo, now: SimTime) -> Option<Span> {
        let judge = find_judge(&gate.judge).ok()?;
        let metric = Metric::parse(&gate.metric).ok()?;
        let pipeline = self.view.settings(metric.counted_of());
        let places = places(metric, gate.scope, stage, &self.names);
        let newest = self.view.over_places(metric, &places, Window::newest(now));
        // What nobody has reported yet may be plenty: the floor is a lower bound.
        let samples = newest.map_or(f64::INFINITY, |observed| observed.samples);
        let rate = samples / pipeline.period.as_secs_f64();
        let mut demand = Demand::of_gate(gate, rate)?;
        demand.reports = (judge.reports)(gate, pipeline.period)?;
        if let Some(canary) = gate.canary.as_ref().filter(|_| gate.judge != "threshold") {
            demand.window = demand.window.max(canary.window);
        }
        detection_floor(pipeline, &demand)
    }
}

/// What a gate wants to know, with every name resolved.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What is measured.
    pub metric: Metric,
    /// The stage that is judged.
    pub stage: &'a StageInfo,
    /// When.
    pub now: SimTime,
    /// The names of the network.
    pub names: Names<'a>,
}

impl Question<'_> {
    /// The places that the stage has changed, for a metric; taken together.
    pub fn canary(&self, metric: Metric, scope: GateScope) -> Vec<Place> {
        places(metric, scope, self.stage, &self.names)
    }

    /// The places that the rollout has not changed so far, of the same sort; empty if there are none.
    pub fn control(&self, metric: Metric, scope: GateScope) -> Vec<Place> {
        let whole = StageInfo {
            nodes: self.stage.changed.clone(),
            ..self.stage.clone()
        };
        let changed = places(metric, scope, &whole, &self.names);
        let others = others(self.canary(metric, scope).first(), self.stage, &self.names);
        let is_free = |place: &Place| !changed.contains(place) && !self.is_changed(*place);
        others.into_iter().filter(is_free).collect()
    }

    /// Whether a place holds anything that the rollout has changed.
    fn is_changed(&self, place: Place) -> bool {
        let topology = self.names.topology;
        self.stage.changed.iter().any(|&node| match place {
            Place::Function(other) => other == node,
            Place::Region(region) => {
                topology.find_region(&topology.node(node).labels.region) == Some(region)
            }
            _ => false,
        })
    }
}

/// Every place of the sort of this one; of elements, those of the kinds that the stage changes.
fn others(like: Option<&Place>, stage: &StageInfo, names: &Names<'_>) -> Vec<Place> {
    let topology = names.topology;
    match like {
        Some(Place::Region(_)) => {
            let regions = 0..topology.regions().len();
            regions
                .map(|i| Place::Region(RegionId::from_index(i)))
                .collect()
        }
        Some(Place::Class(_)) => {
            let classes = 0..names.classes.len();
            classes
                .map(|i| Place::Class(ClassId::from_index(i)))
                .collect()
        }
        Some(Place::Function(_)) => {
            let kinds: Vec<_> = stage.nodes.iter().map(|&n| topology.node(n).kind).collect();
            let nodes = topology.nodes().iter().enumerate();
            let like = nodes.filter(|(_, node)| kinds.contains(&node.kind));
            like.map(|(i, _)| Place::Function(NodeId::from_index(i)))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// What is wrong with a gate that only telemetry can know: its metric, its judge, and a window that
/// reaches further back than `retention`, for which reports are kept.
pub fn gate_problems(gate: &GateSpec, retention: Span) -> Vec<Problem> {
    let metric = Metric::parse(&gate.metric).err();
    let mut problems: Vec<Problem> = metric
        .map(|problem| problem.under("metric"))
        .into_iter()
        .collect();
    match find_judge(&gate.judge) {
        Ok(judge) => problems.extend((judge.check)(gate)),
        Err(problem) => problems.push(problem.under("judge")),
    }
    let canary = gate
        .canary
        .as_ref()
        .map(|canary| ("canary.window", canary.window));
    let windows = [("interval", gate.interval), ("for", gate.hold)];
    for (key, window) in windows.into_iter().chain(canary) {
        if window > retention {
            let allowed = format!("at most telemetry.retention, {retention}");
            problems.push(Problem::new(key, window.to_string(), allowed));
        }
    }
    problems
}

/// Where a gate looks. Towers are counted one by one: the study group of a stage is the towers that it changes,
/// the control group all others. Subscribers are counted by region and class only: a gate on the elements or
/// pools of a stage sees the regions of those pools, or the class that they are dedicated to; pools
/// of no region and no class serve the whole network.
fn places(metric: Metric, scope: GateScope, stage: &StageInfo, names: &Names<'_>) -> Vec<Place> {
    let mut places: Vec<Place> = match (scope, metric.counted_of()) {
        (GateScope::All, _) => vec![Place::Network],
        (GateScope::Regions, _) => stage.regions.iter().copied().map(Place::Region).collect(),
        (GateScope::Selected, CountedOf::Elements) => {
            stage.nodes.iter().copied().map(Place::Function).collect()
        }
        (GateScope::Selected | GateScope::Pools, CountedOf::Towers) => {
            let is_tower = |node: &NodeId| names.topology.node(*node).kind == NodeKind::Tower;
            let towers = stage.nodes.iter().copied().filter(is_tower);
            towers.map(Place::Function).collect()
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
    use crate::change::Threshold;
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
            changed: nodes.iter().copied().map(NodeId).collect(),
            pools: pools.iter().copied().map(PoolId).collect(),
            regions: Vec::new(),
            started: SimTime::ZERO,
        }
    }

    fn measure(world: &World, gate: &GateSpec, stage: &StageInfo, now: SimTime) -> Measurement {
        let classes = classes();
        let names = names(&world.topology, &classes);
        ViewJudge::new(&world.view, names).measure(gate, stage, now)
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
        assert_eq!(paths, ["metric", "success", "interval"]);
    }
}
