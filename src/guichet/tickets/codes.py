"""Names that people read and machines scan: order codes, ticket numbers, scan codes."""

import secrets
from functools import lru_cache

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs that are not mistaken for one another when read aloud or typed (no 0, 1, I, O)."""
_BYTES_TO_SIGNS = bytes(ord(CODE_ALPHABET[byte & 31]) for byte in range(256))
_VALUE_OF = {sign: value for value, sign in enumerate(CODE_ALPHABET)}
_CODE_DIGITS = 7
_PLACES = tuple(range(0, 5 * _CODE_DIGITS, 5))
_SECRET_SIGNS = 26
_CODE_SPACE = 32**_CODE_DIGITS
_ORDER_FACTOR, _ORDER_OFFSET = 20_922_789_887, 7_301_254_491
_TICKET_FACTOR, _TICKET_OFFSET = 27_182_818_285, 3_141_592_653
TICKET_PREFIX = "TKT-"
_REMEMBERED_MAX = 4096
"""A sale names each order and ticket several times within a moment."""


@lru_cache(_REMEMBERED_MAX)
def order_code(order_id: int) -> str:
    """Return the code of an order: eight signs in two groups, the last one a check sign.

    Each id has a code of its own, and neighbours look nothing alike, so a code tells nothing
    about how much is sold. It is a name, not a secret.
    """
    body = _scramble(order_id, _ORDER_FACTOR, _ORDER_OFFSET)
    return f"{body[:4]}-{body[4:]}{_check_sign(body)}"


def order_id_of(code: str) -> int | None:
    """Return the id that a code stands for, None where it is no order's code."""
    return _unscramble(code, _ORDER_FACTOR, _ORDER_OFFSET)


@lru_cache(_REMEMBERED_MAX)
def ticket_number(ticket_id: int) -> str:
    """Return the number of a ticket: `TKT-` and eight signs, the last one a check sign."""
    body = _scramble(ticket_id, _TICKET_FACTOR, _TICKET_OFFSET)
    return f"{TICKET_PREFIX}{body}{_check_sign(body)}"


def ticket_id_of(number: str) -> int | None:
    """Return the id that a ticket number stands for, None where it is no ticket's number."""
    bare = number.strip().upper().removeprefix(TICKET_PREFIX)
    return _unscramble(bare, _TICKET_FACTOR, _TICKET_OFFSET)


def new_ticket_secret() -> str:
    """Return 26 signs of 130 random bits: what makes a ticket's QR code unguessable."""
    # Each sign shows the lower five bits of a random byte of its own.
    return secrets.token_bytes(_SECRET_SIGNS).translate(_BYTES_TO_SIGNS).decode()


def scan_code(ticket_id: int, secret: str) -> str:
    """Return what the QR code of a ticket says."""
    return f"{ticket_number(ticket_id)}.{secret}"


def read_scan_code(code: str) -> tuple[int, str | None] | None:
    """Return the ticket id and the secret of what was scanned or typed; None if unreadable.

    A number typed by hand comes without the secret; the caller decides whether that will do.
    """
    number, _, secret = code.strip().upper().partition(".")
    ticket_id = ticket_id_of(number)
    return None if ticket_id is None else (ticket_id, secret or None)


def _scramble(number: int, factor: int, offset: int) -> str:
    value = (number * factor + offset) % _CODE_SPACE
    return "".join([CODE_ALPHABET[(value >> place) & 31] for place in _PLACES])


def _unscramble(code: str, factor: int, offset: int) -> int | None:
    signs = code.strip().upper().replace("-", "").replace(" ", "")
    if len(signs) != _CODE_DIGITS + 1 or any(sign not in _VALUE_OF for sign in signs):
        return None
    body, check = signs[:-1], signs[-1]
    if _check_sign(body) != check:
        return None
    value = sum(_VALUE_OF[sign] << 5 * place for place, sign in enumerate(body))
    return (value - offset) * pow(factor, -1, _CODE_SPACE) % _CODE_SPACE


def _check_sign(body: str) -> str:
    total, weight = 0, 1
    for sign in body:
        total += weight * _VALUE_OF[sign]
        weight += 2
    return CODE_ALPHABET[total % 32]
