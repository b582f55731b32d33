use super::*;
use crate::advisory::Issue;

fn installed(name: &str, version: &str) -> Installed {
    Installed {
        name: name.to_owned(),
        version: version.to_owned(),
        ..Installed::default()
    }
}

fn rated(severity: Severity, source: Source) -> Rating {
    Rating {
        severity: Some((severity, source)),
        cvss: None,
    }
}

fn advisory(id: &str, kind: Kind, issues: &[(&str, Rating)]) -> Advisory {
    Advisory {
        id: id.to_owned(),
        kind,
        streams: Vec::new(),
        issues: issues
            .iter()
            .map(|(id, rating)| Issue {
                id: (*id).to_owned(),
                rating: *rating,
            })
            .collect(),
    }
}

fn fixed(version: &str) -> Row {
    Row {
        introduced: None,
        end: End::Fixed(version.to_owned()),
    }
}

/// What is found of packages that all `says` are about.
fn find(scheme: Scheme, packages: &[Installed], says: &[(&str, By, Row, Advisory)]) -> Vec<Match> {
    let mut matcher = Matcher::new(scheme, packages);
    for (name, by, row, advisory) in says {
        let mut hits = Vec::new();
        matcher.look(name, *by, row, 0, &mut hits);
        for hit in &hits {
            matcher.found(hit, advisory);
        }
    }
    matcher.finish()
}

#[test]
fn every_binary_of_a_vulnerable_source_has_a_row() {
    let mut ssl = installed("libssl3", "3.0.9-1");
    ssl.source = Some("openssl".to_owned());
    let packages = [ssl, installed("openssl", "3.0.9-1"), installed("bash", "1")];
    let dsa = advisory(
        "DSA-5417-1",
        Kind::Advisory,
        &[("CVE-2023-2650", Rating::default())],
    );
    let found = find(
        Scheme::Deb,
        &packages,
        &[("openssl", By::Source, fixed("3.0.9-1+deb12u1"), dsa)],
    );
    let rows: Vec<_> = found
        .iter()
        .map(|row| (row.package.as_str(), row.source.as_deref()))
        .collect();
    assert_eq!(rows, [("libssl3", Some("openssl")), ("openssl", None)]);
    assert_eq!(found[0].fix, Fix::Available("3.0.9-1+deb12u1".to_owned()));
    assert_eq!(found[0].advisory.as_deref(), Some("DSA-5417-1"));
}

#[test]
fn the_source_counts_by_its_own_version() {
    let mut package = installed("libfoo", "2:9-1+b1");
    package.source = Some("foo".to_owned());
    package.source_version = Some("1.0-1".to_owned());
    let says = |fix: &str| {
        let advisory = advisory("A", Kind::Advisory, &[("CVE-1", Rating::default())]);
        find(
            Scheme::Deb,
            std::slice::from_ref(&package),
            &[("foo", By::Source, fixed(fix), advisory)],
        )
        .len()
    };
    assert_eq!(says("1.0-2"), 1);
    assert_eq!(says("1.0-1"), 0);
    // rpm's SOURCERPM has no epoch: the package's counts.
    let mut package = installed("bind-libs", "32:9.16-1");
    package.source = Some("bind".to_owned());
    package.source_version = Some("9.16-1".to_owned());
    let advisory = advisory("A", Kind::Advisory, &[("CVE-1", Rating::default())]);
    let row = ("bind", By::Source, fixed("32:9.16-1"), advisory);
    assert!(find(Scheme::Rpm, &[package], &[row]).is_empty());
}

#[test]
fn of_many_records_on_one_cve_the_highest_fix_and_the_vendors_word_on_it_count() {
    let packages = [installed("curl", "1")];
    let statement = |id: &str| {
        let mut rating = rated(Severity::Low, Source::Vendor);
        rating.cvss = Score::from_tenths(98);
        advisory(id, Kind::Statement, &[("CVE-1", rating)])
    };
    let usn = |id: &str| {
        advisory(
            id,
            Kind::Advisory,
            &[("CVE-1", rated(Severity::High, Source::Vendor))],
        )
    };
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let says = [
            ("curl", By::Source, fixed("3"), statement("UBUNTU-CVE-1")),
            ("curl", By::Source, fixed("3"), usn("USN-2-1")),
            ("curl", By::Source, fixed("2"), usn("USN-1-1")),
        ];
        let says = order.map(|number: usize| says[number].clone());
        let found = find(Scheme::Deb, &packages, &says);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].fix, Fix::Available("3".to_owned()));
        assert_eq!(found[0].advisory.as_deref(), Some("USN-2-1"));
        assert_eq!(found[0].severity, Some((Severity::Low, Source::Vendor)));
        assert_eq!(found[0].cvss.unwrap().to_string(), "9.8");
    }
}

#[test]
fn no_fix_and_no_fix_ever_are_told_apart() {
    let packages = [
        installed("a", "1"),
        installed("b", "1"),
        installed("c", "1"),
    ];
    let row = |end: End| Row {
        introduced: None,
        end,
    };
    let says = |id: &str| advisory(id, Kind::Statement, &[("CVE-1", Rating::default())]);
    let found = find(
        Scheme::Deb,
        &packages,
        &[
            ("a", By::Source, row(End::Open), says("CVE-1")),
            ("b", By::Source, row(End::WontFix), says("CVE-1")),
            ("c", By::Source, row(End::WontFix), says("CVE-1")),
            ("c", By::Source, fixed("2"), says("CVE-1")),
        ],
    );
    assert_eq!(found[0].fix, Fix::None);
    assert_eq!(found[1].fix, Fix::WontFix);
    assert_eq!(found[2].fix, Fix::Available("2".to_owned()));
    assert_eq!(found[2].advisory, None, "a statement is no advisory");
}

#[test]
fn ranges_have_two_ends() {
    let affected = |version: &str, row: Row| {
        let says = advisory("A", Kind::Advisory, &[("CVE-1", Rating::default())]);
        !find(
            Scheme::Deb,
            &[installed("a", version)],
            &[("a", By::Source, row, says)],
        )
        .is_empty()
    };
    let row = |end: End| Row {
        introduced: Some("2".to_owned()),
        end,
    };
    assert!(!affected("1", row(End::Open)));
    assert!(affected("2", row(End::Open)));
    assert!(affected("2.9", row(End::Fixed("3".to_owned()))));
    assert!(!affected("3", row(End::Fixed("3".to_owned()))));
    assert!(affected("3", row(End::Last("3".to_owned()))));
    assert!(!affected("3.1", row(End::Last("3".to_owned()))));
}

#[test]
fn of_a_package_installed_twice_the_oldest_is_named() {
    let packages = [
        installed("kernel", "5.14.0-2"),
        installed("kernel", "5.14.0-1"),
        installed("kernel", "5.14.0-9"),
    ];
    let says = advisory("A", Kind::Advisory, &[("CVE-1", Rating::default())]);
    let found = find(
        Scheme::Rpm,
        &packages,
        &[("kernel", By::Binary, fixed("5.14.0-5"), says)],
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].installed, "5.14.0-1");
}

#[test]
fn the_stream_of_a_module_has_to_be_the_same() {
    let mut ten = installed("nodejs", "1:10.1-1.module_el8.3.0+1+a");
    ten.module = Some("nodejs:10".to_owned());
    let mut says = advisory("ALSA-1", Kind::Advisory, &[("CVE-1", Rating::default())]);
    says.streams = vec!["nodejs:12".to_owned()];
    let row = fixed("1:12.2-1.module_el8.3.0+2+b");
    assert!(
        find(
            Scheme::Rpm,
            &[ten.clone()],
            &[("nodejs", By::Binary, row.clone(), says.clone())]
        )
        .is_empty()
    );
    says.streams = vec!["nodejs:10".to_owned()];
    assert_eq!(
        find(Scheme::Rpm, &[ten], &[("nodejs", By::Binary, row, says)]).len(),
        1
    );
}
