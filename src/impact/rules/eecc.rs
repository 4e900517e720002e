//! European Union: EECC (Directive 2018/1972) Art. 40, by ENISA's technical guideline on incident
//! reporting.
//!
//! Recalled, not read: relative thresholds 1 h and 15 %, 2 h and 10 %, 4 h and 5 %, 6 h and 2 %,
//! 8 h and 1 % of the national users of the service; absolute threshold 1 million user-hours. The users
//! of the simulated network stand in for the national users.
//!
//! Invariant: the clauses are judged apart; one is enough.

use crate::base::Span;

use super::{Area, Facts, Rule, Verdict};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "EECC/ENISA",
    source: "Directive (EU) 2018/1972 Art. 40; ENISA technical guideline on incident reporting",
    judge,
};

/// Hours, share of users, and the clause's name.
const STEPS: [(u64, f64, &str); 5] = [
    (1, 0.15, "15 % of users, 1 h"),
    (2, 0.10, "10 % of users, 2 h"),
    (4, 0.05, "5 % of users, 4 h"),
    (6, 0.02, "2 % of users, 6 h"),
    (8, 0.01, "1 % of users, 8 h"),
];
/// The absolute threshold.
const USER_HOURS: f64 = 1e6;
const DUTY: &str = "notify without undue delay";

fn judge(facts: &Facts) -> Vec<Verdict> {
    let mut verdicts: Vec<_> = STEPS
        .iter()
        .map(|&(hours, share, clause)| {
            let blank = Verdict::blank(RULE.name, clause, "users", DUTY);
            let level = share * facts.users;
            Verdict::of_level(blank, &facts.voice_out, level, Span::from_hours(hours))
        })
        .collect();
    verdicts.push(absolute(facts));
    verdicts
}

fn absolute(facts: &Facts) -> Verdict {
    let area = Area {
        minutes: USER_HOURS * 60.0,
        lasting: Span::ZERO,
        floor: facts.floor,
    };
    let blank = Verdict::blank(RULE.name, "1 M user-hours", "user-hours", DUTY);
    let verdict = Verdict::of_area(blank, &facts.voice_out, &area);
    Verdict {
        figure: verdict.figure / 60.0,
        threshold: USER_HOURS,
        ..verdict
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::facts;
    use super::*;

    #[test]
    fn longer_outages_need_fewer_users() {
        let reportable = |share: u32, hours: u64| {
            let verdicts = judge(&facts(730 * share, hours * 60));
            let steps: Vec<bool> = verdicts[..5].iter().map(|v| v.reportable).collect();
            steps
        };
        assert_eq!(reportable(15, 1), [true, false, false, false, false]);
        assert_eq!(reportable(14, 2), [false, true, false, false, false]);
        assert_eq!(reportable(3, 8), [false, false, false, true, true]);
        assert_eq!(reportable(1, 7), [false; 5]);
    }
}
