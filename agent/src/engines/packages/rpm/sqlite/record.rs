//! A row: the types of its columns, then their values, section 2.1.

/// The value of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Text(&'a [u8]),
    Blob(&'a [u8]),
    Number(i64),
    /// Nothing, or a fraction, which rpm has none of.
    Other,
}

/// The first columns of a row; nothing if it has fewer, or is damaged.
pub(super) fn values<const N: usize>(row: &[u8]) -> Option<[Value<'_>; N]> {
    let (length, after) = number(row)?;
    let length = usize::try_from(length).ok()?;
    let mut types = after.get(..length.checked_sub(row.len() - after.len())?)?;
    let mut data = row.get(length..)?;
    let mut values = [Value::Other; N];
    for value in &mut values {
        let (kind, more) = number(types)?;
        types = more;
        let (bytes, rest) = data.split_at_checked(width(kind)?)?;
        data = rest;
        *value = match kind {
            1..=6 => Value::Number(integer(bytes)),
            8 => Value::Number(0),
            9 => Value::Number(1),
            12.. if kind % 2 == 0 => Value::Blob(bytes),
            12.. => Value::Text(bytes),
            _ => Value::Other,
        };
    }
    Some(values)
}

/// How many bytes a value of this type takes.
fn width(kind: u64) -> Option<usize> {
    match kind {
        0 | 8 | 9 => Some(0),
        1..=4 => usize::try_from(kind).ok(),
        5 => Some(6),
        6 | 7 => Some(8),
        10 | 11 => None,
        _ => usize::try_from((kind - 12) / 2).ok(),
    }
}

/// A signed number of one to eight bytes.
fn integer(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    bytes
        .iter()
        .fold(if negative { -1 } else { 0 }, |value, byte| {
            (value << 8) | i64::from(*byte)
        })
}

/// A number of one to nine bytes ("varint"), and what follows it.
pub(super) fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(9) {
        let rest = bytes.get(index + 1..)?;
        if index == 8 {
            return Some(((value << 8) | u64::from(*byte), rest));
        }
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, rest));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_by_type() {
        // Header of 5 bytes: NULL, text of 1, number of 2 bytes, blob of 2.
        let row = [5, 0, 15, 2, 16, b'x', 0xff, 0xfe, 7, 8];
        assert_eq!(
            values::<4>(&row),
            Some([
                Value::Other,
                Value::Text(b"x"),
                Value::Number(-2),
                Value::Blob(&[7, 8])
            ])
        );
        assert_eq!(values::<5>(&row), None);
        assert_eq!(number(&[0x81, 0x00, 9]), Some((128, &[9][..])));
        assert_eq!(number(&[0xff; 9]), Some((u64::MAX, &[][..])));
    }

    proptest! {
        #[test]
        fn any_row_is_read(row in any::<Vec<u8>>()) {
            values::<1>(&row);
            values::<4>(&row);
        }
    }
}
