//! Rollouts on a small network: stages, windows, gates, the way back.

use super::*;
use crate::base::{Share, Span};
use crate::change::gate::{GateJudge, GateSpec, Measurement};
use crate::fault::testing::{Agenda, FakePort, small_network};
use crate::fault::{FaultEngine, FaultOrder};
use crate::network::{Command, Scope};

/// A judge that sees one value until an instant, and another from it on.
#[derive(Debug)]
struct Script {
    turns_at: SimTime,
    before: Measurement,
    after: Measurement,
    asked: Vec<(SimTime, StageInfo)>,
}

impl GateJudge for Script {
    fn measure(&mut self, _: &GateSpec, stage: &StageInfo, now: SimTime) -> Measurement {
        self.asked.push((now, stage.clone()));
        if now < self.turns_at {
            self.before
        } else {
            self.after
        }
    }

    fn floor(&mut self, _: &GateSpec, _: &StageInfo, _: SimTime) -> Option<Span> {
        Some(Span::from_secs(65))
    }
}

enum Order {
    Fault(FaultOrder),
    Change(ChangeOrder),
}

struct Site {
    port: FakePort,
    faults: FaultEngine,
    judge: Script,
    rollout: Rollout,
    agenda: Agenda<Order>,
}

impl Site {
    fn new(change: serde_json::Value, rollout: serde_json::Value) -> Self {
        Self::with_seed(change, rollout, 1).expect("a plan")
    }

    fn with_seed(
        change: serde_json::Value,
        rollout: serde_json::Value,
        seed: u64,
    ) -> Result<Self, Vec<Finding>> {
        let topology = small_network();
        let clock = WallClock::parse("2024-02-22T00:00:00-05:00").expect("a date");
        let change = serde_json::from_value(change).expect("a change");
        let spec = serde_json::from_value(rollout).expect("a rollout");
        let mut site = Self {
            rollout: Rollout::new(&change, &spec, &topology, &clock, seed)?,
            faults: FaultEngine::new(),
            port: FakePort::new(topology, seed),
            judge: Script {
                turns_at: SimTime::NEVER,
                before: Measurement::Successful(1.0),
                after: Measurement::Failed(0.0),
                asked: Vec::new(),
            },
            agenda: Agenda::default(),
        };
        site.act(Rollout::start);
        Ok(site)
    }

    fn act<F>(&mut self, act: F)
    where
        F: FnOnce(&mut Rollout, &mut Hands<'_>) -> Vec<(SimTime, ChangeOrder)>,
    {
        let mut hands = Hands {
            port: &mut self.port,
            faults: &mut self.faults,
            judge: &mut self.judge,
        };
        let orders = act(&mut self.rollout, &mut hands);
        let now = self.port.now;
        let orders = orders.into_iter().map(|(at, o)| (at, Order::Change(o)));
        self.agenda.push(now, orders);
        let faults = self.faults.take_orders().into_iter();
        self.agenda
            .push(now, faults.map(|(at, o)| (at, Order::Fault(o))));
    }

    fn run_until(&mut self, minutes: f64) {
        let end = SimTime::from_secs(minutes * 60.0);
        while let Some((at, order)) = self.agenda.pop(end) {
            self.port.now = at;
            match order {
                Order::Change(order) => self.act(|rollout, hands| rollout.handle(order, hands)),
                Order::Fault(order) => {
                    let orders = self.faults.handle(order, &mut self.port);
                    let orders = orders.into_iter().map(|(at, o)| (at, Order::Fault(o)));
                    self.agenda.push(at, orders);
                }
            }
            let busy = self.port.holds.clone();
            let down = |n: &NodeId| busy.is_held_by(*n, Holder::Change);
            let held = self.rollout.targets.iter().filter(|n| down(n)).count();
            assert!(held <= 2, "more elements in work than allowed");
        }
        self.port.now = end;
    }

    fn command(&mut self, command: RolloutCommand) {
        self.act(|rollout, hands| rollout.command(command, hands));
    }

    fn minutes(&self, kind: &str) -> Vec<f64> {
        let times = self.port.times(kind);
        times.iter().map(|at| at.as_minutes_f64()).collect()
    }

    fn status_of(&self, name: &str) -> ElementStatus {
        let node = self.port.topology.find(name).expect(name);
        self.port.element_status(node)
    }
}

/// The two AMFs, ten minutes each: drain 4, install 5, verify 1.
fn change() -> serde_json::Value {
    serde_json::json!({"target": {"kinds": ["amf"]}})
}

fn with_defect(defect: &serde_json::Value) -> serde_json::Value {
    serde_json::json!({"target": {"kinds": ["amf"]}, "defect": defect})
}

fn stage(more: &serde_json::Value) -> serde_json::Value {
    let mut stage = serde_json::json!({
        "drain": {"time": "4m"}, "install": "5m", "verify": "1m"
    });
    let object = stage.as_object_mut().expect("an object");
    object.extend(more.as_object().expect("an object").clone());
    stage
}

fn rollout(stages: &[serde_json::Value]) -> serde_json::Value {
    serde_json::json!({"start": "10m", "stages": stages})
}

fn two_stages(gate: &serde_json::Value) -> [serde_json::Value; 2] {
    let first = serde_json::json!({
        "name": "foa", "select": {"names": ["amf-a1"]}, "soak": "30m", "gates": gate
    });
    [
        stage(&first),
        stage(&serde_json::json!({"name": "rest", "approve": {"after": "20m"}})),
    ]
}

#[test]
fn elements_are_changed_one_after_the_other_and_come_back() {
    let mut site = Site::new(change(), rollout(&[stage(&serde_json::json!({}))]));
    site.run_until(15.0);
    assert_eq!(site.status_of("amf-a1"), ElementStatus::Isolated);
    site.run_until(60.0);
    assert_eq!(site.minutes("element-work-started"), [10.0, 20.0]);
    assert_eq!(site.minutes("element-installed"), [19.0, 29.0]);
    assert_eq!(site.minutes("rollout-finished"), [30.0]);
    assert_eq!(site.status_of("amf-a1"), ElementStatus::Up);
    let dropped = |c: &(SimTime, Command)| matches!(c.1, Command::DropContexts { .. });
    assert!(!site.port.commands.iter().any(dropped));
    let exposure = |minute| site.rollout.exposure_at(SimTime::from_secs(minute * 60.0));
    assert!(exposure(18.0).nodes < 1e-9);
    assert!((exposure(19.0).nodes - 0.5).abs() < 1e-9);
    // AMF a1 serves half of 1,500 of 6,000 subscribers, b1 half of the rest.
    assert!((exposure(19.0).subscribers - 0.125).abs() < 1e-9);
    assert!((exposure(30.0).subscribers - 0.5).abs() < 1e-9);
}

#[test]
fn a_hard_drain_takes_no_time_and_loses_contexts() {
    let hard = stage(&serde_json::json!({"drain": {"mode": "hard"}, "max_unavailable": 2}));
    let mut site = Site::new(change(), rollout(&[hard]));
    site.run_until(60.0);
    assert_eq!(site.minutes("element-installed"), [15.0, 15.0]);
    let node = site.port.topology.find("amf-a1").expect("an AMF");
    let share = Share::ALL;
    let drop = Command::DropContexts { node, share };
    assert!(
        site.port
            .commands
            .iter()
            .any(|(_, command)| *command == drop)
    );
}

#[test]
fn soak_gate_and_approval_come_before_the_next_stage() {
    let gate = serde_json::json!([{"metric": "RSR", "success": ">= 0.9", "initial_delay": "5m"}]);
    let mut site = Site::new(change(), rollout(&two_stages(&gate)));
    site.run_until(300.0);
    assert_eq!(site.minutes("stage-started"), [10.0, 50.0]);
    assert_eq!(site.minutes("rollout-finished"), [80.0]);
    let asked: Vec<f64> = site
        .judge
        .asked
        .iter()
        .map(|a| a.0.as_minutes_f64())
        .collect();
    assert_eq!((asked[0], asked[1], asked.len()), (25.0, 26.0, 25));
    let info = &site.judge.asked[0].1;
    assert_eq!(
        (info.pools.len(), info.regions.len(), info.nodes.len()),
        (1, 1, 1)
    );
    assert_eq!(site.minutes("gate-verdict"), [50.0]);
}

#[test]
fn a_failed_gate_rolls_back_and_takes_the_defect_away() {
    let gate = serde_json::json!([{"metric": "RSR", "success": ">= 0.9", "failure_limit": 2}]);
    let mut plan = rollout(&two_stages(&gate));
    plan["rollback"] = serde_json::json!({
        "delay": "3m", "per_node": "7m", "readmit_for": "1h",
        "readmit": {"rate": 100.0}, "readmit_scope": "affected-pools"
    });
    let mut site = Site::new(
        with_defect(&serde_json::json!({"kind": "capacity-regression"})),
        plan,
    );
    site.judge.turns_at = SimTime::from_secs(30.0 * 60.0);
    site.run_until(300.0);
    // Failures at 30, 31 and 32 min: the third is one too many.
    assert_eq!(site.minutes("stage-failed"), [32.0]);
    assert_eq!(site.minutes("rollback-started"), [35.0]);
    assert_eq!(site.minutes("rollback-finished"), [42.0]);
    assert_eq!(site.rollout.status(), Status::RolledBack);
    assert_eq!(site.minutes("cause-removed"), [42.0]);
    let paces: Vec<_> = site
        .port
        .commands
        .iter()
        .filter_map(|(at, command)| match command {
            Command::SetPace { scope, pace } => Some((at.as_minutes_f64(), scope, pace.is_some())),
            _ => None,
        })
        .collect();
    let pool = Scope::Pool(crate::base::PoolId(0));
    assert_eq!(paces, [(35.0, &pool, true), (102.0, &pool, false)]);
    assert!(site.rollout.exposure_at(site.port.now).nodes < 1e-9);
}

#[test]
fn an_isolated_failure_halts_and_a_person_may_go_on_or_back() {
    let gate = serde_json::json!([{"metric": "RSR", "fail": "< 0.9"}]);
    let mut plan = rollout(&two_stages(&gate));
    plan["on_fail"] = "isolate".into();
    for (command, end) in [
        (RolloutCommand::Resume, Status::Finished),
        (RolloutCommand::Rollback, Status::RolledBack),
    ] {
        let mut site = Site::new(change(), plan.clone());
        site.judge.turns_at = SimTime::from_secs(25.0 * 60.0);
        site.run_until(200.0);
        assert!(site.rollout.is_stopped());
        assert_eq!(site.status_of("amf-a1"), ElementStatus::Isolated);
        assert_eq!(site.status_of("amf-b1"), ElementStatus::Up);
        site.command(command);
        site.run_until(400.0);
        assert_eq!(site.rollout.status(), end);
        let back = end == Status::RolledBack;
        assert_eq!(site.status_of("amf-a1") == ElementStatus::Up, back);
    }
}

#[test]
fn doubt_pauses_halts_rolls_back_or_goes_on() {
    for (word, stopped, end) in [
        ("pause", true, Status::Soaking(SimTime::from_secs(3000.0))),
        ("halt", true, Status::Soaking(SimTime::from_secs(3000.0))),
        ("rollback", false, Status::RolledBack),
        ("continue", false, Status::Finished),
    ] {
        let gate = serde_json::json!([{"metric": "RSR", "success": "> 0.9", "fail": "< 0.8"}]);
        let mut plan = rollout(&two_stages(&gate));
        plan["on_inconclusive"] = word.into();
        let mut site = Site::new(change(), plan);
        site.judge.before = Measurement::Inconclusive(0.85);
        site.run_until(200.0);
        assert_eq!(
            (site.rollout.is_stopped(), site.rollout.status()),
            (stopped, end),
            "{word}"
        );
    }
}

#[test]
fn a_version_that_does_not_start_is_seen_by_its_installer() {
    let defect = serde_json::json!({"kind": "crash-on-start", "restarts": 0});
    let mut site = Site::new(
        with_defect(&defect),
        rollout(&two_stages(&serde_json::json!([]))),
    );
    site.run_until(300.0);
    assert_eq!(site.minutes("element-not-serving"), [20.0]);
    assert_eq!(site.minutes("rollback-finished"), [30.0]);
    assert_eq!(site.status_of("amf-a1"), ElementStatus::Up);
    assert_eq!(site.minutes("element-installed"), [19.0]);
}

#[test]
fn a_rollback_waits_for_its_management_path_unless_it_has_another() {
    for (needs, finished) in [("in-band", 70.0), ("oob-access", 40.0)] {
        let mut plan = rollout(&[stage(&serde_json::json!({"select": {"names": ["amf-b1"]}}))]);
        plan["rollback"] = serde_json::json!({"needs": [needs]});
        let mut site = Site::new(change(), plan);
        site.run_until(30.0);
        let node = site.port.topology.find("amf-b1").expect("an AMF");
        site.port.unreachable.push(node);
        site.command(RolloutCommand::Rollback);
        site.run_until(58.0);
        site.port.unreachable.clear();
        site.run_until(200.0);
        assert_eq!(site.minutes("rollback-finished"), [finished], "{needs}");
        let blocked = usize::from(needs == "in-band");
        assert_eq!(site.minutes("rollback-blocked").len(), blocked);
    }
}

#[test]
fn a_rollback_that_may_fail_is_repeated_until_it_succeeds() {
    let mut attempts = 0;
    for seed in 0..300 {
        let mut plan = rollout(&[stage(&serde_json::json!({"select": {"count": 1}}))]);
        plan["rollback"] = serde_json::json!({"success_probability": 0.5});
        let mut site = Site::with_seed(change(), plan, seed).expect("a plan");
        site.run_until(30.0);
        site.command(RolloutCommand::Rollback);
        site.run_until(3000.0);
        assert_eq!(site.rollout.status(), Status::RolledBack);
        attempts += 1 + site.minutes("element-rollback-failed").len();
    }
    // Geometric with mean 2, standard deviation 1.41: 600 plus or minus 5 times 24.5.
    assert!((478..=722).contains(&attempts), "{attempts}");
}

#[test]
fn a_rollback_in_the_middle_catches_the_element_in_work() {
    for (minute, installs) in [(12.0, 0), (16.0, 1)] {
        let mut site = Site::new(change(), rollout(&[stage(&serde_json::json!({}))]));
        site.run_until(minute);
        site.command(RolloutCommand::Rollback);
        site.run_until(200.0);
        assert_eq!(site.minutes("element-installed").len(), installs);
        assert_eq!(site.rollout.status(), Status::RolledBack);
        for name in ["amf-a1", "amf-b1"] {
            assert_eq!(site.status_of(name), ElementStatus::Up);
        }
    }
}

#[test]
fn work_waits_for_the_local_night_of_each_site() {
    // The run starts at midnight in New York, where region a lies; region b is on Pacific time.
    let mut plan = rollout(&[stage(&serde_json::json!({"order": "name"}))]);
    plan["start"] = "2h".into();
    plan["window"] = serde_json::json!({"start": "00:00", "end": "02:00"});
    let mut site = Site::new(change(), plan);
    site.run_until(40.0 * 60.0);
    // 02:00 in New York is 23:00 in Los Angeles: b an hour later, a the next night.
    assert_eq!(site.minutes("element-work-started"), [180.0, 1440.0]);
    assert_eq!(site.minutes("waits-for-window").len(), 2);
}

#[test]
fn new_elements_serve_only_while_installed_and_old_ones_leave_for_good() {
    let mut change = change();
    change["adds_elements"] = true.into();
    change["kind"] = "capacity-expansion".into();
    let mut site = Site::new(change, rollout(&[stage(&serde_json::json!({}))]));
    assert_eq!(site.status_of("amf-b1"), ElementStatus::Down);
    site.run_until(60.0);
    assert_eq!(site.status_of("amf-b1"), ElementStatus::Up);
    site.command(RolloutCommand::Rollback);
    site.run_until(120.0);
    assert_eq!(site.status_of("amf-b1"), ElementStatus::Down);

    let leave = serde_json::json!({"kind": "decommission", "target": {"kinds": ["amf"]}});
    let mut site = Site::new(leave, rollout(&[stage(&serde_json::json!({}))]));
    site.run_until(60.0);
    assert_eq!(site.rollout.status(), Status::Finished);
    assert_eq!(site.status_of("amf-a1"), ElementStatus::Isolated);
}

#[test]
fn everything_wrong_is_said_at_once() {
    let change = serde_json::json!({
        "target": {"kinds": ["amf"]}, "to": "1.0",
        "defect": {"kind": "capacity-regression", "factor": 0.0}
    });
    let plan = serde_json::json!({
        "stages": [{"max_unavailable": 0, "gates": [{"metric": "RSR"}]}, {"select": {"kinds": ["ims"]}}],
        "rollback": {"parallel": 0, "success_probability": 0.0},
        "window": {"start": "00:00", "end": "06:00", "tz": "Nowhere/Land"}
    });
    let findings = Site::with_seed(change, plan, 1).err().expect("findings");
    let paths: Vec<&str> = findings.iter().map(|f| f.0.as_str()).collect();
    let expected = [
        "change.defect.factor",
        "rollout.window.tz",
        "rollout.rollback.parallel",
        "rollout.rollback.success_probability",
        "rollout.stages[0].max_unavailable",
        "rollout.stages[1].select",
        "change.to",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn two_plans_share_their_luck() {
    let plan = |soak: &str| {
        let install = serde_json::json!({"exponential": {"mean": "9m"}});
        rollout(&[stage(
            &serde_json::json!({"install": install, "soak": soak}),
        )])
    };
    let took = |soak| {
        let mut site = Site::new(change(), plan(soak));
        site.run_until(1e5);
        let (from, to) = (
            site.minutes("element-work-started"),
            site.minutes("element-installed"),
        );
        (to[0] - from[0], to[1] - from[1])
    };
    assert_eq!(took("0s"), took("3h"));
    assert!(took("0s").0 > 4.0, "the drain alone takes four minutes");
}
