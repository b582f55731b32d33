//! `Packages.db`: rpm's own "ndb" (SUSE).
//!
//! Pages of slots of 16 bytes, the first two of which are the file's header; a slot names a package
//! and where its blob is, in blocks of 16 bytes. All numbers are little-endian. See rpm's
//! `lib/backend/ndb/rpmpkg.c`.

use std::path::Path;

use super::blob::{Blobs, Fault, MAX_BLOB, Store, le32};
use crate::host::Host;

const MAGIC: u32 = u32::from_le_bytes(*b"RpmP");
const SLOT: u32 = u32::from_le_bytes(*b"Slot");
const BLOB: u32 = u32::from_le_bytes(*b"BlbS");

const SLOT_PAGE: usize = 4096;
const BLOCK: usize = 16;

/// The most pages of slots: half a million packages.
const MAX_PAGES: usize = 2048;

pub(super) fn read(host: &Host, path: &Path, blobs: &mut Blobs<'_>) -> Result<(), Fault> {
    let store = Store::open(host, path)?;
    let header = store.bytes(0, 2 * BLOCK)?;
    let pages = le32(&header, 12).map_or(0, |pages| pages as usize);
    if le32(&header, 0) != Some(MAGIC) || le32(&header, 4) != Some(0) || pages > MAX_PAGES {
        return Err(Fault::Malformed("it is no ndb file of version 0"));
    }
    let slots = store.bytes(0, pages * SLOT_PAGE)?;
    for slot in slots.chunks_exact(BLOCK).skip(2) {
        let (Some(SLOT), Some(package), Some(block)) =
            (le32(slot, 0), le32(slot, 4), le32(slot, 8))
        else {
            return Err(Fault::Malformed("it is damaged: a slot is none"));
        };
        // A free slot.
        if package == 0 {
            continue;
        }
        let offset = u64::from(block) * BLOCK as u64;
        let head = store.bytes(offset, BLOCK)?;
        let length = le32(&head, 12).map_or(usize::MAX, |length| length as usize);
        if le32(&head, 0) == Some(BLOB) && le32(&head, 4) == Some(package) && length <= MAX_BLOB {
            blobs.take(&store.bytes(offset + BLOCK as u64, length)?);
        } else {
            blobs.take(&[]);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::header::tests::named;
    use super::*;
    use crate::facts::tree::Tree;

    /// A file with these blobs, a free slot before each, as rpm leaves one after it took away a
    /// package.
    fn file(blobs: &[Vec<u8>]) -> Vec<u8> {
        let mut slots = Vec::new();
        let mut data = Vec::new();
        let words = |words: [u32; 4]| words.map(u32::to_le_bytes).concat();
        slots.extend(words([MAGIC, 0, 1, 1]));
        slots.extend(words([9, 0, 0, 0]));
        for (number, blob) in (1..).zip(blobs) {
            slots.extend(words([SLOT, 0, 0, 0]));
            let block = (SLOT_PAGE + data.len()) / BLOCK;
            let blocks = (blob.len() + 2 * BLOCK).div_ceil(BLOCK);
            let [block, blocks, length] =
                [block, blocks, blob.len()].map(|number| u32::try_from(number).unwrap());
            slots.extend(words([SLOT, number, block, blocks]));
            data.extend(words([BLOB, number, 7, length]));
            data.extend(blob);
            data.resize(data.len().next_multiple_of(BLOCK) + BLOCK, 0);
        }
        while slots.len() < SLOT_PAGE {
            slots.extend(words([SLOT, 0, 0, 0]));
        }
        [slots, data].concat()
    }

    fn names(file: &[u8]) -> Result<Vec<String>, Fault> {
        let mut tree = Tree::new();
        tree.file("/var/lib/rpm/Packages.db", file);
        let mut names = Vec::new();
        let mut each = |header: &super::super::Header<'_>| {
            let name = header.text(super::super::header::NAME).unwrap_or(b"");
            names.push(String::from_utf8_lossy(name).into_owned());
        };
        let mut blobs = Blobs::new(&mut each);
        read(
            &tree.host(),
            Path::new("/var/lib/rpm/Packages.db"),
            &mut blobs,
        )?;
        blobs.finish()?;
        Ok(names)
    }

    #[test]
    fn every_used_slot_is_a_package() {
        let file = file(&[named("bash"), named("glibc"), named("a")]);
        assert_eq!(names(&file).unwrap(), ["bash", "glibc", "a"]);
    }

    #[test]
    fn damage_is_told() {
        let good = file(&[named("bash"), named("glibc")]);
        let cut = &good[..good.len() - 60];
        assert!(names(cut).is_err());
        let mut damaged = good.clone();
        let blob = good.len() - 100;
        damaged[blob..].fill(0xff);
        assert!(names(&damaged).is_err());
        assert!(names(b"no database").is_err());
        assert!(names(b"").is_err());
    }
}
