//! What a search for rollout plans found: text for planners, tables, and scenario files.
//!
//! Invariant: no line of the text is longer than the width, as long as the width is at least 60.

use crate::study::search::{Assessed, Found};
use crate::study::statistics::Interval;

use super::number::{brief, duration, grouped, percent};
use super::text_table::{Align, TextTable, fit, wrapped};

/// The Pareto frontier, at most `width` columns wide.
pub fn plan_text(found: &Found, width: usize) -> String {
    let runs = grouped(f64::from(found.runs));
    let (tried, possible) = (found.plans.len(), found.possible);
    let tried = if tried == possible {
        format!("{tried} plans")
    } else {
        format!("{tried} of {possible} plans, drawn at random: a larger --budget tries more")
    };
    let releases = found.releases.iter();
    let releases: Vec<String> = releases
        .map(|(name, share)| format!("{} {name}", percent(*share)))
        .collect();
    let mut lines = vec![
        format!("{} · {runs} runs · {tried}", found.scenario),
        String::new(),
    ];
    lines.extend(wrapped(
        &format!("The release: {}.", releases.join(", ")),
        width,
    ));
    lines.extend([String::new(), "PARETO FRONTIER".to_owned()]);
    lines.extend(wrapped(
        &format!(
            "No other plan is quicker and loses less ({}). Quicker: until the last stage of a good \
             release is passed. Sure: how often it stays on the frontier when its worlds are resampled.",
            found.loss
        ),
        width,
    ));
    lines.push(String::new());
    lines.extend(table(found).lines(width));
    lines.push(String::new());
    for (number, &plan) in (1..).zip(&found.frontier) {
        lines.extend(wrapped(
            &format!("{number}: {}", found.plans[plan].label),
            width,
        ));
    }
    for (number, &plan) in (1..).zip(&found.frontier) {
        let done = found.plans[plan].finished;
        if done < 1.0 {
            let text = format!(
                "{number} came to its end in {} of the worlds with a good release; where a gate stopped it or \
                 time ran out, it counts until the end of the run.",
                percent(done)
            );
            lines.extend(wrapped(&text, width));
        }
    }
    lines.iter().map(|line| fit(line, width) + "\n").collect()
}

fn table(found: &Found) -> TextTable {
    let mut table = TextTable::new(&[
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Left,
        Align::Right,
        Align::Left,
        Align::Right,
    ]);
    table.row([
        "plan",
        "takes",
        "mean loss",
        "95 % interval",
        "95th %",
        "",
        "sure",
    ]);
    for (number, &plan) in (1..).zip(&found.frontier) {
        table.row(row(&number.to_string(), &found.plans[plan]));
    }
    if !found.frontier.contains(&0) {
        table.row(row("now", &found.plans[0]));
    }
    table
}

fn row(name: &str, plan: &Assessed) -> [String; 7] {
    [
        name.to_owned(),
        duration(plan.objectives.duration),
        brief(plan.objectives.mean_loss),
        range(plan.mean_interval),
        brief(plan.objectives.high_loss),
        range(plan.high_interval),
        percent(plan.sure),
    ]
}

fn range(interval: Interval) -> String {
    format!("{}…{}", brief(interval.low), brief(interval.high))
}

/// Every plan that was tried, as CSV: the frontier's have their number in `plan`.
pub fn plan_csv(found: &Found) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = "plan,label,raced,worlds,duration_s,finished,mean_loss,mean_low,mean_high,p95_loss,p95_low,p95_high,sure";
    let put = "memory takes every row of the same length";
    writer.write_record(header.split(',')).expect(put);
    for (place, plan) in found.plans.iter().enumerate() {
        let number = found.frontier.iter().position(|&other| other == place);
        let objectives = &plan.objectives;
        let start = [
            number.map_or_else(String::new, |number| (number + 1).to_string()),
            plan.label.clone(),
            plan.raced.to_string(),
            plan.worlds.to_string(),
        ];
        let numbers = [
            objectives.duration,
            plan.finished,
            objectives.mean_loss,
            plan.mean_interval.low,
            plan.mean_interval.high,
            objectives.high_loss,
            plan.high_interval.low,
            plan.high_interval.high,
            plan.sure,
        ];
        let numbers = numbers.iter().map(f64::to_string);
        writer
            .write_record(start.into_iter().chain(numbers))
            .expect(put);
    }
    writer.into_inner().expect("memory takes everything")
}

/// The scenario files of the frontier: names and contents, each with its figures at its head.
pub fn plan_files(found: &Found) -> Vec<(String, Vec<u8>)> {
    let files = found.frontier.iter().zip(&found.scenarios).zip(1..);
    files
        .map(|((&place, scenario), number)| {
            let plan = &found.plans[place];
            let head = format!(
                "# Plan {number} of a search on {}: {}\n\
                 # A good release is done after {}. Expected loss {} ({}),\n\
                 # 95th percentile {} ({}): {}, {} runs, cellfall {}.\n",
                found.scenario,
                plan.label,
                duration(plan.objectives.duration),
                brief(plan.objectives.mean_loss),
                range(plan.mean_interval),
                brief(plan.objectives.high_loss),
                range(plan.high_interval),
                found.loss,
                found.runs,
                env!("CARGO_PKG_VERSION"),
            );
            (
                format!("plan-{number}.yaml"),
                (head + scenario).into_bytes(),
            )
        })
        .collect()
}
