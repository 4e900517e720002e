//! The thresholds of regulators: when must an outage be reported, and under which clause.
//!
//! One rule, one file, one line in [`RULES`]. Sources that could be read are named as such in the
//! files; what is known from memory alone is marked "recalled".
//!
//! Invariant: a rule is a pure function of [`Facts`].

mod eecc;
mod fcc;
mod ofcom;

use crate::base::{SimTime, Span};
use crate::network::Service;

use super::curve::Curve;
use super::names::{Names, real};
use super::series::Series;
use super::touched::TowerOutcome;

/// Every rule that a run is judged by.
pub static RULES: &[Rule] = &[fcc::RULE, ofcom::RULE, eecc::RULE];

/// One regulator's rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its short name.
    pub name: &'static str,
    /// Where it is written.
    pub source: &'static str,
    /// What each of its clauses says of a run.
    pub judge: fn(&Facts) -> Vec<Verdict>,
}

/// What one clause says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// The rule.
    pub rule: &'static str,
    /// The clause.
    pub clause: &'static str,
    /// When the threshold was crossed; none if it was not.
    pub crossed: Option<SimTime>,
    /// Whether that makes the outage reportable.
    pub reportable: bool,
    /// The figure that the clause looks at, at its worst.
    pub figure: f64,
    /// The threshold it is compared with.
    pub threshold: f64,
    /// What both are counted in.
    pub unit: &'static str,
    /// What the operator owes from then on.
    pub duty: &'static str,
}

/// What rules look at: users and sites out over time, at scale 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Users of the network.
    pub users: f64,
    /// Sites of the network.
    pub sites: f64,
    /// Users without telephony beyond those without it before the outage.
    pub voice_out: Curve,
    /// Users without emergency calls, likewise.
    pub emergency_out: Curve,
    /// Sites out.
    pub sites_out: Curve,
    /// Users out below which no outage runs: 0.1 % of all. Phones that are switched off or indoors
    /// come and go; they are no outage.
    pub floor: f64,
}

impl Facts {
    /// The facts of a run; levels before the outage are those at `reference`.
    pub(super) fn new(
        names: &Names,
        series: &Series,
        towers: &[TowerOutcome],
        reference: SimTime,
    ) -> Self {
        let users = series.all.last().map_or(0, |counts| counts.devices);
        let users = real(users) / names.scale;
        let excess = |service: Service| {
            let out = series.out(None, service).mapped(|v| v / names.scale);
            let before = out.value_at(reference).unwrap_or(0.0);
            out.mapped(|v| (v - before).max(0.0))
        };
        let horizon = series.at.last().copied().unwrap_or_default();
        Self {
            users,
            sites: real(names.towers.len() as u64),
            voice_out: excess(Service::Voice),
            emergency_out: excess(Service::Emergency),
            sites_out: sites_out(towers, horizon),
            floor: users * 0.001,
        }
    }

    /// Users per site, the national average that FCC and Ofcom multiply sites with.
    pub fn users_per_site(&self) -> f64 {
        if self.sites > 0.0 {
            self.users / self.sites
        } else {
            0.0
        }
    }
}

/// How many towers are out, as steps over time; those without an end last until the horizon.
fn sites_out(towers: &[TowerOutcome], horizon: SimTime) -> Curve {
    let mut changes: Vec<(SimTime, f64)> = Vec::new();
    for tower in towers {
        let Some(first) = tower.first_out else {
            continue;
        };
        let back = if tower.still_out {
            None
        } else {
            tower.last_back
        };
        changes.push((first, 1.0));
        changes.push((back.unwrap_or(horizon).max(first), -1.0));
    }
    // Returns come after losses at the same instant, so that the count never dips below 0.
    changes.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let mut now = 0.0;
    let mut points = vec![(SimTime::ZERO, 0.0)];
    for (at, change) in changes {
        points.push((at, now));
        now += change;
        points.push((at, now));
    }
    points.push((points.last().map_or(horizon, |p| p.0.max(horizon)), now));
    Curve::new(points)
}

/// A threshold on users (or sites) times minutes, reached within one outage of a least duration.
pub(super) struct Area {
    /// The threshold.
    pub(super) minutes: f64,
    /// The outage must have lasted this long.
    pub(super) lasting: Span,
    /// Below this it is no outage.
    pub(super) floor: f64,
}

impl Verdict {
    /// The verdict of a clause on an area under `curve`; rule, clause, unit and duty are `blank`'s.
    pub(super) fn of_area(blank: Self, curve: &Curve, area: &Area) -> Self {
        let (crossed, figure) = curve.accumulates(area.minutes, area.lasting, area.floor);
        Self {
            crossed,
            reportable: crossed.is_some(),
            figure,
            threshold: area.minutes,
            ..blank
        }
    }

    /// The verdict of a clause on a level held for a duration.
    pub(super) fn of_level(blank: Self, curve: &Curve, level: f64, lasting: Span) -> Self {
        let (crossed, _) = curve.holds(level, lasting);
        Self {
            crossed,
            reportable: crossed.is_some(),
            figure: curve.peak().map_or(0.0, |p| p.1),
            threshold: level,
            ..blank
        }
    }

    /// A verdict with nothing found yet.
    pub(super) const fn blank(
        rule: &'static str,
        clause: &'static str,
        unit: &'static str,
        duty: &'static str,
    ) -> Self {
        Self {
            rule,
            clause,
            crossed: None,
            reportable: false,
            figure: 0.0,
            threshold: 0.0,
            unit,
            duty,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::base::TowerId;

    /// A network of 1,712 users per site, of which `sites` are out from minute 5 for `minutes`.
    pub(crate) fn facts(sites: u32, minutes: u64) -> Facts {
        let start = SimTime::ZERO + Span::from_minutes(5);
        let tower = |n| TowerOutcome {
            tower: TowerId(n),
            first_out: Some(start),
            last_back: Some(start + Span::from_minutes(minutes)),
            ..TowerOutcome::default()
        };
        let towers: Vec<_> = (0..sites).map(tower).collect();
        let horizon = SimTime::ZERO + Span::from_hours(48);
        let sites_out = sites_out(&towers, horizon);
        let users = sites_out.mapped(|sites| sites * 1_712.0);
        Facts {
            users: 73_000.0 * 1_712.0,
            sites: 73_000.0,
            emergency_out: Curve::new(vec![(SimTime::ZERO, 0.0), (horizon, 0.0)]),
            voice_out: users,
            sites_out,
            floor: 73_000.0 * 1.712,
        }
    }

    #[test]
    fn sites_are_counted_while_they_are_out() {
        let facts = facts(3, 30);
        let at = |minute| {
            facts
                .sites_out
                .value_at(SimTime::ZERO + Span::from_minutes(minute))
        };
        assert_eq!(
            (at(4), at(6), at(34), at(36)),
            (Some(0.0), Some(3.0), Some(3.0), Some(0.0))
        );
    }

    #[test]
    fn a_rule_is_registered_once() {
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
        assert!(RULES.iter().all(|rule| !rule.source.is_empty()));
    }
}
