//! The pages of an SQLite file as they were when the last change was complete: from the log beside
//! it (`-wal`, section 4), or else from the file.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::blob::{Fault, Store, array, be32};
use crate::host::Host;

const MAGIC: &[u8] = b"SQLite format 3\0";

/// The lengths of the log's header and of that of a frame, section 4.1.
const LOG_HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;

/// The log's magic; its last bit says in which order checksums take their bytes.
const LOG_MAGIC: u32 = 0x377f_0682;

/// An SQLite file with its log.
#[derive(Debug)]
pub(super) struct Pages {
    file: Store,
    log: Option<Store>,
    /// Where in the log the newest version of a page is.
    newer: BTreeMap<u32, u64>,
    size: usize,
    reserved: usize,
}

impl Pages {
    pub(super) fn open(host: &Host, path: &Path) -> Result<Self, Fault> {
        let file = Store::open(host, path)?;
        let header = file.bytes(0, 100)?;
        if !header.starts_with(MAGIC) {
            return Err(Fault::Malformed("it is no SQLite file"));
        }
        let size = array(&header, 16).map_or(0, u16::from_be_bytes);
        let size = if size == 1 { 65_536 } else { usize::from(size) };
        if size < 512 || !size.is_power_of_two() {
            return Err(Fault::Malformed("it is no SQLite file"));
        }
        let mut pages = Self {
            file,
            log: None,
            newer: BTreeMap::new(),
            size,
            reserved: header.get(20).copied().map_or(0, usize::from),
        };
        let log = Path::new(path).with_file_name(name_of_log(path));
        match Store::open(host, &log) {
            Ok(log) => {
                pages.newer = committed(&log, size)?;
                pages.log = Some(log);
            }
            Err(Fault::Open(error)) if error.is_absent() => {}
            Err(error) => return Err(error),
        }
        Ok(pages)
    }

    /// A page, by its number from 1 on.
    pub(super) fn page(&self, number: u32) -> Result<Vec<u8>, Fault> {
        if let (Some(offset), Some(log)) = (self.newer.get(&number), &self.log) {
            return log.bytes(*offset, self.size);
        }
        let before = number
            .checked_sub(1)
            .ok_or(Fault::Malformed("it is damaged: a page has no number"))?;
        self.file
            .bytes(u64::from(before) * self.size as u64, self.size)
    }

    /// How many bytes of a page are in use.
    pub(super) const fn usable(&self) -> usize {
        self.size.saturating_sub(self.reserved)
    }

    /// How many pages there may be.
    pub(super) fn count(&self) -> u64 {
        let log = self.log.as_ref().map_or(0, Store::length);
        (self.file.length() + log) / self.size as u64
    }
}

fn name_of_log(path: &Path) -> std::ffi::OsString {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push("-wal");
    name
}

/// Where the pages of complete transactions are in a log. It ends where salt or checksum is not
/// right: what follows is left over from before.
fn committed(log: &Store, size: usize) -> Result<BTreeMap<u32, u64>, Fault> {
    let mut newest = BTreeMap::new();
    if log.length() < LOG_HEADER {
        return Ok(newest);
    }
    let header = log.bytes(0, 32)?;
    let magic = be32(&header, 0).unwrap_or(0);
    let order = magic & 1 == 1;
    let page_size = be32(&header, 8).map(|size| size as usize);
    let sum = checksum(order, (0, 0), header.get(..24).unwrap_or(&[]));
    let sums = |bytes: &[u8], at| Some((be32(bytes, at)?, be32(bytes, at + 4)?));
    if magic & !1 != LOG_MAGIC || page_size != Some(size) || sums(&header, 24) != Some(sum) {
        // A log that was never begun, or not for this file: SQLite passes it over too.
        return Ok(newest);
    }
    let mut sum = sum;
    let mut pending = Vec::new();
    let mut offset = LOG_HEADER;
    while offset + FRAME_HEADER + size as u64 <= log.length() {
        let frame = log.bytes(offset, 24)?;
        let page = log.bytes(offset + FRAME_HEADER, size)?;
        sum = checksum(order, sum, frame.get(..8).unwrap_or(&[]));
        sum = checksum(order, sum, &page);
        if frame.get(8..16) != header.get(16..24) || sums(&frame, 16) != Some(sum) {
            break;
        }
        pending.push((be32(&frame, 0).unwrap_or(0), offset + FRAME_HEADER));
        // The last frame of a transaction tells how many pages the file then has.
        if be32(&frame, 4) != Some(0) {
            newest.extend(pending.drain(..));
        }
        offset += FRAME_HEADER + size as u64;
    }
    Ok(newest)
}

/// Section 4.2: two sums that run on, over words of four bytes.
fn checksum(big_endian: bool, (mut first, mut second): (u32, u32), bytes: &[u8]) -> (u32, u32) {
    let word = |bytes: &[u8], at| {
        let word = array(bytes, at).unwrap_or_default();
        if big_endian {
            u32::from_be_bytes(word)
        } else {
            u32::from_le_bytes(word)
        }
    };
    for pair in bytes.chunks_exact(8) {
        first = first.wrapping_add(word(pair, 0)).wrapping_add(second);
        second = second.wrapping_add(word(pair, 4)).wrapping_add(first);
    }
    (first, second)
}
