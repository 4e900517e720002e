//! Who hears a public warning (TS 23.041).
//!
//! A registered device camps on the generation that it is registered with; one that is not looks
//! through both, and hears whichever broadcasts. A device that is switched off for a moment hears a
//! repetition.
//!
//! Invariant: reads, and changes nothing.

use crate::network::air::{Air, WAY_4G, WAY_5G};
use crate::network::warning::INSIDE;
use crate::population::{Device, flag};

use super::{Shard, nas_state};

impl Shard {
    /// Devices in the area of a warning, and those of them that hear it. `told` has for each tower whether
    /// the area has it, and on which ways it broadcasts.
    pub(in crate::network) fn warned(&self, air: &Air, told: &[u8]) -> (u64, u64) {
        let (mut devices, mut reached) = (0, 0);
        for (index, device) in self.devices.iter().enumerate() {
            let serving = air.serving_tower(self.home(index), device.serving());
            let ways = told[serving.index()];
            if ways & INSIDE != 0 {
                devices += 1;
                reached += u64::from(hears(device) & ways != 0);
            }
        }
        (devices, reached)
    }
}

/// The ways on which a device hears a broadcast.
fn hears(device: &Device) -> u8 {
    let deaf = matches!(
        device.nas & !Device::ASLEEP,
        nas_state::NO_COVERAGE | nas_state::RESELECTING | nas_state::DESTROYED
    );
    if deaf {
        0
    } else if !device.has(flag::CONTEXT) {
        WAY_4G | WAY_5G
    } else if device.has(flag::FIVE_G) && !device.has(flag::N1_DISABLED) {
        WAY_5G
    } else {
        WAY_4G
    }
}
