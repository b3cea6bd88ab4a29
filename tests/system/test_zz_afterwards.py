"""After all the others: what must be true once the dust has settled; in this order."""

from tests.system import afterwards
from tests.system.running import System


async def test_the_invariants_hold(system: System) -> None:
    await afterwards.check_invariants(system)


async def test_no_purchase_needs_attention(system: System) -> None:
    await afterwards.check_nothing_waits(system)


def test_the_logs_hold_no_secret(system: System) -> None:
    afterwards.check_logs(system)


def test_no_card_number_is_stored_anywhere(system: System) -> None:
    afterwards.check_stored(system)


def test_the_end_leaves_no_process_and_keeps_the_data(system: System) -> None:
    afterwards.check_end(system)
