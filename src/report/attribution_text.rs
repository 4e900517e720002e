//! An attribution for a reader.
//!
//! Invariant: no line is longer than the width; what cannot be told apart is said, never left out.

use crate::base::SimTime;
use crate::study::statistics::Interval;
use crate::study::{
    AttributionStudy, CLASSES, CONTRACTS, Class, CurvePoint, Estimate, FOLDS, HORIZONS_MIN, Judged,
    Pair, SourceWorth, crosses_classes,
};

use super::attribution_tables::baselines;
use super::number::{grouped, percent, real};
use super::text_table::{Align, TextTable, fit, wrapped};

const L: Align = Align::Left;
const R: Align = Align::Right;

/// An attribution, at most `width` columns wide.
pub fn attribution_text(study: &AttributionStudy, width: usize) -> String {
    let worlds = grouped(real(study.worlds.len() as u64));
    let seed = study.plan.seed;
    let mut lines = vec![format!(
        "ATTACK, OWN CHANGE, OR NOBODY'S FAULT? · {worlds} worlds, seed {seed}"
    )];
    lines.extend(wrapped(&how(study), width));
    section(
        &mut lines,
        "THE CURVE (minutes after the first impact; 95 % intervals over worlds)",
    );
    lines.extend(curve(study).lines(width));
    lines.extend(wrapped(&dumb(study), width));
    lines.extend(wrapped(&legend(study), width));
    section(
        &mut lines,
        "WHICH SENSOR TO BUY (change of the log loss, less is better; * beyond luck)",
    );
    lines.extend(sources(study).lines(width));
    section(&mut lines, "NOT DISTINGUISHABLE WITH THESE SIGNALS");
    lines.extend(wrapped(&blind_rule(), width));
    lines.extend(blind(study).lines(width));
    lines.extend(
        twins(study)
            .into_iter()
            .flat_map(|line| wrapped(&line, width)),
    );
    section(&mut lines, &confusion_title());
    lines.extend(confusion(study).lines(width));
    for judged in &study.judged {
        section(&mut lines, &judged_title(judged));
        lines.extend(opinions(study, judged).lines(width));
    }
    lines.iter().map(|line| fit(line, width) + "\n").collect()
}

fn section(lines: &mut Vec<String>, title: &str) {
    lines.push(String::new());
    lines.push(title.to_owned());
}

fn how(study: &AttributionStudy) -> String {
    let [attack, change, nobody] = study.prior.classes.map(percent);
    let harmless = study
        .worlds
        .iter()
        .filter(|world| world.first_impact.is_none());
    format!(
        "Small networks of 20,000 to 40,000 devices, one night each, drawn from {} kinds of cause. Before anybody \
         looks: attack {attack}, own change {change}, nobody's fault {nobody}. Every world is judged by a \
         classifier that never saw it: {FOLDS} blocks of worlds, each held out once with its seeds and \
         parameters; three teach, one calibrates. Nobody was out in {} worlds: there the clock starts with \
         the cause.",
        study.cast.len(),
        harmless.count(),
    )
}

fn curve(study: &AttributionStudy) -> TextTable {
    let mut table = TextTable::new(&[L, R, R, R, R, R, R]);
    let attack = "att/change";
    table.row([
        "contract", "min", "signs", "right", "log loss", "off by", attack,
    ]);
    for point in &study.curve {
        let quality = &point.quality;
        let contest = &quality.attack_or_change;
        let verdict = if contest.is_told_apart() { "" } else { " no" };
        table.row([
            name_once(point),
            point.minute.to_string(),
            format!("{:.1}", point.signs_known),
            share(&quality.accuracy),
            loss(&quality.log_loss),
            format!("{:.3}", quality.calibration_error),
            format!("{:.0} %{verdict}", 100.0 * contest.share()),
        ]);
    }
    table
}

fn name_once(point: &CurvePoint) -> String {
    if point.minute == HORIZONS_MIN[0] {
        CONTRACTS[point.contract].word().to_owned()
    } else {
        String::new()
    }
}

fn share(estimate: &Estimate) -> String {
    let percent = |value: f64| format!("{:.0}", 100.0 * value);
    let range = range(estimate.interval, percent);
    format!("{} %{range}", percent(estimate.value))
}

fn loss(estimate: &Estimate) -> String {
    let number = |value: f64| format!("{value:.2}");
    number(estimate.value) + &range(estimate.interval, number)
}

fn range(interval: Option<Interval>, text: impl Fn(f64) -> String) -> String {
    interval.map_or_else(String::new, |interval| {
        format!(" ({}-{})", text(interval.low), text(interval.high))
    })
}

/// The answers that need no telemetry.
fn dumb(study: &AttributionStudy) -> String {
    let each = baselines(study).map(|(name, baseline)| {
        let name = name.replace('-', " ");
        let (right, loss) = (share(&baseline.accuracy), loss(&baseline.log_loss));
        format!("\"{name}\" is right in {right}, log loss {loss}")
    });
    format!("Without any telemetry, {}.", each.join("; "))
}

/// What is told of attacks, and what the columns mean.
fn legend(study: &AttributionStudy) -> String {
    let last = study.curve.last();
    let attacks = last.map_or_else(String::new, |point| {
        let quality = &point.quality;
        let right = quality.attacks_right;
        let right = right.map_or_else(
            || "it never says so".to_owned(),
            |share| {
                format!(
                    "when it says attack, it is right {} of the time",
                    percent(share)
                )
            },
        );
        format!(
            "Under {} after {} min it finds {} of the attacks, and {right}.",
            CONTRACTS[point.contract].word(),
            point.minute,
            percent(quality.attacks_found),
        )
    });
    format!(
        "signs: features that say something. right: the likeliest of the three is the true one. log loss: in \
         nats. off by: expected calibration error. att/change: judged right between these two alone at \
         equal odds; no: not distinguishable, no better than chance by its 95 % interval. {attacks}"
    )
}

fn sources(study: &AttributionStudy) -> TextTable {
    let mut table = TextTable::new(&[L, L, R, R, R, R]);
    table.row(["contract", "source", "1 min", "5 min", "15 min", "60 min"]);
    let mut last = usize::MAX;
    for four in study.sources.chunks(HORIZONS_MIN.len()) {
        let first = &four[0];
        let is_new = std::mem::replace(&mut last, first.contract) != first.contract;
        let contract = if is_new {
            CONTRACTS[first.contract].word()
        } else {
            ""
        };
        let sign = if first.added { "with" } else { "without" };
        let mut row = vec![contract.to_owned(), format!("{sign} {}", first.source)];
        row.extend(four.iter().map(worth));
        table.row(row);
    }
    table
}

fn worth(worth: &SourceWorth) -> String {
    let loss = &worth.log_loss;
    let is_sure = loss.interval.is_some_and(|i| i.low > 0.0 || i.high < 0.0);
    if loss.value.abs() < 5e-4 {
        return "0".to_owned();
    }
    format!("{:+.3}{}", loss.value, if is_sure { "*" } else { "" })
}

fn blind_rule() -> String {
    "Two kinds of cause that call for different answers are not distinguishable if their held-out worlds, judged \
     between these two alone at equal odds, are judged right no oftener than half of the time by the exact \
     95 % interval. With so few worlds of a kind that includes what nobody knows yet. Pairs:"
        .to_owned()
}

fn blind(study: &AttributionStudy) -> TextTable {
    let mut table = TextTable::new(&[L, R, R, R, R]);
    let mut header = vec!["contract".to_owned()];
    header.extend(HORIZONS_MIN.map(|minute| format!("{minute} min")));
    table.row(header);
    for four in study.curve.chunks(HORIZONS_MIN.len()) {
        let mut row = vec![CONTRACTS[four[0].contract].word().to_owned()];
        row.extend(four.iter().map(|point| {
            let across = point
                .pairs
                .iter()
                .filter(|pair| crosses_classes(pair, &study.cast));
            let blind = across.clone().filter(|pair| !pair.contest.is_told_apart());
            format!("{} of {}", blind.count(), across.count())
        }));
        table.row(row);
    }
    table
}

/// Pairs of an attack that rides a rollout and its botched twin, and what else is never told apart under the
/// last contract at the last minute.
fn twins(study: &AttributionStudy) -> Vec<String> {
    let Some(last) = study.curve.last() else {
        return Vec::new();
    };
    let names = |pair: &Pair| {
        let name = |kind: usize| study.cast[kind].name.as_str();
        format!("{} / {}", name(pair.one), name(pair.other))
    };
    let is_twin = |pair: &&Pair| study.cast[pair.other].twin_of == Some(pair.one);
    let mut lines = Vec::new();
    for pair in last.pairs.iter().filter(is_twin) {
        let never = study.curve.iter().all(|point| {
            let same = point
                .pairs
                .iter()
                .find(|p| (p.one, p.other) == (pair.one, pair.other));
            same.is_none_or(|pair| !pair.contest.is_told_apart())
        });
        let verdict = if never {
            "not distinguishable under any contract at any minute"
        } else {
            "told apart by some contract"
        };
        lines.push(format!(
            "{} (the same worlds, only the intent differs): {verdict}; {} of {} judged right in the end.",
            names(pair),
            pair.contest.right,
            pair.contest.worlds
        ));
    }
    let others = last.pairs.iter().filter(|pair| {
        let is_attack = study.cast[pair.one].class == Class::Attack;
        is_attack && crosses_classes(pair, &study.cast) && !pair.contest.is_told_apart()
    });
    let others: Vec<String> = others.filter(|pair| !is_twin(pair)).map(names).collect();
    if !others.is_empty() {
        let shown = others.len().min(8);
        let more = match others.len() - shown {
            0 => String::new(),
            more => format!("; {more} more in indistinguishable.csv"),
        };
        lines.push(format!(
            "Attacks that nobody tells from something else under {} after {} min: {}{more}.",
            CONTRACTS[last.contract].word(),
            last.minute,
            others[..shown].join(", "),
        ));
    }
    lines
}

fn confusion_title() -> String {
    let contract = CONTRACTS[CONTRACTS.len() - 1].word();
    format!("BY KIND ({contract}, 60 min, all kinds at equal odds)")
}

fn confusion(study: &AttributionStudy) -> TextTable {
    let mut table = TextTable::new(&[L, L, R, R, L]);
    table.row(["class", "kind", "worlds", "named", "oftenest taken for"]);
    let Some(last) = study.curve.last() else {
        return table;
    };
    let mut class = None;
    for (place, kind) in study.cast.iter().enumerate() {
        let named = &last.confusion.named[place];
        let all: usize = named.iter().sum();
        if all == 0 {
            continue;
        }
        let others = named
            .iter()
            .enumerate()
            .filter(|(other, n)| *other != place && **n > 0);
        let most = others.max_by_key(|(other, n)| (**n, std::cmp::Reverse(*other)));
        let taken = most.map_or_else(String::new, |(other, n)| {
            format!("{} ({n})", study.cast[other].name)
        });
        let is_new = class.replace(kind.class) != Some(kind.class);
        table.row([
            if is_new {
                kind.class.word().to_owned()
            } else {
                String::new()
            },
            kind.name.clone(),
            all.to_string(),
            named[place].to_string(),
            taken,
        ]);
    }
    table
}

fn judged_title(judged: &Judged) -> String {
    let name = &judged.scenario;
    match judged.first_impact {
        None => format!("{name} · nobody was ever out: there is nothing to judge"),
        Some(at) => format!("{name} · judged from {} into the scenario on", clock(at)),
    }
}

fn clock(at: SimTime) -> String {
    super::number::duration(at.as_secs_f64())
}

fn opinions(study: &AttributionStudy, judged: &Judged) -> TextTable {
    let mut table = TextTable::new(&[L, R, R, R, R, R, L]);
    if judged.said.is_empty() {
        return table;
    }
    let words = CLASSES.map(Class::word);
    table.row([
        "contract",
        "min",
        "signs",
        words[0],
        words[1],
        words[2],
        "likeliest kind",
    ]);
    for opinion in &judged.said {
        let is_first = opinion.minute == HORIZONS_MIN[0];
        let contract = if is_first {
            CONTRACTS[opinion.contract].word()
        } else {
            ""
        };
        let (kind, probability) = opinion.kind;
        let mut row = vec![
            contract.to_owned(),
            opinion.minute.to_string(),
            opinion.signs_known.to_string(),
        ];
        row.extend(opinion.said.map(|share| format!("{:.0} %", 100.0 * share)));
        row.push(format!(
            "{} ({:.0} %)",
            study.cast[kind].name,
            100.0 * probability
        ));
        table.row(row);
    }
    table
}
