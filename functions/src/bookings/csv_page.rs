//! Bookings as CSV, safe to open in a spreadsheet.

use super::BookingView;
use kit::{Error, Result};

/// A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '|', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The bookings as CSV (RFC 4180), a line each under a line of names. It begins with a byte order mark, by which
/// spreadsheets know that it is UTF-8.
pub fn csv(bookings: &[BookingView]) -> Result<String> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![]);
    let header = ["booking", "name", "state", "party_size", "admitted", "booked_at", "tickets"];
    writer.write_record(header).map_err(Error::internal)?;
    for booking in bookings {
        let admitted = booking.tickets.iter().filter(|ticket| ticket.admission.is_some()).count();
        let tickets: Vec<String> = booking.tickets.iter().map(|ticket| ticket.id.to_string()).collect();
        let state = serde_json::to_value(booking.state).map_err(Error::internal)?;
        writer
            .write_record([
                booking.id.to_string(),
                cell(booking.name.as_str()),
                state.as_str().unwrap_or_default().to_owned(),
                booking.party_size.to_string(),
                admitted.to_string(),
                booking.booked_at.to_string(),
                tickets.join(" "),
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
        assert_eq!(cell("Ada = Lovelace"), "Ada = Lovelace");
    }
}
