"""Rules for CloudFront's behaviours: what they run before a request goes on, and what they keep of whose answers."""

import re
from fnmatch import fnmatchcase
from functools import cache

from edge import DISTRIBUTION, behaviours
from functions import operations
from stack import found

CACHE = "AWS::CloudFront::CachePolicy"
# AWS's own policies: the cache that keeps nothing, and the one by which all of a request goes on but Host.
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
# What CloudFront would keep for ten seconds otherwise.
ERRORS = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
# What runs before a request goes on to an origin. ApiFunction writes over who calls, as a viewer may say (functions/src/entry/origin.rs).
RUN_BEFORE = {"api": ["ApiFunction"], "web": ["AppFunction"], "pictures": []}
# By which headers and which parts of the query an answer is kept.
PAGE = (
    {"HeaderBehavior": "whitelist", "Headers": ["Accept-Language"]},
    {"QueryStringBehavior": "none"},
)
FILE = (
    {"HeaderBehavior": "none"},
    {"QueryStringBehavior": "whitelist", "QueryStrings": ["v"]},
)
# Routes with the same answer for everybody. What isn't named here is somebody's own.
KEPT = {
    "/.well-known/guestlist-ticket-keys.json": FILE,
    "/.well-known/jwks.json": FILE,
    "/covers/{kind}/{file}": FILE,
    "/e/{slug}": PAGE,
    "/e/{slug}/card.png": FILE,
    "/openapi.json": FILE,
    "/s/{code}": PAGE,
}


def takes(pattern, path):
    """Whether a behaviour's pattern takes some address of a route: its * is anything, the route's {…} anything without a slash."""
    parts = re.findall(r"\{[^}]+\}|.", path)

    @cache
    def meet(at, part):
        left = part < len(parts)
        if at == len(pattern):
            return not left
        if pattern[at] == "*":
            return meet(at + 1, part) or (left and meet(at, part + 1))
        if not left:
            return False
        if len(parts[part]) > 1:
            return pattern[at] != "/" and (meet(at + 1, part) or meet(at + 1, part + 1))
        return pattern[at] in ("?", parts[part]) and meet(at + 1, part + 1)

    return meet(0, 0)


def ways(stack):
    """The behaviours that addresses of each route come to, in CloudFront's order: path, methods, where, behaviour."""
    methods = {}
    for path, method, _ in operations(stack):
        if path != "/$default":
            methods.setdefault(path, set()).add(method)
    for name, distribution in stack.of(DISTRIBUTION).items():
        config = distribution["DistributionConfig"]
        for path, asked in methods.items():
            for behaviour in [*config.get("CacheBehaviors", []), {"PathPattern": "*", **config["DefaultCacheBehavior"]}]:
                pattern = behaviour["PathPattern"]
                if takes(pattern, path):
                    yield path, asked, f"{name}, {pattern}", behaviour
                # Whatever stands for {…}: no address goes further.
                if fnmatchcase(re.sub(r"\{[^}]+\}", "\0", path), pattern):
                    break


def behaviours_run_their_function(stack):
    """an API that believes viewers who they are, or apps without pages: FunctionAssociations has ApiFunction before api, AppFunction before web, at viewer-request"""
    for where, behaviour in behaviours(stack):
        wanted = [
            {"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": [function, "FunctionARN"]}}
            for function in RUN_BEFORE.get(behaviour["TargetOriginId"], ["none"])
        ]
        if behaviour.get("FunctionAssociations", []) != wanted or behaviour.get("LambdaFunctionAssociations"):
            yield where


def caches_are_ours(stack):
    """keeps what says nothing of it, and all languages as one: take a cache policy of this template, or CachingDisabled"""
    for where, behaviour in behaviours(stack):
        policy = behaviour.get("CachePolicyId")
        if policy != CACHING_DISABLED and policy not in [{"Ref": ours} for ours in stack.of(CACHE)]:
            yield where


def what_is_somebodys_is_not_kept(stack):
    """may be kept for others, lacks what was sent (Authorization, key), or weakens ETags that If-Match needs: let it come first to a behaviour with CachingDisabled and AllViewerExceptHostHeader, without Compress"""
    for path, methods, where, behaviour in ways(stack):
        policies = (behaviour.get("CachePolicyId"), behaviour.get("OriginRequestPolicyId"))
        ours = policies == (CACHING_DISABLED, ALL_VIEWER_EXCEPT_HOST) and not behaviour.get("Compress")
        if not (path in KEPT and methods <= {"get", "head"}) and not ours:
            yield f"{where}, {path}"


def what_is_everybodys_is_kept_by_what_it_depends_on(stack):
    """gives an answer to whom it isn't for: let it come first to a behaviour with the cache policy that KEPT in infra/xtask/checks/behaviours.py says, and no OriginRequestPolicyId"""
    for path, _, where, behaviour in ways(stack):
        if path in KEPT:
            policy = stack.of(CACHE).get(found(behaviour, "CachePolicyId.Ref"), {})
            key = found(policy, "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin", {})
            by = (key.get("HeadersConfig"), key.get("QueryStringsConfig"))
            if by != KEPT[path] or "OriginRequestPolicyId" in behaviour:
                yield f"{where}, {path}"


def cookies_are_in_no_cache(stack):
    """keeps by cookies, or beyond what answers say: a cache policy has no cookies, MinTTL 0 and DefaultTTL 0"""
    for name, policy in stack.of(CACHE).items():
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


RULES = [
    behaviours_run_their_function,
    caches_are_ours,
    what_is_somebodys_is_not_kept,
    what_is_everybodys_is_kept_by_what_it_depends_on,
    cookies_are_in_no_cache,
    errors_are_not_kept,
]
