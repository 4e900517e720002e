//! The commands that judge gates and detectors.
//!
//! Invariant: only what the commands print and leave behind; the engine is that of the other tests.

use super::*;

#[test]
fn the_worth_of_gates_is_printed_as_text_or_json() {
    let printed = dispatch(&["gates", "good.yaml"]);
    assert_eq!(printed.exit, Exit::Done, "{}", printed.err);
    assert!(
        printed.out.contains("WHAT THE GATES SAVE TOGETHER"),
        "{}",
        printed.out
    );
    assert!(
        printed.out.lines().all(|line| line.chars().count() <= 80),
        "{}",
        printed.out
    );
    let json = dispatch(&["gates", "good.yaml", "--json", "--threads", "3"]);
    let root: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(root["gates"][0]["verdict"], "saves");
    let none = dispatch(&["gates", "ungated.yaml"]);
    assert_eq!(none.exit, Exit::Wrong);
    assert!(none.err.contains("found no gate"), "{}", none.err);
    assert_eq!(dispatch(&["gates", "broken.yaml"]).exit, Exit::Wrong);
}

#[test]
fn detectors_are_compared_at_every_scale_that_was_asked_for() {
    let place = place("detect");
    let csv = place.join("curves.csv");
    let words = [
        "detect",
        "good.yaml",
        "plan-b.yaml",
        "--scales",
        "0.1,0.01",
        "--days",
        "7,21",
        "--nights",
        "9",
        "--csv",
        text(&csv),
    ];
    let printed = dispatch(&words);
    assert_eq!(printed.exit, Exit::Done, "{}", printed.err);
    assert_eq!(printed.out.matches("DETECTORS ON EQUAL TERMS").count(), 2);
    assert!(printed.out.contains("TIME TO DETECTION BY SCALE"));
    let amount = |name: &str| {
        let mut lines = printed.out.lines();
        let line = lines.find(|line| line.trim_start().starts_with(name));
        let words = line.expect("a row").split_whitespace().rev().take(2);
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(amount("days that set limits"), "21 7");
    assert_eq!(amount("nights"), "9 9", "the last counts for all");
    assert!(
        printed.out.lines().all(|line| line.chars().count() <= 80),
        "{}",
        printed.out
    );
    let curves = fs::read_to_string(&csv).expect("written");
    assert!(
        curves.starts_with("scale,scenario,detector,time_s"),
        "{curves}"
    );
    assert_eq!(
        fs::read_dir(&place).expect("there").count(),
        1,
        "nothing partial is left"
    );
    assert_eq!(dispatch(&words).exit, Exit::Wrong, "it exists");
    let json = dispatch(&["detect", "good.yaml", "--json", "--budget", "0.5"]);
    let root: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(root[0]["false_alarms_allowed_per_week"], 0.5);
}

#[test]
fn impossible_studies_of_detectors_are_refused() {
    for words in [
        &["detect"][..],
        &["detect", "broken.yaml", "broken-too.yaml"],
        &["detect", "good.yaml", "--days", "0"],
        &["detect", "good.yaml", "--nights", "0"],
        &["detect", "good.yaml", "--budget=-1"],
        &["detect", "good.yaml", "--budget", "nan"],
        &["detect", "good.yaml", "--budget", "0"],
        &["detect", "good.yaml", "--days", "7,7"],
        &["detect", "good.yaml", "--scales", "0.1,2"],
        &["detect", "good.yaml", "--scales", "0.1", "--scale", "0.1"],
        &["detect", "good.yaml", "--csv", "/nowhere/at/all.csv"],
    ] {
        assert_eq!(dispatch(words).exit, Exit::Wrong, "{words:?}");
    }
    assert_eq!(
        dispatch(&["detect", "stopped.yaml"]).exit,
        Exit::Interrupted
    );
}
