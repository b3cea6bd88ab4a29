"""What every poster is made of: the sheet, the papers it is cut from, and a few cuts.

A poster is 1600 × 1000. A wide page shows a band across its middle alone, so what tells the event
lies between the heights 250 and 750.
"""

import math
import random
from collections.abc import Iterable, Sequence

WIDTH = 1600
HEIGHT = 1000

INK = "#1b1a17"
NIGHT = "#16283a"
SEA = "#1f3f58"
PAPER = "#f6ecdb"
BLUSH = "#e8b298"
VERMILION = "#c1361b"
OCHRE = "#f2b544"
PINE = "#2f5d50"

Point = tuple[float, float]

# The edges of paper cut by hand: each waves by a pixel or two.
_CUT = (
    '<filter id="cut" x="-5%" y="-5%" width="110%" height="110%">'
    '<feTurbulence type="fractalNoise" baseFrequency="0.035" numOctaves="2" seed="7"/>'
    '<feDisplacementMap in="SourceGraphic" scale="5"/></filter>'
)


def sheet(ground: str, *parts: str) -> str:
    """Return the whole SVG: the ground, and the parts above it in their order."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}"><defs>{_CUT}</defs>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{ground}"/>'
        # A little larger than the sheet, whose own edges are straight.
        f'<g filter="url(#cut)" transform="translate(-8 -5) scale(1.01)">{"".join(parts)}</g></svg>'
    )


def circle(x: float, y: float, radius: float, fill: str, **more: object) -> str:
    """Return a disc."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}"{_written(more)}/>'


def box(x: float, y: float, width: float, height: float, fill: str, **more: object) -> str:
    """Return a rectangle by its upper left corner; `rx` rounds it."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
        f'fill="{fill}"{_written(more)}/>'
    )


def shape(path: str, fill: str, **more: object) -> str:
    """Return a filled path."""
    return f'<path d="{path}" fill="{fill}"{_written(more)}/>'


def polygon(points: Iterable[Point], fill: str, **more: object) -> str:
    """Return a filled polygon."""
    return shape(f"M{_joined(points)}Z", fill, **more)


def line(points: Iterable[Point], stroke: str, width: float, **more: object) -> str:
    """Return a line through the points, round at its ends and corners."""
    return stroked(f"M{_joined(points)}", stroke, width, **more)


def stroked(path: str, stroke: str, width: float, **more: object) -> str:
    """Return a path as a line, round at its ends and corners."""
    return (
        f'<path d="{path}" fill="none" stroke="{stroke}" stroke-width="{width:g}" '
        f'stroke-linecap="round" stroke-linejoin="round"{_written(more)}/>'
    )


def moved(parts: Sequence[str], x: float, y: float, turn: float = 0, scale: float = 1) -> str:
    """Return the parts, scaled, turned by degrees and moved."""
    how = f"translate({x:g} {y:g}) rotate({turn:g}) scale({scale:g})"
    return f'<g transform="{how}">{"".join(parts)}</g>'


def rays(x: float, y: float, radius: float, count: int, fill: str, share: float = 0.5) -> str:
    """Return the beams of a light at that place; each takes that share of its slice."""
    step = 2 * math.pi / count
    beams: list[str] = []
    for index in range(count):
        ends = (index * step, (index + share) * step)
        outer = [(x + radius * math.cos(at), y + radius * math.sin(at)) for at in ends]
        beams.append(polygon([(x, y), *outer], fill))
    return "".join(beams)


def sprinkled(
    seed: int, count: int, area: tuple[float, float, float, float], fill: str, size: float = 4
) -> str:
    """Return specks by lot, the same each time, in an area (left, top, right, bottom)."""
    lot = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    left, top, right, bottom = area
    return "".join(
        circle(lot.uniform(left, right), lot.uniform(top, bottom), size * lot.uniform(0.5, 1), fill)
        for _ in range(count)
    )


def _joined(points: Iterable[Point]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _written(attributes: dict[str, object]) -> str:
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
