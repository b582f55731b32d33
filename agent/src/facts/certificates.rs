//! X.509 certificates that somebody put on the machine, in PEM or DER.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::pem::Pem;
use x509_parser::prelude::FromDer;

use super::files_below::{Bounds, list};
use super::{Fact, Gap};
use crate::host::Host;

/// Where services and administrators keep them.
const PLACES: [&str; 14] = [
    "/etc/ssl",
    "/etc/pki",
    "/etc/letsencrypt/live",
    "/etc/nginx",
    "/etc/apache2",
    "/etc/httpd",
    "/etc/haproxy",
    "/etc/postfix",
    "/etc/dovecot",
    "/etc/openldap",
    "/etc/kubernetes",
    "/opt",
    "/usr/local/etc",
    "/usr/local/share/ca-certificates",
];

/// What the distribution puts together from its own list of authorities.
const DISTRIBUTION: [&str; 6] = [
    "/etc/pki/ca-trust/extracted",
    "/etc/pki/java",
    "/etc/pki/nss-legacy",
    "/etc/pki/rpm-gpg",
    "/etc/pki/tls/certs/ca-bundle",
    "/etc/ssl/certs/java",
];

const BOUNDS: Bounds = Bounds {
    depth: 8,
    entries: 50_000,
    bytes: 1 << 20,
};

/// A file with more certificates than this is a list of authorities: what is in it expires one by
/// one, and is replaced with its package.
const MAX_IN_A_FILE: usize = 20;

/// Files that are read.
const MAX_FILES: usize = 2000;

/// One certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// The file that holds it.
    pub(crate) path: PathBuf,
    /// Whom it names (its subject, RFC 5280 4.1.2.6).
    pub(crate) subject: String,
    /// When its validity ends.
    pub(crate) ends: Timestamp,
    /// Whether it may sign others.
    pub(crate) is_authority: bool,
}

/// The certificates that were found.
#[derive(Debug, Default)]
pub(crate) struct Certificates {
    pub(crate) found: Vec<Certificate>,
    /// Why not all were looked at; nothing if they were.
    pub(crate) incomplete: Option<String>,
}

pub(crate) fn collect(host: &Host) -> Fact<Certificates> {
    let below = list(host, &PLACES, BOUNDS, |path| is_candidate(host, path));
    let mut certificates = Certificates::default();
    if below.cut || below.files.len() > MAX_FILES {
        certificates.incomplete = Some(format!(
            "more files than are looked at ({} or {MAX_FILES} that may be certificates)",
            BOUNDS.entries
        ));
    }
    for path in below.files.iter().take(MAX_FILES) {
        match host.read(path) {
            Ok(bytes) => certificates.found.extend(parse(path, &bytes)),
            Err(error) => certificates.incomplete = Some(error.to_string()),
        }
    }
    if certificates.found.is_empty() && certificates.incomplete.is_none() {
        return Err(Gap::Absent(
            "no certificates but the distribution's own were found".to_owned(),
        ));
    }
    Ok(certificates)
}

fn is_candidate(host: &Host, path: &Path) -> bool {
    let is_named_so = path.extension().is_some_and(|ending| {
        ["pem", "crt", "cer", "cert", "der"]
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    });
    if !is_named_so || DISTRIBUTION.iter().any(|start| path.starts_with(start)) {
        return false;
    }
    // In the directories of trusted authorities links lead to files of the distribution's package,
    // or to files that are looked at where they are.
    let is_trust_store = path.starts_with("/etc/ssl/certs") || path.starts_with("/etc/pki/tls");
    !(is_trust_store && host.read_link(path).is_ok())
}

/// The certificates of a file. What is no certificate (a key, a request) is passed over.
pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Vec<Certificate> {
    if let Ok((_, certificate)) = X509Certificate::from_der(bytes) {
        return describe(path, &certificate).into_iter().collect();
    }
    let blocks: Vec<Pem> = Pem::iter_from_buffer(bytes)
        .take_while(Result::is_ok)
        .flatten()
        .filter(|block| block.label == "CERTIFICATE" || block.label == "TRUSTED CERTIFICATE")
        .take(MAX_IN_A_FILE + 1)
        .collect();
    if blocks.len() > MAX_IN_A_FILE {
        return Vec::new();
    }
    blocks
        .iter()
        .filter_map(|block| describe(path, &block.parse_x509().ok()?))
        .collect()
}

fn describe(path: &Path, certificate: &X509Certificate<'_>) -> Option<Certificate> {
    Some(Certificate {
        path: path.to_owned(),
        subject: certificate.subject().to_string(),
        ends: Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()?,
        is_authority: certificate.is_ca(),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use proptest::prelude::*;

    /// Valid from 2024-01-01 to 2025-01-01.
    pub(crate) const ENDED: &str = include_str!("certificates/ended.pem");
    /// Valid from 2026-01-01 to 2026-12-10.
    pub(crate) const ENDS_SOON: &str = include_str!("certificates/ends_soon.pem");
    /// Valid from 2024-01-01 to 2049-01-01.
    pub(crate) const LASTS: &str = include_str!("certificates/lasts.pem");

    #[test]
    fn pem_and_der_say_the_same() {
        let pem = parse(Path::new("/x"), ENDED.as_bytes());
        let block = Pem::iter_from_buffer(ENDED.as_bytes())
            .next()
            .unwrap()
            .unwrap();
        let der = parse(Path::new("/x"), &block.contents);
        assert_eq!(pem, der);
        assert_eq!(pem.len(), 1);
        assert_eq!(pem[0].subject, "CN=ended.example");
        assert_eq!(pem[0].ends, "2025-01-01T00:00:00Z".parse().unwrap());
    }

    #[test]
    fn lists_of_authorities_and_links_to_them_are_not_ours_to_judge() {
        let mut tree = Tree::new();
        tree.file("/etc/ssl/certs/ca-certificates.crt", LASTS.repeat(30))
            .file("/usr/share/ca-certificates/mozilla/old.crt", ENDED)
            .link(
                "/etc/ssl/certs/old.pem",
                "/usr/share/ca-certificates/mozilla/old.crt",
            )
            .file(
                "/etc/ssl/private/key.pem",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            );
        assert!(matches!(collect(&tree.host()), Err(Gap::Absent(_))));
        tree.file("/etc/letsencrypt/archive/x/cert1.pem", LASTS)
            .link(
                "/etc/letsencrypt/live/x/cert.pem",
                "../../archive/x/cert1.pem",
            );
        let found = collect(&tree.host()).unwrap().found;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, Path::new("/etc/letsencrypt/live/x/cert.pem"));
    }

    proptest! {
        #[test]
        fn any_bytes_parse(bytes in any::<Vec<u8>>()) {
            parse(Path::new("/x"), &bytes);
        }

        #[test]
        fn any_damage_is_borne(at in 0_usize..500, byte in any::<u8>()) {
            let mut bytes = ENDED.as_bytes().to_vec();
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            parse(Path::new("/x"), &bytes);
        }
    }
}
