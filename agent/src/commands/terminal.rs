//! Speaking to the terminal: words to stderr, results to stdout, colours only where they are
//! welcome (`NO_COLOR`, `CLICOLOR`, terminals).

use std::io::{self, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};

/// Prints an error on stderr, in one paragraph.
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

/// Prints a document on stdout, byte for byte.
pub(super) fn print_raw(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Whether stdout wants colours.
pub(super) fn wants_colour() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// How wide a summary may be: the terminal's width, at most 100 columns; 80 where there is none.
pub(super) fn width() -> usize {
    let terminal = io::stdout()
        .is_terminal()
        .then(terminal_size::terminal_size)
        .flatten();
    terminal.map_or(80, |(width, _)| usize::from(width.0).clamp(40, 100))
}
