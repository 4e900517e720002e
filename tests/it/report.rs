//! The report of a run, as a file: what it holds, how large it is, and that it loads nothing.
//!
//! How it looks and moves is tested in a browser (`tests/browser`).
//!
//! Invariant: reads what the library writes, as a reader's browser would get it.

use cellfall::report::{Story, render};
use cellfall::scenario::Scenario;
use cellfall::simulation::simulate;
use serde_json::Value;

use super::support::{repository, scenario_with};

/// A file of a run.
fn file(rendered: &cellfall::report::Rendered, name: &str) -> String {
    let found = rendered.files.iter().find(|(n, _)| *n == name);
    String::from_utf8(found.expect("every run writes it").1.clone()).expect("text")
}

/// What stands in the page as data.
fn data(page: &str) -> Value {
    let (_, rest) = page
        .split_once("id=\"data\">")
        .expect("the page holds data");
    let json = rest.split_once("</script>").expect("the data end").0;
    serde_json::from_str(json).expect("JSON")
}

#[test]
fn the_report_holds_the_figures_of_the_summary_and_loads_nothing() {
    let scenario = Scenario::from_path(repository("scenarios/first-steps.yaml")).expect("sound");
    let rendered = render(&simulate(&scenario, 1));
    let (page, summary) = (
        file(&rendered, "report.html"),
        file(&rendered, "summary.json"),
    );
    let summary: Value = serde_json::from_str(&summary).expect("JSON");
    let data = data(&page);
    let figures = data["figures"].as_array().expect("a list");
    assert_eq!(
        Some(figures.len()),
        summary["figures"].as_object().map(serde_json::Map::len)
    );
    for pair in figures {
        let key = pair[0].as_str().expect("a key");
        assert_eq!(pair[1], summary["figures"][key], "{key}");
    }
    for way in [
        "http://", "https://", "<link", "<iframe", "url(", "@import", " style=", "onclick",
    ] {
        let found = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!found.contains(way), "the page holds {way}");
    }
    assert!(page.contains(&rendered.digest.to_string()));
    assert!(page.contains("default-src 'none'"));
    assert!(Story::of_page(&page).is_some_and(|story| !story.plots().is_empty()));
}

/// A page grows with places and instants up to a limit, not with towers.
#[test]
fn a_page_stays_small_however_many_towers_there_are() {
    let text = "
scale: 0.0005
horizon: 30m
topology: {source: generated, towers: 73000, devices: 125000000}
";
    let rendered = render(&simulate(&scenario_with(text, &[]), 1));
    let page = file(&rendered, "report.html");
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    let places = data(&page)["map"]["places"].as_array().map_or(0, Vec::len);
    assert!((1_000..=3_000).contains(&places), "{places} places");
}
