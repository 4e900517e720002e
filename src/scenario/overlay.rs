//! A file of defaults under a scenario: what the scenario leaves out is taken from there.
//!
//! Values keep the place where they are written, so that a wrong default is reported in its own file.
//!
//! Invariant: a key that the scenario gives is never changed, nor one that nearer defaults give.

use std::path::Path as FilePath;

use serde_json::Value as Json;

use super::check::check;
use super::load::{read, take_schema_key};
use super::parse::parse;
use super::problem::Problems;
use super::tree::{Node, Value};

/// The key that names the file.
const KEY: &str = "defaults";

/// Files of defaults under each other, at most: more is a circle, or nobody can read it.
const DEEPEST: usize = 3;

/// Take the key `defaults` out of the tree, and put what the file that it names says under it.
pub(super) fn add_defaults(
    schema: &Json,
    tree: &mut Node,
    base: &FilePath,
    problems: &mut Problems,
) {
    add_at(schema, tree, (base, 1), problems);
}

fn add_at(
    schema: &Json,
    tree: &mut Node,
    (base, depth): (&FilePath, usize),
    problems: &mut Problems,
) {
    let Some(named) = take(tree) else { return };
    if depth > DEEPEST {
        let found = "defaults under defaults under defaults without end";
        let allowed = "at most three files of defaults under each other";
        problems.push_at(named.place, KEY, found, allowed);
        return;
    }
    let Value::Str(name) = &named.value else {
        let allowed = "the name of a scenario file";
        problems.push_at(named.place, KEY, named.describe(), allowed);
        return;
    };
    let path = base.join(name);
    let shown = path.display().to_string();
    let text = match read(&path, &shown) {
        Ok(text) => text,
        Err(found) => {
            for problem in found {
                let found = format!("{shown}, {}", problem.found);
                problems.push_at(named.place, KEY, found, problem.allowed);
            }
            return;
        }
    };
    let source = problems.add_file(&shown);
    let Some(mut under) = parse(&text, source, problems) else {
        return;
    };
    take_schema_key(&mut under);
    let folder = path.parent().unwrap_or(base);
    add_at(schema, &mut under, (folder, depth + 1), problems);
    // Checking gives keys their proper names, without which they would not meet. What is wrong is found
    // again in the whole.
    for part in [&mut *tree, &mut under] {
        let before = problems.count();
        check(schema, part, problems);
        problems.split_off(before);
    }
    put_under(tree, under);
}

fn take(tree: &mut Node) -> Option<Node> {
    let Value::Map(entries) = &mut tree.value else {
        return None;
    };
    let at = entries.iter().position(|entry| entry.key == KEY)?;
    Some(entries.remove(at).value)
}

/// Add the entries of `under` that `node` lacks, map by map.
fn put_under(node: &mut Node, under: Node) {
    let (Value::Map(entries), Value::Map(more)) = (&mut node.value, under.value) else {
        return;
    };
    for entry in more {
        match entries.iter_mut().find(|own| own.key == entry.key) {
            Some(own) => put_under(&mut own.value, entry.value),
            None => entries.push(entry),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::scenario::Scenario;

    /// The scenario in `text` over the defaults in `under`, in a folder of its own.
    fn scenario(name: &str, text: &str, under: &str) -> Result<Scenario, Vec<String>> {
        let folder = std::env::temp_dir().join(format!("cellfall-overlay-{name}"));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("shared.yaml"), under).expect("defaults");
        fs::write(folder.join("plan.yaml"), text).expect("a scenario");
        let found = Scenario::from_path(folder.join("plan.yaml"));
        fs::remove_dir_all(&folder).expect("it goes");
        found.map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    const SMALL: &str = "topology: {source: generated, states: [VT], towers: 4, devices: 4000}\n";

    #[test]
    fn maps_are_put_together_and_the_scenario_wins() {
        let under =
            format!("{SMALL}seed: 5\nduration: 3h\nnetwork: {{calls: {{enabled: false}}}}\n");
        let text = "defaults: shared.yaml\nhorizon: 2h\ntopology: {towers: 5}\n";
        let scenario = scenario("merge", text, &under).expect("it is good");
        let file = scenario.file();
        assert_eq!((file.seed, file.horizon.to_string().as_str()), (5, "2h"));
        assert!(!file.network.calls.enabled);
        assert_eq!(scenario.topology().towers().len(), 5);
        assert!(!scenario.resolved().contains("defaults:"));
    }

    #[test]
    fn a_mix_gives_the_shared_classes_other_shares() {
        let under = format!(
            "{SMALL}population: {{classes: [{{name: phone, share: 0.5, voice: 0.9}}, {{name: meter, share: 0.5}}]}}\n"
        );
        let text = "defaults: shared.yaml\npopulation: {mix: {phone: 1}}\n";
        let scenario = scenario("mix", text, &under).expect("it is good");
        let classes = &scenario.file().population.classes;
        let shares: Vec<f64> = classes.iter().map(|class| class.share.get()).collect();
        assert_eq!(shares, [1.0, 0.0]);
        assert!((classes[0].voice.get() - 0.9).abs() < 1e-12);
    }

    #[test]
    fn a_mix_of_unknown_classes_is_refused() {
        let text = "defaults: shared.yaml\npopulation: {mix: {tractor: 1}}\n";
        let errors = scenario("odd-mix", text, SMALL).expect_err("no tractors");
        let place = "plan.yaml:2:29: population.mix.tractor";
        assert!(errors.iter().any(|e| e.contains(place)), "{errors:?}");
    }

    #[test]
    fn a_wrong_default_is_reported_in_its_own_file() {
        let under = format!("{SMALL}seeed: 5\n");
        let errors = scenario("wrong", "defaults: shared.yaml\n", &under).expect_err("a slip");
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains("shared.yaml:2:1: seeed"), "{errors:?}");
    }

    #[test]
    fn a_missing_file_and_defaults_in_a_circle_are_refused() {
        let errors = scenario("missing", "defaults: none.yaml\n", SMALL).expect_err("no file");
        assert!(errors[0].contains("plan.yaml:1:11: defaults"), "{errors:?}");
        let under = format!("defaults: shared.yaml\n{SMALL}");
        let errors = scenario("circle", "defaults: shared.yaml\n", &under).expect_err("a circle");
        assert!(errors[0].contains("shared.yaml:1:11"), "{errors:?}");
    }

    #[test]
    fn defaults_may_have_defaults_and_the_nearest_win() {
        let folder = std::env::temp_dir().join("cellfall-overlay-deep");
        fs::create_dir_all(folder.join("far")).expect("folders");
        let write = |name: &str, text: String| fs::write(folder.join(name), text).expect("a file");
        write(
            "plan.yaml",
            "defaults: far/near.yaml\nhorizon: 1h\n".to_owned(),
        );
        write(
            "far/near.yaml",
            "defaults: far.yaml\nhorizon: 2h\nseed: 3\n".to_owned(),
        );
        write("far/far.yaml", format!("{SMALL}seed: 4\nhorizon: 3h\n"));
        let scenario = Scenario::from_path(folder.join("plan.yaml"));
        fs::remove_dir_all(&folder).expect("it goes");
        let scenario = scenario.expect("it is good");
        let file = scenario.file();
        assert_eq!((file.seed, file.horizon.to_string().as_str()), (3, "1h"));
    }
}
