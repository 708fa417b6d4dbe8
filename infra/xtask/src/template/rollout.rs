//! Which functions change gradually: those without which nobody gets a ticket, or gets in with it. CodeDeploy moves
//! their alias
//! `live` from the version that was to the new one, step by step, and back by itself when one of the alarms goes off.
//! (`infra/aws/rollout.yaml` has the parameters and CodeDeploy's role.)

use kit::Function;
use serde_json::{Value, json};

/// These functions. Each costs three resources more, so that it isn't all of them. A deployment that is taken back
/// for one of them is taken back for all: CloudFormation undoes the whole update.
pub const BOOKING_PATH: &[&str] = &[
    "register_user",
    "verify_email",
    "issue_tokens",
    "refresh_tokens",
    "read_event",
    "book_place",
    "cancel_booking",
    "check_in_ticket",
];

/// The parameters that these functions depend on (their environment has them); the house rules compare.
const PARAMETERS: &str = "${Stage} ${BaseUrl} ${Sender} ${OriginVersion} ${Architecture}";

/// Whether this function changes gradually.
pub fn is_gradual(function: &Function) -> bool {
    BOOKING_PATH.contains(&function.name)
}

/// How many resources SAM makes for it: a version, an alias and a deployment group each, and one application for all.
pub fn added_by_sam(all: &[Function]) -> usize {
    let gradual = all.iter().filter(|function| is_gradual(function)).count();
    if gradual == 0 { 0 } else { 3 * gradual + 1 }
}

pub fn add(function: &Function, properties: &mut Value) {
    if !is_gradual(function) {
        return;
    }
    properties["AutoPublishAlias"] = json!("live");
    // Memory, timeout and environment belong to a version as its code does. SAM names a version by what the template
    // says of the function, where parameters stand as names: another value of one alone would make no new version,
    // and the alias would go on with an old address or an old secret. Another description makes CloudFormation
    // publish one.
    properties["AutoPublishAliasAllProperties"] = json!(true);
    properties["VersionDescription"] = json!({ "Fn::Sub": PARAMETERS });
    properties["DeploymentPreference"] = json!({
        "Type": { "Ref": "GradualDeployment" },
        "Role": { "Fn::GetAtt": "DeploymentRole.Arn" },
        "Alarms": [{ "Ref": "BookingsFailAlarm" }, { "Ref": "FunctionsFailAlarm" }],
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit::Kind;

    #[test]
    fn the_booking_path_is_made_of_routes_that_there_are() {
        for name in BOOKING_PATH {
            let known = pictures::every().iter().find(|function| function.name == *name);
            let route = known.is_some_and(|function| matches!(function.kind, Kind::Route { .. }));
            assert!(route, "{name} is no route: mend BOOKING_PATH");
        }
    }
}
