"""Rules for mails: they are signed, come from the sender alone, and what comes back of them is heard of."""

from grants import OWN_SES, held, statements
from queues import consumed
from stack import found, listed, plain, target

IDENTITY = "AWS::SES::EmailIdentity"
SET = "AWS::SES::ConfigurationSet"
DESTINATION = "AWS::SES::ConfigurationSetEventDestination"
SUBSCRIPTION = "AWS::SNS::Subscription"
SENDER = {"Ref": "Sender"}


def mailing(stack):
    """Functions that may mail: their names, environments and roles."""
    for name, function in stack.functions.items():
        role = stack.of("AWS::IAM::Role").get(target(function["Role"]), {})
        if any(action.startswith("ses:") for action, _ in held(role)):
            yield name, found(function, "Environment.Variables", {}), role


def allowed(stack, kind, service, action, name):
    """In whose names (source ARNs) policies of this kind let a service do something to a queue or topic."""
    for policy in stack.of(kind).values():
        for statement in listed(policy["PolicyDocument"]["Statement"]):
            asked = (statement["Effect"], statement["Principal"], statement["Action"], target(statement["Resource"]))
            of = [target(one) for one in policy.get("Queues", policy.get("Topics"))]
            if asked == ("Allow", {"Service": service}, action, name) and of == [name]:
                for operator in statement.get("Condition", {}).values():
                    yield from (plain(value) for key, value in operator.items() if key.lower() == "aws:sourcearn")


def the_mail_domain_is_an_identity(stack):
    """identities: there should be one, MailDomain, since SES takes mails from no other"""
    identities = [plain(identity["EmailIdentity"]) for identity in stack.of(IDENTITY).values()]
    if identities != ["MailDomain"]:
        yield ", ".join(identities) or "none"


def mails_are_signed(stack):
    """mails that nobody can tell from forged ones: set SigningEnabled of its DkimAttributes, and NextSigningKeyLength to RSA_2048_BIT"""
    for name, identity in stack.of(IDENTITY).items():
        signs = found(identity, "DkimAttributes.SigningEnabled") is True
        if not signs or found(identity, "DkimSigningAttributes.NextSigningKeyLength") != "RSA_2048_BIT":
            yield name


def roles_mail_as_the_sender(stack):
    """may mail as anybody of our domain: hold it to Sender, by ses:FromAddress in StringEquals"""
    for name, role in stack.of("AWS::IAM::Role").items():
        for statement in statements(role):
            mails = any(action.startswith("ses:") for action in listed(statement.get("Action", [])))
            sets = all(":configuration-set/" in plain(resource) for resource in listed(statement.get("Resource", [])))
            if mails and not sets and found(statement, "Condition.StringEquals", {}).get("ses:FromAddress") != SENDER:
                yield f"{name}, {statement.get('Sid', '?')}"


def functions_mail_as_the_sender(stack):
    """mails as somebody that its role doesn't let it, so none goes out: set GUESTLIST_SENDER to Sender"""
    for name, variables, _ in mailing(stack):
        if variables.get("GUESTLIST_SENDER") != SENDER:
            yield name


def functions_mail_through_our_set(stack):
    """mails past our configuration set, and nobody hears of what bounces: set GUESTLIST_MAIL_SET to it"""
    for name, variables, _ in mailing(stack):
        if target(variables.get("GUESTLIST_MAIL_SET")) not in stack.of(SET):
            yield name


def roles_hold_our_set(stack):
    """mails through a configuration set of another name than its role holds, so none goes out: give both one name"""
    for name, variables, role in mailing(stack):
        mail_set = stack.of(SET).get(target(variables.get("GUESTLIST_MAIL_SET")))
        if mail_set and ("ses:SendEmail", f"{OWN_SES}:configuration-set/{plain(mail_set['Name'])}") not in held(role):
            yield name


def sets_tell_what_comes_back(stack):
    """nobody hears of what bounces and who complains: give it an event destination, enabled, for both, at a topic of this template"""
    topics = stack.of("AWS::SNS::Topic")
    for name in stack.of(SET):
        told = {
            kind
            for destination in stack.of(DESTINATION).values()
            if target(destination["ConfigurationSetName"]) == name
            and found(destination, "EventDestination.Enabled") is True
            and target(found(destination, "EventDestination.SnsDestination.TopicARN")) in topics
            for kind in destination["EventDestination"]["MatchingEventTypes"]
        }
        if not {"bounce", "complaint"} <= told:
            yield name


def sets_leave_suppressing_to_us(stack):
    """keeps back by SES's own list what somebody asks for anew: set SuppressionOptions with SuppressedReasons [] (docs/decisions/0018-suppressed-addresses.md)"""
    for name, mail_set in stack.of(SET).items():
        if found(mail_set, "SuppressionOptions.SuppressedReasons") != []:
            yield name


def what_comes_back_gets_to_its_function(stack):
    """bounces and complaints get nowhere, or elsewhere too: subscribe one queue, that a function takes from, with RawMessageDelivery; let SES publish for this set in a TopicPolicy, and the topic send in a QueuePolicy"""
    taken = {source for source, _ in consumed(stack)}
    for destination in stack.of(DESTINATION).values():
        mail_set = target(destination["ConfigurationSetName"])
        topic = target(found(destination, "EventDestination.SnsDestination.TopicARN"))
        here = [name for name, one in stack.of(SUBSCRIPTION).items() if target(one["TopicArn"]) == topic]
        kinds = []
        sent = []
        for name in here:
            one = stack.of(SUBSCRIPTION)[name]
            queue = target(one["Endpoint"])
            kinds.append((one["Protocol"], one.get("RawMessageDelivery"), queue in taken, "Condition" in stack.resources[name]))
            sent += allowed(stack, "AWS::SQS::QueuePolicy", "sns.amazonaws.com", "sqs:SendMessage", queue)
        published = allowed(stack, "AWS::SNS::TopicPolicy", "ses.amazonaws.com", "sns:Publish", topic)
        ours = f"{OWN_SES}:configuration-set/${{{mail_set}}}"
        if kinds != [("sqs", True, True, False)] or ours not in published or topic not in sent:
            yield mail_set


RULES = [
    the_mail_domain_is_an_identity,
    mails_are_signed,
    roles_mail_as_the_sender,
    functions_mail_as_the_sender,
    functions_mail_through_our_set,
    roles_hold_our_set,
    sets_tell_what_comes_back,
    sets_leave_suppressing_to_us,
    what_comes_back_gets_to_its_function,
]
