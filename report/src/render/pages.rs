//! The web pages of CVEs and advisories.

/// Where to read on about a CVE or an advisory; `None` where its publisher has no page whose address
/// follows from the id alone.
pub(super) fn page_of(id: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':');
    if id.len() > 40 || !id.chars().all(plain) {
        return None;
    }
    let (publisher, _) = id.split_once('-')?;
    let before = match publisher {
        "CVE" => "https://www.cve.org/CVERecord?id=",
        "DSA" | "DLA" => "https://security-tracker.debian.org/tracker/",
        "USN" => "https://ubuntu.com/security/notices/",
        "RHSA" => "https://access.redhat.com/errata/",
        "RLSA" => "https://errata.rockylinux.org/",
        "GHSA" => "https://github.com/advisories/",
        "ALSA" | "PYSEC" | "GO" => "https://osv.dev/vulnerability/",
        _ => return None,
    };
    Some(format!("{before}{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_ordinary_id_has_a_page() {
        assert_eq!(
            page_of("CVE-2026-31337").as_deref(),
            Some("https://www.cve.org/CVERecord?id=CVE-2026-31337")
        );
        assert_eq!(
            page_of("RHSA-2026:1234").as_deref(),
            Some("https://access.redhat.com/errata/RHSA-2026:1234")
        );
        for id in [
            "CVE-2026-1\"",
            "CVE-../x",
            "CVE",
            "x-1",
            "javascript:x-1",
            "",
        ] {
            assert_eq!(page_of(id), None, "{id}");
        }
    }
}
