use crate::checks::{Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sshd offers Kerberos (`GSSAPIAuthentication`, `KerberosAuthentication`) only where the host
    /// has a key for it, `/etc/krb5.keytab`.
    ///
    /// ## Why it matters
    /// Without a key it lets nobody in, but its parsers can be reached before the login; flaws were
    /// found there. Red Hat's systems turn it on for all.
    ///
    /// ## Remediation
    /// Set `GSSAPIAuthentication no` in a file of `/etc/ssh/sshd_config.d` that comes first by its
    /// name, or in `/etc/ssh/sshd_config`, and reload sshd.
    pub(crate) NEEDLESS_KERBEROS {
        id: "HT-SSH-013",
        title: "SSH offers Kerberos, for which the host has no key",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [Ref::debian_12("5.1.9"), Ref::Cwe(1327), Ref::Manual("sshd_config(5)")],
        judge: kerberos,
        passes: |tree| { tree.sshd("GSSAPIAuthentication yes\n").file("/etc/krb5.keytab", "x"); },
        fails: |tree| { tree.sshd("GSSAPIAuthentication yes\n"); },
    }
}

fn kerberos(facts: &Facts) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    if sshd.keytab {
        return Ok(Verdict::Pass);
    }
    // Where sshd is built without Kerberos it does not know the keywords.
    let kerberos = sshd
        .set("kerberosauthentication")?
        .filter(|setting| setting.is("yes"))
        .map(|setting| setting.line("KerberosAuthentication"));
    let offered = match sshd.any_of("gssapiauthentication", &["yes"])? {
        Some(line) => Some(line),
        None => kerberos,
    };
    Ok(offered.map_or(Verdict::Pass, Verdict::fail))
}
