//! What can be told of a JSON text without building it: how many lists, objects and values it has.

use std::io;

/// Counts over a JSON text, outside its strings. Fed with bytes, in pieces of any size: it keeps
/// nothing of them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outline {
    lists: u64,
    objects: u64,
    commas: u64,
    in_string: bool,
    escaped: bool,
}

impl Outline {
    /// The outline of a text; a text that is no JSON has one as well, which says nothing.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut outline = Self::default();
        outline.feed(text);
        outline
    }

    /// How many lists, and how many objects.
    pub(super) const fn shape(&self) -> (u64, u64) {
        (self.lists, self.objects)
    }

    /// At least as many as there are members of objects and items of lists.
    pub(super) const fn values(&self) -> u64 {
        self.lists + self.objects + self.commas
    }

    fn feed(&mut self, text: &[u8]) {
        for byte in text {
            if self.escaped {
                self.escaped = false;
            } else if self.in_string {
                match byte {
                    b'"' => self.in_string = false,
                    b'\\' => self.escaped = true,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => self.in_string = true,
                    b'[' => self.lists += 1,
                    b'{' => self.objects += 1,
                    b',' => self.commas += 1,
                    _ => {}
                }
            }
        }
    }
}

impl io::Write for Outline {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.feed(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_string_does_not_count() {
        let outline = Outline::of(br#"{"a[{,\"[": ["\\", "{"], "b": {}}"#);
        assert_eq!(outline.shape(), (1, 2));
        assert_eq!(outline.values(), 5);
    }

    #[test]
    fn a_text_in_pieces_has_the_outline_of_the_whole() {
        let text = br#"{"a\"": [1, {"b": "\\\"["}]}"#;
        let mut pieces = Outline::default();
        text.chunks(1).for_each(|piece| pieces.feed(piece));
        assert_eq!(pieces.shape(), Outline::of(text).shape());
        assert_eq!(pieces.shape(), (1, 2));
    }
}
