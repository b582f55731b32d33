use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;
use crate::facts::open_stores::Stranger;

check! {
    /// ## What it checks
    /// The configuration of databases asks for a password: no `trust` in PostgreSQL's
    /// `pg_hba.conf`, no `skip-grant-tables` in MySQL's, and Redis, Valkey, MongoDB, Elasticsearch
    /// and memcached either listen on this machine only or ask. SNMP has no community that everyone
    /// knows.
    ///
    /// ## Why it matters
    /// While the image is built nothing runs, and nobody sees the open door; in the first instance
    /// it stands open. Many of these let whoever reads and writes data run programs as well.
    ///
    /// ## Remediation
    /// `scram-sha-256` in place of `trust`; remove `skip-grant-tables`; `bind 127.0.0.1` or
    /// `requirepass`; `authorization: enabled`; `xpack.security.enabled: true`; `-l 127.0.0.1`;
    /// SNMP version 3 with users in place of communities.
    pub(crate) OPEN_STORE {
        id: "HT-SVC-026",
        title: "A database or SNMP is configured to let strangers in",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(306),
            Ref::Cwe(1392),
            Ref::Page(
                "PostgreSQL: the pg_hba.conf file",
                "https://www.postgresql.org/docs/current/auth-pg-hba-conf.html",
            ),
            Ref::Manual("snmpd.conf(5)"),
        ],
        same_as: [SameAs::For("SNMP-3306", &["SNMP"])],
        judge: open_store,
        passes: |tree| { tree.file("/etc/redis/redis.conf", "bind 127.0.0.1\n"); },
        fails: |tree| { tree.file("/etc/postgresql/15/main/pg_hba.conf", "host all all 0.0.0.0/0 trust\n"); },
    }
}

fn open_store(facts: &Facts) -> Judged {
    let stores = facts.open_stores.as_ref()?;
    let mut faults: Vec<Fault> = Vec::new();
    for store in stores {
        let severity = match store.to {
            Stranger::Anyone => Severity::High,
            Stranger::Reads => Severity::Medium,
            Stranger::Local => Severity::Low,
        };
        let seen = format!("{} ({})", store.why, store.file.display());
        let known = faults.iter().position(|fault| fault.subject == store.name);
        let fault = match known {
            Some(at) => {
                let fault = faults.remove(at).and(seen);
                let worst = fault.severity.map_or(severity, |it| it.min(severity));
                fault.severity(worst)
            }
            None => Fault::new(store.name, seen).severity(severity),
        };
        faults.push(fault);
    }
    Ok(Verdict::from_faults(faults))
}
