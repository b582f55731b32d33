use super::*;
use hardtarget_report::Severity as Level;

/// What a record says of a release.
fn said(json: &str, release: &str) -> Option<Said> {
    let parsed = parse(json.as_bytes()).unwrap();
    parsed
        .said
        .into_iter()
        .find(|said| said.release.as_str() == release)
}

fn ids(said: &Said) -> Vec<&str> {
    said.advisory
        .issues
        .iter()
        .map(|issue| issue.id.as_str())
        .collect()
}

fn rows<'a>(said: &'a Said, name: &str, by: By) -> &'a [Row] {
    said.packages
        .get(&(name.to_owned(), by))
        .map_or(&[], Vec::as_slice)
}

fn fixed(version: &str) -> Row {
    Row {
        introduced: None,
        end: End::Fixed(version.to_owned()),
    }
}

#[test]
fn almalinux_names_binaries_its_cves_as_related_and_the_severity_in_the_title() {
    let said = said(
        include_str!("../../../tests/data/osv/ALSA-2022:6595.json"),
        "almalinux:9",
    )
    .unwrap();
    assert_eq!(
        ids(&said),
        [
            "CVE-2020-28469",
            "CVE-2020-7788",
            "CVE-2021-33502",
            "CVE-2021-3807",
            "CVE-2022-29244",
            "CVE-2022-32212",
            "CVE-2022-32213",
            "CVE-2022-32214",
            "CVE-2022-32215",
            "CVE-2022-33987"
        ]
    );
    assert_eq!(
        said.advisory.issues[0].rating.severity,
        Some((Level::Medium, Source::Vendor))
    );
    assert!(!rows(&said, "nodejs", By::Binary).is_empty());
    assert!(said.advisory.streams.is_empty());
}

#[test]
fn debian_names_sources() {
    let said = said(
        include_str!("../../../tests/data/osv/DSA-5380-1.json"),
        "debian:11",
    )
    .unwrap();
    assert_eq!(ids(&said), ["CVE-2023-1393"]);
    assert_eq!(said.advisory.kind, Kind::Advisory);
    assert_eq!(
        rows(&said, "xorg-server", By::Source),
        [fixed("2:1.20.11-1+deb11u6")]
    );
    assert_eq!(said.advisory.issues[0].rating, Rating::default());
}

#[test]
fn debians_tracker_tells_what_will_not_be_fixed_and_what_is_not_affected() {
    let json = include_str!("../../../tests/data/osv/DEBIAN-CVE-2024-0001.json");
    let twelve = said(json, "debian:12").unwrap();
    assert_eq!(twelve.advisory.kind, Kind::Statement);
    assert_eq!(
        twelve.advisory.issues[0].rating.severity,
        Some((Level::Info, Source::Vendor))
    );
    assert_eq!(rows(&twelve, "curl", By::Source)[0].end, End::WontFix);
    let thirteen = said(json, "debian:13").unwrap();
    assert_eq!(rows(&thirteen, "curl", By::Source)[0].end, End::Open);
    assert_eq!(
        thirteen.advisory.issues[0].rating.severity,
        Some((Level::High, Source::Cvss))
    );
    assert_eq!(
        thirteen.advisory.issues[0].rating.cvss.unwrap().to_string(),
        "7.5"
    );
    assert_eq!(
        said(json, "debian:11"),
        None,
        "introduced 0 and fixed 0 is not affected"
    );
}

#[test]
fn ubuntus_priority_comes_before_cvss_and_pro_is_a_release_of_its_own() {
    let json = include_str!("../../../tests/data/osv/UBUNTU-CVE-2025-6491.json");
    let jammy = said(json, "ubuntu:22.04").unwrap();
    assert_eq!(ids(&jammy), ["CVE-2025-6491"]);
    assert_eq!(
        jammy.advisory.issues[0].rating.severity,
        Some((Level::Medium, Source::Vendor))
    );
    assert_eq!(
        jammy.advisory.issues[0].rating.cvss.unwrap().to_string(),
        "5.9"
    );
    assert_eq!(
        rows(&jammy, "php8.1", By::Source),
        [fixed("8.1.2-1ubuntu2.22")]
    );
    let trusty = said(json, "ubuntu-pro:14.04").unwrap();
    assert_eq!(rows(&trusty, "php5", By::Source)[0].end, End::Open);
}

#[test]
fn rocky_names_sources_and_streams() {
    let said = said(
        include_str!("../../../tests/data/osv/RLSA-2020:4641.json"),
        "rocky:8",
    )
    .unwrap();
    assert_eq!(said.advisory.streams, ["python38:3.8"]);
    assert_eq!(
        rows(&said, "babel", By::Source),
        [fixed("0:2.7.0-10.module+el8.4.0+570+c2eaf144")]
    );
    assert_eq!(
        said.advisory.issues[0].rating.severity,
        Some((Level::Medium, Source::Vendor))
    );
}

#[test]
fn red_hats_repositories_are_one_release_and_extended_support_is_left_out() {
    let json = include_str!("../../../tests/data/osv/RHSA-2025:9978.json");
    let parsed = parse(json.as_bytes()).unwrap();
    assert_eq!(parsed.said.len(), 1);
    assert_eq!(
        parsed
            .left_out
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
        ["Red Hat:rhel_eus:9.2::baseos"]
    );
    let said = &parsed.said[0];
    assert_eq!(said.ecosystems.len(), 2);
    assert_eq!(
        rows(said, "sudo", By::Binary),
        [fixed("0:1.9.5p2-10.el9_6.1")]
    );
    // Two issues, one score: it gives the severity, but is neither's own.
    assert_eq!(
        said.advisory.issues[0].rating.severity,
        Some((Level::High, Source::Cvss))
    );
    assert_eq!(said.advisory.issues[0].rating.cvss, None);
}

#[test]
fn suse_lists_binaries_beside_the_source() {
    let said = said(
        include_str!("../../../tests/data/osv/SUSE-SU-2024:2307-1.json"),
        "sles:15.5",
    )
    .unwrap();
    assert_eq!(
        rows(&said, "libopenssl1_1", By::Binary),
        [fixed("1.1.1l-150500.17.31.1")]
    );
    assert!(rows(&said, "openssl-1_1", By::Source).is_empty());
}

#[test]
fn alpine_has_ranges_with_a_beginning() {
    let said = said(
        include_str!("../../../tests/data/osv/ALPINE-CVE-2024-6197.json"),
        "alpine:3.20",
    )
    .unwrap();
    assert_eq!(ids(&said), ["CVE-2024-6197"]);
    assert_eq!(said.advisory.kind, Kind::Statement);
    let row = &rows(&said, "curl", By::Source)[0];
    assert_eq!(row.introduced.as_deref(), Some("8.6.0"));
    assert_eq!(row.end, End::Fixed("8.9.0-r0".to_owned()));
}

fn one(affected: &str) -> Vec<Row> {
    let json = format!(
        r#"{{"id":"X-1","upstream":["CVE-2024-1000"],"affected":[{{"package":{{"ecosystem":"Debian:12","name":"a"}},{affected}}}]}}"#
    );
    said(&json, "debian:12").map_or_else(Vec::new, |said| rows(&said, "a", By::Source).to_vec())
}

#[test]
fn ranges_of_many_events_are_many_ranges() {
    assert_eq!(
        one(
            r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1"},{"introduced":"2"},{"last_affected":"3"},{"introduced":"4"}]}]"#
        ),
        [
            fixed("1"),
            Row {
                introduced: Some("2".to_owned()),
                end: End::Last("3".to_owned())
            },
            Row {
                introduced: Some("4".to_owned()),
                end: End::Open
            },
        ]
    );
    assert_eq!(
        one(r#""ranges":[{"events":[{"fixed":"1"}]}]"#),
        [fixed("1")]
    );
    assert!(one(r#""ranges":[{"type":"GIT","events":[{"introduced":"0"}]}]"#).is_empty());
}

#[test]
fn a_list_of_versions_counts_where_there_are_no_ranges() {
    let only = |version: &str| Row {
        introduced: Some(version.to_owned()),
        end: End::Last(version.to_owned()),
    };
    assert_eq!(one(r#""versions":["1","2"]"#), [only("1"), only("2")]);
    assert_eq!(
        one(
            r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3"}]}],"versions":["1"]"#
        ),
        [fixed("3")]
    );
}

#[test]
fn what_was_withdrawn_and_what_is_no_security_update_says_nothing() {
    let affected = r#""affected":[{"package":{"ecosystem":"AlmaLinux:9","name":"a"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1-1"}]}]}]"#;
    let many = |head: &str| {
        parse(format!("{{{head},{affected}}}").as_bytes())
            .unwrap()
            .said
            .len()
    };
    assert_eq!(many(r#""id":"ALSA-2024:1","related":["CVE-2024-1000"]"#), 1);
    assert_eq!(
        many(
            r#""id":"ALSA-2024:1","related":["CVE-2024-1000"],"withdrawn":"2024-01-01T00:00:00Z""#
        ),
        0
    );
    assert_eq!(many(r#""id":"ALBA-2024:1","related":[]"#), 0);
    assert_eq!(many(r#""id":"ALBA-2024:1","related":["CVE-2024-1000"]"#), 1);
    // An advisory that names no CVE is an issue by its own id.
    assert_eq!(many(r#""id":"ALSA-2024:1","related":null"#), 1);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn any_texts_in_a_record_are_read(id in ".*", version in ".*", ecosystem in ".*", purl in ".*") {
        let record = serde_json::json!({"id": id, "summary": version, "aliases": [id], "affected": [
            {"package": {"ecosystem": ecosystem, "name": id, "purl": purl}, "ranges": [{"events": [{"introduced": version}, {"fixed": version}]}]},
            {"package": {"ecosystem": format!("Debian:{version}"), "name": id, "purl": purl}, "versions": [version]},
        ]});
        proptest::prop_assert!(parse(record.to_string().as_bytes()).is_ok());
    }
}
