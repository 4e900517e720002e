//! Random mixtures of all kinds of fault, and what holds of every one of them.
//!
//! Invariant: kinds come from the registries, so that a new one is mixed in by itself.

use std::fmt::Write as _;

use cellfall::attack::{AttackSpec, DisturbanceSpec};
use cellfall::fault::DefectSpec;
use cellfall::scenario::Scenario;
use cellfall::simulation::simulate;
use cellfall::topology::EdgeKind;
use proptest::{prop_assert_eq, proptest};
use serde::Serialize;
use serde_json::Value;

use super::super::properties::{Dice, brings_everybody_back, config, cure, runs_soundly, world};
use super::super::support::scenario;
use super::{assert_no_strays, edges_of_attacks};

/// One of a registry as a file would say it, with times and rates that fit a small night.
fn tuned<T: Serialize>(spec: &T, more: &[(&str, Value)]) -> String {
    let mut value = serde_json::to_value(spec).expect("it serialises");
    let object = value.as_object_mut().expect("an object");
    for (key, small) in more {
        if let Some(place) = object.get_mut(*key) {
            *place = small.clone();
        }
    }
    value.to_string()
}

fn kind(spec: &impl Serialize) -> String {
    let value = serde_json::to_value(spec).expect("it serialises");
    value["kind"].as_str().expect("a kind").to_owned()
}

fn pick<T: Clone>(dice: &mut Dice, all: &[T]) -> T {
    let index = dice.between(0, all.len() as u64 - 1);
    all[usize::try_from(index).expect("a few kinds")].clone()
}

/// What the defect of a change is meant for.
pub(super) fn targets(defect: &str) -> &'static str {
    match defect {
        "prefix-limit" | "route-flood" | "poison-message" | "transport-misweight" => "router",
        "db-inconsistency" | "service-class-selective" | "timer-mismatch" => "ims, udm",
        _ => "amf, mme",
    }
}

fn a_change(dice: &mut Dice) -> String {
    let defect = pick(dice, &DefectSpec::all());
    let kind = kind(&defect);
    let small = [
        ("dwell", Value::from("10m")),
        ("sleep", Value::from("20m")),
        ("not_after", Value::from("30m")),
        ("auto_recover", Value::Null),
    ];
    format!(
        "
change: {{target: {{kinds: [{}], count: {}}}, defect: {}}}
rollout: {{start: {}m, on_fail: halt, rollback: {{needs: [oob-access], per_node: 1m}}, stages: [{{max_unavailable: {}, install: 1m, drain: {{mode: hard}}}}]}}
",
        targets(&kind),
        dice.between(1, 3),
        tuned(&defect, &small),
        dice.between(1, 15),
        dice.between(1, 3),
    )
}

/// Attacks and disturbances. Without `lasting`, none that destroys devices or makes them keep a refusal.
fn happenings(dice: &mut Dice, lasting: bool) -> String {
    let small = |rate: f64| {
        [
            ("start", Value::from("15m")),
            ("duration", Value::from("20m")),
            ("rate", Value::from(rate)),
            ("dwell", Value::from("1m")),
            ("hourly_probability", Value::from(1.0)),
            ("destroy_at", Value::from("25m")),
            ("wipe_time", Value::from("1m")),
            ("backups_destroyed", Value::from(false)),
            ("restore_factor", Value::from(1.0)),
            ("doubling", Value::from("2m")),
            ("destroyed_after", Value::from("5m")),
            ("peak_after", Value::from("5m")),
            ("peak_for", Value::from("5m")),
            ("battery", Value::from("5m")),
        ]
    };
    let attacks: Vec<AttackSpec> = AttackSpec::all()
        .into_iter()
        .filter(|spec| {
            lasting || !["iot-worm", "rogue-base-station"].contains(&kind(spec).as_str())
        })
        .collect();
    let mut text = String::from("attacks:\n");
    for _ in 0..dice.between(1, 2) {
        let attack = tuned(&pick(dice, &attacks), &small(20.0));
        writeln!(text, "  - {attack}").expect("text takes everything");
    }
    text += "disturbances:\n";
    for _ in 0..dice.between(1, 2) {
        let disturbance = tuned(&pick(dice, &DisturbanceSpec::all()), &small(5.0));
        writeln!(text, "  - {disturbance}").expect("text takes everything");
    }
    text
}

/// A change with any defect, and one or two attacks and disturbances of any kind beside it.
pub(super) fn mixture(dice: &mut Dice, lasting: bool) -> String {
    let hours = if lasting { 2 } else { 12 };
    let world = world(dice, hours);
    let change = if dice.chance(80) {
        a_change(dice)
    } else {
        String::new()
    };
    let text = world.clone() + &change + &happenings(dice, lasting);
    if lasting {
        return text;
    }
    let devices = scenario(&world).topology().devices();
    text + "response:\n  playbook:\n" + &cure(devices)
}

proptest! {
    #![proptest_config(config(20))]

    /// Devices are conserved and time goes on, whatever happens at once.
    #[test]
    fn every_mixture_is_sound(seed in 0_u64..1_000_000) {
        runs_soundly(&mixture(&mut Dice(seed), true), seed)?;
    }
}

proptest! {
    #![proptest_config(config(12))]

    /// Every fault removed and re-admission paced below capacity: everybody is back who is neither
    /// destroyed nor keeps a refusal.
    #[test]
    fn every_mixture_recovers_once_cured_and_paced(seed in 0_u64..1_000_000) {
        brings_everybody_back(&mixture(&mut Dice(seed), false), seed)?;
    }
}

/// The kinds of edge that a fault of a scenario may use, by the name under which the log has it.
fn edges_of(scenario: &Scenario, fault: &str) -> Vec<EdgeKind> {
    let kind = fault.rsplit('/').next().unwrap_or_default();
    if let Some(edges) = edges_of_attacks().get(kind) {
        return edges.clone();
    }
    let change = scenario.file().change.as_ref();
    let defect = change.filter(|_| fault.starts_with("change/"));
    let defect = defect.and_then(|change| change.defect.as_ref());
    let rules = defect.map_or_else(Vec::new, |defect| defect.fault().spread);
    rules.into_iter().flat_map(|rule| rule.edges).collect()
}

proptest! {
    #![proptest_config(config(20))]

    /// Whatever else goes on, each fault keeps to the kinds of edge that it uses.
    #[test]
    fn in_every_mixture_a_fault_keeps_to_its_edges(seed in 0_u64..1_000_000) {
        let text = mixture(&mut Dice(seed), true);
        let scenario = scenario(&text);
        let result = simulate(&scenario, seed);
        assert_no_strays(&scenario, &result, |fault| edges_of(&scenario, fault));
    }

    /// The change of a mixture, without its defect, drained and one element at a time, and nothing beside it:
    /// not a soul loses service that would not have lost it anyway.
    #[test]
    fn of_every_mixture_the_plan_alone_hurts_nobody(seed in 0_u64..1_000_000) {
        let mut dice = Dice(seed);
        let world = world(&mut dice, 2)
            .replace("amf_per_pool: 1", "amf_per_pool: 2")
            .replace("mme_per_pool: 1", "mme_per_pool: 2")
            .replace("registered_at_start: false", "registered_at_start: true");
        let plan = "
change: {target: {kinds: [amf, mme]}}
rollout: {start: 5m, on_fail: halt, stages: [{max_unavailable: 1, install: 1m, drain: {mode: graceful}}]}
disturbances:
";
        let disturbances: Vec<DisturbanceSpec> = DisturbanceSpec::all()
            .into_iter()
            .filter(|spec| ["flash-crowd", "holiday", "collector-outage"].contains(&kind(spec).as_str()))
            .collect();
        let beside = tuned(
            &pick(&mut dice, &disturbances),
            &[
                ("start", Value::from("15m")),
                ("duration", Value::from("20m")),
                ("peak_after", Value::from("5m")),
                ("peak_for", Value::from("5m")),
            ],
        );
        let lost = |text: &str| {
            let result = simulate(&scenario(text), seed);
            result.impact.all.services.map(|service| (service.peak, service.device_minutes.to_bits()))
        };
        let quiet = format!("{world}disturbances:\n  - {beside}\n");
        let changed = format!("{world}{plan}  - {beside}\n");
        prop_assert_eq!(lost(&changed), lost(&quiet), "seed {}\n{}", seed, changed);
    }
}
