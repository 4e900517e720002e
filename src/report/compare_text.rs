//! Runs side by side: the blast radius of each, and the difference to the first.
//!
//! Invariant: no line is longer than the width, as long as the width is at least 60.

use crate::study::{FigureUnit, HORIZONS_MIN, Paired, PairedFigure, RunSigns, unit};

use super::number::{clock, short};
use super::signature;
use super::text_table::{Align, TextTable, fit, wrapped};

/// The figures that are shown: heading, then keys with what they are called.
const SECTIONS: [(&str, &[(&str, &str)]); 4] = [
    (
        "BLAST RADIUS",
        &[
            ("data.peak_devices", "without data at once"),
            ("voice.peak_devices", "without voice at once"),
            ("emergency.peak_devices", "without 911 at once"),
            ("data.ever_out_devices", "ever without data"),
            ("at_end.towers", "towers"),
            ("at_end.pools", "pools"),
            ("at_end.regions", "regions"),
            ("at_detection.after_s", "detected after"),
            ("at_detection.data.out_devices", "without data by then"),
            ("at_detection.towers", "towers by then"),
        ],
    ),
    (
        "HOW MANY WERE OUT, AND WHEN",
        &[
            ("after_5m.data.out_devices", "without data at 0:05"),
            ("after_15m.data.out_devices", "without data at 0:15"),
            ("after_1h.data.out_devices", "without data at 1:00"),
            ("after_4h.data.out_devices", "without data at 4:00"),
            ("after_12h.data.out_devices", "without data at 12:00"),
            ("after_5m.voice.out_devices", "without voice at 0:05"),
            ("after_15m.voice.out_devices", "without voice at 0:15"),
            ("after_1h.voice.out_devices", "without voice at 1:00"),
            ("after_4h.voice.out_devices", "without voice at 4:00"),
            ("after_12h.voice.out_devices", "without voice at 12:00"),
        ],
    ),
    (
        "HOW LONG",
        &[
            ("data.t50_s", "data 50 % back"),
            ("data.t90_s", "data 90 % back"),
            ("data.t99_s", "data 99 % back"),
            ("voice.t90_s", "voice 90 % back"),
            ("registered.t90_s", "90 % registered"),
            ("registered.t95_s", "95 % registered"),
        ],
    ),
    (
        "COST",
        &[
            ("data.lost_device_min", "data device-min"),
            ("voice.lost_device_min", "voice device-min"),
            ("emergency.lost_device_min", "911 device-min"),
            ("calls.blocked", "calls blocked"),
            ("emergency_calls.blocked", "911 calls blocked"),
            ("sos.peak_devices", "on SOS only at once"),
            ("registered.attempts", "registration attempts"),
            ("reportable.clauses", "clauses reportable"),
        ],
    ),
];

/// What is shown of each class, alarm and gate: heading, beginning and end of the key.
const NAMED_SECTIONS: [(&str, &str, &str); 5] = [
    ("ALARMS FIRST RAISED", "alarm.", ".first_s"),
    ("GATES ACTED", "gate.", ".acted_s"),
    ("WITHOUT DATA WHEN A GATE ACTED", "gate.", ".out_devices"),
    (
        "DATA DEVICE-MIN LOST, BY CLASS",
        "class.",
        ".data.lost_device_min",
    ),
    (
        "95 % REGISTERED AGAIN, BY CLASS",
        "class.",
        ".registered.t95_s",
    ),
];

/// Comparisons that fit side by side with the first run.
const BESIDE: usize = 2;

/// The comparison, at most `width` columns wide.
pub fn compare_text(paired: &Paired, width: usize) -> String {
    let mut lines = vec![
        format!(
            "{} runs on common random numbers, seed {}; differences are to the first",
            paired.names.len(),
            paired.seed
        ),
        String::new(),
    ];
    for (i, name) in paired.names.iter().enumerate() {
        lines.push(format!("  {}  {name}", letter(i)));
    }
    let others: Vec<usize> = (1..paired.names.len()).collect();
    for block in others.chunks(BESIDE) {
        lines.push(String::new());
        lines.extend(block_lines(paired, block, width));
        lines.extend(signature_lines(paired, block, width));
    }
    let lines = lines.iter().map(|line| fit(line, width) + "\n");
    lines.collect()
}

/// A, B, C … and numbers after Z.
pub(super) fn letter(run: usize) -> String {
    let letter = u32::try_from(run).ok().filter(|&n| n < 26);
    match letter.and_then(|n| char::from_u32('A' as u32 + n)) {
        Some(letter) => letter.to_string(),
        None => (run + 1).to_string(),
    }
}

/// The first run beside some of the others: one table, so that all sections share their columns.
fn block_lines(paired: &Paired, block: &[usize], width: usize) -> Vec<String> {
    let mut columns = vec![Align::Left, Align::Right];
    columns.extend(block.iter().flat_map(|_| [Align::Right, Align::Right]));
    let mut table = TextTable::new(&columns);
    let mut head = vec![String::new(), letter(0)];
    for &i in block {
        head.extend([letter(i), format!("{}-A", letter(i))]);
    }
    table.row(head);
    let mut headings = Vec::new();
    for (heading, figures) in sections(paired) {
        headings.push((figures.len(), heading));
        for (name, figure) in figures {
            table.row(figure_row(&name, figure, block));
        }
    }
    let mut rows = table.lines(width).into_iter();
    let mut lines: Vec<String> = rows.next().into_iter().collect();
    for (count, heading) in headings {
        lines.push(heading.to_owned());
        lines.extend(rows.by_ref().take(count));
    }
    lines
}

/// The place of the horizon at which signatures are shown side by side: fifteen minutes.
const SHOWN_AT: usize = 2;

/// The signatures of the first run and some of the others, and what tells them apart.
fn signature_lines(paired: &Paired, block: &[usize], width: usize) -> Vec<String> {
    let shown: Vec<&RunSigns> = std::iter::once(&0)
        .chain(block)
        .map(|&i| &paired.signs[i])
        .collect();
    let Some(table) = signature::beside(&shown, SHOWN_AT) else {
        return Vec::new();
    };
    let contracts: Vec<&str> = shown.iter().map(|signs| signs.contract.as_str()).collect();
    let minutes = HORIZONS_MIN[SHOWN_AT];
    let contracts = contracts.join(", ");
    let heading =
        format!("SIGNATURE {minutes} min after the first impact, in each operator's view");
    let mut lines = vec![heading, format!("  telemetry contract: {contracts}")];
    lines.extend(table.lines(width));
    for &i in block {
        for told in paired.told_from_first(i) {
            let features = told.features.iter();
            let features = features.map(|(name, minutes)| format!("{name} (from {minutes} min)"));
            let features: Vec<String> = features.collect();
            let by = if features.is_empty() {
                "nothing that both operators know".to_owned()
            } else {
                features.join(", ")
            };
            let contract = told.contract;
            let sentence = format!("{} is told from A under {contract} by {by}", letter(i));
            lines.extend(wrapped(&sentence, width));
        }
    }
    lines
}

/// Headings with their figures and what these are called; what no run has is left out.
pub(super) type Section<'a> = (&'static str, Vec<(String, &'a PairedFigure)>);

pub(super) fn sections(paired: &Paired) -> Vec<Section<'_>> {
    let known = || {
        paired
            .figures
            .iter()
            .filter(|f| f.values.iter().any(Option::is_some))
    };
    let named = SECTIONS.iter().map(|(heading, keys)| {
        let find = |(key, name): &(&str, &str)| {
            let figure = known().find(|f| f.key == *key)?;
            Some(((*name).to_owned(), figure))
        };
        (*heading, keys.iter().filter_map(find).collect::<Vec<_>>())
    });
    let classes = NAMED_SECTIONS.iter().map(|(heading, prefix, suffix)| {
        let of_name = |figure| {
            let figure: &PairedFigure = figure;
            let name = figure.key.strip_prefix(prefix)?.strip_suffix(suffix)?;
            Some((name.to_owned(), figure))
        };
        (*heading, known().filter_map(of_name).collect())
    });
    named
        .chain(classes)
        .filter(|(_, figures)| !figures.is_empty())
        .collect()
}

fn figure_row(name: &str, figure: &PairedFigure, block: &[usize]) -> Vec<String> {
    let mut row = vec![name.to_owned(), value(&figure.key, figure.values[0])];
    for &i in block {
        row.push(value(&figure.key, figure.values[i]));
        row.push(difference(&figure.key, figure.differences[i]));
    }
    row
}

pub(super) fn value(key: &str, value: Option<f64>) -> String {
    match (unit(key), value) {
        (_, None) => "-".to_owned(),
        (FigureUnit::Seconds, Some(seconds)) => clock(seconds),
        (FigureUnit::Count, Some(count)) => short(libm::round(count)),
    }
}

pub(super) fn difference(key: &str, difference: Option<f64>) -> String {
    match difference {
        None => String::new(),
        Some(d) if d.abs() < 1e-9 => "same".to_owned(),
        Some(d) => {
            let sign = if d > 0.0 { "+" } else { "-" };
            format!("{sign}{}", value(key, Some(d.abs())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{bless, sample};
    use super::*;
    use crate::study::{RunFigures, pair};

    fn paired(count: u32) -> Paired {
        let runs: Vec<RunFigures> = (0..count)
            .map(|n| {
                let mut run = RunFigures::of(&sample());
                run.scenario = format!("plan-{n}-with-a-rather-long-name");
                let shrink = |v: f64| (v / f64::from(n + 1)).round();
                let values = run.values.iter_mut();
                values.for_each(|(_, v)| *v = v.map(shrink));
                run
            })
            .collect();
        pair(&runs).expect("one seed")
    }

    #[test]
    fn two_plans_are_as_blessed() {
        bless("compare.txt", &compare_text(&paired(2), 80));
    }

    #[test]
    fn many_plans_stay_within_the_width() {
        for count in 2..6_u32 {
            let text = compare_text(&paired(count), 80);
            let widest = text.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(80), "{widest:?} in\n{text}");
            assert_eq!(
                text.matches("BLAST RADIUS").count(),
                (count as usize - 1).div_ceil(2)
            );
        }
    }
}
