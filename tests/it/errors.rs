//! Bad input, one kind after the other: each refused with its place, what was found, what is allowed.
//!
//! Invariant: whatever is wrong, there are messages and never a panic.

use std::fs;
use std::path::PathBuf;

use cellfall::scenario::Scenario;

use super::support::scratch;

/// What is wrong with a text, a line each.
fn complaints(text: &str) -> Vec<String> {
    complaints_with(text, &[])
}

fn complaints_with(text: &str, overrides: &[&str]) -> Vec<String> {
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    let problems = Scenario::from_text("plan.yaml", text, &overrides);
    let problems = problems.err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

/// A small network, so that only what the test adds is wrong.
const SMALL: &str = "topology: {source: generated, towers: 5, devices: 5000, states: [TX]}\n";

/// The only complaint about `text` after the line of the small network; it starts with its place and
/// contains every one of `words`.
fn refused(text: &str, place: &str, words: &[&str]) {
    let all = complaints(&(SMALL.to_owned() + text));
    assert_eq!(all.len(), 1, "{text}\n{all:#?}");
    let start = format!("plan.yaml:{place}: ");
    assert!(
        all[0].starts_with(&start),
        "{text}\nexpected {start}: {all:#?}"
    );
    for word in words {
        assert!(all[0].contains(word), "{text}\nno {word:?} in {all:#?}");
    }
}

#[test]
fn the_small_network_itself_is_sound() {
    assert_eq!(complaints(SMALL), Vec::<String>::new());
    assert_eq!(complaints_with(SMALL, &["seed=3"]), Vec::<String>::new());
}

#[test]
fn an_unknown_key_names_its_likeness() {
    refused(
        "sede: 3\n",
        "2:1",
        &["sede", "unknown key", "did you mean \"seed\""],
    );
    refused(
        "network: {imz: {}}\n",
        "2:11",
        &["network.imz", "did you mean \"ims\""],
    );
}

#[test]
fn a_duplicate_key() {
    refused(
        "seed: 3\nseed: 4\n",
        "3:1",
        &["seed", "second time", "line 2"],
    );
}

#[test]
fn a_value_of_the_wrong_type() {
    refused("seed: many\n", "2:7", &["\"many\"", "whole number"]);
    refused(
        "horizon: 24\n",
        "2:10",
        &["found 24", "duration such as 15m"],
    );
    refused("rollout: 3\n", "2:10", &["rollout", "found 3"]);
    refused("attacks: {}\n", "2:10", &["attacks", "list"]);
}

#[test]
fn a_value_out_of_range() {
    refused("scale: 0.0\n", "2:8", &["scale", "found 0"]);
    refused("scale: 1.5\n", "2:8", &["scale", "1.5"]);
    refused("horizon: 80h\n", "2:10", &["80h", "76h"]);
    refused("horizon: 0s\n", "2:10", &["0s"]);
    refused(
        "outputs: {kpi_period: 10ms}\n",
        "2:23",
        &["kpi_period", "at least 1s"],
    );
    refused(
        "network: {registration: {attempts: 0}}\n",
        "2:36",
        &["attempts", "1 to 15"],
    );
    refused(
        "network: {registration: {guard: 1ms}}\n",
        "2:33",
        &["guard", "50ms"],
    );
}

#[test]
fn a_word_that_is_none_of_the_choices() {
    let text = "network: {core: {functions: {amf: {discipline: fifa}}}}\n";
    refused(text, "2:48", &["\"fifa\"", "did you mean \"fifo\""]);
    refused(
        "attacks: [{kind: oam-wipe}]\n",
        "2:18",
        &["did you mean \"oam-wiper\""],
    );
    let defect = "change: {defect: {kind: protected-mode}}\n";
    refused(defect, "2:25", &["did you mean \"protect-mode\""]);
}

#[test]
fn a_wrong_start() {
    refused(
        "start: yesterday\n",
        "2:8",
        &["start", "date and time with offset"],
    );
    refused("start: 2024-02-30T00:00:00-06:00\n", "2:8", &["start"]);
}

#[test]
fn classes_that_do_not_add_up_or_repeat() {
    let classes = "population: {classes: [{name: a, share: 0.5}, {name: b, share: 0.4}]}\n";
    refused(
        classes,
        "2:23",
        &["population.classes", "0.9", "add up to 1"],
    );
    let twice = "population: {classes: [{name: a, share: 0.5}, {name: a, share: 0.5}]}\n";
    refused(
        twice,
        "2:54",
        &["population.classes[1].name", "\"a\" again"],
    );
}

#[test]
fn names_of_elements_that_do_not_exist() {
    let all = complaints(&format!("{SMALL}change: {{target: {{regions: [texs]}}}}\n"));
    assert!(
        all[0].contains("texs") && all[0].contains("texas"),
        "{all:#?}"
    );
    assert!(all[0].starts_with("plan.yaml:2:"), "{all:#?}");
    let step = "response: {playbook: [{name: a, action: {kind: bar, scope: {region: mars}, barring: {factor: 0.5, time: 4s}}}]}\n";
    let all = complaints(&format!("{SMALL}{step}"));
    assert!(all.iter().any(|line| line.contains("mars")), "{all:#?}");
    let storm = "attacks: [{kind: signalling-storm, classes: [fridge]}]\n";
    let all = complaints(&format!("{SMALL}{storm}"));
    assert!(all.iter().any(|line| line.contains("fridge")), "{all:#?}");
}

#[test]
fn a_step_that_waits_for_none() {
    let step = "response: {playbook: [{name: a, after: {step: b}, action: {kind: roll-back}}]}\n";
    let all = complaints(&format!("{SMALL}{step}"));
    assert!(
        all.iter().any(|line| line.contains(
            "after.step: found b, expected nothing: there is no step that comes earlier"
        )),
        "{all:#?}"
    );
}

#[test]
fn a_gate_on_a_metric_that_nobody_delivers() {
    let gate = "change: {}\nrollout: {stages: [{gates: [{metric: RSX, success: '>= 0.9'}]}]}\n";
    let all = complaints(&format!("{SMALL}{gate}"));
    assert!(all.iter().any(|line| line.contains("RSX")), "{all:#?}");
    let gate = "change: {}\nrollout: {stages: [{gates: [{metric: RSR, success: '> > 1'}]}]}\n";
    let all = complaints(&format!("{SMALL}{gate}"));
    assert!(all.iter().any(|line| line.contains("> > 1")), "{all:#?}");
}

#[test]
fn text_that_is_no_yaml() {
    for text in ["a: [1, 2", "a: b: c", "\t- x", "{", "'open", "- 1\n- 2"] {
        let all = complaints(text);
        assert!(!all.is_empty(), "{text:?} is accepted");
        assert!(all[0].starts_with("plan.yaml:"), "{all:?}");
    }
}

#[test]
fn overrides_are_checked_as_the_file_is() {
    for (wrong, word) in [
        ("sede=3", "seed"),
        ("seed", "="),
        ("scale=2", "scale"),
        ("network.registration.attempts=many", "many"),
        ("rollout.stages.7.soak=5m", "stages"),
        ("=3", "="),
    ] {
        let all = complaints_with(SMALL, &[wrong]);
        assert!(!all.is_empty(), "--set {wrong} is accepted");
        assert!(all[0].contains(word), "{wrong}: {all:?}");
    }
}

#[test]
fn ten_kinds_of_error_are_reported_together() {
    let text = "\
sede: 1
scale: 7
horizon: soon
start: then
seed: -1
outputs: {kpi_perod: 1m}
population: {classes: []}
network: {registration: {attempts: 99}, core: {functions: {udm: {discipline: best}}}}
attacks: [{kind: worm}]
change: {defect: {kind: reject-all, cause: loud}}
seed: 2
";
    let all = complaints(text);
    for word in [
        "sede",
        "scale",
        "horizon",
        "seed: found -1",
        "kpi_perod",
        "population.classes",
        "attempts",
        "discipline",
        "worm",
        "cause",
        "second time",
    ] {
        assert!(
            all.iter().any(|line| line.contains(word)),
            "no {word}: {all:#?}"
        );
    }
    let lines: Vec<u32> = all
        .iter()
        .filter_map(|line| line.split(':').nth(1)?.parse().ok())
        .collect();
    assert_eq!(lines.len(), all.len(), "each has its line: {all:#?}");
    assert!(lines.is_sorted(), "in the order of the file: {all:#?}");
}

/// A scenario beside files, and what is wrong with it.
fn with_files(name: &str, text: &str, files: &[(&str, &[u8])]) -> Vec<String> {
    let folder = scratch(&format!("errors-{name}"));
    for (file, bytes) in files {
        fs::write(folder.join(file), bytes).expect("it can be written");
    }
    let path: PathBuf = folder.join("plan.yaml");
    fs::write(&path, text).expect("it can be written");
    let problems = Scenario::from_path(&path).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

const CSV: &str = "topology: {source: csv, nodes: nodes.csv, edges: edges.csv}\nscale: 1.0\n";
const NODES: &str = "name,kind,lat,lon,region,pool,devices\n\
    r,router,30,-97,east,,\namf,amf,30,-97,east,p,\nmme,mme,30,-97,east,p,\n\
    udm,udm,30,-97,east,,\nims,ims,30,-97,east,,\ngw,gateway,30,-97,east,,\n\
    t1,tower,30.01,-97,east,p,50\nt2,tower,30.02,-97,east,p,60\n";
const EDGES: &str = "a,b,kind\namf,r,ip-transport\nmme,r,ip-transport\nudm,r,ip-transport\n\
    ims,r,ip-transport\ngw,r,ip-transport\nt1,r,ip-transport\nt2,r,ip-transport\n";

/// The tables after one change.
fn tables(test: &str, from: &str, to: &str) -> Vec<String> {
    let (nodes, edges) = (NODES.replacen(from, to, 1), EDGES.replacen(from, to, 1));
    assert!(
        from.is_empty() || nodes != NODES || edges != EDGES,
        "{from}"
    );
    let files = [
        ("nodes.csv", nodes.as_bytes()),
        ("edges.csv", edges.as_bytes()),
    ];
    with_files(test, CSV, &files)
}

fn has(all: &[String], words: &[&str]) {
    let found = all
        .iter()
        .any(|line| words.iter().all(|word| line.contains(word)));
    assert!(found, "no line with {words:?} in {all:#?}");
}

#[test]
fn sound_tables_are_taken() {
    assert_eq!(tables("sound", "", ""), Vec::<String>::new());
}

#[test]
fn a_dangling_edge() {
    has(
        &tables("dangling", "t2,r,ip", "t9,r,ip"),
        &["edges.csv:8", "\"t9\""],
    );
}

#[test]
fn a_name_that_is_there_twice() {
    has(
        &tables("twice", "t2,tower", "t1,tower"),
        &["nodes.csv:9", "\"t1\"", "twice"],
    );
}

#[test]
fn a_truncated_table() {
    has(
        &tables("cut", "t2,tower,30.02,-97,east,p,60\n", "t2,to"),
        &["nodes.csv:9", "2 fields"],
    );
}

#[test]
fn a_node_of_no_kind() {
    has(
        &tables("kind", "t2,tower", "t2,towr"),
        &["nodes.csv:9", "\"towr\""],
    );
}

#[test]
fn a_position_off_the_globe() {
    has(
        &tables("globe", "30.02", "93"),
        &["nodes.csv:9", "-90 to 90"],
    );
}

#[test]
fn a_tower_without_a_way_to_its_pool() {
    has(&tables("way", "t2,r,ip-transport\n", ""), &["t2"]);
}

#[test]
fn no_devices_at_all() {
    let all = tables(
        "nobody",
        "p,50\nt2,tower,30.02,-97,east,p,60",
        "p,0\nt2,tower,30.02,-97,east,p,0",
    );
    has(&all, &["device"]);
}

#[test]
fn a_file_that_is_not_there() {
    let all = with_files("absent", CSV, &[("nodes.csv", NODES.as_bytes())]);
    has(&all, &["edges.csv"]);
    let graphml = "topology: {source: graphml, file: none.graphml}\n";
    has(&with_files("no-graphml", graphml, &[]), &["none.graphml"]);
}

#[test]
fn a_graphml_that_is_cut_off_or_something_else() {
    let scenario = "topology: {source: graphml, file: net.graphml}\n";
    for (test, bytes) in [
        ("cut", &b"<graphml><graph><node id=\"a\"/>"[..]),
        ("text", b"hello"),
        ("empty", b""),
        ("bytes", b"\xff\xfe\x00\x01"),
    ] {
        let files = [("net.graphml", bytes)];
        let all = with_files(&format!("graphml-{test}"), scenario, &files);
        has(&all, &["net.graphml"]);
    }
}

#[test]
fn a_graphml_edge_to_nowhere() {
    let graph = br#"<graphml><graph edgedefault="undirected"><node id="a"/><node id="b"/>
<edge source="a" target="c"/></graph></graphml>"#;
    let scenario = "topology: {source: graphml, file: net.graphml}\n";
    let all = with_files("graphml-edge", scenario, &[("net.graphml", graph)]);
    has(&all, &["net.graphml", "\"c\""]);
}

#[test]
fn an_opencellid_file_with_garbage() {
    let scenario = "topology: {source: opencellid, file: cells.csv}\n";
    let cells = b"LTE,310,410,1,2,0,-97.1,30.1,1000,5,1,0,0,0\nLTE,310,x\n";
    let all = with_files("cells", scenario, &[("cells.csv", cells)]);
    has(&all, &["cells.csv:2"]);
}

#[test]
fn a_scenario_that_is_no_text_is_refused_with_its_byte() {
    let folder = scratch("errors-bytes");
    let path = folder.join("plan.yaml");
    fs::write(&path, b"seed: 1\nname: \xff\n").expect("it can be written");
    let problems = Scenario::from_path(&path).expect_err("it is no text");
    let text = problems[0].to_string();
    assert!(
        text.contains("plan.yaml:2:7") && text.contains("0xff"),
        "{text}"
    );
    let missing = Scenario::from_path(folder.join("none.yaml")).expect_err("no file");
    assert!(missing[0].to_string().contains("no such file"));
    let folder_itself = Scenario::from_path(&folder).expect_err("a folder");
    assert!(folder_itself[0].to_string().contains("a folder"));
}
