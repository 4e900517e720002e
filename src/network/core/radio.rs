//! Radio connections that towers can set up: a rate and a short queue each.
//!
//! At small scales a tower's limit would hold less than a request. Neighbouring towers in the table
//! then share one limit, large enough that rounding does not decide who gets through.
//!
//! Invariant: towers that share a limit are decided by the scale alone, so that they are the same for
//! every seed.

use crate::base::Span;

/// Requests that a limit must be able to hold, so that it acts at a small scale as at a large one.
const HELD_AT_LEAST: f64 = 32.0;

/// The limits of all towers.
#[derive(Debug)]
pub(in crate::network) struct Radios {
    busy_until_us: Vec<f64>,
    towers_each: u32,
    interval_us: f64,
    queue_us: f64,
}

impl Radios {
    pub(in crate::network) fn new(
        towers: usize,
        setups_per_second: f64,
        queue: Span,
        scale: f64,
    ) -> Self {
        let held = setups_per_second * queue.as_secs_f64() * scale;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of towers"
        )]
        let towers_each = if held > 0.0 {
            libm::ceil(HELD_AT_LEAST / held).clamp(1.0, 1e6) as u32
        } else {
            1
        };
        let rate = setups_per_second * scale * f64::from(towers_each);
        Self {
            busy_until_us: vec![0.0; towers.div_ceil(towers_each as usize)],
            towers_each,
            interval_us: 1e6 / rate.max(1e-9),
            #[expect(clippy::cast_precision_loss, reason = "a short span")]
            queue_us: queue.as_us() as f64,
        }
    }

    /// How many towers share one limit.
    pub(in crate::network) fn towers_each(&self) -> usize {
        self.towers_each as usize
    }

    /// Take a connection at a tower; false if it is rejected.
    #[inline]
    pub(in crate::network) fn admit(&mut self, tower: u32, now_us: u64) -> bool {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a run is far shorter than 2^53 microseconds"
        )]
        let now = now_us as f64;
        let busy = &mut self.busy_until_us[(tower / self.towers_each) as usize];
        if *busy - now > self.queue_us {
            return false;
        }
        *busy = busy.max(now) + self.interval_us;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tower_lets_its_rate_through_and_no_more() {
        let mut radios = Radios::new(1, 100.0, Span::from_secs(1), 1.0);
        let through = (0..100_000_u64)
            .filter(|n| radios.admit(0, n * 100))
            .count();
        assert!(
            (1_095..=1_105).contains(&through),
            "{through} in 10 s at 100 per second and a queue of 1 s"
        );
    }

    #[test]
    fn at_small_scale_towers_share() {
        let radios = Radios::new(73_000, 100.0, Span::from_secs(1), 0.001);
        assert_eq!(radios.towers_each(), 320);
    }
}
