//! CVSS vectors to base scores.

use cvss::Cvss;

use crate::advisory::Score;

/// The base score of a vector as OSV has it: `CVSS:3.1/AV:N/…`, `CVSS:4.0/…` or a bare version 2 vector.
pub(super) fn base_score(vector: &str) -> Option<Score> {
    let vector = vector.trim();
    let score = match vector.parse::<Cvss>().ok()? {
        Cvss::CvssV20(vector) => vector.score().value(),
        Cvss::CvssV30(vector) | Cvss::CvssV31(vector) => vector.score().value(),
        Cvss::CvssV40(vector) => vector.score().value(),
        _ => return None,
    };
    tenths(score)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number is checked to be between 0 and 100"
)]
fn tenths(score: f64) -> Option<Score> {
    let tenths = (score * 10.0).round();
    (0.0..=100.0)
        .contains(&tenths)
        .then(|| Score::from_tenths(tenths as u8))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_every_version_have_a_score() {
        for (vector, score) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "9.8"),
            ("CVSS:3.0/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N", "5.4"),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "0.0"),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
                "9.3",
            ),
            ("AV:N/AC:L/Au:N/C:P/I:P/A:P", "7.5"),
        ] {
            assert_eq!(
                base_score(vector).map(|score| score.to_string()).as_deref(),
                Some(score),
                "{vector}"
            );
        }
        assert_eq!(base_score("medium"), None);
        assert_eq!(base_score(""), None);
    }
}
