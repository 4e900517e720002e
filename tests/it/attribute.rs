//! `cellfall attribute`, end to end: onlookers, drawn worlds, and the command.
//!
//! Invariant: only what a user of the library or of the program sees.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use cellfall::detect::signature::Signal;
use cellfall::scenario::Scenario;
use cellfall::simulation::{Onlook, Settings, Silent, simulate, simulate_seen};
use cellfall::study::{
    AttributionPlan, AttributionStudy, Overseer, WatchError, attribution_study, cast, draw,
};
use cellfall::telemetry::{Contract, TelemetrySpec};

use super::support::{assert_same_files, scenario, scratch};

/// An hour in, the elements of a region forget their phones.
const NIGHT: &str = "
scale: 0.2
horizon: 2h
start: 2024-02-22T02:00:00-06:00
topology: {source: generated, towers: 12, devices: 20000, states: [TX], core: {udm: 1, ims: 1}}
change: {target: {kinds: [amf, mme]}, defect: {kind: state-loss}}
rollout: {start: 60m, stages: [{drain: {mode: hard}, install: 1m}]}
";

/// What sensors of the management plane show.
const MANAGEMENT: [Signal; 3] = [Signal::Ledger, Signal::ManagementLog, Signal::Hashes];

fn onlook(contract: Contract, blind: &[&[Signal]]) -> Onlook {
    Onlook {
        telemetry: TelemetrySpec {
            contract,
            ..TelemetrySpec::default()
        },
        blind: blind.iter().map(|signals| signals.to_vec()).collect(),
    }
}

#[test]
fn an_onlooker_sees_what_an_operator_under_its_contract_sees_and_changes_nothing() {
    let onlooks = [
        onlook(Contract::Pm15min, &[&[]]),
        onlook(Contract::Full, &[&MANAGEMENT, &[]]),
    ];
    let settings = Settings::default();
    let watched = scenario(NIGHT);
    let (result, seen) =
        simulate_seen(&watched, 1, settings, (&mut Silent, &onlooks)).expect("nobody interrupts");
    assert_same_files(&result, &simulate(&watched, 1), "onlookers");
    let seen: Vec<_> = seen.into_iter().flatten().collect();
    for (contract, seen) in ["pm-15min", "streaming-60s", "full"].iter().zip(&seen) {
        let text = format!("{NIGHT}telemetry: {{contract: {contract}}}\n");
        let alone = simulate(&scenario(&text), 1);
        assert_eq!(alone.signature.changes, seen.changes, "{contract}");
    }
    assert_ne!(seen[0].changes, seen[1].changes);
    assert_ne!(seen[1].changes, seen[2].changes);
}

#[test]
fn who_is_blind_to_a_signal_sees_what_is_seen_where_it_is_lost() {
    let counters = [Signal::Subscribers, Signal::Functions, Signal::Towers];
    let onlooks = [onlook(
        Contract::Streaming60s,
        &counters.each_ref().map(std::slice::from_ref),
    )];
    let watched = scenario(NIGHT);
    let (_, seen) = simulate_seen(&watched, 1, Settings::default(), (&mut Silent, &onlooks))
        .expect("nobody interrupts");
    for (source, seen) in ["counters", "functions", "towers"].iter().zip(&seen[0]) {
        let text = format!("{NIGHT}telemetry: {{{source}: {{loss: 1}}}}\n");
        let lost = simulate(&scenario(&text), 1);
        assert_eq!(lost.signature.changes, seen.changes, "{source}");
    }
}

#[test]
fn worlds_of_every_kind_are_sound_and_belong_to_their_number() {
    let cast = cast();
    let mut met = vec![false; cast.len()];
    // Sixteen kinds of defect and twin, three classes in turn.
    for number in 0..60 {
        let drawn = draw(&cast, 3, number, true);
        assert_eq!(drawn, draw(&cast, 3, number, true));
        assert_ne!(drawn.scenario, draw(&cast, 4, number, true).scenario);
        met[drawn.kind] = true;
        let usual = draw(&cast, 3, number, false).scenario.to_string();
        let name = &cast[drawn.kind].name;
        Scenario::from_text(name, &usual, &[]).unwrap_or_else(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            panic!("{name}: {}", lines.join("\n"))
        });
    }
    let missing = met.iter().zip(&cast).filter(|(met, _)| !**met);
    let missing: Vec<&str> = missing.map(|(_, kind)| kind.name.as_str()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_twin_is_the_same_night_and_is_held_out_with_its_original() {
    let cast = cast();
    let worlds: Vec<_> = (0..120)
        .map(|number| draw(&cast, 1, number, true))
        .collect();
    let mut pairs = 0;
    for (place, kind) in cast.iter().enumerate() {
        let Some(original) = kind.twin_of else {
            continue;
        };
        let of = |wanted: usize| worlds.iter().filter(move |world| world.kind == wanted);
        for (twin, original) in of(place).zip(of(original)) {
            let (mut one, mut other) = (twin.scenario.clone(), original.scenario.clone());
            one["name"] = other["name"].take();
            other["name"] = one["name"].clone();
            assert_eq!(one, other);
            assert_eq!(
                (twin.fold, twin.seed, twin.cause),
                (original.fold, original.seed, original.cause)
            );
            assert_ne!(kind.class, cast[original.kind].class);
            pairs += 1;
        }
    }
    assert!(pairs >= 2, "{pairs}");
}

fn study(worlds: usize, prior: &[(&str, f64)]) -> Result<AttributionStudy, WatchError> {
    let prior = prior
        .iter()
        .map(|(name, share)| ((*name).to_owned(), *share));
    let plan = AttributionPlan {
        worlds,
        seed: 2,
        prior: prior.collect(),
    };
    let overseer = Overseer {
        threads: 2,
        is_stopped: &|| false,
        run_done: &|| (),
    };
    attribution_study(&[], &plan, &overseer)
}

#[test]
fn impossible_plans_are_refused_before_any_world_is_run() {
    for (worlds, prior, what) in [
        (0, &[][..], "found 0 worlds, expected 15 or more"),
        (14, &[], "found 14 worlds"),
        (30, &[("attack", 0.5)], "all three or none"),
        (
            30,
            &[("attack", 0.5), ("own-change", 0.4), ("nobody", 0.4)],
            "expected 1",
        ),
        (30, &[("gremlins", 0.5)], "found no class or kind"),
    ] {
        let error = study(worlds, prior).expect_err("it makes no sense");
        assert!(error.to_string().contains(what), "{error}");
    }
}

fn run(words: &[&str], place: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cellfall"));
    let done = command.args(words).current_dir(place).output();
    done.expect("the program was built")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_command_gives_the_same_bytes_on_any_number_of_threads() {
    let place = scratch("attribute");
    fs::write(place.join("night.yaml"), NIGHT).expect("writable");
    let asked = |out, threads| {
        let asked = ["attribute", "night.yaml", "--worlds", "15", "--out", out];
        [&asked[..], &["--threads", threads]].concat()
    };
    let one = run(&asked("a", "1"), &place);
    assert_eq!(one.status.code(), Some(0), "{}", text(&one.stderr));
    let two = run(&[&asked("b", "2")[..], &["--json"]].concat(), &place);
    let root: serde_json::Value = serde_json::from_slice(&two.stdout).expect("JSON");
    assert_eq!(root["worlds"], 15);
    assert_eq!(root["attribution"].as_array().expect("a list").len(), 12);
    assert_eq!(root["judged"][0]["scenario"], "night");
    let printed = text(&one.stdout);
    assert!(
        printed.lines().all(|line| line.chars().count() <= 80),
        "{printed}"
    );
    for what in [
        "THE CURVE",
        "WHICH SENSOR TO BUY",
        "NOT DISTINGUISHABLE",
        "night ·",
    ] {
        assert!(printed.contains(what), "{what}: {printed}");
    }
    let columns = fs::read_to_string(place.join("a/columns.json")).expect("written");
    let columns: serde_json::Value = serde_json::from_str(&columns).expect("JSON");
    let mut names: Vec<String> = fs::read_dir(place.join("a"))
        .expect("written")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort_unstable();
    assert_eq!(names.len(), 8, "{names:?}");
    for name in &names {
        let read =
            |folder: &str| fs::read_to_string(place.join(folder).join(name)).expect("in both");
        assert_eq!(read("a"), read("b"), "{name}");
        if name == "columns.json" {
            continue;
        }
        let told = columns["files"][name]
            .as_array()
            .expect("its columns are told");
        let told: Vec<&str> = told
            .iter()
            .filter_map(|column| column["name"].as_str())
            .collect();
        assert_eq!(
            read("a").lines().next(),
            Some(told.join(",").as_str()),
            "{name}"
        );
    }
    let worlds = fs::read_to_string(place.join("a/worlds.csv")).expect("written");
    assert_eq!(worlds.lines().count(), 1 + 15 * 12);
    assert_eq!(
        run(&asked("a", "2"), &place).status.code(),
        Some(2),
        "it exists"
    );
}

#[test]
fn wrong_use_is_told_before_any_world_is_run() {
    let place = scratch("attribute-json");
    fs::write(
        place.join("quiet.yaml"),
        NIGHT.replace("state-loss", "crash-on-starts"),
    )
    .expect("writable");
    for (words, what) in [
        (&["attribute", "--worlds", "0"][..], "found 0 worlds"),
        (&["attribute", "--worlds=-3"], "--worlds"),
        (&["attribute", "--prior", "attack"], "attack=0.08"),
        (
            &[
                "attribute",
                "--prior",
                "attack=nan,own-change=0.5,nobody=0.5",
            ],
            "expected 0 to 1",
        ),
        (&["attribute", "--prior", "oam-wipe=0.1"], "oam-wiper?"),
        (&["attribute", "quiet.yaml"], "crash-on-start"),
        (&["attribute", "gone.yaml"], "gone.yaml"),
        (&["attribute", "--out", "."], "exists already"),
    ] {
        let refused = run(words, &place);
        assert_eq!(refused.status.code(), Some(2), "{words:?}");
        assert!(
            text(&refused.stderr).contains(what),
            "{words:?}: {}",
            text(&refused.stderr)
        );
    }
    assert_eq!(
        fs::read_dir(&place).expect("there").count(),
        1,
        "nothing was written"
    );
}
