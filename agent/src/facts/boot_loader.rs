//! The configuration of GRUB, systemd-boot and extlinux: who may touch it, whether it asks for a
//! password, and the command line that it gives the kernel.

use std::path::PathBuf;

use super::file_modes::{FileMode, files_in};
use super::{Fact, Gap, container};
use crate::host::Host;

/// Where boot loaders look, and the EFI system partition's usual places.
const PLACES: [&str; 5] = ["/boot", "/boot/efi", "/boot/efi/EFI", "/efi", "/efi/EFI"];

/// Names of configuration files right there or one directory below.
const NAMES: [&str; 9] = [
    "grub.cfg",
    "grubenv",
    "custom.cfg",
    "user.cfg",
    "grub.conf",
    "menu.lst",
    "loader.conf",
    "extlinux.conf",
    "syslinux.cfg",
];

/// Directories of such files: the entries of the Boot Loader Specification.
const ENTRIES: [&str; 3] = [
    "/boot/loader/entries",
    "/boot/efi/loader/entries",
    "/efi/loader/entries",
];

/// What is configured.
#[derive(Debug, Default)]
pub(crate) struct BootLoader {
    /// The files that decide what is booted, and whether a password's hash is in them.
    pub(crate) files: Vec<(FileMode, bool)>,
    /// GRUB's main file, if GRUB is what boots.
    pub(crate) grub: Option<PathBuf>,
    /// Whether GRUB asks for a password before an entry is changed.
    pub(crate) grub_password: bool,
    /// systemd-boot's `loader.conf`, if it lets everyone change entries.
    pub(crate) open_editor: Option<PathBuf>,
    /// The kernel's command line, a word each, with the file that has it.
    pub(crate) words: Vec<(String, PathBuf)>,
}

pub(crate) fn collect(host: &Host) -> Fact<BootLoader> {
    if let Some(engine) = container::engine(host) {
        return Err(Gap::Absent(format!(
            "a container ({engine}) has no boot loader"
        )));
    }
    let mut boot = BootLoader::default();
    for path in candidates(host) {
        let text = match host.text(&path) {
            Ok(text) => text,
            Err(error) if error.is_absent() => continue,
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        };
        let name = path.file_name().and_then(|name| name.to_str());
        let has_password = has_password(&text);
        boot.grub_password |= has_password;
        match name {
            Some("grub.cfg" | "grub.conf" | "menu.lst") if boot.grub.is_none() => {
                boot.grub = Some(path.clone());
            }
            Some("loader.conf") if editor_is_open(&text) => boot.open_editor = Some(path.clone()),
            _ => {}
        }
        let words = kernel_words(&text).map(|word| (word.to_owned(), path.clone()));
        boot.words.extend(words);
        boot.files
            .extend(FileMode::of(host, &path).map(|mode| (mode, has_password)));
    }
    if boot.files.is_empty() {
        return Err(Gap::Absent("no boot loader is configured".to_owned()));
    }
    // What the next update of GRUB's files will make of it.
    let mut defaults = files_in(host, "/etc/default/grub.d");
    defaults.insert(0, "/etc/default/grub".into());
    for path in defaults {
        let text = host.text(&path).unwrap_or_default();
        for word in default_words(&text) {
            boot.words.push((word.to_owned(), path.clone()));
        }
    }
    if let Ok(text) = host.text("/etc/kernel/cmdline") {
        let path = || PathBuf::from("/etc/kernel/cmdline");
        boot.words.extend(
            text.split_whitespace()
                .map(|word| (word.to_owned(), path())),
        );
    }
    Ok(boot)
}

fn candidates(host: &Host) -> Vec<PathBuf> {
    let mut directories: Vec<PathBuf> = Vec::new();
    for place in PLACES {
        directories.push(place.into());
        directories.extend(
            files_in(host, place)
                .into_iter()
                .filter(|path| host.link_metadata(path).is_ok_and(|it| it.is_dir())),
        );
    }
    directories.sort();
    directories.dedup();
    let mut paths: Vec<PathBuf> = directories
        .iter()
        .flat_map(|directory| NAMES.map(|name| directory.join(name)))
        .collect();
    for directory in ENTRIES {
        paths.extend(files_in(host, directory));
    }
    paths
}

/// Whether GRUB is told a password: `password NAME WORD`, `password_pbkdf2 NAME HASH`, or what
/// grub2-setpassword(8) writes. A variable in the hash's place is no password yet: Red Hat's
/// `grub.cfg` always has that line.
fn has_password(text: &str) -> bool {
    text.lines().any(|line| {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("password_pbkdf2") => words.nth(1).is_some_and(|hash| !hash.starts_with('$')),
            // GRUB of old: `password --md5 HASH`.
            Some("password") => words.next().is_some(),
            Some(word) => word
                .strip_prefix("GRUB2_PASSWORD=")
                .is_some_and(|hash| !hash.is_empty()),
            None => false,
        }
    })
}

/// Whether `loader.conf` leaves the editor of entries on, as it is unless told otherwise,
/// loader.conf(5).
fn editor_is_open(text: &str) -> bool {
    let value = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("editor"))
        .rfind(|rest| rest.starts_with([' ', '\t']));
    !matches!(
        value.map(str::trim),
        Some("no" | "0" | "false" | "n" | "f" | "off")
    )
}

/// The words of the kernel's command line in a boot loader's file. Of several entries only the
/// first counts: those for recovery come after it.
fn kernel_words(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .find_map(|line| {
            // What grubby(8) keeps in `grubenv`.
            if let Some(words) = line.strip_prefix("kernelopts=") {
                return Some(words);
            }
            let (word, rest) = line.split_once(char::is_whitespace)?;
            match word.to_ascii_lowercase().as_str() {
                // The first word is the kernel's file.
                "linux" | "linux16" | "linuxefi" | "kernel" => {
                    Some(rest.trim().split_once(char::is_whitespace)?.1)
                }
                "options" | "append" => Some(rest),
                _ => None,
            }
        })
        .unwrap_or_default()
        .split_whitespace()
}

/// The words of `GRUB_CMDLINE_LINUX` and its like.
fn default_words(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("GRUB_CMDLINE_LINUX"))
        .filter(|rest| !rest.starts_with("_RECOVERY"))
        .filter_map(|rest| rest.split_once('='))
        .flat_map(|(_, value)| value.trim_matches(['"', '\'']).split_whitespace())
        .map(|word| word.trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use proptest::prelude::*;

    #[test]
    fn the_stock_files_of_red_hat_have_no_password() {
        let mut tree = Tree::new();
        tree.file(
            "/boot/grub2/grub.cfg",
            "if [ -n \"${GRUB2_PASSWORD}\" ]; then\n  set superusers=\"root\"\n  \
             password_pbkdf2 root ${GRUB2_PASSWORD}\nfi\n",
        )
        .file("/boot/efi/EFI/redhat/grub.cfg", "search x\n")
        .file(
            "/boot/loader/entries/a.conf",
            "title A\nlinux /vmlinuz\noptions root=/dev/sda1 audit=0\n",
        )
        .file(
            "/etc/default/grub",
            "GRUB_CMDLINE_LINUX=\"quiet nokaslr\"\n",
        );
        let boot = collect(&tree.host()).unwrap();
        assert!(!boot.grub_password && boot.open_editor.is_none());
        assert_eq!(boot.files.len(), 3);
        let words: Vec<&str> = boot.words.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(words, ["root=/dev/sda1", "audit=0", "quiet", "nokaslr"]);
        tree.file(
            "/boot/grub2/user.cfg",
            "GRUB2_PASSWORD=grub.pbkdf2.sha512.x\n",
        );
        assert!(collect(&tree.host()).unwrap().grub_password);
    }

    #[test]
    fn recovery_entries_do_not_count() {
        let grub = "menuentry 'x' {\n\tlinux\t/boot/vmlinuz root=UUID=1 ro quiet\n}\n\
                    menuentry 'recovery' {\n linux /boot/vmlinuz root=UUID=1 ro single\n}\n";
        let words: Vec<&str> = kernel_words(grub).collect();
        assert_eq!(words, ["root=UUID=1", "ro", "quiet"]);
        assert!(editor_is_open("timeout 3\n") && !editor_is_open("editor no\n"));
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "((linux|options|password|GRUB_CMDLINE_LINUX|[ =\"\n])|\\PC)*") {
            kernel_words(&text).for_each(drop);
            default_words(&text).for_each(drop);
            has_password(&text);
            editor_is_open(&text);
        }
    }
}
