//! The API's description.

use kit::{Answer, Caller, Cx, Grant, Media, Reply, Result, Route};
use schemars::JsonSchema;
use serde::Deserialize;

/// Read this API's description (OpenAPI 3.1).
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadOpenapi {}

/// The description, as it was generated.
#[derive(Debug)]
pub struct Description;

impl Reply for Description {
    const STATUS: u16 = 200;
    const MEDIA: &[Media] = &[Media::of("application/json")];
    fn answer(&self) -> Result<Answer> {
        let description = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));
        Ok(Answer::new(Self::STATUS)
            .header("cache-control", "public, max-age=300")
            .body("application/json", description))
    }
}

impl Route for ReadOpenapi {
    const ROUTE: &str = "GET /openapi.json";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[];
    type Reply = Description;

    async fn run(self, _cx: &Cx) -> Result<Self::Reply> {
        Ok(Description)
    }
}
