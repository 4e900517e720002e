//! An attribution for programs: CSV tables with a data dictionary, and JSON.
//!
//! Invariant: whatever the text shows is here, with full precision.

use serde_json::{Value, json};

use crate::base::SimTime;
use crate::detect::signature::{FEATURES, Sign};
use crate::study::statistics::Interval;
use crate::study::{
    AttributionStudy, Baseline, CLASSES, CONTRACTS, CurvePoint, Estimate, HORIZONS_MIN, Judged,
    Pair, World, crosses_classes,
};

use super::attribution_columns::{
    CONFUSION, CURVE, Column, INDISTINGUISHABLE, JUDGED, RELIABILITY, SOURCES, TABLES, WORLDS,
    dictionary,
};
use super::tables::{Table, decimal};

/// The files of an attribution: the tables, and `columns.json`, which says what their columns are.
pub fn attribution_files(study: &AttributionStudy) -> Vec<(String, Vec<u8>)> {
    let tables = [
        worlds(study),
        curve(study),
        confusion(study),
        sources(study),
        reliability(study),
        indistinguishable(study),
        judged(study),
    ];
    let names = TABLES.iter().map(|(name, _)| (*name).to_owned());
    let mut files: Vec<(String, Vec<u8>)> = names.zip(tables).collect();
    let features: Vec<(&str, &str)> = FEATURES.iter().map(|f| (f.name, f.asks)).collect();
    files.push(("columns.json".to_owned(), dictionary(&features)));
    files
}

fn table(columns: &[Column], more: &[String]) -> Table {
    let names = columns.iter().map(|column| column.0);
    let all: Vec<&str> = names.chain(more.iter().map(String::as_str)).collect();
    Table::new(&all)
}

fn contract(place: usize) -> String {
    CONTRACTS[place].word().to_owned()
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

fn seconds(at: Option<SimTime>) -> String {
    at.map_or_else(String::new, |at| decimal(at.as_secs_f64()))
}

fn value(estimate: &Estimate) -> [String; 3] {
    let end = |of: fn(&Interval) -> f64| {
        let interval = estimate.interval.as_ref();
        interval.map_or_else(String::new, |interval| decimal(of(interval)))
    };
    [decimal(estimate.value), end(|i| i.low), end(|i| i.high)]
}

fn worlds(study: &AttributionStudy) -> Vec<u8> {
    let more = FEATURES.iter().flat_map(|feature| {
        let name = feature.name.to_owned();
        [name.clone(), format!("{name}_value")]
    });
    let more: Vec<String> = more.collect();
    let mut table = table(WORLDS, &more);
    let mut count = vec![0_u32; study.cast.len()];
    study
        .worlds
        .iter()
        .for_each(|world| count[world.drawn.kind] += 1);
    for world in &study.worlds {
        let kind = world.drawn.kind;
        let weight = study.prior.kinds[kind] / f64::from(count[kind]);
        for (place, contract) in CONTRACTS.iter().enumerate() {
            for (at, minute) in HORIZONS_MIN.iter().enumerate() {
                let mut row = world_cells(study, world, weight);
                row.extend([contract.word().to_owned(), minute.to_string()]);
                row.extend(world.signs(place, at).iter().flat_map(sign_cells));
                table.row(row);
            }
        }
    }
    table.bytes()
}

fn world_cells(study: &AttributionStudy, world: &World, weight: f64) -> Vec<String> {
    let drawn = &world.drawn;
    let kind = &study.cast[drawn.kind];
    vec![
        drawn.number.to_string(),
        kind.class.word().to_owned(),
        kind.name.clone(),
        drawn.fold.to_string(),
        drawn.seed.to_string(),
        weight.to_string(),
        decimal(drawn.cause.as_secs_f64()),
        seconds(world.first_impact),
        yes(world.changed),
        drawn.beside.join(" "),
    ]
}

fn sign_cells(sign: &Sign) -> [String; 2] {
    let value = sign
        .value()
        .map_or_else(String::new, |value| value.to_string());
    [sign.word().to_owned(), value]
}

fn curve(study: &AttributionStudy) -> Vec<u8> {
    let mut table = table(CURVE, &[]);
    for point in &study.curve {
        table.row(point_cells(point));
    }
    for (answer, baseline) in baselines(study) {
        let mut row = vec![
            answer.to_owned(),
            String::new(),
            String::new(),
            String::new(),
        ];
        row.extend(value(&baseline.accuracy));
        row.extend(value(&baseline.log_loss));
        row.resize(CURVE.len(), String::new());
        table.row(row);
    }
    table.bytes()
}

/// The dumb baselines, by name.
pub(super) fn baselines(study: &AttributionStudy) -> [(&'static str, &Baseline); 2] {
    [
        ("always-the-prior", &study.always_the_prior),
        ("blame-the-latest-change", &study.blame_the_change),
    ]
}

fn point_cells(point: &CurvePoint) -> Vec<String> {
    let quality = &point.quality;
    let contest = &quality.attack_or_change;
    let mut row = vec![
        "classifier".to_owned(),
        contract(point.contract),
        point.minute.to_string(),
        decimal(point.signs_known),
    ];
    row.extend(value(&quality.accuracy));
    row.extend(value(&quality.log_loss));
    row.extend([
        decimal(quality.calibration_error),
        decimal(quality.attacks_found),
        quality.attacks_right.map_or_else(String::new, decimal),
        contest.worlds.to_string(),
        decimal(contest.share()),
        decimal(contest.interval.low),
        decimal(contest.interval.high),
        yes(contest.is_told_apart()),
    ]);
    row
}

fn confusion(study: &AttributionStudy) -> Vec<u8> {
    let mut table = table(CONFUSION, &[]);
    for point in &study.curve {
        for (kind, named) in study.cast.iter().zip(&point.confusion.named) {
            for (other, worlds) in study.cast.iter().zip(named).filter(|(_, n)| **n > 0) {
                table.row(vec![
                    contract(point.contract),
                    point.minute.to_string(),
                    kind.name.clone(),
                    kind.class.word().to_owned(),
                    other.name.clone(),
                    other.class.word().to_owned(),
                    worlds.to_string(),
                ]);
            }
        }
    }
    table.bytes()
}

fn sources(study: &AttributionStudy) -> Vec<u8> {
    let mut table = table(SOURCES, &[]);
    for worth in &study.sources {
        let step = if worth.added { "added" } else { "dropped" };
        let mut row = vec![
            contract(worth.contract),
            worth.source.to_owned(),
            step.to_owned(),
            worth.minute.to_string(),
        ];
        row.extend(value(&worth.log_loss));
        row.extend(value(&worth.accuracy));
        table.row(row);
    }
    table.bytes()
}

fn reliability(study: &AttributionStudy) -> Vec<u8> {
    let mut table = table(RELIABILITY, &[]);
    for point in &study.curve {
        for bin in &point.quality.reliability {
            table.row(vec![
                contract(point.contract),
                point.minute.to_string(),
                bin.class.word().to_owned(),
                decimal(bin.from),
                bin.worlds.to_string(),
                decimal(bin.weight),
                decimal(bin.said),
                decimal(bin.found),
            ]);
        }
    }
    table.bytes()
}

fn indistinguishable(study: &AttributionStudy) -> Vec<u8> {
    let mut table = table(INDISTINGUISHABLE, &[]);
    for point in &study.curve {
        for pair in point
            .pairs
            .iter()
            .filter(|pair| !pair.contest.is_told_apart())
        {
            table.row(pair_cells(study, point, pair));
        }
    }
    table.bytes()
}

fn pair_cells(study: &AttributionStudy, point: &CurvePoint, pair: &Pair) -> Vec<String> {
    let (one, other) = (&study.cast[pair.one], &study.cast[pair.other]);
    vec![
        contract(point.contract),
        point.minute.to_string(),
        one.name.clone(),
        one.class.word().to_owned(),
        other.name.clone(),
        other.class.word().to_owned(),
        yes(crosses_classes(pair, &study.cast)),
        pair.contest.worlds.to_string(),
        decimal(pair.contest.share()),
        decimal(pair.contest.interval.low),
        decimal(pair.contest.interval.high),
    ]
}

fn judged(study: &AttributionStudy) -> Vec<u8> {
    let mut table = table(JUDGED, &[]);
    for judged in &study.judged {
        for opinion in &judged.said {
            let mut row = vec![
                judged.scenario.clone(),
                judged.seed.to_string(),
                seconds(judged.first_impact),
                contract(opinion.contract),
                opinion.minute.to_string(),
                opinion.signs_known.to_string(),
            ];
            row.extend(opinion.said.map(decimal));
            row.push(study.cast[opinion.kind.0].name.clone());
            row.push(decimal(opinion.kind.1));
            table.row(row);
        }
    }
    table.bytes()
}

/// The whole as JSON.
pub fn attribution_json(study: &AttributionStudy) -> Value {
    let harmless = study
        .worlds
        .iter()
        .filter(|world| world.first_impact.is_none());
    json!({
        "seed": study.plan.seed,
        "worlds": study.worlds.len(),
        "worlds_without_impact": harmless.count(),
        "prior": CLASSES.iter().map(|class| {
            (class.word().to_owned(), Value::from(study.prior.classes[*class as usize]))
        }).collect::<serde_json::Map<String, Value>>(),
        "kinds": study.cast.iter().zip(&study.prior.kinds).map(|(kind, prior)| json!({
            "name": kind.name, "class": kind.class.word(), "prior": prior,
        })).collect::<Value>(),
        "attribution": study.curve.iter().map(|point| point_json(study, point)).collect::<Value>(),
        "baselines": baselines(study).iter().map(|(name, baseline)| json!({
            "answer": name,
            "accuracy": estimate(&baseline.accuracy),
            "log_loss": estimate(&baseline.log_loss),
        })).collect::<Value>(),
        "sources": study.sources.iter().map(|worth| json!({
            "contract": contract(worth.contract),
            "source": worth.source,
            "added": worth.added,
            "minute": worth.minute,
            "log_loss_change": estimate(&worth.log_loss),
            "accuracy_change": estimate(&worth.accuracy),
        })).collect::<Value>(),
        "judged": study.judged.iter().map(|one| judged_json(study, one)).collect::<Value>(),
    })
}

fn estimate(estimate: &Estimate) -> Value {
    let interval = estimate.interval;
    json!({
        "value": estimate.value,
        "low": interval.map(|interval| interval.low),
        "high": interval.map(|interval| interval.high),
    })
}

fn point_json(study: &AttributionStudy, point: &CurvePoint) -> Value {
    let quality = &point.quality;
    let contest = &quality.attack_or_change;
    let pairs = point
        .pairs
        .iter()
        .filter(|pair| !pair.contest.is_told_apart());
    let pairs = pairs.map(|pair| {
        json!({
            "one": study.cast[pair.one].name,
            "other": study.cast[pair.other].name,
            "crosses_classes": crosses_classes(pair, &study.cast),
            "worlds": pair.contest.worlds,
            "share": pair.contest.share(),
            "low": pair.contest.interval.low,
            "high": pair.contest.interval.high,
        })
    });
    json!({
        "contract": contract(point.contract),
        "minute": point.minute,
        "signs_known": point.signs_known,
        "accuracy": estimate(&quality.accuracy),
        "log_loss": estimate(&quality.log_loss),
        "calibration_error": quality.calibration_error,
        "attacks_found": quality.attacks_found,
        "attacks_right": quality.attacks_right,
        "attack_or_change": {
            "worlds": contest.worlds,
            "share": contest.share(),
            "low": contest.interval.low,
            "high": contest.interval.high,
            "told_apart": contest.is_told_apart(),
        },
        "reliability": quality.reliability.iter().map(|bin| json!({
            "class": bin.class.word(),
            "from": bin.from,
            "worlds": bin.worlds,
            "weight": bin.weight,
            "said": bin.said,
            "found": bin.found,
        })).collect::<Value>(),
        "not_distinguishable": pairs.collect::<Value>(),
    })
}

fn judged_json(study: &AttributionStudy, judged: &Judged) -> Value {
    json!({
        "scenario": judged.scenario,
        "seed": judged.seed,
        "first_impact_s": judged.first_impact.map(SimTime::as_secs_f64),
        "said": judged.said.iter().map(|opinion| json!({
            "contract": contract(opinion.contract),
            "minute": opinion.minute,
            "signs_known": opinion.signs_known,
            "attack": opinion.said[0],
            "own_change": opinion.said[1],
            "nobody": opinion.said[2],
            "kind": study.cast[opinion.kind.0].name,
            "kind_probability": opinion.kind.1,
        })).collect::<Value>(),
    })
}
