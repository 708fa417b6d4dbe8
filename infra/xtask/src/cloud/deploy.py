"""Transforms template.yaml, checks the outcome, deploys it to the stand-in by CloudFormation and prints its outputs as JSON.

usage: deploy.py ENDPOINT TEMPLATE LAMBDA ARCHITECTURE EXPECTED

LAMBDA is the folder with functions/bootstrap and pictures/bootstrap; EXPECTED is what the checks of the template should find.
"""

import io
import json
import os
import pathlib
import sys
import zipfile

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "checks"))
from transformed import check  # noqa: E402

BUCKET = "deployment"
STACK = "guestlist-test"


def zipped(path):
    """A Lambda package with this one file in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        entry = zipfile.ZipInfo("bootstrap")
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o755 << 16
        package.writestr(entry, path.read_bytes())
    return packed.getvalue()


def in_s3(folder):
    """Where a local folder of code lies, once it is in S3: the part of `sam deploy` that changes the template."""
    return f"s3://{BUCKET}/{pathlib.PurePath(folder).name}.zip"


def translated(path):
    source = yaml_parse(pathlib.Path(path).read_text(encoding="utf-8"))
    everywhere = source["Globals"]["Function"]
    everywhere["CodeUri"] = in_s3(everywhere["CodeUri"])
    for resource in source["Resources"].values():
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = in_s3(resource["Properties"]["CodeUri"])
    parameters = {name: what.get("Default", "") for name, what in source["Parameters"].items()}
    return Translator({}, Parser()).translate(source, parameters)


def with_routes(template):
    """Bridge: ministack reads no API out of `Body`. Each operation in it becomes the route and the integration that API Gateway
    would make of it. The body itself is checked before."""
    resources = template["Resources"]
    for name, api in list(resources.items()):
        if api["Type"] != "AWS::ApiGatewayV2::Api":
            continue
        body = api["Properties"].pop("Body")
        api["Properties"].update(Name=body["info"]["title"], ProtocolType="HTTP")
        for path, operations in body["paths"].items():
            for method, operation in operations.items():
                integration = operation["x-amazon-apigateway-integration"]
                at = f"Route{len(resources)}"
                resources[f"{at}Integration"] = {
                    "Type": "AWS::ApiGatewayV2::Integration",
                    "Properties": {
                        "ApiId": {"Ref": name},
                        "IntegrationType": integration["type"].upper(),
                        "IntegrationMethod": integration["httpMethod"],
                        "IntegrationUri": integration["uri"],
                        "PayloadFormatVersion": integration["payloadFormatVersion"],
                    },
                }
                resources[at] = {
                    "Type": "AWS::ApiGatewayV2::Route",
                    "Properties": {
                        "ApiId": {"Ref": name},
                        "RouteKey": "$default" if path == "/$default" else f"{method.upper()} {path}",
                        "Target": {"Fn::Join": ["/", ["integrations", {"Ref": f"{at}Integration"}]]},
                    },
                }
    return template


def without_dkim(template):
    """Bridge: ministack knows no DNS records of a mail identity, and so fails a stack that puts them out."""
    outputs = template["Outputs"]
    for name in [name for name, output in outputs.items() if "DkimDNSToken" in json.dumps(output)]:
        del outputs[name]
    return template


def without_codedeploy(template):
    """Bridge: ministack has no CodeDeploy. A stack that is made has nothing to go over from: each alias names its first version,
    as it would on AWS. How CodeDeploy is told to move them is checked before."""
    resources = template["Resources"]
    for name in [name for name, what in resources.items() if what["Type"].startswith("AWS::CodeDeploy::")]:
        del resources[name]
    for resource in resources.values():
        resource.pop("UpdatePolicy", None)
    return template


def keep_ttl(template, made, dynamodb):
    """Bridge: ministack's CloudFormation leaves out when items expire, though its DynamoDB lets them."""
    for name, resource in template["Resources"].items():
        expires = resource.get("Properties", {}).get("TimeToLiveSpecification")
        if resource["Type"] == "AWS::DynamoDB::Table" and expires:
            dynamodb.update_time_to_live(TableName=made[name], TimeToLiveSpecification=expires)


def main():
    endpoint, path, code, architecture, expected = sys.argv[1:]

    def client(service):
        return boto3.client(service, endpoint_url=endpoint)

    template = translated(path)
    wrong, _ = check(template, json.loads(pathlib.Path(expected).read_text(encoding="utf-8")))
    if wrong:
        sys.exit("\n".join(["the transformed template is wrong:", *wrong]))

    s3 = client("s3")
    s3.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": os.environ["AWS_DEFAULT_REGION"]}
    )
    for binary in pathlib.Path(code).glob("*/bootstrap"):
        s3.put_object(Bucket=BUCKET, Key=f"{binary.parent.name}.zip", Body=zipped(binary))
    s3.put_object(Bucket=BUCKET, Key="template.json", Body=json.dumps(without_codedeploy(without_dkim(with_routes(template)))).encode())

    formation = client("cloudformation")
    formation.create_stack(
        StackName=STACK,
        TemplateURL=f"{endpoint}/{BUCKET}/template.json",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        Parameters=[
            {"ParameterKey": "Stage", "ParameterValue": "test"},
            {"ParameterKey": "Architecture", "ParameterValue": architecture},
        ],
    )
    try:
        formation.get_waiter("stack_create_complete").wait(
            StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )
    except Exception:  # Whatever it is: the events below say why.
        for event in formation.describe_stack_events(StackName=STACK)["StackEvents"]:
            if event["ResourceStatus"].endswith("FAILED"):
                print(event["LogicalResourceId"], event.get("ResourceStatusReason", ""), file=sys.stderr)
        raise
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=STACK)
    made = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
    }
    keep_ttl(template, made, client("dynamodb"))
    [stack] = formation.describe_stacks(StackName=STACK)["Stacks"]
    print(json.dumps({output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}))


if __name__ == "__main__":
    main()
