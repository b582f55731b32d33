//! The fleet as the page shows it: pure. Families of images in the order in which the images were made, each
//! with what its assessment found, or why there is none.

use std::collections::{BTreeMap, BTreeSet};

use hardtarget_report::image_status::ImageStatus;
use hardtarget_report::{Score, Severity};
use jiff::Timestamp;

use super::assessment::{Assessment, BySeverity};

/// How many images of a family are drawn; older ones are only counted.
pub const DRAWN: usize = 50;

/// An assessment as it goes in.
#[derive(Debug, Clone)]
pub struct Input {
    /// The family.
    pub family: String,
    /// What was found.
    pub assessment: Assessment,
    /// Where its page is, relative to ours and percent-encoded.
    pub link: String,
}

/// All families, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fleet {
    /// The families.
    pub families: Vec<Family>,
}

/// The AMIs that succeed one another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub name: String,
    /// Its newest images, at most [`DRAWN`], newest last; never empty. If none of those was assessed, the newest that
    /// was stands before them.
    pub images: Vec<Image>,
    /// How many more there are before these.
    pub older: usize,
    /// How many AMIs there are of each status, those that are not drawn included.
    pub tally: BTreeMap<Status, usize>,
    /// AMIs that could not be assessed, newest first.
    pub failures: Vec<Image>,
    /// AMIs that were never assessed and may yet be, oldest first.
    pub waiting: Vec<Image>,
}

/// An assessment of an AMI, or an AMI without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The AMI's id.
    pub ami: String,
    /// Its name.
    pub name: Option<String>,
    /// When the AMI was made, if that is known; else `at`.
    pub created: Timestamp,
    /// When the assessment ended; without one, since when the AMI has its status.
    pub at: Timestamp,
    /// How it stands.
    pub status: Status,
    /// Why, where it is not assessed as it should be; may be empty.
    pub reason: String,
    /// Lynis's hardening index.
    pub score: Option<u8>,
    /// Why the score does not compare with the last one before it; empty if it does.
    pub breaks: Vec<String>,
    /// Findings in the order of [`Severity::ALL`]; `None` where nothing was looked at.
    pub findings: Option<BySeverity>,
    /// Known vulnerabilities; `None` where they were not looked for.
    pub vulnerabilities: Option<BySeverity>,
    /// Where its report is.
    pub link: Option<String>,
}

/// How an image stands, in the words of [`ImageStatus::status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Assessed.
    Assessed,
    /// Assessed, but not all of it.
    Partial,
    /// There is no room for it yet.
    Waiting,
    /// An instance of it is being looked at.
    Assessing,
    /// There is no assessment, because something went wrong.
    Failed,
    /// There is none, because it took too long.
    TimedOut,
    /// There is none, and there can be none.
    Unsupported,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Assessed,
        Self::Partial,
        Self::Waiting,
        Self::Assessing,
        Self::Failed,
        Self::TimedOut,
        Self::Unsupported,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assessed => "assessed",
            Self::Partial => "partial",
            Self::Waiting => "waiting",
            Self::Assessing => "assessing",
            Self::Failed => "failed",
            Self::TimedOut => "timed-out",
            Self::Unsupported => "unsupported",
        }
    }

    /// What is known of an AMI, or a report, says. A word that nobody knows is no success.
    #[must_use]
    pub fn of(word: &str) -> Self {
        let word = if word == "complete" { "assessed" } else { word };
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.as_str() == word).unwrap_or(Self::Failed)
    }

    /// Whether there is something to show.
    #[must_use]
    pub const fn is_assessed(self) -> bool {
        matches!(self, Self::Assessed | Self::Partial)
    }

    /// Whether it ended without an assessment.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::TimedOut | Self::Unsupported)
    }
}

impl Image {
    /// Whether there is something to show of it.
    fn is_shown(&self) -> bool {
        self.status.is_assessed() && self.link.is_some()
    }
}

impl Fleet {
    /// The fleet that these assessments and AMIs make, whatever their order.
    #[must_use]
    pub fn new(inputs: Vec<Input>, statuses: Vec<ImageStatus>) -> Self {
        type Members = (Vec<(Assessment, String)>, BTreeMap<String, ImageStatus>);
        let mut families: BTreeMap<String, Members> = BTreeMap::new();
        for Input {
            family,
            assessment,
            link,
        } in inputs
        {
            let members = families.entry(family).or_default();
            members.0.push((assessment, link));
        }
        for status in statuses {
            let members = families.entry(status.family.clone()).or_default();
            members.1.insert(status.ami.clone(), status);
        }
        let families = families.into_iter();
        Self {
            families: families
                .map(|(name, (assessments, statuses))| family(name, assessments, &statuses))
                .collect(),
        }
    }

    /// How many AMIs there are of a status.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        let families = self.families.iter();
        families
            .filter_map(|family| family.tally.get(&status))
            .sum()
    }

    /// How many AMIs there are.
    #[must_use]
    pub fn images(&self) -> usize {
        self.families
            .iter()
            .flat_map(|family| family.tally.values())
            .sum()
    }

    /// The AMI that has waited longest for its first assessment, with its family. One that cannot be assessed
    /// does not wait.
    #[must_use]
    pub fn oldest_waiting(&self) -> Option<(&Family, &Image)> {
        let firsts = self.families.iter();
        firsts
            .filter_map(|family| Some((family, family.waiting.first()?)))
            .min_by_key(|(_, image)| (image.created, &image.ami))
    }
}

impl Family {
    /// The newest image, whatever became of it.
    #[must_use]
    pub fn newest(&self) -> Option<&Image> {
        self.images.last()
    }

    /// The newest image that there is something to show of.
    #[must_use]
    pub fn newest_assessed(&self) -> Option<&Image> {
        let mut newest_first = self.images.iter().rev();
        newest_first.find(|image| image.is_shown())
    }

    /// How the newest score moved from the one before it, where the two compare.
    #[must_use]
    pub fn moved(&self) -> Option<i16> {
        let mut scored = self.images.iter().rev().filter(|one| one.score.is_some());
        let (new, old) = (scored.next()?, scored.next()?);
        let is_newest = self
            .newest_assessed()
            .is_some_and(|newest| newest.score.is_some());
        if !is_newest {
            return None;
        }
        let moved = i16::from(new.score?) - i16::from(old.score?);
        new.breaks.is_empty().then_some(moved)
    }

    /// How many findings and vulnerabilities of a severity its newest assessed image has.
    #[must_use]
    pub fn open(&self, severity: Severity) -> u64 {
        let Some(newest) = self.newest_assessed() else {
            return 0;
        };
        let place = Severity::ALL.iter().position(|one| *one == severity);
        [newest.findings, newest.vulnerabilities]
            .iter()
            .flatten()
            .filter_map(|counts| counts.get(place?))
            .sum()
    }
}

fn family(
    name: String,
    mut assessments: Vec<(Assessment, String)>,
    statuses: &BTreeMap<String, ImageStatus>,
) -> Family {
    let created = |ami: &str| statuses.get(ami).and_then(|status| status.created);
    assessments.sort_by(|(a, _), (b, _)| {
        let key = |one: &Assessment| (created(&one.ami).unwrap_or(one.finished), one.finished);
        (key(a), &a.ami).cmp(&(key(b), &b.ami))
    });
    assessments.dedup_by(|(a, _), (b, _)| (&a.ami, a.finished) == (&b.ami, b.finished));
    let mut before: Option<Score> = None;
    let mut images: Vec<Image> = Vec::with_capacity(assessments.len() + 1);
    for (assessment, link) in assessments {
        let score = assessment.score();
        let compared = score.as_ref().zip(before.as_ref());
        let breaks = compared.and_then(|(new, old)| old.comparable_with(new).err());
        images.push(image(
            &assessment,
            link,
            statuses,
            breaks.unwrap_or_default(),
        ));
        before = score.or(before);
    }
    let mut last: BTreeMap<String, Image> = BTreeMap::new();
    for image in &images {
        last.insert(image.ami.clone(), image.clone());
    }
    let seen: BTreeSet<String> = images
        .iter()
        .filter(|image| image.status.is_assessed())
        .map(|image| image.ami.clone())
        .collect();
    for status in statuses.values() {
        if adds(status, last.get(&status.ami)) {
            let image = unassessed(status);
            last.insert(image.ami.clone(), image.clone());
            images.push(image);
        }
    }
    let order = |a: &Image, b: &Image| (a.created, a.at, &a.ami).cmp(&(b.created, b.at, &b.ami));
    images.sort_by(order);
    let mut tally = BTreeMap::new();
    for image in last.values() {
        *tally.entry(image.status).or_default() += 1;
    }
    let mut failures: Vec<Image> = last
        .values()
        .filter(|one| one.status.is_failure())
        .cloned()
        .collect();
    failures.sort_by(|a, b| order(b, a));
    let waits = |one: &&Image| {
        let never = one.status.is_assessed() || one.status == Status::Unsupported;
        !never && !seen.contains(&one.ami)
    };
    let mut waiting: Vec<Image> = last.values().filter(waits).cloned().collect();
    waiting.sort_by(order);
    let older = images.len().saturating_sub(DRAWN);
    let shown = images.iter().rposition(Image::is_shown);
    if let Some(shown) = shown.filter(|shown| *shown < older) {
        images.swap(shown, older);
    }
    images.drain(..older);
    Family {
        name,
        images,
        older,
        tally,
        failures,
        waiting,
    }
}

/// Whether an AMI's status tells what its last assessment does not: that there is none, or that a newer one
/// is on its way or came to nothing.
fn adds(status: &ImageStatus, last: Option<&Image>) -> bool {
    match (Status::of(&status.status), last) {
        (Status::Assessed | Status::Partial, Some(_)) => false,
        (word, Some(last)) => status.since > last.at && word != last.status,
        (_, None) => true,
    }
}

fn image(
    assessment: &Assessment,
    link: String,
    statuses: &BTreeMap<String, ImageStatus>,
    breaks: Vec<String>,
) -> Image {
    let known = statuses.get(&assessment.ami);
    let status = Status::of(&assessment.status);
    // The reason is about the AMI's newest assessment.
    let reason = known.filter(|known| Status::of(&known.status) == status);
    let looked = status.is_assessed();
    Image {
        ami: assessment.ami.clone(),
        name: known.and_then(|known| known.name.clone()),
        created: known
            .and_then(|known| known.created)
            .unwrap_or(assessment.finished),
        at: assessment.finished,
        status,
        reason: reason.map_or_else(String::new, |known| known.reason.clone()),
        score: assessment.score.map(|score| score.min(100)),
        breaks,
        findings: looked.then_some(assessment.findings),
        vulnerabilities: assessment.vulnerabilities,
        link: Some(link),
    }
}

fn unassessed(status: &ImageStatus) -> Image {
    Image {
        ami: status.ami.clone(),
        name: status.name.clone(),
        created: status.created.unwrap_or(status.since),
        at: status.since,
        // Assessed, and the report has not come yet or is gone.
        status: Status::of(&status.status),
        reason: status.reason.clone(),
        score: None,
        breaks: Vec::new(),
        findings: None,
        vulnerabilities: None,
        link: None,
    }
}

#[cfg(test)]
mod tests;
