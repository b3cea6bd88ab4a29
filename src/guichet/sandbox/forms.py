"""Reads what the SDK sends: `a=1&metadata[order_id]=7&expand[0]=latest_charge`.

Values never appear in an error: one of them could be a card number that has no business here.
"""

import re
from collections.abc import Collection, Set
from hashlib import blake2b
from urllib.parse import unquote_plus

from guichet.sandbox.rules import Refused, invalid

FIELDS_MAX = 200
METADATA_KEYS_MAX = 50
METADATA_KEY_LENGTH_MAX = 40
METADATA_VALUE_LENGTH_MAX = 500

_INTEGER = re.compile(r"-?[0-9]{1,18}")


class Form:
    """The fields of one request; `metadata[order_id]` is found below `metadata`."""

    def __init__(self, encoded: bytes) -> None:
        """Parse; raises `Refused` for what is no form."""
        self._fields: dict[str, str] = {}
        self._nested: dict[str, dict[str, str]] = {}
        try:
            for part in encoded.decode("utf-8").split("&"):
                if part:
                    self._add(*map(_decoded, part.partition("=")[::2]))
        except ValueError as error:
            raise invalid("The request body is not a valid form.") from error
        if len(self._fields) > FIELDS_MAX:
            raise invalid("The request has too many parameters.")

    def _add(self, name: str, value: str) -> None:
        self._fields[name] = value
        top, bracket, inner = name.partition("[")
        if bracket:
            self._nested.setdefault(top, {})[inner.removesuffix("]")] = value

    def fingerprint(self, path: str) -> str:
        """Return a digest that is equal for equal parameters sent to the same path."""
        parts = [path]
        for name in sorted(self._fields):
            parts += (name, self._fields[name])
        return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()

    def only(self, allowed: Set[str]) -> None:
        """Refuse fields that the endpoint does not know."""
        plain = {name for name in self._fields if "[" not in name}
        for name in (plain | self._nested.keys()) - allowed:
            raise invalid(
                f"Received unknown parameter: {name[:40]}",
                param=name[:40],
                code="parameter_unknown",
            )

    def text(self, name: str) -> str | None:
        """Return a field, None where it is missing or empty."""
        return self._fields.get(name) or None

    def required(self, name: str) -> str:
        """Return a field; raises `Refused` where it is missing or empty."""
        value = self.text(name)
        if value is None:
            raise _missing(name)
        return value

    def integer(self, name: str) -> int | None:
        """Return a whole number; raises `Refused` for anything else."""
        value = self.text(name)
        if value is None:
            return None
        if _INTEGER.fullmatch(value) is None:
            raise invalid("Invalid integer", param=name, code="parameter_invalid_integer")
        return int(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a boolean; raises `Refused` for anything but true and false."""
        value = self.text(name)
        if value not in {None, "true", "false"}:
            raise invalid("Invalid boolean", param=name)
        return default if value is None else value == "true"

    def choice(self, name: str, choices: Collection[str]) -> str | None:
        """Return one of the choices; raises `Refused` for any other."""
        value = self.text(name)
        if value is not None and value not in choices:
            raise invalid(f"Invalid {name}: must be one of {', '.join(choices)}", param=name)
        return value

    def items(self, name: str) -> tuple[str, ...]:
        """Return the elements of a list, whether sent as `name[0]` or as `name[]`."""
        return tuple(self._nested.get(name, {}).values())

    def mapping(self, name: str) -> dict[str, str]:
        """Return the entries of `name[…]`, within the provider's limits for metadata."""
        found = self._nested.get(name, {})
        if len(found) > METADATA_KEYS_MAX or any(
            len(key) > METADATA_KEY_LENGTH_MAX or len(value) > METADATA_VALUE_LENGTH_MAX
            for key, value in found.items()
        ):
            raise invalid("Too many or too long metadata values.", param=name)
        return found


def required_integer(form: Form, name: str) -> int:
    """Return a whole number; raises `Refused` where it is missing."""
    value = form.integer(name)
    if value is None:
        raise _missing(name)
    return value


def _decoded(text: str) -> str:
    # Most texts are plain, and decoding costs more than looking.
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text


def _missing(name: str) -> Refused:
    return invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
