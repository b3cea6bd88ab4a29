"""Uploaded pictures: checked, made small, and written anew, so that nothing hides in them."""

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from guichet.kernel.problems import Malformed, PayloadTooLarge

UPLOAD_BYTES_MAX = 5 * 1024 * 1024
PIXELS_MAX = 25_000_000
EDGE_PIXELS_MAX = 512
EDGE_PIXELS_MIN = 16
CONTENT_TYPE = "image/webp"
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITY = 82


class NotAPicture(Malformed):
    """What was uploaded cannot be read as one of the picture formats accepted."""

    code = "not_a_picture"
    fr = "Ce fichier n'est pas une image JPEG, PNG, WebP ou GIF lisible."
    en = "This file is not a readable JPEG, PNG, WebP or GIF picture."


class PictureOutOfBounds(Malformed):
    """The picture has too many pixels to be decoded safely, or too few to be one."""

    code = "picture_out_of_bounds"
    fr = "L'image doit mesurer au moins {smallest} pixels de côté et {largest} pixels en tout."
    en = "The picture must measure at least {smallest} pixels a side and {largest} pixels in all."

    def __init__(self) -> None:
        super().__init__(smallest=EDGE_PIXELS_MIN, largest=PIXELS_MAX)


class PictureTooHeavy(PayloadTooLarge):
    """The uploaded file is larger than is accepted."""

    code = "picture_too_heavy"
    fr = "L'image dépasse {megabytes} Mio."
    en = "The picture is larger than {megabytes} MiB."

    def __init__(self) -> None:
        super().__init__(megabytes=UPLOAD_BYTES_MAX // (1024 * 1024))


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready to be stored: WebP of at most 512 pixels a side, without metadata."""

    content: bytes
    sha256: str


def picture_of(upload: bytes) -> Picture:
    """Return the uploaded picture written anew; takes some 0.1 s of processor time at most.

    Upright as its camera noted, without EXIF or anything else but pixels. Raises `NotAPicture`,
    `PictureOutOfBounds` before any pixel is decoded, `PictureTooHeavy`.
    """
    if len(upload) > UPLOAD_BYTES_MAX:
        raise PictureTooHeavy
    try:
        opened = Image.open(io.BytesIO(upload), formats=_FORMATS)
        _check_size(opened.width, opened.height)
        content = _rewritten(opened)
    except (PictureOutOfBounds, MemoryError):
        raise PictureOutOfBounds from None
    except Image.DecompressionBombError:
        raise PictureOutOfBounds from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        # Pillow reports a damaged file with any of these, as its decoders come.
        raise NotAPicture from None
    return Picture(content, hashlib.sha256(content).hexdigest())


def _check_size(width: int, height: int) -> None:
    if width * height > PIXELS_MAX or min(width, height) < EDGE_PIXELS_MIN:
        raise PictureOutOfBounds


def _rewritten(opened: Image.Image) -> bytes:
    # A JPEG can be decoded at a fraction of its size, which saves most of the memory.
    opened.draft("RGB", (2 * EDGE_PIXELS_MAX, 2 * EDGE_PIXELS_MAX))
    has_alpha = opened.mode in {"RGBA", "LA", "PA"} or "transparency" in opened.info
    mode = "RGBA" if has_alpha else "RGB"
    pixels = opened if opened.mode == mode else opened.convert(mode)
    pixels.thumbnail((EDGE_PIXELS_MAX, EDGE_PIXELS_MAX))
    ImageOps.exif_transpose(pixels, in_place=True)
    # A fresh image takes over the pixels alone: profiles, comments and chunks stay behind.
    bare = Image.new(pixels.mode, pixels.size)
    bare.paste(pixels)
    written = io.BytesIO()
    bare.save(written, "WEBP", quality=_QUALITY, method=4)
    return written.getvalue()
