"""Draw every poster anew: `python -m tools.posters`. Needs Chromium on the path.

Writes the WebP pictures that the demo events take, beside the seed that uploads them.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tools.posters import hands, music, stage
from tools.posters.paper import HEIGHT, WIDTH

FOLDER = Path(__file__).resolve().parents[2] / "src" / "guichet" / "events" / "demo_posters"
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


def draw(name: str, browser: str, folder: Path) -> Path:
    """Draw one poster in that folder; return the WebP file."""
    source, picture = folder / f"{name}.svg", folder / f"{name}.png"
    source.write_text(POSTERS[name](), encoding="utf-8")
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
    out = FOLDER / f"{name}.webp"
    with Image.open(picture) as image:
        for quality in QUALITIES:
            image.convert("RGB").save(out, "WEBP", quality=quality, method=6)
            if out.stat().st_size <= BYTES_MAX:
                break
    return out


def main() -> None:
    """Draw them all."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise SystemExit("no Chromium on the path")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in POSTERS:
            out = draw(name, browser, Path(folder))
            print(f"{out.name}: {out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
