"""The house's own picture, for links to what has none: a fan of tickets in a hand's breadth."""

from tools.posters.paper import (
    BLUSH,
    INK,
    NIGHT,
    OCHRE,
    PAPER,
    PINE,
    SEA,
    VERMILION,
    box,
    circle,
    line,
    moved,
    rays,
    shape,
    sheet,
)


def house() -> str:
    """Five tickets fanned out before the light of a stage."""
    fan = ((-46, SEA, BLUSH), (-23, OCHRE, VERMILION), (23, PINE, OCHRE), (46, BLUSH, SEA))
    return sheet(
        VERMILION,
        rays(800, 1180, 1700, 36, "#cf4a2b"),
        circle(800, 1180, 420, OCHRE),
        *(moved(_ticket(paper, print_), 800, 1120, turn) for turn, paper, print_ in fan),
        moved(_ticket(PAPER, VERMILION), 800, 1100),
    )


def _ticket(paper: str, print_: str) -> tuple[str, ...]:
    """A ticket that stands on its stub, torn along the perforation."""
    outline = "M-150 -860H150V-520A34 34 0 0 0 150 -452V0H-150V-452A34 34 0 0 0 -150 -520V-860Z"
    holes = "".join(circle(x, -486, 7, INK) for x in range(-96, 97, 32))
    return (
        shape(outline, NIGHT, opacity=0.35, transform="translate(14 10)"),
        shape(outline, paper),
        holes,
        circle(0, -690, 74, print_),
        circle(0, -690, 44, paper),
        line([(-96, -808), (96, -808)], print_, 16),
        line([(-96, -572), (40, -572)], print_, 16),
        box(-96, -420, 192, 92, print_, rx=4),
    )
