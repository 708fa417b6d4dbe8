//! Requests to the stand-in: to the deployed HTTP API as people send them, and to AWS.

use super::deployment::Deployment;
use super::stand_in::{REGION, ROOT_KEY, StandIn};
use crate::Result;
use crate::site::Site;
pub use crate::site::{Answer, Ask};
use serde_json::Value;

/// The deployed site, as people reach it: through CloudFront.
#[derive(Clone)]
pub struct Api(pub Site);

impl Api {
    pub fn new(stand_in: &StandIn, deployment: &Deployment) -> Result<Self> {
        // ministack has no TLS here; it takes our word that people come by it.
        let headers = [("host", deployment.site.as_str()), ("x-forwarded-proto", "https")];
        Ok(Self(Site::new(&stand_in.endpoint(), &headers)?))
    }

    /// Around CloudFront: straight to API Gateway.
    pub fn direct(stand_in: &StandIn, deployment: &Deployment) -> Result<Self> {
        let host = format!("{}.execute-api.localhost:{}", deployment.api, stand_in.port());
        Ok(Self(Site::new(&stand_in.endpoint(), &[("host", &host)])?))
    }

    pub async fn send(&self, ask: Ask<'_>) -> Result<Answer> {
        self.0.send(ask).await
    }
}

/// Calls an AWS service that speaks JSON, as who owns the account.
pub async fn call_aws(stand_in: &StandIn, service: &str, target: &str, body: &Value) -> Result<Value> {
    let scope = format!("Credential={ROOT_KEY}/20260101/{REGION}/{service}/aws4_request");
    let signed = format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none");
    let headers =
        [("authorization", signed.as_str()), ("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
    let answer = Site::new(&stand_in.endpoint(), &headers)?.send(Ask::post("/", body.clone())).await?;
    answer.expect(200).map_err(|why| format!("{target}: {why}"))
}

/// Asks ministack itself.
pub async fn look(stand_in: &StandIn, path: &str) -> Result<Value> {
    Site::new(&stand_in.endpoint(), &[])?.send(Ask::get(path)).await?.expect(200)
}
