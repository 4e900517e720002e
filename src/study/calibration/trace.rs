//! What a detector made of a day, minute by minute, and the alarms that a limit makes of that.
//!
//! Invariant: a score that was not there neither raises nor clears; what was pending starts over.

/// Scores in the order of time, one a look; none where the view could not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The scores.
    pub scores: Vec<Option<f64>>,
}

/// An alarm: from which look, and until before which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode {
    /// The look at which it was raised.
    pub raised: usize,
    /// The look at which it was cleared; one past the last if it never was.
    pub cleared: usize,
}

/// An alarm that is raised again within so many looks of its end is the same alarm.
const SAME_WITHIN: usize = 60;
/// One that goes on counts anew after so many looks: nobody overlooks it for a day at the price of one.
const COUNTS_AGAIN: usize = 60;

impl Trace {
    /// The alarms at a limit that must be met for `hold` looks more than one.
    pub fn episodes(&self, limit: f64, hold: usize) -> Vec<Episode> {
        let mut episodes: Vec<Episode> = Vec::new();
        let (mut pending, mut raised) = (0, None);
        for (look, score) in self.scores.iter().enumerate() {
            match (score, raised) {
                (Some(score), None) if *score >= limit => {
                    pending += 1;
                    if pending > hold {
                        raised = Some(look);
                        pending = 0;
                    }
                }
                (Some(score), Some(start)) if *score < limit => {
                    push(&mut episodes, start, look);
                    raised = None;
                }
                (_, None) => pending = 0,
                _ => {}
            }
        }
        if let Some(start) = raised {
            push(&mut episodes, start, self.scores.len());
        }
        episodes
    }

    /// False alarms on a quiet day: each episode, and each further hour of it.
    pub fn false_alarms(&self, limit: f64, hold: usize) -> usize {
        let hours = |episode: &Episode| (episode.cleared - episode.raised).div_ceil(COUNTS_AGAIN);
        self.episodes(limit, hold).iter().map(hours).sum()
    }

    /// The look at which it was first raised at `from` or later. An alarm that was up before tells
    /// nobody anything.
    pub fn first_raised(&self, limit: f64, hold: usize, from: usize) -> Option<usize> {
        let mut episodes = self.episodes(limit, hold).into_iter();
        episodes
            .find(|episode| episode.raised >= from)
            .map(|episode| episode.raised)
    }

    /// Looks that gave a score.
    pub fn told(&self) -> usize {
        self.scores.iter().flatten().count()
    }
}

fn push(episodes: &mut Vec<Episode>, raised: usize, cleared: usize) {
    match episodes.last_mut() {
        Some(last) if raised - last.cleared < SAME_WITHIN => last.cleared = cleared,
        _ => episodes.push(Episode { raised, cleared }),
    }
}

/// The lowest limit at which, and above which, the quiet days together hold no more than `allowed` false
/// alarms; none if no day gave a score.
pub fn calibrated_limit(days: &[&Trace], hold: usize, allowed: usize) -> Option<f64> {
    let mut scores: Vec<f64> = days
        .iter()
        .flat_map(|day| &day.scores)
        .flatten()
        .copied()
        .collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    scores.dedup_by(|a, b| a.total_cmp(b).is_eq());
    let highest = *scores.first()?;
    let alarms =
        |limit: f64| -> usize { days.iter().map(|day| day.false_alarms(limit, hold)).sum() };
    let mut kept = None;
    for &score in &scores {
        if alarms(score) > allowed {
            // Between what is allowed and what is not.
            return Some(kept.map_or_else(|| highest.next_up(), |kept| f64::midpoint(score, kept)));
        }
        kept = Some(score);
    }
    // Even the lowest score keeps to the budget, on days too few to break it.
    Some(highest.next_up())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(scores: &[i32]) -> Trace {
        let score = |&value: &i32| (value >= 0).then(|| f64::from(value));
        Trace {
            scores: scores.iter().map(score).collect(),
        }
    }

    #[test]
    fn alarms_are_raised_held_and_cleared_as_rules_say() {
        let day = trace(&[0, 5, 5, 0, 5, -1, 5, 5, 5]);
        let raised = |hold| -> Vec<usize> {
            day.episodes(5.0, hold)
                .iter()
                .map(|episode| episode.raised)
                .collect()
        };
        assert_eq!(
            raised(0),
            [1],
            "what comes back within the hour is the same alarm"
        );
        assert_eq!(raised(2), [8], "silence starts the waiting over");
        assert_eq!(day.first_raised(5.0, 0, 2), None, "it was up already");
        assert_eq!(day.told(), 8);
        assert!(trace(&[]).episodes(0.0, 0).is_empty());
    }

    #[test]
    fn an_alarm_that_never_ends_counts_every_hour() {
        assert_eq!(trace(&[9; 1_440]).false_alarms(5.0, 0), 24);
        assert_eq!(trace(&[1; 1_440]).false_alarms(5.0, 0), 0);
    }

    #[test]
    fn the_limit_is_as_low_as_the_budget_allows() {
        let mut scores = vec![0; 1_440];
        (scores[100], scores[500], scores[900]) = (9, 7, 4);
        let day = trace(&scores);
        let limit = |allowed| calibrated_limit(&[&day], 0, allowed).expect("scores");
        assert!(limit(0) > 9.0 && limit(0) < 9.001);
        assert!((limit(1) - 8.0).abs() < 1e-12);
        assert!((limit(2) - 5.5).abs() < 1e-12);
        assert!((limit(3) - 2.0).abs() < 1e-12);
        for allowed in 0..4 {
            assert!(day.false_alarms(limit(allowed), 0) <= allowed);
        }
    }

    #[test]
    fn constant_and_silent_days_have_a_limit_or_none() {
        let flat = trace(&[0; 1_440]);
        let limit = calibrated_limit(&[&flat], 0, 1).expect("scores");
        assert!(limit > 0.0 && limit < 1e-300, "anything at all is an alarm");
        assert_eq!(calibrated_limit(&[&trace(&[-1; 9])], 0, 1), None);
        assert_eq!(calibrated_limit(&[], 0, 1), None);
    }
}
