use crate::checks::{Fault, Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// What programs had in memory when they crashed is not kept: systemd-coredump stores nothing
    /// (`Storage=none` in `coredump.conf`), and no collector of crash reports (apport, whoopsie,
    /// abrt, kerneloops) and no kdump starts at boot.
    ///
    /// ## Why it matters
    /// Dumps hold keys, passwords and customers' data. They stay on the disk, go into snapshots
    /// and images, and whoopsie sends them elsewhere.
    ///
    /// ## Remediation
    /// `[Coredump]`, `Storage=none` and `ProcessSizeMax=0` in
    /// `/etc/systemd/coredump.conf.d/none.conf`; `systemctl disable --now apport.service`, and the
    /// like for the others.
    pub(crate) STORED_CORE_DUMPS {
        id: "HT-KRN-012",
        title: "Crash dumps of programs are kept on disk",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.5.5"),
            Ref::ubuntu_2204("1.5.5"),
            Ref::amazon_linux_2023("1.5.3"),
            Ref::amazon_linux_2023("1.5.4"),
            Ref::Cwe(528),
            Ref::Manual("coredump.conf(5)"),
        ],
        same_as: [SameAs::About(
            "KRNL-5820",
            "If not required, consider explicit disabling of core dump in /etc/systemd/coredump.conf ('ProcessSizeMax=#', 'Storage=none')",
        )],
        judge: stored_core_dumps,
        passes: |tree| {
            tree.file("/sbin/init", "")
                .file("/usr/lib/systemd/systemd-coredump", "")
                .file("/etc/systemd/coredump.conf.d/none.conf", "[Coredump]\nStorage=none\n");
        },
        fails: |tree| { tree.file("/sbin/init", "").file("/usr/lib/systemd/systemd-coredump", ""); },
    }
}

const COLLECTORS: [(&str, &[&str]); 5] = [
    ("abrt", &["abrtd", "abrt-ccpp"]),
    ("apport", &["apport", "apport-autoreport.path"]),
    ("kdump", &["kdump", "kdump-tools"]),
    ("kerneloops", &["kerneloops"]),
    ("whoopsie", &["whoopsie", "whoopsie.path"]),
];

fn stored_core_dumps(facts: &Facts) -> Judged {
    let mut faults = Vec::new();
    let programs = facts.programs.as_ref()?;
    let has_systemd = programs.get("systemd-coredump").is_some();
    if has_systemd {
        let get = |key, default| {
            let set = facts.coredump.get(key);
            set.map_or_else(
                || (default, "the default".to_owned()),
                |(value, file)| (value, file.display().to_string()),
            )
        };
        let (storage, source) = get("Storage", "external");
        if storage != "none" {
            let fault = Fault::new("systemd-coredump", format!("Storage={storage} ({source})"));
            faults.push(fault);
        }
    }
    match &facts.services {
        Ok(services) => faults.extend(COLLECTORS.iter().filter_map(|(name, units)| {
            let unit = units.iter().find(|unit| services.is_enabled(unit))?;
            Some(Fault::new(*name, format!("{unit} starts at boot")))
        })),
        Err(Gap::Absent(_)) if has_systemd => {}
        Err(gap) => return Err(NotJudged::from(gap)),
    }
    Ok(Verdict::from_faults(faults))
}
