//! Answers known from elsewhere: published storms, closed forms, regulators' numbers, the real night.
//!
//! Invariant: every bound is stated with where it comes from, and none is from this program.

use cellfall::scenario::Scenario;
use cellfall::simulation::{RunResult, simulate};

use super::storm::Storm;
use super::support::{counted, registered, repository, scenario};

/// Seconds until so many devices are registered.
fn first_at(curve: &[(f64, u64)], level: u64) -> f64 {
    let first = curve.iter().find(|(_, registered)| *registered >= level);
    first.map_or(f64::INFINITY, |(at, _)| *at)
}

fn near(found: f64, expected: f64, share: f64, what: &str) {
    let miss = found / expected - 1.0;
    assert!(
        miss.abs() <= share,
        "{what}: {found}, expected {expected} within {share}"
    );
}

const FINE: &str = "outputs: {kpi_period: 1s}\n";

/// The published times hold for any number of devices: the storm is a matter of rates.
#[test]
fn storm_w2_with_a_hundred_thousand_devices() {
    storm_w2(100_000, 1);
}

/// Single storms of ten thousand scatter by a few tenths of a percent, as the onset is drawn.
#[test]
fn storm_w2_with_ten_thousand_devices() {
    storm_w2(10_000, 8);
}

/// The times of the first seed, and the mean attempts of all.
fn storm_w2(devices: u64, seeds: u64) {
    let mut attempts = 0;
    for seed in 1..=seeds {
        let result = simulate(&Storm::w2(devices).scenario(FINE), seed);
        let curve = registered(&result);
        if seed == 1 {
            near(first_at(&curve, devices / 2), 3_372.0, 0.003, "half");
            near(first_at(&curve, devices * 99 / 100), 8_361.0, 0.003, "99 %");
            near(first_at(&curve, devices), 8_387.0, 0.003, "all");
        }
        attempts += result.impact.all.registered.attempts;
    }
    let each = attempts as f64 / (devices * seeds) as f64;
    near(each, 23.04, 0.003, "attempts per device");
}

#[test]
fn storm_w2_at_a_tenth_of_the_scale_is_the_same_storm() {
    let text = Storm::w2(100_000)
        .text()
        .replace("scale: 1.0", "scale: 0.1");
    let result = simulate(&scenario(&(text + FINE)), 1);
    assert_eq!(result.simulated_devices, 10_000);
    let curve = registered(&result);
    near(first_at(&curve, 5_000), 3_372.0, 0.01, "half");
    near(first_at(&curve, 10_000), 8_387.0, 0.01, "all");
}

/// With a queue longer than the guard, work is wasted, yet W2's retries march in step and the queue
/// runs dry between their waves: no collapse. The independent simulation has 55.4 % after an hour.
#[test]
fn a_queue_of_20_s_follows_the_independent_simulation() {
    let storm = Storm {
        queue_s: 20,
        ..Storm::w2(20_000)
    };
    let expected = storm.by_heap();
    let result = simulate(&storm.scenario(FINE), 1);
    let curve = registered(&result);
    near(expected[3_599], 0.554, 0.01, "independent, after an hour");
    for minute in (5..180).step_by(5) {
        let second = minute * 60;
        let found = curve.iter().find(|(at, _)| *at >= second as f64);
        let found = found.expect("a sample").1 as f64 / storm.devices as f64;
        let expected = expected[second - 1];
        assert!(
            (found - expected).abs() < 0.01,
            "{found} registered after {minute} min, {expected} expected"
        );
    }
}

/// The independent simulation itself gives the published storm.
#[test]
fn the_independent_simulation_gives_w2() {
    let curve = Storm::w2(10_000).by_heap();
    let at = |share: f64| curve.iter().position(|s| *s >= share).map_or(0, |s| s + 1);
    near(at(0.5) as f64, 3_372.0, 0.003, "half");
    near(at(1.0) as f64, 8_387.0, 0.003, "all");
}

#[test]
fn a_queue_longer_than_the_guard_collapses_for_good() {
    let storm = Storm {
        hours: 24,
        ..Storm::spread(20_000, 20)
    };
    let result = simulate(&storm.scenario(""), 1);
    let (_, last) = *registered(&result).last().expect("samples");
    assert!(last < storm.devices / 200, "{last} recovered by themselves");
    let tries = result.impact.all.registered.attempts / storm.devices;
    assert!(tries > 5 * 86_000 / 835 - 10, "only {tries} each");
}

#[test]
fn a_queue_shorter_than_the_guard_recovers() {
    let storm = Storm::spread(20_000, 5);
    let result = simulate(&storm.scenario(""), 1);
    assert_eq!(
        registered(&result).last().expect("samples").1,
        storm.devices
    );
}

/// The collapse at its third hour, and what is done about it then.
fn rescued(playbook: &str) -> RunResult {
    let storm = Storm {
        hours: 18,
        ..Storm::spread(20_000, 20)
    };
    let result = simulate(&storm.scenario(playbook), 1);
    let before = registered(&result)
        .into_iter()
        .take_while(|(at, _)| *at <= 10_800.0);
    let stuck = before.last().expect("samples").1;
    assert!(
        stuck < storm.devices / 200,
        "{stuck} before anything was done"
    );
    result
}

/// Capacity is 20,000 / 6,000 = 3.3 per second, and a reject takes a seventh of a registration: rejects of
/// 20,000 devices every 45 min on average and 1.5 registrations per second stay below it.
#[test]
fn the_collapse_ends_when_the_queue_is_purged_and_re_admission_paced() {
    let result = rescued(
        "
response:
  playbook:
    - {name: purge, after: {at: 3h}, action: {kind: purge, select: {kinds: [mme]}}}
    - {name: let-in, after: {at: 3h}, action: {kind: re-admit, pace: {rate: 1.5, backoff: 30m}}}
",
    );
    assert_eq!(registered(&result).last().expect("samples").1, 20_000);
    assert_eq!(result.impact.all.registered.lowest, 0);
}

/// Pacing alone is enough: what is queued runs out, and what comes after it is answered in time.
#[test]
fn the_collapse_ends_when_registrations_are_throttled_below_capacity() {
    let result = rescued(
        "
response:
  playbook:
    - {name: slow, after: {at: 3h}, action: {kind: throttle, pace: {rate: 1.5, backoff: 30m}}}
",
    );
    assert_eq!(registered(&result).last().expect("samples").1, 20_000);
}

/// A pace that lets everybody through is none: the collapse stays, by hours or for good.
#[test]
fn a_pace_above_capacity_does_not_end_the_collapse() {
    let result = rescued(
        "
response:
  playbook:
    - {name: slow, after: {at: 3h}, action: {kind: throttle, pace: {rate: 60.0}}}
",
    );
    let (_, last) = *registered(&result).last().expect("samples");
    assert!(last < 10_000, "{last} of 20,000 recovered");
}

/// A server that answers nobody: what does not find it idle waits, or is turned away.
fn unanswered(devices: u64, onset_s: u64, when_full: &str) -> RunResult {
    let storm = Storm {
        onset_s,
        queue_s: 0,
        capacity_s: 1e15,
        hours: 1,
        ..Storm::w2(devices)
    };
    let queue = format!("queue: 0s, when_full: {when_full}");
    let text = storm.text().replace("queue: 0s", &queue);
    simulate(&scenario(&(text + "outputs: {kpi_period: 5s}\n")), 1)
}

/// Four attempts each within 100 s: N / 25 s, 5.0 M/s for 125 M. Then five per 835 s (4 × 25 s + 15 s
/// + 12 min): 0.75 M/s. Without jitter the counts are exact.
#[test]
fn retries_without_an_answer() {
    let devices = 10_000;
    let result = unanswered(devices, 25, "drop");
    let attempts = |until| counted(&result, until, |c| c.registration_attempts);
    assert_eq!(attempts(100.0), 4 * devices, "N / 25 s");
    assert_eq!(attempts(125.0), 5 * devices);
    assert_eq!(attempts(835.0), 5 * devices, "silence of 12 min");
    assert_eq!(attempts(3.0 * 835.0), 15 * devices, "5 N / 835 s");
}

/// Five per 760 s (4 × 10 s + 12 min) when each is refused at once: 0.82 M/s for 125 M.
#[test]
fn retries_after_an_immediate_reject() {
    let devices = 10_000;
    let result = unanswered(devices, 10, "reject");
    let attempts = |until| counted(&result, until, |c| c.registration_attempts);
    // All but the one that the server took.
    near(
        attempts(760.0) as f64,
        5.0 * devices as f64,
        0.0005,
        "760 s",
    );
    near(
        attempts(2_280.0) as f64,
        15.0 * devices as f64,
        0.0005,
        "5 N / 760 s",
    );
}

/// The same by a defect: cause #17 to everybody.
#[test]
fn retries_after_reject_17_by_a_defect() {
    let devices = 5_000;
    let text = Storm {
        hours: 1,
        capacity_s: 1.0,
        ..Storm::w2(devices)
    };
    let text = text
        .text()
        .replace("min: 0s, max: 10s", "min: 600s, max: 610s");
    let result = simulate(
        &scenario(&format!(
            "{text}
outputs: {{kpi_period: 10s}}
change: {{target: {{kinds: [mme]}}, defect: {{kind: reject-all, cause: 17}}}}
rollout:
  on_fail: halt
  stages: [{{drain: {{mode: hard}}, install: 1m}}]
"
        )),
        1,
    );
    let attempts = |until| counted(&result, until, |c| c.registration_attempts);
    assert_eq!(attempts(600.0 + 2_280.0), 15 * devices, "5 N / 760 s");
    let rejects = counted(&result, 2_880.0, |c| c.registration_rejects);
    assert_eq!(rejects, 15 * devices);
}

/// T3346 between 15 and 30 min: one attempt per 22.5 min and device, 93 k/s for 125 M.
#[test]
fn retries_under_t3346() {
    let devices = 10_000;
    let storm = Storm {
        hours: 9,
        ..Storm::w2(devices)
    };
    let result = simulate(
        &storm.scenario(
            "
response:
  playbook:
    - name: nobody
      after: {at: 0s}
      action: {kind: throttle, pace: {rate: 0.000001, backoff: 15m}}
",
        ),
        1,
    );
    let attempts = |hours: f64| counted(&result, hours * 3_600.0, |c| c.registration_attempts);
    let each = (attempts(9.0) - attempts(3.0)) as f64 / devices as f64;
    near(each, 6.0 * 60.0 / 22.5, 0.01, "attempts in six hours");
}

const QUIET: &str = "
horizon: 24h
scale: 0.2
start: 2024-02-21T00:00:00-06:00
topology:
  source: generated
  towers: 150
  devices: 200000
  states: [TX, NM, OK]
  core: {udm: 1, ims: 1}
outputs: {kpi_period: 15m}
";

/// Nothing happens: nothing is lost, nobody waits, and events come as often as their closed forms say.
#[test]
fn a_quiet_day() {
    let result = simulate(&scenario(QUIET), 3);
    let all = &result.impact.all;
    for (service, impact) in ["voice", "data", "sms", "emergency"]
        .iter()
        .zip(&all.services)
    {
        assert!(
            impact.device_minutes.abs() < f64::MIN_POSITIVE && impact.peak == 0,
            "{service}: {impact:?}"
        );
    }
    assert_eq!((all.calls.blocked, all.calls.emergency_blocked), (0, 0));
    assert!(all.registered.attempts > 10_000, "restarts register");
    let success = all.registered.successes as f64 / all.registered.attempts as f64;
    assert!(success >= 0.999, "success {success}");
    let periods = result.kpi.functions.iter().filter(|row| row.period_us > 0);
    for row in periods {
        let busy = row.counts.busy_us as f64 / row.period_us as f64 + row.counts.background;
        assert!(busy <= 0.7, "{} at {busy}", result.names.nodes[row.node]);
    }
}

/// Smartphones and public safety, 77 % of devices, can call, and restart every other day.
#[test]
fn a_quiet_day_has_the_events_of_its_closed_forms() {
    let result = simulate(&scenario(QUIET), 3);
    let devices = result.simulated_devices as f64;
    let voice = 0.77 * devices;
    let total =
        |what: fn(&cellfall::network::ClassCounts) -> u64| counted(&result, 90_000.0, what) as f64;
    near(total(|c| c.calls), voice * 10.0, 0.01, "calls");
    // A refresh each 3,000 s; a restart (0.5 a day) adds a registration and loses half a period.
    let ims = voice * (86_400.0 / 3_000.0 + 0.5 * 0.5);
    near(total(|c| c.ims_attempts), ims, 0.01, "IMS");
    let attempts = devices * (0.77 * 0.5 + 0.23 * 0.1);
    near(
        total(|c| c.registration_attempts),
        attempts,
        0.03,
        "restarts",
    );
}

/// A thing that is silent all day makes a periodic update every 54 min: 26.7 a day.
#[test]
fn silent_things_update_every_54_minutes() {
    let silent = format!(
        "{QUIET}
population:
  classes: [{{name: meter, voice: 0.0, restarts_per_day: 0.0, uplink_interval_s: {:?}}}]
",
        [1e12; 24]
    );
    let result = simulate(&scenario(&silent), 3);
    let updates = counted(&result, 90_000.0, |c| c.periodic_updates) as f64;
    let each = 86_400.0 / 3_240.0;
    near(
        updates,
        result.simulated_devices as f64 * each,
        0.002,
        "updates",
    );
    assert_eq!(counted(&result, 90_000.0, |c| c.registration_attempts), 0);
}

/// Towers off the air from the first hour for so many minutes, seen until the horizon.
fn sites_out(sites: u32, minutes: u64, horizon_minutes: u64) -> RunResult {
    let back = 60 + minutes;
    simulate(
        &scenario(&format!(
            "
horizon: {horizon_minutes}m
scale: 0.05
topology: {{source: generated, towers: 100, devices: 171200, states: [TX]}}
network: {{access: {{uncovered: 1.0}}, calls: {{enabled: false}}}}
response:
  playbook:
    - name: off
      after: {{at: 60m}}
      action: {{kind: isolate, select: {{kinds: [tower], count: {sites}}}, parallel: 100}}
    - name: on
      after: {{at: {back}m}}
      action: {{kind: restore, select: {{kinds: [tower], count: {sites}}}, parallel: 100}}
"
        )),
        1,
    )
}

/// Minutes from the outage until the FCC's clause on sites is crossed.
fn fcc_crossed(result: &RunResult) -> Option<f64> {
    let clauses = result.impact.reportable.iter();
    let clause = clauses
        .into_iter()
        .find(|verdict| verdict.clause == "telephony, sites out");
    let crossed = clause.expect("the clause is judged").crossed?;
    Some(crossed.as_minutes_f64() - 60.0)
}

/// 900,000 user-minutes at 1,712 users per site.
#[test]
fn one_site_is_reportable_after_526_minutes() {
    let result = sites_out(1, 600, 60 + 540);
    let crossed = fcc_crossed(&result).expect("reportable");
    assert!((crossed - 525.7).abs() < 1.5, "after {crossed} min");
    let too_short = sites_out(1, 600, 60 + 520);
    assert_eq!(fcc_crossed(&too_short), None);
}

#[test]
fn nineteen_sites_are_reportable_after_the_least_30_minutes_and_sixteen_are_not() {
    let crossed = fcc_crossed(&sites_out(19, 32, 180)).expect("reportable");
    assert!((crossed - 30.0).abs() < 1.5, "after {crossed} min");
    assert_eq!(fcc_crossed(&sites_out(16, 31, 180)), None);
    assert_eq!(fcc_crossed(&sites_out(19, 20, 180)), None, "20 min");
}

/// The night of 22 February 2024, one device in two thousand: total loss 3 min after the change,
/// `FirstNet` back in 138 to 180 min, 95 % registered at 588 ± 90 min, at least three times later.
#[test]
fn the_night_of_22_february_2024() {
    let path = repository("scenarios/incidents/att-2024-02-22.yaml");
    let night = Scenario::with_overrides(&path, &["scale=0.0005".to_owned()]);
    let result = simulate(&night.expect("the shipped scenario is sound"), 1);
    let impact = &result.impact;
    let share = |minute: f64| {
        let at = cellfall::base::SimTime::from_secs(minute * 60.0);
        impact.registered_share(None, at).expect("a share")
    };
    assert!((impact.reference.as_minutes_f64() - 12.0).abs() < 1e-9);
    assert!(share(14.0) > 0.99, "{} just before", share(14.0));
    assert!(share(15.1) < 0.01, "{} three minutes after", share(15.1));
    let minutes = |class, level| {
        let span = impact.registered_again(class, level);
        span.expect("it recovers").as_secs_f64() / 60.0
    };
    let (class, _) = impact.class("public-safety").expect("the class");
    let first_net = minutes(Some(class), 0.9);
    assert!((138.0..=180.0).contains(&first_net), "{first_net} min");
    let all = minutes(None, 0.95);
    assert!((all - 588.0).abs() <= 90.0, "{all} min");
    let ratio = minutes(None, 0.9) / first_net;
    assert!(ratio >= 3.0, "ratio {ratio}");
}
