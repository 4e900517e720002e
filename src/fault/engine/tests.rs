//! The propagation code against what must hold of it, and against two known answers of epidemics.

use proptest::prelude::*;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::base::{Delay, Mean, Share, Span, unit_interval};
use crate::fault::testing::{Bench, bare, edge, node};
use crate::fault::{Removal, SelfRecovery};
use crate::topology::Edge;

const KINDS: [EdgeKind; 4] = [
    EdgeKind::Sbi,
    EdgeKind::OamMgmt,
    EdgeKind::IpTransport,
    EdgeKind::NfviHost,
];

fn exponential(mean: Span) -> Delay {
    Delay::Exponential {
        exponential: Mean { mean },
    }
}

/// Susceptible, infected, removed: exponential crossing of each edge, exponential recovery.
fn sir(crossing: Delay, infectious: Delay) -> FaultSpec {
    FaultSpec {
        kind: "sir",
        techniques: "",
        trigger: Trigger::OnLoad,
        spread: vec![SpreadRule::along(vec![EdgeKind::Sbi], crossing)],
        contained: Share::NONE,
        timing: EffectTiming::After(Delay::ZERO),
        strikes: Share::ALL,
        hurts: Vec::new(),
        alters: false,
        effects: Vec::new(),
        removal: Removal {
            by_itself: Some(SelfRecovery {
                after: infectious,
                attempts: None,
                then: Afterwards::Immune,
            }),
            origin_removed: OriginRemoved::OthersStay,
            restored: Afterwards::Immune,
            restore_factor: 1.0,
        },
    }
}

fn graph(size: u32, links: &[(u32, u32)]) -> Topology {
    let nodes = (0..size).map(|n| node(&format!("n{n}"), NodeKind::Router));
    let edges = links.iter().map(|&(a, b)| edge(a, b, EdgeKind::Sbi));
    bare(nodes.collect(), edges.collect())
}

/// A ring of 120 with two irregular chords from every third element.
fn ring_with_chords() -> Vec<(u32, u32)> {
    let ring = (0..120).map(|n| (n, (n + 1) % 120));
    let chords = (0..120)
        .step_by(3)
        .flat_map(|n| [(n, (n * 7 + 31) % 120), (n, (n * 11 + 57) % 120)]);
    ring.chain(chords).filter(|(a, b)| a != b).collect()
}

fn to_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("small"))
}

/// Numbers ever infected, and infected at `look`, by the engine.
fn by_engine(links: &[(u32, u32)], spec: &FaultSpec, look: f64, seed: u64) -> (f64, f64) {
    let mut bench = Bench::new(graph(120, links), seed);
    let fault = bench.inject(spec.clone(), &[NodeId(0), NodeId(60)], SimTime::ZERO);
    bench.run_until(SimTime::from_secs(look));
    let infected = bench.engine.reached_count(fault);
    bench.run_until(SimTime::from_secs(1e7));
    (to_f64(bench.count("element-reached")), to_f64(infected))
}

/// The same, by drawing the next of all possible events at its rate (Gillespie 1977).
fn by_rates(links: &[(u32, u32)], rates: (f64, f64), look: f64, seed: u64) -> (f64, f64) {
    let mut generator = ChaCha8Rng::seed_from_u64(seed ^ 0x5157);
    let mut state = [0_i32; 120];
    (state[0], state[60]) = (1, 1);
    let (mut now, mut at_look) = (0.0, None);
    loop {
        let count = |state: &[i32; 120]| state.iter().filter(|&&s| s == 1).count();
        let live: Vec<(u32, u32)> = links
            .iter()
            .flat_map(|&(a, b)| [(a, b), (b, a)])
            .filter(|&(a, b)| state[a as usize] == 1 && state[b as usize] == 0)
            .collect();
        let (infect, recover) = (
            rates.0 * to_f64(live.len()),
            rates.1 * to_f64(count(&state)),
        );
        let total = infect + recover;
        if total > 0.0 {
            now -= libm::log(unit_interval(generator.next_u32())) / total;
        }
        if at_look.is_none() && (total <= 0.0 || now > look) {
            at_look = Some(to_f64(count(&state)));
        }
        if total <= 0.0 {
            break;
        }
        let pick = unit_interval(generator.next_u32()) * total;
        if pick < infect {
            let index = live
                .iter()
                .zip(1_u32..)
                .find(|(_, n)| pick < rates.0 * f64::from(*n));
            state[index.expect("within the sum").0.1 as usize] = 1;
        } else {
            let sick = (0..120).filter(|&n| state[n] == 1);
            let found = sick
                .zip(1_u32..)
                .find(|(_, n)| pick < infect + rates.1 * f64::from(*n));
            state[found.expect("within the sum").0] = 2;
        }
    }
    let ever = state.iter().filter(|&&s| s > 0).count();
    (to_f64(ever), at_look.expect("looked before the end"))
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = to_f64(values.len());
    let mean = values.iter().sum::<f64>() / count;
    let square = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>();
    (mean, libm::sqrt(square / count / (count - 1.0)))
}

#[test]
fn sir_on_a_fixed_graph_agrees_with_an_independent_simulation() {
    // Crossing 1/100 per second and edge, recovery 1/80 per second, looked at after 200 s.
    let links = ring_with_chords();
    let spec = sir(
        exponential(Span::from_secs(100)),
        exponential(Span::from_secs(80)),
    );
    let runs = 600;
    let ours: Vec<_> = (0..runs)
        .map(|seed| by_engine(&links, &spec, 200.0, seed))
        .collect();
    let theirs: Vec<_> = (0..runs)
        .map(|seed| by_rates(&links, (0.01, 0.0125), 200.0, seed))
        .collect();
    for pick in [|pair: &(f64, f64)| pair.0, |pair: &(f64, f64)| pair.1] {
        let (a, a_error) = mean_and_error(&ours.iter().map(pick).collect::<Vec<_>>());
        let (b, b_error) = mean_and_error(&theirs.iter().map(pick).collect::<Vec<_>>());
        // Four standard errors of the difference.
        let bound = 4.0 * libm::hypot(a_error, b_error);
        assert!(
            (a - b).abs() < bound,
            "{a} and {b} differ by more than {bound}"
        );
        assert!(
            bound < 0.25 * b,
            "the bound {bound} would prove nothing of {b}"
        );
    }
}

#[test]
fn sir_on_a_complete_graph_ends_where_the_final_size_equation_says() {
    // R0 = 2, 5 % infected at the start: s = s0 exp(-R0 (1 - s)) (Kermack and McKendrick 1927).
    let size = 400;
    let links: Vec<(u32, u32)> = (0..size)
        .flat_map(|a| (a + 1..size).map(move |b| (a, b)))
        .collect();
    let spec = sir(
        exponential(Span::from_secs(60).scaled(f64::from(size) / 2.0)),
        exponential(Span::from_secs(60)),
    );
    let origins: Vec<NodeId> = (0..20).map(NodeId).collect();
    let mut susceptible = 0.2_f64;
    for _ in 0..200 {
        susceptible = 0.95 * libm::exp(-2.0 * (1.0 - susceptible));
    }
    let ever: Vec<f64> = (0..12)
        .map(|seed| {
            let mut bench = Bench::new(graph(size, &links), seed);
            bench.inject(spec.clone(), &origins, SimTime::ZERO);
            bench.run_until(SimTime::from_secs(1e7));
            to_f64(bench.count("element-reached")) / f64::from(size)
        })
        .collect();
    let (mean, error) = mean_and_error(&ever);
    let expected = 1.0 - susceptible;
    assert!(error < 0.02, "{error}");
    // Four standard errors, and 1 % for the finite number of elements.
    assert!(
        (mean - expected).abs() < 4.0 * error + 0.01,
        "{mean} instead of {expected}"
    );
}

#[test]
fn a_fault_that_waits_strikes_on_command_or_at_its_count() {
    let links = [(0, 1), (1, 2), (2, 3)];
    let waiting = |or_at_count| FaultSpec {
        timing: EffectTiming::OnCommand {
            delay: Delay::ZERO,
            or_at_count,
        },
        effects: vec![Effect::Crash],
        spread: vec![SpreadRule::along(
            vec![EdgeKind::Sbi],
            Delay::Fixed(Span::from_secs(10)),
        )],
        removal: Removal {
            by_itself: None,
            ..sir(Delay::ZERO, Delay::ZERO).removal
        },
        ..sir(Delay::ZERO, Delay::ZERO)
    };
    let mut bench = Bench::new(graph(4, &links), 1);
    let fault = bench.inject(waiting(Some(3)), &[NodeId(0)], SimTime::ZERO);
    bench.run_until(SimTime::from_secs(19.0));
    assert!(bench.engine.struck(fault).is_empty());
    bench.run_until(SimTime::from_secs(100.0));
    // What is down passes nothing on: the fourth is never reached.
    assert_eq!(bench.engine.struck(fault), [0, 1, 2].map(NodeId));

    let mut bench = Bench::new(graph(4, &links), 1);
    let fault = bench.inject(waiting(None), &[NodeId(0)], SimTime::ZERO);
    bench.run_until(SimTime::from_secs(15.0));
    bench.strike();
    assert_eq!(bench.engine.struck(fault), [0, 1].map(NodeId));
    assert!(bench.restore(NodeId(1)));
    assert!(!bench.restore(NodeId(3)));
    assert_eq!(bench.engine.struck(fault), [NodeId(0)]);
}

#[test]
fn a_recovered_source_passes_nothing_on() {
    let spec = sir(
        Delay::Fixed(Span::from_secs(10)),
        Delay::Fixed(Span::from_secs(9)),
    );
    let mut bench = Bench::new(graph(2, &[(0, 1)]), 1);
    bench.inject(spec, &[NodeId(0)], SimTime::ZERO);
    bench.run_until(SimTime::from_secs(100.0));
    assert_eq!(bench.count("element-reached"), 1);
}

#[test]
fn what_is_exposed_again_is_reached_again_while_a_neighbour_carries_it() {
    let mut spec = sir(
        Delay::Fixed(Span::from_secs(10)),
        Delay::Fixed(Span::from_hours(24)),
    );
    spec.removal.restored = Afterwards::Exposed;
    let mut bench = Bench::new(graph(2, &[(0, 1)]), 1);
    bench.inject(spec, &[NodeId(0)], SimTime::ZERO);
    bench.run_until(SimTime::from_secs(20.0));
    bench.restore(NodeId(1));
    bench.run_until(SimTime::from_secs(29.0));
    assert!(!bench.engine.is_reached(NodeId(1)));
    bench.run_until(SimTime::from_secs(31.0));
    assert!(bench.engine.is_reached(NodeId(1)));
}

/// What a random spread is made of.
#[derive(Clone, Debug)]
struct Case {
    edges: Vec<Edge>,
    listed: Vec<EdgeKind>,
    blocked: u32,
    max_hops: u32,
    probability: f64,
    contained: f64,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let one = (0_u32..12, 0_u32..12, 0_usize..KINDS.len());
    let edges = prop::collection::vec(one, 0..40);
    let listed = prop::sample::subsequence(KINDS.to_vec(), 0..=3);
    let shares = (0.3_f64..=1.0, 0.0_f64..=0.5);
    (edges, listed, 1_u32..12, 1_u32..6, shares, any::<u64>()).prop_map(
        |(edges, listed, blocked, max_hops, (probability, contained), seed)| Case {
            edges: edges
                .into_iter()
                .filter(|(a, b, _)| a != b)
                .map(|(a, b, kind)| edge(a, b, KINDS[kind]))
                .collect(),
            listed,
            blocked,
            max_hops,
            probability,
            contained,
            seed,
        },
    )
}

fn run_case(case: &Case) -> (Bench, FaultId) {
    let kind = |n| {
        if n == case.blocked {
            NodeKind::Stp
        } else {
            NodeKind::Router
        }
    };
    let nodes = (0..12).map(|n| node(&format!("n{n}"), kind(n)));
    let mut bench = Bench::new(bare(nodes.collect(), case.edges.clone()), case.seed);
    let spec = FaultSpec {
        spread: vec![SpreadRule {
            probability: Share::of(case.probability),
            passes_through: vec![NodeKind::Router],
            max_hops: case.max_hops,
            ..SpreadRule::along(case.listed.clone(), exponential(Span::from_secs(30)))
        }],
        contained: Share::of(case.contained),
        removal: Removal {
            by_itself: None,
            ..sir(Delay::ZERO, Delay::ZERO).removal
        },
        ..sir(Delay::ZERO, Delay::ZERO)
    };
    let fault = bench.inject(spec, &[NodeId(0)], SimTime::ZERO);
    bench.run_until(SimTime::from_secs(1e6));
    (bench, fault)
}

proptest! {
    #[test]
    fn it_travels_listed_edges_only_and_every_path_leads_back_to_the_origin(case in cases()) {
        let (bench, fault) = run_case(&case);
        for start in (1..12).map(NodeId).filter(|&n| bench.engine.is_reached(n)) {
            let (mut at, mut hops) = (start, 0);
            while let Some((from, kind)) = bench.engine.came_by(fault, at) {
                prop_assert!(case.listed.contains(&kind));
                let joins = |e: &Edge| (e.a, e.b) == (from, at) || (e.b, e.a) == (from, at);
                prop_assert!(case.edges.iter().any(|e| e.kind == kind && joins(e)));
                prop_assert!(from != NodeId(case.blocked), "an element that passes nothing on did");
                (at, hops) = (from, hops + 1);
                prop_assert!(hops <= case.max_hops);
            }
            prop_assert_eq!(at, NodeId(0));
        }
    }

    #[test]
    fn everything_within_reach_is_reached_when_nothing_stops_it(case in cases()) {
        let free = Case { probability: 1.0, contained: 0.0, max_hops: u32::MAX, blocked: 99, ..case };
        let (bench, _) = run_case(&free);
        let mut within = [false; 12];
        within[0] = true;
        for _ in 0..12 {
            for e in free.edges.iter().filter(|e| free.listed.contains(&e.kind)) {
                let any = within[e.a.index()] || within[e.b.index()];
                (within[e.a.index()], within[e.b.index()]) = (any, any);
            }
        }
        for n in 0..12_u32 {
            prop_assert_eq!(bench.engine.is_reached(NodeId(n)), within[n as usize]);
        }
    }

    #[test]
    fn more_containment_never_reaches_more(case in cases()) {
        let free = Case { max_hops: u32::MAX, ..case };
        let (less, _) = run_case(&Case { contained: 0.0, ..free.clone() });
        let (more, _) = run_case(&free);
        for n in (0..12).map(NodeId) {
            prop_assert!(!more.engine.is_reached(n) || less.engine.is_reached(n));
        }
    }
}
