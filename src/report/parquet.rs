//! The table of a study's runs as a Parquet file, by the low-level writer (no Arrow).
//!
//! Every column may be empty in any row. Words are UTF-8 strings, whole numbers unsigned 64-bit integers,
//! numbers doubles; the data dictionary travels in the footer under `cellfall.columns`. Rows are kept back
//! until a row group is full, so that memory is bounded whatever the length of the study.
//!
//! Invariant: the same rows give the same bytes: fixed row groups, fixed compression, no time stamp.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use crate::study::{Cell, Column, Holds, RowSink};

use super::dictionary::columns_json;

/// Name of the table of runs as Parquet.
pub const RUNS_PARQUET: &str = "runs.parquet";

/// Rows of one row group: few enough that a group kept back is small beside a run.
const GROUP_ROWS: usize = 500;

/// Writes rows to a Parquet file.
pub(super) struct ParquetTable {
    writer: SerializedFileWriter<BufWriter<File>>,
    columns: Vec<(Holds, Vec<Cell>)>,
}

impl ParquetTable {
    /// Open the file of the table in `directory`.
    pub(super) fn open(directory: &Path, columns: &[Column]) -> io::Result<Box<dyn RowSink>> {
        let file = File::create(directory.join(RUNS_PARQUET))?;
        let schema = schema(columns).map_err(refused)?;
        let properties = Arc::new(properties(columns));
        let writer = SerializedFileWriter::new(BufWriter::new(file), schema, properties);
        let columns = columns.iter().map(|column| (column.holds, Vec::new()));
        Ok(Box::new(Self {
            writer: writer.map_err(refused)?,
            columns: columns.collect(),
        }))
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        if self
            .columns
            .first()
            .is_none_or(|(_, cells)| cells.is_empty())
        {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for (holds, cells) in &mut self.columns {
            match holds {
                Holds::Whole => write::<Int64Type>(&mut group, cells, whole)?,
                Holds::Number => write::<DoubleType>(&mut group, cells, number)?,
                Holds::Text => write::<ByteArrayType>(&mut group, cells, text)?,
            }
            cells.clear();
        }
        group.close().map(|_| ())
    }
}

impl RowSink for ParquetTable {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        assert_eq!(cells.len(), self.columns.len(), "one cell for each column");
        for ((_, column), cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell.clone());
        }
        let is_full = self
            .columns
            .first()
            .is_some_and(|(_, cells)| cells.len() >= GROUP_ROWS);
        if is_full {
            self.write_group().map_err(refused)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.write_group().map_err(refused)?;
        let buffer = self.writer.into_inner().map_err(refused)?;
        buffer
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()
    }
}

fn schema(columns: &[Column]) -> Result<Arc<Type>, ParquetError> {
    let field = |column: &Column| {
        let (physical, logical) = match column.holds {
            Holds::Whole => (Physical::INT64, Some(LogicalType::integer(64, false))),
            Holds::Number => (Physical::DOUBLE, None),
            Holds::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let field = Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical);
        field.build().map(Arc::new)
    };
    let fields = columns.iter().map(field).collect::<Result<_, _>>()?;
    let schema = Type::group_type_builder("runs").with_fields(fields);
    schema.build().map(Arc::new)
}

fn properties(columns: &[Column]) -> WriterProperties {
    let dictionary = String::from_utf8_lossy(&columns_json(columns)).into_owned();
    let about = KeyValue::new("cellfall.columns".to_owned(), dictionary);
    WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("cellfall ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(vec![about]))
        .build()
}

/// Write the cells of one column: its values, and for each row whether there is one.
fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, BufWriter<File>>,
    cells: &[Cell],
    value: fn(&Cell) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let found: Vec<Option<T::T>> = cells.iter().map(value).collect();
    let is_there: Vec<i16> = found
        .iter()
        .map(|value| i16::from(value.is_some()))
        .collect();
    let values: Vec<T::T> = found.into_iter().flatten().collect();
    let column = group.next_column()?;
    let mut column = column.expect("the schema has this column");
    column
        .typed::<T>()
        .write_batch(&values, Some(&is_there), None)?;
    column.close()
}

fn whole(cell: &Cell) -> Option<i64> {
    match cell {
        // The same 64 bits: the schema says that they have no sign.
        Cell::Whole(whole) => Some(whole.cast_signed()),
        _ => None,
    }
}

fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(number) => Some(*number),
        _ => None,
    }
}

fn text(cell: &Cell) -> Option<ByteArray> {
    match cell {
        Cell::Text(text) => Some(ByteArray::from(text.as_str())),
        _ => None,
    }
}

fn refused(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
