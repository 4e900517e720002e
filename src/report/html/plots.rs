//! The pictures of a run, each as a file of its own, for papers and slides.
//!
//! Invariant: the same pictures as in the page, from the same data.

use super::super::plot::{
    Paper, bars, chart, ratios as ratio_picture, sketches as map_picture, spread,
};
use super::pictures::{axis, pictures, ratios, recovery, sketches, steps};
use super::story::{Map, Story};
use super::timeline::timeline;

/// File names and contents.
pub(super) fn plots(story: &Story) -> Vec<(String, String)> {
    let axis = axis(story);
    let name = &story.scenario;
    let mut files = Vec::new();
    let mut put = |file: &str, svg: String| files.push((format!("{file}.svg"), svg));
    let rows = timeline(story);
    if !rows.is_empty() {
        put(
            "timeline",
            bars(
                &format!("{name}: what was shipped, wrong, believed and done"),
                &rows,
                &axis,
            ),
        );
    }
    for mut picture in pictures(story) {
        picture.chart.title = format!("{name}: {}", picture.chart.title.to_lowercase());
        put(picture.id, chart(&picture.chart, &axis, Paper::Alone));
    }
    if let Some((mut curve, axis)) = recovery(story) {
        curve.title = format!("{name}: {}", curve.title.to_lowercase());
        put("recovery", chart(&curve, &axis, Paper::Alone));
    }
    if !story.hops.is_empty() {
        put(
            "spread",
            spread(
                &format!("{name}: the path of the fault"),
                &steps(story),
                Paper::Alone,
            ),
        );
    }
    let figures: Vec<_> = ratios(story).into_iter().map(|(ratio, _)| ratio).collect();
    if !figures.is_empty() {
        put(
            "published",
            ratio_picture(&format!("{name}: simulated over published"), &figures),
        );
    }
    if !story.map.places.is_empty() {
        let size = (Map::WIDTH, story.map.height);
        let title = format!("{name}: devices without data");
        put(
            "map",
            map_picture(
                &title,
                &story.map.outlines,
                size,
                &sketches(story),
                Paper::Alone,
            ),
        );
    }
    files
}
