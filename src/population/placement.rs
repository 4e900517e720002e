//! Where devices live: so many of each class under each tower, at the scale of the run.
//!
//! Rounding is carried from tower to tower, so that every class is there in its exact share over
//! any run of towers, even where a tower holds a fraction of a device.
//!
//! Invariant: depends on the topology, the shares and the scale; never on the seed.

use crate::base::{ClassId, TowerId};

/// The devices of one class under one tower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Where.
    pub tower: TowerId,
    /// Which class.
    pub class: ClassId,
    /// How many.
    pub count: u32,
}

/// All devices, tower by tower, class by class. The number of a device is its place in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    groups: Vec<Group>,
    devices: u32,
}

impl Placement {
    /// Place `scale` times the devices of each tower, split by `shares`.
    ///
    /// # Panics
    /// If that makes more devices than a 32-bit number can count (the scenario has checked it).
    pub fn new(devices_of_towers: &[u64], shares: &[f64], scale: f64) -> Self {
        let mut groups = Vec::new();
        let mut before = 0.0;
        let mut placed = vec![0_u64; shares.len()];
        let mut total = 0_u64;
        for (tower, &devices) in devices_of_towers.iter().enumerate() {
            #[expect(
                clippy::cast_precision_loss,
                reason = "counts of devices stay far below 2^53"
            )]
            let through = before + devices as f64;
            for (class, &share) in shares.iter().enumerate() {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a count"
                )]
                let until = libm::floor(through * share * scale + 0.5) as u64;
                let count = until - placed[class];
                placed[class] = until;
                total += count;
                if count > 0 {
                    groups.push(Group {
                        tower: TowerId::from_index(tower),
                        class: ClassId::from_index(class),
                        count: u32::try_from(count).expect("a tower holds fewer than 2^32 devices"),
                    });
                }
            }
            before = through;
        }
        Self {
            groups,
            devices: u32::try_from(total).expect("the scenario keeps devices within 32 bits"),
        }
    }

    /// The groups in order.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// All devices.
    pub fn devices(&self) -> u32 {
        self.devices
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_carried_so_that_totals_are_exact() {
        let towers = vec![1_712_u64; 73_000];
        let placement = Placement::new(&towers, &[0.97, 0.03], 0.001);
        let of = |class: u8| -> u64 {
            placement
                .groups()
                .iter()
                .filter(|g| g.class == ClassId(class))
                .map(|g| u64::from(g.count))
                .sum()
        };
        assert_eq!(of(0), 121_227);
        assert_eq!(of(1), 3_749);
    }
}
