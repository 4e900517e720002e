//! Labels of generated elements: vendors in turn, versions, hashes of configurations.
//!
//! Invariant: equal parameters give equal labels; nothing is drawn.

use super::builder::NewNode;
use super::graph::Labels;
use super::spec::{CoreSpec, VendorSpec};

/// Vendor, version and the hash of its configuration.
pub(super) fn label(new: &mut NewNode, vendor: &str, core: &CoreSpec) {
    let labels: &mut Labels = &mut new.labels;
    vendor.clone_into(&mut labels.vendor);
    labels.sw_version.clone_from(&core.sw_version);
    let parts = [new.kind.word(), vendor, core.sw_version.as_str()];
    labels.config_hash = format!("{:08x}", fnv1a(&parts));
}

/// A short hash that is the same everywhere (FNV-1a, 32 bits).
pub(super) fn fnv1a(parts: &[&str]) -> u32 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// Vendors taking turns in proportion to their shares.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    given: Vec<f64>,
}

impl Turns {
    pub(super) fn next<'v>(&mut self, vendors: &'v [VendorSpec]) -> &'v str {
        self.next_of(vendors, 1)
    }

    /// The vendor that is furthest behind gets `count` elements.
    pub(super) fn next_of<'v>(&mut self, vendors: &'v [VendorSpec], count: usize) -> &'v str {
        self.given.resize(vendors.len(), 0.0);
        let behind = |i: &usize| self.given[*i] / vendors[*i].share;
        let next = (0..vendors.len())
            .filter(|i| vendors[*i].share > 0.0)
            .min_by(|a, b| {
                let after = |i: &usize| behind(i) + 1.0 / vendors[*i].share;
                after(a).total_cmp(&after(b))
            });
        let Some(next) = next else {
            return "";
        };
        self.given[next] += f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        &vendors[next].name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vendors_take_turns_by_share() {
        let vendors = [VendorSpec::new("a", 0.6), VendorSpec::new("b", 0.4)];
        let mut turns = Turns::default();
        let given: Vec<&str> = (0..10).map(|_| turns.next(&vendors)).collect();
        assert_eq!(given.iter().filter(|v| **v == "a").count(), 6);
        assert_eq!(given[..2], ["a", "b"]);
        assert_eq!(turns.next(&[]), "");
    }
}
