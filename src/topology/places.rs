//! Places where people live: the shipped US table, or one of the user's.
//!
//! Invariant: reads one table; knows nothing of towers.

use super::errors::{Findings, Problem};
use super::geo::is_position;
use super::tables::{Sheet, parse_number};

/// US places from GeoNames (CC-BY 4.0), populations scaled to the 2020 census by state.
const US_PLACES: &str = include_str!("../../scenarios/data/us-places.csv");

const COLUMNS: &[&str] = &["name", "state", "lat", "lon", "population", "zone"];

/// A place where people live.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) state: String,
    pub(super) position: (f64, f64),
    pub(super) population: u64,
    pub(super) zone: String,
    /// Its row in the table: the same whichever states are wanted.
    pub(super) row: u64,
}

/// The places shipped with the program.
pub(super) fn us_places(findings: &mut Findings) -> Vec<Place> {
    read_places("us-places.csv", US_PLACES.as_bytes(), findings)
}

/// The places of a table.
pub(super) fn read_places(file: &str, text: &[u8], findings: &mut Findings) -> Vec<Place> {
    let Some(sheet) = Sheet::read(file, text, COLUMNS, COLUMNS, findings) else {
        return Vec::new();
    };
    let rows = (0..).zip(sheet.rows());
    let places = rows.filter_map(|(number, row)| {
        let mut value = |column: usize| {
            let allowed = "a number";
            parse_number::<f64>(row.get(column), COLUMNS[column], allowed)
                .map_err(|problem| findings.error(sheet.origin(row.line), problem))
                .ok()
        };
        let (latitude, longitude) = (value(2), value(3));
        let population = parse_number(row.get(4), "population", "a whole number of 0 or more")
            .map_err(|problem| findings.error(sheet.origin(row.line), problem));
        let (latitude, longitude) = (latitude?, longitude?);
        if !is_position(latitude, longitude) {
            let problem = Problem::Position {
                name: row.get(0).to_owned(),
                latitude,
                longitude,
            };
            findings.error(sheet.origin(row.line), problem);
        }
        Some(Place {
            state: row.get(1).to_owned(),
            position: (latitude, longitude),
            population: population.ok()?,
            zone: row.get(5).to_owned(),
            row: number,
        })
    });
    places.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_places_cover_the_nation() {
        let mut findings = Findings::default();
        let places = us_places(&mut findings);
        assert!(findings.errors.is_empty(), "{:?}", findings.errors);
        let people: u64 = places.iter().map(|place| place.population).sum();
        // The 2020 census: 331,449,281 in 50 states and DC, 3,285,874 in Puerto Rico.
        assert!(people.abs_diff(334_735_155) < 1_000, "{people}");
        let mut states: Vec<_> = places.iter().map(|place| &place.state).collect();
        states.sort();
        states.dedup();
        assert_eq!(states.len(), 52);
    }

    #[test]
    fn wrong_values_and_a_cut_off_table_are_reported_with_their_lines() {
        let text = "name,state,lat,lon,population,zone\n\
                    A,TX,30,-97,many,UTC\nB,TX,130,-97,5,UTC\nC,TX,NaN,0,5,UTC\nD,TX,3";
        let mut findings = Findings::default();
        let _ = read_places("p.csv", text.as_bytes(), &mut findings);
        let all: Vec<String> = findings.errors.iter().map(ToString::to_string).collect();
        assert_eq!(all.len(), 4, "{all:#?}");
        assert!(
            all.iter()
                .any(|e| e.starts_with("p.csv:2: population: found \"many\""))
        );
        assert!(
            all.iter()
                .any(|e| e.starts_with("p.csv:3: \"B\" lies at 130"))
        );
        assert!(
            all.iter()
                .any(|e| e.starts_with("p.csv:4: lat: found \"NaN\""))
        );
        assert!(all.iter().any(|e| e.starts_with("p.csv:5: found 3 fields")));
    }
}
