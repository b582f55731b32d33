use super::super::{model::Fleet, sample};
use super::*;

/// The markup after the page's own style and script.
fn body(fleet: &Fleet) -> String {
    let page = html(fleet, sample::NOW);
    page.split_once("<body>").unwrap().1.to_owned()
}

fn typical() -> Fleet {
    let (inputs, statuses) = sample::typical();
    Fleet::new(inputs, statuses)
}

#[test]
fn hostile_names_make_no_element_and_end_no_data() {
    let body = body(&sample::hostile());
    let families = sample::hostile().families.len();
    assert_eq!(body.matches("<script").count(), families);
    assert_eq!(body.matches("</script").count(), families);
    for tag in ["<img", "<!--", "<style", "javascript:window.pwned=4/"] {
        assert!(!body.contains(tag), "{tag}");
    }
    // The page is ASCII: they would stand there as references, and in the data as escapes.
    for c in ['\u{202E}', '\u{2066}', '\u{200B}', '\u{1b}'] {
        assert!(!body.contains(&ascii(&c.to_string())), "{c:?}");
        let escaped = format!("\\u{:04x}", u32::from(c));
        assert!(!body.contains(&escaped), "{c:?}");
    }
    for data in body.split("<script type=\"application/json\">").skip(1) {
        let (data, _) = data.split_once("</script>").unwrap();
        let data: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(data["n"].as_array().unwrap().len(), 3);
    }
}

#[test]
fn every_link_is_relative_and_one_of_the_fleets_own() {
    for fleet in [typical(), sample::hostile()] {
        let body = body(&fleet);
        let links: Vec<&str> = body
            .split("href=\"")
            .skip(1)
            .map(|rest| rest.split_once('"').unwrap().0)
            .collect();
        assert!(links.len() > fleet.families.len());
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
        for link in links {
            assert!(
                link == "#families" || link.starts_with("reports/") && link.chars().all(plain),
                "{link}"
            );
        }
    }
}

#[test]
fn neither_style_nor_script_ends_early_and_no_element_has_its_own() {
    assert!(!CSS.contains("</") && !JS.contains("</"));
    assert!(!body(&typical()).contains(" style="));
}

#[test]
fn a_page_is_ascii_whatever_the_families_are_called() {
    assert!(CSS.is_ascii() && JS.is_ascii());
    for fleet in [typical(), sample::hostile()] {
        assert!(html(&fleet, sample::NOW).is_ascii());
    }
    assert_eq!(ascii("a – 🐧"), "a &#8211; &#128039;");
}

#[test]
fn an_empty_fleet_says_so() {
    let body = body(&Fleet::default());
    assert!(body.contains("No image has been assessed yet"));
    assert!(!body.contains("data-ui=\"families\""));
}

#[test]
fn the_tiles_and_a_row_of_each_kind() {
    let fleet = typical();
    let row = |name: &str| {
        let mut families = fleet.families.iter();
        let family = families.find(|family| family.name == name).unwrap();
        row::row(family, None).into_string()
    };
    let rows = ["web", "db-postgres", "mail-relay", "jump-windows"]
        .map(row)
        .concat();
    let all = tiles::tiles(&fleet).into_string() + &rows;
    insta::assert_snapshot!(all.replace('>', ">\n"));
}

#[test]
fn data_is_short_where_the_link_follows_the_rule() {
    let fleet = sample::large(1, 2);
    insta::assert_snapshot!(data::series(&fleet.families[0]));
}

#[test]
fn numbers_are_grouped() {
    assert_eq!(
        [0_u64, 999, 1_000, 1_234_567].map(number),
        ["0", "999", "1,000", "1,234,567"]
    );
}
