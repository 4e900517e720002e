//! Questions to the operator's view of a small network.

use super::*;
use crate::base::{ClassId, Share};
use crate::network::{ClassCounts, FunctionCounts};
use crate::telemetry::fixture::{Minute, World};
use crate::telemetry::{OnDeadPath, Path, PipelineSpec};

fn minute(registered: u64) -> Minute {
    Minute::of(ClassCounts {
        devices: 100,
        registered,
        registration_attempts: 100 - registered,
        registration_successes: (100 - registered) / 2,
        ..ClassCounts::default()
    })
}

fn close(observed: Option<Observed>, value: f64) -> bool {
    observed.is_some_and(|observed| (observed.value - value).abs() < 1e-9)
}

#[test]
fn towers_count_one_by_one_by_region_and_together() {
    let mut world = World::ideal();
    world.pass(&minute(40));
    world.pass_towers([[60.0, 40.0, 10.0], [30.0, 20.0, 0.0]]);
    let now = world.now();
    let at = |metric, place| world.view.value(metric, place, now);
    let tower = Place::Function(NodeId(7));
    assert!(close(at(Metric::RrcSignallingAttempts, tower), 60.0));
    assert!(close(at(Metric::RrcAttempts, Place::Network), 150.0));
    let south = Place::Region(RegionId(1));
    assert!(close(at(Metric::RrcAttempts, south), 50.0));
    assert!(close(at(Metric::RrcRefusedShare, tower), 0.1));
    assert_eq!(at(Metric::RrcRefused, Place::Function(NodeId(0))), None);
    assert!(Place::Class(ClassId(0)).check(Metric::RrcRefused).is_err());
}

#[test]
fn nothing_is_known_before_it_is_delivered() {
    let mut world = World::ideal();
    world.pass(&minute(40));
    let period_end = SimTime::from_secs(60.0);
    let (metric, place) = (Metric::RegisteredShare, Place::Network);
    assert_eq!(world.view.value(metric, place, period_end), None);
    let delivered = SimTime::from_secs(65.0);
    let observed = world.view.value(metric, place, delivered).expect("a value");
    assert!((observed.value - 0.4).abs() < 1e-9);
    assert_eq!(observed.at, period_end);
    assert!(
        (observed.samples - 400.0).abs() < 1e-9,
        "two regions, two classes"
    );
}

#[test]
fn nothing_over_nothing_is_no_value() {
    let mut world = World::ideal();
    world.pass(&minute(100));
    let now = world.now();
    assert_eq!(world.view.value(Metric::Rsr, Place::Network, now), None);
    assert!(close(
        world.view.value(Metric::RegInitReq, Place::Network, now),
        0.0
    ));
    assert_eq!(
        world.view.value(Metric::DropShare, Place::Network, now),
        None
    );
}

#[test]
fn places_see_their_own_part() {
    let mut world = World::ideal();
    let mut state = minute(100);
    state.classes[1][1].registered = 0;
    world.pass(&state);
    let share = |place| {
        world
            .view
            .value(Metric::RegisteredShare, place, world.now())
    };
    assert!(close(share(Place::Network), 0.75));
    assert!(close(share(Place::Region(RegionId(0))), 1.0));
    assert!(close(share(Place::Region(RegionId(1))), 0.5));
    assert!(close(share(Place::Class(ClassId(1))), 0.5));
    assert_eq!(share(Place::Class(ClassId(9))), None);
}

#[test]
fn windows_pool_ratios_and_average_levels() {
    let mut world = World::ideal();
    for registered in [100, 80, 60] {
        world.pass(&minute(registered));
    }
    let over = |metric, minutes| {
        let window = Window::last(Span::from_minutes(minutes), world.now());
        world.view.over(metric, Place::Network, window)
    };
    assert!(close(over(Metric::RegInitReq, 2), 240.0), "4 x (20 + 40)");
    assert!(close(over(Metric::Rsr, 3), 0.5));
    assert!(close(over(Metric::RegisteredSubNbrMean, 2), 280.0));
    assert!(close(over(Metric::RegisteredSubNbrMean, 1), 240.0));
    assert!(close(over(Metric::RegistrationAttemptRate, 2), 2.0));
}

#[test]
fn earlier_windows_are_answered_from_what_is_known_now() {
    let mut world = World::ideal();
    for registered in [100, 80, 60] {
        world.pass(&minute(registered));
    }
    let window = Window::newest(world.now());
    let share = |window| {
        world
            .view
            .over(Metric::RegisteredShare, Place::Network, window)
    };
    assert!(close(share(window), 0.6));
    assert!(close(share(window.before(Span::from_minutes(2))), 1.0));
    assert_eq!(share(window.before(Span::from_hours(1))), None);
}

#[test]
fn a_silent_network_has_no_value_rather_than_an_old_one() {
    let mut world = World::ideal();
    world.pass(&minute(100));
    let share = |seconds| {
        let now = SimTime::from_secs(seconds);
        world
            .view
            .value(Metric::RegisteredShare, Place::Network, now)
    };
    assert!(share(360.0).is_some());
    assert_eq!(share(361.0), None);
}

#[test]
fn elements_are_seen_one_by_one_and_together() {
    let mut world = World::ideal();
    let mut state = minute(100);
    state.functions[0] = Some(FunctionCounts {
        arrived: 120,
        served: 60,
        dropped: 30,
        busy_us: 30_000_000,
        backlog_us: 5_000_000,
        up: true,
        ..FunctionCounts::default()
    });
    world.pass(&state);
    let now = world.now();
    let at = |metric, place| world.view.value(metric, place, now);
    let element = Place::Function(NodeId(0));
    assert!(close(at(Metric::Utilisation, element), 0.5));
    assert!(close(at(Metric::QueueWait, element), 5.0));
    assert!(close(at(Metric::RequestRate, element), 2.0));
    assert!(close(at(Metric::DropShare, Place::Network), 0.25));
    // North has two elements that count, of which this one serves.
    assert!(close(
        at(Metric::ElementsUp, Place::Region(RegionId(0))),
        0.5
    ));
    assert_eq!(at(Metric::Utilisation, Place::Class(ClassId(0))), None);
}

#[test]
fn what_is_older_than_the_retention_is_forgotten() {
    let mut world = World::ideal();
    for _ in 0..600 {
        world.pass(&minute(100));
    }
    // Two regions and four elements, six hours, and the delay's minute.
    let kept = world.view.report_count();
    assert!((6 * 360..=6 * 361).contains(&kept), "{kept}");
}

#[test]
fn reports_that_overtake_one_another_end_in_order() {
    let mut world = World::ideal();
    world.pass_undelivered(&minute(100));
    world.pass_undelivered(&minute(50));
    let mut reports = world.take_undelivered();
    reports.reverse();
    for report in reports {
        world.view.deliver(report);
    }
    let now = world.now();
    let share = world
        .view
        .value(Metric::RegisteredShare, Place::Network, now);
    assert!(close(share, 0.5));
}

#[test]
fn a_network_that_takes_its_reports_down_with_it_is_understood_afterwards() {
    let in_band = PipelineSpec {
        loss: Some(Share::NONE),
        path: Some(Path::InBand),
        on_dead_path: Some(OnDeadPath::Hold),
        ..PipelineSpec::default()
    };
    let mut world = World::with(&TelemetrySpec {
        counters: in_band,
        ..TelemetrySpec::default()
    });
    world.pass(&minute(100));
    for _ in 0..9 {
        world.pass_reachable(&minute(0), |_| false);
    }
    let share = |world: &World, ago| {
        let window = Window::newest(world.now()).before(Span::from_minutes(ago));
        let (metric, place) = (Metric::RegisteredShare, Place::Network);
        world.view.over(metric, place, window)
    };
    assert_eq!(share(&world, 0), None);
    assert!(close(share(&world, 6), 1.0), "nothing newer was known");
    world.pass(&minute(80));
    assert!(close(share(&world, 0), 0.8));
    assert!(close(share(&world, 7), 0.0), "the held reports tell");
}

#[test]
fn samples_are_counted_as_simulated_so_that_luck_at_a_small_scale_is_no_alarm() {
    let mut world = World::ideal();
    world.pass(&minute(40));
    let now = world.now();
    let ask = |view: &OperatorView| {
        let window = Window::newest(now);
        view.over(Metric::RegisteredShare, Place::Network, window)
            .expect("a value")
    };
    let (whole, part) = (ask(&world.view), ask(&world.view.clone().at_scale(0.01)));
    assert!((whole.value - part.value).abs() < 1e-12);
    assert!((whole.samples * 0.01 - part.samples).abs() < 1e-9);
}
