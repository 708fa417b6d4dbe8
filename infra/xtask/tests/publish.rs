//! `cargo xtask publish-web`, with a script in the place of the AWS CLI that keeps what it was asked.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod script;

use std::path::PathBuf;
use xtask::publish::upload;

const AWS: &str = r#"#!/bin/sh
echo "$@" >> HOME/asked
case "$*" in
  *guestlist-nowhere*) echo 'Stack with id guestlist-nowhere does not exist' >&2; exit 254;;
  *WebBucket*) echo guestlist-prod-web-1;;
  *DistributionId*) echo E123;;
esac
"#;

/// A workspace with apps that are built.
struct House(PathBuf);

impl House {
    fn new(name: &str, files: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("guestlist-publish-{name}-{}", std::process::id()));
        for file in files {
            let path = folder.join("web").join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        std::fs::create_dir_all(&folder).unwrap();
        script::write(&folder.join("aws"), &AWS.replace("HOME", &folder.to_string_lossy()));
        Self(folder)
    }

    fn upload(&self, stage: &str) -> Result<String, String> {
        upload(&self.0, &self.0.join("aws"), stage)
    }

    fn asked(&self) -> Vec<String> {
        std::fs::read_to_string(self.0.join("asked")).unwrap_or_default().lines().map(str::to_owned).collect()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

const FILES: &[&str] = &[
    "attendee/dist/index.html",
    "attendee/dist/index.html.br",
    "attendee/dist/sw.js",
    "attendee/dist/.built-from",
    "attendee/dist/.vite/manifest.json",
    "attendee/dist/manifest.webmanifest",
    "attendee/dist/assets/app.js",
    "attendee/dist/assets/home-D6L2WMlL.js",
    "attendee/dist/assets/home-D6L2WMlL.js.gz",
    "attendee/dist/assets/fonts/onest-latin.woff2",
    "organizer/dist/index.html",
    "organizer/dist/assets/app-abcd1234.js",
    "organizer/dist/assets/zxing-abcd1234.wasm",
];

#[test]
fn what_pages_lead_to_is_there_before_them() {
    let house = House::new("order", FILES);
    let said = house.upload("prod").unwrap();
    assert!(said.contains("9 files are in guestlist-prod-web-1"), "{said}");
    let asked = house.asked();
    let at =
        |what: &str| asked.iter().position(|line| line.contains(what)).unwrap_or_else(|| panic!("{what}: {asked:?}"));
    let order = [
        at("home-D6L2WMlL.js"),
        at("onest-latin.woff2"),
        at("--include assets/app.js"),
        at("--include index.html"),
        at("--include sw.js"),
        at("create-invalidation"),
    ];
    assert!(order.is_sorted(), "{asked:?}");
    assert_eq!(order[5], asked.len() - 1);
    // The organizers' code comes before the attendees' pages too.
    assert!(at("zxing-abcd1234.wasm") < at("--include index.html"));
    for left_out in [".br", ".gz", ".built-from", ".vite"] {
        assert!(!asked.iter().any(|line| line.contains(left_out)), "{left_out}");
    }
    assert!(!asked.iter().any(|line| line.contains("--delete") || line.contains(" rm ")), "old files stay");
}

#[test]
fn each_file_says_what_it_is_and_how_long_it_is_kept() {
    let house = House::new("headers", FILES);
    house.upload("prod").unwrap();
    let asked = house.asked();
    for (file, media, cache, to) in [
        ("assets/home-D6L2WMlL.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "/"),
        ("assets/app.js", "text/javascript; charset=utf-8", "no-cache", "/"),
        ("assets/fonts/onest-latin.woff2", "font/woff2", "public, max-age=604800", "/"),
        ("manifest.webmanifest", "application/manifest+json", "no-cache", "/"),
        ("assets/zxing-abcd1234.wasm", "application/wasm", "public, max-age=31536000, immutable", "/organize/"),
    ] {
        let wanted = format!(" s3://guestlist-prod-web-1{to} --recursive");
        let line = asked.iter().find(|line| line.contains(&format!("--include {file}"))).unwrap();
        assert!(line.contains(&wanted), "{line}");
        assert!(line.contains(&format!("--content-type {media} --cache-control {cache} --exclude *")), "{line}");
    }
    let line = asked.last().unwrap();
    let paths: Vec<&str> =
        line.split("--paths ").nth(1).unwrap().split(' ').take_while(|path| path.starts_with('/')).collect();
    let wanted = [
        "/",
        "/organize/",
        "/assets/fonts/onest-latin.woff2",
        "/assets/app.js",
        "/manifest.webmanifest",
        "/index.html",
        "/organize/index.html",
        "/sw.js",
    ];
    assert_eq!(
        (paths.iter().collect::<std::collections::BTreeSet<_>>(), paths.len()),
        (wanted.iter().collect(), wanted.len()),
        "all whose names stay, and nothing else"
    );
}

#[test]
fn nothing_goes_up_where_something_is_missing() {
    let house = House::new("nowhere", FILES);
    assert!(house.upload("nowhere").unwrap_err().contains("does not exist"));
    let unbuilt = House::new("unbuilt", &FILES[..10]);
    assert!(unbuilt.upload("prod").unwrap_err().contains("web/organizer/dist isn't built"));
    let strange = House::new("strange", &[FILES, &["attendee/dist/film.mkv"]].concat());
    assert!(strange.upload("prod").unwrap_err().contains("film.mkv"));
    for house in [house, unbuilt, strange] {
        assert!(!house.asked().iter().any(|line| line.starts_with("s3 ")), "{:?}", house.asked());
    }
}

/// The files come out of an archive that another job made, and the AWS CLI follows links.
#[test]
fn a_link_to_elsewhere_is_not_sent() {
    let house = House::new("link", FILES);
    std::fs::write(house.0.join("secret"), "x").unwrap();
    std::os::unix::fs::symlink(house.0.join("secret"), house.0.join("web/attendee/dist/assets/secret.js")).unwrap();
    let said = house.upload("prod").unwrap_err();
    assert!(said.contains("secret.js leads elsewhere"), "{said}");
    assert_eq!(house.asked().iter().filter(|line| line.contains("s3")).count(), 0);
}
