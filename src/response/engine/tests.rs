//! The response carried out on a world that only remembers what was done to it.

use std::collections::BTreeMap;

use super::*;
use crate::base::RegionId;
use crate::fault::testing::FakePort;
use crate::network::{Barring, Command, ElementStatus, PaceOrder, Scope};
use crate::telemetry::fixture::{Minute, World, classes, names};

/// A response, its port, and a world that loses half of its registrations at minute 10 unless told
/// otherwise.
struct Night {
    response: Response,
    port: FakePort,
    world: World,
    waiting: BTreeMap<(SimTime, usize), ResponseOrder>,
    pushed: usize,
    actions: Vec<(u64, ResponseAction)>,
    /// Registered of a hundred, from each minute on.
    registered: Vec<(u64, u64)>,
    passed: u64,
}

const RULES: &str = "
alarms:
  - {name: low, metric: RSR, condition: '< 0.98', for: 2m}
detect: 5m
triage: 10m
decide: 3m
";

fn response(playbook: &str) -> Result<Response, Vec<Problem>> {
    let spec: ResponseSpec =
        serde_saphyr::from_str(&format!("{RULES}{playbook}")).expect("a response");
    let world = World::ideal();
    let classes = classes();
    Response::new(
        &spec,
        &names(&world.topology, &classes),
        Span::from_hours(6),
    )
}

impl Night {
    fn new(playbook: &str) -> Self {
        let world = World::ideal();
        let port = FakePort::new(world.topology.clone(), 5);
        let mut night = Self {
            response: response(playbook).expect("a good playbook"),
            port,
            world,
            waiting: BTreeMap::new(),
            pushed: 0,
            actions: Vec::new(),
            registered: vec![(0, 100), (10, 50)],
            passed: 0,
        };
        for (at, order) in night.response.start(5) {
            night.push(at, order);
        }
        night
    }

    fn push(&mut self, at: SimTime, order: ResponseOrder) {
        assert!(at >= self.port.now, "an order for the past");
        self.pushed += 1;
        self.waiting.insert((at, self.pushed), order);
    }

    /// Run to the end of a minute.
    fn until(&mut self, minute: u64) {
        let end = SimTime::ZERO + Span::from_minutes(minute);
        while let Some(((at, _), order)) = self.next(end) {
            self.report_until(at);
            self.port.now = at;
            let outcomes = self
                .response
                .handle(order, &self.world.view, &mut self.port);
            self.follow(outcomes);
        }
        self.port.now = end;
    }

    fn next(&mut self, end: SimTime) -> Option<((SimTime, usize), ResponseOrder)> {
        let first = self.waiting.first_key_value().map(|(key, _)| *key)?;
        (first.0 <= end).then(|| self.waiting.pop_first())?
    }

    fn follow(&mut self, outcomes: Vec<Outcome>) {
        let minute = self.minute();
        for outcome in outcomes {
            match outcome {
                Outcome::Order(at, order) => self.push(at, order),
                Outcome::Action(action) => self.actions.push((minute, action)),
            }
        }
    }

    fn minute(&self) -> u64 {
        self.port.now.as_us() / 60_000_000
    }

    fn report_until(&mut self, at: SimTime) {
        while self.world.now() + Span::from_minutes(1) <= at {
            let minute = self.passed;
            let known = self
                .registered
                .iter()
                .rev()
                .find(|(from, _)| *from <= minute);
            let (_, registered) = known.expect("a level from the start");
            self.world.pass(&Minute::registered(*registered));
            self.passed += 1;
        }
    }

    fn rollback_finished(&mut self) {
        let outcomes = self.response.rollback_finished(&mut self.port);
        self.follow(outcomes);
    }

    /// Minute and subject of every record of a kind.
    fn records(&self, kind: &str) -> Vec<(u64, &str)> {
        let of_kind = self
            .port
            .records
            .iter()
            .filter(|record| record.kind == kind);
        of_kind
            .map(|record| (record.at.as_us() / 60_000_000, record.subject.as_str()))
            .collect()
    }

    fn commands(&self) -> Vec<(u64, &Command)> {
        let commands = self.port.commands.iter();
        commands
            .map(|(at, command)| (at.as_us() / 60_000_000, command))
            .collect()
    }
}

#[test]
fn the_chain_adds_its_delays_to_what_telemetry_and_the_rule_take() {
    let mut night = Night::new("");
    night.until(60);
    // The eleventh minute is bad. Its report is there at 11:05, so the rule sees it at 12, and it
    // must hold for two minutes.
    assert_eq!(night.records("alarm-raised"), [(14, "low")]);
    assert_eq!(night.records("detected"), [(19, "low")]);
    assert_eq!(night.records("triage-done"), [(29, "low")]);
    assert_eq!(night.records("decision"), [(32, "low")]);
    let minutes = |at: SimTime| at.as_us() / 60_000_000;
    assert_eq!(night.response.decided_at().map(minutes), Some(32));
    assert_eq!(
        night
            .response
            .first_alarm()
            .map(|(at, name)| (minutes(at), name)),
        Some((14, "low"))
    );
}

#[test]
fn steps_follow_one_another_in_order() {
    let mut night = Night::new(
        "
playbook:
  - {name: back-out, action: {kind: roll-back}, delay: 2m, takes: 1m}
  - name: heal
    after: {step: back-out}
    action: {kind: restore, select: {names: [udm]}, per_element: 4m}
  - {name: tell, after: {step: heal}, delay: 10m, action: {kind: announce, share: 0.5}}
",
    );
    night.until(90);
    assert_eq!(night.actions, [(35, ResponseAction::RollBack)]);
    assert_eq!(night.records("action-finished"), []);
    night.rollback_finished();
    night.until(180);
    let nodes = vec![NodeId(3)];
    assert_eq!(night.actions[1], (94, ResponseAction::Restore { nodes }));
    assert_eq!(
        night.records("action-finished"),
        [(90, "back-out"), (94, "heal"), (104, "tell")]
    );
    assert_eq!(night.commands().len(), 1);
    assert!(matches!(
        night.commands()[0],
        (104, Command::Announce { .. })
    ));
}

#[test]
fn the_clock_alone_can_start_a_step() {
    let mut night = Night::new(
        "
playbook:
  - name: firstnet
    after: {at: 138m}
    action: {kind: restore, select: {pools: [firstnet]}}
",
    );
    night.registered = vec![(0, 100)];
    night.until(300);
    let nodes = vec![NodeId(5)];
    assert_eq!(night.actions, [(138, ResponseAction::Restore { nodes })]);
    assert_eq!(night.records("decision"), []);
}

#[test]
fn alarms_start_steps_when_they_are_raised_and_when_they_are_cleared() {
    let mut night = Night::new(
        "
playbook:
  - {name: warn, after: {raised: low}, action: {kind: announce, share: 0.1}}
  - {name: lift, after: {cleared: low}, delay: 5m, action: {kind: lift}}
",
    );
    night.registered = vec![(0, 100), (10, 50), (40, 100), (50, 50), (80, 100)];
    night.until(120);
    assert_eq!(night.records("alarm-cleared"), [(42, "low"), (82, "low")]);
    let at: Vec<u64> = night.commands().iter().map(|(at, _)| *at).collect();
    assert_eq!(at, [14, 47, 47], "once each, and lifting is two commands");
}

#[test]
fn several_hands_restore_several_elements_at_a_time() {
    let work = "
playbook:
  - name: heal
    after: {at: 1h}
    action: {kind: restore, select: {kinds: [amf, mme]}, per_element: 10m, parallel: HANDS}
";
    let finished = |hands: &str| {
        let mut night = Night::new(&work.replace("HANDS", hands));
        night.until(200);
        let minutes: Vec<u64> = night.actions.iter().map(|(at, _)| *at).collect();
        (minutes, night.records("action-finished")[0].0)
    };
    assert_eq!(finished("1"), (vec![70, 80, 90, 100], 100));
    assert_eq!(finished("3"), (vec![70, 70, 70, 80], 80));
    assert_eq!(finished("9"), (vec![70, 70, 70, 70], 70));
}

#[test]
fn elements_out_of_reach_are_passed_over_until_they_are_within_it() {
    let mut night = Night::new(
        "
tools: in-band
retry: 5m
playbook:
  - name: heal
    after: {at: 1h}
    action: {kind: restore, select: {kinds: [amf, mme]}, per_element: 10m}
",
    );
    // The first and the third of four.
    night.port.unreachable = vec![NodeId(0), NodeId(2)];
    night.until(107);
    let healed = |night: &Night| -> Vec<(u64, u32)> {
        let of = |(at, action): &(u64, ResponseAction)| match action {
            ResponseAction::Restore { nodes } => (*at, nodes[0].0),
            ResponseAction::RollBack => (*at, u32::MAX),
        };
        night.actions.iter().map(of).collect()
    };
    assert_eq!(healed(&night), [(70, 1), (80, 5)]);
    assert_eq!(night.records("action-blocked"), [(80, "heal")]);
    night.port.unreachable.clear();
    night.until(200);
    assert_eq!(healed(&night)[2..], [(120, 0), (130, 2)]);
    assert_eq!(night.records("action-unblocked"), [(110, "heal")]);
    assert_eq!(night.records("action-finished"), [(130, "heal")]);
}

#[test]
fn people_whose_tools_died_with_the_network_wait() {
    let mut night = Night::new(
        "
tools: in-band
retry: 10m
playbook:
  - {name: tell, action: {kind: announce, share: 0.5}}
  - {name: aside, after: {at: 20m}, tools: out-of-band, action: {kind: announce, share: 0.5}}
",
    );
    night.port.unreachable = (0..6).map(NodeId).collect();
    night.until(60);
    assert_eq!(night.records("blocked"), [(19, "triage")]);
    assert_eq!(night.records("action-finished"), [(20, "aside")]);
    night.port.unreachable.clear();
    night.until(120);
    assert_eq!(night.records("unblocked"), [(69, "triage")]);
    assert_eq!(night.records("decision"), [(82, "low")]);
    assert_eq!(night.records("action-finished")[1], (82, "tell"));
}

#[test]
fn readmission_goes_region_by_region_at_its_pace() {
    let mut night = Night::new(
        "
playbook:
  - {name: bar, after: {at: 10m}, action: {kind: bar, barring: {factor: 0.05, time: 4s}}}
  - name: let-in
    after: {at: 30m}
    action: {kind: re-admit, pace: {rate: 100, order: region, step: 15m}}
  - {name: after-it, after: {step: let-in}, action: {kind: lift, barring: false}}
",
    );
    night.until(120);
    let commands = night.commands();
    assert!(matches!(
        commands[0],
        (
            10,
            Command::SetBarring {
                scope: Scope::All,
                barring: Some(Barring { .. })
            }
        )
    ));
    assert!(matches!(
        commands[1],
        (30, Command::SetPace { scope: Scope::All, pace: Some(pace) })
            if pace.order == PaceOrder::Region
    ));
    let lifted = |region| Command::SetBarring {
        scope: Scope::Region(RegionId(region)),
        barring: None,
    };
    assert_eq!(commands[2], (30, &lifted(0)));
    assert_eq!(commands[3], (45, &lifted(1)));
    let last = Command::SetPace {
        scope: Scope::All,
        pace: None,
    };
    assert_eq!(commands[4..], [(45, &last)]);
}

#[test]
fn elements_are_isolated_rebooted_and_purged() {
    let mut night = Night::new(
        "
playbook:
  - {name: cut, after: {at: 10m}, action: {kind: isolate, select: {names: [amf-n]}}}
  - {name: heal, after: {at: 20m}, action: {kind: restore, select: {names: [amf-n]}}}
  - name: restart
    after: {at: 30m}
    action: {kind: reboot, select: {names: [udm]}, per_element: 5m, lose_contexts: 0.5}
  - {name: empty, after: {at: 40m}, action: {kind: purge, select: {pools: [firstnet]}}}
  - name: slow
    after: {at: 50m}
    action: {kind: throttle, scope: {pool: north-1}, capacity: 0.5}
",
    );
    night.until(60);
    let status = |node, status| Command::SetStatus {
        node: NodeId(node),
        status,
    };
    let drop = Command::DropContexts {
        node: NodeId(3),
        share: crate::base::Share::of(0.5),
    };
    let purge = Command::PurgeQueue { node: NodeId(5) };
    let slow = |node| Command::SetCapacity {
        node: NodeId(node),
        factor: 0.5,
    };
    assert_eq!(
        night.commands(),
        [
            (10, &status(0, ElementStatus::Isolated)),
            (20, &status(0, ElementStatus::Up)),
            (30, &status(3, ElementStatus::Down)),
            (35, &drop),
            (35, &status(3, ElementStatus::Up)),
            (40, &purge),
            (50, &slow(0)),
            (50, &slow(1)),
        ]
    );
}

#[test]
fn every_problem_of_a_playbook_is_named_at_once() {
    let problems = response(
        "
triggers: [lowe]
retry: 0s
playbook:
  - {name: a, action: {kind: bar, scope: {region: nort}, barring: {factor: 0, time: 4s}}}
  - {name: a, after: {step: b}, action: {kind: throttle}}
  - {name: b, after: {cleared: hi}, action: {kind: restore, select: {names: [nobody]}, parallel: 1}}
  - {name: c, action: {kind: isolate, select: {}}}
  - {name: d, action: {kind: throttle, scope: {class: fistnet}, capacity: -1}}
",
    )
    .expect_err("many mistakes");
    let paths: Vec<&str> = problems.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "triggers[0]",
            "retry",
            "playbook[0].action.scope.region",
            "playbook[1].name",
            "playbook[1].after.step",
            "playbook[1].action",
            "playbook[2].after.cleared",
            "playbook[2].action.select.names",
            "playbook[3].action.select",
            "playbook[4].action.scope.class",
        ]
    );
    assert!(problems[2].allowed.contains("perhaps \"north\""));
}

#[test]
fn a_rule_that_looks_further_back_than_reports_are_kept_is_refused() {
    let spec = ResponseSpec::default();
    let world = World::ideal();
    let classes = classes();
    let names = names(&world.topology, &classes);
    let problems = Response::new(&spec, &names, Span::from_minutes(10)).expect_err("too short");
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].path, "alarms[2]");
}
