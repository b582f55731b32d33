//! Reading a database file in bounded pieces, and what it yields: blobs, one a package.

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::header::Header;
use crate::host::{Host, ReadError};

/// The longest header that is read: 64 MiB. A kernel's has 4.
pub(super) const MAX_BLOB: usize = 64 << 20;

/// Why a database cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] ReadError),
    /// The system does not give its bytes.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is not what its name says, or damaged.
    #[error("{0}")]
    Malformed(&'static str),
    /// Some of its packages are damaged.
    #[error("{0} of its packages are damaged")]
    Damaged(u64),
}

/// A database file.
#[derive(Debug)]
pub(super) struct Store {
    file: File,
    length: u64,
    /// How many bytes may still be read: a damaged file may lead in circles.
    budget: Cell<u64>,
}

impl Store {
    pub(super) fn open(host: &Host, path: &Path) -> Result<Self, Fault> {
        let file = host.open(path)?;
        let length = file.metadata()?.len();
        Ok(Self {
            file,
            length,
            budget: Cell::new(length.saturating_mul(4)),
        })
    }

    /// In bytes.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    /// Fills a buffer from a place in the file.
    pub(super) fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), Fault> {
        let left = self.budget.get().checked_sub(buffer.len() as u64);
        self.budget
            .set(left.ok_or(Fault::Malformed("it is damaged: its pages lead in circles"))?);
        self.file.read_exact_at(buffer, offset).map_err(|error| {
            if error.kind() == io::ErrorKind::UnexpectedEof {
                Fault::Malformed("it is cut short")
            } else {
                error.into()
            }
        })
    }

    /// So many bytes from a place in the file.
    pub(super) fn bytes(&self, offset: u64, length: usize) -> Result<Vec<u8>, Fault> {
        if length as u64 > self.length {
            return Err(Fault::Malformed("it is cut short"));
        }
        let mut bytes = vec![0; length];
        self.read(offset, &mut bytes)?;
        Ok(bytes)
    }
}

/// Takes the blobs of a database and hands on the headers that they are.
pub(super) struct Blobs<'a> {
    each: &'a mut dyn FnMut(&Header<'_>),
    damaged: u64,
    good: u64,
}

impl<'a> Blobs<'a> {
    pub(super) fn new(each: &'a mut dyn FnMut(&Header<'_>)) -> Self {
        Self {
            each,
            damaged: 0,
            good: 0,
        }
    }

    pub(super) fn take(&mut self, blob: &[u8]) {
        match Header::parse(blob) {
            Some(header) => {
                self.good += 1;
                (self.each)(&header);
            }
            None => self.damaged += 1,
        }
    }

    /// An error if some were no headers: their packages would be missing in silence.
    pub(super) fn finish(self) -> Result<(), Fault> {
        if self.damaged > 0 {
            Err(Fault::Damaged(self.damaged))
        } else {
            Ok(())
        }
    }
}

/// Numbers out of bytes; nothing beyond their end.
pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(array(bytes, at)?))
}

/// The same, the least significant byte first.
pub(super) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(array(bytes, at)?))
}

/// A fixed number of bytes from a place; nothing if they are not all there.
pub(super) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}
