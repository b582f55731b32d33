//! Numbers and texts.

use std::io::{BufRead, Read};

use super::{FormatError, TEXT_LIMIT};

pub(super) fn byte(input: &mut impl Read) -> Result<u8, FormatError> {
    let mut byte = [0];
    input.read_exact(&mut byte)?;
    Ok(byte[0])
}

pub(super) fn number(input: &mut impl Read) -> Result<u64, FormatError> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = byte(input)?;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            break;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(FormatError::Damaged("a number is too long"))
}

pub(super) fn small(input: &mut impl Read) -> Result<u32, FormatError> {
    u32::try_from(number(input)?).map_err(|_| FormatError::Damaged("a number is too large"))
}

/// How many things follow, of which no true file has more than `limit`.
pub(super) fn count(input: &mut impl Read, limit: u64) -> Result<u64, FormatError> {
    let count = number(input)?;
    if count > limit {
        return Err(FormatError::Damaged("a list is too long"));
    }
    Ok(count)
}

pub(super) fn text(input: &mut impl Read) -> Result<String, FormatError> {
    let length = number(input)?;
    if length > TEXT_LIMIT {
        return Err(FormatError::Damaged("a text is too long"));
    }
    let mut bytes = Vec::new();
    if input.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Err(FormatError::Damaged("it ends too early"));
    }
    String::from_utf8(bytes).map_err(|_| FormatError::Damaged("a text is no UTF-8"))
}

/// Passes over a text without keeping it.
pub(super) fn skip_text(input: &mut impl BufRead) -> Result<(), FormatError> {
    let length = number(input)?;
    if length > TEXT_LIMIT {
        return Err(FormatError::Damaged("a text is too long"));
    }
    let mut left = usize::try_from(length).unwrap_or(usize::MAX);
    while left > 0 {
        let ready = input.fill_buf()?.len().min(left);
        if ready == 0 {
            return Err(FormatError::Damaged("it ends too early"));
        }
        input.consume(ready);
        left -= ready;
    }
    Ok(())
}

#[cfg(feature = "feeds")]
pub(super) fn put_number(output: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            output.push(low & 0x7f);
            return;
        }
        output.push(low | 0x80);
    }
}

/// Texts come out of feeds: one that is too long is cut, which no name or version of the real world is.
#[cfg(feature = "feeds")]
pub(super) fn put_text(output: &mut Vec<u8>, text: &str) {
    let limit = usize::try_from(TEXT_LIMIT).unwrap_or(usize::MAX);
    let text = text.get(..text.floor_char_boundary(limit)).unwrap_or(text);
    put_number(output, text.len() as u64);
    output.extend_from_slice(text.as_bytes());
}
