"""Strings by night, three stages by the river, the organ of a requiem."""

import math

from tools.posters.paper import (
    BLUSH,
    INK,
    NIGHT,
    OCHRE,
    PAPER,
    PINE,
    SEA,
    VERMILION,
    WIDTH,
    Point,
    box,
    circle,
    line,
    moved,
    polygon,
    rays,
    shape,
    sheet,
    sprinkled,
    stroked,
)


def night_of_strings() -> str:
    """A violin lies across the night; its strings swing in front of the moon."""
    body = (
        "M-330 0C-330 -150 -190 -190 -95 -150C-50 -130 -35 -88 10 -92C55 -96 60 -140 130 -140"
        "C235 -140 280 -75 280 0C280 75 235 140 130 140C60 140 55 96 10 92C-35 88 -50 130 -95 150"
        "C-190 190 -330 150 -330 0Z"
    )
    hole = "M-60 -86C-30 -112 -8 -62 -34 -52M-60 -86C-72 -60 4 -70 34 -62C52 -92 78 -54 50 -42"
    violin = (
        shape(body, INK, transform="translate(16 22)"),
        shape(body, VERMILION),
        stroked(body, BLUSH, 5, transform="scale(.93)"),
        stroked(hole, INK, 11),
        stroked(hole, INK, 11, transform="scale(1 -1)"),
        polygon([(-300, -24), (-150, -34), (-150, 34), (-300, 24)], INK),
        polygon([(90, -40), (560, -27), (560, 27), (90, 40)], INK),
        box(-6, -62, 20, 124, OCHRE, rx=8),
    )
    return sheet(
        NIGHT,
        sprinkled(3, 90, (0, 0, 1600, 1000), PAPER, 4),
        circle(1210, 470, 330, SEA),
        circle(1210, 470, 270, OCHRE),
        circle(1130, 400, 44, "#e0a032"),
        circle(1290, 560, 70, "#e0a032"),
        circle(1310, 360, 26, "#e0a032"),
        shape("M0 1000V850C220 770 400 830 640 868S1180 770 1600 860V1000Z", "#0f1d2b"),
        moved(violin, 400, 500, -3),
        *(_string(index) for index in range(4)),
    )


def _string(index: int) -> str:
    """One of four strings: at rest over the violin, swinging in the moonlight, out of the page."""
    rest = 500 + (index - 1.5) * 14
    points: list[Point] = []
    for x in range(110, WIDTH + 20, 10):
        share = max(0.0, min(1.0, (x - 900) / 640))
        swing = math.sin(math.pi * share) ** 1.2 * (70 + 34 * index)
        wave = math.sin(3.2 * math.pi * share + 0.75 * index)
        points.append((x, rest - (x - 400) * 0.0524 + swing * wave))
    return line(points, PAPER, 5)


def three_stages() -> str:
    """Three stages on the bank, their lights up, their colours in the water."""
    return sheet(
        VERMILION,
        rays(800, 600, 1300, 30, "#cf4a2b"),
        circle(800, 600, 300, OCHRE),
        shape(
            "M0 640V560C120 500 250 540 360 560S640 520 800 545S1200 500 1320 540S1520 520 1600 "
            "548V640Z",
            PINE,
        ),
        *(
            _stage(x, scale, roof)
            for x, scale, roof in ((300, 0.86, SEA), (1300, 0.86, INK), (800, 1.25, PAPER))
        ),
        box(0, 640, WIDTH, 360, NIGHT),
        *(
            _ripples(x, width, fill)
            for x, width, fill in ((800, 250, PAPER), (300, 180, BLUSH), (1300, 180, OCHRE))
        ),
        _lanterns(),
        _crowd(),
    )


def _stage(x: float, scale: float, roof: str) -> str:
    arch = "M-170 0V-40C-170 -150 -95 -215 0 -215S170 -150 170 -40V0H135V-36C135 -120 78 -178 0 "
    arch += "-178S-135 -120 -135 -36V0Z"
    inside = "M-135 0V-36C-135 -120 -78 -178 0 -178S135 -120 135 -36V0Z"
    parts = (
        shape(inside, INK),
        polygon([(-60, -170), (-112, 0), (-16, 0)], OCHRE, opacity=0.9),
        polygon([(60, -170), (112, 0), (16, 0)], BLUSH, opacity=0.9),
        circle(0, -66, 15, PAPER),
        line([(0, -44), (0, 0)], PAPER, 26),
        line([(-30, -10), (32, -40)], VERMILION, 12),
        shape(arch, roof),
        box(-196, -4, 392, 22, roof),
    )
    return moved(parts, x, 640, 0, scale)


def _ripples(x: float, width: float, fill: str) -> str:
    return "".join(
        line([(x - half, 672 + 26 * row), (x + half, 672 + 26 * row)], fill, 9)
        for row in range(10)
        for half in (width * (1 - 0.07 * row) * (0.62 + 0.38 * math.cos(row * 1.9)),)
    )


def _lanterns() -> str:
    """Lights hung from one side to the other, above the banks."""
    wire: list[Point] = [
        (x, 270 + 90 * abs(math.sin(math.pi * x / 800)) ** 0.8) for x in range(-10, 1620, 10)
    ]
    parts = [line(wire, INK, 5), line([(800, 270), (800, 372)], INK, 9)]
    colours = (PAPER, OCHRE, BLUSH)
    parts += [circle(x, y + 20, 17, colours[index % 3]) for index, (x, y) in enumerate(wire[6::9])]
    return "".join(parts)


def _crowd() -> str:
    """Heads and raised arms along the lower edge."""
    parts: list[str] = []
    for index in range(24):
        x = index * 70 + 10 * math.sin(5 * index)
        y = 905 + 22 * math.sin(2.3 * index)
        parts.append(circle(x, y, 30, INK))
        parts.append(box(x - 46, y + 22, 92, 140, INK, rx=40))
        if index % 3 == 1:
            parts.append(line([(x + 34, y + 60), (x + 48, y - 66)], INK, 20))
    return "".join(parts)


def requiem() -> str:
    """Organ pipes rise like a nave; below them the choir, one candle lit for each row."""
    pipes: list[str] = []
    for index in range(-12, 13):
        far = abs(index)
        top = min(120 + 34 * far - (46 if far % 4 == 0 else 0), 400)
        fill = OCHRE if far % 2 == 0 else BLUSH
        pipes.append(_pipe(800 + index * 66, top, fill))
    return sheet(
        NIGHT,
        shape("M180 1000V620C180 250 480 40 800 -60C1120 40 1420 250 1420 620V1000Z", SEA),
        shape("M310 1000V640C310 340 540 150 800 60C1060 150 1290 340 1290 640V1000Z", VERMILION),
        *pipes,
        box(0, 640, WIDTH, 30, INK),
        *(_singers(row) for row in range(3)),
    )


def _pipe(x: float, top: float, fill: str) -> str:
    return "".join(
        (
            box(x - 25, top, 50, 640 - top, fill, rx=6),
            box(x + 9, top, 16, 640 - top, INK, opacity=0.16),
            shape(f"M{x - 25} 540H{x + 25}L{x + 9} 640H{x - 9}Z", fill),
            shape(f"M{x - 15} 520Q{x} 474 {x + 15} 520Z", INK),
            box(x - 25, top, 50, 9, PAPER),
        )
    )


def _singers(row: int) -> str:
    """One row of the choir: faces, open mouths, the music held in front."""
    parts: list[str] = []
    y = 694 + row * 118
    for index in range(-1, 15):
        x = 60 + index * 118 + (59 if row % 2 else 0)
        robe = (SEA, PINE, INK)[row]
        parts.append(box(x - 56, y + 36, 112, 220, robe, rx=50))
        parts.append(circle(x, y, 36, (BLUSH, "#d99a7e", "#8a5a44")[(index + 2 * row) % 3]))
        parts.append(
            shape(f"M{x - 37} {y}A37 37 0 0 1 {x + 37} {y}Q{x} {y - 30} {x - 37} {y}Z", INK)
        )
        parts.append(circle(x, y + 15, 8, INK))
        parts.append(
            polygon(
                [
                    (x - 48, y + 62),
                    (x, y + 76),
                    (x + 48, y + 62),
                    (x + 44, y + 104),
                    (x, y + 116),
                    (x - 44, y + 104),
                ],
                PAPER,
            )
        )
    return "".join(parts)
