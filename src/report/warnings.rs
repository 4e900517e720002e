//! Public warnings and whom they reached, for people and for programs.
//!
//! Invariant: says nothing where no warning was sent.

use serde_json::{Value, json};

use crate::impact::AlertFact;
use crate::simulation::RunResult;

use super::number::{percent, real, short};
use super::text_table::{Align, TextTable};

/// A row per warning.
pub(super) fn warnings_table(result: &RunResult) -> Option<TextTable> {
    let alerts = &result.impact.alerts;
    let mut table = TextTable::new(&[
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
    ]);
    table.row(["warning", "sent", "towers", "broadcast it", "devices told"]);
    for alert in alerts {
        table.row([
            alert.name.clone(),
            result.clock.label(alert.at),
            short(real(alert.towers)),
            percent(alert.told_share()),
            percent(alert.reached_share()),
        ]);
    }
    (!alerts.is_empty()).then_some(table)
}

/// The same as JSON, if there is any.
pub(super) fn warnings_json(result: &RunResult) -> Option<Value> {
    let alert = |alert: &AlertFact| {
        json!({
            "name": alert.name,
            "at_s": alert.at.as_secs_f64(),
            "towers": alert.towers,
            "towers_told": alert.told,
            "devices": alert.devices,
            "devices_reached": alert.reached,
        })
    };
    let alerts = &result.impact.alerts;
    (!alerts.is_empty()).then(|| alerts.iter().map(alert).collect())
}
