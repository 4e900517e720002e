//! World number n: a small network, an hour of the day, a cause with its parameters, and what else goes on
//! that night.
//!
//! Classes take turns, and the kinds of a class among themselves, so that each is drawn as often as the
//! others of its class; the prior comes in later. Beside the cause, by luck: a good change that was finished
//! minutes before or is under way (half of the nights that have no change of their own), a good change of
//! another team at the same time (three in ten of those that have), something harmless later on (one in
//! five), and people who take every change back (half). All of these shares are assumed. Nothing anybody does
//! depends on what telemetry shows: the same night can then be seen under every contract.
//!
//! Invariant: a world is a function of (seed, number); a twin's is that of its original.

use serde_json::{Value, json};

use crate::attack::DisturbanceSpec;
use crate::base::Span;
use crate::fault::DefectSpec;

use super::cast::{CLASSES, Kind, Origin};
use super::vary::{Dice, in_minutes, minutes, put_over, settle, vary};

/// Blocks that worlds are split into.
pub const FOLDS: usize = 5;

/// A world before it is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Its number.
    pub number: usize,
    /// Its cause, by its place in the cast.
    pub kind: usize,
    /// The block that it is held out with; a twin's is that of its original.
    pub fold: usize,
    /// The seed of its run.
    pub seed: u64,
    /// When the cause begins.
    pub cause: Span,
    /// What else goes on, in words.
    pub beside: Vec<&'static str>,
    /// Its scenario file.
    pub scenario: Value,
}

/// How long a world lasts.
const HORIZON: Span = Span::from_hours(4);
/// Three states each, far apart.
const PLACES: [[&str; 3]; 6] = [
    ["TX", "OK", "LA"],
    ["NY", "PA", "NJ"],
    ["CA", "NV", "AZ"],
    ["FL", "GA", "AL"],
    ["IL", "IN", "OH"],
    ["WA", "OR", "ID"],
];
/// Elements that teams change.
const TEAMS: [&str; 4] = ["amf", "mme", "ims", "udm"];

/// World `number`; with its parameters as they usually are if not `varied`.
pub fn draw(cast: &[Kind], seed: u64, number: usize, varied: bool) -> Drawn {
    let class = CLASSES[number % CLASSES.len()];
    let turn = number / CLASSES.len();
    let of_class: Vec<usize> = (0..cast.len())
        .filter(|&k| cast[k].class == class)
        .collect();
    let (kind, occasion) = (of_class[turn % of_class.len()], turn / of_class.len());
    let original = cast[kind].twin_of.unwrap_or(kind);
    let world = occasion * cast.len() + original;
    let world = u32::try_from(world).expect("fewer than 2^32 worlds");
    let mut night = Night {
        dice: Dice::new(seed, world),
        varied,
        cause: Span::ZERO,
        beside: Vec::new(),
        file: json!({}),
    };
    let run_seed = night.dice.seed();
    night.set_the_stage();
    night.strike(&cast[original].origin);
    night.file["name"] = Value::from(format!("world-{number}"));
    night.file["seed"] = Value::from(run_seed);
    Drawn {
        number,
        kind,
        fold: (original + occasion) % FOLDS,
        seed: run_seed,
        cause: night.cause,
        beside: night.beside,
        scenario: night.file,
    }
}

/// A night in the making.
struct Night {
    dice: Dice,
    varied: bool,
    cause: Span,
    beside: Vec<&'static str>,
    file: Value,
}

impl Night {
    /// Network, hour, and when it happens: after an hour that shows what is usual.
    fn set_the_stage(&mut self) {
        let dice = &mut self.dice;
        self.cause = minutes(dice.between(60.0, 80.0));
        let (hour, minute) = (dice.below(24), dice.below(60));
        let udm = libm::round(dice.around(4_000.0, 20_000.0));
        self.file = json!({
            "start": format!("2024-05-14T{hour:02}:{minute:02}:00-05:00"),
            "horizon": HORIZON.to_string(),
            "scale": 1.0,
            "outputs": {"kpi_period": "1m", "reference": self.cause.to_string()},
            "topology": {
                "source": "generated",
                "states": dice.one_of(&PLACES),
                "regions": [],
                "towers": dice.whole(150, 350),
                "devices": dice.whole(20_000, 40_000),
                "layout_seed": dice.seed(),
                "neighbours": {"range_km": 60.0},
                "core": {
                    "amf_per_pool": dice.whole(2, 3),
                    "mme_per_pool": dice.whole(2, 3),
                    "udm": dice.whole(2, 3),
                    "ims": dice.whole(3, 4),
                    "nfvi_hosts_per_region": 2,
                },
            },
            "network": {"core": {"functions": {"udm": {"rate_per_million": udm}}}},
            "attacks": [],
            "disturbances": [],
            "concurrent": [],
            "response": {"alarms": [], "playbook": []},
        });
    }

    /// The cause, and what goes on beside it.
    fn strike(&mut self, origin: &Origin) {
        let case = self.case(origin);
        match origin {
            Origin::Defect(defect) => self.ship(defect, &case),
            Origin::Attack(attack) => {
                let attack = serde_json::to_value(attack).expect("plain data");
                let attack = self.happening(attack, &case);
                push(&mut self.file["attacks"], attack);
                self.ship_something_good();
            }
            Origin::Disturbance(disturbance) => {
                let disturbance = serde_json::to_value(disturbance).expect("plain data");
                let disturbance = self.happening(disturbance, &case);
                push(&mut self.file["disturbances"], disturbance);
                self.ship_something_good();
            }
        }
        for mut bystander in case["beside"].as_array().cloned().unwrap_or_default() {
            self.adjust(&mut bystander);
            bystander["start"] = Value::from(self.cause.to_string());
            push(&mut self.file["disturbances"], bystander);
        }
        if self.dice.happens(0.2) {
            self.disturb();
        }
        self.take_back();
    }

    fn case(&mut self, origin: &Origin) -> Value {
        let cases = match origin {
            Origin::Defect(defect) => defect.defect().cases(),
            Origin::Attack(attack) => attack.happening().cases(),
            Origin::Disturbance(disturbance) => disturbance.happening().cases(),
        };
        if cases.is_empty() {
            return json!({});
        }
        let case: &&str = self.dice.one_of(cases);
        serde_json::from_str(case).expect("a case of this program is JSON")
    }

    /// Vary parameters around a case and settle instants.
    fn adjust(&mut self, parameters: &mut Value) {
        if self.varied {
            vary(parameters, &mut self.dice, &is_sound);
        }
        settle(parameters, self.cause);
    }

    fn happening(&mut self, mut parameters: Value, case: &Value) -> Value {
        put_over(&mut parameters, case.get("of"));
        if parameters.get("defect").is_some() {
            parameters["defect"] = self.any_defect();
        }
        self.adjust(&mut parameters);
        parameters["start"] = Value::from(self.cause.to_string());
        parameters
    }

    /// A defect that nobody meant.
    fn any_defect(&mut self) -> Value {
        let all = DefectSpec::all().into_iter();
        let innocent: Vec<DefectSpec> = all.filter(|d| d.fault().techniques.is_empty()).collect();
        let defect = self.dice.one_of(&innocent).clone();
        let case = self.case(&Origin::Defect(defect.clone()));
        let mut parameters = serde_json::to_value(&defect).expect("plain data");
        put_over(&mut parameters, case.get("of"));
        parameters
    }

    /// A release with a defect.
    fn ship(&mut self, defect: &DefectSpec, case: &Value) {
        let mut parameters = serde_json::to_value(defect).expect("plain data");
        put_over(&mut parameters, case.get("of"));
        self.adjust(&mut parameters);
        let mut change = json!({"id": "CHG-1", "target": {"kinds": ["amf", "mme"]}});
        put_over(&mut change, case.get("change"));
        change["defect"] = parameters;
        // What is poisoned hurts when it acts, not by how it is installed.
        let is_meant = !defect.fault().techniques.is_empty();
        let mut rollout = if is_meant {
            self.good_rollout(self.cause)
        } else {
            self.rollout(self.cause)
        };
        put_over(&mut rollout, case.get("rollout"));
        let targets = change["target"]["kinds"].clone();
        self.file["change"] = change;
        self.file["rollout"] = rollout;
        if self.dice.happens(0.3) {
            self.beside.push("concurrent-rollout");
            let free = |kind: &&str| {
                let taken = targets.as_array();
                taken.is_none_or(|all| all.iter().all(|one| one != *kind))
            };
            let free: Vec<&str> = TEAMS.into_iter().filter(free).collect();
            let team = *self.dice.one_of(&free);
            let from = in_minutes(self.cause);
            let start = minutes(self.dice.between(from - 25.0, from + 15.0));
            let rollout = self.good_rollout(start);
            let change = json!({"id": "CHG-2", "target": {"kinds": [team]}});
            push(
                &mut self.file["concurrent"],
                json!({"change": change, "rollout": rollout}),
            );
        }
    }

    /// On half of the nights, a change that is good: just before, or still under way.
    fn ship_something_good(&mut self) {
        if !self.dice.happens(0.5) {
            return;
        }
        let is_done = self.dice.happens(0.5);
        let (least, most) = if is_done { (15.0, 30.0) } else { (3.0, 12.0) };
        let before = self.dice.between(least, most);
        self.beside.push(if is_done {
            "change-before"
        } else {
            "change-under-way"
        });
        let team = *self.dice.one_of(&TEAMS);
        let mut target = json!({"kinds": [team]});
        if is_done {
            target["count"] = Value::from(1);
        }
        let start = minutes(in_minutes(self.cause) - before);
        self.file["change"] = json!({"id": "CHG-1", "target": target});
        self.file["rollout"] = self.good_rollout(start);
    }

    /// A rollout that hands its devices over.
    fn good_rollout(&mut self, start: Span) -> Value {
        let mut rollout = self.rollout(start);
        let drain = json!({"mode": "graceful", "time": "2m"});
        for stage in rollout["stages"].as_array_mut().into_iter().flatten() {
            stage["drain"] = drain.clone();
            stage["max_unavailable"] = Value::from(1);
        }
        rollout
    }

    /// All at once, one first, or in thirds.
    fn rollout(&mut self, start: Span) -> Value {
        let dice = &mut self.dice;
        let is_hard = dice.happens(0.4);
        let drain = if is_hard {
            json!({"mode": "hard"})
        } else {
            json!({"mode": "graceful", "time": dice.minutes(1.0, 4.0)})
        };
        let stage = json!({
            "drain": drain,
            "install": dice.minutes(1.0, 4.0),
            "max_unavailable": dice.whole(1, 3),
        });
        let selects = match dice.below(3) {
            0 => vec![json!({})],
            1 => vec![json!({"count": 1}), json!({})],
            _ => vec![
                json!({"percent": 33.0}),
                json!({"percent": 66.0}),
                json!({}),
            ],
        };
        let soak = dice.minutes(3.0, 15.0);
        let stages = selects.into_iter().zip(1..).map(|(select, number)| {
            let mut stage = stage.clone();
            stage["name"] = Value::from(format!("stage-{number}"));
            stage["select"] = select;
            stage["soak"] = soak.clone();
            stage
        });
        json!({
            "start": start.to_string(),
            "on_fail": dice.one_of(&["rollback", "halt"]),
            "stages": stages.collect::<Value>(),
        })
    }

    /// Something harmless begins after the cause.
    fn disturb(&mut self) {
        let all = DisturbanceSpec::all().into_iter().map(Origin::Disturbance);
        let mut all: Vec<(Origin, Value)> = all
            .map(|origin| {
                let Origin::Disturbance(spec) = &origin else {
                    unreachable!("that is what it was made of");
                };
                let value = serde_json::to_value(spec).expect("plain data");
                (origin, value)
            })
            .collect();
        all.retain(|(_, value)| value.get("defect").is_none());
        let (origin, mut parameters) = self.dice.one_of(&all).clone();
        let case = self.case(&origin);
        put_over(&mut parameters, case.get("of"));
        self.adjust(&mut parameters);
        let from = in_minutes(self.cause);
        parameters["start"] = self.dice.minutes(from + 5.0, from + 40.0);
        self.beside.push("disturbance-later");
        push(&mut self.file["disturbances"], parameters);
    }

    /// On half of the nights with a change, people take it back, whether it helps or not.
    fn take_back(&mut self) {
        let decided = self.dice.happens(0.5);
        let from = in_minutes(self.cause);
        let at = self.dice.minutes(from + 15.0, from + 60.0);
        if decided && self.file.get("change").is_some() {
            let step =
                json!({"name": "back", "after": {"at": at}, "action": {"kind": "roll-back"}});
            push(&mut self.file["response"]["playbook"], step);
            self.beside.push("taken-back");
        }
    }
}

fn push(list: &mut Value, item: Value) {
    list.as_array_mut().expect("it is a list").push(item);
}

/// Whether parameters of any registry are acceptable to their kind.
fn is_sound(parameters: &Value) -> bool {
    let mut settled = parameters.clone();
    settle(&mut settled, Span::from_hours(1));
    if let Ok(defect) = serde_json::from_value::<DefectSpec>(settled.clone()) {
        return defect.defect().findings().is_empty();
    }
    let is_attack = serde_json::from_value::<crate::attack::AttackSpec>(settled.clone()).is_ok();
    let disturbance = serde_json::from_value::<DisturbanceSpec>(settled).is_ok();
    is_attack || disturbance
}
