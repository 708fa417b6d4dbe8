//! Pages of a list, and the opaque cursor that leads to the next.

use crate::error::{Error, Result};
use crate::item::{Item, text};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BTreeMap;

/// A part of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// What is on it; may be fewer than asked for though more follow.
    pub items: Vec<T>,
    /// Leads to the next page; `None` on the last.
    pub cursor: Option<String>,
}

/// Where a list goes on: in which of its partitions, and after which item.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Position {
    /// The partition, in the words of the list (a day, a pool).
    #[serde(rename = "p")]
    pub partition: String,
    /// The last item's keys; `None` at the partition's beginning.
    #[serde(rename = "k")]
    pub after: Option<BTreeMap<String, String>>,
}

impl Position {
    pub fn start(partition: impl Into<String>) -> Self {
        Self { partition: partition.into(), after: None }
    }

    pub fn after(partition: impl Into<String>, last: &Item) -> Self {
        let keys = last.iter().filter_map(|(name, value)| Some((name.clone(), value.as_s().ok()?.clone()))).collect();
        Self { partition: partition.into(), after: Some(keys) }
    }

    pub fn encode(&self) -> Result<String> {
        let json = serde_json::to_vec(self).map_err(|e| Error::item("cursor", &e))?;
        Ok(URL_SAFE_NO_PAD.encode(json))
    }

    pub fn decode(cursor: &str) -> Result<Self> {
        let json = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Error::Cursor)?;
        serde_json::from_slice(&json).map_err(|_| Error::Cursor)
    }

    pub fn key(&self) -> Option<Item> {
        let keys = self.after.as_ref()?;
        Some(keys.iter().map(|(name, value)| (name.clone(), text(value))).collect())
    }
}
