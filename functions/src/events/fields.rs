//! What requests about lists share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many entries a page holds: 1 to 100, 20 where it isn't said.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "i32")]
#[schemars(with = "i32", extend("minimum" = 1, "maximum" = 100, "default" = 20))]
pub struct Limit(i32);

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}
impl Limit {
    /// The number.
    pub fn get(self) -> i32 {
        self.0
    }
}
impl TryFrom<i32> for Limit {
    type Error = &'static str;
    fn try_from(limit: i32) -> Result<Self, Self::Error> {
        if (1..=100).contains(&limit) { Ok(Self(limit)) } else { Err("must be 1 to 100") }
    }
}

/// A page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub struct PageOf<T> {
    /// What is on it; may be fewer than asked for though more follow.
    pub items: Vec<T>,
    /// Leads to the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
