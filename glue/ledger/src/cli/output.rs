//! Speaking to the terminal: words to stderr, results to stdout, colours only where they are welcome
//! (`NO_COLOR`, `CLICOLOR`, terminals).

use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

/// Prints an error on stderr.
pub(super) fn error(message: &str) {
    let bold = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    // If stderr is closed there is nobody to tell.
    let _closed = writeln!(anstream::stderr(), "{bold}error:{bold:#} {message}");
}

/// Prints a note on stderr.
pub(super) fn note(message: &str) {
    let _closed = writeln!(anstream::stderr(), "{message}");
}

/// Prints a result on stdout, with its colours taken out where they are not welcome.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// A list as JSON, one element a line would be too long for people: indented.
pub(super) fn json<T: Serialize>(all: &[T]) -> io::Result<String> {
    let mut text = serde_json::to_string_pretty(all)?;
    text.push('\n');
    Ok(text)
}

/// Rows as columns that stand under their names. The last column is as wide as it likes.
pub(super) fn aligned<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = header.map(|name| name.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |cells: &[&str]| {
        let padded = cells.iter().zip(widths);
        let text: Vec<String> = padded
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        text.join("  ").trim_end().to_owned()
    };
    let bold = Style::new().bold();
    let mut text = format!("{bold}{}{bold:#}\n", line(&header));
    for row in rows {
        text.push_str(&line(&row.each_ref().map(String::as_str)));
        text.push('\n');
    }
    text
}
