//! The kit declares and checks; it isn't a web framework, and stays small.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use xtask::root;

/// How many lines of code it may have.
const MOST: usize = 1_500;

/// Lines of code: no empty lines, no comments, and nothing of the tests, which stand last in a file.
fn lines(text: &str) -> usize {
    let code = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).map(str::trim);
    code.filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

#[test]
fn the_kit_stays_small() {
    let files = std::fs::read_dir(root().join("shared/kit/src")).unwrap().map(|file| file.unwrap().path());
    let mut sizes: Vec<(usize, String)> = files
        .map(|file| {
            (lines(&std::fs::read_to_string(&file).unwrap()), file.file_name().unwrap().to_string_lossy().into())
        })
        .collect();
    sizes.sort();
    let sum: usize = sizes.iter().map(|(lines, _)| lines).sum();
    println!("the kit has {sum} lines of code: {sizes:?}");
    assert!(sum < MOST, "the kit has {sum} lines of code, {MOST} are the most: make it simpler. {sizes:?}");
}

#[test]
fn lines_are_counted_as_they_should_be() {
    assert_eq!(
        lines("//! Doc.\n\nuse a;\n\n/// Doc.\nfn b() {\n    // why\n    c()\n}\n\n#[cfg(test)]\nmod tests {}\n"),
        4
    );
}
