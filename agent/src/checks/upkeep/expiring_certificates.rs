use jiff::ToSpan;

use super::certificates::judge;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;

/// How early an end is told: 30 days.
const SOON: i64 = 30;

check! {
    /// ## What it checks
    /// No certificate that somebody put on the machine expires within 30 days. Those are looked
    /// for in the same places as by HT-UPK-005; what certbot renews by itself is below
    /// `/etc/letsencrypt/live`.
    ///
    /// ## Why it matters
    /// An image lives longer than that: instances started from it next month have an expired
    /// certificate from their first minute on.
    ///
    /// ## Remediation
    /// Renew the certificate before the image is built, or let instances fetch theirs at start.
    pub(crate) EXPIRING_CERTIFICATE {
        id: "HT-UPK-006",
        title: "A certificate expires within 30 days",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Cwe(298)],
        judge: expiring_certificates,
        passes: |tree| {
            use crate::facts::certificates::tests::LASTS;
            tree.file("/opt/app/server.pem", LASTS);
        },
        fails: |tree| {
            use crate::facts::certificates::tests::ENDS_SOON;
            tree.file("/opt/app/server.pem", ENDS_SOON);
        },
    }
}

fn expiring_certificates(facts: &Facts) -> Judged {
    let soon = facts
        .now
        .checked_add((SOON * 24).hours())
        .unwrap_or(facts.now);
    judge(
        facts,
        "expires",
        |ends| ends >= facts.now && ends <= soon,
        |_| None,
    )
}
