"""Reads what the SDK sends: `a=1&metadata[order_id]=7&expand[0]=latest_charge`.

Values never appear in an error: one of them could be a card number that has no business here.
"""

import re
from collections.abc import Collection, Mapping
from hashlib import blake2b
from urllib.parse import parse_qsl

from guichet.sandbox.rules import Refused, invalid

FIELDS_MAX = 200
METADATA_KEYS_MAX = 50
METADATA_KEY_LENGTH_MAX = 40
METADATA_VALUE_LENGTH_MAX = 500

_INTEGER = re.compile(r"-?[0-9]{1,18}")


class Form:
    """The fields of one request, by their full name (`metadata[order_id]`)."""

    def __init__(self, encoded: bytes) -> None:
        """Parse; raises `Refused` for what is no form."""
        try:
            self._fields = dict(
                parse_qsl(
                    encoded.decode("utf-8"),
                    keep_blank_values=True,
                    errors="strict",
                    max_num_fields=FIELDS_MAX,
                )
            )
        except ValueError as error:
            raise invalid("The request body is not a valid form.") from error

    def fingerprint(self, path: str) -> str:
        """Return a digest that is equal for equal parameters sent to the same path."""
        digest = blake2b(path.encode(), digest_size=16)
        for name in sorted(self._fields):
            digest.update(f"\0{name}\0{self._fields[name]}".encode())
        return digest.hexdigest()

    def only(self, allowed: Collection[str]) -> None:
        """Refuse fields that the endpoint does not know."""
        for name in self._fields:
            top = name.partition("[")[0]
            if top not in allowed:
                raise invalid(
                    f"Received unknown parameter: {top[:40]}",
                    param=top[:40],
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
        return tuple(value for key, value in self._fields.items() if key.startswith(f"{name}["))

    def mapping(self, name: str) -> dict[str, str]:
        """Return the entries of `name[…]`, within the provider's limits for metadata."""
        start = len(name) + 1
        found = {
            key[start:-1]: value
            for key, value in self._fields.items()
            if key.startswith(name) and key[start - 1 : start] == "[" and key.endswith("]")
        }
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


def from_query(query: Mapping[str, str] | str) -> Form:
    """Return the parameters of a GET request."""
    return Form(str(query).encode())


def _missing(name: str) -> Refused:
    return invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
