//! Who is without which service, since when.
//!
//! Invariant: follows from the state of the device and of what is open, whatever led to it.

use crate::base::{Purpose, Tick, unit_interval};

use super::Naive;
use super::phone::Nas;

pub(super) const VOICE: usize = 0;
pub(super) const DATA: usize = 1;
pub(super) const SMS: usize = 2;
pub(super) const EMERGENCY: usize = 3;

impl Naive<'_> {
    /// Account for whatever has changed for a device at `at`.
    pub(super) fn account(&mut self, device: usize, at: Tick) {
        let (out, sos) = self.missing(device);
        let phone = &mut self.phones[device];
        phone.sos = sos;
        for (service, is_out) in out.into_iter().enumerate() {
            match (phone.out_since[service], is_out) {
                (None, true) => {
                    phone.out_since[service] = Some(at);
                    phone.ever_out[service] = true;
                }
                (Some(since), false) => {
                    phone.lost_ticks[service] += i64::from(at) - i64::from(since);
                    phone.out_since[service] = None;
                }
                _ => {}
            }
        }
    }

    /// The services that a device is without, and whether it camps on another operator's radio.
    fn missing(&self, device: usize) -> ([bool; 4], bool) {
        let phone = &self.phones[device];
        let tower = self.serving(device);
        let mast = &self.masts[tower];
        let camped = !matches!(phone.nas, Nas::NoCoverage | Nas::Reselecting);
        let radio = mast.on_air && camped;
        let sos = phone.voice && !radio && self.others_reach(device);
        if phone.voluntary {
            return ([false; 4], sos);
        }
        let (five_g, four_g) = self.ways(tower, phone.class);
        let reached = radio && (five_g || four_g);
        let attached = phone.context && reached;
        let in_ims = phone.in_ims || !self.spec.ims.enabled;
        let over_wifi = phone.wifi && self.open.wifi && in_ims;
        let voice = over_wifi || attached && in_ims && self.open.ims[mast.router];
        let data = attached && self.open.gateways[mast.region] && (in_ims || !phone.data_needs_ims);
        let mut out = [false; 4];
        out[VOICE] = phone.voice && !voice;
        out[DATA] = !data;
        out[SMS] = phone.voice && !voice && !attached;
        out[EMERGENCY] = phone.voice && !(over_wifi || reached || sos);
        (out, sos)
    }

    /// What would become of a public warning to everybody: towers, towers that broadcast it, devices, and
    /// devices that hear it.
    pub(super) fn warned(&self) -> [u64; 4] {
        let mut sum = [self.masts.len() as u64, 0, self.phones.len() as u64, 0];
        let told: Vec<(bool, bool)> = (0..self.masts.len())
            .map(|mast| self.told_by_core(mast))
            .collect();
        sum[1] = told
            .iter()
            .filter(|(five_g, four_g)| *five_g || *four_g)
            .count() as u64;
        for (device, phone) in self.phones.iter().enumerate() {
            let (five_g, four_g) = told[self.serving(device)];
            let on_five_g = phone.five_g && !phone.n1_disabled;
            let hears = match phone.nas {
                Nas::NoCoverage | Nas::Reselecting => false,
                _ if !phone.context => five_g || four_g,
                _ => on_five_g && five_g || !on_five_g && four_g,
            };
            sum[3] += u64::from(hears);
        }
        sum
    }

    /// Whether a tower is told of a warning by an AMF, and by an MME, of its pool that was told itself.
    fn told_by_core(&self, tower: usize) -> (bool, bool) {
        let mast = &self.masts[tower];
        let members = &self.graph.pools[mast.pool];
        let by = |members: &[super::graph::Choice]| {
            let tells = |element| self.is_fed(element) && self.warns(mast.router, element);
            mast.on_air && mast.backhaul && members.iter().any(|member| tells(member.element))
        };
        (by(&members.amf), by(&members.mme))
    }

    /// A fixed trait: whether another operator's radio reaches the device.
    fn others_reach(&self, device: usize) -> bool {
        let word = self.words(Purpose::Traits, device, 1)[0];
        unit_interval(word) < self.spec.access.other_operator_coverage.get()
    }

    /// A device that its user had switched off wants service again and does not get it.
    pub(super) fn want_service(&mut self, device: usize, at: Tick) {
        if self.phones[device].voluntary {
            self.phones[device].voluntary = false;
            self.account(device, at);
        }
    }

    /// A device that its user had switched off has all that it wants again.
    pub(super) fn back_in_service(&mut self, device: usize) {
        let phone = &mut self.phones[device];
        let ims = phone.in_ims || !phone.voice || !self.spec.ims.enabled;
        if ims && phone.context {
            phone.voluntary = false;
        }
    }
}
