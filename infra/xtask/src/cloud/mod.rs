//! `cargo xtask cloud-test`: what template.yaml deploys does the main job, on an AWS that others wrote, and gets over what
//! docs/RUNBOOK.md says to do when something goes wrong.
//!
//! ministack (from PyPI) runs the Lambda binaries themselves and enforces what their roles grant. The template is transformed by
//! SAM's own translator, checked, and deployed by CloudFormation; streams, queues and schedules are wired by it alone. What
//! ministack gets wrong is bridged in `stand_in.py` and `deploy.py`, each bridge with what it stands for.

mod api;
mod bounce;
mod deployment;
mod drive;
mod edge;
mod logs;
mod mails;
mod stand_in;
mod trouble;

use crate::{Result, keys, package, tools};
use deployment::Deployment;
use drive::Drive;
use stand_in::StandIn;
use std::fmt::Display;
use std::fs::File;
use std::path::Path;
use std::time::Instant;
use trouble::{TROUBLED, Trouble};

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
        let account = stand_in.account(&bin)?;
        // Before the first deployment and after it, as docs/DEPLOY.md has it.
        keys::keep(&account, "test", false, |line| steps.say(format_args!("keys: {line}"))).await?;
        let deployment = Deployment::make(root, &bin, &stand_in, code)?;
        steps.say("template.yaml, as SAM transforms it, breaks no house rule (infra/xtask/checks/transformed.py)");
        steps.say(format_args!(
            "CloudFormation has made the stack: {}; ministack makes no routes of the API's body, so each was made by itself",
            deployment.summary
        ));
        keys::keep(&account, "test", false, |line| steps.say(format_args!("keys: {line}"))).await?;
        match drive(&stand_in, &deployment, &bin, &steps).await {
            Ok(()) => logs::check(&stand_in, &TROUBLED).await,
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

/// The main job, and then what goes wrong, while the reminder is waited for.
async fn drive(stand_in: &StandIn, deployment: &Deployment, bin: &Path, steps: &Steps) -> Result<()> {
    edge::run(stand_in, deployment, bin, steps).await?;
    let drive = Drive::new(stand_in, deployment, steps)?;
    let (mut stage, reminder) = drive.main_job().await?;
    bounce::run(&drive, stand_in, bin, &stage).await?;
    // So far nothing may have failed.
    logs::check(stand_in, &[]).await?;
    let trouble = Trouble { drive: &drive, stand_in, account: stand_in.account(bin)? };
    // Who leaves in the drills may be reminded before or not.
    let leaving = stage.booked.pop().ok_or("nobody has a place")?;
    tokio::try_join!(trouble.run(&stage, &leaving), drive.reminder(&stage, &reminder))?;
    Ok(())
}
