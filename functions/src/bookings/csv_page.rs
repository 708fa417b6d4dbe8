//! Bookings as CSV, safe to open in a spreadsheet.

use super::BookingView;
use domain::text::is_seen;
use kit::{Error, Result};

/// A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it, also after what a
/// spreadsheet may end a cell at (it is `;` in half of Europe), and after spaces and what can't be seen
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn cell(text: &str) -> String {
    const SIGNS: [char; 9] = ['=', '+', '-', '@', '|', '＝', '＋', '－', '＠'];
    let mut safe = String::with_capacity(text.len());
    for part in text.split_inclusive([';', ',', '\t', '\r', '\n', '"']) {
        let seen = part.trim_start_matches(|c| !is_seen(c));
        if seen.starts_with(SIGNS) || part.starts_with(['\t', '\r']) {
            safe.push('\'');
        }
        safe.push_str(part);
    }
    safe
}

/// The bookings as CSV (RFC 4180), a line each under a line of names. It begins with a byte order mark, by which
/// spreadsheets know that it is UTF-8.
pub fn csv(bookings: &[BookingView]) -> Result<String> {
    // All quoted: a spreadsheet whose separator is another one doesn't take a cell apart.
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(vec![]);
    let header = ["booking", "name", "state", "party_size", "admitted", "booked_at", "tickets", "mails"];
    writer.write_record(header).map_err(Error::internal)?;
    for booking in bookings {
        let admitted = booking.tickets.iter().filter(|ticket| ticket.admission.is_some()).count();
        let tickets: Vec<String> = booking.tickets.iter().map(|ticket| ticket.id.to_string()).collect();
        let state = serde_json::to_value(booking.state).map_err(Error::internal)?;
        let suppressed = serde_json::to_value(booking.suppressed).map_err(Error::internal)?;
        writer
            .write_record([
                booking.id.to_string(),
                cell(booking.name.as_str()),
                state.as_str().unwrap_or_default().to_owned(),
                booking.party_size.to_string(),
                admitted.to_string(),
                booking.booked_at.to_string(),
                tickets.join(" "),
                suppressed.as_str().unwrap_or_default().to_owned(),
            ])
            .map_err(Error::internal)?;
    }
    let bytes = writer.into_inner().map_err(Error::internal)?;
    Ok(format!("\u{FEFF}{}", String::from_utf8(bytes).map_err(Error::internal)?))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "|calc", "＝1+1", "＠SUM"] {
            assert!(cell(bad).starts_with('\''), "{bad:?}");
        }
        for bad in ["\u{2060}=1", "\u{200D}+1", "\u{E0041}@SUM", " =1", "\u{3164}-1"] {
            assert!(cell(bad).starts_with('\''), "{bad:?}");
        }
        assert_eq!(cell("Ada;=cmd|' /C calc'!A0"), "Ada;'=cmd|' /C calc'!A0");
        assert_eq!(cell("Ada, \u{200D}=1\t@SUM\";-2"), "Ada,' \u{200D}=1\t'@SUM\";'-2");
        assert_eq!(cell("Ada = Lovelace"), "Ada = Lovelace");
    }
}
