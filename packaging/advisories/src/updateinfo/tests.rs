use super::*;
use proptest::prelude::*;

fn all(text: &str) -> Result<Vec<Update>, UpdateinfoError> {
    let mut updates = Vec::new();
    read(text.as_bytes(), |update| updates.push(update)).map(|()| updates)
}

const AMAZON: &str = include_str!("../../tests/data/updateinfo-amzn2023.xml");
const SUSE: &str = include_str!("../../tests/data/updateinfo-suse.xml");

#[test]
fn amazons_advisories_are_read() {
    let updates = all(AMAZON).unwrap();
    assert_eq!(updates.len(), 2);
    let update = &updates[0];
    assert_eq!(update.advisory.id, "ALAS2023-2024-649");
    let ids: Vec<&str> = update
        .advisory
        .issues
        .iter()
        .map(|issue| issue.id.as_str())
        .collect();
    assert_eq!(ids, ["CVE-2024-6387"]);
    assert_eq!(
        update.advisory.issues[0].rating.severity,
        Some((hardtarget_report::Severity::High, Source::Vendor))
    );
    assert_eq!(update.changed.unwrap().to_string(), "2024-07-02T23:22:00Z");
    let packages: Vec<_> = update
        .packages
        .iter()
        .map(|(name, _, rows)| (name.as_str(), rows[0].end.clone()))
        .collect();
    assert_eq!(
        packages,
        [
            ("openssh", End::Fixed("8.7p1-8.amzn2023.0.11".to_owned())),
            (
                "openssh-server",
                End::Fixed("8.7p1-8.amzn2023.0.11".to_owned())
            ),
        ]
    );
}

#[test]
fn of_suse_only_updates_for_security_count() {
    let updates = all(SUSE).unwrap();
    let ids: Vec<&str> = updates
        .iter()
        .map(|update| update.advisory.id.as_str())
        .collect();
    assert_eq!(ids, ["SUSE-SLE-Module-Basesystem-15-SP5-2024-2307"]);
    assert_eq!(updates[0].packages[0].0, "libopenssl1_1");
    assert_eq!(
        updates[0].changed.unwrap().to_string(),
        "2024-07-05T07:36:28Z"
    );
}

#[test]
fn what_is_no_updateinfo_is_told() {
    assert!(matches!(all("<html>"), Err(UpdateinfoError::Foreign(name)) if name == "html"));
    assert!(matches!(all(""), Err(UpdateinfoError::Empty)));
    assert!(all("<updates></updates>").unwrap().is_empty());
    assert!(all("<updates><update type=\"security\"><id>A</").is_err());
}

#[test]
fn a_comment_without_an_end_does_not_fill_the_memory() {
    let begin = io::Cursor::new("<updates><!--");
    let endless = io::BufReader::new(begin.chain(io::repeat(b'x')));
    assert!(read(endless, |_| {}).is_err());
}

#[test]
fn dates_come_in_many_forms() {
    for (text, meant) in [
        ("2018-01-23 23:41", "2018-01-23T23:41:00Z"),
        ("2024-07-01 20:41:00", "2024-07-01T20:41:00Z"),
        ("2023-05-10T01:02:03Z", "2023-05-10T01:02:03Z"),
        ("2023-05-10", "2023-05-10T00:00:00Z"),
        ("1720164988", "2024-07-05T07:36:28Z"),
    ] {
        assert_eq!(time(text).unwrap().to_string(), meant);
    }
    assert_eq!(time("soon"), None);
}

#[test]
fn cve_ids_are_found_in_any_text() {
    assert_eq!(
        cves("a CVE-2024-12345, (CVE-2020-0001); CVE-20-1 CVE-2020-1x CVE-2021-44228"),
        ["CVE-2024-12345", "CVE-2020-0001", "CVE-2021-44228"]
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = all(&text);
        let _ = all(&format!("<updates><update>{text}</update></updates>"));
        let _ = cves(&text);
        let _ = time(&text);
    }
}
