//! United States: 47 CFR 4.9(e) and 4.5(e), outage reporting of wireless providers.
//!
//! Read: an outage of at least 30 minutes that potentially affects at least 900,000 user-minutes
//! of telephony is reportable; notification within 120 minutes, initial report within 72 hours, final
//! within 30 days. Recalled (81 FR 45055, 2016): user-minutes of wireless are disabled sites times the
//! national users per site; and the 911 clause uses the same two numbers, with notice to the affected
//! 911 centres within 30 minutes.
//!
//! Invariant: the clauses are judged apart; one is enough.

use crate::base::Span;

use super::{Area, Facts, Rule, Verdict};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "FCC Part 4",
    source: "47 CFR 4.5(e), 4.9(e); 81 FR 45055",
    judge,
};

/// User-minutes from which an outage is reportable.
const USER_MINUTES: f64 = 900_000.0;
/// The least duration of a reportable outage.
const LASTING: Span = Span::from_minutes(30);
const DUTY: &str = "notify within 120 min, report within 72 h, close within 30 days";
const DUTY_911: &str = "tell the 911 centres within 30 min; then as for telephony";

fn judge(facts: &Facts) -> Vec<Verdict> {
    let blank = |clause, duty| Verdict::blank(RULE.name, clause, "user-minutes", duty);
    let area = |floor| Area {
        minutes: USER_MINUTES,
        lasting: LASTING,
        floor,
    };
    let users = area(facts.floor);
    let by_site = facts
        .sites_out
        .mapped(|sites| sites * facts.users_per_site());
    vec![
        Verdict::of_area(
            blank("telephony, users out", DUTY),
            &facts.voice_out,
            &users,
        ),
        Verdict::of_area(blank("telephony, sites out", DUTY), &by_site, &area(0.0)),
        Verdict::of_area(blank("911", DUTY_911), &facts.emergency_out, &users),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::facts;
    use super::*;
    use crate::base::SimTime;

    fn by_site(sites: u32, minutes: u64) -> Option<f64> {
        let verdicts = judge(&facts(sites, minutes));
        let crossed = verdicts[1].crossed?;
        Some(crossed.as_minutes_f64() - 5.0)
    }

    #[test]
    fn one_site_needs_526_minutes() {
        assert_eq!(by_site(1, 525), None);
        let crossed = by_site(1, 526).expect("reportable");
        assert!((crossed - 900_000.0 / 1_712.0).abs() < 1e-6, "{crossed}");
    }

    #[test]
    fn eighteen_sites_reach_it_in_the_least_30_minutes() {
        assert_eq!(by_site(18, 30), Some(30.0));
        assert_eq!(by_site(17, 30), None);
        assert_eq!(by_site(18, 29), None);
    }

    #[test]
    fn the_whole_network_waits_for_the_30_minutes() {
        let verdicts = judge(&facts(73_000, 600));
        assert_eq!(verdicts[0].crossed, Some(SimTime::from_secs(35.0 * 60.0)));
        assert!(!verdicts[2].reportable, "emergency calls went through");
    }
}
