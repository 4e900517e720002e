//! The report of a search for rollout plans: the frontier as a picture, its figures, and the file of each plan.
//!
//! Invariant: a plan of the frontier names the scenario file that runs it.

use serde::{Deserialize, Serialize};

use crate::study::search::{Assessed, Found};
use crate::study::statistics::Interval;

use super::super::number::{brief, duration, grouped, percent};
use super::super::plot::{Estimate, PlanDot, escape, frontier, frontier_alone};
use super::document::{Document, data_of, document};
use super::run_page::{footer, section};
use super::table::{Cell, Table};

/// What the data of such a page begin with.
const FORMAT: &str = "cellfall-plans-1";

/// What stands in the page as data.
#[derive(Serialize, Deserialize)]
struct Data {
    format: String,
    name: String,
    loss: String,
    plans: Vec<PlanDot>,
}

/// The picture that stands in a page, as SVG: its file name and its contents; none if the page is another.
pub(super) fn plan_plots(page: &str) -> Option<Vec<(String, String)>> {
    let data: Data = serde_json::from_str(data_of(page)?).ok()?;
    let title = format!("{}: plans by duration and loss", data.name);
    let drawn = || frontier_alone(&title, &data.loss, &data.plans);
    (data.format == FORMAT).then(|| vec![("plans.svg".to_owned(), drawn())])
}

/// The page.
pub fn plan_html(found: &Found) -> String {
    let body = [
        header(found),
        "<main>".to_owned(),
        section(
            "What the plans take, and what they lose",
            "Numbered: no other plan is quicker and loses less. A line is the interval of a mean (95 %); small circles \
             are plans that were tried and are worse.",
            &[picture(found), table(found)].concat(),
        ),
        again(found),
        "</main>".to_owned(),
        footer(),
    ];
    document(&Document {
        title: &format!("{} · plans · cellfall", found.scenario),
        body: &body.concat(),
        data: &Data {
            format: FORMAT.to_owned(),
            name: found.scenario.clone(),
            loss: found.loss.clone(),
            plans: dots(found),
        },
    })
}

fn header(found: &Found) -> String {
    let releases = found.releases.iter();
    let releases = releases.map(|(name, share)| format!("{} {name}", percent(*share)));
    let releases: Vec<String> = releases.collect();
    format!(
        "<header><p class=\"kicker\">rollout plans for <b>{}</b></p><h1>{} of {} plans are worth choosing between</h1>\
         <p class=\"lede\">The release: {}. {} runs.</p></header>",
        escape(&found.scenario),
        found.frontier.len(),
        found.plans.len(),
        escape(&releases.join(", ")),
        grouped(f64::from(found.runs))
    )
}

/// The number of a plan on the frontier.
fn number(found: &Found, plan: usize) -> Option<usize> {
    let place = found.frontier.iter().position(|&other| other == plan);
    place.map(|place| place + 1)
}

fn picture(found: &Found) -> String {
    frontier("Plans by duration and loss", &found.loss, &dots(found))
}

fn dots(found: &Found) -> Vec<PlanDot> {
    let plans = found.plans.iter().enumerate();
    let dot = |(place, plan): (usize, &Assessed)| {
        let number = number(found, place);
        let file = number.map_or_else(String::new, |number| format!(" (plan-{number}.yaml)"));
        let Interval { low, high } = plan.mean_interval;
        PlanDot {
            number,
            name: format!("{}{file}", plan.label),
            takes_s: plan.objectives.duration,
            loss: Estimate {
                value: plan.objectives.mean_loss,
                interval: number.map(|_| (low, high)),
            },
        }
    };
    plans.map(dot).collect()
}

fn table(found: &Found) -> String {
    let caption = format!("The frontier, and the plan as it is; loss: {}", found.loss);
    let columns = [
        "plan",
        "what it is",
        "takes",
        "mean loss",
        "95 % interval",
        "95th %",
        "95 % interval",
        "sure",
    ];
    let mut table = Table::new(&caption, &columns);
    let mut row = |name: String, plan: &Assessed| {
        let range = |interval: Interval| {
            Cell::number(format!("{}…{}", brief(interval.low), brief(interval.high)))
        };
        let objectives = &plan.objectives;
        table.row(&[
            Cell::text(name),
            Cell::text(&plan.label),
            Cell::value(duration(objectives.duration), objectives.duration),
            Cell::value(brief(objectives.mean_loss), objectives.mean_loss),
            range(plan.mean_interval),
            Cell::value(brief(objectives.high_loss), objectives.high_loss),
            range(plan.high_interval),
            Cell::value(percent(plan.sure), plan.sure),
        ]);
    };
    for (n, &plan) in (1..).zip(&found.frontier) {
        row(format!("{n}"), &found.plans[plan]);
    }
    if !found.frontier.contains(&0) {
        row("now".to_owned(), &found.plans[0]);
    }
    table.html()
}

fn again(found: &Found) -> String {
    let count = found.frontier.len();
    let lines = (1..=count).map(|n| format!("cellfall run plan-{n}.yaml\n"));
    let why = "Each plan is a scenario file beside this page; plans.csv has all that were tried. Sure: how often a plan \
               stays on the frontier when its worlds are resampled.";
    let text = escape(&lines.collect::<String>());
    section("Run a plan", why, &format!("<pre>{text}</pre>"))
}
