"""What schemathesis is told about this API: where it may not strike, and what is no failure.

Every check is on. What is dropped here is dropped by one of the reasons below, each tied to the
one check and the shape of answer it speaks of.
"""

import os
import zlib
from typing import Any

import schemathesis
from schemathesis import Case, HookContext
from schemathesis.core.failures import Failure

SHARE = int(os.environ.get("GUICHET_FUZZ_SHARE", "1"))
"""One in so many of the cases that schemathesis works out from the schema is sent."""
VICTIM = os.environ.get("GUICHET_FUZZ_VICTIM", "0")
SPARED = set(os.environ.get("GUICHET_FUZZ_SPARED", "").split(","))
"""Accounts that the tests still need: the demo accounts, and those that the tokens belong to."""

RULES = {400, 402, 410, 422, 425}
"""How a well-formed request is refused by a rule that a JSON schema cannot state: the signature
of a webhook or a link, a percentage or an amount but not both, an existing time zone, a common
password, control characters and card numbers in texts, a picture that is one, a hold that has
ended, a sale that has not begun, a card that is declined."""

FORMS = {"true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n", ""}
"""Clients of the replaced system fill in forms: numbers and truth values come as texts, and what
was left empty comes as an empty text. They are read as what they say."""


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
    kind, status = type(failure).__name__, response.status_code
    if kind == "RejectedPositiveData":
        return status not in RULES
    if kind == "AcceptedNegativeData":
        return not _is_form_like(case)
    return True


def _is_form_like(case: Case[Any]) -> bool:
    """Whether the wrong type is one that forms send; a query has nothing but texts anyway."""
    values = [*case.body.values()] if isinstance(case.body, dict) else []
    return any(map(_may_be_of_a_form, [*values, *(case.query or {}).values()]))


def _may_be_of_a_form(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return True
    if not isinstance(value, str):
        return False
    return value.lower() in FORMS or value.replace(".", "", 1).lstrip("+-").isdigit()
