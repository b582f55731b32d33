//! The three checksums of S3, under the name and with the functions by which the AWS SDK asks for them.
//!
//! The crate of this name that the SDK means has a hundred algorithms, with tables for each: 660 kB of a
//! program that may have 8 MiB. Speed is no matter for a report of a megabyte, so the crate `crc` does here,
//! with tables of 1 and 2 kB.

use crc::{CRC_32_ISCSI, CRC_32_ISO_HDLC, CRC_64_NVME, Crc, Table};

static CRC32: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);
static CRC32C: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISCSI);
static CRC64: Crc<u64, Table<1>> = Crc::<u64, Table<1>>::new(&CRC_64_NVME);

/// The algorithms that S3 knows (Amazon S3 User Guide, "Checking object integrity").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrcAlgorithm {
    /// CRC-32 as in Ethernet and zip: S3's `CRC32`.
    Crc32IsoHdlc,
    /// CRC-32 of iSCSI: S3's `CRC32C`.
    Crc32Iscsi,
    /// CRC-64 of NVMe: S3's `CRC64NVME`.
    Crc64Nvme,
}

/// A checksum over bytes that come piece by piece.
#[derive(Clone)]
pub struct Digest(State);

#[derive(Clone)]
enum State {
    Short(crc::Digest<'static, u32, Table<1>>),
    Long(crc::Digest<'static, u64, Table<1>>),
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Digest").finish_non_exhaustive()
    }
}

impl Digest {
    /// A checksum of nothing yet.
    #[must_use]
    pub fn new(algorithm: CrcAlgorithm) -> Self {
        Self(match algorithm {
            CrcAlgorithm::Crc32IsoHdlc => State::Short(CRC32.digest()),
            CrcAlgorithm::Crc32Iscsi => State::Short(CRC32C.digest()),
            CrcAlgorithm::Crc64Nvme => State::Long(CRC64.digest()),
        })
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Short(digest) => digest.update(bytes),
            State::Long(digest) => digest.update(bytes),
        }
    }

    /// The checksum of all bytes so far.
    #[must_use]
    pub fn finalize(&self) -> u64 {
        match self.0.clone() {
            State::Short(digest) => digest.finalize().into(),
            State::Long(digest) => digest.finalize(),
        }
    }
}

/// The checksum of bytes.
#[must_use]
pub fn checksum(algorithm: CrcAlgorithm, bytes: &[u8]) -> u64 {
    let mut digest = Digest::new(algorithm);
    digest.update(bytes);
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The check values of the catalogue of parametrised CRC algorithms, over `123456789`.
    #[test]
    fn the_check_values_are_those_of_the_catalogue() {
        for (algorithm, value) in [
            (CrcAlgorithm::Crc32IsoHdlc, 0xcbf4_3926),
            (CrcAlgorithm::Crc32Iscsi, 0xe306_9283),
            (CrcAlgorithm::Crc64Nvme, 0xae8b_1486_0a79_9888),
        ] {
            assert_eq!(checksum(algorithm, b"123456789"), value, "{algorithm:?}");
        }
    }

    proptest! {
        #[test]
        fn pieces_make_the_whole(bytes in prop::collection::vec(any::<u8>(), 0..300), cut in 0_usize..300) {
            let (first, rest) = bytes.split_at(cut.min(bytes.len()));
            for algorithm in [
                CrcAlgorithm::Crc32IsoHdlc,
                CrcAlgorithm::Crc32Iscsi,
                CrcAlgorithm::Crc64Nvme,
            ] {
                let mut digest = Digest::new(algorithm);
                digest.update(first);
                digest.update(rest);
                prop_assert_eq!(digest.finalize(), checksum(algorithm, &bytes));
            }
        }
    }
}
