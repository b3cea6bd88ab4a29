"""What nginx itself says when it refuses or fails, in the form that every service uses."""

from guichet.kernel.problems import (
    BadRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    Problem,
    TooManyRequests,
    Unavailable,
)


class RequestTimeout(Problem):
    """The request took too long to arrive."""

    status, code, title = 408, "request_timeout", "Request Timeout"
    fr = "La requête a mis trop de temps à arriver."
    en = "The request took too long to arrive."


class AddressTooLong(Problem):
    """The address is longer than any of ours."""

    status, code, title = 414, "address_too_long", "URI Too Long"
    fr = "L’adresse demandée est trop longue."
    en = "The address asked for is too long."


class HeadersTooLarge(Problem):
    """The headers do not fit."""

    status, code, title = 431, "headers_too_large", "Request Header Fields Too Large"
    fr = "Les en-têtes de la requête sont trop volumineux."
    en = "The request’s headers are too large."


class NotImplementedHere(Problem):
    """The request uses a transfer coding that nobody here speaks."""

    status, code, title = 501, "not_implemented", "Not Implemented"
    fr = "Ce mode de transfert n’est pas pris en charge."
    en = "This way of transfer is not supported."


class BadGateway(Problem):
    """The service broke off before it had answered."""

    status, code, title = 502, "bad_gateway", "Bad Gateway"
    fr = "Le service n’a pas répondu : réessayez dans un instant."
    en = "The service did not answer: try again in a moment."


class GatewayTimeout(Problem):
    """The service took too long to answer."""

    status, code, title = 504, "gateway_timeout", "Gateway Timeout"
    fr = "Le service met trop de temps à répondre : réessayez dans un instant."
    en = "The service takes too long to answer: try again in a moment."


OWN_PROBLEMS: tuple[type[Problem], ...] = (
    BadRequest,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    PayloadTooLarge,
    AddressTooLong,
    TooManyRequests,
    HeadersTooLarge,
    Problem,
    NotImplementedHere,
    BadGateway,
    Unavailable,
    GatewayTimeout,
)
"""Every refusal that nginx makes by itself."""

STATUSES_BY_PROBLEM: dict[int, tuple[int, ...]] = {404: (403, 404), 431: (431, 494)}
"""nginx's own statuses behind a problem, where they are not just its status.

403 stands for a folder without an index, which is nothing to tell; 494 is nginx's private number
for headers that are too large.
"""

RETRY_AFTER_SECONDS = {429: 1, 502: 2, 503: 2, 504: 5}
