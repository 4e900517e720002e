//! The judges on a network of two regions, of which a stage has changed the northern one.

use super::super::judge::ViewJudge;
use super::*;
use crate::base::{NodeId, PoolId, RegionId, SimTime};
use crate::change::{CanaryMetric, GateJudge, StageInfo, Threshold};
use crate::network::ClassCounts;
use crate::telemetry::fixture::{Minute, World, classes, names};
use crate::telemetry::{Contract, TelemetrySpec};

/// A minute in which so many of a thousand attempts fail, north and south, a few more or fewer from
/// minute to minute as it goes.
fn minute(number: u64, failures: [u64; 2]) -> Minute {
    let counts = |failed: u64| ClassCounts {
        devices: 1_000,
        registered: 1_000 - failed,
        registration_attempts: 1_000,
        registration_successes: 1_000 - failed - number % 3,
        ..ClassCounts::default()
    };
    let mut minute = Minute::of(counts(failures[1]));
    minute.classes[0] = vec![counts(failures[0]); 2];
    minute
}

/// The stage that began after half an hour, and has changed `amf-n`.
fn stage() -> StageInfo {
    StageInfo {
        name: "first".to_owned(),
        index: 0,
        nodes: vec![NodeId(0)],
        changed: vec![NodeId(0)],
        pools: vec![PoolId(0)],
        regions: vec![RegionId(0)],
        started: SimTime::ZERO + Span::from_minutes(30),
    }
}

fn gate(judge: &str) -> GateSpec {
    GateSpec {
        judge: judge.to_owned(),
        ..GateSpec::new("RSR")
    }
}

fn measure(world: &World, gate: &GateSpec) -> Measurement {
    let classes = classes();
    let names = names(&world.topology, &classes);
    assert_eq!(super::super::gate_problems(gate, Span::from_hours(6)), []);
    ViewJudge::new(&world.view, names).measure(gate, &stage(), world.now())
}

/// Half an hour of `before`, then so many minutes of `after`.
fn world(before: [u64; 2], after: [u64; 2], minutes: u64) -> World {
    let mut world = World::ideal();
    (0..30).for_each(|number| world.pass(&minute(number, before)));
    (0..minutes).for_each(|number| world.pass(&minute(number + 1, after)));
    world
}

const FAIR: [u64; 2] = [10, 10];

fn bounded(judge: &str, fail: &str) -> GateSpec {
    GateSpec {
        fail: Threshold::parse(fail).ok(),
        ..gate(judge)
    }
}

#[test]
fn a_threshold_waits_for_as_long_as_it_is_told() {
    let patient = GateSpec {
        hold: Span::from_minutes(2),
        ..bounded("threshold", "< 0.98")
    };
    let failed = |minutes| {
        let measured = measure(&world(FAIR, [100, 100], minutes), &patient);
        matches!(measured, Measurement::Failed(_))
    };
    assert_eq!([1, 2, 3, 9].map(failed), [false, false, true, true]);
    let quiet = measure(&world(FAIR, FAIR, 5), &patient);
    assert!(matches!(quiet, Measurement::Successful(_)));
}

#[test]
fn a_worse_canary_fails_and_a_common_trouble_does_not() {
    let score = |after| measure(&world(FAIR, after, 10), &gate("mann-whitney")).value();
    assert_eq!(score([100, 10]), Some(0.0));
    assert_eq!(score([100, 100]), Some(100.0), "it hits both alike");
    let p = |after| measure(&world(FAIR, after, 10), &gate("sequential"));
    assert!(matches!(p([100, 10]), Measurement::Failed(p) if p < 1e-9));
    assert!(matches!(p([100, 100]), Measurement::Successful(_)));
    let shift = |after| {
        measure(
            &world(FAIR, after, 10),
            &bounded("control-group", "< -0.02"),
        )
    };
    assert!(matches!(shift([100, 10]), Measurement::Failed(v) if (v + 0.09).abs() < 0.005));
    assert!(matches!(shift([100, 100]), Measurement::Successful(v) if v.abs() < 0.005));
}

#[test]
fn a_region_that_was_always_worse_is_no_worse_than_before() {
    // The control of the same time fails a canary that differs anyhow; the control group, and the
    // time before, do not.
    let world = world([50, 10], [50, 10], 10);
    assert!(matches!(
        measure(&world, &gate("mann-whitney")),
        Measurement::Failed(_)
    ));
    let before = GateSpec {
        canary: Some(CanarySpec {
            control: Control::Before,
            ..CanarySpec::default()
        }),
        ..gate("mann-whitney")
    };
    assert!(matches!(
        measure(&world, &before),
        Measurement::Successful(_)
    ));
    let group = bounded("control-group", "< -0.02");
    assert!(matches!(
        measure(&world, &group),
        Measurement::Successful(_)
    ));
}

#[test]
fn the_rank_test_fails_on_one_report_and_the_control_group_waits_for_three() {
    let failed = |gate: &GateSpec, minutes| {
        let measured = measure(&world(FAIR, [100, 10], minutes), gate);
        matches!(measured, Measurement::Failed(_))
    };
    let group = bounded("control-group", "< -0.02");
    assert!(failed(&gate("mann-whitney"), 1), "as Kayenta does");
    let waits = [1, 2, 3].map(|minutes| failed(&group, minutes));
    assert_eq!(waits, [false, false, true]);
    let reports = |period| (control_group::JUDGE.reports)(&group, period);
    assert_eq!(reports(Span::from_minutes(1)), Some(3));
    assert_eq!(
        reports(Span::from_minutes(15)),
        None,
        "half an hour holds two of them"
    );
}

#[test]
fn the_floor_says_which_judge_can_speak_at_all() {
    let mut world = World::with(&TelemetrySpec {
        contract: Contract::Pm15min,
        ..TelemetrySpec::default()
    });
    (0..30).for_each(|number| world.pass(&minute(number, FAIR)));
    let classes = classes();
    let floor = |gate: &GateSpec| {
        let names = names(&world.topology, &classes);
        ViewJudge::new(&world.view, names).floor(gate, &stage(), world.now())
    };
    let threshold = bounded("threshold", "< 0.98");
    assert_eq!(floor(&threshold), Some(Span::from_minutes(20)));
    let tolerant = GateSpec {
        failure_limit: Some(2),
        interval: Span::from_minutes(15),
        ..threshold
    };
    assert_eq!(floor(&tolerant), Some(Span::from_minutes(50)));
    assert_eq!(floor(&gate("mann-whitney")), Some(Span::from_minutes(20)));
    let group = bounded("control-group", "< -0.02");
    assert_eq!(floor(&group), None, "its window holds too few reports");
}

#[test]
fn silence_and_emptiness_are_no_data_for_every_judge() {
    let gates = [
        gate("mann-whitney"),
        gate("sequential"),
        bounded("control-group", "< -0.02"),
        bounded("threshold", "< 0.98"),
    ];
    let mut silent = World::ideal();
    (0..40).for_each(|number| silent.pass_undelivered(&minute(number, FAIR)));
    // Nothing attempted: every share is nothing of nothing.
    let mut idle = World::ideal();
    (0..40).for_each(|_| idle.pass(&Minute::of(ClassCounts::default())));
    for gate in &gates {
        assert_eq!(measure(&silent, gate), Measurement::NoData, "{gate:?}");
        assert_eq!(measure(&idle, gate), Measurement::NoData, "{gate:?}");
    }
    // As a level, nothing at all is a value; constant, it is the same on both sides.
    let level = GateSpec {
        metric: "RM.RegisteredSubNbrMean".to_owned(),
        ..gate("mann-whitney")
    };
    assert_eq!(measure(&idle, &level), Measurement::Successful(100.0));
    let level = GateSpec {
        metric: "RM.RegisteredSubNbrMean".to_owned(),
        ..bounded("control-group", "< -0.02")
    };
    assert_eq!(
        measure(&idle, &level),
        Measurement::NoData,
        "no level to be measured in"
    );
}

#[test]
fn a_canary_of_several_metrics_is_scored_by_group() {
    let metric = |name: &str, group: &str| CanaryMetric {
        group: group.to_owned(),
        ..CanaryMetric::new(name)
    };
    let several = GateSpec {
        canary: Some(CanarySpec {
            group_weights: [("registration".to_owned(), 30.0)].into(),
            metrics: vec![
                metric("RSR", "registration"),
                metric("RM.RegInitReq", "load"),
                metric("RM.RegInitSucc", "load"),
            ],
            ..CanarySpec::default()
        }),
        ..gate("mann-whitney")
    };
    let found = measure(&world(FAIR, [100, 10], 10), &several);
    // Registration has failed, and one of the two metrics of load.
    assert_eq!(found, Measurement::Failed(35.0));
}

/// Half an hour with and so many minutes after a change of the northern tower, with so many connections of a
/// hundred refused, north and south.
fn towers(after: [f64; 2], minutes: u64) -> World {
    let text = r#"{"counters": {"loss": 0}, "functions": {"loss": 0}, "towers": {"period": "1m"}}"#;
    let spec: TelemetrySpec = serde_json::from_str(text).expect("a contract");
    let mut world = World::with(&spec);
    let fair = [10.0, 10.0];
    for number in 0..30 + minutes {
        world.pass(&minute(number, FAIR));
        #[expect(clippy::cast_precision_loss, reason = "a remainder of three")]
        let luck = (number % 3) as f64;
        let refused = if number < 30 { fair } else { after };
        world.pass_towers(refused.map(|refused| [60.0, 40.0, refused + luck]));
    }
    world
}

#[test]
fn towers_are_judged_against_the_towers_that_were_not_changed() {
    let changed = StageInfo {
        nodes: vec![NodeId(7)],
        changed: vec![NodeId(7)],
        pools: Vec::new(),
        ..stage()
    };
    let group = GateSpec {
        metric: "RRC-refused-share".to_owned(),
        scope: GateScope::Selected,
        ..bounded("control-group", "> 0.05")
    };
    assert_eq!(super::super::gate_problems(&group, Span::from_hours(6)), []);
    let measure = |world: &World| {
        let classes = classes();
        let names = names(&world.topology, &classes);
        ViewJudge::new(&world.view, names).measure(&group, &changed, world.now())
    };
    let worse = measure(&towers([40.0, 10.0], 9));
    assert!(
        matches!(worse, Measurement::Failed(v) if (v - 30.0 / 11.0).abs() < 0.02),
        "{worse:?}"
    );
    let weather = measure(&towers([40.0, 40.0], 9));
    assert!(matches!(weather, Measurement::Successful(_)), "{weather:?}");
    let silent = measure(&world(FAIR, FAIR, 9));
    assert_eq!(silent, Measurement::NoData, "no tower has reported");
}

#[test]
fn gates_that_cannot_be_judged_are_refused() {
    let paths = |gate: &GateSpec| -> Vec<String> {
        let problems = super::super::gate_problems(gate, Span::from_hours(6));
        problems.into_iter().map(|problem| problem.path).collect()
    };
    let everywhere = |gate: GateSpec| GateSpec {
        scope: GateScope::All,
        ..gate
    };
    assert_eq!(paths(&everywhere(gate("sequential"))), ["scope"]);
    assert_eq!(paths(&everywhere(gate("mann-whitney"))), ["scope"]);
    assert_eq!(paths(&gate("control-group")), ["success"]);
    assert_eq!(paths(&bounded("sequential", "< 1")), ["fail"]);
    assert_eq!(paths(&gate("seqential")), ["judge"]);
    let level = GateSpec {
        metric: "queue-wait".to_owned(),
        hold: Span::from_hours(7),
        ..gate("sequential")
    };
    assert_eq!(paths(&level), ["for", "metric", "for"]);
    let unknown = GateSpec {
        canary: Some(CanarySpec {
            window: Span::from_hours(7),
            metrics: vec![CanaryMetric::new("RSX")],
            ..CanarySpec::default()
        }),
        ..gate("mann-whitney")
    };
    assert_eq!(
        paths(&unknown),
        ["canary.metrics[0].metric", "canary.window"]
    );
}
