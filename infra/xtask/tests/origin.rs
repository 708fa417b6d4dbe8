//! The secret between CloudFront and the API, with a script in the place of the AWS CLI that keeps parameters as SSM does.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod script;

use aws_lc_rs::digest::{SHA256, digest};
use std::path::PathBuf;
use xtask::origin::make;

/// A folder with a file per parameter and version; `left` says how many calls still go well.
const AWS: &str = r#"#!/bin/sh
cd HOME
left=$(cat left); [ "$left" = 0 ] && { echo 'the line is cut' >&2; exit 255; }; echo $((left - 1)) > left
case "$*" in
  *get-parameter*)
    name=$(echo "$*" | sed 's|.*--name /guestlist/\([^ ]*\) .*|\1|' | tr / .)
    [ -f "$name" ] || { echo 'An error occurred (ParameterNotFound)' >&2; exit 254; }
    printf '%s\t%s\n' "$(cat "$name")" "$(cat "$name.$(cat "$name")")";;
  *put-parameter*)
    name=$(echo "$*" | sed 's|.*--name /guestlist/\([^ ]*\) .*|\1|' | tr / .)
    version=$(($(cat "$name" 2>/dev/null || echo 0) + 1))
    cat > "$name.$version"
    echo "$*" | sed 's|.*--type \([^ ]*\) .*|\1|' > "$name.type"
    echo "$version" > "$name"; echo "$version";;
esac
"#;

struct Aws(PathBuf);

impl Aws {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("guestlist-origin-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        script::write(&folder.join("aws"), &AWS.replace("HOME", &folder.to_string_lossy()));
        let aws = Self(folder);
        aws.cut_after(1_000);
        aws
    }

    fn cut_after(&self, calls: u32) {
        std::fs::write(self.0.join("left"), calls.to_string()).unwrap();
    }

    fn make(&self, rotate: bool) -> Result<String, String> {
        make(&self.0.join("aws"), "prod", rotate)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(format!("prod.{name}"))).unwrap_or_default().trim().to_owned()
    }

    fn version(&self) -> u32 {
        let (secret, hashes) = (self.read("origin-secret"), self.read("origin-hashes"));
        assert_eq!(secret, hashes, "the template names both by one version");
        secret.parse().unwrap()
    }

    /// What CloudFormation does with the present version (`OriginHashes` in infra/aws/edge.yaml), which it gives.
    fn deploy(&self) -> u32 {
        let version = self.version();
        let copies = self.read("origin-hashes-deployed").parse().unwrap_or(0) + 1;
        let copy = self.0.join(format!("prod.origin-hashes-deployed.{copies}"));
        std::fs::write(copy, self.read(&format!("origin-hashes.{version}"))).unwrap();
        std::fs::write(self.0.join("prod.origin-hashes-deployed"), copies.to_string()).unwrap();
        version
    }

    /// Rotates in vain, and sees to it that nothing is written.
    fn refused(&self, when: &str) {
        let kept = || ["origin-secret", "origin-hashes", "origin-next"].map(|name| self.read(name));
        let before = kept();
        let why = self.make(true).unwrap_err();
        let says = format!(
            "isn't rotated, since the functions in use don't take the next one yet. First deploy with OriginVersion={},",
            self.version()
        );
        assert!(why.contains(&says) && !why.contains("does no harm") && kept() == before, "{when}: {why}");
    }

    /// Whether functions that were deployed at one version hear a CloudFront that was at another.
    fn is_heard(&self, functions: u32, cloudfront: u32) -> bool {
        let secret = self.read(&format!("origin-secret.{cloudfront}"));
        let hash: String = digest(&SHA256, secret.as_bytes()).as_ref().iter().map(|b| format!("{b:02x}")).collect();
        secret.len() == 64 && self.read(&format!("origin-hashes.{functions}")).split(',').any(|taken| taken == hash)
    }

    /// Rotates, and sees to it that it did.
    fn rotated(&self, when: &str) {
        let secret = || self.read(&format!("origin-secret.{}", self.read("origin-secret")));
        let before = secret();
        let said = self.make(true).unwrap();
        assert!(said.contains(": rotated (OriginVersion=") && secret() != before, "{when}: {said}");
    }

    /// As a stack is updated from one version to the other, in any order.
    fn hear_each_other(&self, before: u32, after: u32, when: &str) {
        for (functions, cloudfront) in [(before, after), (after, before), (after, after)] {
            assert!(
                self.is_heard(functions, cloudfront),
                "{when}: functions at {functions}, CloudFront at {cloudfront}"
            );
        }
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn it_is_made_once() {
    let aws = Aws::new("once");
    assert!(aws.make(false).unwrap().contains("made (OriginVersion=1)"));
    assert!(aws.make(false).unwrap().contains("there already (OriginVersion=1)"));
    assert!(aws.is_heard(1, 1));
    // The template can read a String only; what isn't in use yet is nobody's to read.
    let kinds = ["origin-secret", "origin-hashes", "origin-next"].map(|name| aws.read(&format!("{name}.type")));
    assert_eq!(kinds, ["String", "String", "SecureString"]);
}

#[test]
fn a_rotation_leaves_no_moment_in_which_cloudfront_is_not_heard() {
    let aws = Aws::new("rotation");
    aws.make(false).unwrap();
    for _ in 0..25 {
        let before = aws.deploy();
        assert!(aws.make(true).unwrap().contains("rotated"));
        let after = aws.version();
        assert_ne!(aws.read(&format!("origin-secret.{before}")), aws.read(&format!("origin-secret.{after}")));
        aws.hear_each_other(before, after, "rotated");
        let hashes = aws.read(&format!("origin-hashes.{after}"));
        assert!(hashes.len() < 1_400, "a function's variables have 4 KB in all: {}", hashes.len());
    }
    assert!(!aws.is_heard(aws.version(), 1), "an old secret opens nothing for ever");
}

/// By another name than is asked for here it would seem that nothing is deployed.
#[test]
fn the_stack_s_copy_of_the_hashes_has_the_name_that_is_asked_for() {
    let edge = std::fs::read_to_string(xtask::root().join("infra/aws/edge.yaml")).unwrap();
    assert!(edge.contains("      Name: !Sub /guestlist/${Stage}/origin-hashes-deployed\n"));
}

#[test]
fn it_is_rotated_as_often_before_it_is_deployed_as_the_functions_in_use_know_of() {
    let aws = Aws::new("several");
    aws.make(false).unwrap();
    for _ in 0..3 {
        let deployed = aws.deploy();
        for rotation in 1..=5 {
            let when = format!("rotated {rotation} times");
            aws.rotated(&when);
            aws.hear_each_other(deployed, aws.version(), &when);
        }
        aws.refused("rotated 5 times");
        aws.refused("and again");
        aws.hear_each_other(deployed, aws.version(), "as before");
    }
}

/// Nobody is turned away yet.
#[test]
fn before_the_first_deployment_it_is_rotated_at_will() {
    let aws = Aws::new("first");
    aws.make(false).unwrap();
    for rotation in 1..=12 {
        aws.rotated(&format!("rotated {rotation} times"));
    }
}

/// As docs/RUNBOOK.md ends a secret that others may have: it is rotated and deployed, then the hashes of before are taken out.
#[test]
fn who_takes_the_former_hashes_out_ends_the_former_secrets() {
    let aws = Aws::new("ended");
    aws.make(false).unwrap();
    aws.make(true).unwrap();
    let deployed = aws.deploy();
    let hashes = aws.read(&format!("origin-hashes.{deployed}"));
    let kept: Vec<&str> = hashes.split(',').take(6).collect();
    std::fs::write(aws.0.join(format!("prod.origin-hashes.{}", deployed + 1)), kept.join(",")).unwrap();
    std::fs::write(aws.0.join("prod.origin-hashes"), (deployed + 1).to_string()).unwrap();
    assert!(aws.make(false).unwrap().contains("made (OriginVersion="));
    let after = aws.version();
    assert!(!aws.is_heard(after, 1));
    aws.hear_each_other(deployed, after, "the former are taken out");
}

#[test]
fn what_was_cut_off_is_ended_by_the_next_call() {
    for calls in 0..7 {
        let aws = Aws::new(&format!("cut-{calls}"));
        aws.make(false).unwrap();
        aws.make(true).unwrap();
        let deployed = aws.deploy();
        aws.cut_after(calls);
        let why = aws.make(true).unwrap_err();
        assert!(why.contains("the line is cut") && why.ends_with("run this again."), "{why}");
        aws.cut_after(1_000);
        aws.make(false).unwrap();
        let after = aws.version();
        aws.hear_each_other(deployed, after, &format!("cut after {calls}"));
        let before = aws.version();
        assert!(aws.make(true).unwrap().contains("rotated"));
        assert!(aws.is_heard(before, aws.version()) && aws.is_heard(aws.version(), before), "cut after {calls}");
    }
}

/// Whoever sees a failure runs the command again, and again with `--rotate`. What is then said to be rotated is: others may have the one
/// of before.
#[test]
fn rotations_that_fail_in_a_row_leave_no_moment_in_which_cloudfront_is_not_heard() {
    for calls in 0..7 {
        let aws = Aws::new(&format!("row-{calls}"));
        aws.make(false).unwrap();
        let deployed = aws.deploy();
        for _ in 0..5 {
            aws.cut_after(calls);
            assert!(aws.make(true).unwrap_err().contains("the line is cut"));
        }
        aws.cut_after(1_000);
        aws.rotated(&format!("cut after {calls}"));
        aws.hear_each_other(deployed, aws.version(), &format!("cut after {calls}"));
    }
}

/// As it was when one secret only was made ahead.
#[test]
fn the_first_rotation_of_what_an_older_guestlist_made_rotates() {
    let aws = Aws::new("older");
    aws.make(false).unwrap();
    let deployed = aws.version();
    let first = |name: &str, count: usize| {
        let kept = aws.read(&format!("{name}.{deployed}"));
        let kept: Vec<&str> = kept.split(',').take(count).collect();
        std::fs::write(aws.0.join(format!("prod.{name}.{deployed}")), kept.join(",")).unwrap();
    };
    first("origin-hashes", 2);
    first("origin-next", 1);
    aws.rotated("one was ahead");
    aws.hear_each_other(deployed, aws.version(), "one was ahead");
}

/// The functions don't take what they have never heard of: they are deployed first, however often it is tried.
#[test]
fn a_rotation_to_what_no_function_takes_is_put_off_until_it_is_deployed() {
    let aws = Aws::new("lost");
    aws.make(false).unwrap();
    let deployed = aws.deploy();
    std::fs::remove_file(aws.0.join("prod.origin-next")).unwrap();
    assert!(aws.make(true).unwrap_err().contains("isn't rotated"));
    let mended = aws.version();
    assert_eq!(mended, deployed + 1);
    aws.refused("mended");
    aws.refused("once more");
    aws.hear_each_other(deployed, aws.deploy(), "mended");
    aws.rotated("mended and deployed");
    aws.hear_each_other(mended, aws.version(), "mended and deployed");
}
