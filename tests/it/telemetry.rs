//! Telemetry contracts and exports, end to end.
//!
//! Invariant: an export says what the operator was told, no more and no less.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cellfall::impact::Scope;
use cellfall::scenario::Scenario;
use cellfall::simulation::{RunResult, simulate};
use cellfall::telemetry::Fact;

use super::support::{output, rows, scenario_with, scratch};

const NIGHT: &str = "
start: 2024-02-22T02:00:00-06:00
horizon: 1h
scale: 1
topology: {source: generated, towers: 12, devices: 20000, states: [TX], core: {amf_per_pool: 3}}
telemetry: {counters: {loss: 0}, functions: {loss: 0}, towers: {loss: 0}}
change: {id: CHG-7, to: '2.0', target: {kinds: [amf]}, defect: {kind: crash-after-dwell, dwell: 5m}}
rollout: {start: 10m, stages: [{install: 1m, soak: 5m}], rollback: {per_node: 1m}}
response: {detect: 2m, triage: 2m, decide: 1m, playbook: [{name: back, action: {kind: roll-back}}]}
";

fn night(overrides: &[&str]) -> Scenario {
    scenario_with(NIGHT, overrides)
}

/// The run directory of the night with these arguments.
fn run(test: &str, arguments: &[&str]) -> std::path::PathBuf {
    let folder = scratch(test);
    fs::write(folder.join("night.yaml"), NIGHT).expect("it can be written");
    let words = ["run", "night.yaml", "--out", "out", "--quiet"];
    let done = output(&folder, &[&words, arguments].concat());
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
    folder.join("out")
}

/// The sum over all series of a family of `OpenMetrics` text at an instant, in seconds since 1970.
fn sum_at(text: &str, family: &str, unix_s: &str) -> f64 {
    let start = format!("{family}{{");
    let lines = text.lines().filter(|line| line.starts_with(&start));
    let sample = lines.filter_map(|line| {
        let mut words = line.rsplit(' ');
        let (at, value) = (words.next()?, words.next()?);
        (at == unix_s).then(|| value.parse::<f64>().expect("a number"))
    });
    sample.sum()
}

#[test]
fn counters_are_exported_as_they_were_counted() {
    let out = run("telemetry-openmetrics", &["--export", "openmetrics"]);
    let text = fs::read_to_string(out.join("operator_metrics.om")).expect("it was written");
    assert!(text.ends_with("# EOF\n"));
    let result = simulate(&night(&[]), 1);
    let counted = |what: fn(&cellfall::network::ClassCounts) -> u64| -> u64 {
        let network = rows(&result, Scope::Network).into_iter();
        network
            .filter(|row| row.at.as_secs_f64() <= 3_000.0)
            .map(|row| what(&row.counts))
            .sum()
    };
    // 02:50 of a night that begins at 1708588800.
    let exported = |family: &str| sum_at(&text, family, "1708591800.000");
    let attempts = counted(|counts| counts.registration_attempts);
    assert!(attempts > 1_000, "{attempts}");
    let difference = exported("cellfall_registration_attempts_total") - attempts as f64;
    assert!(difference.abs() < 0.5, "{difference}");
    let calls = exported("cellfall_calls_total") - counted(|counts| counts.calls) as f64;
    assert!(calls.abs() < 0.5, "{calls}");
}

#[test]
fn families_stand_together_and_samples_in_order() {
    let out = run("telemetry-valid", &["--export", "openmetrics"]);
    let text = fs::read_to_string(out.join("operator_metrics.om")).expect("it was written");
    let (mut families, mut last) = (Vec::new(), (String::new(), 0.0));
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let name = rest.split(' ').next().expect("a name").to_owned();
            assert!(!families.contains(&name), "{name} comes twice");
            families.push(name);
        } else if !line.starts_with('#') {
            let (series, rest) = line.rsplit_once("} ").expect("labels");
            let family = families.last().expect("a type comes first");
            assert!(series.starts_with(family.as_str()), "{line}");
            let at = rest.split(' ').nth(1).and_then(|at| at.parse().ok());
            let at: f64 = at.expect("a timestamp");
            assert!(last.0 != series || last.1 < at, "{line}");
            last = (series.to_owned(), at);
        }
    }
    assert!(families.len() >= 20, "{families:?}");
    let both = ["sw_version=\"1.0\"", "sw_version=\"2.0\""];
    assert!(both.iter().all(|label| text.contains(label)));
    assert!(text.contains("tower=\"") && text.contains("priority=\"priority\""));
}

/// Families with their labels, as `OpenMetrics` text has them.
fn series_of_metrics(text: &str) -> BTreeSet<(String, Vec<String>)> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let series = samples.map(|line| {
        let (family, rest) = line.split_once('{').expect("labels");
        let labels = rest.split_once("} ").expect("labels end").0;
        let labels = labels.split(',').map(|label| label.replace('"', ""));
        (
            family.trim_end_matches("_total").to_owned(),
            labels.collect(),
        )
    });
    series.collect()
}

/// The same as `operator_counters.csv` has them.
fn series_of_table(text: &str) -> BTreeSet<(String, Vec<String>)> {
    let mut rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = rows.next().expect("a heading");
    let labels = 5..head.len() - 1;
    let series = rows.map(|row| {
        let labels = labels.clone().filter(|&at| !row[at].is_empty());
        let labels = labels.map(|at| format!("{}={}", head[at], row[at]));
        (row[4].to_owned(), labels.collect())
    });
    series.collect()
}

#[test]
fn both_tables_of_counters_have_the_same_labels_also_of_towers_that_were_changed() {
    let towers = [
        "--export",
        "openmetrics",
        "--export",
        "csv",
        "--set",
        "change={to: '2.0', target: {kinds: [tower]}}",
        "--set",
        "rollout.stages=[{select: {percent: 25}, install: 1m, soak: 5m}]",
    ];
    let out = run("telemetry-labels", &towers);
    let read = |file: &str| fs::read_to_string(out.join(file)).expect("it was written");
    let metrics = series_of_metrics(&read("operator_metrics.om"));
    let table = series_of_table(&read("operator_counters.csv"));
    assert!(metrics.len() > 200 && metrics.is_subset(&table));
    // Causes of rejects that never occurred are in the table alone.
    let more = table.difference(&metrics);
    assert!(more.clone().all(|(family, _)| family.ends_with("fail")));
    let keys = |family: &str| -> BTreeSet<&str> {
        let of_family = metrics.iter().filter(|(name, _)| name == family);
        let labels = of_family.flat_map(|(_, labels)| labels);
        labels
            .filter_map(|label| Some(label.split_once('=')?.0))
            .collect()
    };
    let node = [
        "config_hash",
        "function",
        "pool",
        "region",
        "sw_version",
        "vendor",
    ];
    let with = |more: &[&'static str]| node.iter().chain(more).copied().collect();
    assert_eq!(
        keys("fivegs_amffunction_rm_reginitreq"),
        with(&["name", "priority"])
    );
    assert_eq!(
        keys("ran_rrc_connestabatt_signalling"),
        with(&["cause", "tower"])
    );
    let changed = |(family, labels): &&(String, Vec<String>)| {
        family == "ran_rrc_connestabatt_signalling" && labels.contains(&"sw_version=2.0".to_owned())
    };
    assert_eq!(
        metrics.iter().filter(changed).count(),
        3,
        "a quarter of twelve"
    );
}

/// What the counters of a family hold in `operator_counters.csv`.
fn total(table: &str, family: &str) -> f64 {
    let name = format!(",{family},");
    let lines = table.lines().filter(|line| line.contains(&name));
    let value = |line: &str| line.rsplit(',').next().and_then(|v| v.parse::<f64>().ok());
    lines.map(|line| value(line).expect("a value")).sum()
}

#[test]
fn detaches_are_counted_by_who_initiated_them() {
    let cancel =
        "attacks=[{kind: cancel-location, start: 10m, duration: 10m, rate: 4, list_quality: 1}]";
    let table = |test: &str, more: &[&str]| {
        let sound = ["--export", "csv", "--set", "change=null"];
        let out = run(test, &[&sound, more].concat());
        fs::read_to_string(out.join("operator_counters.csv")).expect("written")
    };
    let quiet = table("telemetry-attached", &["--set", "response.playbook=[]"]);
    let attacked = table(
        "telemetry-cancelled",
        &["--set", "response.playbook=[]", "--set", cancel],
    );
    let both = |table: &str, amf: &str, mme: &str| {
        total(table, &format!("fivegs_amffunction_{amf}"))
            + total(table, &format!("eps_mmefunction_{mme}"))
    };
    let by_device = |table: &str| both(table, "rm_deregue", "mm_epsdetachueatt");
    let by_database = |table: &str| both(table, "rm_deregudm", "mm_epsdetachhssatt");
    let implicit = |table: &str| both(table, "rm_deregimplicit", "mm_epsdetachmmeatt");
    assert!(by_device(&quiet) > 0.0, "users restart their phones");
    assert!(by_database(&quiet).abs() < 0.5 && implicit(&quiet).abs() < 0.5);
    // 4 a second for 10 minutes over phones that are mostly registered: a binomial draw each step.
    let cancelled = by_database(&attacked);
    assert!((1_900.0..2_700.0).contains(&cancelled), "{cancelled}");
    assert!(implicit(&attacked).abs() < 0.5);
}

#[test]
fn every_format_is_written_and_only_if_asked_for() {
    let names = |out: &Path| {
        let entries = fs::read_dir(out).expect("a run directory");
        let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("readable").file_name();
        let names = entries.map(|entry| name(entry).to_string_lossy().into_owned());
        names.filter(|name| name.starts_with("operator_")).count()
    };
    assert_eq!(names(&run("telemetry-none", &[])), 0);
    let all = [
        "--export",
        "openmetrics",
        "--export",
        "jsonl",
        "--export",
        "csv",
    ];
    let out = run("telemetry-all", &all);
    assert_eq!(names(&out), 4);
    let table = fs::read_to_string(out.join("operator_counters.csv")).expect("written");
    let sum: f64 = table
        .lines()
        .filter(|line| line.contains(",cellfall_calls,"))
        .map(|line| {
            line.rsplit(',')
                .next()
                .and_then(|v| v.parse::<f64>().ok())
                .expect("a value")
        })
        .sum();
    let result = simulate(&night(&[]), 1);
    let calls: u64 = rows(&result, Scope::Network)
        .iter()
        .map(|row| row.counts.calls)
        .sum();
    // The last report arrives five seconds after the end.
    assert!(
        sum > 0.9 * calls as f64 && sum <= calls as f64,
        "{sum} of {calls}"
    );
}

#[test]
fn the_operator_reads_of_its_own_acts_and_of_what_sensors_found_alone() {
    let full = ["--export", "jsonl", "--set", "telemetry.contract=full"];
    let out = run("telemetry-events", &full);
    let text = fs::read_to_string(out.join("operator_events.jsonl")).expect("written");
    let events: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("one object a line"))
        .collect();
    let sources: BTreeSet<&str> = events
        .iter()
        .map(|event| event["source"].as_str().expect("a source"))
        .collect();
    let known = ["hashes", "ledger", "management-log", "response", "rollout"];
    assert_eq!(sources.into_iter().collect::<Vec<_>>(), known);
    for event in events {
        assert!(event["known_s"].as_f64() >= event["time_s"].as_f64());
    }
}

fn notes(result: &RunResult) -> Vec<&Fact> {
    let record = result.operator.as_ref().expect("it is exported");
    record.notes.iter().map(|note| &note.fact).collect()
}

#[test]
fn an_intruder_shows_in_the_log_if_there_is_one() {
    let intruder = [
        "change=null",
        "attacks=[{kind: oam-wiper, dwell: 0s, hourly_probability: 0.9, destroy_at: 30m, wipe_time: 0s}]",
        "outputs.export=[jsonl]",
    ];
    let with = |contract: &str| {
        let contract = format!("telemetry.contract={contract}");
        let overrides: Vec<&str> = intruder.into_iter().chain([contract.as_str()]).collect();
        simulate(&night(&overrides), 1)
    };
    let strangers = |result: &RunResult| {
        let session = |fact: &&&Fact| matches!(fact, Fact::Session { ticket: None, .. });
        notes(result).iter().filter(session).count()
    };
    let (seen, unseen) = (with("full"), with("streaming-60s"));
    assert!(strangers(&seen) >= 1);
    assert_eq!(notes(&unseen), Vec::<&Fact>::new());
    assert_eq!(seen.impact, unseen.impact, "what is seen changes nothing");
}

#[test]
fn what_a_contract_cannot_be_is_refused_with_its_place() {
    for (key, word) in [
        ("telemetry.contract=everything", "pm-15min"),
        ("telemetry.ledger.coverage=2", "coverage"),
        ("telemetry.counters.clock_skew=9h", "clock_skew"),
        ("telemetry.hashes.perid=5m", "period"),
        ("outputs.export=[xml]", "openmetrics"),
    ] {
        let overrides = [key.to_owned()];
        let problems = Scenario::from_text("night", NIGHT, &overrides).expect_err(key);
        let text: String = problems.iter().map(ToString::to_string).collect();
        assert!(text.contains(word), "{key}: {text}");
    }
}
