//! Go: what the linker writes into every program about the modules it was built of, as `go version
//! -m` prints it (Go's `debug/buildinfo`).

use std::fs::File;

use hardtarget_report::Package;

use super::elf::{Elf, number};
use super::package;

/// How much of a program is read: its list of modules has some 100 KiB.
const LIMIT: u64 = 1 << 20;

const SECTION: &[u8] = b".go.buildinfo";
const MAGIC: &[u8] = b"\xff Go buildinf:";

/// Around the list of modules, so that it can be found in memory: 16 bytes before, 16 after.
const SENTINEL: usize = 16;

/// What has no version of its own: built from a working copy.
const DEVELOPED: &str = "(devel)";

/// The modules of a program and how much of it was read; none for what is not made by Go.
pub(super) fn packages(file: &File) -> (Vec<Package>, u64) {
    let Some(info) = Elf::open(file).and_then(|elf| read(&elf)) else {
        return (Vec::new(), 0);
    };
    let read = info.modules.len() as u64;
    let mut packages = modules(&info.modules);
    // `go1.22.1`, and more behind a blank where it was built in a special way.
    let version = info.version.split([' ', '-']).next().unwrap_or("");
    packages.extend(
        version
            .strip_prefix("go")
            .and_then(|version| package("golang", "stdlib", version, "", "")),
    );
    (packages, read)
}

/// The two texts of the section.
#[derive(Debug, PartialEq, Eq)]
struct BuildInfo {
    /// Go's version.
    version: String,
    /// The list of modules.
    modules: String,
}

fn read(elf: &Elf<'_>) -> Option<BuildInfo> {
    let (offset, length) = elf.section(SECTION)?;
    let section = elf.bytes(offset, length.min(LIMIT))?;
    let width = usize::from(*section.get(MAGIC.len())?);
    let flags = *section.get(MAGIC.len() + 1)?;
    if !section.starts_with(MAGIC) {
        return None;
    }
    let (version, modules) = if flags & 2 != 0 {
        // Since Go 1.18 both follow at once, each after its length.
        let (version, rest) = counted(section.get(32..)?)?;
        (
            version.to_owned(),
            counted(rest).map_or(Vec::new(), |(modules, _)| modules.to_owned()),
        )
    } else {
        // Before, there were addresses of strings, which are an address and a length.
        let big_endian = flags & 1 != 0;
        let text = |at: usize| {
            if !matches!(width, 4 | 8) {
                return None;
            }
            let string = number(&section, at, width, big_endian)?;
            let string = elf.at(string, 2 * width as u64)?;
            let length = number(&string, width, width, big_endian)?;
            elf.at(number(&string, 0, width, big_endian)?, length.min(LIMIT))
        };
        (text(16)?, text(16 + width).unwrap_or_default())
    };
    let inner = modules
        .len()
        .checked_sub(SENTINEL)
        .and_then(|end| modules.get(SENTINEL..end))
        .unwrap_or_default();
    Some(BuildInfo {
        version: String::from_utf8_lossy(&version).into_owned(),
        modules: String::from_utf8_lossy(inner).into_owned(),
    })
}

/// Bytes after their number, which is written in groups of seven bits, the least significant
/// first; and what follows them.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_usize;
    for (index, byte) in bytes.iter().enumerate().take(4) {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return bytes.get(index + 1..)?.split_at_checked(length);
        }
    }
    None
}

/// Lines of `mod` or `dep`, path, version and checksum, with tabs between; a line `=>` tells what
/// took the place of the one before.
fn modules(text: &str) -> Vec<Package> {
    let mut packages: Vec<Package> = Vec::new();
    for line in text.lines() {
        let mut fields = line.split('\t');
        let (kind, name) = (fields.next(), fields.next().unwrap_or(""));
        let version = fields.next().unwrap_or("");
        match kind {
            Some("mod" | "dep") => {
                let version = if version.is_empty() {
                    DEVELOPED
                } else {
                    version
                };
                packages.extend(package("golang", name, version, "", ""));
            }
            Some("=>") => {
                if let Some(before) = packages.pop() {
                    // What is in a directory nobody knows.
                    packages.extend(if name.starts_with(['.', '/']) {
                        package("golang", &before.name, DEVELOPED, "", "")
                    } else {
                        package("golang", name, version, "", "")
                    });
                }
            }
            _ => {}
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;

    const MODULES: &str = "path\texample.com/app/cmd\nmod\texample.com/app\t(devel)\t\ndep\tgithub.com/a/b\tv1.2.3\th1:x=\ndep\tgolang.org/x/net\tv0.1.0\n=>\tgolang.org/x/net\tv0.17.0\th1:y=\ndep\texample.com/local\tv1.0.0\n=>\t./local\t(devel)\t\nbuild\t-compiler=gc\n";

    /// An ELF file of 64 bits with these two sections beside its names: what was written, and at
    /// which address the data is.
    fn program(section: &[u8], data: &[u8]) -> File {
        let word = |number: usize| u64::try_from(number).unwrap().to_le_bytes();
        let names = b"\0.go.buildinfo\0.data\0.shstrtab\0";
        let segment = 64;
        let start = segment + 56;
        let data_at = start + section.len();
        let names_at = data_at + data.len();
        let table = names_at + names.len();
        let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
        elf.resize(32, 0);
        elf.extend(word(segment));
        elf.extend(word(table));
        elf.extend([0, 0, 0, 0, 64, 0, 56, 0, 1, 0, 64, 0, 3, 0, 2, 0]);
        // One PT_LOAD of the data, to address 0x1000.
        elf.extend([1, 0, 0, 0, 6, 0, 0, 0]);
        for number in [data_at, 0x1000, 0x1000, data.len(), data.len(), 1] {
            elf.extend(word(number));
        }
        elf.extend(section);
        elf.extend(data);
        elf.extend(names);
        for (name, offset, length) in [
            (15, data_at, data.len()),
            (1, start, section.len()),
            (21, names_at, names.len()),
        ] {
            let mut entry = [0; 64];
            entry[0] = name;
            entry[24..32].copy_from_slice(&word(offset));
            entry[32..40].copy_from_slice(&word(length));
            elf.extend(entry);
        }
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&elf).unwrap();
        file
    }

    fn framed() -> Vec<u8> {
        [&[1; 16], MODULES.as_bytes(), &[2; 16]].concat()
    }

    fn told(file: &File) -> Vec<String> {
        packages(file)
            .0
            .iter()
            .map(|package| format!("{} {}", package.name, package.version))
            .collect()
    }

    const EXPECTED: [&str; 5] = [
        "example.com/app (devel)",
        "github.com/a/b v1.2.3",
        "golang.org/x/net v0.17.0",
        "example.com/local (devel)",
        "stdlib 1.22.1",
    ];

    #[test]
    fn modules_of_a_program_of_today() {
        let mut section = MAGIC.to_vec();
        section.extend([8, 2]);
        section.resize(32, 0);
        let text = b"go1.22.1 X:boringcrypto";
        section.push(u8::try_from(text.len()).unwrap());
        section.extend(text);
        let modules = framed();
        section.push(u8::try_from(modules.len() & 0x7f).unwrap() | 0x80);
        section.push(u8::try_from(modules.len() >> 7).unwrap());
        section.extend(modules);
        assert_eq!(told(&program(&section, b"")), EXPECTED);
    }

    #[test]
    fn modules_of_a_program_before_go_1_18() {
        let modules = framed();
        let word = |number: usize| u64::try_from(number).unwrap().to_le_bytes();
        let mut section = MAGIC.to_vec();
        section.extend([8, 0]);
        section.extend([word(0x1000), word(0x1010)].concat());
        let version = b"go1.22.1";
        let mut data = Vec::new();
        for number in [0x1020, version.len(), 0x1020 + version.len(), modules.len()] {
            data.extend(word(number));
        }
        data.extend(version);
        data.extend(modules);
        assert_eq!(told(&program(&section, &data)), EXPECTED);
    }

    #[test]
    fn other_programs_tell_nothing() {
        assert!(told(&program(b"something else", b"")).is_empty());
        let mut script = tempfile::tempfile().unwrap();
        script.write_all(&[b'#'; 1000]).unwrap();
        assert!(told(&script).is_empty());
        // Our own test program is Rust's.
        let own = File::open(std::env::current_exe().unwrap()).unwrap();
        assert!(told(&own).is_empty());
    }

    proptest! {
        #[test]
        fn any_program_is_read(
            section in any::<Vec<u8>>(),
            flags in any::<[u8; 2]>(),
            data in any::<Vec<u8>>(),
            places in proptest::collection::vec((0_usize..200, any::<u8>()), 0..8),
        ) {
            let section = [MAGIC, &flags, &section].concat();
            let mut file = program(&section, &data);
            packages(&file);
            for (place, byte) in places {
                use std::io::Seek as _;
                file.seek(std::io::SeekFrom::Start(place as u64)).unwrap();
                file.write_all(&[byte]).unwrap();
                packages(&file);
            }
        }
    }
}
