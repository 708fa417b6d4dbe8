"""How the cases break a transformed template: `r` is its resources, by logical id."""


def first(r, kind, having=None):
    """The first resource of a type that has a property."""
    for name, resource in r.items():
        if resource["Type"] == kind and (having is None or having in resource["Properties"]):
            return name
    raise LookupError(f"no {kind} has {having}")


def put(r, name, path, value):
    """Sets "Properties.A.B" of a resource."""
    *steps, last = path.split(".")
    at = r[name]
    for step in steps:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[int(last) if isinstance(at, list) else last] = value


def drop(r, name, path):
    """Removes it."""
    *steps, last = path.split(".")
    at = r[name]
    for step in steps:
        at = at[int(step)] if isinstance(at, list) else at[step]
    del at[int(last) if isinstance(at, list) else last]


def role_of(r, function):
    """The role of a function."""
    return r[function]["Properties"]["Role"]["Fn::GetAtt"][0]


def statement(r, role, sid):
    """The statement of a role's with this Sid."""
    [policy] = r[role]["Properties"]["Policies"]
    return next(held for held in policy["PolicyDocument"]["Statement"] if held["Sid"] == sid)


def alarm_of(r, name):
    """The alarm whose name ends so."""
    for id, resource in r.items():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            if resource["Properties"]["AlarmName"]["Fn::Sub"] == f"guestlist-${{Stage}}-{name}":
                return id
    raise LookupError(name)


def operation(r, path, method):
    """What API Gateway is told of a route."""
    return r["Api"]["Properties"]["Body"]["paths"][path][method]["x-amazon-apigateway-integration"]
