//! Node: `package.json` of a package below `node_modules`, npm's package.json(5).

use hardtarget_report::Package;
use serde::Deserialize;

use super::package;

/// How much is read; those of packages with many fields have some 100 KiB.
pub(super) const LIMIT: u64 = 1 << 20;

#[derive(Debug, Deserialize)]
struct Manifest {
    name: String,
    version: String,
}

pub(super) fn parse(json: &[u8]) -> Option<Package> {
    let manifest: Manifest = serde_json::from_slice(json).ok()?;
    package("npm", &manifest.name, &manifest.version, "", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_a_name_and_a_version_is_a_package() {
        let package = parse(br#"{"name": "@types/node", "version": "20.1.0", "x": [1]}"#).unwrap();
        assert_eq!(
            (&*package.name, &*package.version, &*package.kind),
            ("@types/node", "20.1.0", "npm")
        );
        assert!(parse(br#"{"type": "module"}"#).is_none());
        assert!(parse(br#"{"name": 1, "version": {}}"#).is_none());
        assert!(parse(b"").is_none());
    }
}
