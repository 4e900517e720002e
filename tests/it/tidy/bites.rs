//! Each rule, fed a small bad text, complains; fed its good twin, it does not.

use super::rules;
use super::source::{Complaint, Source};

type Rule = fn(&Source) -> Vec<Complaint>;

/// The lines that `rule` complains of.
fn lines(rule: Rule, path: &str, text: &str) -> Vec<usize> {
    let source = Source::new(path, text);
    rule(&source).iter().map(|found| found.line).collect()
}

const NONE: [usize; 0] = [];

#[test]
fn a_use_of_a_room_below_is_found_at_its_line() {
    let rule = rules::uses_only_rooms_above;
    let up = |text: &str| lines(rule, "src/kernel/run.rs", text);
    assert_eq!(up("//! a\nuse crate::base::Tick;\n"), NONE);
    assert_eq!(up("//! a\nuse crate::kernel::Agenda;\n"), NONE);
    assert_eq!(up("//! a\nuse crate::network::Network;\n"), [2]);
    assert_eq!(up("fn f() {\n    crate::cli::run();\n}\n"), [2]);
    assert_eq!(up("/// [`crate::cli::run`]\nfn f() {}\n"), NONE);
    assert_eq!(up("use crate\n    ::detect::Alarm;\n"), [1]);
}

#[test]
fn ways_around_the_order_are_found() {
    let up = |text: &str| lines(rules::uses_only_rooms_above, "src/kernel/run.rs", text);
    assert_eq!(up("use crate::{base, cli};\n"), [1]);
    assert_eq!(up("use crate::*;\n"), [1]);
    assert_eq!(up("use crate as all;\n"), [1]);
    assert_eq!(up("use crate::Scenario;\n"), [1]);
    assert_eq!(up("use super::super::cli::run;\n"), [1]);
    assert_eq!(up("use super::agenda::Agenda;\n"), NONE);
    let room = |text: &str| lines(rules::uses_only_rooms_above, "src/kernel/mod.rs", text);
    assert_eq!(room("pub use super::cli;\n"), [1]);
    assert_eq!(room("mod inner {\n    use super::wheel;\n}\n"), NONE);
    assert_eq!(room("mod inner {\n    use super::super::cli;\n}\n"), [2]);
}

#[test]
fn tests_use_fixtures_and_rooms_above() {
    let up = |text: &str| lines(rules::uses_only_rooms_above, "src/fault/mod.rs", text);
    let in_test = |line: &str| format!("#[cfg(test)]\nmod tests {{\n    {line}\n}}\n");
    assert_eq!(up("use crate::simulation::testing::small;\n"), [1]);
    assert_eq!(up("use crate::testing::small;\n"), [1]);
    assert_eq!(up(&in_test("use crate::simulation::testing::small;")), NONE);
    assert_eq!(up(&in_test("use crate::testing::small;")), NONE);
    assert_eq!(up(&in_test("use crate::network::Network;")), NONE);
    assert_eq!(up(&in_test("use crate::simulation::simulate;")), [3]);
}

#[test]
fn a_file_without_purpose_is_found() {
    let rule = rules::opens_with_its_purpose;
    assert_eq!(lines(rule, "src/base/ids.rs", "//! Ids.\n"), NONE);
    assert_eq!(
        lines(rule, "src/base/ids.rs", "use std::fmt;\n//! Ids.\n"),
        [1]
    );
}

#[test]
fn a_room_without_invariant_is_found() {
    let rule = rules::rooms_state_their_invariant;
    let good = "//! Ids.\n//!\n//! Invariant: knows nothing.\n";
    assert_eq!(lines(rule, "src/base/mod.rs", good), NONE);
    assert_eq!(
        lines(rule, "src/base/mod.rs", "//! Ids.\n\n// Invariant: no.\n"),
        [1]
    );
    assert_eq!(lines(rule, "src/base.rs", "//! Ids.\n"), [1]);
    assert_eq!(lines(rule, "src/base/ids.rs", "//! Ids.\n"), NONE);
}

#[test]
fn a_long_file_is_found_and_its_tests_do_not_count() {
    let code = "fn f() {}\n".repeat(500);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{code}}}\n");
    let of = |text: &str| lines(rules::is_short, "src/base/ids.rs", text);
    assert_eq!(of(&code), NONE);
    assert_eq!(of(&format!("{code}{tests}")), NONE);
    assert_eq!(of(&format!("{code}fn g() {{}}\n{tests}")), [501]);
}

#[test]
fn a_gate_that_reads_the_counters_is_found() {
    let rule = rules::leaves_the_truth_alone;
    let import = "use crate::network::Snapshot;\n";
    let call = "fn f() {\n    network.snapshot(now).functions;\n}\n";
    for room in [
        "detect", "change", "response", "attack", "study", "report", "cli",
    ] {
        let path = format!("src/{room}/judge.rs");
        assert_eq!(lines(rule, &path, import), [1], "{room}");
        assert_eq!(lines(rule, &path, call), [2], "{room}");
        assert_eq!(
            lines(rule, &path, "fn f(c: &crate::network::ClassCounts) {}"),
            [1]
        );
        assert_eq!(lines(rule, &path, "fn f(c: FunctionCounts) {}"), [1]);
    }
    for room in ["network", "telemetry", "impact", "simulation"] {
        assert_eq!(
            lines(rule, &format!("src/{room}/mod.rs"), import),
            NONE,
            "{room}"
        );
    }
    let fixture = format!("#[cfg(test)]\nmod tests {{\n{import}}}\n");
    assert_eq!(lines(rule, "src/report/csv.rs", &fixture), NONE);
}

#[test]
fn printing_is_found_outside_the_command_line() {
    let of = |path: &str, text: &str| lines(rules::prints_nothing, path, text);
    assert_eq!(
        of("src/report/csv.rs", "fn f() {\n    println!(\"\");\n}"),
        [2]
    );
    assert_eq!(of("src/report/csv.rs", "fn f() { eprint!(\"\") }"), [1]);
    assert_eq!(of("src/report/csv.rs", "use std::io::stderr;"), [1]);
    assert_eq!(
        of("src/report/csv.rs", "fn print(n: u32) {} // println!"),
        NONE
    );
    assert_eq!(of("src/cli/mod.rs", "fn f() { println!(\"\") }"), NONE);
}

#[test]
fn what_is_left_for_later_is_found() {
    let of = |text: &str| lines(rules::leaves_nothing_for_later, "src/base/ids.rs", text);
    for word in [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("X", "XX"),
    ] {
        assert_eq!(
            of(&format!("fn f() {{}}\n// {word}: later\n")),
            [2],
            "{word}"
        );
    }
    for call in [concat!("to", "do!()"), concat!("un", "implemented!()")] {
        assert_eq!(of(&format!("fn f() {{ {call} }}")), [1], "{call}");
    }
    for excuse in [concat!("ig", "nore"), concat!("should", "_panic")] {
        assert_eq!(
            of(&format!("#[test]\n#[{excuse}]\nfn f() {{}}")),
            [2],
            "{excuse}"
        );
    }
    assert_eq!(of("// Nothing to do, ignore it.\nfn ignore() {}"), NONE);
}

#[test]
fn a_room_out_of_order_is_found() {
    let rule = rules::has_a_place_in_the_order;
    assert_eq!(lines(rule, "src/helpers/mod.rs", "//! Odds and ends."), [1]);
    assert_eq!(lines(rule, "src/helpers.rs", "//! Odds and ends."), [1]);
    assert_eq!(lines(rule, "src/lib.rs", "//! The crate."), NONE);
    assert_eq!(lines(rule, "src/cli/args.rs", "//! Arguments."), NONE);
    assert_eq!(lines(rule, "src/testing.rs", "fn small() {}"), [1]);
    let mut fixtures = Source::new("src/testing.rs", "fn small() {}");
    fixtures.become_test();
    assert_eq!(rule(&fixtures), []);
}

#[test]
fn a_scenario_without_schema_is_found() {
    let good = "# yaml-language-server: $schema=cellfall.schema.json\nname: a\n";
    assert_eq!(rules::names_its_schema("scenarios/a.yaml", good), []);
    let found = rules::names_its_schema("scenarios/a.yaml", "name: a\n");
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        ["scenarios/a.yaml:1: does not start with `# yaml-language-server: $schema=`"]
    );
}
