"""What schemathesis is told about this API: where it may not strike, and what is no failure.

Every check is on. What is dropped here is dropped by one of the reasons below, each tied to the
one check and the shape of answer it speaks of.
"""

import os
import re
import time
import zlib
from collections.abc import Mapping
from typing import Any

import requests
import schemathesis
from schemathesis import Case, HookContext
from schemathesis.core.failures import Failure

SERVICE_UNAVAILABLE, ANY_SERVER_ERROR = 503, 500
SHARE = int(os.environ.get("GUICHET_FUZZ_SHARE", "1"))
"""One in so many of the cases that schemathesis works out from the schema is sent."""
VICTIM = os.environ.get("GUICHET_FUZZ_VICTIM", "0")
SPARED = set(os.environ.get("GUICHET_FUZZ_SPARED", "").split(","))
"""Accounts that the tests still need: the demo accounts, and those that the tokens belong to."""

RULES: Mapping[int, re.Pattern[str]] = {
    400: re.compile(r"POST .*/payments/webhook"),
    402: re.compile(r"POST .*/purchase"),
    410: re.compile(r".*/(holds(/.*)?|purchase|quote|promo-code|email/verify|password/reset)"),
    422: re.compile(r".*"),
    425: re.compile(r"POST .*/(purchase|holds)"),
}
"""Where a well-formed request is refused by a rule that a JSON schema cannot state.

The signature of a webhook; a card that is declined; a hold, a link or a promo code whose time is
over; a percentage or an amount but not both, an end after its begin, an existing time zone, a
common password, control characters and card numbers in texts, a picture that is one, a template
that can be filled in; a sale that has not begun.
"""

AGAIN_CODES = {"unavailable", "dependency_unavailable"}
"""What a 503 says that is no error of the server's: nothing was done, and one may ask again."""
AGAIN_TRIES_MAX, AGAIN_SECONDS, ANSWER_SECONDS_MAX = 5, 2.0, 60.0


@schemathesis.hook
def filter_case(_context: HookContext, case: Case[Any]) -> bool:
    """Send one in SHARE of what there is, always the same ones."""
    if SHARE == 1 or case.meta is None or case.meta.phase.name.value != "coverage":
        return True
    name = f"{case.method} {case.path} {case.meta.phase.data} {case.query} {case.body}"
    return zlib.crc32(name.encode("utf-8", "replace")) % SHARE == 0


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Strike the victim where an account that is still needed would be changed or deleted."""
    del kwargs
    if str(case.path_parameters.get("account_id")) in SPARED and case.method != "GET":
        case.path_parameters["account_id"] = VICTIM


@schemathesis.hook
def filter_failure(_context: HookContext, failure: Failure, case: Case[Any], response: Any) -> bool:
    """Keep a failure, unless it is one of those that are none."""
    kind = type(failure).__name__
    if kind == "ServerError":
        return not (_is_documented(case, response) and _passes(response))
    if kind != "RejectedPositiveData":
        return True
    rule = RULES.get(response.status_code)
    return rule is None or not rule.fullmatch(f"{case.method} {case.path}")


def _is_documented(case: Case[Any], response: Any) -> bool:
    """Whether this 503 asks to come again, where the document says that one may."""
    if response.status_code != SERVICE_UNAVAILABLE:
        return False
    documented = case.operation.definition.raw.get("responses", {})
    return "503" in documented and response.json().get("code") in AGAIN_CODES


def _passes(response: Any) -> bool:
    """Ask the same again, as told; whether it is answered before long.

    What is unavailable each time is broken.
    """
    with requests.Session() as session:
        for _ in range(AGAIN_TRIES_MAX):
            time.sleep(AGAIN_SECONDS)
            again = session.send(response.request, timeout=ANSWER_SECONDS_MAX)
            if again.status_code < ANY_SERVER_ERROR:
                return True
    return False
