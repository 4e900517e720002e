//! The CSV files of a run directory.
//!
//! Invariant: every file has a header, and columns name their unit last. Counts (devices, calls,
//! requests) are at scale 1.

use csv::Writer;

use crate::base::{SimTime, Span};
use crate::impact::{DeviceKpi, FunctionKpi, GroupImpact, Scope, TowerOutcome};
use crate::network::SERVICES;
use crate::simulation::RunResult;

/// The words for services, in the order of the counters.
pub(super) const SERVICE_WORDS: [&str; 4] = ["voice", "data", "sms", "emergency"];

/// `impact.csv`: one row per class and service, and one for all classes.
pub(super) fn impact(result: &RunResult) -> Vec<u8> {
    let mut table = Table::new(&[
        "class",
        "service",
        "devices",
        "peak_devices",
        "peak_at_s",
        "ever_out_devices",
        "lost_device_min",
        "onset_s",
        "t50_s",
        "t90_s",
        "t99_s",
        "calls",
        "calls_blocked",
        "emergency_calls",
        "emergency_calls_blocked",
        "sos_peak_devices",
        "registered_before_devices",
        "registered_lowest_devices",
        "registered_t90_s",
        "registered_t95_s",
        "registration_attempts",
        "recovery_ratio",
    ]);
    let impact = &result.impact;
    for group in impact.classes.iter().chain(std::iter::once(&impact.all)) {
        for service in SERVICES {
            table.row(impact_row(group, service as usize));
        }
    }
    table.bytes()
}

fn impact_row(group: &GroupImpact, service: usize) -> Vec<String> {
    let lost = &group.services[service];
    let registered = &group.registered;
    vec![
        group.name.clone(),
        SERVICE_WORDS[service].into(),
        group.devices.to_string(),
        lost.peak.to_string(),
        seconds(lost.peak_at),
        lost.ever_out.to_string(),
        decimal(lost.device_minutes),
        span(lost.onset),
        span(lost.recovery.t50),
        span(lost.recovery.t90),
        span(lost.recovery.t99),
        group.calls.attempted.to_string(),
        group.calls.blocked.to_string(),
        group.calls.emergency.to_string(),
        group.calls.emergency_blocked.to_string(),
        group.sos_peak.to_string(),
        registered.before.to_string(),
        registered.lowest.to_string(),
        span(registered.t90),
        span(registered.t95),
        registered.attempts.to_string(),
        group.recovery_ratio.map_or_else(String::new, decimal),
    ]
}

/// `kpi.csv`: the network, each class, each region and each core function, period by period.
pub(super) fn kpi(result: &RunResult) -> Vec<u8> {
    let mut table = Table::new(&[
        "time_s",
        "wall",
        "scope",
        "name",
        "devices",
        "registered_devices",
        "ims_registered_devices",
        "out_voice_devices",
        "out_data_devices",
        "out_sms_devices",
        "out_emergency_devices",
        "sos_devices",
        "registration_attempts",
        "registration_successes",
        "registration_rejects",
        "periodic_updates",
        "ims_attempts",
        "ims_successes",
        "calls",
        "calls_blocked",
        "emergency_calls",
        "emergency_calls_blocked",
        "arrived",
        "served",
        "dropped",
        "rejected",
        "wasted",
        "busy_share",
        "backlog_s",
        "up",
    ]);
    let mut functions = result.kpi.functions.iter().peekable();
    let mut devices = result.kpi.devices.iter().peekable();
    while let Some(row) = devices.next() {
        table.row(device_row(result, row));
        // The functions of a period follow its last row of devices.
        if devices.peek().is_none_or(|next| next.at != row.at) {
            while let Some(row) = functions.next_if(|f| f.at <= row.at) {
                table.row(function_row(result, row));
            }
        }
    }
    table.bytes()
}

fn device_row(result: &RunResult, row: &DeviceKpi) -> Vec<String> {
    let names = &result.names;
    let (scope, name) = match row.scope {
        Scope::Network => ("network", "all"),
        Scope::Class(i) => ("class", names.classes[i].as_str()),
        Scope::Region(i) => ("region", names.regions[i].as_str()),
    };
    let c = &row.counts;
    let counts = [
        c.devices,
        c.registered,
        c.ims_registered,
        c.out[0],
        c.out[1],
        c.out[2],
        c.out[3],
        c.sos,
        c.registration_attempts,
        c.registration_successes,
        c.registration_rejects,
        c.periodic_updates,
        c.ims_attempts,
        c.ims_successes,
        c.calls,
        c.calls_blocked,
        c.emergency_calls,
        c.emergency_blocked,
    ];
    let mut cells = stamp(result, row.at, scope, name);
    cells.extend(counts.map(|count| names.at_scale_one(count).to_string()));
    cells.extend(std::iter::repeat_n(String::new(), 8));
    cells
}

fn function_row(result: &RunResult, row: &FunctionKpi) -> Vec<String> {
    let c = &row.counts;
    let counts = [c.arrived, c.served, c.dropped, c.rejected, c.wasted];
    let busy = Span::from_us(c.busy_us).as_secs_f64();
    let period = Span::from_us(row.period_us).as_secs_f64();
    let busy_share = if period > 0.0 { busy / period } else { 0.0 };
    let mut cells = stamp(result, row.at, "function", &result.names.nodes[row.node]);
    cells.extend(std::iter::repeat_n(String::new(), 18));
    cells.extend(counts.map(|count| result.names.at_scale_one(count).to_string()));
    cells.push(decimal(busy_share));
    cells.push(decimal(Span::from_us(c.backlog_us).as_secs_f64()));
    cells.push(u8::from(c.up).to_string());
    cells
}

fn stamp(result: &RunResult, at: SimTime, scope: &str, name: &str) -> Vec<String> {
    vec![
        seconds(at),
        result.clock.rfc3339(at),
        scope.into(),
        name.into(),
    ]
}

/// `events.csv`: every order and every fact.
pub(super) fn events(result: &RunResult) -> Vec<u8> {
    let mut table = Table::new(&["time_s", "wall", "source", "kind", "subject", "detail"]);
    for record in &result.records {
        table.row(vec![
            seconds(record.at),
            result.clock.rfc3339(record.at),
            record.source.into(),
            record.kind.into(),
            record.subject.clone(),
            record.detail.clone(),
        ]);
    }
    table.bytes()
}

/// `towers.csv`: one row per tower that has devices.
pub(super) fn towers(result: &RunResult) -> Vec<u8> {
    let mut table = Table::new(&[
        "tower",
        "region",
        "devices",
        "first_out_s",
        "last_back_s",
        "still_out",
        "lost_voice_device_min",
        "lost_data_device_min",
        "lost_sms_device_min",
        "lost_emergency_device_min",
    ]);
    for outcome in &result.impact.towers {
        table.row(tower_row(result, outcome));
    }
    table.bytes()
}

fn tower_row(result: &RunResult, outcome: &TowerOutcome) -> Vec<String> {
    let names = &result.names;
    let place = &names.towers[outcome.tower.index()];
    let mut cells = vec![
        place.name.clone(),
        names.regions[place.region.index()].clone(),
        names.at_scale_one(outcome.devices).to_string(),
        outcome.first_out.map_or_else(String::new, seconds),
        outcome.last_back.map_or_else(String::new, seconds),
        u8::from(outcome.still_out).to_string(),
    ];
    let minutes = |us: u64| decimal(names.device_minutes(u128::from(us)));
    cells.extend(outcome.lost_device_us.map(minutes));
    cells
}

/// A CSV file in memory.
pub(super) struct Table(Writer<Vec<u8>>);

impl Table {
    pub(super) fn new(header: &[&str]) -> Self {
        let mut table = Self(Writer::from_writer(Vec::new()));
        table.row(header.iter().map(|&name| name.to_owned()).collect());
        table
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.0
            .write_record(cells)
            .expect("rows are as long as the header, and memory takes them");
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        self.0.into_inner().expect("memory takes all bytes")
    }
}

/// Seconds with as many digits as needed, at most six.
pub(super) fn seconds(at: SimTime) -> String {
    decimal(at.as_secs_f64())
}

fn span(span: Option<Span>) -> String {
    span.map_or_else(String::new, |span| decimal(span.as_secs_f64()))
}

/// At most six decimals, without trailing zeros.
pub(super) fn decimal(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(bytes);
        let row = |r: csv::Result<csv::StringRecord>| {
            r.expect("a row").iter().map(str::to_owned).collect()
        };
        reader.records().map(row).collect()
    }

    #[test]
    fn every_class_and_service_has_a_row() {
        let table = rows(&impact(&sample()));
        assert_eq!(table.len(), 1 + 4 * 3);
        assert_eq!(table[2][..4], ["smartphone", "data", "20000", "20000"]);
        assert_eq!(table[12][0], "all");
    }

    #[test]
    fn functions_follow_the_devices_of_their_period() {
        let table = rows(&kpi(&sample()));
        let scopes: Vec<&str> = table[1..8].iter().map(|row| row[2].as_str()).collect();
        let devices = ["network", "class", "class", "region", "region"];
        assert_eq!(scopes[..5], devices);
        assert_eq!(scopes[5..], ["function", "network"]);
        assert_eq!(table[6][3], "amf-1");
        assert_eq!(table[1][1], "2024-02-22T02:42:00-06:00");
    }

    #[test]
    fn towers_and_events_are_listed() {
        let result = sample();
        assert_eq!(rows(&towers(&result)).len(), 1 + result.impact.towers.len());
        assert_eq!(rows(&events(&result)).len(), 1 + result.records.len());
    }

    #[test]
    fn decimals_are_plain() {
        assert_eq!(decimal(120.0), "120");
        assert_eq!(decimal(0.25), "0.25");
        assert_eq!(decimal(0.0), "0");
    }
}
