use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// `/etc/ld.so.preload` names no library.
    ///
    /// ## Why it matters
    /// The dynamic linker puts what stands there into every program, those of root and with set-user-id
    /// included. It is the usual hiding place of rootkits; a few monitoring tools use it too, and then
    /// every fault of theirs is one of every program.
    ///
    /// ## Remediation
    /// Find out which package the library belongs to and why it is there; remove the line.
    pub(crate) PRELOADED_LIBRARY {
        id: "HT-FS-041",
        title: "A library is loaded into every program",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(426),
            Ref::Manual("ld.so(8)"),
            Ref::Page("MITRE ATT&CK T1574.006", "https://attack.mitre.org/techniques/T1574/006/"),
        ],
        judge: preload,
        passes: |tree| { tree.file("/etc/ld.so.preload", "# nothing\n"); },
        fails: |tree| { tree.file("/etc/ld.so.preload", "/usr/lib/libx.so\n"); },
    }
}

fn preload(facts: &Facts) -> Judged {
    match &facts.system_files.as_ref()?.preloaded {
        Ok(libraries) => Ok(Verdict::from_faults(libraries.iter().map(|library| {
            Fault::new(library, format!("/etc/ld.so.preload names {library}"))
        }))),
        Err(Gap::Absent(why) | Gap::Unknown(why)) => Err(NotJudged::Unknown(why.clone())),
    }
}
