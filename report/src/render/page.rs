//! A page of terminal text: lines wrapped to a width, painted only where colour is wanted.

use anstyle::Style;
use textwrap::core::display_width;

/// How wide a page may become; longer lines are hard to read.
const WIDEST: usize = 100;
/// How narrow it may become; below, wrapping makes no sense.
const NARROWEST: usize = 40;

/// Text that grows line by line.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    color: bool,
    width: usize,
}

impl Page {
    /// An empty page for a terminal of `width` columns.
    pub(crate) fn new(color: bool, width: usize) -> Self {
        Self {
            text: String::new(),
            color,
            width: width.clamp(NARROWEST, WIDEST),
        }
    }

    /// How many columns there are.
    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    /// A piece of text in a style, for use within a line.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// An empty line, unless the page is empty.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// A line as it is; the caller knows that it fits.
    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A heading after an empty line.
    pub(crate) fn heading(&mut self, text: &str) {
        self.gap();
        let heading = self.paint(Style::new().bold(), text);
        self.line(&heading);
    }

    /// A paragraph in a style: `lead` stands before its first line, and the others are indented as
    /// far as `lead` is wide.
    pub(crate) fn paragraph(&mut self, lead: &str, style: Style, text: &str) {
        let indent = " ".repeat(display_width(lead));
        let room = self.width.saturating_sub(indent.len()).max(20);
        let options = textwrap::Options::new(room)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
        for (number, line) in textwrap::wrap(text, options).iter().enumerate() {
            let before = if number == 0 { lead } else { &indent };
            let line = format!("{before}{}", self.paint(style, line));
            self.line(&line);
        }
    }

    /// The text.
    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

/// Pads to a number of columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(display_width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// `1 check`, `2 checks`.
pub(crate) fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_line_of_a_paragraph_is_wider_than_the_page(text in "[ -~é漢]{0,300}", width in 0_usize..120) {
            let mut page = Page::new(false, width);
            page.paragraph("  lead ", Style::new(), &text);
            let widest = page.width();
            for line in page.into_text().lines() {
                prop_assert!(display_width(line) <= widest, "{line:?}");
            }
        }
    }
}
