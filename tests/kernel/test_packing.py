"""Messages of one kind travel as one, and are told apart again."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.kernel import packing as module
from guichet.kernel.packing import PACKED_HEADER, PACKED_MESSAGES_MAX, pack, unpack
from guichet.kernel.publishing import Outgoing


def outgoing(number: int, subject: str = "things.one.noted", size: int = 0) -> Outgoing:
    content = msgspec.json.encode({"number": number, "more": "x" * size})
    return Outgoing(subject, content, f"things-{number}", {"A": str(number)})


def told_apart(packed: list[Outgoing]) -> list[Outgoing]:
    """Return what was packed."""
    found: list[Outgoing] = []
    for each in packed:
        items = unpack(each.headers, each.payload)
        if items is None:
            found.append(each)
            continue
        assert each.headers[PACKED_HEADER] == str(len(items)) != "1"
        found += [
            Outgoing(each.subject, bytes(item.payload), item.message_id, item.headers)
            for item in items
        ]
    return found


@given(st.lists(st.tuples(st.sampled_from(["a.b.c", "a.b.d"]), st.integers(0, 60_000))))
def test_what_is_packed_comes_out_as_it_went_in_and_in_its_order(
    wanted: list[tuple[str, int]],
) -> None:
    messages = [outgoing(n, subject, size) for n, (subject, size) in enumerate(wanted)]
    packed = pack("things", messages)
    assert told_apart(packed) == messages
    for each in packed:
        assert len(each.payload) <= module.PACKED_BYTES_MAX + 10_000


def test_only_what_follows_one_another_travels_together() -> None:
    subjects = ["a.b.c", "a.b.c", "a.b.d", "a.b.c"]
    packed = pack("things", [outgoing(n, subject) for n, subject in enumerate(subjects)])
    assert [each.subject for each in packed] == ["a.b.c", "a.b.d", "a.b.c"]
    assert packed[1] == outgoing(2, "a.b.d")


def test_no_more_travel_together_than_are_handled_well() -> None:
    packed = pack("things", [outgoing(n) for n in range(PACKED_MESSAGES_MAX + 1)])
    assert [each.headers.get(PACKED_HEADER) for each in packed] == [str(PACKED_MESSAGES_MAX), None]


def test_a_large_message_travels_alone() -> None:
    large = outgoing(2, size=module.PACKED_BYTES_MAX + 1)
    packed = pack("things", [outgoing(1), large, outgoing(3)])
    assert packed == [outgoing(1), large, outgoing(3)]


def test_a_pack_has_an_id_of_exactly_what_it_holds() -> None:
    """A stream that takes one for the other would lose what only the second one carries."""
    one, same, other = (
        pack("things", [outgoing(n) for n in numbers])[0].message_id
        for numbers in ((1, 2, 4), (1, 2, 4), (1, 2, 3))
    )
    assert one == same != other


def test_what_is_no_pack_is_said_to_be_unreadable() -> None:
    assert unpack({}, b"[[1]]") is None
    for broken in (b"", b"[[1]]", b"{}", b'[["id",{}]]'):
        with pytest.raises(msgspec.DecodeError):
            unpack({PACKED_HEADER: "1"}, broken)
