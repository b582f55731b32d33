//! Packages of rpm's, made up, and databases of them that rpm itself writes.

use std::path::{Path, PathBuf};

use crate::roots;

/// One source with a package of its own name, one of a module, and many with epochs and files.
const SPEC: &str = r#"
Name: made-up
Version: 0.1~rc1
Release: 9.made
Summary: made up
License: MIT
BuildArch: noarch
%description
Made up.
%files
%define one() %{expand:
%package -n other-%1
Summary: made up
Epoch: %1
%description -n other-%1
Made up.
%files -n other-%1
/usr/share/made-up/%1
}
%{lua: for i=0,119 do print(rpm.expand("%one "..i).."\n") end}
%package modular
Summary: of a module
Version: 2
ModularityLabel: nodejs:18:8070020220519:bd1311ed
%description modular
Made up.
%files modular
%install
cd %{buildroot}
mkdir -p usr/share/made-up
cd usr/share/made-up
for i in $(seq 0 119); do
    mkdir $i
    for j in $(seq $((i * 2))); do : >$i/a-file-of-number-$j; done
done
"#;

/// The package files.
#[derive(Debug)]
pub struct Rpms {
    directory: tempfile::TempDir,
}

impl Rpms {
    /// Makes them.
    ///
    /// # Panics
    /// If it cannot be done: rpmbuild is missing.
    #[must_use]
    pub fn build() -> Self {
        let directory = tempfile::tempdir().expect("a directory can be made");
        let spec = directory.path().join("made-up.spec");
        std::fs::write(&spec, SPEC).expect("a file can be written");
        let top = format!("_topdir {}", directory.path().display());
        let _built = roots::output(
            "rpmbuild",
            &["--quiet", "--define", &top, "-bb", &spec.to_string_lossy()],
        );
        Self { directory }
    }

    fn files(&self) -> Vec<PathBuf> {
        let directory = self.directory.path().join("RPMS/noarch");
        let mut files: Vec<PathBuf> = directory
            .read_dir()
            .expect("rpmbuild made packages")
            .map(|entry| entry.expect("a directory can be read").path())
            .collect();
        files.sort();
        files
    }

    /// A database of them in SQLite, by this machine's rpm.
    pub fn sqlite(&self, database: &Path) {
        let database = format!("--dbpath={}", database.display());
        let mut args = vec![&*database, "-i", "--justdb", "--nodeps"];
        let files = self.files();
        args.extend(files.iter().filter_map(|file| file.to_str()));
        let _installed = roots::output("rpm", &args);
        let _removed = roots::output("rpm", &[&database, "-e", "--justdb", "other-7", "other-8"]);
    }

    /// A database of them in Berkeley DB, by Debian 11's rpm.
    ///
    /// # Panics
    /// If it cannot be done, with the reason.
    pub fn berkeley(&self, database: &Path) {
        let root = roots::debian_with_rpm("bullseye");
        // What is mounted is seen by the shell alone, so that the root stays as it is.
        let script = r#"
            mount -t tmpfs none "$1/mnt"
            mkdir "$1/mnt/rpms" "$1/mnt/db"
            cp "$2"/* "$1/mnt/rpms"
            rpm='rpm --define "_db_backend bdb" --dbpath /mnt/db'
            chroot "$1" sh -c "$rpm -i --justdb --nodeps /mnt/rpms/*"
            chroot "$1" sh -c "$rpm -e --justdb other-7 other-8"
            cp "$1/mnt/db/Packages" "$3"
        "#;
        let rpms = self.directory.path().join("RPMS/noarch");
        let [root, rpms, database] =
            [root.as_path(), &rpms, database].map(|path| path.to_string_lossy().into_owned());
        let _made = roots::output(
            "unshare",
            &["--mount", "sh", "-ec", script, "-", &root, &rpms, &database],
        );
    }
}
