//! Who could have done it: every kind of defect, attack and disturbance that the registries hold, in three
//! classes, and how likely each is before anybody has looked.
//!
//! A release that is poisoned (its fault bears the techniques of attackers) is an attack, although it rides a
//! rollout; beside each such kind stands its twin: the same release with the same harm, but botched.
//!
//! Invariant: kinds come from the registries alone.

use std::collections::BTreeMap;

use crate::attack::{AttackSpec, DisturbanceSpec};
use crate::base::nearest;
use crate::fault::DefectSpec;

use super::super::statistics::number;

/// The question of the night.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Somebody means it.
    Attack,
    /// A change of one's own.
    OwnChange,
    /// Neither: power, fibre, crowds, maintenance, old defects.
    Nobody,
}

/// All classes, in the order of tables.
pub const CLASSES: [Class; 3] = [Class::Attack, Class::OwnChange, Class::Nobody];

impl Class {
    /// The word in files and outputs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Attack => "attack",
            Self::OwnChange => "own-change",
            Self::Nobody => "nobody",
        }
    }
}

/// What makes a kind happen, with its default parameters.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there are a few dozen kinds")]
pub(super) enum Origin {
    Defect(DefectSpec),
    Attack(AttackSpec),
    Disturbance(DisturbanceSpec),
}

/// A kind of cause.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Its kebab-case word; a twin's begins with `botched-`.
    pub name: String,
    /// Its class.
    pub class: Class,
    /// The kind that it is the twin of, by its place in the cast.
    pub twin_of: Option<usize>,
    pub(super) origin: Origin,
}

/// Every kind, class by class.
pub fn cast() -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    let defects = DefectSpec::all().into_iter().map(|defect| {
        let fault = defect.fault();
        let is_meant = !fault.techniques.is_empty();
        let class = [Class::OwnChange, Class::Attack][usize::from(is_meant)];
        (fault.kind, class, Origin::Defect(defect))
    });
    let attacks = AttackSpec::all().into_iter().map(|attack| {
        let kind = attack.happening().kind();
        (kind, Class::Attack, Origin::Attack(attack))
    });
    let disturbances = DisturbanceSpec::all().into_iter().map(|disturbance| {
        let kind = disturbance.happening().kind();
        (kind, Class::Nobody, Origin::Disturbance(disturbance))
    });
    let all = defects.chain(attacks).chain(disturbances);
    kinds.extend(all.map(|(name, class, origin)| Kind {
        name: name.to_owned(),
        class,
        twin_of: None,
        origin,
    }));
    kinds.sort_by_key(|kind| kind.class);
    let riders = kinds.iter().enumerate().filter(|(_, kind)| {
        kind.class == Class::Attack && matches!(kind.origin, Origin::Defect(_))
    });
    let twins: Vec<Kind> = riders.map(|(place, kind)| twin(place, kind)).collect();
    let before = kinds.partition_point(|kind| kind.class <= Class::OwnChange);
    kinds.splice(before..before, twins);
    kinds
}

fn twin(place: usize, kind: &Kind) -> Kind {
    Kind {
        name: format!("botched-{}", kind.name),
        class: Class::OwnChange,
        twin_of: Some(place),
        origin: kind.origin.clone(),
    }
}

/// How likely each kind is, in the order of the cast.
#[derive(Clone, Debug, PartialEq)]
pub struct Prior {
    /// By kind.
    pub kinds: Vec<f64>,
    /// By class, in the order of [`CLASSES`].
    pub classes: [f64; 3],
}

/// Shares of major incidents of telecom networks in the EU, as ENISA's annual report for 2020 has them:
/// malicious actions 4 %, human errors 26 %, system failures 61 %, natural phenomena 9 %. A third of the system
/// failures is counted as own changes (faulty software changes; that share is assumed).
const ENISA: [f64; 3] = [0.04, 0.46, 0.50];

impl Prior {
    /// ENISA's rates, the kinds of a class alike.
    pub fn enisa(cast: &[Kind]) -> Self {
        let spread = |kind: &Kind| {
            let alike = cast.iter().filter(|other| other.class == kind.class);
            ENISA[kind.class as usize] / number(alike.count())
        };
        Self {
            kinds: cast.iter().map(spread).collect(),
            classes: ENISA,
        }
    }

    /// ENISA's rates, changed by entries `attack=0.08` (classes: all three or none) and `oam-wiper=0.01`
    /// (kinds: what is left of their class goes to its other kinds alike).
    ///
    /// # Errors
    /// A name that is none, a value that is none, or shares that do not add up.
    pub fn of(entries: &[(String, f64)], cast: &[Kind]) -> Result<Self, String> {
        let mut given: BTreeMap<&str, f64> = BTreeMap::new();
        for (name, value) in entries {
            if !(0.0..=1.0).contains(value) {
                return Err(format!("prior {name}: found {value}, expected 0 to 1"));
            }
            check_name(name, cast)?;
            if given.insert(name, *value).is_some() {
                return Err(format!("prior {name}: found twice, expected once"));
            }
        }
        let classes = classes(&given)?;
        let kinds = spread(&given, classes, cast)?;
        Ok(Self { kinds, classes })
    }
}

fn check_name(name: &str, cast: &[Kind]) -> Result<(), String> {
    let words = CLASSES.iter().map(|class| class.word());
    let names: Vec<&str> = words
        .chain(cast.iter().map(|kind| kind.name.as_str()))
        .collect();
    if names.contains(&name) {
        return Ok(());
    }
    let hint = nearest(name, &names).map_or_else(String::new, |near| format!(" ({near}?)"));
    Err(format!(
        "prior {name}: found no class or kind of this name{hint}, expected attack, own-change, nobody, \
         or a kind of defect, attack or disturbance"
    ))
}

fn classes(given: &BTreeMap<&str, f64>) -> Result<[f64; 3], String> {
    let of = CLASSES.map(|class| given.get(class.word()).copied());
    match of {
        [None, None, None] => Ok(ENISA),
        [Some(attack), Some(change), Some(nobody)] => {
            let sum = attack + change + nobody;
            if (sum - 1.0).abs() > 1e-6 {
                return Err(format!(
                    "prior: found {sum:.6} for attack, own-change and nobody together, expected 1"
                ));
            }
            Ok([attack, change, nobody])
        }
        _ => Err(
            "prior: found some of attack, own-change and nobody, expected all three or none"
                .to_owned(),
        ),
    }
}

/// What is left of each class after its given kinds goes to the others.
fn spread(
    given: &BTreeMap<&str, f64>,
    classes: [f64; 3],
    cast: &[Kind],
) -> Result<Vec<f64>, String> {
    let mut left = classes;
    let mut others = [0_usize; 3];
    for kind in cast {
        match given.get(kind.name.as_str()) {
            Some(value) => left[kind.class as usize] -= value,
            None => others[kind.class as usize] += 1,
        }
    }
    for class in CLASSES {
        let (left, others) = (left[class as usize], others[class as usize]);
        if left < -1e-6 || others == 0 && left > 1e-6 {
            let (word, whole) = (class.word(), classes[class as usize]);
            let sum = whole - left;
            return Err(format!(
                "prior: found {sum:.6} for the kinds of {word}, expected {whole}, which is that of {word}"
            ));
        }
    }
    let of = |kind: &Kind| {
        let class = kind.class as usize;
        let equal = || left[class].max(0.0) / number(others[class]);
        given.get(kind.name.as_str()).copied().unwrap_or_else(equal)
    };
    Ok(cast.iter().map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prior(entries: &[(&str, f64)]) -> Result<Prior, String> {
        let entries: Vec<_> = entries.iter().map(|(n, v)| ((*n).to_owned(), *v)).collect();
        Prior::of(&entries, &cast())
    }

    #[test]
    fn every_kind_of_the_registries_is_cast_once_and_riders_have_a_twin() {
        let cast = cast();
        let registered =
            DefectSpec::all().len() + AttackSpec::all().len() + DisturbanceSpec::all().len();
        let twins = cast.iter().filter(|kind| kind.twin_of.is_some()).count();
        assert_eq!(cast.len(), registered + twins);
        let mut names: Vec<&str> = cast.iter().map(|kind| kind.name.as_str()).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|two| two[0] != two[1]), "{names:?}");
        let twin = cast.iter().find(|kind| kind.name == "botched-supply-chain");
        let twin = twin.expect("a poisoned release has a twin");
        let original = &cast[twin.twin_of.expect("of something")];
        assert_eq!(original.name, "supply-chain");
        assert_eq!(original.class, Class::Attack);
        assert!(cast.is_sorted_by_key(|kind| kind.class));
    }

    #[test]
    fn a_prior_adds_up_or_is_refused() {
        let default = prior(&[]).expect("ENISA's");
        assert!((default.kinds.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let own = prior(&[("attack", 0.2), ("own-change", 0.3), ("nobody", 0.5)]);
        assert!((own.expect("it adds up").kinds.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let one = prior(&[("supply-chain", 0.03)]).expect("a kind of attack");
        assert!((one.kinds.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        for (entries, what) in [
            (
                &[("attack", 0.2), ("own-change", 0.3), ("nobody", 0.4)][..],
                "together, expected 1",
            ),
            (&[("attack", 0.2)], "all three or none"),
            (&[("oam-wipr", 0.2)], "oam-wiper?"),
            (&[("oam-wiper", 0.2)], "kinds of attack"),
            (&[("oam-wiper", -0.2)], "expected 0 to 1"),
            (&[("oam-wiper", f64::NAN)], "expected 0 to 1"),
            (&[("oam-wiper", 0.01), ("oam-wiper", 0.01)], "found twice"),
        ] {
            let error = prior(entries).expect_err("it does not add up");
            assert!(error.contains(what), "{error}");
        }
    }
}
