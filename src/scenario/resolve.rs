//! A scenario written back with every default filled in, and its digest.
//!
//! Invariant: the same value gives the same bytes, and they load as the same value.

use std::path::Path as FilePath;

use serde::Serialize;

use crate::base::Digest;

use super::file::ScenarioFile;

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

/// The files that a scenario names are part of it: their digest goes into that of the scenario.
pub(super) fn whole_digest(file: &ScenarioFile, base: &FilePath) -> Digest {
    let mut whole = digest(file).expect("a checked scenario can be written");
    for path in file.topology.files() {
        if let Ok(bytes) = std::fs::read(base.join(path)) {
            whole.write_bytes(&bytes);
        }
    }
    whole
}
