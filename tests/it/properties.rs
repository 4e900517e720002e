//! Properties that hold in every world: small scenarios drawn from a seed.
//!
//! A failure prints the seed and the scenario; keep it as an explicit test at the foot of this file.
//!
//! Invariant: a scenario is a pure function of its seed, so that a failure can be repeated.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::catch_unwind;

use cellfall::base::NodeId;
use cellfall::base::SimTime;
use cellfall::impact::Scope;
use cellfall::scenario::Scenario;
use cellfall::simulation::{RunResult, simulate};
use cellfall::topology::EdgeKind;
use proptest::prelude::ProptestConfig;
use proptest::test_runner::{RngSeed, TestCaseError};
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::support::{registered, rows, scenario};

/// Background load of all worlds: it changes the speed of servers from minute to minute.
const BACKGROUND: &str = "{messages_in_busy_hour: 600.0, messages_in_quiet_hour: 150.0}";

/// The disciplines that worlds are drawn with.
const DISCIPLINES: &[&str] = &["fifo", "lifo", "priority"];

/// Numbers out of a seed (splitmix64, Steele et al. 2014): independent of the program's own.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// From `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    /// From 0 to 1, with two digits.
    fn share(&mut self) -> f64 {
        self.between(0, 100) as f64 / 100.0
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let index = self.between(0, words.len() as u64 - 1);
        words[usize::try_from(index).expect("a few words")]
    }

    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}

/// A network: size, classes, timers, capacities, disciplines.
pub(super) fn world(dice: &mut Dice, hours: u64) -> String {
    let states = dice.one_of(&["[TX]", "[TX, NY]", "[CA, WA, FL]"]);
    let (towers, devices) = (dice.between(3, 25), dice.between(300, 4_000));
    let (amf, mme) = (dice.between(1, 3), dice.between(1, 3));
    let (hour, kpi) = (dice.between(0, 23), dice.between(30, 900));
    let mut text = format!(
        "
scale: 1.0
horizon: {hours}h
start: 2024-02-22T{hour:02}:00:00-06:00
outputs: {{kpi_period: {kpi}s}}
topology:
  source: generated
  towers: {towers}
  devices: {devices}
  states: {states}
  core: {{amf_per_pool: {amf}, mme_per_pool: {mme}, udm: {}, ims: {}}}
",
        dice.between(1, 3),
        dice.between(1, 3)
    );
    text += &population(dice);
    text += &network(dice);
    text
}

fn population(dice: &mut Dice) -> String {
    let things = dice.between(0, 60) as f64 / 100.0;
    let phones = 1.0 - 0.1 - things;
    format!(
        "
population:
  registered_at_start: {}
  classes:
    - {{name: phone, share: {phones:.2}, five_g: {}, wifi_calling: {}, calls_per_day: {}.0, restarts_per_day: 0.0, data_needs_ims: {}}}
    - {{name: thing, share: {things:.2}, voice: 0.0, five_g: {}, ignores_backoff: {}, restarts_per_day: 0.0}}
    - {{name: rescue, share: 0.1, priority: true, restarts_per_day: 0.0}}
",
        dice.chance(80),
        dice.share(),
        dice.share(),
        dice.between(0, 60),
        dice.share(),
        dice.share(),
        dice.share(),
    )
}

fn function(dice: &mut Dice, name: &str, low: u64, high: u64) -> String {
    let overload = if dice.chance(30) && ["amf", "mme"].contains(&name) {
        ", overload: {start_at: 1s, stop_at: 200ms}"
    } else {
        ""
    };
    format!(
        "      {name}: {{rate_per_million: {}.0, least_rate: 0.0, workers: {}, discipline: {}, queue: {}s, service: {}, stale_work: {}, when_full: {}{overload}}}\n",
        dice.between(low, high),
        dice.between(1, 6),
        dice.one_of(DISCIPLINES),
        dice.between(1, 25),
        dice.one_of(&["deterministic", "exponential"]),
        dice.one_of(&["served", "discarded"]),
        dice.one_of(&["drop", "reject"]),
    )
}

fn network(dice: &mut Dice) -> String {
    let mut text = format!(
        "
network:
  registration: {{attempts: {}, long_retry: {}s, timer_jitter: {}, late_accept: {}, periodic: {}m, onset: {{told: {}}}}}
  ims: {{enabled: {}}}
  calls: {{enabled: {}}}
  access: {{setups_per_second: {}.0, uncovered: {}, wilt: {{enabled: {}}}}}
  core:
    background: {BACKGROUND}
    functions:
",
        dice.between(1, 6),
        dice.between(60, 720),
        dice.share(),
        dice.one_of(&["ignored", "taken"]),
        dice.between(10, 60),
        dice.share(),
        dice.chance(80),
        dice.chance(80),
        dice.between(1, 100),
        dice.share(),
        dice.chance(50),
    );
    for (name, low, high) in [
        ("amf", 320_000, 500_000),
        ("mme", 320_000, 500_000),
        ("udm", 1_500, 20_000),
        ("ims", 2_000, 20_000),
        // Never what holds everybody up: the cure paces below what the database can do.
        ("gateway", 50_000, 60_000),
    ] {
        text += &function(dice, name, low, high);
    }
    text
}

/// Something that goes wrong. With `sticky`, it may leave devices barred for good.
fn trouble(dice: &mut Dice, sticky: bool) -> String {
    let cause = if sticky {
        dice.one_of(&["3", "6", "7", "11", "17", "22", "27"])
    } else {
        dice.one_of(&["9", "10", "17", "22", "27"])
    };
    let defect = match dice.between(0, 5) {
        0 => "kind: protect-mode, trip_delay: 1m, auto_recover: null".to_owned(),
        1 => "kind: crash-on-start".to_owned(),
        2 => "kind: crash-after-dwell, dwell: 5m, restart_time: 2m".to_owned(),
        3 => format!(
            "kind: capacity-regression, factor: 0.{}",
            dice.between(1, 9)
        ),
        4 => format!("kind: reject-all, cause: {cause}, share: {}", dice.share()),
        _ => format!("kind: state-loss, share: {}", dice.share()),
    };
    let mut text = format!(
        "
change: {{target: {{kinds: [{}]}}, defect: {{{defect}}}}}
rollout:
  start: {}m
  on_fail: {}
  stages: [{{max_unavailable: {}, install: {}m, drain: {{mode: {}}}}}]
",
        dice.one_of(&["amf", "mme", "amf, mme"]),
        dice.between(1, 20),
        dice.one_of(&["rollback", "halt", "isolate"]),
        dice.between(1, 9),
        dice.between(1, 5),
        dice.one_of(&["hard", "graceful"]),
    );
    let attack = dice.between(0, 3);
    if attack < 2 {
        let (share, rate) = (dice.share() / 5.0, dice.share());
        let obeys = dice.chance(50);
        writeln!(text, "attacks: [{{kind: signalling-storm, start: 15m, duration: 20m, share: {share}, rate_per_device: {rate}, obeys_backoff: {obeys}}}]")
            .expect("text takes everything");
    } else if attack == 2 {
        text += "attacks: [{kind: oam-wiper, dwell: 1m, hourly_probability: 1.0, destroy_at: 25m, backups_destroyed: false, wipe_time: 1m}]\n";
    }
    text
}

/// What people do in the first hour: right or wrong.
fn meddling(dice: &mut Dice) -> String {
    let mut text = String::from("response:\n  playbook:\n");
    for step in 0..dice.between(1, 5) {
        let kinds = dice.one_of(&["amf", "mme", "udm", "ims", "gateway", "amf, mme, udm"]);
        let action = match dice.between(0, 6) {
            0 => format!("kind: isolate, select: {{kinds: [{kinds}], count: 1}}"),
            1 => format!("kind: purge, select: {{kinds: [{kinds}]}}"),
            2 => format!(
                "kind: reboot, select: {{kinds: [{kinds}]}}, per_element: 1m, lose_contexts: {}",
                dice.share()
            ),
            3 => format!(
                "kind: bar, barring: {{factor: {}, time: 64s}}",
                dice.share()
            ),
            4 => format!("kind: announce, share: {}", dice.share()),
            5 => format!(
                "kind: throttle, pace: {{rate: {}.0, order: {}, backoff: 2m}}",
                dice.between(1, 20),
                dice.one_of(&["priority", "region", "pool", "random"])
            ),
            _ => "kind: lift".to_owned(),
        };
        let at = dice.between(5, 50);
        writeln!(
            text,
            "    - {{name: s{step}, after: {{at: {at}m}}, action: {{{action}}}}}"
        )
        .expect("text takes everything");
    }
    text
}

/// Everything is put right: the change taken back, elements restored, queues purged, barring lifted, and
/// registrations let in at a third of what the subscriber database can do.
pub(super) fn cure(devices: u64) -> String {
    let pace = (devices as f64 * 1_500.0 / 1e6 / 2.0 / 3.0).max(0.5);
    format!(
        "    - {{name: mend, after: {{at: 60m}}, action: {{kind: restore, select: {{kinds: [amf, mme, udm, ims, gateway, epdg, router, stp, oss, nfvi-host, repository, identity-provider, tower]}}, parallel: 1000}}}}
    - {{name: back, after: {{step: mend}}, action: {{kind: roll-back}}}}
    - {{name: mend-again, after: {{step: back}}, delay: 10m, action: {{kind: restore, select: {{kinds: [amf, mme, udm, ims, gateway, epdg, router, stp, oss, nfvi-host, repository, identity-provider, tower]}}, parallel: 1000}}}}
    - {{name: lift, after: {{step: mend-again}}, action: {{kind: lift}}}}
    - {{name: empty, after: {{step: mend-again}}, action: {{kind: purge, select: {{kinds: [amf, mme, udm, ims, gateway, epdg]}}, parallel: 1000}}}}
    - {{name: let-in, after: {{step: empty}}, action: {{kind: re-admit, pace: {{rate: {pace:.3}, backoff: 4m}}}}}}
"
    )
}

/// What can never be otherwise, whatever happened.
pub(super) fn assert_sound(result: &RunResult) -> Result<(), String> {
    let mut devices = None;
    for row in rows(result, Scope::Network) {
        let counts = row.counts;
        let all = *devices.get_or_insert(counts.devices);
        let levels = [counts.registered, counts.ims_registered, counts.sos];
        let wrong = levels.iter().chain(&counts.out).any(|&level| level > all)
            || counts.devices != all
            || counts.registration_successes + counts.registration_rejects
                > counts.registration_attempts + all
            || counts.calls_blocked > counts.calls + all
            || counts
                .lost_device_us
                .iter()
                .any(|&us| us > u128::from(u64::MAX));
        if wrong {
            return Err(format!("{row:?}"));
        }
    }
    let parts = |scope: fn(usize) -> Scope, count: usize| -> u64 {
        let each = (0..count).map(|i| {
            rows(result, scope(i))
                .last()
                .map_or(0, |r| r.counts.devices)
        });
        each.sum()
    };
    let classes = parts(Scope::Class, result.names.classes.len());
    let regions = parts(Scope::Region, result.names.regions.len());
    if classes != regions || Some(classes) != devices || classes != result.simulated_devices {
        return Err(format!(
            "{classes} devices in classes, {regions} in regions"
        ));
    }
    for row in &result.kpi.functions {
        if row.counts.served > row.counts.arrived + 1_000_000 || row.counts.background < 0.0 {
            return Err(format!("{row:?}"));
        }
    }
    let order = result
        .records
        .windows(2)
        .all(|pair| pair[0].at <= pair[1].at);
    let end = result
        .records
        .last()
        .is_none_or(|last| last.at <= result.horizon);
    (order && end)
        .then_some(())
        .ok_or_else(|| "records out of order".to_owned())
}

fn stormy(seed: u64) -> String {
    let mut dice = Dice(seed);
    world(&mut dice, 3) + &trouble(&mut dice, true) + &meddling(&mut dice)
}

fn cured(seed: u64) -> String {
    let mut dice = Dice(seed);
    let world = world(&mut dice, 12);
    let text = world.clone() + &trouble(&mut dice, false) + &meddling(&mut dice);
    let devices = scenario(&world).topology().devices();
    text + &cure(devices)
}

/// A scenario runs without a panic, and what comes of it is sound.
pub(super) fn runs_soundly(text: &str, seed: u64) -> Result<(), TestCaseError> {
    let scenario = scenario(text);
    let result = catch_unwind(|| simulate(&scenario, seed));
    prop_assert!(result.is_ok(), "seed {seed}: a panic\n{text}");
    let sound = assert_sound(&result.expect("just asked"));
    prop_assert!(sound.is_ok(), "seed {seed}: {sound:?}\n{text}");
    Ok(())
}

/// At the end of a scenario nobody is missing who should not be.
pub(super) fn brings_everybody_back(text: &str, seed: u64) -> Result<(), TestCaseError> {
    let missing = missing_at_the_end(&simulate(&scenario(text), seed));
    prop_assert_eq!(missing, 0, "seed {}: {} not back\n{}", seed, missing, text);
    Ok(())
}

/// Seconds without a device unregistered that should not be: none at the end.
pub(super) fn missing_at_the_end(result: &RunResult) -> u64 {
    let (_, registered) = *registered(result).last().expect("samples");
    result.simulated_devices - registered
}

/// A change without a defect, whoever it reaches, one element at a time and drained.
fn harmless(seed: u64) -> String {
    let mut dice = Dice(seed);
    let mut text = world(&mut dice, 4)
        .replace("amf_per_pool: 1", "amf_per_pool: 2")
        .replace("mme_per_pool: 1", "mme_per_pool: 2")
        .replace("registered_at_start: false", "registered_at_start: true");
    text += "
change: {target: {kinds: [amf, mme]}}
rollout: {stages: [{max_unavailable: 1, drain: {mode: graceful}, install: 2m}]}
";
    text
}

pub(super) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 0,
        rng_seed: RngSeed::Fixed(2_024),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(60))]

    /// Devices are conserved (the run asserts it device by device), counts stay within them, time goes on.
    #[test]
    fn every_world_is_sound(seed in 0_u64..1_000_000) {
        runs_soundly(&stormy(seed), seed)?;
    }
}

proptest! {
    #![proptest_config(config(30))]

    /// Faults removed, queues purged, re-admission paced below capacity: everybody is back.
    #[test]
    fn every_world_recovers_once_cured_and_paced(seed in 0_u64..1_000_000) {
        brings_everybody_back(&cured(seed), seed)?;
    }

    /// A plan without a defect has a blast radius of exactly zero.
    #[test]
    fn a_sound_change_hurts_nobody(seed in 0_u64..1_000_000) {
        let text = harmless(seed);
        let result = simulate(&scenario(&text), seed);
        prop_assert!(result.stages.iter().all(|stage| stage.outcome == "passed"), "seed {seed}: {:?}\n{text}", result.stages);
        let quiet = text.split("\nchange:").next().expect("what comes before");
        let quiet = simulate(&scenario(quiet), seed);
        let lost = |result: &RunResult| result.impact.all.services.map(|s| (s.peak, s.device_minutes.to_bits()));
        prop_assert_eq!(lost(&result), lost(&quiet), "seed {}\n{}", seed, text);
    }

    /// What a fault reaches hangs on something it had reached, by an edge of a listed kind.
    #[test]
    fn a_fault_travels_along_listed_edges_only(seed in 0_u64..1_000_000) {
        let mut dice = Dice(seed);
        let (word, kind) = match dice.between(0, 2) {
            0 => ("sbi", EdgeKind::Sbi),
            1 => ("s6a-diameter", EdgeKind::S6aDiameter),
            _ => ("ip-transport", EdgeKind::IpTransport),
        };
        let mut text = world(&mut dice, 2);
        let hop = dice.between(0, 200);
        write!(text, "
change: {{target: {{kinds: [amf, mme], count: 1}}, defect: {{kind: protect-mode, edges: [{word}], hop_delay: {hop}s}}}}
rollout: {{start: 5m, on_fail: halt}}
").expect("text takes everything");
        let scenario = scenario(&text);
        let strays = strays(&scenario, &simulate(&scenario, seed), kind);
        prop_assert!(strays.is_ok(), "seed {seed}: {strays:?}\n{text}");
    }
}

/// Elements that a fault reached although nothing that leads to them had it. Counts those it reached.
fn strays(scenario: &Scenario, result: &RunResult, kind: EdgeKind) -> Result<usize, String> {
    let topology = scenario.topology();
    let mut reached: BTreeMap<NodeId, SimTime> = BTreeMap::new();
    for record in result.records.iter().filter(|r| r.source == "fault") {
        if !["fault-loaded", "element-reached"].contains(&record.kind) {
            continue;
        }
        let node = topology.find(&record.subject).expect("an element");
        let mut carriers = topology.neighbours(node, kind);
        let led = reached.is_empty() || carriers.any(|(_, other)| reached.contains_key(&other));
        if !led && !reached.contains_key(&node) {
            return Err(format!("{record:?}"));
        }
        reached.insert(node, record.at);
    }
    if reached.is_empty() {
        return Err("it reached nothing".to_owned());
    }
    Ok(reached.len())
}

/// An element in work once forgot whom it served, although it had been drained.
#[test]
fn a_drained_change_in_pools_of_two_hurts_nobody() {
    let result = simulate(&scenario(&harmless(59_776)), 59_776);
    assert_eq!(result.stages.len(), 1);
    let lost = result.impact.all.services.map(|service| service.peak);
    assert_eq!(lost, [0; 4]);
    let dropped = harmless(59_776).replace("mode: graceful", "mode: hard");
    let dropped = simulate(&scenario(&dropped), 59_776);
    assert!(dropped.impact.all.services[1].peak > 0, "it is the drain");
}

/// A fault that travels along the transport strays, if only service-based interfaces are listed.
#[test]
fn the_check_for_strays_bites() {
    let mut text = world(&mut Dice(7), 2);
    text += "
change: {target: {kinds: [amf, mme], count: 1}, defect: {kind: protect-mode, edges: [ip-transport]}}
rollout: {start: 5m, on_fail: halt}
";
    let scenario = scenario(&text);
    let result = simulate(&scenario, 7);
    let reached = strays(&scenario, &result, EdgeKind::IpTransport);
    assert!(reached.is_ok_and(|count| count > 5));
    assert!(strays(&scenario, &result, EdgeKind::Sbi).is_err());
}
