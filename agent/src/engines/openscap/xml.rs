//! XML read as a stream, within bounds: nothing in a file makes us keep more than a tag or a text.
//!
//! Entities that a document type declares are never expanded (quick-xml reads no declarations), so
//! that a bomb of them is a few unknown names.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// The longest tag, text, comment or declaration: 1 MiB.
const NODE_LIMIT: u64 = 1 << 20;

/// Elements within elements: a data stream has some 20.
const DEPTH_LIMIT: usize = 200;

/// Why a file was not read to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum XmlError {
    /// It is no well-formed XML.
    #[error("it is no well-formed XML at byte {at}: {why}")]
    Broken {
        /// Where.
        at: u64,
        /// What is wrong.
        why: String,
    },
    /// It is longer than what is read.
    #[error("it is longer than {0} bytes")]
    TooLong(u64),
    /// One thing in it is longer than what is read.
    #[error("a single tag or text in it is longer than {NODE_LIMIT} bytes")]
    NodeTooLong,
    /// Elements within elements without end.
    #[error("it has more than {DEPTH_LIMIT} elements within one another")]
    TooDeep,
    /// The system does not let us.
    #[error("it cannot be read: {0}")]
    Io(io::Error),
}

/// What comes next in a file.
#[derive(Debug)]
pub(super) enum Node<'a> {
    /// An element begins.
    Start(Tag<'a>),
    /// The innermost element ends.
    End,
    /// Text, in as many pieces as there are references and elements in it.
    Text(Cow<'a, str>),
    /// The file ends.
    Eof,
}

/// The beginning of an element.
#[derive(Debug)]
pub(super) struct Tag<'a>(BytesStart<'a>);

impl Tag<'_> {
    /// The name, without the prefix that stands for its name space.
    pub(super) fn name(&self) -> &str {
        str::from_utf8(self.0.local_name().into_inner()).unwrap_or_default()
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let found = self.0.try_get_attribute(name).ok()??;
        let value = String::from_utf8_lossy(&found.value);
        // A value with references to who knows what is taken as it is written.
        Some(
            unescape(&value)
                .map(Cow::into_owned)
                .unwrap_or_else(|_| value.clone().into_owned()),
        )
    }
}

/// A file, node by node.
pub(super) struct Document<R> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    limit: u64,
    depth: usize,
}

impl<R> std::fmt::Debug for Document<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Document")
    }
}

impl<R: Read> Document<R> {
    /// Reads at most `limit` bytes.
    pub(super) fn new(source: R, limit: u64) -> Self {
        let mut reader = Reader::from_reader(Bounded {
            inner: BufReader::with_capacity(64 << 10, source),
            left: limit,
            node: NODE_LIMIT,
            over: None,
        });
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            limit,
            depth: 0,
        }
    }

    /// How many elements the next node is in.
    pub(super) const fn depth(&self) -> usize {
        self.depth
    }

    /// The next node; what is none of them (comments, instructions) is a text without letters.
    pub(super) fn next(&mut self) -> Result<Node<'_>, XmlError> {
        self.buffer.clear();
        self.reader.get_mut().node = NODE_LIMIT;
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => node(event, &mut self.depth),
            Err(error) => Err(why(&mut self.reader, self.limit, &error)),
        }
    }
}

fn why<R: Read>(reader: &mut Reader<Bounded<R>>, limit: u64, error: &quick_xml::Error) -> XmlError {
    let at = reader.error_position();
    match (reader.get_mut().over.take(), error) {
        (Some(Over::All), _) => XmlError::TooLong(limit),
        (Some(Over::Node), _) => XmlError::NodeTooLong,
        (None, quick_xml::Error::Io(error)) => XmlError::Io(error.kind().into()),
        (None, error) => XmlError::Broken {
            at,
            why: hardtarget_report::clean_line(&error.to_string(), 200),
        },
    }
}

fn node<'a>(event: Event<'a>, depth: &mut usize) -> Result<Node<'a>, XmlError> {
    Ok(match event {
        Event::Start(tag) | Event::Empty(tag) => {
            *depth += 1;
            if *depth > DEPTH_LIMIT {
                return Err(XmlError::TooDeep);
            }
            Node::Start(Tag(tag))
        }
        Event::End(_) => {
            *depth = depth.saturating_sub(1);
            Node::End
        }
        Event::Text(text) => Node::Text(lossy(text.into_inner())),
        Event::CData(text) => Node::Text(lossy(text.into_inner())),
        Event::GeneralRef(reference) => Node::Text(match reference.resolve_char_ref() {
            Ok(Some(char)) => char.to_string().into(),
            _ => {
                let name = lossy(reference.into_inner());
                resolve_xml_entity(&name).map_or_else(|| format!("&{name};").into(), Cow::Borrowed)
            }
        }),
        Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_) => {
            Node::Text(Cow::Borrowed(""))
        }
        Event::Eof => Node::Eof,
    })
}

/// Text, with what is no UTF-8 as `U+FFFD`.
fn lossy(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
    }
}

/// Which bound was met.
#[derive(Debug, Clone, Copy)]
enum Over {
    All,
    Node,
}

/// A source that ends in an error where one node, or all of it, gets too long.
struct Bounded<R> {
    inner: BufReader<R>,
    left: u64,
    node: u64,
    over: Option<Over>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let given = self.fill_buf()?.read(out)?;
        self.consume(given);
        Ok(given)
    }
}

impl<R: Read> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let most = usize::try_from(self.left.min(self.node)).unwrap_or(usize::MAX);
        let bytes = self.inner.fill_buf()?;
        if most == 0 && !bytes.is_empty() {
            self.over = Some(if self.left == 0 {
                Over::All
            } else {
                Over::Node
            });
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes.get(..most).unwrap_or(bytes))
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.left = self.left.saturating_sub(amount as u64);
        self.node = self.node.saturating_sub(amount as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &[u8], limit: u64) -> Result<String, XmlError> {
        let mut document = Document::new(source, limit);
        let mut out = String::new();
        loop {
            match document.next()? {
                Node::Start(tag) => out.push_str(&format!("<{}>", tag.name())),
                Node::End => out.push('.'),
                Node::Text(text) => out.push_str(&text),
                Node::Eof => return Ok(out),
            }
        }
    }

    #[test]
    fn prefixes_references_and_character_data_are_understood() {
        assert_eq!(texts(b"<a>\xff</a>", 1000).unwrap(), "<a>\u{FFFD}.");
        let source =
            b"<?xml version='1.0'?><a:b x='1'><!-- c -->1 &lt; &#50;<c/><![CDATA[<d>]]></a:b>";
        assert_eq!(texts(source, 1000).unwrap(), "<b>1 < 2<c>.<d>.");
    }

    #[test]
    fn a_bomb_of_entities_stays_small() {
        let mut source = String::from("<!DOCTYPE a [<!ENTITY b0 \"boom\">");
        for level in 1..30 {
            source.push_str(&format!("<!ENTITY b{level} \"&b{0};&b{0};\">", level - 1));
        }
        source.push_str("]><a y='&b29;'>&b29;</a>");
        assert_eq!(texts(source.as_bytes(), 1 << 20).unwrap(), "<a>&b29;.");
    }

    #[test]
    fn every_bound_is_an_error() {
        let long = format!("<a>{}</a>", "x".repeat(3 << 20));
        assert!(matches!(
            texts(long.as_bytes(), 1 << 30),
            Err(XmlError::NodeTooLong)
        ));
        assert!(matches!(
            texts(b"<a><b/><b/></a>", 10),
            Err(XmlError::TooLong(10))
        ));
        assert!(matches!(
            texts("<a>".repeat(300).as_bytes(), 1 << 20),
            Err(XmlError::TooDeep)
        ));
        for broken in [b"<a></b>".as_slice(), b"<a", b"<a b=>&"] {
            assert!(
                matches!(texts(broken, 1000), Err(XmlError::Broken { .. })),
                "{broken:?}"
            );
        }
        // A file that just ends says nothing of it to us: whoever reads it must miss its end.
        assert_eq!(texts(b"<a>1", 1000).unwrap(), "<a>1");
    }
}
