//! The columns of the table of runs, and the row of a run.
//!
//! Invariant: columns and rows depend on the study and its records alone, not on the order in which runs
//! ended.

use super::file::{Factor, StudyFile};
use super::outcomes::figure;
use super::record::{Cell, Column, ColumnKind, Figure, Holds, ParameterValue, RunRecord};

impl StudyFile {
    /// The names of the parameters of each run: the plan, if there are plans, and the factors.
    pub fn parameter_names(&self) -> Vec<String> {
        let plan = (!self.plans.is_empty()).then(|| "plan".to_owned());
        let factors = self.factors.iter().map(|factor| factor.name.clone());
        plan.into_iter().chain(factors).collect()
    }
}

/// Names of columns that no factor may have.
pub(super) const TAKEN: [&str; 8] = [
    "run",
    "point",
    "replication",
    "seed",
    "plan",
    "scenario_hash",
    "version",
    "failure",
];

/// The columns of a study whose runs have outcomes of these names.
pub(super) fn columns(study: &StudyFile, outcomes: &[String]) -> Vec<Column> {
    let run = |name: &str, holds, meaning: &str| Column {
        name: name.to_owned(),
        unit: if holds == Holds::Whole { "1" } else { "" }.to_owned(),
        meaning: meaning.to_owned(),
        kind: ColumnKind::Run,
        holds,
    };
    let mut columns = vec![
        run(
            "run",
            Holds::Whole,
            "Number of the run in the order of the study",
        ),
        run(
            "point",
            Holds::Whole,
            "Which combination of plan and levels it is",
        ),
        run(
            "replication",
            Holds::Whole,
            "Which replication of that combination it is",
        ),
        Column {
            kind: ColumnKind::Seed,
            ..run("seed", Holds::Whole, "Seed of all random draws of the run")
        },
    ];
    if !study.plans.is_empty() {
        columns.push(Column {
            kind: ColumnKind::Parameter,
            ..run("plan", Holds::Text, "Plan that was run")
        });
    }
    columns.extend(study.factors.iter().map(of_factor));
    columns.extend([
        run(
            "scenario_hash",
            Holds::Text,
            "Hash of the resolved scenario and its input files",
        ),
        run("version", Holds::Text, "Version of the program"),
        run(
            "failure",
            Holds::Text,
            "Why the run has no outcomes; empty if it has",
        ),
    ]);
    columns.extend(
        outcomes
            .iter()
            .map(|name| of_outcome(figure(name.clone(), None))),
    );
    columns
}

fn of_factor(factor: &Factor) -> Column {
    let is_number = factor.levels.are_numbers();
    let unit = match (is_number, factor.levels.are_durations()) {
        (false, _) => "",
        (true, true) => "s",
        (true, false) if factor.unit.is_empty() => "1",
        (true, false) => &factor.unit,
    };
    let meaning = match factor.meaning.as_str() {
        "" => format!("The key {} of the scenario", factor.key),
        given => given.to_owned(),
    };
    Column {
        name: factor.name.clone(),
        unit: unit.to_owned(),
        meaning,
        kind: ColumnKind::Parameter,
        holds: if is_number {
            Holds::Number
        } else {
            Holds::Text
        },
    }
}

fn of_outcome(figure: Figure) -> Column {
    Column {
        name: figure.name,
        unit: figure.unit,
        meaning: figure.meaning,
        kind: ColumnKind::Outcome,
        holds: Holds::Number,
    }
}

/// The row of a run; the outcomes are those of the columns, in their order.
pub(super) fn row(record: &RunRecord, outcomes: &[String]) -> Vec<Cell> {
    let parameters = record
        .parameters
        .iter()
        .map(|parameter| match &parameter.value {
            ParameterValue::Number(number) => Cell::Number(*number),
            ParameterValue::Text(text) => Cell::Text(text.clone()),
        });
    let failure = record.outcome.as_ref().err().cloned();
    let figures = record.outcome.as_deref().unwrap_or_default();
    let mut row = vec![
        Cell::Whole(record.number),
        Cell::Whole(record.point),
        Cell::Whole(record.replication),
        Cell::Whole(record.seed),
    ];
    row.extend(parameters);
    row.extend([
        Cell::Text(record.scenario_hash.clone()),
        Cell::Text(record.version.clone()),
        failure.map_or(Cell::Empty, Cell::Text),
    ]);
    // Figures mostly stand in the order of the columns: look on from the last one found.
    let mut next = 0;
    row.extend(outcomes.iter().map(|name| {
        let around = figures.iter().enumerate().skip(next);
        let found = around
            .chain(figures.iter().enumerate().take(next))
            .find(|(_, figure)| figure.name == *name);
        let Some((index, figure)) = found else {
            return Cell::Empty;
        };
        next = index + 1;
        figure.value.map_or(Cell::Empty, Cell::Number)
    }));
    row
}

#[cfg(test)]
mod tests {
    use super::super::record::Parameter;
    use super::*;

    fn study() -> StudyFile {
        serde_saphyr::from_str(
            "
base: a.yaml
plans: [{name: a}]
factors:
- {name: soak, key: s, levels: {kind: list, values: [1m, 2m]}}
- {name: size, key: z, unit: devices, meaning: How many, levels: {kind: list, values: [1, 2]}}
- {name: mode, key: m, levels: {kind: list, values: [fast, slow]}}
",
        )
        .expect("a study")
    }

    #[test]
    fn every_column_has_a_name_of_its_own_a_unit_and_a_meaning() {
        let columns = columns(&study(), &["data.t90_s".to_owned()]);
        let mut names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names[4..8], ["plan", "soak", "size", "mode"]);
        assert_eq!(names.last(), Some(&"data.t90_s"));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), columns.len());
        for column in &columns {
            assert!(!column.meaning.is_empty());
            assert_eq!(
                column.unit.is_empty(),
                column.holds == Holds::Text,
                "{column:?}"
            );
        }
        let units: Vec<&str> = columns[5..8]
            .iter()
            .map(|column| column.unit.as_str())
            .collect();
        assert_eq!(units, ["s", "devices", ""]);
        for taken in TAKEN {
            assert!(columns.iter().any(|column| column.name == taken), "{taken}");
        }
    }

    #[test]
    fn a_row_has_a_cell_for_each_column() {
        let parameter = |name: &str, value| Parameter {
            name: name.to_owned(),
            value,
        };
        let mut record = RunRecord {
            number: 5,
            point: 1,
            replication: 2,
            seed: 9,
            version: "1".to_owned(),
            scenario_hash: "h".to_owned(),
            parameters: vec![
                parameter("plan", ParameterValue::Text("a".to_owned())),
                parameter("soak", ParameterValue::Number(60.0)),
                parameter("size", ParameterValue::Number(1.0)),
                parameter("mode", ParameterValue::Text("fast".to_owned())),
            ],
            outcome: Ok(vec![
                figure("b".to_owned(), Some(2.0)),
                figure("a".to_owned(), Some(1.0)),
            ]),
        };
        let names = ["a", "b", "c"].map(str::to_owned);
        let columns = columns(&study(), &names);
        let done = row(&record, &names);
        assert_eq!(done.len(), columns.len());
        assert_eq!(done[5], Cell::Number(60.0));
        let outcomes = [Cell::Number(1.0), Cell::Number(2.0), Cell::Empty];
        assert_eq!(done[11..], outcomes);
        record.outcome = Err("it broke".to_owned());
        let failed = row(&record, &names);
        assert_eq!(failed[10], Cell::Text("it broke".to_owned()));
        assert_eq!(failed[11..], [Cell::Empty, Cell::Empty, Cell::Empty]);
    }
}
