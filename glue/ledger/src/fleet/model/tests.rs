use hardtarget_report::sample::typical;
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::sample;
use super::*;

const START: Timestamp = Timestamp::constant(1_795_000_000, 0);

fn day(number: i64) -> Timestamp {
    START + SignedDuration::from_hours(24 * number)
}

fn assessed(ami: &str, finished: Timestamp) -> Input {
    Input {
        family: "web".to_owned(),
        assessment: Assessment::of(&typical(), ami, finished),
        link: format!("reports/web/{ami}/report.html"),
    }
}

fn status(ami: &str, word: &str, since: Timestamp, created: Timestamp) -> ImageStatus {
    ImageStatus {
        created: Some(created),
        ..sample::status("web", ami, word, since)
    }
}

fn one(inputs: Vec<Input>, statuses: Vec<ImageStatus>) -> Family {
    let mut fleet = Fleet::new(inputs, statuses);
    assert_eq!(fleet.families.len(), 1);
    fleet.families.remove(0)
}

fn amis(family: &Family) -> Vec<&str> {
    family.images.iter().map(|image| &*image.ami).collect()
}

#[test]
fn an_older_ami_assessed_again_does_not_become_the_newest() {
    let family = one(
        vec![
            assessed("ami-old", day(9)),
            assessed("ami-new", day(2)),
            assessed("ami-old", day(1)),
        ],
        vec![
            status("ami-old", "assessed", day(9), day(0)),
            status("ami-new", "assessed", day(2), day(2)),
        ],
    );
    assert_eq!(amis(&family), ["ami-old", "ami-old", "ami-new"]);
    assert_eq!(family.tally, BTreeMap::from([(Status::Assessed, 2)]));
}

#[test]
fn scores_that_do_not_compare_break_the_line_and_one_without_a_score_is_stepped_over() {
    let mut other = assessed("ami-3", day(3));
    other.assessment.lynis_version = "3.1.7".to_owned();
    let mut none = assessed("ami-2", day(2));
    none.assessment.score = None;
    let mut last = assessed("ami-4", day(4));
    last.assessment.lynis_version = "3.1.7".to_owned();
    last.assessment.score = Some(90);
    let family = one(
        vec![assessed("ami-1", day(1)), none, other.clone(), last],
        vec![],
    );
    let breaks: Vec<&[String]> = family.images.iter().map(|one| &*one.breaks).collect();
    assert_eq!(
        breaks,
        [
            &[] as &[String],
            &[],
            &["Lynis 3.1.4 against 3.1.7".to_owned()],
            &[]
        ]
    );
    let before = i16::from(other.assessment.score.unwrap());
    assert_eq!(family.moved(), Some(90 - before));
    let family = one(vec![assessed("ami-1", day(1)), other], vec![]);
    assert_eq!(family.moved(), None);
}

#[test]
fn at_most_fifty_are_drawn_and_all_are_counted() {
    let inputs = (0..70).map(|number| assessed(&format!("ami-{number}"), day(number)));
    let family = one(
        inputs.collect(),
        vec![status("ami-x", "failed", day(0), day(0))],
    );
    assert_eq!((family.images.len(), family.older), (DRAWN, 21));
    assert_eq!(family.newest().unwrap().ami, "ami-69");
    let tally = [(Status::Assessed, 70), (Status::Failed, 1)];
    assert_eq!(family.tally, BTreeMap::from(tally));
    assert_eq!(family.failures.len(), 1);
}

#[test]
fn what_failed_waits_or_cannot_be_assessed_is_told_apart() {
    let fleet = Fleet::new(
        vec![assessed("ami-1", day(1)), assessed("ami-5", day(5))],
        vec![
            status("ami-1", "failed", day(6), day(1)),
            status("ami-2", "failed", day(2), day(2)),
            status("ami-3", "unsupported", day(0), day(0)),
            status("ami-4", "assessing", day(4), day(4)),
            status("ami-5", "assessing", day(4), day(4)),
        ],
    );
    let family = &fleet.families[0];
    let failures: Vec<&str> = family.failures.iter().map(|one| &*one.ami).collect();
    assert_eq!(failures, ["ami-2", "ami-1", "ami-3"], "newest first");
    let waiting: Vec<&str> = family.waiting.iter().map(|one| &*one.ami).collect();
    assert_eq!(
        waiting,
        ["ami-2", "ami-4"],
        "ami-1 was assessed once, ami-3 never can be"
    );
    assert_eq!(fleet.oldest_waiting().unwrap().1.ami, "ami-2");
    assert_eq!(
        fleet.count(Status::Assessed),
        1,
        "the launch of ami-5 is older than its report"
    );
    assert_eq!(fleet.images(), 5);
}

#[test]
fn a_report_that_failed_is_one_failure_with_the_reason_of_its_ami() {
    let mut failed = assessed("ami-1", day(1));
    failed.assessment.status = "failed".to_owned();
    let mut known = status("ami-1", "failed", day(2), day(0));
    known.reason = "no engine ran".to_owned();
    let family = one(vec![failed], vec![known]);
    assert_eq!(family.images.len(), 1);
    assert_eq!(family.failures[0].reason, "no engine ran");
    assert_eq!(family.images[0].findings, None, "nothing was looked at");
    assert_eq!(family.waiting.len(), 1);
}

proptest! {
    #[test]
    fn the_order_of_arrival_changes_nothing(
        rows in proptest::collection::vec((0_u8..6, 0_i64..9, select(&["assessing", "failed", "assessed", "odd"][..])), 0..20),
        turn in 0_usize..100,
    ) {
        let inputs: Vec<Input> = rows.iter().map(|(ami, at, _)| assessed(&format!("ami-{ami}"), day(*at))).collect();
        let mut statuses: BTreeMap<u8, ImageStatus> = BTreeMap::new();
        for (ami, at, word) in &rows {
            statuses.insert(*ami, status(&format!("ami-{ami}"), word, day(*at), day(i64::from(*ami))));
        }
        let statuses: Vec<ImageStatus> = statuses.into_values().collect();
        let turned = |number: usize| turn % number.max(1);
        let (mut others, mut other_statuses) = (inputs.clone(), statuses.clone());
        others.rotate_left(turned(inputs.len()));
        others.reverse();
        other_statuses.reverse();
        let fleet = Fleet::new(inputs, statuses);
        prop_assert_eq!(&fleet, &Fleet::new(others, other_statuses));
        for family in &fleet.families {
            prop_assert!(!family.images.is_empty() && family.images.len() <= DRAWN);
            prop_assert!(family.images.windows(2).all(|pair| pair[0].created <= pair[1].created));
        }
    }
}

#[test]
fn an_ami_that_waits_for_room_has_not_failed() {
    let family = one(
        vec![assessed("ami-1", day(1))],
        vec![status("ami-2", "waiting", day(2), day(2))],
    );
    let statuses: Vec<Status> = family.images.iter().map(|image| image.status).collect();
    assert_eq!(statuses, [Status::Assessed, Status::Waiting]);
    assert!(family.failures.is_empty());
    assert_eq!(family.waiting.len(), 1);
}

#[test]
fn however_many_came_to_nothing_since_the_newest_assessment_is_shown() {
    let failed = (2..90).map(|number| {
        let at = day(number);
        status(&format!("ami-{number}"), "failed", at, at)
    });
    let family = one(
        vec![assessed("ami-0", day(0)), assessed("ami-1", day(1))],
        failed.collect(),
    );
    assert_eq!((family.images.len(), family.older), (DRAWN, 90 - DRAWN));
    assert_eq!(family.newest_assessed().unwrap().ami, "ami-1");
    assert!(family.open(Severity::High) > 0);
    assert_eq!(amis(&family)[..2], ["ami-1", "ami-41"]);
}
