//! Money and amounts, as the page writes them.

/// An amount of money: cents from a cent on, below it two digits that mean something.
pub fn dollars(amount: f64) -> String {
    match amount {
        amount if amount >= 1_000.0 => format!("${}", grouped(amount.round())),
        amount if amount >= 0.01 => format!("${amount:.2}"),
        amount if amount >= 0.001 => format!("${amount:.4}"),
        amount if amount >= 0.000_1 => format!("${amount:.5}"),
        amount if amount > 0.0 => "below $0.0001".to_owned(),
        _ => "$0".to_owned(),
    }
}

/// A list price, to all its digits.
pub fn list(price: f64) -> String {
    let digits = price.to_string();
    if digits.split('.').nth(1).is_none_or(|cents| cents.len() < 2) {
        format!("${price:.2}")
    } else {
        format!("${digits}")
    }
}

/// A quantity, with as many digits as mean something.
pub fn amount(quantity: f64) -> String {
    match quantity {
        quantity if quantity >= 100.0 => grouped(quantity.round()),
        quantity if quantity >= 1.0 && quantity.fract() == 0.0 => quantity.to_string(),
        quantity if quantity >= 1.0 => format!("{quantity:.1}"),
        quantity => format!("{quantity:.4}"),
    }
}

/// A whole number with commas.
pub fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_amounts_read_well() {
        assert_eq!(
            ["$0", "below $0.0001", "$0.00012", "$0.0012", "$0.12", "$1,234"],
            [0.0, 1e-5, 0.000_12, 0.001_2, 0.12, 1_234.4].map(dollars)
        );
        assert_eq!(["0.0500", "1.5", "2", "1,000,000"], [0.05, 1.5, 2.0, 1e6].map(amount));
    }
}
