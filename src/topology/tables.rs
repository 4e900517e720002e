//! CSV tables with a header: columns by name, every record checked for its length.
//!
//! Invariant: knows no meaning of any column.

use std::path::Path;
use std::str::FromStr;

use super::errors::{Findings, Origin, Problem};

/// A table, its columns in the order that the reader asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    file: String,
    present: Vec<bool>,
    rows: Vec<Row>,
}

/// A record.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) line: u64,
    fields: Vec<String>,
}

impl Row {
    /// A record from fields in the order asked for.
    pub(super) fn new(line: u64, fields: Vec<String>) -> Self {
        Self { line, fields }
    }

    /// The field of the `column`-th column asked for; empty if the table does not have it.
    pub(super) fn get(&self, column: usize) -> &str {
        self.fields.get(column).map_or("", String::as_str)
    }
}

impl Sheet {
    /// A table from records.
    pub(super) fn new(file: &str, present: Vec<bool>, rows: Vec<Row>) -> Self {
        Self {
            file: file.to_owned(),
            present,
            rows,
        }
    }

    /// Read a table; none if a required column is missing. Records of another length than the
    /// header are reported and left out.
    pub(super) fn read(
        file: &str,
        text: &[u8],
        columns: &[&str],
        required: &[&str],
        findings: &mut Findings,
    ) -> Option<Self> {
        let mut reader = reader(text);
        let mut records = reader.byte_records();
        let header = match records.next() {
            Some(Ok(record)) => record,
            _ => csv::ByteRecord::new(),
        };
        let names: Vec<String> = header
            .iter()
            .map(|name| column_name(&String::from_utf8_lossy(name)))
            .collect();
        let places: Vec<_> = columns
            .iter()
            .map(|column| names.iter().position(|name| name == column))
            .collect();
        if !has_columns(&names, required, &Origin::new(file, 1), findings) {
            return None;
        }
        let mut sheet = Self::new(file, places.iter().map(Option::is_some).collect(), vec![]);
        for record in records {
            let Ok(record) = record else {
                continue;
            };
            if let Some(fields) = checked(&record, names.len(), file, findings) {
                let pick = |place: &Option<usize>| place.map_or("", |i| fields[i]).to_owned();
                let line = line_of(&record);
                sheet
                    .rows
                    .push(Row::new(line, places.iter().map(pick).collect()));
            }
        }
        Some(sheet)
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// Whether the table has the `column`-th column asked for.
    pub(super) fn has(&self, column: usize) -> bool {
        self.present.get(column).copied().unwrap_or(false)
    }

    pub(super) fn origin(&self, line: u64) -> Origin {
        Origin::new(&self.file, line)
    }
}

/// A reader of CSV without a header, trimmed, that leaves the length of records to us.
pub(super) fn reader(text: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text))
}

/// The line on which a record starts.
pub(super) fn line_of(record: &csv::ByteRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

/// A column's name in lower case.
pub(super) fn column_name(name: &str) -> String {
    name.trim().to_ascii_lowercase()
}

fn has_columns(
    names: &[String],
    required: &[&str],
    origin: &Origin,
    findings: &mut Findings,
) -> bool {
    let missing: Vec<_> = required
        .iter()
        .filter(|column| !names.iter().any(|name| name == *column))
        .collect();
    for column in &missing {
        let problem = Problem::Column {
            missing: (**column).to_string(),
            present: names.join(","),
        };
        findings.error(origin.clone(), problem);
    }
    missing.is_empty()
}

/// The fields of a record, if it is as long as it should be and all text.
pub(super) fn checked<'r>(
    record: &'r csv::ByteRecord,
    expected: usize,
    file: &str,
    findings: &mut Findings,
) -> Option<Vec<&'r str>> {
    let origin = Origin::new(file, line_of(record));
    if record.len() != expected {
        let found = record.len();
        findings.error(origin, Problem::Fields { found, expected });
        return None;
    }
    let fields: Result<Vec<&str>, _> = record.iter().map(std::str::from_utf8).collect();
    fields
        .map_err(|error| {
            let problem = Problem::Syntax(format!("not UTF-8 text, {error}"));
            findings.error(origin, problem);
        })
        .ok()
}

/// A finite number from a field.
pub(super) fn parse_number<T>(text: &str, key: &str, allowed: &str) -> Result<T, Problem>
where
    T: FromStr + Into<Number> + Copy,
{
    let wrong = || Problem::Value {
        key: key.to_owned(),
        found: text.to_owned(),
        allowed: allowed.to_owned(),
    };
    let value: T = text.trim().parse().map_err(|_| wrong())?;
    let Number(finite) = value.into();
    if finite { Ok(value) } else { Err(wrong()) }
}

/// Whether a number is finite.
#[derive(Debug)]
pub(super) struct Number(bool);

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self(value.is_finite())
    }
}

impl From<u64> for Number {
    fn from(_: u64) -> Self {
        Self(true)
    }
}

/// Read a file that the scenario names relative to itself.
pub(super) fn read_file(base_dir: &Path, path: &Path, findings: &mut Findings) -> Option<Vec<u8>> {
    std::fs::read(base_dir.join(path))
        .map_err(|error| {
            let origin = Origin::new(&path.display().to_string(), 0);
            findings.error(origin, Problem::Unreadable(error.to_string()));
        })
        .ok()
}
