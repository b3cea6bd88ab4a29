"""Codes that people read and machines scan."""

from hypothesis import given
from hypothesis import strategies as st

from guichet.tickets.codes import (
    CODE_ALPHABET,
    new_ticket_secret,
    order_code,
    order_id_of,
    read_scan_code,
    scan_code,
    ticket_id_of,
    ticket_number,
)

ids = st.integers(1, 32**7 - 1)


@given(ids)
def test_a_code_names_its_order_and_a_number_its_ticket(number: int) -> None:
    assert order_id_of(order_code(number)) == number
    assert ticket_id_of(ticket_number(number)) == number
    assert order_id_of(f"  {order_code(number).lower().replace('-', ' ')} ") == number


@given(ids, ids)
def test_two_ids_never_share_a_code(first: int, second: int) -> None:
    assert (order_code(first) == order_code(second)) == (first == second)
    assert (ticket_number(first) == ticket_number(second)) == (first == second)


@given(ids, st.integers(0, 6), st.sampled_from(CODE_ALPHABET))
def test_one_sign_mistyped_is_noticed(number: int, place: int, sign: str) -> None:
    signs = list(order_code(number).replace("-", ""))
    if signs[place] == sign:
        return
    signs[place] = sign
    assert order_id_of("".join(signs)) is None


@given(st.text(max_size=40))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert order_id_of(text) is None or order_code(order_id_of(text) or 0)
    read = read_scan_code(text)
    assert read is None or isinstance(read[0], int)


def test_a_scan_code_carries_number_and_secret() -> None:
    secret = new_ticket_secret()
    assert len(secret) == 26
    assert read_scan_code(scan_code(7, secret)) == (7, secret)
    assert read_scan_code(ticket_number(7)) == (7, None)
    assert len({new_ticket_secret() for _ in range(1000)}) == 1000
