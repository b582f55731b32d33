use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::apt::Apt;
use crate::facts::rpm_repos::RpmRepos;
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// Packages are installed only if their signature is good. apt: no source has `trusted=yes` or
    /// `allow-insecure=yes`, and neither `APT::Get::AllowUnauthenticated` nor
    /// `Acquire::AllowInsecureRepositories` is on. yum, dnf, zypper: `gpgcheck` is not 0, neither
    /// for all repositories nor for one that is in use.
    ///
    /// ## Why it matters
    /// Whoever sits on the way to the mirror, or takes the mirror over, puts a package of their own
    /// in its place, and its scripts run as root at the next update. Over https only the mirror
    /// itself remains to be taken over: that is told as less severe.
    ///
    /// ## Remediation
    /// Take out the option, and give the source its key: `signed-by=` in apt's sources,
    /// `gpgcheck=1` and `gpgkey=` in a `.repo` file.
    pub(crate) UNSIGNED_SOURCE {
        id: "HT-UPK-007",
        title: "Packages are installed without a good signature",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.2.1.1"),
            Ref::amazon_linux_2023("1.2.2"),
            Ref::Cwe(347),
            Ref::Manual("sources.list(5)"),
            Ref::Manual("apt-secure(8)"),
            Ref::Manual("dnf.conf(5)"),
        ],
        same_as: [SameAs::For("PKGS-7387", &["gpgcheck"])],
        judge: unsigned_source,
        passes: |tree| {
            tree.file("/etc/apt/sources.list", "deb http://deb.debian.org/debian bookworm main\n")
                .file("/etc/yum.repos.d/a.repo", "[a]\nbaseurl=http://example.com\ngpgcheck=1\n");
        },
        fails: |tree| {
            tree.file("/etc/apt/sources.list", "deb [trusted=yes] http://example.com/debian ./\n");
        },
    }
}

fn unsigned_source(facts: &Facts) -> Judged {
    let mut faults = Vec::new();
    let mut unread = Vec::new();
    match &facts.apt {
        Ok(apt) => {
            faults.extend(apt_faults(apt));
            unread.extend(apt.unread.iter().cloned());
        }
        Err(Gap::Unknown(why)) => unread.push(why.clone()),
        Err(Gap::Absent(_)) => {}
    }
    match &facts.rpm_repos {
        Ok(repos) => {
            faults.extend(repo_faults(repos));
            unread.extend(repos.unread.iter().cloned());
        }
        Err(Gap::Unknown(why)) => unread.push(why.clone()),
        Err(Gap::Absent(why)) if facts.apt.is_err() => {
            return Err(NotJudged::NotApplicable(format!(
                "{why}, and apt is not installed"
            )));
        }
        Err(Gap::Absent(_)) => {}
    }
    if faults.is_empty() && !unread.is_empty() {
        return Err(NotJudged::Unknown(unread.join("; ")));
    }
    Ok(Verdict::from_faults(faults))
}

fn apt_faults(apt: &Apt) -> Vec<Fault> {
    let mut faults: Vec<Fault> = apt
        .sources
        .iter()
        .filter_map(|source| {
            let option = if source.trusted {
                "trusted=yes"
            } else if source.allow_insecure {
                "allow-insecure=yes"
            } else {
                return None;
            };
            let uri = without_password(&source.uri);
            Some(
                Fault::new(
                    format!("{uri} {}", source.suite),
                    format!("{} has {option} for {uri}", source.path.display()),
                )
                .severity(by_way(&source.uri)),
            )
        })
        .collect();
    for name in [
        "APT::Get::AllowUnauthenticated",
        "Acquire::AllowInsecureRepositories",
    ] {
        if let Some(setting) = apt.is_on(name) {
            faults.push(Fault::new(
                name,
                format!(
                    "{} sets {name} to {}",
                    setting.path.display(),
                    setting.value
                ),
            ));
        }
    }
    faults
}

fn repo_faults(repos: &RpmRepos) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, main) in &repos.main {
        if main.flag("gpgcheck") == Some(false) {
            faults.push(Fault::new(
                "gpgcheck",
                format!("{} has gpgcheck=0 for all repositories", path.display()),
            ));
        }
    }
    for (path, repo) in &repos.repos {
        let in_use = repo.flag("enabled") != Some(false);
        if in_use && repo.flag("gpgcheck") == Some(false) {
            let from = ["baseurl", "mirrorlist", "metalink"]
                .iter()
                .find_map(|key| repo.get(key))
                .unwrap_or("");
            // With several addresses, the weakest counts.
            let severity = from
                .split([' ', ','])
                .filter(|uri| !uri.is_empty())
                .map(by_way)
                .min()
                .unwrap_or(Severity::High);
            faults.push(
                Fault::new(
                    format!("[{}]", repo.name),
                    format!("{} has gpgcheck=0 for [{}]", path.display(), repo.name),
                )
                .severity(severity),
            );
        }
    }
    faults
}

/// Who can put another package in the place of an unsigned one depends on the way it comes.
fn by_way(uri: &str) -> Severity {
    let scheme = uri.split(':').next().unwrap_or("");
    match scheme.to_ascii_lowercase().as_str() {
        "https" | "s3" => Severity::Medium,
        "file" | "cdrom" | "copy" | "dir" | "iso" => Severity::Low,
        _ => Severity::High,
    }
}

/// An address without the password that may stand in it.
fn without_password(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else {
        return uri.to_owned();
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit('@').next().unwrap_or(host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    fn faults(build: impl FnOnce(&mut Tree)) -> Vec<Fault> {
        let mut tree = Tree::new();
        build(&mut tree);
        match unsigned_source(&tree.facts()) {
            Ok(Verdict::Fail(faults)) => faults,
            Ok(Verdict::Pass) => Vec::new(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_way_decides_the_severity() {
        let found = faults(|tree| {
            tree.file(
                "/etc/apt/sources.list.d/x.list",
                "deb [trusted=yes] https://user:secret@example.com/a ./\ndeb [allow-insecure=yes] file:/srv ./\n",
            );
        });
        assert_eq!(found[0].severity, Some(Severity::Medium));
        assert_eq!(found[0].subject, "https://example.com/a ./");
        assert!(!found[0].evidence[0].contains("secret"));
        assert_eq!(found[1].severity, Some(Severity::Low));
    }

    #[test]
    fn settings_for_all_sources_count() {
        let found = faults(|tree| {
            tree.file(
                "/etc/apt/apt.conf.d/99x",
                "Acquire { AllowInsecureRepositories \"true\"; };\nAPT::Get::AllowUnauthenticated \"0\";\n",
            )
            .file("/etc/dnf/dnf.conf", "[main]\ngpgcheck=False\n")
            .link("/etc/yum.conf", "dnf/dnf.conf");
        });
        let subjects: Vec<&str> = found.iter().map(|fault| fault.subject.as_str()).collect();
        assert_eq!(subjects, ["Acquire::AllowInsecureRepositories", "gpgcheck"]);
    }

    #[test]
    fn repositories_that_are_off_do_not_count() {
        let found = faults(|tree| {
            tree.file(
                "/etc/yum.repos.d/x.repo",
                "[on]\nbaseurl=http://x/\ngpgcheck=0\n[off]\nenabled=0\ngpgcheck=0\n[tls]\nbaseurl=https://x/\ngpgcheck=0\n",
            );
        });
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].severity, Some(Severity::High));
        assert_eq!(found[1].severity, Some(Severity::Medium));
    }
}
