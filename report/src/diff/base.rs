//! Which earlier report a new one is compared with, by the keys of what is published:
//! `reports/<family>/<ami-id>/<finished>/report.json`, where `<finished>` is ISO 8601's basic form.

/// So many are looked at before there is nothing to compare with.
const MOST: usize = 10;

/// The reports that one of this AMI, which ended at `finished`, may be compared with, best first: those of
/// the AMI itself (it was assessed again), then those of its family, each newest first and all of them
/// older. The first that is complete is the base.
#[must_use]
pub fn candidates<'a>(keys: &'a [String], family: &str, ami: &str, finished: &str) -> Vec<&'a str> {
    let prefix = format!("reports/{family}/");
    let earlier = |key: &'a String| {
        let mut parts = key.strip_prefix(&prefix)?.split('/');
        let (of, at, name) = (parts.next()?, parts.next()?, parts.next()?);
        let fits = parts.next().is_none() && name == "report.json" && at < finished;
        fits.then_some((of == ami, at, key.as_str()))
    };
    let mut found: Vec<_> = keys.iter().filter_map(earlier).collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found
        .into_iter()
        .take(MOST)
        .map(|(_, _, key)| key)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(of: &[(&str, &str)]) -> Vec<String> {
        let mut keys: Vec<String> = of
            .iter()
            .flat_map(|(ami, at)| {
                ["report.html", "report.json", "diff.json"]
                    .map(|name| format!("reports/web/{ami}/{at}/{name}"))
            })
            .collect();
        keys.extend(
            of.iter()
                .map(|(ami, _)| format!("reports/web/{ami}/image.json")),
        );
        keys
    }

    fn best(of: &[(&str, &str)], ami: &str, finished: &str) -> Vec<String> {
        let keys = keys(of);
        let found = candidates(&keys, "web", ami, finished);
        let short = |key: &str| key.split('/').skip(2).take(2).collect::<Vec<_>>().join(" ");
        found.into_iter().map(short).collect()
    }

    const ALL: [(&str, &str); 4] = [
        ("ami-1", "20261101T000000Z"),
        ("ami-2", "20261102T000000Z"),
        ("ami-1", "20261103T000000Z"),
        ("ami-3", "20261104T000000Z"),
    ];

    #[test]
    fn a_new_image_is_held_against_the_newest_of_its_family() {
        let found = best(&ALL, "ami-4", "20261105T000000Z");
        assert_eq!(
            found,
            [
                "ami-3 20261104T000000Z",
                "ami-1 20261103T000000Z",
                "ami-2 20261102T000000Z",
                "ami-1 20261101T000000Z"
            ]
        );
    }

    #[test]
    fn an_image_assessed_again_is_held_against_itself_whatever_came_between() {
        let found = best(&ALL, "ami-2", "20261105T000000Z");
        assert_eq!(
            found[..2],
            ["ami-2 20261102T000000Z", "ami-3 20261104T000000Z"]
        );
    }

    #[test]
    fn what_is_not_older_or_no_report_is_no_base() {
        assert_eq!(
            best(&ALL, "ami-1", "20261101T000000Z"),
            Vec::<String>::new()
        );
        assert_eq!(best(&ALL, "ami-3", "20261104T000000Z").len(), 3);
        let keys = ["reports/web-2/ami-1/20261101T000000Z/report.json".to_owned()];
        assert!(candidates(&keys, "web", "ami-2", "20261105T000000Z").is_empty());
    }

    #[test]
    fn not_all_the_past_is_looked_at() {
        let days: Vec<String> = (10..31).map(|day| format!("202610{day}T000000Z")).collect();
        let of: Vec<_> = days.iter().map(|at| ("ami-1", at.as_str())).collect();
        let found = best(&of, "ami-2", "20261105T000000Z");
        assert_eq!((found.len(), &*found[0]), (10, "ami-1 20261030T000000Z"));
    }
}
