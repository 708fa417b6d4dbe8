"""What breaks each rule of edge.py; a part of the table in cases.py."""

from breaking import drop, first, put

CONFIG = "Properties.DistributionConfig"
SECURITY = "Properties.ResponseHeadersPolicyConfig.SecurityHeadersConfig"
STAGE = "AWS::ApiGatewayV2::Stage"


def behaviour(r, pattern):
    """The path of a behaviour's properties."""
    behaviours = r["Distribution"]["Properties"]["DistributionConfig"]["CacheBehaviors"]
    return f"{CONFIG}.CacheBehaviors.{[one['PathPattern'] for one in behaviours].index(pattern)}"


def origin(r, id):
    origins = r["Distribution"]["Properties"]["DistributionConfig"]["Origins"]
    return f"{CONFIG}.Origins.{[one['Id'] for one in origins].index(id)}"


EDGE = [
    (
        "buckets_are_closed",
        lambda r: put(r, "WebBucket", "Properties.PublicAccessBlockConfiguration.BlockPublicPolicy", False),
    ),
    ("buckets_are_closed", lambda r: drop(r, "PicturesBucket", "Properties.PublicAccessBlockConfiguration")),
    ("buckets_are_encrypted", lambda r: drop(r, "WebBucket", "Properties.BucketEncryption")),
    ("buckets_outlive_the_stack", lambda r: put(r, "PicturesBucket", "DeletionPolicy", "Delete")),
    ("buckets_outlive_the_stack", lambda r: put(r, "PicturesBucket", "DeletionPolicy", "Retain")),
    ("buckets_outlive_the_stack", lambda r: drop(r, "WebBucket", "UpdateReplacePolicy")),
    ("buckets_end_what_was_begun", lambda r: drop(r, "WebBucket", "Properties.LifecycleConfiguration")),
    ("buckets_take_tls_only", lambda r: r.pop("WebBucketPolicy")),
    (
        "buckets_take_tls_only",
        lambda r: put(r, "PicturesBucketPolicy", "Properties.PolicyDocument.Statement.0.Effect", "Allow"),
    ),
    (
        "buckets_take_tls_only",
        lambda r: drop(r, "PicturesBucketPolicy", "Properties.PolicyDocument.Statement.0.Resource.1"),
    ),
    (
        "buckets_are_read_by_our_cloudfront",
        lambda r: put(r, "WebBucketPolicy", "Properties.PolicyDocument.Statement.1.Principal", "*"),
    ),
    (
        "buckets_are_read_by_our_cloudfront",
        lambda r: drop(r, "WebBucketPolicy", "Properties.PolicyDocument.Statement.1.Condition"),
    ),
    (
        "buckets_are_read_by_our_cloudfront",
        lambda r: put(r, "PicturesBucketPolicy", "Properties.PolicyDocument.Statement.1.Action", "s3:PutObject"),
    ),
    (
        "buckets_are_read_by_our_cloudfront",
        lambda r: put(
            r, "PicturesBucketPolicy", "Properties.PolicyDocument.Statement.1.Resource", {"Fn::Sub": "${PicturesBucket.Arn}/*"}
        ),
    ),
    (
        "buckets_take_from_our_pages",
        lambda r: put(r, "PicturesBucket", "Properties.CorsConfiguration.CorsRules.0.AllowedOrigins", ["*"]),
    ),
    (
        "uploads_end_and_nothing_else",
        lambda r: drop(r, "PicturesBucket", "Properties.LifecycleConfiguration.Rules.0.ExpirationInDays"),
    ),
    (
        "uploads_end_and_nothing_else",
        lambda r: put(r, "PicturesBucket", "Properties.LifecycleConfiguration.Rules.0.Status", "Disabled"),
    ),
    (
        "uploads_end_and_nothing_else",
        lambda r: put(r, "PicturesBucket", "Properties.LifecycleConfiguration.Rules.0.Prefix", ""),
    ),
    (
        "uploads_end_and_nothing_else",
        lambda r: put(r, "WebBucket", "Properties.LifecycleConfiguration.Rules.0.ExpirationInDays", 1),
    ),
    (
        "people_use_tls",
        lambda r: put(r, "Distribution", f"{CONFIG}.DefaultCacheBehavior.ViewerProtocolPolicy", "allow-all"),
    ),
    (
        "people_use_tls",
        lambda r: put(r, "Distribution", f"{CONFIG}.ViewerCertificate.Fn::If.1.MinimumProtocolVersion", "TLSv1"),
    ),
    ("cloudfront_is_reached_from_everywhere", lambda r: put(r, "Distribution", f"{CONFIG}.HttpVersion", "http2")),
    ("cloudfront_is_reached_from_everywhere", lambda r: drop(r, "Distribution", f"{CONFIG}.IPV6Enabled")),
    ("origins_know_cloudfront", lambda r: drop(r, "Distribution", f"{origin(r, 'web')}.OriginAccessControlId")),
    (
        "origins_know_cloudfront",
        lambda r: put(r, "BucketAccess", "Properties.OriginAccessControlConfig.SigningBehavior", "never"),
    ),
    ("origins_know_cloudfront", lambda r: drop(r, "Distribution", f"{origin(r, 'api')}.OriginCustomHeaders")),
    (
        "origins_know_cloudfront",
        lambda r: put(r, "Distribution", f"{origin(r, 'api')}.OriginCustomHeaders.0.HeaderValue", "a secret in the template"),
    ),
    (
        "functions_know_cloudfront",
        lambda r: drop(r, "BookPlace", "Properties.Environment.Variables.GUESTLIST_ORIGIN_HASHES"),
    ),
    (
        "functions_know_cloudfront",
        lambda r: put(r, "OriginHashes", "Properties.Value", {"Fn::Sub": "{{resolve:ssm:/guestlist/${Stage}/origin-hashes}}"}),
    ),
    (
        "everything_has_security_headers",
        lambda r: drop(r, "Distribution", f"{behaviour(r, '/e/*')}.ResponseHeadersPolicyId"),
    ),
    (
        "everything_has_security_headers",
        lambda r: put(r, "Distribution", f"{CONFIG}.DefaultCacheBehavior.ResponseHeadersPolicyId", {"Ref": "ApiHeaders"}),
    ),
    (
        "everything_has_security_headers",
        lambda r: put(r, "ApiHeaders", f"{SECURITY}.StrictTransportSecurity.AccessControlMaxAgeSec", 0),
    ),
    ("the_api_is_bounded", lambda r: drop(r, first(r, STAGE), "Properties.DefaultRouteSettings.ThrottlingRateLimit")),
    ("the_api_logs_each_request", lambda r: drop(r, first(r, STAGE), "Properties.AccessLogSettings")),
    (
        "topics_are_closed",
        lambda r: drop(r, "MailEventsTopicPolicy", "Properties.PolicyDocument.Statement.0.Condition"),
    ),
]
