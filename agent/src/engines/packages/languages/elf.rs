//! As much of an ELF file (elf(5)) as it takes to find one section, and what is at an address.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

/// More entries of a table are not looked at.
const MAX_ENTRIES: u64 = 4096;

/// How much of the names of sections is read; all of a program's are a few hundred bytes.
const MAX_NAMES: u64 = 64 << 10;

/// A part of the file that is loaded to an address (`PT_LOAD`).
const LOADED: u64 = 1;

/// An ELF file.
#[derive(Debug)]
pub(super) struct Elf<'a> {
    file: &'a File,
    wide: bool,
    big_endian: bool,
    header: [u8; 64],
}

impl<'a> Elf<'a> {
    /// Nothing for what is no ELF file.
    pub(super) fn open(file: &'a File) -> Option<Self> {
        let mut header = [0; 64];
        file.read_exact_at(&mut header, 0).ok()?;
        let [0x7f, b'E', b'L', b'F', class, order, ..] = header else {
            return None;
        };
        Some(Self {
            file,
            wide: class == 2,
            big_endian: order == 2,
            header,
        })
    }

    /// Offset and length of a section.
    pub(super) fn section(&self, wanted: &[u8]) -> Option<(u64, u64)> {
        let (table, size, count, names) = if self.wide {
            (self.field(40, 8)?, 58, 60, 62)
        } else {
            (self.field(32, 4)?, 46, 48, 50)
        };
        let sections = self.table(table, self.field(size, 2)?, self.field(count, 2)?)?;
        let (offset, length) = if self.wide { (24, 32) } else { (16, 20) };
        let place = |entry: &Vec<u8>| Some((self.word(entry, offset)?, self.word(entry, length)?));
        let names = usize::try_from(self.field(names, 2)?).ok()?;
        let (names, names_length) = place(sections.get(names)?)?;
        let names = self.bytes(names, names_length.min(MAX_NAMES))?;
        let name = |entry: &&Vec<u8>| {
            let at = usize::try_from(number(entry, 0, 4, self.big_endian)?).ok()?;
            names.get(at..)?.split(|byte| *byte == 0).next()
        };
        place(sections.iter().find(|entry| name(entry) == Some(wanted))?)
    }

    /// The bytes that are at an address of the program.
    pub(super) fn at(&self, address: u64, length: u64) -> Option<Vec<u8>> {
        let (table, size, count) = if self.wide {
            (self.field(32, 8)?, 54, 56)
        } else {
            (self.field(28, 4)?, 42, 44)
        };
        let segments = self.table(table, self.field(size, 2)?, self.field(count, 2)?)?;
        let (offset, start, stored) = if self.wide { (8, 16, 32) } else { (4, 8, 16) };
        let offset = segments.iter().find_map(|entry| {
            let within = address.checked_sub(self.word(entry, start)?)?;
            let fits = within.checked_add(length)? <= self.word(entry, stored)?;
            let loaded = number(entry, 0, 4, self.big_endian)? == LOADED;
            (fits && loaded).then_some(self.word(entry, offset)?.checked_add(within)?)
        })?;
        self.bytes(offset, length)
    }

    /// Bytes of the file; the caller bounds how many.
    pub(super) fn bytes(&self, offset: u64, length: u64) -> Option<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(length).ok()?];
        self.file.read_exact_at(&mut bytes, offset).ok()?;
        Some(bytes)
    }

    /// The entries of a table.
    fn table(&self, offset: u64, size: u64, count: u64) -> Option<Vec<Vec<u8>>> {
        let size = size.clamp(32, 256);
        let table = self.bytes(offset, size * count.min(MAX_ENTRIES))?;
        let entries = table.chunks_exact(usize::try_from(size).ok()?);
        Some(entries.map(<[u8]>::to_owned).collect())
    }

    /// A field of the file's header.
    fn field(&self, at: usize, width: usize) -> Option<u64> {
        number(&self.header, at, width, self.big_endian)
    }

    /// An address or offset of an entry.
    fn word(&self, entry: &[u8], at: usize) -> Option<u64> {
        number(entry, at, if self.wide { 8 } else { 4 }, self.big_endian)
    }
}

/// A number of so many bytes at a place.
pub(super) fn number(bytes: &[u8], at: usize, width: usize, big_endian: bool) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(width)?)?;
    let add = |value: u64, byte: &u8| (value << 8) | u64::from(*byte);
    Some(if big_endian {
        bytes.iter().fold(0, add)
    } else {
        bytes.iter().rev().fold(0, add)
    })
}
