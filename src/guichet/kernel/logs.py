"""Structured logs: one JSON object a line, to standard output and to a rotated file."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, cast

import msgspec
import structlog

from guichet.kernel.context import request_id

FILE_BYTES_MAX = 20 * 1024 * 1024
FILES_KEPT = 5

_SECRET_NAMES = re.compile(
    r"passw|secret|token|authorization|cookie|card|cvv|cvc|expiry|api_key|signature", re.IGNORECASE
)
_LONG_DIGITS = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,}(?!\.?\d)")
_CARD_DIGITS_MIN, _CARD_DIGITS_MAX = 13, 19
_MASK = "[redacted]"
_OUR_NUMBERS = {"message_id", "message_ids", "timestamp"}
"""Long numbers that this program makes itself: one in ten would pass for a card's."""

READY = "guichet_ready"
"""Set on a record whose message is lines as they are to be written."""

EventDict = MutableMapping[str, Any]


def configure_logs(service: str, storage_dir: Path, level: str = "INFO") -> None:
    """Send this process's logs to standard output and to `<storage_dir>/logs/<service>.log`."""
    folder = storage_dir / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    formatter = _Formatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(serializer=_to_json, service=service),
        ],
    )
    handlers: list[logging.Handler] = [
        logging.StreamHandler(sys.stdout),
        RotatingFileHandler(
            folder / f"{service}.log",
            maxBytes=FILE_BYTES_MAX,
            backupCount=FILES_KEPT,
            encoding="utf-8",
        ),
    ]
    root = logging.getLogger()
    root.handlers.clear()
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
    root.setLevel(level)
    for noisy in ("nats", "stripe", "aiosmtpd", "mail.log", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return a logger; its events carry `name` as `source`."""
    return structlog.get_logger(source=name)


def redact(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Mask values whose name says they are secret, and numbers that could be a card's."""
    for name, value in event.items():
        if name not in _OUR_NUMBERS:
            event[name] = _MASK if _SECRET_NAMES.search(name) else _without_secrets(value)
    return event


def _without_secrets(value: Any) -> Any:
    if isinstance(value, str):
        return mask_card_numbers(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _MASK if _is_card_number(str(value)) else value
    if isinstance(value, Mapping):
        inside = cast(Mapping[Any, Any], value)
        return {
            key: _MASK if _SECRET_NAMES.search(str(key)) else _without_secrets(part)
            for key, part in inside.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_without_secrets(part) for part in cast(Iterable[Any], value)]
    return value


def mask_card_numbers(text: str) -> str:
    """Return the text without card numbers: 13 to 19 digits that pass the Luhn check.

    Digits in groups are looked at in every run of whole groups, since a card's number may be
    followed by its expiry or by another number.
    """
    return _LONG_DIGITS.sub(lambda match: _masked(match[0]), text)


def _masked(digits: str) -> str:
    groups = list(re.finditer(r"\d+", digits))
    kept, done, first = "", 0, 0
    while first < len(groups):
        last = _last_group_of_card(groups, first)
        if last is None:
            first += 1
            continue
        kept += digits[done : groups[first].start()] + _MASK
        done, first = groups[last].end(), last + 1
    return kept + digits[done:]


def _last_group_of_card(groups: Sequence[re.Match[str]], first: int) -> int | None:
    """Return where the longest card number that begins with this group ends, None without one."""
    number, found = "", None
    for index in range(first, min(first + _CARD_DIGITS_MAX, len(groups))):
        number += groups[index][0]
        if len(number) > _CARD_DIGITS_MAX:
            break
        if _is_card_number(number):
            found = index
    return found


def _is_card_number(text: str) -> bool:
    if not _CARD_DIGITS_MIN <= len(text) <= _CARD_DIGITS_MAX:
        return False
    digits = [int(character) for character in text]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Leaves alone what is ready to be written."""

    def format(self, record: logging.LogRecord) -> str:
        if getattr(record, READY, False):
            return record.getMessage()
        return super().format(record)


def _add_request_id(_logger: Any, _method: str, event: EventDict) -> EventDict:
    if (current := request_id.get()) and "request_id" not in event:
        event["request_id"] = current
    return event


def _to_json(event: EventDict, service: str = "", **_options: Any) -> str:
    return msgspec.json.encode({"service": service, **event}, enc_hook=str).decode()
