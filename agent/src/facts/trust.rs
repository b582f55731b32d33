//! Who besides root could change what a path leads to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use super::walk::permissions;
use crate::host::{Host, ReadError};

/// How many links one path may go through, as in the kernel (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// Something that root runs or reads, and that someone besides root can change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exposed {
    /// The file that names it: a unit, a crontab; the thing itself where nothing does.
    pub(crate) used_by: PathBuf,
    /// What root runs or reads.
    pub(crate) target: PathBuf,
    /// The file or directory on the way there that can be changed.
    pub(crate) at: PathBuf,
    /// Who can, and how.
    pub(crate) why: String,
    /// Whether everyone can.
    pub(crate) by_everyone: bool,
}

/// What was found out about a list of paths.
#[derive(Debug, Default)]
pub(crate) struct Trusted {
    /// Those that others can change, each once, sorted by target.
    pub(crate) exposed: Vec<Exposed>,
    /// What could not be looked at, and why.
    pub(crate) unknown: Vec<String>,
    /// How many were looked at.
    pub(crate) seen: usize,
}

/// Follows paths from `/` down and looks at each step.
#[derive(Debug)]
pub(crate) struct Tracer<'a> {
    host: &'a Host,
    /// Groups that someone is in.
    populated: Option<BTreeSet<u32>>,
    steps: BTreeMap<PathBuf, Step>,
    result: Trusted,
}

/// One step on a path, looked at by itself.
#[derive(Debug, Clone)]
enum Step {
    Link(PathBuf),
    /// Who can change it, if anyone besides root; `sticky` says that they can only add to it.
    There {
        open: Option<(String, bool)>,
        sticky: bool,
    },
    Missing,
    Unknown(String),
}

impl<'a> Tracer<'a> {
    pub(crate) fn new(host: &'a Host) -> Self {
        Self {
            host,
            populated: populated_groups(host),
            steps: BTreeMap::new(),
            result: Trusted::default(),
        }
    }

    /// Follows a path, and notes if someone can change what is at its end or on the way.
    pub(crate) fn follow(&mut self, used_by: &Path, target: &Path) {
        self.result.seen += 1;
        let mut todo = components(target);
        let mut here = PathBuf::from("/");
        let mut links = 0;
        // Who may add files to the directory above, though not change those of others.
        let mut may_add: Option<(PathBuf, String, bool)> = None;
        let mut first = Some(OsString::new());
        while let Some(name) = first.take().or_else(|| todo.pop_front()) {
            if name == ".." {
                here.pop();
                continue;
            }
            if !name.is_empty() {
                here.push(&name);
            }
            match self.look(&here) {
                Step::Link(leads_to) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return;
                    }
                    here.pop();
                    if leads_to.is_absolute() {
                        here = PathBuf::from("/");
                    }
                    let mut next = components(&leads_to);
                    next.append(&mut todo);
                    todo = next;
                }
                Step::There {
                    open: Some((why, everyone)),
                    sticky: true,
                } => {
                    may_add = Some((here.clone(), why, everyone));
                }
                Step::There {
                    open: Some((why, everyone)),
                    sticky: false,
                } => {
                    return self.note(used_by, target, here, why, everyone);
                }
                Step::There { open: None, .. } => may_add = None,
                Step::Missing => {
                    if let Some((at, why, everyone)) = may_add {
                        self.note(used_by, target, at, why, everyone);
                    }
                    return;
                }
                Step::Unknown(why) => return self.result.unknown.push(why),
            }
        }
    }

    /// Follows a directory and everything right in it.
    pub(crate) fn follow_directory(&mut self, directory: &Path) {
        match self.host.list(directory) {
            Ok(names) => {
                self.follow(directory, directory);
                for name in names {
                    let path = directory.join(name);
                    self.follow(&path, &path);
                }
            }
            Err(error) if error.is_absent() => {}
            Err(error) => self.result.unknown.push(error.to_string()),
        }
    }

    /// Follows a path if there is something.
    pub(crate) fn follow_if_there(&mut self, path: &Path) {
        if !matches!(self.host.link_metadata(path), Err(ReadError::Absent(_))) {
            self.follow(path, path);
        }
    }

    /// Notes that something could not be looked at.
    pub(crate) fn unknown(&mut self, error: &ReadError) {
        if !error.is_absent() {
            self.result.unknown.push(error.to_string());
        }
    }

    pub(crate) fn finish(mut self) -> Trusted {
        let exposed = &mut self.result.exposed;
        exposed.sort_by(|a, b| (&a.target, &a.used_by).cmp(&(&b.target, &b.used_by)));
        exposed.dedup_by(|a, b| a.target == b.target);
        self.result
    }

    fn note(&mut self, used_by: &Path, target: &Path, at: PathBuf, why: String, everyone: bool) {
        self.result.exposed.push(Exposed {
            used_by: used_by.to_owned(),
            target: target.to_owned(),
            at,
            why,
            by_everyone: everyone,
        });
    }

    fn look(&mut self, path: &Path) -> Step {
        if let Some(step) = self.steps.get(path) {
            return step.clone();
        }
        let step = self.look_anew(path);
        self.steps.insert(path.to_owned(), step.clone());
        step
    }

    fn look_anew(&self, path: &Path) -> Step {
        let metadata = match self.host.link_metadata(path) {
            Ok(metadata) => metadata,
            Err(ReadError::Absent(_)) => return Step::Missing,
            Err(error) => return Step::Unknown(error.to_string()),
        };
        let (mode, uid, gid) = (metadata.mode(), metadata.uid(), metadata.gid());
        let shown = || permissions(mode, uid, gid);
        if metadata.is_symlink() {
            if uid != 0 {
                return Step::There {
                    open: Some((format!("a link of user {uid}"), false)),
                    sticky: false,
                };
            }
            return match self.host.read_link(path) {
                Ok(target) => Step::Link(target),
                Err(error) => Step::Unknown(error.to_string()),
            };
        }
        // /dev/null and its like are open to everyone, and nobody can change them.
        if !metadata.is_dir() && !metadata.is_file() {
            return Step::There {
                open: None,
                sticky: false,
            };
        }
        let by_group = mode & 0o0020 != 0 && gid != 0 && self.has_members(gid);
        let open = if mode & 0o0002 != 0 {
            Some((format!("open to everyone ({})", shown()), true))
        } else if uid != 0 {
            Some((format!("owned by user {uid} ({})", shown()), false))
        } else if by_group {
            Some((format!("open to group {gid} ({})", shown()), false))
        } else {
            None
        };
        Step::There {
            open,
            sticky: metadata.is_dir() && mode & 0o1000 != 0 && uid == 0,
        }
    }

    fn has_members(&self, gid: u32) -> bool {
        self.populated
            .as_ref()
            .is_none_or(|populated| populated.contains(&gid))
    }
}

fn components(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some(OsString::from("..")),
            Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
        })
        .collect()
}

/// The groups that somebody besides root is in, by `/etc/group` or as the first group of an account; `None` if
/// the files cannot be read.
fn populated_groups(host: &Host) -> Option<BTreeSet<u32>> {
    let (passwd, group) = (
        host.text("/etc/passwd").ok()?,
        host.text("/etc/group").ok()?,
    );
    let first = passwd
        .lines()
        .filter_map(|line| line.split(':').nth(3)?.parse().ok());
    let named = group.lines().filter_map(|line| {
        let mut fields = line.split(':').skip(2);
        let gid = fields.next()?.parse().ok()?;
        fields
            .next()
            .is_some_and(|members| !matches!(members.trim(), "" | "root"))
            .then_some(gid)
    });
    Some(first.chain(named).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    fn exposed_at(tree: &Tree, path: &str) -> Option<PathBuf> {
        let host = tree.host();
        let mut tracer = Tracer::new(&host);
        tracer.follow(Path::new(path), Path::new(path));
        tracer
            .finish()
            .exposed
            .into_iter()
            .next()
            .map(|exposed| exposed.at)
    }

    #[test]
    fn the_first_weak_step_is_named() {
        let mut tree = Tree::new();
        tree.file("/opt/app/bin/run", "");
        assert_eq!(exposed_at(&tree, "/opt/app/bin/run"), None);
        tree.mode("/opt/app/bin/run", 0o757);
        assert_eq!(
            exposed_at(&tree, "/opt/app/bin/run"),
            Some("/opt/app/bin/run".into())
        );
        tree.mode("/opt/app", 0o777);
        assert_eq!(
            exposed_at(&tree, "/opt/app/bin/run"),
            Some("/opt/app".into())
        );
        tree.owner("/opt", 1000, 0);
        assert_eq!(exposed_at(&tree, "/opt/app/bin/run"), Some("/opt".into()));
    }

    #[test]
    fn links_are_followed_to_what_they_lead_to() {
        let mut tree = Tree::new();
        tree.file("/srv/real/run", "").mode("/srv/real/run", 0o666);
        tree.link("/usr/bin/run", "../../srv/real/run")
            .link("/loop", "/loop");
        assert_eq!(
            exposed_at(&tree, "/usr/bin/run"),
            Some("/srv/real/run".into())
        );
        assert_eq!(exposed_at(&tree, "/loop"), None);
    }

    #[test]
    fn in_a_sticky_directory_what_is_missing_can_be_made_by_anyone() {
        let mut tree = Tree::new();
        tree.file("/tmp/there", "").mode("/tmp", 0o1777);
        assert_eq!(exposed_at(&tree, "/tmp/there"), None);
        assert_eq!(exposed_at(&tree, "/tmp/missing"), Some("/tmp".into()));
        assert_eq!(exposed_at(&tree, "/usr/missing"), None);
    }

    #[test]
    fn a_group_without_members_can_change_nothing() {
        let mut tree = Tree::new();
        tree.file("/etc/passwd", "root:x:0:0::/:\n")
            .file("/etc/group", "root:x:0:\nstaff:x:50:\n")
            .dir("/usr/local/bin")
            .owner("/usr/local/bin", 0, 50)
            .mode("/usr/local/bin", 0o2775);
        assert_eq!(exposed_at(&tree, "/usr/local/bin"), None);
        tree.file("/etc/group", "root:x:0:\nstaff:x:50:ann\n");
        assert_eq!(
            exposed_at(&tree, "/usr/local/bin"),
            Some("/usr/local/bin".into())
        );
    }
}
