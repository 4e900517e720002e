//! The report that people look at: one file that opens from a mail, asks no network for anything, prints on
//! paper, and is understood by somebody who was not there.
//!
//! A [`Story`] is gathered from the results of a run and stands in the page as data, so that pages can be
//! compared and their pictures drawn again without the run.
//!
//! Invariant: the same results give the same bytes; text that comes from a scenario never becomes markup.

mod apart_section;
mod compare_page;
mod compare_words;
mod document;
mod gather;
mod kinds;
mod numbers;
mod pictures;
mod plan_page;
mod plots;
mod run_page;
mod run_tables;
mod score_page;
mod sha256;
mod signature;
mod slider;
mod story;
mod study_finding;
mod study_page;
mod study_plots;
mod study_runs;
mod study_words;
mod table;
mod time_section;
mod timeline;

pub use plan_page::plan_html;
pub use score_page::ScoreStory;
pub use story::Story;
pub use study_page::{StudyPage, study_html};
pub(super) use study_plots::study_plots;

use crate::simulation::RunResult;
use crate::study::Paired;

use run_page::DIGEST_HERE;

/// The page of a run; its digest is filled in by [`with_digest`].
pub(super) fn report(result: &RunResult) -> String {
    run_page::run_page(&gather::story(result))
}

/// The page with the digest of the results in its place.
pub(super) fn with_digest(page: &str, digest: &str) -> String {
    page.replace(DIGEST_HERE, digest)
}

impl Story {
    /// What a run tells.
    pub fn of(result: &RunResult) -> Self {
        gather::story(result)
    }

    /// The story that stands in the page of a run; none if the page is not one of ours, or of another version.
    pub fn of_page(page: &str) -> Option<Self> {
        let story: Self = serde_json::from_str(document::data_of(page)?).ok()?;
        (story.format == story::FORMAT).then_some(story)
    }

    /// The pictures of the run as SVG: file names and contents.
    pub fn plots(&self) -> Vec<(String, String)> {
        plots::plots(self)
    }
}

/// The page of several runs side by side; `stories` in the order of `paired`.
pub fn compare_html(paired: &Paired, stories: &[Story]) -> String {
    compare_page::compare_page(paired, stories)
}

/// The pictures of a page as SVG: file names and contents; none if it is no page of a run, a comparison, a score
/// or plans of this version.
pub(super) fn plots_of_page(page: &str) -> Option<Vec<(String, String)>> {
    let of_run = || Story::of_page(page).map(|story| story.plots());
    let of_score = || ScoreStory::of_page(page).map(|story| story.plots());
    of_run()
        .or_else(of_score)
        .or_else(|| compare_page::compare_plots(page))
        .or_else(|| plan_page::plan_plots(page))
}

/// A name as part of that of a picture.
fn file_word(name: &str) -> String {
    let fit = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    name.chars().map(fit).collect()
}

/// Whether a text is a page of this program, which may be replaced by a newer one.
pub fn is_report(text: &str) -> bool {
    document::data_of(text).is_some_and(|data| data.starts_with("{\"format\":\"cellfall-"))
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;
    use crate::study::{RunFigures, pair};

    const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&";

    #[test]
    fn a_page_reads_back_as_the_story_it_tells() {
        let story = Story::of(&sample());
        let page = report(&sample());
        assert_eq!(Story::of_page(&page).expect("ours"), story);
        assert!(is_report(&page));
        assert_eq!(Story::of_page("<html></html>"), None);
        assert!(!is_report("<html></html>"));
    }

    #[test]
    fn no_text_of_a_scenario_becomes_markup() {
        let mut result = sample();
        result.scenario = HOSTILE.to_owned();
        result.command = HOSTILE.to_owned();
        result.notes = vec![HOSTILE.to_owned()];
        result.names.classes[0] = HOSTILE.to_owned();
        result.names.regions[0] = HOSTILE.to_owned();
        result.impact.classes[0].name = HOSTILE.to_owned();
        result.stages[0].name = HOSTILE.to_owned();
        result.gates[0].stage = HOSTILE.to_owned();
        result.gates[0].gate = HOSTILE.to_owned();
        result.places.list[0].name = HOSTILE.to_owned();
        for record in &mut result.records {
            record.subject = HOSTILE.to_owned();
            record.detail = HOSTILE.to_owned();
        }
        for row in &mut result.published {
            row.label = HOSTILE.to_owned();
            row.note = HOSTILE.to_owned();
            row.source = HOSTILE.to_owned();
        }
        let page = report(&result);
        assert!(!page.contains("<img"), "markup from a scenario");
        assert_eq!(page.matches("</script>").count(), 2);
        let figures = [RunFigures::of(&result), RunFigures::of(&result)];
        let stories = [Story::of(&result), Story::of(&result)];
        let page = compare_html(&pair(&figures).expect("one seed"), &stories);
        assert!(!page.contains("<img"), "markup from a scenario");
        assert_eq!(page.matches("</script>").count(), 2);
        for (name, svg) in stories[0].plots() {
            assert!(!svg.contains("<img"), "{name}");
        }
    }

    #[test]
    fn the_digest_stands_in_its_place() {
        let page = with_digest(&report(&sample()), "00c0ffee");
        assert!(page.contains("<span class=\"mono\">00c0ffee</span>"));
        assert!(!page.contains(DIGEST_HERE));
    }

    #[test]
    fn every_picture_is_a_file_of_its_own() {
        let files = Story::of(&sample()).plots();
        let names: Vec<&str> = files.iter().map(|f| f.0.as_str()).collect();
        for name in [
            "timeline",
            "registered",
            "recovery",
            "spread",
            "published",
            "map",
        ] {
            assert!(names.contains(&format!("{name}.svg").as_str()), "{names:?}");
        }
        for (name, svg) in &files {
            assert!(svg.starts_with("<svg xmlns"), "{name}");
            assert!(!svg.contains("var(--") && !svg.contains("NaN"), "{name}");
            let mut reader = quick_xml::Reader::from_str(svg);
            while reader
                .read_event()
                .unwrap_or_else(|e| panic!("{name}: {e}"))
                != quick_xml::events::Event::Eof
            {}
        }
    }

    #[test]
    fn a_comparison_has_timeline_and_maps_as_files_too() {
        let figures = [RunFigures::of(&sample()), RunFigures::of(&sample())];
        let stories = [Story::of(&sample()), Story::of(&sample())];
        let page = compare_html(&pair(&figures).expect("one seed"), &stories);
        let files = plots_of_page(&page).expect("a comparison");
        let of = |name: &str| files.iter().find(|file| file.0 == name);
        for name in ["timeline.svg", "map-a.svg", "map-b.svg", "out-data.svg"] {
            let (_, svg) = of(name).unwrap_or_else(|| panic!("no {name}"));
            assert!(
                svg.starts_with("<svg xmlns") && !svg.contains("NaN"),
                "{name}"
            );
        }
        let (_, timeline) = of("timeline.svg").expect("it is there");
        assert!(timeline.contains("A: Rollout") && timeline.contains("B: Rollout"));
        // The same runs: nothing stands out.
        assert!(!page.contains("class=\"apart\""), "{page}");
    }

    #[test]
    fn a_comparison_says_what_differs_in_words() {
        let (mut first, mut other) = (RunFigures::of(&sample()), RunFigures::of(&sample()));
        first.scenario = "plan-a".to_owned();
        other.scenario = "plan-b".to_owned();
        for (key, value) in &mut other.values {
            if key == "data.peak_devices" {
                *value = Some(800.0);
            }
        }
        let stories = [Story::of(&sample()), Story::of(&sample())];
        let page = compare_html(&pair(&[first, other]).expect("one seed"), &stories);
        assert!(
            page.contains(
                "B plan-b leaves fewest devices without data at once: 800, against 20,800"
            )
        );
        assert!(page.contains("800 devices without data at once instead of 20,800: 20,000 fewer."));
    }
}
