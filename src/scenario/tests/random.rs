//! Random plans come back as they were; random bytes never panic.
//!
//! Invariant: no test here knows what a plan means.

use proptest::prelude::*;

use super::super::fixture::{
    Backbone, Everywhere, Fault, Mode, OnFail, Probe, Regression, Rollout, Stage,
};
use super::super::{digest, to_yaml};
use super::{Plan, complaints, plan};
use crate::base::{Delay, PerSecond, Share, Span};

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![0..5_000_000_u64, 0..100_000_000_000_000_u64].prop_map(Span::from_us)
}

fn share() -> impl Strategy<Value = Share> {
    (0.0..=1.0).prop_map(|value| Share::new(value).expect("a share"))
}

/// Texts, and what looks like something else.
fn text() -> impl Strategy<Value = String> {
    let odd = [
        "no",
        "1e3",
        "null",
        "~",
        "",
        " x ",
        "a: b",
        "- a",
        "#",
        "'",
        "\"",
        "0x1",
        "<<",
        "|",
        "%",
        "é\n\tü\r\n",
        "true",
        "5",
        "x\n\n",
        "\u{feff}y",
        "\u{85}z",
        "&a",
        "*a",
        "!t",
        "[",
        "2024-02-22",
    ];
    prop_oneof![
        prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
        "\\PC{0,12}"
    ]
}

fn delay() -> impl Strategy<Value = Delay> {
    (0..4, span(), span()).prop_map(|(kind, a, b)| {
        let json = match kind {
            0 => serde_json::json!(a),
            1 => serde_json::json!({"uniform": {"min": a, "max": b}}),
            2 => serde_json::json!({"exponential": {"mean": a}}),
            _ => serde_json::json!({"lognormal": {"median": a, "p90": b}}),
        };
        serde_json::from_value(json).expect("a delay")
    })
}

fn stage() -> impl Strategy<Value = Stage> {
    (
        "[a-z]\\PC{0,5}",
        span(),
        delay(),
        1..=100_u32,
        any::<bool>(),
    )
        .prop_map(|(name, soak, approval, max_unavailable, frozen)| Stage {
            name,
            soak,
            approval,
            max_unavailable,
            frozen,
        })
}

fn rollout() -> impl Strategy<Value = Rollout> {
    let on_fail = prop::sample::select(&[OnFail::RollBack, OnFail::Halt, OnFail::Isolate][..]);
    (prop::collection::vec(stage(), 1..4), on_fail)
        .prop_map(|(stages, on_fail)| Rollout { stages, on_fail })
}

fn fault() -> impl Strategy<Value = Fault> {
    let crash = (span(), share()).prop_map(|(dwell, share)| Fault::Crash { dwell, share });
    prop_oneof![crash, Just(Fault::StateLoss)].prop_recursive(3, 8, 3, |inner| {
        (share(), prop::collection::vec(inner, 0..3))
            .prop_map(|(factor, then)| Fault::Regression(Regression { factor, then }))
    })
}

fn probe() -> impl Strategy<Value = Probe> {
    let words = prop::sample::select(&[Everywhere::All, Everywhere::None][..]);
    prop_oneof![
        words.prop_map(Probe::Word),
        any::<u16>().prop_map(Probe::One),
        any::<(i32, i32)>().prop_map(|(from, to)| Probe::Range { from, to }),
    ]
}

fn backbone() -> impl Strategy<Value = Backbone> {
    prop_oneof![
        Just(Backbone::Generated),
        text().prop_map(Backbone::File),
        any::<u8>().prop_map(|rows| Backbone::Grid { rows }),
    ]
}

fn some_plan() -> impl Strategy<Value = Plan> {
    let rates = (0.0..1e12).prop_map(|rate| PerSecond::new(rate).expect("a rate"));
    let modes = prop::sample::select(&[Mode::FirstIn, Mode::LastIn][..]);
    let scalars = (
        text(),
        any::<u64>(),
        share(),
        span(),
        prop::option::of(text()),
        any::<Option<u32>>(),
    );
    let rest = (
        prop::option::of(rollout()),
        prop::collection::vec(fault(), 0..3),
        prop::collection::btree_map(text(), rates, 0..4),
        prop::collection::btree_map(modes, any::<u8>(), 0..3),
        any::<(u8, u8)>(),
        (probe(), backbone()),
    );
    (scalars, rest).prop_map(|((name, seed, scale, duration, note, limit), rest)| Plan {
        name,
        seed,
        scale,
        duration,
        note: note.map(|note| note.replace(';', ",")),
        limit,
        rollout: rest.0,
        faults: rest.1,
        // A key `<<` would be a merge; no real map has one.
        capacity: rest.2.into_iter().filter(|(key, _)| key != "<<").collect(),
        by_mode: rest.3,
        hours: rest.4,
        probe: rest.5.0,
        backbone: rest.5.1,
        counter: "calls".to_owned(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_comes_back_as_it_was(original in some_plan()) {
        let text = to_yaml(&original).expect("a plan can be written");
        prop_assert_eq!(&plan(&text, &[]), &original, "{}", text);
        let json = serde_json::to_string(&original).expect("a plan can be written");
        prop_assert_eq!(&plan(&json, &[]), &original, "{}", json);
        let again = to_yaml(&plan(&text, &[]));
        prop_assert_eq!(again, Ok(text));
    }

    #[test]
    fn noise_never_panics(text in ".{0,200}", set in ".{0,40}") {
        complaints(&text, &[&set]);
    }

    #[test]
    fn mangled_plans_never_panic(
        original in some_plan(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{}:,\\-#&*!|>'\"%@ \t\na0]{0,3}"), 1..6),
        set in "[a-z.\\[\\]0-2\"]{1,12}=[\\[\\]{}:a0 ]{0,6}",
    ) {
        let mut text: Vec<char> = to_yaml(&original).expect("a plan can be written").chars().collect();
        for (at, put) in cuts {
            let at = at.index(text.len());
            text.splice(at..=at, put.chars());
            text.push('\n');
        }
        complaints(&text.into_iter().collect::<String>(), &[&set]);
    }
}

#[test]
fn a_resolved_plan_holds_every_default_in_a_form_to_read() {
    let text = "rollout: {stages: [{name: no, bake: 90m}]}";
    let resolved = to_yaml(&plan(text, &[])).expect("a plan can be written");
    for line in [
        "seed: 0",
        "soak: 1h30m",
        "max_unavailable: 1",
        "on_fail: roll-back",
        "probe: all",
    ] {
        assert!(
            resolved.lines().any(|have| have.trim() == line),
            "{line}\n{resolved}"
        );
    }
}

#[test]
fn the_digest_is_of_the_meaning_not_of_the_writing() {
    let of = |text| digest(&plan(text, &[])).expect("a digest").to_string();
    assert_eq!(of("{\"seed\": 1, \"name\": \"\"}"), of("seed: 0x1 # one"));
    assert_ne!(of("seed: 1"), of("seed: 2"));
}
