"""Rows as arrays, one a column, for statements whose text is the same for any number of rows."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec


def columns_of(
    rows: Sequence[object], kind: type[Any], *, json: Collection[str] = ()
) -> list[list[Any]]:
    """Return the values of dataclass rows by column, in the order of the fields of their kind.

    Fields named in `json` are written as JSON.
    """
    return [
        [_json(getattr(row, name)) if name in json else getattr(row, name) for row in rows]
        for name in kind.__dataclass_fields__
    ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
