//! What lies beside a report in the bucket and goes into its change: what is known of the AMI, and how the
//! score moved.

use hardtarget_report::image_status::ImageStatus;
use hardtarget_report::{Report, clean_line};
use serde::Deserialize;

use crate::change::ScoreMove;

/// The only versions there are.
const IMAGE_VERSION: u32 = 1;
const DIFF_VERSION: u32 = 1;

/// Reads what is known of an AMI. The error says why that is of no use.
pub(super) fn image(json: &[u8], ami: &str) -> Result<ImageStatus, String> {
    let image: ImageStatus = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    match image {
        ImageStatus { version, .. } if version != IMAGE_VERSION => {
            Err(format!("its version is {version}"))
        }
        ImageStatus { ami: other, .. } if other != ami => {
            Err(format!("it is about {:?}", clean_line(&other, 100)))
        }
        image => Ok(image),
    }
}

/// What is read of a `diff.json`, see [`hardtarget_report::diff::to_json`].
#[derive(Deserialize)]
struct Diff {
    schema_version: u32,
    new_scan: Scan,
    score: Score,
}

#[derive(Deserialize)]
struct Scan {
    id: String,
}

#[derive(Deserialize)]
struct Score {
    old: Option<u8>,
    new: Option<u8>,
    reasons: Vec<String>,
}

/// Reads how the score moved to this report's. The error says why that cannot be told.
pub(super) fn score(diff: &[u8], report: &Report) -> Result<ScoreMove, String> {
    let diff: Diff = serde_json::from_slice(diff).map_err(|error| error.to_string())?;
    if diff.schema_version != DIFF_VERSION {
        return Err(format!("its version is {}", diff.schema_version));
    }
    if diff.new_scan.id != report.scan.id {
        return Err("it is about another scan".to_owned());
    }
    let reasons = diff.score.reasons.iter().take(10);
    Ok(ScoreMove {
        old: diff.score.old,
        new: diff.score.new,
        reasons: reasons.map(|one| clean_line(one, 200)).collect(),
    })
}

/// How the score moved that has none to be held against.
pub(super) fn first_score(report: &Report) -> Option<ScoreMove> {
    report.score.as_ref().map(|score| ScoreMove {
        old: None,
        new: Some(score.index),
        reasons: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use hardtarget_report::{diff, sample};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_score_moves_as_the_glue_has_written_it() {
        let (old, mut new) = (sample::typical(), sample::vulnerable());
        new.scan.id = "0".repeat(32);
        let json = diff::to_json(&diff::diff(&old, &new)).unwrap();
        let moved = score(json.as_bytes(), &new).unwrap();
        let index = |report: &Report| report.score.as_ref().map(|score| score.index);
        assert_eq!((moved.old, moved.new), (index(&old), index(&new)));
        assert!(
            score(json.as_bytes(), &old)
                .unwrap_err()
                .contains("another scan")
        );
        let mut other: Value = serde_json::from_str(&json).unwrap();
        other["schema_version"] = json!(2);
        assert!(score(other.to_string().as_bytes(), &new).is_err());
        assert!(score(b"[]", &new).is_err());
        assert_eq!(first_score(&sample::failed()), None);
    }

    #[test]
    fn another_amis_status_is_not_believed() {
        let known = json!({"version": 1, "ami": "ami-0abc", "family": "web", "account": "1",
            "region": "eu-west-1", "status": "assessing", "since": "2026-11-21T06:00:00Z",
            "created": "2026-11-20T06:00:00Z"});
        let json = known.to_string();
        let read = image(json.as_bytes(), "ami-0abc").unwrap();
        assert!(read.created.is_some());
        assert!(image(json.as_bytes(), "ami-0abd").is_err());
        assert!(image(b"{}", "ami-0abc").is_err());
    }
}
