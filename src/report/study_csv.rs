//! What the runs of a study say, as tables: every figure that the text shows, and those that it leaves out.
//!
//! Invariant: one row says one thing; an empty field is a figure that does not exist.

use crate::study::statistics::Interval;
use crate::study::summary::{Influence, OutcomeSummary, SHARES, Spread, StudySummary};

/// The names of the files of a summary.
pub const SUMMARY_FILES: [&str; 4] = [
    "distributions.csv",
    "differences.csv",
    "sensitivity.csv",
    "survival.csv",
];

/// The files of a summary as bytes, in the order of [`SUMMARY_FILES`].
pub fn study_csv(study: &StudySummary) -> [Vec<u8>; 4] {
    [
        distributions(study),
        differences(study),
        sensitivity(study),
        survival(study),
    ]
}

type Writer = csv::Writer<Vec<u8>>;

fn table(header: &str) -> Writer {
    let mut writer = Writer::from_writer(Vec::new());
    put(&mut writer, header.split(',').map(str::to_owned));
    writer
}

fn put(writer: &mut Writer, fields: impl IntoIterator<Item = String>) {
    writer
        .write_record(fields)
        .expect("memory takes every row of the same length");
}

fn bytes(writer: Writer) -> Vec<u8> {
    writer.into_inner().expect("memory takes everything")
}

fn field(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn ends(interval: Option<Interval>) -> [String; 2] {
    [
        field(interval.map(|i| i.low)),
        field(interval.map(|i| i.high)),
    ]
}

fn distributions(study: &StudySummary) -> Vec<u8> {
    let mut writer = table("outcome,unit,point,parameters,runs,missing,statistic,value,low,high");
    for outcome in &study.outcomes {
        spread_rows(&mut writer, outcome, ["", "all"], &outcome.all);
        for (point, spread) in study.points.iter().zip(&outcome.points) {
            let name = [point.number.to_string(), point.label.clone()];
            spread_rows(&mut writer, outcome, [&name[0], &name[1]], spread);
        }
    }
    bytes(writer)
}

fn spread_rows(writer: &mut Writer, outcome: &OutcomeSummary, point: [&str; 2], spread: &Spread) {
    let mut row = |statistic: String, value: Option<f64>, [low, high]: [String; 2]| {
        let start = [
            &outcome.column.name,
            &outcome.column.unit,
            point[0],
            point[1],
        ]
        .map(str::to_owned);
        let counts = [spread.runs.to_string(), spread.missing.to_string()];
        let end = [statistic, field(value), low, high];
        put(writer, start.into_iter().chain(counts).chain(end));
    };
    row("mean".to_owned(), spread.mean, ends(spread.mean_interval));
    for (i, share) in SHARES.iter().enumerate() {
        let interval = spread.quantile_intervals[i];
        let interval = [field(interval.low), field(interval.high)];
        row(format!("quantile-{share}"), spread.quantiles[i], interval);
    }
}

fn differences(study: &StudySummary) -> Vec<u8> {
    let mut writer = table(
        "outcome,unit,point,parameters,less,pairs,mean,mean_low,mean_high,median,median_low,median_high,\
         lower,equal,lower_probability,lower_low,lower_high",
    );
    for outcome in &study.outcomes {
        for difference in &outcome.differences {
            let (point, paired) = (&study.points[difference.point], &difference.paired);
            let start = [
                outcome.column.name.clone(),
                outcome.column.unit.clone(),
                point.number.to_string(),
                point.label.clone(),
                study.points[0].label.clone(),
                paired.pairs.to_string(),
                field(Some(paired.mean)),
            ];
            let middle = [
                field(Some(paired.median)),
                field(paired.median_interval.low),
                field(paired.median_interval.high),
                paired.lower.to_string(),
                paired.equal.to_string(),
                field(Some(paired.lower_probability)),
            ];
            let fields = start.into_iter().chain(ends(paired.mean_interval));
            let fields = fields
                .chain(middle)
                .chain(ends(Some(paired.lower_interval)));
            put(&mut writer, fields);
        }
    }
    bytes(writer)
}

fn sensitivity(study: &StudySummary) -> Vec<u8> {
    let mut writer = table("outcome,parameter,measure,value,low,high");
    for outcome in &study.outcomes {
        for driver in &outcome.drivers {
            let mut row = |measure: &str, value: f64, interval: Option<Interval>| {
                let start = [&outcome.column.name, &driver.parameter, measure].map(str::to_owned);
                let fields = start.into_iter().chain([field(Some(value))]);
                put(&mut writer, fields.chain(ends(interval)));
            };
            match driver.influence {
                Influence::Sobol(index) => {
                    row("sobol-first", index.first, Some(index.first_interval));
                    row("sobol-total", index.total, Some(index.total_interval));
                }
                Influence::Rank {
                    correlation,
                    interval,
                } => row("rank-correlation", correlation, interval),
                Influence::Between(share) => row("rank-share", share, None),
            }
        }
    }
    bytes(writer)
}

fn survival(study: &StudySummary) -> Vec<u8> {
    let mut writer = table("outcome,point,parameters,time_s,at_risk,events,survival,low,high");
    for outcome in &study.outcomes {
        for (i, curve) in outcome.waiting.iter().enumerate() {
            let [number, label] = match (outcome.waiting.len(), study.points.get(i)) {
                (2.., Some(point)) => [point.number.to_string(), point.label.clone()],
                _ => [String::new(), "all".to_owned()],
            };
            for step in &curve.steps {
                let start = [outcome.column.name.clone(), number.clone(), label.clone()];
                let counts = [step.at_risk.to_string(), step.events.to_string()];
                let fields = start
                    .into_iter()
                    .chain([field(Some(step.time))])
                    .chain(counts);
                let fields = fields.chain([field(Some(step.survival))]);
                put(&mut writer, fields.chain(ends(step.interval)));
            }
        }
    }
    bytes(writer)
}
