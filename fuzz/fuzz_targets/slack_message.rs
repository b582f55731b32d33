//! What Slack is told of a hostile change: its text is defused, and the CSV to it has a row for each fault and no
//! formulas. The parts of the input are those of [`hostile_change::change`].
#![no_main]

mod defused;
mod hostile_change;

use hardtarget_ledger::csv;
use hardtarget_ledger::tell::slack_message::{Place, change};
use libfuzzer_sys::fuzz_target;

const FORMULAS: [char; 8] = [
    '=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}',
];

fuzz_target!(|text: &str| {
    let told = hostile_change::change(text);
    let place = Place {
        bucket: "reports-of-ours",
        region: "eu-west-1",
    };
    defused::check(&change(&told, place));

    let table = csv::of_change(&told).expect("a table");
    let table = table.strip_prefix('\u{FEFF}').expect("a byte order mark");
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(table.as_bytes());
    let rows: Vec<::csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 1 + told.new.len() + told.returned.len());
    for row in &rows {
        assert_eq!(row.len(), csv::TOLD.len());
        for cell in row {
            assert!(!cell.contains(char::is_control), "{cell:?}");
            assert!(!cell.trim_start().starts_with(FORMULAS), "{cell:?}");
        }
    }
    for (row, told) in rows.iter().skip(1).zip(&told.new) {
        assert_eq!(&row[9], told.fault.key);
        assert_eq!(&row[1], told.fault.severity.as_str());
    }
});
