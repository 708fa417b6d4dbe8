//! What docs/DEPLOY.md says of parameters, and what those who deploy from GitHub may not do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use xtask::root;

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// The statement of infra/deploy-role.yaml with this Sid.
fn statement(role: &str, sid: &str) -> String {
    let (_, rest) = role.split_once(&format!("- Sid: {sid}\n")).expect(sid);
    rest.split("- Sid: ").next().unwrap().split("\n\n").next().unwrap().to_owned()
}

#[test]
fn the_guide_lists_every_parameter() {
    let template = read("template.yaml");
    let (_, rest) = template.split_once("\nParameters:\n").unwrap();
    let names = rest.lines().take_while(|line| line.is_empty() || line.starts_with(' ')).filter_map(|line| {
        let name = line.strip_prefix("  ")?.strip_suffix(':')?;
        name.starts_with(|c: char| c.is_ascii_uppercase()).then_some(name)
    });
    let there: BTreeSet<&str> = names.collect();
    assert!(there.contains("Stage") && there.contains("RouteRate"), "{there:?}");

    let guide = read("docs/DEPLOY.md");
    let (_, rest) = guide.split_once("\nAll parameters.").unwrap();
    let rows = rest.split("\n\n").nth(1).unwrap().lines().filter_map(|line| line.strip_prefix("| `"));
    let cells: Vec<&str> = rows.map(|row| row.split(" |").next().unwrap()).collect();
    let listed: BTreeSet<&str> =
        cells.iter().flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`')).collect();
    assert_eq!(listed, there, "the table \"All parameters\" of docs/DEPLOY.md and those of template.yaml");
}

/// Else a stage of some name would change the roles that deploy another one.
#[test]
fn the_names_of_what_deploys_are_no_stages_names() {
    let role = read("infra/deploy-role.yaml");
    let names: Vec<&str> = role
        .lines()
        .filter_map(|line| {
            line.trim().strip_prefix("RoleName: !Sub ").or(line.trim().strip_prefix("ManagedPolicyName: !Sub "))
        })
        .collect();
    assert_eq!(names, ["deploy-guestlist-${Stage}", "formation-guestlist-${Stage}", "boundary-guestlist-${Stage}"]);
    assert!(statement(&role, "RolesOfTheStack").contains(":role/guestlist-${Stage}-*"));
}

#[test]
fn roles_are_made_within_the_boundary_and_handed_to_two_services() {
    let role = read("infra/deploy-role.yaml");
    let more = ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"];
    let bounded = statement(&role, "RolesWithinTheBoundary");
    assert!(bounded.contains("iam:PermissionsBoundary: !Ref RoleBoundary"), "{bounded}");
    for action in more {
        assert_eq!(role.matches(&format!("- {action}\n")).count(), 1, "{action} is allowed elsewhere too");
        assert!(bounded.contains(action), "{action}");
    }
    // What would lead out of it.
    for action in ["iam:*", "iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary", "iam:CreatePolicyVersion"] {
        assert!(!role.contains(action), "{action}");
    }
    let handed = statement(&role, "HandOverRoles");
    assert!(handed.contains("iam:PassedToService:"), "{handed}");
    assert_eq!(role.matches("- iam:PassRole\n").count(), 2, "with the one to CloudFormation");
}

#[test]
fn a_stage_uploads_to_its_own_folder() {
    let role = read("infra/deploy-role.yaml");
    assert!(statement(&role, "Upload").contains("aws-sam-cli-managed-default-*/guestlist-${Stage}/*\n"));
    let bucket = statement(&role, "LookAtUploadsBucket");
    assert!(!bucket.contains("s3:PutObject") && !bucket.contains("s3:GetObject"), "{bucket}");
    assert!(read(".github/workflows/deploy.yml").contains("--s3-prefix \"guestlist-$STAGE\""));
    // By hand too: `sam delete` empties the folder that the stage was deployed from, whoever else has files there.
    assert!(!read("samconfig.toml").contains("s3_prefix"), "one folder for all stages");
    let (guide, runbook) = (read("docs/DEPLOY.md"), read("docs/RUNBOOK.md"));
    let lines: Vec<&str> = guide.lines().chain(runbook.lines()).map(str::trim).collect();
    let deployments: Vec<&&str> = lines.iter().filter(|line| line.starts_with("sam deploy ")).collect();
    assert!(deployments.len() >= 5, "{deployments:?}");
    for deployment in deployments {
        let folder =
            deployment.replace('"', "").contains("--stack-name guestlist-$stage --s3-prefix guestlist-$stage ");
        assert!(folder, "{deployment}");
    }
}

/// Whether the whole text is one of the pattern's alternatives, as CloudFormation asks of an `AllowedPattern`, as far as these go:
/// plain characters, and sets that are repeated.
fn is_allowed(pattern: &str, text: &str) -> bool {
    pattern.split('|').any(|mut pattern| {
        let mut text = text;
        while let Some(next) = pattern.chars().next() {
            let Some((set, rest)) = pattern.strip_prefix('[').and_then(|rest| rest.split_once("]+")) else {
                let Some(rest) = text.strip_prefix(next) else { return false };
                (pattern, text) = (&pattern[next.len_utf8()..], rest);
                continue;
            };
            let of_set = |c: char| {
                let ranges = [('A', 'Z'), ('a', 'z'), ('0', '9')];
                let within =
                    |(from, to): (char, char)| set.contains(&format!("{from}-{to}")) && (from..=to).contains(&c);
                ranges.into_iter().any(within) || "_.".contains(c) && set.contains(c) || c == '-' && set.ends_with(c)
            };
            let left = text.trim_start_matches(of_set);
            if left.len() == text.len() {
                return false;
            }
            (pattern, text) = (rest, left);
        }
        text.is_empty()
    })
}

/// Since July 2026 GitHub names new repositories with the ids of owner and repository, and older ones as ever.
#[test]
fn a_repository_is_trusted_by_its_ids_or_by_its_name() {
    let role = read("infra/deploy-role.yaml");
    let (_, rest) = role.split_once("\n  Repository:\n").unwrap();
    let pattern = rest.lines().find_map(|line| line.trim().strip_prefix("AllowedPattern: ")).unwrap().trim_matches('"');
    for repository in ["octo-org@123456/octo-repo@456789", "octo-org/octo_repo.js"] {
        assert!(is_allowed(pattern, repository), "{repository} by {pattern}");
    }
    let others =
        ["octo", "octo/*", "octo@1/repo", "octo/repo@2", "octo@x/repo@y", "octo@1/repo@2/x", "octo/repo:ref", "/", ""];
    for repository in others {
        assert!(!is_allowed(pattern, repository), "{repository} by {pattern}");
    }
    let (_, condition) = role.split_once("              StringEquals:\n").unwrap();
    let subject = "token.actions.githubusercontent.com:sub: !Sub repo:${Repository}:environment:${Environment}\n";
    assert!(condition.lines().take(2).any(|line| line.trim() == subject.trim()), "as a whole, and equal");
    assert!(!role.contains("StringLike"));
    let guide = read("docs/DEPLOY.md");
    assert!(guide.contains(r#"--jq '"\(.owner.login)@\(.owner.id)/\(.name)@\(.id)"'"#));
    assert!(guide.contains("Repository=$repository Environment=$environment Stage=$stage"));
}

/// What `xtask keys` and `publish-web` ask of AWS.
#[test]
fn who_deploys_may_do_what_the_commands_ask_for_and_no_more() {
    let role = read("infra/deploy-role.yaml");
    for (sid, wanted) in [
        ("PublishTheApps", &["s3:PutObject"][..]),
        ("ClearCaches", &["cloudfront:CreateInvalidation"]),
        ("KeepKeys", &["ssm:GetParameter", "ssm:PutParameter"]),
        ("PublishKeys", &["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"]),
    ] {
        let statement = statement(&role, sid);
        let actions = statement.split_once("Action:\n").unwrap().1.lines().map(str::trim);
        let actions: Vec<&str> = actions.map_while(|line| line.strip_prefix("- ")).collect();
        assert_eq!(actions, wanted, "{sid}");
    }
}

/// Packages run code of their own when they are installed and built, and any step of a job that may ask for a token can have it.
#[test]
fn nothing_is_built_where_there_are_credentials() {
    let workflow = read(".github/workflows/deploy.yml");
    let (builds, deploys) = workflow.split_once("\n  deploy:\n").unwrap();
    let asks = |jobs: &str| jobs.lines().any(|line| line.trim().starts_with("id-token:"));
    assert!(!asks(builds) && !builds.contains("environment:\n      name:") && asks(deploys));
    for tool in ["cargo xtask package", "npm ci && npm run build"] {
        assert!(builds.contains(tool), "{tool}");
    }
    let code = deploys.lines().filter(|line| !line.trim().starts_with('#'));
    for line in code {
        assert!(!["cargo", "rustup", "npm", "npx", "node"].iter().any(|tool| line.contains(tool)), "{line}");
    }
    assert!(deploys.contains("target/debug/xtask publish-web \"$STAGE\" --built"));
}

#[test]
fn what_is_installed_where_there_are_credentials_is_known_by_hash() {
    let workflow = read(".github/workflows/deploy.yml");
    let installs: Vec<&str> = workflow.lines().map(str::trim).filter(|line| line.contains("pip ")).collect();
    let locked = "run: \"pip install --require-hashes --only-binary :all: --requirement infra/sam-requirements.txt\"";
    assert_eq!(installs, [locked]);
    let version = |file: &str| {
        let requirements = read(file);
        let sam = requirements.lines().find_map(|line| line.strip_prefix("aws-sam-cli==")).unwrap();
        sam.trim_end_matches([' ', '\\']).to_owned()
    };
    assert_eq!(version("infra/sam-requirements.txt"), version("infra/xtask/checks/requirements.txt"));
}

/// Whoever can upload could choose the same name.
#[test]
fn artifacts_are_taken_by_id() {
    let workflow = read(".github/workflows/deploy.yml");
    let downloads = workflow.matches("actions/download-artifact@").count();
    assert_eq!((downloads, workflow.matches("artifact-ids: ${{ needs.").count()), (2, 2));
}
