//! One device: 32 bytes, so that an event touches one cache line.
//!
//! Invariant: a record is plain state; the machine that moves it is in the network room.

use crate::base::Tick;

/// Bits of [`Device::flags`].
pub mod flag {
    /// Can call, and so registers with IMS.
    pub const VOICE: u16 = 1 << 0;
    /// Is on Wi-Fi with Wi-Fi calling on.
    pub const WIFI: u16 = 1 << 1;
    /// Is able to use 5GS.
    pub const FIVE_G: u16 = 1 << 2;
    /// Has given up 5GS for EPS until the next periodic update (cause #27, or five failures).
    pub const N1_DISABLED: u16 = 1 << 3;
    /// Packet data needs a valid IMS registration.
    pub const DATA_NEEDS_IMS: u16 = 1 << 4;
    /// Ignores back-off and barring.
    pub const IGNORES_BACKOFF: u16 = 1 << 5;
    /// Has a neighbouring tower in range if its own is gone.
    pub const COVERED: u16 = 1 << 6;
    /// The core holds a valid context for it.
    pub const CONTEXT: u16 = 1 << 7;
    /// IMS holds a valid registration for it, and the way to it is open.
    pub const IMS: u16 = 1 << 8;
    /// Is without service because its user switched it off: not counted as harm.
    pub const VOLUNTARY: u16 = 1 << 9;
    /// Its periodic timer was restarted by uplink activity since the last update.
    pub const TIMER_RESTARTED: u16 = 1 << 11;
    /// Was ever without service k ([`EVER_SHIFT`]).
    pub const EVER_SHIFT: u16 = 12;
}

/// A device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(32))]
pub struct Device {
    /// When the NAS layer acts next; [`Device::IDLE`] if never.
    pub nas_due: Tick,
    /// When the IMS layer acts next.
    pub ims_due: Tick,
    /// When its user calls next.
    pub call_due: Tick,
    /// When its user redials.
    pub redial_due: Tick,
    /// Traits and facts, see [`flag`].
    pub flags: u16,
    /// The tower it lives under, counted within its shard.
    pub home: u16,
    /// NAS attempts made so far: the occasion of their draws.
    pub nas_ordinal: u16,
    /// IMS attempts made so far.
    pub ims_ordinal: u16,
    /// Calls made so far.
    pub call_ordinal: u16,
    /// Class.
    pub class: u8,
    /// State of the NAS layer, as the network room defines it.
    pub nas: u8,
    /// State of the IMS layer.
    pub ims: u8,
    /// The member of its pool that holds its context.
    pub member: u8,
    /// Low half: attempt counter of NAS. High half: failures of IMS in a row.
    pub counters: u8,
    /// Low half: redials of the present call. High half: serving tower, 0 its own, else a neighbour.
    pub redials_serving: u8,
}

impl Device {
    /// Later than any timer: nothing is due.
    pub const IDLE: Tick = Tick::MAX;

    /// Bit of [`Device::nas`]: nobody hears its NAS layer, so its timer is not armed; whoever opens a way
    /// for it brings it up to date first.
    pub const ASLEEP: u8 = 0x80;

    /// Whether its NAS timer runs without being armed.
    #[inline]
    pub const fn is_asleep(&self) -> bool {
        self.nas & Self::ASLEEP != 0
    }

    /// When it acts next, on whichever layer.
    #[inline]
    pub fn due(&self) -> Tick {
        let nas_due = if self.is_asleep() {
            Self::IDLE
        } else {
            self.nas_due
        };
        nas_due
            .min(self.ims_due)
            .min(self.call_due)
            .min(self.redial_due)
    }

    /// Whether all bits of `mask` are set.
    #[inline]
    pub const fn has(&self, mask: u16) -> bool {
        self.flags & mask == mask
    }

    /// Set or clear bits.
    #[inline]
    pub fn set(&mut self, mask: u16, on: bool) {
        if on {
            self.flags |= mask;
        } else {
            self.flags &= !mask;
        }
    }

    /// NAS attempts that failed in a row.
    #[inline]
    pub const fn nas_failures(&self) -> u8 {
        self.counters & 0x0f
    }

    /// Set the NAS attempt counter (at most 15).
    #[inline]
    pub fn set_nas_failures(&mut self, count: u8) {
        self.counters = self.counters & 0xf0 | count & 0x0f;
    }

    /// IMS attempts that failed in a row (at most 15).
    #[inline]
    pub const fn ims_failures(&self) -> u8 {
        self.counters >> 4
    }

    /// Set the IMS failure count; it saturates at 15.
    #[inline]
    pub fn set_ims_failures(&mut self, count: u8) {
        self.counters = self.counters & 0x0f | count.min(15) << 4;
    }

    /// Redials of the present call.
    #[inline]
    pub const fn redials(&self) -> u8 {
        self.redials_serving & 0x0f
    }

    /// Set the number of redials of the present call.
    #[inline]
    pub fn set_redials(&mut self, count: u8) {
        self.redials_serving = self.redials_serving & 0xf0 | count & 0x0f;
    }

    /// The tower that serves it: 0 its own, k its k-th neighbour.
    #[inline]
    pub const fn serving(&self) -> u8 {
        self.redials_serving >> 4
    }

    /// Set the tower that serves it.
    #[inline]
    pub fn set_serving(&mut self, neighbour: u8) {
        self.redials_serving = self.redials_serving & 0x0f | neighbour << 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_half_a_cache_line() {
        assert_eq!(size_of::<Device>(), 32);
    }

    #[test]
    fn packed_counters_do_not_touch_each_other() {
        let mut device = Device::default();
        device.set_nas_failures(5);
        device.set_ims_failures(99);
        device.set_redials(3);
        device.set_serving(6);
        assert_eq!((device.nas_failures(), device.ims_failures()), (5, 15));
        assert_eq!((device.redials(), device.serving()), (3, 6));
    }
}
