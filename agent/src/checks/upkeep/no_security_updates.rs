use crate::checks::{Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// On a stable Debian and on Ubuntu, apt has a source in use that brings security updates: a
    /// suite such as `bookworm-security` or, before Debian 11, `buster/updates`.
    ///
    /// ## Why it matters
    /// Without it `apt upgrade` says that everything is up to date while known vulnerabilities
    /// stay open until the next point release, months later.
    ///
    /// ## Remediation
    /// On Debian add `deb http://deb.debian.org/debian-security bookworm-security main`, on Ubuntu
    /// `deb http://security.ubuntu.com/ubuntu noble-security main universe`, with the name of the
    /// release; or, if instances never update themselves, have the image rebuilt often from sources
    /// that include it.
    pub(crate) NO_SECURITY_UPDATES {
        id: "HT-UPK-008",
        title: "The package sources bring no security updates",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.2.1.2"),
            Ref::Cwe(1104),
            Ref::Page("Debian security information", "https://www.debian.org/security/"),
        ],
        same_as: [SameAs::Test("PKGS-7388")],
        judge: no_security_updates,
        passes: |tree| {
            tree.file("/etc/os-release", "ID=debian\nVERSION_ID=12\n")
                .file("/etc/apt/sources.list.d/debian.sources", "Types: deb\nURIs: http://deb.debian.org/debian-security\nSuites: bookworm-security\nComponents: main\n");
        },
        fails: |tree| {
            tree.file("/etc/os-release", "ID=debian\nVERSION_ID=12\n")
                .file("/etc/apt/sources.list", "deb http://deb.debian.org/debian bookworm main\n");
        },
    }
}

fn no_security_updates(facts: &Facts) -> Judged {
    let os = facts.os.as_ref()?;
    let apt = facts.apt.as_ref()?;
    if !matches!(os.id(), Some("debian" | "ubuntu")) || os.version_id().is_none() {
        return Err(NotJudged::NotApplicable(
            "neither a stable Debian nor Ubuntu".to_owned(),
        ));
    }
    if apt.sources.iter().any(|source| is_security(&source.suite)) {
        return Ok(Verdict::Pass);
    }
    if !apt.unread.is_empty() {
        return Err(NotJudged::Unknown(apt.unread.join("; ")));
    }
    Ok(Verdict::fail(if apt.sources.is_empty() {
        "no package source is set up at all".to_owned()
    } else {
        let suites: std::collections::BTreeSet<&str> = apt
            .sources
            .iter()
            .map(|source| source.suite.as_str())
            .collect();
        format!(
            "only these suites are in use: {}",
            suites.into_iter().collect::<Vec<_>>().join(", ")
        )
    }))
}

fn is_security(suite: &str) -> bool {
    let suite = suite.trim_end_matches('/');
    suite.ends_with("-security") || suite.ends_with("/updates")
}
