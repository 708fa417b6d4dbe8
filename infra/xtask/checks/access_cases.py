"""What breaks each rule of access.py; a part of the table in cases.py."""

from breaking import drop, put

PERMISSION = "AWS::Lambda::Permission"
EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}


def another(type, **properties):
    return lambda r: r.update(Another={"Type": type, "Properties": properties})


ACCESS = [
    (
        "resources_are_of_known_types",
        another("AWS::IAM::Policy", PolicyName="more", PolicyDocument=EVERYTHING, Roles=[{"Ref": "BookPlaceRole"}]),
    ),
    (
        "resources_are_of_known_types",
        another("AWS::IAM::ManagedPolicy", PolicyDocument=EVERYTHING, Roles=[{"Ref": "BookPlaceRole"}]),
    ),
    (
        "resources_are_of_known_types",
        another("AWS::IAM::RolePolicy", PolicyName="more", PolicyDocument=EVERYTHING, RoleName={"Ref": "BookPlaceRole"}),
    ),
    (
        "resources_are_of_known_types",
        another("AWS::Lambda::Url", AuthType="NONE", TargetFunctionArn={"Ref": "BookPlace"}),
    ),
    (
        "resources_are_of_known_types",
        another("AWS::S3::AccessPoint", Bucket={"Ref": "PicturesBucket"}, Policy=EVERYTHING),
    ),
    ("no_resource_lets_others_in", lambda r: put(r, "BookingsTable", "Properties.ResourcePolicy", {"PolicyDocument": EVERYTHING})),
    (
        "no_resource_lets_others_in",
        lambda r: put(
            r, "BookingsTable", "Properties.StreamSpecification.ResourcePolicy", {"PolicyDocument": EVERYTHING}
        ),
    ),
    ("no_resource_lets_others_in", lambda r: put(r, "WebBucket", "Properties.AccessControl", "PublicRead")),
    (
        "no_resource_lets_others_in",
        lambda r: put(r, "Api", "Properties.Body.x-amazon-apigateway-cors", {"allowOrigins": ["*"]}),
    ),
    (
        "no_resource_lets_others_in",
        lambda r: put(r, "ApiHeaders", "Properties.ResponseHeadersPolicyConfig.CorsConfig", {"OriginOverride": True}),
    ),
    (
        "only_callers_are_permitted",
        another(PERMISSION, Action="lambda:InvokeFunction", FunctionName={"Ref": "BookPlace"}, Principal="*"),
    ),
    ("only_callers_are_permitted", lambda r: put(r, "BookPlaceRoutePermission", "Properties.Principal", "s3.amazonaws.com")),
    ("only_callers_are_permitted", lambda r: drop(r, "BookPlaceRoutePermission", "Properties.SourceArn")),
    ("only_callers_are_permitted", lambda r: put(r, "RemindHourBeforeTickPermission", "Properties.Action", "lambda:*")),
]
