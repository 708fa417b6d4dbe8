//! What requests about lists share.

use domain::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many entries a page holds: 1 to 100 or another `MOST`, 20 where it isn't said.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "i32")]
#[schemars(with = "i32", extend("minimum" = 1, "maximum" = MOST, "default" = 20))]
pub struct Limit<const MOST: i32 = 100>(i32);

impl<const MOST: i32> Default for Limit<MOST> {
    fn default() -> Self {
        Self(20)
    }
}
impl<const MOST: i32> Limit<MOST> {
    /// The number.
    pub fn get(self) -> i32 {
        self.0
    }
}
impl<const MOST: i32> TryFrom<i32> for Limit<MOST> {
    type Error = Fault;
    fn try_from(limit: i32) -> Result<Self, Self::Error> {
        Fault::unless_within(limit.into(), &(1..=MOST.into())).map(|()| Self(limit))
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
