//! Package URLs: a package's name that every tool understands (ECMA-427, <https://packageurl.org>),
//! with the qualifiers that Syft and Trivy write too.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Os, Package, clean_line};

/// What is percent-encoded: everything but letters, digits, `.`, `-`, `_`, `~` and the colon.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~')
    .remove(b':');

/// How many characters of a part stay.
const PART: usize = 300;

/// The package URL of a package that is installed on this operating system; `None` for kinds that
/// have none.
///
/// - `pkg:deb/debian/libssl3@3.0.17-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl`
/// - `pkg:rpm/amzn/openssl-libs@3.0.8-1.amzn2023?arch=x86_64&distro=amzn-2023&epoch=1`
/// - `pkg:npm/%40types/node@20.1.0`, `pkg:pypi/zope.interface@5.4.0`
#[must_use]
pub fn purl(package: &Package, os: &Os) -> Option<String> {
    let mut url = Url::default();
    match &*package.kind {
        "deb" => {
            url.distribution(package, os);
            url.name = package.name.to_lowercase();
            url.version.clone_from(&package.version);
            url.qualifiers.push(("upstream", upstream(package)));
        }
        "apk" => {
            url.distribution(package, os);
            url.name = package.name.to_lowercase();
            url.version.clone_from(&package.version);
            url.qualifiers.push(("upstream", upstream(package)));
        }
        "rpm" => {
            url.distribution(package, os);
            url.name.clone_from(&package.name);
            let (epoch, version) = epoch(&package.version);
            version.clone_into(&mut url.version);
            url.qualifiers.push(("epoch", epoch.map(str::to_owned)));
            url.qualifiers.push(("rpmmod", package.module.clone()));
            url.qualifiers.push(("upstream", source_rpm(package)));
        }
        "pypi" => {
            url.name = package.name.to_lowercase().replace('_', "-");
            url.version.clone_from(&package.version);
        }
        "npm" => {
            let name = package.name.to_lowercase();
            url.path(&name);
            url.version.clone_from(&package.version);
        }
        "gem" => {
            url.name.clone_from(&package.name);
            url.version.clone_from(&package.version);
            url.qualifiers.push(("platform", package.arch.clone()));
        }
        "golang" => {
            url.path(&package.name.to_lowercase());
            // `(devel)` stands for a working copy.
            if !package.version.starts_with('(') {
                url.version.clone_from(&package.version);
            }
        }
        _ => return None,
    }
    url.write(&package.kind)
}

/// The parts of a package URL, not encoded yet.
#[derive(Debug, Default)]
struct Url {
    namespace: Vec<String>,
    name: String,
    version: String,
    qualifiers: Vec<(&'static str, Option<String>)>,
}

impl Url {
    /// What the packages of distributions have in common.
    fn distribution(&mut self, package: &Package, os: &Os) {
        self.qualifiers.push(("arch", package.arch.clone()));
        let Some(id) = &os.id else {
            return;
        };
        self.namespace = vec![match &*id.to_lowercase() {
            "rhel" => "redhat".to_owned(),
            id if id.starts_with("opensuse") => "opensuse".to_owned(),
            id => id.to_owned(),
        }];
        let distro = match &os.version_id {
            Some(version) => format!("{id}-{version}"),
            None => id.clone(),
        };
        self.qualifiers.push(("distro", Some(distro)));
    }

    /// Namespace and name of a path.
    fn path(&mut self, path: &str) {
        let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
        self.name = parts.pop().unwrap_or_default();
        self.namespace = parts;
    }

    /// Writes it; `None` for a package without a name.
    fn write(mut self, kind: &str) -> Option<String> {
        if self.name.is_empty() {
            return None;
        }
        let mut url = format!("pkg:{kind}");
        self.namespace.retain(|part| !part.is_empty());
        for part in self.namespace.iter().chain([&self.name]) {
            let _written = write!(url, "/{}", encode(part));
        }
        if !self.version.is_empty() {
            let _written = write!(url, "@{}", encode(&self.version));
        }
        self.qualifiers.sort();
        let mut mark = '?';
        for (key, value) in self.qualifiers {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                let _written = write!(url, "{mark}{key}={}", encode(&value));
                mark = '&';
            }
        }
        Some(url)
    }
}

/// One part, percent-encoded.
fn encode(part: &str) -> String {
    utf8_percent_encode(&clean_line(part, PART), ENCODED).to_string()
}

/// The source package of a deb or apk, where it has another name or version.
fn upstream(package: &Package) -> Option<String> {
    match (&package.source, &package.source_version) {
        (None, None) => None,
        (Some(source), None) => Some(source.clone()),
        (source, Some(version)) => {
            let source = source.as_ref().unwrap_or(&package.name);
            Some(format!("{source}@{version}"))
        }
    }
}

/// The file of an rpm's source package, where it has another name or version.
fn source_rpm(package: &Package) -> Option<String> {
    if package.source.is_none() && package.source_version.is_none() {
        return None;
    }
    let name = package.source.as_ref().unwrap_or(&package.name);
    let version = package
        .source_version
        .as_deref()
        .unwrap_or_else(|| epoch(&package.version).1);
    Some(format!("{name}-{version}.src.rpm"))
}

/// The epoch of an rpm's version, and the rest.
fn epoch(version: &str) -> (Option<&str>, &str) {
    version
        .split_once(':')
        .map_or((None, version), |(epoch, rest)| (Some(epoch), rest))
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::*;

    fn package(kind: &str, name: &str, version: &str) -> Package {
        Package {
            name: name.to_owned(),
            version: version.to_owned(),
            arch: None,
            kind: kind.to_owned(),
            source: None,
            source_version: None,
            module: None,
            location: None,
        }
    }

    fn os(id: &str, version: &str) -> Os {
        Os {
            id: Some(id.to_owned()),
            version_id: Some(version.to_owned()),
            pretty_name: None,
        }
    }

    #[test]
    fn packages_of_distributions() {
        let mut libc = package("deb", "libc6", "2.36-9+deb12u13");
        libc.arch = Some("amd64".to_owned());
        libc.source = Some("glibc".to_owned());
        assert_eq!(
            purl(&libc, &os("debian", "12")).unwrap(),
            "pkg:deb/debian/libc6@2.36-9%2Bdeb12u13?arch=amd64&distro=debian-12&upstream=glibc"
        );
        libc.source_version = Some("2.36-9".to_owned());
        assert!(
            purl(&libc, &Os::default())
                .unwrap()
                .ends_with("pkg:deb/libc6@2.36-9%2Bdeb12u13?arch=amd64&upstream=glibc%402.36-9")
        );

        let mut ssl = package("rpm", "openssl-libs", "1:3.0.8-1.amzn2023");
        ssl.arch = Some("x86_64".to_owned());
        ssl.source = Some("openssl".to_owned());
        assert_eq!(
            purl(&ssl, &os("amzn", "2023")).unwrap(),
            "pkg:rpm/amzn/openssl-libs@3.0.8-1.amzn2023?arch=x86_64&distro=amzn-2023&epoch=1&upstream=openssl-3.0.8-1.amzn2023.src.rpm"
        );
        let mut node = package("rpm", "nodejs", "1:18.1-2");
        node.module = Some("nodejs:18".to_owned());
        assert_eq!(
            purl(&node, &os("rhel", "8.9")).unwrap(),
            "pkg:rpm/redhat/nodejs@18.1-2?distro=rhel-8.9&epoch=1&rpmmod=nodejs:18"
        );
        assert_eq!(
            purl(&package("rpm", "bash", "5-1"), &os("opensuse-leap", "15.6")).unwrap(),
            "pkg:rpm/opensuse/bash@5-1?distro=opensuse-leap-15.6"
        );
        let mut apk = package("apk", "ssl_client", "1.36.1-r29");
        apk.source = Some("busybox".to_owned());
        assert_eq!(
            purl(&apk, &os("alpine", "3.20.1")).unwrap(),
            "pkg:apk/alpine/ssl_client@1.36.1-r29?distro=alpine-3.20.1&upstream=busybox"
        );
    }

    #[test]
    fn packages_of_languages() {
        for (kind, name, version, expected) in [
            (
                "pypi",
                "Zope.Interface",
                "5.4",
                "pkg:pypi/zope.interface@5.4",
            ),
            (
                "pypi",
                "typing_extensions",
                "4",
                "pkg:pypi/typing-extensions@4",
            ),
            (
                "npm",
                "@Types/node",
                "20.1.0",
                "pkg:npm/%40types/node@20.1.0",
            ),
            ("npm", "left-pad", "1.3.0", "pkg:npm/left-pad@1.3.0"),
            ("gem", "rack", "2.2.4", "pkg:gem/rack@2.2.4"),
            (
                "golang",
                "github.com/Azure/go",
                "v1.0.0+incompatible",
                "pkg:golang/github.com/azure/go@v1.0.0%2Bincompatible",
            ),
            ("golang", "stdlib", "1.22.1", "pkg:golang/stdlib@1.22.1"),
            (
                "golang",
                "example.com/x",
                "(devel)",
                "pkg:golang/example.com/x",
            ),
        ] {
            assert_eq!(
                purl(&package(kind, name, version), &os("debian", "12")).unwrap(),
                expected
            );
        }
        assert_eq!(purl(&package("lynis", "x", "1"), &Os::default()), None);
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back(
            name in "\\PC{1,20}", version in "\\PC{1,20}", arch in "\\PC{1,20}"
        ) {
            let mut package = package("gem", &name, &version);
            package.arch = Some(arch.clone());
            let url = purl(&package, &Os::default()).unwrap();
            prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic()));
            let rest = url.strip_prefix("pkg:gem/").unwrap();
            let (rest, platform) = rest.split_once("?platform=").unwrap();
            let (first, second) = rest.split_once('@').unwrap();
            for (part, original) in [(first, name), (second, version), (platform, arch)] {
                let decoded = percent_decode_str(part).decode_utf8().unwrap();
                prop_assert_eq!(&*decoded, clean_line(&original, PART));
            }
        }
    }
}
