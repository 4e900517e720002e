//! Identifiers: small integers that cannot be mistaken for one another.
//!
//! Invariant: an identifier is an index into the table of its kind, and nothing else.

/// Define a newtype over an unsigned integer that indexes a table.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident($int:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $int);

        impl $name {
            /// The identifier of the `index`th row.
            ///
            /// # Panics
            /// If the table is larger than the identifier can express.
            pub fn from_index(index: usize) -> Self {
                Self(<$int>::try_from(index).expect(concat!(stringify!($name), " fits its table")))
            }

            /// The row it stands for.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(
    /// A node of the topology graph: a core function's site, a tower, a router …
    NodeId(u32)
);
id!(
    /// An edge of the topology graph.
    EdgeId(u32)
);
id!(
    /// A tower, counted apart from the other nodes.
    TowerId(u32)
);
id!(
    /// A pool of AMF or MME members.
    PoolId(u16)
);
id!(
    /// A region: the unit in which impact and time series are reported.
    RegionId(u16)
);
id!(
    /// A device class: smartphone, `IoT`, public safety …
    ClassId(u8)
);
