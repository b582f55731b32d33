//! Metrics through CloudWatch's embedded metric format: a line of the log that says how to count it
//! (Amazon CloudWatch User Guide, "Embedded metric format specification"). No call, no waiting.

use std::io::Write as _;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Where the metrics are in CloudWatch.
const NAMESPACE: &str = "HardTarget";

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric {
    /// An AMI got a result.
    Assessment,
    /// An AMI got no result.
    Failure,
    /// How long an assessment took, from launch to tag.
    Seconds(f64),
    /// Instances that had to be ended by the reaper.
    Leaked(usize),
    /// A report was published without the waivers that there should be.
    WaiversUnusable,
}

impl Metric {
    fn parts(self) -> (&'static str, &'static str, Value) {
        match self {
            Self::Assessment => ("Assessments", "Count", json!(1)),
            Self::Failure => ("Failures", "Count", json!(1)),
            Self::Seconds(seconds) => ("Seconds", "Seconds", json!(seconds)),
            Self::Leaked(instances) => ("Leaked", "Count", json!(instances)),
            Self::WaiversUnusable => ("WaiversUnusable", "Count", json!(1)),
        }
    }
}

/// The line that counts `metrics` of one AMI at a time.
#[must_use]
pub fn line(metrics: &[Metric], ami: &str, at: Timestamp) -> String {
    let parts: Vec<_> = metrics.iter().map(|metric| metric.parts()).collect();
    let names: Vec<_> = parts
        .iter()
        .map(|(name, unit, _)| json!({"Name": name, "Unit": unit}))
        .collect();
    let mut line: Map<String, Value> = parts
        .into_iter()
        .map(|(name, _, value)| (name.to_owned(), value))
        .collect();
    line.insert("ami".to_owned(), json!(ami));
    line.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": at.as_millisecond(),
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [[]], "Metrics": names}],
        }),
    );
    Value::Object(line).to_string()
}

/// Writes the line to where Lambda's log is. That it cannot be written stops nothing.
pub fn count(metrics: &[Metric], ami: &str, at: Timestamp) {
    let _ = writeln!(std::io::stdout().lock(), "{}", line(metrics, ami, at));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_to_count_it() {
        let at = Timestamp::constant(1_795_241_701, 400_000_000);
        insta::assert_snapshot!(line(
            &[Metric::Assessment, Metric::Seconds(93.5)],
            "ami-0abc",
            at
        ));
    }
}
