//! `guestlist`: the local runner.

use local::apps::{Apps, State};
use local::failure::Failure;
use local::options::{Command, Options};
use local::runner::Runner;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let ran = Command::read(std::env::args_os().skip(1)).and_then(|command| match command {
        Command::Say(text) => {
            print!("{text}");
            Ok(())
        }
        Command::Run(options) => run(&options),
        Command::BuildApps => build_apps(),
    });
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("guestlist: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // Passwords are hashed here, each in 19 MiB that the allocator then keeps for its thread.
        .max_blocking_threads(1)
        .build()
        .map_err(Failure::part("The runner can't have its threads"))?;
    let ended = runtime.block_on(async {
        let mut runner = Runner::start(options, pictures::every()).await?;
        greet(&runner, options);
        runner.build_apps();
        let asked = asked_to_stop().await;
        println!("Stopping.");
        runner.stop().await;
        asked
    });
    // A function that doesn't end must not keep the process: its work is done again after the next start.
    runtime.shutdown_background();
    ended
}

fn build_apps() -> Result<(), Failure> {
    let failed = "The web apps can't be built";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::part(failed))?;
    runtime.block_on(async {
        let apps = Apps::open(Some(Path::new(".")), true);
        match apps.state() {
            State::Absent => {
                let why = "there is no folder web here, nor in any folder above".to_owned();
                return Err(Failure::Part { what: failed, why });
            }
            State::Ready => println!("The web apps are built of the present sources already."),
            _ => {}
        }
        tokio::select! {
            built = apps.build() => built.map_err(|_| Failure::Part { what: failed, why: "see above".to_owned() }),
            asked = asked_to_stop() => asked,
        }
    })
}

#[cfg(unix)]
async fn asked_to_stop() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate()).map_err(Failure::part("Signals can't be heard"))?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.map_err(Failure::part("Signals can't be heard")),
        _ = terminated.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() -> Result<(), Failure> {
    tokio::signal::ctrl_c().await.map_err(Failure::part("Signals can't be heard"))
}

fn greet(runner: &Runner, options: &Options) {
    let front = &runner.front;
    let origin = &front.origin;
    println!("Guestlist is running: {origin}/\n");
    if options.web.is_none() {
        println!("  Apps        left out (--no-web)");
    } else if matches!(front.apps.state(), State::Absent) {
        println!("  Apps        left out: there is no folder web here, nor in any folder above");
    } else {
        println!("  Attendees   {origin}/");
        println!("  Organizers  {origin}/organize/");
        println!("  Door        {origin}/organize/door   by the link of a door pass");
    }
    if let State::Failed(trouble) = front.apps.state() {
        println!("  Apps        {} {}", trouble.what, trouble.remedy);
    }
    println!("  Mailbox     {origin}/dev/mailbox   no mail leaves this machine");
    println!("  Workshop    {origin}/dev   clock, queues");
    println!("  API         {origin}/docs");
    match &runner.data {
        Some(data) => println!("  Data        {}   log: {}", data.display(), data.join("log.jsonl").display()),
        None => println!("  Data        in memory, gone when it stops"),
    }
    if !front.accounts.is_empty() {
        println!("\n  Come in as");
        for account in front.accounts.iter() {
            println!("    {:<26} {:<22} {}", account.email, account.password, account.role);
        }
    }
    println!("\nCtrl-C stops it.");
}
