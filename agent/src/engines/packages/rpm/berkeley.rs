//! `Packages`: a hash of Berkeley DB (RHEL 8 and older, Amazon Linux 2).
//!
//! Every page says what it is. Pages of the hash hold keys and values in turn; a value that is too
//! long for them, as headers are, is on a chain of overflow pages. The buckets do not matter to who
//! wants all values. See Berkeley DB's `dbinc/db_page.h`, from which the offsets are.

use std::path::Path;

use super::blob::{Blobs, Fault, MAX_BLOB, Store, array, be32, le32};
use crate::host::Host;

/// The magic of a hash, in the meta page at offset 12.
const MAGIC: u32 = 0x0006_1561;

/// The length of a page's header.
const HEADER: usize = 26;

/// Kinds of pages.
const FREE: u8 = 0;
const HASH_UNSORTED: u8 = 2;
const OVERFLOW: u8 = 7;
const HASH: u8 = 13;

/// Kinds of items on a page of the hash: the value itself, or where it is.
const KEY_DATA: u8 = 1;
const OFF_PAGE: u8 = 3;

const CUT: Fault = Fault::Malformed("it is damaged: a page of the hash has no such content");

pub(super) fn read(host: &Host, path: &Path, blobs: &mut Blobs<'_>) -> Result<(), Fault> {
    let hash = Hash::open(host, path)?;
    for number in 1..=hash.last {
        let page = hash.page(number)?;
        match page.get(25) {
            Some(&(HASH_UNSORTED | HASH)) => {}
            Some(&(FREE | OVERFLOW)) => continue,
            _ => return Err(CUT),
        }
        let entries = usize::from(hash.half(&page, 20).ok_or(CUT)?);
        let place = |index: usize| {
            hash.half(&page, HEADER + 2 * index)
                .map(usize::from)
                .ok_or(CUT)
        };
        // Items fill a page from its end on: each ends where the one before it begins.
        for value in (1..entries).step_by(2) {
            let (from, to) = (place(value)?, place(value - 1)?);
            match page.get(from..to).ok_or(CUT)? {
                [OFF_PAGE, rest @ ..] => {
                    let first = hash.word(rest, 3).ok_or(CUT)?;
                    let length = hash.word(rest, 7).ok_or(CUT)?;
                    blobs.take(&hash.chain(first, length)?);
                }
                // Under the key 0 stands the highest number given to a package.
                [KEY_DATA, rest @ ..] if rest.len() > 4 => blobs.take(rest),
                [KEY_DATA, ..] => {}
                _ => return Err(CUT),
            }
        }
    }
    Ok(())
}

/// A hash and how its numbers are written.
#[derive(Debug)]
struct Hash {
    store: Store,
    big_endian: bool,
    size: usize,
    last: u32,
}

impl Hash {
    fn open(host: &Host, path: &Path) -> Result<Self, Fault> {
        let store = Store::open(host, path)?;
        let meta = store.bytes(0, 72)?;
        let big_endian = be32(&meta, 12) == Some(MAGIC);
        if !big_endian && le32(&meta, 12) != Some(MAGIC) {
            return Err(Fault::Malformed("it is no hash of Berkeley DB"));
        }
        let mut hash = Self {
            store,
            big_endian,
            size: 0,
            last: 0,
        };
        hash.size = hash.word(&meta, 20).map_or(0, |size| size as usize);
        hash.last = hash.word(&meta, 32).unwrap_or(0);
        let [encrypted, _, flags] = array(&meta, 24).unwrap_or_default();
        if !hash.size.is_power_of_two() || !(512..=65_536).contains(&hash.size) {
            return Err(Fault::Malformed("it is no hash of Berkeley DB"));
        }
        // With checksums the headers of pages are longer; rpm has neither.
        if encrypted != 0 || flags & 1 != 0 {
            return Err(Fault::Malformed("it is encrypted or has checksums"));
        }
        Ok(hash)
    }

    fn page(&self, number: u32) -> Result<Vec<u8>, Fault> {
        self.store
            .bytes(u64::from(number) * self.size as u64, self.size)
    }

    /// A value of this length, beginning at this page.
    fn chain(&self, first: u32, length: u32) -> Result<Vec<u8>, Fault> {
        let length = length as usize;
        if length > MAX_BLOB {
            return Err(Fault::Malformed("one of its values is too long"));
        }
        let mut value = Vec::new();
        let mut next = first;
        while value.len() < length {
            let page = self.page(next)?;
            // On overflow pages the offset of the free space is how much of the value they hold.
            let part = usize::from(self.half(&page, 22).ok_or(CUT)?);
            if page.get(25) != Some(&OVERFLOW) || part == 0 {
                return Err(CUT);
            }
            value.extend(page.get(HEADER..HEADER + part).ok_or(CUT)?);
            next = self.word(&page, 16).ok_or(CUT)?;
        }
        value.truncate(length);
        Ok(value)
    }

    fn word(&self, bytes: &[u8], at: usize) -> Option<u32> {
        if self.big_endian {
            be32(bytes, at)
        } else {
            le32(bytes, at)
        }
    }

    fn half(&self, bytes: &[u8], at: usize) -> Option<u16> {
        let half = array(bytes, at)?;
        Some(if self.big_endian {
            u16::from_be_bytes(half)
        } else {
            u16::from_le_bytes(half)
        })
    }
}
