//! A small network on which plans are linted.
//!
//! Invariant: only what a user reads is compared.

use crate::scenario::Scenario;

const NETWORK: &str = "
topology: {source: generated, states: [TX], towers: 12, devices: 20000, core: {amf_per_pool: 3, mme_per_pool: 2, udm: 2}}
scale: 1
horizon: 4h
";

/// What is told about a scenario on the small network; its own text comes first, so that lines count.
pub(super) fn told(text: &str) -> Vec<String> {
    let text = format!("{text}{NETWORK}");
    let scenario = Scenario::from_text("plan", &text, &[]).expect(&text);
    let remarks = scenario.remarks().iter().map(ToString::to_string);
    let own = scenario.warnings().len() - scenario.topology().warnings().len();
    let warnings = scenario.warnings()[..own].iter().cloned();
    warnings.chain(remarks).collect()
}

/// What is wrong with a scenario on the small network.
pub(super) fn errors(text: &str) -> Vec<String> {
    let found = Scenario::from_text("plan", &format!("{text}{NETWORK}"), &[]);
    let errors = found.map(|_| text.to_owned()).expect_err("it is wrong");
    errors.iter().map(ToString::to_string).collect()
}

/// The places of which a rule warns.
pub(super) fn places(rule: &str, text: &str) -> Vec<String> {
    let scenario = Scenario::from_text("plan", &format!("{text}{NETWORK}"), &[]).expect(text);
    let remarks = scenario.remarks().iter();
    let own = remarks.filter(|remark| remark.rule == Some(rule));
    own.map(|remark| remark.path.clone()).collect()
}
