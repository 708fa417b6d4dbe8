//! Money: whole minor units and a currency; never a float.

use crate::fault::{Fault, FaultCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An ISO 4217 currency code: three capital letters.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[A-Z]{3}$"))]
pub struct Currency(String);

impl Currency {
    /// The three letters.
    pub fn code(&self) -> &str {
        &self.0
    }

    /// How many digits stand after the point (ISO 4217's minor unit).
    pub fn digits(&self) -> u32 {
        match self.0.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        }
    }
}
impl TryFrom<String> for Currency {
    type Error = Fault;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = text.len() == 3 && text.bytes().all(|c| c.is_ascii_uppercase());
        if fits { Ok(Self(text)) } else { Err(FaultCode::NotACurrency.into()) }
    }
}
impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.0
    }
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// The amount in minor units: 1250 is 12.50 EUR. At least 1; something free has no price.
    #[schemars(range(min = 1, max = 100_000_000_000u64))]
    #[serde(deserialize_with = "positive")]
    pub amount: u64,
    /// The currency.
    pub currency: Currency,
}

fn positive<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let amount = u64::deserialize(deserializer)?;
    let number = i64::try_from(amount).unwrap_or(i64::MAX);
    Fault::unless_within(number, &(1..=100_000_000_000)).map_err(serde::de::Error::custom)?;
    Ok(amount)
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = self.currency.digits();
        let unit = 10u64.pow(digits);
        match digits {
            0 => write!(f, "{} {}", self.amount, self.currency.code()),
            _ => {
                let width = digits as usize;
                write!(f, "{}.{:0width$} {}", self.amount / unit, self.amount % unit, self.currency.code())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        let money = |text: &str| serde_json::from_str::<Money>(text);
        assert_eq!(money(r#"{"amount":1205,"currency":"EUR"}"#).unwrap().to_string(), "12.05 EUR");
        assert_eq!(money(r#"{"amount":500,"currency":"JPY"}"#).unwrap().to_string(), "500 JPY");
        assert_eq!(money(r#"{"amount":1205,"currency":"KWD"}"#).unwrap().to_string(), "1.205 KWD");
        assert!(money(r#"{"amount":0,"currency":"EUR"}"#).is_err());
        assert!(money(r#"{"amount":-5,"currency":"EUR"}"#).is_err());
        assert!(money(r#"{"amount":5,"currency":"euro"}"#).is_err());
    }
}
