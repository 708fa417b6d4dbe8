"""Rules for who is let in beside the roles: what a policy elsewhere grants, no rule for roles sees."""

from functions import calls
from stack import entries

# Every kind of resource that the rules know. Another may let somebody in where none of them looks (AWS::IAM::Policy adds to a role,
# AWS::Lambda::Url to who may call, AWS::S3::AccessPoint to who may read), or run code of its own (Custom::…).
TYPES = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
    "AWS::Budgets::Budget",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::DynamoDB::Table",
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::Route53::RecordSet",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SES::ConfigurationSet",
    "AWS::SES::ConfigurationSetEventDestination",
    "AWS::SES::EmailIdentity",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::SSM::Parameter",
}
# Properties that let others in, whatever holds them: policies of tables, streams and log groups, a bucket's ACL, and what lets other
# sites' pages read the API's answers. (A bucket takes covers from our pages: edge.py.)
OPENING = {"AccessControl", "CorsConfig", "ResourcePolicy", "ResourcePolicyDocument", "x-amazon-apigateway-cors"}


def resources_are_of_known_types(stack):
    """of a type that no rule knows, which may let others in: do without it, or write rules for it and add it to TYPES in infra/xtask/checks/access.py"""
    for name, resource in stack.resources.items():
        if resource["Type"] not in TYPES:
            yield f"{name}, {resource['Type']}"


def no_resource_lets_others_in(stack):
    """lets others in past what roles grant: take the property out of it, or where it is meant out of OPENING in infra/xtask/checks/access.py, with rules for whom it lets in"""
    for name, resource in stack.resources.items():
        for opened, _ in entries(resource.get("Properties")):
            if opened in OPENING:
                yield f"{name}, {opened}"


def only_callers_are_permitted(stack):
    """permits others to call than the route or rule that does: take it out, SAM makes those that are needed"""
    needed = list(calls(stack).values())
    for name, permission in stack.of("AWS::Lambda::Permission").items():
        if permission not in needed:
            yield name


RULES = [resources_are_of_known_types, no_resource_lets_others_in, only_callers_are_permitted]
