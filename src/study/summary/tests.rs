//! Summaries of tables made by hand.
//!
//! Invariant: expected figures come from arithmetic, not from this program.

use super::super::record::{Cell, Column, ColumnKind, Holds, Table};
use super::*;

fn column(name: &str, unit: &str, kind: ColumnKind, holds: Holds) -> Column {
    Column {
        name: name.to_owned(),
        unit: unit.to_owned(),
        meaning: format!("What {name} means"),
        kind,
        holds,
    }
}

/// A run: point, seed, parameters, whether it failed, outcomes.
type Run<'a> = (u64, u64, &'a [f64], bool, [Option<f64>; 3]);

/// A table with the outcomes `data.peak_devices`, `data.t90_s`, `observed_s`.
fn table(parameters: &[(&str, &str)], runs: &[Run<'_>]) -> Table {
    let run = |name: &str| column(name, "1", ColumnKind::Run, Holds::Whole);
    let mut columns = vec![run("run"), run("point"), run("replication")];
    columns.push(column("seed", "1", ColumnKind::Seed, Holds::Whole));
    for (name, unit) in parameters {
        columns.push(column(name, unit, ColumnKind::Parameter, Holds::Number));
    }
    columns.push(column("failure", "", ColumnKind::Run, Holds::Text));
    for (name, unit) in [
        ("data.peak_devices", "devices"),
        ("data.t90_s", "s"),
        ("observed_s", "s"),
    ] {
        columns.push(column(name, unit, ColumnKind::Outcome, Holds::Number));
    }
    let row = |(number, run): (u64, &Run<'_>)| {
        let (point, seed, levels, failed, outcomes) = run;
        let mut cells = vec![
            Cell::Whole(number),
            Cell::Whole(*point),
            Cell::Whole(0),
            Cell::Whole(*seed),
        ];
        cells.extend(levels.iter().map(|level| Cell::Number(*level)));
        cells.push(if *failed {
            Cell::Text("it broke".to_owned())
        } else {
            Cell::Empty
        });
        cells.extend(
            outcomes
                .iter()
                .map(|value| value.map_or(Cell::Empty, Cell::Number)),
        );
        cells
    };
    Table {
        columns,
        rows: (0..).zip(runs).map(row).collect(),
    }
}

fn how() -> Resampling {
    Resampling {
        count: 200,
        ..Resampling::new(1)
    }
}

fn of<'a>(study: &'a StudySummary, name: &str) -> &'a OutcomeSummary {
    let mut outcomes = study.outcomes.iter();
    outcomes
        .find(|outcome| outcome.column.name == name)
        .expect("it was asked for")
}

/// Two soaks on five seeds; with the longer one a tenth is lost, and one run does not recover in its day.
fn paired() -> Table {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for (point, soak) in [(0, &[300.0][..]), (1, &[1_800.0][..])] {
        for seed in 1..=5_u64 {
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            let world = seed as f64 * 1_000.0;
            let peak = if point == 0 { world } else { world / 10.0 };
            let t90 = (point == 1 || seed < 5).then_some(peak);
            runs.push((point, seed, soak, false, [Some(peak), t90, Some(86_400.0)]));
        }
    }
    runs.push((1, 6, &[1_800.0], true, [None; 3]));
    table(&[("soak", "s")], &runs)
}

#[test]
fn points_on_the_same_seeds_are_compared_seed_by_seed() {
    let study = summarize(&paired(), &[], &how()).expect("it has runs");
    assert_eq!(
        (study.runs, study.failed, study.layout),
        (11, 1, Layout::Paired)
    );
    let labels: Vec<&str> = study
        .points
        .iter()
        .map(|point| point.label.as_str())
        .collect();
    assert_eq!(labels, ["soak=5m", "soak=30m"]);
    let peak = of(&study, "data.peak_devices");
    assert_eq!(peak.points[0].mean, Some(3_000.0));
    assert_eq!(peak.points[1].quantiles[2], Some(300.0));
    let [difference] = &peak.differences[..] else {
        panic!("one difference")
    };
    assert_eq!(
        (
            difference.point,
            difference.paired.pairs,
            difference.paired.lower
        ),
        (1, 5, 5)
    );
    assert!((difference.paired.mean + 2_700.0).abs() < 1e-9);
    let [driver] = &peak.drivers[..] else {
        panic!("one driver")
    };
    let Influence::Rank { correlation, .. } = driver.influence else {
        panic!("a number")
    };
    assert!(correlation < -0.8, "{correlation}");
}

#[test]
fn a_time_that_was_not_reached_is_longer_than_the_run() {
    let study = summarize(&paired(), &["data.t90_s".to_owned()], &how()).expect("it has runs");
    let time = of(&study, "data.t90_s");
    assert_eq!((time.points[0].runs, time.points[0].missing), (5, 1));
    assert_eq!(
        time.points[0].mean, None,
        "the mean of what never ended is not known"
    );
    assert_eq!(time.points[0].quantiles[2], Some(3_000.0));
    assert_eq!(time.points[0].quantiles[4], None);
    let [short, long] = &time.waiting[..] else {
        panic!("a curve for each point")
    };
    assert_eq!((short.happened, short.watched), (4, 5));
    assert_eq!(
        (short.time_of(0.5), short.time_of(0.9)),
        (Some(3_000.0), None)
    );
    assert_eq!((long.happened, long.time_of(0.9)), (5, Some(500.0)));
}

#[test]
fn runs_with_seeds_of_their_own_are_not_paired() {
    let mut grid = paired();
    for (row, seed) in grid.rows.iter_mut().zip(100..) {
        row[3] = Cell::Whole(seed);
    }
    let study = summarize(&grid, &[], &how()).expect("it has runs");
    assert_eq!(study.layout, Layout::Grid);
    assert_eq!(of(&study, "data.peak_devices").differences, []);
}

#[test]
fn a_design_of_saltelli_is_recognised_and_says_what_drives_an_outcome() {
    // y = 4 a + b, both uniform: a carries 16/17 of the variance, b 1/17, nothing together.
    let unit = |n: u32, d: usize| {
        crate::base::unit_interval(crate::base::philox4x32_10([n, 0, 0, 0], [1, 1])[d])
    };
    let mut levels: Vec<[f64; 2]> = Vec::new();
    for n in 0..512 {
        let (a, b) = ([unit(n, 0), unit(n, 1)], [unit(n, 2), unit(n, 3)]);
        levels.extend([a, b, [b[0], a[1]], [a[0], b[1]]]);
    }
    let runs: Vec<Run<'_>> = (0..)
        .zip(&levels)
        .map(|(point, x)| {
            (
                point,
                7,
                &x[..],
                false,
                [Some(4.0 * x[0] + x[1]), None, Some(60.0)],
            )
        })
        .collect();
    let study = summarize(&table(&[("a", "1"), ("b", "1")], &runs), &[], &how()).expect("runs");
    assert_eq!(study.layout, Layout::Sobol);
    let peak = of(&study, "data.peak_devices");
    assert_eq!(peak.points, []);
    let index = |place: usize, name: &str| {
        assert_eq!(peak.drivers[place].parameter, name);
        let Influence::Sobol(index) = peak.drivers[place].influence else {
            panic!("an index")
        };
        index
    };
    let (a, b) = (index(0, "a"), index(1, "b"));
    assert!(
        (a.first - 16.0 / 17.0).abs() < 0.05 && (a.total - 16.0 / 17.0).abs() < 0.05,
        "{a:?}"
    );
    assert!(
        (b.first - 1.0 / 17.0).abs() < 0.05 && (b.total - 1.0 / 17.0).abs() < 0.02,
        "{b:?}"
    );
}

#[test]
fn words_have_a_share_and_no_direction() {
    let mut words = paired();
    for row in &mut words.rows {
        row[4] = Cell::Text(
            if row[1] == Cell::Whole(0) {
                "hasty"
            } else {
                "staged"
            }
            .to_owned(),
        );
    }
    let study = summarize(&words, &[], &how()).expect("it has runs");
    assert_eq!(study.points[1].label, "soak=staged");
    let Influence::Between(share) = of(&study, "data.peak_devices").drivers[0].influence else {
        panic!("a share")
    };
    // The ranks 1 to 5 of one plan and 6 to 10 of the other: 62.5 of 82.5.
    assert!((share - 62.5 / 82.5).abs() < 1e-12, "{share}");
}

#[test]
fn tables_that_say_nothing_are_refused() {
    let mut broken = paired();
    for row in &mut broken.rows {
        row[5] = Cell::Text("it broke".to_owned());
    }
    assert_eq!(
        summarize(&broken, &[], &how()),
        Err(SummaryError::NoRuns(11))
    );
    let unknown = summarize(&paired(), &["data.lost".to_owned()], &how());
    let text = unknown.expect_err("no such outcome").to_string();
    assert!(
        text.contains("\"data.lost\", expected a name of an outcome (known: data.peak_devices"),
        "{text}"
    );
    let empty = summarize(&Table::default(), &[], &how());
    assert_eq!(empty, Err(SummaryError::NoColumn("point")));
}
