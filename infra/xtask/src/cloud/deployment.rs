//! The stack on the stand-in.

use super::stand_in::StandIn;
use crate::template::{self, Size};
use crate::{Result, tools};
use serde_json::Value;
use std::path::Path;
use std::process::Stdio;

/// What CloudFormation made of template.yaml.
pub struct Deployment {
    /// The HTTP API's name in the domain of all APIs.
    pub api: String,
    /// The site's name: CloudFront's.
    pub site: String,
    /// What it comes to.
    pub summary: String,
}

impl Deployment {
    /// Transforms, checks and deploys template.yaml with the binaries in `code`.
    pub fn make(root: &Path, bin: &Path, stand_in: &StandIn, code: &Path) -> Result<Self> {
        let Size { resources, routes } = template::size(root, pictures::every())?;
        let output = stand_in
            .command(&bin.join("python"))
            .arg(root.join("infra/xtask/src/cloud/deploy.py"))
            .arg(stand_in.endpoint())
            .arg(root.join("template.yaml"))
            .arg(code)
            .arg(if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" })
            .arg(root.join(tools::expected(root)?))
            .stdin(Stdio::null())
            .output()
            .map_err(|why| format!("deploy.py can't be started: {why}"))?;
        if !output.status.success() {
            return Err(format!("the stack can't be deployed: {}", String::from_utf8_lossy(&output.stderr).trim()));
        }
        let outputs: Value = serde_json::from_slice(&output.stdout).map_err(|why| why.to_string())?;
        let host = |name: &str| {
            let host = outputs[name].as_str().and_then(|url| url.strip_prefix("https://")).map(str::to_owned);
            host.ok_or_else(|| format!("the stack puts out no {name}: {outputs}"))
        };
        let (api, site) = (host("ApiUrl")?, host("SiteUrl")?);
        let api = api.split('.').next().unwrap_or_default().to_owned();
        Ok(Self { api, site, summary: format!("{resources} resources, {routes} routes") })
    }
}
