//! The ledger's tables as CSV, for people who open them in a spreadsheet: what is new, attached to a Slack
//! message, and the month's list of all that is open.
//!
//! RFC 4180: a header, `,`, CRLF; every cell is quoted, stands on one line and is no formula, see
//! [`hardtarget_report::render::csv::harmless`].
//!
//! UTF-8 with a byte order mark. Excel takes a file without one for its own code page when it is
//! double-clicked, and that is what happens to a download from Slack; LibreOffice, Numbers, Google Sheets and
//! pandas' `utf-8-sig` read it either way. The agent's own CSV has none, since programs read it; programs
//! that want what these tables tell read the JSON under `changes/` or of SNS.

use hardtarget_report::render::csv::harmless;

use crate::change::{Change, Told};

/// The byte order mark.
const MARK: &str = "\u{FEFF}";

/// What a CSV is served as.
pub const CONTENT_TYPE: &str = "text/csv; charset=utf-8";

/// The columns of what a change tells. New ones are only ever added at the end.
pub const TOLD: [&str; 10] = [
    "status",
    "severity",
    "target",
    "ami",
    "id",
    "title",
    "subject",
    "engine",
    "first_seen",
    "key",
];

/// A table that could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write the CSV: {0}")]
pub struct CsvError(String);

impl From<csv::Error> for CsvError {
    fn from(error: csv::Error) -> Self {
        Self(error.to_string())
    }
}

/// Writes a table. All rows are as long as `columns`.
pub fn table<R>(columns: &[&str], rows: impl IntoIterator<Item = R>) -> Result<String, CsvError>
where
    R: IntoIterator<Item: AsRef<str>>,
{
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(MARK.as_bytes().to_vec());
    writer.write_record(columns)?;
    for row in rows {
        let cells = row.into_iter();
        writer.write_record(cells.map(|cell| harmless(cell.as_ref())))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| CsvError(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| CsvError(error.to_string()))
}

/// All that a change tells as new (`status`: `new`) or as speaking up again (`returned`).
pub fn of_change(change: &Change) -> Result<String, CsvError> {
    let row = |status: &str, told: &Told| {
        let fault = &told.fault;
        [
            status.to_owned(),
            fault.severity.to_string(),
            change.target.to_string(),
            change.ami.clone().unwrap_or_default(),
            fault.id.clone(),
            fault.title.clone(),
            fault.subject.clone(),
            fault.engine.clone(),
            told.first_seen.to_string(),
            fault.key.clone(),
        ]
    };
    let new = change.new.iter().map(|told| row("new", told));
    let returned = change.returned.iter().map(|told| row("returned", told));
    table(&TOLD, new.chain(returned))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::change::sample;

    fn read(text: &str) -> Vec<Vec<String>> {
        let text = text.strip_prefix(MARK).unwrap();
        csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes())
            .records()
            .map(|row| row.unwrap().iter().map(ToOwned::to_owned).collect())
            .collect()
    }

    #[test]
    fn what_is_new_and_what_returns_stands_there_worst_first() {
        let text = of_change(&sample::change()).unwrap();
        insta::assert_snapshot!(text.trim_start_matches(MARK).replace('\r', ""));
        assert!(
            text.lines()
                .all(|line| line.trim_start_matches(MARK).starts_with('"'))
        );
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }

    #[test]
    fn no_title_becomes_a_formula() {
        let mut change = sample::change();
        "=HYPERLINK(\"http://evil.example\",\"x\")\r\n@SUM(1)"
            .clone_into(&mut change.new[0].fault.title);
        let rows = read(&of_change(&change).unwrap());
        assert!(rows[1][5].starts_with("'=HYPERLINK("), "{}", rows[1][5]);
        assert!(!rows[1][5].contains(['\r', '\n']));
    }

    proptest! {
        #[test]
        fn any_rows_come_back_as_many_and_as_long(rows in prop::collection::vec(
            prop::collection::vec(any::<String>(), 3), 0..8,
        )) {
            let text = table(&["a", "b", "c"], &rows).unwrap();
            let back = read(&text);
            prop_assert_eq!(back.len(), rows.len() + 1);
            for cell in back.iter().flatten() {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
            }
        }
    }
}
