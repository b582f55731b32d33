//! `rpmdb.sqlite`: the table `Packages(hnum INTEGER PRIMARY KEY, blob BLOB)` of an SQLite 3 file.
//!
//! A table is a B-tree of pages, keyed by row: its leaves hold the rows, and what does not fit on
//! a leaf is on a chain of overflow pages. See <https://www.sqlite.org/fileformat2.html>, whose
//! section numbers are given below.

mod pages;
mod record;

use std::path::Path;

use self::pages::Pages;
use self::record::{Value, values};
use super::blob::{Blobs, Fault, MAX_BLOB, array, be32};
use crate::host::Host;

/// The table with the headers.
const TABLE: &[u8] = b"Packages";

/// Where the table of tables (`sqlite_schema`) begins, section 2.6.
const SCHEMA_PAGE: u32 = 1;

/// Kinds of pages, section 1.6.
const INTERIOR: u8 = 5;
const LEAF: u8 = 13;

const CUT: Fault = Fault::Malformed("it is damaged: a page of a table has no such content");

pub(super) fn read(host: &Host, path: &Path, blobs: &mut Blobs<'_>) -> Result<(), Fault> {
    let pages = Pages::open(host, path)?;
    let mut root = None;
    rows(&pages, SCHEMA_PAGE, &mut |record| {
        // type, name, table, first page, SQL.
        if let Some([Value::Text(kind), Value::Text(name), _, Value::Number(page)]) =
            values::<4>(record)
            && kind == b"table"
            && name == TABLE
        {
            root = u32::try_from(page).ok();
        }
    })?;
    let root = root.ok_or(Fault::Malformed("it has no table of packages"))?;
    rows(&pages, root, &mut |record| match values::<2>(record) {
        Some([_, Value::Blob(blob)]) => blobs.take(blob),
        _ => blobs.take(&[]),
    })
}

/// Hands over every row of the table that begins at this page.
fn rows(pages: &Pages, root: u32, each: &mut dyn FnMut(&[u8])) -> Result<(), Fault> {
    let mut waiting = vec![root];
    while let Some(number) = waiting.pop() {
        let page = pages.page(number)?;
        // The first page begins with the header of the file.
        let start = if number == 1 { 100 } else { 0 };
        let kind = page.get(start).copied().unwrap_or(0);
        let cells = usize::from(u16::from_be_bytes(array(&page, start + 3).ok_or(CUT)?));
        let pointers = start + if kind == INTERIOR { 12 } else { 8 };
        let mut below = Vec::new();
        for index in 0..cells {
            let pointer = array(&page, pointers + 2 * index).ok_or(CUT)?;
            let cell = page
                .get(usize::from(u16::from_be_bytes(pointer))..)
                .ok_or(CUT)?;
            match kind {
                INTERIOR => below.push(be32(cell, 0).ok_or(CUT)?),
                LEAF => each(&payload(pages, cell)?),
                _ => return Err(CUT),
            }
        }
        if kind == INTERIOR {
            below.push(be32(&page, start + 8).ok_or(CUT)?);
        }
        // Rows come in their order: the first page is taken from the stack first.
        waiting.extend(below.into_iter().rev());
        if waiting.len() as u64 > pages.count() {
            return Err(CUT);
        }
    }
    Ok(())
}

/// The row in a cell of a leaf, section 1.6 "B-tree Cell Format".
fn payload(pages: &Pages, cell: &[u8]) -> Result<Vec<u8>, Fault> {
    let (length, cell) = record::number(cell).ok_or(CUT)?;
    let (_row, cell) = record::number(cell).ok_or(CUT)?;
    let length = usize::try_from(length)
        .ok()
        .filter(|length| *length <= MAX_BLOB)
        .ok_or(Fault::Malformed("one of its rows is too long"))?;
    let usable = pages.usable();
    let local = local(length, usable).ok_or(CUT)?;
    let mut row = cell.get(..local).ok_or(CUT)?.to_vec();
    if local == length {
        return Ok(row);
    }
    let mut next = be32(cell, local).ok_or(CUT)?;
    while row.len() < length {
        let page = pages.page(next)?;
        let part = (length - row.len()).min(usable.saturating_sub(4));
        row.extend(page.get(4..4 + part).ok_or(CUT)?);
        next = be32(&page, 0).ok_or(CUT)?;
    }
    Ok(row)
}

/// How much of a row of this length stands in the cell itself.
fn local(length: usize, usable: usize) -> Option<usize> {
    let most = usable.checked_sub(35)?;
    if length <= most {
        return Some(length);
    }
    let least = (usable.checked_sub(12)? * 32 / 255).checked_sub(23)?;
    let fitting = least + (length - least) % (usable - 4);
    Some(if fitting <= most { fitting } else { least })
}
