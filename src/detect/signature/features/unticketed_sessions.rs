//! `unticketed-sessions`: configuration sessions that no change record explains.
//!
//! Invariant: a pure function of the evidence.

use super::super::Sign;
use super::super::evidence::Evidence;
use super::super::statistics::count;
use super::Feature;

pub(super) const FEATURE: Feature = Feature {
    name: "unticketed-sessions",
    question: "Sessions without a change record?",
    asks: "sessions that no change record explains",
    read,
};

fn read(evidence: &Evidence) -> Sign {
    let Some(sessions) = &evidence.sessions else {
        return Sign::Unknown("no management log");
    };
    let unexplained = sessions
        .iter()
        .filter(|session| !session.has_ticket)
        .count();
    Sign::known(
        if unexplained == 0 { "none" } else { "some" },
        count(unexplained),
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::Session;
    use super::*;

    #[test]
    fn a_log_without_strangers_is_not_the_same_as_no_log() {
        let of = |tickets: &[bool]| {
            let session = |&has_ticket| Session {
                at_s: 0.0,
                has_ticket,
            };
            read(&Evidence {
                sessions: Some(tickets.iter().map(session).collect()),
                ..Evidence::default()
            })
        };
        assert_eq!(of(&[]), Sign::known("none", 0.0));
        assert_eq!(of(&[true, true]), Sign::known("none", 0.0));
        assert_eq!(of(&[true, false, false]), Sign::known("some", 2.0));
        assert_eq!(
            read(&Evidence::default()),
            Sign::Unknown("no management log")
        );
    }
}
