use crate::checks::{Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// A start-up file for all shells sets `TMOUT` to at most 900 seconds.
    ///
    /// ## Why it matters
    /// A shell that is left open, on a console or in a terminal that others can reach, is open to
    /// whoever sits down. On machines that people reach over SSH, locking their own screens does
    /// more; no distribution sets it, so this is a remark.
    ///
    /// ## Remediation
    /// Put `readonly TMOUT=900` and `export TMOUT` into a file such as `/etc/profile.d/tmout.sh`.
    pub(crate) IDLE_SHELLS {
        id: "HT-ACC-019",
        title: "Idle shells are never ended",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.4.3.2"),
            Ref::amazon_linux_2023("4.6.3"),
            Ref::Cwe(613),
            Ref::Manual("bash(1)"),
        ],
        judge: idle_shells,
        passes: |tree| { tree.file("/etc/profile.d/tmout.sh", "readonly TMOUT=900\nexport TMOUT\n"); },
        fails: |tree| { tree.file("/etc/profile", "TMOUT=3600\n"); },
    }
}

fn idle_shells(facts: &Facts) -> Judged {
    let timeouts = &facts.shell_settings.as_ref()?.timeouts;
    let mut lax = timeouts
        .iter()
        .filter(|(seconds, _)| !(1..=900).contains(seconds));
    Ok(match lax.next() {
        Some((seconds, source)) => {
            Verdict::fail(format!("TMOUT is {seconds} ({source}), good is 1 to 900"))
        }
        None if timeouts.is_empty() => Verdict::fail("no start-up file for all shells sets TMOUT"),
        None => Verdict::Pass,
    })
}
