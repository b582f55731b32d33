//! What the page is made of: one object, `fleet.json` in the bucket, joined by conditional writes.
//!
//! A change reads it and writes it again, and so does not pay for each image that there is; S3 takes the same
//! for an object of any size. Events come in any order and more than once: the same ones lead to the same state.

use std::collections::BTreeMap;
use std::mem;

use anyhow::Context as _;
use hardtarget_report::clean_line;
use hardtarget_report::image_status::ImageStatus;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::assessment::Assessment;
use super::html::encoded;
use super::model::{Fleet, Input};
use crate::published::key::FINISHED;

/// How much of a name and of a reason is kept: more than the page shows.
const LONGEST: usize = 400;

/// All that is known of the fleet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    families: BTreeMap<String, Members>,
}

/// What is known of a family.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Members {
    /// By AMI and end of the scan.
    assessments: Vec<Assessment>,
    /// By AMI.
    images: Vec<Image>,
}

/// How an AMI stands, as far as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Image {
    ami: String,
    /// Of two that are told of an AMI the later one holds.
    since: Timestamp,
    status: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created: Option<Timestamp>,
}

impl State {
    /// Reads what [`Self::text`] wrote.
    pub fn read(text: &[u8]) -> anyhow::Result<Self> {
        serde_json::from_slice(text).context("the state of the fleet")
    }

    /// As JSON.
    pub fn text(&self) -> anyhow::Result<Vec<u8>> {
        serde_json::to_vec(self).context("the state of the fleet")
    }

    /// Keeps an assessment: the same one twice is one.
    pub fn assessed(&mut self, family: &str, assessment: Assessment) {
        let all = &mut self.family(family).assessments;
        let key = |one: &Assessment| (one.ami.clone(), one.finished);
        place(all, assessment, key, |_, _| true);
    }

    /// Keeps what is known of an AMI, unless something newer is known already.
    pub fn image(&mut self, status: &ImageStatus) {
        let image = Image {
            ami: status.ami.clone(),
            since: status.since,
            status: clean_line(&status.status, LONGEST),
            reason: clean_line(&status.reason, LONGEST),
            name: status.name.as_ref().map(|name| clean_line(name, LONGEST)),
            created: status.created,
        };
        let all = &mut self.family(&status.family).images;
        place(all, image, |one| one.ami.clone(), |there, new| there < new);
    }

    /// Forgets what was last true before a time, and families of which nothing is left.
    pub fn forget(&mut self, before: Timestamp) {
        self.families.retain(|_, family| {
            family.assessments.retain(|one| one.finished > before);
            family.images.retain(|one| one.since > before);
            !family.assessments.is_empty() || !family.images.is_empty()
        });
    }

    /// The fleet that this is.
    #[must_use]
    pub fn fleet(&self) -> Fleet {
        let (mut inputs, mut statuses) = (Vec::new(), Vec::new());
        for (family, members) in &self.families {
            inputs.extend(members.assessments.iter().map(|assessment| Input {
                family: family.clone(),
                assessment: assessment.clone(),
                link: link(family, assessment),
            }));
            statuses.extend(members.images.iter().map(|image| image.status_of(family)));
        }
        Fleet::new(inputs, statuses)
    }

    /// All AMIs that there is a status of, each with the key of its `image.json`.
    #[must_use]
    pub fn images(&self) -> Vec<(String, String)> {
        let families = self.families.iter();
        families
            .flat_map(|(family, members)| {
                let images = members.images.iter();
                images.map(|image| (image.ami.clone(), image.status_of(family).key()))
            })
            .collect()
    }

    fn family(&mut self, name: &str) -> &mut Members {
        self.families.entry(name.to_owned()).or_default()
    }
}

impl Image {
    fn status_of(&self, family: &str) -> ImageStatus {
        ImageStatus {
            version: 1,
            ami: self.ami.clone(),
            name: self.name.clone(),
            family: family.to_owned(),
            account: String::new(),
            region: String::new(),
            created: self.created,
            status: self.status.clone(),
            reason: self.reason.clone(),
            since: self.since,
            report: None,
            findings: None,
            vulnerabilities: None,
            tags: BTreeMap::new(),
        }
    }
}

/// Puts one into a list that is sorted by a key; in the place of one with the same key if it is `better`.
fn place<T, K: Ord>(
    all: &mut Vec<T>,
    one: T,
    key: impl Fn(&T) -> K,
    better: impl Fn(&T, &T) -> bool,
) {
    match all.binary_search_by_key(&key(&one), key) {
        Err(place) => all.insert(place, one),
        Ok(place) => {
            if let Some(there) = all.get_mut(place).filter(|there| better(there, &one)) {
                let _replaced = mem::replace(there, one);
            }
        }
    }
}

/// The link from the root of the bucket to the page beside a report.
fn link(family: &str, assessment: &Assessment) -> String {
    format!(
        "reports/{}/{}/{}/report.html",
        encoded(family),
        encoded(&assessment.ami),
        assessment.finished.strftime(FINISHED)
    )
}

#[cfg(test)]
mod tests {
    use hardtarget_report::sample::{failed, typical, vulnerable};
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::super::sample;
    use super::*;

    const AT: Timestamp = Timestamp::constant(1_795_241_701, 0);

    /// Something that happens.
    #[derive(Debug, Clone)]
    enum Happening {
        Assessed(String, Assessment),
        Image(ImageStatus),
    }

    fn state(happenings: &[Happening]) -> State {
        let mut state = State::default();
        for one in happenings {
            match one.clone() {
                Happening::Assessed(family, assessment) => state.assessed(&family, assessment),
                Happening::Image(status) => state.image(&status),
            }
        }
        state
    }

    fn happening() -> impl Strategy<Value = Happening> {
        let (family, ami, at) = ("[ab]", "ami-[123]", 0..4_i64);
        let word = prop_oneof!["assessing", "assessed", "failed"];
        (family, ami, at, word, any::<bool>()).prop_map(|(family, ami, at, word, is_report)| {
            let at = AT + SignedDuration::from_mins(at);
            if is_report {
                // What a report says is the same each time.
                let reports = [typical(), vulnerable(), failed()];
                let place = usize::try_from(at.as_second() / 60).unwrap() % reports.len();
                return Happening::Assessed(family, Assessment::of(&reports[place], &ami, at));
            }
            Happening::Image(sample::status(&family, &ami, &word, at))
        })
    }

    proptest! {
        #[test]
        fn any_order_and_any_number_of_the_same_events_leads_to_the_same_state(
            (once, mixed) in prop::collection::vec(happening(), 1..20).prop_flat_map(|once| {
                let twice = [&*once, &once].concat();
                (Just(once), Just(twice).prop_shuffle())
            })
        ) {
            let one = state(&once);
            prop_assert_eq!(&one, &state(&mixed));
            prop_assert_eq!(State::read(&one.text().unwrap()).unwrap(), one);
        }
    }

    #[test]
    fn an_older_status_does_not_replace_a_newer_one() {
        let status = |word: &str, minutes| {
            let since = AT + SignedDuration::from_mins(minutes);
            Happening::Image(sample::status("web", "ami-1", word, since))
        };
        let (assessing, failed) = (status("assessing", 0), status("failed", 5));
        let state = state(&[failed, assessing]);
        let families = state.fleet().families;
        assert_eq!(families[0].failures.len(), 1);
    }

    #[test]
    fn what_is_older_than_the_history_is_forgotten_and_the_family_with_it() {
        let hour = SignedDuration::from_hours(1);
        let mut state = state(&[
            Happening::Assessed("old".to_owned(), Assessment::of(&typical(), "ami-1", AT)),
            Happening::Image(sample::status("old", "ami-1", "assessed", AT)),
            Happening::Assessed(
                "new".to_owned(),
                Assessment::of(&typical(), "ami-2", AT + hour),
            ),
        ]);
        state.forget(AT);
        let fleet = state.fleet();
        let names: Vec<_> = fleet.families.iter().map(|family| &*family.name).collect();
        assert_eq!(names, ["new"]);
        assert_eq!(
            fleet.families[0].images[0].link.as_deref(),
            Some("reports/new/ami-2/20261121T071501Z/report.html")
        );
    }

    #[test]
    fn an_ami_takes_a_few_hundred_bytes() {
        let state = state(&[
            Happening::Assessed(
                "web".to_owned(),
                Assessment::of(&vulnerable(), "ami-0c1f3a9b27d5e8846", AT),
            ),
            Happening::Image(sample::status(
                "web",
                "ami-0c1f3a9b27d5e8846",
                "assessed",
                AT,
            )),
        ]);
        let text = String::from_utf8(state.text().unwrap()).unwrap();
        insta::assert_snapshot!(text.replace("},", "},\n"));
        assert!(text.len() < 600, "{}", text.len());
    }
}
