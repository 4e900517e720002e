//! The network against answers known from elsewhere: the bare registration storm.

use std::ops::ControlFlow;

use crate::base::{Bounds, Delay, PerSecond, Share, SimTime, Span, WallClock};
use crate::kernel::{Agenda, RunEnd, Workers, World, run};
use crate::network::{Function, Network, NetworkInput, NetworkSpec, Visit, testing};
use crate::population::{ClassSpec, PopulationSpec};
use crate::topology::{NeighbourSpec, NewNode, NodeKind, Topology, TopologyBuilder};

/// One tower, one MME, one router.
fn one_cell(devices: u64) -> Topology {
    let mut builder = TopologyBuilder::new(NeighbourSpec::default());
    let router = builder.node(NewNode::new(NodeKind::Router, "r"));
    testing::pool(&mut builder, router, "here", "");
    testing::shared(&mut builder, router);
    testing::tower(&mut builder, router, ("t", "here"), devices);
    builder.freeze().expect("a sound graph")
}

fn storm_population(onset: Span) -> PopulationSpec {
    let class = ClassSpec {
        five_g: Share::NONE,
        restarts_per_day_without_service: crate::base::PerDay::of(0.0),
        ..ClassSpec::default()
    };
    PopulationSpec {
        mix: std::collections::BTreeMap::new(),
        classes: vec![class],
        registered_at_start: false,
        first_attempt: Delay::Uniform {
            uniform: Bounds {
                min: Span::ZERO,
                max: onset,
            },
        },
    }
}

fn storm_spec(queue: Span, capacity_s: f64) -> NetworkSpec {
    let mut spec = NetworkSpec::default();
    spec.registration.timer_jitter = Share::NONE;
    spec.registration.procedure_time = Span::ZERO;
    spec.registration.periodic_updates = false;
    spec.ims.enabled = false;
    spec.calls.enabled = false;
    spec.access.setups_per_second = PerSecond::of(1e9);
    spec.core.background.messages_in_busy_hour = PerSecond::of(0.0);
    spec.core.background.messages_in_quiet_hour = PerSecond::of(0.0);
    spec.core.functions.mme.rate_per_million = PerSecond::new(1e6 / capacity_s).expect("a rate");
    spec.core.functions.mme.least_rate = PerSecond::of(0.0);
    spec.core.functions.mme.queue = queue;
    spec.core.procedures.initial_registration = vec![Visit {
        at: Function::Mobility,
        work: PerSecond::of(1.0),
        under_way: false,
    }];
    spec
}

/// A network that is only watched.
struct Watched<'a> {
    network: Network<'a>,
    registered: Vec<(f64, u64)>,
}

impl World for Watched<'_> {
    type Order = ();

    fn advance(&mut self, _: SimTime, to: SimTime) {
        self.network.advance(to);
    }

    fn handle(&mut self, now: SimTime, (): (), agenda: &mut Agenda<()>) {
        self.network.catch_up();
        let snapshot = self.network.snapshot(now);
        self.registered
            .push((now.as_secs_f64(), snapshot.classes[0][0].registered));
        agenda.push(
            now + Span::from_secs(1),
            crate::kernel::Phase::Sample,
            0,
            (),
        );
    }

    fn longest_window(&self) -> Span {
        self.network.lookahead()
    }

    fn progress(&mut self, _: SimTime) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// A storm: how soon all try first, how much work may wait, in how many seconds the server could serve all.
#[derive(Clone, Copy)]
struct Storm {
    devices: u64,
    onset: Span,
    queue: Span,
    capacity_s: f64,
    hours: u64,
}

fn storm(storm: Storm) -> (Vec<(f64, u64)>, u64) {
    storm_in(storm, None, 16_384)
}

fn storm_in(storm: Storm, window: Option<Span>, shard_size: usize) -> (Vec<(f64, u64)>, u64) {
    let Storm {
        devices,
        onset,
        queue,
        capacity_s,
        hours,
    } = storm;
    let topology = one_cell(devices);
    let population = storm_population(onset);
    let spec = storm_spec(queue, capacity_s);
    let clock = WallClock::parse("2024-02-22T00:00:00+00:00").expect("a date");
    let workers = Workers::new(1).expect("one thread");
    let input = NetworkInput {
        topology: &topology,
        population: &population,
        spec: &spec,
        clock: &clock,
        scale: 1.0,
        seed: 1,
        absent: &[],
        shard_size,
    };
    let network = Network::new(&input, &workers).expect("a network");
    let window = window.unwrap_or(Span::from_hours(1));
    let mut watched = Watched {
        network,
        registered: Vec::new(),
    };
    let mut agenda = Agenda::new();
    agenda.push(SimTime::ZERO, crate::kernel::Phase::Sample, 0, ());
    let end = run(
        &mut watched,
        &mut agenda,
        window,
        SimTime::ZERO + Span::from_hours(hours),
    );
    assert_eq!(end, RunEnd::Horizon);
    watched
        .network
        .settle(SimTime::ZERO + Span::from_hours(hours));
    watched.network.assert_conserved();
    let attempts = watched
        .network
        .snapshot(SimTime::ZERO + Span::from_hours(hours))
        .classes[0][0]
        .registration_attempts;
    (watched.registered, attempts)
}

fn first_at(curve: &[(f64, u64)], level: u64) -> f64 {
    curve
        .iter()
        .find(|(_, registered)| *registered >= level)
        .map_or(f64::INFINITY, |(at, _)| *at)
}

fn w2(devices: u64, queue: Span) -> Storm {
    Storm {
        devices,
        onset: Span::from_secs(10),
        queue,
        capacity_s: 600.0,
        hours: 3,
    }
}

#[test]
fn storm_w2_recovers_at_its_published_times() {
    let devices = 100_000;
    let (curve, attempts) = storm(w2(devices, Span::from_secs(5)));
    let within = |value: f64, expected: f64| (value / expected - 1.0).abs() <= 0.003;
    let (half, most, all) = (
        first_at(&curve, devices / 2),
        first_at(&curve, devices * 99 / 100),
        first_at(&curve, devices),
    );
    let each = attempts as f64 / devices as f64;
    assert!(within(half, 3_372.0), "half registered at {half} s");
    assert!(within(most, 8_361.0), "99 % registered at {most} s");
    assert!(within(all, 8_387.0), "all registered at {all} s");
    assert!(within(each, 23.04), "{each} attempts per device");
}

/// With a queue longer than the guard, W2's retries still march in step, and the queue runs dry between
/// their waves: an independent simulation (a heap, one event at a time) has 55.4 % registered after an
/// hour and all after two.
#[test]
fn a_long_queue_alone_does_not_collapse_while_retries_march_in_step() {
    let devices = 50_000;
    let (curve, _) = storm(w2(devices, Span::from_secs(20)));
    let share = |at: f64| {
        curve
            .iter()
            .find(|(t, _)| *t >= at)
            .map_or(0.0, |(_, n)| *n as f64 / devices as f64)
    };
    assert!(
        (share(3_600.0) - 0.554).abs() < 0.01,
        "{} after an hour",
        share(3_600.0)
    );
    assert!(share(7_200.0) > 0.999, "{} after two hours", share(7_200.0));
}

/// Spread the onset over one retry cycle (835 s), give the server a tenth of W2's rate, and the cliff is
/// there: 20 s of queue against a guard of 15 s never recovers, 5 s does (independent simulation: 0.28 %
/// for good against all within two hours).
#[test]
fn a_queue_longer_than_the_guard_collapses_once_retries_are_spread() {
    let devices = 50_000;
    let spread = Storm {
        devices,
        onset: Span::from_secs(835),
        queue: Span::from_secs(20),
        capacity_s: 6_000.0,
        hours: 6,
    };
    let (_, stuck) = *storm(spread).0.last().expect("samples");
    assert!(
        stuck < devices / 200,
        "{stuck} of {devices} recovered by themselves"
    );
    let short = Storm {
        queue: Span::from_secs(5),
        ..spread
    };
    let (_, recovered) = *storm(short).0.last().expect("samples");
    assert_eq!(recovered, devices);
}

/// The engine gives the same devices the same fate in windows of any length and shards of any size.
#[test]
fn windows_and_shards_change_nothing() {
    let mut storms = Vec::new();
    for (window_ms, shard_size) in [(10_000, 65_536), (1_000, 16_384), (137, 20_000)] {
        storms.push(storm_in(
            w2(40_000, Span::from_secs(5)),
            Some(Span::from_millis(window_ms)),
            shard_size,
        ));
    }
    assert!(
        storms[0] == storms[1] && storms[1] == storms[2],
        "curves differ"
    );
}
