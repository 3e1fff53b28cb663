"""The error bodies of X API v2, as it words them. Shapes follow its OpenAPI description."""

from __future__ import annotations

from typing import Any

from tests.fakes.server import Answer

_PROBLEMS = "https://api.twitter.com/2/problems"

NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged "
    "by the author of the post you are replying to."
)
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
REPLY_TO_GONE = "You attempted to reply to a Tweet that is deleted or not visible to you."
READ_ONLY = "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint."

_PLAIN: dict[int, tuple[str, str, str]] = {
    401: ("about:blank", "Unauthorized", "Unauthorized"),
    402: (
        f"{_PROBLEMS}/credits",
        "CreditsDepleted",
        "Your enrolled account does not have any credits to fulfill this request.",
    ),
    403: ("about:blank", "Forbidden", "Forbidden"),
    404: ("about:blank", "Not Found", "Not Found"),
    429: ("about:blank", "Too Many Requests", "Too Many Requests"),
    500: ("about:blank", "Internal Server Error", "Internal Server Error"),
    503: ("about:blank", "Service Unavailable", "Service Unavailable"),
}


def problem(status: int, detail: str | None = None) -> Answer:
    """A problem document (RFC 7807)."""
    kind, title, standard = _PLAIN.get(status, ("about:blank", "Error", "Something went wrong"))
    body = {"title": title, "type": kind, "status": status, "detail": detail or standard}
    return Answer(status, body, {"content-type": "application/problem+json"})


def usage_capped() -> Answer:
    """The monthly cap of post reads is used up: a 429 that no waiting cures."""
    body = {
        "title": "UsageCapExceeded",
        "type": f"{_PROBLEMS}/usage-capped",
        "status": 429,
        "detail": "Usage cap exceeded: Monthly product cap",
        "period": "Monthly",
        "scope": "Product",
    }
    return Answer(429, body, {"content-type": "application/problem+json"})


def invalid(parameter: str, value: str, message: str) -> Answer:
    """A 400 about one parameter."""
    body = {
        "errors": [{"parameters": {parameter: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{_PROBLEMS}/invalid-request",
    }
    return Answer(400, body, {"content-type": "application/problem+json"})


def not_found(native_id: str, parameter: str = "ids", resource: str = "tweet") -> dict[str, Any]:
    """One entry of `errors`: there is no such thing (any more)."""
    return {
        "value": native_id,
        "detail": f"Could not find {resource} with {parameter}: [{native_id}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": native_id,
        "type": f"{_PROBLEMS}/resource-not-found",
    }


def not_authorized(native_id: str, parameter: str = "ids") -> dict[str, Any]:
    """One entry of `errors`: its author is protected or suspended."""
    return {
        "value": native_id,
        "detail": f"Sorry, you are not authorized to see the Tweet with {parameter}: [{native_id}].",
        "title": "Authorization Error",
        "resource_type": "tweet",
        "parameter": parameter,
        "resource_id": native_id,
        "section": "data",
        "type": f"{_PROBLEMS}/not-authorized-for-resource",
    }
