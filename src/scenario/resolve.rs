//! A scenario written back with every default filled in, and its digest.
//!
//! Invariant: the same value gives the same bytes, and they load as the same value.

use serde::Serialize;

use crate::base::Digest;

/// The YAML text of a scenario, every default filled in, durations as `15m`.
///
/// # Errors
/// If the type cannot be expressed in YAML, with serde's words for it.
pub fn to_yaml<T: Serialize>(value: &T) -> Result<String, String> {
    // By way of JSON, so that enums look as the JSON Schema describes them.
    let plain = serde_json::to_value(value).map_err(|error| error.to_string())?;
    serde_saphyr::to_string(&plain).map_err(|error| error.to_string())
}

/// The digest of a scenario: of its values with every default filled in, not of how it is written.
///
/// # Errors
/// If the type cannot be expressed in JSON, with serde's words for it.
pub fn digest<T: Serialize>(value: &T) -> Result<Digest, String> {
    let text = serde_json::to_vec(value).map_err(|error| error.to_string())?;
    let mut digest = Digest::new();
    digest.write_bytes(&text);
    Ok(digest)
}
