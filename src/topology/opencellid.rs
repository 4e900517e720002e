//! Real cells from an `OpenCelliD` file as the towers of a network.
//!
//! The official columns are `radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,
//! updated,averageSignal`, in this order where there is no header; a header, wherever it stands,
//! gives the order of what follows it, in upper or lower case and with the names that are in use
//! elsewhere (`MNC`, `TAC`, `CID` …). Columns of other names are ignored.
//! Invariant: every record counts or is reported; none is dropped in silence but by a filter.

use std::collections::BTreeMap;
use std::path::Path;

use super::cluster::{apportion, centres, mesh, nearest_each};
use super::errors::{Findings, Origin, Problem};
use super::generate::group_routers;
use super::geo::{Point, is_position};
use super::layout::{LinkPlan, Plan, RegionPlan, RouterPlan, TowerPlan};
use super::spec::{DevicesBy, OpencellidSpec};
use super::tables::{checked, column_name, line_of, parse_number, read_file, reader};

/// The names of each column that is used, the official one first.
const NAMES: [&[&str]; 7] = [
    &["radio", "technology"],
    &["mcc"],
    &["net", "mnc"],
    &["cell", "cid", "cellid", "cell_id", "ci", "eci"],
    &["lon", "long", "lng", "longitude"],
    &["lat", "latitude"],
    &["samples", "sam", "sample"],
];
const RADIO: usize = 0;
const MCC: usize = 1;
const NET: usize = 2;
const CELL: usize = 3;
const LON: usize = 4;
const LAT: usize = 5;
const SAMPLES: usize = 6;
/// Where they stand in a file without a header.
const OFFICIAL: [Option<usize>; 7] = [
    Some(0),
    Some(1),
    Some(2),
    Some(4),
    Some(6),
    Some(7),
    Some(9),
];
/// An LTE cell identity is 20 bits of base station and 8 bits of cell (TS 23.003 §19.6).
const CELLS_PER_ENB: u64 = 256;

/// What is used of one cell.
#[derive(Clone, Debug, PartialEq)]
struct Cell {
    /// Operator and base station, where the cell identity tells.
    station: Option<(u64, u64, u64)>,
    point: Point,
    samples: u64,
}

/// The network around the cells of a file; none if there are none.
pub(super) fn from_cells(
    spec: &OpencellidSpec,
    base_dir: &Path,
    findings: &mut Findings,
) -> Option<Plan> {
    for (key, found) in [("routers", spec.routers), ("regions", spec.regions)] {
        if found == 0 {
            findings.key(key, found, "1 or more");
        }
    }
    if !(1.0..=10_000.0).contains(&spec.merge_m) {
        findings.key("merge_m", spec.merge_m, "1 to 10,000");
    }
    let text = read_file(base_dir, &spec.file, findings)?;
    let file = spec.file.display().to_string();
    let cells = read_cells(spec, &file, &text, findings);
    if cells.is_empty() && findings.errors.is_empty() {
        findings.error(Origin::new(&file, 0), Problem::NoTowers);
    }
    if !findings.errors.is_empty() {
        return None;
    }
    Some(plan(spec, &merge(&cells, spec.merge_m)))
}

fn read_cells(
    spec: &OpencellidSpec,
    file: &str,
    text: &[u8],
    findings: &mut Findings,
) -> Vec<Cell> {
    let mut columns = OFFICIAL;
    let mut length = None;
    let mut cells = Vec::new();
    for record in reader(text).byte_records() {
        let Ok(record) = record else {
            continue;
        };
        if let Some(header) = header(&record) {
            (columns, length) = (header, Some(record.len()));
            continue;
        }
        let expected = *length.get_or_insert(record.len().max(10));
        let Some(fields) = checked(&record, expected, file, findings) else {
            continue;
        };
        let get = |column: usize| columns[column].map_or("", |i| fields[i]);
        if !is_wanted(spec, &get) {
            continue;
        }
        let origin = Origin::new(file, line_of(&record));
        if let Some(cell) = cell(&get, &origin, findings) {
            cells.push(cell);
        }
    }
    cells
}

/// The order of columns, if this record is a header: it names a longitude and a latitude.
fn header(record: &csv::ByteRecord) -> Option<[Option<usize>; 7]> {
    let names: Vec<String> = record
        .iter()
        .map(|field| column_name(&String::from_utf8_lossy(field)))
        .collect();
    let place = |known: &[&str]| {
        let mut known = known.iter();
        known.find_map(|name| names.iter().position(|found| found == name))
    };
    let columns = NAMES.map(place);
    (columns[LON].is_some() && columns[LAT].is_some()).then_some(columns)
}

fn is_wanted<'f>(spec: &OpencellidSpec, get: &impl Fn(usize) -> &'f str) -> bool {
    let radio = get(RADIO);
    let radio_wanted = spec.radio.iter().any(|r| r.eq_ignore_ascii_case(radio));
    let listed = |list: &[u32], column: usize| {
        let number = get(column).parse().ok();
        list.is_empty() || number.is_some_and(|number: u32| list.contains(&number))
    };
    (spec.radio.is_empty() || radio_wanted) && listed(&spec.mcc, MCC) && listed(&spec.net, NET)
}

fn cell<'f>(
    get: &impl Fn(usize) -> &'f str,
    origin: &Origin,
    findings: &mut Findings,
) -> Option<Cell> {
    let mut degrees = |column: usize| {
        parse_number::<f64>(get(column), NAMES[column][0], "a number of degrees")
            .map_err(|problem| findings.error(origin.clone(), problem))
            .ok()
    };
    let (longitude, latitude) = (degrees(LON), degrees(LAT));
    let (longitude, latitude) = (longitude?, latitude?);
    if !is_position(latitude, longitude) {
        let problem = Problem::Position {
            name: format!("cell {}", get(CELL)),
            latitude,
            longitude,
        };
        findings.error(origin.clone(), problem);
        return None;
    }
    let samples = match get(SAMPLES) {
        "" => Ok(1),
        text => parse_number(text, "samples", "a whole number of 0 or more"),
    };
    let samples = samples
        .map_err(|problem| findings.error(origin.clone(), problem))
        .ok()?;
    Some(Cell {
        station: station(get),
        point: Point::new(latitude, longitude),
        samples,
    })
}

/// The base station of an LTE cell.
fn station<'f>(get: &impl Fn(usize) -> &'f str) -> Option<(u64, u64, u64)> {
    if !get(RADIO).eq_ignore_ascii_case("LTE") {
        return None;
    }
    let cell: u64 = get(CELL).parse().ok()?;
    let operator = (get(MCC).parse().ok()?, get(NET).parse().ok()?);
    Some((operator.0, operator.1, cell / CELLS_PER_ENB))
}

/// A place with cells, and how often they were measured.
#[derive(Clone, Debug)]
struct Site {
    point: Point,
    samples: u64,
}

/// One site for each LTE base station, then one for all that stand in one square.
fn merge(cells: &[Cell], merge_m: f64) -> Vec<Site> {
    let mut stations: BTreeMap<_, Vec<&Cell>> = BTreeMap::new();
    for (i, cell) in cells.iter().enumerate() {
        let alone = cell.station.is_none().then_some(i);
        stations
            .entry((cell.station, alone))
            .or_default()
            .push(cell);
    }
    let sites = stations.values().map(|cells| {
        let measured = cells.iter().map(|cell| (cell.point, cell.samples));
        site(measured)
    });
    let mut squares: BTreeMap<[i64; 2], Vec<Site>> = BTreeMap::new();
    for site in sites {
        squares
            .entry(square(site.point, merge_m))
            .or_default()
            .push(site);
    }
    squares
        .values()
        .map(|sites| site(sites.iter().map(|site| (site.point, site.samples))))
        .collect()
}

/// The middle of some measurements by their number; never-measured ones count as one.
#[expect(clippy::cast_precision_loss, reason = "samples are below 2^53")]
fn site(measured: impl Iterator<Item = (Point, u64)> + Clone) -> Site {
    let weighted = measured.clone().map(|(point, n)| (point, n.max(1) as f64));
    let first = measured.clone().next().expect("a site has a cell").0;
    Site {
        point: Point::middle(weighted).unwrap_or(first),
        samples: measured.map(|(_, samples)| samples).sum(),
    }
}

/// The square of the map, `merge_m` metres wide, that a point lies in.
#[expect(
    clippy::cast_possible_truncation,
    reason = "at most 40,000 km in metres"
)]
fn square(point: Point, merge_m: f64) -> [i64; 2] {
    let (latitude, longitude) = point.degrees();
    let row = libm::floor(latitude * 111_195.0 / merge_m);
    let south_edge = (row * merge_m / 111_195.0).clamp(-89.9, 89.9).to_radians();
    let column = libm::floor(longitude * 111_195.0 * libm::cos(south_edge) / merge_m);
    [row as i64, column as i64]
}

/// Routers in the middle of groups of sites, and a tower at each site.
#[expect(clippy::cast_precision_loss, reason = "samples are below 2^53")]
fn plan(spec: &OpencellidSpec, sites: &[Site]) -> Plan {
    let weight = |site: &Site| match spec.devices_by {
        DevicesBy::Equal => 1,
        DevicesBy::Samples => site.samples,
    };
    let weights: Vec<u64> = sites.iter().map(weight).collect();
    let devices = apportion(spec.devices, &weights);
    let weighted = sites.iter().map(|site| (site.point, weight(site) as f64));
    let middles = centres(&weighted.collect::<Vec<_>>(), usize::from(spec.routers));
    let router_of = nearest_each(sites.iter().map(|site| site.point), &middles);
    let routers = routers(&middles);
    let (region_of, names) = group_routers(&routers, spec.regions);
    let used: Vec<usize> = (0..names.len())
        .filter(|region| router_of.iter().any(|router| region_of[*router] == *region))
        .collect();
    let regions = used.iter().zip(1..);
    let regions = regions.map(|(_, n)| RegionPlan::ordinary(&format!("region-{n}"), &spec.core));
    let region = |router: usize| used.iter().position(|r| *r == region_of[router]);
    let towers = (1..).zip(sites).zip(&router_of).zip(&devices);
    let towers = towers.map(|(((number, site), &router), &devices)| TowerPlan {
        name: format!("tower-{number:05}"),
        position: site.point.degrees(),
        region: region(router).expect("its region is used"),
        market: routers[router].market.clone(),
        router,
        devices,
        zone: spec.zone.clone(),
    });
    Plan {
        regions: regions.collect(),
        towers: towers.collect(),
        links: links(&middles),
        routers,
    }
}

fn routers(middles: &[Point]) -> Vec<RouterPlan> {
    let router = |(number, point): (usize, &Point)| RouterPlan {
        name: format!("router-{number}"),
        position: point.degrees(),
        market: format!("market-{number}"),
    };
    (1..).zip(middles).map(router).collect()
}

fn links(points: &[Point]) -> Vec<LinkPlan> {
    let latency = None;
    let links = mesh(points).into_iter();
    links.map(|(a, b)| LinkPlan { a, b, latency }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> OpencellidSpec {
        serde_json::from_str("{\"file\":\"cells.csv\"}").expect("defaults for the rest")
    }

    fn read(text: &str) -> (Vec<Cell>, Vec<String>) {
        let mut findings = Findings::default();
        let cells = read_cells(&spec(), "cells.csv", text.as_bytes(), &mut findings);
        let errors = findings.errors.iter().map(ToString::to_string);
        (cells, errors.collect())
    }

    const OFFICIAL_ROW: &str = "LTE,310,410,7,25601,0,-97.5,30.25,1000,12,1,1,2,0";

    #[test]
    fn the_same_cell_in_every_shape_of_file() {
        let named = "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal";
        let variant = "Unnamed: 0,radio,MCC,MNC,TAC,CID,unit,LON,LAT,RANGE,SAM,changeable,created,updated,averageSignal,Country,Network,Continent\n\
            5,LTE,310,410,7,25601,0,-97.5,30.25,1000,12,1,1,2,0,United States,AT&T,North America\n";
        let (expected, errors) = read(OFFICIAL_ROW);
        assert_eq!((expected.len(), errors.len()), (1, 0), "{errors:?}");
        assert_eq!(expected[0].station, Some((310, 410, 100)));
        for text in [
            format!("{named}\n{OFFICIAL_ROW}\n"),
            format!("{}\r\n{OFFICIAL_ROW}\r\n", named.to_uppercase()),
            variant.to_owned(),
        ] {
            assert_eq!(read(&text), (expected.clone(), Vec::new()), "{text}");
        }
        let (twice, errors) = read(&format!("{OFFICIAL_ROW}\n{named}\n{OFFICIAL_ROW}\n"));
        assert_eq!((twice.len(), errors.len()), (2, 0), "{errors:?}");
    }

    #[test]
    fn cut_off_and_wrong_records_are_reported() {
        let text = format!(
            "{OFFICIAL_ROW}\nGSM,1,1,1,1,0,190,5,0,1,1,1,1,0\n\
             GSM,1,1,1,1,0,x,inf,0,1,1,1,1,0\nGSM,1,1,1,1,0,5,5,0,-3,1,1,1,0\nGSM,1,1"
        );
        let (cells, errors) = read(&text);
        assert_eq!(cells.len(), 1);
        assert_eq!(errors.len(), 5, "{errors:#?}");
        assert!(errors[0].starts_with("cells.csv:2: \"cell 1\" lies at 5, 190"));
        assert!(errors[1].starts_with("cells.csv:3: lon: found \"x\""));
        assert!(errors[2].starts_with("cells.csv:3: lat: found \"inf\""));
        assert!(errors[3].starts_with("cells.csv:4: samples: found \"-3\""));
        assert!(errors[4].starts_with("cells.csv:5: found 3 fields, expected 14"));
    }

    #[test]
    fn cells_of_one_site_are_one_tower() {
        let rows = "LTE,310,410,7,25600,0,-97.50,30.25,0,1,1,1,2,0\n\
                    LTE,310,410,7,25601,0,-97.51,30.25,0,3,1,1,2,0\n\
                    LTE,310,410,7,25856,0,-97.70,30.25,0,1,1,1,2,0\n\
                    GSM,310,410,7,11,0,-97.70001,30.25001,0,1,1,1,2,0\n\
                    GSM,310,410,7,12,0,-97.80,30.25,0,1,1,1,2,0\n";
        let (cells, _) = read(rows);
        let sites = merge(&cells, 100.0);
        assert_eq!(sites.len(), 3);
        let samples: Vec<u64> = sites.iter().map(|site| site.samples).collect();
        assert_eq!(samples, [1, 2, 4], "from west to east");
        // Three of four measurements lie at 97.51 west.
        assert!((sites[2].point.degrees().1 + 97.5075).abs() < 1e-3);
    }
}
