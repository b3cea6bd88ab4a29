"""What the pretended provider keeps for itself."""

from typing import NamedTuple


class Fee(NamedTuple):
    """The fee of a charge: a share in basis points and a fixed part in minor units."""

    basis_points: int
    fixed_minor: int

    def of(self, amount: int) -> int:
        """Return the fee for an amount, the share rounded half up, never above the amount."""
        share = (amount * self.basis_points + 5_000) // 10_000
        return min(amount, share + self.fixed_minor)


STANDARD_FEE = Fee(150, 25)
"""1.5 % + 0.25, as for a European card."""
DISPUTE_FEE_MINOR = 2_000
"""For each dispute, whoever wins it."""
