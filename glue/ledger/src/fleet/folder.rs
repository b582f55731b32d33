//! The fleet from a folder of reports: a copy of the bucket, or what was scanned by hand.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use hardtarget_report::image_status::{self, ImageStatus};
use hardtarget_report::{Report, family, v1};
use jiff::Timestamp;

use super::assessment::Assessment;
use super::html::encoded;
use super::model::{Fleet, Input};
use crate::published::key::finished;
use crate::published::{LONGEST_IMAGE, LONGEST_REPORT};

/// The file that is a report.
const REPORT: &str = "report.json";
/// Its page, if it is beside it.
const PAGE: &str = "report.html";

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Found {
    /// The fleet of its reports.
    pub fleet: Fleet,
    /// How many reports were read.
    pub reports: usize,
    /// What could not be read, and why.
    pub skipped: Vec<(PathBuf, String)>,
}

/// Reads every `report.json` below `dir`, and every `image.json` that lies as in the bucket. Links of the fleet
/// are relative to the directory `page_dir`. Symbolic links are not followed. `progress` is told how many
/// reports were read so far.
///
/// What lies as in the bucket, `<family>/<ami>/<finished>/report.json`, is what its path says. Anything else
/// is an image of its own, by the AMI, the host's name or the directory; its family is the host's name without
/// what counts up ([`family::of_name`]), or the directory's name where the host has none of its own
/// (`localhost`, `ip-…`).
pub fn read(dir: &Path, page_dir: &Path, mut progress: impl FnMut(usize)) -> io::Result<Found> {
    let (dir, page_dir) = (fs::canonicalize(dir)?, fs::canonicalize(page_dir)?);
    // What cannot be listed at all is an error; what is below it and cannot be is skipped.
    let _listed = fs::read_dir(&dir)?;
    let mut found = Found::default();
    let (mut inputs, mut statuses) = (Vec::new(), Vec::new());
    let mut waiting = vec![dir];
    while let Some(dir) = waiting.pop() {
        let entries = fs::read_dir(&dir).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                found.skipped.push((dir, error.to_string()));
                continue;
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (path, kind) = (entry.path(), entry.file_type());
            if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
                waiting.push(path);
            } else if !kind.is_ok_and(|kind| kind.is_file()) {
            } else if entry.file_name() == REPORT {
                match input(&path, &page_dir) {
                    Ok(input) => inputs.push(input),
                    Err(why) => found.skipped.push((path, why)),
                }
                progress(inputs.len());
            } else if entry.file_name() == image_status::NAME {
                match status(&path) {
                    Ok(status) => statuses.push(status),
                    Err(why) => found.skipped.push((path, why)),
                }
            }
        }
    }
    found.reports = inputs.len();
    found.fleet = Fleet::new(inputs, statuses);
    Ok(found)
}

fn input(path: &Path, page_dir: &Path) -> Result<Input, String> {
    let text = text(path, LONGEST_REPORT)?;
    let report = v1::parse(&text).map_err(|error| error.to_string())?;
    let page = path.with_file_name(PAGE);
    let target = if page.is_file() { &page } else { path };
    let (family, ami, finished) = place(path, &report);
    Ok(Input {
        assessment: Assessment::of(&report, &ami, finished),
        family,
        link: relative(page_dir, target),
    })
}

/// Family, image and time of a report.
fn place(path: &Path, report: &Report) -> (String, String, Timestamp) {
    let mut above = path.ancestors().skip(1).map(name);
    let (last, ami, family) = (above.next(), above.next(), above.next());
    if let (Some(finished), Some(ami), Some(family)) =
        (last.as_deref().and_then(finished), ami, family)
        && !ami.is_empty()
        && !family.is_empty()
    {
        return (family, ami, finished);
    }
    let dir = last.unwrap_or_default();
    let host = report.target.hostname.as_deref().filter(|host| {
        let nobody = host.starts_with("ip-") || host.starts_with("localhost");
        !host.is_empty() && !nobody
    });
    let names = [host.map(family::of_name), Some(family::of_name(&dir))];
    let family = names.into_iter().flatten().find(|name| !name.is_empty());
    let image = report.target.ami.as_deref().or(host).unwrap_or(&dir);
    (
        family.unwrap_or_else(|| "unnamed".to_owned()),
        image.to_owned(),
        report.scan.finished,
    )
}

fn name(dir: &Path) -> String {
    let name = dir.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn status(path: &Path) -> Result<ImageStatus, String> {
    let text = text(path, LONGEST_IMAGE)?;
    let mut status: ImageStatus = serde_json::from_slice(&text)
        .map_err(|error| format!("this is no status of an AMI: {error}"))?;
    let mut above = path.ancestors().skip(1).map(name);
    status.ami = above.next().unwrap_or_default();
    status.family = above.next().unwrap_or_default();
    Ok(status)
}

fn text(path: &Path, longest: usize) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let most = u64::try_from(longest).unwrap_or(u64::MAX);
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(most.saturating_add(1))
        .read_to_end(&mut text)
        .map_err(|error| error.to_string())?;
    if text.len() > longest {
        return Err(format!("it is longer than {} KiB", longest >> 10));
    }
    Ok(text)
}

/// The link from a directory to a file, both absolute.
fn relative(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components());
    let shared = shared.take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).map(|one| match one {
        Component::Normal(name) => encoded(&name.to_string_lossy()),
        other => other.as_os_str().to_string_lossy().into_owned(),
    });
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use hardtarget_report::sample;

    use super::*;

    fn put(dir: &Path, name: &str, report: &Report) {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, v1::to_json(report).unwrap()).unwrap();
    }

    fn seen(found: &Found) -> Vec<(&str, &str, &str)> {
        let families = found.fleet.families.iter();
        families
            .flat_map(|family| {
                let link = |link: &'_ Option<String>| link.as_deref().map(str::len);
                family.images.iter().map(move |image| {
                    assert!(link(&image.link).is_some());
                    let link = image.link.as_deref().unwrap();
                    (&*family.name, &*image.ami, link)
                })
            })
            .collect()
    }

    #[test]
    fn reports_at_any_depth_with_their_families_and_links() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("copy of the bucket");
        put(
            &dir,
            "reports/web/ami-1/20261121T061501Z/report.json",
            &sample::typical(),
        );
        fs::write(
            dir.join("reports/web/ami-1/20261121T061501Z/report.html"),
            "",
        )
        .unwrap();
        let mut report = sample::typical();
        report.target.ami = None;
        report.target.hostname = Some("db-17".to_owned());
        put(&dir, "by hand/report.json", &report);
        report.target.hostname = Some("ip-10-0-0-7.internal".to_owned());
        put(&dir, "cache-v3/report.json", &report);
        let found = read(&dir, root.path(), |_| ()).unwrap();
        assert_eq!(
            seen(&found),
            [
                (
                    "cache",
                    "cache-v3",
                    "copy%20of%20the%20bucket/cache-v3/report.json"
                ),
                (
                    "db",
                    "db-17",
                    "copy%20of%20the%20bucket/by%20hand/report.json"
                ),
                (
                    "web",
                    "ami-1",
                    "copy%20of%20the%20bucket/reports/web/ami-1/20261121T061501Z/report.html"
                ),
            ]
        );
        assert_eq!((found.reports, found.skipped.len()), (3, 0));
        let beside = root.path().join("pages/today");
        fs::create_dir_all(&beside).unwrap();
        let found = read(&dir.join("reports"), &beside, |_| ()).unwrap();
        let link = "../../copy%20of%20the%20bucket/reports/web/ami-1/20261121T061501Z/report.html";
        assert_eq!(seen(&found), [("web", "ami-1", link)]);
    }

    #[test]
    fn what_cannot_be_read_is_skipped_and_links_are_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path();
        put(dir, "web/report.json", &sample::typical());
        symlink(dir, dir.join("web/round")).unwrap();
        symlink(dir.join("web/report.json"), dir.join("report.json")).unwrap();
        for (name, text) in [
            ("a", "{}".to_owned()),
            ("b", " ".repeat(LONGEST_REPORT + 1)),
        ] {
            fs::create_dir(dir.join(name)).unwrap();
            fs::write(dir.join(name).join(REPORT), text).unwrap();
        }
        fs::write(dir.join("a/image.json"), "[]").unwrap();
        let mut told = Vec::new();
        let found = read(dir, dir, |number| told.push(number)).unwrap();
        assert_eq!(found.reports, 1);
        assert_eq!(told.last(), Some(&1));
        let skipped = found.skipped.iter();
        let mut skipped: Vec<String> = skipped
            .map(|(path, why)| {
                format!(
                    "{}: {why}",
                    path.strip_prefix(fs::canonicalize(dir).unwrap())
                        .unwrap()
                        .display()
                )
            })
            .collect();
        skipped.sort();
        assert_eq!(skipped.len(), 3);
        assert!(
            skipped[0].starts_with("a/image.json: this is no status"),
            "{skipped:?}"
        );
        assert!(
            skipped[1].starts_with("a/report.json: this is no Hard Target report"),
            "{skipped:?}"
        );
        assert_eq!(skipped[2], "b/report.json: it is longer than 16384 KiB");
        assert!(read(&dir.join("nowhere"), dir, |_| ()).is_err());
    }

    #[test]
    fn an_ami_without_a_report_is_known_by_its_status() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("web/ami-9");
        fs::create_dir_all(&dir).unwrap();
        let at = Timestamp::constant(1_795_241_701, 0);
        let status = super::super::sample::status("other", "ami-8", "failed", at);
        fs::write(dir.join("image.json"), serde_json::to_vec(&status).unwrap()).unwrap();
        let found = read(root.path(), root.path(), |_| ()).unwrap();
        let family = &found.fleet.families[0];
        assert_eq!((&*family.name, &*family.failures[0].ami), ("web", "ami-9"));
    }
}
