//! The families that are not there at once, packed for the script.
//!
//! A browser reads every byte of a page before it calls it complete. These rows are most of a large page's bytes,
//! and alike.

use data_encoding::BASE64;
use maud::PreEscaped;
use miniz_oxide::deflate::compress_to_vec_zlib;

use super::super::model::Family;
use super::{data, row};

/// zlib's own default, of 10: a higher one takes twice the time and gains a hundredth.
const LEVEL: u8 = 6;

/// For each family two lines, its row and its data ([`data::series`]), compressed as zlib (RFC 1950, which
/// browsers' `DecompressionStream` calls `deflate`) in Base64.
pub(super) fn packed(families: &[&Family]) -> PreEscaped<String> {
    let rows = families.iter().map(|family| {
        let row = row::row(family, None).into_string();
        format!("{row}\n{}\n", data::series(family))
    });
    let lines: String = rows.collect();
    PreEscaped(BASE64.encode(&compress_to_vec_zlib(lines.as_bytes(), LEVEL)))
}

#[cfg(test)]
mod tests {
    use miniz_oxide::inflate::decompress_to_vec_zlib;

    use super::super::super::{model::Fleet, sample};
    use super::*;

    fn unpacked(fleet: &Fleet) -> Vec<String> {
        let families: Vec<&Family> = fleet.families.iter().collect();
        let packed = BASE64.decode(packed(&families).0.as_bytes()).unwrap();
        let text = String::from_utf8(decompress_to_vec_zlib(&packed).unwrap()).unwrap();
        text.lines().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn each_family_is_a_row_and_a_line_of_data_whatever_it_is_called() {
        let (inputs, statuses) = sample::typical();
        for fleet in [Fleet::new(inputs, statuses), sample::hostile()] {
            let lines = unpacked(&fleet);
            assert_eq!(lines.len(), 2 * fleet.families.len());
            for (pair, family) in lines.chunks(2).zip(&fleet.families) {
                assert!(pair[0].starts_with("<li class=\"family") && pair[0].ends_with("</li>"));
                assert!(!pair[0].contains("<script"));
                let data: serde_json::Value = serde_json::from_str(&pair[1]).unwrap();
                assert_eq!(data["n"].as_array().unwrap().len(), family.images.len());
            }
        }
    }
}
