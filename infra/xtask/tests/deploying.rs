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
}
