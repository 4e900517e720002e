//! Tests that look at the crate from outside, in one binary.

mod tidy;
