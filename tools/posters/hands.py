"""Things that people do: a press at work, a first notebook, a queue that is fair, a race."""

import math
from collections.abc import Sequence

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
    shape,
    sheet,
    stroked,
)


def open_workshop() -> str:
    """The press with its great wheel; the sheet that comes out of it is still wet."""
    spokes = "".join(
        line([(0, 0), (250 * math.cos(at), 250 * math.sin(at))], INK, 26)
        + circle(262 * math.cos(at), 262 * math.sin(at), 24, VERMILION)
        for at in (math.pi * index / 4 + 0.2 for index in range(8))
    )
    return sheet(
        BLUSH,
        box(0, 0, WIDTH, 610, OCHRE),
        *(box(60 + 330 * i, -20, 250, 240, PAPER, opacity=0.75) for i in range(5)),
        box(0, 770, WIDTH, 230, NIGHT),
        polygon([(240, 610), (1500, 610), (1600, 668), (140, 668)], INK),
        _print(),
        box(560, 250, 90, 530, SEA),
        box(950, 250, 90, 530, SEA),
        box(520, 210, 560, 84, SEA, rx=10),
        box(530, 760, 540, 70, SEA, rx=10),
        box(600, 430, 400, 120, VERMILION, rx=16),
        box(600, 466, 400, 16, "#a32c14"),
        box(600, 556, 400, 60, INK, rx=16),
        box(700, 290, 34, 150, INK),
        box(866, 290, 34, 150, INK),
        moved((spokes, circle(0, 0, 84, INK), circle(0, 0, 34, OCHRE)), 800, 500),
    )


def _print() -> str:
    """A tall sheet leaving the press to the right, printed with a sun over a field."""
    sun = "".join(
        line(
            [
                (1310 + 74 * math.cos(a), 524 + 26 * math.sin(a)),
                (1310 + 104 * math.cos(a), 524 + 40 * math.sin(a)),
            ],
            VERMILION,
            8,
        )
        for a in (math.pi * i / 7 for i in range(14))
    )
    return "".join(
        (
            polygon([(1060, 600), (1100, 470), (1560, 470), (1590, 632), (1060, 632)], PAPER),
            shape("M1256 524A54 22 0 0 1 1364 524A54 22 0 0 1 1256 524Z", VERMILION),
            sun,
            *(
                stroked(
                    f"M{1090 - 4 * i} {566 + 15 * i}Q1300 {540 + 16 * i} {1566 + 6 * i} "
                    f"{572 + 14 * i}",
                    PINE,
                    7,
                )
                for i in range(4)
            ),
            polygon([(300, 604), (330, 520), (560, 520), (560, 632), (260, 632)], PAPER),
        )
    )


def bookbinding() -> str:
    """Folded sheets, the needle halfway through, and one vermilion thread."""
    signatures: list[str] = []
    for index in range(7):
        y = 380 + 56 * index
        fill = (PAPER, "#ecdcc0")[index % 2]
        signatures.append(
            shape(f"M560 {y}H1660V{y + 46}H560A23 23 0 0 1 560 {y}Z", fill)
            + line([(600, y + 23), (1660, y + 23)], "#c9b591", 4)
        )
    stitches = "".join(
        line([(x, 392 + 56 * row), (x, 424 + 56 * row)], VERMILION, 11)
        for row in range(7)
        for x in (760, 960, 1160, 1360)
    )
    return sheet(
        PINE,
        *(
            line([(-60 + 150 * i, 1010), (360 + 150 * i, -10)], "#35685a", 26)
            for i in range(-2, 12)
        ),
        box(470, 790, 1200, 62, INK, opacity=0.35, rx=10),
        box(500, 774, 1200, 56, VERMILION, rx=8),
        *signatures,
        box(500, 320, 1200, 56, VERMILION, rx=8),
        box(760, 320, 34, 56, OCHRE),
        stitches,
        stroked(
            "M140 552C-10 600 30 420 150 400C310 376 390 470 330 620C300 690 270 720 290 770",
            VERMILION,
            12,
        ),
        moved(
            (
                shape("M0 0C120 -20 330 -16 430 -4Q440 0 430 4C330 16 120 20 0 0Z", PAPER),
                shape("M352 -5H404Q410 0 404 5H352Q346 0 352 -5Z", PINE),
            ),
            536,
            478,
            169,
        ),
        _bone_folder(),
        _spool(),
    )


def _bone_folder() -> str:
    """The binder's ivory-coloured tool, laid on the pile."""
    path = "M0 -24H300C350 -24 380 -10 390 0C380 10 350 24 300 24H0A24 24 0 0 1 0 -24Z"
    return moved(
        (shape(path, INK, opacity=0.3, transform="translate(8 14)"), shape(path, OCHRE)),
        1020,
        280,
        -8,
    )


def _spool() -> str:
    parts = (
        box(-70, -110, 140, 220, VERMILION),
        *(line([(-70, -84 + 28 * i), (70, -72 + 28 * i)], "#a32c14", 6) for i in range(7)),
        box(-104, -140, 208, 40, OCHRE, rx=12),
        box(-104, 100, 208, 40, OCHRE, rx=12),
    )
    return moved(parts, 330, 810, 0, 0.86)


def fair_queue() -> str:
    """A queue for everybody, before a window that is a page."""
    people = (
        (150, SEA, "#8a5a44", 1.0),
        (300, VERMILION, BLUSH, 0.78),
        (440, PINE, "#d99a7e", 1.06),
        (860, INK, BLUSH, 0.98),
        (1005, OCHRE, "#8a5a44", 0.9),
    )
    return sheet(
        "#f3d9b8",
        box(0, 800, WIDTH, 200, SEA),
        *(
            polygon(
                [(x - 40, 800), (x + 60, 800), (x + 300, 880), (x + 160, 880)], NIGHT, opacity=0.5
            )
            for x in (150, 300, 440, 630, 860, 1005)
        ),
        _page(),
        *(moved(_person(robe, skin), x, 800, 0, scale) for x, robe, skin, scale in people),
        _rider(),
    )


def _page() -> str:
    """A window of a browser as large as a house, with a counter in it."""
    return "".join(
        (
            box(1090, 190, 440, 620, INK, rx=22),
            box(1108, 262, 404, 548, PAPER),
            *(circle(1134 + 38 * i, 226, 12, (VERMILION, OCHRE, PAPER)[i]) for i in range(3)),
            box(1250, 212, 250, 28, "#3a3832", rx=14),
            shape("M1160 650V470A150 150 0 0 1 1460 470V650Z", VERMILION),
            shape("M1196 650V474A114 114 0 0 1 1424 474V650Z", NIGHT),
            circle(1310, 500, 46, BLUSH),
            shape("M1230 650C1230 570 1270 556 1310 556S1390 570 1390 650Z", OCHRE),
            box(1130, 640, 360, 34, INK, rx=8),
            box(1160, 700, 300, 22, "#d8cab0", rx=11),
            box(1160, 742, 200, 22, "#d8cab0", rx=11),
        )
    )


def _person(robe: str, skin: str) -> tuple[str, ...]:
    return (
        shape("M-62 0V-250C-62 -330 62 -330 62 -250V0Z", robe),
        circle(0, -370, 52, skin),
        shape("M-53 -372A53 53 0 0 1 53 -372C20 -400 -20 -400 -53 -372Z", INK),
    )


def _rider() -> str:
    """Somebody in a wheelchair, in the middle of the queue like everybody."""
    return moved(
        (
            circle(0, -92, 92, INK),
            circle(0, -92, 68, "#f3d9b8"),
            line([(0, -160), (0, -24)], INK, 8),
            line([(-68, -92), (68, -92)], INK, 8),
            shape("M-58 -110V-250C-58 -320 46 -320 46 -250V-186H120L150 -30H104L86 -110Z", OCHRE),
            circle(-4, -356, 50, "#d99a7e"),
            shape("M-55 -358A51 51 0 0 1 47 -358C20 -386 -26 -386 -55 -358Z", INK),
            circle(136, -26, 26, INK),
            line([(-70, -230), (-96, -250)], INK, 14),
        ),
        630,
        800,
    )


def race_on_the_ramparts() -> str:
    """Runners on the wall, the sun behind them, their shadows ahead."""
    merlons = "".join(box(-20 + 150 * i, 640, 96, 70, "#f3d9b8") for i in range(12))
    stones = "".join(
        box(-40 + 170 * i + 80 * (row % 2), 752 + 74 * row, 120, 8, "#dcb98d", rx=4)
        for row in range(4)
        for i in range(11)
    )
    strides = (
        (1330, VERMILION, 1.2, 0),
        (1010, PAPER, 1.08, 1),
        (730, NIGHT, 1.12, 0),
        (470, PINE, 1.0, 1),
        (230, SEA, 1.05, 0),
    )
    return sheet(
        SEA,
        circle(330, 430, 250, OCHRE),
        shape(
            "M0 640V540L120 500L240 560L420 470L610 560L820 500L1060 570L1290 490L1600 560V720H0Z",
            "#2b5470",
        ),
        *(moved(_tower(), x, 640, 0, s) for x, s in ((880, 0.8), (1480, 1.15))),
        box(0, 690, WIDTH, 320, "#f3d9b8"),
        merlons,
        stones,
        *(moved(_runner(fill, kind), x, 640, 0, s) for x, fill, s, kind in strides),
    )


def _tower() -> tuple[str, ...]:
    return (
        box(-90, -240, 180, 300, "#c98f63"),
        *(box(-104 + 58 * i, -280, 36, 60, "#c98f63") for i in range(4)),
        box(-104, -246, 208, 26, "#c98f63"),
        shape("M-18 -110V-150A18 18 0 0 1 18 -150V-110Z", NIGHT),
    )


def _runner(fill: str, kind: int) -> tuple[str, ...]:
    """Somebody in full stride; of two kinds, so that no two neighbours step alike."""
    skin = (BLUSH, "#8a5a44")[kind]
    legs: tuple[Sequence[Point], Sequence[Point]] = (
        ([(0, -150), (78, -120), (64, -20), (100, -18)], [(0, -150), (-40, -70), (-130, -74)]),
        ([(0, -150), (56, -86), (112, -8), (142, -22)], [(0, -150), (-56, -110), (-110, -40)]),
    )[kind]
    return (
        line(legs[1], skin, 30),
        line(legs[0], skin, 30),
        line([(22, -270), (-48, -236), (-74, -286)], skin, 24),
        line([(-2, -160), (24, -268)], fill, 66),
        line([(0, -150), (34, -136)], INK, 60),
        line([(22, -270), (70, -216), (128, -254)], skin, 24),
        circle(56, -352, 38, skin),
        shape("M18 -352A38 38 0 0 1 84 -378C60 -372 44 -366 18 -352Z", INK),
        box(2, -250, 38, 34, PAPER, rx=3, transform="rotate(14 20 -232)"),
    )
