//! In a PATCH, a field that is `null` takes a value out, and one that isn't there changes nothing.

use serde::{Deserialize, Deserializer};

/// Reads a field that can't be taken out: `null` is refused.
pub fn given<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Reads a field that is there: `Some(None)` for `null`. With `#[serde(default)]` an absent one is `None`.
pub fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
