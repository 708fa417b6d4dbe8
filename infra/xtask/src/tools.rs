//! The tools from PyPI that read template.yaml and openapi.json as AWS and API clients would, in an environment of their own.

use crate::{Result, read, template, write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const REQUIREMENTS: &str = "infra/xtask/checks/requirements.txt";

/// One check and how it ended: a line of summary, or what is wrong.
#[derive(Debug)]
pub struct Checked {
    /// What was checked, by what.
    pub name: &'static str,
    /// How it ended.
    pub outcome: Result<String>,
}

fn environment(root: &Path) -> PathBuf {
    root.join("target/checks/venv")
}

/// Whether the tools of the present requirements are installed.
pub fn installed(root: &Path) -> bool {
    let stamp = read(&root.join("target/checks/installed.txt"));
    stamp.is_ok_and(|held| read(&root.join(REQUIREMENTS)).is_ok_and(|wanted| held == wanted))
}

/// Installs the tools where they aren't yet: a few minutes once, then nothing.
///
/// # Errors
/// No Python, no `venv`, or PyPI can't be reached.
pub fn install(root: &Path) -> Result<()> {
    let done = install_from(root, REQUIREMENTS, &root.join("target/checks"));
    done.map(drop).map_err(|why| format!("{why}; --no-lint goes without them"))
}

/// Installs what `requirements` list into an environment in `home`, where it isn't yet. Gives where the programs are.
///
/// # Errors
/// No Python, no `venv`, or PyPI can't be reached.
pub(crate) fn install_from(root: &Path, requirements: &str, home: &Path) -> Result<PathBuf> {
    let (stamp, venv) = (home.join("installed.txt"), home.join("venv"));
    let wanted = read(&root.join(requirements))?;
    if read(&stamp).is_ok_and(|held| held == wanted) {
        return Ok(venv.join("bin"));
    }
    let made = Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv).status();
    if !made.is_ok_and(|status| status.success()) {
        return Err("python3 -m venv doesn't work: install Python 3.10 or newer with its venv module \
                    (on Debian and Ubuntu: apt-get install python3-venv)"
            .to_owned());
    }
    let pip = venv.join("bin/pip");
    let arguments = ["install", "--quiet", "--disable-pip-version-check", "--requirement"];
    let done = Command::new(&pip).args(arguments).arg(root.join(requirements)).status();
    if !done.is_ok_and(|status| status.success()) {
        return Err(format!("the tools of {requirements} can't be installed from PyPI"));
    }
    write(&stamp, &wanted)?;
    Ok(venv.join("bin"))
}

/// Writes down what the checks of the transformed template should find, and gives where.
///
/// # Errors
/// The template can't be counted, or the file can't be written.
pub(crate) fn expected(root: &Path) -> Result<String> {
    let path = "target/checks/expected.json";
    write(&root.join(path), &template::expected(root, pictures::every())?.to_string())?;
    Ok(path.to_owned())
}

/// Reads the generated files with the tools.
///
/// # Errors
/// The template can't be counted. What the tools find is in their outcomes.
pub fn check(root: &Path) -> Result<Vec<Checked>> {
    let bin = environment(root).join("bin");
    let expected = expected(root)?;
    let checks = "infra/xtask/checks";
    let python = || Command::new(bin.join("python"));
    let runs: [(&'static str, Command, Vec<&str>); 7] = [
        ("cfn-lint", Command::new(bin.join("cfn-lint")), vec!["--template", "template.yaml"]),
        (
            "sam validate --lint",
            Command::new(bin.join("sam")),
            vec!["validate", "--lint", "--region", "eu-central-1", "--template-file", "template.yaml"],
        ),
        ("transformed template", python(), vec!["transformed.py", "template.yaml", &expected]),
        ("those checks' own tests", python(), vec!["test_transformed.py", "template.yaml", &expected]),
        ("openapi.json", python(), vec!["description.py", "openapi.json"]),
        ("cfn-lint of the role", Command::new(bin.join("cfn-lint")), vec!["--template", "infra/deploy-role.yaml"]),
        ("zizmor", Command::new(bin.join("zizmor")), vec!["--offline", "--quiet", ".github/workflows"]),
    ];
    let mut checked = Vec::new();
    for (name, mut command, arguments) in runs {
        let arguments = arguments.into_iter().map(|argument| {
            if argument.ends_with(".py") { format!("{checks}/{argument}") } else { argument.to_owned() }
        });
        checked.push(Checked { name, outcome: outcome(command.args(arguments).current_dir(root)) });
    }
    Ok(checked)
}

fn outcome(command: &mut Command) -> Result<String> {
    // Nothing is told to anybody, and nothing of this machine's account is read.
    let quiet = [("SAM_CLI_TELEMETRY", "0"), ("AWS_EC2_METADATA_DISABLED", "true"), ("PYTHONDONTWRITEBYTECODE", "1")];
    let output = command
        .envs(quiet)
        .env("AWS_ACCESS_KEY_ID", "none")
        .env("AWS_SECRET_ACCESS_KEY", "none")
        .stdin(Stdio::null())
        .output()
        .map_err(|why| format!("{command:?} can't be started: {why}"))?;
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    if output.status.success() { Ok(said[0].clone()) } else { Err(said.join("\n").trim().to_owned()) }
}
