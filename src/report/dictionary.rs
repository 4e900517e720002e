//! The data dictionary of a study's table: what each column is called, holds and means.
//!
//! Invariant: what is written here reads back as the same columns.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::study::{Cell, Column, RowSink};

/// Name of the data dictionary.
pub const COLUMNS_JSON: &str = "columns.json";

/// What marks the file as ours.
const FORMAT: &str = "cellfall-columns-1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dictionary {
    format: String,
    columns: Vec<Column>,
}

/// The dictionary of these columns: name, unit, meaning, role and type of each, in their order.
pub(super) fn columns_json(columns: &[Column]) -> Vec<u8> {
    let dictionary = Dictionary {
        format: FORMAT.to_owned(),
        columns: columns.to_vec(),
    };
    let mut bytes = serde_json::to_vec_pretty(&dictionary).expect("columns are plain JSON");
    bytes.push(b'\n');
    bytes
}

/// The columns of a dictionary, or what is wrong with it.
pub(super) fn parse_columns(bytes: &[u8]) -> Result<Vec<Column>, String> {
    let parsed: Result<Dictionary, _> = serde_json::from_slice(bytes);
    let dictionary = parsed.map_err(|error| format!("found no data dictionary: {error}"))?;
    if dictionary.format != FORMAT {
        let found = dictionary.format;
        return Err(format!(
            "found format \"{found}\", this version reads \"{FORMAT}\""
        ));
    }
    Ok(dictionary.columns)
}

/// The dictionary as a table that takes no notice of rows.
pub(super) struct DictionaryFile(File);

impl DictionaryFile {
    /// Write the dictionary into `directory`.
    pub(super) fn open(directory: &Path, columns: &[Column]) -> io::Result<Box<dyn RowSink>> {
        let mut file = File::create(directory.join(COLUMNS_JSON))?;
        file.write_all(&columns_json(columns))?;
        Ok(Box::new(Self(file)))
    }
}

impl RowSink for DictionaryFile {
    fn row(&mut self, _: &[Cell]) -> io::Result<()> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.sync_all()
    }
}
