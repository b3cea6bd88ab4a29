"""Turning an upload into pictures that are safe and quick to show."""

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from guichet.events.domain.problems import ImageRefused

UPLOAD_BYTES_MAX = 10 * 1024 * 1024
PIXELS_MAX = 40_000_000
WIDTHS = (1600, 800, 400)
_FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture in every size and format: (width, "webp" or "jpeg", content)."""

    hash: str
    variants: list[tuple[int, str, bytes]]


def refused() -> ImageRefused:
    """Return the refusal of an upload, with what would be accepted."""
    return ImageRefused(
        megabytes=UPLOAD_BYTES_MAX // 1024 // 1024, megapixels=PIXELS_MAX // 1_000_000
    )


def prepare(upload: bytes) -> Picture:
    """Check an upload and re-encode it in every size; raises `ImageRefused`.

    Only pixels survive: metadata (place, camera, owner), animation and trailing bytes are gone.
    The size is read from the header and bounded before anything is decoded.
    """
    if not upload or len(upload) > UPLOAD_BYTES_MAX:
        raise refused()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            largest = _decoded(upload)
    except (OSError, ValueError, SyntaxError, ArithmeticError, Warning) as error:
        raise refused() from error
    except Image.DecompressionBombError as error:
        raise refused() from error
    digest = hashlib.blake2b(digest_size=12)
    variants: list[tuple[int, str, bytes]] = []
    for width in WIDTHS:
        sized = largest.copy()
        sized.thumbnail((width, 4 * width), Image.Resampling.LANCZOS)
        variants.append((width, "webp", _encoded(sized, "WEBP")))
        variants.append((width, "jpeg", _encoded(sized, "JPEG")))
    for _, _, content in variants:
        digest.update(content)
    return Picture(digest.hexdigest(), variants)


def _decoded(upload: bytes) -> Image.Image:
    """Return the upright picture in RGB, at most as large as the largest size needs."""
    with Image.open(io.BytesIO(upload), formats=_FORMATS) as image:
        if image.width * image.height > PIXELS_MAX:
            raise refused()
        # A JPEG can be decoded at a half, a quarter or an eighth, which spares memory.
        image.draft("RGB", (2 * WIDTHS[0], 2 * WIDTHS[0]))
        image.load()
        image.thumbnail((2 * WIDTHS[0], 8 * WIDTHS[0]), Image.Resampling.BOX)
        upright = ImageOps.exif_transpose(image)
        if upright.has_transparency_data:
            layered = upright.convert("RGBA")
            white = Image.new("RGB", layered.size, "white")
            white.paste(layered, mask=layered.getchannel("A"))
            return white
        return upright.convert("RGB")


def _encoded(image: Image.Image, image_format: str) -> bytes:
    out = io.BytesIO()
    if image_format == "JPEG":
        image.save(out, "JPEG", quality=82, optimize=True, progressive=True, exif=b"")
    else:
        image.save(out, "WEBP", quality=80, method=4, exif=b"", icc_profile=b"")
    return out.getvalue()
