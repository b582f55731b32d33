use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;
use crate::facts::shares::Freedom;

check! {
    /// ## What it checks
    /// No directory is shared with everyone, and none so that a client's root is root here: by NFS
    /// (`/etc/exports`), rsync's daemon (`/etc/rsyncd.conf`) or Samba (`/etc/samba/smb.conf`). Where
    /// the service does not start at boot, the finding is for information only.
    ///
    /// ## Why it matters
    /// With `no_root_squash`, or by a module that writes as root, a client puts a set-user-id
    /// program or a key of its own into the share. In the others everyone reads, or changes, what
    /// others rely on.
    ///
    /// ## Remediation
    /// NFS: name the clients, and leave `no_root_squash` out. rsync: `auth users` with `secrets
    /// file`, `hosts allow`, `read only = yes`. Samba: `guest ok = no`.
    pub(crate) OPEN_SHARE {
        id: "HT-SVC-025",
        title: "A directory is shared with everyone, or with root's rights",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(306),
            Ref::Manual("exports(5)"),
            Ref::Manual("rsyncd.conf(5)"),
            Ref::Manual("smb.conf(5)"),
        ],
        same_as: [SameAs::Test("STRG-1930")],
        judge: open_share,
        passes: |tree| { tree.file("/etc/exports", "/data 10.0.0.0/8(rw,root_squash)\n"); },
        fails: |tree| { tree.file("/etc/exports", "/data *(rw)\n"); },
    }
}

fn open_share(facts: &Facts) -> Judged {
    let shares = facts.shares.as_ref()?;
    let starts = |by: &str| {
        let units: &[&str] = match by {
            "NFS" => &["nfs-server", "nfs-kernel-server", "nfsserver"],
            "rsync" => &["rsync", "rsyncd", "rsyncd.socket"],
            _ => &["smbd", "smb", "samba"],
        };
        match &facts.services {
            Ok(services) => units.iter().any(|unit| services.is_enabled(unit)),
            // Without an init something else starts it.
            Err(_) => true,
        }
    };
    Ok(Verdict::from_faults(shares.open.iter().map(|share| {
        let severity = match share.freedom {
            _ if !starts(share.by) => Severity::Info,
            Freedom::Root => Severity::High,
            Freedom::Write => Severity::Medium,
            Freedom::Read => Severity::Low,
        };
        let seen = format!("{}: {} ({})", share.by, share.why, share.file.display());
        Fault::new(&share.share, seen).severity(severity)
    })))
}
