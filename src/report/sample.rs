//! A hand-made result for the tests of this room and of the command line.
//!
//! Invariant: built by the same recorder as real results, from counters written out by hand.

use crate::base::{PoolId, Record, RegionId, SimTime, Span, TowerId, WallClock};
use crate::impact::{
    Ending, Evidence, Names, Place, PlaceFrame, Places, Published, Recorder, TowerOutcome,
    TowerPlace, evaluate,
};
use crate::network::{ClassCounts, FunctionCounts, Snapshot};
use crate::simulation::{ElementFact, GateFact, GateReport, RunResult, StageFact, Timing, Watch};
use crate::study::statistics::{Duration, Interval, survival};
use crate::study::{
    ArmFigures, Calibrated, CandidateOutcome, DetectPlan, DetectStudy, GateStudy, GateWorth,
    NightOutcome,
};
use crate::topology::NodeKind;

/// Twenty thousand phones and 800 first responders are out from minute 3, and back by and by.
pub(crate) fn sample() -> RunResult {
    let names = names();
    let mut recorder = Recorder::new(names.clone());
    for minute in 0..=180 {
        recorder.observe(&snapshot(minute));
    }
    let (impact, kpi) = recorder.finish(ending());
    let records = records();
    let evidence = Evidence {
        impact: &impact,
        records: &records,
        regions: names.regions.len(),
    };
    RunResult {
        exports: Vec::new(),
        operator: None,
        signature: crate::detect::signature::Signature::default(),
        scenario: "sample".into(),
        command: "cellfall run sample.yaml --seed 7".into(),
        resolved: "name: sample\n".into(),
        scenario_hash: "00c0ffee".into(),
        seed: 7,
        version: "0.1.0".into(),
        clock: WallClock::parse("2024-02-22T02:42:00-06:00").expect("a date"),
        horizon: impact.horizon,
        simulated_devices: 2_080,
        published: evaluate(&published(), &evidence),
        names,
        impact,
        kpi,
        records,
        stages: vec![StageFact {
            name: "wave-1".into(),
            started: SimTime::ZERO,
            ended: Some(minutes(17)),
            outcome: "rolled-back".into(),
            elements: 1,
            exposed_devices: 20_800,
        }],
        gates: vec![GateFact {
            at: minutes(7),
            stage: "wave-1".into(),
            gate: "registrations".into(),
            passed: false,
            detail: "success 0.02 below 0.95".into(),
        }],
        gate_reports: gate_reports(),
        places: places(),
        watch: watch(),
        elements: vec![ElementFact {
            node: 0,
            kind: NodeKind::Amf,
            latitude: 44.5,
            longitude: -73.2,
        }],
        events: vec![("registration".into(), 75_000), ("call".into(), 25_000)],
        notes: vec!["towers are merged in tens at this scale".into()],
        timing: Some(Timing {
            wall_seconds: 2.5,
            run_seconds: 2.0,
            threads: 2,
            machine: "linux x86_64, 2 processors".into(),
            peak_memory_bytes: Some(1 << 20),
            phases: vec![
                ("load".into(), 0.5),
                ("run".into(), 2.0),
                ("run: orders".into(), 0.5),
            ],
        }),
    }
}

/// A plan whose one gate saves nearly everything.
pub(crate) fn gate_study(name: &str) -> GateStudy {
    let report = gate_reports().remove(0);
    let night = |data_minutes, is_stopped| ArmFigures {
        data_minutes,
        voice_minutes: 2.0 * data_minutes,
        peak_devices: 20_800,
        is_stopped,
    };
    let (good, bad) = (night(1e6, true), night(1e9, false));
    GateStudy {
        scenario: name.to_owned(),
        seed: 7,
        scale: 0.1,
        all: good,
        none: bad,
        gates: vec![GateWorth {
            together: report.clone(),
            by_itself: report,
            without: bad,
            alone: good,
        }],
    }
}

/// One detector that fired in two of three nights, and one that cannot be evaluated.
pub(crate) fn detect_study(names: &[&str], plan: &DetectPlan) -> DetectStudy {
    let silence = |times: [f64; 3]| {
        let nights = times.map(|time| Duration {
            time,
            happened: time < 3_600.0,
        });
        survival(&nights, 0.95)
    };
    let outcome = |times, happened: bool| CandidateOutcome {
        silence: silence(times),
        early: 0,
        before_full_blast: usize::from(happened),
        out_at_detection: 1_000.0,
        preventable_minutes: if happened { 4e8 } else { 0.0 },
    };
    let night = |name: &&str| NightOutcome {
        scenario: (*name).to_owned(),
        nights: 3,
        watched_s: 3_600.0,
        full_blast_s: Some(180.0),
        peak_devices: 20_800.0,
        lost_minutes: 5e8,
        candidates: vec![
            outcome([60.0, 240.0, 3_600.0], true),
            outcome([3_600.0; 3], false),
        ],
    };
    let evaluable = Calibrated {
        name: "burn-rate RSR".into(),
        detector: "burn-rate",
        metric: "RSR".into(),
        unit: "times the error budget",
        is_calibrated: true,
        obstacle: None,
        limit: 12.5,
        limit_text: "12.5000".into(),
        hold: 0,
        calibration_alarms: 1,
        check_alarms: 1,
        alarms_per_day: Interval {
            low: 0.01,
            high: 0.68,
        },
        floor: Some(Span::from_secs(65)),
        floor_15min: Some(Span::from_minutes(20)),
    };
    let mute = Calibrated {
        name: "seasonal RM.RegisteredSubNbrMean".into(),
        obstacle: Some("not evaluable: it needs 2 days of history".into()),
        limit: f64::INFINITY,
        ..evaluable.clone()
    };
    DetectStudy {
        plan: *plan,
        scale: 0.1,
        seed: 7,
        kinds_of_day: vec!["quiet"],
        kinds_left_out: vec!["flash-crowd", "holiday"],
        period: Span::from_secs(60),
        candidates: vec![evaluable, mute],
        nights: names.iter().map(night).collect(),
    }
}

fn gate_reports() -> Vec<GateReport> {
    let failed = GateReport {
        stage: "wave-1".into(),
        gate: "registrations".into(),
        judge: "threshold".into(),
        started: Some(minutes(1)),
        floor: Some(Span::from_secs(185)),
        measured: 6,
        without_data: 0,
        first_failed: Some(minutes(5)),
        acted: Some(minutes(7)),
        outcome: "failed",
        exposed_elements: 0.05,
        exposed_subscribers: 0.25,
        devices_out: 20_800,
    };
    let unreached = GateReport {
        stage: "wave-2".into(),
        outcome: "not-reached",
        ..GateReport::default()
    };
    vec![failed, unreached]
}

/// Two places, of which one is out from minute 3 to minute 100.
fn places() -> Places {
    let place = |n: u16| Place {
        name: format!("tower-{n}"),
        latitude: 44.0 + f64::from(n) / 2.0,
        longitude: -73.0,
        region: RegionId(n),
        towers: 1,
        devices: 10_400,
    };
    let frame = |minute, level: u8| PlaceFrame {
        at: minutes(minute),
        out: [vec![level, 0], vec![level, level], vec![0, 0]],
    };
    Places {
        list: vec![place(0), place(1)],
        frames: vec![frame(0, 0), frame(3, 63), frame(60, 31), frame(100, 0)],
    }
}

/// The operator's view: a minute late, and silent for a while.
fn watch() -> Watch {
    let seen = |minute: u64| (!(40..50).contains(&minute)).then_some(0.9);
    let values: Vec<Option<f64>> = (0..=180).map(seen).collect();
    Watch {
        at: (0..=180).map(minutes).collect(),
        values: [values.clone(), values.clone(), values.clone(), values],
    }
}

fn minutes(count: u64) -> SimTime {
    SimTime::ZERO + Span::from_minutes(count)
}

fn names() -> Names {
    let place = |n: u16| TowerPlace {
        name: format!("tower-{n}"),
        region: RegionId(n),
        pool: PoolId(n),
    };
    Names {
        scale: 0.1,
        classes: vec!["smartphone".into(), "first-responder".into()],
        regions: vec!["east".into(), "west".into()],
        nodes: vec!["amf-1".into()],
        towers: vec![place(0), place(1)],
    }
}

/// Each class comes back in equal parts per minute, from minute 20 on.
fn snapshot(minute: u64) -> Snapshot {
    let class = |devices: u64, back: u64| {
        let share = |minute: u64| match minute {
            0..=2 => 0,
            3..=20 => devices,
            m if m < back => devices * (back - m) / (back - 20),
            _ => 0,
        };
        let out = share(minute);
        let lost: u64 = (0..minute).map(share).sum();
        let lost = u128::from(lost) * 60_000_000;
        let ever = if minute > 2 { devices } else { 0 };
        ClassCounts {
            devices,
            registered: devices - out,
            ims_registered: devices - out,
            out: [out * 3 / 5, out, out * 3 / 5, 0],
            ever_out: [ever * 3 / 5, ever, ever * 3 / 5, 0],
            lost_device_us: [lost * 3 / 5, lost, lost * 3 / 5, 0],
            registration_attempts: minute * 30,
            registration_successes: minute * 6,
            calls: minute * 20,
            calls_blocked: minute.saturating_sub(3).min(100) * 10,
            emergency_calls: minute / 10,
            emergency_blocked: minute / 20,
            ..ClassCounts::default()
        }
    };
    let row = vec![class(1_000, 120), class(40, 60)];
    let function = FunctionCounts {
        arrived: minute * 60,
        served: minute * 50,
        busy_us: minute * 30_000_000,
        up: true,
        ..FunctionCounts::default()
    };
    Snapshot {
        at: minutes(minute),
        classes: vec![row.clone(), row],
        functions: vec![Some(function)],
        ..Snapshot::default()
    }
}

fn ending() -> Ending {
    let tower = |n: u32| TowerOutcome {
        tower: TowerId(n),
        devices: 1_040,
        first_out: Some(minutes(3)),
        last_back: Some(minutes(100)),
        still_out: false,
        lost_device_us: [3_600_000_000; 4],
    };
    Ending {
        reference: SimTime::ZERO,
        detected: Some(minutes(6)),
        towers: vec![tower(0), tower(1)],
        alerts: Vec::new(),
    }
}

fn records() -> Vec<Record> {
    let record = |minute, source, kind, subject: &str, detail: &str| Record {
        at: minutes(minute),
        source,
        kind,
        subject: subject.into(),
        detail: detail.into(),
    };
    let mut records = vec![record(0, "rollout", "stage-started", "wave-1", "1 element")];
    let reached = |n| {
        record(
            3,
            "fault",
            "element-reached",
            &format!("amf-{n}"),
            "isolated",
        )
    };
    records.extend((1..=12).map(reached));
    records.extend([
        record(
            7,
            "gate",
            "gate-verdict",
            "registrations",
            "failed: 0.02 below 0.95",
        ),
        record(8, "response", "action-started", "roll back", ""),
        record(17, "rollout", "rollback-finished", "wave-1", "12 elements"),
    ]);
    records
}

fn published() -> Published {
    let text = r#"{"figures": [
        {"quantity": {"kind": "time-to-total-loss"}, "value": "3m",
         "tolerance": {"absolute": "30s"}, "source": "A1", "tag": "predicted"},
        {"quantity": {"kind": "class-registered-share-time", "class": "first-responder", "share": 0.9},
         "value": "50m", "source": "A1", "tag": "input"},
        {"quantity": {"kind": "registered-share-time", "share": 0.95}, "value": "588m",
         "tolerance": {"absolute": "90m"}, "source": "A1", "tag": "fit"},
        {"quantity": {"kind": "blocked-calls"}, "value": 92000000, "source": "A1", "tag": "predicted"},
        {"quantity": {"kind": "not-expressible", "reason": "first public statement"},
         "value": "263m", "source": "A1", "tag": "predicted"}]}"#;
    serde_json::from_str(text).expect("a published block")
}

/// Compare a text with the blessed one; `BLESS=1` makes it the blessed one.
pub(crate) fn bless(name: &str, text: &str) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/golden");
    let path = folder.join(name);
    #[expect(
        clippy::disallowed_methods,
        reason = "re-blessing is asked for from outside, and only in tests"
    )]
    let blessing = std::env::var("BLESS").is_ok();
    if blessing {
        std::fs::write(&path, text).expect("the blessed text can be written");
    }
    let blessed = std::fs::read_to_string(&path).expect("a blessed text");
    assert!(blessed == text, "not as blessed (BLESS=1 accepts):\n{text}");
}
