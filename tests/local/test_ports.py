"""Taken ports are noticed, and their holder named."""

import os
import socket
from collections.abc import Iterator

import pytest

from guichet.local import ports


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_that_somebody_listens_on_is_not_free(taken_port: int) -> None:
    assert not ports.is_free(taken_port)
    assert ports.answers(taken_port)


def test_a_free_port_is_free_and_does_not_answer() -> None:
    port = ports.free_port()
    assert ports.is_free(port)
    assert not ports.answers(port)


def test_the_holder_is_named_with_its_process_id(taken_port: int) -> None:
    assert f"({os.getpid()})" in ports.holder(taken_port)
    assert ports.holder(ports.free_port()) == ""
