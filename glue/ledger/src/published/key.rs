//! The key of a report: whose it is and when its scan ended. No instance can write there, so this is believed,
//! and not what the report says.

use hardtarget_aws::id::AmiId;
use hardtarget_report::image_status;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};

/// How the end of the scan stands in the key: ISO 8601's basic form.
pub const FINISHED: &str = "%Y%m%dT%H%M%SZ";

/// The longest family, see [`hardtarget_report::family`].
const LONGEST_FAMILY: usize = 128;

/// The key of a published report: `reports/<family>/<ami>/<finished>/report.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportKey<'a> {
    key: &'a str,
    /// The family.
    pub family: &'a str,
    /// The AMI.
    pub ami: &'a str,
    /// When the scan ended.
    pub finished: Timestamp,
}

impl<'a> ReportKey<'a> {
    /// Reads a key; `None` if it is no report's.
    #[must_use]
    pub fn parse(key: &'a str) -> Option<Self> {
        let rest = key.strip_prefix("reports/")?.strip_suffix("/report.json")?;
        let mut parts = rest.split('/');
        let (family, ami, at) = (parts.next()?, parts.next()?, parts.next()?);
        let finished = finished(at)?;
        (parts.next().is_none() && is_family(family) && AmiId::parse(ami).is_some()).then_some(
            Self {
                key,
                family,
                ami,
                finished,
            },
        )
    }

    /// The key itself.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.key
    }

    /// The key of what is known of the AMI.
    #[must_use]
    pub fn image(&self) -> String {
        format!(
            "reports/{}/{}/{}",
            self.family,
            self.ami,
            image_status::NAME
        )
    }

    /// The key of what changed since the report before.
    #[must_use]
    pub fn diff(&self) -> String {
        let directory = self.key.trim_end_matches("report.json");
        format!("{directory}diff.json")
    }

    /// The id of the look by this report with this scan id. Nobody else's scan has the same, whatever id its
    /// machine gives it.
    #[must_use]
    pub fn look(&self, scan: &str) -> String {
        let digest = Sha256::new()
            .chain_update(self.key)
            .chain_update([0])
            .chain_update(scan)
            .finalize();
        data_encoding::HEXLOWER.encode(digest.get(..16).unwrap_or_default())
    }
}

/// Family and AMI of the key `reports/<family>/<ami>/image.json`.
#[must_use]
pub fn of_image(key: &str) -> Option<(&str, &str)> {
    let rest = key.strip_prefix("reports/")?;
    let rest = rest.strip_suffix(image_status::NAME)?.strip_suffix('/')?;
    let (family, ami) = rest.split_once('/')?;
    (is_family(family) && AmiId::parse(ami).is_some()).then_some((family, ami))
}

/// The time in a key's segment.
#[must_use]
pub fn finished(segment: &str) -> Option<Timestamp> {
    let at = DateTime::strptime(FINISHED, segment).ok()?;
    let at = at.to_zoned(TimeZone::UTC).ok()?.timestamp();
    // strptime takes fewer digits as well: of one time there is one key.
    (at.strftime(FINISHED).to_string() == segment).then_some(at)
}

fn is_family(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.len() <= LONGEST_FAMILY
        && text.chars().all(plain)
        && end(text.chars().next())
        && end(text.chars().last())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reports_key_and_what_is_beside_it() {
        let key = "reports/web-1.2/ami-0c1f3a9b27d5e8846/20261121T061501Z/report.json";
        let parsed = ReportKey::parse(key).unwrap();
        assert_eq!(
            (parsed.family, parsed.ami),
            ("web-1.2", "ami-0c1f3a9b27d5e8846")
        );
        assert_eq!(parsed.finished, "2026-11-21T06:15:01Z".parse().unwrap());
        assert_eq!(
            parsed.image(),
            "reports/web-1.2/ami-0c1f3a9b27d5e8846/image.json"
        );
        assert_eq!(
            parsed.diff(),
            "reports/web-1.2/ami-0c1f3a9b27d5e8846/20261121T061501Z/diff.json"
        );
        let id = parsed.look("a");
        assert_eq!(id.len(), 32);
        assert_ne!(id, parsed.look("b"));
        let other = key.replace("web", "db");
        assert_ne!(id, ReportKey::parse(&other).unwrap().look("a"));
    }

    #[test]
    fn what_is_no_reports_key() {
        for key in [
            "",
            "reports/report.json",
            "reports/web/ami-0abc1234/report.json",
            "reports/web/ami-0abc1234/20261121T061501Z/more/report.json",
            "reports/web/ami-0abc1234/20261121T061501Z/report.html",
            "reports/web/i-0abc/20261121T061501Z/report.json",
            "reports/web/ami-/20261121T061501Z/report.json",
            "reports/web/ami-0ABC1234/20261121T061501Z/report.json",
            "reports/web/ami-0abc1234/2026112T061501Z/report.json",
            "reports/web/ami-0abc1234/20261321T061501Z/report.json",
            "reports/web/ami-0abc1234/now/report.json",
            "reports//ami-0abc1234/20261121T061501Z/report.json",
            "reports/../ami-0abc1234/20261121T061501Z/report.json",
            "reports/w b/ami-0abc1234/20261121T061501Z/report.json",
            "scans/web/ami-0abc1234/20261121T061501Z/report.json",
        ] {
            assert_eq!(ReportKey::parse(key), None, "{key}");
        }
    }

    #[test]
    fn an_images_key() {
        let key = "reports/web/ami-0abc1234/image.json";
        assert_eq!(of_image(key), Some(("web", "ami-0abc1234")));
        for strange in [
            "reports/web/a/b/image.json",
            "reports/./ami-0abc1234/image.json",
            "reports/web/ami-0abc1234/report.json",
        ] {
            assert_eq!(of_image(strange), None, "{strange}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(part in any::<String>()) {
            let _ = ReportKey::parse(&part);
            let _ = ReportKey::parse(&format!("reports/web/ami-0abc1234/{part}/report.json"));
            let _ = ReportKey::parse(&format!("reports/{part}/ami-0abc1234/20261121T061501Z/report.json"));
        }
    }
}
