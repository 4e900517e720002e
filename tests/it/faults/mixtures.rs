//! Attacks and disturbances as a user meets them, and several things at once.
//!
//! Invariant: what is asserted of a kind holds of no healthy network.

use cellfall::scenario::Scenario;
use cellfall::simulation::{RunResult, simulate_with};

use super::super::properties::Dice;
use super::super::support::{assert_same_files, scenario};
use super::random::mixture;
use super::{at, between, lost, minutes, missing, run};

#[test]
fn a_storm_of_devices_that_is_barred_adapts() {
    let result = run("signalling-storm", &[]);
    assert_eq!(minutes(&result, "attack-adapted").len(), 1);
    let attempts = |from, to| between(&result, from, to, |c| c.registration_attempts);
    assert!(attempts(40.0, 50.0) > 20.0 * attempts(10.0, 20.0).max(10.0));
    assert!(
        attempts(52.0, 54.0) < 0.6 * attempts(48.0, 50.0),
        "barring helps"
    );
    assert!(
        attempts(70.0, 72.0) > 1.2 * attempts(48.0, 50.0),
        "and then it does not"
    );
    let begun = result
        .records
        .iter()
        .find(|r| r.kind == "attack-began")
        .expect("it began");
    assert!(begun.detail.contains("FGT1498.501") && begun.detail.contains("T1498"));
}

/// Requests that arrived at elements of a kind between two minutes, by the word in their names.
fn arrived(result: &RunResult, word: &str, from: f64, to: f64) -> f64 {
    let rows = result.kpi.functions.iter();
    let rows = rows.filter(|row| {
        let minute = row.at.as_minutes_f64();
        minute > from && minute <= to && result.names.nodes[row.node].starts_with(word)
    });
    rows.map(|row| row.counts.arrived as f64).sum()
}

#[test]
fn a_flood_of_the_database_is_seen_at_the_database_alone() {
    let result = run("hss-udm-flood", &[]);
    let grows =
        |word| arrived(&result, word, 80.0, 85.0) / arrived(&result, word, 20.0, 25.0).max(1.0);
    assert!(grows("udm") > 50.0, "{}", grows("udm"));
    let quiet = run("hss-udm-flood", &["attacks.0.rate=0"]);
    assert!(
        lost(&result) > 2.0 * lost(&quiet),
        "{} and {}",
        lost(&result),
        lost(&quiet)
    );
}

#[test]
fn cancelled_registrations_come_back_and_are_cancelled_again() {
    let result = run("cancel-location", &[]);
    let attempts = between(&result, 30.0, 90.0, |c| c.registration_attempts);
    // Twenty a second of which four in five exist, for an hour.
    assert!(
        (0.8..1.3).contains(&(attempts / (20.0 * 0.8 * 3_600.0))),
        "{attempts}"
    );
    assert_eq!(minutes(&result, "attack-adapted").len(), 1);
    assert!(missing(&result, 110.0) < 0.01);
    let one_peer = run("cancel-location", &["attacks.0.second_peer=false"]);
    let fewer = between(&one_peer, 30.0, 90.0, |c| c.registration_attempts);
    assert!(
        (0.25..0.45).contains(&(fewer / attempts)),
        "{}",
        fewer / attempts
    );
}

#[test]
fn functions_struck_off_the_register_serve_in_between_and_after() {
    let result = run("nf-deregister", &[]);
    assert!(minutes(&result, "element-struck").len() > 40);
    let quiet = run("nf-deregister", &["attacks.0.duration=1s"]);
    assert!(lost(&result) > lost(&quiet));
    assert!(missing(&result, 120.0) < 0.02);
}

#[test]
fn an_intruder_draws_eyes_away_then_destroys_and_only_rebuilding_helps() {
    let result = run("oam-wiper", &[]);
    let struck = minutes(&result, "element-struck");
    assert!(
        struck
            .iter()
            .filter(|at| (60.0..61.0).contains(*at))
            .count()
            > 2,
        "the decoy"
    );
    assert!(
        struck
            .iter()
            .filter(|at| (120.0..141.0).contains(*at))
            .count()
            > 10,
        "the blow"
    );
    assert!(missing(&result, 150.0) > 0.5);
    assert!(missing(&result, 355.0) < 0.5, "{}", missing(&result, 355.0));
}

#[test]
fn leaked_routes_lose_traffic_in_silence_until_they_are_withdrawn() {
    let result = run("route-leak", &[]);
    let failed = |from, to| {
        between(&result, from, to, |c| c.calls_blocked) / between(&result, from, to, |c| c.calls)
    };
    assert!(failed(35.0, 75.0) > 0.05, "{}", failed(35.0, 75.0));
    assert!(failed(140.0, 180.0) < 0.01);
    assert!(result.kpi.functions.iter().all(|row| row.counts.up));
}

#[test]
fn a_false_base_station_is_felt_by_phones_and_not_by_the_core() {
    let result = run("rogue-base-station", &[]);
    assert!(missing(&result, 62.0) > 0.02, "{}", missing(&result, 62.0));
    assert!(between(&result, 30.0, 60.0, |c| c.registration_rejects) <= 0.0);
    assert!(
        missing(&result, 120.0) > 0.5 * missing(&result, 62.0),
        "refusals outlive it"
    );
    let everywhere = "attacks.0.select={kinds: [tower]}";
    let jam = run("rogue-base-station", &["attacks.0.mode=jam", everywhere]);
    assert!(missing(&jam, 120.0) < 0.01, "a jammer's harm ends with it");
    assert!(at(&jam, 45.0, |c| c.out[1]) > 0.9 * jam.simulated_devices as f64);
}

#[test]
fn an_insider_works_through_elements_one_by_one_under_a_forged_ticket() {
    let result = run("insider-oss", &[]);
    let struck = minutes(&result, "element-struck");
    assert!((3..=13).contains(&struck.len()) && struck.iter().all(|at| (30.0..=90.0).contains(at)));
    assert!(result.records.iter().any(|r| r.detail.contains("forged")));
}

#[test]
fn a_worm_grows_with_its_doubling_time_and_what_it_destroys_stays_so() {
    let result = run("iot-worm", &[]);
    let out = |minute| at(&result, minute, |c| c.out[1]);
    let things = 0.3 * result.simulated_devices as f64;
    assert!(
        (1.4..2.9).contains(&(out(80.0) / out(70.0))),
        "{} {}",
        out(70.0),
        out(80.0)
    );
    assert!(
        (0.45..0.55).contains(&(out(185.0) / things)),
        "{}",
        out(185.0) / things
    );
    assert!(out(238.0) >= out(190.0) * 0.98, "nothing brings them back");
}

#[test]
fn a_destroyed_site_takes_what_runs_there() {
    let result = run("physical", &[]);
    let struck = result.records.iter().filter(|r| r.kind == "element-struck");
    let names: Vec<&str> = struck.map(|r| r.subject.as_str()).collect();
    assert!(names.iter().any(|name| name.starts_with("nfvi")));
    assert!(
        names
            .iter()
            .any(|name| name.starts_with("amf") || name.starts_with("mme")),
        "{names:?}"
    );
    let end = result
        .kpi
        .functions
        .iter()
        .filter(|row| row.at.as_minutes_f64() > 175.0);
    assert!(
        end.into_iter().any(|row| !row.counts.up),
        "nobody has rebuilt it"
    );
}

#[test]
fn crowds_call_more_and_nothing_breaks() {
    for (name, busy, quiet, factor) in [
        ("flash-crowd", (65.0, 115.0), (5.0, 55.0), 1.3),
        ("holiday", (91.0, 109.0), (5.0, 25.0), 5.0),
    ] {
        let result = run(name, &[]);
        let rate = |(from, to): (f64, f64)| between(&result, from, to, |c| c.calls) / (to - from);
        assert!(
            rate(busy) > factor * rate(quiet),
            "{name}: {} {}",
            rate(busy),
            rate(quiet)
        );
        let after = (160.0, 180.0);
        assert!(
            rate(after) < 1.6 * rate(quiet),
            "{name} ends: {}",
            rate(after)
        );
        assert!(result.impact.all.services[1].peak < 12, "{name}");
    }
}

#[test]
fn sites_without_power_fall_silent_one_by_one_and_come_back_together() {
    let result = run("power-cut", &[]);
    let falls = minutes(&result, "element-struck");
    assert!(falls.len() > 5 && falls.iter().all(|at| *at > 45.0));
    assert!(falls.last() > Some(&(falls[0] + 60.0)), "batteries differ");
    assert!(result.impact.all.services[1].peak > 0);
    assert!(at(&result, 415.0, |c| c.out[1]) < 0.02 * result.simulated_devices as f64);
}

#[test]
fn a_region_without_links_is_alone_until_they_are_mended() {
    let result = run("fibre-cut", &[]);
    assert!(!minutes(&result, "link-cut").is_empty());
    assert!(at(&result, 60.0, |c| c.out[1]) + at(&result, 60.0, |c| c.out[0]) > 0.0);
    assert!(at(&result, 175.0, |c| c.out[1]) < 0.02 * result.simulated_devices as f64);
    assert!(
        result.kpi.functions.iter().all(|row| row.counts.up),
        "no element is touched"
    );
}

#[test]
fn planned_work_takes_an_element_and_no_phone() {
    let result = run("planned-maintenance", &[]);
    let down = result.kpi.functions.iter().filter(|row| !row.counts.up);
    let minutes: Vec<f64> = down.map(|row| row.at.as_minutes_f64()).collect();
    assert_eq!(
        (minutes.first(), minutes.last()),
        (Some(&30.0), Some(&89.0))
    );
    assert!(result.impact.all.services[1].peak < 12);
}

#[test]
fn a_collector_that_fails_blinds_the_operator_and_leaves_the_network_alone() {
    let blind = run("collector-outage", &[]);
    let seeing = run("collector-outage", &["disturbances=[]"]);
    assert_eq!(blind.kpi, seeing.kpi, "the network is the same");
    let gate = "{metric: elements-up, success: '>= 1', scope: selected, interval: 1m}";
    let stage =
        "{name: one, drain: {mode: graceful, time: 1m}, install: 1m, soak: 20m, gates: [GATE]}";
    let plan = format!(
        "rollout={{start: 25m, stages: [{}]}}",
        stage.replace("GATE", gate)
    );
    let change = "change={target: {kinds: [amf], count: 1}}";
    let judged = |more: &str| {
        run("collector-outage", &[change, &plan, more]).stages[0]
            .outcome
            .clone()
    };
    assert_eq!(judged("disturbances=[]"), "passed");
    assert_ne!(
        judged("seed=1"),
        "passed",
        "a gate that is told nothing lets nothing pass"
    );
}

#[test]
fn neighbours_who_arrive_are_load_and_nothing_else() {
    let result = run("neighbour-arrival", &[]);
    let grows = arrived(&result, "udm", 60.0, 70.0) / arrived(&result, "udm", 10.0, 20.0).max(1.0);
    assert!(grows > 5.0, "{grows}");
    let own = between(&result, 60.0, 70.0, |c| c.registration_attempts);
    assert!(
        own < 0.05 * arrived(&result, "udm", 60.0, 70.0),
        "they are not its own devices"
    );
}

#[test]
fn two_rollouts_go_on_side_by_side_and_each_has_its_own_stages() {
    let result = run("several-rollouts", &[]);
    let stages: Vec<(&str, &str)> = result
        .stages
        .iter()
        .map(|s| (s.name.as_str(), s.outcome.as_str()))
        .collect();
    assert_eq!(stages, [("amf", "passed"), ("CHG-2/mme", "passed")]);
    assert!(lost(&result) > 0.0);
    let alone = run("several-rollouts", &["concurrent=[]"]);
    assert!(lost(&alone) < 0.05 * lost(&result) && alone.stages.len() == 1);
    let only = run(
        "several-rollouts",
        &["change.defect=null", "concurrent.0.change.defect=null"],
    );
    assert!(lost(&only) < 0.05 * lost(&result));
}

#[test]
fn two_changes_of_one_element_are_refused() {
    let path = super::repository("scenarios/faults/several-rollouts.yaml");
    let overrides = ["concurrent.0.change.target={kinds: [amf, mme]}".to_owned()];
    let problems = Scenario::with_overrides(&path, &overrides).expect_err("they clash");
    let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(text.join(" ").contains("CHG-1 changes as well"), "{text:?}");
}

#[test]
fn an_attack_in_a_rollout_or_after_one_is_none_of_its_doing() {
    for name in ["several-attack-in-rollout", "several-innocent-change"] {
        let result = run(name, &[]);
        assert!(lost(&result) > 0.0, "{name}");
        let innocent = run(name, &["attacks=[]"]);
        assert!(lost(&innocent) < 0.05 * lost(&result), "{name}");
        assert!(!minutes(&result, "attack-began").is_empty());
    }
}

#[test]
fn a_night_of_everything_is_the_same_twice_and_in_other_shards() {
    let text = mixture(&mut Dice(77), true);
    let scenario = scenario(&text);
    let settings = |shard_size, threads| cellfall::simulation::Settings {
        shard_size,
        threads,
        ..cellfall::simulation::Settings::default()
    };
    let with = |settings| {
        simulate_with(&scenario, 3, settings, &mut cellfall::simulation::Silent)
            .expect("nobody interrupts")
    };
    let one = with(settings(32_768, 1));
    assert_same_files(&one, &with(settings(200, 2)), "shards and threads");
}
