//! Nothing granted goes unused: over a whole test run, every grant of every function must have been used once.

use kit::Function;
use std::collections::BTreeSet;

/// The grants that no test used, as `function: grant`. `log` holds lines of `function<TAB>grant`, as the tests wrote them for
/// every call that succeeded.
pub fn unused(functions: &[Function], log: &str) -> Vec<String> {
    let used: BTreeSet<(&str, &str)> = log.lines().filter_map(|line| line.split_once('\t')).collect();
    let declared =
        functions.iter().flat_map(|function| function.grants.iter().map(move |grant| (function.name, grant)));
    declared
        .map(|(name, grant)| (name, grant.to_string()))
        .filter(|(name, grant)| !used.contains(&(*name, grant.as_str())))
        .map(|(name, grant)| format!("{name}: {grant}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_of_all() -> Vec<String> {
        let of = |function: &Function| -> Vec<String> {
            function.grants.iter().map(|grant| format!("{}\t{grant}", function.name)).collect()
        };
        pictures::every().iter().flat_map(of).collect()
    }

    #[test]
    fn a_grant_that_nobody_used_is_named() {
        let mut log = log_of_all();
        assert_eq!(unused(pictures::every(), &log.join("\n")), Vec::<String>::new());
        let dropped = log.remove(log.len() / 2);
        assert_eq!(unused(pictures::every(), &log.join("\n")), [dropped.replace('\t', ": ")]);
    }

    #[test]
    fn no_log_means_that_nothing_was_used() {
        assert_eq!(unused(pictures::every(), "").len(), log_of_all().len());
    }
}
