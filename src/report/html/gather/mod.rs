//! From the results of a run to what its report tells.
//!
//! Invariant: pure; takes figures over as they are and computes none of its own but sums, rates and shares.

mod beliefs;
mod map;
mod series;
mod spread;
mod timeline;

use crate::base::{SimTime, Span};
use crate::impact::{Evaluated, GroupImpact, Unit, Verdict};
use crate::simulation::RunResult;
use crate::study::RunFigures;

pub(crate) use map::LETTERS;

use super::super::headline::headline;
use super::super::json::{outcome_word, tag_word};
use super::super::log_table::widest;
use super::super::number::{duration, percent, short};
use super::super::tables::SERVICE_WORDS;
use super::story::{Clause, Clock, FORMAT, Group, Lost, Published, Stage, Story};

/// What the report of a run tells.
pub(crate) fn story(result: &RunResult) -> Story {
    let impact = &result.impact;
    Story {
        format: FORMAT.to_owned(),
        scenario: result.scenario.clone(),
        command: result.command.clone(),
        version: result.version.clone(),
        scenario_hash: result.scenario_hash.clone(),
        seed: result.seed,
        scale: result.names.scale,
        clock: Clock {
            local_s: result.clock.start_unix_seconds() + i64::from(result.clock.offset_seconds()),
            offset_s: result.clock.offset_seconds(),
        },
        horizon_s: result.horizon.as_secs_f64(),
        reference_s: impact.reference.as_secs_f64(),
        devices: impact.all.devices,
        first_blocked: impact.all.calls.first_blocked,
        headline: headline(result).replace('\u{a0}', " "),
        worst: SERVICE_WORDS[widest(result).0].to_owned(),
        figures: RunFigures::of(result).values,
        groups: impact
            .classes
            .iter()
            .chain([&impact.all])
            .map(group)
            .collect(),
        reportable: impact.reportable.iter().map(clause).collect(),
        published: result.published.iter().map(published).collect(),
        stages: stages(result),
        gates: timeline::gates(result),
        moments: timeline::moments(result),
        rows: timeline::rows(result),
        beliefs: beliefs::beliefs(result),
        hops: spread::hops(result),
        series: series::series(result),
        map: map::map(result),
        notes: result.notes.clone(),
    }
}

fn group(group: &GroupImpact) -> Group {
    let services = SERVICE_WORDS.iter().zip(&group.services);
    let lost = services.map(|(word, lost)| Lost {
        service: (*word).to_owned(),
        peak: lost.peak,
        ever_out: lost.ever_out,
        device_min: lost.device_minutes,
        t50_s: lost.recovery.t50.map(Span::as_secs_f64),
        t90_s: lost.recovery.t90.map(Span::as_secs_f64),
        t99_s: lost.recovery.t99.map(Span::as_secs_f64),
    });
    Group {
        name: group.name.clone(),
        devices: group.devices,
        services: lost.collect(),
    }
}

fn clause(verdict: &Verdict) -> Clause {
    Clause {
        rule: verdict.rule.to_owned(),
        what: verdict.clause.to_owned(),
        reportable: verdict.reportable,
        crossed_s: verdict.crossed.map(SimTime::as_secs_f64),
        figure: verdict.figure,
        threshold: verdict.threshold,
        unit: verdict.unit.to_owned(),
        duty: verdict.duty.to_owned(),
    }
}

fn published(row: &Evaluated) -> Published {
    let text = |value: f64| match row.unit {
        Unit::Time => duration(value),
        Unit::Count | Unit::Number => short(value),
        Unit::Share => percent(value),
    };
    let ratio = |simulated: f64| {
        let ratio = simulated / row.published;
        (row.published > 0.0 && ratio > 0.0 && ratio.is_finite()).then_some(ratio)
    };
    Published {
        label: row.label.clone(),
        told: text(row.published),
        simulated: row.simulated.map_or_else(|| "not reached".to_owned(), text),
        ratio: row.simulated.and_then(ratio),
        outcome: outcome_word(row.outcome).to_owned(),
        tag: tag_word(row.tag).to_owned(),
        source: row.source.clone(),
        note: row.note.clone(),
    }
}

fn stages(result: &RunResult) -> Vec<Stage> {
    let stage = |fact: &crate::simulation::StageFact| Stage {
        name: fact.name.clone(),
        started_s: fact.started.as_secs_f64(),
        ended_s: fact.ended.map(SimTime::as_secs_f64),
        outcome: fact.outcome.clone(),
        elements: fact.elements,
        exposed: fact.exposed_devices,
    };
    result.stages.iter().map(stage).collect()
}
