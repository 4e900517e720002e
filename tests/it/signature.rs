//! The signature, end to end: what tells runs apart, and under which contract.
//!
//! Invariant: read from results alone, as a user would.

use cellfall::detect::signature::{FEATURES, Sign};
use cellfall::report::render;
use cellfall::simulation::{RunResult, simulate};

use super::support::{assert_same_files, scenario_with};

const NETWORK: &str = "
start: 2024-02-22T02:00:00-06:00
horizon: 2h
scale: 1
topology: {source: generated, towers: 24, devices: 40000, states: [TX, CA], core: {amf_per_pool: 3}}
network: {core: {functions: {udm: {rate_per_million: 2000}}}}
telemetry: {contract: full}
";

const BAD_RELEASE: &str = "
change: {id: CHG-7, to: '2.0', target: {kinds: [amf]}, defect: {kind: crash-after-dwell, dwell: 5m}}
rollout: {start: 20m, stages: [{install: 1m, drain: {time: 1m}, soak: 5m}]}
";

const FLOOD: &str = "
attacks: [{kind: signalling-storm, start: 20m, duration: 1h, classes: [smartphone], share: 0.2, rate_per_device: 0.2}]
";

const INTRUDER: &str = "
attacks:
  - {kind: oam-wiper, start: 0s, dwell: 0s, hourly_probability: 0.9, destroy_at: 40m, wipe_time: 0s}
";

fn run(what: &str, overrides: &[&str]) -> RunResult {
    simulate(&scenario_with(&format!("{NETWORK}{what}"), overrides), 1)
}

/// What a feature said at the end.
fn last(result: &RunResult, name: &str) -> Sign {
    let place = FEATURES.iter().position(|feature| feature.name == name);
    let place = place.expect("there is such a feature");
    let sign = result.signature.sign_at(place, result.horizon);
    sign.expect("it was looked at")
}

#[test]
fn a_quiet_evening_has_no_signature() {
    let result = run("", &[]);
    for name in [
        "onset-shape",
        "reject-mix",
        "release-lift",
        "first-mover",
        "stage-order",
    ] {
        assert!(matches!(last(&result, name), Sign::Unknown(_)), "{name}");
    }
    assert_eq!(last(&result, "monitoring-health").word(), "well");
    assert_eq!(last(&result, "unticketed-sessions").word(), "none");
}

#[test]
fn a_bad_release_fails_where_it_was_installed() {
    let result = run(BAD_RELEASE, &[]);
    assert_eq!(last(&result, "release-lift").word(), "changed-fail");
    assert_eq!(last(&result, "unticketed-sessions").word(), "none");
    assert_eq!(last(&result, "hash-mismatches").word(), "none");
}

const POISONED: &str = "
change: {id: CHG-7, to: '2.0', target: {kinds: [amf]}, defect: {kind: supply-chain, at: 40m}}
rollout: {start: 20m, stages: [{install: 1m, drain: {time: 1m}, soak: 5m}]}
";

const INSIDER: &str = "
attacks: [{kind: insider-oss, start: 20m, duration: 1h, commands_per_hour: 30, ticket: forged}]
";

#[test]
fn altered_software_shows_in_its_hash_and_a_signed_poison_does_not() {
    let hashes = |what: &str, overrides: &[&str]| last(&run(what, overrides), "hash-mismatches");
    assert_eq!(hashes(INTRUDER, &[]).word(), "some");
    assert_eq!(hashes(INSIDER, &[]).word(), "some", "forged ticket or not");
    assert_eq!(hashes(POISONED, &[]).word(), "none");
    let swapped = ["change.defect.signed=false"];
    assert_eq!(hashes(POISONED, &swapped).word(), "some");
    assert_eq!(hashes(FLOOD, &[]).word(), "none");
    let unread = ["telemetry.contract=streaming-60s"];
    let unknown = hashes(INTRUDER, &unread);
    assert!(matches!(unknown, Sign::Unknown(_)), "{unknown:?}");
}

#[test]
fn benign_days_leave_no_wrong_hash_and_no_cancelled_context() {
    let benign = [
        "{kind: planned-maintenance, start: 20m, duration: 30m, select: {kinds: [amf], count: 1}}",
        "{kind: power-cut, start: 20m, duration: 1h, select: {kinds: [tower], percent: 30}}",
        "{kind: flash-crowd, start: 20m, duration: 1h, factor: 8}",
    ];
    for kind in benign {
        let result = run(&format!("disturbances: [{kind}]\n"), &[]);
        assert_eq!(last(&result, "hash-mismatches").word(), "none", "{kind}");
        let initiator = last(&result, "detach-initiator").word();
        assert_ne!(initiator, "subscriber-data", "{kind}");
    }
}

const CANCELLED: &str = "
attacks: [{kind: cancel-location, start: 20m, duration: 1h, rate: 5}]
";

#[test]
fn cancelled_locations_show_as_detaches_that_the_database_initiates() {
    let attacked = run(CANCELLED, &[]);
    let at = attacked.first_impact().expect("phones are out at once");
    let place = FEATURES.iter().position(|f| f.name == "detach-initiator");
    let place = place.expect("there is such a feature");
    let later = at + cellfall::base::Span::from_minutes(5);
    let sign = attacked.signature.sign_at(place, later);
    assert_eq!(sign.expect("it was looked at").word(), "subscriber-data");
    for what in ["", FLOOD] {
        let word = last(&run(what, &[]), "detach-initiator").word();
        assert_ne!(word, "subscriber-data", "{what}");
    }
}

#[test]
fn a_network_that_takes_its_telemetry_with_it_goes_blind() {
    let in_band = [
        "telemetry.counters.path=in-band",
        "telemetry.functions.path=in-band",
        "telemetry.towers.path=in-band",
    ];
    let result = run(INTRUDER, &in_band);
    assert_ne!(last(&result, "monitoring-health").word(), "well");
    assert_eq!(
        last(&run(INTRUDER, &[]), "monitoring-health").word(),
        "well"
    );
}

#[test]
fn all_data_lost_is_unknown_and_no_crash() {
    let lost = [
        "telemetry.counters.loss=1",
        "telemetry.functions.loss=1",
        "telemetry.towers.loss=1",
    ];
    let result = run(FLOOD, &lost);
    for feature in [
        "first-mover",
        "onset-shape",
        "reject-mix",
        "monitoring-health",
    ] {
        assert!(
            matches!(last(&result, feature), Sign::Unknown(_)),
            "{feature}"
        );
    }
}

#[test]
fn the_file_is_the_same_for_any_threads_and_holds_every_change() {
    let result = run(BAD_RELEASE, &[]);
    let again = run(BAD_RELEASE, &[]);
    assert_same_files(&result, &again, "signature");
    let rendered = render(&result);
    let file = rendered
        .files
        .iter()
        .find(|(name, _)| *name == "signature.csv");
    let text = String::from_utf8_lossy(&file.expect("it is there").1).into_owned();
    assert_eq!(text.lines().count(), 1 + result.signature.changes.len());
    assert!(FEATURES.iter().all(|feature| text.contains(feature.name)));
}
