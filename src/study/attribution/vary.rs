//! Parameters drawn around those of a usual case: every duration, share, rate and factor is multiplied by
//! something between a half and two (assumed), evenly on a logarithmic scale.
//!
//! Invariant: what a kind does not accept stays as it was; counts, words and switches are never touched.

use serde_json::Value;

use crate::base::{Span, philox4x32_10, unit_interval};

/// The draws of one world: the n-th is a function of (seed, world, n).
#[derive(Clone, Copy, Debug)]
pub(super) struct Dice {
    key: [u32; 2],
    world: u32,
    next: u32,
}

impl Dice {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the low word is what is wanted"
    )]
    pub(super) const fn new(seed: u64, world: u32) -> Self {
        Self {
            key: [seed as u32, (seed >> 32) as u32],
            world,
            next: 0,
        }
    }

    fn word(&mut self) -> u32 {
        self.next += 1;
        // The last word keeps these draws apart from those of other studies.
        philox4x32_10([self.world, self.next, 0, 2], self.key)[0]
    }

    /// Strictly between 0 and 1.
    pub(super) fn unit(&mut self) -> f64 {
        unit_interval(self.word())
    }

    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Evenly between two positive numbers on a logarithmic scale.
    pub(super) fn around(&mut self, low: f64, high: f64) -> f64 {
        low * libm::pow(high / low, self.unit())
    }

    /// A whole number below `count`.
    pub(super) fn below(&mut self, count: usize) -> usize {
        let place = (u64::from(self.word()) * count as u64) >> 32;
        usize::try_from(place).expect("below a count")
    }

    pub(super) fn whole(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    pub(super) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// So many minutes, as a scenario writes them.
    pub(super) fn minutes(&mut self, low: f64, high: f64) -> Value {
        Value::from(minutes(self.between(low, high)).to_string())
    }

    /// A seed short enough to be typed again.
    pub(super) fn seed(&mut self) -> u64 {
        u64::from(self.word())
    }
}

/// Minutes, to the second.
pub(super) fn minutes(minutes: f64) -> Span {
    Span::from_secs_f64(libm::round(minutes * 60.0))
}

/// A span in minutes.
pub(super) fn in_minutes(span: Span) -> f64 {
    span.as_secs_f64() / 60.0
}

/// Put one JSON object over another, as RFC 7396 (merge patch) has it; `null` stays as a value, and what is of
/// another `kind` replaces the whole.
pub(super) fn put_over(target: &mut Value, patch: Option<&Value>) {
    let Some(patch) = patch else {
        return;
    };
    match (target.as_object_mut(), patch.as_object()) {
        (Some(map), Some(over)) => {
            for (key, value) in over {
                let is_new_kind = value.get("kind").is_some();
                let slot = map.entry(key.clone()).or_insert(Value::Null);
                if is_new_kind || !slot.is_object() {
                    *slot = value.clone();
                } else {
                    put_over(slot, Some(value));
                }
            }
        }
        _ => *target = patch.clone(),
    }
}

/// Vary every leaf, as long as `is_sound` accepts it.
pub(super) fn vary(value: &mut Value, dice: &mut Dice, is_sound: &dyn Fn(&Value) -> bool) {
    let mut leaves = Vec::new();
    gather(value, String::new(), &mut leaves);
    for leaf in leaves {
        let factor = dice.around(0.5, 2.0);
        let slot = value.pointer_mut(&leaf).expect("it was found there");
        let Some(other) = scaled(slot, factor) else {
            continue;
        };
        let before = std::mem::replace(slot, other);
        if !is_sound(value) {
            *value.pointer_mut(&leaf).expect("it is still there") = before;
        }
    }
}

/// Durations that begin with a plus become instants: so long after `cause`.
pub(super) fn settle(value: &mut Value, cause: Span) {
    let mut leaves = Vec::new();
    gather(value, String::new(), &mut leaves);
    for leaf in leaves {
        let slot = value.pointer_mut(&leaf).expect("it was found there");
        let after = slot.as_str().and_then(|text| text.strip_prefix('+'));
        if let Some(Ok(after)) = after.map(Span::parse) {
            *slot = Value::from((cause + after).to_string());
        }
    }
}

fn gather(value: &Value, path: String, leaves: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map.iter().filter(|(key, _)| *key != "start") {
                gather(inner, format!("{path}/{key}"), leaves);
            }
        }
        Value::Array(list) => {
            for (place, inner) in list.iter().enumerate() {
                gather(inner, format!("{path}/{place}"), leaves);
            }
        }
        _ => leaves.push(path),
    }
}

/// The leaf, so many times as much; none if it is nothing that can be.
fn scaled(leaf: &Value, factor: f64) -> Option<Value> {
    if let Some(text) = leaf.as_str() {
        let (sign, rest) = match text.strip_prefix('+') {
            Some(rest) => ("+", rest),
            None => ("", text),
        };
        let span = Span::parse(rest).ok().filter(|span| !span.is_zero())?;
        return Some(Value::from(format!("{sign}{}", span.scaled(factor))));
    }
    let number = leaf.as_f64().filter(|_| leaf.is_f64())?;
    Some(Value::from(number * factor))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_measures_vary_and_only_as_far_as_they_are_sound() {
        let before = json!({
            "kind": "x", "start": "5m", "after": "10m", "rate": 3.0, "count": 4, "share": 0.9,
            "inner": {"at": "+20m", "is": true},
        });
        let mut value = before.clone();
        let is_sound = |value: &Value| value["share"].as_f64().is_some_and(|share| share <= 1.0);
        for world in 0..50 {
            let mut dice = Dice::new(7, world);
            value.clone_from(&before);
            vary(&mut value, &mut dice, &is_sound);
            for key in ["kind", "start", "count"] {
                assert_eq!(value[key], before[key]);
            }
            assert_eq!(value["inner"]["is"], true);
            assert!(is_sound(&value));
            let rate = value["rate"].as_f64().expect("a number");
            assert!((1.5..=6.0).contains(&rate) && (rate - 3.0).abs() > 0.0);
            let at = value["inner"]["at"].as_str().expect("a text");
            let at = Span::parse(&at[1..]).expect("a duration");
            assert!((10.0..=40.0).contains(&in_minutes(at)), "{at}");
        }
        settle(&mut value, Span::from_hours(1));
        let at = value["inner"]["at"].as_str().expect("a text");
        assert!(Span::parse(at).expect("an instant") > Span::from_minutes(69));
    }

    #[test]
    fn a_patch_goes_over_what_is_there() {
        let mut value = json!({"a": {"b": 1, "c": 2}, "d": {"kind": "x", "e": 1}});
        let patch = json!({"a": {"b": null}, "d": {"kind": "y"}, "f": [1]});
        put_over(&mut value, Some(&patch));
        put_over(&mut value, None);
        assert_eq!(
            value,
            json!({"a": {"b": null, "c": 2}, "d": {"kind": "y"}, "f": [1]})
        );
    }

    #[test]
    fn draws_belong_to_their_world() {
        let draw = |seed, world| Dice::new(seed, world).unit().to_bits();
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(1, 2), draw(1, 3));
        assert_ne!(draw(1, 2), draw(2, 2));
        let mut dice = Dice::new(3, 1);
        assert!((0..200).all(|_| dice.whole(2, 4) <= 4 && dice.whole(2, 4) >= 2));
    }
}
