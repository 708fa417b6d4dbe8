//! `cargo xtask redrive`, with a script in the place of the AWS CLI that keeps what it was asked.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod script;

use std::path::PathBuf;
use xtask::redrive::{queues, redrive};

struct Aws(PathBuf);

impl Aws {
    /// One whose dead letters are so many.
    fn with(name: &str, count: u32) -> Self {
        let folder = std::env::temp_dir().join(format!("guestlist-redrive-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let text = format!(
            "#!/bin/sh\necho \"$@\" >> {0}/asked\ncase \"$*\" in\n  *no-such*) echo 'it is not there' >&2; exit 254;;\n  \
             *get-queue-url*) echo https://sqs.test/1/dead;;\n  *QueueArn*) echo arn:aws:sqs:eu-central-1:1:dead;;\n  \
             *ApproximateNumberOfMessages*) echo {count};;\nesac\n",
            folder.display(),
        );
        script::write(&folder.join("aws"), &text);
        Self(folder)
    }

    fn program(&self) -> PathBuf {
        self.0.join("aws")
    }

    fn asked(&self) -> Vec<String> {
        std::fs::read_to_string(self.0.join("asked")).unwrap_or_default().lines().map(str::to_owned).collect()
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn known() -> Vec<&'static str> {
    queues(pictures::every())
}

#[test]
fn dead_letters_go_back_to_where_they_came_from() {
    let aws = Aws::with("some", 3);
    let said = redrive(&aws.program(), &known(), "mails", "prod").unwrap();
    assert!(said.contains("3 messages") && said.contains("guestlist-prod-mails-dead"), "{said}");
    let asked = aws.asked();
    assert_eq!(asked[0], "sqs get-queue-url --queue-name guestlist-prod-mails-dead --query QueueUrl --output text");
    let last = "sqs start-message-move-task --source-arn arn:aws:sqs:eu-central-1:1:dead --output text";
    assert_eq!(asked.last().unwrap(), last);
}

#[test]
fn nothing_is_started_where_there_is_nothing_or_no_such_queue() {
    let aws = Aws::with("none", 0);
    assert!(redrive(&aws.program(), &known(), "facts", "dev").unwrap().contains("is empty"));
    assert!(aws.asked().iter().all(|line| !line.contains("start-message-move-task")));
    // Nobody takes from it but a person.
    let why = redrive(&aws.program(), &known(), "unpublished", "dev").unwrap_err();
    assert!(why.contains("facts, mails"), "{why}");
    assert!(redrive(&aws.program(), &known(), "mails", "no-such").unwrap_err().contains("it is not there"));
    let why = redrive(&aws.0.join("absent"), &known(), "mails", "dev").unwrap_err();
    assert!(why.contains("Install the AWS CLI"), "{why}");
}
