//! Every command and every exit code, with an engine whose results are known.
//!
//! Invariant: touches nothing outside a directory of the test's own.

mod judges;
mod score;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::*;
use crate::base::SimTime;
use crate::report::sample::{detect_study, gate_study, sample};
use crate::simulation::{Observer, RunResult};
use crate::study::{DetectPlan, DetectStudy, GateStudy};

/// Runs the hand-made sample; the name of the file says what goes wrong.
struct Sample;

/// A scenario: its file name without ending, and its seed.
struct World {
    name: String,
    seed: u64,
}

impl Engine for Sample {
    type World = World;

    fn load(&self, request: &Request<'_>) -> Result<World, Failure> {
        let path = request.path;
        let name = path
            .file_stem()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        if name.contains("broken") {
            let place = path.display();
            let problem = |n| format!("{place}:{n}:1: found x, expected y");
            return Err(Failure::Input(vec![problem(3), problem(9)]));
        }
        let seed = request.seed.unwrap_or(7);
        Ok(World { name, seed })
    }

    fn plan(&self, world: &World) -> Plan {
        let result = sample();
        let warning = world
            .name
            .contains("odd")
            .then(|| "odd.yaml:1:1: warning: odd".to_owned());
        let risky = world.name.contains("risky");
        let lint = risky.then(|| ("no-gate", "risky.yaml:2:1: warning [no-gate]: x".to_owned()));
        Plan {
            name: world.name.clone(),
            seed: world.seed,
            clock: result.clock,
            horizon: result.horizon,
            warnings: warning.into_iter().collect(),
            lint: lint.into_iter().collect(),
            remarks: Vec::new(),
            published: result.published.len(),
        }
    }

    fn simulate(
        &self,
        world: &World,
        threads: usize,
        observer: &mut dyn Observer,
    ) -> Result<RunResult, Failure> {
        assert!(threads > 0);
        if observer.progress(SimTime::from_secs(60.0), 0, 0).is_break() || world.name == "stopped" {
            return Err(Failure::Interrupted(SimTime::from_secs(60.0)));
        }
        if world.name == "doomed" {
            return Err(Failure::Input(vec!["doomed.yaml: error: it failed".into()]));
        }
        let mut result = sample();
        result.gates[0].passed = !world.name.contains("gate");
        result.scenario.clone_from(&world.name);
        result.seed = world.seed;
        if world.name == "unstable" {
            result.records[0].detail = format!("{:p}", Box::leak(Box::new(0_u8)));
        }
        Ok(result)
    }

    fn gate_study(&self, world: &World, many: &Many) -> Result<GateStudy, Failure> {
        assert!(many.threads > 0 && !many.is_visible);
        if world.name == "ungated" {
            return Err(Failure::Input(vec!["error: ungated: found no gate".into()]));
        }
        Ok(gate_study(&world.name))
    }

    fn detect_study(
        &self,
        worlds: &[World],
        plan: &DetectPlan,
        _: &Many,
    ) -> Result<DetectStudy, Failure> {
        if worlds[0].name == "stopped" {
            return Err(Failure::Interrupted(SimTime::from_secs(60.0)));
        }
        let names: Vec<&str> = worlds.iter().map(|world| world.name.as_str()).collect();
        Ok(detect_study(&names, plan))
    }

    fn topology(&self, _: &World) -> TopologyView {
        TopologyView {
            summary: "2 towers".into(),
            graphml: b"<graphml/>".to_vec(),
            nodes_csv: b"id\n".to_vec(),
            edges_csv: b"a,b\n".to_vec(),
            warnings: Vec::new(),
        }
    }

    fn schema(&self) -> String {
        "{}".into()
    }
}

/// What a command printed, and its exit code.
struct Printed {
    exit: Exit,
    out: String,
    err: String,
}

fn dispatch_to(words: &[&str], out: &mut dyn Write) -> (Exit, String) {
    let mut err = Vec::new();
    let mut terminal = Terminal {
        out,
        err: &mut err,
        width: 80,
        is_quiet: false,
        shows_progress: false,
    };
    let words = std::iter::once("cellfall").chain(words.iter().copied());
    let exit = match parse(words.map(OsString::from), &mut terminal) {
        Ok(arguments) => execute(&arguments, &Sample, &mut terminal),
        Err(exit) => exit,
    };
    (exit, String::from_utf8(err).expect("text"))
}

fn dispatch(words: &[&str]) -> Printed {
    let mut out = Vec::new();
    let (exit, err) = dispatch_to(words, &mut out);
    let out = String::from_utf8(out).expect("text");
    Printed { exit, out, err }
}

/// An empty directory of the test's own.
fn place(name: &str) -> PathBuf {
    let unique = format!("cellfall-cli-{}-{name}", std::process::id());
    let path = std::env::temp_dir().join(unique);
    drop(fs::remove_dir_all(&path));
    fs::create_dir(&path).expect("a directory for the test");
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

#[test]
fn a_run_writes_its_directory_and_prints_a_summary() {
    let out = place("run").join("a");
    let printed = dispatch(&["run", "x/good.yaml", "--out", text(&out), "--threads", "3"]);
    assert_eq!(printed.exit, Exit::Done, "{}", printed.err);
    assert!(printed.out.contains("WHO WAS OUT"));
    let summary = fs::read_to_string(out.join("summary.json")).expect("written");
    assert!(
        summary.contains("cellfall run good.yaml --seed 7"),
        "{summary}"
    );
    let timing = fs::read_to_string(out.join("timing.json")).expect("written");
    assert!(timing.contains("\"threads\": 3"), "{timing}");
}

#[test]
fn two_runs_differ_only_in_their_timing() {
    let place = place("twice");
    let (a, b) = (place.join("a"), place.join("b"));
    dispatch(&["run", "good.yaml", "--out", text(&a), "--threads", "1"]);
    dispatch(&[
        "run",
        "/elsewhere/good.yaml",
        "--out",
        text(&b),
        "--threads",
        "2",
    ]);
    for entry in fs::read_dir(&a).expect("written") {
        let name = entry.expect("an entry").file_name();
        if name != "timing.json" {
            let read = |folder: &Path| fs::read(folder.join(&name)).expect("in both");
            assert_eq!(read(&a), read(&b), "{}", name.display());
        }
    }
}

#[test]
fn json_goes_to_standard_output() {
    let out = place("json").join("a");
    let printed = dispatch(&["run", "good.yaml", "--json", "--out", text(&out)]);
    let summary = fs::read_to_string(out.join("summary.json")).expect("written");
    assert_eq!(printed.out, summary);
}

#[test]
fn a_failed_gate_is_exit_code_1() {
    let out = place("gate").join("a");
    let printed = dispatch(&["run", "gate.yaml", "--out", text(&out)]);
    assert_eq!(printed.exit, Exit::Failed);
    assert!(out.join("summary.json").exists(), "its results are kept");
}

#[test]
fn verify_runs_twice_and_compares() {
    let place = place("verify");
    let good = dispatch(&[
        "run",
        "good.yaml",
        "--verify",
        "--out",
        text(&place.join("a")),
    ]);
    assert_eq!(good.exit, Exit::Done);
    assert!(good.err.contains("verified"), "{}", good.err);
    let bad = dispatch(&[
        "run",
        "unstable.yaml",
        "--verify",
        "--out",
        text(&place.join("b")),
    ]);
    assert_eq!(bad.exit, Exit::Failed);
    assert!(bad.err.contains("--verify failed"), "{}", bad.err);
}

#[test]
fn wrong_use_and_wrong_input_are_exit_code_2() {
    let place = place("wrong");
    let out = place.join("a");
    assert_eq!(dispatch(&["rum"]).exit, Exit::Wrong);
    assert_eq!(
        dispatch(&["run", "good.yaml", "--scale", "2"]).exit,
        Exit::Wrong
    );
    let broken = dispatch(&["run", "broken.yaml", "--out", text(&out)]);
    assert_eq!(broken.exit, Exit::Wrong);
    assert_eq!(broken.err.lines().count(), 2, "every problem is reported");
    assert!(!out.exists());
    dispatch(&["run", "good.yaml", "--out", text(&out)]);
    let again = dispatch(&["run", "good.yaml", "--out", text(&out)]);
    assert_eq!(again.exit, Exit::Wrong);
    assert!(again.err.contains("--force"), "{}", again.err);
    let forced = dispatch(&["run", "good.yaml", "--force", "--out", text(&out)]);
    assert_eq!(forced.exit, Exit::Done);
}

#[test]
fn an_interrupted_run_keeps_nothing_and_says_so() {
    let place = place("stopped");
    let printed = dispatch(&["run", "stopped.yaml", "--out", text(&place.join("a"))]);
    assert_eq!(printed.exit, Exit::Interrupted);
    assert!(
        printed.err.contains("+00:01:00; nothing was kept"),
        "{}",
        printed.err
    );
    assert_eq!(fs::read_dir(&place).expect("there").count(), 0);
}

#[test]
fn scenarios_and_run_directories_are_compared() {
    let place = place("compare");
    let (a, kept) = (place.join("a"), place.join("kept"));
    dispatch(&["run", "good.yaml", "--seed", "9", "--out", text(&a)]);
    let printed = dispatch(&["compare", text(&a), "plan-b.yaml", "--out", text(&kept)]);
    assert_eq!(printed.exit, Exit::Done, "{}", printed.err);
    assert!(
        printed.out.contains("seed 9"),
        "the first run gives the seed: {}",
        printed.out
    );
    assert!(kept.join("2-plan-b-9").join("summary.json").exists());
    let report = kept.join("report.html");
    let page = fs::read_to_string(&report).expect("written");
    assert!(page.contains("B plan-b"), "the report names both");
    let pictures = place.join("pictures");
    let drawn = dispatch(&["plot", text(&kept), "--out", text(&pictures)]);
    assert_eq!(drawn.exit, Exit::Done, "{}", drawn.err);
    let svg = fs::read_to_string(pictures.join("registered.svg")).expect("written");
    assert!(svg.contains("B plan-b"), "{svg}");
    let earlier = kept.join("2-plan-b-9");
    let words = ["compare", text(&a), text(&earlier), "--out", text(&kept)];
    assert_eq!(
        dispatch(&words).exit,
        Exit::Done,
        "an earlier report makes way"
    );
    fs::write(&report, "my thesis").expect("writable");
    let refused = dispatch(&words);
    assert_eq!(refused.exit, Exit::Wrong);
    assert!(refused.err.contains("no report"), "{}", refused.err);
    assert_eq!(fs::read_to_string(&report).expect("there"), "my thesis");
    let other = dispatch(&["compare", text(&a), "plan-b.yaml", "--seed", "8"]);
    assert_eq!(other.exit, Exit::Wrong, "seeds differ");
    assert_eq!(
        dispatch(&["compare", text(&a)]).exit,
        Exit::Wrong,
        "one is too few"
    );
    let json = ["compare", "good.yaml", "plan-b.yaml", "--json", "--out"];
    let json = dispatch(&[&json[..], &[text(&place.join("json"))]].concat());
    let root: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(root["scenarios"], serde_json::json!(["good", "plan-b"]));
}

#[test]
fn a_batch_with_failures_is_exit_code_3_and_an_interrupted_one_keeps_what_it_has() {
    let place = place("batch");
    let words = ["compare", "good.yaml", "doomed.yaml", "plan-b.yaml"];
    let printed = dispatch(&words);
    assert_eq!(printed.exit, Exit::Partial);
    assert!(printed.out.contains("plan-b") && printed.err.contains("it failed"));
    let kept = text(&place).to_owned();
    let printed = dispatch(&["compare", "good.yaml", "stopped.yaml", "--out", &kept]);
    assert_eq!(printed.exit, Exit::Interrupted);
    assert!(printed.err.contains("1-good-7"), "{}", printed.err);
    let all_wrong = dispatch(&["compare", "broken.yaml", "broken-too.yaml"]);
    assert_eq!(all_wrong.exit, Exit::Wrong);
    assert_eq!(all_wrong.err.lines().count(), 4, "both files are reported");
}

#[test]
fn pictures_are_drawn_from_a_run_directory() {
    let place = place("plot");
    let (run, plots) = (place.join("run"), place.join("plots"));
    dispatch(&["run", "good.yaml", "--out", text(&run)]);
    let words = ["plot", text(&run), "--out", text(&plots)];
    let done = dispatch(&words);
    assert_eq!(done.exit, Exit::Done, "{}", done.err);
    let svg = fs::read_to_string(plots.join("registered.svg")).expect("written");
    assert!(svg.contains("good: devices registered"), "{svg}");
    assert_eq!(dispatch(&words).exit, Exit::Wrong, "files that exist stay");
    assert_eq!(
        dispatch(&[&words[..], &["--force"]].concat()).exit,
        Exit::Done
    );
    fs::write(run.join("report.html"), "<p>mine</p>").expect("writable");
    let wrong = dispatch(&["plot", text(&run), "--out", text(&place.join("other"))]);
    assert_eq!(wrong.exit, Exit::Wrong);
    assert!(
        wrong.err.contains("report.html: found no report"),
        "{}",
        wrong.err
    );
    let none = dispatch(&["plot", text(&place), "--out", text(&plots)]);
    assert!(none.err.contains("report.html"), "{}", none.err);
}

#[test]
fn a_check_reports_every_file() {
    let printed = dispatch(&["check", "good.yaml", "odd.yaml"]);
    assert_eq!(printed.exit, Exit::Done, "warnings are no errors");
    assert_eq!(printed.out, "good.yaml: good\nodd.yaml: good, 1 warning\n");
    let printed = dispatch(&["check", "broken.yaml", "good.yaml"]);
    assert_eq!(printed.exit, Exit::Wrong);
    assert!(
        printed.out.starts_with("broken.yaml: 2 errors\n"),
        "{}",
        printed.out
    );
    let json = dispatch(&["check", "broken.yaml", "--json"]);
    assert!(json.out.contains("\"errors\""), "{}", json.out);
}

#[test]
fn a_topology_is_shown_and_exported() {
    let place = place("topology");
    let graph = place.join("g.graphml");
    let words = [
        "topology",
        "good.yaml",
        "--graphml",
        text(&graph),
        "--csv",
        text(&place),
    ];
    let printed = dispatch(&words);
    assert_eq!(
        (printed.exit, printed.out.as_str()),
        (Exit::Done, "2 towers\n")
    );
    assert_eq!(fs::read(&graph).expect("written"), b"<graphml/>");
    assert_eq!(
        fs::read(place.join("edges.csv")).expect("written"),
        b"a,b\n"
    );
    assert_eq!(
        fs::read_dir(&place).expect("there").count(),
        3,
        "nothing partial is left"
    );
    assert_eq!(dispatch(&words).exit, Exit::Wrong, "it exists");
}

#[test]
fn help_schema_and_completions_print() {
    for words in [
        &["--help"][..],
        &["schema"],
        &["completions", "bash"],
        &["--version"],
    ] {
        let printed = dispatch(words);
        assert_eq!(printed.exit, Exit::Done, "{words:?}");
        assert!(!printed.out.is_empty(), "{words:?}");
    }
}

/// A reader that has gone away, or a disk that is full.
struct Refusing(io::ErrorKind);

impl Write for Refusing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_broken_pipe_is_success_and_a_full_disk_is_not() {
    let gone = dispatch_to(&["schema"], &mut Refusing(io::ErrorKind::BrokenPipe));
    assert_eq!(gone, (Exit::Done, String::new()));
    let full = dispatch_to(&["schema"], &mut Refusing(io::ErrorKind::StorageFull));
    assert_eq!(full.0, Exit::Wrong);
    assert!(full.1.contains("standard output"), "{}", full.1);
}

#[test]
fn explain_lists_rules_and_says_why() {
    let all = dispatch(&["explain"]);
    assert_eq!(all.exit, Exit::Done);
    assert!(all.out.lines().count() >= 10, "{}", all.out);
    let one = dispatch(&["explain", "no-gate"]);
    assert!(one.out.contains("AT&T, 22 February 2024"), "{}", one.out);
    let none = dispatch(&["explain", "no-such-rule"]);
    assert_eq!(none.exit, Exit::Wrong);
    assert!(none.err.contains("there are no-gate, "), "{}", none.err);
}

#[test]
fn check_tells_the_lint_at_length_and_run_in_a_line() {
    let folder = place("risky");
    let out = folder.join("out");
    let checked = dispatch(&["check", "risky.yaml"]);
    assert_eq!(checked.exit, Exit::Done);
    assert!(
        checked.err.contains("warning [no-gate]: x"),
        "{}",
        checked.err
    );
    assert!(checked.out.contains("good, 1 warning"), "{}", checked.out);
    let run = dispatch(&["run", "risky.yaml", "--out", text(&out)]);
    let brief = "risky.yaml: warning: the plan has no-gate (see cellfall check)";
    assert!(run.err.contains(brief), "{}", run.err);
    fs::remove_dir_all(folder).expect("it goes");
}
