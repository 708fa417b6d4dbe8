//! `guestlist`: the local runner.

use local::failure::Failure;
use local::options::{Command, Options};
use local::runner::Runner;
use std::process::ExitCode;

fn main() -> ExitCode {
    let ran = Command::read(std::env::args_os().skip(1)).and_then(|command| match command {
        Command::Say(text) => {
            print!("{text}");
            Ok(())
        }
        Command::Run(options) => run(&options),
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
        let runner = Runner::start(options, functions::all()).await?;
        greet(&runner);
        let asked = asked_to_stop().await;
        println!("Stopping.");
        runner.stop().await;
        asked
    });
    // A function that doesn't end must not keep the process: its work is done again after the next start.
    runtime.shutdown_background();
    ended
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

fn greet(runner: &Runner) {
    let front = &runner.front;
    let origin = &front.origin;
    println!("Guestlist is running.\n");
    println!("  Start      {origin}/");
    println!("  API        {origin}/docs");
    println!("  Mailbox    {origin}/dev/mailbox");
    println!("  Workshop   {origin}/dev   clock, queues");
    match &runner.data {
        Some(data) => println!("  Data       {}   log: {}", data.display(), data.join("log.jsonl").display()),
        None => println!("  Data       in memory, gone when it stops"),
    }
    if !front.accounts.is_empty() {
        println!("\n  Come in as");
        for account in front.accounts.iter() {
            println!("    {:<26} {:<22} {}", account.email, account.password, account.role);
        }
    }
    println!("\nCtrl-C stops it.");
}
