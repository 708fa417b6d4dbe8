"""Rules for what surrounds the functions: buckets, CloudFront, the API's bounds, and who may post to topics."""

from stack import found, listed, plain, reference, target

BUCKET = "AWS::S3::Bucket"
POLICY = "AWS::S3::BucketPolicy"
DISTRIBUTION = "AWS::CloudFront::Distribution"
HEADERS = "AWS::CloudFront::ResponseHeadersPolicy"
ACCESS = "AWS::CloudFront::OriginAccessControl"
# Browsers take a site for one of TLS alone for as long: a year at least.
SHORTEST_HSTS = 365 * 24 * 3600
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


def uploaded_to(stack):
    """The bucket that functions have browsers post to."""
    return {found(function, "Environment.Variables.GUESTLIST_BUCKET.Ref") for function in stack.functions.values()}


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
    """answers without TLS: deny it everything, itself and all in it, where aws:SecureTransport is false, in a bucket policy"""
    for name in stack.of(BUCKET):
        if not any(
            statement["Effect"] == "Deny"
            and found(statement, "Condition.Bool") == {"aws:SecureTransport": "false"}
            and (statement["Principal"], statement["Action"]) == ("*", "s3:*")
            and [plain(resource) for resource in listed(statement["Resource"])] == [f"{name}.Arn", f"${{{name}.Arn}}/*"]
            for statement in statements(stack, name)
        ):
            yield name


def buckets_are_read_by_our_cloudfront(stack):
    """a bucket that others than our distribution may read, or uploads that it may: allow cloudfront.amazonaws.com for this distribution alone, and of pictures what is under pictures/"""
    for name in stack.of(BUCKET):
        for statement in statements(stack, name):
            if statement["Effect"] != "Allow":
                continue
            of = plain(found(statement, "Condition.StringEquals", {}).get("aws:SourceArn"))
            ours = statement["Principal"] == {"Service": "cloudfront.amazonaws.com"} and of.endswith(
                ":distribution/${Distribution}"
            )
            shown = name not in uploaded_to(stack) or plain(statement["Resource"]) == f"${{{name}.Arn}}/pictures/*"
            if not ours or not shown or not {*listed(statement["Action"])} <= {"s3:GetObject", "s3:ListBucket"}:
                yield f"{name}, {statement.get('Sid')}"


def buckets_take_from_our_pages(stack):
    """lets other sites' pages use it: let each of its CorsRules name POST and BaseUrl alone"""
    for name, bucket in stack.of(BUCKET).items():
        for rule in found(bucket, "CorsConfiguration.CorsRules", []):
            if (rule["AllowedMethods"], rule["AllowedOrigins"]) != (["POST"], [{"Ref": "BaseUrl"}]):
                yield name


def uploads_end_and_nothing_else(stack):
    """keeps originals, which say where they were taken, or ends what is to stay: let ExpirationInDays 1 be of a rule, Enabled, with Prefix uploads/, and of no other"""
    for name, bucket in stack.of(BUCKET).items():
        rules = found(bucket, "LifecycleConfiguration.Rules", [])
        ends = [(rule.get("Prefix"), rule["ExpirationInDays"], rule["Status"]) for rule in rules if "ExpirationInDays" in rule]
        if ends != ([("uploads/", 1, "Enabled")] if name in uploaded_to(stack) else []):
            yield name


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
    """an origin that can't tell CloudFront from others: a bucket needs OriginAccessControlId with SigningBehavior always, the API our secret as x-guestlist-origin, by TLS"""
    for name, distribution in stack.of(DISTRIBUTION).items():
        for origin in distribution["DistributionConfig"]["Origins"]:
            sent = {header["HeaderName"]: plain(header["HeaderValue"]) for header in origin.get("OriginCustomHeaders", [])}
            if "S3OriginConfig" in origin:
                access = stack.of(ACCESS).get(found(origin, "OriginAccessControlId.Ref"), {})
                known = found(access, "OriginAccessControlConfig.SigningBehavior") == "always"
            else:
                known = sent.get("x-guestlist-origin") == SECRET
                known = known and found(origin, "CustomOriginConfig.OriginProtocolPolicy") == "https-only"
            if not known:
                yield f"{name}, {origin['Id']}"


def functions_know_cloudfront(stack):
    """answers who goes around CloudFront: set GUESTLIST_ORIGIN_HASHES, of the version of the secret that CloudFront sends"""
    copies = {f"{name}.Value" for name, copy in stack.of("AWS::SSM::Parameter").items() if plain(copy["Value"]) == HASHES}
    for name, function in stack.functions.items():
        if reference(found(function, "Environment.Variables.GUESTLIST_ORIGIN_HASHES")) not in copies:
            yield name


def everything_has_security_headers(stack):
    """sends no Strict-Transport-Security or nosniff: give it a ResponseHeadersPolicyId that does; for an app, one with its policy too"""
    policies = stack.of(HEADERS)
    for where, behaviour in behaviours(stack):
        policy = policies.get(behaviour.get("ResponseHeadersPolicyId", {}).get("Ref"), {})
        headers = found(policy, "ResponseHeadersPolicyConfig.SecurityHeadersConfig", {})
        needed = {"StrictTransportSecurity", "ContentTypeOptions"}
        if behaviour["TargetOriginId"] == "web":
            needed |= {"ContentSecurityPolicy", "ReferrerPolicy"}
        by_tls = found(headers, "StrictTransportSecurity.AccessControlMaxAgeSec", 0) >= SHORTEST_HSTS
        if not needed <= {*headers} or not by_tls:
            yield where


def the_api_is_bounded(stack):
    """takes as many requests as come, and so does the bill: set ThrottlingRateLimit and ThrottlingBurstLimit of its DefaultRouteSettings"""
    for name, stage in stack.of("AWS::ApiGatewayV2::Stage").items():
        bounds = stage.get("DefaultRouteSettings", {})
        if not {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= {*bounds}:
            yield name


def the_api_logs_each_request(stack):
    """tells nobody what it answered where no function was reached: set DestinationArn of its AccessLogSettings to a log group of this template"""
    for name, stage in stack.of("AWS::ApiGatewayV2::Stage").items():
        if target(found(stage, "AccessLogSettings.DestinationArn")) not in stack.of("AWS::Logs::LogGroup"):
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
    buckets_take_from_our_pages,
    uploads_end_and_nothing_else,
    people_use_tls,
    cloudfront_is_reached_from_everywhere,
    origins_know_cloudfront,
    functions_know_cloudfront,
    everything_has_security_headers,
    the_api_is_bounded,
    the_api_logs_each_request,
    topics_are_closed,
]
