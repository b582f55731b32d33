use hardtarget_report::Severity;

use super::certificates::judge;
use crate::checks::{Judged, Ref, SameAs};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No certificate that somebody put on the machine has expired: below `/etc/ssl`, `/etc/pki`,
    /// `/etc/letsencrypt/live`, the configuration of the usual servers, `/opt` and
    /// `/usr/local/share/ca-certificates`. The distribution's own list of authorities is left out.
    ///
    /// ## Why it matters
    /// A service with an expired certificate is down for clients that check it, and those that do
    /// not are open to anybody in between; an expired authority breaks every connection that
    /// depends on it. People who get used to the warning accept an attacker's certificate too.
    ///
    /// ## Remediation
    /// Renew the certificate, and reload the service that uses it; remove what nothing uses any
    /// more. Better: let instances fetch their certificates at start rather than keep them in the
    /// image.
    pub(crate) EXPIRED_CERTIFICATE {
        id: "HT-UPK-005",
        title: "A certificate has expired",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Cwe(298)],
        same_as: [SameAs::Test("CRYP-7902")],
        judge: expired_certificates,
        passes: |tree| {
            use crate::facts::certificates::tests::LASTS;
            tree.file("/etc/nginx/tls/server.crt", LASTS);
        },
        fails: |tree| {
            use crate::facts::certificates::tests::ENDED;
            tree.file("/etc/nginx/tls/server.crt", ENDED);
        },
    }
}

fn expired_certificates(facts: &Facts) -> Judged {
    judge(
        facts,
        "expired",
        |ends| ends < facts.now,
        |certificate| {
            // Nothing is down, and nothing new can be signed with it.
            certificate.is_authority.then_some(Severity::Low)
        },
    )
}
