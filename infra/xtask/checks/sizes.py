"""Rules for how large the stack is: as counted by `cargo xtask`, and within AWS's limits."""

import json

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MOST_RESOURCES = 500
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
MOST_ROUTES = 300
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
MOST_DYNAMIC_REFERENCES = 60


def routes(stack):
    return sum(
        len([method for method in methods if method != "parameters"])
        for api in stack.of("AWS::ApiGatewayV2::Api").values()
        for methods in api["Body"]["paths"].values()
    )


def resources_are_as_counted(stack):
    """resources there are and were counted by cargo xtask: mend added_by_sam in infra/xtask/src/template/mod.rs"""
    if len(stack.resources) != stack.expected["resources"]:
        yield f"{len(stack.resources)} and {stack.expected['resources']}"


def routes_are_as_counted(stack):
    """routes there are and were counted by cargo xtask: mend routes in infra/xtask/src/template/functions.rs"""
    if routes(stack) != stack.expected["routes"]:
        yield f"{routes(stack)} and {stack.expected['routes']}"


def the_stack_fits(stack):
    """resources are more than the 500 that CloudFormation takes: move functions to a nested stack per noun"""
    if len(stack.resources) > MOST_RESOURCES:
        yield f"{len(stack.resources)}"


def the_api_fits(stack):
    """routes are more than the 300 that an HTTP API takes: ask AWS for more, or make a second API"""
    if routes(stack) > MOST_ROUTES:
        yield f"{routes(stack)}"


def dynamic_references_fit(stack):
    """dynamic references are more than the 60 that CloudFormation takes: resolve it once, in an AWS::SSM::Parameter, and !GetAtt its Value"""
    # Each place counts: AWS doesn't say that the same one twice is one.
    references = json.dumps(stack.template).count("{{resolve:")
    if references > MOST_DYNAMIC_REFERENCES:
        yield f"{references}"


RULES = [resources_are_as_counted, routes_are_as_counted, the_stack_fits, the_api_fits, dynamic_references_fit]
