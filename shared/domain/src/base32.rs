//! Crockford's base32 (<https://www.crockford.com/base32.html>): upper case, safe in links, and dense in a QR code's
//! alphanumeric mode (ISO/IEC 18004).

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Bytes as text, most significant bit first; the last character is padded with zero bits.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0u16, 0u8);
    for byte in bytes {
        buffer = buffer << 8 | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[usize::from(buffer >> bits & 31)]));
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[usize::from(buffer << (5 - bits) & 31)]));
    }
    text
}

/// The bytes behind a text; `None` for a foreign character, a stray last character or padding bits that aren't zero.
/// Case is ignored, so that a scanner that changes it does no harm.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut buffer, mut bits) = (0u16, 0u8);
    for character in text.bytes() {
        let value = digit(character)?;
        buffer = buffer << 5 | u16::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
            buffer &= (1 << bits) - 1;
        }
    }
    (bits < 5 && buffer == 0).then_some(bytes)
}

fn digit(character: u8) -> Option<u8> {
    let upper = character.to_ascii_uppercase();
    ALPHABET.iter().position(|candidate| *candidate == upper).and_then(|at| u8::try_from(at).ok())
}

/// 128 bits as the 26 characters of a ULID (<https://github.com/ulid/spec>).
pub fn encode_ulid(value: u128) -> String {
    (0..26).rev().map(|at| char::from(ALPHABET[(value >> (at * 5) & 31) as usize])).collect()
}

/// The 128 bits behind a ULID's 26 characters; `None` where it isn't one.
pub fn decode_ulid(text: &str) -> Option<u128> {
    if text.len() != 26 || digit(text.as_bytes()[0])? > 7 {
        return None;
    }
    text.bytes().try_fold(0u128, |value, character| Some(value << 5 | u128::from(digit(character)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_come_back(bytes: Vec<u8>) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }

        #[test]
        fn ulids_come_back(value: u128) {
            prop_assert_eq!(decode_ulid(&encode_ulid(value)), Some(value));
        }
    }

    #[test]
    fn what_is_not_base32_is_refused() {
        assert_eq!(decode("U"), None, "U is not in the alphabet");
        assert_eq!(decode("ZZ"), None, "padding bits must be zero");
        assert_eq!(decode_ulid("8ZZZZZZZZZZZZZZZZZZZZZZZZZ"), None, "over 128 bits");
        assert_eq!(decode_ulid("é0000000000000000000000000"), None);
    }
}
