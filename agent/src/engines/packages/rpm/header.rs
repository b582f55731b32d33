//! rpm's header: what one package says of itself.
//!
//! The number of entries and the length of the data (both big-endian, as all numbers here), the
//! entries of 16 bytes each (tag, type, offset into the data, count), the data. See "Package file
//! format" in rpm's manual; in the database the magic before it is left out.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::blob::be32;
use crate::engines::packages::owned::Asked;

/// Tags, from rpm's `rpmtag.h`.
pub(super) const NAME: u32 = 1000;
pub(super) const VERSION: u32 = 1001;
pub(super) const RELEASE: u32 = 1002;
pub(super) const EPOCH: u32 = 1003;
pub(super) const ARCH: u32 = 1022;
pub(super) const SOURCERPM: u32 = 1044;
pub(super) const MODULARITYLABEL: u32 = 5096;
const DIRINDEXES: u32 = 1116;
const BASENAMES: u32 = 1117;
const DIRNAMES: u32 = 1118;

/// Types of data.
const INT32: u32 = 4;
const STRING: u32 = 6;
const STRING_ARRAY: u32 = 8;
const I18N_STRING: u32 = 9;

/// The length of an entry.
const ENTRY: usize = 16;

/// A header within its blob.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header<'a> {
    entries: &'a [u8],
    data: &'a [u8],
}

impl<'a> Header<'a> {
    /// Nothing if the blob is no header.
    pub(super) fn parse(blob: &'a [u8]) -> Option<Self> {
        let count = usize::try_from(be32(blob, 0)?).ok()?;
        let length = usize::try_from(be32(blob, 4)?).ok()?;
        let (entries, data) = blob.get(8..)?.split_at_checked(count.checked_mul(ENTRY)?)?;
        let header = Self {
            entries,
            data: data.get(..length)?,
        };
        header.text(NAME)?;
        Some(header)
    }

    /// A string; of one in several languages the first.
    pub(super) fn text(&self, tag: u32) -> Option<&'a [u8]> {
        let (kind, data, _) = self.entry(tag)?;
        matches!(kind, STRING | STRING_ARRAY | I18N_STRING)
            .then(|| data.split(|byte| *byte == 0).next())
            .flatten()
    }

    /// A number.
    pub(super) fn number(&self, tag: u32) -> Option<u32> {
        self.numbers(tag).next()
    }

    /// Hands over those of the asked files that the package owns.
    pub(super) fn files_among(&self, asked: &Asked, each: &mut dyn FnMut(&Path)) {
        // Nearly all directories are of no interest; only in the others the names are looked at.
        let directories: Vec<Option<&Path>> = self
            .texts(DIRNAMES)
            .map(|name| Path::new(OsStr::from_bytes(name)))
            .map(|directory| asked.has_some_in(directory).then_some(directory))
            .collect();
        if directories.iter().all(Option::is_none) {
            return;
        }
        for (name, index) in self.texts(BASENAMES).zip(self.numbers(DIRINDEXES)) {
            if let Some(Some(directory)) = directories.get(index as usize) {
                let path = directory.join(OsStr::from_bytes(name));
                if asked.has(&path) {
                    each(&path);
                }
            }
        }
    }

    fn texts(&self, tag: u32) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (data, count) = match self.entry(tag) {
            Some((STRING_ARRAY, data, count)) => (data, count),
            _ => (&[][..], 0),
        };
        data.split(|byte| *byte == 0).take(count)
    }

    fn numbers(&self, tag: u32) -> impl Iterator<Item = u32> + use<'a> {
        let (data, count) = match self.entry(tag) {
            Some((INT32, data, count)) => (data, count),
            _ => (&[][..], 0),
        };
        data.chunks_exact(4)
            .take(count)
            .filter_map(|bytes| be32(bytes, 0))
    }

    /// Type, data up to the end, and how many values there are.
    fn entry(&self, tag: u32) -> Option<(u32, &'a [u8], usize)> {
        let entry = self
            .entries
            .chunks_exact(ENTRY)
            .find(|entry| be32(entry, 0) == Some(tag))?;
        let offset = usize::try_from(be32(entry, 8)?).ok()?;
        let count = usize::try_from(be32(entry, 12)?).ok()?;
        Some((be32(entry, 4)?, self.data.get(offset..)?, count))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::path::PathBuf;

    use super::*;
    use proptest::prelude::*;

    /// A header with these entries: tag, type, data, count.
    pub(in super::super) fn blob(entries: &[(u32, u32, Vec<u8>, u32)]) -> Vec<u8> {
        let mut index = Vec::new();
        let mut data: Vec<u8> = Vec::new();
        for (tag, kind, value, count) in entries {
            let offset = u32::try_from(data.len()).unwrap();
            for number in [*tag, *kind, offset, *count] {
                index.extend(number.to_be_bytes());
            }
            data.extend(value);
        }
        let mut blob = Vec::new();
        blob.extend(u32::try_from(entries.len()).unwrap().to_be_bytes());
        blob.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        blob.extend(index);
        blob.extend(data);
        blob
    }

    /// A package of this name, at version 1-2.
    pub(in super::super) fn named(name: &str) -> Vec<u8> {
        let text = |text: &str| format!("{text}\0").into_bytes();
        blob(&[
            (NAME, STRING, text(name), 1),
            (VERSION, STRING, text("1"), 1),
            (RELEASE, STRING, text("2"), 1),
        ])
    }

    #[test]
    fn files_are_found_by_directory_and_name() {
        let blob = blob(&[
            (NAME, STRING, b"x\0".to_vec(), 1),
            (DIRINDEXES, INT32, vec![0, 0, 0, 0, 0, 0, 0, 1], 2),
            (BASENAMES, STRING_ARRAY, b"su\0viewer\0".to_vec(), 2),
            (DIRNAMES, STRING_ARRAY, b"/bin/\0/opt/x/\0".to_vec(), 2),
        ]);
        let header = Header::parse(&blob).unwrap();
        let asked = ["/bin/su", "/bin/viewer", "/opt/x/viewer"].map(PathBuf::from);
        let mut found = Vec::new();
        header.files_among(&Asked::new(asked), &mut |path| found.push(path.to_owned()));
        assert_eq!(found, ["/bin/su", "/opt/x/viewer"].map(PathBuf::from));
    }

    #[test]
    fn a_header_cut_short_is_none() {
        let whole = named("bash");
        assert!(Header::parse(&whole).is_some());
        for length in 0..whole.len() {
            assert!(Header::parse(&whole[..length]).is_none(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_parse(bytes in any::<Vec<u8>>(), tag in 0_u32..6000) {
            if let Some(header) = Header::parse(&bytes) {
                header.text(tag);
                header.number(tag);
            }
        }

        #[test]
        fn any_entries_are_read(
            kind in 0_u32..12,
            offset in 0_u32..40,
            count in any::<u32>(),
            data in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut blob = blob(&[(NAME, STRING, b"x\0".to_vec(), 1), (DIRNAMES, kind, data, count)]);
            blob[8 + 16 + 8..8 + 16 + 12].copy_from_slice(&offset.to_be_bytes());
            let header = Header::parse(&blob).unwrap();
            header.text(DIRNAMES);
            header.files_among(&Asked::new([PathBuf::from("/x/y")]), &mut |_| {});
        }
    }
}
