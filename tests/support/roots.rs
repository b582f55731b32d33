//! Roots of real distributions, built once and kept in a cache.

use std::path::{Path, PathBuf};
use std::process::Output;

/// Debian's releases that the tests scan.
pub const DEBIAN: [&str; 3] = ["bullseye", "bookworm", "trixie"];

/// What a minimal Debian root is made with; a change of it makes new roots.
const RECIPE: &str = "minbase-1";

/// A minimal root of a Debian release, made with mmdebstrap (10 to 15 seconds) unless it is in the
/// cache: `HARDTARGET_TEST_CACHE`, or `.cache/roots` in the repository. Not to be changed by tests.
///
/// # Panics
/// If it cannot be made, with what to do about it.
#[must_use]
pub fn debian(suite: &str) -> PathBuf {
    build(suite, RECIPE, &[])
}

/// A minimal root of a Debian release with `openssh-server` and `sudo`, cached as [`debian`]'s are.
///
/// # Panics
/// If it cannot be made, with what to do about it.
#[must_use]
pub fn debian_with_sshd(suite: &str) -> PathBuf {
    build(suite, "sshd-1", &["--include=openssh-server,sudo"])
}

/// A minimal root of a Debian release with rpm, cached as [`debian`]'s are.
///
/// # Panics
/// If it cannot be made, with what to do about it.
#[must_use]
pub fn debian_with_rpm(suite: &str) -> PathBuf {
    build(suite, "rpm-1", &["--include=rpm"])
}

/// A minimal root of Debian 12 with `openscap-scanner` and `ssg-debian`, cached as [`debian`]'s are.
///
/// # Panics
/// If it cannot be made, with what to do about it.
#[must_use]
pub fn debian_with_openscap() -> PathBuf {
    let packages = "--include=openscap-scanner,ssg-debian,openssh-server,sudo";
    build("bookworm", "openscap-1", &[packages])
}

/// The data stream of a newer SCAP Security Guide than Debian 12 has, with the CIS benchmark of Debian 12.
///
/// # Panics
/// If it cannot be fetched, with what to do about it.
#[must_use]
pub fn guide() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("agree/guide.sh");
    let directory = output(&script.to_string_lossy(), &[]);
    Path::new(directory.trim()).join("ssg-debian12-ds.xml")
}

fn build(suite: &str, recipe: &str, options: &[&str]) -> PathBuf {
    needs_root();
    let root = cache().join(format!("{suite}-{recipe}"));
    if root.join("var/lib/dpkg/status").is_file() {
        return root;
    }
    // Built aside and renamed, so that tests in parallel and a build cut short do no harm.
    let draft = tempfile::Builder::new()
        .prefix(&format!(".{suite}-"))
        .tempdir_in(cache())
        .expect("the cache of roots can be written to")
        .keep();
    let built = draft.join("root");
    let built_path = built.to_string_lossy();
    let mut args = vec!["--variant=minbase", "--mode=root", "--quiet"];
    args.extend(options);
    args.extend([suite, &built_path]);
    let _done = run("mmdebstrap", &args);
    if std::fs::rename(&built, &root).is_err() {
        assert!(
            root.join("var/lib/dpkg/status").is_file(),
            "{} cannot be renamed to {}",
            built.display(),
            root.display()
        );
    }
    let _left = std::fs::remove_dir_all(&draft);
    root
}

/// Where the packages of [`rpm`] put what makes each a package of Python.
pub const PYTHON: &str = "/usr/lib/python3.9/site-packages";

/// A root whose packages are rpm's, three made-up ones, in `directory`; the files of none are there.
///
/// # Panics
/// If it cannot be made, with what to do about it.
#[must_use]
pub fn rpm(directory: &Path) -> PathBuf {
    needs_root();
    let root = directory.join("root");
    std::fs::create_dir_all(root.join("etc")).expect("a directory can be made");
    std::fs::write(
        root.join("etc/os-release"),
        "ID=amzn\nVERSION_ID=\"2023\"\n",
    )
    .expect("a file can be written");
    let top = format!("_topdir {}", directory.join("build").display());
    let database = root.join("var/lib/rpm").display().to_string();
    for (name, version, release, epoch) in [
        ("plain", "1.0", "1.made", ""),
        ("with-epoch", "2.0~rc1", "3", "Epoch: 1\n"),
        ("made-up-libs", "0.1", "9.made", ""),
    ] {
        let spec = directory.join(format!("{name}.spec"));
        std::fs::write(
            &spec,
            format!(
                "Name: {name}\nVersion: {version}\nRelease: {release}\n{epoch}Summary: made up\nLicense: MIT\nBuildArch: noarch\n%description\nMade up.\n%install\nmkdir -p %{{buildroot}}{PYTHON}/{name}.dist-info\n: >%{{buildroot}}{PYTHON}/{name}.dist-info/METADATA\n%files\n{PYTHON}/{name}.dist-info\n"
            ),
        )
        .expect("a file can be written");
        run(
            "rpmbuild",
            &["--quiet", "--define", &top, "-bb", &spec.to_string_lossy()],
        );
        let package = directory.join(format!(
            "build/RPMS/noarch/{name}-{version}-{release}.noarch.rpm"
        ));
        run(
            "rpm",
            &[
                "--dbpath",
                &database,
                "-i",
                "--justdb",
                "--nodeps",
                &package.to_string_lossy(),
            ],
        );
    }
    root
}

/// Runs a program that `make test` installs, to its end.
///
/// # Panics
/// If it is missing or fails.
#[must_use]
pub fn output(program: &str, args: &[&str]) -> String {
    String::from_utf8_lossy(&run(program, args).stdout).into_owned()
}

pub(crate) fn run(program: &str, args: &[&str]) -> Output {
    #[expect(clippy::disallowed_methods, reason = "tests run what they like")]
    let output = std::process::Command::new(program)
        .args(args)
        .env("LC_ALL", "C")
        .output()
        .unwrap_or_else(|error| {
            panic!("{program} cannot be run ({error}): `make test` installs what the tests need")
        });
    assert!(
        output.status.success(),
        "{program} {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

fn needs_root() {
    assert!(
        nix::unistd::Uid::effective().is_root(),
        "building roots needs root: run `make test` as root"
    );
}

fn cache() -> PathBuf {
    let cache = std::env::var_os("HARDTARGET_TEST_CACHE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../.cache/roots"),
        PathBuf::from,
    );
    std::fs::create_dir_all(&cache).expect("the cache of roots can be made");
    cache
}
