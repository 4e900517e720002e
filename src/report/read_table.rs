//! Reads the table of a study back: `runs.csv`, with what its columns hold from `columns.json`.
//!
//! Invariant: a table that was written by [`open_tables`](super::open_tables) reads back as it was; one that
//! was cut short or edited into something else is refused with the line.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::study::{Cell, Column, Holds, JOURNAL_FILE, Table};

use super::dictionary::{COLUMNS_JSON, parse_columns};
use super::study_dir::UNFINISHED;
use super::study_tables::RUNS_CSV;

/// Why a directory holds no table.
#[derive(Debug)]
pub enum TableError {
    /// A file that cannot be read.
    Io(PathBuf, io::Error),
    /// The directory of an unfinished study or of a shard.
    Unfinished(PathBuf),
    /// No data dictionary, or one of another version.
    Columns(PathBuf, String),
    /// No CSV, or a line of another length.
    Csv(PathBuf, csv::Error),
    /// Other columns than the dictionary has.
    Header(PathBuf, String),
    /// A field that is not what its column holds: the line, and what is wrong.
    Field(PathBuf, u64, String),
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) if is_no_file(error) => write!(
                f,
                "{}: no such file; expected the directory of a finished study",
                path.display()
            ),
            Self::Unfinished(path) => write!(f, "{}: {UNFINISHED}", path.display()),
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Columns(path, what) | Self::Header(path, what) => {
                write!(f, "{}: {what}", path.display())
            }
            Self::Csv(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Field(path, line, what) => {
                write!(f, "{}: line {line}: {what}", path.display())
            }
        }
    }
}

impl std::error::Error for TableError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            Self::Csv(_, error) => Some(error),
            _ => None,
        }
    }
}

/// The table of runs of the study in `directory`.
///
/// # Errors
/// If it is not there, or not as it was written.
pub fn read_table(directory: &Path) -> Result<Table, TableError> {
    let dictionary = directory.join(COLUMNS_JSON);
    let bytes = fs::read(&dictionary).map_err(|error| {
        if is_no_file(&error) && directory.join(JOURNAL_FILE).exists() {
            TableError::Unfinished(directory.to_owned())
        } else {
            TableError::Io(dictionary.clone(), error)
        }
    })?;
    let columns = parse_columns(&bytes).map_err(|what| TableError::Columns(dictionary, what))?;
    let path = directory.join(RUNS_CSV);
    let file = File::open(&path).map_err(|e| TableError::Io(path.clone(), e))?;
    let mut reader = csv::Reader::from_reader(file);
    let header = reader
        .headers()
        .map_err(|e| TableError::Csv(path.clone(), e))?;
    check_header(header, &columns).map_err(|what| TableError::Header(path.clone(), what))?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| TableError::Csv(path.clone(), e))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells = columns
            .iter()
            .zip(&record)
            .map(|(column, field)| cell(column, field));
        let row = cells.collect::<Result<Vec<Cell>, String>>();
        rows.push(row.map_err(|what| TableError::Field(path.clone(), line, what))?);
    }
    Ok(Table { columns, rows })
}

/// Whether something on the way to the file is missing, or is no directory.
fn is_no_file(error: &io::Error) -> bool {
    let kinds = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
    kinds.contains(&error.kind())
}

fn check_header(header: &csv::StringRecord, columns: &[Column]) -> Result<(), String> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    if header.iter().eq(names.iter().copied()) {
        return Ok(());
    }
    let found = header.len();
    let expected = names.len();
    let differs = header
        .iter()
        .zip(&names)
        .find(|(found, expected)| found != *expected);
    Err(match differs {
        Some((found, expected)) => {
            format!("found the column \"{found}\" where {COLUMNS_JSON} has \"{expected}\"")
        }
        None => format!("found {found} columns, {COLUMNS_JSON} has {expected}"),
    })
}

fn cell(column: &Column, field: &str) -> Result<Cell, String> {
    if field.is_empty() {
        return Ok(Cell::Empty);
    }
    let name = &column.name;
    match column.holds {
        Holds::Text => Ok(Cell::Text(field.to_owned())),
        Holds::Whole => {
            let whole = field.parse().map(Cell::Whole);
            whole.map_err(|_| format!("{name}: found \"{field}\", expected a whole number"))
        }
        Holds::Number => {
            let number = field.parse().map(Cell::Number);
            number.map_err(|_| format!("{name}: found \"{field}\", expected a number"))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::report::{COLUMNS_JSON, RUNS_CSV, RUNS_PARQUET, open_tables};
    use crate::study::ColumnKind;

    use parquet::file::metadata::RowGroupMetaData;

    use super::*;

    fn column(name: &str, holds: Holds) -> Column {
        Column {
            name: name.to_owned(),
            unit: "1".to_owned(),
            meaning: format!("What {name} means, \"quoted\""),
            kind: ColumnKind::Outcome,
            holds,
        }
    }

    /// A table with every type of cell, more rows than a row group has.
    fn table() -> Table {
        let columns = vec![
            column("seed", Holds::Whole),
            column("plan", Holds::Text),
            column("data.t90_s", Holds::Number),
        ];
        let row = |i: u64| {
            let plan = match i % 3 {
                0 => Cell::Empty,
                1 => Cell::Text("a, \"b\"\nc".to_owned()),
                _ => Cell::Text("staged".to_owned()),
            };
            #[expect(clippy::cast_precision_loss, reason = "a small count")]
            let number = if i.is_multiple_of(5) {
                Cell::Empty
            } else {
                Cell::Number(1.0 / i as f64)
            };
            vec![Cell::Whole(u64::MAX - i), plan, number]
        };
        Table {
            columns,
            rows: (0..5_000).map(row).collect(),
        }
    }

    fn place(name: &str) -> PathBuf {
        let unique = format!("cellfall-table-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(unique);
        drop(fs::remove_dir_all(&path));
        fs::create_dir(&path).expect("a directory for the test");
        path
    }

    fn write(table: &Table, place: &Path) {
        let mut sinks = open_tables(place, &table.columns).expect("they open");
        for row in &table.rows {
            for sink in &mut sinks {
                sink.row(row).expect("written");
            }
        }
        for sink in sinks {
            sink.finish().expect("finished");
        }
    }

    #[test]
    fn a_table_reads_back_as_it_was() {
        let place = place("back");
        write(&table(), &place);
        assert_eq!(read_table(&place).expect("it is whole"), table());
        fs::remove_dir_all(&place).expect("removed");
    }

    #[test]
    fn parquet_has_groups_of_rows_and_the_same_bytes_again() {
        let (one, other) = (place("one"), place("other"));
        write(&table(), &one);
        write(&table(), &other);
        let bytes = |place: &Path| fs::read(place.join(RUNS_PARQUET)).expect("written");
        assert_eq!(bytes(&one), bytes(&other));
        let file = File::open(one.join(RUNS_PARQUET)).expect("written");
        let reader =
            parquet::file::reader::SerializedFileReader::new(file).expect("a parquet file");
        let groups = parquet::file::reader::FileReader::metadata(&reader).row_groups();
        let rows = groups.iter().map(RowGroupMetaData::num_rows);
        assert!(rows.eq([500; 10]));
        fs::remove_dir_all(&one).expect("removed");
        fs::remove_dir_all(&other).expect("removed");
    }

    #[test]
    fn what_was_edited_is_refused_with_its_place() {
        let place = place("edited");
        write(&table(), &place);
        let csv = place.join(RUNS_CSV);
        let whole = fs::read_to_string(&csv).expect("written");
        let refused = |text: &str| {
            fs::write(&csv, text).expect("written");
            read_table(&place).expect_err(text).to_string()
        };
        let error = refused("seed,plan\n1,a\n");
        assert!(
            error.contains("found 2 columns, columns.json has 3"),
            "{error}"
        );
        let error = refused("seed,plan,data.t50_s\n1,a,2\n");
        assert!(
            error.contains("\"data.t50_s\" where columns.json has \"data.t90_s\""),
            "{error}"
        );
        let error = refused("seed,plan,data.t90_s\n1,a,2\n1,a,soon\n");
        assert!(
            error.contains("line 3: data.t90_s: found \"soon\""),
            "{error}"
        );
        let error = refused("seed,plan,data.t90_s\n-1,a,2\n");
        assert!(
            error.contains("seed: found \"-1\", expected a whole number"),
            "{error}"
        );
        let error = refused(&whole[..whole.len() - 30]);
        assert!(error.contains("runs.csv"), "{error}");
        fs::write(place.join(COLUMNS_JSON), "{}").expect("written");
        let error = read_table(&place).expect_err("no dictionary").to_string();
        assert!(
            error.contains("columns.json: found no data dictionary"),
            "{error}"
        );
        fs::remove_file(place.join(COLUMNS_JSON)).expect("it was there");
        let error = read_table(&place).expect_err("no dictionary").to_string();
        assert!(
            error.contains("expected the directory of a finished study"),
            "{error}"
        );
        fs::remove_dir_all(&place).expect("removed");
    }
}
