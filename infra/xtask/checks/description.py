"""Checks openapi.json against the OpenAPI specification, and its examples against their own schemas.

usage: description.py OPENAPI

Prints what is wrong, a line each; exits with 1 if anything is.
"""

import json
import sys

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator


def examples(document):
    """Every example with its schema and where it stands."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method.upper()} {path}"
            for parameter in operation.get("parameters", []):
                if "example" in parameter:
                    yield f"{where}, {parameter['name']}", parameter["schema"], parameter["example"]
            bodies = {"body": operation.get("requestBody", {}), **operation["responses"]}
            for what, body in bodies.items():
                for media in body.get("content", {}).values():
                    if "example" in media:
                        yield f"{where}, {what}", media["schema"], media["example"]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file)
    wrong = []
    for error in OpenAPIV31SpecValidator(document).iter_errors():
        place = "/".join(str(step) for step in error.absolute_path)
        wrong.append(f"{place}: {error.message}")
    count = 0
    for where, schema, example in examples(document):
        count += 1
        # The schemas refer to each other by their place in the document.
        whole = {**schema, "components": document["components"]}
        for error in Draft202012Validator(whole).iter_errors(example):
            wrong.append(f"{where}: the example {example!r} isn't of its schema: {error.message}")
    for line in wrong:
        print(line)
    if wrong:
        sys.exit(1)
    operations = sum(len(methods) for methods in document["paths"].values())
    print(f"OpenAPI {document['openapi']}, {operations} operations, {count} examples")


if __name__ == "__main__":
    main()
