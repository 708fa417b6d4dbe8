"""Rules for what surrounds the functions: buckets, CloudFront, the API's bounds, and who may post to topics."""

from stack import found, listed, plain

BUCKET = "AWS::S3::Bucket"
POLICY = "AWS::S3::BucketPolicy"
DISTRIBUTION = "AWS::CloudFront::Distribution"
HEADERS = "AWS::CloudFront::ResponseHeadersPolicy"
# AWS's own cache policy that keeps nothing.
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# What CloudFront would keep for ten seconds otherwise.
ERRORS = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
SECRET = "{{resolve:ssm:/guestlist/${Stage}/origin-secret:${OriginVersion}}}"
HASHES = "{{resolve:ssm:/guestlist/${Stage}/origin-hashes:${OriginVersion}}}"


def behaviours(stack):
    """Each distribution's behaviours, with where they are."""
    for name, distribution in stack.of(DISTRIBUTION).items():
        config = distribution["DistributionConfig"]
        yield f"{name}, default", config["DefaultCacheBehavior"]
        for behaviour in config.get("CacheBehaviors", []):
            yield f"{name}, {behaviour['PathPattern']}", behaviour


def statements(stack, bucket):
    """What the policies of a bucket say."""
    for policy in stack.of(POLICY).values():
        if policy["Bucket"] == {"Ref": bucket}:
            yield from policy["PolicyDocument"]["Statement"]


def buckets_are_closed(stack):
    """may be opened to the public: set all four of its PublicAccessBlockConfiguration"""
    for name, bucket in stack.of(BUCKET).items():
        blocks = bucket.get("PublicAccessBlockConfiguration", {})
        if list(blocks.values()) != [True] * 4:
            yield name


def buckets_are_encrypted(stack):
    """is not encrypted by its own word: set its BucketEncryption"""
    for name, bucket in stack.of(BUCKET).items():
        if not found(bucket, "BucketEncryption.ServerSideEncryptionConfiguration"):
            yield name


def buckets_outlive_the_stack(stack):
    """a bucket that goes with the stack, or stays of one that was never made, and is in the way of the next: set DeletionPolicy to RetainExceptOnCreate and UpdateReplacePolicy to Retain"""
    for name in stack.of(BUCKET):
        resource = stack.resources[name]
        if (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")) != ("RetainExceptOnCreate", "Retain"):
            yield name


def buckets_end_what_was_begun(stack):
    """pays for parts of uploads that never ended: give it a lifecycle rule with AbortIncompleteMultipartUpload"""
    for name, bucket in stack.of(BUCKET).items():
        if not any("AbortIncompleteMultipartUpload" in rule for rule in found(bucket, "LifecycleConfiguration.Rules", [])):
            yield name


def buckets_take_tls_only(stack):
    """answers without TLS: deny it everything where aws:SecureTransport is false, in a bucket policy"""
    for name in stack.of(BUCKET):
        if not any(
            statement["Effect"] == "Deny"
            and found(statement, "Condition.Bool") == {"aws:SecureTransport": "false"}
            and (statement["Principal"], statement["Action"]) == ("*", "s3:*")
            for statement in statements(stack, name)
        ):
            yield name


def buckets_are_read_by_our_cloudfront(stack):
    """a bucket that others than our distribution may read: allow cloudfront.amazonaws.com for this distribution alone"""
    for name in stack.of(BUCKET):
        for statement in statements(stack, name):
            if statement["Effect"] != "Allow":
                continue
            of = plain(found(statement, "Condition.StringEquals", {}).get("aws:SourceArn"))
            ours = statement["Principal"] == {"Service": "cloudfront.amazonaws.com"} and of.endswith(
                ":distribution/${Distribution}"
            )
            if not ours or not {*listed(statement["Action"])} <= {"s3:GetObject", "s3:ListBucket"}:
                yield f"{name}, {statement.get('Sid')}"


def people_use_tls(stack):
    """takes requests without TLS, or with an old one: set ViewerProtocolPolicy, and MinimumProtocolVersion to TLSv1.2_2021 or newer"""
    for where, behaviour in behaviours(stack):
        if behaviour.get("ViewerProtocolPolicy") not in ("https-only", "redirect-to-https"):
            yield where
    for name, distribution in stack.of(DISTRIBUTION).items():
        certificate = found(distribution, "DistributionConfig.ViewerCertificate", {}).get("Fn::If", [None, {}])[1]
        if not certificate.get("MinimumProtocolVersion", "").startswith(("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3")):
            yield name


def cloudfront_is_reached_from_everywhere(stack):
    """speaks no HTTP/3 or no IPv6, which mobile networks do: set HttpVersion to http2and3 and IPV6Enabled"""
    for name, distribution in stack.of(DISTRIBUTION).items():
        config = distribution["DistributionConfig"]
        if (config.get("HttpVersion"), config.get("IPV6Enabled")) != ("http2and3", True):
            yield name


def origins_know_cloudfront(stack):
    """an origin that can't tell CloudFront from others: a bucket needs OriginAccessControlId, the API our secret as x-guestlist-origin, by TLS"""
    for name, distribution in stack.of(DISTRIBUTION).items():
        for origin in distribution["DistributionConfig"]["Origins"]:
            sent = {header["HeaderName"]: plain(header["HeaderValue"]) for header in origin.get("OriginCustomHeaders", [])}
            if "S3OriginConfig" in origin:
                known = "OriginAccessControlId" in origin
            else:
                known = sent.get("x-guestlist-origin") == SECRET
                known = known and found(origin, "CustomOriginConfig.OriginProtocolPolicy") == "https-only"
            if not known:
                yield f"{name}, {origin['Id']}"


def functions_know_cloudfront(stack):
    """answers who goes around CloudFront: set GUESTLIST_ORIGIN_HASHES, of the version of the secret that CloudFront sends"""
    for name, function in stack.functions.items():
        if plain(found(function, "Environment.Variables.GUESTLIST_ORIGIN_HASHES")) != HASHES:
            yield name


def what_is_somebodys_is_not_kept(stack):
    """may keep somebody's answer for others, or weaken ETags that If-Match needs: use CachingDisabled without Compress"""
    for where, behaviour in behaviours(stack):
        writes = "POST" in behaviour.get("AllowedMethods", [])
        kept = behaviour["CachePolicyId"] != CACHING_DISABLED or behaviour.get("Compress")
        api = behaviour.get("PathPattern") in ("/api/*", "/account/*", "/e/*/tickets/*")
        if (writes or api) and kept:
            yield where


def cookies_are_in_no_cache(stack):
    """keeps by cookies, or beyond what answers say: a cache policy has no cookies, MinTTL 0 and DefaultTTL 0"""
    for name, policy in stack.of("AWS::CloudFront::CachePolicy").items():
        config = policy["CachePolicyConfig"]
        cookies = found(config, "ParametersInCacheKeyAndForwardedToOrigin.CookiesConfig.CookieBehavior")
        if (cookies, config["MinTTL"], config["DefaultTTL"]) != ("none", 0, 0):
            yield name


def errors_are_not_kept(stack):
    """keeps errors, or turns the API's into pages: list each status in CustomErrorResponses with ErrorCachingMinTTL 0 and no page"""
    for name, distribution in stack.of(DISTRIBUTION).items():
        held = {
            error["ErrorCode"]
            for error in distribution["DistributionConfig"].get("CustomErrorResponses", [])
            if error == {"ErrorCode": error["ErrorCode"], "ErrorCachingMinTTL": 0}
        }
        for code in sorted(ERRORS - held):
            yield f"{name}, {code}"


def everything_has_security_headers(stack):
    """sends no Strict-Transport-Security or nosniff: give it a ResponseHeadersPolicyId that does; for an app, one with its policy too"""
    policies = stack.of(HEADERS)
    for where, behaviour in behaviours(stack):
        policy = policies.get(behaviour.get("ResponseHeadersPolicyId", {}).get("Ref"), {})
        headers = found(policy, "ResponseHeadersPolicyConfig.SecurityHeadersConfig", {})
        needed = {"StrictTransportSecurity", "ContentTypeOptions"}
        if behaviour["TargetOriginId"] == "web":
            needed |= {"ContentSecurityPolicy", "ReferrerPolicy"}
        if not needed <= {*headers}:
            yield where


def the_api_is_bounded(stack):
    """takes as many requests as come, and so does the bill: set ThrottlingRateLimit and ThrottlingBurstLimit of its DefaultRouteSettings"""
    for name, stage in stack.of("AWS::ApiGatewayV2::Stage").items():
        bounds = stage.get("DefaultRouteSettings", {})
        if not {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= {*bounds}:
            yield name


def topics_are_closed(stack):
    """a topic that others can post to: name one service and, in Condition, this account"""
    for name, policy in stack.of("AWS::SNS::TopicPolicy").items():
        for statement in policy["PolicyDocument"]["Statement"]:
            account = found(statement, "Condition.StringEquals", {}).get("AWS:SourceAccount")
            if account != {"Ref": "AWS::AccountId"} or list(statement["Principal"]) != ["Service"]:
                yield f"{name}, {statement.get('Sid')}"


RULES = [
    buckets_are_closed,
    buckets_are_encrypted,
    buckets_outlive_the_stack,
    buckets_end_what_was_begun,
    buckets_take_tls_only,
    buckets_are_read_by_our_cloudfront,
    people_use_tls,
    cloudfront_is_reached_from_everywhere,
    origins_know_cloudfront,
    functions_know_cloudfront,
    what_is_somebodys_is_not_kept,
    cookies_are_in_no_cache,
    errors_are_not_kept,
    everything_has_security_headers,
    the_api_is_bounded,
    topics_are_closed,
]
