//! United Kingdom: Ofcom's incident reporting thresholds under the Communications Act 2003 s.105K.
//!
//! Read (from summaries of the consultation of May 2026, not from the guidance itself): 100,000
//! customers for any duration; 10,000 customers or 25 % of them for 8 hours; 25 or more cell sites;
//! critical from 3 million user-hours (1.5 million proposed). The clause of a single rural site is left
//! out: the graph does not say which sites are rural. Recalled: major incidents within 24 hours.
//!
//! Invariant: the clauses are judged apart; one is enough.

use crate::base::Span;

use super::{Area, Facts, Rule, Verdict};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "Ofcom",
    source: "Ofcom network and service resilience guidance; consultation of May 2026",
    judge,
};

/// User-hours from which an incident is critical.
const CRITICAL_USER_HOURS: f64 = 3e6;

fn judge(facts: &Facts) -> Vec<Verdict> {
    let users = |clause| Verdict::blank(RULE.name, clause, "users", "report within 72 h");
    let sites = Verdict::blank(RULE.name, "25 cell sites", "sites", "report within 72 h");
    let eight = f64::min(10_000.0, 0.25 * facts.users);
    let out = &facts.voice_out;
    vec![
        Verdict::of_level(users("100,000 users"), out, 100_000.0, Span::ZERO),
        Verdict::of_level(
            users("10,000 users or 25 %, 8 h"),
            out,
            eight,
            Span::from_hours(8),
        ),
        Verdict::of_level(sites, &facts.sites_out, 25.0, Span::ZERO),
        critical(facts),
    ]
}

fn critical(facts: &Facts) -> Verdict {
    let area = Area {
        minutes: CRITICAL_USER_HOURS * 60.0,
        lasting: Span::ZERO,
        floor: facts.floor,
    };
    let clause = "critical: 3 M user-hours";
    let blank = Verdict::blank(RULE.name, clause, "user-hours", "report within 24 h");
    let verdict = Verdict::of_area(blank, &facts.voice_out, &area);
    Verdict {
        figure: verdict.figure / 60.0,
        threshold: CRITICAL_USER_HOURS,
        ..verdict
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::facts;
    use super::*;

    fn reportable(sites: u32, minutes: u64) -> Vec<bool> {
        let verdicts = judge(&facts(sites, minutes));
        verdicts.iter().map(|v| v.reportable).collect()
    }

    #[test]
    fn each_clause_has_its_own_threshold() {
        assert_eq!(reportable(5, 479), [false; 4]);
        assert_eq!(reportable(6, 480), [false, true, false, false]);
        assert_eq!(reportable(25, 5), [false, false, true, false]);
        assert_eq!(reportable(59, 5), [true, false, true, false]);
        // 1,752 sites are 3.0 million users: an hour makes 3 million user-hours.
        assert_eq!(reportable(1_753, 60), [true, false, true, true]);
        assert_eq!(reportable(1_752, 60), [true, false, true, false]);
    }
}
