//! A certificate of the changed elements runs out within sight.
//!
//! Invariant: reads the inventory of the change's paperwork; what is not listed is not known.

use crate::base::WallClock;

use crate::scenario::lint::{Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    id: "certificate-ends",
    what: "a listed certificate or licence ends before the plan, or within thirty days",
    incident: "Ericsson SGSN-MME, 6 December 2018: a certificate inside two software versions expired; the \
               packet cores of operators in up to eleven countries stopped in the same hour, among them \
               SoftBank (30.6 million lines) and O2 UK (32 million).",
    explanation: "What ends by date ends everywhere at once, so that no mate is left to take over and no \
                  stage protects from it. List the certificates and licences inside the software and \
                  on the elements with the dates on which they end (change.mop.certificates), those of the \
                  version that is rolled back to as well, and renew them before the change.",
    check,
};

const MARGIN_DAYS: i64 = 30;

fn check(subject: &Subject<'_>) -> Vec<Remark> {
    let horizon_s = subject.file.horizon.as_us() / 1_000_000;
    let horizon_s = i64::try_from(horizon_s).expect("a horizon of hours");
    let end = subject.clock.start_unix_seconds() + horizon_s;
    let mut remarks = Vec::new();
    for (index, certificate) in subject.change.mop.certificates.iter().enumerate() {
        let Ok(ends) = WallClock::parse(&certificate.ends) else {
            continue; // An error of its own.
        };
        let left_s = ends.start_unix_seconds() - end;
        if left_s >= MARGIN_DAYS * 86_400 {
            continue;
        }
        let when = match left_s {
            ..0 => "before the plan does".to_owned(),
            _ => format!("{} days after the plan", left_s / 86_400),
        };
        let found = format!("{}, which ends {when}", certificate.name);
        let path = format!("change.mop.certificates[{index}].ends");
        remarks.push(Remark::new(path, found, "a renewed one"));
    }
    remarks
}

#[cfg(test)]
mod tests {
    use crate::scenario::lint::testing::{errors, places};

    fn plan(ends: &str) -> String {
        format!(
            "start: 2018-12-06T00:00:00+09:00\nchange: {{target: {{kinds: [mme]}}, mop: {{certificates: [{{name: mme-tls, ends: {ends}}}]}}}}\n"
        )
    }

    #[test]
    fn a_certificate_must_outlive_the_plan_by_a_month() {
        let of = |ends: &str| places("certificate-ends", &plan(ends));
        let place = ["change.mop.certificates[0].ends"];
        assert_eq!(of("2018-12-06T13:39:00+09:00"), place);
        assert_eq!(of("2018-12-06T03:39:00+09:00"), place);
        assert_eq!(of("2019-12-06T13:39:00+09:00"), Vec::<String>::new());
    }

    #[test]
    fn a_date_that_is_none_is_an_error() {
        let errors = errors(&plan("soon"));
        assert!(
            errors[0].contains("change.mop.certificates[0].ends"),
            "{errors:?}"
        );
    }
}
