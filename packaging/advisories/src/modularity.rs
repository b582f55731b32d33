//! Module streams of the Red Hat family: `nodejs:18` and `nodejs:20` are two lines of updates, and a
//! fix in one says nothing of the other.
//!
//! The release of a package from a module has `.module` in it (`.module_el8.10.0+3845+87b84552`). Feeds
//! name the stream in the advisory's title (`Important: nodejs:18 security update`), repositories in
//! `<module>`, rpm in the tag `MODULARITYLABEL`.

use crate::advisory::{End, Row};
use crate::version::Scheme;

/// Whether a version is that of a package from a module.
#[must_use]
pub fn is_modular(version: &str) -> bool {
    version.contains(".module")
}

/// Whether an advisory for `streams`, whose fix is `fixed`, is about an installed package.
///
/// A package that is from no module is only met by advisories that are for none, and the other way
/// round. Where both sides name their stream, that decides. Where one does not, a stream that looks
/// like a version has to be what both versions begin with (`10` for `1:10.24.0-1.module…`); without even
/// that, the fix counts: an alarm too many is better than one too few.
#[must_use]
pub fn same_stream(streams: &[String], fixed: &str, module: Option<&str>, installed: &str) -> bool {
    let modular = module.is_some() || is_modular(installed);
    if modular != is_modular(fixed) {
        return false;
    }
    if !modular {
        return true;
    }
    let module = module.map(short);
    match module {
        Some(module) if !streams.is_empty() => streams.iter().any(|stream| short(stream) == module),
        Some(module) => fits(module, fixed) && fits(module, installed),
        None if streams.is_empty() => true,
        None => streams
            .iter()
            .any(|stream| fits(stream, fixed) && fits(stream, installed) || !tells(stream)),
    }
}

/// `name:stream` of a label, which may go on with version, context and architecture.
fn short(label: &str) -> &str {
    label
        .match_indices(':')
        .nth(1)
        .map_or(label, |(at, _)| label.get(..at).unwrap_or(label))
}

/// Whether the stream of `name:stream` looks like a version.
fn tells(label: &str) -> bool {
    let stream = label.split(':').nth(1).unwrap_or("");
    stream.starts_with(|c: char| c.is_ascii_digit())
        && stream.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// Whether a version begins with the stream, where the stream tells.
fn fits(label: &str, version: &str) -> bool {
    if !tells(label) {
        return true;
    }
    let stream = label.split(':').nth(1).unwrap_or("");
    let upstream = version.split_once(':').map_or(version, |(_, rest)| rest);
    upstream
        .strip_prefix(stream)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The streams that an advisory's title names: `Moderate: idm:DL1 and idm:client security update`.
#[must_use]
pub fn streams_of_title(title: &str) -> Vec<String> {
    let word_of = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
    title
        .split_whitespace()
        .map(|word| word.trim_end_matches([',', ';', '.']))
        .filter(|word| {
            word.split_once(':').is_some_and(|(name, stream)| {
                !name.is_empty()
                    && !stream.is_empty()
                    && name.chars().all(word_of)
                    && stream.chars().all(word_of)
            })
        })
        .map(str::to_owned)
        .collect()
}

/// Of an advisory's ranges for one package, leaves those that tell different fixes: a module is rebuilt
/// for each minor release, and whoever has one of the builds has the fix. The lowest of them stays.
pub fn fold_rebuilds(rows: &mut Vec<Row>) {
    rows.sort();
    rows.dedup();
    if !rows
        .iter()
        .any(|row| matches!(&row.end, End::Fixed(version) if is_modular(version)))
    {
        return;
    }
    let mut kept: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows.drain(..) {
        if let End::Fixed(version) = &row.end
            && let Some(build) = without_build(version)
            && let Some(twin) = kept.iter_mut().find(|twin| {
                twin.introduced == row.introduced
                    && matches!(&twin.end, End::Fixed(other) if without_build(other) == Some(build))
            })
        {
            let lower = matches!(&twin.end, End::Fixed(other) if Scheme::Rpm.compare(version, other).is_lt());
            if lower {
                *twin = row;
            }
        } else {
            kept.push(row);
        }
    }
    *rows = kept;
}

/// What a rebuild for another minor release has in common with the first build: all before `.module`.
fn without_build(version: &str) -> Option<&str> {
    version.find(".module").and_then(|at| version.get(..at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(streams: &[&str]) -> Vec<String> {
        streams.iter().map(|&stream| stream.to_owned()).collect()
    }

    const TEN: &str = "1:10.24.0-1.module_el8.3.0+2023+d2377ea3";
    const TWELVE: &str = "1:12.22.12-1.module_el8.6.0+2904+fb515ada";

    #[test]
    fn one_stream_is_not_the_other() {
        let twelve = list(&["nodejs:12"]);
        assert!(!same_stream(&twelve, TWELVE, Some("nodejs:10"), TEN));
        assert!(same_stream(
            &twelve,
            TWELVE,
            Some("nodejs:12:8060020220523160029:ad008a3a"),
            TWELVE
        ));
        assert!(same_stream(
            &list(&["idm:DL1", "idm:client"]),
            TWELVE,
            Some("idm:client"),
            TEN
        ));
    }

    #[test]
    fn a_module_and_no_module_never_meet() {
        assert!(!same_stream(
            &list(&["perl:5.30"]),
            "5.30.1-1.module_el8",
            None,
            "5.26.3-1.el8"
        ));
        assert!(!same_stream(
            &[],
            "5.26.3-2.el8",
            Some("perl:5.30"),
            "5.30.1-1.module_el8"
        ));
        assert!(same_stream(&[], "5.26.3-2.el8", None, "5.26.3-1.el8"));
    }

    #[test]
    fn without_a_label_a_stream_that_is_a_version_tells() {
        assert!(!same_stream(&list(&["nodejs:12"]), TWELVE, None, TEN));
        assert!(same_stream(&list(&["nodejs:10"]), TEN, None, TEN));
        assert!(same_stream(
            &list(&["container-tools:rhel8"]),
            TWELVE,
            None,
            TEN
        ));
        assert!(same_stream(&[], TWELVE, Some("container-tools:rhel8"), TEN));
        assert!(!same_stream(&[], TWELVE, Some("nodejs:10"), TEN));
        assert!(!same_stream(&list(&["nodejs:1"]), TEN, None, TEN));
    }

    #[test]
    fn titles_name_streams() {
        assert_eq!(
            streams_of_title("Important: nodejs:12 security update"),
            ["nodejs:12"]
        );
        assert_eq!(
            streams_of_title("Moderate: virt:rhel, and virt-devel:rhel security update"),
            ["virt:rhel", "virt-devel:rhel"]
        );
        assert!(streams_of_title("Important: kernel security update").is_empty());
    }

    fn fixed(version: &str) -> Row {
        Row {
            introduced: None,
            end: End::Fixed(version.to_owned()),
        }
    }

    #[test]
    fn rebuilds_of_a_module_are_one_fix() {
        let mut rows = vec![
            fixed("2:2.3.4-2.git87f9237.module_el8.5.0+119+9a9ec082"),
            fixed("2:2.3.4-2.git87f9237.module_el8.3.0+2044+12421f43"),
            fixed("2:2.3.4-3.module_el8.3.0+2044+12421f43"),
        ];
        fold_rebuilds(&mut rows);
        assert_eq!(
            rows,
            [
                fixed("2:2.3.4-2.git87f9237.module_el8.3.0+2044+12421f43"),
                fixed("2:2.3.4-3.module_el8.3.0+2044+12421f43"),
            ]
        );
        let mut plain = vec![fixed("1-2.el8"), fixed("1-1.el8"), fixed("1-1.el8")];
        fold_rebuilds(&mut plain);
        assert_eq!(plain, [fixed("1-1.el8"), fixed("1-2.el8")]);
    }
}
