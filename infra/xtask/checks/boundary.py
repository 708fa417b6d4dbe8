"""Rules for the boundary of roles: who deploys from GitHub makes roles by a role of infra/deploy-role.yaml, which takes them with that
boundary only."""

import pathlib
from fnmatch import fnmatchcase

from grants import held
from samtranslator.yaml_helper import yaml_parse
from stack import found, listed, plain

OURS = "${AWS::Region}:${AWS::AccountId}"
TAKEN = {"Fn::If": ["HasRoleBoundary", {"Ref": "RoleBoundary"}, {"Ref": "AWS::NoValue"}]}
# What Fn::GetAtt gives for the ARN, by type: the property that holds the name, and what stands around it.
ARNS = {
    "AWS::DynamoDB::Table": ("TableName", f"dynamodb:{OURS}:table/%s"),
    "AWS::Logs::LogGroup": ("LogGroupName", f"logs:{OURS}:log-group:%s:*"),
    "AWS::S3::Bucket": ("BucketName", "s3:::%s"),
    "AWS::SQS::Queue": ("QueueName", f"sqs:{OURS}:%s"),
}


def allowed():
    """Pairs of action and resource that the boundary allows, as patterns."""
    path = pathlib.Path(__file__).parents[2] / "deploy-role.yaml"
    template = yaml_parse(path.read_text(encoding="utf-8"))
    for statement in template["Resources"]["RoleBoundary"]["Properties"]["PolicyDocument"]["Statement"]:
        for action in listed(statement["Action"]):
            for resource in listed(statement["Resource"]):
                yield action, plain(resource)


ALLOWED = list(allowed())


def spelled(stack, resource):
    """A resource of a policy, as `plain` has it, with the ARN spelled out that it refers to."""
    name, dot, rest = resource.removeprefix("${").partition(".")
    attribute = rest.replace("}", "", 1)
    kind = found(stack.resources, f"{name}.Type")
    if not dot or kind not in ARNS:
        return resource
    holds, around = ARNS[kind]
    arn = around % plain(found(stack.resources, f"{name}.Properties.{holds}"))
    return "arn:${AWS::Partition}:" + arn + attribute.replace("StreamArn", "/stream/*").removeprefix("Arn")


def roles_take_the_boundary(stack):
    """a role without the boundary can't be made from GitHub: set PermissionsBoundary to RoleBoundary, where there is one"""
    for name, role in stack.of("AWS::IAM::Role").items():
        if role.get("PermissionsBoundary") != TAKEN:
            yield name


def roles_stay_within_the_boundary(stack):
    """is beyond the boundary, and so refused where GitHub deploys: allow it in RoleBoundary of infra/deploy-role.yaml"""
    for name, role in stack.of("AWS::IAM::Role").items():
        for action, resource in sorted(held(role)):
            # Without its condition: that only lessens it.
            arn = spelled(stack, resource.partition(" if ")[0])
            if not any(fnmatchcase(action, actions) and fnmatchcase(arn, resources) for actions, resources in ALLOWED):
                yield f"{name}, {action} on {arn}"


RULES = [roles_take_the_boundary, roles_stay_within_the_boundary]
