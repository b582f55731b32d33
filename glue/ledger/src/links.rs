//! Where people and other services find things: S3 URIs, pages of the AWS console, ARNs' partitions.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What is encoded in a query: all but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The partition that a region is in (AWS General Reference, "ARNs").
#[must_use]
pub fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// An object's S3 URI.
#[must_use]
pub fn s3_uri(bucket: &str, key: &str) -> String {
    format!("s3://{bucket}/{key}")
}

/// The console's page of an object, from which it can be opened; for those who may read the bucket.
#[must_use]
pub fn console(region: &str, bucket: &str, key: &str) -> String {
    let host = match partition(region) {
        "aws-cn" => "console.amazonaws.cn".to_owned(),
        "aws-us-gov" => "console.amazonaws-us-gov.com".to_owned(),
        _ => format!("{region}.console.aws.amazon.com"),
    };
    let key = utf8_percent_encode(key, RESERVED);
    format!("https://{host}/s3/object/{bucket}?region={region}&prefix={key}")
}

/// The key of what lies beside a `report.json` under another name.
#[must_use]
pub fn beside(report: &str, name: &str) -> String {
    let folder = report.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_console() {
        let of = |region| console(region, "reports", "reports/a b/x>|y/report.html");
        let path = |region| {
            format!(
                "s3/object/reports?region={region}&prefix=reports%2Fa%20b%2Fx%3E%7Cy%2Freport.html"
            )
        };
        assert_eq!(
            of("eu-west-1"),
            format!(
                "https://eu-west-1.console.aws.amazon.com/{}",
                path("eu-west-1")
            )
        );
        assert_eq!(
            of("cn-north-1"),
            format!("https://console.amazonaws.cn/{}", path("cn-north-1"))
        );
        assert_eq!(
            of("us-gov-west-1"),
            format!(
                "https://console.amazonaws-us-gov.com/{}",
                path("us-gov-west-1")
            )
        );
    }

    #[test]
    fn the_page_lies_beside_the_report() {
        let report = "reports/web/ami-1/20261121T061450Z/report.json";
        assert_eq!(
            beside(report, "report.html"),
            "reports/web/ami-1/20261121T061450Z/report.html"
        );
    }
}
