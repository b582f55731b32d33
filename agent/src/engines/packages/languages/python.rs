//! Python: `METADATA` of an installed wheel, `PKG-INFO` of an egg, or a file `*.egg-info` (Core
//! metadata specifications, packaging.python.org).

use hardtarget_report::Package;

use super::package;

/// How much is read: the fields are at the beginning, descriptions follow.
pub(super) const LIMIT: u64 = 64 << 10;

/// `Name: value` lines up to an empty one.
pub(super) fn parse(text: &str) -> Option<Package> {
    let field = |name: &str| {
        text.lines()
            .take_while(|line| !line.trim().is_empty())
            .find_map(|line| {
                let (field, value) = line.split_once(':')?;
                field.eq_ignore_ascii_case(name).then_some(value)
            })
            .unwrap_or("")
    };
    package("pypi", field("Name"), field("Version"), "", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_end_where_the_description_begins() {
        let package =
            parse("Metadata-Version: 2.1\nName: Zope.Interface\nversion: 5.4.0\n\nName: other\n")
                .unwrap();
        assert_eq!(
            (&*package.name, &*package.version, &*package.kind),
            ("Zope.Interface", "5.4.0", "pypi")
        );
        assert!(parse("Name: x\n\nVersion: 1\n").is_none());
    }

    proptest! {
        #[test]
        fn any_text_parses(text in any::<String>()) {
            parse(&text);
        }
    }
}
