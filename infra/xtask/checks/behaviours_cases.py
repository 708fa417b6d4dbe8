"""What breaks each rule of behaviours.py; a part of the table in cases.py."""

import copy

from breaking import drop, put
from edge_cases import CONFIG, behaviour

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
KEY = "Properties.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin"


def ours(r):
    return r["Distribution"]["Properties"]["DistributionConfig"]["CacheBehaviors"]


def first_of_all(r, pattern, like):
    """Puts another behaviour before all others."""
    as_that = next(one for one in ours(r) if one["PathPattern"] == like)
    ours(r).insert(0, {**copy.deepcopy(as_that), "PathPattern": pattern})


def tickets_as_pages(r):
    ours(r).sort(key=lambda one: one["PathPattern"] != "/e/*")


BEHAVIOURS = [
    (
        "behaviours_run_their_function",
        lambda r: drop(r, "Distribution", f"{behaviour(r, '/api/*')}.FunctionAssociations"),
    ),
    (
        "behaviours_run_their_function",
        lambda r: put(r, "Distribution", f"{behaviour(r, '/e/*')}.FunctionAssociations.0.EventType", "viewer-response"),
    ),
    (
        "behaviours_run_their_function",
        lambda r: put(
            r, "Distribution", f"{behaviour(r, '/s/*')}.FunctionAssociations.0.FunctionARN.Fn::GetAtt.0", "AppFunction"
        ),
    ),
    (
        "behaviours_run_their_function",
        lambda r: drop(r, "Distribution", f"{CONFIG}.DefaultCacheBehavior.FunctionAssociations"),
    ),
    (
        "behaviours_run_their_function",
        lambda r: put(r, "Distribution", f"{behaviour(r, '/pictures/*')}.TargetOriginId", "elsewhere"),
    ),
    (
        "caches_are_ours",
        lambda r: put(r, "Distribution", f"{behaviour(r, '/organize/*')}.CachePolicyId", CACHING_OPTIMIZED),
    ),
    (
        "what_is_somebodys_is_not_kept",
        lambda r: put(r, "Distribution", f"{behaviour(r, '/api/*')}.CachePolicyId", {"Ref": "FileCache"}),
    ),
    ("what_is_somebodys_is_not_kept", lambda r: put(r, "Distribution", f"{behaviour(r, '/api/*')}.Compress", True)),
    (
        "what_is_somebodys_is_not_kept",
        lambda r: drop(r, "Distribution", f"{behaviour(r, '/account/*')}.OriginRequestPolicyId"),
    ),
    ("what_is_somebodys_is_not_kept", tickets_as_pages),
    ("what_is_somebodys_is_not_kept", lambda r: first_of_all(r, "/a*", "/covers/*")),
    ("what_is_somebodys_is_not_kept", lambda r: first_of_all(r, "*.json", "/openapi.json")),
    (
        "what_is_everybodys_is_kept_by_what_it_depends_on",
        lambda r: put(r, "PageCache", f"{KEY}.HeadersConfig", {"HeaderBehavior": "none"}),
    ),
    (
        "what_is_everybodys_is_kept_by_what_it_depends_on",
        lambda r: put(r, "Distribution", f"{behaviour(r, '/e/*')}.CachePolicyId", CACHING_OPTIMIZED),
    ),
    (
        "what_is_everybodys_is_kept_by_what_it_depends_on",
        lambda r: put(r, "Distribution", f"{behaviour(r, '/s/*')}.CachePolicyId", {"Ref": "FileCache"}),
    ),
    (
        "what_is_everybodys_is_kept_by_what_it_depends_on",
        lambda r: put(r, "FileCache", f"{KEY}.QueryStringsConfig.QueryStringBehavior", "allExcept"),
    ),
    (
        "what_is_everybodys_is_kept_by_what_it_depends_on",
        lambda r: put(
            r, "Distribution", f"{behaviour(r, '/e/*')}.OriginRequestPolicyId", "b689b0a8-53d0-40ab-baf2-68738e2966ac"
        ),
    ),
    ("cookies_are_in_no_cache", lambda r: put(r, "PageCache", f"{KEY}.CookiesConfig.CookieBehavior", "all")),
    ("cookies_are_in_no_cache", lambda r: put(r, "FileCache", "Properties.CachePolicyConfig.DefaultTTL", 60)),
    ("errors_are_not_kept", lambda r: drop(r, "Distribution", f"{CONFIG}.CustomErrorResponses.2")),
    (
        "errors_are_not_kept",
        lambda r: put(r, "Distribution", f"{CONFIG}.CustomErrorResponses.2.ResponsePagePath", "/index.html"),
    ),
]
