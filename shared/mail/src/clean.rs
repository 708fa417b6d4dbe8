//! Text that people wrote, made safe to put into a line, a paragraph, a header or a link.

/// Characters that would change the direction of what follows them, or hide in it: the bidirectional controls of
/// Unicode Standard Annex 9, and the byte order mark. The zero-width joiner stays: emoji and some scripts need it.
fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// One line: controls and line separators become spaces, runs of spaces become one, deceptive characters go.
pub(crate) fn line(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|c| !is_deceptive(*c))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Several lines: as [`line`], but line breaks stay (as LF), and at most one empty line in a row.
pub(crate) fn paragraphs(text: &str) -> String {
    let unix = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let mut kept: Vec<String> = Vec::new();
    for one in unix.split('\n').map(line) {
        if !(one.is_empty() && kept.last().is_none_or(String::is_empty)) {
            kept.push(one);
        }
    }
    while kept.last().is_some_and(String::is_empty) {
        kept.pop();
    }
    kept.join("\n")
}

/// The first `most` characters, with an ellipsis where something was cut, at a word's end if one is near.
pub(crate) fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most.saturating_sub(1)).collect();
    let kept = match cut.rfind(' ') {
        Some(at) if at * 3 > cut.len() * 2 => &cut[..at],
        _ => cut.as_str(),
    };
    format!("{}…", kept.trim_end_matches([' ', ',', '.', ':', ';', '-', '–', '—']))
}

/// Whether a link may be clickable: a web address without anything that ends a line, a header or an attribute.
pub(crate) fn is_web_link(link: &str) -> bool {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty())
        && !link.chars().any(|c| c.is_control() || c.is_whitespace() || is_deceptive(c) || "<>\"\\".contains(c))
}

/// Whether this can stand in a header as an address. The domain has validated it; this keeps a slip from becoming an
/// injected header.
pub(crate) fn is_address(email: &str) -> bool {
    let parts = email.rsplit_once('@');
    parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
        && email.is_ascii()
        && !email.chars().any(|c| c.is_control() || c.is_whitespace() || "<>\",;:()[]\\".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(line("Anna\r\nBcc: x@example.org"), "Anna Bcc: x@example.org");
        assert_eq!(line("a\u{2028}b\tc\u{0}d"), "a b c d");
        assert_eq!(line("  \u{202E}gpj.exe\u{2066} "), "gpj.exe");
        assert_eq!(line("👩\u{200D}🚀 Анна"), "👩\u{200D}🚀 Анна");
    }

    #[test]
    fn paragraphs_keep_their_breaks() {
        assert_eq!(paragraphs("\n\none\r\ntwo\n\n\n\nthree \u{202E}x\n\n"), "one\ntwo\n\nthree x");
        assert_eq!(paragraphs(" \n "), "");
    }

    #[test]
    fn a_long_name_is_cut_at_a_word() {
        assert_eq!(short("Film night", 10), "Film night");
        assert_eq!(short("Film night, outdoors", 13), "Film night…");
        assert_eq!(short("Электроакустическая", 8), "Электро…");
    }

    #[test]
    fn only_web_links_are_links() {
        assert!(is_web_link("https://example.org/a?b=c&d=%20"));
        for bad in
            ["javascript:alert(1)", "https://", "https://a b", "https://a\r\nX: y", "https://a\"b", "//a", "ftp://a"]
        {
            assert!(!is_web_link(bad), "{bad:?}");
        }
    }

    #[test]
    fn an_address_cannot_end_its_header() {
        assert!(is_address("anna+x@example.org"));
        for bad in ["anna", "@example.org", "a@", "a@b\r\nBcc: c@d", "a b@c", "<a@b>", "a@b,c@d", "анна@example.org"]
        {
            assert!(!is_address(bad), "{bad:?}");
        }
    }
}
