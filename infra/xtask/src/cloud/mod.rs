//! `cargo xtask cloud-test`: what template.yaml deploys does the main job, on an AWS that others wrote.
//!
//! ministack (from PyPI) runs the Lambda binaries themselves and enforces what their roles grant. The template is transformed by
//! SAM's own translator, checked, and deployed by CloudFormation; streams, queues and schedules are wired by it alone. What
//! ministack gets wrong is bridged in `stand_in.py` and `deploy.py`, each bridge with what it stands for.

mod api;
mod deployment;
mod drive;
mod keys;
mod logs;
mod mails;
mod stand_in;

use crate::{Result, package, tools};
use deployment::Deployment;
use drive::Drive;
use stand_in::StandIn;
use std::fmt::Display;
use std::fs::File;
use std::path::Path;
use std::time::Instant;

/// Everything that the stand-in keeps, below the workspace.
const HOME: &str = "target/cloud";
const REQUIREMENTS: &str = "infra/xtask/src/cloud/requirements.txt";

/// Says what is done as it is done, with how long it has been.
struct Steps(Instant);

impl Steps {
    fn say(&self, what: impl Display) {
        println!("{:6.1} s  {what}", self.0.elapsed().as_secs_f32());
    }
}

/// Deploys and drives the main job. The binaries are built for it, or are those in `folder` (`functions/bootstrap` and
/// `pictures/bootstrap`).
///
/// # Errors
/// Something of it fails; says what, with what the functions logged.
pub fn test(root: &Path, folder: Option<&Path>) -> Result<()> {
    let steps = Steps(Instant::now());
    let built = root.join("target/lambda");
    let code = if let Some(folder) = folder {
        steps.say(format_args!("takes the binaries in {}", folder.display()));
        folder
    } else {
        steps.say("builds the Lambda binaries");
        package::package(root, &[])?;
        &built
    };
    let home = root.join(HOME);
    steps.say(format_args!("installs ministack into {HOME}, where it isn't yet"));
    let bin = tools::install_from(root, REQUIREMENTS, &home)?;
    // One at a time: they share a folder. The lock goes with this process.
    let lock = File::create(home.join("lock")).map_err(|why| format!("{HOME}/lock can't be made: {why}"))?;
    lock.try_lock().map_err(|why| format!("another cloud-test is running in this folder ({HOME}/lock: {why})"))?;

    let stand_in = StandIn::start(root, &bin, &home.join("run"))?;
    steps.say(format_args!("ministack answers at {}", stand_in.endpoint()));
    let driven = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|why| why.to_string())?;
    let outcome = driven.block_on(async {
        let deployment = Deployment::make(root, &bin, &stand_in, code)?;
        steps.say("template.yaml, as SAM transforms it, breaks no house rule (infra/xtask/checks/transformed.py)");
        steps.say(format_args!(
            "CloudFormation has made the stack: {}; ministack makes no routes of the API's body, so each was made by itself",
            deployment.summary
        ));
        keys::make(&stand_in.endpoint()).await?;
        steps.say("the keys that sign tokens and tickets are made");
        let driven = Drive::new(&stand_in, &deployment, &steps).run().await;
        match driven {
            Ok(()) => logs::check(&stand_in).await,
            Err(why) => {
                Err(format!("{why}\n\nWhat the functions logged of failures:\n{}", logs::told(&stand_in).await))
            }
        }
    });
    if let Err(why) = outcome {
        return Err(format!(
            "cloud-test failed after {:.0} s: {why}\n\nThe end of ministack's log ({}):\n{}",
            steps.0.elapsed().as_secs_f32(),
            stand_in.log().display(),
            stand_in.last_words(),
        ));
    }
    stand_in.stop();
    steps.say("done: what template.yaml deploys does the main job. ministack and all functions are stopped.");
    Ok(())
}
