"""Every message has its own subject, belongs to its publisher, and survives JSON."""

import inspect
from collections.abc import Iterator
from types import ModuleType

import pytest
from polyfactory.factories.pydantic_factory import ModelFactory

from guichet.contracts import messages
from guichet.kernel.outbox import Message

SERVICES = {"auth", "users", "events", "tickets", "notifications"}


def modules() -> Iterator[tuple[str, ModuleType]]:
    for name in messages.__all__:
        yield name, getattr(messages, name)


def kinds() -> list[tuple[str, type[Message]]]:
    return [
        (name, kind)
        for name, module in modules()
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Message) and kind is not Message
    ]


def test_every_publishing_service_has_its_file() -> None:
    assert set(messages.__all__) == SERVICES


def test_no_two_messages_share_a_subject() -> None:
    subjects = [kind.subject for _, kind in kinds()]
    assert len(subjects) == len(set(subjects)) >= 20


@pytest.mark.parametrize(("service", "kind"), kinds())
def test_a_message_stands_with_its_publisher_and_survives_json(
    service: str, kind: type[Message]
) -> None:
    publisher, thing, happened = kind.subject.split(".")
    assert publisher == service
    assert thing
    assert happened

    class Factory(ModelFactory[kind]):  # pyright: ignore[reportInvalidTypeForm] - made for each kind
        __model__ = kind
        __random_seed__ = 1

    message = Factory.build()
    assert kind.model_validate_json(message.model_dump_json()) == message
    later = {**message.model_dump(mode="json"), "field_of_a_later_version": 1}
    assert kind.model_validate(later) == message
