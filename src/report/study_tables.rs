//! The table of a study's runs as files: a registry of formats, each fed row by row.
//!
//! Invariant: the same rows give the same bytes, and memory is needed for a few rows, not for all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::study::{Cell, Column, RowSink};

use super::dictionary::{COLUMNS_JSON, DictionaryFile};
use super::parquet::{ParquetTable, RUNS_PARQUET};

/// Name of the table of runs as CSV.
pub const RUNS_CSV: &str = "runs.csv";

/// Opens one format of the table in a directory.
type Open = fn(&Path, &[Column]) -> io::Result<Box<dyn RowSink>>;

/// Every format, with the names of the files that it writes.
const FORMATS: [(&[&str], Open); 3] = [
    (&[RUNS_CSV], CsvTable::open),
    (&[RUNS_PARQUET], ParquetTable::open),
    (&[COLUMNS_JSON], DictionaryFile::open),
];

/// The names of all files that a table of runs becomes.
pub fn table_files() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().flat_map(|(names, _)| names.iter().copied())
}

/// Open the table of runs in every format, in `directory`.
///
/// # Errors
/// If a file cannot be created.
pub fn open_tables(directory: &Path, columns: &[Column]) -> io::Result<Vec<Box<dyn RowSink>>> {
    let formats = FORMATS.iter();
    formats.map(|(_, open)| open(directory, columns)).collect()
}

/// One line for each run, a header line first; an empty cell is an empty field.
struct CsvTable {
    writer: csv::Writer<BufWriter<File>>,
    fields: Vec<String>,
}

impl CsvTable {
    fn open(directory: &Path, columns: &[Column]) -> io::Result<Box<dyn RowSink>> {
        let file = File::create(directory.join(RUNS_CSV))?;
        let mut writer = csv::Writer::from_writer(BufWriter::new(file));
        writer.write_record(columns.iter().map(|column| &column.name))?;
        Ok(Box::new(Self {
            writer,
            fields: vec![String::new(); columns.len()],
        }))
    }
}

impl RowSink for CsvTable {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        for (field, cell) in self.fields.iter_mut().zip(cells) {
            *field = match cell {
                Cell::Empty => String::new(),
                Cell::Whole(whole) => whole.to_string(),
                // Display gives the shortest text that reads back as the same number.
                Cell::Number(number) => number.to_string(),
                Cell::Text(text) => text.clone(),
            };
        }
        Ok(self.writer.write_record(&self.fields)?)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        let buffer = self
            .writer
            .into_inner()
            .map_err(csv::IntoInnerError::into_error)?;
        let mut file = buffer
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.flush()?;
        file.sync_all()
    }
}
