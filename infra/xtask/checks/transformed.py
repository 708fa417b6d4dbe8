"""Checks template.yaml as SAM transforms it against the house rules, which are in the modules beside this one.

usage: transformed.py TEMPLATE EXPECTED

EXPECTED is JSON, as `cargo xtask` writes it: how many resources and routes it counted, and the registry's functions with what
each is granted. Prints what is wrong, a line each, with what to do; exits with 1 if anything is.
"""

import json
import pathlib
import sys

import access
import alarms
import behaviours
import boundary
import edge
import functions
import grants
import mails
import queues
import rollout
import sizes
import tables
from stack import Stack, transformed

MODULES = [access, alarms, behaviours, boundary, edge, functions, grants, mails, queues, rollout, sizes, tables]
RULES = [rule for module in MODULES for rule in module.RULES]


def broken(stack, rules=None):
    """What breaks the rules, a line each: where, and what to do, which is each rule's own words."""
    return [f"{where}: {rule.__doc__}" for rule in rules or RULES for where in rule(stack)]


def check(template, expected):
    """What is wrong with a transformed template, and a line that sums it up."""
    stack = Stack(template, expected)
    summary = (
        f"{len(RULES)} rules, {len(stack.functions)} functions, {len(stack.resources)} of {sizes.MOST_RESOURCES} "
        f"resources, {sizes.routes(stack)} of {sizes.MOST_ROUTES} routes, {len(stack.alarms)} alarms"
    )
    return broken(stack), summary


def main():
    path, expected = sys.argv[1:]
    wrong, summary = check(transformed(path), json.loads(pathlib.Path(expected).read_text(encoding="utf-8")))
    if wrong:
        sys.exit("\n".join(wrong))
    print(summary)


if __name__ == "__main__":
    main()
