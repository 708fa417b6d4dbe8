"""The stack as SAM makes it of template.yaml, for rules to read."""

import logging
import os

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

logging.disable(logging.WARNING)


def transformed(path):
    """The template after SAM's transform, where SAM's own additions show."""
    with open(path, encoding="utf-8") as file:
        source = yaml_parse(file.read())
    # What SAM CLI does before it deploys: a local folder becomes an address in S3.
    source["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
    for resource in source["Resources"].values():
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    parameters = {name: what.get("Default", "") for name, what in source["Parameters"].items()}
    # SAM asks for a region only to know which partition's names to use; nothing is called.
    os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
    # Without managed policies to look up: no function may have one.
    return Translator({}, Parser()).translate(source, parameters)


class Stack:
    """A transformed template, and what `cargo xtask` expects of it."""

    def __init__(self, template, expected):
        self.template = template
        self.resources = template["Resources"]
        self.expected = expected

    def of(self, kind):
        """The properties of all resources of a type, by logical id."""
        return {
            name: what.get("Properties", {}) for name, what in self.resources.items() if what["Type"] == kind
        }

    @property
    def functions(self):
        return self.of("AWS::Lambda::Function")

    @property
    def queues(self):
        return self.of("AWS::SQS::Queue")

    @property
    def alarms(self):
        return self.of("AWS::CloudWatch::Alarm")


def listed(value):
    return value if isinstance(value, list) else [value]


def reference(value):
    """What a reference names, with its attribute: what it would be within Fn::Sub, without braces."""
    if isinstance(value, dict):
        if "Ref" in value:
            return value["Ref"]
        if "Fn::GetAtt" in value:
            return ".".join(listed(value["Fn::GetAtt"]))
    return None


def target(value):
    """The logical id that a reference leads to."""
    named = reference(value)
    return named and named.split(".")[0]


def plain(value):
    """A text, also where it is a reference or Fn::Sub."""
    if isinstance(value, dict) and isinstance(value.get("Fn::Sub"), str):
        return value["Fn::Sub"]
    return reference(value) or (value if isinstance(value, str) else repr(value))


def found(properties, path, otherwise=None):
    """What is at "A.B.C" of nested properties."""
    for step in path.split("."):
        if not isinstance(properties, dict) or step not in properties:
            return otherwise
        properties = properties[step]
    return properties


def entries(value):
    """Every property with its name, however deep."""
    if isinstance(value, dict):
        for name, held in value.items():
            yield name, held
            yield from entries(held)
    if isinstance(value, list):
        for held in value:
            yield from entries(held)


def watching(stack, namespace, metric, of=None):
    """The alarms on a metric of a thing."""
    return [
        alarm
        for alarm in stack.alarms.values()
        if (plain(alarm.get("Namespace")), alarm.get("MetricName")) == (namespace, metric)
        and (of is None or any(target(dimension["Value"]) == of for dimension in alarm.get("Dimensions", [])))
    ]
