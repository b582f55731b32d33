//! What is told of a golden run: the list, an `image.json` and a `diff.json`, separated by NUL; every third AMI
//! of the list is given up. There is an object for each AMI that says so, it is small enough for SNS, no tag counts
//! for a count, and the text for Slack is defused.
#![no_main]

mod defused;

use std::collections::BTreeMap;

use hardtarget_ledger::change::{Golden, News};
use hardtarget_ledger::golden::run::Run;
use hardtarget_ledger::golden::{changes, list, message, outcome};
use hardtarget_ledger::tell::{slack_message, topic};
use hardtarget_report::image_status::ImageStatus;
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp::constant(1_795_241_690, 0);

/// What Systems Manager takes in a parameter, in bytes.
const PARAMETER: usize = 8192;

/// What the message may have, and what SNS takes, in bytes.
const LARGEST: usize = 240 * 1024;
const OF_SNS: usize = 262_144;

fuzz_target!(|text: &str| {
    let mut parts = text.splitn(3, '\0');
    let mut next = || parts.next().unwrap_or_default();
    let (text, image, diff) = (next(), next(), next());
    if text.len() > PARAMETER {
        return;
    }
    let (wanted, problems) = list::parse(text).wanted(&BTreeMap::new());
    let problems = problems.iter().map(ToString::to_string).collect();
    let run = Run::begin(NOW, None, SignedDuration::from_hours(12), wanted, problems);
    let image: Option<ImageStatus> = serde_json::from_str(image).ok();
    let changes = changes::read(diff.as_bytes()).ok();
    let outcomes: BTreeMap<_, _> = run
        .wanted
        .iter()
        .enumerate()
        .map(|(at, wanted)| {
            let outcome = match &image {
                Some(image) if at % 3 > 0 => outcome::of(image.clone(), Some(71), changes.clone()),
                _ => outcome::given_up(&run, image.clone()),
            };
            (wanted.ami.clone(), outcome)
        })
        .collect();
    let message = message::compose(&run, &outcomes, "reports-of-ours");
    let length = message.to_string().len();
    assert!(length <= LARGEST, "{length} bytes");
    let told = message.as_array().expect("an array");
    assert_eq!(
        told.len(),
        run.wanted.len() + usize::from(!run.problems.is_empty())
    );
    for (told, wanted) in told.iter().zip(&run.wanted) {
        assert_eq!(told["hardtarget"]["ami"], *wanted.ami);
        let members = told.as_object().expect("an object");
        let counts = members
            .iter()
            .filter(|(name, _)| name.starts_with("Finding-Severity-"));
        let counts: Vec<_> = counts
            .map(|(_, count)| count.as_str().and_then(|count| count.parse::<u64>().ok()))
            .collect();
        let assessed = outcomes
            .get(&wanted.ami)
            .is_some_and(|one| one.report.is_some());
        assert_eq!(counts.len(), if assessed { 5 } else { 0 });
        assert!(counts.iter().all(Option::is_some));
    }
    let golden = Golden {
        version: 1,
        run: run.run.clone(),
        started: NOW,
        ended: NOW,
        problems: run.problems.clone(),
        message,
    };
    defused::check(&slack_message::golden(&golden));
    let published = topic::message(
        &News::Golden(golden),
        "reports-of-ours",
        "changes/2026/11/golden-1.json",
    );
    assert!(
        published.body.len() + 1000 <= OF_SNS,
        "{} bytes",
        published.body.len()
    );
});
