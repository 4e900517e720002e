//! `cellfall score`: the table, its report, its exit code.
//!
//! Invariant: no model runs; the engine is the tests' own.

use std::fs;

use super::{Exit, dispatch, place, text};

#[test]
fn a_score_counts_and_can_be_required() {
    let folder = place("score");
    let score = |words: &[&str]| dispatch(&[&["score", "--out", text(&folder)], words].concat());
    let printed = score(&["a.yaml", "b.yaml", "--seeds", "2"]);
    assert_eq!(printed.exit, Exit::Done);
    let last = printed.out.lines().last().unwrap_or_default();
    assert!(last.contains("predicted figures hit"), "{}", printed.out);
    assert!(last.contains("median of 2 seeds"), "{last}");
    let report = folder.join("report.html");
    let page = fs::read_to_string(&report).expect("written");
    assert!(page.contains("cellfall score a.yaml b.yaml --seeds 2"));
    let pictures = folder.join("pictures");
    let drawn = dispatch(&["plot", text(&folder), "--out", text(&pictures)]);
    assert_eq!(drawn.exit, Exit::Done, "{}", drawn.err);
    assert!(pictures.join("score-b.svg").exists());
    let strict = score(&["a.yaml", "--seeds", "1", "--require", "1"]);
    assert_eq!(strict.exit, Exit::Failed, "{}", strict.out);
    let lenient = score(&["a.yaml", "--seeds", "1", "--require", "0"]);
    assert_eq!(lenient.exit, Exit::Done);
    let json = score(&["a.yaml", "--seeds", "1", "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(rows[0]["incident"], "a");
    let broken = score(&["a.yaml", "broken.yaml"]);
    assert_eq!((broken.exit, broken.out.as_str()), (Exit::Wrong, ""));
    assert_eq!(score(&["a.yaml", "--require", "2"]).exit, Exit::Wrong);
    fs::write(&report, "my thesis").expect("writable");
    let refused = score(&["a.yaml", "--seeds", "1"]);
    assert_eq!((refused.exit, refused.out.as_str()), (Exit::Wrong, ""));
    assert_eq!(fs::read_to_string(&report).expect("there"), "my thesis");
    fs::remove_dir_all(folder).expect("it goes");
}
