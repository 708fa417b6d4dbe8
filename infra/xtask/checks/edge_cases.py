"""What breaks each rule of edge.py; a part of the table in cases.py."""

from breaking import drop, first, put

CONFIG = "Properties.DistributionConfig"
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
        "what_is_somebodys_is_not_kept",
        lambda r: put(r, "Distribution", f"{behaviour(r, '/api/*')}.CachePolicyId", {"Ref": "FileCache"}),
    ),
    ("what_is_somebodys_is_not_kept", lambda r: put(r, "Distribution", f"{behaviour(r, '/api/*')}.Compress", True)),
    (
        "cookies_are_in_no_cache",
        lambda r: put(
            r,
            "PageCache",
            "Properties.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.CookiesConfig.CookieBehavior",
            "all",
        ),
    ),
    ("cookies_are_in_no_cache", lambda r: put(r, "FileCache", "Properties.CachePolicyConfig.DefaultTTL", 60)),
    ("errors_are_not_kept", lambda r: drop(r, "Distribution", f"{CONFIG}.CustomErrorResponses.2")),
    (
        "errors_are_not_kept",
        lambda r: put(r, "Distribution", f"{CONFIG}.CustomErrorResponses.2.ResponsePagePath", "/index.html"),
    ),
    (
        "everything_has_security_headers",
        lambda r: drop(r, "Distribution", f"{behaviour(r, '/e/*')}.ResponseHeadersPolicyId"),
    ),
    (
        "everything_has_security_headers",
        lambda r: put(r, "Distribution", f"{CONFIG}.DefaultCacheBehavior.ResponseHeadersPolicyId", {"Ref": "ApiHeaders"}),
    ),
    ("the_api_is_bounded", lambda r: drop(r, first(r, STAGE), "Properties.DefaultRouteSettings.ThrottlingRateLimit")),
    (
        "topics_are_closed",
        lambda r: drop(r, "MailEventsTopicPolicy", "Properties.PolicyDocument.Statement.0.Condition"),
    ),
]
