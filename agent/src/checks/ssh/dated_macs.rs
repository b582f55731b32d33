use super::algorithms::lists;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sshd offers no message authentication with SHA-1 or with tags of 64 bits. Broken ones are
    /// HT-SSH-006's.
    ///
    /// ## Why it matters
    /// None of them is known to be broken in this use, and OpenSSH offers them unless told
    /// otherwise; but they leave the least margin, and no client of the last ten years needs them.
    /// So this is a remark.
    ///
    /// ## Remediation
    /// Set `MACs -hmac-sha1*,umac-64*` in `/etc/ssh/sshd_config`, or on Red Hat's systems the crypto
    /// policy `DEFAULT:NO-SHA1`, and reload sshd.
    pub(crate) DATED_MACS {
        id: "HT-SSH-019",
        title: "SSH offers dated message authentication",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.15"),
            Ref::independent("5.2.14"),
            Ref::Cwe(327),
            Ref::Manual("sshd_config(5)"),
        ],
        judge: dated_macs,
        passes: |tree| { tree.sshd("MACs hmac-sha2-256-etm@openssh.com\n"); },
        fails: |tree| { tree.sshd("MACs hmac-sha2-256,umac-64-etm@openssh.com\n"); },
    }
}

fn dated_macs(facts: &Facts) -> Judged {
    lists(facts, &["MACs"], |name| {
        matches!(
            name,
            "hmac-sha1" | "hmac-sha1-etm" | "umac-64" | "umac-64-etm"
        )
    })
}
