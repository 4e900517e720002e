//! What AMF, MME and towers count of registrations and connections: the counters of 3GPP TS 28.552 §5.2,
//! TS 32.426 §4.1 and TS 32.425 §4.1.
//!
//! Invariant: counts what passes, changes nothing.

use crate::kernel::bring_near;
use crate::network::command::Cause;
use crate::network::counters::{COUNTED_CAUSES, RegistrationCounts, TowerCounts};
use crate::network::spec::Procedure;

use super::{Request, fact};

/// The counters, by server and by tower.
#[derive(Clone, Debug)]
pub(in crate::network) struct Tally {
    pub(in crate::network) registrations: Vec<RegistrationCounts>,
    pub(in crate::network) towers: Vec<TowerCounts>,
}

impl Tally {
    pub(super) fn new(servers: usize, towers: usize) -> Self {
        Self {
            registrations: vec![RegistrationCounts::default(); servers],
            towers: vec![TowerCounts::default(); towers],
        }
    }

    /// A tower's counters are needed soon.
    #[inline(always)]
    pub(super) fn bring_near(&self, tower: u32) {
        bring_near(&self.towers, tower as usize);
    }

    /// A request reaches its first element.
    #[inline]
    pub(super) fn requested(&mut self, request: &Request, server: u16) {
        if request.procedure == Procedure::InitialRegistration {
            let priority = usize::from(request.has(fact::PRIORITY));
            self.registrations[server as usize].requested[priority] += 1;
        }
    }

    /// The accept of a registration leaves the core.
    #[inline]
    pub(super) fn accepted(&mut self, request: &Request, server: u16) {
        let priority = usize::from(request.has(fact::PRIORITY));
        self.registrations[server as usize].accepted[priority] += 1;
    }

    /// The reject of a registration leaves the core.
    #[inline]
    pub(super) fn rejected(&mut self, request: &Request, server: u16, cause: Cause) {
        let counted = COUNTED_CAUSES
            .iter()
            .position(|&counted| counted == cause.0);
        let place = counted.unwrap_or(COUNTED_CAUSES.len());
        let priority = usize::from(request.has(fact::PRIORITY));
        self.registrations[server as usize].rejected[priority][place] += 1;
    }

    /// A tower is asked for a connection.
    #[inline]
    pub(super) fn connected(&mut self, request: &Request, admitted: bool) {
        let tower = &mut self.towers[request.tower as usize];
        let for_signalling = matches!(
            request.procedure,
            Procedure::InitialRegistration | Procedure::PeriodicUpdate
        );
        tower.signalling += u32::from(for_signalling);
        tower.other += u32::from(!for_signalling);
        tower.refused += u32::from(!admitted);
    }
}
