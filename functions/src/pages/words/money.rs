//! Amounts of money as people write them: the same as browsers do in the apps (Unicode CLDR, narrow symbols).

use domain::money::{Currency, Money};

/// The sign of a currency, where it has one that is known around here; else its code.
fn sign(currency: &Currency) -> &str {
    match currency.code() {
        "AMD" => "֏",
        "AZN" => "₼",
        "CNY" | "JPY" => "¥",
        "CZK" => "Kč",
        "EUR" => "€",
        "GBP" => "£",
        "GEL" => "₾",
        "ILS" => "₪",
        "INR" => "₹",
        "KZT" => "₸",
        "PLN" => "zł",
        "RUB" => "₽",
        "TRY" => "₺",
        "UAH" => "₴",
        "USD" => "$",
        code => code,
    }
}

/// The number, in groups of three; without a fraction where there is none.
fn number(money: &Money, group: char, point: char) -> String {
    let digits = money.currency.digits();
    let unit = 10u64.pow(digits);
    let whole = (money.amount / unit).to_string();
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    match money.amount % unit {
        0 => text,
        rest => format!("{text}{point}{rest:0width$}", width = digits as usize),
    }
}

/// English: the sign in front, at a distance where it is made of letters.
pub(super) fn english(money: &Money) -> String {
    let sign = sign(&money.currency);
    let gap = if sign.chars().any(char::is_alphabetic) { "\u{A0}" } else { "" };
    format!("{sign}{gap}{}", number(money, ',', '.'))
}

/// Russian: the sign behind, and nothing that could be broken into two lines.
pub(super) fn russian(money: &Money) -> String {
    format!("{}\u{A0}{}", number(money, '\u{A0}', ','), sign(&money.currency))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn amounts_look_as_in_the_apps() {
        // What Intl.NumberFormat says for en-GB and ru-RU.
        for (amount, currency, en, ru) in [
            (1_250, "EUR", "€12.50", "12,50\u{A0}€"),
            (90_000, "RUB", "₽900", "900\u{A0}₽"),
            (123_450, "KZT", "₸1,234.50", "1\u{A0}234,50\u{A0}₸"),
            (1_234_567_890, "JPY", "¥1,234,567,890", "1\u{A0}234\u{A0}567\u{A0}890\u{A0}¥"),
            (123_450, "KWD", "KWD\u{A0}123.450", "123,450\u{A0}KWD"),
            (5, "PLN", "zł\u{A0}0.05", "0,05\u{A0}zł"),
        ] {
            let money = serde_json::from_value(serde_json::json!({ "amount": amount, "currency": currency })).unwrap();
            assert_eq!((english(&money).as_str(), russian(&money).as_str()), (en, ru));
        }
    }
}
