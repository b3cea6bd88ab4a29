"""Where the built web app lies, and whether it is there."""

from collections.abc import Mapping
from pathlib import Path

_BESIDE_SOURCE = Path(__file__).resolve().parents[3] / "web" / "dist"


def is_built(environment: Mapping[str, str]) -> bool:
    """Whether the folder that nginx serves pages from holds any; `make web` fills it."""
    named = environment.get("GUICHET_GATEWAY_WEB_FOLDER", "")
    folder = Path(named) if named else _BESIDE_SOURCE
    return (folder / "index.html").is_file()
