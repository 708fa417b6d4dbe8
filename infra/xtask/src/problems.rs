//! The problems that functions answer with. What the kit says follows from a function's declaration; what a function itself
//! refuses is written down in `events/problems.json` as the tests saw it. A whole test run fails where the two differ, so that
//! neither a problem that nobody wrote down nor one that there is no more stays in the API's description.

use crate::{Result, openapi, read, write};
use kit::Function;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Codes by status.
pub type Codes = BTreeMap<u16, BTreeSet<String>>;

/// Where they are written down.
const FILE: &str = "events/problems.json";
/// The file that test processes append what they saw to; `GUESTLIST_PROBLEMS_LOG` tells them where.
pub const LOG: &str = "target/problems.log";
/// The command that writes them down anew.
const MEND: &str = "cargo xtask record";

/// What is written down, by function.
///
/// # Errors
/// It can't be read.
pub fn recorded(root: &Path) -> Result<BTreeMap<String, Codes>> {
    serde_json::from_str(&read(&root.join(FILE))?).map_err(|why| format!("{FILE}: {why}"))
}

/// What tests saw beyond what follows from the declarations. `log` has lines of `function<TAB>status<TAB>code`.
pub fn seen(log: &str, declared: &BTreeMap<String, Codes>) -> BTreeMap<String, Codes> {
    let mut seen: BTreeMap<String, Codes> = BTreeMap::new();
    for line in log.lines() {
        let mut parts = line.split('\t');
        let (Some(function), Some(Ok(status)), Some(code)) = (parts.next(), parts.next().map(str::parse), parts.next())
        else {
            continue;
        };
        // A fault of ours, provoked or not, is no part of the API.
        let known = |codes: &Codes| codes.get(&status).is_some_and(|codes| codes.contains(code));
        if status != 500 && status != 503 && declared.get(function).is_some_and(|codes| !known(codes)) {
            seen.entry(function.to_owned()).or_default().entry(status).or_default().insert(code.to_owned());
        }
    }
    seen
}

/// Whether what the tests saw is what is written down.
///
/// # Errors
/// Names what isn't, and the command that mends it.
pub fn check(root: &Path, all: &[Function]) -> Result<String> {
    let (seen, recorded) = (seen_last(root, all)?, recorded(root)?);
    let (unwritten, unseen) = (beyond(&seen, &recorded), beyond(&recorded, &seen));
    if unwritten.is_empty() && unseen.is_empty() {
        return Ok(format!("{} written down, all seen", beyond(&recorded, &BTreeMap::new()).len()));
    }
    let told = |words: &str, lines: &[String]| {
        if lines.is_empty() { String::new() } else { format!("{words}\n  {}\n", lines.join("\n  ")) }
    };
    Err(format!(
        "{}{}Once all tests pass, write them down with: {MEND}",
        told(&format!("Tests saw these problems, and {FILE} doesn't have them:"), &unwritten),
        told(&format!("{FILE} has these, and no test saw them:"), &unseen),
    ))
}

/// Writes down what the last whole test run saw.
///
/// # Errors
/// There was no such run.
pub fn record(root: &Path, all: &[Function]) -> Result<()> {
    let seen = seen_last(root, all)?;
    if seen.is_empty() {
        return Err("no test has seen a problem yet: run cargo xtask test first".to_owned());
    }
    let text = serde_json::to_string_pretty(&seen).map_err(|why| why.to_string())?;
    write(&root.join(FILE), &(text + "\n"))
}

fn seen_last(root: &Path, all: &[Function]) -> Result<BTreeMap<String, Codes>> {
    let log = read(&root.join(LOG)).unwrap_or_default();
    Ok(seen(&log, &openapi::declared_problems(root, all)?))
}

/// What is in `these` and not in `those`, a line each.
fn beyond(these: &BTreeMap<String, Codes>, those: &BTreeMap<String, Codes>) -> Vec<String> {
    let lines = |all: &BTreeMap<String, Codes>| -> BTreeSet<String> {
        let codes =
            all.iter().flat_map(|(function, codes)| codes.iter().map(move |(status, codes)| (function, status, codes)));
        codes
            .flat_map(|(function, status, codes)| codes.iter().map(move |code| format!("{function}: {status} {code}")))
            .collect()
    };
    lines(these).difference(&lines(those)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(status: u16, code: &str) -> Codes {
        Codes::from([(status, BTreeSet::from([code.to_owned()]))])
    }

    #[test]
    fn what_follows_from_a_declaration_and_what_is_our_fault_is_not_written_down() {
        let declared = BTreeMap::from([("book_place".to_owned(), codes(422, "invalid"))]);
        let log = "book_place\t409\tsold_out\nbook_place\t422\tinvalid\nbook_place\t503\tbusy\nbook_place\t409\tsold_out\n\
                   a_function_of_a_test\t409\tx\nhalf a line";
        assert_eq!(seen(log, &declared), BTreeMap::from([("book_place".to_owned(), codes(409, "sold_out"))]));
    }

    #[test]
    fn a_difference_is_told_line_by_line() {
        let these = BTreeMap::from([("book_place".to_owned(), codes(409, "sold_out"))]);
        assert_eq!(beyond(&these, &BTreeMap::new()), ["book_place: 409 sold_out"]);
        assert!(beyond(&these, &these).is_empty());
    }
}
