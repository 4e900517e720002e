//! Every kind of fault, as a user meets it: the shipped scenario of each shows the property that makes it
//! what it is.
//!
//! Invariant: what is asserted of a kind holds of no healthy network.

mod mixtures;
mod random;
mod regularities;

use std::collections::BTreeMap;

use cellfall::attack::{AttackSpec, DisturbanceSpec};
use cellfall::base::SimTime;
use cellfall::fault::DefectSpec;
use cellfall::impact::Scope;
use cellfall::network::ClassCounts;
use cellfall::scenario::Scenario;
use cellfall::simulation::{RunResult, simulate};
use cellfall::topology::EdgeKind;

use super::support::{counted, repository, rows};
use random::targets;

/// The scenario of a kind, with overrides.
fn load(name: &str, overrides: &[&str]) -> Scenario {
    let path = repository(&format!("scenarios/faults/{name}.yaml"));
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    Scenario::with_overrides(&path, &overrides).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn run(name: &str, overrides: &[&str]) -> RunResult {
    simulate(&load(name, overrides), 1)
}

/// Minutes at which records of a kind were written.
fn minutes(result: &RunResult, kind: &str) -> Vec<f64> {
    let records = result.records.iter().filter(|record| record.kind == kind);
    records.map(|record| record.at.as_minutes_f64()).collect()
}

/// What is true of the whole network at a minute.
fn at(result: &RunResult, minute: f64, what: impl Fn(&ClassCounts) -> u64) -> f64 {
    let rows = rows(result, Scope::Network);
    let row = rows
        .iter()
        .rfind(|row| row.at <= SimTime::from_secs(minute * 60.0))
        .expect("a sample");
    what(&row.counts) as f64
}

/// Share of all devices that have no registration at a minute.
fn missing(result: &RunResult, minute: f64) -> f64 {
    1.0 - at(result, minute, |c| c.registered) / result.simulated_devices as f64
}

/// What was counted between two minutes.
fn between(result: &RunResult, from: f64, to: f64, what: impl Fn(&ClassCounts) -> u64) -> f64 {
    (counted(result, to * 60.0, &what) - counted(result, from * 60.0, &what)) as f64
}

/// Device-minutes without data, over the whole run.
fn lost(result: &RunResult) -> f64 {
    result.impact.all.services[1].device_minutes
}

fn kinds() -> Vec<String> {
    let word = |value: serde_json::Value| value["kind"].as_str().expect("a kind").to_owned();
    let defects = DefectSpec::all().into_iter().map(serde_json::to_value);
    let attacks = AttackSpec::all().into_iter().map(serde_json::to_value);
    let disturbances = DisturbanceSpec::all().into_iter().map(serde_json::to_value);
    let all = defects.chain(attacks).chain(disturbances);
    all.map(|value| word(value.expect("it serialises")))
        .collect()
}

#[test]
fn every_kind_has_a_scenario_that_shows_it() {
    for kind in kinds() {
        let name = if kind == "latent-defect" {
            "cert-time-bomb"
        } else {
            kind.as_str()
        };
        let path = repository(&format!("scenarios/faults/{name}.yaml"));
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("no scenario for {kind}"));
        assert!(
            text.contains(&format!("kind: {kind}")),
            "{name} does not show {kind}"
        );
    }
}

#[test]
fn the_tables_of_the_rooms_name_every_kind() {
    let docs = ["src/fault/mod.rs", "src/attack/mod.rs"]
        .map(|path| std::fs::read_to_string(repository(path)).expect("a room"));
    for kind in kinds() {
        let row = format!("//! | `{kind}` |");
        assert!(docs.iter().any(|text| text.contains(&row)), "{kind}");
    }
}

/// The kinds of edge that attacks travel along; those of defects are in their own description.
pub(super) fn edges_of_attacks() -> BTreeMap<&'static str, Vec<EdgeKind>> {
    use EdgeKind::{BgpIgp, CicdPush, IdentityProvider, IpTransport, NfviHost, OamMgmt};
    BTreeMap::from([
        (
            "oam-wiper",
            vec![OamMgmt, IdentityProvider, NfviHost, CicdPush],
        ),
        ("route-leak", vec![BgpIgp, IpTransport]),
        ("insider-oss", vec![OamMgmt]),
        ("physical", vec![NfviHost]),
    ])
}

/// Elements that were reached by an edge, all of it checked against the graph. Counts them.
pub(super) fn assert_no_strays(
    scenario: &Scenario,
    result: &RunResult,
    allowed: impl Fn(&str) -> Vec<EdgeKind>,
) -> usize {
    let topology = scenario.topology();
    let mut count = 0;
    for record in result
        .records
        .iter()
        .filter(|r| r.kind == "element-reached")
    {
        let Some((fault, way)) = record.detail.split_once(": from ") else {
            assert!(record.detail.ends_with("at its origin"), "{record:?}");
            continue;
        };
        let (from, edge) = way.split_once(" by ").expect("from and by");
        let used = allowed(fault);
        let edge = used.iter().find(|kind| format!("{kind:?}") == edge);
        let edge = edge.unwrap_or_else(|| panic!("an edge that it does not use: {record:?}"));
        let here = topology.find(&record.subject).expect("an element");
        let there = topology.find(from).expect("an element");
        let mut ways = topology.neighbours(here, *edge);
        assert!(
            ways.any(|(_, other)| other == there),
            "no such edge: {record:?}"
        );
        count += 1;
    }
    count
}

#[test]
fn a_fault_never_travels_along_an_edge_that_it_does_not_use() {
    let attacks = edges_of_attacks();
    for kind in kinds().iter().filter(|kind| *kind != "latent-defect") {
        let scenario = load(kind, &["horizon=100m"]);
        let defect = scenario
            .file()
            .change
            .as_ref()
            .and_then(|change| change.defect.clone());
        let allowed: Vec<EdgeKind> = match &defect {
            Some(defect) => defect
                .fault()
                .spread
                .iter()
                .flat_map(|rule| rule.edges.clone())
                .collect(),
            None => attacks.get(kind.as_str()).cloned().unwrap_or_default(),
        };
        let result = simulate(&scenario, 1);
        let count = assert_no_strays(&scenario, &result, |_| allowed.clone());
        assert_eq!(
            count > 0,
            !allowed.is_empty(),
            "{kind} reached {count} elements by edges"
        );
    }
}

#[test]
fn without_its_defect_a_plan_hurts_nobody() {
    for defect in DefectSpec::all() {
        let kind = defect.fault().kind;
        let scenario = load(kind, &[]);
        if scenario.file().change.is_none() {
            continue;
        }
        let overrides = [
            "change.defect=null",
            "attacks=[]",
            "disturbances=[]",
            "response.playbook=[]",
            "horizon=90m",
            "rollout.stages.0.max_unavailable=1",
            "rollout.stages.0.drain={mode: graceful, time: 2m}",
        ];
        // A router cannot hand its work over; its plan takes no time.
        let is_router = targets(kind) == "router";
        let result = run(kind, &overrides[..overrides.len() - usize::from(is_router)]);
        for service in result.impact.all.services {
            // Users who restart their phones are a handful at any time.
            assert!(service.peak < 12, "{kind}: {}", service.peak);
        }
    }
}

#[test]
fn protect_mode_takes_the_network_and_its_control_keeps_it() {
    let result = run("protect-mode", &[]);
    assert!(missing(&result, 60.0) > 0.95);
    assert!(missing(&result, 170.0) < 0.05);
    let contained = run("protect-mode", &["change.defect.contained=1"]);
    assert!(missing(&contained, 60.0) < 0.5);
}

#[test]
fn a_network_in_protect_mode_still_warns_unless_that_is_taken_from_it() {
    let warned = |still_warns: &str| {
        let alerts = "alerts=[{name: flood, at: 60m}]";
        let still_warns = format!("change.defect.still_warns={still_warns}");
        let result = run("protect-mode", &[alerts, &still_warns]);
        assert!(missing(&result, 60.0) > 0.95);
        let alert = &result.impact.alerts[0];
        (alert.told_share(), alert.reached_share())
    };
    let (told, reached) = warned("mme");
    assert!(told > 0.99 && reached > 0.2, "{told} {reached}");
    assert_eq!(warned("null"), (0.0, 0.0));
    let refused = Scenario::with_overrides(
        &repository("scenarios/faults/protect-mode.yaml"),
        &["change.defect.still_warns=udm".to_owned()],
    );
    let found = format!("{:?}", refused.expect_err("a database warns nobody"));
    assert!(found.contains("amf, mme or null"), "{found}");
}

#[test]
fn a_crash_on_start_is_caught_by_the_first_element_and_a_later_one_is_not() {
    let result = run("crash-on-start", &[]);
    assert_eq!(result.stages[0].outcome, "rolled-back");
    assert_eq!(minutes(&result, "element-installed").len(), 1);
    let later = run("crash-after-dwell", &[]);
    assert_eq!(later.stages[0].outcome, "passed");
    let crashes = minutes(&later, "element-struck");
    assert!(
        crashes.len() >= 2 && crashes.iter().all(|at| *at <= 101.0),
        "{crashes:?}"
    );
}

#[test]
fn a_capacity_that_is_gone_is_seen_only_under_load() {
    let result = run("capacity-regression", &[]);
    assert_eq!(result.stages[0].outcome, "passed");
    let quiet = lost(&result);
    let busy = |factor: &str| {
        let storm = "attacks=[{kind: cancel-location, start: 60m, duration: 1m, rate: 200, list_quality: 1}]";
        lost(&run("capacity-regression", &[factor, storm]))
    };
    let (less, whole) = (
        busy("change.defect.factor=0.02"),
        busy("change.defect.factor=1"),
    );
    assert!(
        less > 1.5 * whole && whole > 10.0 * quiet,
        "{less}, {whole}, {quiet}"
    );
}

#[test]
fn a_sticky_cause_outlives_the_rollback_and_another_does_not() {
    let sticky = run("reject-all", &[]);
    let back = *minutes(&sticky, "rollback-finished")
        .first()
        .unwrap_or(&120.0);
    assert!(
        missing(&sticky, back.min(150.0) + 20.0) > 0.02,
        "they keep the refusal"
    );
    let retried = run("reject-all", &["change.defect.cause=17"]);
    assert!(missing(&retried, 175.0) < 0.01);
}

#[test]
fn contexts_that_are_forgotten_come_back_as_a_storm() {
    let result = run("state-loss", &[]);
    let before = between(&result, 0.0, 30.0, |c| c.registration_attempts);
    let after = between(&result, 30.0, 60.0, |c| c.registration_attempts);
    assert!(
        after > 0.4 * result.simulated_devices as f64 && after > 20.0 * before,
        "{after} after, {before} before"
    );
    let ups = result
        .kpi
        .functions
        .iter()
        .filter(|row| row.at.as_minutes_f64() > 110.0);
    assert!(
        ups.into_iter().all(|row| row.counts.up),
        "the elements are well"
    );
}

#[test]
fn routers_that_cut_themselves_off_need_a_reset_beside_the_rollback() {
    let result = run("prefix-limit", &[]);
    assert!(at(&result, 60.0, |c| c.out[1]) > 0.95 * result.simulated_devices as f64);
    assert!(at(&result, 175.0, |c| c.out[1]) < 0.05 * result.simulated_devices as f64);
    let unreset = run(
        "prefix-limit",
        &["response.playbook=[{name: back, after: {at: 90m}, action: {kind: roll-back}}]"],
    );
    assert!(at(&unreset, 175.0, |c| c.out[1]) > 0.3 * result.simulated_devices as f64);
}

#[test]
fn a_flood_of_routes_takes_the_core_in_minutes_and_a_restart_too_early_fails() {
    let result = run("route-flood", &[]);
    let down = minutes(&result, "element-struck");
    let began = minutes(&result, "fault-loaded")[0];
    let first_wave = down.iter().filter(|at| **at < began + 5.0).count();
    let routers = load("route-flood", &[]);
    let routers = routers
        .topology()
        .nodes_of_kind(cellfall::topology::NodeKind::Router)
        .count();
    assert_eq!(first_wave, routers, "all within five minutes");
    assert!(
        down.iter().filter(|at| (60.0..66.0).contains(*at)).count() > routers / 2,
        "they fall again"
    );
    assert!(at(&result, 75.0, |c| c.out[1]) > 0.95 * result.simulated_devices as f64);
    assert!(at(&result, 178.0, |c| c.out[1]) < 0.05 * result.simulated_devices as f64);
}

#[test]
fn a_poison_message_lives_while_there_is_traffic_and_dies_in_the_night() {
    let result = run("poison-message", &[]);
    let falls = minutes(&result, "element-struck");
    let evening = falls.iter().filter(|at| **at < 150.0).count();
    let night = falls.iter().filter(|at| **at > 780.0).count();
    assert!(evening > 30, "{evening}");
    assert_eq!(night, 0);
}

/// Requests that databases dropped between two minutes.
fn dropped(result: &RunResult, from: f64, to: f64) -> u64 {
    let rows = result.kpi.functions.iter().filter(|row| {
        let minute = row.at.as_minutes_f64();
        minute > from && minute <= to && result.names.nodes[row.node].starts_with("udm")
    });
    rows.map(|row| row.counts.dropped).sum()
}

#[test]
fn records_out_of_step_keep_an_overload_alive_until_their_nodes_are_isolated() {
    let result = run("db-inconsistency", &[]);
    assert_eq!(dropped(&result, 0.0, 29.0), 0);
    for hour in 2..4 {
        let from = f64::from(hour) * 60.0;
        assert!(
            dropped(&result, from, from + 50.0) > 1_000,
            "in hour {hour}"
        );
    }
    assert_eq!(
        dropped(&result, 300.0, 360.0),
        0,
        "isolated, they send nothing"
    );
    let sound = run("db-inconsistency", &["disturbances=[]"]);
    assert!(
        dropped(&sound, 30.0, 60.0) > 0,
        "there is a storm without them"
    );
    assert_eq!(dropped(&sound, 120.0, 230.0), 0, "and it clears");
}

#[test]
fn misweighted_traffic_vanishes_in_silence_until_the_weight_is_right() {
    let result = run("transport-misweight", &[]);
    let blocked = |from, to| between(&result, from, to, |c| c.calls_blocked);
    let calls = |from, to| between(&result, from, to, |c| c.calls);
    assert!(blocked(33.0, 45.0) > 0.05 * calls(33.0, 45.0));
    assert!(blocked(120.0, 180.0) < 0.01 * calls(120.0, 180.0));
    assert!(
        result.kpi.functions.iter().all(|row| row.counts.up),
        "nothing was down"
    );
}

#[test]
fn a_certificate_ends_everywhere_at_one_instant_and_older_software_cures_it() {
    let result = run("cert-time-bomb", &[]);
    let falls = minutes(&result, "element-struck");
    assert!(
        falls.len() >= 4 && falls.iter().all(|at| (*at - 60.0).abs() < 1e-9),
        "{falls:?}"
    );
    assert!(missing(&result, 110.0) > 0.1);
    assert!(missing(&result, 178.0) < 0.02);
}

#[test]
fn impatient_callers_turn_a_burst_into_an_outage() {
    let result = run("timer-mismatch", &[]);
    assert!(
        missing(&result, 29.0) < 0.005,
        "at ordinary speed nobody sees it"
    );
    let sound = run("timer-mismatch", &["change.defect=null"]);
    assert!(
        lost(&result) > 1.3 * lost(&sound),
        "{} and {}",
        lost(&result),
        lost(&sound)
    );
}

#[test]
fn emergency_calls_fail_alone() {
    let result = run("service-class-selective", &[]);
    let emergency = |from, to| {
        let blocked = between(&result, from, to, |c| c.emergency_blocked);
        blocked / between(&result, from, to, |c| c.emergency_calls)
    };
    assert!(emergency(0.0, 25.0) < 0.01 && emergency(60.0, 180.0) > 0.95);
    let blocked = between(&result, 60.0, 180.0, |c| c.calls_blocked);
    assert!(blocked < 0.01 * between(&result, 60.0, 180.0, |c| c.calls));
    assert!(missing(&result, 120.0) < 0.005);
}

#[test]
fn content_goes_to_all_while_code_is_staged() {
    let result = run("content-push", &[]);
    let installed = minutes(&result, "element-installed");
    let struck = minutes(&result, "element-struck")
        .into_iter()
        .filter(|at| *at < 50.0)
        .count();
    assert_eq!(installed.iter().filter(|at| **at < 60.0).count(), 1);
    assert!(struck >= 8, "{struck}");
    let staged = run("content-push", &["change.defect.staged=1"]);
    assert_eq!(
        minutes(&staged, "element-struck")
            .into_iter()
            .filter(|at| *at < 60.0)
            .count(),
        1
    );
}

#[test]
fn a_poisoned_release_passes_every_gate_and_needs_more_than_a_rollback() {
    let result = run("supply-chain", &[]);
    assert_eq!(result.stages[0].outcome, "passed");
    let struck = minutes(&result, "element-struck");
    assert!(
        struck.iter().all(|at| (*at - 120.0).abs() < 1e-9),
        "{struck:?}"
    );
    let loaded = result
        .records
        .iter()
        .find(|r| r.kind == "fault-loaded")
        .expect("it rides the rollout");
    assert!(loaded.detail.contains("T1195.002"));
    assert!(missing(&result, 238.0) < 0.02);
}

#[test]
fn phones_made_for_5g_lack_nothing_where_there_is_no_5g() {
    let lost_voice = [
        "disturbances=[]",
        "response.playbook=[]",
        "topology.core.amf_per_pool=0",
    ];
    let result = run("db-inconsistency", &lost_voice);
    let out = |minute| at(&result, minute, |c| c.out[0]) / result.simulated_devices as f64;
    assert!(out(32.0) > 0.1, "voice nodes forget whom they serve");
    assert!(out(180.0) < 0.01, "{}", out(180.0));
}
