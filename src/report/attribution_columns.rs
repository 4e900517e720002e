//! The columns of the tables of an attribution: name, unit and meaning, for headers and data dictionary alike.
//!
//! Invariant: a header is never written otherwise than from here.

use serde_json::{Value, json};

/// Name, unit (empty for words and counts of nothing else), meaning.
pub(super) type Column = (&'static str, &'static str, &'static str);

/// What names a row of answers.
const CONTRACT: Column = ("contract", "", "telemetry contract under which it was seen");
const MINUTE: Column = ("minute", "min", "minutes after the first impact");

/// `worlds.csv`; two columns for each feature follow.
pub(super) const WORLDS: &[Column] = &[
    (
        "world",
        "",
        "number of the world; with the seed of the study it names the world",
    ),
    (
        "class",
        "",
        "label: attack, own-change or nobody (nobody's fault)",
    ),
    (
        "kind",
        "",
        "label: kind of cause; botched-… is the twin of an attack that rides a rollout",
    ),
    ("fold", "", "block that the world is held out with, 0 to 4"),
    ("seed", "", "seed of its run"),
    (
        "weight",
        "",
        "what the prior expects of its kind, shared among the worlds of that kind",
    ),
    ("cause_s", "s", "when the cause began (truth)"),
    (
        "first_impact_s",
        "s",
        "when anybody was first out (truth, sets the clock only); empty if nobody ever was, and the clock starts with the cause",
    ),
    (
        "changed",
        "",
        "whether a rollout began in the two hours before the clock started (the baseline's only input)",
    ),
    (
        "beside",
        "",
        "what else went on: change-before, change-under-way, concurrent-rollout, disturbance-later, taken-back",
    ),
    CONTRACT,
    MINUTE,
];

/// `attribution.csv`.
pub(super) const CURVE: &[Column] = &[
    (
        "answer",
        "",
        "who answers: classifier, always-the-prior or blame-the-latest-change",
    ),
    (
        "contract",
        "",
        "telemetry contract; empty for answers that need none",
    ),
    MINUTE,
    (
        "signs_known",
        "",
        "features that said something, on average over worlds",
    ),
    (
        "accuracy",
        "",
        "share of held-out worlds whose likeliest class is the true one, weighted by the prior",
    ),
    (
        "accuracy_low",
        "",
        "lower end of its 95 % interval over worlds (BCa bootstrap)",
    ),
    ("accuracy_high", "", "upper end"),
    (
        "log_loss",
        "nat",
        "mean logarithmic loss of held-out worlds, weighted by the prior",
    ),
    ("log_loss_low", "nat", "lower end of its 95 % interval"),
    ("log_loss_high", "nat", "upper end"),
    (
        "calibration_error",
        "",
        "expected calibration error: mean distance of confidence and accuracy, ten bins",
    ),
    (
        "attacks_found",
        "",
        "share of the attacks that are called attacks",
    ),
    (
        "attacks_right",
        "",
        "share of what is called an attack that is one; empty if nothing is",
    ),
    ("attack_or_change_worlds", "", "held-out worlds of either"),
    (
        "attack_or_change_share",
        "",
        "share of them judged right between these two alone, at equal odds",
    ),
    (
        "attack_or_change_low",
        "",
        "lower end of its exact 95 % interval (Clopper and Pearson)",
    ),
    ("attack_or_change_high", "", "upper end"),
    (
        "told_apart",
        "",
        "whether that lower end is above one half; if not, attack and own change are not distinguishable",
    ),
];

/// `confusion.csv`.
pub(super) const CONFUSION: &[Column] = &[
    CONTRACT,
    MINUTE,
    ("kind", "", "true kind"),
    ("class", "", "its class"),
    ("named", "", "kind that was named, all kinds at equal odds"),
    ("named_class", "", "its class"),
    (
        "worlds",
        "",
        "held-out worlds of the true kind for which it was named",
    ),
];

/// `sources.csv`.
pub(super) const SOURCES: &[Column] = &[
    CONTRACT,
    ("source", "", "source of the operator's view"),
    (
        "step",
        "",
        "added: the contract lacks it and gets it; dropped: the contract loses it",
    ),
    MINUTE,
    (
        "log_loss_change",
        "nat",
        "log loss after the step less that before, paired by world; below 0 is better",
    ),
    (
        "log_loss_change_low",
        "nat",
        "lower end of its 95 % interval over worlds (BCa bootstrap)",
    ),
    ("log_loss_change_high", "nat", "upper end"),
    (
        "accuracy_change",
        "",
        "accuracy after the step less that before, paired by world",
    ),
    ("accuracy_change_low", "", "lower end of its 95 % interval"),
    ("accuracy_change_high", "", "upper end"),
];

/// `reliability.csv`.
pub(super) const RELIABILITY: &[Column] = &[
    CONTRACT,
    MINUTE,
    ("class", "", "class whose probability was said"),
    (
        "bin_from",
        "",
        "lower end of the bin of probabilities; its width is 0.1",
    ),
    ("worlds", "", "held-out worlds in it"),
    ("weight", "", "their share of the whole weight"),
    ("said", "", "mean probability that was said"),
    ("found", "", "share that was of the class"),
];

/// `indistinguishable.csv`.
pub(super) const INDISTINGUISHABLE: &[Column] = &[
    CONTRACT,
    MINUTE,
    ("one", "", "a kind"),
    ("one_class", "", "its class"),
    ("other", "", "another kind"),
    ("other_class", "", "its class"),
    (
        "crosses_classes",
        "",
        "whether they call for different answers to the question of the night",
    ),
    ("worlds", "", "held-out worlds of both"),
    (
        "share",
        "",
        "share of them judged right between these two alone, at equal odds",
    ),
    (
        "low",
        "",
        "lower end of its exact 95 % interval: not above one half, so the two are not distinguishable",
    ),
    (
        "high",
        "",
        "upper end: how well they might be told apart all the same",
    ),
];

/// `judged.csv`.
pub(super) const JUDGED: &[Column] = &[
    ("scenario", "", "name of the given scenario"),
    ("seed", "", "its seed"),
    (
        "first_impact_s",
        "s",
        "when anybody was first out (truth, sets the clock only)",
    ),
    CONTRACT,
    MINUTE,
    ("signs_known", "", "features that said something"),
    ("attack", "", "probability of an attack"),
    ("own_change", "", "probability of a change of one's own"),
    ("nobody", "", "probability that it is nobody's fault"),
    ("kind", "", "likeliest kind, all kinds at equal odds before"),
    ("kind_probability", "", "its probability"),
];

/// The tables and their columns.
pub(super) const TABLES: [(&str, &[Column]); 7] = [
    ("worlds.csv", WORLDS),
    ("attribution.csv", CURVE),
    ("confusion.csv", CONFUSION),
    ("sources.csv", SOURCES),
    ("reliability.csv", RELIABILITY),
    ("indistinguishable.csv", INDISTINGUISHABLE),
    ("judged.csv", JUDGED),
];

/// The data dictionary of all tables; `features` are name and question of each feature.
pub(super) fn dictionary(features: &[(&str, &str)]) -> Vec<u8> {
    let mut files = serde_json::Map::new();
    for (name, columns) in TABLES {
        let mut all: Vec<Value> = columns.iter().map(of_column).collect();
        if name == "worlds.csv" {
            all.extend(features.iter().flat_map(of_feature));
        }
        files.insert(name.to_owned(), Value::from(all));
    }
    let root = json!({"format": "cellfall-attribution-columns-1", "files": files});
    format!("{root:#}\n").into_bytes()
}

fn of_column((name, unit, meaning): &Column) -> Value {
    json!({"name": name, "unit": unit, "meaning": meaning})
}

fn of_feature((name, asks): &(&str, &str)) -> [Value; 2] {
    [
        json!({"name": name, "unit": "", "meaning": "what this feature of the signature said, in a word"}),
        json!({"name": format!("{name}_value"), "unit": "", "meaning": format!("the same as a number: {asks}; empty if unknown")}),
    ]
}
