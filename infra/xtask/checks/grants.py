"""Rules for roles: each function has one, and it holds exactly what the registry grants. What a grant comes to in IAM is written
down here once more, beside infra/xtask/src/template/policy.rs, so that a slip in one shows in the other."""

from stack import found, listed, plain, target

OWN_SES = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}"
OWN_PARAMETERS = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/guestlist/${Stage}"

TABLE_ACTIONS = {
    "Read": ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
    "Write": ("dynamodb:PutItem", "dynamodb:UpdateItem"),
    "Remove": ("dynamodb:DeleteItem",),
}
OBJECT_ACTIONS = {"Read": "s3:GetObject", "Write": "s3:PutObject", "Remove": "s3:DeleteObject"}
OUR_FUNCTIONS = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:guestlist-${Stage}-*"

# What CodeDeploy may do: move our functions' aliases, and see the alarms that take them back.
DEPLOYING = {
    ("lambda:GetAlias", OUR_FUNCTIONS),
    ("lambda:UpdateAlias", OUR_FUNCTIONS),
    ("lambda:GetProvisionedConcurrencyConfig", OUR_FUNCTIONS),
    ("cloudwatch:DescribeAlarms", "*"),
}
# What IAM can't hold to one resource.
ON_EVERYTHING = {"cloudwatch:DescribeAlarms"}


def logical(name, what):
    """public-keys, Table -> PublicKeysTable"""
    return "".join(word.capitalize() for word in name.replace("_", "-").split("-")) + what


def granted(stack, grant):
    """What a grant, as the registry says it, comes to: pairs of action and resource, with its condition where it has one."""
    verb, _, name = grant.partition(" ")
    if grant == "Mail":
        # SES asks for the recipient's identity as well, where the account has it.
        for action in ("ses:SendEmail", "ses:SendRawEmail"):
            yield action, f"{OWN_SES}:identity/* if ses:FromAddress StringEquals Sender"
            yield action, f"{OWN_SES}:configuration-set/guestlist-${{Stage}}"
    elif verb == "Send":
        yield "sqs:SendMessage", logical(name, "Queue.Arn")
    elif verb == "Sign":
        yield "ssm:GetParameter", f"{OWN_PARAMETERS}/signing-keys/{name}"
    elif name.endswith("/"):
        yield OBJECT_ACTIONS[verb], f"${{PicturesBucket.Arn}}/{name}*"
    else:
        table = logical(name, "Table")
        for action in TABLE_ACTIONS[verb]:
            yield action, f"{table}.Arn"
            if verb == "Read" and found(stack.resources, f"{table}.Properties.GlobalSecondaryIndexes"):
                yield action, f"${{{table}.Arn}}/index/*"


def started(kind):
    """What a function's start takes: Lambda asks its queue or stream, and sends failed ticks, in the function's name."""
    how, *names = kind.split()
    if how == "schedule":
        yield "sqs:SendMessage", "FailedTicksQueue.Arn"
    for name in names:
        if how == "queue":
            for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"):
                yield action, logical(name, "Queue.Arn")
        if how == "streams":
            table = logical(name, "Table")
            for action in ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"):
                yield action, f"{table}.StreamArn"
            yield "dynamodb:ListStreams", f"${{{table}.Arn}}/stream/*"


def wanted(stack, function):
    """All that a function of the registry may do."""
    log = logical(function["noun"], "Log.Arn")
    pairs = {("logs:CreateLogStream", log), ("logs:PutLogEvents", log), *started(function["kind"])}
    for grant in function["grants"]:
        pairs.update(granted(stack, grant))
    return pairs


def statements(role):
    for policy in role.get("Policies", []):
        yield from listed(policy["PolicyDocument"]["Statement"])


def condition(statement):
    """Under which conditions a statement holds, as words behind its resources."""
    return "".join(
        f" if {key} {operator} {plain(value)}"
        for operator, keys in statement.get("Condition", {}).items()
        for key, value in keys.items()
    )


def held(role):
    """All that a role may do."""
    return {
        (action, plain(resource) + condition(statement))
        for statement in statements(role)
        for action in listed(statement.get("Action", []))
        for resource in listed(statement.get("Resource", []))
    }


def deploying(stack):
    """The roles of CodeDeploy."""
    return {target(group["ServiceRoleArn"]) for group in stack.of("AWS::CodeDeploy::DeploymentGroup").values()}


def with_roles(stack):
    """Functions of the registry and roles of CodeDeploy, with what they should and may do."""
    roles = stack.of("AWS::IAM::Role")
    for name, function in stack.expected["functions"].items():
        role = roles.get(target(found(stack.functions, f"{name}.Role")))
        if role is not None:
            yield name, wanted(stack, function), held(role)
    for name in sorted(deploying(stack) & {*roles}):
        yield name, DEPLOYING, held(roles[name])


def each_function_has_a_role(stack):
    """its role is not in the template: give it one of its own, made of its grants"""
    for name, function in stack.functions.items():
        if target(function["Role"]) not in stack.of("AWS::IAM::Role"):
            yield name


def no_role_is_shared(stack):
    """they share a role, so each may do what only the other needs: give each its own"""
    taken = {}
    for name, function in stack.functions.items():
        role = target(function["Role"])
        if role in taken:
            yield f"{name} and {taken[role]}"
        taken[role] = name


def no_role_is_left_over(stack):
    """a role that nobody takes: remove it"""
    taken = {target(function["Role"]) for function in stack.functions.values()}
    taken |= deploying(stack)
    for name in stack.of("AWS::IAM::Role"):
        if name not in taken:
            yield name


def roles_hold_all_grants(stack):
    """is granted it in the registry (CodeDeploy: in DEPLOYING), but its role doesn't hold it: mend infra/xtask/src/template/policy.rs"""
    for name, wanted_pairs, held_pairs in with_roles(stack):
        for action, resource in sorted(wanted_pairs - held_pairs):
            yield f"{name}, {action} on {resource}"


def roles_hold_nothing_else(stack):
    """its role holds it, but nothing in the registry (CodeDeploy: in DEPLOYING) grants it: take it out, or add the grant to the function"""
    for name, wanted_pairs, held_pairs in with_roles(stack):
        for action, resource in sorted(held_pairs - wanted_pairs):
            yield f"{name}, {action} on {resource}"


def no_managed_policies(stack):
    """has managed policies, which grant more than is needed: write inline what it needs"""
    for name, role in stack.of("AWS::IAM::Role").items():
        if role.get("ManagedPolicyArns"):
            yield name


def policies_say_what_may_be(stack):
    """says what may not be, and so allows everything else: name actions and resources, with Effect: Allow"""
    for name, role in stack.of("AWS::IAM::Role").items():
        for statement in statements(role):
            if statement["Effect"] != "Allow" or "NotAction" in statement or "NotResource" in statement:
                yield f"{name}, {statement.get('Sid', '?')}"


def policies_name_actions(stack):
    """is more than one action: name each that is needed"""
    for name, role in stack.of("AWS::IAM::Role").items():
        for action, _ in sorted(held(role)):
            if "*" in action:
                yield f"{name}, {action}"


def policies_name_resources(stack):
    """on every resource of the account: name ours"""
    for name, role in stack.of("AWS::IAM::Role").items():
        for action, resource in sorted(held(role)):
            if resource == "*" and action not in ON_EVERYTHING:
                yield f"{name}, {action}"


def roles_are_for_one_service(stack):
    """may be taken by others than the one service that it is for: name that alone as Principal"""
    services = {target(function["Role"]): "lambda.amazonaws.com" for function in stack.functions.values()}
    for name, role in stack.of("AWS::IAM::Role").items():
        service = services.get(name, "codedeploy.amazonaws.com")
        for statement in listed(role["AssumeRolePolicyDocument"]["Statement"]):
            if statement.get("Principal") != {"Service": service}:
                yield name


RULES = [
    each_function_has_a_role,
    no_role_is_shared,
    no_role_is_left_over,
    roles_hold_all_grants,
    roles_hold_nothing_else,
    no_managed_policies,
    policies_say_what_may_be,
    policies_name_actions,
    policies_name_resources,
    roles_are_for_one_service,
]
