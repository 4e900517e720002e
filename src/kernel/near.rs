//! Bringing memory near before it is needed.
//!
//! The state of a nation's devices does not fit a processor's cache: read when its turn comes, each would be
//! waited for. Asked for some events ahead, it comes while others are worked on.
//!
//! Invariant: changes the time that a run takes, and nothing else.

use prefetch_index::prefetch_index;

/// Ask for one thing of a list, which is needed soon; nothing happens if there is none at this place.
#[inline(always)]
pub fn bring_near<T>(list: &[T], place: usize) {
    prefetch_index(list, place);
}

/// What is told which timers fire soon.
pub trait Upcoming {
    /// An entity's timer fires soon: bring near what only its name leads to.
    fn soon(&self, entity: u16);

    /// The same entity's timer fires sooner still: bring near what its state, near by now, leads to.
    fn next(&self, entity: u16);
}

/// Nobody is told.
impl Upcoming for () {
    fn soon(&self, _: u16) {}

    fn next(&self, _: u16) {}
}
