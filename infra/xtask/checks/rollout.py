"""Rules for the functions that change gradually: they are called by their alias, and a bad version goes back by itself."""

import re

from functions import called, operations
from stack import found, plain, target


def gradual(stack):
    return [name for name, function in stack.expected["functions"].items() if function["gradual"]]


def aliases(stack):
    """The alias of each function that has one: function -> logical id."""
    return {target(alias["FunctionName"]): name for name, alias in stack.of("AWS::Lambda::Alias").items()}


def named(stack, value):
    """Every parameter or resource that something refers to, also by the value of one in Parameter Store that the stack makes."""
    if isinstance(value, dict):
        ref = {value["Ref"]} if "Ref" in value else set()
        sub = set(re.findall(r"\$\{(\w+)", str(value["Fn::Sub"]))) if "Fn::Sub" in value else set()
        copy = stack.of("AWS::SSM::Parameter").get(target(value)) if "Fn::GetAtt" in value else None
        return ref | sub | named(stack, copy) | {name for held in value.values() for name in named(stack, held)}
    if isinstance(value, list):
        return {name for held in value for name in named(stack, held)}
    return set()


def taking_back(stack, group):
    """The alarms of this template at which a deployment group goes back."""
    named_by_it = [target(alarm["Name"]) for alarm in found(group, "AlarmConfiguration.Alarms", [])]
    return [stack.alarms[name] for name in named_by_it if name in stack.alarms]


def the_booking_path_has_aliases(stack):
    """changes all at once: it is in BOOKING_PATH, so give it AutoPublishAlias and DeploymentPreference"""
    for name in gradual(stack):
        if name not in aliases(stack):
            yield name


def nothing_else_has_an_alias(stack):
    """has an alias and isn't in BOOKING_PATH: each takes three of the 500 resources, and its old versions stay"""
    for name in aliases(stack):
        if name not in gradual(stack):
            yield name


def routes_call_the_alias(stack):
    """is called past its alias, so that all requests go to what was deployed last: let the integration name the alias"""
    for path, method, uri in operations(stack):
        name = called(uri)
        if name in aliases(stack):
            yield f"{name}, {method.upper()} {path}"


def aliases_are_moved_by_codedeploy(stack):
    """goes over at once: let its UpdatePolicy name a deployment group of this template"""
    groups = stack.of("AWS::CodeDeploy::DeploymentGroup")
    for name in stack.of("AWS::Lambda::Alias"):
        update = found(stack.resources[name], "UpdatePolicy.CodeDeployLambdaAliasUpdate", {})
        if target(update.get("DeploymentGroupName")) not in groups:
            yield name


def bad_versions_go_back(stack):
    """goes on with a version that fails: give it alarms of this template, on what metric filters count, and AutoRollbackConfiguration, both Enabled"""
    counted = {
        (plain(metric["MetricNamespace"]), metric["MetricName"])
        for counting in stack.of("AWS::Logs::MetricFilter").values()
        for metric in counting["MetricTransformations"]
    }
    for name, group in stack.of("AWS::CodeDeploy::DeploymentGroup").items():
        known = [(plain(alarm.get("Namespace")), alarm.get("MetricName")) for alarm in taking_back(stack, group)]
        events = found(group, "AutoRollbackConfiguration.Events", [])
        on = [found(group, f"{part}.Enabled") for part in ("AlarmConfiguration", "AutoRollbackConfiguration")]
        if not known or not counted.issuperset(known) or on != [True, True] or "DEPLOYMENT_STOP_ON_ALARM" not in events:
            yield name


def few_failures_are_enough(stack):
    """only a rush makes so many failures, so a bad version stays: let one of its alarms go off at one failure (Threshold) in two minutes (DatapointsToAlarm)"""
    for name, group in stack.of("AWS::CodeDeploy::DeploymentGroup").items():
        if not any(
            (alarm.get("Threshold"), alarm.get("Period")) == (1, 60)
            and alarm.get("DatapointsToAlarm", alarm.get("EvaluationPeriods")) <= 2
            for alarm in taking_back(stack, group)
        ):
            yield name


def versions_follow_the_parameters(stack):
    """an alias would go on with its old value: add it to PARAMETERS in infra/xtask/src/template/rollout.rs"""
    parameters = stack.template.get("Parameters", {})
    for name, version in stack.of("AWS::Lambda::Version").items():
        function = target(version["FunctionName"])
        told = named(stack, version.get("Description"))
        for parameter in sorted(named(stack, stack.functions[function]) & set(parameters)):
            if parameter not in told:
                yield f"{name}, {parameter}"


def versions_follow_nothing_else(stack):
    """a deployment that changes it alone fails, as a version can't be published twice: take it out of PARAMETERS in rollout.rs"""
    for name, version in stack.of("AWS::Lambda::Version").items():
        function = stack.functions[target(version["FunctionName"])]
        for parameter in sorted(named(stack, version.get("Description")) - named(stack, function)):
            yield f"{name}, {parameter}"


def how_fast_is_a_parameter(stack):
    """has a pace of its own: take it from the parameter GradualDeployment, so that each stage can choose"""
    for name, group in stack.of("AWS::CodeDeploy::DeploymentGroup").items():
        # SAM has put the parameter's default in its place by now.
        if "AllAtOnce" not in str(group.get("DeploymentConfigName")):
            yield name


RULES = [
    the_booking_path_has_aliases,
    nothing_else_has_an_alias,
    routes_call_the_alias,
    aliases_are_moved_by_codedeploy,
    bad_versions_go_back,
    few_failures_are_enough,
    versions_follow_the_parameters,
    versions_follow_nothing_else,
    how_fast_is_a_parameter,
]
