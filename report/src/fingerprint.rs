//! The stable name of a fault.

use sha2::{Digest, Sha256};

use crate::EngineId;

/// The fingerprint of a fault: the first 128 bits of SHA-256 over engine, id and subject, in
/// lower-case hexadecimal (32 characters).
///
/// The same fault on the next image of the family has the same fingerprint, so nothing goes in that
/// may differ between two scans of the same fault: no order, time, process id, host name, severity
/// or wording.
///
/// ```
/// use hardtarget_report::{EngineId, fingerprint};
///
/// let root = fingerprint(EngineId::Native, "HT-IMG-002", "/root/.ssh/authorized_keys");
/// assert_eq!(root, fingerprint(EngineId::Native, "HT-IMG-002", "/root/.ssh/authorized_keys"));
/// assert_ne!(root, fingerprint(EngineId::Native, "HT-IMG-002", "/home/a/.ssh/authorized_keys"));
/// ```
#[must_use]
pub fn fingerprint(engine: EngineId, id: &str, subject: &str) -> String {
    let mut hash = Sha256::new();
    for part in [engine.as_str(), id, subject] {
        // The length before each part keeps ("a", "bc") and ("ab", "c") apart.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
