//! The report of a score: real events by figures, published beside simulated, hits and misses.
//!
//! What was scored stands in the page as data, so that its pictures can be drawn again without a run.
//!
//! Invariant: a miss is never left out, and nothing counts but predictions.

use serde::{Deserialize, Serialize};

use crate::impact::{Outcome, Tag, Unit};
use crate::study::{Score, ScoredFigure};

use super::super::json::tag_word;
use super::super::number::percent;
use super::super::plot::{Ratio, escape, ratio_mark, ratios};
use super::super::score_text::reason;
use super::super::summary_text::figure;
use super::document::{Document, data_of, document};
use super::file_word;
use super::run_page::{footer, section};
use super::table::{Cell, Table};

/// What the data of such a page begin with.
const FORMAT: &str = "cellfall-score-1";

/// What a score tells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScoreStory {
    format: String,
    command: String,
    version: String,
    seeds: usize,
    hits: usize,
    counted: usize,
    incidents: Vec<Incident>,
}

/// A real event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Incident {
    name: String,
    figures: Vec<Told>,
}

/// One published figure, in words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Told {
    label: String,
    published: String,
    allowed: String,
    simulated: String,
    spread: String,
    /// Simulated over published, where both are above 0.
    times: Option<f64>,
    is_simulated: bool,
    is_hit: bool,
    /// Whether it is a prediction, which alone counts.
    counts: bool,
    tag: String,
    source: String,
    /// Why it was missed, if it counts and was.
    reason: Option<String>,
}

impl ScoreStory {
    /// What a score tells; `command` repeats it.
    pub fn of(score: &Score, command: &str) -> Self {
        let (hits, counted) = score.total();
        let of_one = |rows: &[ScoredFigure]| Incident {
            name: rows[0].incident.clone(),
            figures: rows.iter().map(told).collect(),
        };
        let incidents = score.figures.chunk_by(|a, b| a.incident == b.incident);
        Self {
            format: FORMAT.to_owned(),
            command: command.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seeds: score.seeds,
            hits,
            counted,
            incidents: incidents.map(of_one).collect(),
        }
    }

    /// The score that stands in a page; none if the page is not one of ours, or of another version.
    pub fn of_page(page: &str) -> Option<Self> {
        let story: Self = serde_json::from_str(data_of(page)?).ok()?;
        (story.format == FORMAT).then_some(story)
    }

    /// A picture of each event as SVG: file names and contents.
    pub fn plots(&self) -> Vec<(String, String)> {
        let drawn = |incident: &Incident| {
            let list: Vec<Ratio> = incident.figures.iter().filter_map(ratio).collect();
            let title = format!("{}: simulated over published", incident.name);
            (!list.is_empty()).then(|| {
                let file = format!("score-{}.svg", file_word(&incident.name));
                (file, ratios(&title, &list))
            })
        };
        self.incidents.iter().filter_map(drawn).collect()
    }

    /// The page.
    pub fn page(&self) -> String {
        let of_one = |incident: &Incident| incident_section(incident, self.seeds);
        let incidents: String = self.incidents.iter().map(of_one).collect();
        let body = [
            self.header(),
            "<main>".to_owned(),
            self.events(),
            incidents,
            self.again(),
            "</main>".to_owned(),
            footer(),
        ];
        document(&Document {
            title: &format!("{} · cellfall", self.verdict()),
            body: &body.concat(),
            data: self,
        })
    }

    fn verdict(&self) -> String {
        format!(
            "{} of {} predicted figures hit",
            self.hits,
            counted(self.counted)
        )
    }

    fn header(&self) -> String {
        let events = self.incidents.len();
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        format!(
            "<header><p class=\"kicker\">{events} real event{}, replayed with {} seed{} each{}</p><h1>{}: {}.</h1><p class=\"lede\">What was put into a scenario or fitted is shown and not \
             counted; a prediction that cannot be expressed counts as missed.</p></header>",
            plural(events),
            self.seeds,
            plural(self.seeds),
            if self.seeds > 1 {
                ": the median of them is what counts"
            } else {
                ""
            },
            escape(&self.verdict()),
            percent(share(self.hits, self.counted))
        )
    }

    /// Every event in a row: hits and misses as marks and as numbers.
    fn events(&self) -> String {
        let mut table = Table::new(
            "Predicted figures of each event: ● hit, ○ missed, – not simulated and so missed",
            &["event", "figures", "hit", "missed", "not simulated"],
        );
        for incident in &self.incidents {
            let predicted = || incident.figures.iter().filter(|told| told.counts);
            let mark = |told: &Told| match (told.is_hit, told.is_simulated) {
                (true, _) => "●",
                (false, true) => "○",
                (false, false) => "–",
            };
            let marks: Vec<&str> = predicted().map(mark).collect();
            let number = |sign: &str| {
                let count = marks.iter().filter(|mark| **mark == sign).count();
                Cell::number(count.to_string())
            };
            table.row(&[
                Cell::text(&incident.name),
                Cell::markup(format!(
                    "<span aria-hidden=\"true\">{}</span>",
                    marks.join(" ")
                )),
                number("●").with("data-hits", &incident.name),
                number("○"),
                number("–"),
            ]);
        }
        section("Event by event", "", &table.html())
    }

    fn again(&self) -> String {
        let body = format!("<pre><code>{}</code></pre>", escape(&self.command));
        section(
            "How to repeat it",
            &format!("Version {}.", self.version),
            &body,
        )
    }
}

fn incident_section(incident: &Incident, seeds: usize) -> String {
    let range = format!("range over {seeds} seeds");
    let simulated = if seeds > 1 {
        "simulated (median)"
    } else {
        "simulated"
    };
    let columns = [
        "figure",
        "published",
        "counts as hit",
        simulated,
        &range,
        "simulated / published",
        "verdict",
        "is",
        "source",
    ];
    // One seed has no range.
    let kept = |n: &usize| seeds > 1 || *n != RANGE;
    let columns: Vec<&str> = (0..columns.len())
        .filter(kept)
        .map(|n| columns[n])
        .collect();
    let mut table = Table::new(
        "Published beside simulated; the mark lies in the middle where both agree, its ends are a tenth and ten times",
        &columns,
    );
    for told in &incident.figures {
        let mark = ratio(told).map_or_else(String::new, |ratio| ratio_mark(&ratio));
        let cells = [
            Cell::text(&told.label),
            Cell::number(&told.published),
            Cell::number(&told.allowed),
            Cell::number(&told.simulated),
            Cell::number(range_text(told)),
            Cell::markup(mark),
            verdict(told),
            Cell::text(&told.tag),
            Cell::text(&told.source),
        ];
        let cells: Vec<Cell> = cells
            .into_iter()
            .enumerate()
            .filter_map(|(n, cell)| kept(&n).then_some(cell))
            .collect();
        table.row(&cells);
    }
    let reasons = incident
        .figures
        .iter()
        .filter_map(|told| told.reason.as_ref());
    let reasons = reasons.map(|reason| format!("<li>{}</li>", escape(reason)));
    let reasons = reasons.collect::<Vec<_>>().concat();
    let list = if reasons.is_empty() {
        String::new()
    } else {
        format!("<h3>Likely reasons for the misses</h3><ul class=\"words\">{reasons}</ul>")
    };
    let predicted = incident.figures.iter().filter(|told| told.counts);
    let (hits, all) = predicted.fold((0, 0), |(hits, all), told| {
        (hits + usize::from(told.is_hit), all + 1)
    });
    let why = format!("{hits} of {} predicted figures hit.", counted(all));
    section(&incident.name, &why, &(table.html() + &list))
}

/// The place of the column with the range over seeds.
const RANGE: usize = 4;

/// From the least to the most of all seeds.
fn range_text(told: &Told) -> &str {
    match told.spread.as_str() {
        "" if told.is_simulated => "the same in all",
        spread => spread,
    }
}

fn verdict(told: &Told) -> Cell {
    match (told.is_hit, told.counts, told.is_simulated) {
        (true, _, _) => Cell::text("● hit"),
        (false, true, true) => Cell::text("○ miss").marked("tight no-hit"),
        (false, true, false) => Cell::text("– miss").marked("tight no-hit"),
        (false, false, true) => Cell::text("○ off"),
        (false, false, false) => Cell::text("–"),
    }
}

fn told(scored: &ScoredFigure) -> Told {
    let row = &scored.row;
    let text = |value: f64| figure(row.unit, value);
    let is_simulated = row.outcome != Outcome::NotExpressible;
    let or_nothing = |text: String| if is_simulated { text } else { "–".to_owned() };
    let spread = scored.spread.filter(|(least, most)| least < most);
    let spread = spread.map(|(least, most)| format!("{} to {}", text(least), text(most)));
    let median = scored.median.map_or_else(|| "never".to_owned(), text);
    let times = scored.median.map(|median| median / row.published);
    let comparable = |times: &f64| row.published > 0.0 && *times > 0.0 && times.is_finite();
    Told {
        label: row.label.clone(),
        published: or_nothing(text(row.published)),
        allowed: or_nothing(allowed(row.unit, row.allowed)),
        simulated: if is_simulated {
            median
        } else {
            "not simulated".to_owned()
        },
        spread: or_nothing(spread.unwrap_or_default()),
        times: times.filter(comparable),
        is_simulated,
        is_hit: is_simulated && scored.hit,
        counts: row.tag == Tag::Predicted,
        tag: tag_word(row.tag).to_owned(),
        source: row.source.clone(),
        reason: reason(scored),
    }
}

/// What counts as a hit.
fn allowed(unit: Unit, (least, most): (f64, f64)) -> String {
    match (least.is_finite(), most.is_finite()) {
        (true, true) => format!("{} to {}", figure(unit, least), figure(unit, most)),
        (true, false) => format!("{} or more", figure(unit, least)),
        (false, true) => format!("{} or less", figure(unit, most)),
        (false, false) => "anything".to_owned(),
    }
}

fn ratio(told: &Told) -> Option<Ratio> {
    told.is_simulated.then(|| Ratio {
        label: told.label.clone(),
        published: told.published.clone(),
        simulated: told.simulated.clone(),
        times: told.times,
        is_hit: told.is_hit,
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of figures")]
fn share(hits: usize, all: usize) -> f64 {
    hits as f64 / all.max(1) as f64
}

fn counted(all: usize) -> String {
    if all == 0 {
        "no".to_owned()
    } else {
        all.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::sample;
    use super::*;

    const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&";

    fn story(incident: &str) -> ScoreStory {
        let mut score = Score::default();
        score.add(incident, &[sample().published, sample().published]);
        ScoreStory::of(&score, "cellfall score a.yaml --seeds 2")
    }

    #[test]
    fn a_page_reads_back_and_draws_its_pictures() {
        let story = story("a-night");
        let page = story.page();
        assert_eq!(ScoreStory::of_page(&page).expect("ours"), story);
        let plots = story.plots();
        assert_eq!(plots[0].0, "score-a-night.svg");
        assert!(plots[0].1.contains("as published"));
        assert_eq!(ScoreStory::of_page("<html></html>"), None);
    }

    #[test]
    fn one_seed_has_no_range_and_several_have() {
        let page = |seeds: usize| {
            let mut score = Score::default();
            score.add("a-night", &vec![sample().published; seeds]);
            ScoreStory::of(&score, "cellfall score a.yaml").page()
        };
        let one = page(1);
        assert!(
            !one.contains("range over") && !one.contains("median"),
            "{one}"
        );
        assert!(!one.contains("<td></td>"), "no empty column: {one}");
        let two = page(2);
        assert!(two.contains("range over 2 seeds") && two.contains("the same in all"));
    }

    #[test]
    fn every_figure_and_every_miss_is_on_the_page() {
        let page = story("a-night").page();
        let rows = sample().published;
        assert_eq!(page.matches("<td class=\"l\">predicted</td>").count(), {
            rows.iter().filter(|row| row.tag == Tag::Predicted).count()
        });
        assert_eq!(page.matches("class=\"l tight no-hit\"").count(), {
            let missed = |row: &&crate::impact::Evaluated| {
                row.tag == Tag::Predicted && row.outcome != Outcome::Hit
            };
            rows.iter().filter(missed).count()
        });
        assert!(page.contains("cellfall score a.yaml --seeds 2"));
    }

    #[test]
    fn no_text_of_a_scenario_becomes_markup() {
        let mut rows = sample().published;
        for row in &mut rows {
            row.label = HOSTILE.to_owned();
            row.source = HOSTILE.to_owned();
            row.miss = HOSTILE.to_owned();
        }
        let mut score = Score::default();
        score.add(HOSTILE, &[rows]);
        let story = ScoreStory::of(&score, HOSTILE);
        let page = story.page();
        assert!(!page.contains("<img"), "markup from a scenario");
        assert_eq!(page.matches("</script>").count(), 2);
        for (name, svg) in story.plots() {
            assert!(!svg.contains("<img") && !name.contains('<'), "{name}");
        }
    }
}
