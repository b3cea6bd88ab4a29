"""Draw every poster anew: `python -m tools.posters`. Needs Chromium on the path.

Writes the WebP pictures that the demo events take, beside the seed that uploads them, and the
web app's own for links (`web/public/social.jpg`).
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageOps

from tools.posters import hands, house, music, stage
from tools.posters.paper import HEIGHT, WIDTH

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "src" / "guichet" / "events" / "demo_posters"
SOCIAL = ROOT / "web" / "public" / "social.jpg"
SOCIAL_SIZE = (1200, 630)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BYTES_MAX = 60_000
QUALITIES = (74, 66, 58)

POSTERS: dict[str, Callable[[], str]] = {
    "cordes": music.night_of_strings,
    "trois-places": music.three_stages,
    "malade-imaginaire": stage.imaginary_invalid,
    "atelier": hands.open_workshop,
    "reliure": hands.bookbinding,
    "accueil": hands.fair_queue,
    "requiem": music.requiem,
    "remparts": hands.race_on_the_ramparts,
    "petit-guichet": stage.little_window,
    "humour": stage.evening_of_laughter,
}
"""Name of the file → who draws it."""


def draw(svg: str, browser: str, folder: Path) -> Image.Image:
    """Let the browser draw an SVG, by way of files in that folder."""
    source, picture = folder / "poster.svg", folder / "poster.png"
    source.write_text(svg, encoding="utf-8")
    subprocess.run(  # noqa: S603 - the machine's browser, with a file of ours
        [
            browser,
            "--headless",
            "--no-sandbox",  # it sees nothing but the file written above
            "--hide-scrollbars",
            f"--window-size={WIDTH},{HEIGHT}",
            f"--screenshot={picture}",
            source.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    with Image.open(picture) as image:
        return image.convert("RGB")


def keep(image: Image.Image, out: Path) -> None:
    """Write a poster as WebP, in the best quality that is small enough."""
    for quality in QUALITIES:
        image.save(out, "WEBP", quality=quality, method=6)
        if out.stat().st_size <= BYTES_MAX:
            return


def main() -> None:
    """Draw them all."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise SystemExit("no Chromium on the path")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, poster in POSTERS.items():
            keep(draw(poster(), browser, Path(folder)), FOLDER / f"{name}.webp")
        social = ImageOps.fit(draw(house.house(), browser, Path(folder)), SOCIAL_SIZE)
        social.save(SOCIAL, "JPEG", quality=80, optimize=True, progressive=True)


if __name__ == "__main__":
    main()
