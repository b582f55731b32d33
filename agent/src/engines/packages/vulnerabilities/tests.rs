use super::*;
use crate::facts::tree::Tree;

fn package(kind: &str, name: &str, version: &str) -> Package {
    Package {
        name: name.to_owned(),
        version: version.to_owned(),
        arch: None,
        kind: kind.to_owned(),
        source: None,
        source_version: None,
        module: None,
        location: None,
    }
}

/// A file made of the excerpts that the advisories' own tests have.
fn file(directory: &Path) -> std::path::PathBuf {
    use hardtarget_advisories::build::Builder;
    let path = directory.join("test.htadv");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/advisories/tests/data");
    let mut builder = Builder::default();
    for feed in ["osv", "updateinfo-amzn2023.xml"] {
        builder
            .add(&data.join(feed), None, None, &mut |_, _| {})
            .unwrap();
    }
    let mut output = std::fs::File::create(&path).unwrap();
    builder
        .write("2026-08-21T00:00:00Z".parse().unwrap(), &mut output)
        .unwrap();
    path
}

fn ids(looked: &Looked) -> Vec<(&str, &str)> {
    looked
        .vulnerabilities
        .iter()
        .map(|row| (row.package.as_str(), row.id.as_str()))
        .collect()
}

#[test]
fn a_file_tells_of_the_machines_release() {
    let directory = tempfile::tempdir().unwrap();
    let path = file(directory.path());
    let mut tree = Tree::new();
    tree.file("/etc/os-release", "ID=amzn\nVERSION_ID=2023\n");
    let packages = [
        package("rpm", "openssh-server", "8.7p1-8.amzn2023.0.10"),
        package("rpm", "bash", "5.2-1"),
    ];
    let looked = look(&tree.host(), Some(&path), &packages);
    assert_eq!(ids(&looked), [("openssh-server", "CVE-2024-6387")]);
    assert_eq!(looked.check.outcome, CheckOutcome::Fail);
    let row = &looked.vulnerabilities[0];
    assert_eq!(row.fix, Fix::Available("8.7p1-8.amzn2023.0.11".to_owned()));
    assert_eq!((row.severity, row.rated), (Severity::High, Rated::Vendor));
    assert_eq!(row.advisory.as_deref(), Some("ALAS2023-2024-649"));
    let advisories = looked.advisories.unwrap();
    assert_eq!(advisories.origin, Origin::File);
    assert_eq!(advisories.sha256.unwrap().len(), 64);
    assert_eq!(advisories.feeds[0].name, "amzn:2023/updateinfo");
    assert_eq!(
        advisories.feeds[0].as_of.unwrap().to_string(),
        "2024-07-02T23:22:00Z"
    );
    assert!(looked.incomplete.is_empty());
}

#[test]
fn nothing_known_against_any_package_is_a_pass() {
    let directory = tempfile::tempdir().unwrap();
    let path = file(directory.path());
    let mut tree = Tree::new();
    tree.file("/etc/os-release", "ID=debian\nVERSION_ID=\"11\"\n");
    let looked = look(&tree.host(), Some(&path), &[package("deb", "bash", "5")]);
    assert_eq!(looked.check.outcome, CheckOutcome::Pass);
    assert!(looked.advisories.is_some());
}

#[test]
fn a_release_that_the_file_does_not_know_is_unknown_and_not_clean() {
    let directory = tempfile::tempdir().unwrap();
    let path = file(directory.path());
    let mut tree = Tree::new();
    tree.file(
        "/etc/os-release",
        "ID=linuxmint\nVERSION_ID=21\nID_LIKE=ubuntu\n",
    );
    let looked = look(&tree.host(), Some(&path), &[package("deb", "bash", "5")]);
    assert_eq!(
        looked.check.outcome,
        CheckOutcome::Unknown("the advisories know nothing of linuxmint 21".to_owned())
    );
    assert!(looked.advisories.is_none());
    assert!(looked.incomplete.is_empty());
}

#[test]
fn a_file_that_is_none_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    std::fs::write(&path, "<html>not found</html>").unwrap();
    let looked = look(
        &Tree::new().host(),
        Some(&path),
        &[package("deb", "bash", "5")],
    );
    assert!(
        matches!(&looked.check.outcome, CheckOutcome::Unknown(why) if why.contains("no file of advisories"))
    );
    assert_eq!(looked.incomplete.len(), 1);
}

#[test]
fn without_a_file_and_without_lists_it_is_unknown_and_the_scan_is_complete() {
    let looked = look(&Tree::new().host(), None, &[package("deb", "bash", "5")]);
    assert!(
        matches!(&looked.check.outcome, CheckOutcome::Unknown(why) if why.starts_with("no advisories were given"))
    );
    assert!(looked.incomplete.is_empty());
    assert!(looked.advisories.is_none());
    let nothing = look(&Tree::new().host(), None, &[]);
    assert!(matches!(
        nothing.check.outcome,
        CheckOutcome::NotApplicable(_)
    ));
}

const AMAZON: &str =
    include_str!("../../../../../packaging/advisories/tests/data/updateinfo-amzn2023.xml");
const SUSE: &str =
    include_str!("../../../../../packaging/advisories/tests/data/updateinfo-suse.xml");

#[test]
fn repositories_of_dnf_yum_and_zypper_tell_of_pending_updates() {
    for (place, name, text, installed) in [
        (
            "/var/cache/dnf/amazonlinux-0123456789abcdef/repodata/e3b0c442-updateinfo.xml",
            "amazonlinux/updateinfo",
            AMAZON,
            package("rpm", "openssh", "8.7p1-1.amzn2023"),
        ),
        (
            "/var/cache/libdnf5/fedora-updates-0123456789abcdef/repodata/updateinfo.xml",
            "fedora-updates/updateinfo",
            AMAZON,
            package("rpm", "openssh", "8.7p1-1.amzn2023"),
        ),
        (
            "/var/cache/yum/x86_64/2/amzn2-core/gen/updateinfo.xml",
            "amzn2-core/updateinfo",
            AMAZON,
            package("rpm", "openssh", "8.7p1-1.amzn2"),
        ),
        (
            "/var/cache/zypp/raw/repo-sle-update/repodata/e3b0c442-updateinfo.xml",
            "repo-sle-update/updateinfo",
            SUSE,
            package("rpm", "libopenssl1_1", "1.1.1l-150500.17.1.1"),
        ),
    ] {
        let mut tree = Tree::new();
        tree.file(place, text);
        let looked = look(&tree.host(), None, &[installed]);
        assert_eq!(looked.vulnerabilities.len(), 1, "{place}");
        assert_eq!(looked.check.outcome, CheckOutcome::Fail);
        let advisories = looked.advisories.unwrap();
        assert_eq!(advisories.origin, Origin::Repositories);
        assert_eq!(advisories.feeds[0].name, name);
        assert!(advisories.feeds[0].as_of.is_some());
    }
}

#[test]
fn a_list_that_is_gzipped_is_read_and_one_that_cannot_be_is_told() {
    use std::io::Write;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(AMAZON.as_bytes()).unwrap();
    let mut tree = Tree::new();
    tree.file(
        "/var/cache/dnf/a/repodata/updateinfo.xml.gz",
        gzip.finish().unwrap(),
    )
    .file(
        "/var/cache/dnf/b/repodata/updateinfo.xml.zst",
        [0x28_u8, 0xb5, 0x2f, 0xfd, 0],
    );
    let looked = look(
        &tree.host(),
        None,
        &[package("rpm", "openssh", "8.7p1-1.amzn2023")],
    );
    assert_eq!(looked.vulnerabilities.len(), 1);
    assert_eq!(looked.unread.len(), 1);
    assert!(looked.unread[0].contains("zstd"), "{:?}", looked.unread);
    // Nothing found, and not all of it read: that is no pass.
    let looked = look(&tree.host(), None, &[package("rpm", "bash", "5")]);
    assert!(matches!(looked.check.outcome, CheckOutcome::Unknown(_)));
}

#[test]
fn apts_lists_for_security_tell_of_pending_updates() {
    let mut tree = Tree::new();
    let suite = "/var/lib/apt/lists/deb.debian.org_debian-security_dists_bookworm-security";
    tree.file(
        &format!("{suite}_main_binary-amd64_Packages"),
        "Package: libssl3\nSource: openssl (3.0.9-1+deb12u3)\nVersion: 3.0.9-1+deb12u3\n\nPackage: bash\nVersion: 5.2.15-2+b1\n\n",
    )
    .file(&format!("{suite}_InRelease"), "Suite: stable-security\nDate: Fri, 21 Aug 2026 06:00:00 UTC\n")
    .file(
        "/var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages",
        "Package: bash\nVersion: 9\n",
    );
    let mut ssl = package("deb", "libssl3", "3.0.9-1+deb12u1");
    ssl.source = Some("openssl".to_owned());
    let looked = look(
        &tree.host(),
        None,
        &[ssl, package("deb", "bash", "5.2.15-2+b1")],
    );
    assert_eq!(
        ids(&looked),
        [("libssl3", "PENDING-openssl-3.0.9-1+deb12u3")]
    );
    let row = &looked.vulnerabilities[0];
    assert_eq!(
        (row.severity, row.rated),
        (Severity::Medium, Rated::Unrated)
    );
    assert_eq!(row.fixed(), Some("3.0.9-1+deb12u3"));
    let feeds = looked.advisories.unwrap().feeds;
    assert_eq!(feeds.len(), 1);
    assert_eq!(feeds[0].entries, 2);
    assert_eq!(feeds[0].as_of.unwrap().to_string(), "2026-08-21T06:00:00Z");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn any_list_is_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        let mut tree = Tree::new();
        tree.file("/var/lib/apt/lists/security_binary-amd64_Packages", bytes.clone())
            .file("/var/cache/dnf/a/repodata/updateinfo.xml", bytes);
        for kind in ["deb", "rpm"] {
            look(&tree.host(), None, &[package(kind, "bash", "5")]);
        }
    }
}
