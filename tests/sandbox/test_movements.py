"""Movements keep their order and are noted once."""

from guichet.sandbox.movements import Movement, MovementKind, Movements

CHARGES = [Movement(MovementKind.CHARGE, number) for number in (3, 0, 1)]
REFUND = Movement(MovementKind.REFUND, 0)
FAILURE = Movement(MovementKind.REFUND_FAILURE, 0)


def test_order_and_positions() -> None:
    movements = Movements()
    for movement in (*CHARGES, REFUND, CHARGES[0], FAILURE, REFUND):
        movements.add(movement)
    assert len(movements) == 5
    assert list(movements.before(5)) == [FAILURE, REFUND, *reversed(CHARGES)]
    assert list(movements.before(1)) == CHARGES[:1]
    assert movements.position_of(FAILURE) == 4
    assert movements.position_of(Movement(MovementKind.CHARGE, 2)) is None
    assert movements.position_of(Movement(MovementKind.CHARGE, 9)) is None
