use crate::checks::{Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// prelink is not installed.
    ///
    /// ## Why it matters
    /// It writes fixed addresses into programs and libraries, which takes away from their random
    /// placing, and changes files so that checks of their integrity fail.
    ///
    /// ## Remediation
    /// `prelink -ua` puts the files back as they were; then remove the package.
    pub(crate) PRELINK {
        id: "HT-KRN-015",
        title: "prelink fixes the addresses of programs in memory",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.5.4"),
            Ref::ubuntu_2204("1.5.4"),
            Ref::Cwe(330),
            Ref::Manual("prelink(8)"),
        ],
        judge: prelink,
        passes: |tree| { tree.file("/usr/bin/usermod", ""); },
        fails: |tree| { tree.file("/usr/sbin/prelink", ""); },
    }
}

fn prelink(facts: &Facts) -> Judged {
    Ok(match facts.programs.as_ref()?.get("prelink") {
        Some(path) => Verdict::fail(format!("{} is installed", path.display())),
        None => Verdict::Pass,
    })
}
