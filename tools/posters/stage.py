"""Plays: Molière's armchair, the little ticket window with its strings, an evening of laughter."""

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


def imaginary_invalid() -> str:
    """The armchair in the light, bottles in rank, and a shadow larger than any illness."""
    return sheet(
        NIGHT,
        polygon([(800, -60), (230, 800), (1370, 800)], SEA),
        shape("M0 770H1600V1000H0Z", OCHRE),
        shape("M230 800A570 90 0 0 1 1370 800A570 90 0 0 1 230 800Z", PAPER),
        _armchair(),
        *(
            _bottle(x, height, fill)
            for x, height, fill in (
                (1062, 200, PINE),
                (1146, 150, VERMILION),
                (1218, 112, OCHRE),
                (1278, 82, BLUSH),
            )
        ),
        _curtain(),
        moved((_curtain(),), WIDTH, 0).replace("scale(1)", "scale(-1 1)"),
        "".join(_scallop(index) for index in range(9)),
    )


def _armchair() -> str:
    parts = (
        shape("M-250 300L-330 330L-40 345L260 330L210 300Z", INK, opacity=0.35),
        line([(-150, 250), (-170, 318)], INK, 22),
        line([(150, 250), (170, 318)], INK, 22),
        shape(
            "M-160 90C-190 -120 -170 -290 -90 -330C-40 -356 40 -356 90 -330C170 -290 190 -120 "
            "160 90Z",
            VERMILION,
        ),
        shape(
            "M-112 60C-130 -100 -120 -240 -70 -276C-30 -296 30 -296 70 -276C120 -240 130 -100 "
            "112 60Z",
            "#a32c14",
        ),
        *(
            circle(x, y, 9, OCHRE)
            for x, y in ((-48, -200), (48, -200), (0, -150), (-56, -96), (56, -96), (0, -46))
        ),
        box(-150, 40, 300, 100, BLUSH, rx=44),
        shape("M-236 60A46 46 0 0 1 -144 60V250H-226Z", VERMILION),
        shape("M236 60A46 46 0 0 0 144 60V250H226Z", VERMILION),
        box(-190, 132, 380, 124, VERMILION, rx=18),
        box(-190, 232, 380, 12, OCHRE),
        # The nightcap, thrown on the back of the chair.
        shape(
            "M40 -330C30 -420 110 -440 170 -390C220 -350 262 -300 252 -236C220 -290 190 -300 "
            "160 -302C130 -304 110 -310 40 -330Z",
            PAPER,
        ),
        circle(252, -222, 22, OCHRE),
        stroked("M34 -322C80 -300 130 -296 168 -298", BLUSH, 22),
    )
    return moved(parts, 720, 545, 0, 0.92)


def _bottle(x: float, height: float, fill: str) -> str:
    width = 26 + height * 0.13
    top = 815 - height
    return "".join(
        (
            box(x - width, top, 2 * width, height, fill, rx=12),
            box(x - width * 0.42, top - height * 0.28, width * 0.84, height * 0.36, fill),
            box(x - width * 0.5, top - height * 0.38, width, height * 0.14, INK, rx=5),
            box(x - width * 0.74, top + height * 0.3, width * 1.48, height * 0.34, PAPER),
            line(
                [(x - width * 0.4, top + height * 0.47), (x + width * 0.4, top + height * 0.47)],
                INK,
                5,
            ),
        )
    )


def _curtain() -> str:
    """One half of the curtain, drawn to the side."""
    folds = (VERMILION, "#a32c14", VERMILION, "#a32c14", VERMILION)
    parts = [
        shape(
            f"M{-40 + 62 * index} 0H{34 + 62 * index}C{20 + 62 * index} 360 {10 + 40 * index} "
            f"640 {-60 + 44 * index} 960H-80V0Z",
            folds[index],
        )
        for index in reversed(range(5))
    ]
    return "".join(parts)


def _scallop(index: int) -> str:
    left = index * 178
    fill = VERMILION if index % 2 == 0 else "#a32c14"
    return shape(f"M{left} 0H{left + 178}V60Q{left + 89} 210 {left} 60Z", fill) + stroked(
        f"M{left} 60Q{left + 89} 210 {left + 178} 60", OCHRE, 9
    )


def little_window() -> str:
    """A ticket window on strings smiles at the train that leaves without it."""
    return sheet(
        OCHRE,
        rays(800, 470, 1200, 26, "#f5c263"),
        shape("M0 1000V690C280 560 520 660 760 640S1300 540 1600 660V1000Z", PINE),
        shape("M0 1000V800C420 690 900 820 1600 742V1000Z", "#24493f"),
        _train(),
        _booth(),
        *(_string(x, y) for x, y in ((664, 330), (936, 330), (560, 566), (1040, 500))),
        line([(520, -6), (1080, 74)], INK, 26),
        line([(540, 74), (1060, -6)], INK, 26),
    )


def _string(x: float, y: float) -> str:
    return stroked(f"M{x} {y}L{800 + (x - 800) * 0.8:g} 30", INK, 4)


def _booth() -> str:
    parts = (
        box(-190, -120, 380, 470, PAPER, rx=10),
        polygon([(-236, -110), (-170, -220), (170, -220), (236, -110)], VERMILION),
        *(
            polygon(
                [
                    (-170 + 68 * i, -220),
                    (-102 + 68 * i, -220),
                    (-141.6 + 94.4 * i, -110),
                    (-236 + 94.4 * i, -110),
                ],
                PAPER,
            )
            for i in (1, 3)
        ),
        circle(-80, -20, 46, INK),
        circle(80, -20, 46, INK),
        circle(-66, -34, 15, PAPER),
        circle(94, -34, 15, PAPER),
        shape("M-120 70H120A120 120 0 0 1 -120 70Z", NIGHT),
        shape("M-66 172A120 120 0 0 0 66 172Q0 110 -66 172Z", VERMILION),
        box(-142, 54, 284, 20, INK, rx=6),
        circle(-140, 40, 26, BLUSH),
        circle(140, 40, 26, BLUSH),
        box(-190, 250, 380, 16, VERMILION),
        # Arms and legs, hung from strings.
        line([(-190, 140), (-262, 190), (-240, 96)], INK, 20),
        line([(190, 140), (262, 110), (240, 30)], INK, 20),
        moved(
            (
                box(-52, -26, 104, 52, VERMILION, rx=6),
                circle(-20, 0, 7, PAPER),
                circle(0, 0, 7, PAPER),
                circle(20, 0, 7, PAPER),
            ),
            240,
            10,
            -16,
        ),
        line([(-80, 350), (-104, 408)], INK, 22),
        line([(80, 350), (104, 408)], INK, 22),
        box(-164, 396, 86, 34, INK, rx=16),
        box(78, 396, 86, 34, INK, rx=16),
    )
    return moved(parts, 800, 440)


def _train() -> str:
    """It runs behind the window, into the hills."""
    cars: list[str] = []
    for index, fill in enumerate((SEA, VERMILION, SEA)):
        x = 1560 - index * 190
        cars.append(box(x - 176, 590, 168, 92, fill, rx=10))
        cars.extend(box(x - 160 + 50 * w, 608, 36, 34, PAPER, rx=4) for w in range(3))
        cars.extend(circle(x - 140 + 96 * w, 686, 20, INK) for w in range(2))
    smoke = "".join(
        circle(250 + 74 * i, 470 - 34 * i + 20 * math.sin(i * 2), 38 + 11 * i, PAPER)
        for i in range(4)
    )
    engine = (
        box(-70, -60, 200, 92, INK, rx=20),
        box(80, -110, 96, 142, VERMILION, rx=8),
        box(98, -92, 60, 46, PAPER, rx=4),
        polygon([(-50, -60), (-60, -124), (-4, -124), (-14, -60)], INK),
        *(circle(-30 + 76 * w, 40, 26, SEA) for w in range(3)),
        polygon([(-70, 10), (-120, 52), (-60, 52)], VERMILION),
    )
    return (
        smoke + moved(engine, 290, 648) + "".join(cars) + line([(-20, 712), (1620, 712)], INK, 10)
    )


def evening_of_laughter() -> str:
    """A grin as wide as the room, and the microphone that made it."""
    teeth = "".join(box(402 + 100 * i, 330, 94, 112, PAPER, rx=14) for i in range(8))
    return sheet(
        VERMILION,
        rays(800, 1100, 1700, 36, "#cf4a2b"),
        sprinkled(11, 70, (0, 0, 1600, 330), OCHRE, 9),
        shape("M340 330H1260C1260 640 1060 830 800 830S340 640 340 330Z", INK),
        shape(
            "M520 716C600 600 1000 600 1080 716C1010 790 910 830 800 830S590 790 520 716Z", BLUSH
        ),
        teeth,
        stroked("M340 330H1260C1260 640 1060 830 800 830S340 640 340 330Z", NIGHT, 22),
        moved(
            (
                line([(0, 60), (0, 620)], INK, 30),
                box(-56, 40, 112, 40, NIGHT, rx=14),
                box(-92, -250, 184, 290, OCHRE, rx=92),
                *(line([(-80, -170 + 44 * i), (80, -170 + 44 * i)], INK, 12) for i in range(4)),
                box(-10, -250, 20, 290, INK),
            ),
            800,
            590,
            14,
        ),
        moved((circle(0, 0, 60, NIGHT), circle(20, -18, 20, PAPER)), 520, 200),
        moved((circle(0, 0, 60, NIGHT), circle(20, -18, 20, PAPER)), 1080, 200),
        stroked("M440 130Q520 60 600 118", NIGHT, 22),
        stroked("M1000 118Q1080 60 1160 130", NIGHT, 22),
    )
